"""The billing codes and the pairs of codes, read from the tables of the dispositifs and checked at loading."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, partial
from pathlib import Path
from typing import Any

from convmed.textes import Erreurs, Faute
from convmed.textes.bareme import DEBUT_DES_TEMPS, FIN_DES_TEMPS, dossiers_des_dispositifs, lignes_des_cles, lire_yaml

GENRES = ("consultation", "visite", "teleconsultation", "teleexpertise", "majoration", "deplacement", "acte-ccam", "modificateur")
# What is an act by itself; the rest completes one.
ACTES_NGAP = frozenset({"consultation", "visite", "teleconsultation"})
ACTES = ACTES_NGAP | {"teleexpertise", "acte-ccam"}
CLES = {"libelle", "genre", "groupes", "conditions", "reserves", "tarifs", "exige", "limites", "prise_en_charge", "normes", "note"}
PERIODES = ("semaine", "trimestre", "annee", "toujours")
PERMIS, INTERDIT, MUET = "permis", "interdit", "muet"


@dataclass(frozen=True, slots=True)
class Tarif:
    """One row of the price of a code: the figure that gives it, if all the rules of `si` are true."""

    figure: str
    si: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limite:
    """How many times a code may be billed: the figure of the maximum, by whom it is counted, over which period."""

    figure: str
    par: tuple[str, ...]
    periode: str


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """A billing code.

    `conditions` and `reserves` map a boolean rule of `seance` to its reference: the first must be true, the second
    must not be false; `exige` names the codes and groups of which one at least must be billed with it.
    """

    code: str
    dispositif: str
    libelle: str
    genre: str
    groupes: frozenset[str]
    conditions: Mapping[str, str]
    reserves: Mapping[str, str]
    tarifs: tuple[Tarif, ...]
    exige: tuple[str, ...]
    limites: tuple[Limite, ...]
    prise_en_charge: str | None
    normes: tuple[str, ...]
    note: str

    def est(self, designation: str) -> bool:
        """Tell whether a word of the tables means this code: its name, or `@` and one of its groups."""
        return designation == self.code or (designation[:1] == "@" and designation[1:] in self.groupes)


@dataclass(frozen=True, slots=True)
class Cumul:
    """What a text says of two codes billed together; `si` is the rule that opens the row."""

    id: str
    gauche: str
    droite: str
    reponse: str
    condition: str
    si: str
    du: dt.date
    au: dt.date
    article: str
    source: str
    confiance: str
    normes: tuple[str, ...]

    @property
    def references(self) -> list[str]:
        """Return where the answer is written."""
        return [texte for texte in (self.article, self.source) if texte]


# When nobody wrote anything on two codes, the answer says so.
SILENCE = Cumul("", "", "", MUET, "aucun texte lu ne traite de ces deux codes", "", DEBUT_DES_TEMPS, FIN_DES_TEMPS, "", "", "", ())
FORCE = {INTERDIT: 0, MUET: 1, PERMIS: 2}


@dataclass(slots=True)
class Nomenclature:
    """Every code and every cumul."""

    codes: dict[str, Code]
    cumuls: list[Cumul]
    _par_designation: dict[tuple[str, str], list[Cumul]] = field(default_factory=dict)
    _situations: dict[str, list[Cumul]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for cumul in self.cumuls:
            for paire in {(cumul.gauche, cumul.droite), (cumul.droite, cumul.gauche)}:
                self._par_designation.setdefault(paire, []).append(cumul)
        dites = [cumul for cumul in self.cumuls if cumul.droite[:1] == ":" and cumul.gauche[:1] != ":"]
        self._situations = {code.code: [c for c in dites if code.est(c.gauche)] for code in self.codes.values()}

    def trouver(self, code: str) -> Code | None:
        """Return a code, whatever the case in which it is written."""
        return self.codes.get(code) or self.codes.get(code.upper())

    def proches(self, code: str) -> list[str]:
        """Return the codes whose spelling is nearest."""
        return get_close_matches(code.upper(), self.codes, n=3, cutoff=0.4) or sorted(self.codes)[:3]

    def reponses(self, un: Code, autre: Code, date: dt.date) -> list[Cumul]:
        """Return what the texts say of two codes at a date, the most precise and most severe first; empty if nothing."""
        trouves = []
        for a in (un.code, *(f"@{g}" for g in un.groupes)):
            for b in (autre.code, *(f"@{g}" for g in autre.groupes)):
                for cumul in self._par_designation.get((a, b), ()):
                    if cumul.du <= date <= cumul.au:
                        trouves.append((a[0] == "@", b[0] == "@", cumul))
        trouves.sort(key=lambda t: (t[0] + t[1], FORCE[t[2].reponse], t[2].id))
        return [cumul for _, _, cumul in trouves]

    def situations(self, code: Code, date: dt.date) -> Iterator[Cumul]:
        """Yield the rows that speak of a code in a situation (`:depassement`)."""
        yield from (c for c in self._situations.get(code.code, ()) if c.du <= date <= c.au)


@cache
def nomenclature() -> Nomenclature:
    """Return the nomenclature of the package; `Erreurs` with every fault of its tables."""
    codes: dict[str, Code] = {}
    cumuls: list[Cumul] = []
    fautes: list[Faute] = []
    for dispositif, dossier in dossiers_des_dispositifs().items():
        for fichier in sorted(dossier.glob("codes*.yaml")):
            for code in lire_codes(fichier.read_text("utf-8"), fichier.name, dispositif, fautes):
                if code.code in codes:
                    fautes.append(Faute(f"code « {code.code} » déjà décrit ailleurs", fichier=fichier.name))
                codes[code.code] = code
        if (dossier / "cumuls.csv").is_file():
            cumuls += lire_cumuls(dossier / "cumuls.csv", fautes)
    groupes = {f"@{groupe}" for code in codes.values() for groupe in code.groupes}
    for cumul in cumuls:
        fautes += [Faute(f"cumul {cumul.id} : « {mot} » n'est ni un code, ni un groupe")
                   for mot in (cumul.gauche, cumul.droite)
                   if mot[:1] != ":" and mot not in codes and mot not in groupes]  # fmt: skip
    for code in codes.values():
        fautes += [Faute(f"{code.code} exige « {mot} », qui n'est ni un code, ni un groupe")
                   for mot in code.exige if mot not in codes and mot not in groupes]  # fmt: skip
    if fautes:
        raise Erreurs(fautes)
    return Nomenclature(codes, cumuls)


def lire_codes(texte: str, fichier: str, dispositif: str, fautes: list[Faute]) -> Iterator[Code]:
    """Yield the codes of one table, and add what is wrong in it to `fautes`."""
    contenu = lire_yaml(texte, fichier)
    lignes = lignes_des_cles(texte)
    for nom, bloc in ((contenu or {}).get("codes") or {}).items():
        ici = partial(Faute, fichier=fichier, ligne=lignes.get(("codes", nom)), champ=f"codes.{nom}")
        if not isinstance(nom, str) or not isinstance(bloc, dict):
            fautes.append(ici("un code est un bloc « CODE: {libelle, genre...} », le code entre guillemets au besoin"))
            continue
        fautes += [ici(f"clé inconnue « {cle} »", attendu="l'une de " + ", ".join(sorted(CLES)))
                   for cle in bloc if cle not in CLES]  # fmt: skip
        if bloc.get("genre") not in GENRES or not bloc.get("libelle"):
            fautes.append(ici("un code a un libellé et un genre", attendu="genre : l'un de " + ", ".join(GENRES)))
            continue
        limites = [Limite(b["figure"], tuple(b["par"]), b["periode"]) for b in bloc.get("limites") or []]
        fautes += [ici(f"période inconnue « {limite.periode} »", attendu="l'une de " + ", ".join(PERIODES))
                   for limite in limites if limite.periode not in PERIODES]  # fmt: skip
        yield _code(nom, dispositif, bloc, tuple(limites))


def _code(nom: str, dispositif: str, bloc: Mapping[str, Any], limites: tuple[Limite, ...]) -> Code:
    genre = bloc["genre"]
    complement = tuple(f"@{g}" for g in sorted(ACTES_NGAP)) if genre in {"majoration", "deplacement"} else ()
    complement = ("@acte-ccam",) if genre == "modificateur" else complement
    return Code(
        code=nom,
        dispositif=dispositif,
        libelle=bloc["libelle"],
        genre=genre,
        groupes=frozenset(bloc.get("groupes") or ()) | {genre},
        conditions=dict(bloc.get("conditions") or {}),
        reserves=dict(bloc.get("reserves") or {}),
        tarifs=tuple(Tarif(t["figure"], tuple(t.get("si") or ())) for t in bloc.get("tarifs") or [{"figure": nom}]),
        exige=tuple(bloc["exige"]) if "exige" in bloc else complement,
        limites=limites,
        prise_en_charge=bloc.get("prise_en_charge"),
        normes=tuple(bloc.get("normes") or ()),
        note=bloc.get("note") or "",
    )


def lire_cumuls(fichier: Path, fautes: list[Faute]) -> Iterator[Cumul]:
    """Yield the rows of a table of cumuls, and add what is wrong in it to `fautes`."""
    with fichier.open(encoding="utf-8", newline="") as flux:
        for rang, ligne in enumerate(csv.DictReader(flux), start=2):
            if ligne["reponse"] not in FORCE:
                fautes.append(Faute("réponse inconnue", fichier=fichier.name, ligne=rang, valeur=ligne["reponse"],
                                    attendu="permis, interdit ou muet"))  # fmt: skip
                continue
            yield Cumul(
                ligne["id"], ligne["code1"], ligne["code2"], ligne["reponse"], ligne["condition"], ligne["si"],
                _date(ligne["date_debut"], DEBUT_DES_TEMPS), _date(ligne["date_fin"], FIN_DES_TEMPS),
                ligne["article"], ligne["source"], ligne["confiance"], tuple(ligne["normes"].split()),
            )  # fmt: skip


def _date(valeur: str, defaut: dt.date) -> dt.date:
    return dt.date.fromisoformat(valeur) if valeur else defaut
