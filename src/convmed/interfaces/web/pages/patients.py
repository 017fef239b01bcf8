"""« Mes patients » : which prevention act each one lacks, why an indicator counts or not, and what doing it brings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import polars as pl
from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from convmed.dispositifs import Demande
from convmed.dispositifs.prevention import INDICATEURS
from convmed.interfaces.options import ANNEES
from convmed.interfaces.web import exercice
from convmed.interfaces.web.dossiers import Ouvert, ouvrir
from convmed.interfaces.web.rendu import a_garder, rendre
from convmed.interfaces.web.visiteur import Connecte, Visiteur
from convmed.moteur.valeurs import Explication
from convmed.restitution import suivi, tableau_de_bord
from convmed.restitution.affichage import ABREGES
from convmed.restitution.evaluation import Cabinet
from convmed.restitution.fichier_csv import table_en_csv
from convmed.restitution.suivi import Filtre
from convmed.textes import EN_VIGUEUR, Erreurs, Texte, trouver_texte
from convmed.textes.unites import vers_entier

routeur = APIRouter()

PAR_PAGE, ACTES_MONTRES = 50, 60
ETATS = {
    "valide": "validé", "non-valide": "non validé", "exclu": "exclu", "donnee-manquante": "donnée manquante",
    "non-concerne": "non concerné", "opposition": "opposition",
}  # fmt: skip
SIGNES = {"valide": "✓", "non-valide": "✗", "exclu": "ex", "donnee-manquante": "?", "non-concerne": "·", "opposition": "—"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIN, AUJOURDHUI = "fin", "aujourdhui"
# The birth and the like of a patient, as the file names them.
LUES = {
    "date_naissance": "Date de naissance", "sexe": "Sexe", "ald": "ALD", "ald_numeros": "Numéros d’ALD", "c2s": "C2S", "ame": "AME",
    "date_derniere_consultation": "Dernière consultation", "date_declaration_mt": "Déclaration de médecin traitant",
    "risque_grippe": "Risque de grippe sévère", "risque_covid": "Risque de covid sévère",
    "risque_pneumocoque": "Risque d’infection à pneumocoque", "mcva": "Maladie cardiovasculaire ou associée",
    "maladie_systeme_auto_immune": "Maladie de système ou auto-immune", "diabete": "Diabète",
    "exclu": "Exclusions déclarées", "hors_cible": "Hors de la cible",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vue:
    """What is looked at: an exercise under a text, at the end of the year or today, through a filter."""

    annee: int
    texte: Texte
    a_la_date: str
    filtre: Filtre
    page: int = 1

    @property
    def aujourdhui_connu(self) -> bool:
        """Tell whether today is in the exercise: only then does it compare with its end."""
        return dt.date.today().year == self.annee

    def date(self, laquelle: str | None = None) -> dt.date | None:
        """Return the day of observation to ask for; `None` is the one of the exercise."""
        return dt.date.today() if (laquelle or self.a_la_date) == AUJOURDHUI and self.aujourdhui_connu else None

    def requete(self, **autres: Any) -> str:
        """Return the query of an address that looks at the same thing, but for what is given; nothing in it names a patient."""
        champs = {
            "annee": self.annee, "texte": self.texte.id, "date": self.a_la_date, "indicateur": self.filtre.indicateur,
            "etat": self.filtre.etat, "a_gagner": "1" if self.filtre.a_gagner else "", "ordre": self.filtre.ordre, **autres,
        }  # fmt: skip
        defauts = {"annee": annee_du_jour(), "texte": EN_VIGUEUR, "date": FIN, "ordre": "gain", "page": 1}
        dits = {nom: valeur for nom, valeur in champs.items() if valeur not in ("", None) and defauts.get(nom) != valeur}
        return f"?{urlencode(dits)}" if dits else ""


def annee_du_jour() -> int:
    """Return the exercise of today, the first one with a prevention part before it."""
    return max(2026, min(dt.date.today().year, int(ANNEES.max or 2030)))


def vue(
    annee: Annotated[int | None, Query(ge=ANNEES.min, le=ANNEES.max)] = None,
    texte: Annotated[str, Query(max_length=80)] = EN_VIGUEUR,
    date: Literal["fin", "aujourdhui"] = "fin",
    indicateur: Annotated[str, Query(max_length=40)] = "",
    etat: Annotated[str, Query(max_length=40)] = "",
    a_gagner: bool = False,
    ordre: Literal["gain", "liste"] = "gain",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Vue:
    """Read what an address asks to look at; an unknown indicator or state filters nothing."""
    filtre = Filtre(indicateur if indicateur in suivi.PAR_INDICATEUR else "", etat if etat in ETATS else "", a_gagner, ordre)
    return Vue(annee or annee_du_jour(), trouver_texte(texte, scenarios=False), date, filtre, page)


Regard = Annotated[Vue, Depends(vue)]


@routeur.get("/patients")
def choisir(request: Request, visiteur: Connecte) -> Response:
    """Show the dossiers; go straight to the only one."""
    dossiers = visiteur.coffre.lister(visiteur.utilisateur, "dossier")
    if len(dossiers) == 1:
        return RedirectResponse(f"/patients/{dossiers[0].id}", 303)
    return rendre(request, "patients/choisir.html", {"dossiers": dossiers})


@routeur.get("/patients/{piece}")
def liste(request: Request, visiteur: Connecte, piece: str, regard: Regard) -> HTMLResponse:
    """Show the counts by indicator and the patients, those with most to gain first."""
    return _liste(request, visiteur, piece, regard)


@routeur.post("/patients/{piece}/chercher")
def chercher(request: Request, visiteur: Connecte, piece: str, regard: Regard, patient: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Go to the patient of an identifier, which stands in no address; several, or none, are shown."""
    ouvert = ouvrir(visiteur, piece)
    cabinet = _cabinet(ouvert, regard)
    if cabinet is None:
        return RedirectResponse(f"/patients/{piece}{regard.requete()}", 303)
    rangs = suivi.chercher(cabinet, patient, PAR_PAGE)
    if len(rangs) == 1:
        return RedirectResponse(f"/patients/{piece}/{rangs[0]}{regard.requete()}", 303)
    return _liste(request, visiteur, piece, regard, (patient.strip(), rangs))


@routeur.get("/patients/{piece}/montant")
def montant(request: Request, visiteur: Connecte, piece: str, regard: Regard) -> HTMLResponse:
    """Show where the amount of the prevention part comes from."""
    ouvert = ouvrir(visiteur, piece)
    cabinet = _cabinet(ouvert, replace(regard, a_la_date=FIN))
    if cabinet is None:
        raise HTTPException(404)
    explication = cabinet.medecin.expliquer("prevention_total")
    return rendre(request, "patients/montant.html", {"ouvert": ouvert, "regard": regard, "explication": explication, "jour": _observation(cabinet)})


@routeur.get("/patients/{piece}/export.csv")
def export_csv(visiteur: Connecte, piece: str, regard: Regard) -> Response:
    """Give the long table: a row a patient and indicator. A spreadsheet takes nothing in it for a formula."""
    longue, _ = _a_exporter(visiteur, piece, regard)
    return a_garder("\N{ZERO WIDTH NO-BREAK SPACE}" + table_en_csv(longue), "text/csv; charset=utf-8", f"patients-{regard.annee}.csv")


@routeur.get("/patients/{piece}/export.xlsx")
def export_xlsx(visiteur: Connecte, piece: str, regard: Regard) -> Response:
    """Give the dashboard as a workbook."""
    from convmed.restitution.documents.tableurs import patients_xlsx

    longue, jour = _a_exporter(visiteur, piece, regard)
    return a_garder(patients_xlsx(longue, f"Suivi de prévention au {jour:%d/%m/%Y}"), XLSX, f"patients-{regard.annee}.xlsx")


@routeur.get("/patients/{piece}/{rang:int}")
def patient(request: Request, visiteur: Connecte, piece: str, rang: int, regard: Regard) -> Response:
    """Show one patient: what to do and when, each indicator with its proof and its reason, and the FMT."""
    ouvert = ouvrir(visiteur, piece)
    cabinet = _cabinet(ouvert, replace(regard, a_la_date=FIN))
    if cabinet is None:
        return RedirectResponse(f"/patients/{piece}{regard.requete()}", 303)
    suivis = suivi.suivre(cabinet)
    trouves = suivi.rangees(suivis, [rang])
    if not trouves:
        raise HTTPException(404)
    rangee = trouves[0]
    instance, forfait = cabinet.patient(rangee.patient), _forfait(cabinet, regard, rangee.patient)
    du_jour = _rangee_du_jour(ouvert, regard, rang)
    voisins = suivi.choisir(suivis, regard.filtre)
    place = voisins.index(rang) if rang in voisins else None
    contexte = {
        "ouvert": ouvert, "regard": regard, "rangee": rangee, "jour": _observation(cabinet), "effectif": cabinet.patients.height,
        "lignes": [
            {"cellule": cellule, "avant": avant, "raison": suivi.raison(cabinet, instance, cellule),
             "explication": instance.expliquer(cellule.indicateur.colonne)}
            for cellule, avant in zip(rangee.cellules, du_jour.cellules if du_jour else [None] * len(INDICATEURS), strict=True)
        ] if not rangee.opposition else [],
        "du_jour": du_jour, "actes_montres": ACTES_MONTRES,
        "prevention": instance.expliquer("prevention_montant"),
        "forfait": forfait, "classe": _classe(forfait),
        "lues": _lues(cabinet, rangee.patient),
        "actes": None if rangee.opposition else _actes(cabinet, rangee.patient),
        "precedent": voisins[place - 1] if place else None,
        "suivant": voisins[place + 1] if place is not None and place + 1 < len(voisins) else None,
        "etats": ETATS,
    }  # fmt: skip
    return rendre(request, "patients/patient.html", contexte)


def _liste(request: Request, visiteur: Visiteur, piece: str, regard: Vue, cherche: tuple[str, list[int]] | None = None) -> HTMLResponse:
    ouvert = ouvrir(visiteur, piece)
    contexte: dict[str, Any] = {"ouvert": ouvert, "regard": regard, "textes": exercice.textes(), "annees": [*range(2026, int(ANNEES.max or 2030) + 1)]}
    if ouvert.dossier.evenements is None:
        return rendre(request, "patients/sans_actes.html", {**contexte, "fautes": []})
    try:
        fin = ouvert.tableau(regard.annee, regard.texte)
        jour = ouvert.tableau(regard.annee, regard.texte, regard.date(AUJOURDHUI)) if regard.aujourdhui_connu else None
    except Erreurs as erreurs:
        return rendre(request, "patients/sans_actes.html", {**contexte, "fautes": erreurs.fautes})
    suivis_fin = suivi.suivre(fin)
    suivis_jour = None if jour is None else suivi.suivre(jour)
    montre, cabinet = (suivis_jour, jour) if regard.date() and suivis_jour is not None and jour is not None else (suivis_fin, fin)
    rangs = cherche[1] if cherche else suivi.choisir(montre, regard.filtre)
    pages = max(1, -(-len(rangs) // PAR_PAGE))
    page = min(regard.page, pages)
    rangees = suivi.rangees(montre, rangs[(page - 1) * PAR_PAGE : page * PAR_PAGE])
    contexte |= {
        "cherche": cherche, "rangees": rangees, "page": page, "pages": pages, "trouves": len(rangs), "effectif": fin.patients.height,
        "actes_lus": ouvert.dossier.evenements.height, "observation": _observation(cabinet), "fin": _observation(fin),
        "par_indicateur": _comptes(suivis_fin, suivis_jour), "montant": fin.medecin.expliquer("prevention_total").valeur,
        "montant_du_jour": None if jour is None else jour.medecin.expliquer("prevention_total").valeur,
        "eligible": fin.medecin.valeur("fmt_eligible"), "a_gagner": vers_entier(suivis_fin.get_column("gain").sum(), "EUR"),
        "a_suivre": len(suivi.choisir(suivis_fin, Filtre(a_gagner=True))), "prix": fin.contexte.figure("prevention", "montant_indicateur")[1],
        "indicateurs": INDICATEURS, "abreges": ABREGES, "etats": ETATS, "signes": SIGNES,
        "detail": _detail(cabinet, rangees, regard.filtre.indicateur), "avertissements": ouvert.dossier.avertissements,
    }  # fmt: skip
    return rendre(request, "patients/liste.html", contexte)


def _cabinet(ouvert: Ouvert, regard: Vue) -> Cabinet | None:
    """Return the dashboard at the date looked at; `None` if there is none to show, which the list says."""
    try:
        return ouvert.tableau(regard.annee, regard.texte, regard.date())
    except Erreurs:
        return None


def _rangee_du_jour(ouvert: Ouvert, regard: Vue, rang: int) -> suivi.Rangee | None:
    if not regard.aujourdhui_connu:
        return None
    return suivi.rangees(suivi.suivre(ouvert.tableau(regard.annee, regard.texte, regard.date(AUJOURDHUI))), [rang])[0]


def _comptes(fin: pl.DataFrame, jour: pl.DataFrame | None) -> list[dict[str, Any]]:
    """Return a row an indicator: who is in each state at the end of the exercise, how many are validated today, what is to gain."""
    valides_du_jour = {} if jour is None else {ligne["indicateur"]: ligne["valide"] for ligne in tableau_de_bord.synthese(jour).to_dicts()}
    gains = dict(fin.group_by("indicateur").agg(pl.col("gain").sum()).iter_rows())
    return [
        {
            **ligne, "regle": suivi.PAR_INDICATEUR[ligne["indicateur"]], "concernes": ligne["valide"] + ligne["non-valide"],
            "valides_du_jour": valides_du_jour.get(ligne["indicateur"]), "gain": vers_entier(gains[ligne["indicateur"]], "EUR"),
        }
        for ligne in tableau_de_bord.synthese(fin).to_dicts()
    ]  # fmt: skip


def _detail(cabinet: Cabinet, rangees: list[suivi.Rangee], nom: str) -> list[tuple[suivi.Rangee, suivi.Cellule, str]]:
    """Return, when one indicator is chosen, its cell for each patient shown and why it is so."""
    if not nom:
        return []
    instances = cabinet.instances([rangee.patient for rangee in rangees])
    choisies = [(rangee, next(c for c in rangee.cellules if c.indicateur.nom == nom)) for rangee in rangees]
    return [(rangee, cellule, suivi.raison(cabinet, instances[rangee.patient], cellule)) for rangee, cellule in choisies]


def _forfait(cabinet: Cabinet, regard: Vue, patient: str) -> Explication | None:
    try:
        return suivi.forfait(cabinet, Demande(regard.texte, regard.annee), patient)
    except Erreurs:
        # A text may leave the amounts of the FMT to its options.
        return None


def _classe(forfait: Explication | None) -> str:
    """Return the class of a patient in the words of the figure that pays it."""
    figures = [f for f in forfait.enfants[0].feuilles() if f.genre == "figure" and f.unite.startswith("EUR")] if forfait else []
    return figures[0].libelle if figures else "hors de la patientèle"


def _observation(cabinet: Cabinet) -> dt.date:
    jour = cabinet.contexte.parametres["date_observation"]
    assert isinstance(jour, dt.date)
    return jour


def _lues(cabinet: Cabinet, patient: str) -> list[tuple[str, Any]]:
    """Return what the dossier says of a patient, in words."""
    ligne = cabinet.patients.row(by_predicate=pl.col("patient") == patient, named=True)
    for table, colonne, champ in (("affection", "numero_ald", "ald_numeros"), ("exclusion", "indicateur_exclu", "exclu"),
                                  ("hors_cible", "indicateur_hors_cible", "hors_cible")):  # fmt: skip
        valeurs = cabinet.tables[table].filter(pl.col("patient") == patient).get_column(colonne).to_list()
        ligne[champ] = ", ".join(map(str, valeurs)) or None
    return [(mot, ligne[champ]) for champ, mot in LUES.items() if ligne.get(champ) is not None]


def _actes(cabinet: Cabinet, patient: str) -> list[tuple[dt.date, str]]:
    """Return the tracer acts found for a patient, the last ones first."""
    siens = cabinet.tables["evenement"].filter(pl.col("patient") == patient).sort("date", "traceur", descending=[True, False])
    return list(siens.select("date", "traceur").head(ACTES_MONTRES).iter_rows())


def _a_exporter(visiteur: Visiteur, piece: str, regard: Vue) -> tuple[pl.DataFrame, dt.date]:
    """Return the long table in the order of the list and its day; that it leaves the base is written in the journal."""
    ouvert = ouvrir(visiteur, piece)
    cabinet = ouvert.tableau(regard.annee, regard.texte, regard.date())
    visiteur.coffre.noter_export(visiteur.utilisateur, piece)
    return suivi.suivre(cabinet).sort("rang", maintain_order=True).drop("rang"), _observation(cabinet)
