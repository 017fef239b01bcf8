"""What an import found, left out and could not know: counts alone, small ones masked, and how complete each month of care is."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from convmed.donnees.snds.atelier import Atelier

RAPPORT = "import.json"
# Fewer people than this are not shown.
PATIENTS_MONTRES, MEDECINS_MONTRES = 11, 5
# « 99 % des soins sont remontés à 6 mois » : documentation-snds, « Schéma relationnel du SNDS », 3.3.2.2.
MOIS_DE_FLUX = 6
# A month of care has all its flows after 27 months at the latest (ibid.); a year is enough to draw the profile.
MOIS_DU_PROFIL = 12
MOIS_MONTRES = 24


LIBELLES = {
    "lignes_ir_ben_r": "lignes d'IR_BEN_R", "nir_fictifs": "dont NIR fictifs, écartées", "personnes": "personnes",
    "sans_annee_de_naissance": "écartées : année de naissance inconnue", "sans_sexe": "écartées : sexe inconnu",
    "decedees": "écartées : décédées", "nees_apres": "écartées : nées après", "patients": "patients",
    "mois_de_naissance_inconnu": "dont mois de naissance inconnu", "avec_medecin_traitant": "dont suivis par un médecin traitant",
    "jamais_vus": "dont jamais vus par lui dans les soins lus",
    "medecin_traitant_hors_medecins": "dont médecin traitant qui n'est pas un médecin en exercice (centre de santé...)",
    "medecins": "médecins", "lignes_utiles": "prestations utiles", "lignes_en_double": "dont lues deux fois, comptées une",
    "etablissements_publics": "dont établissements publics, écartées", "sans_beneficiaire": "dont sans bénéficiaire connu, écartées",
    "hors_population": "dont de personnes écartées", "actes_annules": "actes annulés", "annulations_sans_acte": "annulations sans acte",
    "actes_avant_la_naissance": "actes avant la naissance, écartés", "actes_repetes_le_meme_jour": "actes traceurs répétés le même jour",
    "evenements": "actes traceurs",
}  # fmt: skip


@dataclass
class Bilan:
    """The report of an import."""

    annee: int
    etat_au: str
    soins_jusqu_au: str
    flux_jusqu_au: str | None
    tables: dict[str, int]
    non_lus: list[str]
    renoncements: dict[str, str]
    comptes: dict[str, Any] = field(default_factory=dict)
    completude: list[dict[str, Any]] = field(default_factory=list)
    avertissements: list[str] = field(default_factory=list)

    def en_dict(self) -> dict[str, Any]:
        """Return the report as JSON, small counts masked."""
        return {**asdict(self), "comptes": {nom: _masquer(nom, combien) for nom, combien in self.comptes.items()},
                "completude": [{**mois, "lignes": _masquer("lignes", mois["lignes"])} for mois in self.completude]}  # fmt: skip

    def poser(self, extrait: Path) -> None:
        """Write the report beside the manifest."""
        (extrait / RAPPORT).write_text(json.dumps(self.en_dict(), ensure_ascii=False, indent=2) + "\n", "utf-8")


def _masquer(nom: str, combien: int | str) -> int | str:
    if isinstance(combien, str):  # a report read again
        return combien
    seuil = MEDECINS_MONTRES if nom.startswith("medecins") else PATIENTS_MONTRES
    return combien if combien == 0 or combien >= seuil else f"moins de {seuil}"


def completude(atelier: Atelier, prestations: str, soins_jusqu_au: dt.date) -> list[dict[str, Any]]:
    """Return, for each of the last months of care, its lines, how many months of flow follow it, the share expected there.

    The share is that of the older months, whose flows went on for a year: what of them had come within as many months.
    `None` if no month is old enough to tell.
    """
    mois = "CAST(date_part('year', {0}) * 12 + date_part('month', {0}) - 1 AS INTEGER)"
    lues = atelier.lignes(
        f"SELECT {mois.format('soin')}, {mois.format('FLX_DIS_DTD')}, count(*) FROM {prestations} WHERE patient IS NOT NULL GROUP BY ALL"
    )
    if not lues:
        return []
    dernier = max(flux for _, flux, _ in lues)
    par_mois: dict[int, dict[int, int]] = {}
    for soin, flux, combien in lues:
        delais = par_mois.setdefault(soin, {})
        delais[flux - soin] = delais.get(flux - soin, 0) + combien
    profil = _profil([delais for soin, delais in par_mois.items() if dernier - soin >= MOIS_DU_PROFIL])
    fin = soins_jusqu_au.year * 12 + soins_jusqu_au.month - 1
    return [
        {
            "mois": f"{soin // 12}-{soin % 12 + 1:02d}", "lignes": sum(par_mois[soin].values()), "mois_de_flux": max(0, dernier - soin),
            "part_attendue": profil[min(max(0, dernier - soin), MOIS_DU_PROFIL)] if profil else None,
        }
        for soin in sorted(par_mois)
        if fin - MOIS_MONTRES < soin <= fin
    ]  # fmt: skip


def _profil(anciens: list[dict[int, int]]) -> list[float]:
    """Return the share of the lines that have come within 0, 1, 2... months, from the months that are old enough."""
    total = sum(sum(delais.values()) for delais in anciens)
    if not total:
        return []
    return [
        round(sum(combien for delais in anciens for delai, combien in delais.items() if delai <= borne) / total, 4)
        for borne in range(MOIS_DU_PROFIL + 1)
    ]
