"""A negotiation as an address says it: a text, the figures changed on it, another text to set it against, an exercise.

Nothing in it is personal: the address can be shared, and says all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlencode

from convmed.base.coffre import Piece
from convmed.interfaces.web.exemples import dossier_des_exemples
from convmed.interfaces.web.exercice import EXERCICES, textes
from convmed.interfaces.web.recherche import Document, Index
from convmed.interfaces.web.visiteur import Visiteur
from convmed.restitution.scenario import PAR_DEFAUT, PRIX
from convmed.restitution.simulation import nom_de_dispositif
from convmed.textes import EN_VIGUEUR, Erreurs, Faute, Figure, Texte, Valeur, baremes, trouver_texte
from convmed.textes.bareme import DUREES, SUPPRIME, en_calcul
from convmed.textes.consultation import en_clair
from convmed.textes.textes import lire_scenario, lire_scenario_recu, poser
from convmed.textes.unites import UNITES_SANS_NOMBRE, base

ICI = "/negocier"
VUES = (("pays", "Le pays"), ("annees", "Année par année"), ("cas", "Les cas types"), ("chiffres", "Ce que cela change"))
# What the negotiated text is called until it is kept under a name.
NOM, LIBELLE = "votre-scenario", "Votre scénario"
PRINCIPAUX = "principaux"
DISPOSITIFS_PRINCIPAUX = (*PAR_DEFAUT, "dotation-numerique")
EXEMPLE, SCENARIO = "exemple:", "scenario:"
MONTRES_AU_PLUS, CHANGES_AU_PLUS, LONGUEUR_AU_PLUS = 40, 300, 2000
AMPLEUR = 3
# The step of a slider, from the value around which it moves: half a euro on a fee, a thousand on a yearly grant.
PAS = ((Decimal(20), Decimal("0.5")), (Decimal(200), Decimal(1)), (Decimal(2000), Decimal(10)), (Decimal(20000), Decimal(100)))
GRAND_PAS, SANS_VALEUR = Decimal(1000), Decimal(10)
Cle = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Choix:
    """What the visitor chose, as written: `figures` are those that the address changes."""

    annee: int
    base: str = EN_VIGUEUR
    contre: str = EN_VIGUEUR
    du: dt.date | None = None
    figures: Mapping[Cle, str] = field(default_factory=dict)
    vue: str = VUES[0][0]
    groupe: str = PRINCIPAUX
    recherche: str = ""

    @property
    def jour(self) -> dt.date:
        """Return the day at which the figures are read: when the changes begin, or the first day of the exercise."""
        return max(filter(None, (self.du, dt.date(self.annee, 1, 1))))

    def parametres(self, **autres: Any) -> list[tuple[str, str]]:
        """Return the fields of the address, without those that say what goes without saying."""
        un = replace(self, **autres)
        communs = [("base", un.base), ("contre", un.contre), ("annee", str(un.annee)), ("du", un.du.isoformat() if un.du else ""),
                   ("vue", un.vue), ("groupe", un.groupe), ("q", un.recherche)]  # fmt: skip
        tus = {("base", EN_VIGUEUR), ("contre", EN_VIGUEUR), ("vue", VUES[0][0]), ("groupe", PRINCIPAUX)}
        return [(nom, valeur) for nom, valeur in communs if valeur and (nom, valeur) not in tus] + [
            ("figure", f"{dispositif}.{figure}={ecrit}") for (dispositif, figure), ecrit in un.figures.items()
        ]

    def adresse(self, chemin: str = "", **autres: Any) -> str:
        """Return the address of this negotiation, or of something about it."""
        return f"{ICI}{chemin}?{urlencode(self.parametres(**autres))}"


@dataclass(frozen=True)
class Negociation:
    """A negotiation whose texts are known; `texte` is missing if a figure is not of its unit: `fautes` says which."""

    choix: Choix
    base: Texte
    contre: Texte
    texte: Texte | None
    fautes: Mapping[Cle, Faute]

    @property
    def compare(self) -> bool:
        """Tell whether there is something to set against something else."""
        return self.texte is not None and (bool(self.choix.figures) or self.choix.base != self.choix.contre)

    @cached_property
    def curseurs(self) -> list[Curseur]:
        """Return the figures that are shown: those that were changed, then those of the group or of the search."""
        figures = {cle: baremes()[cle[0]][cle[1]] for cle in self.choix.figures}
        return [self._curseur(figure) for figure in {**figures, **{(f.dispositif, f.nom): f for f in self.montrees[0]}}.values()]

    @cached_property
    def montrees(self) -> tuple[list[Figure], int]:
        """Return the figures of the group or of the search, not too many, and how many there are."""
        toutes = [f for f in _du_groupe(self.choix.groupe, self.choix.recherche) if self._vit(f)]
        if self.choix.groupe == PRINCIPAUX and not self.choix.recherche:
            toutes = [f for f in toutes if self.base.valeur(f, self.choix.jour)]
        return toutes[:MONTRES_AU_PLUS], len(toutes)

    def _vit(self, figure: Figure) -> bool:
        """Tell whether the base has a figure, or nobody published it: then a scenario may."""
        valeur = self.base.valeur(figure, self.choix.jour)
        return (valeur is None and not figure.valeurs) or (valeur is not None and not valeur.supprimee)

    def _curseur(self, figure: Figure) -> Curseur:
        cle = figure.dispositif, figure.nom
        return Curseur(figure, self.base.valeur(figure, self.choix.jour), self.choix.figures.get(cle), self.fautes.get(cle))


@dataclass(frozen=True, slots=True)
class Curseur:
    """A figure as a field and, for a number, a slider: its value below, what was written instead, what is wrong with it."""

    figure: Figure
    dessous: Valeur | None
    ecrit: str | None
    faute: Faute | None

    @property
    def nom(self) -> str:
        """Return the name of the field."""
        return f"{self.figure.dispositif}.{self.figure.nom}"

    @property
    def genre(self) -> str:
        """Return what kind of field writes such a value."""
        unite = base(self.figure.unite)
        return {"booléen": "booleen", "date": "date"}.get(unite, "texte" if unite in UNITES_SANS_NOMBRE else "nombre")

    @property
    def actuel(self) -> str:
        """Return the value below, as a field writes it; nothing if there is none."""
        return ecrire(self.dessous)

    @property
    def valeur(self) -> str:
        """Return what the field holds."""
        return self.actuel if self.ecrit is None else self.ecrit

    @property
    def unite(self) -> str:
        """Return the unit, as a reader says it."""
        return unite_lisible(self.figure.unite)

    @property
    def bornes(self) -> tuple[str, str, str] | None:
        """Return the bounds and the step of the slider, around the value below; `None` if there is nothing to slide around."""
        ici = _decimal(self.actuel)
        if self.genre != "nombre" or ici is None or ici < 0:
            return None
        pas = next((pas for seuil, pas in PAS if ici <= seuil), GRAND_PAS)
        if base(self.figure.unite) not in ("EUR", "%"):
            pas = max(pas, Decimal(1))
        haut = ((AMPLEUR * ici or SANS_VALEUR) / pas).to_integral_value(ROUND_CEILING) * pas
        haut = min(haut, Decimal(DUREES.get(base(self.figure.unite), haut)))
        return "0", format(haut.normalize(), "f"), format(pas.normalize(), "f")


def lire(champs: Sequence[tuple[str, str]], aujourdhui: dt.date) -> Choix:
    """Return the choice that an address or a form says; `Erreurs` for what it cannot say.

    A form sends every field that it shows: `trace` names the text and the day for which they were drawn, so that those which nobody
    touched are told from the others.
    """
    dits = dict(champs)
    fautes: list[Faute] = []
    annee = _annee(dits.get("annee", ""), aujourdhui, fautes)
    du = _date(dits.get("du", ""), fautes)
    vue = dits.get("vue", "")
    groupe = dits.get("groupe", "")
    figures = _figures(champs, fautes)
    if fautes:
        raise Erreurs(fautes)
    return Choix(
        annee, dits.get("base") or EN_VIGUEUR, dits.get("contre") or EN_VIGUEUR, du, figures, vue if vue in dict(VUES) else VUES[0][0],
        groupe if groupe in baremes() else PRINCIPAUX, dits.get("q", "").strip()[:100],
    )  # fmt: skip


def resoudre(visiteur: Visiteur, choix: Choix, trace: str = "") -> Negociation:
    """Return a negotiation: its texts found, the figures that say what the base says left out. `Erreurs`, `Introuvable`."""
    dessous, contre = texte_de(visiteur, choix.base), texte_de(visiteur, choix.contre)
    choix = replace(choix, figures=_changees(choix, dessous, *_trace(visiteur, trace)))
    if not choix.figures:
        # A text set against itself gives no difference, and is not computed.
        return Negociation(choix, dessous, contre, dessous, {})
    valeurs: dict[str, dict[str, Any]] = {}
    for (dispositif, nom), ecrit in choix.figures.items():
        brute = lire_valeur(baremes()[dispositif][nom], ecrit)
        valeurs.setdefault(dispositif, {})[nom] = [{"valeur": brute, **({"du": choix.du} if choix.du else {})}]
    try:
        return Negociation(choix, dessous, contre, poser(dessous, valeurs, NOM, LIBELLE), {})
    except Erreurs as erreurs:
        return Negociation(choix, dessous, contre, None, {cle: _dite(faute, cle) for faute in erreurs.fautes if (cle := _cle(faute)) in choix.figures})


def texte_de(visiteur: Visiteur, designation: str) -> Texte:
    """Return a text, an example or a scenario that is kept; `Erreurs` for a name that is none, `Introuvable` for a closed one."""
    if designation.startswith(SCENARIO):
        ouverte = visiteur.coffre.ouvrir_piece(visiteur.utilisateur, designation.removeprefix(SCENARIO))
        return lire_scenario_recu(ouverte.contenu, ouverte.piece.titre)
    if designation.startswith(EXEMPLE):
        if (nom := designation.removeprefix(EXEMPLE)) not in exemples():
            raise Erreurs([Faute("exemple inconnu", champ="base", attendu="l'un de " + ", ".join(exemples()))])
        return _exemple(nom)
    if designation in {nom for nom, _ in textes()}:
        return trouver_texte(designation, scenarios=False)
    raise Erreurs([Faute("texte inconnu, ou qui laisse ses montants à ses options", champ="texte", attendu="l'un de " + ", ".join(nom for nom, _ in textes()))])


@cache
def exemples() -> dict[str, str]:
    """Return the scenarios that are one click away: name and label."""
    return {chemin.stem: lire_scenario(chemin).libelle for chemin in sorted((dossier_des_exemples() / "scenarios").glob("*.yaml"))}


@cache
def _exemple(nom: str) -> Texte:
    return lire_scenario(dossier_des_exemples() / "scenarios" / f"{nom}.yaml")


def a_choisir(pieces: Iterable[Piece]) -> list[tuple[str, str]]:
    """Return what may be laid or compared: one's scenarios, the texts, the examples."""
    return [
        *((nom, "Texte en vigueur" if nom == EN_VIGUEUR else libelle) for nom, libelle in textes()), *((SCENARIO + piece.id, f"{piece.titre} (enregistré)") for piece in pieces),
        *((EXEMPLE + nom, f"{libelle} (exemple)") for nom, libelle in exemples().items()),
    ]  # fmt: skip


def titre(texte: Texte) -> str:
    """Return what a text is called in a table or a sentence."""
    return "Texte en vigueur" if texte.id == EN_VIGUEUR else texte.libelle


def groupes() -> list[tuple[str, str]]:
    """Return the groups of figures: the main ones, then each dispositif."""
    return [(PRINCIPAUX, "Les principaux montants et taux"), *sorted(((nom, nom_de_dispositif(nom)) for nom in baremes()), key=lambda une: une[1])]


def ecrire(valeur: Valeur | None) -> str:
    """Return a value as a field writes it, a number with a comma; nothing for what has none."""
    if valeur is None or valeur.brute is None or valeur.supprimee:
        return ""
    ecrit = en_clair(valeur.brute)
    return ecrit if base(valeur.figure.unite) in UNITES_SANS_NOMBRE else ecrit.replace(".", ",")


def lire_valeur(figure: Figure, ecrit: str) -> Any:
    """Return what was written as a scenario says it; what cannot be read is left as it is, and refused with the rest."""
    unite, net = base(figure.unite), ecrit.strip()
    if net == SUPPRIME:
        return net
    if unite == "booléen":
        return {"oui": True, "non": False}.get(net.lower(), net)
    if unite == "date":
        try:
            return dt.date.fromisoformat(net)
        except ValueError:
            return net
    if unite == "liste":
        mots = [mot.strip() for mot in net.split(",") if mot.strip()]
        nombres = any(isinstance(un, int) for valeur in figure.valeurs if isinstance(valeur.brute, list) for un in valeur.brute)
        return [int(mot) if nombres and re.fullmatch(r"[0-9]{1,9}", mot) else mot for mot in mots]
    if unite in UNITES_SANS_NOMBRE:
        return net
    lu = _decimal(net)
    return net if lu is None else format(lu, "f")


def unite_lisible(unite: str) -> str:
    """Return a unit as a reader says it."""
    return "" if base(unite) == "nombre" else unite.replace("MEUR", "M€").replace("EUR", "€").replace("booléen", "oui ou non")


def _decimal(ecrit: str) -> Decimal | None:
    net = re.sub(r"[\s\u00a0\u202f€%]", "", ecrit).replace(",", ".").replace("\N{MINUS SIGN}", "-")
    try:
        lu = Decimal(net)
    except InvalidOperation:
        return None
    return lu if lu.is_finite() and abs(lu.adjusted()) < 20 else None


def _annee(ecrite: str, aujourdhui: dt.date, fautes: list[Faute]) -> int:
    if not ecrite:
        return min(max(aujourdhui.year, EXERCICES[0]), EXERCICES[-1])
    if not re.fullmatch(r"[0-9]{4}", ecrite) or int(ecrite) not in EXERCICES:
        fautes.append(Faute("exercice inconnu", champ="annee", attendu=f"une année de {EXERCICES[0]} à {EXERCICES[-1]}"))
        return EXERCICES[0]
    return int(ecrite)


def _date(ecrite: str, fautes: list[Faute]) -> dt.date | None:
    try:
        lue = dt.date.fromisoformat(ecrite) if ecrite else None
        if lue is None or 2000 <= lue.year <= 2100:
            return lue
    except ValueError:
        pass
    fautes.append(Faute("date incorrecte", champ="à partir du", attendu="une date, de 2000 à 2100"))
    return None


def _figures(champs: Sequence[tuple[str, str]], fautes: list[Faute]) -> dict[Cle, str]:
    """Return what is written of figures: `figure=dispositif.nom=valeur`, or a field of that name, which is more recent."""
    dites = [valeur.partition("=")[::2] for nom, valeur in champs if nom == "figure"]
    saisies = [(nom, valeur) for nom, valeur in champs if "." in nom]
    figures: dict[Cle, str] = {}
    for complet, ecrit in (*dites, *saisies):
        dispositif, _, nom = complet.partition(".")
        if nom not in baremes().get(dispositif, {}):
            fautes.append(Faute(f"figure inconnue « {complet[:80]} »", champ="figure", attendu="dispositif.figure=valeur"))
        elif not ecrit.strip():
            figures.pop((dispositif, nom), None)
        else:
            figures[dispositif, nom] = ecrit.strip()[:LONGUEUR_AU_PLUS]
    if len(figures) > CHANGES_AU_PLUS:
        fautes.append(Faute("trop de figures à la fois", attendu=f"{CHANGES_AU_PLUS} au plus ; un fichier de scénario en porte davantage"))
    return figures


def _trace(visiteur: Visiteur, trace: str) -> tuple[Texte, dt.date] | tuple[None, None]:
    designation, _, jour = trace.rpartition("|")
    try:
        return texte_de(visiteur, designation), dt.date.fromisoformat(jour)
    except (Erreurs, ValueError):
        return None, None


def _changees(choix: Choix, dessous: Texte, avant: Texte | None, jour: dt.date | None) -> dict[Cle, str]:
    """Return the figures that say something else than the base, and than what the form showed before anybody touched it."""
    gardees: dict[Cle, str] = {}
    for cle, ecrit in choix.figures.items():
        figure = baremes()[cle[0]][cle[1]]
        dites = [dessous.valeur(figure, choix.jour)]
        if avant is not None and jour is not None:
            dites.append(avant.valeur(figure, jour))
        if not any(_memes(figure, ecrit, dite) for dite in dites):
            gardees[cle] = ecrit
    return gardees


def _memes(figure: Figure, ecrit: str, valeur: Valeur | None) -> bool:
    if ecrit == ecrire(valeur):
        return True
    try:
        calcul = en_calcul(lire_valeur(figure, ecrit), figure.unite)
    except (ValueError, ArithmeticError):
        return False
    return valeur is not None and calcul is not None and calcul == valeur.calcul


def _cle(faute: Faute) -> Cle:
    _, dispositif, nom, *_ = (*(faute.champ or "").split("."), "", "")
    return dispositif, nom


def _dite(faute: Faute, cle: Cle) -> Faute:
    """Return a fault as the reader of a form is told it: the label of the field, and a number with a comma."""
    figure = baremes()[cle[0]][cle[1]]
    unite, lisible = base(figure.unite), unite_lisible(figure.unite)
    nombre = f"un nombre, en {lisible}" if lisible else "un nombre"
    attendu = faute.attendu if unite in UNITES_SANS_NOMBRE else f"{nombre}, deux décimales au plus" if unite in ("EUR", "%") else nombre
    return replace(faute, champ=figure.libelle, attendu=attendu)


def _du_groupe(groupe: str, recherche: str) -> list[Figure]:
    if recherche:
        trouves = (trouve.document.adresse.split(".", 1) for trouve in _index().chercher(recherche))
        return [baremes()[d][nom] for d, nom in trouves if groupe in (PRINCIPAUX, d)]
    if groupe != PRINCIPAUX:
        return list(baremes()[groupe].values())
    return [f for nom in DISPOSITIFS_PRINCIPAUX for f in baremes()[nom].values() if base(f.unite) in PRIX]


@cache
def _index() -> Index:
    """Return the index of the figures: a label, and around it the dispositif, the name and the article."""
    return Index(
        Document("figure", figure.libelle, f"{nom_de_dispositif(nom)} {figure.nom} {figure.article}", f"{nom}.{figure.nom}")
        for nom, figures in baremes().items()
        for figure in figures.values()
    )
