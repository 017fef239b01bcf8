"""The statement: lines, states, explanations and dates, on the example dossiers and on edited copies of them."""

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
import pytest

import convmed
from convmed.restitution.explications import expliquer_ligne

EXEMPLES = Path(__file__).parents[2] / "exemples"
DOSSIERS = [chemin.name for chemin in sorted(EXEMPLES.iterdir()) if (chemin / "cabinet.toml").is_file()]


@pytest.fixture
def copie(tmp_path):
    def copier(nom):
        cible = tmp_path / nom
        shutil.copytree(EXEMPLES / nom, cible)
        return cible

    return copier


@pytest.mark.parametrize("nom", DOSSIERS)
@pytest.mark.parametrize("annee", [2025, 2026])
def test_le_total_est_la_somme_des_lignes_et_chaque_ligne_est_expliquee(nom, annee):
    releve = convmed.releve(EXEMPLES / nom, annee)
    assert releve.total == sum(ligne.montant or 0 for ligne in releve.lignes) == sum(releve.par_dispositif().values())
    assert releve.lignes
    for numero, ligne in enumerate(releve.lignes, 1):
        assert ligne.references, ligne.libelle
        assert ligne.explication is not None
        assert expliquer_ligne(releve, numero).valeur == ligne.montant
        assert ligne.montant is not None or ligne.motif
    table = releve.table()
    assert table["montant"].sum() * 100 == releve.total


@pytest.mark.parametrize("annee", [2025, 2026])
def test_le_releve_dit_comme_le_contrat_json(annee):
    """Columns (the statement) and traced values (the JSON contract) are two readings of one expression."""
    dossier = EXEMPLES / "cabinet-zip"
    releve = convmed.releve(dossier, annee)
    patients = pl.read_csv(dossier / "patients.csv", separator=";", infer_schema=False).to_dicts()
    oui = {"oui": True, "non": False}
    cas = {
        "annee": annee,
        "entree": {
            "medecin": {"secteur": "1", "zone": "zip", "date_naissance": "1972-05-14"},
            "patients": [
                {
                    "patient": p["patient"],
                    "date_naissance": p["date_naissance"],
                    "ald": oui[p["ald"]],
                    "c2s": oui[p["c2s"]],
                    "date_derniere_consultation": p["date_derniere_consultation"],
                    "date_declaration_mt": p["date_declaration_mt"],
                }
                for p in patients
                if p["date_naissance"] <= f"{annee - 1}-12-31"
            ],
        },
    }
    resultats = convmed.calculer("forfait-medecin-traitant", cas)["resultats"]
    dus = releve.par_dispositif()["forfait-medecin-traitant"]
    assert round(resultats["total"] * 100) == dus


def test_la_prevention_du_releve_est_cinq_euros_par_case_validee_du_tableau_de_bord():
    releve = convmed.releve(EXEMPLES / "cabinet-zip", 2026)
    tableau = convmed.tableau_de_bord(EXEMPLES / "cabinet-zip", 2026)
    valides = (tableau["etat"] == "valide").sum()
    assert releve.par_dispositif()["prevention"] == 500 * valides
    assert tableau.height == 15 * 1200


@pytest.mark.normes("C3.1A-07", "C3.1A-04", "C3.1A-05", "C0-14")
def test_fpmt_jusqu_en_2025_et_fmt_ensuite_jamais_les_deux():
    for annee, attendu in ((2025, "FPMT"), (2026, "FMT")):
        libelles = [ligne.libelle for ligne in convmed.releve(EXEMPLES / "cabinet-zip", annee).lignes]
        forfaits = {libelle.split()[0] for libelle in libelles if libelle.startswith(("FMT", "FPMT"))}
        assert forfaits == {attendu}


def test_le_reglement_arbitral_prolonge_en_2026_paie_encore_le_fpmt():
    releve = convmed.releve(EXEMPLES / "cabinet-zip", 2026, texte="reglement-arbitral-2023")
    assert any(ligne.libelle.startswith("FPMT 2026") for ligne in releve.lignes)
    assert not any(ligne.libelle.startswith("FMT") for ligne in releve.lignes)


def test_une_donnee_manquante_ne_vaut_ni_zero_ni_faux(copie):
    dossier = copie("jeune-installe")
    texte = (dossier / "patients.csv").read_text("utf-8").split("\n")
    premier = texte[1].split(";")
    premier[3] = ""
    (dossier / "patients.csv").write_text("\n".join([texte[0], ";".join(premier), *texte[2:]]), "utf-8")
    releve = convmed.releve(dossier, 2026)
    versements = [ligne for ligne in releve.lignes if "socle" in ligne.libelle]
    assert {ligne.etat for ligne in versements} == {"incomplet"}
    assert "1 patient" in versements[0].motif
    assert "ALD" in versements[0].motif
    complet = convmed.releve(EXEMPLES / "jeune-installe", 2026)
    assert 0 < versements[0].montant <= next(ligne.montant for ligne in complet.lignes if "socle" in ligne.libelle)


def test_sans_fichier_d_evenements_la_prevention_n_est_pas_calculee(copie):
    dossier = copie("pediatre")
    (dossier / "evenements.csv").unlink()
    releve = convmed.releve(dossier, 2026)
    assert not any(ligne.dispositif == "prevention" for ligne in releve.lignes)
    assert any(n.dispositif == "prevention" and "evenements.csv" in n.motif for n in releve.non_calcules)
    with pytest.raises(convmed.Erreurs, match=r"evenements\.csv"):
        convmed.tableau_de_bord(dossier, 2026)


def test_une_patientele_vide_ne_doit_rien(copie):
    dossier = copie("jeune-installe")
    for fichier in ("patients.csv", "evenements.csv"):
        entete = (dossier / fichier).read_text("utf-8").split("\n")[0]
        (dossier / fichier).write_text(entete + "\n", "utf-8")
    releve = convmed.releve(dossier, 2026)
    assert "forfait-medecin-traitant" not in {ligne.dispositif for ligne in releve.lignes if ligne.montant}


def test_une_section_mal_remplie_refuse_le_tout_et_nomme_chaque_faute(copie):
    dossier = copie("medecin-68-ans")
    cabinet = (dossier / "cabinet.toml").read_text("utf-8")
    cabinet = cabinet.replace("total = 40}", 'total = "quarante"}').replace("messages_patients = 0", "messages = 0")
    (dossier / "cabinet.toml").write_text(cabinet, "utf-8")
    with pytest.raises(convmed.Erreurs) as erreurs:
        convmed.releve(dossier, 2026)
    champs = {faute.champ for faute in erreurs.value.fautes}
    assert {"dotation_numerique.messages", "dotation_numerique.taux.dcmt.total"} <= champs


def test_la_rosp_est_non_publiee_sauf_scenario_qui_la_fournit(tmp_path):
    releve = convmed.releve(EXEMPLES / "cabinet-zip", 2025)
    rosp = next(ligne for ligne in releve.lignes if ligne.libelle == "ROSP 2025")
    assert (rosp.montant, rosp.etat) == (None, "non publié")
    assert "annexe 7" in rosp.motif
    scenario = tmp_path / "mien.yaml"
    scenario.write_text("nom: mien\nfigures:\n  prevention:\n    rosp_taux_de_realisation: 50\n", "utf-8")
    fournie = next(
        ligne for ligne in convmed.releve(EXEMPLES / "cabinet-zip", 2025, str(scenario)).lignes if ligne.libelle == "ROSP 2025"
    )
    # 940 points x 7 EUR x 50 % x patients / 800
    effectif = convmed.releve(EXEMPLES / "cabinet-zip", 2025).forfait.patients.filter(
        pl.col("date_naissance") <= dt.date(2025, 12, 31)
    ).height
    assert fournie.montant == (94000 * 7 * effectif // 2 + 400) // 800
    assert fournie.etat == "dû"


def test_expliquer_refuse_une_ligne_ou_un_patient_inconnus_sans_repeter_l_identifiant():
    with pytest.raises(convmed.Erreurs, match="pas de ligne n° 99"):
        convmed.expliquer(EXEMPLES / "proposition-2024", 99, 2026)
    with pytest.raises(convmed.Erreurs) as erreurs:
        convmed.expliquer(EXEMPLES / "proposition-2024", 1, 2026, patient="2600975100201")
    assert "2600975100201" not in str(erreurs.value)


def test_expliquer_un_patient_descend_jusqu_aux_donnees_et_aux_references():
    arbre = convmed.expliquer(EXEMPLES / "proposition-2024", 1, 2026, patient="GRETA")
    assert arbre.valeur == 1500
    feuilles = {feuille.nom: feuille for feuille in arbre.feuilles()}
    assert feuilles["date_naissance"].valeur == dt.date(2011, 6, 9)
    assert feuilles["forfait-medecin-traitant.majoration_c2s"].reference.startswith("circulaire 31/07/2024")


@pytest.mark.parametrize(
    ("option", "totaux"),
    [
        ("option-1", {"NINA": 25, "GRETA": 15, "SIDNEY": 70, "FRANCK": 95}),
        ("option-2", {"NINA": 25, "GRETA": 15, "SIDNEY": 75, "FRANCK": 115}),
    ],
)
@pytest.mark.normes("P2-27", "P2-28", "P2-35", "P2-36")
def test_les_quatre_patients_de_la_proposition(option, totaux):
    releve = convmed.releve(EXEMPLES / "proposition-2024", 2026, f"proposition-2024-02-08-{option}")
    forfait = dict(releve.forfait.resultats.select("patient", pl.col("fmt_socle") + pl.col("fmt_majoration_c2s")).iter_rows())
    prevention = dict(releve.prevention.resultats.select("patient", "prevention_montant").iter_rows())
    assert {nom: (forfait[nom] + prevention[nom]) // 100 for nom in forfait} == totaux


@pytest.mark.normes("T-71", "T-72", "T-73", "T-74", "T-75", "T-76", "T-77", "T-78", "T-79")
def test_les_cinq_patients_du_tableau_de_bord_du_cnge():
    dossier = EXEMPLES / "tableau-de-bord-cnge"
    tableau = convmed.tableau_de_bord(dossier, 2026, date=dt.date(2026, 5, 15))
    colonnes = ["cancer-colorectal", "cancer-sein", "cancer-col", "diabete", "mrc"]
    court = {"valide": "validé", "non-valide": "non validé", "non-concerne": "NA", "exclu": "exclu"}
    lus = {
        patient: [court[dict(zip(i, e, strict=True))[nom]] for nom in colonnes]
        for patient, i, e in tableau.group_by("patient").agg("indicateur", "etat").iter_rows()
    }
    assert lus == {
        "MARIE-D": ["non validé", "NA", "NA", "NA", "validé"],
        "PIERRE-D": ["NA", "NA", "NA", "validé", "non validé"],
        "PAULINE-M": ["NA", "NA", "validé", "NA", "NA"],
        "CAMILLE-D": ["validé", "non validé", "exclu", "validé", "NA"],
        "ANTOINE-P": ["validé", "NA", "NA", "NA", "NA"],
    }
    pierre = tableau.filter((pl.col("patient") == "PIERRE-D") & (pl.col("indicateur") == "diabete"))
    assert pierre["dernier_acte"].item() == dt.date(2026, 3, 18)
    assert pierre["prochaine_date_utile"].item() == dt.date(2029, 3, 18)


def test_aujourd_hui_et_le_31_decembre_sont_deux_vues():
    dossier = EXEMPLES / "tableau-de-bord-cnge"
    mai = convmed.tableau_de_bord(dossier, 2026, date=dt.date(2026, 3, 17))
    decembre = convmed.tableau_de_bord(dossier, 2026)
    pierre = (pl.col("patient") == "PIERRE-D") & (pl.col("indicateur") == "diabete")
    assert mai.filter(pierre)["dernier_acte"].item() == dt.date(2025, 11, 27)
    assert decembre.filter(pierre)["dernier_acte"].item() == dt.date(2026, 3, 18)


def test_l_opposition_se_voit_et_ne_se_compte_pas(copie):
    dossier = copie("tableau-de-bord-cnge")
    lignes = (dossier / "patients.csv").read_text("utf-8").split("\n")
    lignes = [lignes[0] + ";opposition", *(f"{ligne};{'oui' if ligne.startswith('ANTOINE') else 'non'}" for ligne in lignes[1:] if ligne)]
    (dossier / "patients.csv").write_text("\n".join(lignes), "utf-8")
    tableau = convmed.tableau_de_bord(dossier, 2026, date=dt.date(2026, 5, 15))
    assert set(tableau.filter(pl.col("patient") == "ANTOINE-P")["etat"]) == {"opposition"}


def test_une_ald_sans_numero_laisse_une_donnee_manquante(copie):
    dossier = copie("tableau-de-bord-cnge")
    texte = (dossier / "patients.csv").read_text("utf-8").replace(";oui;13;non;2025-11-27;2015-01-05;;", ";oui;;non;2025-11-27;2015-01-05;;")
    (dossier / "patients.csv").write_text(texte, "utf-8")
    tableau = convmed.tableau_de_bord(dossier, 2026, date=dt.date(2026, 5, 15))
    pierre = dict(tableau.filter(pl.col("patient") == "PIERRE-D").select("indicateur", "etat").iter_rows())
    assert pierre["diabete"] == pierre["mrc"] == "donnee-manquante"
    assert pierre["grippe"] == "non-valide"
