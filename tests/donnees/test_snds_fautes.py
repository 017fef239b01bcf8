"""What is refused in the tables of the SNDS: everything at once, with its place, and nothing is left behind."""

from __future__ import annotations

import datetime as dt
import gzip

import polars as pl
import pytest

from convmed.donnees.snds import Demande, importer
from convmed.textes import Erreurs

from .snds_fictif import LABO, Essai


@pytest.fixture
def essai(tmp_path):
    essai = Essai(tmp_path)
    for rang in (1, 2, 3):
        essai.source.acte(essai.patient(rang), dt.date(2026, 3, 5), "nabm", "1577", LABO)
    return essai


def refuser(essai, **options):
    with pytest.raises(Erreurs) as refus:
        importer(essai.dossier / "source", essai.dossier / "extrait", Demande(2026, **options))
    assert not (essai.dossier / "extrait").exists()
    return refus.value.fautes


def ecrire(essai, nom, contenu):
    (essai.dossier / "source" / nom).write_text(contenu, "utf-8")


def texte(essai, nom):
    return (essai.dossier / "source" / nom).read_text("utf-8")


def test_un_dossier_qui_n_existe_pas(essai):
    assert [f.message for f in refuser(essai)] == ["ce dossier n'existe pas"]


def test_un_dossier_vide_reclame_toutes_les_tables(essai):
    (essai.dossier / "source").mkdir()
    manquent = [f.message.split()[2] for f in refuser(essai)]
    assert manquent == ["IR_BEN_R", "IR_MTT_R", "IR_IMB_R", "IR_ORC_R", "ER_PRS_F", "ER_BIO_F", "ER_PHA_F", "ER_CAM_F"]


def test_la_table_des_medicaments_est_reclamee_par_la_pharmacie(essai):
    (essai.ecrire() / "IR_PHA_R.csv").unlink()
    assert [f.message for f in refuser(essai)] == ["la table IR_PHA_R manque (Référentiel des médicaments : du CIP13 à l'ATC)"]


def test_une_table_sans_laquelle_on_se_passe(essai):
    source = essai.ecrire()
    for nom in ("IR_MTT_R", "IR_IMB_R", "IR_ORC_R", "ER_PHA_F", "IR_PHA_R"):
        (source / f"{nom}.csv").unlink()
    sans = frozenset({"IR_MTT_R", "IR_IMB_R", "IR_ORC_R", "ER_PHA_F"})
    bilan = importer(source, essai.dossier / "extrait", Demande(2026, sans=sans))
    lu = pl.read_parquet(essai.dossier / "extrait" / "0000" / "patient.parquet")
    # What is not known is not a column: it is neither false nor empty.
    assert not {"ald", "c2s"} & set(lu.columns) and lu["medecin"].null_count() == 3
    assert {"IR_MTT_R", "IR_IMB_R", "IR_ORC_R", "ER_PHA_F"} <= set(bilan.renoncements)
    assert any("vaccin" in avertissement for avertissement in bilan.avertissements)


def test_sans_declarations_le_medecin_est_celui_des_prestations(essai):
    source = essai.source
    cle = essai.patient(9)
    source.prestation(cle, dt.date(2025, 3, 1), 1111, "351000017", PRS_MTT_NUM="351000025")
    source.prestation(cle, dt.date(2025, 9, 1), 1111, "351000017", PRS_MTT_NUM="351000017")
    source.prestation(cle, dt.date(2026, 2, 1), 1111, "351000017", PRS_MTT_NUM="351000025")
    essai.ecrire()
    importer(essai.dossier / "source", essai.dossier / "extrait", Demande(2026, sans=frozenset({"IR_MTT_R"})))
    lu = pl.read_parquet(essai.dossier / "extrait" / "0000" / "patient.parquet").drop_nulls("medecin")
    assert lu.select("date_declaration_mt", "date_derniere_consultation").rows() == [(None, dt.date(2025, 9, 1))]


@pytest.mark.parametrize(("sans", "message"), [("ER_PRS_F", "rien ne s'importe"), ("IR_BEN_R", "rien ne s'importe"), ("ER_XYZ", "inconnue")])
def test_un_renoncement_impossible(essai, sans, message):
    essai.ecrire()
    fautes = refuser(essai, sans=frozenset({sans}))
    assert message in fautes[0].message and fautes[0].champ == "--sans"


def test_un_nom_de_table_mal_ecrit(essai):
    source = essai.ecrire()
    (source / "ER_PRS_F.csv").rename(source / "ER_PRSF_202601.csv")
    (source / "IR_BEN_R.csv").rename(source / "ir_ben_r_2026.CSV")
    fautes = refuser(essai)
    assert [(f.fichier, f.attendu) for f in fautes if f.fichier] == [("ER_PRSF_202601.csv", "peut-être ER_PRS_F (ou ER_PRS_F_2026)")]
    assert [f.message for f in fautes if not f.fichier] == ["la table ER_PRS_F manque (Prestations)"]


def test_les_autres_fichiers_sont_laisses(essai):
    source = essai.ecrire()
    for nom in ("ER_TIP_F.csv", "notes.md", "IR_NAT_V.csv", "_SUCCESS"):
        (source / nom).write_text("x", "utf-8")
    bilan = importer(source, essai.dossier / "extrait", Demande(2026))
    assert bilan.non_lus == ["ER_TIP_F.csv", "IR_NAT_V.csv", "_SUCCESS", "notes.md"]


def test_les_colonnes_qui_manquent_dans_toutes_les_tables(essai):
    essai.ecrire()
    for nom, avant, apres in (("ER_PRS_F.csv", "PRS_ACT_QTE", "PRS_ACT_QT"), ("ER_BIO_F.csv", "FLX_TRT_DTD", "autre"),
                              ("IR_MTT_R.csv", "MTT_PFS_NUM", "medecin")):  # fmt: skip
        ecrire(essai, nom, texte(essai, nom).replace(avant, apres, 1))
    fautes = refuser(essai)
    assert [(f.fichier, f.colonne) for f in fautes] == [
        ("ER_BIO_F.csv", "FLX_TRT_DTD"), ("ER_PRS_F.csv", "PRS_ACT_QTE"), ("IR_MTT_R.csv", "MTT_PFS_NUM"),
    ]  # fmt: skip
    assert "peut-être « PRS_ACT_QT »" in fautes[1].attendu and "régularisation" in fautes[1].attendu
    assert fautes[0].message == "la colonne manque dans ER_BIO_F"


def test_les_identifiants_des_extractions_sur_projet(essai):
    essai.ecrire()
    for nom in ("IR_BEN_R", "ER_PRS_F", "IR_MTT_R", "IR_IMB_R", "IR_ORC_R"):
        ecrire(essai, f"{nom}.csv", texte(essai, f"{nom}.csv").replace("BEN_NIR_PSA", "NUM_ENQ", 1).replace("BEN_IDT_ANO", "NUM_ANO", 1))
    importer(essai.dossier / "source", essai.dossier / "extrait", Demande(2026))
    assert pl.read_parquet(essai.dossier / "extrait" / "0000" / "evenement.parquet").height == 3


def test_les_cellules_de_toutes_les_tables_avec_leur_ligne(essai):
    for table, rang, colonne, valeur in (("ER_PRS_F", 5, "EXE_SOI_DTD", "31/02/2026"), ("ER_PRS_F", 4, "PRS_ACT_QTE", "un"),
                                         ("ER_BIO_F", 2, "BIO_ACT_QSN", "1,5e"), ("IR_BEN_R", 1, "BEN_NAI_ANN", "1960.5")):  # fmt: skip
        essai.source.tables[table][rang][colonne] = valeur
    essai.ecrire()
    trouvees = [(f.fichier, f.ligne, f.colonne, f.valeur) for f in refuser(essai)]
    assert sorted(trouvees, key=str) == sorted([
        ("ER_PRS_F.csv", 7, "EXE_SOI_DTD", "31/02/2026"), ("ER_PRS_F.csv", 6, "PRS_ACT_QTE", None),
        ("ER_BIO_F.csv", 4, "BIO_ACT_QSN", None), ("IR_BEN_R.csv", 3, "BEN_NAI_ANN", "1960.5"),
    ], key=str)  # fmt: skip


def test_les_lignes_coupees_ou_trop_longues_ne_decalent_pas_les_autres(essai):
    essai.source.tables["ER_PRS_F"][4]["PRS_ACT_QTE"] = "x"
    essai.ecrire()
    lignes = texte(essai, "ER_PRS_F.csv").splitlines()
    lignes[1] += ";de trop"
    lignes[3] = lignes[3].rsplit(";", 2)[0]
    ecrire(essai, "ER_PRS_F.csv", "\n".join(lignes) + "\n")
    fautes = refuser(essai)
    assert sorted((f.ligne, f.message) for f in fautes) == [
        (2, "cette ligne a plus de cellules que l'en-tête"), (4, "cette ligne a moins de cellules que l'en-tête"), (6, "valeur refusée"),
    ]  # fmt: skip


def test_un_numero_n_est_jamais_montre(essai):
    essai.source.tables["ER_PRS_F"][4]["PRS_ACT_QTE"] = "1850599999999"
    essai.source.tables["ER_PRS_F"][4]["EXE_SOI_DTD"] = "MARTIN"
    essai.ecrire()
    fautes = refuser(essai)
    assert [f.valeur for f in fautes] == [None]
    assert "MARTIN" not in "".join(map(str, fautes))


@pytest.mark.parametrize(("nom", "contenu", "message"), [
    ("ER_CAM_F.csv", "", "ce fichier est vide"), ("ER_CAM_F.parquet", "PAR1 rien", "fichier illisible ou coupé"),
    ("ER_CAM_F.sas7bdat", "x", "c'est une table SAS"), ("ER_CAM_F.csv.gz", "pas du gzip", "fichier illisible ou coupé"),
    ("ER_CAM_F.txt", "x", "ce fichier ne se lit pas"),
])  # fmt: skip
def test_un_fichier_qui_ne_se_lit_pas(essai, nom, contenu, message):
    source = essai.ecrire()
    (source / "ER_CAM_F.csv").unlink()
    (source / nom).write_text(contenu, "utf-8")
    assert message in [f.message for f in refuser(essai) if f.fichier == nom]


def test_un_gzip_coupe(essai):
    source = essai.ecrire()
    entier = gzip.compress((source / "ER_PRS_F.csv").read_bytes() * 50)
    (source / "ER_PRS_F.csv").unlink()
    (source / "ER_PRS_F.csv.gz").write_bytes(entier[: len(entier) // 2])
    assert [f.message for f in refuser(essai)] == ["fichier illisible ou coupé"]


def test_du_windows_1252_se_lit(essai):
    source = essai.ecrire()
    lignes = (source / "ER_BIO_F.csv").read_text("utf-8").splitlines()
    (source / "ER_BIO_F.csv").write_bytes("\r\n".join([lignes[0] + ";LIBELLE", *(f"{ligne};glycémie" for ligne in lignes[1:])]).encode("cp1252"))
    importer(source, essai.dossier / "extrait", Demande(2026))
    assert pl.read_parquet(essai.dossier / "extrait" / "0000" / "evenement.parquet").height == 3


def test_un_mot_inconnu_dans_ses_propres_tables(essai):
    essai.source.tables["MEDECINS"] += [{"medecin": "351000017", "secteur": "3", "option_tarifaire": "cas", "zone": "zip"}]
    essai.source.tables["ZONAGE"].append({"commune": "35238", "zone": "zone rouge"})
    essai.ecrire()
    assert [(f.fichier, f.colonne, f.valeur) for f in refuser(essai)] == [
        ("MEDECINS", "secteur", "3"), ("MEDECINS", "option_tarifaire", "cas"), ("ZONAGE", "zone", "zone rouge"),
    ]  # fmt: skip


@pytest.mark.parametrize(("options", "champ"), [
    ({"soins_jusqu_au": dt.date(2025, 12, 30)}, "--soins-jusqu-au"), ({"flux_jusqu_au": dt.date(2025, 12, 1)}, "--flux-jusqu-au"),
])  # fmt: skip
def test_une_demande_qui_se_contredit(essai, options, champ):
    essai.ecrire()
    assert [f.champ for f in refuser(essai, **options)] == [champ]


def test_un_extrait_deja_la_n_est_pas_touche(essai):
    (essai.dossier / "extrait").mkdir()
    (essai.dossier / "extrait" / "a-moi").write_text("x", "utf-8")
    essai.ecrire()
    with pytest.raises(Erreurs, match="n'est pas vide"):
        importer(essai.dossier / "source", essai.dossier / "extrait", Demande(2026))
    assert [f.name for f in (essai.dossier / "extrait").iterdir()] == ["a-moi"]


def test_des_tables_sans_ligne_donnent_un_extrait_vide(essai):
    source = essai.ecrire()
    for fichier in source.iterdir():
        fichier.write_text(fichier.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    bilan = importer(source, essai.dossier / "extrait", Demande(2026))
    assert (bilan.comptes["patients"], bilan.comptes["evenements"], bilan.completude) == (0, 0, [])
