"""Accès au secteur 2: the month at its ends, the working shares of a PH, the closed list, what the text leaves open."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "secteur-2"
BOOLEENS = [True, False]
CCA = {
    "titre": "ancien-cca-ah", "specialite_titre": "03", "specialite_inscription": "03", "exercice_anterieur": "aucun",
    "date_demande_installation": "2026-03-15", "date_demande_secteur_2": "2026-03-20",
}  # fmt: skip
PH = {**CCA, "titre": "ph"}


def resultats(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    fournie = {champ: valeur for champ, valeur in entree.items() if valeur is not None}
    obtenus: dict[str, Any] = repondre(NOM, {"texte": "convention-2024", "entree": fournie, **cas})["resultats"]
    return obtenus


def champs_refuses(entree: dict[str, Any], **cas: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        resultats(entree, **cas)
    return {erreur["champ"] for erreur in refus.value.erreurs}


@pytest.mark.normes("C2B-13", "C2B-14")
@pytest.mark.parametrize(
    ("installation", "limite"),
    [("2026-03-15", "2026-04-15"), ("2026-01-31", "2026-02-28"), ("2028-01-31", "2028-02-29"), ("2026-08-31", "2026-09-30"),
     ("2026-02-28", "2026-03-28"), ("2025-12-31", "2026-01-31"), ("2025-04-01", "2025-05-01"), ("2028-02-29", "2028-03-29")],
)  # fmt: skip
def test_le_mois_de_la_demande(installation: str, limite: str) -> None:
    lendemain = (dt.date.fromisoformat(limite) + dt.timedelta(days=1)).isoformat()
    entree = {**CCA, "date_demande_installation": installation}
    a_temps = resultats({**entree, "date_demande_secteur_2": limite})
    assert (a_temps["droit"], a_temps["date_limite"], a_temps["secteur"]) == (True, limite, "2")
    tardive = resultats({**entree, "date_demande_secteur_2": lendemain})
    assert (tardive["droit"], tardive["secteur"], len(tardive["motifs"])) == (False, "1", 1)


@pytest.mark.normes("C2B-25", "C2B-26")
@pytest.mark.parametrize(("jour", "droit"), [("2028-02-28", True), ("2028-02-29", True), ("2028-03-01", None)])
def test_apres_un_clinicat_le_refus_est_facultatif(jour: str, droit: bool | None) -> None:
    entree = {
        **CCA,
        "titre": "ancien-ccu-mg",
        "exercice_anterieur": "ccu-mg-clinicat",
        "date_fin_clinicat": "2028-01-31",
    }
    obtenus = resultats({**entree, "date_demande_installation": None, "date_demande_secteur_2": jour})
    assert (obtenus["droit"], obtenus["date_limite"]) == (droit, "2028-02-29")


@pytest.mark.normes("C2B-07", "C2B-08", "C2B-09")
@pytest.mark.parametrize(
    ("quotite", "permanent", "annees", "droit"),
    [(1, True, 0, True), (1, False, 30, False), (0.9999, True, 30, False), (0.95, True, 30, False), (0.9001, True, 30, False),
     (0.9, False, 5, True), (0.9, True, 4, False), (0.7, False, 5, True), (0.5, False, 5, True), (0.5, True, 4, False),
     (0.4999, True, 30, False), (0, True, 30, False)],
)  # fmt: skip
def test_la_quotite_et_l_anciennete_d_un_ph(quotite: float, permanent: bool, annees: int, droit: bool) -> None:
    obtenus = resultats({**PH, "quotite": quotite, "titre_permanent": permanent, "annees_ph": annees})
    assert obtenus["droit"] is droit
    assert len(obtenus["motifs"]) == (not droit)


@pytest.mark.normes("C2B-08")
@pytest.mark.parametrize(
    ("nomination", "demande", "droit"),
    [("2021-03-20", "2026-03-20", True), ("2021-03-21", "2026-03-20", False), ("2024-02-29", "2029-02-28", False),
     ("2024-02-29", "2029-03-01", True)],
)  # fmt: skip
def test_les_cinq_ans_se_comptent_au_jour_de_la_demande(nomination: str, demande: str, droit: bool) -> None:
    dates = {"date_nomination_ph": nomination, "date_demande_installation": demande, "date_demande_secteur_2": demande}
    assert resultats({**PH, "quotite": 0.8, **dates})["droit"] is droit


@pytest.mark.normes("C2B-02", "C2B-03")
@pytest.mark.parametrize(
    ("titre", "avant", "depuis"),
    [
        ("ancien-ahu", "equivalence", "directe"),
        ("ancien-cca-ah", "directe", "directe"),
        ("autre", "equivalence", "equivalence"),
    ],
)
def test_les_titres_de_part_et_d_autre_du_22_juin_2024(titre: str, avant: str, depuis: str) -> None:
    entree = {**CCA, "titre": titre, "date_demande_installation": "2024-06-10"}
    veille = resultats({**entree, "date_demande_secteur_2": "2024-06-21"})
    assert (veille["droit"], veille["procedure"]) == (None, avant)
    jour = resultats({**entree, "date_demande_secteur_2": "2024-06-22"})
    assert (jour["droit"], jour["procedure"]) == (True if depuis == "directe" else None, depuis)


@pytest.mark.normes("C2B-10", "C2B-11")
@pytest.mark.parametrize(
    ("lieu", "publique", "procedure"),
    [("etablissement-public", None, "directe"), ("faculte-libre-lille", None, "directe"), ("espic", True, "directe"),
     ("espic", False, "equivalence"), ("etranger", None, "equivalence"), ("autre", None, "equivalence")],
)  # fmt: skip
def test_le_lieu_du_titre(lieu: str, publique: bool | None, procedure: str) -> None:
    obtenus = resultats({**CCA, "lieu_titre": lieu, "affectation_publique": publique})
    assert (obtenus["procedure"], obtenus["droit"]) == (procedure, True if procedure == "directe" else None)
    if lieu == "espic":
        avant = {"date_demande_installation": "2024-06-20", "date_demande_secteur_2": "2024-06-21"}
        assert (
            resultats({**CCA, "lieu_titre": lieu, "affectation_publique": publique, **avant})["procedure"]
            == "equivalence"
        )


@pytest.mark.normes("C2B-17", "C2B-22", "C2B-23", "C2B-24")
@pytest.mark.parametrize(
    ("exercice", "premiere"),
    [
        ("aucun", True),
        ("intra-hospitalier", True),
        ("hors-convention", True),
        ("ccu-mg-clinicat", True),
        ("liberal-conventionne", False),
    ],
)
def test_la_liste_de_la_premiere_installation_est_fermee(exercice: str, premiere: bool) -> None:
    obtenus = resultats({**CCA, "exercice_anterieur": exercice, "date_fin_clinicat": "2026-03-15"})
    assert (obtenus["premiere_installation"], obtenus["droit"]) == (premiere, premiere)


@pytest.mark.normes("C2B-16", "C2B-18", "C2B-19", "C2B-20", "C2B-21")
@pytest.mark.parametrize(("nouvelle", "diplome", "lien", "meme"), list(product(BOOLEENS, repeat=4)))
def test_un_changement_de_specialite(nouvelle: bool, diplome: bool, lien: bool, meme: bool) -> None:
    obtenus = resultats({
        **CCA, "exercice_anterieur": "changement-de-specialite", "specialite_titre": "03" if meme else "01",
        "specialite_nouvellement_creee": nouvelle, "nouveau_diplome": diplome, "titre_lien_direct": lien,
    })  # fmt: skip
    assert obtenus["premiere_installation"] == (nouvelle and diplome)
    assert obtenus["droit"] == (nouvelle and diplome and (lien or meme))


@pytest.mark.normes("C2B-15", "C2B-16")
def test_le_titre_est_de_la_specialite_d_inscription() -> None:
    assert resultats({**CCA, "specialite_titre": "04"})["droit"] is False
    assert resultats(CCA)["droit"] is True


@pytest.mark.normes("C2B-01")
def test_la_reponse_dit_ses_articles() -> None:
    reponse = repondre(NOM, {"entree": CCA})
    assert reponse["explication"]["droit"]["reference"] == "art. 12 à 15-3"


def test_tous_les_refus_sont_dits() -> None:
    tardif = {
        "exercice_anterieur": "liberal-conventionne",
        "date_demande_secteur_2": "2026-06-01",
        "specialite_titre": "04",
    }
    assert len(resultats({**PH, "quotite": 0.3, **tardif})["motifs"]) == 4


@given(installation=st.dates(dt.date(2024, 6, 22), dt.date(2029, 12, 31)), jours=st.integers(0, 60))
def test_le_droit_est_la_comparaison_de_deux_dates(installation: dt.date, jours: int) -> None:
    demande = installation + dt.timedelta(days=jours)
    dates = {"date_demande_installation": installation.isoformat(), "date_demande_secteur_2": demande.isoformat()}
    obtenus = resultats({**CCA, **dates})
    assert obtenus["droit"] is (demande.isoformat() <= obtenus["date_limite"])
    assert 28 <= (dt.date.fromisoformat(obtenus["date_limite"]) - installation).days <= 31


def test_ce_qui_manque_et_ce_qui_est_mal_ecrit() -> None:
    assert champs_refuses({}, annee=2026) == {
        f"entree.{champ}" for champ in
        ("titre", "specialite_titre", "specialite_inscription", "exercice_anterieur", "date_demande_installation")
    }  # fmt: skip
    assert champs_refuses({**CCA, "exercice_anterieur": "ccu-mg-clinicat"}) == {"entree.date_fin_clinicat"}
    assert champs_refuses({**CCA, "lieu_titre": "espic"}) == {"entree.affectation_publique"}
    assert champs_refuses({**CCA, "titre": "interne", "quotite": 1.2, "rpps": "1"}) == {
        "entree.titre", "entree.quotite", "entree.rpps",
    }  # fmt: skip
    changement = {**CCA, "exercice_anterieur": "changement-de-specialite", "specialite_titre": "01"}
    assert champs_refuses(changement) >= {
        "entree.specialite_nouvellement_creee",
        "entree.nouveau_diplome",
        "entree.titre_lien_direct",
    }
