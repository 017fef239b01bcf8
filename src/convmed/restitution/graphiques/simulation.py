"""A simulation drawn: cost by dispositif, who gains and who loses, class by class, year by year, and the indicators.

Each chart is drawn on axes given to it: the plate stacks them, a report takes them one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator, NullLocator

from convmed.restitution.graphiques.comparaison import REMPLISSAGES
from convmed.restitution.graphiques.socle import (
    BANDE,
    BLEU,
    GRILLE,
    GRIS,
    NOIR,
    VERMILLON,
    Genre,
    couper,
    en_octets,
    pour_cent,
    sans_formule,
    style,
)
from convmed.restitution.masquage import MASQUE
from convmed.restitution.simulation import CRITERES, DECILES, echelle, libelle_de_classe, nom_de_dispositif, ronds

LARGEUR, LARGEUR_SEUL = 11.0, 7.4
POUCES_PAR_LIGNE, POUCES_AUTOUR = 0.27, 0.95
ESPACE, INSECABLE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
FOND = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1}
PIED = "« masqué » : trop peu de personnes pour être montré. convmed, projet non officiel."


@dataclass(frozen=True, slots=True)
class Panneau:
    """One chart: its name, its title, what it shows in a sentence, its height in inches, and what draws it."""

    nom: str
    titre: str
    dit: str
    hauteur: float
    dessiner: Callable[[Axes], None]


def planche(resultat: Mapping[str, Any], genre: Genre) -> bytes:
    """Return every chart of a simulation on one sheet; `resultat` is what `restitution.simulation.en_dict` returns."""
    with style():
        return en_octets(composer(resultat), genre)


def composer(resultat: Mapping[str, Any]) -> Figure:
    """Return the sheet before it is written; its texts can be read from it."""
    liste = panneaux(resultat)
    hauteurs = [un.hauteur for un in liste]
    figure = Figure(figsize=(LARGEUR, sum(hauteurs) + 1.1), layout=ConstrainedLayoutEngine(h_pad=0.12))
    figure.suptitle(sans_formule(couper(titre(resultat), 88)), fontsize=13.5, weight="bold", x=0.012, ha="left")
    for axe, un in zip(figure.subplots(len(liste), 1, height_ratios=hauteurs, squeeze=False)[:, 0], liste, strict=True):
        _preparer(axe, un.titre, 78)
        un.dessiner(axe)
    figure.supxlabel(PIED, fontsize=9, color=GRIS, x=0.012, ha="left")
    return figure


def seul(panneau: Panneau, genre: Genre, largeur: float = LARGEUR_SEUL) -> bytes:
    """Return one chart alone, sized to be read on a page or a phone."""
    with style():
        figure = Figure(figsize=(largeur, panneau.hauteur + 0.25), layout="constrained")
        axe = figure.subplots()
        _preparer(axe, panneau.titre, int(8.6 * largeur))
        panneau.dessiner(axe)
        return en_octets(figure, genre)


def titre(resultat: Mapping[str, Any]) -> str:
    """Say which text is set against which, for which exercise, on how many people."""
    population = resultat["population"]
    gens = " et ".join(
        f"{MASQUE if combien is None else nombre(combien)} {nom}{'s' if combien != 1 else ''}" for nom, combien in (("patient", population["patients"]), ("médecin", population["medecins"]))
    )
    return f"« {resultat['texte']} » contre « {resultat['contre']} », exercice {resultat['annee']} ({gens})"


def panneaux(resultat: Mapping[str, Any]) -> list[Panneau]:
    """Return the charts that a simulation fills."""
    textes = [(resultat[cote], {d["dispositif"]: d[cote] for d in resultat["par_dispositif"]}) for cote in ("texte", "contre")]
    liste = [
        couts("Ce que coûte chaque texte", textes),
        deciles("Écart par médecin et par an, de ceux qui perdent le plus à ceux qui gagnent le plus", resultat["deciles"]),
        classes("Écart moyen par médecin et par an, classe par classe", resultat["groupes"]),
    ]
    if resultat["annees"]:
        liste.append(annees("Coût de chaque année, sur ce que les deux textes calculent", resultat["annees"], resultat["texte"], resultat["contre"]))
    if resultat["indicateurs"]:
        liste.append(indicateurs("Indicateurs de prévention : part des patients concernés qui les valident", resultat["indicateurs"]))
    return liste


def couts(titre: str, textes: Sequence[tuple[str, Mapping[str, Any]]]) -> Panneau:
    """Return the cost of each text as one stacked bar; what has no amount is written beside, never drawn as zero.

    `textes` gives, for each, the amount of each dispositif in euros, `None` where it cannot be told.
    """
    dispositifs = list(dict.fromkeys(nom for _, montants in textes for nom in montants))
    totaux = [sum(montant or 0 for montant in montants.values()) for _, montants in textes]
    en = echelle(totaux)

    def dessiner(axe: Axes) -> None:
        plus_long = max(totaux, default=0) or 1
        bords = [0.0] * len(textes)
        for rang, nom in enumerate(dispositifs):
            couleur, hachures = REMPLISSAGES[rang % len(REMPLISSAGES)]
            larges = [float(montants.get(nom) or 0) for _, montants in textes]
            axe.barh(range(len(textes)), larges, 0.62, left=bords, label=nom_de_dispositif(nom), color=couleur, hatch=hachures, edgecolor="white")
            for place, large in enumerate(larges):
                if large > 0.085 * plus_long:
                    axe.text(bords[place] + large / 2, place, en(large), ha="center", va="center", fontsize=8.5, color=NOIR,
                             bbox=FOND)  # fmt: skip
                bords[place] += large
        for place, (_, montants) in enumerate(textes):
            tus = [nom for nom in dispositifs if montants.get(nom) is None]
            note = "".join(f"\nsans {nom_de_dispositif(nom).lower()}" for nom in tus)
            axe.text(bords[place] + 0.012 * plus_long, place, en(bords[place]) + note, ha="left", va="center", fontsize=9, color=NOIR, linespacing=1.25)
        axe.set_yticks(range(len(textes)), labels=[sans_formule(_etiquette(nom, 24)) for nom, _ in textes], fontsize=9)
        axe.invert_yaxis()
        axe.set_xlim(0, 1.32 * plus_long)
        axe.xaxis.set_major_locator(MaxNLocator(nbins=6))
        axe.xaxis.set_major_formatter(lambda valeur, _: en(valeur))
        axe.legend(loc="upper left", bbox_to_anchor=(0, -0.25 / (0.45 * len(textes) + 0.2)), ncols=3, frameon=False, fontsize=9, handlelength=1.4)

    dits = " ; ".join(f"{nom} : {en(total)}" for (nom, _), total in zip(textes, totaux, strict=True))
    return Panneau("couts", titre, f"Barres empilées par dispositif. {dits}", 0.5 * len(textes) + 1.45, dessiner)


def deciles(titre: str, rangees: Sequence[Mapping[str, Any]]) -> Panneau:
    """Return the difference of each tenth of the doctors: its mean as a bar, its range as a line where it may be said."""

    def dessiner(axe: Axes) -> None:
        for d in rangees:
            moyenne, place = d["difference_moyenne"], d["decile"]
            if moyenne is None:
                axe.text(place, 0, MASQUE if d["masque"] else "personne", ha="center", va="bottom", fontsize=8, color=GRIS, rotation=90)
                continue
            perd = moyenne < 0
            axe.bar(place, moyenne, 0.72, color=VERMILLON if perd else BLEU, hatch="//" if perd else "", edgecolor="white")
            if d["difference_min"] is not None:
                axe.plot([place, place], [d["difference_min"], d["difference_max"]], color=NOIR, linewidth=1.1, marker="_", markersize=7)
        axe.axhline(0, color=NOIR, linewidth=0.9)
        axe.set_xticks([d["decile"] for d in rangees], labels=[_au_dessous(d) for d in rangees], fontsize=8.5)
        axe.set_xlim(0.4, DECILES + 0.6)
        axe.yaxis.set_major_formatter(lambda valeur, _: ronds(valeur))
        axe.grid(visible=False, axis="x")
        axe.grid(axis="y", color=GRILLE, linewidth=0.8)
        axe.set_xlabel("Décile, et écart moyen. Barre : moyenne (hachurée : perte) ; trait : du plus bas au plus haut", fontsize=9)

    dits = [f"décile {d['decile']} : {ronds(d['difference_moyenne'])}" for d in rangees if d["difference_moyenne"] is not None]
    return Panneau("deciles", titre, "Écart moyen par décile de médecins. " + " ; ".join(dits), 3.5, dessiner)


def classes(titre: str, groupes: Sequence[Mapping[str, Any]]) -> Panneau:
    """Return the mean difference in each class of doctors, around that of all; masked classes say so."""
    lignes: list[tuple[str, Mapping[str, Any] | None]] = []
    for critere, siens in groupby(groupes, key=lambda g: g["critere"]):
        if critere in CRITERES:
            lignes.append((CRITERES[critere], None))
        lignes += [(libelle_de_classe(g["critere"], g["modalite"]), g) for g in siens]

    def dessiner(axe: Axes) -> None:
        ensemble = next((g["difference_moyenne"] for _, g in lignes if g is not None), None)
        connus = [g["difference_moyenne"] for _, g in lignes if g is not None and g["difference_moyenne"] is not None]
        large = (max([*connus, 0]) - min([*connus, 0])) or 1
        for place, (_, g) in enumerate(lignes):
            if g is None:
                axe.axhspan(place - 0.5, place + 0.5, color=BANDE, linewidth=0)
                continue
            moyenne = g["difference_moyenne"]
            if moyenne is None:
                axe.text(0, place, f" {MASQUE if g['masque'] else 'personne'}", va="center", fontsize=8.5, color=GRIS, style="italic")
                continue
            couleur = VERMILLON if moyenne < 0 else BLEU
            axe.plot([0, moyenne], [place, place], color=couleur, linewidth=2, solid_capstyle="butt")
            axe.plot([moyenne], [place], "v" if moyenne < 0 else "o", color=couleur, markersize=7, zorder=3)
            axe.annotate(f"{ronds(moyenne)}  ({nombre(g['medecins'])} méd.)", (max(moyenne, 0), place), xytext=(8, 0), textcoords="offset points",
                         va="center", fontsize=8.5, color=NOIR, bbox=FOND, zorder=2)  # fmt: skip
        if ensemble is not None:
            axe.axvline(ensemble, color=GRIS, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        axe.axvline(0, color=NOIR, linewidth=0.9)
        axe.set_yticks(range(len(lignes)), labels=[sans_formule([mots]) for mots, _ in lignes], fontsize=9)
        for etiquette, (_, g) in zip(axe.get_yticklabels(), lignes, strict=True):
            etiquette.set_fontweight("bold" if g is None else "normal")
        axe.set_ylim(len(lignes) - 0.4, -0.6)
        axe.set_xlim(min([*connus, 0]) - 0.05 * large, max([*connus, 0]) + 0.36 * large)
        axe.xaxis.set_major_locator(MaxNLocator(nbins=6) if connus else NullLocator())
        axe.xaxis.set_major_formatter(lambda valeur, _: ronds(valeur))
        axe.set_xlabel("Tirets : moyenne de tous les médecins. Triangle : perte", fontsize=9)

    return Panneau("classes", titre, "Écart moyen par zone, secteur et option, spécialité, âge et patientèle ; les mêmes chiffres sont dans le tableau.",
                   POUCES_PAR_LIGNE * len(lignes) + POUCES_AUTOUR, dessiner)  # fmt: skip


def annees(titre: str, rangees: Sequence[Mapping[str, Any]], texte: str, contre: str) -> Panneau:
    """Return what two texts cost each year, side by side, on what both of them compute that year."""
    sommes = {cote: [_comparable(une, cote) for une in rangees] for cote in ("contre", "texte")}
    en = echelle([somme for cote in sommes.values() for somme in cote])

    def dessiner(axe: Axes) -> None:
        for cote, decalage, nom, couleur, hachures in (("contre", -0.2, contre, GRIS, "//"), ("texte", 0.2, texte, BLEU, "")):
            places = [place + decalage for place in range(len(rangees))]
            axe.bar(places, sommes[cote], 0.38, label=nom, color=couleur, hatch=hachures, edgecolor="white")
            for place, somme in zip(places, sommes[cote], strict=True):
                axe.annotate(en(somme), (place, somme), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=8, color=NOIR)
        axe.set_xticks(range(len(rangees)), labels=[str(une["annee"]) for une in rangees], fontsize=9)
        axe.yaxis.set_major_formatter(lambda valeur, _: en(valeur))
        axe.grid(visible=False, axis="x")
        axe.grid(axis="y", color=GRILLE, linewidth=0.8)
        axe.margins(y=0.12)
        axe.legend(loc="upper left", bbox_to_anchor=(0, -0.1), ncols=2, frameon=False, fontsize=9)

    dits = " ; ".join(f"{une['annee']} : {en(t)} contre {en(c)}" for une, t, c in zip(rangees, sommes["texte"], sommes["contre"], strict=True))
    return Panneau("annees", titre, dits, 3.4, dessiner)


def indicateurs(titre: str, rangees: Sequence[Mapping[str, Any]]) -> Panneau:
    """Return the share of the patients concerned who validate each indicator, the best first; masked ones last."""
    tries = sorted(rangees, key=lambda i: (i["taux"] is None, -(i["taux"] or 0)))

    def dessiner(axe: Axes) -> None:
        for place, i in enumerate(tries):
            if i["taux"] is None:
                axe.text(1, place, MASQUE if i["masque"] else "aucun patient concerné", va="center", fontsize=8.5, color=GRIS, style="italic")
                continue
            taux = 100 * i["taux"]
            axe.barh(place, taux, 0.66, color=BLEU)
            axe.annotate(f"{pour_cent(taux)} de {nombre(i['valides'] + i['non_valides'])}", (taux, place), xytext=(5, 0), textcoords="offset points",
                         va="center", fontsize=8.5, color=NOIR)  # fmt: skip
        axe.set_yticks(range(len(tries)), labels=[sans_formule([i["libelle"]]) for i in tries], fontsize=9)
        axe.set_ylim(len(tries) - 0.4, -0.6)
        axe.set_xlim(0, 118)
        axe.set_xticks(range(0, 101, 20))
        axe.xaxis.set_major_formatter(lambda valeur, _: pour_cent(valeur))

    dits = " ; ".join(f"{i['libelle']} : {pour_cent(100 * i['taux'])}" for i in tries if i["taux"] is not None)
    return Panneau("indicateurs", titre, dits, POUCES_PAR_LIGNE * len(tries) + POUCES_AUTOUR - 0.25, dessiner)


def nombre(combien: int) -> str:
    """Write a whole number."""
    return f"{combien:,}".replace(",", ESPACE)


def _preparer(axe: Axes, titre: str, largeur: int) -> None:
    """Give a chart its title, a grid across, and no frame."""
    axe.set_title(sans_formule(couper(titre, largeur)), fontsize=11, weight="bold", loc="left")
    axe.spines[["top", "right"]].set_visible(False)
    axe.grid(axis="x", color=GRILLE, linewidth=0.8)
    axe.set_axisbelow(True)
    axe.tick_params(axis="both", length=0, labelsize=9)


def _au_dessous(decile: Mapping[str, Any]) -> str:
    moyenne = decile["difference_moyenne"]
    return f"{decile['decile']}\n" + ("" if moyenne is None else ("+" if moyenne > 0 else "") + ronds(moyenne).removesuffix(f"{INSECABLE}€"))


def _etiquette(nom: str, largeur: int) -> list[str]:
    """Cut the name of a text where it has hyphens."""
    lignes = [""]
    for morceau in nom.replace("-", "-\x00").split("\x00"):
        if lignes[-1] and len(lignes[-1]) + len(morceau) > largeur:
            lignes.append("")
        lignes[-1] += morceau
    return lignes


def _comparable(annee: Mapping[str, Any], cote: str) -> float:
    return float(sum(d[cote] or 0 for d in annee["par_dispositif"] if d["dispositif"] in annee["comparables"]))
