"""Social advantages: the aid for a maternity, paternity or adoption leave, and the part of contributions paid."""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated, Any, Literal

from pydantic import Field

from convmed.dispositifs.avantages_sociaux import regles
from convmed.dispositifs.socle import (
    SANS_OBJET,
    Demande,
    Dispositif,
    Ligne,
    Resultat,
    en_euros,
    fautes_de,
    fin_de_mois,
    ligne,
    ligne_expliquee,
    refuser,
)
from convmed.donnees.modeles import OPTIONS, SECTEURS, Date, Euros, Modele
from convmed.moteur.noeuds import DIX_MILLE
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import NECESSAIRE, Faute
from convmed.textes.unites import afficher, vers_entier

NOM = "avantages-sociaux"
REFERENCE_FAMILLE = "art. 97 et 98 ; circulaire 31/07/2024, 14.5"
REFERENCE_COTISATIONS = "art. 94 à 96 ; circulaire 31/07/2024, 14.5"
MOTIFS = {
    "non-conventionne": "l'avantage est ouvert aux médecins conventionnés",
    "remplacant": "les remplaçants n'ont pas droit à l'aide",
    "territoire-exclu": "pas de participation à Mayotte",
    "secteur-2": "la participation est réservée aux honoraires opposables du secteur 1 ; en OPTAM, le code ouvert de l'Urssaf "
    "et la CSMF (la prime OPTAM en tient lieu) n'en donnent aucune, deux sources privées en donnent une partie",
}
SANS_AIDE = {"non-conventionne", "remplacant", "avant-la-date-d-effet", "activite-insuffisante"}
PARTICIPATIONS = {
    "maladie": ("participation_maladie", "maladie, maternité, décès"),
    "allocations_familiales": ("participation_allocations_familiales", "allocations familiales"),
    "retraite_base": ("participation_retraite_base", "retraite de base"),
    "asv": ("participation_asv", "ASV"),
}




class Conge(Modele):
    """`{"calcul", "secteur", "option_tarifaire", "demi_journees_par_semaine", "date_debut_arret", "mois"}`."""

    calcul: Literal["maternite", "paternite", "adoption"]
    date_debut_arret: Date
    secteur: SECTEURS | None = None
    option_tarifaire: OPTIONS | None = None
    demi_journees_par_semaine: Annotated[float, Field(ge=0, le=14)] | None = None
    mois: Annotated[int, Field(ge=1, le=12)] | None = None
    parent: Literal["mere", "pere"] | None = None
    remplacant: bool | None = None


class Revenus(Modele):
    """The income of a year, in euros."""

    assiette_sociale: Euros
    chiffre_affaires: Euros
    recettes_conventionnees: Euros
    depassements: Euros


class Cotisations(Modele):
    """`{"calcul": "cotisations", "secteur", "option_tarifaire", "departement", "revenus": {...}}`."""

    calcul: Literal["cotisations"]
    secteur: SECTEURS | None = None
    option_tarifaire: OPTIONS | None = None
    departement: str | None = None
    revenus: Revenus | None = None


COLONNES = {
    "calcul": "as_conge",
    "date_debut_arret": "as_date_debut",
    "demi_journees_par_semaine": "as_demi_journees",
    "mois": "as_mois_d_arret",
    "parent": "as_parent",
    "remplacant": "as_remplacant",
}


def calculer(demande: Demande, entree: Conge | Cotisations) -> Resultat:
    """Answer the aid of a leave, or the part of contributions paid by the caisses (art. 94 to 98)."""
    if isinstance(entree, Conge):
        return calculer_conge(demande, entree)
    return calculer_cotisations(demande, entree)


def calculer_conge(demande: Demande, entree: Conge) -> Resultat:
    """Compute the monthly aid, its months and their dates (art. 97 and 98)."""
    donnees = {COLONNES.get(champ, champ): valeur for champ, valeur in entree.fournis().items() if valeur is not None}
    if entree.demi_journees_par_semaine is not None:
        # Thresholds are whole half-days: a part of one never changes the class.
        donnees["as_demi_journees"] = math.floor(entree.demi_journees_par_semaine)
    medecin = Instance(demande.contexte(entree.date_debut_arret), "medecin", donnees)
    total = medecin.expliquer("famille_total")
    refuser(_fautes_du_conge(medecin))
    resultats: dict[str, Any] = {
        "montant_mensuel": en_euros(medecin.valeur("famille_mensuel")),
        "mois": 0 if total.valeur == 0 else medecin.valeur("famille_mois"),
        "montant": en_euros(total.valeur),
    }
    if motif := _motif_du_conge(medecin):
        resultats["motif"] = motif
    if total.valeur and entree.mois and entree.mois > resultats["mois"]:
        resultats["precision"] = f"l'aide est limitée à {resultats['mois']} mois ({REFERENCE_FAMILLE})"
    return Resultat(resultats, lignes_du_conge(medecin, entree), {"montant": total})


def lignes_du_conge(medecin: Instance, entree: Conge) -> list[Ligne]:
    """Return one payment a civil month, from the month that follows the start of the leave."""
    debut, libelle = entree.date_debut_arret, f"Aide {entree.calcul.replace('maternite', 'maternité').replace('paternite', 'paternité')}"
    if motif := _motif_du_conge(medecin):
        total = medecin.expliquer("famille_total")
        return [ligne_expliquee(total, NOM, libelle, debut.year, etat=SANS_OBJET, motif=motif)]
    mois = medecin.valeur("famille_mois")
    if mois is None:
        return [ligne(medecin, "famille_total", libelle, debut.year)]
    dates = [fin_de_mois(debut.year, debut.month + rang) for rang in range(1, mois + 1)]
    precision = "mois civil, à partir de celui qui suit le début de l'arrêt"
    if medecin.valeur("famille_paternite"):
        precision = "versée en une fois ; mois qui suit le début de l'arrêt, comme pour la maternité (déduit)"
    return [
        ligne(medecin, "famille_mensuel", f"{libelle}, {date:%m/%Y}", date.year, date_versement=date, precision_date=precision)
        for date in dates
    ]


def calculer_cotisations(demande: Demande, entree: Cotisations) -> Resultat:
    """Compute what the caisses pay of the contributions of a year (art. 94 to 96)."""
    medecin = Instance(demande.contexte(), "medecin", _colonnes_des_cotisations(entree))
    situation = medecin.expliquer("cotisations_situation")
    refuser(fautes_de([situation], lambda feuille: f"entree.{feuille.nom}"))
    if situation.valeur == "due":
        refuser(_fautes_des_revenus(entree.revenus))
    total = medecin.expliquer("participation_totale")
    resultats: dict[str, Any] = {nom: en_euros(medecin.valeur(regle)) for nom, (regle, _) in PARTICIPATIONS.items()}
    resultats["total"] = en_euros(total.valeur)
    if situation.valeur == "due":
        taux = medecin.valeur("cotisations_taux_maladie")
        resultats |= {
            "assiette_participation": en_euros(medecin.valeur("cotisations_assiette")),
            "taux_maladie": None if taux is None else taux / DIX_MILLE,
        }
    versements = lignes_des_cotisations(medecin, demande.annee)
    inconnues = {feuille.nom: feuille for feuille in total.manquants() if feuille.genre == "figure"}
    motifs = [versement.motif for versement in versements if versement.etat == SANS_OBJET]
    motifs += [f"{feuille.libelle} : non publié, voir {feuille.reference}" for feuille in inconnues.values()]
    if motifs:
        resultats["motif"] = " ; ".join(motifs)
    return Resultat(resultats, versements, {"total": total})


def lignes_des_cotisations(medecin: Instance, annee: int) -> list[Ligne]:
    """Return one line a scheme; the caisses pay it to the Urssaf or the CARMF, not to the doctor."""
    situation = medecin.valeur("cotisations_situation")
    if situation in MOTIFS:
        motif = f"{MOTIFS[situation]} ({REFERENCE_COTISATIONS})"
        total = medecin.expliquer("participation_totale")
        return [ligne_expliquee(total, NOM, f"Participation aux cotisations {annee}", annee, etat=SANS_OBJET, motif=motif)]
    return [
        ligne(
            medecin, regle, f"Participation {annee}, {libelle}", annee, base="versée à l'organisme de recouvrement",
            precision_date="déduite des appels de cotisations, date non publiée",
        )
        for regle, libelle in PARTICIPATIONS.values()
    ]  # fmt: skip


def _fautes_du_conge(medecin: Instance) -> list[Faute]:
    """Return one fault for each missing field, those that a first missing field hides included."""
    situation = medecin.expliquer("famille_situation")
    manquantes = [situation]
    if situation.valeur not in SANS_AIDE:
        manquantes += [medecin.expliquer("famille_mensuel"), medecin.expliquer("famille_mois")]
        if situation.valeur is None:
            manquantes += [medecin.expliquer("as_demi_journees"), medecin.expliquer("famille_paternite")]
    champs = {colonne: champ for champ, colonne in COLONNES.items()}

    def lieu(feuille: Explication) -> str:
        return f"entree.{champs.get(feuille.nom, feuille.nom)}"

    return fautes_de(manquantes, lieu)


def _fautes_des_revenus(revenus: Revenus | None) -> list[Faute]:
    if revenus is None:
        return [Faute(NECESSAIRE, champ="entree.revenus", attendu="les revenus de l'année")]
    fautes = []
    for champ, plafond in (
        ("assiette_sociale", "chiffre_affaires"),
        ("recettes_conventionnees", "chiffre_affaires"),
        ("depassements", "recettes_conventionnees"),
    ):
        if getattr(revenus, champ) > getattr(revenus, plafond):
            fautes.append(
                Faute(
                    "ce montant passe celui dont il fait partie", champ=f"entree.revenus.{champ}",
                    valeur=getattr(revenus, champ), attendu=f"au plus {plafond}",
                )
            )  # fmt: skip
    return fautes


def _colonnes_des_cotisations(entree: Cotisations) -> dict[str, Any]:
    donnees: dict[str, Any] = {} if entree.secteur is None else {"secteur": entree.secteur}
    if entree.departement is not None:
        donnees["as_departement"] = entree.departement
    if entree.revenus is not None:
        donnees |= {f"as_{champ}": vers_entier(montant, "EUR") for champ, montant in entree.revenus.fournis().items()}
    return donnees


def _motif_du_conge(medecin: Instance) -> str:
    situation, contexte = medecin.valeur("famille_situation"), medecin.contexte
    if situation == "avant-la-date-d-effet":
        date = contexte.figure(NOM, "date_effet_famille")[1]
        return f"l'aide vise les congés qui débutent à partir du {afficher(date, 'date')} (avenant 3)"
    if situation == "activite-insuffisante":
        seuil = afficher(contexte.figure(NOM, "seuil_mi_temps")[1], contexte.figures[NOM]["seuil_mi_temps"].unite)
        return f"l'aide demande au moins {seuil} d'activité par semaine ({REFERENCE_FAMILLE})"
    return f"{MOTIFS[situation]} ({REFERENCE_FAMILLE})" if situation in MOTIFS else ""


def _annee(entree: Conge | Cotisations) -> int | None:
    debut: dt.date | None = getattr(entree, "date_debut_arret", None)
    return debut.year if debut else None


DISPOSITIF = Dispositif(
    NOM,
    "Avantages sociaux",
    {"maternite": Conge, "paternite": Conge, "adoption": Conge, "cotisations": Cotisations},
    calculer,
    _annee,
)
__all__ = ["DISPOSITIF", "regles"]
