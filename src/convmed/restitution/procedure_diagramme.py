"""The diagram of a procedure, drawn by `transitions` from the machine that runs it, and its page of the documentation."""

from __future__ import annotations

import datetime as dt
from typing import Any

from transitions import State
from transitions.extensions import GraphMachine

from convmed.dispositifs.sanctions.delais import accorder, precedente, prochaine
from convmed.dispositifs.sanctions.deroulement import figures_de
from convmed.dispositifs.sanctions.machine import Delai, Etape, Marche, Procedure, trouver_procedure
from convmed.textes import EN_VIGUEUR, trouver_texte

SENS = {
    "apres": "au plus tard {}, depuis", "avant": "au plus tard {} avant", "pas-avant": "pas avant {}, depuis", "au-moins": "au moins {}, depuis",
    "duree": "au plus {}, depuis", "jour": "{} après",
}  # fmt: skip
CONDITIONS = {"sans_avertissement": "sans avertissement préalable", "non_teletransmission": "non-télétransmission"}
STATUTS = {"signe": "convention de 2024", "applique": "code", "anterieur": "texte antérieur"}


class _EtatNomme(State):
    """A state with the words of its box."""

    def __init__(self, *arguments: Any, label: str = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.label = label


class _Dessin(GraphMachine):
    """A machine that draws itself."""

    state_cls = _EtatNomme
    style_attributes = {"node": {"default": {"fill": "#fff", "stroke": "#444"}, "active": {"fill": "#e8eef7", "stroke": "#0b5394"}}}  # noqa: RUF012
    machine_attributes = {"direction": "TB"}  # noqa: RUF012


def en_mermaid(procedure: Procedure) -> str:
    """Return the diagram in Mermaid; a step that changes no state is written in the table of the page, not drawn."""
    etats = [{"name": etat.nom, "label": etat.libelle.replace('"', "'"), "final": etat.fin} for etat in procedure.etats.values()]
    transitions = [
        {"trigger": etape.nom, "source": passage.de, "dest": passage.vers, "label": _etiquette(etape, passage.si)}
        for etape in procedure.etapes.values()
        for passage in etape.passages
        if passage.vers is not None
    ]
    marche = Marche(frozenset())
    titre = f"title: {procedure.libelle}"
    dessin = _Dessin(marche, etats, transitions=transitions, initial=procedure.depart, auto_transitions=False, graph_engine="mermaid", title=titre)
    source = str(dessin.get_combined_graph().draw(None))
    fins = [f"  {etat.nom} --> [*]" for etat in procedure.etats.values() if etat.fin]
    return "\n".join([*(ligne.rstrip() for ligne in source.splitlines()), *fins]) + "\n"


def _etiquette(etape: Etape, si: str | None) -> str:
    # A colon would end the words of an arrow for some readers of Mermaid.
    mots = etape.libelle.replace(" : ", ", ").replace(";", ",")
    return mots + (f" [{CONDITIONS[si]}]" if si else "")


def page(nom: str) -> str:
    """Return the page of a procedure: its diagram, then each step with who acts, from where, its delays, what silence means."""
    procedure = trouver_procedure(nom)
    lignes = [
        f"# {procedure.libelle}", "",
        f"*Page écrite par `convmed procedure diagramme {procedure.nom} --format markdown` ; ne la modifiez pas à la main.*", "",
        f"Références : {procedure.articles}.", "", "```mermaid", en_mermaid(procedure).rstrip(), "```", "",
        "| étape | qui | d'où | délai | silence, ou suite | texte |", "|---|---|---|---|---|---|",
        *(_rangee(procedure, etape) for etape in procedure.etapes.values()), "",
    ]  # fmt: skip
    if procedure.reserves:
        lignes += ["À savoir :", "", *(f"- {reserve}" for reserve in procedure.reserves), ""]
    return "\n".join(lignes)


def _rangee(procedure: Procedure, etape: Etape) -> str:
    origines = ", ".join(
        procedure.etats[passage.de].libelle + (f" ({CONDITIONS[passage.si]})" if passage.si else "") for passage in etape.passages
    )
    delais = " ; ".join(_delai(procedure, delai) for delai in etape.delais)
    nom = f"`{etape.nom}` {etape.libelle}" + (" *(facultatif)*" if etape.facultative else "") + (" *(de plein droit)*" if etape.tacite else "")
    texte = f"{etape.reference} ({STATUTS[etape.statut]}{'' if etape.confiance == 'officiel' else ', ' + etape.confiance})"
    return f"| {nom} | {etape.acteur} | {origines} | {delais} | {etape.silence or ''} | {texte} |"


def _delai(procedure: Procedure, delai: Delai) -> str:
    """Return a delay in words, as it stands today; one that only an older text set says so."""
    texte, jour = trouver_texte(EN_VIGUEUR), dt.date(2026, 1, 1)
    origine = " ou ".join(f"« {procedure.etapes[nom].libelle} »" for nom in delai.depuis)
    mots = []
    for figure in figures_de(delai):
        valeur = prochaine(texte, figure, jour)
        ancienne = None if valeur else precedente(texte, figure, jour)
        dite = valeur or ancienne
        mots.append(f"{dite.calcul} {accorder(dite)}{' (texte antérieur)' if ancienne else ''}" if dite else "non publié")
    duree = " puis ".join(mots)
    cas = [CONDITIONS[c] for c in (delai.si,) if c] + [f"sauf {CONDITIONS[c]}" for c in (delai.sauf_si,) if c]
    cas += [f"{mot} « {procedure.etapes[e].libelle} »" for mot, e in (("avec", delai.si_etape), ("sans", delai.sauf_etape)) if e]
    phrase = "non publié, depuis" if duree == "non publié" else SENS[delai.sens].format(duree)
    return f"{phrase} {origine}" + (f" ({', '.join(cas)})" if cas else "")
