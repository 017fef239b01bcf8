"""A practice typed in a form: the same dossier as its files would give.

The patients are counts by class; from them come patients who do not exist, of an age of their class, so that the same rules
run. What a form does not ask for (contracts, leaves) stays as the dossier had it.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from convmed.dispositifs import forfait_medecin_traitant as fmt
from convmed.dispositifs import tous
from convmed.dispositifs.contrat import lire_entree
from convmed.dispositifs.socle import Demande
from convmed.donnees import modeles
from convmed.donnees.cabinet import IDENTIFIANT_PAR_DEFAUT, MEDECIN
from convmed.donnees.dossier import Dossier
from convmed.interfaces.web.champs import SECTIONS, Champ, Section, champs_de
from convmed.restitution.releve import _entrees
from convmed.textes import EN_VIGUEUR, Erreurs, Faute, trouver_texte

CLASSES = {
    "ald-80-ans-et-plus": "80 ans ou plus, en ALD", "ald-moins-de-80-ans": "Moins de 80 ans, en ALD", "80-ans-et-plus": "80 ans ou plus, sans ALD",
    "75-79-ans": "75 à 79 ans, sans ALD", "7-74-ans": "7 à 74 ans, sans ALD", "moins-de-7-ans": "Moins de 7 ans, sans ALD",
    "non-vu": "Non vus depuis deux ans, quel que soit l’âge",
}  # fmt: skip
COMPTES = {"sans": "sans C2S", "avec": "avec C2S"}
PAR_CLASSE, EN_TOUT = 10_000, 20_000
MARQUE = "patientèle faite de comptes par classe au 31/12/"
_ANNEE = re.compile(re.escape(MARQUE) + r"(\d{4})")


@dataclass(slots=True)
class Saisie:
    """What was typed: the texts by name of field, the faults by name of field, and those that are of no field."""

    textes: dict[str, str]
    annee: int
    fautes: dict[str, str] = field(default_factory=dict)
    autres: list[Faute] = field(default_factory=list)

    @property
    def toutes(self) -> list[Faute]:
        """Return every fault, each under the label of its field."""
        libelles = {champ.nom: champ.libelle for section in SECTIONS for champ in champs_de(section, self.annee)} | noms_des_comptes()
        return [*self.autres, *(Faute(message, champ=libelles.get(nom, nom)) for nom, message in self.fautes.items())]

    @property
    def remplis(self) -> set[str]:
        """Return the fields that are not empty."""
        return {nom for nom, texte in self.textes.items() if texte.strip()}

    def texte(self, nom: str) -> str:
        """Return what was typed in a field."""
        return self.textes.get(nom, "")


def noms_des_comptes() -> dict[str, str]:
    """Return the fields of the patients: their names and labels."""
    return {f"patients.{classe}.{c2s}": f"{libelle}, {dit}" for classe, libelle in CLASSES.items() for c2s, dit in COMPTES.items()}


def depuis(dossier: Dossier, annee: int) -> Saisie:
    """Return the form of a dossier, filled with what it holds."""
    annee = annee_des_comptes(dossier) or annee
    textes = {
        champ.nom: champ.ecrire(_a(dossier.cabinet, champ.nom.split(".")))
        for section in SECTIONS for champ in champs_de(section, annee)
    }  # fmt: skip
    if annee_des_comptes(dossier):
        groupes = dossier.patients.group_by(pl.col("patient").str.replace(r"-\d+$", "").alias("groupe")).len()
        textes |= {f"patients.{groupe}": str(nombre) for groupe, nombre in groupes.iter_rows()}
    return Saisie(textes, annee)


def annee_des_comptes(dossier: Dossier) -> int | None:
    """Return the exercise for which a list was made of counts; nothing for a list of real patients."""
    trouvees = [int(lu.group(1)) + 1 for avertissement in dossier.avertissements if (lu := _ANNEE.match(avertissement))]
    return trouvees[0] if trouvees else None


def lire(textes: Mapping[str, str], annee: int, dessous: Dossier | None = None) -> tuple[Dossier | None, Saisie]:
    """Return the dossier that was typed, laid over another if there is one, and the form; no dossier if it has faults."""
    saisie = Saisie(dict(textes), annee)
    cabinet = copy.deepcopy(dict(dessous.cabinet)) if dessous else {}
    for section in SECTIONS:
        if not isinstance(cabinet.get(section.nom), list):
            _poser(cabinet, section, saisie)
    if "forfait_structure" in cabinet:
        cabinet.setdefault("dotation_numerique", {})
    medecin, fautes = modeles.lire(modeles.Medecin, {cle: _en_json(v) for cle, v in cabinet.get(MEDECIN, {}).items()}, MEDECIN)
    cabinet[MEDECIN] = {MEDECIN: IDENTIFIANT_PAR_DEFAUT, **medecin.fournis()} if medecin else {}
    _ranger([*fautes, *_fautes_des_sections(cabinet, annee)], saisie)
    if dessous is not None and annee_des_comptes(dessous) is None:
        return (None if saisie.toutes else replace(dessous, cabinet=cabinet)), saisie
    comptes = _comptes(saisie)
    if saisie.toutes:
        return None, saisie
    return _dossier(cabinet, comptes, annee), saisie


def _poser(cabinet: dict[str, Any], section: Section, saisie: Saisie) -> None:
    """Write the answers of a section where they stand; an empty one is taken away, and so is a section left empty."""
    for champ in champs_de(section, saisie.annee):
        *pas, dernier = champ.nom.split(".")
        if (valeur := champ.lire(saisie.texte(champ.nom))) is None:
            _retirer(cabinet, champ.nom.split("."))
            continue
        ici = cabinet
        for un in pas:
            ici = ici.setdefault(un, {})
        ici[dernier] = valeur


def _retirer(ou: dict[str, Any], pas: list[str]) -> None:
    premier, *reste = pas
    if premier not in ou:
        return
    if not reste:
        del ou[premier]
    elif isinstance(ou[premier], dict):
        _retirer(ou[premier], reste)
        if not ou[premier]:
            del ou[premier]


def _a(ou: Any, pas: list[str]) -> Any:
    for un in pas:
        ou = ou.get(un) if isinstance(ou, Mapping) else None
    return ou


def _fautes_des_sections(cabinet: dict[str, Any], annee: int) -> list[Faute]:
    fautes: list[Faute] = []
    for nom in dict.fromkeys(section.dispositif for section in SECTIONS if section.dispositif):
        section = nom.replace("-", "_")
        if section in cabinet:
            for entree in _entrees(cabinet, nom, annee):
                fautes += lire_entree(tous()[nom], entree, section)[1]
    return fautes


def _ranger(fautes: list[Faute], saisie: Saisie) -> None:
    """Put each fault under its field, as its file names it."""
    champs: dict[str, Champ] = {champ.nom: champ for section in SECTIONS for champ in champs_de(section, saisie.annee)}
    for faute in fautes:
        nom = (faute.champ or "").replace("dotation_numerique.forfait_structure.", "forfait_structure.")
        if nom in champs:
            saisie.fautes[nom] = f"{faute.message} (attendu : {faute.attendu})" if faute.attendu else faute.message
        else:
            saisie.autres.append(faute)


def _comptes(saisie: Saisie) -> dict[str, int]:
    """Return how many patients there are of each class, with and without C2S; notes what is no count."""
    comptes: dict[str, int] = {}
    for nom in noms_des_comptes():
        texte = "".join(saisie.texte(nom).split())
        if not texte:
            continue
        if not texte.isdecimal() or not texte.isascii() or len(texte) > 6 or int(texte) > PAR_CLASSE:
            saisie.fautes[nom] = f"valeur refusée (attendu : un nombre entier de 0 à {PAR_CLASSE})"
        else:
            comptes[nom.removeprefix("patients.")] = int(texte)
    if sum(comptes.values()) > EN_TOUT:
        saisie.autres.append(Faute("trop de patients en tout", champ="patients", attendu=f"{EN_TOUT} au plus"))
    return comptes


def _dossier(cabinet: dict[str, Any], comptes: Mapping[str, int], annee: int) -> Dossier:
    ages, fin, identifiant = _ages(annee), dt.date(annee - 1, 12, 31), cabinet[MEDECIN][MEDECIN]
    colonnes: dict[str, list[Any]] = {nom: [] for nom in ("patient", "medecin", "date_naissance", "ald", "c2s", "date_derniere_consultation")}
    for groupe, nombre in comptes.items():
        classe, c2s = groupe.split(".")
        colonnes["patient"] += [f"{groupe}-{rang:05d}" for rang in range(1, nombre + 1)]
        colonnes["medecin"] += [identifiant] * nombre
        # Born six months off their birthday: still of their class at the end of the year before and of the year after.
        colonnes["date_naissance"] += [dt.date(fin.year - ages[classe], 7, 1)] * nombre
        colonnes["ald"] += [classe.startswith("ald-")] * nombre
        colonnes["c2s"] += [c2s == "avec"] * nombre
        colonnes["date_derniere_consultation"] += [None if classe == "non-vu" else dt.date(fin.year, 7, 1)] * nombre
    schema = {"patient": pl.String, "medecin": pl.String, "date_naissance": pl.Date, "ald": pl.Boolean, "c2s": pl.Boolean,
              "date_derniere_consultation": pl.Date}  # fmt: skip
    affections = pl.DataFrame(schema={"patient": pl.String, "numero_ald": pl.Int64})
    dit = f"{MARQUE}{fin.year} : personne de réel n'y figure, et la prévention ne se calcule pas sans les actes de chacun"
    return Dossier(Path(), cabinet, pl.DataFrame(colonnes, schema=schema), None, affections, None, None, [dit])


def _ages(annee: int) -> dict[str, int]:
    """Return an age in the middle of each class, between the bounds that the text sets."""
    contexte = Demande(trouver_texte(EN_VIGUEUR), annee).contexte()

    def age(nom: str) -> int:
        valeur = contexte.figure(fmt.NOM, nom)[1]
        if valeur is None:
            raise Erreurs([Faute("les classes d'âge ne sont pas connues de cet exercice", champ="annee", valeur=annee)])
        return int(valeur)

    sept, soixante_quinze, quatre_vingts = age("age_7_ans"), age("age_75_ans"), age("age_grand_age")
    adulte = (sept + soixante_quinze) // 2
    return {
        "ald-80-ans-et-plus": quatre_vingts + 6, "ald-moins-de-80-ans": adulte, "80-ans-et-plus": quatre_vingts + 6,
        "75-79-ans": (soixante_quinze + quatre_vingts) // 2, "7-74-ans": adulte, "moins-de-7-ans": sept // 2, "non-vu": adulte,
    }  # fmt: skip


def _en_json(valeur: Any) -> Any:
    return valeur.isoformat() if isinstance(valeur, dt.date) else valeur
