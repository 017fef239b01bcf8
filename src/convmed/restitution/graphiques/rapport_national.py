"""The charts of several texts on one country: cost, gains and losses decile by decile, calendar, published figures found again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from convmed.restitution.graphiques.simulation import (
    INSECABLE,
    POUCES_AUTOUR,
    POUCES_PAR_LIGNE,
    Panneau,
    classes,
    couts,
    deciles,
    indicateurs,
)
from convmed.restitution.graphiques.socle import (
    BANDE,
    BLEU,
    GRILLE,
    GRIS,
    NOIR,
    VERMILLON,
    VERT,
    pour_cent,
    sans_formule,
)
from convmed.restitution.simulation import ronds

TRAITS = ((BLEU, "o", "-"), (VERMILLON, "s", "--"), (VERT, "^", "-."), ("#CC79A7", "D", ":"), ("#E69F00", "v", "-"), ("#56B4E9", "P", "--"))
# Beyond it what is not found again is an arrow, for it would crush all the others.
BORD = 40
Serie = tuple[str, list[tuple[int, float]]]


def dessins(rapport: Mapping[str, Any]) -> list[Panneau]:
    """Return the charts that a report fills; it is what `restitution.rapport_national.etablir` returns."""
    echelle, reference = rapport["echelle"] or 1, rapport["reference"]
    textes = [(t["texte"], {nom: None if m is None else m * echelle for nom, m in t["par_dispositif"].items()}) for t in rapport["textes"]]
    ou = "France entière" if rapport["echelle"] else "toute la population"
    liste = [couts(f"Ce que coûte chaque texte, exercice {rapport['annee']}, {ou}", textes)]
    comparaisons = rapport["comparaisons"]
    par_decile = [
        (c["texte"], [(d["decile"], d["difference_moyenne"]) for d in c["deciles"] if d["difference_moyenne"] is not None]) for c in comparaisons
    ]
    liste.append(_courbes("textes-par-decile", f"Écart moyen par médecin avec {reference}, décile par décile", par_decile, ronds,
                          "Décile de médecins, de ceux qui perdent le plus à ceux qui gagnent le plus, texte par texte"))  # fmt: skip
    dernier = comparaisons[-1]
    contre = f"« {dernier['texte']} » contre « {reference} »"
    liste += [deciles(f"Écart par médecin et par an, {contre}", dernier["deciles"]), classes(f"Écart moyen par médecin et par an, {contre}", dernier["groupes"])]
    if len(rapport["annees"]) > 1:
        series = [
            (nom, [(une["annee"], valeur) for une in rapport["annees"] if (valeur := une["textes"][rang]["difference_commune_france"]) is not None])
            for rang, (nom, _) in enumerate(textes) if nom != reference
        ]  # fmt: skip
        liste.append(_courbes("annees", f"Coût de plus ou de moins que {reference}, année par année, {ou}", series, _millions,
                              "Sur les dispositifs que tous ces textes calculent cette année-là ; population tenue constante"))  # fmt: skip
    if rapport["indicateurs"]:
        liste.append(indicateurs(f"Part des patients concernés qui valident chaque indicateur, sous {rapport['texte_des_indicateurs']}", rapport["indicateurs"]))
    if rapport["verifications"]:
        liste.append(_verifications(rapport["verifications"]))
    return liste


def _courbes(nom: str, titre: str, series: Sequence[Serie], ecrire: Any, sous: str) -> Panneau:
    """Return one line a text; texts that are alike at every point share theirs."""
    communes: dict[tuple[tuple[int, float], ...], list[str]] = {}
    for texte, points in series:
        communes.setdefault(tuple(points), []).append(texte)

    def dessiner(axe: Axes) -> None:
        for rang, (points, noms) in enumerate(communes.items()):
            couleur, marque, trait = TRAITS[rang % len(TRAITS)]
            axe.plot([x for x, _ in points], [y for _, y in points], marque, linestyle=trait, color=couleur, linewidth=1.8, markersize=6, label=" = ".join(noms))
        axe.axhline(0, color=NOIR, linewidth=0.9)
        axe.set_xticks(sorted({x for points in communes for x, _ in points}))
        axe.yaxis.set_major_formatter(lambda valeur, _: ecrire(valeur))
        axe.grid(axis="y", color=GRILLE, linewidth=0.8)
        axe.grid(visible=False, axis="x")
        axe.set_xlabel(sous, fontsize=9)
        axe.legend(loc="upper left", frameon=False, fontsize=9)

    dits = " ; ".join(f"{' = '.join(noms)} : " + ", ".join(f"{x} {ecrire(y)}" for x, y in points) for points, noms in communes.items())
    return Panneau(nom, titre, dits, 3.9, dessiner)


def _verifications(rangees: Sequence[Mapping[str, Any]]) -> Panneau:
    """Return the gap of each published figure, with the margin within which it is said to be found again."""
    vues = [v for v in rangees if v["ecart_pour_cent"] is not None]

    def dessiner(axe: Axes) -> None:
        for place, v in enumerate(vues):
            marge, ecart, tenu = v["marge_pour_cent"], v["ecart_pour_cent"], v["retrouve"]
            axe.barh(place, 2 * marge, 0.8, left=-marge, color=BANDE, edgecolor=GRILLE)
            couleur = VERMILLON if not tenu else GRIS if v["nature"] == "calage" else BLEU
            x = max(-BORD, min(BORD, ecart))
            marque = ("o" if tenu else "X") if x == ecart else "<" if ecart < 0 else ">"
            axe.plot([x], [place], marque, color=couleur, markersize=8, zorder=3, clip_on=False)
            axe.annotate(("+" if ecart > 0 else "") + pour_cent(ecart).replace("-", "\N{MINUS SIGN}"), (x, place), xytext=(9, 0), textcoords="offset points",
                         va="center", fontsize=8.5, color=NOIR)  # fmt: skip
        axe.axvline(0, color=NOIR, linewidth=0.9)
        axe.set_yticks(range(len(vues)), labels=[sans_formule([v["libelle"]]) for v in vues], fontsize=9)
        axe.set_ylim(len(vues) - 0.4, -0.6)
        axe.set_xlim(-1.08 * BORD, 1.25 * BORD)
        axe.xaxis.set_major_locator(MaxNLocator(nbins=7))
        axe.xaxis.set_major_formatter(lambda valeur, _: pour_cent(valeur).replace("-", "\N{MINUS SIGN}"))
        axe.set_xlabel("Écart à ce qui a été publié (bande : marge).\nRond gris : calé, ne prouve rien. Croix, flèche : non retrouvé", fontsize=9)

    dits = " ; ".join(f"{v['libelle']} : {pour_cent(v['ecart_pour_cent'])}" for v in vues)
    return Panneau("verifications", "Les chiffres publiés, et l'écart de la simulation", dits, POUCES_PAR_LIGNE * len(vues) + POUCES_AUTOUR + 0.2, dessiner)


def _millions(valeur: float) -> str:
    return f"{valeur:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}") + f"{INSECABLE}M€"
