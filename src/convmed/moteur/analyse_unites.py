"""Do the units of rules hold? Found on the expressions themselves, before any data.

A quantity is an integer: what it counts (euros or not) and by how much it was scaled (cents, 1/10,000, tenths of
points). `*` and `//` combine both; `+`, `-`, comparisons and branches ask for the same on each side. A number written
in a rule takes the unit that it stands beside; in a product it may be a count or a change of scale (`// 10_000`), so
that a product holds a few possible scales, of which one must fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from convmed.moteur import noeuds
from convmed.moteur.registre import Registre, Regle
from convmed.textes import Figure
from convmed.textes.unites import UNITES_SANS_NOMBRE, base, echelle

Figures = Mapping[str, Mapping[str, Figure]]
NOMBRE = "nombre"
TEMPS = frozenset({"ans", "années", "mois", "semaines", "jours", "heures", "minutes"})
MULTIPLES = {"%": Fraction(1, 100), "MEUR": Fraction(1_000_000)}
FRACTIONS = {"millièmes": 10**3, "millionièmes": 10**6, "milliardièmes": 10**9, "billionièmes": 10**12}
PAS_USUELS = (10, *(noeuds.DIX_MILLE**rang for rang in (1, 2, 3)))
MAX_ECHELLES = 256


@dataclass(frozen=True, slots=True)
class Grandeur:
    """What an expression measures.

    `famille` is `nombre`, or `date`, `booléen`, `texte`, `liste`...; of a number, `euros` is the exponent of money,
    `echelles` the possible scales (`None`: a bare number, of any unit), `temps` the unit of a duration (`None`: may be
    any), and `valeur` the number itself if it is written in the rule.
    """

    famille: str
    nom: str
    euros: int = 0
    echelles: frozenset[Fraction] | None = None
    temps: str | None = None
    valeur: int | None = None


LIBRE = Grandeur("", "sans unité")
BOOLEEN = Grandeur("booléen", "booléen")
DATE = Grandeur("date", "date")


def grandeur_de(unite: str) -> Grandeur:
    """Return what a declared unit measures."""
    if unite in UNITES_SANS_NOMBRE:
        famille = "date" if unite == "date relative" else unite
        return Grandeur(famille, famille)
    socle = base(unite)
    temps = ("ans" if socle == "années" else socle) if socle in TEMPS else ""
    pas = echelle(unite) / MULTIPLES.get(socle, Fraction(1)) * FRACTIONS.get(unite.rpartition(" ")[2], 1)
    return Grandeur(NOMBRE, socle, int(socle in {"EUR", "MEUR"}), frozenset({pas}), temps)


def verifier_unites(registre: Registre, figures: Figures) -> list[str]:
    """Return every fault of unit in every version of every rule, in French."""
    fautes: list[str] = []
    for versions in registre.regles.values():
        for regle in versions:
            fautes += [f"{regle.nom} ({regle.texte}) : {faute}" for faute in Verification(registre, figures).regle(regle)]
    return list(dict.fromkeys(fautes))


class Verification:
    """Infers what each part of one rule measures, and gathers what does not fit."""

    def __init__(self, registre: Registre, figures: Figures) -> None:
        self.registre, self.figures = registre, figures
        self.fautes: list[str] = []

    def regle(self, regle: Regle) -> list[str]:
        """Return the faults of one rule, its result against its declared unit included."""
        self.accorder(self.mesurer(regle.noeud), grandeur_de(regle.unite), "le résultat donne {a}, la règle déclare {b}")
        return self.fautes

    def mesurer(self, noeud: noeuds.Noeud) -> Grandeur:
        """Return what an expression measures."""
        match noeud:
            case noeuds.Litteral(valeur=valeur):
                return _litteral(valeur)
            case noeuds.Colonne(nom=nom):
                return self._colonne(nom)
            case noeuds.Figure(dispositif=dispositif, nom=nom):
                figure = self.figures.get(dispositif, {}).get(nom)
                return grandeur_de(figure.unite) if figure else LIBRE
            case noeuds.Operation():
                return self._operation(noeud)
            case noeuds.Logique(termes=termes):
                return self._booleens(termes)
            case noeuds.Non(terme=terme):
                return self._booleens((terme,))
            case noeuds.Present(terme=terme):
                self.mesurer(terme)
                return BOOLEEN
            case noeuds.Parmi():
                return self._parmi(noeud)
            case noeuds.Cas():
                self._booleens(condition for condition, _ in noeud.branches)
                resultat = self.mesurer(noeud.sinon)
                for _, alors in noeud.branches:
                    resultat = self.accorder(self.mesurer(alors), resultat, "deux branches donnent {a} et {b}")
                return resultat
            case noeuds.Duree(unite=unite, debut=debut, fin=fin):
                for borne in (debut, fin):
                    self.accorder(self.mesurer(borne), DATE, "une durée se compte entre deux dates, pas en {a}")
                return grandeur_de(unite)
            case noeuds.Decalage(date=date, mois=mois):
                self.accorder(self.mesurer(date), DATE, "seule une date se décale, pas un nombre de {a}")
                self.accorder(self.mesurer(mois), grandeur_de("mois"), "une date se décale en mois, pas en {a}")
                return DATE
            case noeuds.Agregat():
                return self._agregat(noeud)
        raise TypeError(f"expression inconnue : {noeud!r}")

    def accorder(self, a: Grandeur, b: Grandeur, message: str) -> Grandeur:
        """Return the one quantity that two expressions measure; a fault if they do not measure the same."""
        if not a.famille or not b.famille:
            return a if a.famille else b
        if a.famille != b.famille:
            return self._faute(message, a, b)
        if a.echelles is None or b.echelles is None:
            return b if a.echelles is None else a
        communes = a.echelles & b.echelles
        temps = a.temps is None or b.temps is None or a.temps == b.temps
        if a.euros != b.euros or not communes or not temps:
            return self._faute(message, a, b)
        return Grandeur(a.famille, a.nom, a.euros, communes, b.temps if a.temps is None else a.temps)

    def _faute(self, message: str, a: Grandeur, b: Grandeur) -> Grandeur:
        self.fautes.append(message.format(a=a.nom, b=b.nom))
        return LIBRE

    def _colonne(self, nom: str) -> Grandeur:
        if nom in self.registre.entrees:
            return grandeur_de(self.registre.entrees[nom].unite)
        versions = self.registre.regles.get(nom)
        return grandeur_de(versions[0].unite) if versions else LIBRE

    def _booleens(self, termes: Iterable[noeuds.Noeud]) -> Grandeur:
        for terme in termes:
            self.accorder(self.mesurer(terme), BOOLEEN, "une condition est vraie ou fausse, pas en {a}")
        return BOOLEEN

    def _parmi(self, noeud: noeuds.Parmi) -> Grandeur:
        terme = self.mesurer(noeud.terme)
        if isinstance(noeud.liste, noeuds.Noeud):
            self.accorder(self.mesurer(noeud.liste), grandeur_de("liste"), "« parmi » attend une liste, pas {a}")
        else:
            for valeur in noeud.liste:
                self.accorder(_litteral(valeur), terme, "« parmi » cherche {b} dans une liste de {a}")
        return BOOLEEN

    def _agregat(self, noeud: noeuds.Agregat) -> Grandeur:
        if noeud.condition is not None:
            self._booleens((noeud.condition,))
        if noeud.genre in {"nombre", "existe"}:
            self._booleens((noeud.terme,))
            return BOOLEEN if noeud.genre == "existe" else grandeur_de(NOMBRE)
        terme = self.mesurer(noeud.terme)
        if noeud.genre == "somme" and terme.famille not in {"", NOMBRE}:
            return self._faute("une somme porte sur des nombres, pas sur {a}", terme, terme)
        return terme

    def _operation(self, noeud: noeuds.Operation) -> Grandeur:
        quotient = noeuds.quotient_arrondi(noeud) or noeuds.quotient_par_exces(noeud)
        if quotient is not None:
            return self._combiner("//", *(self.mesurer(terme) for terme in quotient))
        a, b = self.mesurer(noeud.gauche), self.mesurer(noeud.droite)
        if noeud.symbole in {"*", "//"}:
            return self._combiner(noeud.symbole, a, b)
        if noeud.symbole in {"+", "-"}:
            for cote in (a, b):
                if cote.famille not in {"", NOMBRE}:
                    return self._faute("une addition porte sur des nombres, pas sur {a}", cote, cote)
            return self.accorder(a, b, "une addition mêle {a} et {b}")
        self.accorder(a, b, "une comparaison mêle {a} et {b}")
        return BOOLEEN

    def _combiner(self, symbole: str, a: Grandeur, b: Grandeur) -> Grandeur:
        """Return a product or a quotient: exponents add up, scales multiply, each written number may be a scale."""
        for cote in (a, b):
            if cote.famille not in {"", NOMBRE}:
                return self._faute("un produit ou un quotient porte sur des nombres, pas sur {a}", cote, cote)
        if not a.famille or not b.famille:
            return LIBRE
        nom = f"{a.nom} {'×' if symbole == '*' else '÷'} {b.nom}"
        if a.echelles is None and b.echelles is None:
            return Grandeur(NOMBRE, nom)
        echelles = frozenset(
            x * y if symbole == "*" else x / y for x in _echelles(a) for y in _echelles(b)
        )
        if len(echelles) > MAX_ECHELLES:
            return Grandeur(NOMBRE, nom)
        nom = a.nom if b.echelles is None else b.nom if a.echelles is None and symbole == "*" else nom
        return Grandeur(NOMBRE, nom, a.euros + b.euros if symbole == "*" else a.euros - b.euros, echelles)


def _echelles(grandeur: Grandeur) -> Iterable[Fraction]:
    if grandeur.echelles is not None:
        return grandeur.echelles
    if not grandeur.valeur:
        return {Fraction(1)}
    valeur = abs(grandeur.valeur)
    # `10_000 * 12` is one number once Python has read it: a scale, and a count. A power of ten is a scale, or a count.
    puissance = set(str(valeur)) <= {"0", "1"} and str(valeur).count("1") == 1
    usuels = {Fraction(pas) for pas in PAS_USUELS if valeur % pas == 0 and not puissance}
    return {Fraction(1), Fraction(valeur)} | usuels


def _litteral(valeur: noeuds.Scalaire) -> Grandeur:
    if valeur is None:
        return LIBRE
    if isinstance(valeur, bool):
        return BOOLEEN
    if isinstance(valeur, int):
        return Grandeur(NOMBRE, "un nombre écrit", valeur=valeur)
    return Grandeur("texte", "texte") if isinstance(valeur, str) else DATE


