"""The report of a simulation as PDF: the same figures, charts and reserves as its HTML page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from convmed.restitution.documents import page
from convmed.restitution.documents.identite import chaine
from convmed.restitution.documents.page import Bloc, Cellule, Colonne, Document, cellule
from convmed.restitution.graphiques.simulation import Panneau, nombre, panneaux, seul
from convmed.restitution.masquage import MASQUE
from convmed.restitution.rapport_simulation import COTES, PIED
from convmed.restitution.simulation import CRITERES, libelle_de_classe, nom_de_dispositif, ronds
from convmed.textes import textes_connus
from convmed.textes.unites import afficher, vers_entier

Rangee = tuple[str, Sequence[Cellule]]


def simulation_pdf(resultat: Mapping[str, Any]) -> bytes:
    """Return the report of what `restitution.simulation.en_dict` returns as PDF."""
    return page.en_pdf(composer(resultat))


def composer(resultat: Mapping[str, Any]) -> Document:
    """Return the report as blocks."""
    population = resultat["population"]
    origine = f"population synthétique, graine {population['graine']}" if population["origine"] == "synthetique" else f"population {population['origine']}"
    sous_titre = (
        f"Exercice {resultat['annee']}, {effectif(population['patients'])} patients, {effectif(population['medecins'])} médecins "
        f"({origine}, observée en {population['annee']})"
    )
    titre = f"« {resultat['texte']} » contre « {resultat['contre']} »"
    blocs = [*_cles(resultat), page.paragraphe(PIED, discret=True), *_parties(resultat)]
    blocs += [page.titre("À savoir avant de citer un chiffre"), page.liste(resultat["reserves"]), page.titre("Les deux textes"),
              page.definitions((resultat[cote], _texte(resultat[cote])) for cote in ("texte", "contre"))]  # fmt: skip
    return Document(titre, sous_titre, f"Simulation, exercice {resultat['annee']}", blocs)


def _cles(resultat: Mapping[str, Any]) -> list[Bloc]:
    medecins, masse = resultat["medecins"], resultat["masse"]
    compares = ", ".join(nom_de_dispositif(nom).lower() for nom in resultat["comparables"]) or "aucun dispositif"
    return [
        page.cles([
            ("Écart total par an", euros(masse["difference"], signe=True)), ("Écart moyen par médecin", rond(medecins["difference_moyenne"], signe=True)),
            ("Écart médian", rond(medecins["difference_mediane"], signe=True)), ("Gagnants", effectif(medecins["gagnants"])),
            ("Perdants", effectif(medecins["perdants"])), ("Inchangés", effectif(medecins["inchanges"])),
        ]),
        page.paragraphe(f"Sur ce que les deux textes calculent : {compares}.", discret=True),
    ]  # fmt: skip


def _parties(resultat: Mapping[str, Any]) -> Iterator[Bloc]:
    dessins = {un.nom: un for un in panneaux(resultat)}
    yield from _partie("Ce que coûte chaque texte", dessins["couts"])
    yield _couts(resultat)
    if motifs := _motifs(resultat):
        yield from (page.paragraphe("Montants absents ou incomplets, et pourquoi :"), page.liste(motifs))
    yield from _partie("Qui gagne, qui perd", dessins["deciles"])
    yield _deciles(resultat["deciles"])
    yield from _partie("Classe par classe", dessins["classes"])
    yield _groupes(resultat["groupes"])
    if resultat["annees"]:
        yield from _partie("Année par année", dessins["annees"])
        yield page.table([Colonne("Année"), *_nombres("Texte", "Contre", "Différence de ce qui se compare")], (
            ("", [str(une["annee"]), *(_montant(une[cote], cote) for cote in COTES)]) for une in resultat["annees"]), "Coût de chaque année")  # fmt: skip
    if resultat["indicateurs"]:
        yield from _partie("Indicateurs de prévention", dessins["indicateurs"])
        yield page.table([Colonne("Indicateur"), *_nombres("Validés", "Non validés")], (
            ("", [i["libelle"], effectif(i["valides"]), effectif(i["non_valides"])]) for i in resultat["indicateurs"]), "Indicateurs validés")  # fmt: skip


def _partie(nom: str, dessin: Panneau) -> tuple[Bloc, Bloc]:
    # A title drawn in the chart would repeat the one of the part, and be cut where it is long.
    legende = dessin.titre if dessin.titre != nom else ""
    return page.titre(nom), page.image(seul(replace(dessin, titre=""), "svg"), dessin.dit, legende)


def _nombres(*titres: str) -> list[Colonne]:
    return [Colonne(titre, True, None) for titre in titres]


def _couts(resultat: Mapping[str, Any]) -> Bloc:
    lignes: list[Rangee] = [("", [nom_de_dispositif(d["dispositif"]), *(_montant(d[cote], cote) for cote in COTES)]) for d in resultat["par_dispositif"]]
    lignes.append(("total", ["Total", *(_montant(resultat["masse"][cote], cote) for cote in COTES)]))
    return page.table([Colonne("Dispositif"), *_nombres(resultat["texte"], resultat["contre"], "Différence")], lignes, "Coût de chaque dispositif")


def _motifs(resultat: Mapping[str, Any]) -> list[str]:
    return [
        f"{nom_de_dispositif(d['dispositif'])}, « {resultat[cote]} » : {d[f'motif_{cote}']}"
        for d in resultat["par_dispositif"] for cote in COTES[:2] if d[f"motif_{cote}"]
    ]  # fmt: skip


def _deciles(deciles: Iterable[Mapping[str, Any]]) -> Bloc:
    noms = ("difference_min", "difference_max", "difference_moyenne", "texte_moyen", "contre_moyen")
    lignes = [("", [str(d["decile"]), effectif(d["medecins"]), *(rond(d[nom], nom.startswith("diff")) for nom in noms)]) for d in deciles]
    colonnes = [Colonne("Décile"), *_nombres("Médecins", "Écart de", "à", "Écart moyen", "Texte", "Contre")]
    return page.table(colonnes, lignes, "Déciles des médecins, du plus perdant au plus gagnant")


def _groupes(groupes: Iterable[Mapping[str, Any]]) -> Bloc:
    lignes: list[Rangee] = []
    for critere, siens in groupby(groupes, key=lambda g: g["critere"]):
        if critere in CRITERES:
            lignes.append(("partie", [CRITERES[critere]]))
        lignes += [
            ("", [libelle_de_classe(critere, g["modalite"]), effectif(g["medecins"]), rond(g["difference_moyenne"], True), effectif(g["gagnants"]),
                  effectif(g["perdants"])]) for g in siens
        ]  # fmt: skip
    return page.table([Colonne("Classe"), *_nombres("Médecins", "Écart moyen", "Gagnants", "Perdants")], lignes, "Écart par classe de médecins")


def _texte(identifiant: str) -> str:
    """Return what a text is and what it stands on; a scenario is known by its name alone."""
    connu = textes_connus().get(identifiant)
    return "scénario de l'auteur de la simulation" if connu is None else " ; puis ".join(un["libelle"] for un in chaine(connu))


def _montant(valeur: float | None, cote: str) -> Cellule:
    return cellule(euros(valeur, signe=cote == "difference"), alerte=cote == "difference" and (valeur or 0) < 0)


def euros(valeur: float | None, signe: bool = False) -> str:
    """Write euros to the cent; a gain has its sign if asked for."""
    return "—" if valeur is None else _plus(valeur, signe) + afficher(vers_entier(valeur, "EUR"), "EUR")


def rond(valeur: float | None, signe: bool = False) -> str:
    """Write euros without cents; a gain has its sign if asked for."""
    return "—" if valeur is None else _plus(valeur, signe) + ronds(valeur)


def _plus(valeur: float, signe: bool) -> str:
    return "+" if signe and valeur > 0 else ""


def effectif(combien: int | None) -> str:
    """Write how many, or that they are too few to be told."""
    return MASQUE if combien is None else nombre(combien)
