"""Tarifs: what each code of an encounter is worth, who pays it, and why a code may not be billed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convmed.cotation.evaluation import Evaluation, Reponse
from convmed.cotation.jugement import CONNU, INCONNU, NON_PUBLIE, Jugement
from convmed.cotation.nomenclature import Code, Cumul
from convmed.cotation.partage import partager
from convmed.cotation.seance import SeanceDeBase, champ_de, date_locale, fautes_de_la_seance, modele_de_seance
from convmed.dispositifs.socle import DU, Demande, Dispositif, Ligne, Refus, Resultat, en_euros, refuser
from convmed.dispositifs.socle import NON_PUBLIE as ETAT_NON_PUBLIE
from convmed.dispositifs.tarifs import regles, situations
from convmed.moteur.valeurs import Explication
from convmed.textes import NECESSAIRE, Faute
from convmed.textes.unites import vers_entier

NOM = "tarifs"


def calculer(demande: Demande, seance: SeanceDeBase) -> Resultat:
    """Price the codes of one encounter, share them between payers, and refuse with its text what may not be billed."""
    evaluation = evaluer(demande, seance)
    if not seance.codes:
        raise Refus([Faute("aucun code", champ="entree.codes", attendu="au moins un code")])
    reponse = evaluation.facturer()
    refuser(donnees_du_prix(reponse.retenus))
    montants = reponse.cotation.montants
    resultats: dict[str, Any] = {
        "codes": [{"code": code, "tarif": en_euros(montant)} for code, montant in montants.items()],
        "total": None,
        "part_obligatoire": None,
        "part_complementaire": None,
        "participation_forfaitaire": None,
        "reste_a_charge": None,
        "refus": refus_en_liste(reponse),
        "muets": muets_en_liste(reponse.muets),
        "reserves": list(reponse.reserves),
    }
    explications = {j.code.code: expliquer(j, montants[j.code.code]) for j in reponse.retenus}
    connus = {j.code: montant for j in reponse.retenus if (montant := montants[j.code.code]) is not None}
    if len(connus) == len(montants):
        depassement = vers_entier(f"{seance.depassement or 0:.2f}", "EUR")
        partage = partager(connus, evaluation.instance, depassement)
        resultats |= {"total": en_euros(sum(connus.values())), **partage.en_euros(en_euros)}
        resultats["reserves"] += partage.reserves
        explications |= partage.explications
    else:
        resultats["motif"] = " ; ".join(j.prix.motif for j in reponse.retenus if montants[j.code.code] is None)
    lignes = [ligne(j, montants[j.code.code], demande.annee) for j in reponse.retenus]
    return Resultat(resultats, lignes, explications)


def evaluer(demande: Demande, seance: SeanceDeBase) -> Evaluation:
    """Return an encounter ready to be judged under the text; `Refus` with what cannot be in it."""
    jour = date_locale(seance)
    fautes = fautes_de_la_seance(seance)
    if demande.date is not None and demande.date != jour:
        fautes.append(Faute("l'acte n'est pas de cette date", champ="date", valeur=demande.date.isoformat(), attendu=jour.isoformat()))
    elif demande.annee != jour.year:
        fautes.append(Faute("l'acte n'est pas de cet exercice", champ="annee", valeur=demande.annee, attendu=str(jour.year)))
    evaluation = Evaluation(seance, demande.contexte(jour))
    refuser(fautes + evaluation.fautes())
    return evaluation


def donnees_du_prix(jugements: list[Jugement]) -> list[Faute]:
    """Return one fault for each field without which a price cannot be told."""
    manquants = {f.nom: f for j in jugements if j.prix.etat == INCONNU for f in j.prix.manquants}
    return [Faute(NECESSAIRE, champ=champ_de(nom), attendu=f.libelle) for nom, f in manquants.items()]


def refus_en_liste(reponse: Reponse) -> list[dict[str, Any]]:
    """Return the refusals as the contract writes them."""
    return [{"code": code, "motif": m.motif, "references": list(m.references)} for code, m in reponse.refus]


def muets_en_liste(muets: list[tuple[Code, Code, Cumul]]) -> list[dict[str, Any]]:
    """Return the pairs on which the texts are silent."""
    return [
        {"codes": [un.code, autre.code], "reponse": "texte muet", "precision": cumul.condition, "references": cumul.references}
        for un, autre, cumul in muets
    ]


def expliquer(jugement: Jugement, montant: int | None) -> Explication:
    """Return the amount of a code explained: the conditions that were judged, and the figure that gives its price."""
    prix = jugement.prix
    enfants = list(jugement.conditions)
    if prix.valeur is not None:
        figure = prix.valeur.figure
        enfants.append(Explication("figure", figure.nom, figure.libelle, prix.valeur.calcul, figure.unite,
                                   prix.valeur.reference, prix.valeur.confiance))  # fmt: skip
    return Explication("regle", jugement.code.code, jugement.code.libelle, montant, "EUR",
                       " ; ".join(prix.references), prix.confiance, tuple(enfants))  # fmt: skip


def ligne(jugement: Jugement, montant: int | None, annee: int) -> Ligne:
    """Return the payment of one code."""
    prix = jugement.prix
    return Ligne(
        jugement.code.dispositif, f"{jugement.code.code} : {jugement.code.libelle}", annee, montant,
        etat=ETAT_NON_PUBLIE if prix.etat == NON_PUBLIE else DU,
        motif=prix.motif if prix.etat != CONNU else "",
        references=prix.references, confiance=prix.confiance or "officiel",
        explication=expliquer(jugement, montant),
    )  # fmt: skip


def annee_de(seance: Any) -> int | None:
    """Return the exercise of an encounter: the year of the act where it took place."""
    jour: dt.date = date_locale(seance)
    return jour.year


DISPOSITIF = Dispositif(NOM, "Tarifs des actes, cumuls et partage entre payeurs", modele_de_seance, calculer, annee_de)
__all__ = ["DISPOSITIF", "regles", "situations"]
