"""The printable report of a simulation: one HTML page that needs nothing else, with its charts, for a screen or for A4."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from convmed.restitution.graphiques.simulation import Panneau, nombre, panneaux, seul
from convmed.restitution.masquage import MASQUE
from convmed.restitution.simulation import CRITERES, libelle_de_classe, nom_de_dispositif, ronds
from convmed.textes.unites import afficher, vers_entier

STYLE = """
:root { color-scheme: light; --trait: #8a8f98; --fond: #f2f4f7; --encre: #1b1f24; --gris: #444a52; --perte: #9c3d00; --gain: #0b5394; }
* { box-sizing: border-box; }
body { margin: 2rem auto; max-width: 54rem; padding: 0 1rem; color: var(--encre); background: #fff; font: 16px/1.5 "Liberation Sans", Arial, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; border-bottom: 1px solid var(--trait); padding-bottom: .2rem; break-after: avoid; }
.sous-titre { color: var(--gris); margin: 0; }
.cles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .6rem; padding: 0; margin: 1.25rem 0 0; }
.cles div { background: var(--fond); border-radius: .4rem; padding: .6rem .75rem; break-inside: avoid; }
.cles dt { font-size: .8rem; color: var(--gris); }
.cles dd { margin: .1rem 0 0; font-size: 1.15rem; font-weight: bold; font-variant-numeric: tabular-nums; }
.large { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; border-bottom: 1px solid #d3d7dd; }
th { background: var(--fond); font-size: .8rem; }
tbody th { background: none; font-size: inherit; font-weight: normal; }
tr.critere th { background: var(--fond); font-weight: bold; }
tr.total th, tr.total td { font-weight: bold; border-top: 2px solid var(--trait); }
tr { break-inside: avoid; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.perte { color: var(--perte); }
.gain { color: var(--gain); }
.tu { color: var(--gris); font-style: italic; }
figure { margin: .75rem 0; overflow-x: auto; break-inside: avoid; }
figure svg { display: block; width: 100%; min-width: 27rem; max-width: 46rem; height: auto; }
summary { cursor: pointer; color: var(--gris); }
ul { margin: .25rem 0; padding-left: 1.2rem; }
footer { margin-top: 2rem; color: var(--gris); font-size: .85rem; }
@page { size: A4; margin: 15mm; }
@media print {
  body { margin: 0; max-width: none; padding: 0; font-size: 10.5pt; }
  thead { display: table-header-group; }
  figure, .large { overflow: visible; }
  figure svg { min-width: 0; max-width: 100%; max-height: 235mm; }
}
"""
PIED = "Établi par convmed, projet non officiel. Mêmes données et mêmes textes : mêmes chiffres, au centime."
ANCRE = re.compile(r'(\bid="|\bhref="#|url\(#)')
COTES = ("texte", "contre", "difference")


def en_html(resultat: Mapping[str, Any]) -> str:
    """Return the page of what `restitution.simulation.en_dict` returns: key figures, charts with their tables, what to know."""
    dessins = {un.nom: un for un in panneaux(resultat)}
    population = resultat["population"]
    sous_titre = (
        f"Exercice {resultat['annee']}, {_effectif(population['patients'])} patients, {_effectif(population['medecins'])} médecins "
        f"({_origine(population)}, observée en {population['annee']})"
    )
    titre = f"« {resultat['texte']} » contre « {resultat['contre']} »"
    parties = [
        _cles(resultat),
        _partie("Ce que coûte chaque texte", dessins["couts"], _couts(resultat)),
        _partie("Qui gagne, qui perd", dessins["deciles"], _repliee("Les chiffres des déciles", _deciles(resultat["deciles"]))),
        _partie("Classe par classe", dessins["classes"], _groupes(resultat["groupes"])),
    ]
    if resultat["annees"]:
        parties.append(_partie("Année par année", dessins["annees"], _annees(resultat["annees"])))
    if resultat["indicateurs"]:
        parties.append(_partie("Indicateurs de prévention", dessins["indicateurs"], _repliee("Les chiffres des indicateurs", _indicateurs(resultat["indicateurs"]))))
    reserves = "".join(f"<li>{_e(reserve)}</li>" for reserve in resultat["reserves"])
    return (
        "<!DOCTYPE html>\n<html lang='fr'>\n<head>\n<meta charset='utf-8'>\n<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<title>{_e(titre)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<header><h1>{_e(titre)}</h1><p class='sous-titre'>{_e(sous_titre)}</p></header>\n<main>\n{''.join(parties)}"
        f"<section><h2>À savoir avant de citer un chiffre</h2><ul>{reserves}</ul></section>\n</main>\n<footer>{_e(PIED)}</footer>\n</body>\n</html>\n"
    )


def _cles(resultat: Mapping[str, Any]) -> str:
    medecins, masse = resultat["medecins"], resultat["masse"]
    cles = [
        ("Écart total par an", _euros(masse["difference"])), ("Écart moyen par médecin", _ronds(medecins["difference_moyenne"])),
        ("Écart médian", _ronds(medecins["difference_mediane"])), ("Gagnants", _effectif(medecins["gagnants"])),
        ("Perdants", _effectif(medecins["perdants"])), ("Inchangés", _effectif(medecins["inchanges"])),
    ]  # fmt: skip
    blocs = "".join(f"<div><dt>{_e(nom)}</dt><dd>{_e(valeur)}</dd></div>" for nom, valeur in cles)
    compares = ", ".join(nom_de_dispositif(nom).lower() for nom in resultat["comparables"]) or "aucun dispositif"
    return f"<dl class='cles'>{blocs}</dl><p class='sous-titre'>Sur ce que les deux textes calculent : {_e(compares)}.</p>\n"


def _couts(resultat: Mapping[str, Any]) -> str:
    lignes = [_ligne(nom_de_dispositif(d["dispositif"]), (_montant(d[cote], cote == "difference") for cote in COTES)) for d in resultat["par_dispositif"]]
    lignes.append(_ligne("Total", (_montant(resultat["masse"][cote], cote == "difference") for cote in COTES), "total"))
    motifs = [
        f"<li>{_e(nom_de_dispositif(d['dispositif']))}, « {_e(resultat[cote])} » : {_e(d[f'motif_{cote}'])}</li>"
        for d in resultat["par_dispositif"] for cote in COTES[:2] if d[f"motif_{cote}"]
    ]  # fmt: skip
    table = _table(("Dispositif", resultat["texte"], resultat["contre"], "Différence"), lignes)
    return table + (f"<p>Montants absents ou incomplets, et pourquoi :</p><ul>{''.join(motifs)}</ul>" if motifs else "")


def _deciles(deciles: Sequence[Mapping[str, Any]]) -> str:
    noms = ("difference_min", "difference_max", "difference_moyenne", "texte_moyen", "contre_moyen")
    lignes = (_ligne(str(d["decile"]), (_effectif(d["medecins"]), *(_cellule(d[nom], nom.startswith("diff")) for nom in noms))) for d in deciles)
    return _table(("Décile", "Médecins", "Écart de", "à", "Écart moyen", "Texte", "Contre"), lignes)


def _groupes(groupes: Iterable[Mapping[str, Any]]) -> str:
    lignes = []
    for critere, siens in groupby(groupes, key=lambda g: g["critere"]):
        if critere in CRITERES:
            lignes.append(f"<tr class='critere'><th scope='rowgroup' colspan='5'>{_e(CRITERES[critere])}</th></tr>")
        for g in siens:
            cellules = (_effectif(g["medecins"]), _cellule(g["difference_moyenne"], True), _effectif(g["gagnants"]), _effectif(g["perdants"]))
            lignes.append(_ligne(libelle_de_classe(critere, g["modalite"]), cellules))
    return _table(("Classe", "Médecins", "Écart moyen", "Gagnants", "Perdants"), lignes)


def _annees(annees: Iterable[Mapping[str, Any]]) -> str:
    return _table(("Année", "Texte", "Contre", "Différence de ce qui se compare"),
                  (_ligne(str(une["annee"]), (_montant(une[cote], cote == "difference") for cote in COTES)) for une in annees))  # fmt: skip


def _indicateurs(indicateurs: Iterable[Mapping[str, Any]]) -> str:
    return _table(("Indicateur", "Validés", "Non validés"),
                  (_ligne(i["libelle"], (_effectif(i["valides"]), _effectif(i["non_valides"]))) for i in indicateurs))  # fmt: skip


def _partie(nom: str, dessin: Panneau, contenu: str) -> str:
    return f"<section><h2>{_e(nom)}</h2>{figure(dessin)}{contenu}</section>\n"


def figure(dessin: Panneau) -> str:
    """Return a chart as SVG inside the page: its letters stay letters, its identifiers are its own, and it is told to who cannot see it."""
    svg = seul(dessin, "svg").decode("utf-8")
    propre = ANCRE.sub(rf"\g<1>{dessin.nom}-", svg[svg.index("<svg") :])
    return f"<figure>{propre.replace('<svg', f'<svg role={chr(34)}img{chr(34)} aria-label={chr(34)}{_e(dessin.dit)}{chr(34)}', 1)}</figure>"


def _repliee(nom: str, contenu: str) -> str:
    return f"<details open><summary>{_e(nom)}</summary>{contenu}</details>"


def _table(titres: Sequence[str], lignes: Iterable[str]) -> str:
    entetes = "".join(f"<th scope='col'{' class=n' if rang else ''}>{_e(nom)}</th>" for rang, nom in enumerate(titres))
    return f"<div class='large'><table><thead><tr>{entetes}</tr></thead><tbody>{''.join(lignes)}</tbody></table></div>"


def _ligne(nom: str, cellules: Iterable[str], classe: str = "") -> str:
    """Return a row; a cell may already be a tag."""
    contenu = "".join(cellule if cellule.startswith("<td") else f"<td class='n'>{_e(cellule)}</td>" for cellule in cellules)
    return f"<tr{f' class={classe}' if classe else ''}><th scope='row'>{_e(nom)}</th>{contenu}</tr>"


def _montant(valeur: float | None, signe: bool = False) -> str:
    return _td(_euros(valeur), valeur if signe else None)


def _cellule(valeur: float | None, signe: bool = False) -> str:
    return _td(_ronds(valeur), valeur if signe else None)


def _td(mots: str, ecart: float | None) -> str:
    """Return a cell: a loss and a gain have their colours, and their signs."""
    genre = "" if not ecart else " perte" if ecart < 0 else " gain"
    return f"<td class='n{genre}'>{_e(('+' if genre == ' gain' else '') + mots)}</td>"


def _euros(valeur: float | None) -> str:
    return "—" if valeur is None else afficher(vers_entier(valeur, "EUR"), "EUR").replace("-", "\N{MINUS SIGN}")


def _ronds(valeur: float | None) -> str:
    return "—" if valeur is None else ronds(valeur)


def _effectif(combien: int | None) -> str:
    return MASQUE if combien is None else nombre(combien)


def _origine(population: Mapping[str, Any]) -> str:
    return f"population synthétique, graine {population['graine']}" if population["origine"] == "synthetique" else f"population {population['origine']}"


def _e(mots: str) -> str:
    return escape(mots)
