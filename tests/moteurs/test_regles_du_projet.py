"""What the symbolic reading says of every rule of the project."""

from __future__ import annotations

import datetime as dt

import pytest

from convmed.donnees.entites import REGISTRE
from convmed.moteur.symboles import branches_inatteignables, table_de_decision, verifier_unites
from convmed.textes import baremes
from moteurs.generation import cadres, contexte, regles_par_dispositif

FINS = {"date_patientele": dt.date(2025, 12, 31), "date_observation": dt.date(2026, 12, 31)}


def test_rien_ne_manque_aux_regles_et_aucune_entree_ne_dort() -> None:
    assert regles_par_dispositif()
    assert REGISTRE.verifier(baremes()) == []


def test_les_unites_de_chaque_regle_tiennent() -> None:
    assert regles_par_dispositif()
    assert verifier_unites(REGISTRE, baremes()) == []


@pytest.mark.parametrize("dispositif", regles_par_dispositif())
def test_chaque_regle_a_sa_table_de_decision(dispositif: str) -> None:
    for cadre in cadres(dispositif):
        ici = contexte(cadre.texte, cadre.date)
        for nom in cadre.regles:
            lignes = table_de_decision(ici.regle(nom), REGISTRE, baremes(), ici)
            assert lignes
            assert all(ligne.condition and ligne.resultat for ligne in lignes)
            assert len({ligne.condition for ligne in lignes}) == len(lignes), nom


@pytest.mark.parametrize("dispositif", regles_par_dispositif())
def test_aucune_branche_n_est_morte_sous_tous_les_textes(dispositif: str) -> None:
    mortes: dict[int, set[tuple[int, int]]] = {}
    for cadre in cadres(dispositif):
        ici = contexte(cadre.texte, cadre.date, FINS)
        for nom in cadre.regles:
            version = ici.regle(nom)
            trouvees = {(b.numero_du_cas, b.rang) for b in branches_inatteignables(REGISTRE, ici, version, 2_000) if b.exhaustif}
            mortes[id(version)] = mortes.get(id(version), trouvees) & trouvees
    noms = {version.nom for versions in REGISTRE.regles.values() for version in versions if mortes.get(id(version))}
    assert noms == set()
