"""A contract year by year: its term, the option and objective of each year, what is paid, due and recovered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from convmed.dispositifs.assistants_medicaux.aide import RESERVE_TROP_PERCU, resultats_de_l_annee
from convmed.dispositifs.assistants_medicaux.entrees import INDICATEURS, Avenant, Contrat, Patientele, comptes
from convmed.dispositifs.assistants_medicaux.versements import (
    MOIS_PAR_AN,
    NOM,
    annee_ouverte_le,
    echeances,
    lignes_de_l_annee,
)
from convmed.dispositifs.socle import DU, INCOMPLET, Demande, Ligne, refuser
from convmed.moteur import calendrier
from convmed.moteur.valeurs import Instance
from convmed.textes import Faute

TERME, RESILIATION = "terme", "resiliation"
REFERENCE_VIE = "circulaire 31/07/2024, 4.8"
RESERVE_SUSPENSION = (
    "aucun texte ne dit ce que devient l'aide d'une année suspendue : lue au prorata des jours non suspendus, le terme restant le même"
)
RESERVE_RESILIATION = (
    "« au prorata de la durée restant à courir » : lu sur l'année de contrat en cours, en jours ; l'année rompue n'a pas de solde"
)


@dataclass(slots=True)
class Annee:
    """One contract year: amounts in cents; `du` and `solde` are missing while the observation is."""

    rang: int
    debut: dt.date
    fin: dt.date
    option: str
    medecin: Instance
    lignes: list[Ligne]
    aide: int | None
    acompte: int | None
    du: int | None
    solde: int | None
    trop_percu: int | None
    recuperation: int = 0
    rupture: dt.date | None = None
    reserves: list[str] = field(default_factory=list)

    @property
    def jours(self) -> int:
        """Return the days of the whole year."""
        return (self.fin - self.debut).days


@dataclass(slots=True)
class Deroule:
    """A contract unrolled: the years that it opened, its term, and how it ended if it did."""

    annees: list[Annee]
    terme: dt.date
    reconduction: bool
    proroge: bool
    fin: dt.date | None
    motif_fin: str | None


def figure(demande: Demande, nom: str, date: dt.date) -> Any:
    """Return a figure in force at a date."""
    return demande.contexte(date).figure(NOM, nom)[1]


def terme_du_contrat(demande: Demande, contrat: Contrat, au: dt.date) -> tuple[dt.date, bool, bool]:
    """Return the term that holds at a day, whether the contract renews itself, and whether it was prolonged.

    A contract of before 22/06/2024 ends at its term unless an avenant signed before it prolongs it once; a later one
    renews itself, term after term (circulaire 4.8 c and d).
    """
    au = max(au, contrat.resiliation.date) if contrat.resiliation else au
    duree = figure(demande, "duree", contrat.date_signature)
    if not duree:
        refuser([Faute("ce texte ne donne pas de durée au contrat signé ce jour", champ="entree.date_signature",
                       valeur=contrat.date_signature.isoformat(), attendu="une figure « duree » d'un mois au moins")])  # fmt: skip
    terme = calendrier.decale(contrat.date_signature, duree)
    reconduction = bool(figure(demande, "reconduction", contrat.date_signature))
    proroge = False
    if reconduction:
        rang = 1
        while terme <= au:
            rang += 1
            terme = calendrier.decale(contrat.date_signature, rang * duree)
        return terme, True, False
    for avenant in sorted(contrat.avenants, key=lambda a: a.date):
        ajout = figure(demande, "prorogation", avenant.date)
        if avenant.objet == "prorogation" and not proroge and avenant.date < terme and avenant.date <= au and ajout:
            terme, proroge = calendrier.decale(contrat.date_signature, duree + ajout), True
    return terme, False, proroge


def derouler(demande: Demande, contrat: Contrat, au: dt.date) -> Deroule:
    """Unroll a contract to its term, or to its end before it; `au` is the day from which the term is looked for."""
    terme, reconduction, proroge = terme_du_contrat(demande, contrat, au)
    rupture = contrat.resiliation.date if contrat.resiliation and contrat.resiliation.date < terme else None
    arret = rupture or terme
    annees: list[Annee] = []
    rang = 1
    while annee_ouverte_le(contrat.date_signature, rang) < arret:
        annees.append(_annee(demande, contrat, rang, rupture))
        rang += 1
    if rupture:
        return Deroule(annees, terme, reconduction, proroge, rupture, RESILIATION)
    return Deroule(annees, terme, reconduction, proroge, None if reconduction else terme, None if reconduction else TERME)


def en_vigueur(contrat: Contrat, debut: dt.date) -> dict[str, Any]:
    """Return the option, the class and the counts that hold for the year that opens on a day.

    A change of option keeps the patients of the start; the avenant of a newly installed doctor replaces them.
    """
    etat: dict[str, Any] = {"option": contrat.option_etp, "classe": contrat.classe, "pmt": contrat.pmt, "fa": contrat.fa}
    for avenant in sorted(contrat.avenants, key=lambda a: a.date):
        if avenant.date > debut or avenant.objet == "prorogation":
            continue
        etat["option"] = avenant.option_etp or etat["option"]
        etat["classe"] = avenant.classe or etat["classe"]
        for nom in INDICATEURS:
            etat[nom] = _mis_a_jour(etat[nom], getattr(avenant, nom))
    return etat


def _mis_a_jour(avant: Patientele | None, apres: Patientele | None) -> Patientele | None:
    if avant is None or apres is None:
        return apres or avant
    return Patientele(initial=apres.initial or avant.initial, objectif=apres.objectif or avant.objectif)


def suit_un_avenant_ni(avenants: list[Avenant], debut: dt.date) -> bool:
    """Tell whether a year is the one that follows the avenant of a newly installed doctor."""
    veille = calendrier.decale(debut, -MOIS_PAR_AN)
    return any(a.objet == "nouvel-installe" and veille < a.date <= debut for a in avenants)


def evaluer(demande: Demande, contrat: Contrat, rang: int) -> Instance:
    """Return the evaluated row of one contract year, at the barème of the day when it opens."""
    debut, fin = (annee_ouverte_le(contrat.date_signature, rang + pas) for pas in (0, 1))
    etat = en_vigueur(contrat, debut)
    observation = next((o for o in contrat.observations if o.annee_contrat == rang), None)
    donnees: dict[str, Any] = {
        "am_option": etat["option"], "am_annee_contrat": rang, "am_classe": etat["classe"],
        "am_date_signature": contrat.date_signature, "am_ni_annee_pleine": suit_un_avenant_ni(contrat.avenants, debut),
    }  # fmt: skip
    if contrat.specialite:
        donnees["specialite"] = contrat.specialite
    if contrat.date_naissance:
        donnees["am_age"] = calendrier.ans_revolus(contrat.date_naissance, fin)
    for nom in INDICATEURS:
        donnees |= comptes(nom, etat[nom])
        observe = getattr(observation, nom, None)
        if observe is not None:
            donnees[f"am_{nom}_observe"] = observe
    return Instance(replace(demande, annee=debut.year).contexte(debut), "medecin", donnees)


def _annee(demande: Demande, contrat: Contrat, rang: int, rupture: dt.date | None) -> Annee:
    medecin = evaluer(demande, contrat, rang)
    debut, fin = (annee_ouverte_le(contrat.date_signature, rang + pas) for pas in (0, 1))
    option = medecin.donnees["am_option"]
    dates = echeances(medecin.contexte, option, rang, contrat.date_signature, debut)
    resultats = resultats_de_l_annee(medecin)
    lignes = lignes_de_l_annee(medecin, dates, debut.year, resultats.get("motif", ""))
    valeur = medecin.valeur
    annee = Annee(
        rang, debut, fin, option, medecin, lignes, valeur("am_aide_maximale"), valeur("am_acompte"), valeur("am_montant"),
        valeur("am_solde"), valeur("am_trop_percu"), reserves=[resultats["reserve"]] if "reserve" in resultats else [],
    )  # fmt: skip
    _suspendre(annee, contrat, rupture)
    if rupture is not None and rupture < fin:
        _rompre(annee, contrat, rupture)
    return annee


def _jours_suspendus(annee: Annee, contrat: Contrat, rupture: dt.date | None) -> int:
    fin = min(annee.fin, rupture or annee.fin)
    return sum(
        max((min(s.fin or fin, fin) - max(s.debut, annee.debut)).days, 0) for s in contrat.suspensions
    )


def _suspendre(annee: Annee, contrat: Contrat, rupture: dt.date | None) -> None:
    """Reduce what the year owes to the days that were not suspended; the payment of its opening is not touched."""
    jours = _jours_suspendus(annee, contrat, rupture)
    if not jours or (rupture is not None and rupture < annee.fin):
        return
    annee.reserves.append(RESERVE_SUSPENSION)
    if annee.du is None or annee.acompte is None:
        return
    annee.du = _prorata(annee.du, annee.jours - jours, annee.jours)
    annee.solde, annee.trop_percu = max(annee.du - annee.acompte, 0), max(annee.acompte - annee.du, 0)
    for une in annee.lignes:
        if une.libelle.endswith("solde"):
            une.montant = annee.solde
            une.etat = DU if annee.solde else une.etat
            une.motif = RESERVE_SUSPENSION
    if annee.trop_percu:
        annee.reserves.append(RESERVE_TROP_PERCU)


def _rompre(annee: Annee, contrat: Contrat, rupture: dt.date) -> None:
    """End the year: no balance, and the share of what was paid for the days that had not run is recovered."""
    annee.rupture = rupture
    annee.reserves.append(RESERVE_RESILIATION)
    annee.lignes = [une for une in annee.lignes if not une.libelle.endswith("solde")]
    annee.solde = 0
    if annee.acompte is None:
        return
    courus = (rupture - annee.debut).days
    suspendus = _jours_suspendus(annee, contrat, rupture)
    annee.recuperation = annee.acompte - _prorata(annee.acompte, courus, annee.jours)
    annee.du = _prorata(annee.acompte, courus - suspendus, annee.jours)
    annee.trop_percu = annee.acompte - annee.recuperation - annee.du
    if annee.recuperation:
        premiere = annee.lignes[0]
        annee.lignes.append(Ligne(
            NOM, f"Année {annee.rang} du contrat, récupération", rupture.year, -annee.recuperation, rupture,
            "à la résiliation, sans délai publié", references=(f"{REFERENCE_VIE} a",), confiance="deduit",
            base=f"{annee.jours - courus} jours sur {annee.jours}", motif=RESERVE_RESILIATION, etat=premiere.etat,
        ))  # fmt: skip


def _prorata(montant: int, jours: int, total: int) -> int:
    return (2 * montant * jours + total) // (2 * total)


def bilan(annees: list[Annee], au: dt.date) -> dict[str, int]:
    """Return what was paid, recovered, due, and paid beyond the due with no rule of recovery, for the closed years.

    A year is closed when its balance is known or the contract was broken in it: then
    `verse - recupere - trop_percu = du`.
    """
    total = {"verse": 0, "recupere": 0, "du": 0, "trop_percu": 0}
    for annee in annees:
        if (annee.rupture or annee.fin) > au or annee.du is None or annee.acompte is None or annee.solde is None:
            continue
        total["verse"] += annee.acompte + annee.solde
        total["recupere"] += annee.recuperation
        total["du"] += annee.du
        total["trop_percu"] += annee.trop_percu or 0
    return total


def incomplete(annee: Annee, au: dt.date) -> bool:
    """Tell whether a closed year lacks its observation."""
    return annee.fin <= au and annee.rupture is None and any(une.etat == INCOMPLET for une in annee.lignes)
