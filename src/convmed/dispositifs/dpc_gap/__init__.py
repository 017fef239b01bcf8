"""DPC and GAP: what a doctor receives, whether a group or a training is what the texts ask for, who pays it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field

from convmed.dispositifs.dpc_gap import regles
from convmed.dispositifs.socle import SANS_OBJET, Demande, Dispositif, Resultat, en_euros, fautes_de, ligne, refuser
from convmed.donnees.modeles import Date, Modele
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import afficher

NOM = "dpc-gap"
GAP, DPC = "art. 71 ; circulaire 31/07/2024, 9.4 B", "art. 70 ; circulaire 31/07/2024, 9.4 A"
PROPOSE = "proposition du 08/02/2024, groupes d'analyse de pratique"
Nombre = Annotated[int, Field(ge=0, le=10_000)]


class Indemnite(Modele):
    """`{"calcul": "indemnite", "groupes", "duree_minutes", "methode_has", "cahier_des_charges_valide"}`: one doctor."""

    calcul: Literal["indemnite"]
    groupes: Nombre
    duree_minutes: Nombre | None = None
    methode_has: bool = True
    cahier_des_charges_valide: bool = True


class Groupe(Modele):
    """`{"calcul": "groupe", "participants", "reunions", "methode_has", ...}`: one group over a year."""

    calcul: Literal["groupe"]
    participants: Nombre | None = None
    reunions: Nombre | None = None
    duree_minutes: Nombre | None = None
    themes: Nombre | None = None
    animateur: bool | None = None
    methode_has: bool | None = None
    cahier_des_charges_valide: bool | None = None
    accord_territorial: bool | None = None


class Structure(Modele):
    """`{"calcul": "structure", "methode_has", "date_candidature"}`: who bears the groups of a region."""

    calcul: Literal["structure"]
    methode_has: bool | None = None
    date_candidature: Date | None = None


class Formation(Modele):
    """`{"calcul": "formation", "programme_de_pertinence", "pertinente", "cahier_des_charges_valide"}`: one DPC training."""

    calcul: Literal["formation"]
    programme_de_pertinence: bool | None = None
    pertinente: bool | None = None
    cahier_des_charges_valide: bool | None = None
    cahiers_valides: Nombre | None = None


COLONNES = {
    "groupes": "gap_groupes", "duree_minutes": "gap_duree_minutes", "methode_has": "gap_methode_has",
    "cahier_des_charges_valide": "gap_cahier_valide", "accord_territorial": "gap_accord_territorial",
    "participants": "gap_participants", "animateur": "gap_animateur", "reunions": "gap_reunions", "themes": "gap_themes",
    "date_candidature": "gap_candidature", "programme_de_pertinence": "dpc_programme", "pertinente": "dpc_pertinente",
    "cahiers_valides": "dpc_cahiers_valides",
}  # fmt: skip


def calculer(demande: Demande, entree: Indemnite | Groupe | Structure | Formation) -> Resultat:
    """Answer one question on GAP and DPC (art. 70 and 71; circulaire 9.4)."""
    # Groups are counted over the year: without a date, the figures are those of its last day.
    contexte = demande.contexte(demande.date or dt.date(demande.annee, 12, 31))
    try:
        if isinstance(entree, Indemnite):
            return calculer_indemnite(contexte, entree)
        if isinstance(entree, Groupe):
            return calculer_groupe(contexte, entree)
        if isinstance(entree, Structure):
            return calculer_structure(contexte, entree)
        return calculer_formation(contexte, entree)
    except RegleAbsente as absente:
        return Resultat({"montant": 0, "motif": f"{absente} ({GAP})"})


def calculer_indemnite(contexte: Contexte, entree: Indemnite) -> Resultat:
    """Compute what one doctor receives for the groups of a year."""
    if contexte.regle("gap_indemnite").texte == regles.PROPOSE:
        return Resultat({"montant": None, "motif": f"l'indemnisation des participants restait à définir ({PROPOSE})"})
    medecin = Instance(contexte, "medecin", _colonnes(entree))
    montant, par_groupe = medecin.expliquer("gap_indemnite"), _figure(contexte, "indemnite")
    payeur, motifs = _figure(contexte, "payeur_participants"), _motifs(medecin)
    champs: dict[str, Any] = {"precision_date": "date de versement non publiée", "beneficiaire": "médecin participant"}
    if montant.valeur == 0:
        champs |= {"etat": SANS_OBJET, "motif": " ; ".join(motifs) or f"aucun groupe ({GAP})"}
    resultats: dict[str, Any] = {
        "montant": en_euros(montant.valeur),
        "par_groupe": en_euros(par_groupe),
        "duree_heures": _figure(contexte, "duree_groupe"),
        "payeur": payeur,
        "objet": _figure(contexte, "objet"),
        "motifs": motifs,
    }
    if montant.valeur == 0:
        resultats["motif"] = champs["motif"]
    libelle = f"Indemnité de participation aux GAP {contexte.annee}, versée par l'{payeur}"
    champs["base"] = f"{entree.groupes} groupe(s) de {_figure(contexte, 'duree_groupe')} heures"
    return Resultat(
        resultats, [ligne(medecin, "gap_indemnite", libelle, contexte.annee, **champs)], {"montant": montant}
    )


def calculer_groupe(contexte: Contexte, entree: Groupe) -> Resultat:
    """Judge one group over a year, and say who pays what."""
    groupe = Instance(contexte, "medecin", _colonnes(entree))
    conforme = groupe.expliquer("gap_conforme")
    refuser(_fautes(groupe, "gap_conforme", "gap_participants", "gap_reunions", *_conditions(groupe)))
    cout = groupe.expliquer("gap_cout_participants")
    resultats: dict[str, Any] = {
        "conforme": conforme.valeur,
        "motifs": _motifs(groupe),
        "montant_participants": en_euros(cout.valeur),
        "payeur_participants": _figure(contexte, "payeur_participants"),
        "montant_structure": en_euros(_figure(contexte, "indemnite_structure")),
        "payeur_structure": _figure(contexte, "payeur_structure"),
        "cahier_des_charges": {
            "valide_par": _figure(contexte, "valideur_gap"),
            "criteres": _figure(contexte, "critere_gap"),
        },
        "objet": _figure(contexte, "objet"),
        "reserves": _non_publies(contexte, "indemnite", "indemnite_structure"),
    }
    if cout.valeur == 0:
        resultats["motif"] = " ; ".join(resultats["motifs"]) or f"aucun participant, ou aucune réunion ({GAP})"
    elif cout.valeur is None:
        resultats["motif"] = resultats["reserves"][0]
    return Resultat(resultats, [], {"conforme": conforme, "montant_participants": cout})


def calculer_structure(contexte: Contexte, entree: Structure) -> Resultat:
    """Tell whether a structure is financed and its candidature admissible."""
    structure = Instance(contexte, "medecin", _colonnes(entree))
    financee, recevable = (
        structure.expliquer("gap_structure_financee"),
        structure.expliquer("gap_candidature_recevable"),
    )
    refuser(_fautes(structure, "gap_structure_financee"))
    cloture = _figure(contexte, "appel_cloture")
    motifs = []
    if financee.valeur is False:
        motifs.append(f"l'ANDPC finance les groupes qui suivent la méthode de la HAS ({GAP})")
    if recevable.valeur is False:
        valeur = contexte.figure(NOM, "appel_cloture")[0]
        motifs.append(
            f"l'appel à projets a clos le {afficher(cloture, 'date')} ({valeur.reference if valeur else GAP})"
        )
    resultats: dict[str, Any] = {
        "financee": financee.valeur,
        "recevable": recevable.valeur,
        "motifs": motifs,
        "payeur": _figure(contexte, "payeur_structure"),
        "montant": en_euros(_figure(contexte, "indemnite_structure")),
        "date_limite": cloture.isoformat() if cloture else None,
        "deploiement": [_iso(_figure(contexte, f"deploiement_{borne}")) for borne in ("debut", "fin")],
        "regions": _figure(contexte, "regions"),
        "organismes_par_region": _figure(contexte, "organismes_par_region"),
        "reserves": _non_publies(contexte, "indemnite_structure", "appel_cloture"),
    }
    if motifs:
        resultats["motif"] = " ; ".join(motifs)
    return Resultat(resultats, [], {"financee": financee, "recevable": recevable})


def calculer_formation(contexte: Contexte, entree: Formation) -> Resultat:
    """Tell whether a DPC training is offered and has priority, and which specifications are still to come."""
    colonnes = _colonnes(entree)
    if "gap_cahier_valide" in colonnes:
        colonnes["dpc_cahier_valide"] = colonnes.pop("gap_cahier_valide")
    formation = Instance(contexte, "medecin", colonnes)
    proposee, prioritaire = formation.expliquer("dpc_proposee"), formation.expliquer("dpc_prioritaire")
    conditions = {
        "dpc_programme": "la formation n'est liée à aucun programme de pertinence",
        "dpc_pertinente": "une formation n'est proposée que si elle est pertinente",
        "dpc_cahier_valide": "le cahier des charges du programme n'est pas validé",
    }
    refuser(_fautes(formation, *conditions))
    motifs = [f"{phrase} ({DPC})" for nom, phrase in conditions.items() if formation.valeur(nom) is False]
    resultats: dict[str, Any] = {
        "proposee": proposee.valeur,
        "prioritaire": prioritaire.valeur,
        "motifs": motifs,
        "offre": _figure(contexte, "offre_dpc"),
        "valideur": _figure(contexte, "valideur_dpc"),
        "suivi": _figure(contexte, "suivi_dpc"),
        "programmes": _figure(contexte, "programmes"),
        "cahiers_attendus": formation.valeur("dpc_cahiers_attendus"),
        "cahiers_manquants": formation.valeur("dpc_cahiers_manquants"),
    }
    if motifs:
        resultats["motif"] = " ; ".join(motifs)
    return Resultat(resultats, [], {"proposee": proposee, "prioritaire": prioritaire})


def _conditions(groupe: Instance) -> tuple[str, ...]:
    """Return what must be known of a group, all at once, under the text that judges it."""
    if groupe.contexte.regle("gap_conforme").texte == regles.PROPOSE:
        return ("gap_eligible", "gap_effectif_admis", "gap_rythme_tenu")
    return ("gap_methode_has", "gap_cahier_valide")


def _motifs(groupe: Instance) -> list[str]:
    contexte = groupe.contexte
    if contexte.regle("gap_conforme").texte == regles.PROPOSE:
        bornes = f"de {_figure(contexte, 'participants_min')} à {_figure(contexte, 'participants_max')} généralistes"
        phrases, reference = (
            {
                "gap_eligible": "le groupe suit le référentiel de la HAS, ou entre par un accord collectif du territoire",
                "gap_effectif_admis": f"le groupe réunit {bornes}, autour d'un animateur",
                "gap_rythme_tenu": f"le groupe se réunit {_figure(contexte, 'reunions')} fois par an, sur un thème différent",
            },
            PROPOSE,
        )
    else:
        heures = _figure(contexte, "duree_groupe")
        phrases, reference = (
            {
                "gap_methode_has": f"le cahier des charges se conforme aux critères de la {_figure(contexte, 'critere_gap')}",
                "gap_cahier_valide": f"le cahier des charges des GAP se valide en {_figure(contexte, 'valideur_gap')}",
                "gap_duree_atteinte": f"un groupe dure {heures} heures",
            },
            GAP,
        )
    return [f"{phrase} ({reference})" for nom, phrase in phrases.items() if groupe.valeur(nom) is False]


def _non_publies(contexte: Contexte, *noms: str) -> list[str]:
    figures = contexte.figures[NOM]
    return [
        f"{figures[nom].libelle} : non publié, voir {figures[nom].article}"
        for nom in noms
        if _figure(contexte, nom) is None
    ]


def _figure(contexte: Contexte, nom: str) -> Any:
    return contexte.figure(NOM, nom)[1]


def _iso(date: dt.date | None) -> str | None:
    return date.isoformat() if date else None


def _colonnes(entree: Modele) -> dict[str, Any]:
    donnees = {champ: getattr(entree, champ) for champ in type(entree).model_fields if champ != "calcul"}
    return {COLONNES[champ]: valeur for champ, valeur in donnees.items() if valeur is not None}


def _fautes(instance: Instance, *noms: str) -> list[Faute]:
    champs = {colonne: champ for champ, colonne in COLONNES.items()} | {
        "dpc_cahier_valide": "cahier_des_charges_valide"
    }

    def lieu(feuille: Explication) -> str:
        return f"entree.{champs[feuille.nom]}"

    return fautes_de(map(instance.expliquer, noms), lieu)


def _annee(entree: Modele) -> int | None:
    candidature = getattr(entree, "date_candidature", None)
    return candidature.year if candidature else None


DISPOSITIF = Dispositif(
    NOM,
    "DPC et groupes d'amélioration des pratiques (GAP)",
    {"indemnite": Indemnite, "groupe": Groupe, "structure": Structure, "formation": Formation},
    calculer,
    _annee,
)
__all__ = ["DISPOSITIF", "regles"]
