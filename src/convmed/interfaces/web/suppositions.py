"""What if: a change of the practice, computed again beside the practice as it is; nothing of it is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from convmed.dispositifs import Ligne, tous
from convmed.dispositifs import forfait_medecin_traitant as fmt
from convmed.dispositifs.contrat import repondre_entree
from convmed.dispositifs.socle import Demande, Resultat
from convmed.donnees.dossier import Dossier
from convmed.restitution.comparaison import confronter, etudier
from convmed.restitution.lignes_comparees import LigneComparee
from convmed.restitution.releve import Releve
from convmed.textes import Texte

AVANT, APRES = "aujourd’hui", "avec ces changements"
ASSISTANTS = "assistants-medicaux"
OPTIONS_ETP = (("1/2", "1/2 ETP"), ("1", "1 ETP"), ("1.5", "1,5 ETP (médecine générale, en ZIP)"), ("2", "2 ETP (médecine générale, en ZIP)"))
ANNEES_DE_CONTRAT = (("1", "Première année"), ("2", "Deuxième année"), ("3", "Troisième année et suivantes, objectifs atteints"))
CLASSES_DE_PATIENTELE = (("p30-p90", "Ordinaire (P30 à P90)"), ("p90-p94", "Grande (P90 à P94)"), ("p95+", "Très grande (P95 et plus)"))
Cabinet = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Supposition:
    """A change that may be supposed: what it says, on which conditions, and why it does not apply to a practice."""

    nom: str
    libelle: str
    conditions: tuple[str, ...]
    references: tuple[str, ...]
    dispositif: str
    empechement: Callable[[Dossier, Demande], str]
    appliquer: Callable[[Cabinet, Demande], Cabinet]


@dataclass(frozen=True, slots=True)
class Choix:
    """What is supposed together: the changes, and the contract of an assistant if there is one."""

    noms: tuple[str, ...]
    assistant: Mapping[str, str] | None = None

    def __bool__(self) -> bool:
        return bool(self.noms) or self.assistant is not None


@dataclass(frozen=True, slots=True)
class Aide:
    """The aid for an assistant: its payments, none if the contract may not be signed, why not, and what to check."""

    lignes: list[Ligne]
    motifs: list[str]
    a_verifier: list[str]


@dataclass(frozen=True, slots=True)
class Bilan:
    """A statement before and after, its lines side by side, and the aid for an assistant if one is supposed."""

    avant: Releve
    apres: Releve
    lignes: list[LigneComparee]
    aide: Aide | None

    @property
    def difference(self) -> int:
        """Return what the changes bring in all."""
        return sum(ligne.difference(AVANT, APRES) or 0 for ligne in self.lignes) + self.aide_due

    @property
    def aide_due(self) -> int:
        """Return the aid for the assistant."""
        return sum(ligne.montant or 0 for ligne in self.aide.lignes) if self.aide else 0

    @property
    def non_comparees(self) -> list[LigneComparee]:
        """Return the lines of which the difference is not known."""
        return [ligne for ligne in self.lignes if ligne.difference(AVANT, APRES) is None]


def examiner(dossier: Dossier, annee: int, texte: Texte, choix: Choix, releve: Releve) -> Bilan:
    """Compute a practice again with changes, beside its statement; `Erreurs` if they cannot be computed."""
    demande = Demande(texte, annee)
    cabinet = dossier.cabinet
    for supposition in SUPPOSITIONS:
        if supposition.nom in choix.noms and not supposition.empechement(dossier, demande):
            cabinet = supposition.appliquer(cabinet, demande)
    change = replace(dossier, cabinet=cabinet)
    # Where nothing but an assistant is supposed, the practice is what it was.
    apres = etudier(change, annee, texte, APRES, releve if cabinet is dossier.cabinet else None)
    lignes = confronter(etudier(dossier, annee, texte, AVANT, releve), apres)
    return Bilan(releve, apres.releve, lignes, _aide(change, demande, choix.assistant) if choix.assistant else None)


def _aide(dossier: Dossier, demande: Demande, assistant: Mapping[str, str]) -> Aide:
    """Return the aid of a contract year, and whether this practice may sign."""
    medecin, patients, annee = dossier.cabinet["medecin"], max(1, dossier.patients.height), int(assistant["annee"])
    connus = {champ: medecin[champ] for champ in ("specialite", "secteur", "option_tarifaire", "zone", "mep") if champ in medecin}
    # The years from the third on suppose the objectives reached, and more than one ETP follows a contract for one.
    suite = {"option_actuelle": "1", "objectifs_atteints": True} if annee > 2 else {}
    ouverte = _demander(demande, {"calcul": "eligibilite", "option_etp": assistant["option"], "annee_contrat": annee, "pmt": patients, **suite, **connus})
    if ouverte.resultats["eligible"] is False:
        return Aide([], ouverte.resultats["motifs"], [])
    tenus = {"initial": patients, "objectif": patients, "observe": patients}
    specialite = {champ: connus[champ] for champ in ("specialite",) if champ in connus}
    objectifs = {"pmt": tenus, "fa": tenus} if annee > 2 else {}
    aide = _demander(demande, {"calcul": "aide", "option_etp": assistant["option"], "annee_contrat": annee, "classe": assistant["classe"],
                               **specialite, **objectifs})  # fmt: skip
    return Aide(aide.lignes, [], ouverte.resultats.get("a_verifier", []))


def _demander(demande: Demande, entree: Mapping[str, Any]) -> Resultat:
    return repondre_entree(tous()[ASSISTANTS], demande, entree, racine="assistant")


def _remplacer(champs: Mapping[str, Any]) -> Callable[[Cabinet, Demande], Cabinet]:
    """Return what changes the doctor, wherever a section of the practice repeats it."""

    def appliquer(cabinet: Cabinet, _: Demande) -> Cabinet:
        return {nom: _avec(section, champs, nom == "medecin") for nom, section in cabinet.items()}

    return appliquer


def _avec(section: Any, champs: Mapping[str, Any], du_medecin: bool) -> Any:
    if isinstance(section, list):
        # A contract or a leave was signed by the doctor as they were.
        return section
    change = {**section, **{champ: valeur for champ, valeur in champs.items() if du_medecin or champ in section}}
    if isinstance(section.get("medecin"), dict):
        change["medecin"] = {**section["medecin"], **champs}
    return change


def _vieillir(cabinet: Cabinet, demande: Demande) -> Cabinet:
    senior, date = _age_senior(demande), _patientele(demande)
    naissance = dt.date(date.year - senior, 1, 1)
    return {**cabinet, "medecin": {**cabinet["medecin"], "date_naissance": naissance}}


def _patientele(demande: Demande) -> dt.date:
    contexte, _ = fmt.contexte_de(demande)
    date = contexte.parametres["date_patientele"]
    assert isinstance(date, dt.date)
    return date


def _age_senior(demande: Demande) -> int:
    return int(demande.contexte().figure(fmt.NOM, "age_medecin_senior")[1] or 0)


def _deja_en_zip(dossier: Dossier, _: Demande) -> str:
    return "votre cabinet est déjà en ZIP" if dossier.cabinet["medecin"].get("zone") == "zip" else ""


def _deja_senior(dossier: Dossier, demande: Demande) -> str:
    senior, naissance = _age_senior(demande), dossier.cabinet["medecin"].get("date_naissance")
    if not senior:
        return "ce texte n’a pas de majoration d’âge pour cet exercice"
    date = _patientele(demande)
    age = date.year - naissance.year - ((date.month, date.day) < (naissance.month, naissance.day)) if naissance else 0
    return f"vous avez déjà {senior} ans ou plus" if age >= senior else ""


def _sans_optam(dossier: Dossier, _: Demande) -> str:
    medecin = dossier.cabinet["medecin"]
    if medecin.get("option_tarifaire") in ("optam", "optam-aco"):
        return "vous avez déjà signé une option"
    if medecin.get("secteur") != "2":
        return "l’option s’adresse au secteur 2 (et au secteur 1 avec droit à dépassement, qui n’est pas calculé ici)"
    return ""


SUPPOSITIONS = (
    Supposition(
        "zip", "Exercer en zone d’intervention prioritaire (ZIP)",
        ("Le cabinet principal est en ZIP toute l’année.", "La patientèle et l’activité restent celles du dossier.",
         "L’aide à la première installation n’est pas comptée : elle va à une première installation en libéral."),
        ("art. 21 à 24-3 ; circulaire 31/07/2024, 3.1 B", "art. 30 à 30-4 ; circulaire 3.4"), fmt.NOM, _deja_en_zip, _remplacer({"zone": "zip"}),
    ),
    Supposition(
        "67-ans", "Avoir 67 ans ou plus",
        ("L’âge s’apprécie au jour où la patientèle est comptée.", "La patientèle et l’activité restent celles du dossier."),
        ("art. 21 à 24-3 ; circulaire 31/07/2024, 3.1 B",), fmt.NOM, _deja_senior, _vieillir,
    ),
    Supposition(
        "optam", "Adhérer à l’OPTAM",
        ("Vous tenez les deux taux du contrat : dépassement et part à tarif opposable.",
         "La prime, les modificateurs et les honoraires auxquels vous renoncez dépendent de votre activité : voir Mes contrats. Ils ne sont pas comptés ici."),
        ("art. 41 à 41-11 ; circulaire 31/07/2024, section 5",), "optam", _sans_optam, _remplacer({"option_tarifaire": "optam"}),
    ),
)  # fmt: skip
CONDITIONS_DE_L_ASSISTANT = (
    "Un contrat individuel, signé sous la convention de 2024, dont l’année s’ouvre pendant l’exercice ; l’aide se paie aux dates du contrat.",
    "À partir de la troisième année, elle suppose les objectifs de patientèle atteints.",
    "Au-delà d’un ETP, un contrat à un ETP est déjà en cours.",
    "Le salaire de l’assistant n’est pas déduit.",
)
REFERENCES_DE_L_ASSISTANT = ("art. 33 à 39, annexes 10 et 11 ; circulaire 31/07/2024, section 4",)
