"""A practice typed in the form gives the statement of its files; what is wrong is said under its field, all at once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.donnees.dossier import Dossier, lire_dossier
from convmed.donnees.serialisation import depuis_octets, en_octets
from convmed.interfaces.web import formulaire
from convmed.interfaces.web.champs import SECTIONS, champs_de
from convmed.restitution.releve import Releve, etablir
from convmed.textes import trouver_texte

EXEMPLES = Path(__file__).parents[3] / "exemples"
EN_VIGUEUR = trouver_texte("en-vigueur")
MEDECIN = {"medecin.specialite": "01", "medecin.secteur": "1", "medecin.option_tarifaire": "aucune", "medecin.zone": "zip"}
GROUPES = [f"{classe}.{c2s}" for classe in formulaire.CLASSES for c2s in formulaire.COMPTES]


@cache
def exemple(nom: str) -> Dossier:
    return lire_dossier(EXEMPLES / nom)


def versements(releve: Releve) -> dict[str, tuple[int | None, str]]:
    """Return what is paid, but for prevention: counts have no acts."""
    return {ligne.libelle: (ligne.montant, ligne.etat) for ligne in releve.lignes if ligne.dispositif != "prevention"}


@pytest.mark.parametrize("nom", ["cabinet-zip", "medecin-68-ans", "jeune-installe", "secteur-2-sans-option", "pediatre"])
def test_le_formulaire_donne_le_releve_des_fichiers(nom: str) -> None:
    dossier = exemple(nom)
    attendu = etablir(dossier, 2026, EN_VIGUEUR)
    textes = formulaire.depuis(dossier, 2026).textes
    effectifs = attendu.forfait.resultats.select("patient", "fmt_classe").join(dossier.patients.select("patient", "c2s"), on="patient")
    for classe, c2s, nombre in effectifs.group_by("fmt_classe", "c2s").len().iter_rows():
        textes[f"patients.{classe}.{'avec' if c2s else 'sans'}"] = str(nombre)
    lu, saisie = formulaire.lire(textes, 2026)
    assert saisie.toutes == [] and lu is not None
    assert versements(etablir(lu, 2026, EN_VIGUEUR)) == versements(attendu)


@settings(max_examples=40, deadline=None)
@given(comptes=st.dictionaries(st.sampled_from(GROUPES), st.integers(0, 9), min_size=1), annee=st.sampled_from([2025, 2026, 2027]))
def test_chaque_patient_fictif_est_de_sa_classe(comptes: dict[str, int], annee: int) -> None:
    textes = MEDECIN | {f"patients.{groupe}": str(nombre) for groupe, nombre in comptes.items()}
    lu, _ = formulaire.lire(textes, annee)
    assert lu is not None
    for exercice in (annee, annee + 1):
        classes = etablir(lu, exercice, EN_VIGUEUR).forfait.resultats
        colonne = "fmt_classe" if exercice >= 2026 else "fpmt_classe"
        for patient, classe in classes.select("patient", colonne).iter_rows():
            # Before 2026 nobody was counted apart for not having been seen.
            attendue = patient.partition(".")[0]
            assert classe == ("7-74-ans" if attendue == "non-vu" and exercice < 2026 else attendue)
    octets = en_octets(lu)
    relu = depuis_octets(octets)
    assert en_octets(relu) == octets
    rendus = {nom: texte for nom, texte in formulaire.depuis(relu, 2030).textes.items() if texte}
    assert rendus == {nom: texte for nom, texte in textes.items() if texte != "0"}


def test_toutes_les_fautes_viennent_ensemble_chacune_sous_son_champ() -> None:
    textes = MEDECIN | {
        "medecin.zone": "lune", "medecin.date_naissance": "12/3", "vsm.patients_ald": "douze", "vsm.date_resultats": "2025-06-30",
        "dotation_numerique.taux.fse.dematerialises": "12", "dotation_numerique.taux.fse.total": "10",
        "patients.7-74-ans.sans": "-4", "patients.non-vu.avec": "99999", "consultations_avancees.tarif_opposable": "peut-être",
        "missions_specifiques.patients_ipa": "1,5",
    }  # fmt: skip
    lu, saisie = formulaire.lire(textes, 2026)
    assert lu is None
    assert set(saisie.fautes) >= {
        "medecin.zone", "medecin.date_naissance", "vsm.patients_ald", "dotation_numerique.taux.fse.dematerialises", "patients.7-74-ans.sans",
        "patients.non-vu.avec", "consultations_avancees.tarif_opposable", "missions_specifiques.patients_ipa",
    }  # fmt: skip
    assert saisie.textes == textes
    assert "Zone du cabinet principal : valeur refusée" in str(saisie.toutes[0]) or any("Zone du cabinet principal" in str(f) for f in saisie.toutes)


def test_trop_de_patients_en_tout() -> None:
    lu, saisie = formulaire.lire(MEDECIN | dict.fromkeys((f"patients.{groupe}" for groupe in GROUPES), "9000"), 2026)
    assert lu is None and [faute.message for faute in saisie.autres] == ["trop de patients en tout"]


def test_modifier_ne_touche_pas_a_ce_que_le_formulaire_ne_demande_pas() -> None:
    dossier = exemple("contrat-assistant")
    textes = formulaire.depuis(dossier, 2026).textes | {"medecin.zone": "zac", "missions_specifiques.maitre_de_stage": "oui"}
    lu, saisie = formulaire.lire(textes, 2026, dossier)
    assert saisie.toutes == [] and lu is not None
    assert lu.cabinet["assistants_medicaux"] == dossier.cabinet["assistants_medicaux"] and lu.cabinet["optam"] == dossier.cabinet["optam"]
    assert lu.cabinet["medecin"] == {**dossier.cabinet["medecin"], "zone": "zac"}
    assert lu.cabinet["missions_specifiques"] == {"maitre_de_stage": True}
    assert lu.patients.equals(dossier.patients)
    # What is emptied goes away, and its section with it; the dossier read before is untouched.
    vide, _ = formulaire.lire(textes | {"missions_specifiques.maitre_de_stage": ""}, 2026, lu)
    assert vide is not None and "missions_specifiques" not in vide.cabinet and "missions_specifiques" in lu.cabinet


@pytest.mark.parametrize("nom", ["cabinet-zip", "secteur-2-sans-option", "medecin-68-ans"])
def test_enregistrer_sans_rien_changer_ne_change_rien(nom: str) -> None:
    dossier = exemple(nom)
    lu, _ = formulaire.lire(formulaire.depuis(dossier, 2026).textes, 2026, dossier)
    assert lu is not None and en_octets(lu) == en_octets(dossier)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from([champ.nom for s in SECTIONS for champ in champs_de(s, 2026)] + [f"patients.{g}" for g in GROUPES]),
                       st.one_of(st.text(max_size=12), st.sampled_from(["oui", "non", "0", "12", "2026-01-01", "zip", "1", "2"]))))  # fmt: skip
def test_quoi_qu_on_tape_la_reponse_est_un_dossier_ou_des_fautes(textes: dict[str, str]) -> None:
    lu, saisie = formulaire.lire(textes, 2026)
    assert (lu is None) == bool(saisie.toutes)
    if lu is not None:
        assert en_octets(depuis_octets(en_octets(lu))) == en_octets(lu)
