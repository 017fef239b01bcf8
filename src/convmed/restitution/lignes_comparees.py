"""A comparison as it is told: what each text gives on each line, the differences, the totals of what compares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from convmed.dispositifs.socle import DU, INCOMPLET, NON_PUBLIE, SANS_OBJET, en_euros
from convmed.moteur.valeurs import Explication
from convmed.restitution import causes
from convmed.restitution.absences import NEANT, NON_CALCULE
from convmed.restitution.causes import Cause, Classe
from convmed.textes import Texte

# From the state that says least to the one that says most: a line made of several has the first of theirs.
ETATS = (NON_CALCULE, NON_PUBLIE, INCOMPLET, DU, SANS_OBJET, NEANT)
CERTAINS = frozenset({DU, SANS_OBJET, NEANT})
CONFIANCES = ("deduit", "presse", "officiel")
SCHEMA: dict[str, type[pl.DataType] | pl.DataType] = {
    "dispositif": pl.String, "libelle": pl.String, "texte": pl.String, "libelle_du_texte": pl.String,
    "montant": pl.Decimal(18, 2), "etat": pl.String, "motif": pl.String, "confiance": pl.String, "comparable": pl.Boolean,
    "reference": pl.String, "difference": pl.Decimal(18, 2), "pourquoi": pl.String,
}  # fmt: skip
# The dispositif, the rule that pays, and the label where one rule pays several things (two contracts).
Cle = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """What one text gives on one line.

    `montant` in cents: `None` if it cannot be told, 0 with its `motif` if nothing is due; `néant` is a line that the
    text does not know.
    """

    montant: int | None
    etat: str = DU
    motif: str = ""
    libelle: str = ""
    confiance: str = "officiel"
    explications: tuple[Explication, ...] = ()

    @property
    def comparable(self) -> bool:
        """Tell whether the amount is whole: missing is not zero."""
        return self.montant is not None and self.etat in CERTAINS

    @property
    def pourquoi(self) -> str:
        """Say the state and its reason."""
        return self.motif if self.etat in self.motif else " : ".join(filter(None, (self.etat, self.motif)))

    def en_dict(self) -> dict[str, Any]:
        """Return the part as JSON, amount in euros."""
        return {
            "montant": en_euros(self.montant), "etat": self.etat, "motif": self.motif, "libelle": self.libelle,
            "confiance": self.confiance,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ecart:
    """One text against the reference on one line: the difference in cents, or why there is none; and where it comes from.

    `reste` is what the effects of the figures, each taken alone, leave: rules that changed, and crossed effects.
    """

    difference: int | None
    motif: str = ""
    causes: tuple[Cause, ...] = ()
    classes: tuple[Classe, ...] = ()
    reste: int | None = None

    @property
    def phrases(self) -> list[str]:
        """Say in French where the difference comes from, what weighs most first."""
        # Where another rule makes the amount, the classes of patients say more than figures that only one side has.
        remplacee = bool(self.classes) and any(cause.genre == causes.REMPLACEMENT for cause in self.causes)
        retenues = [cause for cause in self.causes if cause.effet != 0 and (cause.deux_cotes or not remplacee)]
        mesurees = [cause.phrase for cause in retenues if cause.effet is not None]
        reste = [f"règles et effets croisés : {causes.signe(self.reste)}"] if self.reste else []
        return [*filter(None, [self.motif]), *mesurees, *reste, *(cause.phrase for cause in retenues if cause.effet is None)]

    @property
    def par_classe(self) -> list[Classe]:
        """Return the classes of patients that bring more or less."""
        return [classe for classe in self.classes if classe.difference]

    def en_dict(self) -> dict[str, Any]:
        """Return the difference as JSON, amounts in euros."""
        return {
            "difference": en_euros(self.difference), "motif": self.motif, "causes": [cause.en_dict() for cause in self.causes],
            "classes": [classe.en_dict() for classe in self.classes], "reste": en_euros(self.reste),
        }  # fmt: skip


@dataclass(slots=True)
class LigneComparee:
    """One line of the comparison: what each text gives, by id of text, and the amounts of which it is the sum."""

    dispositif: str
    cles: tuple[Cle, ...]
    parts: dict[str, Part]
    details: list[LigneComparee] = field(default_factory=list)
    ecarts: dict[str, Ecart] = field(default_factory=dict)

    @property
    def libelle(self) -> str:
        """Return the label under each text, each once, oldest first."""
        return " / ".join(dict.fromkeys(part.libelle for part in self.parts.values() if part.libelle))

    def comparable(self, *textes: str) -> bool:
        """Tell whether the amounts under these texts (all by default) are whole."""
        return all(self.parts[texte].comparable for texte in textes or self.parts)

    def difference(self, reference: str, texte: str) -> int | None:
        """Return a text minus the reference in cents; `None` if one of the two amounts is not whole."""
        avant, apres = self.parts[reference].montant, self.parts[texte].montant
        return None if avant is None or apres is None or not self.comparable(reference, texte) else apres - avant

    def raison(self, *textes: str) -> str:
        """Say what keeps the amounts from being compared, text by text."""
        tues = {texte: self.parts[texte] for texte in textes if not self.parts[texte].comparable}
        return " ; ".join(f"{texte} : {part.pourquoi}" for texte, part in tues.items())


@dataclass(slots=True)
class Comparaison:
    """One practice under several texts, line by line, against one of them."""

    medecin: str
    annee: int
    textes: dict[str, Texte]
    reference: str
    lignes: list[LigneComparee]
    totaux_des_releves: dict[str, int]
    avertissements: list[str]

    @property
    def autres(self) -> list[str]:
        """Return the texts that are compared with the reference."""
        return [texte for texte in self.textes if texte != self.reference]

    def total(self, texte: str, *parmi: str) -> int:
        """Return the total of a text in cents over the lines comparable under the texts given (all by default)."""
        return sum(ligne.parts[texte].montant or 0 for ligne in self.lignes if ligne.comparable(*(parmi or self.textes)))

    def non_comparees(self, *parmi: str) -> list[LigneComparee]:
        """Return the lines left out of a total over these texts (all by default)."""
        return [ligne for ligne in self.lignes if not ligne.comparable(*(parmi or self.textes))]

    def par_dispositif(self, texte: str) -> dict[str, int]:
        """Return the known amounts of each dispositif under a text, in cents."""
        sommes: dict[str, int] = {}
        for ligne in self.lignes:
            sommes[ligne.dispositif] = sommes.get(ligne.dispositif, 0) + (ligne.parts[texte].montant or 0)
        return sommes

    def table(self) -> pl.DataFrame:
        """Return one row a line and text, amounts in euros as decimals."""
        rangees = [
            {
                "dispositif": ligne.dispositif, "libelle": ligne.libelle, "texte": texte, "libelle_du_texte": part.libelle,
                "montant": part.montant, "etat": part.etat, "motif": part.motif, "confiance": part.confiance,
                "comparable": part.comparable, "reference": self.reference,
                "difference": ligne.difference(self.reference, texte),
                "pourquoi": " ; ".join(_dites(ligne.ecarts[texte])) if texte in ligne.ecarts else "",
            }
            for ligne in self.lignes
            for texte, part in ligne.parts.items()
        ]  # fmt: skip
        centimes = {nom: pl.Int64 if isinstance(genre, pl.Decimal) else genre for nom, genre in SCHEMA.items()}
        return pl.DataFrame(rangees, schema=centimes).with_columns(
            (pl.col(nom).cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2)) for nom in ("montant", "difference")
        )

    def en_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON, amounts in euros."""
        return {
            "medecin": self.medecin,
            "annee": self.annee,
            "reference": self.reference,
            "textes": [self._texte_en_dict(texte) for texte in self.textes],
            "lignes": [self._ligne_en_dict(ligne) for ligne in self.lignes],
            "non_comparees": [
                {"dispositif": ligne.dispositif, "libelle": ligne.libelle, "motif": ligne.raison(*self.textes)}
                for ligne in self.non_comparees()
            ],
            "avertissements": self.avertissements,
        }

    def _texte_en_dict(self, texte: str) -> dict[str, Any]:
        paire = (self.reference, texte)
        return {
            "texte": texte,
            "libelle": self.textes[texte].libelle,
            "total_du_releve": en_euros(self.totaux_des_releves[texte]),
            "total_comparable": en_euros(self.total(texte)),
            "contre_la_reference": {
                "total": en_euros(self.total(texte, *paire)),
                "total_de_la_reference": en_euros(self.total(self.reference, *paire)),
                "difference": en_euros(self.total(texte, *paire) - self.total(self.reference, *paire)),
                "lignes_non_comparees": [ligne.libelle for ligne in self.non_comparees(*paire)],
            },
            "par_dispositif": {nom: en_euros(somme) for nom, somme in self.par_dispositif(texte).items()},
        }

    def _ligne_en_dict(self, ligne: LigneComparee) -> dict[str, Any]:
        return {
            "dispositif": ligne.dispositif,
            "libelle": ligne.libelle,
            "comparable": ligne.comparable(),
            "montants": {texte: part.en_dict() for texte, part in ligne.parts.items()},
            "ecarts": {texte: ecart.en_dict() for texte, ecart in ligne.ecarts.items()},
            "details": [
                {"libelle": detail.libelle, "montants": {texte: part.en_dict() for texte, part in detail.parts.items()}}
                for detail in ligne.details
            ],
        }


def _dites(ecart: Ecart) -> list[str]:
    return [*ecart.phrases, *(classe.phrase for classe in ecart.par_classe)]


def ensemble(parts: Iterable[Part]) -> Part:
    """Return several parts as one: their sum, unless one of them is not known."""
    toutes = list(parts)
    montants = [part.montant for part in toutes]
    etat = min((part.etat for part in toutes), key=ETATS.index)
    motifs = dict.fromkeys(part.motif for part in toutes if part.etat == etat and part.motif)
    return Part(
        None if None in montants else sum(montant or 0 for montant in montants), etat, " ; ".join(motifs),
        " + ".join(dict.fromkeys(part.libelle for part in toutes if part.libelle)),
        min((part.confiance for part in toutes), key=CONFIANCES.index),
        tuple({id(e): e for part in toutes for e in part.explications}.values()),
    )  # fmt: skip
