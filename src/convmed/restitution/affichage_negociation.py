"""The negotiation, for the terminal: its events, what answers what was asked, what became of what was proposed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text

from convmed.dispositifs.negociation import DERNIERE_SOURCE
from convmed.dispositifs.negociation.chronologie import Evenement
from convmed.restitution.negociation import SOURCES, Orientation, bilan, details
from convmed.restitution.propositions import DEPUIS, ISSUES, Comparaison, resume
from convmed.restitution.tables import tableau

Colonnes = list[str | tuple[str, str]]
APPROXIMATIVES = {"approximative": "vers le ", "semaine": "semaine du ", "mois": "mois du "}
DOUTES = {"officiel": "", "presse": "(presse)", "deduit": "(déduit)"}
MESURES_ECRITES = 4
ADRESSE = re.compile(r"https?://(?:www\.)?([^/ ]+)/\S*")


def chronologie_en_tables(evenements: list[Evenement]) -> RenderableType:
    """Return the events for the terminal, then what they amount to."""
    if not evenements:
        return Text("Aucun événement connu pour ces filtres.")
    colonnes: Colonnes = [("date", "right"), "nature, texte", "événement", "source"]
    lignes = ([_date(un), "\n".join(filter(None, (un.nature, un.texte))), _libelle(un), _source(un)] for un in evenements)
    return Group(tableau("Négociation et vie des textes", colonnes, lignes), *(Text(ligne) for ligne in _synthese(evenements)))


def _date(un: Evenement) -> str:
    fin = f"\nau {_jour(un.fin)}" if un.fin else ""
    prevue = f"\n(prévu le {_jour(un.prevue)})" if un.prevue else ""
    return APPROXIMATIVES.get(un.precision, "") + _jour(un.date) + fin + prevue


def _libelle(un: Evenement) -> str:
    annonce = " (annoncé)" if un.etat == "prevu" else ""
    return "\n".join([un.libelle + annonce, *(f"  · {detail}" for detail in details(un)), *([f"  ({un.note})"] if un.note else [])])


def _source(un: Evenement) -> str:
    # The whole address would fill the table: JSON, CSV and iCalendar have it.
    return "\n".join(filter(None, (ADRESSE.sub(r"\1", un.source), DOUTES[un.confiance])))


def _synthese(evenements: list[Evenement]) -> list[str]:
    annonces = sum(un.etat == "prevu" for un in evenements)
    deplaces = [f"{un.libelle} ({un.ecart:+d} jours)" for un in evenements if un.ecart is not None]
    lignes = [
        f"{_compte(len(evenements), 'événement')}, du {_jour(evenements[0].date)} au {_jour(max(un.fin or un.date for un in evenements))}, "
        f"dont {annonces} que les sources annoncent sans les confirmer"
    ]
    return [*lignes, *(["Déplacés : " + " ; ".join(deplaces)] if deplaces else []), f"Réserve : {DERNIERE_SOURCE}"]


def orientations_en_tables(liste: list[Orientation]) -> RenderableType:
    """Return what was asked for the terminal, one table a source, then what has no answer."""
    if not liste:
        return Text("Rien n'a été demandé qui réponde à ces filtres.")
    colonnes: Colonnes = [("norme", "right"), "demandé ou proposé", "section de la circulaire qui répond", "par", ("tenues", "right")]
    blocs: list[RenderableType] = []
    for source, siennes in groupby(liste, key=lambda une: une.source):
        lignes = (
            [
                une.etat.id, une.etat.norme.enonce,
                "\n".join(f"{s.titre}" for s in une.sections) or Text("sans réponse", style="bold yellow"),
                "\n".join(filter(None, (", ".join(une.dispositifs), _mesures(une)))),
                f"{sum(s.tenues for s in une.sections)}/{sum(len(s.normes) for s in une.sections)}" if une.sections else "",
            ]
            for une in siennes
        )  # fmt: skip
        blocs.append(tableau(SOURCES[source], colonnes, lignes))
    for compte in bilan(liste):
        manque = f" ; sans réponse : {', '.join(compte['sans_reponse'])}" if compte["sans_reponse"] else ""
        blocs.append(Text(f"{SOURCES[compte['source']]} : {compte['repondues']} sur {compte['demandes']} ont une réponse{manque}"))
    blocs.append(Text("tenues : normes de ces sections qu'un test de convmed tient, sur leur nombre. « Sans réponse » : la circulaire n'en dit rien."))
    return Group(*blocs)


def _mesures(une: Orientation) -> str:
    if not une.mesures:
        return ""
    # The name of the dispositif stands above: it is repeated only where there are several.
    seul = len({nom.partition(".")[0] for nom in une.mesures}) == 1
    dites = ", ".join(nom.partition(".")[2] if seul else nom for nom in une.mesures[:MESURES_ECRITES])
    reste = len(une.mesures) - MESURES_ECRITES
    return f"figures : {dites}" + (f" et {reste} autres" if reste > 1 else " et une autre" if reste == 1 else "")


def propositions_en_tables(liste: list[Comparaison]) -> RenderableType:
    """Return proposed against signed for the terminal, one table a dispositif, then the count of outcomes."""
    if not liste:
        return Text("Aucune figure proposée ne répond à ces filtres.")
    blocs: list[RenderableType] = []
    for (orientation, dispositif), siennes in groupby(liste, key=lambda une: (une.orientation, une.figure.dispositif)):
        colonnes: Colonnes = ["figure", "avant", "proposé", "signé", "appliqué", "issue"]
        blocs.append(tableau(f"{orientation} : {dispositif}", colonnes, (_rangee(une) for une in siennes)))
    comptes = resume(liste)
    blocs.append(Text(f"{_compte(len(liste), 'figure')} : " + ", ".join(f"{ISSUES[issue]} {nombre}" for issue, nombre in comptes.items())))
    reportees = sum(une.depuis == "reportee" for une in liste)
    if reportees:
        blocs.append(Text(f"{reportees} dont la dernière étape a été reportée après la signature"))
    blocs.append(Text("En hausse, en baisse : le chiffre signé contre le chiffre proposé (d'un objectif de baisse, son ampleur), non l'avantage de quelqu'un. « Sans équivalent » : le barème "
                      "n'a pas de figure signée de ce nom. La proposition formait un tout : accord sur tout, ou sur rien. Les références : --format csv ou json."))  # fmt: skip
    return Group(*blocs)


def _rangee(une: Comparaison) -> list[str]:
    issue = ISSUES[une.issue] + (f"\n{DEPUIS[une.depuis]}" if une.depuis else "")
    etapes = (*une.proposees.values(), une.signees[-1], une.appliquees[-1] if une.depuis else une.signees[-1])
    references = {etape.valeur.reference for etape in etapes if etape.valeur}
    motif = une.motif if une.motif not in references else ""
    return [
        f"{une.figure.libelle}\n{une.figure.nom}" + (f"\n→ {une.signee.nom}" if une.signee is not une.figure else ""),
        une.ecrite(une.avant), une.propose_en_clair(), une.suite_en_clair(une.signees), une.suite_en_clair(une.appliquees),
        "\n".join(filter(None, (issue, motif, DOUTES[une.confiance]))),
    ]  # fmt: skip


def _jour(jour: dt.date) -> str:
    return f"{jour:%d/%m/%Y}"


def _compte(nombre: int, mot: str) -> str:
    return f"{nombre} {mot}{'s' if nombre > 1 else ''}"


def titre_de_la_frise(evenements: Iterable[Evenement]) -> str:
    """Return the title of the chart of some events."""
    liste = list(evenements)
    if not liste:
        return "Négociation et vie de la convention"
    return f"Négociation et vie de la convention, du {_jour(liste[0].date)} au {_jour(max(un.fin or un.date for un in liste))}"
