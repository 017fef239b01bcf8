"""The published figures that a drawn country can be held against, each within its margin; and what nothing can hold."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from convmed.donnees.population.reperes import entier, valeur
from convmed.restitution.verifications import ICI, Chiffre, chiffres, demandes, verifier
from convmed.simulation import Tiree, simuler
from convmed.textes import baremes, trouver_texte

PATIENTS, GRAINE, ANNEE = 300_000, 2024, 2026
ROSP = Path(__file__).parents[2] / "exemples" / "scenarios" / "rosp-constatee.yaml"
# What is found again on any seed. The others are close to their margin, or out of reach, and say why.
RETROUVES = (
    "fpmt-2024", "fpmt-2022", "ald-surcout", "rosp-2024", "rosp-2024-enveloppe", "rosp-et-forfait-structure-2024",
    "trois-forfaits-2022", "fmt-moyen", "fmt-socle-hausse", "fpmt-propose-option-1", "donum-perte",
)  # fmt: skip
NON_RETROUVES = ("fpmt-2024-hausse", "fpmt-tous-2024", "fmt-moyen-avec-prevention", "mesures-2026")


@pytest.fixture(scope="module")
def confrontes() -> dict[str, dict[str, Any]]:
    reference = trouver_texte(str(ROSP))
    simulation = simuler(Tiree(PATIENTS, GRAINE, ANNEE), demandes(reference))
    return {v["id"]: v for v in verifier(simulation, reference, Fraction(entier("pop-total"), PATIENTS))}


@pytest.mark.parametrize("nom", RETROUVES)
def test_ce_qui_a_ete_publie_se_retrouve(confrontes: dict[str, dict[str, Any]], nom: str) -> None:
    un = confrontes[nom]
    assert un["retrouve"], f"{un['libelle']} : publié {un['publie_min']}, simulé {un['simule']}, marge {un['marge_pour_cent']} %"


@pytest.mark.parametrize("nom", NON_RETROUVES)
def test_ce_qui_ne_se_retrouve_pas_dit_pourquoi(confrontes: dict[str, dict[str, Any]], nom: str) -> None:
    """If one comes to be found again, its explanation has become wrong."""
    assert confrontes[nom]["retrouve"] is False
    assert confrontes[nom]["lecture"]


def test_ce_qui_est_hors_de_portee_n_est_pas_simule(confrontes: dict[str, dict[str, Any]]) -> None:
    assert confrontes["investissement"]["simule"] is None
    assert confrontes["investissement"]["retrouve"] is None


def test_la_rosp_sans_scenario_n_est_pas_comparee() -> None:
    """Without the rate that a scenario supplies, no amount stands in for the one that nobody published."""
    reference = trouver_texte("reglement-arbitral-2023")
    simulation = simuler(Tiree(3_000, GRAINE, ANNEE), demandes(reference))
    vus = {v["id"]: v["simule"] for v in verifier(simulation, reference, Fraction(1))}
    assert {nom for nom, simule in vus.items() if simule is None} == {
        "rosp-2024", "rosp-2024-enveloppe", "rosp-et-forfait-structure-2024", "trois-forfaits-2022", "mesures-2026", "investissement",
    }  # fmt: skip


def test_la_part_de_la_rosp_est_celle_que_son_fichier_dit_deduire() -> None:
    figures = {figure: v for (_, figure), (v,) in trouver_texte(str(ROSP)).ajouts.items()}
    rosp = baremes()["prevention"]
    pleine = Fraction(1)
    for nom in ("rosp_points_adulte", "rosp_valeur_point"):
        pleine *= Fraction(str(rosp[nom].valeurs[0].brute))
    pleine *= valeur("cal-pmt-2021") / Fraction(str(rosp["rosp_patientele_reference"].valeurs[0].brute))
    taux = figures["rosp_taux_de_realisation"]
    assert abs(100 * valeur("rosp-2024") / pleine - Fraction(str(taux.brute))) <= Fraction(1, 200)
    assert (taux.statut, taux.confiance) == ("propose", "deduit")


def test_chaque_chiffre_dit_sa_source_et_comment_le_lire() -> None:
    noms = [un.id for un in chiffres()]
    assert len(noms) == len(set(noms))
    for un in chiffres():
        assert un.source and un.lecture and un.au_moins <= un.au_plus, un.id
        assert un.confiance in ("officiel", "presse", "deduit"), un.id
        assert un.nature in ("oracle", "calage"), un.id
        assert un.calcul in ("somme", "hausse", "") and bool(un.calcul) == bool(un.termes), un.id
        for terme in un.termes:
            assert terme.mesure in ("moyenne", "moyenne-payes", "total") and terme.medecins in ("generalistes", "tous"), un.id


@pytest.mark.parametrize(
    ("repere", "chiffre"),
    [("fpmt-moyen-2023", "fpmt-2024"), ("rosp-2024", "rosp-2024"), ("fmt-moyen-cnam", "fmt-moyen"), ("mesures-2026", "mesures-2026"),
     ("stat-fpmt-moyen-propose", "fpmt-propose-option-1")],
)  # fmt: skip
def test_un_chiffre_n_a_qu_une_valeur_dans_le_projet(repere: str, chiffre: str) -> None:
    assert par_nom(chiffre).au_moins == valeur(repere)


def test_la_hausse_du_socle_est_celle_des_reperes() -> None:
    un = par_nom("fmt-socle-hausse")
    assert (un.au_moins, un.au_plus) == (valeur("fmt-hausse-socle-min"), valeur("fmt-hausse-socle-max"))


def test_les_scenarios_du_dossier_ne_changent_que_ce_qu_ils_nomment() -> None:
    """A majoration that a later text adds must be put to zero here too: the name of the figure says which ones there are."""
    ajouts = trouver_texte(str(ICI / "socle-du-fmt.yaml")).ajouts
    majorations = {nom for nom in baremes()["forfait-medecin-traitant"] if nom.startswith(("taux_", "majoration_"))}
    assert {nom for _, nom in ajouts} == majorations


def par_nom(nom: str) -> Chiffre:
    return next(un for un in chiffres() if un.id == nom)
