"""Soins bucco-dentaires: which doctors may bill them, and what an act costs each party."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from convmed.dispositifs.bucco_dentaire import regles
from convmed.dispositifs.socle import Demande, Dispositif, Resultat, en_euros, fautes_de, refuser
from convmed.donnees.modeles import Euros, Modele
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes.unites import afficher, vers_entier

NOM = "bucco-dentaire"
REFERENCES = ("art. 43 à 48-2 ; annexe 16", "circulaire 31/07/2024, 14.3")
CONDITIONS = {
    "bd_diplome_chirurgien_dentiste": "il faut un diplôme, certificat ou titre exigé d'un chirurgien-dentiste",
    "bd_inscrit_ordre_medecins": "il faut être inscrit à l'ordre des médecins",
}
MOTIFS_HONORAIRES = {
    "tact-et-mesure": "acte de la CCAM non pris en charge : honoraires fixés avec tact et mesure",
    "entente-directe": "tarif non opposable : honoraires en entente directe, dans le respect des règles de facturation",
    "base-de-remboursement": "tarif opposable : honoraires à la base de remboursement au plus",
    "plafond-c2s": "bénéficiaire de la C2S : honoraires au montant maximum C2S au plus",
    "honoraire-limite": "panier 100 % santé : honoraires à l'honoraire limite de facturation au plus",
}
RESULTATS = ("part_obligatoire", "part_complementaire", "plafond", "depassement")


class Eligibilite(Modele):
    """`{"calcul": "eligibilite", "specialite", "diplome_chirurgien_dentiste", "inscrit_ordre_medecins"}`."""

    calcul: Literal["eligibilite"]
    specialite: Annotated[str, Field(pattern=r"^[0-9]{2}$")] | None = None
    diplome_chirurgien_dentiste: bool | None = None
    inscrit_ordre_medecins: bool | None = None


class PriseEnCharge(Modele):
    """`{"calcul": "prise-en-charge", "base_remboursement", "acte", "panier", "opposable", ...}`; amounts in euros."""

    calcul: Literal["prise-en-charge"]
    acte: Literal["chirurgie-dentaire", "chirurgie-orale-exception"] | None = None
    code: Annotated[str, Field(pattern=r"^[A-Z]{4}[0-9]{3}$")] | None = None
    panier: Literal["base", "c2s", "100-sante"] | None = None
    opposable: bool | None = None
    pris_en_charge: bool | None = None
    base_remboursement: Euros | None = None
    honoraires: Euros | None = None
    plafond_c2s: Euros | None = None
    honoraire_limite: Euros | None = None


MONTANTS = ("base_remboursement", "honoraires", "plafond_c2s", "honoraire_limite")


def calculer(demande: Demande, entree: Eligibilite | PriseEnCharge) -> Resultat:
    """Answer one question on dental care by doctors (art. 43 to 48-2; circulaire 14.3)."""
    contexte = demande.contexte()
    try:
        if isinstance(entree, Eligibilite):
            return calculer_eligibilite(contexte, entree)
        return calculer_prise_en_charge(contexte, entree)
    except RegleAbsente:
        return Resultat({"motif": f"les règles de ce texte ne sont pas dans les sources ({demande.texte.libelle})"})


def calculer_eligibilite(contexte: Contexte, entree: Eligibilite) -> Resultat:
    """Tell whether a doctor may bill dental care, every reason why not, and which acts."""
    medecin = Instance(contexte, "medecin", _colonnes(entree))
    eligible = medecin.expliquer("bd_eligible")
    refuser(fautes_de([eligible], _champ))
    motifs = [motif for condition, motif in CONDITIONS.items() if medecin.valeur(condition) is False]
    specialite, specialites = medecin.valeur("specialite"), contexte.figure(NOM, "specialites")[1]
    if specialite is not None and specialite not in specialites:
        motifs.append(f"spécialité {specialite} : seules {afficher(specialites, 'liste')} sont concernées")
    parution = contexte.figure(NOM, "convention_dentaire_parution")[1]
    resultats: dict[str, Any] = {
        "eligible": eligible.valeur,
        "motifs": motifs,
        "actes": list(contexte.figure(NOM, "actes")[1]) if eligible.valeur else [],
        "examen_bucco_dentaire": contexte.figure(NOM, "examen_periodicite")[1] if eligible.valeur else None,
        "references": [*REFERENCES, f"convention nationale des chirurgiens-dentistes libéraux, JO du {afficher(parution, 'date')}"],
    }
    if motifs:
        resultats["motif"] = f"{' ; '.join(motifs)} ({' ; '.join(REFERENCES)})"
    return Resultat(resultats, [], {"eligible": eligible})


def calculer_prise_en_charge(contexte: Contexte, entree: PriseEnCharge) -> Resultat:
    """Compute what each party pays for an act, and what bounds its fees."""
    acte = Instance(contexte, "seance", _colonnes(entree))
    noms = ("regle_honoraires", *RESULTATS, "depassement_permis", "honoraires_conformes")
    explications = {nom: acte.expliquer(f"bd_{nom}") for nom in noms}
    exiges = [explications["regle_honoraires"], *(explications[nom] for nom in RESULTATS[:3])]
    if acte.valeur("bd_regle_honoraires") != "tact-et-mesure":
        # What a first missing field hides is asked for at the same time.
        exiges += [acte.expliquer("bd_exception"), acte.expliquer("bd_assiette")]
        if acte.valeur("bd_panier") is None:
            exiges.append(acte.expliquer("bd_opposable"))
    refuser(fautes_de(exiges, _champ))
    regle = explications["regle_honoraires"].valeur
    motifs = [MOTIFS_HONORAIRES[regle]]
    if explications["honoraires_conformes"].valeur is False:
        motifs.append(f"honoraires au-dessus de {afficher(explications['plafond'].valeur, 'EUR')}")
    motifs += _non_publies(explications)
    resultats: dict[str, Any] = {
        **{nom: en_euros(explications[nom].valeur) for nom in RESULTATS},
        "regle_honoraires": regle,
        "depassement_permis": explications["depassement_permis"].valeur,
        "honoraires_conformes": explications["honoraires_conformes"].valeur,
        "motifs": motifs,
        "references": list(REFERENCES),
    }
    if regle == "tact-et-mesure":
        resultats["motif"] = f"{MOTIFS_HONORAIRES[regle]} ({' ; '.join(REFERENCES)})"
    return Resultat(resultats, [], explications)


def _non_publies(explications: dict[str, Explication]) -> list[str]:
    manquantes = [
        feuille for nom in RESULTATS[:3] for feuille in explications[nom].manquants() if feuille.genre == "figure"
    ]
    return list(dict.fromkeys(f"{figure.libelle} : non publié, voir {figure.reference}" for figure in manquantes))


def _colonnes(entree: Modele) -> dict[str, Any]:
    donnees = {champ: valeur for champ, valeur in entree.fournis().items() if valeur is not None and champ != "calcul"}
    return {
        champ if champ == "specialite" else f"bd_{champ}": vers_entier(valeur, "EUR") if champ in MONTANTS else valeur
        for champ, valeur in donnees.items()
    }


def _champ(feuille: Explication) -> str:
    return "entree.acte" if feuille.nom == "bd_code" else f"entree.{feuille.nom.removeprefix('bd_')}"


DISPOSITIF = Dispositif(
    NOM, "Accès aux soins bucco-dentaires", {"eligibilite": Eligibilite, "prise-en-charge": PriseEnCharge}, calculer
)
__all__ = ["DISPOSITIF", "regles"]
