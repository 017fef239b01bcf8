"""A scenario as a file: a commented one to start from, and what one changes against the text on which it lies."""

from __future__ import annotations

import datetime as dt
import os
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from convmed.textes import Erreurs, Faute, Texte, Valeur, baremes, textes_connus, trouver_texte
from convmed.textes.bareme import DEBUT_DES_TEMPS, FIN_DES_TEMPS, SUPPRIME, Figure, lire_yaml
from convmed.textes.comparaison import UN_JOUR, Periode, Silence, differences, periodes, sens
from convmed.textes.consultation import dispositifs_choisis, en_clair
from convmed.textes.textes import EN_VIGUEUR, EXTENSIONS, lire_scenario, reference_d_office
from convmed.textes.unites import UNITES_SANS_NOMBRE, afficher, base

# What is most often negotiated; any other dispositif is named with --dispositif.
PAR_DEFAUT = ("forfait-medecin-traitant", "prevention")
PRIX = frozenset({"EUR", "%"})
ENTETE = """\
# Scénario convmed : des chiffres à vous, posés sur un texte qui vaut pour tout le reste.
#
# Tel quel, ce fichier ne change rien : chaque valeur est celle de la base. Changez celles que vous voulez, et
# retirez les autres. Les montants sont en euros et les taux en %, avec un point ; les dates sont AAAA-MM-JJ.
#
#   figure: 60                                    une valeur à toute date
#   figure: {{valeur: 60, du: 2027-01-01}}          à partir d'un jour ; avant lui, la base vaut
#   figure: [{{valeur: 60, du: 2027-01-01, au: 2027-12-31}}, {{valeur: 65, du: 2028-01-01}}]
#   figure: supprime                              le texte met fin au chiffre
#
# Les figures d'un dispositif : convmed bareme --dispositif DISPOSITIF
# Ce que ce fichier change :    convmed scenario verifier {fichier}
# Sur un cabinet :              convmed comparer DOSSIER --textes {base},{fichier}
"""
# What begins a file that a program wrote.
ENTETE_COURTE = "# Scénario convmed : ces chiffres, posés sur un texte qui vaut pour tout le reste."


@dataclass(frozen=True, slots=True)
class Verification:
    """A scenario that can be read: the text on which it lies, what it changes, what it repeats without changing it."""

    fichier: str
    texte: Texte
    base: Texte
    differences: list[dict[str, Any]]
    sans_effet: list[str]

    def en_dict(self) -> dict[str, Any]:
        """Return the check as JSON."""
        return {
            "fichier": self.fichier, "scenario": self.texte.id, "libelle": self.texte.libelle, "base": self.base.id,
            "differences": self.differences, "sans_effet": self.sans_effet,
        }  # fmt: skip


def nouveau(
    fichier: Path, base_: str = EN_VIGUEUR, dispositifs: Iterable[str] = (), figures: Iterable[str] = (), date: dt.date | None = None
) -> str:
    """Return the text of a commented scenario in which every value is that of its base: it changes nothing.

    `figures` are names, or `dispositif.figure` where several dispositifs have the name; `dispositifs` bring all their
    figures in force at `date` (today) or later; without either, the prices and rates of what is most often negotiated.
    `Erreurs` if the file exists or is no `.yaml`, and for every name that is unknown.
    """
    fautes, choisies, texte = [*_fautes_du_fichier(fichier)], list[Figure](), None
    demandees = list(figures)
    try:
        texte = trouver_texte(base_)
    except Erreurs as erreurs:
        fautes += erreurs.fautes
    try:
        choisies = _choisir(list(dispositifs), demandees)
    except Erreurs as erreurs:
        fautes += erreurs.fautes
    if fautes or texte is None:
        raise Erreurs(fautes)
    jour = date or dt.date.today()
    nom = fichier.stem if fichier.stem not in textes_connus() else f"mon-{fichier.stem}"
    lignes = [
        ENTETE.format(fichier=fichier, base=base_), f"nom: {_ecrire(nom)}", f"libelle: {_ecrire(f'Scénario {nom}')}  # en clair, ce qu'il propose",
        f"base: {_ecrire(_chemin_de_la_base(base_, fichier))}", "", "figures:",
    ]  # fmt: skip
    # A figure that the text does not have is written only if it was named.
    vies = {id(f): _vie(f, texte, jour) for f in choisies}
    ecrites = [f for f in choisies if demandees or not all(_sans_figure(f, periode) for periode in vies[id(f)])]
    for dispositif in dict.fromkeys(figure.dispositif for figure in ecrites):
        lignes.append(f"  {dispositif}:")
        lignes += [ligne for f in ecrites if f.dispositif == dispositif for ligne in _bloc(f, vies[id(f)])]
    if not ecrites:
        lignes[-1] = "figures: {}"
    return "\n".join(lignes) + "\n"


def _fautes_du_fichier(fichier: Path) -> list[Faute]:
    if fichier.suffix not in EXTENSIONS:
        return [Faute("un scénario est un fichier YAML", fichier=str(fichier), attendu="un nom qui finit par .yaml")]
    # os.path answers no to a name that no file can bear, where pathlib raises.
    if os.path.lexists(fichier):
        return [Faute("ce fichier existe déjà : il n'est pas remplacé", fichier=str(fichier), attendu="un autre nom")]
    if not os.path.isdir(fichier.parent):
        return [Faute("ce dossier n'existe pas", fichier=str(fichier.parent), attendu="un dossier qui existe")]
    return []


def _choisir(dispositifs: list[str], demandees: list[str]) -> list[Figure]:
    """Return the figures asked for, each once, in the order of the barème."""
    tous, fautes = baremes(), list[Faute]()
    parmi: Mapping[str, Mapping[str, Figure]] = tous
    try:
        parmi = dispositifs_choisis(dispositifs or None)
    except Erreurs as erreurs:
        fautes += erreurs.fautes
    if not demandees:
        if fautes:
            raise Erreurs(fautes)
        if dispositifs:
            return [figure for siennes in parmi.values() for figure in siennes.values()]
        return [figure for nom in PAR_DEFAUT for figure in tous[nom].values() if base(figure.unite) in PRIX and figure.valeurs]
    trouvees: list[Figure] = []
    complets = {f"{nom}.{figure}": f for nom, siennes in parmi.items() for figure, f in siennes.items()}
    for demandee in demandees:
        memes = [f for complet, f in complets.items() if demandee in (complet, f.nom)]
        if len(memes) == 1:
            trouvees += memes
        elif memes:
            noms = ", ".join(f"{f.dispositif}.{f.nom}" for f in memes)
            fautes.append(Faute(f"plusieurs dispositifs ont une figure « {demandee} »", champ="--figures", valeur=demandee, attendu=f"l'une de {noms}"))
        else:
            simples = {f.nom: complet for complet, f in complets.items()}
            proches = get_close_matches(demandee, list(complets), n=3) or [simples[nom] for nom in get_close_matches(demandee.rpartition(".")[2], list(simples), n=3)]
            attendu = "par exemple " + ", ".join(proches) if proches else "un nom que donne « convmed bareme »"
            fautes.append(Faute(f"figure inconnue « {demandee} »", champ="--figures", valeur=demandee, attendu=attendu))
    if fautes:
        raise Erreurs(fautes)
    rangs = {id(f): rang for rang, f in enumerate(f for siennes in tous.values() for f in siennes.values())}
    return sorted({id(f): f for f in trouvees}.values(), key=lambda figure: rangs[id(figure)])


def _vie(figure: Figure, texte: Texte, jour: dt.date) -> list[Periode]:
    """Return the periods, from a day on, over which a text keeps one value of a figure, what it says nothing of at an end left out."""
    vie = [periode for periode in periodes(figure, texte) if periode.au >= jour]
    utiles = [periode for periode in vie if not _sans_figure(figure, periode)]
    return utiles or vie


def _sans_figure(figure: Figure, periode: Periode) -> bool:
    return sens(figure, periode.valeurs[0]) is Silence.SANS_FIGURE


def _bloc(figure: Figure, vie: list[Periode]) -> list[str]:
    """Return the lines of one figure: what it is, its present value and reference as comments, and the value to change."""
    lignes = ["", *_commentaire(f"{figure.libelle} ({figure.unite})")]
    for periode in vie:
        valeur = periode.valeurs[0]
        if _sans_figure(figure, periode):
            lignes += _commentaire(f"ce texte n'a pas ce chiffre ({figure.article}) : « supprime » le dit, une valeur le lui donne")
        elif valeur is None or valeur.brute is None:
            lignes += _commentaire(f"non publié : voir {valeur.reference if valeur else figure.article}")
        else:
            lignes += _commentaire(f"{_quand(periode)} : {_lisible(valeur.brute, valeur.calcul, figure)} ({valeur.reference} ; {valeur.confiance})")
    blocs = [_valeur(figure, periode) for periode in vie]
    return [*lignes, f"    {figure.nom}: {blocs[0] if len(blocs) == 1 else '[' + ', '.join(blocs) + ']'}"]


def _commentaire(phrase: str) -> list[str]:
    return [f"    # {ligne}" for ligne in textwrap.wrap(re.sub(r"[ \n\t]+", " ", phrase), 105, break_long_words=False, break_on_hyphens=False)]


def _quand(periode: Periode) -> str:
    bornes = (("depuis le", periode.du, DEBUT_DES_TEMPS), ("jusqu'au", periode.au, FIN_DES_TEMPS))
    return " ".join(f"{mot} {jour:%d/%m/%Y}" for mot, jour, limite in bornes if jour != limite) or "à toute date"


def _lisible(brute: Any, calcul: Any, figure: Figure) -> str:
    return en_clair(brute) if base(figure.unite) in UNITES_SANS_NOMBRE else afficher(calcul, figure.unite)


def _valeur(figure: Figure, periode: Periode) -> str:
    """Write one period as a scenario does: a bare value if it holds at any date."""
    valeur = periode.valeurs[0]
    brute = SUPPRIME if _sans_figure(figure, periode) else None if valeur is None else valeur.brute
    numerique = base(figure.unite) not in UNITES_SANS_NOMBRE and brute is not None
    ecrite = str(brute) if numerique else _ecrire(brute)
    bornes = [("du", periode.du, DEBUT_DES_TEMPS), ("au", periode.au, FIN_DES_TEMPS)]
    dates = "".join(f", {cle}: {jour.isoformat()}" for cle, jour, limite in bornes if jour != limite)
    return f"{{valeur: {ecrite}{dates}}}" if dates or isinstance(brute, list) else ecrite


def _ecrire(valeur: Any) -> str:
    """Write a value as YAML on one line, such that it may stand within braces."""
    return yaml.safe_dump([valeur], default_flow_style=True, allow_unicode=True, width=10**9).strip()[1:-1]


def _chemin_de_la_base(base_: str, fichier: Path) -> str:
    """Return the base as the file names it: a scenario below is looked for from the folder of the one above."""
    return base_ if base_ in textes_connus() else os.path.relpath(base_, fichier.parent)


def en_yaml(texte: Texte) -> str:
    """Return a scenario as one file that suffices: what it lays on the text below, scenarios on which it lies included.

    Read again, it gives the same values at every date, with their references.
    """
    lignes = [ENTETE_COURTE, f"nom: {_ecrire(texte.id)}", f"libelle: {_ecrire(texte.libelle)}", f"base: {_ecrire(texte.chaine[0])}", "", "figures:"]
    for dispositif in dict.fromkeys(dispositif for dispositif, _ in texte.ajouts):
        lignes.append(f"  {dispositif}:")
        for (autre, nom), valeurs in texte.ajouts.items():
            if autre == dispositif:
                figure = baremes()[dispositif][nom]
                blocs = [_bloc_de(valeur, du, au, texte.id) for valeur, du, au in _sans_recouvrement(valeurs)]
                lignes += [*_commentaire(f"{figure.libelle} ({figure.unite})"), f"    {nom}: {blocs[0] if len(blocs) == 1 else '[' + ', '.join(blocs) + ']'}"]
    return "\n".join(lignes if texte.ajouts else [*lignes[:-1], "figures: {}"]) + "\n"


def _sans_recouvrement(valeurs: Sequence[Valeur]) -> list[tuple[Valeur, dt.date, dt.date]]:
    """Return the stretches of days over which each value holds, the first that speaks of a day being the one that counts."""
    fins = {fin + UN_JOUR for fin in (valeur.au for valeur in valeurs) if fin < FIN_DES_TEMPS}
    bornes = sorted({valeur.du for valeur in valeurs} | fins)
    suites: list[tuple[Valeur, dt.date, dt.date]] = []
    for du, suivant in pairwise([*bornes, FIN_DES_TEMPS + UN_JOUR]):
        valeur = next((valeur for valeur in valeurs if valeur.du <= du <= valeur.au), None)
        if valeur is not None and suites and suites[-1][0] is valeur and suites[-1][2] + UN_JOUR == du:
            suites[-1] = valeur, suites[-1][1], suivant - UN_JOUR
        elif valeur is not None:
            suites.append((valeur, du, suivant - UN_JOUR))
    return suites


def _bloc_de(valeur: Valeur, du: dt.date, au: dt.date, nom: str) -> str:
    """Write one value as a scenario does; what a scenario takes for granted is left out."""
    numerique = base(valeur.figure.unite) not in UNITES_SANS_NOMBRE and valeur.brute not in (None, SUPPRIME)
    dits = [f"valeur: {valeur.brute if numerique else _ecrire(valeur.brute)}"]
    dits += [f"{cle}: {jour.isoformat()}" for cle, jour, limite in (("du", du, DEBUT_DES_TEMPS), ("au", au, FIN_DES_TEMPS)) if jour != limite]
    # The name of a scenario below is not said again: this one speaks for both.
    reference = valeur.reference.replace(f"« {valeur.texte} »", f"« {nom} »") if valeur.reference == reference_d_office(valeur.texte) else valeur.reference
    ecrits = {"reference": reference, "statut": valeur.statut, "confiance": valeur.confiance, "source": valeur.source, "note": valeur.note}
    d_office = {"reference": reference_d_office(nom), "statut": "propose", "confiance": "deduit", "source": None, "note": None}
    dits += [f"{cle}: {_ecrire(ecrit)}" for cle, ecrit in ecrits.items() if ecrit != d_office[cle]]
    if valeur.verifie_le is not None:
        dits.append(f"verifie_le: {valeur.verifie_le.isoformat()}")
    return "{" + ", ".join(dits) + "}" if len(dits) > 1 or isinstance(valeur.brute, list) else dits[0].removeprefix("valeur: ")


def verifier(fichier: Path) -> Verification:
    """Read a scenario and return what it changes against its base; `Erreurs` with all its faults."""
    if not os.path.isfile(fichier):
        raise Erreurs([Faute("ce fichier de scénario n'existe pas", fichier=str(fichier))])
    texte = lire_scenario(fichier)
    dessous = trouver_texte(designation_de_la_base(fichier))
    ecarts = differences(dessous, texte)
    changees = {(rangee["dispositif"], rangee["figure"]) for rangee in ecarts}
    siennes = [cle for cle, valeurs in texte.ajouts.items() if len(valeurs) > len(dessous.ajouts.get(cle, ()))]
    return Verification(str(fichier), texte, dessous, ecarts, [".".join(cle) for cle in siennes if cle not in changees])


def designation_de_la_base(fichier: Path) -> str:
    """Return the name of the text, or the path of the scenario, on which a scenario that can be read lies."""
    designation = str(lire_yaml(fichier.read_text("utf-8"), str(fichier)).get("base", EN_VIGUEUR))
    return designation if designation in textes_connus() else str(fichier.parent / designation)
