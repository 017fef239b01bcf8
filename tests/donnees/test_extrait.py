"""An extrait: written partition by partition, read again whole, refused with all its faults."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from convmed.donnees import extrait as module
from convmed.donnees.colonnes_dossier import TRACEURS_CONNUS
from convmed.donnees.extrait import CHANTIER, MANIFESTE, RANGEES_PAR_GROUPE, Ecrivain, ouvrir
from convmed.textes import Erreurs

JOUR = dt.date(2026, 5, 4)


def tables(premier: int = 0, actes: int = 2) -> dict[str, Any]:
    """Return a partition of one doctor, two patients (one without a doctor) and a few acts."""
    return {
        "medecin": pl.DataFrame({"medecin": [premier], "secteur": ["1"], "zone": ["zip"]}),
        "patient": pl.DataFrame({"patient": [premier, premier + 1], "medecin": [premier, None], "date_naissance": [JOUR] * 2, "sexe": ["F", "M"]}),
        "evenement": pl.DataFrame({"patient": [premier] * actes, "date": [JOUR] * actes, "traceur": ["hba1c"] * actes}),
        "affection": pl.DataFrame({"patient": [premier], "numero_ald": [8]}),
    }  # fmt: skip


def ecrivain(chemin: Path, graine: int | None = 7, annee: int = 2026, **parametres: object) -> Ecrivain:
    return Ecrivain(chemin, "synthetique", graine, annee, parametres)


@pytest.fixture
def fini(tmp_path: Path) -> Path:
    un = ecrivain(tmp_path / "x")
    un.ecrire("0000", tables())
    un.ecrire("0001", tables(10, actes=3))
    un.finir()
    return tmp_path / "x"


def refus(essai: Callable[[], object]) -> list[str]:
    with pytest.raises(Erreurs) as erreurs:
        essai()
    return [str(faute) for faute in erreurs.value.fautes]


def manifeste(chemin: Path, **champs: Any) -> None:
    fichier = chemin / MANIFESTE
    fichier.write_text(json.dumps({**json.loads(fichier.read_text("utf-8")), **champs}), "utf-8")


def test_un_extrait_se_relit(fini: Path) -> None:
    extrait = ouvrir(fini)
    assert (extrait.origine, extrait.graine, extrait.annee) == ("synthetique", 7, 2026)
    assert (extrait.patients, extrait.medecins, extrait.evenements) == (4, 2, 5)
    assert [(p.nom, p.patients, p.medecins, p.evenements) for p in extrait.partitions] == [("0000", 2, 1, 2), ("0001", 2, 1, 3)]
    lues = {nom: table.collect() for nom, table in extrait.tables("0001").items()}
    assert lues.keys() == {"medecin", "patient", "evenement", "affection"}
    assert lues["patient"].get_column("medecin").to_list() == [10, None]
    assert not (fini / CHANTIER).exists()


def test_les_types_sont_les_memes_d_ou_que_vienne_la_table(fini: Path) -> None:
    schema = pl.read_parquet_schema(fini / "0000" / "evenement.parquet")
    assert schema == {"patient": pl.Int64, "date": pl.Date, "traceur": pl.Enum(TRACEURS_CONNUS)}
    assert pl.read_parquet_schema(fini / "0000" / "medecin.parquet")["zone"] == pl.Enum(["zip", "zac", "hors-zone"])


def test_les_tables_facultatives_se_lisent_si_elles_sont_la(tmp_path: Path) -> None:
    un = ecrivain(tmp_path / "x", graine=None)
    un.ecrire("a", {**tables(), "exclusion": pl.DataFrame({"patient": [0], "indicateur_exclu": ["hpv"]})})
    un.ecrire("b", tables(5))
    extrait = un.finir()
    assert extrait.graine is None
    assert "exclusion" in extrait.tables("a")
    assert "exclusion" not in extrait.tables("b")


def test_une_table_paresseuse_s_ecrit_et_les_groupes_sont_bornes(tmp_path: Path) -> None:
    un = ecrivain(tmp_path / "x")
    un.ecrire("0000", {**tables(), "evenement": tables(actes=RANGEES_PAR_GROUPE + 10)["evenement"].lazy()})
    un.ecrire("0001", tables(5, actes=RANGEES_PAR_GROUPE + 10))
    un.finir()
    for nom in ("0000", "0001"):
        fichier = tmp_path / "x" / nom / "evenement.parquet"
        lus = duckdb.sql(f"select row_group_num_rows, compression, coalesce(stats_max, stats_max_value) from parquet_metadata('{fichier}')").fetchall()
        assert max(nombre for nombre, _, _ in lus) <= RANGEES_PAR_GROUPE
        assert {compression for _, compression, _ in lus} == {"ZSTD"}
        assert all(maximum is not None for _, _, maximum in lus)


def test_une_partition_parait_entiere_ou_pas_du_tout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    un = ecrivain(tmp_path / "x")

    def casse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", casse)
    assert refus(lambda: un.ecrire("0000", tables())) == [f"{tmp_path / 'x'} : écriture impossible : il n'y a plus de place sur le disque"]
    assert [lieu.name for lieu in (tmp_path / "x").iterdir()] == [CHANTIER]
    assert not un.fait("0000")


def test_un_extrait_commence_se_reprend(tmp_path: Path) -> None:
    chemin = tmp_path / "loin" / "x"
    ecrivain(chemin, patients=4).ecrire("0000", tables())
    (chemin / ".0001.reste").mkdir()
    assert refus(lambda: ouvrir(chemin))[0].startswith(f"{chemin} : cet extrait n'est pas terminé")
    suite = ecrivain(chemin, patients=4)
    assert (suite.fait("0000"), suite.fait("0001"), suite.termine) == (True, False, False)
    suite.ecrire("0001", tables(10))
    assert suite.finir().patients == 4
    assert sorted(lieu.name for lieu in chemin.iterdir()) == ["0000", "0001", MANIFESTE]
    assert ecrivain(chemin, patients=4).termine


@pytest.mark.parametrize("autre", [{"graine": 8}, {"annee": 2025}, {"patients": 5}])
@pytest.mark.parametrize("termine", [False, True])
def test_un_autre_extrait_n_est_ni_melange_ni_efface(tmp_path: Path, autre: dict[str, Any], termine: bool) -> None:
    un = ecrivain(tmp_path / "x", patients=4)
    un.ecrire("0000", tables())
    if termine:
        un.finir()
    with pytest.raises(Erreurs, match="ce dossier contient un autre extrait"):
        ecrivain(tmp_path / "x", **{"patients": 4, **autre})
    assert un.fait("0000")


def test_un_dossier_d_autre_chose_est_refuse(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert refus(lambda: ecrivain(tmp_path)) == [f"{tmp_path} : ce dossier n'est pas vide (attendu : un nom libre, ou un dossier vide)"]
    assert refus(lambda: ecrivain(tmp_path / "notes.txt"))[0].endswith("un fichier porte déjà ce nom (attendu : un nom libre, ou un dossier vide)")
    assert [lieu.name for lieu in tmp_path.iterdir()] == ["notes.txt"]


def test_une_partition_fausse_est_refusee_toutes_fautes_dites(tmp_path: Path) -> None:
    fausses = tables()
    del fausses["affection"]
    fausses["medecin"] = pl.DataFrame({"medecin": [0], "secteur": ["9"]})
    fausses["patient"] = fausses["patient"].drop("sexe")
    dites = refus(lambda: ecrivain(tmp_path / "x").ecrire("0000", {**fausses, "acte": pl.DataFrame()}))
    assert [dite.removeprefix(str(tmp_path / "x" / "0000")) for dite in dites] == [
        " : la table « affection » manque",
        " : table inconnue « acte » (attendu : medecin, patient, evenement, affection, exclusion, hors_cible)",
        "/medecin.parquet, colonne « secteur » : colonne de type String (attendu : Enum(categories=['1', '2', 'nc']))",
        "/patient.parquet, colonne « sexe » : la colonne manque",
    ]
    assert not (tmp_path / "x" / "0000").exists()


def test_un_extrait_abime_est_refuse(fini: Path) -> None:
    (fini / "0000" / "affection.parquet").unlink()
    (fini / "0000" / "medecin.parquet").write_bytes(b"PAR1")
    pl.DataFrame({"patient": [10, 11], "date_naissance": [JOUR] * 2, "sexe": ["F", "M"]}).write_parquet(fini / "0001" / "patient.parquet")
    pl.DataFrame({"patient": [10], "date": ["hier"], "traceur": ["hba1c"]}).write_parquet(fini / "0001" / "evenement.parquet")
    assert [dite.removeprefix(str(fini)) for dite in refus(lambda: ouvrir(fini))] == [
        "/0000/medecin.parquet : Parquet illisible",
        "/0000/affection.parquet : la table « affection » manque",
        "/0001/patient.parquet, colonne « medecin » : la colonne manque",
        "/0001/evenement.parquet, colonne « date » : colonne de type String (attendu : Date)",
        "/0001/evenement.parquet : 1\N{NO-BREAK SPACE}ligne, 3 annoncées par le manifeste",
    ]


def test_des_mots_au_lieu_de_numeros_se_lisent(fini: Path) -> None:
    """Accept: another tool may rewrite a partition with plain words and narrower integers."""
    fichier = fini / "0000" / "evenement.parquet"
    pl.read_parquet(fichier).with_columns(pl.col("traceur").cast(pl.String), pl.col("patient").cast(pl.Int32)).write_parquet(fichier)
    assert ouvrir(fini).evenements == 5


@pytest.mark.parametrize(
    ("champs", "dit"),
    [
        ({"format": 2}, "format 2 inconnu (attendu : le format 1)"),
        ({"patients": 5}, "patients : 5 annoncés, 4 dans les partitions"),
        ({"partitions": [{"nom": "../x", "patients": 0, "medecins": 0, "evenements": 0}]}, "partitions[0].nom"),
        ({"partitions": [{"nom": "9", "patients": 4, "medecins": 2, "evenements": 5}]}, "la partition 9 manque"),
        ({"annee": "2026"}, "annee"),
        ({"inconnu": 1}, "champ inconnu"),
    ],
)
def test_un_manifeste_faux_est_refuse(fini: Path, champs: dict[str, Any], dit: str) -> None:
    manifeste(fini, **champs)
    assert dit in "\n".join(refus(lambda: ouvrir(fini)))


def test_pas_de_manifeste_ou_illisible(tmp_path: Path) -> None:
    assert f"il n'y a pas de {MANIFESTE} ici" in refus(lambda: ouvrir(tmp_path))[0]
    for texte in ("{", "[" * 100_000, "[]"):
        (tmp_path / MANIFESTE).write_text(texte)
        assert MANIFESTE in refus(lambda: ouvrir(tmp_path))[0]


def test_une_partition_nommee_deux_fois(fini: Path) -> None:
    une = {"nom": "0000", "patients": 2, "medecins": 1, "evenements": 2}
    manifeste(fini, partitions=[une, une], medecins=2, evenements=4)
    assert refus(lambda: ouvrir(fini)) == [f"{fini / MANIFESTE} : la partition 0000 est nommée deux fois"]


def test_les_constantes_sont_celles_du_format() -> None:
    assert (module.FORMAT, module.PATIENTS_PAR_PARTITION) == (1, 500_000)
