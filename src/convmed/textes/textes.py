"""Which texts exist, in what order they replace one another, and how a user's scenario is laid on top of one."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from convmed.textes.bareme import Figure, Valeur, dossiers_des_dispositifs, lire_figures, lire_valeurs, lire_yaml
from convmed.textes.erreurs import Erreurs, Faute
from convmed.textes.scenario_fautes import (
    LectureDeScenario,
    dispositif_inconnu,
    expliquer,
    figure_inconnue,
    lire_document,
    plus_proche,
)
from convmed.textes.yaml_recu import texte_recu

EN_VIGUEUR = "en-vigueur"
CLES_TEXTE = {"id", "libelle", "base", "horloge", "signe_le", "en_vigueur_le", "jusqu_au", "reference"}
EXTENSIONS = {".yaml", ".yml"}
CLES_SCENARIO = {"nom", "libelle", "base", "figures"}


@dataclass(frozen=True, slots=True)
class Texte:
    """A text or a scenario: `chaine` lists it first, then the texts that it leaves standing."""

    id: str
    libelle: str
    horloge: str
    chaine: tuple[str, ...]
    reference: str = ""
    ajouts: Mapping[tuple[str, str], list[Valeur]] = field(default_factory=dict)

    def valeur(self, figure: Figure, date: dt.date) -> Valeur | None:
        """Return the value of a figure at a date under this text: the scenario first, then the chain of texts."""
        for valeur in self.ajouts.get((figure.dispositif, figure.nom), ()):
            if valeur.du <= date <= valeur.au:
                return valeur
        return figure.a(self.chaine, date)


@cache
def textes_connus() -> dict[str, Texte]:
    """Return the texts that the project carries, by id."""
    chemin = Path(__file__).with_name("textes.yaml")
    connus: dict[str, Texte] = {}
    for bloc in lire_yaml(chemin.read_text("utf-8"), chemin.name)["textes"]:
        if inconnues := set(bloc) - CLES_TEXTE:
            raise Erreurs([Faute(f"clé inconnue {sorted(inconnues)}", fichier=chemin.name, champ=bloc.get("id"))])
        base = connus[bloc["base"]].chaine if "base" in bloc else ()
        connus[bloc["id"]] = Texte(
            bloc["id"], bloc["libelle"], bloc["horloge"], (bloc["id"], *base), bloc.get("reference", "")
        )
    return connus


@cache
def baremes() -> dict[str, dict[str, Figure]]:
    """Return every figure that the project carries: dispositif, then name of the figure."""
    connus = frozenset(textes_connus())
    return {
        nom: lire_figures((dossier / "bareme.yaml").read_text("utf-8"), f"dispositifs/{dossier.name}/bareme.yaml", connus)
        for nom, dossier in dossiers_des_dispositifs().items()
    }


def trouver_texte(designation: str, scenarios: bool = True) -> Texte:
    """Return a text by id, or read a scenario if the designation is the path of a YAML file; `Erreurs` otherwise.

    A program that answers others says `scenarios=False`: a name from outside must not open a file.
    """
    connus = textes_connus()
    if designation in connus:
        return connus[designation]
    chemin = Path(designation)
    if scenarios and chemin.suffix in EXTENSIONS:
        if not os.path.isfile(designation):
            raise Erreurs([Faute("ce fichier de scénario n'existe pas", fichier=designation)])
        return lire_scenario(chemin)
    attendu = plus_proche(designation, connus) + "l'un de " + ", ".join(connus) + ", ou le chemin d'un scénario .yaml"
    raise Erreurs([Faute(f"texte inconnu « {designation} »", champ="texte", valeur=designation, attendu=attendu)])


def lire_scenario(chemin: Path, dessus: tuple[Path, ...] = ()) -> Texte:
    """Read a user's scenario: any figure of any dispositif, laid on top of a text or of another scenario.

    `base` names a text, or the file of the scenario below (from the folder of this one). `Erreurs` names the unknown
    figures with the nearest known ones, and every value that is not of its unit.
    """
    return _lire(_lire_fichier(chemin), str(chemin), chemin.stem, lambda lecture, designation: _base(lecture, designation, chemin, dessus))


def lire_scenario_recu(octets: bytes, fichier: str, nom: str = "scenario") -> Texte:
    """Read a scenario that someone sent: it lies on a text of the project, and opens no file.

    `nom` is its name if it does not say one. `Erreurs` as `lire_scenario`, and for what `texte_recu` refuses.
    """
    return _lire(texte_recu(octets, fichier), fichier, nom, _texte_connu)


def poser(base: Texte, figures: Mapping[str, Mapping[str, Any]], nom: str, libelle: str = "") -> Texte:
    """Lay figures on a text or a scenario, without a file: values as a scenario writes them, by dispositif and figure.

    `Erreurs` as `lire_scenario`; `champ` names each figure, and there is no line.
    """
    lecture = LectureDeScenario("", nom)
    try:
        ajouts = _lire_ajouts(lecture, figures, nom)
        lecture.terminer()
    except Erreurs as erreurs:
        raise Erreurs(replace(faute, fichier=None, ligne=None, colonne=None) for faute in erreurs.fautes) from None
    return _pose(base, ajouts, nom, libelle or nom, base.reference)


def _lire(contenu: str, fichier: str, nom_par_defaut: str, trouver_la_base: Callable[[LectureDeScenario, object], Texte | None]) -> Texte:
    lecture = LectureDeScenario(contenu, fichier)
    document = lecture.cles(lire_document(contenu, fichier), CLES_SCENARIO, ())
    base = trouver_la_base(lecture, document.get("base", EN_VIGUEUR))
    nom = str(document.get("nom") or nom_par_defaut)
    if nom in textes_connus():
        lecture.faute(("nom",), f"« {nom} » est le nom d'un texte officiel", "un nom à vous")
    ajouts = _lire_ajouts(lecture, document.get("figures", {}), nom)
    lecture.terminer()
    assert base is not None
    return _pose(base, ajouts, nom, str(document.get("libelle") or nom), fichier)


def _lire_ajouts(lecture: LectureDeScenario, blocs: object, nom: str) -> dict[tuple[str, str], list[Valeur]]:
    figures = baremes()
    ajouts: dict[tuple[str, str], list[Valeur]] = {}
    for dispositif, bloc in lecture.cles(blocs, None, ("figures",)).items():
        if dispositif not in figures:
            lecture.faute(("figures", dispositif), f"dispositif inconnu « {dispositif} »", dispositif_inconnu(dispositif, figures))
            continue
        for figure, valeurs in lecture.cles(bloc, None, ("figures", dispositif)).items():
            ici = ("figures", dispositif, figure)
            if figure not in figures[dispositif]:
                lecture.faute(ici, f"figure inconnue « {figure} »", figure_inconnue(figure, dispositif, figures))
                continue
            ajouts[dispositif, figure] = _lire_ajout(lecture, figures[dispositif][figure], valeurs, ici, nom)
    return ajouts


def _pose(base: Texte, ajouts: Mapping[tuple[str, str], list[Valeur]], nom: str, libelle: str, reference: str) -> Texte:
    dessous = {cle: [*ajouts.get(cle, ()), *valeurs] for cle, valeurs in base.ajouts.items()}
    return Texte(nom, libelle, "propose", base.chaine, reference, {**ajouts, **dessous})


def _texte_connu(lecture: LectureDeScenario, designation: object) -> Texte | None:
    connus, nom = textes_connus(), str(designation)
    if nom not in connus:
        lecture.faute(("base",), f"texte inconnu « {nom} »", plus_proche(nom, connus) + "l'un de " + ", ".join(connus))
    return connus.get(nom)


def _lire_fichier(chemin: Path) -> str:
    try:
        return chemin.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as erreur:
        raise Erreurs([Faute("ce fichier de scénario n'est pas lisible (texte UTF-8)", fichier=str(chemin))]) from erreur


def _base(lecture: LectureDeScenario, designation: object, chemin: Path, dessus: tuple[Path, ...]) -> Texte | None:
    """Return the text or scenario on which a scenario lies; a fault if there is none, or if it lies on itself."""
    connus, nom = textes_connus(), str(designation)
    if nom in textes_connus():
        return connus[nom]
    # os.path answers no to a name that no file can bear, where pathlib raises.
    if Path(nom).suffix in EXTENSIONS and os.path.isfile(chemin.parent / nom):
        fichier, pile = (chemin.parent / nom).resolve(), (*dessus, chemin.resolve())
        if fichier in pile:
            lecture.faute(("base",), f"ce scénario repose sur lui-même par « {nom} »", "un texte, ou un scénario qui ne repose pas sur celui-ci")
            return None
        try:
            return lire_scenario(fichier, pile)
        except Erreurs as erreurs:
            lecture.ailleurs += erreurs.fautes
    else:
        attendu = plus_proche(nom, connus) + "l'un de " + ", ".join(connus) + ", ou le fichier d'un autre scénario"
        lecture.faute(("base",), f"texte inconnu « {nom} »", attendu)
    return None


def _lire_ajout(lecture: LectureDeScenario, figure: Figure, valeurs: Any, ici: tuple[Any, ...], nom: str) -> list[Valeur]:
    """Read what a scenario gives a figure: a bare value, one dated block, or a list of dated blocks."""
    blocs = valeurs if isinstance(valeurs, list) else [valeurs]
    if not blocs or not all(isinstance(bloc, dict) for bloc in blocs):
        blocs = [{"valeur": valeurs}]
    defaut = {"texte": nom, "reference": reference_d_office(nom), "statut": "propose", "confiance": "deduit"}
    with expliquer(lecture, figure, blocs):
        return lire_valeurs(lecture, figure, blocs, ici, defaut, frozenset({nom}))


def reference_d_office(nom: str) -> str:
    """Return the reference of a value of a scenario that gives none."""
    return f"scénario « {nom} »"
