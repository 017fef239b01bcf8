"""The negotiation for a reader: its events as a table, and what answers each thing that was asked.

What was asked stands in the ledger of norms: the letters of 2022 and 2023, the orientations of the UNCAM, the session of
21 December 2023 and the proposal of 8 February 2024. `repond_par` names the sections of the circulaire of 31 July 2024
that answer; a section answers through its norms, the dispositifs that hold them and the figures that name them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl
from icalendar import Calendar, Event

from convmed.dispositifs.negociation.chronologie import Evenement, entre, vies
from convmed.normes import EtatNorme, etats, registre
from convmed.normes.etat import TENUE
from convmed.textes import Erreurs, Faute, baremes

LETTRE_2022, LETTRE_2023, UNCAM, SEANCE, PROPOSITION = "lettre-2022", "lettre-2023", "uncam-2023", "seance-2023", "proposition-2024"
SOURCES = {
    LETTRE_2022: "Lettre de cadrage du 27 octobre 2022 (d'une négociation antérieure)",
    LETTRE_2023: "Lettre de cadrage du 16 octobre 2023, rappelée par la proposition",
    UNCAM: "Orientations du conseil de l'UNCAM, 9 novembre 2023",
    SEANCE: "Séance du 21 décembre 2023",
    PROPOSITION: "Proposition de l'assurance maladie, 8 février 2024",
}
# The label of a text is a sentence: too long for a band.
NOMS = {"convention-2016": "convention de 2016", "reglement-arbitral-2023": "règlement arbitral", "convention-2024": "convention de 2024"}
# Where each document of the ledger, and each section of it, comes from.
LETTRE, PAGE, MULTILATERALE = "003", "004", "000"
RAPPEL, DECEMBRE = "Rappel de la lettre de cadrage", "Propositions du 21 décembre 2023"
# What has no answer because it asks for nothing: a day, a count, a worked example, how the negotiation itself is led.
SANS_DEMANDE, DE_LA_NEGOCIATION = ("date", "statistique", "exemple"), ("negociation", "statistiques")
GENERALES = ("orientation", "cible")
SECTION = re.compile(r"[0-9]+(\.[0-9]+)?[A-Z]?[0-9a-e]?")
PREAMBULE = "0"
SCHEMA_EVENEMENTS = {
    "date": pl.Date, "fin": pl.Date, "prevue": pl.Date, "precision": pl.String, "etat": pl.String, "nature": pl.String, "libelle": pl.String,
    "texte": pl.String, "details": pl.String, "source": pl.String, "statut": pl.String, "confiance": pl.String, "note": pl.String,
}  # fmt: skip
SCHEMA_VIES = {"texte": pl.String, "debut": pl.Date, "fin": pl.Date}
COLONNES = ("source", "id", "dispositif", "type", "enonce", "sections", "dispositifs", "normes", "tenues", "mesures", "etat")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the circulaire that answers: its title, and the state of each of its norms."""

    code: str
    titre: str
    normes: tuple[EtatNorme, ...]

    @property
    def dispositifs(self) -> list[str]:
        """Return the dispositifs to which the ledger attaches the norms of the section."""
        return list(dict.fromkeys(etat.dispositif for etat in self.normes))

    @property
    def tenues(self) -> int:
        """Return how many norms of the section a test of the project holds."""
        return sum(etat.etat == TENUE for etat in self.normes)

    def en_dict(self) -> dict[str, Any]:
        """Return the section as JSON."""
        return {"section": self.code, "titre": self.titre, "dispositifs": self.dispositifs, "normes": len(self.normes), "tenues": self.tenues}


@dataclass(frozen=True, slots=True)
class Orientation:
    """One thing that was asked or proposed, and what the signed text answers; no section is no answer."""

    source: str
    etat: EtatNorme
    sections: tuple[Section, ...]
    mesures: tuple[str, ...]

    @property
    def repondue(self) -> bool:
        """Tell whether the signed text answers."""
        return bool(self.sections)

    @property
    def dispositifs(self) -> list[str]:
        """Return the dispositifs through which the sections answer."""
        return list(dict.fromkeys(nom for section in self.sections for nom in section.dispositifs))

    def en_dict(self) -> dict[str, Any]:
        """Return the orientation as JSON."""
        norme = self.etat.norme
        return {
            "source": self.source,
            "id": norme.id,
            "dispositif": norme.dispositif,
            "type": norme.type,
            "enonce": norme.enonce,
            "repondue": self.repondue,
            "etat": self.etat.etat,
            "sections": [section.en_dict() for section in self.sections],
            "mesures": list(self.mesures),
            "ambiguite": norme.ambiguite,
        }

    def en_rangee(self) -> dict[str, Any]:
        """Return the orientation as a row of one table, with the columns `COLONNES`."""
        norme = self.etat.norme
        valeurs = (
            self.source, norme.id, norme.dispositif, norme.type, norme.enonce, " ; ".join(s.code for s in self.sections),
            " ".join(self.dispositifs), sum(len(s.normes) for s in self.sections), sum(s.tenues for s in self.sections),
            " ".join(self.mesures), self.etat.etat,
        )  # fmt: skip
        return dict(zip(COLONNES, valeurs, strict=True))


def orientations(
    source: str | None = None, toutes: bool = False, sans_reponse: bool = False, dispositif: str | None = None
) -> list[Orientation]:
    """Return what was asked, in the order of the sources then of the ledger, with what answers it.

    Without `toutes`, the orientations and targets; with it, also the amounts, conditions and lists proposed. `Erreurs` for
    a dispositif about which nothing was asked.
    """
    connus = {etat.id: etat for etat in etats()}
    demandes = [(origine, etat) for etat in connus.values() if (origine := source_de(etat)) is not None]
    concernes = {etat.dispositif for _, etat in demandes}
    if dispositif not in (None, *concernes):
        attendu = "l'un de " + ", ".join(sorted(concernes))
        raise Erreurs([Faute(f"aucune demande pour le dispositif « {dispositif} »", champ="--dispositif", attendu=attendu)])
    par_norme, rangs = _figures_par_norme(), list(SOURCES)
    lues = [
        _orientation(origine, etat, connus, par_norme)
        for origine, etat in demandes
        if source in (None, origine)
        and dispositif in (None, etat.dispositif)
        and (toutes or etat.norme.type in GENERALES)
        and not (sans_reponse and etat.norme.repond_par.strip())
    ]
    return sorted(lues, key=lambda une: rangs.index(une.source))


def _orientation(source: str, etat: EtatNorme, connus: Mapping[str, EtatNorme], par_norme: Mapping[str, list[str]]) -> Orientation:
    """Name the figures of the measure itself, if some figures name it; else those of its dispositif in the sections, else all of them."""
    sections = tuple(_section(code, connus) for code in codes(etat.norme.repond_par))
    propres = par_norme.get(etat.id, [])
    siennes = [nom for section in sections for un in section.normes for nom in par_norme.get(un.id, [])]
    du_dispositif = [nom for nom in siennes if nom.partition(".")[0] == etat.dispositif]
    return Orientation(source, etat, sections, tuple(dict.fromkeys(propres or du_dispositif or siennes)))


def source_de(etat: EtatNorme) -> str | None:
    """Return which document asked, `None` for a norm that asks for nothing or comes from elsewhere."""
    norme = etat.norme
    propre = norme.dispositif in DE_LA_NEGOCIATION and not norme.repond_par and norme.type != "orientation"
    if norme.type in SANS_DEMANDE or propre:
        return None
    document = norme.document.partition("_")[0]
    if document == LETTRE:
        return LETTRE_2022
    if document == MULTILATERALE:
        return LETTRE_2023 if RAPPEL in norme.section else PROPOSITION
    if document == PAGE:
        return SEANCE if norme.section == DECEMBRE else UNCAM
    return None


def codes(repond_par: str) -> list[str]:
    """Return the sections that an answer names; `Erreurs` for what is no number of a section."""
    lus = [code.strip() for code in repond_par.split(";") if code.strip()]
    fautes = [Faute("section de la circulaire illisible", champ="repond_par", valeur=code) for code in lus if not SECTION.fullmatch(code)]
    if fautes:
        raise Erreurs(fautes)
    return lus


def est_dans(identifiant: str, code: str) -> bool:
    """Tell whether a norm of the circulaire stands in a section: `C4.10-01` is in 4, not in 4.1; `CP-01` in the header."""
    prefixe = identifiant.partition("-")[0]
    if code == PREAMBULE:
        return prefixe in ("C0", "CP")
    suite = prefixe.removeprefix(f"C{code}")
    return prefixe != suite and not (code[-1].isdigit() and suite[:1].isdigit())


def _section(code: str, connus: Mapping[str, EtatNorme]) -> Section:
    siennes = tuple(etat for etat in connus.values() if est_dans(etat.id, code))
    propres = [etat.norme.section for etat in siennes if etat.id.partition("-")[0] == f"C{code}"]
    titres = dict.fromkeys(propres[:1] or [etat.norme.section for etat in siennes])
    return Section(code, " ; ".join(titres), siennes)


@cache
def _figures_par_norme() -> Mapping[str, list[str]]:
    par_norme: dict[str, list[str]] = {}
    for dispositif, figures in baremes().items():
        for figure in figures.values():
            for norme in figure.normes:
                par_norme.setdefault(norme, []).append(f"{dispositif}.{figure.nom}")
    return par_norme


def bilan(liste: Iterable[Orientation]) -> list[dict[str, Any]]:
    """Count, for each source, what was asked and what has an answer."""
    comptes: dict[str, dict[str, Any]] = {}
    for une in liste:
        compte = comptes.setdefault(une.source, {"source": une.source, "demandes": 0, "repondues": 0, "sans_reponse": []})
        compte["demandes"] += 1
        compte["repondues"] += une.repondue
        if not une.repondue:
            compte["sans_reponse"].append(une.etat.id)
    return list(comptes.values())


def verifier_les_sections() -> list[str]:
    """Return the answers of the ledger that name a section where the circulaire has no norm: there should be none."""
    ids = list(registre())
    return sorted({code for norme in registre().values() for code in codes(norme.repond_par) if not any(est_dans(un, code) for un in ids)})


# --- the events


def chronologie(du: dt.date | None = None, au: dt.date | None = None, nature: str | None = None) -> list[Evenement]:
    """Return the events of a period and of a nature; `Erreurs` if the period ends before it begins."""
    if du is not None and au is not None and du > au:
        raise Erreurs([Faute(f"le premier jour ({du}) est après le dernier ({au})", champ="--du", attendu="« --du » avant « --au »")])
    return entre(du, au, nature)


def en_table(evenements: Iterable[Evenement]) -> pl.DataFrame:
    """Return the events as a table, one row each; the columns are those of `SCHEMA_EVENEMENTS`, even without a row."""
    rangees = [
        {nom: getattr(un, nom) for nom in SCHEMA_EVENEMENTS if nom != "details"} | {"details": " ; ".join(details(un))} for un in evenements
    ]
    return pl.DataFrame(rangees, schema=SCHEMA_EVENEMENTS)


def details(evenement: Evenement) -> list[str]:
    """Return what an event adds to its name: its subjects, and its counts with their total."""
    comptes = [f"{nom} : {nombre}" for nom, nombre in evenement.effectifs.items()]
    return [*evenement.details, *comptes, *([f"{sum(evenement.effectifs.values())} en tout"] if comptes else [])]


def table_des_textes() -> pl.DataFrame:
    """Return the life of each signed text, oldest first, with the columns of `SCHEMA_VIES`; `texte` is its short name."""
    return pl.DataFrame([{"texte": NOMS.get(vie.texte, vie.texte), "debut": vie.debut, "fin": vie.fin} for vie in vies()], schema=SCHEMA_VIES)


def en_ics(evenements: Iterable[Evenement]) -> str:
    """Return the events as an iCalendar file of all-day events; the same event always has the same UID."""
    calendrier = Calendar()
    calendrier.add("prodid", "-//convmed//negociation//FR")
    calendrier.add("version", "2.0")
    for un in evenements:
        lignes = [f"état : {un.etat}", *details(un), un.note, un.source, f"confiance : {un.confiance}"]
        if un.prevue:
            lignes.insert(1, f"d'abord annoncé pour le {un.prevue:%d/%m/%Y}")
        if un.precision != "jour":
            lignes.insert(1, f"date : {un.precision}")
        evenement = Event()
        evenement.add("uid", f"convmed-negociation-{un.id}")
        evenement.add("summary", un.libelle)
        evenement.add("dtstart", un.date)
        evenement.add("dtend", (un.fin or un.date) + dt.timedelta(days=1))
        # The standard wants a moment here; the clock would make two files of one calendar.
        evenement.add("dtstamp", dt.datetime.combine(un.date, dt.time(), dt.UTC))
        evenement.add("transp", "TRANSPARENT")
        evenement.add("description", "\n".join(filter(None, lignes)))
        calendrier.add_component(evenement)
    return str(calendrier.to_ical(), "utf-8")
