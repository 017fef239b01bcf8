"""What the pages of a practice show of a statement: its lines gathered, what it lacks and where to add it, what was said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from convmed.base.coffre import Piece
from convmed.dispositifs import Ligne
from convmed.dispositifs.socle import DU
from convmed.donnees.dossier import Dossier
from convmed.interfaces.web.champs import DU_MEDECIN
from convmed.interfaces.web.champs import SECTIONS as SECTIONS_DU_FORMULAIRE
from convmed.interfaces.web.exercice import Exercice, annees, textes
from convmed.interfaces.web.formulaire import annee_des_comptes
from convmed.interfaces.web.visiteur import Visiteur
from convmed.restitution.releve import Releve
from convmed.restitution.simulation import nom_de_dispositif

_ABSENTE = re.compile(r"section \[\w+\] absente de cabinet\.toml")
_SECTIONS = {section.nom.replace("_", "-"): section.nom for section in SECTIONS_DU_FORMULAIRE}


@dataclass(frozen=True, slots=True)
class Groupe:
    """The lines of one dispositif, each with its number on the statement, and their sum in cents."""

    dispositif: str
    nom: str
    lignes: list[tuple[int, Ligne]]

    @property
    def somme(self) -> int:
        """Return what the dispositif pays."""
        return sum(ligne.montant or 0 for _, ligne in self.lignes)


@dataclass(frozen=True, slots=True)
class Absent:
    """What the statement leaves out: why, and the part of the form that would complete it."""

    dispositif: str
    nom: str
    motif: str
    section: str


def cadre(visiteur: Visiteur, piece: Piece, choisi: Exercice, page: str) -> dict[str, Any]:
    """Return what every page of a dossier shows around its own content."""
    ici, suite = f"/cabinet/{piece.id}", f"?{choisi.requete}"
    liens = [(f"{ici}{suite}", "Relevé"), (f"{ici}/calendrier{suite}", "Calendrier"), (f"{ici}/comparaison{suite}", "Comparer"),
             (f"{ici}/hypotheses{suite}", "Et si…"), (f"/patients/{piece.id}{suite}", "Patients")]  # fmt: skip
    if piece.droit == "ecriture":
        liens.append((f"{ici}/modifier", "Modifier"))
    liens.append((f"{ici}/versions", "Historique"))
    if piece.sienne and visiteur.utilisateur.role == "medecin":
        liens.append((f"{ici}/partager", "Partager"))
    return {
        "piece": piece, "ici": ici, "suite": suite, "annee": choisi.annee, "texte": choisi.texte, "annees": annees(), "textes": textes(),
        "liens": liens, "onglet": next((adresse for adresse, _ in liens if adresse.partition("?")[0] == ici + page), ""),
    }  # fmt: skip


def groupes(releve: Releve) -> list[Groupe]:
    """Return the lines of a statement by dispositif, in its order."""
    numerotees = list(enumerate(releve.lignes, 1))
    return [
        Groupe(dispositif, nom_de_dispositif(dispositif), list(siennes))
        for dispositif, siennes in groupby(sorted(numerotees, key=lambda nl: _rang(releve, nl[1])), key=lambda nl: nl[1].dispositif)
    ]


def _rang(releve: Releve, ligne: Ligne) -> int:
    return list(releve.par_dispositif()).index(ligne.dispositif)


def incomplet(releve: Releve) -> bool:
    """Tell whether the total lacks a line that is due: a figure that is not published, a datum that is missing."""
    return any(ligne.montant is None or ligne.etat != DU for ligne in releve.lignes)


def absents(releve: Releve) -> list[Absent]:
    """Return what is not computed, and which part of the form would complete it."""
    return [
        Absent(n.dispositif, nom_de_dispositif(n.dispositif), "rien n’est indiqué" if _ABSENTE.fullmatch(n.motif) else n.motif,
               _SECTIONS.get(n.dispositif, ""))
        for n in releve.non_calcules
    ]  # fmt: skip


def saisi(dossier: Dossier) -> list[tuple[str, str]]:
    """Return what a dossier says, in few words: the doctor, and how much there is of the rest."""
    medecin = dossier.cabinet["medecin"]
    dits = [
        (champ.libelle, champ.dire(medecin[nom])) for champ in DU_MEDECIN.champs if medecin.get(nom := champ.nom.partition(".")[2]) is not None
    ]
    combien = [("Patients" + (" (comptes par classe)" if annee_des_comptes(dossier) else ""), dossier.patients)]
    combien += [(nom, table) for nom, table in (("Actes de prévention", dossier.evenements), ("Versements de la caisse", dossier.paiements)) if table is not None]
    return [*dits, *((nom, f"{table.height:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")) for nom, table in combien)]


def references(lignes: list[Ligne]) -> dict[str, list[str]]:
    """Return the references of lines, by dispositif."""
    par_dispositif: dict[str, dict[str, None]] = {}
    for ligne in lignes:
        par_dispositif.setdefault(ligne.dispositif, {}).update(dict.fromkeys(ligne.references))
    return {dispositif: list(siennes) for dispositif, siennes in par_dispositif.items()}
