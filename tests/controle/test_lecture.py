"""What a file may hold that cannot be treated: each fault is named with its line, and the good lines are treated."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from convmed.controle import Controle, controler
from convmed.textes import Erreurs

from .factures import ORDINAIRE, dits, en_csv, lignes

SNP = {"code": "SNP", "montant": "15"}


def fautes(controle: Controle) -> list[tuple[int, str, str]]:
    return list(controle.rejets.select("ligne", "colonne", "message").iter_rows())


def erreurs(fichier: Path) -> list[tuple[str, str | None]]:
    with pytest.raises(Erreurs) as refus:
        controler(fichier)
    return [(faute.message, faute.colonne) for faute in refus.value.fautes]


@pytest.mark.parametrize(("fautive", "colonne", "message", "attendu"), [
    ({"code": "SNPP"}, "code", "code inconnu", "par exemple SNP"),
    ({"code": ""}, "code", "cellule vide", "Code facturé"),
    ({"facture": ""}, "facture", "cellule vide", "Identifiant de la facture"),
    ({"date_heure": "2026-03-10T10:00"}, "date_heure", "heure sans fuseau horaire", "AAAA-MM-JJThh:mm+01:00"),
    ({"date_heure": "2026-03-10"}, "date_heure", "valeur illisible", "AAAA-MM-JJThh:mm+01:00"),
    ({"date_heure": "2026-02-30T10:00+01:00"}, "date_heure", "valeur illisible", "AAAA-MM-JJThh:mm+01:00"),
    ({"date_heure": "2016-12-31T10:00+01:00"}, "date_heure", "date hors du calendrier légal connu", "du 01/01/2017 au 31/12/2031"),
    ({"date_heure": "2032-01-01T00:30+01:00"}, "date_heure", "date hors du calendrier légal connu", "du 01/01/2017 au 31/12/2031"),
    ({"date_heure": "0001-01-01T00:00+00:00", "date_naissance": ""}, "date_heure", "date hors du calendrier légal connu", "du 01/01/2017 au 31/12/2031"),
    ({"montant": "-1"}, "montant", "montant négatif", "au moins 0"),
    ({"montant": "trente"}, "montant", "valeur illisible", "un montant en euros, par exemple 1234,50"),
    ({"quantite": "0"}, "quantite", "quantité négative ou nulle", "au moins 1"),
    ({"quantite": "-2"}, "quantite", "quantité négative ou nulle", "au moins 1"),
    ({"depassement": "-5"}, "depassement", "dépassement négatif", "au moins 0"),
    ({"depassement": "31"}, "depassement", "dépassement supérieur au montant", "compris dans le montant"),
    ({"depassement": "5", "tarif_opposable": "oui"}, "depassement", "dépassement facturé à tarif opposable", "0"),
    ({"date_naissance": "2026-03-11"}, "date_naissance", "patient né après l'acte", "une date avant l'acte"),
    ({"date_heure_appel": "2026-03-10T10:01+01:00"}, "date_heure_appel", "après l'acte", "une heure avant l'acte"),
    ({"ald": "peut-être"}, "ald", "valeur illisible", "oui ou non"),
    ({"patient": "1,85051E+14"}, "patient", "identifiant abîmé par un tableur", "l'identifiant entier, au format texte"),
])  # fmt: skip
def test_chaque_faute_a_sa_ligne_et_les_bonnes_lignes_sont_traitees(
    tmp_path: Path, fautive: dict[str, str], colonne: str, message: str, attendu: str
) -> None:
    rangees = lignes({"facture": "A"}, {"facture": "B", **fautive}, {"facture": "C", "montant": "31"})
    controle = controler(en_csv(tmp_path, rangees))
    assert fautes(controle) == [(3, colonne, message)]
    assert controle.rejets["attendu"][0].startswith(attendu)
    assert (controle.lignes, controle.traitees) == (3, 2)
    assert dits(controle) == [(4, "tarif", "G : au-dessus du tarif")]


def test_toutes_les_fautes_d_une_ligne(tmp_path: Path) -> None:
    controle = controler(en_csv(tmp_path, lignes({}, {"code": "ZZZ", "montant": "-1", "quantite": "0", "date_heure": "hier", "facture": "B"})))
    assert [(ligne, colonne) for ligne, colonne, _ in fautes(controle)] == [(3, c) for c in ("code", "date_heure", "montant", "quantite")]


def test_un_nouveau_ne_se_juge_a_l_heure_locale(tmp_path: Path) -> None:
    """Born on the 11th in La Réunion, seen at 1 h there: it is still the 10th in universal time."""
    ne = {"date_heure": "2026-03-11T01:00+04:00", "date_naissance": "2026-03-11", "departement": "974"}
    assert fautes(controler(en_csv(tmp_path, lignes(ne)))) == []
    pas_ne = {"date_heure": "2026-03-11T01:00Z", "date_naissance": "2026-03-11", "departement": "973"}
    assert fautes(controler(en_csv(tmp_path, lignes(pas_ne)))) == [(2, "date_naissance", "patient né après l'acte")]


@pytest.mark.parametrize("ecrite", [
    "2026-03-10T10:00+01:00", "2026-03-10 10:00+01:00", "2026-03-10T10:00:00+01:00", "2026-03-10T09:00Z", "2026-03-10T09:00:00.000z",
    "2026-03-10T10:00+0100",
])  # fmt: skip
def test_les_ecritures_d_un_instant(tmp_path: Path, ecrite: str) -> None:
    controle = controler(en_csv(tmp_path, lignes({}, {**SNP, "date_heure": ecrite}, regulation="sas", patientele_mt="non")))
    assert (fautes(controle), dits(controle)) == ([], [])  # one encounter: the SNP has its consultation


def test_ligne_en_double(tmp_path: Path) -> None:
    controle = controler(en_csv(tmp_path, lignes({}, {}, {"facture": "F2"}, {"montant": "31"})))
    assert fautes(controle) == [(3, "code", "ligne en double"), (5, "code", "ligne en double")]
    assert (controle.lignes, controle.traitees, dits(controle)) == (4, 2, [])


def test_hors_de_l_ordre_des_dates(tmp_path: Path) -> None:
    jours = ("2026-03-10", "2026-03-12", "2026-03-11", "2026-03-13")
    rangees = lignes(*({"facture": jour, "date_heure": f"{jour}T10:00+01:00"} for jour in jours))
    rangees += lignes({"facture": "autre", "medecin": "M2", "date_heure": "2026-03-01T10:00+01:00"})
    controle = controler(en_csv(tmp_path, rangees))
    assert list(controle.avertissements.select("ligne", "colonne", "message").iter_rows()) == [
        (4, "date_heure", "antérieure à la ligne précédente du même médecin")
    ]
    assert (controle.traitees, controle.rejets.height) == (5, 0)


def test_colonnes_necessaires_absentes(tmp_path: Path) -> None:
    rangee = {nom: valeur for nom, valeur in ORDINAIRE.items() if nom not in {"code", "date_heure"}}
    assert erreurs(en_csv(tmp_path, [rangee])) == [
        ("colonne nécessaire absente", "date_heure"), ("colonne nécessaire absente", "code")
    ]  # fmt: skip


def test_colonne_presente_deux_fois(tmp_path: Path) -> None:
    fichier = tmp_path / "factures.csv"
    fichier.write_text("facture;medecin;patient;date_heure;code;acte\nF1;M1;P1;2026-03-10T10:00+01:00;G;SNP\n", "utf-8")
    assert erreurs(fichier) == [("colonne présente deux fois", "code")]


def test_colonnes_inconnues_et_absentes_sont_dites(tmp_path: Path) -> None:
    controle = controler(en_csv(tmp_path, lignes({"couleur": "bleu"})))
    assert controle.colonnes_ignorees == ("couleur",)
    assert {"depassement", "adressage"} <= set(controle.colonnes_absentes)
    assert not {"montant", "lieu"} & set(controle.colonnes_absentes)


@pytest.mark.parametrize(("octets", "nom", "message"), [
    (b"", "f.csv", "ce fichier est vide"),
    (";".join(ORDINAIRE).encode() + b"\n", "f.csv", "aucune ligne sous les en-têtes"),
    (";".join(ORDINAIRE).encode() + b"\n\n  \n", "f.csv", "aucune ligne sous les en-têtes"),
    (b"%PDF-1.7 facture", "f.csv", "c'est un PDF"),
    (b"PK\x03\x04classeur", "f.csv", "c'est un classeur (xlsx, ods) ou une archive zip : enregistrez la feuille au format CSV"),
    (b"<html></html>", "f.csv", "c'est une page HTML ou un document XML"),
    (b"texte", "f.parquet", "ce n'est pas un fichier Parquet, ou il est coupé"),
], ids=["vide", "en-tetes", "lignes-blanches", "pdf", "classeur", "html", "parquet"])  # fmt: skip
def test_fichier_d_une_autre_nature(tmp_path: Path, octets: bytes, nom: str, message: str) -> None:
    fichier = tmp_path / nom
    fichier.write_bytes(octets)
    assert [m for m, _ in erreurs(fichier)] == [message]


def test_ligne_trop_longue_mise_a_part(tmp_path: Path) -> None:
    fichier = en_csv(tmp_path, lignes({}, {"facture": "B"}))
    contenu = fichier.read_text("utf-8").splitlines()
    fichier.write_text("\n".join([contenu[0], contenu[1] + ";de trop", contenu[2]]) + "\n", "utf-8")
    controle = controler(fichier)
    assert [(ligne, message) for ligne, _, message in fautes(controle)] == [(2, "cette ligne a plus de cellules que l'en-tête")]
    assert (controle.lignes, controle.traitees) == (2, 1)


# --- no identity goes out

NIR = "185057800608436"


@pytest.mark.parametrize("nir", [NIR, "1 85 05 78 006 084 36", "2850578006084"])
@pytest.mark.parametrize("colonne", ["patient", "medecin", "facture", "motif"])
def test_un_nir_ne_sort_jamais(tmp_path: Path, colonne: str, nir: str) -> None:
    rangees = lignes({"montant": "31"}, {"code": "ZZZ"}, {"code": "MD", "montant": "-3"}, **{colonne: nir})
    controle = controler(en_csv(tmp_path, rangees))
    sorties = [controle.constats, controle.rejets, controle.avertissements, controle.synthese()]
    ecrit = "".join(table.write_csv() for table in sorties)
    assert controle.constats.height == 1
    assert nir not in ecrit
    assert nir.replace(" ", "")[:13] not in ecrit


def test_un_meme_nir_est_un_meme_patient(tmp_path: Path) -> None:
    gl1 = {"code": "GL1", "montant": "60", "date_naissance": "1930-01-01"}
    jours = ({"facture": f"F{mois}", "date_heure": f"2026-0{mois}-03T10:00+01:00", "patient": nir} for mois, nir in ((2, NIR), (3, NIR[:13])))
    controle = controler(en_csv(tmp_path, lignes(*jours, **gl1)))
    assert dits(controle) == [(3, "limite", "GL1 : plafond")]


# --- Parquet says the same as CSV


def test_parquet_en_textes_et_en_types_propres(tmp_path: Path) -> None:
    rangees = lignes({"montant": "31.50", "quantite": "1"}, {**SNP, "quantite": "1"}, {"code": "TCG", "facture": "B", "montant": "25", "quantite": "2"}, ald="oui")
    attendu = controler(en_csv(tmp_path, rangees)).constats
    textes = pl.DataFrame(rangees, schema=dict.fromkeys(rangees[0], pl.String))
    instants = [dt.datetime.fromisoformat(rangee["date_heure"]) for rangee in rangees]
    propres = textes.with_columns(
        pl.Series("date_heure", instants, dtype=pl.Datetime("ms", "Europe/Paris")),
        pl.col("date_naissance").str.to_date(), pl.col("quantite").cast(pl.Int16), pl.col("lieu").cast(pl.Categorical),
        ald=pl.lit(True), patientele_mt=pl.lit(True),
    )  # fmt: skip
    montants: dict[str, Any] = {"decimal": [Decimal(r["montant"]) for r in rangees], "flottant": [float(r["montant"]) for r in rangees]}
    tables = {"textes": textes, **{nom: propres.with_columns(pl.Series("montant", valeurs)) for nom, valeurs in montants.items()}}
    for nom, table in tables.items():
        fichier = tmp_path / f"{nom}.parquet"
        table.write_parquet(fichier)
        # The first row under the headers of a CSV is its second line.
        obtenu = controler(fichier)
        assert obtenu.rejets.is_empty(), (nom, obtenu.rejets.to_dicts())
        assert obtenu.constats.with_columns(pl.col("ligne") + 1).to_dicts() == attendu.to_dicts(), nom


def test_parquet_sans_fuseau(tmp_path: Path) -> None:
    table = pl.DataFrame(lignes({})).with_columns(date_heure=pl.lit(dt.datetime(2026, 3, 10, 10)))
    table.write_parquet(tmp_path / "f.parquet")
    controle = controler(tmp_path / "f.parquet")
    assert fautes(controle) == [(1, "date_heure", "heure sans fuseau horaire")]
