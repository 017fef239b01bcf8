"""The state of a population: what the children of each row bring to it, taken once and kept as columns.

With these columns the rules of any text run without the children. A scatter onto dense arrays takes them several times
faster than grouping and joining, and one partition at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from convmed.moteur import noeuds
from convmed.moteur.colonnes import Calcul
from convmed.moteur.traduction import Traducteur

Entiers = npt.NDArray[np.int64]
Agregats = list[tuple[str, noeuds.Agregat]]
# Keys that leave at most so many places for one are looked up in an array.
TROUS = 8
AUCUNE_DATE = {"derniere": np.iinfo(np.int32).min, "premiere": np.iinfo(np.int32).max}


@dataclass(frozen=True, slots=True)
class Lecture:
    """What is read on the rows of a child that bear one word (or on all of them), and the aggregates taken from it."""

    calcul: Calcul
    enfant: str
    discriminant: tuple[str, str] | None
    du_parent: tuple[str, ...]
    niveaux_du_parent: list[dict[str, nw.Expr]]
    niveaux: list[dict[str, nw.Expr]]
    termes: dict[str, nw.Expr]
    agregats: Agregats


class Recensement:
    """Takes the aggregates that rules read over the children of an entity, for tables of one schema, again and again."""

    def __init__(self, entite: str) -> None:
        self.entite = entite
        self.noms: set[str] = set()
        self.lectures: list[Lecture] = []

    def ajouter(self, calcul: Calcul, resultats: Iterable[str], expressions: Iterable[noeuds.Noeud] = ()) -> None:
        """Prepare what results and expressions read under a context, besides what is already taken or supplied."""
        plan = calcul.planificateur.planifier(self.entite, resultats, expressions)
        for enfant, agregats in calcul.agregats_a_prendre(plan).items():
            par_mot: dict[tuple[str, str] | None, Agregats] = defaultdict(list)
            for nom, agregat in agregats:
                if nom not in self.noms:
                    self.noms.add(nom)
                    par_mot[_discriminant(calcul, agregat)].append((nom, agregat))
            for mot, pris in par_mot.items():
                self.lectures.append(self._preparer(calcul, enfant, mot, pris))

    def _preparer(self, calcul: Calcul, enfant: str, discriminant: tuple[str, str] | None, agregats: Agregats) -> Lecture:
        # Each condition and each term is computed once, whatever the number of aggregates that read it.
        lus = {calcul.analyse.empreinte(noeud): noeud for _, agregat in agregats for noeud in noeuds.enfants(agregat)}
        plan = calcul.planificateur.planifier(enfant, (), lus.values())
        traducteur = Traducteur(calcul.analyse, plan)
        du_parent = tuple(nom for nom in sorted(plan.du_parent) if calcul.analyse.fournie(nom))
        # What a rule of the parent takes from its children is taken before.
        self.ajouter(calcul, du_parent)
        niveaux_du_parent = calcul.niveaux(calcul.planificateur.planifier(self.entite, du_parent))
        termes = {nom: traducteur.expression(noeud) for nom, noeud in lus.items()}
        return Lecture(calcul, enfant, discriminant, du_parent, niveaux_du_parent, calcul.niveaux(plan), termes, agregats)

    def completer(self, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """Return the table of the entity with every aggregate that it does not hold; its key names each row once."""
        parents = tables[self.entite]
        rangees: dict[str, _Rangees] = {}
        for lecture in self.lectures:
            if all(nom in parents.columns for nom, _ in lecture.agregats):
                continue
            if lecture.enfant not in rangees:
                rangees[lecture.enfant] = _Rangees(tables[lecture.enfant], parents.get_column(self.entite))
            parents = parents.hstack(rangees[lecture.enfant].prendre(lecture, self._du_parent(lecture, parents), parents.columns))
        return parents

    def _du_parent(self, lecture: Lecture, parents: pl.DataFrame) -> pl.DataFrame:
        """Return the columns of the parents that a reading needs on its rows."""
        if not lecture.niveaux_du_parent:
            return parents.select(lecture.du_parent)
        calcules = lecture.calcul.appliquer(lecture.calcul.accueillir(self.entite, parents, []), lecture.niveaux_du_parent)
        lus: pl.DataFrame = calcules.select(*lecture.du_parent).to_native().collect()
        return lus


class _Rangees:
    """The rows of one child, sorted by word, with the row of the parent of each."""

    def __init__(self, table: pl.DataFrame, cles: pl.Series) -> None:
        self.taille = len(cles)
        self.rangs, self.table = _rangs(cles, table.get_column(cles.name)), table.drop(cles.name)
        if not (connues := self.rangs >= 0).all():
            self.table, self.rangs = self.table.filter(connues), self.rangs[connues]
        self.tries: dict[str, tuple[pl.DataFrame, Entiers, Entiers]] = {}

    def prendre(self, lecture: Lecture, parents: pl.DataFrame, connus: Collection[str]) -> list[pl.Series]:
        """Return the aggregates of one reading that are not known, on the rows of the parents."""
        table, rangs = self._de(lecture)
        table = table.with_columns(colonne.gather(rangs) for colonne in parents)
        calculee = lecture.calcul.appliquer(lecture.calcul.accueillir(lecture.enfant, table, []), lecture.niveaux)
        # A constant alone would give one row.
        lus: pl.DataFrame = calculee.select(nw.col(table.columns[0]), **lecture.termes).to_native().collect()
        empreinte = lecture.calcul.analyse.empreinte
        colonnes = []
        for nom, agregat in lecture.agregats:
            if nom in connus:
                continue
            compte = agregat.genre in {"nombre", "existe"}
            masque, ou = agregat.terme if compte else agregat.condition, rangs
            terme = lus.get_column(empreinte(agregat.terme))
            if masque is not None:
                retenus = lus.get_column(empreinte(masque)).fill_null(False)
                ou, terme = rangs[retenus.to_numpy()], terme.filter(retenus)
            colonnes.append(_compter(nom, agregat.genre, ou, self.taille) if compte else _poser(nom, agregat.genre, ou, terme, self.taille))
        return colonnes

    def _de(self, lecture: Lecture) -> tuple[pl.DataFrame, Entiers]:
        """Return the rows that bear the word of a reading, or all of them."""
        if lecture.discriminant is None:
            return self.table, self.rangs
        colonne, mot = lecture.discriminant
        mots = self.table.get_column(colonne)
        assert isinstance(mots.dtype, pl.Enum)
        connus = mots.dtype.categories.to_list()
        if colonne not in self.tries:
            # A hole is sorted after every word.
            numeros = mots.to_physical().fill_null(len(connus)).to_numpy()
            ordre = np.argsort(numeros, kind="stable")
            bornes = np.searchsorted(numeros[ordre], np.arange(len(connus) + 1))
            self.tries[colonne] = self.table[ordre], self.rangs[ordre], bornes
        table, rangs, bornes = self.tries[colonne]
        rang = connus.index(mot)
        debut, fin = bornes[rang], bornes[rang + 1]
        return table[debut:fin], rangs[debut:fin]


def _discriminant(calcul: Calcul, agregat: noeuds.Agregat) -> tuple[str, str] | None:
    """Return the closed column and the word that every row of an aggregate bears, if its condition says so."""
    condition = agregat.terme if agregat.genre in {"nombre", "existe"} else agregat.condition
    termes = condition.termes if isinstance(condition, noeuds.Logique) and condition.operateur == "et" else (condition,)
    for terme in termes:
        match terme:
            case noeuds.Operation("==", noeuds.Colonne(nom), noeuds.Litteral(str() as mot)) if mot in calcul.fermees.get(nom, ()):
                return nom, mot
    return None


def _rangs(cles: pl.Series, lues: pl.Series) -> Entiers:
    """Return the row of each child's parent; -1 for a parent that is not there."""
    if cles.dtype.is_integer() and len(cles):
        valeurs = cles.to_numpy().astype(np.int64)
        premiere, etendue = valeurs.min(), valeurs.max() - valeurs.min() + 1
        if etendue <= TROUS * len(cles):
            places = np.full(etendue + 1, -1, np.int64)
            places[valeurs - premiere] = np.arange(len(cles))
            # What is out of bounds reads the last place, which is nobody's.
            ecarts = lues.to_numpy().astype(np.int64) - premiere
            return np.asarray(places[np.where((ecarts >= 0) & (ecarts < etendue), ecarts, etendue)])
    index = pl.DataFrame({"cle": cles}).with_row_index("rang")
    trouves = pl.DataFrame({"cle": lues}).join(index, on="cle", how="left", maintain_order="left").get_column("rang")
    return trouves.cast(pl.Int64).fill_null(-1).to_numpy()


def _compter(nom: str, genre: str, rangs: Entiers, taille: int) -> pl.Series:
    if genre == "nombre":
        return pl.Series(nom, np.bincount(rangs, minlength=taille), pl.Int32)
    trouve = np.zeros(taille, bool)
    trouve[rangs] = True
    return pl.Series(nom, trouve)


def _poser(nom: str, genre: str, rangs: Entiers, valeurs: pl.Series, taille: int) -> pl.Series:
    """Sum values, or keep the first or last date, on the rows of the parents; no date where there was none."""
    if valeurs.null_count():
        fournies = valeurs.is_not_null()
        rangs, valeurs = rangs[fournies.to_numpy()], valeurs.filter(fournies)
    if genre == "somme":
        sommes = np.zeros(taille, np.int64)
        np.add.at(sommes, rangs, valeurs.to_numpy())
        return pl.Series(nom, sommes)
    aucune = AUCUNE_DATE[genre]
    bornes = np.full(taille, aucune, np.int32)
    (np.maximum if genre == "derniere" else np.minimum).at(bornes, rangs, valeurs.to_physical().to_numpy())
    dates = pl.Series(nom, bornes)
    return dates.set(dates == aucune, None).cast(pl.Date)
