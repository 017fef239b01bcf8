"""Reads the tables of codes (`codes*.yaml`) and of pairs (`cumuls.csv`): every fault, with its file and its line."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from convmed.cotation.nomenclature import ACTES_NGAP, FORCE, GENRES, Code, Cumul, Limite, Tarif
from convmed.textes import Erreurs, Faute
from convmed.textes.bareme import CONFIANCES, DEBUT_DES_TEMPS, FIN_DES_TEMPS, lignes_des_cles, lire_yaml

PERIODES = ("semaine", "trimestre", "annee", "toujours")
COMPTES = ("medecin", "patient")
COLONNES = (
    "id", "code1", "code2", "reponse", "condition", "si", "date_debut", "date_fin", "article", "source", "confiance", "normes",
)  # fmt: skip
# What each key of a code is; the checks below say the same in French.
TEXTES, LISTES, BLOCS, RANGEES = ("libelle", "genre", "prise_en_charge", "note"), ("groupes", "exige", "normes"), ("conditions", "reserves"), ("tarifs", "limites")
CLES = {*TEXTES, *LISTES, *BLOCS, *RANGEES}


def lire_les_tables(dossiers: Mapping[str, Path]) -> tuple[dict[str, Code], list[Cumul], list[Faute]]:
    """Read every table of these folders: the codes, the cumuls and what is wrong."""
    codes: dict[str, Code] = {}
    cumuls: list[Cumul] = []
    fautes: list[Faute] = []
    for dispositif, dossier in dossiers.items():
        for fichier in sorted(dossier.glob("codes*.yaml")):
            for code in lire_codes(fichier.read_text("utf-8"), fichier.name, dispositif, fautes):
                if code.code in codes:
                    ailleurs = codes[code.code].fichier
                    fautes.append(Faute(f"code « {code.code} » déjà décrit dans {ailleurs}", fichier=code.fichier, ligne=code.ligne))
                codes[code.code] = code
        if (dossier / "cumuls.csv").is_file():
            cumuls += lire_cumuls(dossier / "cumuls.csv", fautes)
    return codes, cumuls, fautes


def lire_codes(texte: str, fichier: str, dispositif: str, fautes: list[Faute]) -> Iterator[Code]:
    """Yield the codes of one table, and add what is wrong in it to `fautes`."""
    try:
        contenu = lire_yaml(texte, fichier)
    except Erreurs as erreurs:
        fautes += erreurs.fautes
        return
    lignes = lignes_des_cles(texte)
    blocs = contenu.get("codes") if isinstance(contenu, dict) else None
    if not isinstance(blocs, dict):
        fautes.append(Faute("une table de codes est un bloc « codes: »", fichier=fichier, ligne=1))
        return
    # As they are written: YAML makes of an unquoted NO or 3 something that is no text.
    ecrits = [chemin[1] for chemin in lignes if len(chemin) == 2 and chemin[0] == "codes"]
    for mot, (nom, bloc) in zip(ecrits, blocs.items(), strict=True):
        ici = ("codes", mot)
        trouvees = [
            Faute(message, fichier, lignes.get((*ici, *chemin), lignes[ici]), champ=".".join(map(str, (*ici, *chemin))), attendu=attendu)
            for chemin, message, attendu in fautes_du_bloc(nom, bloc)
        ]
        fautes += trouvees
        if not trouvees:
            yield _code(nom, dispositif, bloc, (fichier, lignes[ici]))


def fautes_du_bloc(nom: Any, bloc: Any) -> Iterator[tuple[tuple[str | int, ...], str, str | None]]:
    """Yield where a code is ill-written, why, and what was expected."""
    if not isinstance(nom, str) or not isinstance(bloc, dict):
        yield (), "un code est un bloc « CODE: {libelle, genre...} », le code entre guillemets au besoin", '"3", "NO"...'
        return
    for cle in bloc:
        if cle not in CLES:
            yield (str(cle),), f"clé inconnue « {cle} »", "l'une de " + ", ".join(sorted(CLES))
    if bloc.get("genre") not in GENRES:
        yield ("genre",), f"genre inconnu « {bloc.get('genre')} »", "l'un de " + ", ".join(GENRES)
    for cle in TEXTES:
        if (cle in bloc or cle == "libelle") and (not isinstance(bloc.get(cle), str) or not bloc[cle]):
            yield (cle,), "un texte est attendu", None
    for cle in LISTES:
        if cle in bloc and not _est_une_liste(bloc[cle]):
            yield (cle,), "une liste de textes est attendue", None
    for cle in BLOCS:
        if cle in bloc and not _est_un_bloc(bloc[cle]):
            yield (cle,), "un bloc « règle: référence » est attendu", None
    yield from _fautes_des_rangees(bloc)


def _fautes_des_rangees(bloc: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, str | None]]:
    for cle, permises in (("tarifs", {"figure", "si"}), ("limites", {"figure", "par", "periode"})):
        rangees = bloc.get(cle, [])
        if not isinstance(rangees, list):
            yield (cle,), "une liste est attendue", None
            continue
        for rang, rangee in enumerate(rangees):
            ou = (cle, rang)
            if not isinstance(rangee, dict) or not set(rangee) <= permises or not isinstance(rangee.get("figure"), str):
                yield ou, "rangée mal écrite", "{" + ", ".join(sorted(permises)) + "}"
            elif cle == "tarifs" and not _est_une_liste(rangee.get("si", [])):
                yield (*ou, "si"), "une liste de règles est attendue", None
            elif cle == "limites" and rangee.get("periode") not in PERIODES:
                yield ou, f"période inconnue « {rangee.get('periode')} »", "l'une de " + ", ".join(PERIODES)
            elif cle == "limites" and (not _est_une_liste(par := rangee.get("par")) or not par or not set(par) <= set(COMPTES)):
                yield (*ou, "par"), "par qui compter ?", "une liste de " + ", ".join(COMPTES)


def _est_une_liste(valeur: Any) -> bool:
    return isinstance(valeur, list) and all(isinstance(mot, str) and mot for mot in valeur)


def _est_un_bloc(valeur: Any) -> bool:
    return isinstance(valeur, dict) and _est_une_liste([*valeur, *valeur.values()])


def _code(nom: str, dispositif: str, bloc: Mapping[str, Any], lieu: tuple[str, int | None]) -> Code:
    genre = bloc["genre"]
    complement = tuple(f"@{g}" for g in sorted(ACTES_NGAP)) if genre in {"majoration", "deplacement"} else ()
    complement = ("@acte-ccam",) if genre == "modificateur" else complement
    return Code(
        code=nom,
        dispositif=dispositif,
        libelle=bloc["libelle"],
        genre=genre,
        groupes=frozenset(bloc.get("groupes", ())) | {genre},
        conditions=dict(bloc.get("conditions", {})),
        reserves=dict(bloc.get("reserves", {})),
        tarifs=tuple(Tarif(t["figure"], tuple(t.get("si", ()))) for t in bloc.get("tarifs") or [{"figure": nom}]),
        exige=tuple(bloc["exige"]) if "exige" in bloc else complement,
        limites=tuple(Limite(b["figure"], tuple(b["par"]), b["periode"]) for b in bloc.get("limites", ())),
        prise_en_charge=bloc.get("prise_en_charge"),
        normes=tuple(bloc.get("normes", ())),
        note=bloc.get("note", ""),
        fichier=lieu[0],
        ligne=lieu[1],
    )


def lire_cumuls(fichier: Path, fautes: list[Faute]) -> Iterator[Cumul]:
    """Yield the rows of a table of cumuls, and add what is wrong in it to `fautes`."""
    with fichier.open(encoding="utf-8", newline="") as flux:
        lignes = csv.DictReader(flux)
        if tuple(lignes.fieldnames or ()) != COLONNES:
            fautes.append(Faute("colonnes inattendues", fichier=fichier.name, ligne=1, attendu=",".join(COLONNES)))
            return
        for ligne in lignes:
            trouvees = [
                Faute(message, fichier=fichier.name, ligne=lignes.line_num, colonne=colonne, valeur=ligne.get(colonne), attendu=attendu)
                for colonne, message, attendu in fautes_de_la_ligne(ligne)
            ]
            fautes += trouvees
            if not trouvees:
                yield Cumul(
                    ligne["id"], ligne["code1"], ligne["code2"], ligne["reponse"], ligne["condition"], ligne["si"],
                    _date(ligne["date_debut"], DEBUT_DES_TEMPS), _date(ligne["date_fin"], FIN_DES_TEMPS),
                    ligne["article"], ligne["source"], ligne["confiance"], tuple(ligne["normes"].split()), fichier.name, lignes.line_num,
                )  # fmt: skip


def fautes_de_la_ligne(ligne: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """Yield the column in which a row of cumuls is ill-written, why, and what was expected."""
    if None in ligne or None in ligne.values():
        yield "id", "nombre de cellules inattendu", str(len(COLONNES))
        return
    if ligne["reponse"] not in FORCE:
        yield "reponse", "réponse inconnue", "permis, interdit ou muet"
    if ligne["confiance"] not in CONFIANCES:
        yield "confiance", "confiance inconnue", "l'une de " + ", ".join(CONFIANCES)
    for colonne in ("id", "code1", "code2"):
        if not ligne[colonne]:
            yield colonne, "cellule vide", None
    if not ligne["article"] and not ligne["source"]:
        yield "source", "ni article, ni source", None
    if ligne["code1"][:1] == ":" and ligne["code2"][:1] != ":":
        yield "code1", "une situation se lit à droite de ce qu'elle qualifie", None
    dates = []
    for colonne, defaut in (("date_debut", DEBUT_DES_TEMPS), ("date_fin", FIN_DES_TEMPS)):
        try:
            dates.append(_date(ligne[colonne], defaut))
        except ValueError:
            yield colonne, "date illisible", "AAAA-MM-JJ"
    if len(dates) == 2 and dates[0] > dates[1]:
        yield "date_fin", "la fin précède le début", f"une date depuis le {dates[0]:%d/%m/%Y}"


def _date(valeur: str, defaut: dt.date) -> dt.date:
    return dt.date.fromisoformat(valeur) if valeur else defaut
