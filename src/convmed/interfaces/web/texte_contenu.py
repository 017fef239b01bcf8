"""What the pages of « Le texte » show of a dispositif: its sheet, its rules as tables, its figures, its norms. Made once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from markupsafe import Markup, escape

from convmed.dispositifs.socle import Demande, tous
from convmed.donnees.entites import REGISTRE
from convmed.interfaces.web.recherche import sans_accents
from convmed.interfaces.web.rendu import dit, en_html
from convmed.moteur import noeuds
from convmed.moteur.redaction import LigneDeDecision, table_de_decision
from convmed.moteur.registre import DEBUT, FIN, Contexte, Entree, Regle, RegleAbsente
from convmed.normes.etat import EtatNorme, etats
from convmed.textes import Figure, Texte, Valeur, baremes, trouver_texte
from convmed.textes.bareme import DEBUT_DES_TEMPS, FIN_DES_TEMPS, dossiers_des_dispositifs
from convmed.textes.textes import textes_connus
from convmed.textes.unites import afficher

STATUTS = {"signe": "signé", "applique": "appliqué", "propose": "proposé", "anterieur": "texte antérieur"}
CONFIANCES = {"officiel": "officiel", "presse": "source : presse", "deduit": "déduit"}
ETATS_DES_NORMES = {"tenue": "tenue", "non-tenue": "non tenue", "orientation": "orientation", "non-publiee": "non publiée"}
# The tables of a fiche may be wider than a phone: they scroll by themselves, and a keyboard can reach them.
OUVRANTE, FERMANTE = '<div class="large" tabindex="0" role="region" aria-label="Tableau {}">', "</div>"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a sheet: where it is in the page, its title, its words, and how they look."""

    ancre: str
    titre: str
    texte: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a rule, as a table; `vaut` tells whether it is the one in force under the text that was chosen."""

    regle: Regle
    lignes: list[LigneDeDecision]
    vaut: bool

    @property
    def periode(self) -> str:
        """Say for which text and days it holds."""
        return f"{textes_connus()[self.regle.texte].libelle}{periode(self.regle.du, self.regle.au)}"


@dataclass(frozen=True, slots=True)
class RegleMontree:
    """A rule with its versions, the one in force first."""

    nom: str
    versions: list[Version]

    @property
    def regle(self) -> Regle:
        """Return the version that names it."""
        return self.versions[0].regle

    @property
    def normes(self) -> list[str]:
        """Return the norms that its versions implement."""
        return list(dict.fromkeys(norme for version in self.versions for norme in version.regle.normes))


@dataclass(frozen=True, slots=True)
class Liens:
    """What a rule reads, and what reads it."""

    entrees: list[Entree]
    figures: list[Figure]
    regles: list[Regle]
    lue_par: list[Regle]


def titre(dispositif: str) -> str:
    """Return the name of a dispositif; `KeyError` if there is none."""
    return dit(tous()[dispositif].titre)


@cache
def fiche(dispositif: str) -> tuple[Section, ...]:
    """Return the sheet of a dispositif in parts; the first one, without a title, is what it is about."""
    contenu = (dossiers_des_dispositifs()[dispositif] / "fiche.md").read_text("utf-8")
    _, _, corps = contenu.partition("\n")
    morceaux = re.split(r"(?m)^## +(.+)$", corps)
    titres = ["", *morceaux[1::2]]
    return tuple(_section(un, texte) for un, texte in zip(titres, morceaux[::2], strict=True))


def _section(nom: str, markdown: str) -> Section:
    lisible = _courber(nom.replace("`", ""))
    html = str(en_html(_courber(markdown))).replace("</table>", f"</table>{FERMANTE}")
    # Each has a name of its own: a list of regions would not tell them apart.
    debut, *suite = html.split("<table>")
    html = debut + "".join(OUVRANTE.format(f"{escape(lisible) or 'de tête'} {rang}") + "<table>" + un for rang, un in enumerate(suite, start=1))
    html = html.replace("<pre>", '<pre tabindex="0">')
    propre = re.sub(r"[`*|#>]|-{3,}", " ", markdown)
    ancre = re.sub(r"[^a-z0-9]+", "-", sans_accents(lisible)).strip("-")
    return Section(ancre, lisible, re.sub(r"\s+", " ", propre).strip(), Markup(html))


def _courber(texte: str) -> str:
    """Write the apostrophes and spaces of French; what stands between backquotes is code, and stays."""
    morceaux = re.split(r"(```.*?```|`[^`\n]*`)", texte, flags=re.DOTALL)
    return "".join(un if un.startswith("`") else dit(un) for un in morceaux)


def periode(du: dt.date, au: dt.date) -> str:
    """Say between which days something holds; nothing for always."""
    debut = "" if du in (DEBUT, DEBUT_DES_TEMPS) else f", à partir du {du:%d/%m/%Y}"
    fin = "" if au in (FIN, FIN_DES_TEMPS) else f", jusqu’au {au:%d/%m/%Y}"
    return debut + fin if not (debut and fin) else f", du {du:%d/%m/%Y} au {au:%d/%m/%Y}"


# --- rules


@lru_cache(64)
def regles(dispositif: str, texte: str, date: dt.date) -> tuple[RegleMontree, ...]:
    """Return the rules of a dispositif as tables, with the figures of a text at a date."""
    contexte = _contexte(texte, date)
    siennes = [nom for nom, versions in REGISTRE.regles.items() if versions[0].dispositif == dispositif]
    return tuple(RegleMontree(nom, _versions(nom, contexte)) for nom in siennes)


def regle(nom: str, texte: str, date: dt.date) -> RegleMontree:
    """Return one rule; `KeyError` if there is none of that name."""
    trouvees = {une.nom: une for une in regles(REGISTRE.regles[nom][0].dispositif, texte, date)}
    return trouvees[nom]


def _contexte(texte: str, date: dt.date) -> Contexte:
    return Demande(trouver_texte(texte, scenarios=False), date.year, date).contexte()


def _versions(nom: str, contexte: Contexte) -> list[Version]:
    try:
        en_vigueur: Regle | None = contexte.regle(nom)
    except RegleAbsente:
        en_vigueur = None
    versions = [Version(une, _table(une, contexte), une is en_vigueur) for une in REGISTRE.regles[nom]]
    return sorted(versions, key=lambda version: not version.vaut)


def _table(une: Regle, contexte: Contexte) -> list[LigneDeDecision]:
    try:
        return table_de_decision(une, REGISTRE, baremes(), contexte)
    except RegleAbsente:
        # A version of another time may read a rule that does not exist at this one.
        return table_de_decision(une, REGISTRE, baremes())


@cache
def _lectures() -> dict[str, list[noeuds.Noeud]]:
    tous()
    return {
        nom: [lu for une in versions for lu in noeuds.parcourir(une.noeud) if isinstance(lu, (noeuds.Colonne, noeuds.Figure))]
        for nom, versions in REGISTRE.regles.items()
    }


@cache
def _lecteurs() -> dict[str, list[str]]:
    qui: dict[str, list[str]] = {}
    for nom, lus in _lectures().items():
        for lu in lus:
            cle = f"{lu.dispositif}.{lu.nom}" if isinstance(lu, noeuds.Figure) else getattr(lu, "nom", "")
            if nom not in qui.setdefault(cle, []):
                qui[cle].append(nom)
    return qui


def liens(nom: str) -> Liens:
    """Return what a rule reads and what reads it."""
    colonnes = list(dict.fromkeys(lu.nom for lu in _lectures()[nom] if isinstance(lu, noeuds.Colonne)))
    figures = list(dict.fromkeys((lu.dispositif, lu.nom) for lu in _lectures()[nom] if isinstance(lu, noeuds.Figure)))
    return Liens(
        [REGISTRE.entrees[un] for un in colonnes if un in REGISTRE.entrees],
        [baremes()[d][f] for d, f in figures if f in baremes().get(d, {})],
        [REGISTRE.regles[un][0] for un in colonnes if un in REGISTRE.regles],
        lecteurs(nom),
    )


def lecteurs(nom: str) -> list[Regle]:
    """Return the rules that read a column, or a figure (`dispositif.figure`)."""
    return [REGISTRE.regles[un][0] for un in _lecteurs().get(nom, ())]


# --- figures


def valeur_ecrite(valeur: Valeur) -> str:
    """Write a value for a French reader."""
    if valeur.supprimee:
        return "supprimé"
    return "non publié" if valeur.calcul is None else afficher(valeur.calcul, valeur.figure.unite)


def unite_dite(unite: str) -> str:
    """Write a unit for a French reader: `EUR/patient/an` is said `€ par patient, par an`."""
    debut, *suite = unite.replace("EUR", "€").split("/")
    return debut + (" par " + ", par ".join(suite) if suite else "")


def valeurs_par_texte(figure: Figure) -> list[Valeur]:
    """Return all the values of a figure, text by text in the order of the texts, then by date."""
    rangs = {nom: rang for rang, nom in enumerate(textes_connus())}
    return sorted(figure.valeurs, key=lambda valeur: (rangs[valeur.texte], valeur.du))


def en_vigueur(figure: Figure, texte: Texte, date: dt.date) -> Valeur | None:
    """Return the value of a figure under a text at a date."""
    return texte.valeur(figure, date)


# --- norms


@cache
def normes() -> dict[str, EtatNorme]:
    """Return the state of every norm, by id."""
    return {un.id: un for un in etats()}


@cache
def normes_de(dispositif: str) -> tuple[EtatNorme, ...]:
    """Return the norms of a dispositif, in the order of the ledger."""
    return tuple(une for une in normes().values() if une.dispositif == dispositif)


def noms_en_liens(une: EtatNorme) -> Iterator[tuple[str, str]]:
    """Yield (words, address) for each thing that names a norm; without a page of its own, the address is empty."""
    from convmed.interfaces.web.texte_exemples import rang_de

    for nom in une.nommee_par:
        genre, _, reste = nom.partition(" ")
        if genre == "règle":
            premiere = REGISTRE.regles[reste][0]
            yield f"règle : {premiere.libelle}", adresse_de_la_regle(premiere)
        elif genre == "figure":
            dispositif, _, figure = reste.partition(".")
            yield f"chiffre : {baremes()[dispositif][figure].libelle}", adresse_du_chiffre(baremes()[dispositif][figure])
        elif genre == "exemple":
            dispositif, _, exemple = reste.partition("::")
            rang = rang_de(dispositif, exemple)
            yield f"exemple : {exemple}", f"/texte/{dispositif}/exemples/{rang}" if rang else ""
        else:
            yield nom, ""


def adresse_de_la_regle(une: Regle) -> str:
    """Return the address of the page of a rule."""
    return f"/texte/{une.dispositif}/regles/{une.nom}"


def adresse_du_chiffre(figure: Figure) -> str:
    """Return the address of the page of a figure."""
    return f"/texte/{figure.dispositif}/chiffres/{figure.nom}"
