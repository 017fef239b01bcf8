"""Reads `cabinet.toml`: who the doctor is, and one section for each dispositif that needs more than patients and acts."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from convmed.donnees import modeles
from convmed.donnees.colonnes_dossier import OUI_NON, normaliser
from convmed.textes import Erreurs, Faute, dit_en_francais

NOM = "cabinet.toml"
MEDECIN = "medecin"
SECTIONS = (
    MEDECIN, "dotation_numerique", "forfait_structure", "vsm", "missions_specifiques", "aides_installation",
    "consultations_avancees", "contrats_demographiques", "avantages_sociaux", "assistants_medicaux", "optam",
)  # fmt: skip
IDENTIFIANT_PAR_DEFAUT = "cabinet"
_CHOIX = {
    nom: {normaliser(mot): mot for mot in get_args(valeurs)}
    for nom, valeurs in (("zone", modeles.ZONES), ("secteur", modeles.SECTEURS), ("option_tarifaire", modeles.OPTIONS))
}
_ENTIERS_ECRITS_SANS_GUILLEMETS = {"medecin": 1, "specialite": 2, "secteur": 1, "departement": 2}
_BOOLEENS = ("qpv", "mep")
_DATE_FRANCAISE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_SECTION = re.compile(r"""\s*\[{1,2}\s*["']?([\w-]+)["']?\s*[\].]""")
_CLE = re.compile(r"""\s*["']?([\w-]+)["']?\s*[=.]""")
_MESSAGES = (
    ("twice", "cette section est écrite deux fois", "une seule fois chaque section"),
    ("overwrite", "cette clé est écrite deux fois", "une seule fois chaque clé"),
    ("Invalid value", "valeur illisible", 'un texte entre guillemets ("01"), un nombre (0.5), true, false ou une date 2026-01-31'),
    ("date", "date impossible", "une date AAAA-MM-JJ"),
)


def lire_cabinet(chemin: Path) -> dict[str, Any]:
    """Return the sections of `cabinet.toml`; `Erreurs` with every fault, its line and what was expected.

    `[medecin]` is checked and its dates are dates; the other sections are the `entree` of their dispositif (or a list
    of them, written `[[section]]`), which checks them: only their dates are made ISO.
    """
    texte = _texte(chemin)
    try:
        document = tomllib.loads(texte)
    except tomllib.TOMLDecodeError as erreur:
        raise Erreurs([_faute_de_syntaxe(str(erreur), texte)]) from None
    lignes = _lignes(texte)
    fautes: list[Faute] = []
    sections: dict[str, Any] = {}
    for nom, section in document.items():
        plusieurs = isinstance(section, list) and section and all(isinstance(une, dict) for une in section)
        if nom not in SECTIONS:
            proches = get_close_matches(nom, SECTIONS, n=3, cutoff=0.5)
            fautes.append(Faute("section inconnue" if isinstance(section, dict) or plusieurs else "cette clé n'est dans aucune section",
                                fichier=NOM, ligne=lignes.get((nom, "")) or lignes.get(("", nom)), champ=nom,
                                attendu=("peut-être " if proches else "l'une de ") + ", ".join(proches or SECTIONS)))  # fmt: skip
        elif not isinstance(section, dict) and (nom == MEDECIN or not plusieurs):
            fautes.append(Faute("ce n'est pas une section", fichier=NOM, ligne=lignes.get(("", nom)) or lignes.get((nom, "")),
                                champ=nom, attendu=f"[{nom}] sur une ligne, puis une ligne par valeur"))  # fmt: skip
        elif nom == MEDECIN:
            medecin, fautes_du_medecin = _medecin(section, lignes)
            fautes += fautes_du_medecin
            sections[nom] = medecin
        else:
            sections[nom] = _dates_iso(section)
    if MEDECIN not in document:
        fautes.append(Faute("la section [medecin] manque", fichier=NOM, attendu="[medecin], puis spécialité, secteur..."))
    if fautes:
        raise Erreurs(sorted(fautes, key=lambda faute: faute.ligne or 0))
    return sections


def _texte(chemin: Path) -> str:
    try:
        octets = chemin.read_bytes()
    except FileNotFoundError:
        raise Erreurs([Faute("ce fichier manque dans le dossier", fichier=NOM, attendu="une section [medecin]")]) from None
    except OSError as erreur:
        quoi = "c'est un dossier, pas un fichier" if chemin.is_dir() else f"lecture impossible ({dit_en_francais(erreur)})"
        raise Erreurs([Faute(quoi, fichier=NOM)]) from None
    for encodage in ("utf-8-sig", "cp1252"):
        try:
            texte = octets.decode("utf-16" if octets[:2] in {b"\xff\xfe", b"\xfe\xff"} else encodage)
        except UnicodeDecodeError:
            continue
        if "\x00" not in texte:
            return texte.replace("\r\n", "\n")
    raise Erreurs([Faute("ce fichier n'est pas du texte", fichier=NOM, attendu="un fichier TOML en UTF-8")])


def _faute_de_syntaxe(message: str, texte: str) -> Faute:
    place = re.search(r"at line (\d+)", message)
    ligne = int(place.group(1)) if place else texte.count("\n") + 1
    for motif, francais, attendu in _MESSAGES:
        if motif in message:
            return Faute(francais, fichier=NOM, ligne=ligne, attendu=attendu)
    return Faute("syntaxe TOML incorrecte", fichier=NOM, ligne=ligne,
                 attendu='cle = valeur, un texte entre guillemets (specialite = "01"), un commentaire après #')  # fmt: skip


def _lignes(texte: str) -> dict[tuple[str, str], int]:
    """Return the line of each section, `(section, "")`, and of each of its keys; top-level keys are `("", key)`."""
    lignes: dict[tuple[str, str], int] = {}
    section = ""
    for numero, ligne in enumerate(texte.split("\n"), start=1):
        if ouverte := _SECTION.match(ligne):
            section = ouverte.group(1)
            lignes.setdefault((section, ""), numero)
        elif cle := _CLE.match(ligne):
            lignes.setdefault((section, cle.group(1)), numero)
    return lignes


def _medecin(section: dict[str, Any], lignes: dict[tuple[str, str], int]) -> tuple[dict[str, Any], list[Faute]]:
    nette = {cle: _valeur_du_medecin(cle, valeur) for cle, valeur in section.items()}
    medecin, fautes = modeles.lire(modeles.Medecin, nette, MEDECIN)
    if medecin is not None:
        donnees = medecin.fournis()
        donnees[MEDECIN] = donnees.get(MEDECIN) or IDENTIFIANT_PAR_DEFAUT
        return donnees, []
    situees = []
    for faute in fautes:
        cle = (faute.champ or "").removeprefix(f"{MEDECIN}.")
        attendu = faute.attendu
        if cle not in modeles.Medecin.model_fields:
            proches = get_close_matches(cle, modeles.Medecin.model_fields, n=3)
            attendu = ("peut-être " if proches else "l'un de ") + ", ".join(proches or modeles.Medecin.model_fields)
        situees.append(Faute(faute.message, fichier=NOM, ligne=lignes.get((MEDECIN, cle)), champ=faute.champ, attendu=attendu,
                             valeur=None if cle == MEDECIN else faute.valeur))  # fmt: skip
    return {}, situees


def _valeur_du_medecin(cle: str, valeur: Any) -> Any:
    """Accept what a hand writes: 1 for "1", "ZIP" for "zip", oui for true, 31/12/1970 for 1970-12-31."""
    if isinstance(valeur, int) and not isinstance(valeur, bool) and cle in _ENTIERS_ECRITS_SANS_GUILLEMETS:
        valeur = str(valeur).zfill(_ENTIERS_ECRITS_SANS_GUILLEMETS[cle])
    if not isinstance(valeur, str):
        return valeur
    if cle in _CHOIX:
        return _CHOIX[cle].get(normaliser(valeur), valeur)
    if cle in _BOOLEENS:
        return OUI_NON.get(normaliser(valeur), valeur)
    if cle.startswith("date_"):
        return _date_iso(valeur)
    return valeur.strip()


def _dates_iso(valeur: Any) -> Any:
    if isinstance(valeur, dict):
        return {cle: _dates_iso(contenu) for cle, contenu in valeur.items()}
    if isinstance(valeur, list):
        return [_dates_iso(contenu) for contenu in valeur]
    if isinstance(valeur, (dt.date, dt.time)):
        return valeur.isoformat()
    return _date_iso(valeur) if isinstance(valeur, str) else valeur


def _date_iso(texte: str) -> str:
    if francaise := _DATE_FRANCAISE.fullmatch(texte.strip()):
        jour, mois, annee = francaise.groups()
        return f"{annee}-{int(mois):02d}-{int(jour):02d}"
    return texte
