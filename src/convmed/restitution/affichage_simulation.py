"""A simulation for the terminal: cost by dispositif, winners and losers, deciles, groups, years, and what to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from convmed.restitution.masquage import MASQUE
from convmed.restitution.simulation import CRITERES, libelle_de_classe, ronds
from convmed.restitution.tables import tableau
from convmed.textes.unites import afficher, vers_entier

INCONNU = "—"


def en_tables(resultat: Mapping[str, Any]) -> RenderableType:
    """Return what `restitution.simulation.en_dict` says, as tables."""
    population, masse = resultat["population"], resultat["masse"]
    entete = Text(
        f"{_effectif(population['patients'])} patients, {_effectif(population['medecins'])} médecins ; exercice {resultat['annee']} ; "
        f"« {resultat['texte']} » contre « {resultat['contre']} » ; moteur {resultat['moteur']}",
        style="bold",
    )
    cotes = [("texte", "right"), ("contre", "right"), ("différence", "right")]
    dispositifs = [[d["dispositif"], *(_euros(d[cote]) for cote in ("texte", "contre", "difference"))] for d in resultat["par_dispositif"]]
    dispositifs.append(["Total", *(_euros(masse[cote]) for cote in ("texte", "contre", "difference"))])
    blocs: list[RenderableType] = [entete, tableau("Coût par dispositif (différence : ce que les deux textes calculent)", ["dispositif", *cotes], dispositifs)]
    motifs = [(f"{d['dispositif']} ({cote})", d[f"motif_{cote}"]) for d in resultat["par_dispositif"] for cote in ("texte", "contre") if d[f"motif_{cote}"]]
    if motifs:
        blocs.append(tableau("Montants absents ou incomplets, et pourquoi", ["dispositif", "motif"], motifs))
    blocs += [_qui_gagne(resultat["medecins"]), _deciles(resultat["deciles"]), _groupes(resultat["groupes"])]
    if resultat["indicateurs"]:
        blocs.append(tableau("Indicateurs de prévention", ["indicateur", ("validés", "right"), ("non validés", "right"), ("taux", "right")],
                             ([i["libelle"], _effectif(i["valides"]), _effectif(i["non_valides"]), MASQUE if i["masque"] else _taux(i["taux"])] for i in resultat["indicateurs"])))  # fmt: skip
    if resultat["annees"]:
        blocs.append(tableau("Coût par année", [("année", "right"), *cotes],
                             ([un["annee"], *(_euros(un[cote]) for cote in ("texte", "contre", "difference"))] for un in resultat["annees"])))  # fmt: skip
    blocs += [Text("À savoir :", style="bold"), *(Text(f"- {reserve}") for reserve in resultat["reserves"])]
    return Group(*blocs)


def _qui_gagne(medecins: Mapping[str, Any]) -> RenderableType:
    colonnes = [("gagnants", "right"), ("perdants", "right"), ("inchangés", "right"), ("sans total", "right"), ("écart moyen", "right"), ("écart médian", "right")]
    ligne = [*(_effectif(medecins[nom]) for nom in ("gagnants", "perdants", "inchanges", "sans_total")),
             _euros(medecins["difference_moyenne"]), _euros(medecins["difference_mediane"])]  # fmt: skip
    return tableau("Médecins", colonnes, [ligne])


def _deciles(deciles: Iterable[Mapping[str, Any]]) -> RenderableType:
    colonnes = [("décile", "right"), ("méd.", "right"), ("écart de", "right"), ("à", "right"), ("moyen", "right"), ("texte", "right"), ("contre", "right")]
    noms = ("difference_min", "difference_max", "difference_moyenne", "texte_moyen", "contre_moyen")
    lignes = ([d["decile"], _effectif(d["medecins"]), *(_euros_ronds(d[nom], d) for nom in noms)] for d in deciles)
    return tableau("De ceux qui perdent le plus à ceux qui gagnent le plus (par médecin et par an)", colonnes, lignes)


def _groupes(groupes: Iterable[Mapping[str, Any]]) -> RenderableType:
    colonnes: list[str | tuple[str, str]] = ["classe", ("médecins", "right"), ("différence", "right"), ("chacun", "right"), ("gagnants", "right"), ("perdants", "right")]
    table = tableau("Qui, et de combien (les petites classes sont masquées)", colonnes, [])
    precedent = ""
    for g in groupes:
        if g["critere"] != precedent and g["critere"] in CRITERES:
            table.add_section()
            table.add_row(Text(CRITERES[g["critere"]], style="bold"))
        precedent = g["critere"]
        table.add_row(
            Text(libelle_de_classe(g["critere"], g["modalite"])), _effectif(g["medecins"]), _euros_ronds(g["difference"], g), _euros_ronds(g["difference_moyenne"], g),
            _effectif(g["gagnants"]), _effectif(g["perdants"]),
        )  # fmt: skip
    return table


def _euros_ronds(valeur: Any, rangee: Mapping[str, Any]) -> str:
    """Write an amount without its cents: the exact one is in the JSON."""
    return _euros(valeur, rangee) if valeur is None else ronds(valeur)


def _euros(valeur: Any, rangee: Mapping[str, Any] | None = None) -> str:
    if valeur is None:
        return MASQUE if rangee and rangee.get("masque") else INCONNU
    return afficher(vers_entier(valeur, "EUR"), "EUR")


def _effectif(valeur: int | None) -> str:
    return MASQUE if valeur is None else _nombre(valeur)


def _nombre(valeur: int) -> str:
    return f"{valeur:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _taux(valeur: float | None) -> str:
    return INCONNU if valeur is None else f"{100 * valeur:.1f} %".replace(".", ",")
