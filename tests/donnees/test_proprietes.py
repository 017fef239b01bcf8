"""Generated dossiers: written then read back they say the same, and whatever the bytes, a reading ends in French."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convmed.donnees.colonnes_dossier import INDICATEURS, TRACEURS_CONNUS
from convmed.donnees.dossier import lire_dossier, verifier
from convmed.textes import Erreurs

from .conftest import Ecrire

REGLAGES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
dates = st.dates(dt.date(1900, 1, 1), dt.date(2026, 12, 31))
identifiants = st.from_regex(r"[a-zé][a-z0-9é;,\" ]{0,8}[a-z0-9]", fullmatch=True)
patients = st.fixed_dictionaries({
    "patient": identifiants,
    "date_naissance": st.none() | dates,
    "sexe": st.none() | st.sampled_from("FM"),
    "ald": st.none() | st.booleans(),
    "ald_numeros": st.none() | st.lists(st.integers(1, 32), min_size=1, max_size=4, unique=True).map(sorted),
    "c2s": st.none() | st.booleans(),
    "exclu": st.none() | st.lists(st.sampled_from(INDICATEURS), min_size=1, max_size=3, unique=True),
})  # fmt: skip


def en_cellule(valeur: Any, tirage: Any) -> str:
    """Write a value in one of the notations that a person uses."""
    if valeur is None:
        return tirage.draw(st.sampled_from(["", " "]))
    if isinstance(valeur, bool):
        return tirage.draw(st.sampled_from(["oui", "O", "1", "vrai", "x"] if valeur else ["non", "N", "0", "Faux"]))
    if isinstance(valeur, dt.date):
        forme = tirage.draw(st.sampled_from(["{:%Y-%m-%d}", "{:%d/%m/%Y}", "{:%d.%m.%Y}", " {:%d-%m-%Y}"]))
        # `%Y` does not pad years before 1000, none of which is drawn.
        return forme.format(valeur)
    if isinstance(valeur, list):
        return tirage.draw(st.sampled_from([";", ",", " ", ", "])).join(map(str, valeur))
    return str(valeur)


@REGLAGES
@given(st.lists(patients, max_size=8, unique_by=lambda patient: patient["patient"]), st.sampled_from(";,\t"),
       st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]), st.sampled_from(["\n", "\r\n"]), st.data())  # fmt: skip
def test_ecrire_puis_relire(
    ecrire: Ecrire, liste: list[dict[str, Any]], separateur: str, encodage: str, fin: str, tirage: Any
) -> None:
    colonnes = list(tirage.draw(st.permutations(["patient", "date_naissance", "sexe", "ald", "ald_numeros", "c2s", "exclu"])))
    tampon = io.StringIO(newline="")
    ecrivain = csv.writer(tampon, delimiter=separateur, lineterminator=fin)
    ecrivain.writerow(colonnes)
    ecrivain.writerows([[en_cellule(patient[colonne], tirage) for colonne in colonnes] for patient in liste])
    lu = lire_dossier(ecrire(patients=tampon.getvalue().encode(encodage)))
    assert lu.patients.drop("medecin").to_dicts() == liste
    assert lu.affections.rows() == [(p["patient"], numero) for p in liste for numero in p["ald_numeros"] or []]
    assert verifier(lu, 2026) == []


@REGLAGES
@given(st.lists(st.tuples(st.sampled_from(["p1", "p2"]), st.dates(dt.date(2020, 1, 1), dt.date(2020, 1, 5)),
                          st.sampled_from(TRACEURS_CONNUS[:3]), st.integers(-2, 3)), max_size=15))  # fmt: skip
def test_les_annulations_comme_a_la_main(ecrire: Ecrire, actes: list[tuple[str, dt.date, str, int]]) -> None:
    contenu = "patient;date;traceur;quantite\n" + "".join(f"{p};{jour};{traceur};{q}\n" for p, jour, traceur, q in actes)
    lu = lire_dossier(ecrire(evenements=contenu)).evenements
    assert lu is not None
    a_annuler: dict[tuple[str, dt.date, str], int] = {}
    for *acte, quantite in actes:
        a_annuler[tuple(acte)] = a_annuler.get(tuple(acte), 0) + max(0, -quantite)  # type: ignore[index,arg-type]
    restent, cumuls = set(), dict.fromkeys(a_annuler, 0)
    for *morceaux, quantite in actes:
        acte = tuple(morceaux)
        if quantite > 0:
            cumuls[acte] += quantite  # type: ignore[index]
            if cumuls[acte] > a_annuler[acte]:  # type: ignore[index]
                restent.add(acte)
    assert set(lu.rows()) == restent
    assert lu.height == len(restent)


@REGLAGES
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda texte: texte.encode("utf-8", "replace")),
       st.sampled_from(["patients", "evenements", "paiements", "actes", "nomenclatures", "cabinet", "patients__parquet"]),
       st.sampled_from([b"", b"patient;sexe\n", b'patient;"', b"PAR1", b"\xff\xfe", b"date;montant;libelle\n"]))  # fmt: skip
def test_n_importe_quels_octets(ecrire: Ecrire, octets: bytes, nom: str, debut: bytes) -> None:
    fichiers = {nom: debut + octets, **({"patients": None} if nom == "patients__parquet" else {})}
    try:
        lu = lire_dossier(ecrire(evenements=None, **fichiers) if nom != "evenements" else ecrire(**fichiers))
    except Erreurs as refus:
        assert refus.fautes
        assert all(faute.message for faute in refus.fautes)
    else:
        assert isinstance(lu.patients, pl.DataFrame)


@REGLAGES
@given(st.lists(patients, min_size=1, max_size=6, unique_by=lambda patient: patient["patient"]))
def test_csv_et_parquet_disent_pareil(ecrire: Ecrire, tmp_path_factory: Any, liste: list[dict[str, Any]]) -> None:
    schema = {"patient": pl.String, "date_naissance": pl.Date, "sexe": pl.String, "ald": pl.Boolean,
              "ald_numeros": pl.List(pl.Int64), "c2s": pl.Boolean, "exclu": pl.List(pl.String)}  # fmt: skip
    table = pl.DataFrame(liste, schema=schema)
    tampon = io.BytesIO()
    table.write_parquet(tampon)
    ailleurs: Path = tmp_path_factory.mktemp("parquet")
    (ailleurs / "cabinet.toml").write_text("[medecin]\n")
    (ailleurs / "patients.parquet").write_bytes(tampon.getvalue())
    assert lire_dossier(ailleurs).patients.drop("medecin").to_dicts() == liste
