"""The import of the SNDS: the trap of each documented case, dates on each side, what is left behind."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import shutil

import polars as pl
import pytest

from convmed.donnees.extrait import ouvrir
from convmed.donnees.snds import Demande, assemblage, importer
from convmed.textes import Erreurs

from .snds_fictif import AUTRE, DENTISTE, ETAT, EXEMPLE, GRIPPE, LABO, MEDECIN, PHARMACIE, RADIOLOGUE, Essai, lire

SOIN = dt.date(2026, 3, 5)


@pytest.fixture
def essai(tmp_path):
    return Essai(tmp_path)


def traceurs(tables):
    return tables["evenement"].select("date", pl.col("traceur").cast(pl.String)).sort("date", "traceur").rows()


def test_un_acte_de_chaque_nomenclature(essai):
    cle = essai.patient()
    essai.source.acte(cle, SOIN, "nabm", "1577", LABO)
    essai.source.acte(cle, SOIN, "cip13", GRIPPE, PHARMACIE)
    essai.source.acte(cle, SOIN, "ccam", "QEQK004", RADIOLOGUE)
    essai.source.prestation(cle, SOIN, 1104, MEDECIN)
    essai.source.prestation(cle, SOIN, 1321, DENTISTE, PSE_SPE_COD=0, PSE_ACT_NAT=19)
    essai.source.acte(cle, SOIN, "nabm", "0104", LABO)
    assert [nom for _, nom in traceurs(essai.importer())] == [
        "consultation-enfant", "examen-bucco-dentaire", "hba1c", "mammographie-depistage", "vaccin-grippe",
    ]  # fmt: skip


@pytest.mark.parametrize(("quantites", "reste"), [((1,), True), ((1, -1), False), ((1, -1, 1), True), ((2, -1), True), ((-1,), False), ((0,), False)])
@pytest.mark.parametrize(("nomenclature", "code"), [("nabm", "1577"), ("cip13", GRIPPE), ("ccam", "QEQK004")])
def test_les_regularisations(essai, quantites, reste, nomenclature, code):
    cle = essai.patient()
    for quantite in quantites:
        essai.source.acte(cle, SOIN, nomenclature, code, LABO, quantite=quantite)
    # A line of ER_CAM_F is one act, whatever the quantity of its invoice, which only gives the sign.
    attendu = reste and not (nomenclature == "ccam" and quantites == (2, -1))
    assert bool(traceurs(essai.importer())) == attendu


def test_une_annulation_d_un_autre_jour_ou_d_un_autre_executant_n_annule_rien(essai):
    cle = essai.patient()
    essai.source.acte(cle, SOIN, "nabm", "1577", LABO)
    essai.source.acte(cle, SOIN, "nabm", "1577", PHARMACIE, quantite=-1)
    essai.source.acte(cle, SOIN + dt.timedelta(days=1), "nabm", "1577", LABO, quantite=-1)
    assert traceurs(essai.importer()) == [(SOIN, "hba1c")]
    assert essai.bilan.comptes["annulations_sans_acte"] == 2


def test_des_extraits_qui_se_recouvrent(essai):
    cle = essai.patient()
    facture, fine = essai.source.acte(cle, SOIN, "nabm", "1577", LABO)
    essai.source.tables["ER_PRS_F_2"].append(facture)
    essai.source.tables["ER_BIO_F_2"].append(fine)
    # Counted twice, the act would outlive its cancellation.
    essai.source.acte(cle, SOIN, "nabm", "1577", LABO, quantite=-1)
    assert traceurs(essai.importer()) == []
    assert essai.bilan.comptes["lignes_en_double"] == 1


@pytest.mark.parametrize("filtre", [
    {"CPL_MAJ_TOP": 2}, {"CPL_AFF_COD": 16}, {"DPN_QLF": 71}, {"DPN_QLF": 72}, {"PRS_DPN_QLP": 71}, {"BEN_CDI_NIR": "01"},
])  # fmt: skip
def test_ce_qui_ne_compte_pas(essai, filtre):
    cle = essai.patient()
    essai.source.prestation(cle, SOIN, 1104, MEDECIN, **filtre)
    assert traceurs(essai.importer()) == []


@pytest.mark.parametrize("filtre", [{"CPL_MAJ_TOP": 1, "CPL_AFF_COD": 1}, {"DPN_QLF": 3}, {"BEN_CDI_NIR": "03"}, {"BEN_CDI_NIR": ""}])
def test_ce_qui_compte(essai, filtre):
    cle = essai.patient()
    essai.source.prestation(cle, SOIN, 1104, MEDECIN, **filtre)
    assert len(traceurs(essai.importer())) == 1


def test_les_etablissements_publics(essai):
    cle = essai.patient()
    for jour, indicateur in ((1, 1), (2, 0)):
        facture, _ = essai.source.acte(cle, dt.date(2026, 3, jour), "nabm", "1577", LABO)
        essai.source.tables["ER_ETE_F"].append({nom: facture[nom] for nom in essai.module.CLES} | {"ETE_IND_TAA": indicateur})
    assert [jour.day for jour, _ in traceurs(essai.importer())] == [2]


@pytest.mark.parametrize(("flux", "lu"), [(dt.date(2026, 9, 30), False), (dt.date(2026, 10, 31), True), (None, True)])
def test_les_flux_tardifs(essai, flux, lu):
    cle = essai.patient()
    essai.source.acte(cle, SOIN, "nabm", "1577", LABO, delai=7)  # given out on the first of October
    assert bool(traceurs(essai.importer(flux_jusqu_au=flux))) == lu


@pytest.mark.parametrize(("soin", "lu"), [(dt.date(2026, 12, 31), True), (dt.date(2027, 1, 1), False), (dt.date(2020, 4, 30), False), (dt.date(2020, 5, 1), True)])
def test_les_bornes_des_soins(essai, soin, lu):
    cle = essai.patient(naissance=dt.date(2020, 5, 1))
    essai.source.acte(cle, soin, "nabm", "1577", LABO)
    assert bool(traceurs(essai.importer())) == lu


def test_une_personne_de_plusieurs_cles_et_les_jumelles(essai):
    cles = [("PSAMERE0000000000", 1), ("PSAPERE0000000000", 1), ("PSA00000000000001", 1)]
    essai.patient(cles=cles, naissance=dt.date(2010, 3, 1))
    for rang, cle in enumerate(cles):
        essai.source.acte(cle, SOIN + dt.timedelta(days=rang), "nabm", "1577", LABO)
    for jumelle in (1, 2):
        essai.source.personne(essai.module.Personne(f"JUM{jumelle}", dt.date(2012, 1, 1), "F", [("PSAJUMELLES000000", jumelle)]))
    essai.source.acte(("PSAJUMELLES000000", 2), SOIN, "nabm", "1577", LABO)
    tables = essai.importer()
    assert tables["patient"].height == 3
    assert sorted(tables["evenement"].group_by("patient").len()["len"]) == [1, 3]


def test_un_rang_inconnu_mene_a_la_seule_personne_de_son_pseudo_nir(essai):
    essai.patient()
    essai.source.acte(("PSA00000000000001", 4), SOIN, "nabm", "1577", LABO)
    essai.source.acte(("PSAINCONNU0000000", 1), SOIN, "nabm", "1577", LABO)
    assert traceurs(essai.importer()) == [(SOIN, "hba1c")]
    assert essai.bilan.comptes["sans_beneficiaire"] == 1


def test_la_ligne_la_plus_fraiche(essai):
    essai.source.personne(essai.module.Personne("X", dt.date(1970, 4, 1), "M", [("A", 1), ("B", 1)]), 3)
    lu = essai.importer()["patient"].row(0, named=True)
    assert (lu["date_naissance"], lu["sexe"]) == (dt.date(1970, 4, 1), "M")


@pytest.mark.parametrize(("deces", "la"), [(dt.date(2025, 12, 31), False), (dt.date(2026, 1, 1), True), (None, True)])
def test_les_morts(essai, deces, la):
    essai.patient(deces=deces)
    assert essai.importer()["patient"].height == la


@pytest.mark.parametrize(("champs", "naissance"), [
    ({}, dt.date(1960, 5, 1)), ({"BEN_NAI_MOI": "00"}, dt.date(1960, 1, 1)), ({"BEN_NAI_ANN": 1600}, None), ({"BEN_SEX_COD": 9}, None),
    ({"BEN_NAI_ANN": 2026}, None), ({"BEN_CDI_NIR": "08"}, None), ({"BEN_CDI_NIR": "04"}, dt.date(1960, 5, 1)),
])  # fmt: skip
def test_qui_est_dans_la_population(essai, champs, naissance):
    essai.patient()
    essai.source.tables["IR_BEN_R"][-1] |= champs
    assert essai.importer()["patient"]["date_naissance"].to_list() == ([naissance] if naissance else [])


@pytest.mark.parametrize(("debut", "fin", "suivi"), [
    (dt.date(2025, 12, 31), None, True), (dt.date(2026, 1, 1), None, False),
    (dt.date(2020, 1, 1), dt.date(2025, 12, 31), True), (dt.date(2020, 1, 1), dt.date(2025, 12, 30), False),
])  # fmt: skip
def test_les_bornes_de_la_declaration(essai, debut, fin, suivi):
    cle = essai.patient(medecin=None)
    essai.source.declaration(cle, MEDECIN, debut, fin or dt.date(1600, 1, 1))
    lu = essai.importer()["patient"].row(0, named=True)
    assert (lu["medecin"] is not None, lu["date_declaration_mt"]) == (suivi, debut if suivi else None)


def test_la_derniere_declaration_l_emporte(essai):
    cle = essai.patient(medecin=AUTRE)
    essai.source.declaration(cle, MEDECIN, dt.date(2024, 1, 1))
    essai.source.prestation(cle, dt.date(2025, 3, 1), 1111, MEDECIN)
    essai.source.prestation(cle, dt.date(2025, 9, 1), 1111, AUTRE)
    lu = essai.importer()["patient"].row(0, named=True)
    assert (lu["date_declaration_mt"], lu["date_derniere_consultation"]) == (dt.date(2024, 1, 1), dt.date(2025, 3, 1))


@pytest.mark.parametrize(("soin", "nature", "quantites", "vu"), [
    (ETAT, 1111, (1,), ETAT), (dt.date(2026, 1, 1), 1111, (1,), None), (ETAT, 1211, (1,), ETAT), (ETAT, 1191, (1,), ETAT),
    (ETAT, 1111, (1, -1), None), (ETAT, 1193, (1,), None), (ETAT, 1173, (1,), None),
])  # fmt: skip
def test_la_derniere_consultation(essai, soin, nature, quantites, vu):
    cle = essai.patient()
    for quantite in quantites:
        essai.source.prestation(cle, soin, nature, MEDECIN, quantite)
    assert essai.importer()["patient"]["date_derniere_consultation"][0] == vu


def test_un_cabinet_secondaire_est_le_meme_medecin(essai):
    essai.medecins = True
    essai.source.medecin(MEDECIN, cabinets=("561000012",))
    cle = essai.patient(medecin="561000012")
    essai.source.prestation(cle, ETAT, 1111, MEDECIN)
    tables = essai.importer()
    assert (tables["medecin"].height, tables["patient"]["date_derniere_consultation"][0]) == (1, ETAT)


@pytest.mark.parametrize("champs", [{"PFS_CAT_COD": 0}, {"EXC_EXC_NAT": 7}, {"EXC_EXC_NAT": 9}])
def test_qui_n_est_pas_un_medecin_en_exercice(essai, champs):
    essai.medecins = True
    essai.source.medecin(AUTRE)
    essai.source.medecin(MEDECIN, **champs)
    essai.patient()
    tables = essai.importer()
    assert tables["patient"]["medecin"].to_list() == [None]
    assert (tables["medecin"].height, essai.bilan.comptes["medecin_traitant_hors_medecins"]) == (1, 1)


def test_les_medecins(essai):
    essai.medecins = True
    essai.source.medecin(MEDECIN, GEO_DPT_COD="02A", PFS_EXC_COM="4")
    essai.source.medecin(AUTRE, specialite=7, convention=3, PFS_EXC_COM=None)
    essai.source.tables["ZONAGE"].append({"commune": "2A004", "zone": "zip"})
    essai.patient()
    lus = essai.importer()["medecin"].drop("medecin").cast({"secteur": pl.String, "option_tarifaire": pl.String, "zone": pl.String})
    naissance = dt.date(1970, 1, 1)
    assert sorted(lus.rows()) == [("01", "1", "aucune", "zip", naissance, "2A"), ("07", "2", None, None, naissance, "35")]


def test_sa_table_des_medecins_complete_le_snds(essai):
    essai.source.tables["MEDECINS"].append({
        "medecin": AUTRE, "secteur": "2", "option_tarifaire": "OPTAM", "zone": "zac", "qpv": "oui", "date_premiere_installation": "2024-09-01",
    })  # fmt: skip
    essai.patient(medecin=AUTRE)
    tables = essai.importer()
    lu = tables["patient"].join(tables["medecin"], on="medecin").row(0, named=True)
    assert (lu["option_tarifaire"], lu["zone"], lu["qpv"], lu["date_premiere_installation"]) == ("optam", "zac", True, dt.date(2024, 9, 1))


def test_sans_le_referentiel_les_prestations_decrivent_les_medecins(essai):
    essai.medecins = True
    cle = essai.patient()
    essai.source.prestation(cle, dt.date(2024, 1, 1), 1111, MEDECIN, PSE_SPE_COD=3, PSE_CNV_COD=1)
    essai.source.prestation(cle, dt.date(2025, 1, 1), 1111, MEDECIN, PSE_SPE_COD=12, PSE_CNV_COD=3)
    lu = essai.importer()["medecin"].row(0, named=True)
    assert (lu["specialite"], lu["secteur"], lu["option_tarifaire"]) == ("12", "2", None)


@pytest.mark.parametrize(("debut", "fin", "motif", "numero", "attendus"), [
    (dt.date(2025, 12, 31), dt.date(2025, 12, 31), 41, 8, [8]), (dt.date(2026, 1, 1), dt.date(2099, 1, 1), 41, 8, None),
    (dt.date(2020, 1, 1), dt.date(2025, 12, 30), 41, 8, None), (dt.date(2020, 1, 1), dt.date(1600, 1, 1), 41, 8, [8]),
    (dt.date(2020, 1, 1), dt.date(2099, 1, 1), 12, 8, None), (dt.date(2020, 1, 1), dt.date(2099, 1, 1), 43, 0, [31]),
    (dt.date(2020, 1, 1), dt.date(2099, 1, 1), 41, 0, []), (dt.date(2020, 1, 1), dt.date(2099, 1, 1), 41, 99, []),
])  # fmt: skip
def test_les_ald(essai, debut, fin, motif, numero, attendus):
    cle = essai.patient()
    essai.source.ald(cle, numero, debut, fin, debut, motif)
    tables = essai.importer()
    assert tables["affection"]["numero_ald"].to_list() == (attendus or [])
    assert tables["patient"]["ald"].to_list() == [attendus is not None]


def test_une_ald_corrigee_et_une_ald_renouvelee(essai):
    cle = essai.patient()
    essai.source.ald(cle, 12, dt.date(2009, 1, 1), dt.date(2099, 12, 31), dt.date(2009, 2, 1))
    essai.source.ald(cle, 12, dt.date(2009, 1, 1), dt.date(2020, 6, 30), dt.date(2020, 7, 1))
    essai.source.ald(cle, 13, dt.date(2012, 1, 1), dt.date(2017, 1, 1), dt.date(2012, 1, 1))
    essai.source.ald(cle, 13, dt.date(2012, 1, 1), dt.date(2027, 1, 1), dt.date(2017, 1, 5))
    assert essai.importer()["affection"]["numero_ald"].to_list() == [13]


def test_le_diagnostic_donne_le_numero_d_ald(essai):
    cle = essai.patient()
    essai.source.ald(cle, 0, dt.date(2020, 1, 1), dt.date(2099, 1, 1), dt.date(2020, 1, 1))
    essai.source.tables["IR_IMB_R"][-1]["MED_MTF_COD"] = "E11"
    essai.source.tables["IR_CIM_V"].append({"CIM_COD": "E11", "ALD_030_COD": 8})
    assert essai.importer()["affection"]["numero_ald"].to_list() == [8]


@pytest.mark.parametrize(("fin", "contrat", "c2s"), [(ETAT, 89, True), (dt.date(2025, 12, 30), 89, False), (ETAT, 91, False)])
def test_la_c2s(essai, fin, contrat, c2s):
    cle = essai.patient()
    essai.source.c2s(cle, dt.date(2025, 1, 1), fin, contrat)
    assert essai.importer()["patient"]["c2s"].to_list() == [c2s]


def test_ses_nomenclatures_et_ses_cip13(essai):
    cle = essai.patient()
    essai.source.acte(cle, SOIN, "cip13", "3400999999999", PHARMACIE)
    essai.source.prestation(cle, SOIN, 9311, LABO)
    source = essai.ecrire()
    (source / "nomenclatures.csv").write_text(
        "nomenclature;code;traceur\ncip13;3400999999999;vaccin-pneumocoque-20\nngap;BD4;test-immunologique-colorectal\n", "utf-8"
    )
    importer(source, essai.dossier / "extrait", Demande(2026))
    assert [nom for _, nom in traceurs(lire(essai.dossier / "extrait"))] == ["test-immunologique-colorectal", "vaccin-pneumocoque-20"]


def test_les_partitions_gardent_les_listes_entieres(essai, monkeypatch):
    monkeypatch.setattr(assemblage, "PATIENTS_PAR_PARTITION", 3)
    for rang in range(1, 12):
        cle = essai.patient(rang, medecin=(MEDECIN, AUTRE, None)[rang % 3])
        essai.source.acte(cle, SOIN, "nabm", "1577", LABO)
    essai.importer()
    extrait = ouvrir(essai.dossier / "extrait")
    assert (extrait.patients, extrait.medecins, extrait.evenements) == (11, 2, 11)
    vus: list[int] = []
    for partition in extrait.partitions:
        tables = {nom: table.collect() for nom, table in extrait.tables(partition.nom).items()}
        assert set(tables["evenement"]["patient"]) <= set(tables["patient"]["patient"])
        assert set(tables["patient"]["medecin"].drop_nulls()) <= set(tables["medecin"]["medecin"])
        vus.extend(tables["patient"]["patient"])
    assert sorted(vus) == list(range(1, 12)) and len(extrait.partitions) > 2


def test_un_import_arrete_reprend(essai, monkeypatch):
    for rang in (1, 2):
        essai.source.acte(essai.patient(rang), SOIN, "nabm", "1577", LABO)
    source, extrait = essai.ecrire(), essai.dossier / "extrait"
    ecrire = assemblage.ecrire

    def arreter(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(assemblage, "ecrire", arreter)
    with pytest.raises(KeyboardInterrupt):
        importer(source, extrait, Demande(2026))
    lus = (extrait / ".snds" / "prs-0000.parquet").stat().st_mtime_ns
    assert oct((extrait / ".snds" / "cle").stat().st_mode)[-3:] == "600"
    with pytest.raises(Erreurs, match="n'est pas terminé"):
        ouvrir(extrait)

    def verifier(atelier, *autres):
        assert atelier.stade("prs-0000").stat().st_mtime_ns == lus
        return ecrire(atelier, *autres)

    monkeypatch.setattr(assemblage, "ecrire", verifier)
    importer(source, extrait, Demande(2026))
    assert lire(extrait)["evenement"].height == 2 and not (extrait / ".snds").exists()
    # Once over, it is only read again; asked otherwise, it is refused.
    assert importer(source, extrait, Demande(2026)).comptes["medecins"] == "moins de 5"
    with pytest.raises(Erreurs, match="un autre extrait"):
        importer(source, extrait, Demande(2026, etat_au=dt.date(2025, 6, 30)))


def test_aucun_identifiant_n_est_ecrit(essai, monkeypatch):
    cle = essai.patient()
    essai.source.acte(cle, SOIN, "nabm", "1577", LABO)
    source, extrait = essai.ecrire(), essai.dossier / "extrait"
    vus = []
    finir = assemblage.ecrire

    def regarder(atelier, *autres):
        vus.extend(f.read_bytes() for f in atelier.lieu.rglob("*") if f.is_file())
        for fichier in atelier.lieu.rglob("*.parquet"):
            vus.append(str(pl.read_parquet(fichier).to_dicts()).encode())
        return finir(atelier, *autres)

    monkeypatch.setattr(assemblage, "ecrire", regarder)
    importer(source, extrait, Demande(2026))
    vus += [f.read_bytes() for f in extrait.rglob("*") if f.is_file()]
    vus += [str(table.to_dicts()).encode() for table in lire(extrait).values()]
    for secret in (b"PSA0000", b"IDT0000", MEDECIN.encode(), LABO.encode()):
        assert not any(secret in contenu for contenu in vus)


def test_la_cle_fixe_les_rangs(essai, monkeypatch):
    for rang in range(1, 6):
        essai.patient(rang, naissance=dt.date(1960 + rang, 1, 1))
    source = essai.ecrire()
    ordres = []
    for nom, cle in (("a", "une clé bien assez longue"), ("b", "une clé bien assez longue"), ("c", "une autre clé, longue aussi")):
        monkeypatch.setenv("CONVMED_CLE_NIR", cle)
        importer(source, essai.dossier / nom, Demande(2026))
        ordres.append(lire(essai.dossier / nom)["patient"].sort("patient")["date_naissance"].to_list())
    assert ordres[0] == ordres[1] != ordres[2]


def test_le_parquet_le_gzip_et_les_sous_dossiers_donnent_le_meme_extrait(essai, monkeypatch):
    monkeypatch.setenv("CONVMED_CLE_NIR", "une clé bien assez longue")
    for rang in range(1, 6):
        essai.source.acte(essai.patient(rang), SOIN, "cip13", GRIPPE, PHARMACIE)
    source = essai.ecrire()
    autre = essai.dossier / "autre"
    (autre / "ER_PRS_F").mkdir(parents=True)
    for fichier in source.iterdir():
        table = pl.read_csv(fichier, separator=";", try_parse_dates=True)
        if fichier.stem == "ER_PRS_F":
            for partie, morceau in enumerate((table[:3], table[3:])):
                morceau.write_parquet(autre / "ER_PRS_F" / f"partie-{partie}.parquet")
        elif fichier.stem in {"IR_PHA_R", "ER_PHA_F"}:
            # A CIP13 read as a number, as data frames do.
            table.with_columns(pl.col("^.*C13$").cast(pl.Float64)).write_parquet(autre / f"{fichier.stem}.parquet")
        else:
            with gzip.open(autre / f"{fichier.name.lower()}.gz", "wb") as flux:
                flux.write(fichier.read_bytes().replace(b";", b","))
    for nom, lieu in (("a", source), ("b", autre)):
        importer(lieu, essai.dossier / nom, Demande(2026))
    a, b = lire(essai.dossier / "a"), lire(essai.dossier / "b")
    assert a["evenement"].height == 5
    assert all(a[nom].equals(b[nom]) for nom in a)


@pytest.mark.parametrize("ecriture", ["%d%b%Y:00:00:00", "%Y-%m-%d 00:00:00", "%d/%m/%Y", "%Y%m%d", "%Y-%m-%dT00:00:00"])
def test_les_notations_de_date(essai, ecriture):
    cle = essai.patient()
    essai.source.acte(cle, SOIN, "nabm", "1577", LABO)
    for lignes in essai.source.tables.values():
        for ligne in lignes:
            for nom, valeur in ligne.items():
                if isinstance(valeur, dt.date):
                    ligne[nom] = valeur.strftime(ecriture).upper()
    assert traceurs(essai.importer()) == [(SOIN, "hba1c")]


def test_l_exemple_est_celui_que_decrit_lisezmoi(tmp_path):
    bilan = importer(EXEMPLE, tmp_path / "extrait", Demande(2026))
    tables = lire(tmp_path / "extrait")
    assert (tables["patient"].height, tables["medecin"].height) == (82, 3)
    assert bilan.comptes | {
        "patients": 82, "avec_medecin_traitant": 74, "nir_fictifs": 1, "decedees": 1, "sans_annee_de_naissance": 1, "lignes_en_double": 1,
        "actes_annules": 1, "medecin_traitant_hors_medecins": 1,
    } == bilan.comptes  # fmt: skip
    ecrit = json.loads((tmp_path / "extrait" / "import.json").read_text("utf-8"))
    assert ecrit["comptes"]["patients"] == 82 and ecrit["comptes"]["decedees"] == "moins de 11"
    shutil.rmtree(tmp_path / "extrait")
