"""Programmes de pertinence: the fifteen programmes of a text, their trajectory, what measures say, and one patient."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from convmed.dispositifs.objectifs.catalogue import Suivi, objectif_en_dict, suivre
from convmed.dispositifs.objectifs.reponses import (
    QuestionMedecin,
    QuestionSuivi,
    QuestionTrajectoire,
    cadre_de,
    repondre,
    sans_effet_individuel,
    sans_objectif,
)
from convmed.dispositifs.objectifs.trajectoire import Cadre
from convmed.dispositifs.programmes_pertinence import regles
from convmed.dispositifs.programmes_pertinence.declaration import CATALOGUE, COMMUNS, DETAILS
from convmed.dispositifs.socle import Demande, Dispositif, Resultat, fautes_de, refuser
from convmed.donnees.modeles import Date, Modele
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import textes_connus
from convmed.textes.unites import vers_nombre

NOM = CATALOGUE.nom
REFERENCE = "art. 60 à 61-15 ; circulaire 31/07/2024, 9.1"
PROPOSE, SIGNE = "proposition-2024-02-08", "convention-2024"
# Beyond it a count is a typing error.
Nombre = Annotated[int, Field(ge=0, le=100_000)]
MEUR_EN_EUROS = 1_000_000


class Liste(Modele):
    """`{"calcul": "liste"}`: the fifteen programmes of the text, and what holds for all of them."""

    calcul: Literal["liste"]


class Programme(Modele):
    """`{"calcul": "programme", "programme"}`: one programme whole, its wordings side by side."""

    calcul: Literal["programme"]
    programme: str | int


class Trajectoire(QuestionTrajectoire):
    """`{"calcul": "trajectoire", "programme", "objectif", "base", "annee_base", "annee_cible", "lecture", "tendance"}`."""

    programme: str | int | None = None


class SuiviDesMesures(QuestionSuivi):
    """`{"calcul": "suivi", "programme", "objectif", "base", "mesures": [{"date", "valeur", "portee"}]}`."""

    programme: str | int | None = None


class Patient(Modele):
    """One patient: what was delivered to him in the year."""

    patient: str | None = None
    bandelettes: Nombre | None = None
    eligible: bool | None = None
    date_naissance: Date | None = None
    molecules: Nombre | None = None


class Bandelettes(Modele):
    """`{"calcul": "bandelettes", "patients": [{"patient", "bandelettes", "eligible"}]}`."""

    calcul: Literal["bandelettes"]
    patients: list[Patient]


class Polymedication(Modele):
    """`{"calcul": "polymedication", "patients": [{"patient", "date_naissance", "molecules"}]}`."""

    calcul: Literal["polymedication"]
    patients: list[Patient]


Entree = Liste | Programme | Trajectoire | SuiviDesMesures | QuestionMedecin | Bandelettes | Polymedication


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Answer one question on the programmes (art. 60 to 61-15; circulaire 9.1)."""
    if isinstance(entree, QuestionMedecin):
        return sans_effet_individuel(demande, CATALOGUE, REFERENCE)
    if isinstance(entree, (Bandelettes, Polymedication)):
        seuil = "bandelettes" if isinstance(entree, Bandelettes) else "hyperpolymedication_seuil"
        if cadre_de(demande, NOM).figure(seuil)[1] is None:
            return Resultat({"patients": [], "motif": f"ce texte ne fixe pas ce seuil à cette date ({demande.texte.libelle})"})
        return calculer_bandelettes(demande, entree) if isinstance(entree, Bandelettes) else classer(demande, entree)
    if isinstance(entree, Liste):
        return lister(demande)
    if isinstance(entree, Programme):
        return presenter(demande, entree)
    return repondre(demande, CATALOGUE, entree, entree.programme)


def lister(demande: Demande) -> Resultat:
    """List the programmes of the text, in its order, and what each side commits to."""
    cadre = cadre_de(demande, NOM)
    if cadre.horizon is None:
        return sans_objectif(demande, CATALOGUE)
    suivis = suivre(CATALOGUE, cadre, CATALOGUE.du_texte(cadre), (), None, CATALOGUE.publiees())
    programmes: dict[str, list[Suivi]] = {}
    for suivi in suivis:
        programmes.setdefault(suivi.objectif.de, []).append(suivi)
    return Resultat({
        "articles": cadre.contexte.figures[NOM]["objectifs"].article,
        "programmes": [_programme(cadre, siens) for siens in programmes.values()],
        "terme": cadre.horizon.isoformat(),
        **{nom: _lue(cadre, nom) for nom in COMMUNS},
        "references": [REFERENCE],
    })  # fmt: skip


def presenter(demande: Demande, entree: Programme) -> Resultat:
    """Show one programme: its objectives, its wordings (proposed, signed, presented), its stakes, what goes with it."""
    cadre = cadre_de(demande, NOM)
    if cadre.horizon is None:
        return sans_objectif(demande, CATALOGUE)
    choisis, fautes = CATALOGUE.choisir(cadre, entree.programme, "entree.programme")
    refuser(fautes)
    siens = suivre(CATALOGUE, cadre, choisis, (), None, CATALOGUE.publiees())
    nom = choisis[0].de
    details = {figure: _detail(cadre, figure) for figure in DETAILS.get(nom, ())}
    return Resultat({**_programme(cadre, siens), "enonces": _enonces(cadre, nom), "details": details})


def _programme(cadre: Cadre, siens: list[Suivi]) -> dict[str, Any]:
    nom = siens[0].objectif.de
    prefixe = _prefixe(nom)
    figures = cadre.contexte.figures[NOM]
    # The stakes are only in the proposal: they are shown beside any text, and say where they come from.
    assiette = figures.get(f"{prefixe}_assiette")
    valeur = assiette.a((PROPOSE,), cadre.contexte.date) if assiette else None
    return {
        "numero": siens[0].numero,
        "programme": nom,
        "titre": siens[0].titre,
        "article": figures[f"{prefixe}_enonce"].article,
        "champ": _lue(cadre, f"{prefixe}_champ"),
        "enonce": _lue(cadre, f"{prefixe}_enonce"),
        "collectif": True,
        "assiette": {"montant": valeur.calcul * MEUR_EN_EUROS, "reference": valeur.reference} if valeur else None,
        "objectifs": [objectif_en_dict(suivi) for suivi in siens],
    }


def _enonces(cadre: Cadre, nom: str) -> list[dict[str, Any]]:
    """Return the wordings side by side: the proposal, the signed text, and how the latter was presented in November 2024."""
    figures = cadre.contexte.figures[NOM]
    lus = []
    for figure, texte in ((f"{_prefixe(nom)}_enonce", PROPOSE), (f"{_prefixe(nom)}_enonce", SIGNE), (f"{_prefixe(nom)}_expose", SIGNE)):
        valeur = figures[figure].a((texte,), cadre.contexte.date)
        if figure.endswith("_expose"):
            valeur = cadre.figure(figure)[0] or valeur
        if valeur is not None:
            lus.append({"texte": texte, "source": valeur.reference, "libelle": textes_connus()[texte].libelle, "enonce": valeur.calcul})
    return lus


def _detail(cadre: Cadre, nom: str) -> dict[str, Any]:
    figure, (valeur, _) = cadre.contexte.figures[NOM][nom], cadre.figure(nom)
    champs = {"reference": valeur.reference, "confiance": valeur.confiance} if valeur else {"reference": None, "confiance": None}
    return {"libelle": figure.libelle, "valeur": _lue(cadre, nom), "unite": figure.unite, **champs}


def _lue(cadre: Cadre, nom: str) -> Any:
    valeur, calcul = cadre.figure(nom)
    if isinstance(calcul, tuple):
        return list(calcul)
    return vers_nombre(calcul, valeur.figure.unite) if valeur is not None and isinstance(calcul, int) else calcul


def _prefixe(nom: str) -> str:
    return nom.replace("-", "_")


def calculer_bandelettes(demande: Demande, entree: Bandelettes) -> Resultat:
    """Tell which patients pass the regulatory threshold of test strips, and by how much."""
    cadre = cadre_de(demande, NOM)
    patients = [_patient(cadre, patient) for patient in entree.patients]
    champs = {"pp_bandelettes": "bandelettes", "pp_eligible": "eligible"}
    refuser(
        faute
        for rang, patient in enumerate(patients)
        for faute in fautes_de([patient.expliquer("pp_bandelettes_en_trop")], _lieu(rang, champs))
    )
    seuil = _lue(cadre, "bandelettes")
    pour_tous = cadre.contexte.regle("pp_bandelettes_en_trop").texte == PROPOSE
    lus = [
        {"patient": donne.patient, "seuil": seuil, "applicable": pour_tous or bool(donne.eligible),
         "en_trop": patient.valeur("pp_bandelettes_en_trop"), "depasse": patient.valeur("pp_bandelettes_en_trop") > 0}
        for donne, patient in zip(entree.patients, patients, strict=True)
    ]  # fmt: skip
    resultats = {"patients": lus, "seuil": seuil, "depassements": sum(un["depasse"] for un in lus), "en_trop": sum(un["en_trop"] for un in lus)}
    premiere = {"en_trop": patients[0].expliquer("pp_bandelettes_en_trop")} if patients else {}
    return Resultat(resultats, [], premiere)


def classer(demande: Demande, entree: Polymedication) -> Resultat:
    """Tell which patients are in the population of programme 3, and how many molecules its objective aims at."""
    cadre = cadre_de(demande, NOM)
    patients = [_patient(cadre, patient) for patient in entree.patients]
    champs = {"pp_molecules": "molecules", "date_naissance": "date_naissance"}
    refuser(
        faute for rang, patient in enumerate(patients) for faute in fautes_de([patient.expliquer("pp_polymedication")], _lieu(rang, champs))
    )
    lus = [
        {"patient": donne.patient, "classe": patient.valeur("pp_polymedication"), "molecules_visees": patient.valeur("pp_molecules_visees")}
        for donne, patient in zip(entree.patients, patients, strict=True)
    ]
    classes = {classe: sum(un["classe"] == classe for un in lus) for classe in ("hyperpolymedique", "polymedique", "hors-programme")}
    premiere = {"classe": patients[0].expliquer("pp_polymedication")} if patients else {}
    definition = cadre.figure("polymedication_seuil")[0]
    return Resultat({"patients": lus, "effectifs": classes, "reserves": [
        *([f"polymédication : {definition.reference}"] if definition else []),
        "l'objectif est une moyenne collective : il ne prescrit rien pour un patient",
    ]}, [], premiere)  # fmt: skip


def _patient(cadre: Cadre, patient: Patient) -> Instance:
    champs = {"bandelettes": "pp_bandelettes", "eligible": "pp_eligible", "molecules": "pp_molecules", "date_naissance": "date_naissance"}
    donnees = {champs[nom]: valeur for nom, valeur in patient.fournis().items() if nom in champs and valeur is not None}
    return Instance(cadre.contexte, "patient", donnees | {"pp_date": cadre.contexte.date})


def _lieu(rang: int, champs: dict[str, str]) -> Any:
    def lieu(feuille: Explication) -> str:
        return f"entree.patients[{rang}].{champs[feuille.nom]}"

    return lieu


DISPOSITIF = Dispositif(
    NOM,
    "Programmes de pertinence des soins",
    {
        "liste": Liste, "programme": Programme, "trajectoire": Trajectoire, "suivi": SuiviDesMesures, "medecin": QuestionMedecin,
        "bandelettes": Bandelettes, "polymedication": Polymedication,
    },
    calculer,
)  # fmt: skip
__all__ = ["DISPOSITIF", "regles"]
