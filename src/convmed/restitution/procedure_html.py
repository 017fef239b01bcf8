"""The printable chronology of a procedure: one HTML page that needs nothing else, laid out for A4."""

from __future__ import annotations

from html import escape

from convmed.restitution.procedure import Etude, attente, jour
from convmed.restitution.procedure_affichage import signalements, situation, titre

STYLE = """
:root { color-scheme: light; --trait: #8a8f98; --fond: #f2f4f7; --encre: #1b1f24; --bleu: #0b5394; --alerte: #9c2a10; }
* { box-sizing: border-box; }
body { margin: 2rem auto; max-width: 52rem; padding: 0 1rem; color: var(--encre); background: #fff; font: 15px/1.45 "Liberation Sans", Arial, sans-serif; }
h1 { font-size: 1.45rem; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; border-bottom: 1px solid var(--trait); padding-bottom: .2rem; break-after: avoid; }
.etat { margin: .25rem 0 0; }
.reference { color: #444a52; margin: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .55rem; border-bottom: 1px solid #d3d7dd; }
th { background: var(--fond); font-size: .85rem; }
tr { break-inside: avoid; }
td.date { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.date strong { color: var(--bleu); }
.texte { color: #444a52; font-size: .85rem; }
.note { font-style: italic; }
.alerte { color: var(--alerte); }
ul { margin: .25rem 0; padding-left: 1.2rem; }
footer { margin-top: 2rem; color: #444a52; font-size: .8rem; }
@page { size: A4; margin: 16mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10.5pt; } thead { display: table-header-group; } }
"""
PIED = (
    "Établi par convmed, projet non officiel, d'après ce qui est noté dans le dossier. Les dates engagent qui les a notées ; vérifiez chaque "
    "délai sur le texte cité."
)


def en_html(etude: Etude) -> str:
    """Return the page: what happened, what is to come and until when, what is late or missing, and what is not known."""
    suivi, reference = etude.suivi, etude.fichier.reference
    passees = "".join(
        f"<tr><td class='date'>{jour(un.date)}</td><td>{_e(un.etape.libelle)}{_note(un.note)}{_plein_droit(un.tacite)}"
        f"<div class='texte'>{_e(un.etape.reference)}</div></td><td>{_e(un.etape.acteur)}</td></tr>"
        for un in suivi.deroulement.evenements
    )
    ouvertes = "".join(
        f"<tr><td>{_quand(attente(une))}</td><td>{_e(une.etape.libelle)}{' (facultatif)' if une.etape.facultative else ''}"
        f"<div class='texte'>{_e(' ; '.join(une.references))}</div></td><td>{_e(une.etape.acteur)}</td><td>{_e(une.silence or '')}</td></tr>"
        for une in suivi.echeances if une.ouverte
    )  # fmt: skip
    alertes = "".join(f"<li class='alerte'>{_e(ligne)}</li>" for ligne, _ in signalements(etude))
    reserves = "".join(f"<li>{_e(reserve)}</li>" for reserve in suivi.reserves)
    parties = [
        _partie("Ce qui s'est passé", _table(("Date", "Étape", "Qui"), passees) if passees else "<p>Rien n'est encore noté.</p>"),
        _partie("Ce qui peut suivre", _table(("Quand", "Étape", "Qui", "Ce que vaut le silence"), ouvertes) if ouvertes else "<p>Plus aucune étape.</p>"),
        _partie("À signaler", f"<ul>{alertes}</ul>") if alertes else "",
        _partie("Ce qu'il faut savoir", f"<ul>{reserves}</ul>") if reserves else "",
    ]
    nom = etude.procedure.libelle
    return (
        f"<!DOCTYPE html>\n<html lang='fr'>\n<head>\n<meta charset='utf-8'>\n<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<title>{_e(nom)}{_e(' : ' + reference if reference else '')}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<header><h1>{_e(nom)}</h1><p class='reference'>{_e(titre(etude).removeprefix(nom).strip())}</p>"
        f"<p class='etat'><strong>{_e(situation(etude))}</strong></p></header>\n<main>\n{''.join(parties)}</main>\n"
        f"<footer>{_e(PIED)}</footer>\n</body>\n</html>\n"
    )


def _partie(nom: str, contenu: str) -> str:
    return f"<section><h2>{_e(nom)}</h2>{contenu}</section>\n"


def _table(titres: tuple[str, ...], lignes: str) -> str:
    entetes = "".join(f"<th scope='col'>{_e(nom)}</th>" for nom in titres)
    return f"<table><thead><tr>{entetes}</tr></thead><tbody>{lignes}</tbody></table>"


def _note(note: str | None) -> str:
    return f"<div class='note'>{_e(note)}</div>" if note else ""


def _plein_droit(tacite: bool) -> str:
    return "<div class='note'>de plein droit</div>" if tacite else ""


def _quand(mots: str) -> str:
    """Return when, the day in bold and never cut."""
    debut, _, fin = mots.rpartition(" ")
    return f"{_e(debut)} <strong style='white-space:nowrap'>{_e(fin)}</strong>" if fin[:1].isdigit() and fin[-1:].isdigit() else _e(mots)


def _e(mots: str) -> str:
    return escape(mots)
