"""OPTAM, stay, join or leave, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from convmed.restitution.optam import TAUX, Etude, jour
from convmed.restitution.tables import tableau
from convmed.textes.unites import afficher, vers_entier

VERBES = {"rester": "Rester", "adherer": "Adhérer", "quitter": "Quitter"}
Colonnes = list[str | tuple[str, str]]
DU_NIVEAU = {"strict": "respect strict", "1-5": "5 points au plus", "plus-de-5": "plus de 5 points"}
RISQUES = {"aucun": "aucun", "prime-reduite": "prime réduite", "plus-de-prime": "plus de prime", "resiliation": "résiliation"}
ORIGINES = {"personnel": "pratique du médecin", "groupe": "taux du groupe", "regional": "moyenne régionale", "national": "moyenne nationale"}


def en_tables(etude: Etude) -> RenderableType:
    """Return the study for the terminal: commitment, follow-up, bands, tariff steps, euros, and what is supposed."""
    blocs: list[RenderableType] = []
    if etude.engagement:
        blocs.append(_table_du_suivi(etude))
        blocs.append(_table_des_paliers(etude))
    if etude.revalorisations:
        colonnes: Colonnes = [("date", "right"), "revalorisation", ("hausse", "right"), ("part\ngardée", "right"), ("gain\ngardé", "right"),
                              ("taux de\ndépassement", "right")]  # fmt: skip
        lignes = (
            [jour(r["date"]), f"{r['libelle']} ({_respect(r)})", _euros(r["hausse"]), _pour_cent(r["part"]), _euros(r["gain_conserve"]),
             f"{_pour_cent(r['taux_depassement_avant'])}\n→ {_pour_cent(r['taux_depassement'])}"]
            for r in etude.revalorisations
        )  # fmt: skip
        blocs.append(tableau("Partage des gains après chaque revalorisation, et taux recalculé", colonnes, lignes))
    blocs += [_table_des_postes(etude), *(Text(ligne) for ligne in _phrases(etude))]
    blocs += [Text("Ce qui est supposé :", style="bold"), *(Text(f"- {hypothese}") for hypothese in etude.hypotheses)]
    return Group(*blocs)


def _table_du_suivi(etude: Etude) -> RenderableType:
    engagement = etude.engagement or {}
    origine = ORIGINES.get(engagement["origine"], engagement["origine"])
    titre = f"Engagement ({origine}) et suivi de {etude.annee}"
    colonnes: Colonnes = [("au", "right"), ("dépassement", "right"), ("tarif\nopposable", "right"), ("écart\nretenu", "right"),
                          ("prime", "right"), "risque"]  # fmt: skip
    taux = tableau(titre, colonnes, [])
    taux.add_row("engagement", *(_pour_cent(engagement[nom]) for nom in TAUX), "", "", "", style="bold")
    colonnes = [("au", "right"), ("palier\nsuivant", "right"), ("plus\nde prime", "right"), ("résiliation", "right"),
                ("dépassements\nrestants", "right")]  # fmt: skip
    distances = tableau("Points qui restent avant (moins de 0 : passé)", colonnes, [])
    for un in etude.suivi:
        reste = un["distances"]
        suivant = next((points for points in reste.values() if points >= 0), None)
        risque = "hors respect strict" if un["risque"] == "prime-reduite" and un["niveau_prime"] == 1 else RISQUES.get(un["risque"], un["risque"])
        taux.add_row(jour(un["au"]), *(_pour_cent(un["observe"][nom]) for nom in TAUX), _points(un["ecart"]), _pour_cent(un["niveau_prime"]), risque)
        distances.add_row(jour(un["au"]), _points(suivant), _points(reste.get("5_points")), _points(reste.get("resiliation")),
                          _euros(un.get("depassements_restants")))  # fmt: skip
    motif = [Text(engagement["motif"], style="yellow")] if engagement.get("motif") else []
    return Group(taux, *motif, *([distances] if etude.suivi else []))


def _table_des_paliers(etude: Etude) -> RenderableType:
    def etendue(palier: dict[str, Any]) -> str:
        return f"{palier['de']:g} à {palier['a']:g}" if palier["a"] is not None else f"plus de {palier['de']:g}"

    lignes = (
        [etendue(p), "résiliation" if p["resiliation"] else _pour_cent(p["niveau_prime"]), p["confiance"] or "", p["reference"] or ""]
        for p in etude.paliers
    )
    return tableau("Bandes de tolérance", [("écart, en points", "right"), ("prime", "right"), "confiance", "référence"], lignes)


def _table_des_postes(etude: Etude) -> RenderableType:
    titre = f"{VERBES[etude.simulation['choix']]} ({etude.simulation['option']}) : une année, {etude.annee}, sous {etude.texte}"
    colonnes: Colonnes = ["poste", ("avec l'option", "right"), ("sans", "right"), ("écart", "right"), "références"]
    table = tableau(titre, colonnes, (
        [p["libelle"], _euros(p["avec_option"]), _euros(p["sans_option"]), _euros(p["ecart"]), " ; ".join(p["references"])]
        for p in etude.simulation["postes"]
    ))  # fmt: skip
    table.add_section()
    table.add_row("Écart annuel", "", "", _euros(etude.simulation["ecart_annuel"]), "", style="bold")
    return table


def _phrases(etude: Etude) -> list[str]:
    """Return what the tables do not say: the reason of a missing total, the payment of the premium, the modifier."""
    dites = []
    if etude.simulation.get("motif"):
        partiel = any(poste["ecart"] is not None for poste in etude.simulation["postes"])
        dites.append(etude.simulation["motif"] + (f" ; le reste : {_euros(etude.simulation['ecart_partiel'])}" if partiel else ""))
    if etude.prime and etude.prime["montant"] is not None:
        verse = f", versée le {jour(etude.prime['date_versement'])} au plus tard : {etude.prime['precision_date']}" if etude.prime.get("date_versement") else ""
        motif = f" : {etude.prime['motif']}" if etude.prime.get("motif") else ""
        dites.append(f"Prime : {_euros(etude.prime['montant'])}, niveau {_pour_cent(etude.prime['niveau'])}{verse}{motif}")
    if etude.modificateur:
        nom, pourquoi = etude.modificateur["modificateur"], etude.modificateur.get("motif")
        dites.append(f"Modificateur : {nom or 'aucun'}, {_pour_cent(etude.modificateur['taux'])}" + (f" ({pourquoi})" if pourquoi else ""))
    return dites


def _respect(revalorisation: Mapping[str, Any]) -> str:
    if revalorisation.get("motif"):
        return str(revalorisation["motif"])
    return f"{DU_NIVEAU.get(revalorisation['niveau_respect'], revalorisation['niveau_respect'])} en {revalorisation['annee_du_respect']}"


def _euros(montant: float | None) -> str:
    return "—" if montant is None else afficher(vers_entier(montant, "EUR"), "EUR")


def _pour_cent(taux: float | None) -> str:
    return "—" if taux is None else f"{round(100 * taux, 2):g}".replace(".", ",") + "\N{NO-BREAK SPACE}%"


def _points(valeur: float | None) -> str:
    # A gap of 1,0041 point is not one of 1 point: the premium is not the same.
    return "—" if valeur is None else f"{round(valeur, 4):g}".replace(".", ",")
