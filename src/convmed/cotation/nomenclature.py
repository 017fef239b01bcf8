"""The billing codes and the pairs of codes, read from the tables of the dispositifs and checked at loading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from convmed.donnees.entites import REGISTRE
from convmed.textes import Erreurs
from convmed.textes.bareme import DEBUT_DES_TEMPS, FIN_DES_TEMPS, dossiers_des_dispositifs
from convmed.textes.textes import baremes

GENRES = ("consultation", "visite", "teleconsultation", "teleexpertise", "majoration", "deplacement", "acte-ccam", "modificateur")
# What is an act by itself; the rest completes one.
ACTES_NGAP = frozenset({"consultation", "visite", "teleconsultation"})
ACTES = ACTES_NGAP | {"teleexpertise", "acte-ccam"}
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
    fichier: str = ""
    ligne: int | None = None

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
    fichier: str = ""
    ligne: int | None = None

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
    memoire: dict[str, Any] = field(default_factory=dict)

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
        yield from (c for c in self.toutes_les_situations(code) if c.du <= date <= c.au)

    def toutes_les_situations(self, code: Code) -> list[Cumul]:
        """Return the rows that speak of a code in a situation, whatever their dates."""
        return self._situations.get(code.code, [])


@cache
def nomenclature() -> Nomenclature:
    """Return the nomenclature of the package; `Erreurs` with every fault of its tables.

    To be called once every dispositif is loaded: until then the rules that the tables name are not known.
    """
    return charger(dossiers_des_dispositifs())


def charger(dossiers: Mapping[str, Path]) -> Nomenclature:
    """Read the tables of the dispositifs of these folders; `Erreurs` with every fault, its file and its line."""
    from convmed.cotation.tables import lire_les_tables  # noqa: PLC0415
    from convmed.cotation.verification import fautes_de  # noqa: PLC0415

    codes, cumuls, fautes = lire_les_tables(dossiers)
    charges = {regle.dispositif for versions in REGISTRE.regles.values() for regle in versions}
    regles = REGISTRE.regles if {code.dispositif for code in codes.values()} <= charges else None
    fautes += fautes_de(codes, cumuls, baremes(), regles)
    if fautes:
        raise Erreurs(fautes)
    return Nomenclature(codes, cumuls)
