"""The figures: one YAML file a dispositif, each value with its text, dates, reference and confidence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import NoneType
from typing import Any

import yaml

from convmed.textes.erreurs import Erreurs, Faute
from convmed.textes.unites import UNITES_SANS_NOMBRE, base, vers_entier

CONFIANCES = ("officiel", "presse", "deduit")
STATUTS = ("signe", "applique", "propose", "anterieur")
CLES_FICHIER = {"dispositif", "articles", "defaut", "figures"}
CLES_FIGURE = {"libelle", "unite", "article", "normes", "valeurs", "note"}
CLES_VALEUR = {"texte", "du", "au", "valeur", "reference", "statut", "confiance", "verifie_le", "source", "note"}
# A duration is at most a long life: dates stay dates.
DUREES = {"mois": 1500, "ans": 125}
SUPPRIME = "supprime"
# No key of ours stands deeper; a file whose alias contains itself has no bottom.
PROFONDEUR = 6
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
    """YAML loader that keeps what it would otherwise bend: decimals, `08:30`, `010`, dates that do not exist.

    No float enters a figure, and of two keys of one name neither is dropped in silence.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a block; a key written twice is an error."""
        vues: set[str] = set()
        for cle, _ in node.value:
            if isinstance(cle, yaml.ScalarNode) and cle.value in vues:
                raise yaml.MarkedYAMLError(problem=f"clé en double « {cle.value} »", problem_mark=cle.start_mark)
            vues.add(cle.value if isinstance(cle, yaml.ScalarNode) else "")
        return super().construct_mapping(node, deep)


def _tel_qu_ecrit(chargeur: yaml.CSafeLoader, noeud: yaml.ScalarNode) -> str:
    return str(chargeur.construct_scalar(noeud))


def _entier(chargeur: yaml.CSafeLoader, noeud: yaml.ScalarNode) -> int | str:
    ecrit = _tel_qu_ecrit(chargeur, noeud)
    return int(ecrit) if re.fullmatch(r"[-+]?(0|[1-9]\d*)", ecrit) else ecrit


def _date(chargeur: yaml.CSafeLoader, noeud: yaml.ScalarNode) -> dt.date | str:
    ecrite = _tel_qu_ecrit(chargeur, noeud)
    try:
        return dt.date.fromisoformat(ecrite) if re.fullmatch(r"\d{4}-\d\d-\d\d", ecrite) else ecrite
    except ValueError:
        return ecrite


LignesYaml.add_constructor("tag:yaml.org,2002:float", _tel_qu_ecrit)
LignesYaml.add_constructor("tag:yaml.org,2002:int", _entier)
LignesYaml.add_constructor("tag:yaml.org,2002:timestamp", _date)


def lire_yaml(texte: str, fichier: str) -> Any:
    """Parse YAML; `Erreurs` with the line if it is not YAML or writes one key twice."""
    try:
        return yaml.load(texte, Loader=LignesYaml)
    # An explicit tag on the wrong word, or an endless number, fails inside PyYAML with no error of its own.
    except (yaml.YAMLError, LookupError, ValueError) as erreur:
        marque, probleme = getattr(erreur, "problem_mark", None), getattr(erreur, "problem", None) or ""
        message = probleme if probleme.startswith("clé en double") else "ce fichier n'est pas du YAML lisible"
        raise Erreurs([Faute(message, fichier=fichier, ligne=marque.line + 1 if marque else None)]) from erreur


def lignes_des_cles(texte: str) -> dict[tuple[Any, ...], int]:
    """Return the line of each key of a YAML document, for error messages."""
    lignes: dict[tuple[Any, ...], int] = {}

    def descendre(noeud: yaml.Node, chemin: tuple[Any, ...]) -> None:
        lignes[chemin] = noeud.start_mark.line + 1
        if len(chemin) > PROFONDEUR:
            return
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

    def cles(self, objet: object, permises: set[str] | None, chemin: tuple[Any, ...]) -> Mapping[str, Any]:
        """Return a block; a fault if it is not one, or for each key that is not allowed (`None`: any key)."""
        if not isinstance(objet, dict):
            self.faute(chemin, "un bloc « clé: valeur » manque ici")
            return {}
        for cle in objet:
            if permises is not None and cle not in permises:
                self.faute((*chemin, cle), f"clé inconnue « {cle} »", "l'une de " + ", ".join(sorted(permises)))
        return objet

    def textes(self, liste: object, chemin: tuple[Any, ...]) -> tuple[str, ...]:
        """Return a list of strings; a fault if it is not one."""
        if not isinstance(liste, list) or not all(isinstance(element, str) for element in liste):
            self.faute(chemin, "une liste de textes est attendue")
            return ()
        return tuple(liste)


def lire_figures(texte: str, fichier: str, textes_connus: frozenset[str]) -> dict[str, Figure]:
    """Read one `bareme.yaml`.

    `Erreurs` with every fault: unknown key or text, figure without unit, article or reference, value that is not of
    its unit, dates that overlap or leave a gap under one text.
    """
    lecture = _Lecture(texte, fichier)
    document = lecture.cles(lire_yaml(texte, fichier), CLES_FICHIER, ())
    dispositif = str(document.get("dispositif") or "")
    if not dispositif:
        lecture.faute((), "le nom du dispositif manque", "dispositif: nom-du-dispositif")
    defaut = lecture.cles(document.get("defaut", {}), CLES_VALEUR, ("defaut",))
    figures: dict[str, Figure] = {}
    for nom, contenu in lecture.cles(document.get("figures", {}), None, ("figures",)).items():
        chemin = ("figures", nom)
        bloc = lecture.cles(contenu, CLES_FIGURE, chemin)
        figure = Figure(
            dispositif=dispositif,
            nom=str(nom),
            libelle=str(bloc.get("libelle") or ""),
            unite=str(bloc.get("unite") or ""),
            article=str(bloc.get("article") or document.get("articles") or ""),
            normes=lecture.textes(bloc.get("normes", []), (*chemin, "normes")),
            note=bloc.get("note"),
        )
        for champ in ("libelle", "unite", "article"):
            if not getattr(figure, champ):
                lecture.faute(chemin, f"figure sans « {champ} »")
        if "valeurs" not in bloc:
            lecture.faute(chemin, "figure sans « valeurs »", "une liste, vide si personne n'a publié le chiffre")
        figure.valeurs = lire_valeurs(lecture, figure, bloc.get("valeurs", []), chemin, defaut, textes_connus)
        signaler_les_manques(lecture, figure.valeurs, chemin)
        figures[str(nom)] = figure
    lecture.terminer()
    return figures


def lire_valeurs(
    lecture: _Lecture,
    figure: Figure,
    liste: Any,
    chemin: tuple[Any, ...],
    defaut: Mapping[str, Any],
    textes_connus: frozenset[str],
) -> list[Valeur]:
    """Read the dated values of one figure; an empty list is a figure that nobody published."""
    if not isinstance(liste, list):
        lecture.faute((*chemin, "valeurs"), "une liste de valeurs est attendue")
        return []
    valeurs: list[Valeur] = []
    for rang, contenu in enumerate(liste):
        ici = (*chemin, "valeurs", rang)
        complet = {**defaut, **lecture.cles(contenu, CLES_VALEUR, ici)}
        if str(complet.get("texte")) not in textes_connus:
            lecture.faute(ici, f"texte inconnu « {complet.get('texte')} »", "l'un de " + ", ".join(sorted(textes_connus)))
        if not complet.get("reference"):
            lecture.faute(ici, "valeur sans référence")
        for champ, permis in (("confiance", CONFIANCES), ("statut", STATUTS)):
            if complet.get(champ) not in permis:
                lecture.faute(ici, f"« {champ} » vaut {complet.get(champ)!r}", "l'un de " + ", ".join(permis))
        if not isinstance(complet.get("verifie_le"), (dt.date, NoneType)):
            lecture.faute(ici, "« verifie_le » n'est pas une date", "AAAA-MM-JJ")
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
    return valeurs


def signaler_les_manques(lecture: _Lecture, valeurs: list[Valeur], chemin: tuple[Any, ...]) -> None:
    """Add a fault for values that nobody checked, and for each period without value between two of one text."""
    if any(valeur.verifie_le is None for valeur in valeurs):
        lecture.faute(chemin, "valeur sans « verifie_le »", "la date où quelqu'un a vérifié la référence")
    for avant, apres in _voisines(valeurs):
        if apres.du - avant.au > dt.timedelta(days=1):
            lecture.faute(chemin, f"aucune valeur entre le {avant.au:%d/%m/%Y} et le {apres.du:%d/%m/%Y} ({apres.texte})")


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
        if not isinstance(brute, list) or any(isinstance(element, (list, dict, NoneType)) for element in brute):
            raise ValueError(brute)
        return tuple(brute)
    if isinstance(brute, (bool, list, dict)):
        raise ValueError(brute)
    # Whatever the exercise: 29 February exists one year in four.
    for annee in range(2021, 2025):
        if unite == "date relative":
            date_relative(str(brute), annee)
        elif unite == "jour de l'année":
            date_relative(f"{brute}/n", annee)
    if unite in UNITES_SANS_NOMBRE:
        return str(brute)
    calcul = vers_entier(brute, unite)
    if base(unite) in DUREES and not 0 <= calcul <= DUREES[base(unite)]:
        raise ValueError(brute)
    return calcul


def _voisines(valeurs: list[Valeur]) -> Iterator[tuple[Valeur, Valeur]]:
    for texte in dict.fromkeys(valeur.texte for valeur in valeurs):
        yield from pairwise(sorted((v for v in valeurs if v.texte == texte), key=lambda v: v.du))


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
