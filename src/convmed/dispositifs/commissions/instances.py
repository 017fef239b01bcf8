"""Which instances exist, where they sit, what they owe one another, and which one acts in a département."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convmed.dispositifs.commissions.entrees import Instances
from convmed.dispositifs.commissions.figures import (
    CPL,
    CPN,
    CPR,
    CTPPN,
    INSTANCES_REFERENCE,
    ORGANISATION,
    Figures,
    hors_des_sources,
    jour,
    plus_mois,
)
from convmed.dispositifs.socle import Demande, Resultat, refuser
from convmed.textes import Faute

COMMISSION_UNIQUE = "commission unique"


def calculer_instances(demande: Demande, entree: Instances) -> Resultat:
    """Describe the instances, their installation, and who exercises the missions of the CPL (art. 99 to 102-3; circulaire 12)."""
    figures = Figures(demande)
    if figures(CPN) is None:
        return hors_des_sources(demande, "instances")
    refuser(_fautes(figures, entree))
    avant, debut = figures.connue("installation_avant"), figures.connue("entree_en_vigueur")
    au_plus_tard = avant - dt.timedelta(days=1)
    resultats: dict[str, Any] = {
        "instances": _instances(figures),
        "installation": {
            "entree_en_vigueur": debut.isoformat(),
            "delai_mois": figures("delai_installation"),
            "terme_des_mois": plus_mois(debut, figures.connue("delai_installation")).isoformat(),
            "au_plus_tard": au_plus_tard.isoformat(),
            "cpn": figures.connue("cpn_installation").isoformat(),
        },
        "base_conventionnelle": list(figures("base_conventionnelle") or ()),
        "reserves": [f"« avant le {jour(avant)} » : le {jour(au_plus_tard)} au plus tard (lecture 50)"],
        "references": [INSTANCES_REFERENCE, ORGANISATION],
    }
    if entree.installee_le is not None:
        resultats["dans_le_delai"] = entree.installee_le <= au_plus_tard
    if {"caisses", "departement", "departement_region", "cpl_installee"} & entree.model_fields_set:
        resultats["departement"] = _departement(figures, entree)
    return Resultat(resultats)


def _instances(figures: Figures) -> list[dict[str, Any]]:
    national, local = figures("siege_national"), figures("siege_local")
    informe = {"information": figures("information"), "syntheses_par_an": figures("syntheses")}
    return [
        {"instance": CPN, "nom": figures(CPN), "lieu": national, "secretariat": figures("secretariat_cpn")},
        {"instance": CTPPN, "nom": figures(CTPPN), "lieu": national},
        {"instance": CPR, "nom": figures(CPR), "lieu": local, "informe": CPN, "de": "ses travaux et de ceux des CPL", **informe},
        {"instance": CPL, "nom": figures(CPL), "lieu": local, "informe": CPR, "de": "ses travaux", **informe,
         "missions": list(figures("missions_cpl") or ())},
    ]  # fmt: skip


def _departement(figures: Figures, entree: Instances) -> dict[str, Any]:
    region = _est_une_region(figures, entree)
    caisses = entree.caisses or 1
    if region:
        nombre, motif = figures("cpl_par_departement_region"), "le département constitue une région : la commission assure les missions de CPR et de CPL"
    elif caisses > 1:
        nombre, motif = figures("cpl_par_departement_a_plusieurs_caisses"), f"{caisses} caisses primaires dans le département : une seule CPL"
    else:
        nombre, motif = 1, "une CPL par circonscription de caisse"
    exerce = COMMISSION_UNIQUE if region else CPR if entree.cpl_installee is False else CPL
    if exerce == CPR:
        motif += " ; elle n'est pas installée : la CPR exerce ses missions"
    return {
        "cpl": nombre,
        "missions_de_cpl": exerce,
        "missions_de_cpr": COMMISSION_UNIQUE if region else CPR,
        "motif": f"{motif} ({ORGANISATION})",
    }


def _est_une_region(figures: Figures, entree: Instances) -> bool:
    if entree.departement_region is not None:
        return entree.departement_region
    return entree.departement in (figures("departements_regions") or ())


def _fautes(figures: Figures, entree: Instances) -> list[Faute]:
    fautes = []
    debut = figures.connue("entree_en_vigueur")
    if entree.installee_le is not None and entree.installee_le < debut:
        fautes.append(Faute("valeur refusée", champ="entree.installee_le", valeur=entree.installee_le.isoformat(),
                            attendu=f"le {jour(debut)} ou après : entrée en vigueur de la convention"))  # fmt: skip
    if entree.departement_region is False and entree.departement in (figures("departements_regions") or ()):
        fautes.append(Faute("ce département constitue une région", champ="entree.departement_region", valeur=False, attendu="true, ou rien"))
    return fautes
