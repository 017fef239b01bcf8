"""The inputs drawn from an encounter: hours where the doctor works, delays, days, price; and what cannot be."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from convmed.cotation.seance import champ_de, date_locale, entrees, fautes_de_la_seance, minutes_entre
from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.textes import Erreurs

from .outils import SEANCE, seance

UTC = dt.UTC


def lues(**champs: Any) -> dict[str, Any]:
    return entrees(seance(**champs))


@pytest.mark.parametrize(
    ("date_heure", "departement", "jour", "heure"),
    [
        ("2026-03-10T10:00+01:00", None, "2026-03-10", 600),
        ("2026-03-10T09:00Z", "75", "2026-03-10", 600),
        ("2026-03-10 09:00:59+0000", "75", "2026-03-10", 600),
        # The same instant is another day overseas.
        ("2026-03-10T23:30+01:00", "974", "2026-03-11", 150),
        ("2026-03-11T03:30+01:00", "972", "2026-03-10", 22 * 60 + 30),
        ("2026-03-11T00:30+01:00", "973", "2026-03-10", 20 * 60 + 30),
        ("2026-03-10T22:30+01:00", "976", "2026-03-11", 30),
        ("2026-12-31T23:30-04:00", "971", "2026-12-31", 23 * 60 + 30),
        ("2027-01-01T00:30+01:00", "971", "2026-12-31", 19 * 60 + 30),
        # The clocks move at 1 h UTC: 2 h never happens in March, happens twice in October.
        ("2026-03-29T01:59+01:00", "75", "2026-03-29", 119),
        ("2026-03-29T02:00+01:00", "75", "2026-03-29", 180),
        ("2026-10-25T02:30+02:00", "75", "2026-10-25", 150),
        ("2026-10-25T02:30+01:00", "75", "2026-10-25", 150),
    ],
)
def test_le_jour_et_l_heure_sont_ceux_du_lieu_d_exercice(date_heure: str, departement: str | None, jour: str, heure: int) -> None:
    medecin = {} if departement is None else {"departement": departement}
    lu = lues(date_heure=date_heure, medecin=medecin)
    assert (lu["date_acte"].isoformat(), lu["heure"]) == (jour, heure)
    assert lu["premier_janvier"] == dt.date(lu["date_acte"].year, 1, 1)
    assert date_locale(seance(date_heure=date_heure, medecin=medecin)).isoformat() == jour
    assert lu["jour_semaine"] == lu["date_acte"].isoweekday()


@pytest.mark.parametrize(
    ("departement", "territoire"), [("75", "metropole"), ("67", "metropole"), ("974", "reunion"), ("976", "mayotte"), ("978", "metropole"), (None, "metropole")]
)
def test_le_territoire_des_prix(departement: str | None, territoire: str) -> None:
    assert lues(medecin={} if departement is None else {"departement": departement})["territoire"] == territoire


@pytest.mark.parametrize(
    ("jour", "departement", "ferie", "veille", "lendemain"),
    [("2026-05-01", "75", True, False, False), ("2026-04-30", "75", False, True, False), ("2026-05-02", "75", False, False, True),
     ("2026-12-26", "67", True, False, True), ("2026-12-26", "75", False, False, True), ("2026-05-27", "971", True, False, False),
     ("2026-03-10", "75", False, False, False)],
)  # fmt: skip
def test_les_feries_sont_ceux_du_territoire(jour: str, departement: str, ferie: bool, veille: bool, lendemain: bool) -> None:
    lu = lues(date_heure=f"{jour}T12:00Z", medecin={"departement": departement})
    assert (lu["jour_ferie"], lu["veille_de_ferie"], lu["lendemain_de_ferie"]) == (ferie, veille, lendemain)


@pytest.mark.parametrize(
    ("secondes", "minutes"), [(0, 0), (1, 1), (59, 1), (60, 1), (61, 2), (48 * 3600, 2880), (48 * 3600 + 1, 2881), (-1, 0), (-61, -1)]
)
def test_une_minute_commencee_compte(secondes: int, minutes: int) -> None:
    depart = dt.datetime(2026, 3, 10, 10, tzinfo=UTC)
    assert minutes_entre(depart, depart + dt.timedelta(seconds=secondes)) == minutes


def test_les_delais_sont_des_durees_pas_des_heures_d_horloge() -> None:
    """Hold: the night of the change of hour, 48 hours are 2880 minutes all the same."""
    lu = lues(date_heure="2026-03-30T10:00+02:00", date_heure_appel="2026-03-28T09:00+01:00")
    assert lu["minutes_depuis_appel"] == lu["minutes_depuis_adressage"] == 2880
    lu = lues(date_heure="2026-03-10T10:00+01:00", date_heure_appel="2026-03-10T08:00+00:00", date_heure_adressage="2026-03-09T10:00+01:00")
    assert (lu["minutes_depuis_appel"], lu["minutes_depuis_adressage"]) == (60, 1440)


@pytest.mark.parametrize(
    ("adressage", "acte", "jours"),
    [
        ("2026-03-06T10:00+01:00", "2026-03-10T10:00+01:00", 2),
        ("2026-03-10T08:00+01:00", "2026-03-10T10:00+01:00", 0),
        ("2026-04-30T10:00+02:00", "2026-05-04T10:00+02:00", 1),
        # 23:30 in Paris is the next day in La Réunion, here and there.
        ("2026-03-09T23:30+01:00", "2026-03-11T10:00+01:00", 2),
    ],
)
def test_les_jours_ouvres_depuis_l_adressage(adressage: str, acte: str, jours: int) -> None:
    assert lues(date_heure=acte, date_heure_adressage=adressage)["jours_ouvres_depuis_adressage"] == jours


@pytest.mark.parametrize(("adressage", "connus"), [("2016-12-31T10:00+01:00", False), ("2017-01-01T10:00+01:00", True), ("1950-01-01T00:00Z", False)])
def test_avant_le_calendrier_les_jours_ouvres_ne_sont_pas_connus(adressage: str, connus: bool) -> None:
    lu = lues(date_heure="2017-01-05T10:00+01:00", date_heure_adressage=adressage)
    assert ("jours_ouvres_depuis_adressage" in lu) is connus
    assert lu["minutes_depuis_adressage"] > 0
    assert fautes_de_la_seance(seance(date_heure="2017-01-05T10:00+01:00", date_heure_adressage=adressage)) == []


def test_ce_qui_n_est_pas_dit_n_est_pas_connu() -> None:
    lu = lues(lieu=None, medecin=None, patient=None)
    for nom in ("lieu", "medecin_specialite", "medecin_secteur", "tarif_opposable", "patient_naissance", "patient_ald", "patientele_mt",
                "minutes_depuis_appel", "minutes_depuis_adressage", "jours_ouvres_depuis_adressage", "motif"):  # fmt: skip
        assert nom not in lu, nom
    assert (lu["regulation"], lu["samedi_ouvert"], lu["ponts_ouverts"], lu["territoire"]) == ("aucune", True, False, "metropole")
    assert None not in lu.values()


@pytest.mark.parametrize(
    ("champs", "opposable"),
    [
        ({"medecin": {"secteur": "1"}}, True),
        ({"medecin": {"secteur": "2"}}, None),
        ({"medecin": {"secteur": "nc"}}, None),
        ({"medecin": {"secteur": "2"}, "depassement": 0}, True),
        ({"medecin": {"secteur": "2"}, "depassement": 0.01}, False),
        ({"medecin": {"secteur": "1"}, "depassement": 10}, False),
        ({"medecin": {"secteur": "2"}, "tarif_opposable": True}, True),
        ({"medecin": {"secteur": "1"}, "tarif_opposable": False}, False),
        ({"medecin": {"secteur": "2"}, "tarif_opposable": False, "depassement": 0}, False),
    ],
)
def test_le_tarif_opposable_est_dit_ou_deduit(champs: dict[str, Any], opposable: bool | None) -> None:
    assert lues(**champs).get("tarif_opposable") is opposable


@pytest.mark.parametrize(("creneaux", "samedi", "ponts"), [(None, True, False), ([], False, False), (["ponts"], False, True), (["samedi", "ponts"], True, True)])
def test_le_cahier_des_charges_ouvre_le_samedi_seul_s_il_n_est_pas_dit(creneaux: list[str] | None, samedi: bool, ponts: bool) -> None:
    lu = lues(cahier_des_charges=creneaux)
    assert (lu["samedi_ouvert"], lu["ponts_ouverts"]) == (samedi, ponts)


@pytest.mark.parametrize(
    "instant",
    ["2026-03-10T10:00", "2026-03-10", "10/03/2026 10:00", "2026-02-30T10:00Z", "2026-03-10T25:00Z", "2026-03-10T10:00+25:00", 1773136800,
     "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "1899-12-31T23:59Z", "3000-01-01T00:00Z", dt.datetime(2026, 3, 10, 10)],
)  # fmt: skip
@pytest.mark.parametrize("champ", ["date_heure", "date_heure_appel", "date_heure_adressage"])
def test_une_date_et_une_heure_mal_ecrites_sont_refusees(champ: str, instant: object) -> None:
    with pytest.raises(Erreurs) as erreurs:
        seance(**{champ: instant})
    assert [f.champ for f in erreurs.value.fautes] == [f"entree.{champ}"]


@pytest.mark.parametrize(
    ("date_heure", "departement", "refusee"),
    [("2016-12-31T12:00Z", "75", True), ("2017-01-01T00:00+01:00", "75", False), ("2016-12-31T23:59+01:00", "75", True),
     ("2017-01-01T00:30+01:00", "971", True), ("2030-12-31T12:00Z", "75", False), ("2031-01-01T00:00+01:00", "75", True),
     ("2030-12-31T23:00Z", "974", True), ("2999-12-31T12:00Z", "75", True), ("1950-01-01T12:00Z", "75", True)],
)  # fmt: skip
def test_un_acte_hors_des_exercices_est_refuse(date_heure: str, departement: str, refusee: bool) -> None:
    fautes = fautes_de_la_seance(seance(date_heure=date_heure, medecin={"departement": departement}, patient=None))
    assert [(f.champ, f.attendu) for f in fautes] == [("entree.date_heure", "une date de 2017 à 2030")] * refusee


def test_le_contrat_refuse_une_date_impossible_sans_se_rompre() -> None:
    for date_heure in ("2016-12-31T12:00Z", "2031-06-01T12:00Z", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"):
        with pytest.raises(CasRefuses) as refus:
            repondre("tarifs", {"entree": {**SEANCE, "codes": ["G"], "date_heure": date_heure}})
        assert refus.value.erreurs
    lu = repondre("tarifs", {"entree": {**SEANCE, "codes": ["CS", "MCU"], "medecin": {"specialite": "14", "secteur": "1"},
                                        "date_heure_adressage": "2010-01-01T10:00+01:00", "adressage": "medecin-traitant"}})  # fmt: skip
    assert any("MCU" in reserve for reserve in lu["resultats"]["reserves"])


def test_ce_qui_ne_peut_etre_est_dit_tout_a_la_fois() -> None:
    fautes = fautes_de_la_seance(
        seance(
            patient={"date_naissance": "2026-03-11"}, date_heure_appel="2026-03-10T10:01+01:00", date_heure_adressage="2026-03-10T10:00:01+01:00",
            tarif_opposable=True, depassement=5,
        )
    )  # fmt: skip
    assert [f.champ for f in fautes] == ["entree.patient.date_naissance", "entree.date_heure_appel", "entree.date_heure_adressage", "entree.depassement"]
    juste = seance(
        patient={"date_naissance": "2026-03-10"}, date_heure_appel="2026-03-10T10:00+01:00", tarif_opposable=True, depassement=0
    )
    assert fautes_de_la_seance(juste) == []


@pytest.mark.parametrize(
    ("entree", "champ"),
    [("medecin_specialite", "entree.medecin.specialite"), ("patient_naissance", "entree.patient.date_naissance"), ("lieu", "entree.lieu"),
     ("minutes_depuis_appel", "entree.date_heure_appel"), ("territoire", "entree.medecin.departement"),
     ("jours_ouvres_depuis_adressage", "entree.date_heure_adressage")],
)  # fmt: skip
def test_le_champ_qui_donne_une_entree(entree: str, champ: str) -> None:
    assert champ_de(entree) == champ
