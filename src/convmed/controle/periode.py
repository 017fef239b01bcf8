"""The checks of the lines of one period, during which no rule, figure nor cumul changes.

Every check reads the same tables and the same rules as a single encounter does: a condition is a column of `seance`, a
pair is a row of the cumuls, a price is a row of the tariff. What the codes alone settle is judged once for each
combination of codes, not once for each encounter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from convmed.controle.seances import COMBINAISON, SEANCE
from convmed.cotation.jugement import CONNU, INEXISTANT, Prix, lire_prix, minuscule
from convmed.cotation.nomenclature import INTERDIT, MUET, PERMIS, SILENCE, Code, Cumul, Nomenclature
from convmed.cotation.solveur import complete
from convmed.moteur.colonnes import Calcul
from convmed.moteur.registre import Contexte, RegleAbsente

# What is found, from the gravest: forbidden, over a maximum, another price than the tariff, silent texts, less than is due.
CONSTATS = ("interdit", "limite", "tarif", "muet", "sous-cotation")
GENRES_A_PROPOSER = frozenset({"majoration", "deplacement"})
# Their price depends on the other codes of the encounter.
GENRES_SANS_TARIF_PROPRE = frozenset({"acte-ccam", "modificateur"})
PAR_KILOMETRE = "EUR/km"
KILOMETRES = "kilometres_indemnises"
OPPOSABLE = "tarif_opposable"
TROUVE = {"position": pl.UInt32, "preuve": pl.Int32, "enjeu": pl.Int64}


@dataclass(frozen=True, slots=True)
class Preuve:
    """What one check says when it finds something: the finding, the rule, the reason, the texts."""

    constat: str
    regle: str
    motif: str
    references: str


class Preuves:
    """Every proof met so far: a finding holds its number."""

    def __init__(self) -> None:
        self.toutes: dict[Preuve, int] = {}

    def numero(self, constat: str, regle: str, motif: str, references: Iterable[str]) -> int:
        """Return the number of a proof."""
        textes = dict.fromkeys(texte for reference in references for texte in reference.split(" ; "))
        return self.toutes.setdefault(Preuve(constat, regle, motif, " ; ".join(textes)), len(self.toutes))


class Periode:
    """Lines and encounters of one period, judged under one context."""

    def __init__(
        self,
        contexte: Contexte,
        table: Nomenclature,
        seances: pl.DataFrame,
        lignes: pl.DataFrame,
        combinaisons: Sequence[tuple[int, ...]],
        preuves: Preuves,
    ) -> None:
        self.contexte, self.table, self.preuves = contexte, table, preuves
        self.codes = list(table.codes.values())
        self.rangs = {code.code: rang for rang, code in enumerate(self.codes)}
        self.combinaisons = {rang: [self.codes[c] for c in combinaisons[rang]] for rang in seances.get_column(COMBINAISON).unique()}
        presents = {code.code for codes in self.combinaisons.values() for code in codes}
        self.presents = [code for code in self.codes if code.code in presents]
        self.proposables = [
            code for code in self.codes if code.genre in GENRES_A_PROPOSER and self.prix(code)[0][1].etat == CONNU
        ]
        noms = self._regles_lues()
        self.lues = frozenset(noms)
        garder = [COMBINAISON, OPPOSABLE]
        calcul = Calcul(contexte, {SEANCE: seances})
        self.seances: pl.DataFrame = calcul.evaluer(SEANCE, noms, garder).collect().with_row_index("_rang")
        places = self.seances.select(SEANCE, "_rang", COMBINAISON)
        self.lignes = lignes.join(places, on=SEANCE, how="left", maintain_order="left")
        self.par_code = {cle[0]: table for cle, table in self.lignes.partition_by("code", as_dict=True, include_key=False).items()}
        self._cumuls: dict[tuple[int, int], list[Cumul]] = {}
        self._permis: dict[tuple[int, int], bool] = {}

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
            if any(prix.unite == PAR_KILOMETRE for _, prix in self.prix(code)):
                noms[KILOMETRES] = None
            for cumul in self.table.situations(code, self.contexte.date):
                noms[cumul.droite[1:]] = None
                noms |= {cumul.si: None} if cumul.si else {}
        for codes in self.combinaisons.values():
            for un, autre in combinations(codes, 2):
                noms |= dict.fromkeys(c.si for c in self.table.reponses(un, autre, self.contexte.date) if c.si)
        return [nom for nom in noms if self.existe(nom)]

    def prix(self, code: Code) -> list[tuple[tuple[str, ...], Prix]]:
        """Return the rows of the tariff of a code that may apply in the period, each with the rules that open it."""
        rangees = self._rangees(code)
        connues = [rangee for rangee in rangees if rangee[1].etat != INEXISTANT]
        return connues or rangees or [((), Prix(INEXISTANT, motif=f"{code.code} n'a pas de tarif"))]

    def _rangees(self, code: Code) -> list[tuple[tuple[str, ...], Prix]]:
        return [(tarif.si, lire_prix(code, tarif.figure, self.contexte)) for tarif in code.tarifs if all(map(self.existe, tarif.si))]

    def constats(self) -> Iterator[pl.DataFrame]:
        """Yield what every check found: `position` of the line, `preuve` (its number), `enjeu` in cents."""
        for code in self.presents:
            siennes = self.par_code[self.rangs[code.code]]
            noms = [nom for nom in self._noms_de(code) if nom in self.seances.columns]
            vues = self.seances.select(noms)[siennes.get_column("_rang")]
            yield from self._inexistant(code, siennes)
            yield from self._conditions(code, siennes, vues)
            yield from self._situations(code, siennes, vues)
            yield from self._sans_tarif(code, siennes, vues)
            yield from self._tarif_de(code, siennes, vues)
        yield from self._complements()
        yield from self._paires()

    def _noms_de(self, code: Code) -> list[str]:
        noms = dict.fromkeys((*code.conditions, *code.reserves, OPPOSABLE))
        noms |= dict.fromkeys(nom for tarif in code.tarifs for nom in tarif.si)
        for cumul in self.table.situations(code, self.contexte.date):
            noms |= dict.fromkeys(nom for nom in (cumul.droite[1:], cumul.si) if nom)
        return list(noms)

    # What concerns one code.

    def _inexistant(self, code: Code, siennes: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Codes that did not exist yet, or no longer."""
        prix = self.prix(code)[0][1]
        if prix.etat == INEXISTANT:
            yield self._trouves(siennes, self.preuves.numero("interdit", f"{code.code} : existence", prix.motif, prix.references))

    def _conditions(self, code: Code, siennes: pl.DataFrame, vues: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Conditions that are false; one that is not known is not held against the doctor."""
        for nom, reference in {**code.conditions, **code.reserves}.items():
            if nom not in self.lues or not (fausses := ~vues.get_column(nom)).any():
                continue
            regle = self.contexte.regle(nom)
            libelle = minuscule(regle.libelle)
            numero = self.preuves.numero(
                "interdit", f"{code.code} : {libelle}", f"condition non remplie : {libelle}", (reference, regle.article)
            )
            yield self._trouves(siennes.filter(fausses), numero)

    def _situations(self, code: Code, siennes: pl.DataFrame, vues: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Situations in which a code is forbidden."""
        for cumul in self.table.situations(code, self.contexte.date):
            nom = cumul.droite[1:]
            if cumul.reponse != INTERDIT or nom not in self.lues or (cumul.si and cumul.si not in self.lues):
                continue
            vraies = vues.get_column(nom)
            if cumul.si:
                vraies &= vues.get_column(cumul.si)
            if vraies.any():
                libelle = minuscule(self.contexte.regle(nom).libelle)
                precision = f" ({cumul.condition})" if cumul.condition else ""
                motif = f"{code.code} ne se facture pas dans ce cas : {libelle}{precision}"
                numero = self.preuves.numero("interdit", f"{code.code} : {libelle}", motif, cumul.references)
                yield self._trouves(siennes.filter(vraies), numero)

    def _sans_tarif(self, code: Code, siennes: pl.DataFrame, vues: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Situations for which the code has no price: the rows of its tariff are closed, or did not exist."""
        rangees = self.prix(code)
        if rangees[0][1].etat == INEXISTANT or not all(si for si, _ in rangees):
            return
        fermees = pl.all_horizontal(pl.any_horizontal(~pl.col(nom) for nom in si) for si, _ in rangees)
        sans = siennes.filter(vues.select(fermees.fill_null(False)).to_series())
        if sans.height:
            eteint = next((prix for si, prix in self._rangees(code) if not si), None)
            regle, motif = "existence", eteint.motif if eteint else f"{code.code} : aucun tarif ne vaut dans cette situation"
            references = eteint.references if eteint else tuple(r for _, prix in rangees for r in prix.references)
            yield self._trouves(sans, self.preuves.numero("interdit", f"{code.code} : {regle}", motif, references))

    def _tarif_de(self, code: Code, siennes: pl.DataFrame, vues: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Amounts that are not the tariff; an excess that nobody stated may explain a higher amount, never a lower one."""
        rangees = self.prix(code)
        propre = code.genre not in GENRES_SANS_TARIF_PROPRE and all(prix.unite in {"EUR", "EUR/acte"} for _, prix in rangees)
        if "_montant" not in siennes.columns or not propre:
            return
        table = pl.concat([siennes, vues], how="horizontal")
        quantite = pl.col("_quantite").fill_null(1) if "_quantite" in table.columns else pl.lit(1, pl.Int64)
        en_plus = pl.col("_depassement") if "_depassement" in table.columns else pl.lit(None, pl.Int64)
        en_plus = pl.coalesce(en_plus, pl.when(OPPOSABLE).then(0))
        table = table.with_columns(_attendu=self.tarif(rangees) * quantite, _rangee=self.rangee(rangees))
        for sens, base, ecart in (
            ("au-dessus", pl.col("_montant") - en_plus, pl.col("_ecart") > 0),
            ("au-dessous", pl.col("_montant") - en_plus.fill_null(0), pl.col("_ecart") < 0),
        ):
            ecarts = table.with_columns(_ecart=base - pl.col("_attendu")).filter(ecart)
            for (rang,), siens in ecarts.partition_by("_rangee", as_dict=True, maintain_order=True).items():
                motif = f"montant {sens} du tarif de {code.code}"
                numero = self.preuves.numero("tarif", f"{code.code} : {sens} du tarif", motif, rangees[rang][1].references)
                yield self._trouves(siens, numero, pl.col("_ecart"))

    def rangee(self, rangees: Sequence[tuple[tuple[str, ...], Prix]]) -> pl.Expr:
        """Return, as a column, which row of a tariff holds: the first whose rules are true; nothing if one is not known."""
        expression: pl.Expr = pl.lit(None, pl.UInt8)
        for rang, (si, _) in reversed(list(enumerate(rangees))):
            ici = pl.lit(rang, pl.UInt8)
            if not si:
                expression = ici
                continue
            toutes = pl.all_horizontal(pl.col(nom) for nom in si)
            expression = pl.when(toutes.is_null()).then(None).when(toutes).then(ici).otherwise(expression)
        return expression

    def tarif(self, rangees: Sequence[tuple[tuple[str, ...], Prix]]) -> pl.Expr:
        """Return the price of a code as a column, in cents; kilometres are counted."""
        expression: pl.Expr = pl.lit(None, pl.Int64)
        retenue = self.rangee(rangees)
        for rang, (_, prix) in enumerate(rangees):
            if prix.etat == CONNU and (prix.unite != PAR_KILOMETRE or KILOMETRES in self.lues):
                fois = pl.col(KILOMETRES) if prix.unite == PAR_KILOMETRE else pl.lit(1, pl.Int64)
                expression = pl.when(retenue == rang).then(pl.lit(prix.montant, pl.Int64) * fois).otherwise(expression)
        return expression

    # What concerns the codes billed together.

    def _complements(self) -> Iterator[pl.DataFrame]:
        """Codes billed without what they complete."""
        manquants: dict[str, list[int]] = {}
        for rang, codes in self.combinaisons.items():
            for code in codes:
                if not complete(code, codes):
                    manquants.setdefault(code.code, []).append(rang)
        for nom, rangs in manquants.items():
            code = self.table.codes[nom]
            mots = ", ".join(mot.removeprefix("@") for mot in code.exige)
            references = tuple(code.conditions.values()) or (code.libelle,)
            numero = self.preuves.numero("interdit", f"{nom} : complément", f"{nom} se facture avec : {mots}", references)
            yield self._trouves(self.par_code[self.rangs[nom]].filter(pl.col(COMBINAISON).is_in(rangs)), numero)

    def _paires(self) -> Iterator[pl.DataFrame]:
        """Pairs that a text forbids, or on which no text says anything; the finding is on the second code of the pair."""
        fautives: dict[tuple[int, int], list[int]] = {}
        for rang, codes in self.combinaisons.items():
            for un, autre in combinations(codes, 2):
                paire = self.rangs[un.code], self.rangs[autre.code]
                if any(cumul.reponse != PERMIS for cumul in self.reponses(un, autre)):
                    fautives.setdefault(paire, []).append(rang)
        for (gauche, droite), rangs in fautives.items():
            un, autre = self.codes[gauche], self.codes[droite]
            siennes = self.par_code[droite].filter(pl.col(COMBINAISON).is_in(rangs))
            ouvertes = pl.repeat(True, siennes.height, eager=True)
            for cumul in self.reponses(un, autre):
                vraie = self.seances.get_column(cumul.si).gather(siennes.get_column("_rang")).fill_null(False) if cumul.si else ouvertes
                retenues = ouvertes & vraie
                if cumul.reponse != PERMIS and retenues.any():
                    yield self._trouves(siennes.filter(retenues), self._preuve_du_cumul(un, autre, cumul))
                ouvertes &= ~vraie

    def reponses(self, un: Code, autre: Code) -> list[Cumul]:
        """Return the answers that may hold for two codes, up to the first that holds whatever the encounter."""
        cle = self.rangs[un.code], self.rangs[autre.code]
        if cle not in self._cumuls:
            retenues: list[Cumul] = []
            for cumul in self.table.reponses(un, autre, self.contexte.date):
                if not cumul.si or cumul.si in self.lues:
                    retenues.append(cumul)
                if not cumul.si:
                    break
            else:
                retenues.append(SILENCE)
            self._cumuls[cle] = retenues
        return self._cumuls[cle]

    def permis(self, un: Code, autre: Code) -> bool:
        """Tell whether the texts permit two codes together, whatever the encounter."""
        cle = self.rangs[un.code], self.rangs[autre.code]
        if cle not in self._permis:
            premiere = next(iter(self.table.reponses(un, autre, self.contexte.date)), None)
            self._permis[cle] = premiere is not None and premiere.reponse == PERMIS and not premiere.si
        return self._permis[cle]

    def _preuve_du_cumul(self, un: Code, autre: Code, cumul: Cumul) -> int:
        precision = f" : {cumul.condition}" if cumul.condition else ""
        regle = f"{un.code} avec {autre.code}"
        if cumul.reponse == MUET:
            return self.preuves.numero("muet", regle, f"texte muet sur {regle}{precision}", cumul.references)
        return self.preuves.numero("interdit", regle, f"{autre.code} ne se cumule pas avec {un.code}{precision}", cumul.references)

    def _trouves(self, lignes: pl.DataFrame, numero: int, enjeu: pl.Expr | None = None) -> pl.DataFrame:
        """Return the rows of a finding; what is at stake in a forbidden line is its amount."""
        if enjeu is None:
            enjeu = pl.col("_montant") if "_montant" in lignes.columns else pl.lit(None, pl.Int64)
        return lignes.select("position", preuve=pl.lit(numero, pl.Int32), enjeu=enjeu)
