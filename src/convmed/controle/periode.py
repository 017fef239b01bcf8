"""The checks of the lines of one period, during which no rule, figure nor cumul changes.

Every check reads the same tables and the same rules as a single encounter does: a condition is a column of `seance`, a
pair is a row of the cumuls, a price is a row of the tariff.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from convmed.cotation.jugement import CONNU, INEXISTANT, Prix, lire_prix, minuscule
from convmed.cotation.nomenclature import INTERDIT, MUET, PERMIS, SILENCE, Code, Cumul, Nomenclature
from convmed.moteur.colonnes import Calcul
from convmed.moteur.registre import Contexte, RegleAbsente

SEANCE = "seance"
# What is found, from the gravest: forbidden, over a maximum, another price than the tariff, silent texts, less than is due.
CONSTATS = ("interdit", "limite", "tarif", "muet", "sous-cotation")
GENRES_A_PROPOSER = frozenset({"majoration", "deplacement"})


@dataclass(frozen=True, slots=True)
class Preuve:
    """What one check says when it finds something: the finding, the rule, the reason, the texts."""

    constat: str
    regle: str
    motif: str
    references: str


class Periode:
    """Lines and encounters of one period, judged under one context."""

    def __init__(
        self, contexte: Contexte, table: Nomenclature, seances: pl.DataFrame, lignes: pl.DataFrame, preuves: dict[Preuve, int]
    ) -> None:
        self.contexte, self.table, self.preuves = contexte, table, preuves
        self.rangs = {code: rang for rang, code in enumerate(table.codes)}
        presents = set(lignes.get_column("code").unique())
        self.presents = [code for code in table.codes.values() if code.code in presents]
        self.proposables = [
            code for code in table.codes.values() if code.genre in GENRES_A_PROPOSER and self.prix(code)[0][1].etat == CONNU
        ]
        noms = self._regles_lues()
        calcul = Calcul(contexte, {SEANCE: seances})
        colonnes = calcul.evaluer(SEANCE, noms).collect() if noms else seances.select(SEANCE)
        self.seances: pl.DataFrame = colonnes
        self.lues = frozenset(noms)
        # The columns of the file are marked: a rule may bear the name of one (`depassement`).
        lignes = lignes.select(
            "ligne", SEANCE, *(pl.col(nom).alias(f"_{nom}") for nom in ("montant", "depassement", "quantite") if nom in lignes.columns),
            _code=pl.col("code").replace_strict(list(self.rangs), list(self.rangs.values()), return_dtype=pl.UInt16),
        )  # fmt: skip
        self.lignes = lignes.join(colonnes, on=SEANCE, how="left", maintain_order="left")

    # Rules that the tables name, and that hold in this period.

    def existe(self, regle: str) -> bool:
        """Tell whether a rule holds in the period."""
        try:
            self.contexte.regle(regle)
        except RegleAbsente:
            return False
        return True

    def _regles_lues(self) -> list[str]:
        noms: dict[str, None] = {}
        for code in (*self.presents, *self.proposables):
            noms |= dict.fromkeys((*code.conditions, *code.reserves))
            noms |= dict.fromkeys(nom for tarif in code.tarifs for nom in tarif.si)
            for cumul in self.table.situations(code, self.contexte.date):
                noms[cumul.droite[1:]] = None
                noms |= {cumul.si: None} if cumul.si else {}
        for un, autre in combinations((*self.presents, *self.proposables), 2):
            noms |= dict.fromkeys(c.si for c in self.table.reponses(un, autre, self.contexte.date) if c.si)
        return [nom for nom in noms if self.existe(nom)]

    def prix(self, code: Code) -> list[tuple[tuple[str, ...], Prix]]:
        """Return the rows of the tariff of a code that may apply in the period, each with the rules that open it."""
        rangees = [
            (tarif.si, lire_prix(code, tarif.figure, self.contexte)) for tarif in code.tarifs if all(map(self.existe, tarif.si))
        ]
        connues = [rangee for rangee in rangees if rangee[1].etat != INEXISTANT]
        return connues or rangees or [((), Prix(INEXISTANT, motif=f"{code.code} n'a pas de tarif"))]

    # Each check yields rows (ligne, preuve, enjeu).

    def constats(self) -> Iterator[pl.DataFrame]:
        """Yield what every check found: `ligne`, `preuve` (its number), `enjeu` in cents."""
        yield from self.inexistants()
        yield from self.conditions()
        yield from self.situations()
        yield from self.complements()
        yield from self.cumuls()
        yield from self.tarifs()
        yield from self.sous_cotations()

    def inexistants(self) -> Iterator[pl.DataFrame]:
        """Codes that did not exist yet, or no longer."""
        for code in self.presents:
            prix = self.prix(code)[0][1]
            if prix.etat == INEXISTANT:
                preuve = Preuve("interdit", f"{code.code} : existence", prix.motif, " ; ".join(prix.references))
                yield self._trouver(pl.col("_code") == self.rangs[code.code], preuve)

    def conditions(self) -> Iterator[pl.DataFrame]:
        """Conditions that are false; one that is not known is not held against the doctor."""
        porteurs: dict[str, list[tuple[Code, str]]] = {}
        for code in self.presents:
            for nom, reference in (*code.conditions.items(), *code.reserves.items()):
                if nom in self.lues:
                    porteurs.setdefault(nom, []).append((code, reference))
        for nom, codes in porteurs.items():
            fausses = self.lignes.lazy().filter(~pl.col(nom) & pl.col("_code").is_in([self.rangs[c.code] for c, _ in codes]))
            trouvees = fausses.select("ligne", "_code", *self._montants()).collect()
            if trouvees.is_empty():
                continue
            regle = self.contexte.regle(nom)
            for code, reference in codes:
                motif = f"condition non remplie : {minuscule(regle.libelle)}"
                references = " ; ".join(dict.fromkeys((reference, regle.article)))
                preuve = Preuve("interdit", f"{code.code} : {minuscule(regle.libelle)}", motif, references)
                yield self._prouver(trouvees.filter(pl.col("_code") == self.rangs[code.code]), preuve)

    def situations(self) -> Iterator[pl.DataFrame]:
        """Situations in which a code is forbidden."""
        for code in self.presents:
            for cumul in self.table.situations(code, self.contexte.date):
                nom = cumul.droite[1:]
                if cumul.reponse == INTERDIT and nom in self.lues:
                    vraie = pl.col(nom) & (pl.col(cumul.si) if cumul.si in self.lues else pl.lit(True))
                    libelle = minuscule(self.contexte.regle(nom).libelle)
                    precision = f" ({cumul.condition})" if cumul.condition else ""
                    motif = f"{code.code} ne se facture pas dans ce cas : {libelle}{precision}"
                    preuve = Preuve("interdit", f"{code.code} : {libelle}", motif, " ; ".join(cumul.references))
                    yield self._trouver((pl.col("_code") == self.rangs[code.code]) & vraie, preuve)

    def complements(self) -> Iterator[pl.DataFrame]:
        """Codes billed without what they complete."""
        for exige in dict.fromkeys(code.exige for code in self.presents if code.exige):
            codes = [code for code in self.presents if code.exige == exige]
            admis = [self.rangs[autre.code] for autre in self.presents if any(autre.est(mot) for mot in exige)]
            avec = self.lignes.filter(pl.col("_code").is_in(admis)).get_column(SEANCE).unique()
            seules = self.lignes.filter(
                pl.col("_code").is_in([self.rangs[c.code] for c in codes]) & ~pl.col(SEANCE).is_in(avec.implode())
            )
            for code in codes:
                mots = ", ".join(mot.removeprefix("@") for mot in exige)
                preuve = Preuve("interdit", f"{code.code} : complément", f"{code.code} se facture avec : {mots}",
                                " ; ".join(dict.fromkeys(code.conditions.values())) or code.libelle)  # fmt: skip
                yield self._prouver(seules.filter(pl.col("_code") == self.rangs[code.code]), preuve)

    def cumuls(self) -> Iterator[pl.DataFrame]:
        """Pairs that a text forbids, or on which no text says anything; the finding is on the second line of the pair."""
        fermees = [
            (self.rangs[un.code], self.rangs[autre.code], ordre, cumul.si if cumul.si in self.lues else "", self._preuve_du_cumul(un, autre, cumul))
            for un, autre in combinations(self.presents, 2)
            for ordre, cumul in enumerate(self._reponses(un, autre))
        ]
        colonnes = {"_gauche": pl.UInt16, "_code": pl.UInt16, "_ordre": pl.UInt8, "_si": pl.String, "preuve": pl.Int32}
        paires = pl.DataFrame(fermees, schema=colonnes, orient="row")
        compte = self.lignes.group_by(SEANCE).len().filter(pl.col("len") > 1).select(SEANCE)
        multiples = self.lignes.join(compte, on=SEANCE, how="semi").select(SEANCE, "ligne", "_code", *self._montants(), *self._si())
        gauches = multiples.select(SEANCE, _gauche="_code")
        croisees = multiples.join(gauches, on=SEANCE).filter(pl.col("_gauche") < pl.col("_code"))
        trouvees = croisees.join(paires, on=["_gauche", "_code"])
        ouverte = pl.col("_si") == ""
        for nom in self._si():
            ouverte |= (pl.col("_si") == nom) & pl.col(nom).fill_null(False)
        premieres = trouvees.filter(ouverte).sort("_ordre").unique(["ligne", "_gauche"], keep="first", maintain_order=True)
        yield self._rendre(premieres.filter(pl.col("preuve") >= 0))

    def _si(self) -> list[str]:
        return sorted({c.si for c in self.table.cumuls if c.si in self.lues})

    def _reponses(self, un: Code, autre: Code) -> list[Cumul]:
        """Return the answers that may hold for two codes, up to the first that holds whatever the encounter."""
        retenues = []
        for cumul in self.table.reponses(un, autre, self.contexte.date):
            if cumul.si and cumul.si not in self.lues:
                continue
            retenues.append(cumul)
            if not cumul.si:
                return retenues
        return [*retenues, SILENCE]

    def _preuve_du_cumul(self, un: Code, autre: Code, cumul: Cumul) -> int:
        if cumul.reponse == PERMIS:
            return -1
        precision = f" : {cumul.condition}" if cumul.condition else ""
        if cumul.reponse == MUET:
            preuve = Preuve("muet", f"{un.code} avec {autre.code}", f"texte muet sur {un.code} avec {autre.code}{precision}",
                            " ; ".join(cumul.references))  # fmt: skip
        else:
            preuve = Preuve("interdit", f"{un.code} avec {autre.code}", f"{autre.code} ne se cumule pas avec {un.code}{precision}",
                            " ; ".join(cumul.references))  # fmt: skip
        return self._numero(preuve)

    def tarifs(self) -> Iterator[pl.DataFrame]:
        """Amounts that are not the tariff; acts and modifiers whose price depends on the others are left alone."""
        if "_montant" not in self.lignes.columns:
            return
        for code in self.presents:
            rangees = self.prix(code)
            if code.genre in {"acte-ccam", "modificateur"} or any(p.unite.partition("/")[0] != "EUR" or "/km" in p.unite for _, p in rangees):
                continue
            attendu = self._tarif(rangees)
            base = pl.col("_montant") - (pl.col("_depassement").fill_null(0) if "_depassement" in self.lignes.columns else 0)
            quantite = pl.col("_quantite").fill_null(1) if "_quantite" in self.lignes.columns else pl.lit(1, pl.Int64)
            lignes = self.lignes.filter(pl.col("_code") == self.rangs[code.code]).with_columns(_attendu=attendu * quantite, _base=base)
            for sens, condition in (("au-dessus", pl.col("_base") > pl.col("_attendu")), ("au-dessous", pl.col("_base") < pl.col("_attendu"))):
                preuve = Preuve("tarif", f"{code.code} : {sens} du tarif", f"montant {sens} du tarif de {code.code}",
                                " ; ".join(dict.fromkeys(r for _, p in rangees for r in p.references)))  # fmt: skip
                ecarts = lignes.filter(condition).with_columns(enjeu=pl.col("_base") - pl.col("_attendu"))
                yield self._prouver(ecarts, preuve)

    def _tarif(self, rangees: list[tuple[tuple[str, ...], Prix]]) -> pl.Expr:
        """Return the price of a code as a column: its first row whose rules are true; nothing if one is not known."""
        expression = pl.lit(None, pl.Int64)
        for si, prix in reversed(rangees):
            montant = pl.lit(prix.montant if prix.etat == CONNU else None, pl.Int64)
            if not si:
                expression = montant
                continue
            toutes = pl.all_horizontal(pl.col(nom) for nom in si)
            expression = pl.when(toutes.is_null()).then(None).when(toutes).then(montant).otherwise(expression)
        return expression

    def sous_cotations(self) -> Iterator[pl.DataFrame]:
        """Yield what could lawfully be added: all its conditions known true, every pair permitted; the dearest of each encounter."""
        candidats = []
        for code in self.proposables:
            conditions = [nom for nom in code.conditions if self.existe(nom)]
            interdites = [c.droite[1:] for c in self.table.situations(code, self.contexte.date)
                          if c.reponse == INTERDIT and c.droite[1:] in self.lues]  # fmt: skip
            if not conditions:
                continue
            possible = pl.all_horizontal(
                *(pl.col(nom).fill_null(False) for nom in conditions),
                *(pl.col(nom).fill_null(True) for nom in code.reserves if nom in self.lues),
                *(~pl.col(nom).fill_null(False) for nom in interdites),
            )
            prix = self._tarif(self.prix(code))
            candidats.append((code, self.seances.lazy().filter(possible).select(SEANCE, gain=prix).drop_nulls()))
        tables = pl.collect_all([table for _, table in candidats])
        trouves = [self._ajouts(code, table) for (code, _), table in zip(candidats, tables, strict=True) if table.height]
        if not trouves:
            return
        meilleurs = pl.concat(trouves).sort(["gain", "_ajout"], descending=[True, False]).unique(SEANCE, keep="first", maintain_order=True)
        for code in self.proposables:
            siens = meilleurs.filter(pl.col("_ajout") == self.rangs[code.code])
            references = " ; ".join(dict.fromkeys(code.conditions.values()))
            preuve = Preuve("sous-cotation", f"{code.code} non facturée", f"{code.code} pouvait être facturée : {minuscule(code.libelle)}", references)
            yield self._rendre(siens.select("ligne", enjeu="gain", preuve=pl.lit(self._numero(preuve), pl.Int32)))

    def _ajouts(self, code: Code, seances: pl.DataFrame) -> pl.DataFrame:
        """Return the encounters, among some, to which a code can be added beside all that was billed."""
        date = self.contexte.date
        permis = [
            self.rangs[autre.code] for autre in self.presents
            if autre is not code and any(c.reponse == PERMIS and not c.si for c in self.table.reponses(code, autre, date)[:1])
        ]  # fmt: skip
        admis = [self.rangs[autre.code] for autre in self.presents if any(autre.est(mot) for mot in code.exige)]
        lignes = self.lignes.join(seances, on=SEANCE, how="inner").group_by(SEANCE).agg(
            pl.col("ligne").min(), pl.col("gain").first(),
            _permis=pl.col("_code").is_in(permis).all(), _complete=pl.col("_code").is_in(admis).any() if code.exige else pl.lit(True),
        )  # fmt: skip
        return lignes.filter(pl.col("_permis") & pl.col("_complete")).select(SEANCE, "ligne", "gain", _ajout=pl.lit(self.rangs[code.code], pl.UInt16))

    # Rows of the answer.

    def _montants(self) -> list[str]:
        return [nom for nom in ("_montant",) if nom in self.lignes.columns]

    def _numero(self, preuve: Preuve) -> int:
        return self.preuves.setdefault(preuve, len(self.preuves))

    def _trouver(self, condition: pl.Expr, preuve: Preuve) -> pl.DataFrame:
        return self._prouver(self.lignes.filter(condition), preuve)

    def _prouver(self, lignes: pl.DataFrame, preuve: Preuve) -> pl.DataFrame:
        return self._rendre(lignes.with_columns(preuve=pl.lit(self._numero(preuve), pl.Int32)))

    def _rendre(self, lignes: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of an answer; what is at stake in a forbidden line is its amount."""
        if "enjeu" not in lignes.columns:
            enjeu = pl.col("_montant") if "_montant" in lignes.columns else pl.lit(None, pl.Int64)
            lignes = lignes.with_columns(enjeu=enjeu)
        return lignes.select("ligne", "preuve", pl.col("enjeu").cast(pl.Int64))

