"""The calculations of the commissions for the terminal: tables, then what follows, why, and what is supposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from convmed.restitution.commission import OUI_NON, colleges
from convmed.restitution.tables import tableau
from convmed.textes.unites import afficher, vers_entier

Colonnes = list[str | tuple[str, str]]
NOMS_DES_COLLEGES = {"generalistes": "Généralistes", "specialistes": "Spécialistes autres que généralistes", "": "Sièges"}
ISSUES = {
    "adopte": "ADOPTÉ", "rejete": "REJETÉ", "second-vote": "PARTAGE : SECOND VOTE", "avis-repute-rendu": "AVIS RÉPUTÉ RENDU",
    "deliberation-impossible": "DÉLIBÉRATION IMPOSSIBLE",
}  # fmt: skip
ETATS = {
    "pas-de-carence": "pas de carence", "invitation": "carence : la section est invitée à y remédier",
    "substitution": "carence : une section agit à la place de la commission", "remediee": "il a été remédié à la carence",
}  # fmt: skip
REPONSES = {True: "oui", False: "non", None: "à vérifier"}
COLLEGES = {"generalistes": "généralistes", "specialistes": "spécialistes", None: ""}


def en_tables(etude: Mapping[str, Any]) -> RenderableType:
    """Return the answer of a calculation for the terminal."""
    return Group(*_BLOCS[etude["calcul"]](etude), *_notes(etude))


def _notes(etude: Mapping[str, Any]) -> Iterable[RenderableType]:
    if etude.get("motif"):
        yield Text(etude["motif"], style="yellow")
    reserves = list(etude.get("reserves") or ())
    for du_college in etude.get("colleges", {}).values():
        reserves += [reserve for reserve in du_college["reserves"] if reserve not in reserves]
    yield from (Text(f"Réserve : {reserve}") for reserve in reserves)
    if etude.get("references"):
        yield Text("Références : " + " | ".join(etude["references"]), style="dim")


def _sieges(etude: Mapping[str, Any]) -> Iterable[RenderableType]:
    colonnes: Colonnes = ["organisation", ("voix", "right"), ("rapport", "right"), ("entier", "right"), ("reste", "right"), ("sièges", "right"), "dont"]
    for college, reparti in colleges(etude).items():
        titre = f"{NOMS_DES_COLLEGES[college]} : quotient {_nombre(reparti['exprimes'])} / {_somme(reparti)} = {_nombre(reparti['quotient'])}"
        yield tableau(titre, colonnes, (
            [un["organisation"], _nombre(un["voix"]), _nombre(un["rapport"]), _nombre(un["entier"]), _nombre(un["reste"]), un["sieges"], _dont(un, reparti)]
            for un in reparti["detail"]
            if not un["motif"]
        ))  # fmt: skip
        for motif in dict.fromkeys(exclue["motif"] for exclue in reparti["exclues"]):
            exclues = (exclue["organisation"] for exclue in reparti["exclues"] if exclue["motif"] == motif)
            yield Text(f"Sans siège : {', '.join(exclues)} ; {motif}")
        for egalite in reparti["egalites"]:
            yield Text(f"Égalité de restes entre {', '.join(egalite['entre'])} : {egalite['resolution']}", style="yellow")
        if etude is not reparti and reparti.get("motif"):
            yield Text(reparti["motif"], style="yellow")
    if "colleges" in etude:
        lignes = ([nom, sieges] for nom, sieges in sorted(etude["sieges"].items(), key=lambda couple: -couple[1]) if sieges)
        yield tableau(f"Section professionnelle, élections aux URPS de {etude['election']}", ["organisation", ("sièges", "right")], lignes)


def _somme(reparti: Mapping[str, Any]) -> int:
    # A perfect tie leaves seats that nobody has.
    en_suspens = (reparti["a_departager"] or {"sieges": 0})["sieges"]
    return int(sum(reparti["sieges"].values()) + en_suspens)


def _dont(un: Mapping[str, Any], reparti: Mapping[str, Any]) -> str:
    if un["organisation"] in reparti["sieges_garantis"]:
        return "siège assuré"
    au_reste = un["sieges"] - un["entier"]
    return f"{au_reste} au reste" if au_reste > 0 else f"{-au_reste} cédé" if au_reste else ""


def _composer(etude: Mapping[str, Any]) -> Iterable[RenderableType]:
    places: dict[tuple[str, str, str], dict[str | None, list[str]]] = {}
    for un in etude.get("membres") or ():
        place = (un["section"], un["organisation"], COLLEGES[un.get("college")])
        places.setdefault(place, {}).setdefault(un.get("qualite"), []).append(un["membre"])
    lignes = (
        [f"{section}\n{organisation}\n{college}".strip(), ", ".join(sieges.get("titulaire", sieges.get(None, ()))), ", ".join(sieges.get("suppleant", ()))]
        for (section, organisation, college), sieges in places.items()
    )
    table = tableau("Composition", ["section", "titulaires", "suppléants"], lignes)
    table.show_lines = True
    yield table
    yield from (Text(f"Manque : {manque['motif']} ({manque['reference']})", style="yellow") for manque in etude.get("manques", ()))
    yield from (Text(f"Écarté : {un['candidat']}, {un['motif']}") for un in etude.get("ecartes", ()))


def _composition(etude: Mapping[str, Any]) -> Iterable[RenderableType]:
    if etude["valable"] is None and "fautes" not in etude:
        return
    voix = etude["voix"]
    table = tableau("Composition", ["", ""], [
        ["conforme", REPONSES[etude["valable"]]], ["peut être installée", REPONSES[etude["installable"]]],
        ["voix", f"{voix['professionnelle']} professionnelles, {voix['sociale']} sociales : parité {OUI_NON[etude['parite']]}"],
    ])  # fmt: skip
    table.show_header = False
    yield table
    if etude["fautes"]:
        yield tableau("Fautes", ["règle", "ce qui ne va pas", "référence"], ([f["regle"], f["motif"], f["reference"]] for f in etude["fautes"]))
    yield from (Text(f"À vérifier : {un}") for un in etude["a_verifier"])


def _vote(etude: Mapping[str, Any]) -> Iterable[RenderableType]:
    if etude["issue"] is None:
        return
    yield Text(ISSUES[etude["issue"]], style="bold")
    abstentions = "inconnues" if etude["abstentions"] is None else etude["abstentions"]
    table = tableau("", ["", ""], [
        ["vote", f"tour {etude['tour']} : {etude['pour']} pour, {etude['contre']} contre ; abstentions : {abstentions}"],
        ["majorité", f"{etude['majorite']} voix sur {etude['exprimes']} exprimées ({etude['regle']})"],
        ["quorum", REPONSES[etude["quorum_atteint"]]], ["parité", REPONSES[etude["parite"]]],
        ["suite", etude["suite"]], ["le vote peut se tenir", ", ".join(etude["modes_de_vote"])],
    ])  # fmt: skip
    table.show_header = False
    table.title = None
    yield table


def _presidence(etude: Mapping[str, Any]) -> Iterable[RenderableType]:
    if "calendrier" not in etude:
        return
    if etude["preside"]:
        yield Text(f"Le {_jour(etude['date'])}, la section {etude['preside']} préside et la section {etude['vice_preside']} vice-préside, "
                   f"jusqu'au {_jour(etude['jusqu_au'])}.", style="bold")  # fmt: skip
    lignes = ([_jour(un["du"]), _jour(un["au"]), un["preside"], un["vice_preside"]] for un in etude["calendrier"])
    yield tableau("Présidences, alternance automatique", [("du", "right"), ("au", "right"), "présidence", "vice-présidence"], lignes)


def _carence(etude: Mapping[str, Any]) -> Iterable[RenderableType]:
    if etude["etat"] is None:
        return
    yield Text(f"Le {_jour(etude['date'])} : {ETATS[etude['etat']]}.", style="bold")
    agit = {"commission": "la commission", "cpr": "la CPR", None: "personne"}
    lignes = [["agit", agit.get(etude["agit"], f"la section {etude['agit']} seule")], ["suite", etude["suite"]]]
    if etude["inviter"]:
        lignes.append(["invitation", etude["inviter"]])
    if etude["echeance"]:
        lignes.append(["au plus tard", _jour(etude["echeance"])])
    if etude["tentatives_requises"]:
        lignes.append(["tentatives requises", str(etude["tentatives_requises"])])
    table = tableau("", ["", ""], lignes)
    table.show_header, table.title = False, None
    yield table


def _instances(etude: Mapping[str, Any]) -> Iterable[RenderableType]:
    if etude["instances"] is None:
        return
    if "departement" in etude:
        ici = etude["departement"]
        yield Text(f"Missions de CPL : {ici['missions_de_cpl'].upper() if len(ici['missions_de_cpl']) == 3 else ici['missions_de_cpl']}. {ici['motif']}", style="bold")
    lignes = ([un["nom"], un["lieu"], _rend_compte(un)] for un in etude["instances"])
    table = tableau("Instances", ["instance", "réunions", "rend compte"], lignes)
    table.show_lines = True
    yield table
    installation = etude["installation"]
    yield Text(f"Installation : au plus tard le {_jour(installation['au_plus_tard'])} ({installation['delai_mois']} mois depuis le "
               f"{_jour(installation['entree_en_vigueur'])}) ; CPN prévue le {_jour(installation['cpn'])}.")  # fmt: skip
    if "dans_le_delai" in etude:
        yield Text("Installée dans le délai : " + REPONSES[etude["dans_le_delai"]])
    missions = next(un["missions"] for un in etude["instances"] if "missions" in un)
    yield from (Text(f"Mission de la CPL : {mission}") for mission in missions)


def _rend_compte(instance: Mapping[str, Any]) -> str:
    if "informe" in instance:
        return f"à la {instance['informe'].upper()}, de {instance['de']} : information {instance['information']}, {instance['syntheses_par_an']} synthèse par an"
    return f"secrétariat : {instance['secretariat']}" if instance.get("secretariat") else ""


def _indemnites(etude: Mapping[str, Any]) -> Iterable[RenderableType]:
    lignes = ([ligne["libelle"], _euros(ligne["montant"]), ligne["etat"], ligne["motif"] or ligne["base"]] for ligne in etude.get("lignes", ()))
    yield tableau(f"Indemnités de {etude['date'][:4]}", ["indemnité", ("montant", "right"), "état", "détail"], lignes)


def _euros(montant: float | None) -> str:
    return "inconnu" if montant is None else afficher(vers_entier(montant, "EUR"), "EUR")


def _nombre(valeur: float | None) -> str:
    if valeur is None:
        return "—"
    return f"{valeur:,.4f}".rstrip("0").rstrip(".").replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")


def _jour(date: str) -> str:
    return f"{dt.date.fromisoformat(date):%d/%m/%Y}"


_BLOCS: Mapping[str, Callable[[Mapping[str, Any]], Iterable[RenderableType]]] = {
    "sieges": _sieges, "composer": _composer, "composition": _composition, "vote": _vote, "presidence": _presidence,
    "carence": _carence, "instances": _instances, "indemnites": _indemnites,
}  # fmt: skip
