"""Médecin traitant: the consents of each way, the teleconsultation, the dates of a change, the collaborateur."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "medecin-traitant"
PAPIER = {
    "calcul": "changement", "voie": "papier", "consultation": "physique", "signature_patient": True,
    "signature_medecin": True,
}  # fmt: skip
BOOLEENS = [True, False]


def resultats(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    obtenus: dict[str, Any] = repondre(NOM, {"annee": 2026, "entree": entree, **cas})["resultats"]
    return obtenus


def champs_refuses(entree: dict[str, Any]) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"annee": 2026, "entree": entree})
    return {erreur["champ"] for erreur in refus.value.erreurs}


@pytest.mark.normes("C14.1A-04", "C14.1A-07")
@pytest.mark.parametrize(("lieu", "accord"), list(product(["physique", "teleconsultation", "aucune"], BOOLEENS)))
def test_la_declaration_en_ligne(lieu: str, accord: bool) -> None:
    obtenus = resultats({"calcul": "declaration", "voie": "en-ligne", "consultation": lieu, "accord_patient": accord})
    assert obtenus["licite"] == (accord and lieu != "teleconsultation")
    assert len(obtenus["motifs"]) == (not accord) + (lieu == "teleconsultation")
    assert obtenus["date_effet"] is None
    assert any("lecture 63" in reserve for reserve in obtenus["reserves"]) == (lieu == "aucune")


@pytest.mark.normes("C14.1A-05", "C14.1A-06", "C14.1A-07", "C14.1A-11")
@pytest.mark.parametrize(
    ("lieu", "patient", "medecin"), list(product(["physique", "teleconsultation", "aucune"], BOOLEENS, BOOLEENS))
)
def test_le_formulaire_papier(lieu: str, patient: bool, medecin: bool) -> None:
    obtenus = resultats({
        "calcul": "declaration", "voie": "papier", "consultation": lieu, "signature_patient": patient,
        "signature_medecin": medecin, "date_signature": "2026-05-04",
    })  # fmt: skip
    licite = lieu == "physique" and patient and medecin
    assert obtenus["licite"] == licite
    assert len(obtenus["motifs"]) == (lieu != "physique") + (not patient) + (not medecin)
    assert obtenus["date_effet"] == ("2026-05-04" if licite else None)


@pytest.mark.normes("C14.1A-08", "C14.1A-09")
@pytest.mark.parametrize(("accompagne", "patient", "medecin"), list(product(BOOLEENS, BOOLEENS, BOOLEENS)))
def test_la_derogation_de_la_caisse(accompagne: bool, patient: bool, medecin: bool) -> None:
    obtenus = resultats({
        "calcul": "declaration", "voie": "assurance-maladie", "accompagnement": accompagne, "accord_patient": patient,
        "accord_medecin": medecin,
    })  # fmt: skip
    assert obtenus["licite"] == (accompagne and patient and medecin)
    assert len(obtenus["motifs"]) == [accompagne, patient, medecin].count(False)


@pytest.mark.normes("C14.1A-10", "C14.1A-11")
@given(st.dates(dt.date(2024, 6, 22), dt.date(2029, 6, 21)))
def test_on_change_a_tout_moment(jour: dt.date) -> None:
    """Hold: no date makes a change unlawful, and it takes effect on the day of the signature."""
    obtenus = resultats({**PAPIER, "date_signature": jour.isoformat()})
    assert obtenus["licite"]
    assert obtenus["delai"].startswith("aucun")
    assert obtenus["date_effet"] == jour.isoformat()


@pytest.mark.normes("C14.1A-12")
@pytest.mark.parametrize(
    ("jour", "notifies"),
    [("2025-12-30", []), ("2025-12-31", ["patient", "ancien médecin traitant"]), ("2026-01-01", ["patient", "ancien médecin traitant"])],
)
def test_les_notifications_d_un_changement(jour: str, notifies: list[str]) -> None:
    obtenus = resultats({**PAPIER, "date_signature": jour})
    assert obtenus["notifies"] == notifies
    assert bool(obtenus["reserves"]) == (not notifies)


def test_un_changement_illicite_n_est_pas_notifie() -> None:
    obtenus = resultats({**PAPIER, "signature_medecin": False, "date_signature": "2026-03-01"})
    assert (obtenus["licite"], obtenus["notifies"], obtenus["date_effet"]) == (False, [], None)


def test_une_premiere_declaration_n_a_ni_delai_ni_notification() -> None:
    obtenus = resultats({**PAPIER, "calcul": "declaration", "date_signature": "2026-03-01"})
    assert obtenus.keys().isdisjoint({"delai", "notifies"})


@pytest.mark.normes("C3.1A-30", "C3.1A-31")
@pytest.mark.parametrize(
    ("statut", "contrat", "compte"),
    [("salarie", None, True), ("salarie", "societe", True), ("liberal", "medecin", True), ("liberal", "societe", False)],
)
def test_qui_compte_comme_collaborateur(statut: str, contrat: str | None, compte: bool) -> None:
    obtenus = resultats({"calcul": "collaborateur", "statut": statut, "contrat_avec": contrat})
    assert obtenus["compte"] is compte
    assert "3.1 A" in obtenus["motif"]


@pytest.mark.normes("C14.1A-02")
def test_les_missions_legales_sont_deux_et_les_autres_absentes() -> None:
    obtenus = resultats({"calcul": "missions", "role": "medecin-traitant"})
    assert obtenus["legales"] == ["coordination des soins", "gestion du DMP"]
    assert obtenus["conventionnelles"] is None
    assert "non publié, voir art. 18-1" in obtenus["motif"]


@pytest.mark.normes("C14.1A-01")
def test_chaque_reponse_dit_ses_articles() -> None:
    reponse = repondre(NOM, {"annee": 2026, "entree": {**PAPIER, "date_signature": "2026-03-01"}})
    assert reponse["explication"]["licite"]["reference"] == "art. 18 à 20-2"


def test_ce_qui_manque_est_demande_en_une_fois() -> None:
    assert champs_refuses({"calcul": "declaration", "voie": "en-ligne"}) == {"entree.consultation", "entree.accord_patient"}
    assert champs_refuses({"calcul": "declaration", "voie": "papier"}) == {
        "entree.consultation", "entree.signature_patient", "entree.signature_medecin",
    }  # fmt: skip
    assert champs_refuses({**PAPIER}) == {"entree.date_signature"}
    assert champs_refuses({"calcul": "collaborateur", "statut": "liberal"}) == {"entree.contrat_avec"}


def test_ce_qui_est_mal_ecrit_est_refuse() -> None:
    assert champs_refuses({"calcul": "retrait"}) == {"entree.calcul"}
    mauvais = {"calcul": "declaration", "voie": "fax", "consultation": "visio", "accord_patient": "oui", "nir": "x"}
    assert champs_refuses(mauvais) == {"entree.voie", "entree.consultation", "entree.accord_patient", "entree.nir"}


@pytest.mark.parametrize("entree", [{**PAPIER, "date_signature": "2026-03-01"}, {"calcul": "missions", "role": "acces-specifique"}])
def test_un_texte_qui_ne_dit_rien_le_dit(entree: dict[str, Any]) -> None:
    assert "ne sont pas dans les sources" in resultats(entree, texte="convention-2016")["motif"]
