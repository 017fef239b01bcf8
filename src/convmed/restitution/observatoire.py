"""The two observatories: each collective objective, its trajectory, what was measured, by whom, and the gap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import polars as pl

from convmed.dispositifs import programmes_pertinence
from convmed.dispositifs.engagements_collectifs.regles import CATALOGUE as ENGAGEMENTS
from convmed.dispositifs.objectifs.catalogue import (
    Catalogue,
    Suivi,
    avant_la_base,
    constat_en_dict,
    objectif_en_dict,
    points_en_dict,
    suivre,
)
from convmed.dispositifs.objectifs.fichier import lire_mesures
from convmed.dispositifs.objectifs.mesures import NATIONAL, Constat, Mesure
from convmed.dispositifs.objectifs.nombres import en_clair, nombre
from convmed.dispositifs.objectifs.trajectoire import (
    POUR_CENT,
    TAUX,
    Cadre,
    Lecture,
    Objectif,
    favorable,
)
from convmed.dispositifs.programmes_pertinence.declaration import CATALOGUE as PROGRAMMES
from convmed.dispositifs.socle import Demande
from convmed.donnees.fautes import Collecte
from convmed.textes import Erreurs, Faute, Texte

Observatoire = Literal["acces", "pertinence"]
CATALOGUES: dict[str, Catalogue] = {"acces": ENGAGEMENTS, "pertinence": PROGRAMMES}
TITRES = {"acces": "Observatoire de l'accès aux soins", "pertinence": "Observatoire de la pertinence et de la qualité"}
COLONNES = (
    "observatoire", "numero", "partie", "objectif", "libelle", "portee", "territoire", "rubrique", "date", "valeur", "unite", "indice",
    "attendu", "ecart", "ecart_relatif", "lecture", "motif", "source", "statut", "confiance",
)  # fmt: skip
SCHEMA = {
    "panneau": pl.Int64, "titre": pl.String, "sous_titre": pl.String, "unite": pl.String, "genre": pl.String, "date": pl.Date,
    "valeur": pl.Float64, "attendu": pl.Float64, "bon": pl.Boolean, "exigible": pl.Boolean, "publiee": pl.Boolean, "etiquette": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choix:
    """What the user asked for: one part, one reach, one territory, the baseline year, the reading of sick leaves."""

    designation: str | None = None
    portee: str | None = None
    territoire: str | None = None
    annee_base: int | None = None
    lecture: Lecture = "points"
    tendance: Fraction | None = None


@dataclass(slots=True)
class Etude:
    """The objectives of an observatory under a text, as they stand on a day."""

    observatoire: Observatoire
    texte: Texte
    au: dt.date
    horizon: dt.date
    suivis: list[Suivi]
    avertissements: list[str] = field(default_factory=list)

    @property
    def titre(self) -> str:
        """Return the title of its tables and charts."""
        return f"{TITRES[self.observatoire]} au {self.au:%d/%m/%Y} — {self.texte.libelle}"

    @property
    def jour_de_cible(self) -> dt.date:
        """Return the day of the yearly target that is shown."""
        return min(dt.date(self.au.year, 12, 31), self.horizon)

    def en_dict(self) -> dict[str, Any]:
        """Return the study as JSON; shares in percent, relative gaps as fractions."""
        return {
            "observatoire": self.observatoire,
            "texte": self.texte.id,
            "au": self.au.isoformat(),
            "terme": self.horizon.isoformat(),
            "suivis": [self._suivi(suivi) for suivi in self.suivis],
            "avertissements": self.avertissements,
        }

    def _suivi(self, suivi: Suivi) -> dict[str, Any]:
        dernier, trajectoire = suivi.dernier(), suivi.trajectoire
        return {
            CATALOGUES[self.observatoire].mot: suivi.objectif.de,
            "titre": suivi.titre,
            "portee": suivi.portee,
            "territoire": suivi.territoire or None,
            **objectif_en_dict(suivi),
            "cible_de_l_annee": {
                "date": self.jour_de_cible.isoformat(),
                "valeur": nombre(trajectoire.valeur_au(self.jour_de_cible)),
                "indice": nombre(trajectoire.indice_au(self.jour_de_cible)),
            },
            "dernier": constat_en_dict(dernier) if dernier else None,
            "trajectoire": points_en_dict(trajectoire),
            "mesures": [constat_en_dict(constat) for constat in suivi.constats],
        }

    def rangees(self) -> list[dict[str, Any]]:
        """Return the study as rows of one table, with the columns `COLONNES`: yearly targets, then measures."""
        lignes = []
        for suivi in self.suivis:
            commun = {
                "observatoire": self.observatoire, "numero": suivi.numero, "partie": suivi.objectif.de, "objectif": suivi.objectif.id,
                "libelle": suivi.objectif.libelle, "portee": suivi.portee, "territoire": suivi.territoire,
            }  # fmt: skip
            for point in points_en_dict(suivi.trajectoire):
                lignes.append(dict.fromkeys(COLONNES) | commun | {
                    "rubrique": "cible", "date": point["date"], "valeur": point["cible"], "unite": suivi.objectif.unite,
                    "indice": point["indice"], "source": " ; ".join(suivi.trajectoire.references), "confiance": suivi.trajectoire.confiance,
                })  # fmt: skip
            if suivi.trajectoire.manque:
                lignes.append(dict.fromkeys(COLONNES) | commun | {"rubrique": "cible", "motif": suivi.trajectoire.manque})
            for constat in suivi.constats:
                lu = constat_en_dict(constat)
                lignes.append(dict.fromkeys(COLONNES) | commun | {"rubrique": "mesure"} | {cle: lu[cle] for cle in COLONNES if cle in lu and cle not in commun})
        return lignes


def etablir(observatoire: Observatoire, texte: Texte, au: dt.date, choix: Choix, fichier: Path | None = None) -> Etude:
    """Establish what an observatory shows on a day: published measures, and the user's own if a file is given.

    `Erreurs` with every fault: those of the file with line and column, those of the choices with the option.
    """
    catalogue = CATALOGUES[observatoire]
    cadre = Cadre(Demande(texte, au.year, au).contexte(), catalogue.nom, choix.annee_base, choix.lecture, choix.tendance)
    if cadre.horizon is None:
        raise Erreurs([Faute(f"ce texte ne fixe pas d'objectif collectif au {au:%d/%m/%Y}", champ="--texte", valeur=texte.id,
                             attendu="un texte et une date à partir du 22/06/2024, ou la proposition du 08/02/2024")])  # fmt: skip
    choisis, fautes = catalogue.choisir(cadre, choix.designation, f"--{catalogue.mot}")
    if choix.annee_base is not None and choix.annee_base >= cadre.horizon.year:
        fautes.append(Faute("valeur refusée", champ="--annee-base", valeur=choix.annee_base, attendu=f"une année avant {cadre.horizon.year}"))
    propres: list[Mesure] = []
    avertissements: list[str] = []
    if fichier is not None:
        try:
            propres, avertissements = lire_mesures(fichier, catalogue.par_id)
        except Erreurs as erreurs:
            fautes += erreurs.fautes
    if fautes:
        raise Erreurs(fautes)
    du_texte = {objectif.id for objectif in catalogue.du_texte(cadre)}
    avertissements += _absentes(propres, du_texte)
    mesures = _reunir(propres, catalogue.publiees(), avertissements)
    tardives = [mesure for mesure in propres if mesure.date > au]
    if tardives:
        avertissements.append(f"{len(tardives)} mesure(s) après le {au:%d/%m/%Y} : non montrées (--date)")
    suivis = suivre(catalogue, cadre, choisis, [m for m in mesures if m.date <= au], None, catalogue.publiees())
    collecte = Collecte()
    collecte.ajouter(*(
        Faute("avant la base de la trajectoire", fichier=fichier.name if fichier else None, ligne=mesure.lieu, colonne="date",
              valeur=mesure.date.isoformat(), attendu=f"le {jour:%d/%m/%Y} ou après ; sinon --annee-base")
        for mesure, jour in avant_la_base(suivis)
    ))  # fmt: skip
    collecte.lever()
    return Etude(observatoire, texte, au, cadre.horizon, _retenir(suivis, choix), avertissements)


def _absentes(propres: Iterable[Mesure], du_texte: set[str]) -> list[str]:
    noms = dict.fromkeys(mesure.objectif for mesure in propres if mesure.objectif not in du_texte)
    return [f"l'objectif « {nom} » n'est pas dans ce texte : ses mesures ne sont pas montrées" for nom in noms]


def _reunir(propres: list[Mesure], publiees: list[Mesure], avertissements: list[str]) -> list[Mesure]:
    """Return every measure; where the user measured what was published too, his stands, and it is said."""
    siennes = {(*mesure.serie, mesure.date, mesure.unite) for mesure in propres}
    gardees = [mesure for mesure in publiees if (*mesure.serie, mesure.date, mesure.unite) not in siennes]
    avertissements += [
        f"{mesure.objectif}, {mesure.date:%d/%m/%Y} : votre mesure remplace celle qui est publiée"
        for mesure in publiees
        if mesure not in gardees
    ]
    return [*propres, *gardees]


def _retenir(suivis: list[Suivi], choix: Choix) -> list[Suivi]:
    retenus = [
        suivi
        for suivi in suivis
        if choix.portee in (None, suivi.portee) and (choix.territoire is None or suivi.territoire.casefold() == choix.territoire.casefold())
    ]
    if not retenus:
        champ, dit = ("--territoire", choix.territoire) if choix.territoire else ("--portee", choix.portee)
        connus = dict.fromkeys(f"{s.portee} {s.territoire}".strip() for s in suivis)
        raise Erreurs([Faute("aucune mesure de cette portée ou de ce territoire", champ=champ, valeur=dit, attendu="l'un de " + ", ".join(connus))])
    return retenus


def enonces(etude: Etude) -> list[tuple[str, str]]:
    """Return the wordings of the programme that is alone in a study, with their sources; nothing for a commitment."""
    parties = {suivi.objectif.de for suivi in etude.suivis}
    if etude.observatoire != "pertinence" or len(parties) != 1:
        return []
    entree = programmes_pertinence.Programme(calcul="programme", programme=parties.pop())
    presente = programmes_pertinence.presenter(Demande(etude.texte, etude.au.year, etude.au), entree).resultats
    lus = [(un["source"], un["enonce"]) for un in presente["enonces"]]
    if presente["assiette"]:
        dit = en_clair(Fraction(presente["assiette"]["montant"], 10**9), "Md€")
        lus.append((presente["assiette"]["reference"], f"dépense dans le champ du programme : {dit}"))
    return lus


# --- what a chart draws


def table_des_panneaux(etude: Etude) -> pl.DataFrame:
    """Return one row for each point of each panel, with the columns of `SCHEMA`.

    `genre` is `trajectoire`, `niveau`, `mesure` or `texte`. A panel is drawn in the unit of its objective, or in yearly growth if only that was measured, or for 100 at the
    baseline if nothing was. What has no trajectory is a `texte` that says why.
    """
    rangees = [rangee for rang, suivi in enumerate(etude.suivis) for rangee in _panneau(rang, suivi)]
    return pl.DataFrame(rangees, schema=SCHEMA)


def _panneau(rang: int, suivi: Suivi) -> list[dict[str, Any]]:
    trajectoire, objectif = suivi.trajectoire, suivi.objectif
    niveaux = [c for c in suivi.constats if c.mesure.unite == objectif.unite and c.mesure.valeur is not None and not c.mesure.motif]
    taux = [c for c in suivi.constats if c.mesure.unite == TAUX and c.mesure.valeur is not None and not c.mesure.motif]
    ou = f", {suivi.territoire or suivi.portee}" if suivi.portee != NATIONAL or suivi.territoire else ""
    titre = f"{suivi.numero}. {objectif.libelle}{ou}"
    commun: dict[str, Any] = dict.fromkeys(SCHEMA) | {"panneau": rang, "titre": titre, "sous_titre": f"cible : {trajectoire.cible}", "unite": objectif.unite}

    def chemin(points: Iterable[tuple[dt.date, Fraction | None]]) -> list[dict[str, Any]]:
        return [commun | {"genre": "trajectoire", "date": jour, "valeur": float(valeur), "exigible": trajectoire.due(jour)}
                for jour, valeur in points if valeur is not None]  # fmt: skip

    jours = sorted({*trajectoire.points(), *(a.date for a in trajectoire.ancres if a.date <= trajectoire.horizon)})
    en_niveau = chemin((jour, trajectoire.valeur_au(jour)) for jour in jours)
    if en_niveau:
        if trajectoire.base is None:
            # Without a baseline nothing says the way: only the level, and the day when it is due.
            commun["sous_titre"] += " ; base non publiée"
            seuil = commun | {"genre": "niveau", "date": trajectoire.debut, "valeur": en_niveau[-1]["valeur"]}
            en_niveau = [seuil, *(point | {"sous_titre": commun["sous_titre"]} for point in en_niveau)]
        return en_niveau + [_point(commun, c, objectif) for c in niveaux]
    if taux:
        commun["unite"] = TAUX
        droite = [] if trajectoire.taux is None else chemin((jour, 100 * trajectoire.taux) for jour in (trajectoire.debut, trajectoire.horizon))
        if not droite:
            commun["sous_titre"] = f"cible : {trajectoire.cible} ; {trajectoire.manque}"
        return droite + [_point(commun, c, objectif) for c in taux]
    indices = chemin((jour, trajectoire.indice_au(jour)) for jour in jours)
    if indices:
        commun_indice = {"unite": f"indice 100 au {trajectoire.debut:%d/%m/%Y}", "sous_titre": f"{commun['sous_titre']} ; base non publiée"}
        return [point | commun_indice for point in indices]
    motif = trajectoire.manque or "trajectoire sans base publiée"
    dernier = suivi.dernier()
    dit = f" ; {dernier.motif}" if dernier and dernier.motif and dernier.motif != motif else ""
    cible = f"cible : {trajectoire.cible} ; " if trajectoire.cible and not trajectoire.manque else ""
    return [commun | {"genre": "texte", "etiquette": f"{cible}{motif}{dit}"}]


def _point(commun: dict[str, Any], constat: Constat, objectif: Objectif) -> dict[str, Any]:
    mesure = constat.mesure
    assert mesure.valeur is not None
    point = commun | {"genre": "mesure", "date": mesure.date, "valeur": float(mesure.valeur), "publiee": mesure.publiee, "etiquette": constat.motif}
    if constat.ecart is None or constat.attendu is None:
        return point
    bon, etiquette = favorable(constat.ecart, objectif.sens), f"{ecart_en_clair(constat)}, {constat.lecture}"
    return point | {"attendu": float(constat.attendu), "bon": bon, "etiquette": etiquette}


def ecart_en_clair(constat: Constat) -> str:
    """Write a gap: `-435 contrats`, `+2,2 points`."""
    if constat.ecart is None:
        return ""
    unite = constat.mesure.unite
    return en_clair(constat.ecart, "points" if unite in (POUR_CENT, TAUX) else unite, signe=True)
