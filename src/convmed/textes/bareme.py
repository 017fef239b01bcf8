"""The figures: one YAML file a dispositif, each value with its text, dates, reference and confidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from convmed.textes.erreurs import Erreurs, Faute
from convmed.textes.unites import UNITES_SANS_NOMBRE, vers_entier

CONFIANCES = ("officiel", "presse", "deduit")
STATUTS = ("signe", "applique", "propose", "anterieur")
CLES_FICHIER = {"dispositif", "articles", "defaut", "figures"}
CLES_FIGURE = {"libelle", "unite", "article", "normes", "valeurs", "note"}
CLES_VALEUR = {"texte", "du", "au", "valeur", "reference", "statut", "confiance", "verifie_le", "source", "note"}
SUPPRIME = "supprime"
DEBUT_DES_TEMPS, FIN_DES_TEMPS = dt.date(1900, 1, 1), dt.date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Valeur:
    """One value of a figure, under one text, between two dates (both included).

    `calcul` is the integer of computation (cents, 1/10,000...), a date, a tuple or a string; `None` means that the
    text removed the figure, or that nobody published it.
    """

    figure: Figure
    texte: str
    du: dt.date
    au: dt.date
    brute: Any
    calcul: Any
    reference: str
    statut: str
    confiance: str
    verifie_le: dt.date | None
    source: str | None = None
    note: str | None = None

    @property
    def supprimee(self) -> bool:
        """Tell whether the text put an end to the figure."""
        return bool(self.brute == SUPPRIME)


@dataclass(slots=True)
class Figure:
    """A figure of the barème: what it is, its unit, its article, and its values under each text."""

    dispositif: str
    nom: str
    libelle: str
    unite: str
    article: str
    normes: tuple[str, ...] = ()
    note: str | None = None
    valeurs: list[Valeur] = field(default_factory=list)

    def a(self, chaine: tuple[str, ...], date: dt.date) -> Valeur | None:
        """Return the value in force at a date for a chain of texts: the first text that speaks of it wins."""
        for texte in chaine:
            for valeur in self.valeurs:
                if valeur.texte == texte and valeur.du <= date <= valeur.au:
                    return valeur
        return None


class LignesYaml(yaml.CSafeLoader):
    """YAML loader that keeps decimal numbers as written, so that no float enters a figure."""


LignesYaml.add_constructor("tag:yaml.org,2002:float", lambda chargeur, noeud: chargeur.construct_scalar(noeud))


def lire_yaml(texte: str, fichier: str) -> Any:
    """Parse YAML; `Erreurs` with the line if it is not YAML."""
    try:
        return yaml.load(texte, Loader=LignesYaml)
    except yaml.MarkedYAMLError as erreur:
        ligne = erreur.problem_mark.line + 1 if erreur.problem_mark else None
        raise Erreurs([Faute("ce fichier n'est pas du YAML lisible", fichier=fichier, ligne=ligne)]) from erreur


def lignes_des_cles(texte: str) -> dict[tuple[Any, ...], int]:
    """Return the line of each key of a YAML document, for error messages."""
    lignes: dict[tuple[Any, ...], int] = {}

    def descendre(noeud: yaml.Node, chemin: tuple[Any, ...]) -> None:
        lignes[chemin] = noeud.start_mark.line + 1
        if isinstance(noeud, yaml.MappingNode):
            for cle, valeur in noeud.value:
                descendre(valeur, (*chemin, cle.value))
                lignes[(*chemin, cle.value)] = cle.start_mark.line + 1
        elif isinstance(noeud, yaml.SequenceNode):
            for rang, valeur in enumerate(noeud.value):
                descendre(valeur, (*chemin, rang))

    racine = yaml.compose(texte, Loader=yaml.CSafeLoader)
    if racine is not None:
        descendre(racine, ())
    return lignes


class _Lecture:
    """One file being read: collects its faults, with their lines."""

    def __init__(self, texte: str, fichier: str) -> None:
        self.texte, self.fichier = texte, fichier
        self.fautes: list[tuple[tuple[Any, ...], str, str | None]] = []

    def faute(self, chemin: tuple[Any, ...], message: str, attendu: str | None = None) -> None:
        self.fautes.append((chemin, message, attendu))

    def terminer(self) -> None:
        if not self.fautes:
            return
        lignes = lignes_des_cles(self.texte)
        raise Erreurs(
            Faute(
                message,
                fichier=self.fichier,
                ligne=next((lignes[chemin[:n]] for n in range(len(chemin), -1, -1) if chemin[:n] in lignes), None),
                champ=".".join(str(morceau) for morceau in chemin),
                attendu=attendu,
            )
            for chemin, message, attendu in self.fautes
        )

    def cles(self, objet: object, permises: set[str], chemin: tuple[Any, ...]) -> Mapping[str, Any]:
        if not isinstance(objet, dict):
            self.faute(chemin, "un bloc « clé: valeur » manque ici")
            return {}
        for cle in objet.keys() - permises:
            self.faute((*chemin, cle), f"clé inconnue « {cle} »", "l'une de " + ", ".join(sorted(permises)))
        return objet


def lire_figures(texte: str, fichier: str, textes_connus: frozenset[str]) -> dict[str, Figure]:
    """Read one `bareme.yaml`.

    `Erreurs` with every fault: unknown key or text, figure without unit, article or reference, value that is not of
    its unit, dates that overlap or leave a gap under one text.
    """
    lecture = _Lecture(texte, fichier)
    document = lecture.cles(lire_yaml(texte, fichier), CLES_FICHIER, ())
    dispositif = str(document.get("dispositif", ""))
    if not dispositif:
        lecture.faute((), "le nom du dispositif manque", "dispositif: nom-du-dispositif")
    figures: dict[str, Figure] = {}
    for nom, bloc in (document.get("figures") or {}).items():
        chemin = ("figures", nom)
        bloc = lecture.cles(bloc, CLES_FIGURE, chemin)
        unite = str(bloc.get("unite", ""))
        figure = Figure(
            dispositif=dispositif,
            nom=str(nom),
            libelle=str(bloc.get("libelle", "")),
            unite=unite,
            article=str(bloc.get("article") or document.get("articles") or ""),
            normes=tuple(bloc.get("normes") or ()),
            note=bloc.get("note"),
        )
        for champ in ("libelle", "unite", "article"):
            if not getattr(figure, champ):
                lecture.faute(chemin, f"figure sans « {champ} »")
        figure.valeurs = lire_valeurs(lecture, figure, bloc.get("valeurs"), chemin, document, textes_connus)
        figures[str(nom)] = figure
    lecture.terminer()
    return figures


def lire_valeurs(
    lecture: _Lecture,
    figure: Figure,
    liste: Any,
    chemin: tuple[Any, ...],
    document: Mapping[str, Any],
    textes_connus: frozenset[str],
) -> list[Valeur]:
    """Read the dated values of one figure and check their order; an empty list is a figure that nobody published."""
    defaut = document.get("defaut") or {}
    valeurs: list[Valeur] = []
    for rang, ligne in enumerate(liste or ()):
        ici = (*chemin, "valeurs", rang)
        ligne = lecture.cles(ligne, CLES_VALEUR, ici)
        complet = {**defaut, **ligne}
        if complet.get("texte") not in textes_connus:
            lecture.faute(ici, f"texte inconnu « {complet.get('texte')} »", "l'un de " + ", ".join(sorted(textes_connus)))
        if not complet.get("reference"):
            lecture.faute(ici, "valeur sans référence")
        for champ, permis in (("confiance", CONFIANCES), ("statut", STATUTS)):
            if complet.get(champ) not in permis:
                lecture.faute(ici, f"« {champ} » vaut {complet.get(champ)!r}", "l'un de " + ", ".join(permis))
        du, au = complet.get("du", DEBUT_DES_TEMPS), complet.get("au", FIN_DES_TEMPS)
        if not isinstance(du, dt.date) or not isinstance(au, dt.date) or du > au:
            lecture.faute(ici, "dates « du » et « au » incorrectes", "deux dates AAAA-MM-JJ, « du » avant « au »")
            continue
        if "valeur" not in complet:
            lecture.faute(ici, "la clé « valeur » manque")
            continue
        brute = complet["valeur"]
        try:
            calcul = en_calcul(brute, figure.unite)
        except (ValueError, ArithmeticError):
            lecture.faute(ici, f"valeur {brute!r} illisible", f"une valeur en {figure.unite}")
            continue
        valeurs.append(
            Valeur(
                figure, str(complet.get("texte")), du, au, brute, calcul, str(complet.get("reference")),
                str(complet.get("statut")), str(complet.get("confiance")), complet.get("verifie_le"),
                complet.get("source"), complet.get("note"),
            )
        )  # fmt: skip
    for avant, apres in _voisines(valeurs):
        if apres.du <= avant.au:
            lecture.faute(chemin, f"deux valeurs se recouvrent au {apres.du:%d/%m/%Y} (texte {apres.texte})")
        elif apres.du - avant.au > dt.timedelta(days=1):
            lecture.faute(chemin, f"aucune valeur entre le {avant.au:%d/%m/%Y} et le {apres.du:%d/%m/%Y} ({apres.texte})")
    return valeurs


def en_calcul(brute: Any, unite: str) -> Any:
    """Convert a written value to the one of computation; `ValueError` if it is not of its unit."""
    if brute is None or brute == SUPPRIME:
        return None
    if unite == "booléen":
        if not isinstance(brute, bool):
            raise ValueError(brute)
        return brute
    if unite == "date":
        if not isinstance(brute, dt.date):
            raise ValueError(brute)
        return brute
    if unite == "liste":
        return tuple(brute)
    if unite in UNITES_SANS_NOMBRE:
        return str(brute)
    if isinstance(brute, (bool, list, dict)):
        raise ValueError(brute)
    return vers_entier(brute, unite)


def _voisines(valeurs: list[Valeur]) -> Iterator[tuple[Valeur, Valeur]]:
    for texte in {valeur.texte for valeur in valeurs}:
        rangees = sorted((v for v in valeurs if v.texte == texte), key=lambda v: v.du)
        yield from zip(rangees, rangees[1:], strict=False)


def date_relative(expression: str, annee: int) -> dt.date:
    """Resolve `31/12/n-1` or `30/06/n+1` for an exercise `n`; `ValueError` if it is not of that form."""
    jour, mois, rang = expression.split("/")
    if not rang.startswith("n"):
        raise ValueError(expression)
    return dt.date(annee + int(rang[1:] or 0), int(mois), int(jour))


@cache
def dossiers_des_dispositifs() -> dict[str, Path]:
    """Return the folder of each dispositif of the package, by the name that the contract uses."""
    racine = Path(__file__).parents[1] / "dispositifs"
    return {
        dossier.name.replace("_", "-"): dossier
        for dossier in sorted(racine.iterdir())
        if (dossier / "bareme.yaml").is_file()
    }
