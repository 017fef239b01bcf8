"""Open DAMIR: exact totals, months that are missing or twice, columns of the schema."""

import gzip
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.donnees.damir import AUTRES_COLONNES, TABLE, lire_damir
from convmed.textes import Erreurs

COLONNES = [*(colonne.nom for colonne in TABLE.colonnes), *AUTRES_COLONNES]


def ecrire(tmp_path, nom, lignes, colonnes=COLONNES, compresser=False):
    """Write a file of the data of Open DAMIR; each line gives the useful columns, the others are 0."""
    contenu = ";".join(colonnes) + ";\n"
    for ligne in lignes:
        contenu += ";".join(str(ligne.get(colonne, 0)) for colonne in colonnes) + ";\n"
    chemin = tmp_path / nom
    chemin.write_bytes(gzip.compress(contenu.encode()) if compresser else contenu.encode())
    return chemin


def ligne(mois="202601", nature=1111, specialite=1, quantite=1, depense="30", remboursement="21.00", depassement="0", genre=0):
    return {"FLX_ANN_MOI": mois, "PRS_NAT": nature, "PSE_SPE_SNDS": specialite, "PRS_REM_TYP": genre, "FLT_ACT_QTE": quantite,
            "FLT_PAI_MNT": depense, "FLT_REM_MNT": remboursement, "FLT_DEP_MNT": depassement}  # fmt: skip


def test_les_totaux_par_nature_et_specialite(tmp_path):
    janvier = ecrire(tmp_path, "A202601.csv", [ligne(), ligne(depense="31,50"), ligne(specialite=22), ligne(nature=1173, quantite=0, depense="5.01")])
    fevrier = ecrire(tmp_path, "A202602.csv.gz", [ligne("202602", quantite=-1, depense="-30", remboursement="-21")], compresser=True)
    lu = lire_damir([janvier, fevrier])
    assert lu.par_nature().rows() == [
        (1111, "C", "CONSULTATION COTEE C", 1, 1, 3150, 2100, 0), (1111, "C", "CONSULTATION COTEE C", 22, 1, 3000, 2100, 0),
        (1173, "MTF", "FORFAIT PATIENTELE MEDECIN TRAITANT", 1, 0, 501, 2100, 0),
    ]  # fmt: skip
    assert lu.constats() == []
    paye = dict(lu.par_dispositif().select("dispositif", "depense").iter_rows())
    assert paye["forfait-medecin-traitant"] == 501 and paye["optam"] == 0


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(-10**6, 10**6), st.integers(0, 99)), min_size=1, max_size=30))
def test_les_sommes_sont_exactes(tmp_path_factory, montants):
    ecrits = [f"{euros}.{centimes:02d}" for euros, centimes in montants]
    chemin = ecrire(tmp_path_factory.mktemp("damir"), "A202601.csv", [ligne(depense=montant) for montant in ecrits])
    assert lire_damir([chemin]).totaux["depense"].sum() == int(sum(map(Decimal, ecrits)) * 100)


def test_une_nature_nouvelle_n_a_pas_de_libelle(tmp_path):
    assert lire_damir([ecrire(tmp_path, "A202601.csv", [ligne(nature=99999)])]).par_nature().rows()[0][:3] == (99999, "", "")


def test_un_mois_absent_un_mois_double(tmp_path):
    fichiers = [ecrire(tmp_path, f"A{rang}.csv", [ligne(mois)]) for rang, mois in enumerate(("202511", "202511", "202602"))]
    assert lire_damir(fichiers).constats() == [
        "2025-11 : le même mois est dans A0.csv, A1.csv", "2025-12 : ce mois manque", "2026-01 : ce mois manque",
    ]  # fmt: skip


def test_des_colonnes_du_schema_absentes_et_un_indicateur_hors_de_sa_place(tmp_path):
    colonnes = [nom for nom in COLONNES if nom not in {"TOP_PS5_TRG", "MFT_COD"}]
    lu = lire_damir([ecrire(tmp_path, "A202601.csv", [ligne(genre=7), ligne()], colonnes)])
    assert lu.constats() == [
        "A202601.csv : colonnes du schéma absentes : MFT_COD, TOP_PS5_TRG",
        "1\N{NO-BREAK SPACE}ligne a un indicateur pré-filtré alors que PRS_REM_TYP n'est pas 0",
    ]  # fmt: skip


def test_toutes_les_fautes_de_tous_les_fichiers(tmp_path):
    un = ecrire(tmp_path, "A202601.csv", [ligne(), ligne(nature="C"), ligne(depense="trente")])
    deux = ecrire(tmp_path, "A202602.csv", [ligne(mois="2026-02")])
    with pytest.raises(Erreurs) as refus:
        lire_damir([un, deux])
    assert [(f.fichier, f.ligne, f.colonne) for f in refus.value.fautes] == [
        ("A202601.csv", 3, "PRS_NAT"), ("A202601.csv", 4, "FLT_PAI_MNT"), ("A202602.csv", 2, "FLX_ANN_MOI"),
    ]  # fmt: skip
    with pytest.raises(Erreurs, match="FLT_PAI_MNT"):
        lire_damir([ecrire(tmp_path, "B.csv", [], [nom for nom in COLONNES if nom != "FLT_PAI_MNT"])])


def test_un_fichier_sans_ligne(tmp_path):
    lu = lire_damir([ecrire(tmp_path, "A202601.csv", [])])
    assert lu.totaux.height == 0 and lu.mois == {}
