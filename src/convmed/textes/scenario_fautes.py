"""What to tell the author of a scenario: where the fault stands, the names that he may have meant, how a value is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import yaml

from convmed.textes.bareme import PROFONDEUR, Figure, _Lecture, lire_yaml
from convmed.textes.erreurs import Erreurs, Faute
from convmed.textes.unites import base

Figures = Mapping[str, Mapping[str, Figure]]
# How a value of each unit is written.
EXEMPLES = {
    "EUR": "5.50 : un point, ni espace ni €", "%": "20 pour 20 %", "points": "12.5", "date": "2027-01-01",
    "date relative": "31/12/n-1, n étant l'exercice", "jour de l'année": "15/10", "booléen": "true ou false",
    "liste": "[3, 6, 9, 12]", "texte": "un texte",
}  # fmt: skip
# What the YAML reader says in English, and what to do about it.
CONSEILS = (
    (r"cannot start any token", "des espaces et pas de tabulation au début des lignes, des guillemets autour d'un texte qui commence par un signe"),
    (r"mapping values are not allowed", "un seul « : » par ligne ; un texte qui contient « : » se met entre guillemets"),
    (r"could not find expected ':'", "« : » et un espace après chaque nom"),
    (r"constructor for the tag|recursive|unhashable|expected a .* node", "des valeurs simples, sans étiquette YAML (« ! »)"),
    (r"undefined alias|duplicate anchor", "des valeurs simples, sans ancre YAML (« & », « * »)"),
    (r"expected <block end>|did not find expected", "le même retrait pour les lignes d'un même bloc, et des crochets refermés"),
    (r"special characters|control characters|not allowed here", "du texte sans caractère de contrôle"),
    (r"unexpected end of stream", "des guillemets et des crochets refermés"),
)
MOT = re.compile(r"[a-z0-9]+")


class LectureDeScenario(_Lecture):
    """A scenario being read: its faults with their line and column, and those of the scenario on which it lies."""

    def __init__(self, texte: str, fichier: str) -> None:
        super().__init__(texte, fichier)
        self.ailleurs: list[Faute] = []

    def terminer(self) -> None:
        """Raise `Erreurs` with every fault, if there is one."""
        if not self.fautes:
            if self.ailleurs:
                raise Erreurs(self.ailleurs)
            return
        places = _places(self.texte)
        try:
            super().terminer()
        except Erreurs as erreurs:
            ou = [_place(chemin, places) for chemin, _, _ in self.fautes]
            situees = [replace(f, ligne=ligne, colonne=str(colonne)) for f, (ligne, colonne) in zip(erreurs.fautes, ou, strict=True)]
            raise Erreurs([*sorted(situees, key=lambda faute: faute.ligne or 0), *self.ailleurs]) from None


def _place(chemin: tuple[Any, ...], places: Mapping[tuple[Any, ...], tuple[int, int]]) -> tuple[int, int]:
    """Return the line and column of a fault: of the nearest thing above it that is written in the file."""
    # A value is named as it would be in a barème: `figures.D.F.valeurs.0.du`, where a scenario writes less.
    tete, rang, reste = chemin[:3], chemin[4:5], chemin[5:]
    ecrits = (chemin, (*tete, *rang, *reste), (*tete, *reste)) if chemin[3:4] == ("valeurs",) else (chemin,)
    trouves = [(len(ecrit[:n]), places[ecrit[:n]]) for ecrit in ecrits for n in range(len(ecrit) + 1) if ecrit[:n] in places]
    return max(trouves, key=lambda trouve: trouve[0], default=(0, (1, 1)))[1]


def _places(texte: str) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Return the line and column of each key, and of each element of a list, of a YAML document."""
    places: dict[tuple[Any, ...], tuple[int, int]] = {}

    def descendre(noeud: yaml.Node, chemin: tuple[Any, ...], ici: yaml.Mark) -> None:
        places[chemin] = ici.line + 1, ici.column + 1
        if len(chemin) > PROFONDEUR:
            return
        if isinstance(noeud, yaml.MappingNode):
            for cle, valeur in noeud.value:
                descendre(valeur, (*chemin, cle.value), cle.start_mark)
        elif isinstance(noeud, yaml.SequenceNode):
            for rang, valeur in enumerate(noeud.value):
                descendre(valeur, (*chemin, rang), valeur.start_mark)

    racine = yaml.compose(texte, Loader=yaml.CSafeLoader)
    if racine is not None:
        descendre(racine, (), racine.start_mark)
    return places


def lire_document(texte: str, fichier: str) -> Any:
    """Parse the YAML of a scenario; `Erreurs` says where it stops being YAML, and what to write instead."""
    try:
        return lire_yaml(texte, fichier)
    except Erreurs as erreurs:
        cause = erreurs.__cause__
        marque, dit = getattr(cause, "problem_mark", None), f"{getattr(cause, 'problem', None) or ''} {cause}"
        conseil = next((conseil for motif, conseil in CONSEILS if re.search(motif, dit)), "un fichier comme en écrit « convmed scenario nouveau »")
        colonne = str(marque.column + 1) if marque else None
        doublon = "double" in erreurs.fautes[0].message
        raise Erreurs(
            [replace(faute, colonne=colonne, attendu="chaque nom une seule fois" if doublon else conseil) for faute in erreurs.fautes]
        ) from None


@contextmanager
def expliquer(lecture: _Lecture, figure: Figure, blocs: Sequence[Any]) -> Iterator[None]:
    """Complete the faults found within: how a value of this unit is written, which date was found."""
    avant = len(lecture.fautes)
    yield
    lecture.fautes[avant:] = [_completee(faute, figure, blocs) for faute in lecture.fautes[avant:]]


def _completee(
    faute: tuple[tuple[Any, ...], str, str | None], figure: Figure, blocs: Sequence[Any]
) -> tuple[tuple[Any, ...], str, str | None]:
    chemin, message, attendu = faute
    if attendu is not None and attendu.startswith("une valeur en "):
        exemple = EXEMPLES.get(base(figure.unite))
        return chemin, message, attendu + (f", par exemple {exemple}" if exemple else "")
    if attendu is not None and attendu.startswith("deux dates"):
        bloc = blocs[chemin[-1]] if isinstance(chemin[-1], int) else {}
        ecrites = [f"{cle} : {bloc[cle]}" for cle in ("du", "au") if cle in bloc]
        return chemin, f"{message} ({', '.join(ecrites)})", attendu
    if "se recouvrent" in message:
        return chemin, message, "« au » sur la première, au plus tard la veille de la suivante"
    return faute


def plus_proche(nom: str, connus: Collection[str]) -> str:
    """Return a question that names the nearest known text; nothing if none is near."""
    voisins = get_close_matches(nom, list(connus), n=1) or [connu for connu in connus if nom and connu.startswith(nom)]
    return f"peut-être {voisins[0]} ; " if voisins else ""


def dispositif_inconnu(nom: object, figures: Figures) -> str:
    """Return the dispositifs that may have been meant, or that of the figure whose name was written in its place."""
    ecrit = str(nom)
    dispositif, _, figure = ecrit.partition(".")
    if figure in figures.get(dispositif, {}):
        return f"« {figure} » sur une ligne, en retrait sous « {dispositif} »"
    if meres := [connu for connu, siennes in figures.items() if ecrit in siennes]:
        return "par exemple " + ", ".join(f"{mere}.{ecrit}" for mere in meres[:3])
    return _exemples(get_close_matches(ecrit, list(figures), n=3) or sorted(figures)[:5])


def figure_inconnue(nom: object, dispositif: str, figures: Figures) -> str:
    """Return the figures that may have been meant: of this dispositif, or of another one (`dispositif.figure`)."""
    ecrit, siennes = str(nom), figures[dispositif]
    ailleurs = [f"{autre}.{ecrit}" for autre, autres in figures.items() if ecrit in autres]
    proches = [*ailleurs, *get_close_matches(ecrit, list(siennes), n=3)]
    if not proches:
        noms = {f"{autre}.{connu}": connu for autre, autres in figures.items() for connu in autres}
        voisins = set(get_close_matches(ecrit, set(noms.values()), n=3, cutoff=0.75))
        proches = [complet for complet, connu in noms.items() if connu in voisins]
    if not proches:
        proches = _par_les_mots(ecrit, siennes)
    return _exemples(proches[:3] or sorted(siennes)[:5])


def _par_les_mots(ecrit: str, figures: Mapping[str, Figure]) -> list[str]:
    """Return the figures whose name or label shares most words with what was written, those that share one at least."""
    mots = _mots(ecrit)
    communs = {nom: len(mots & (_mots(nom) | _mots(figure.libelle))) for nom, figure in figures.items()}
    return sorted((nom for nom, combien in communs.items() if combien), key=lambda nom: -communs[nom])


def _mots(texte: str) -> set[str]:
    sans_accent = unicodedata.normalize("NFD", texte.lower()).encode("ascii", "ignore").decode()
    return {mot for mot in MOT.findall(sans_accent) if len(mot) > 2}


def _exemples(noms: Iterable[str]) -> str:
    return "par exemple " + ", ".join(noms)
