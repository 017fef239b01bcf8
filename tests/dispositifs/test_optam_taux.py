"""OPTAM rates: the region and its bounds, the years of reference, groups, ESPIC, the follow-up, the sharing of gains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "optam"
SIGNE, APPLIQUE, ANTERIEUR, PROPOSE = "convention-2024", "en-vigueur", "convention-2016", "proposition-2024-02-08"
REGIONS = {"Île-de-France": 0.352, "Occitanie": 0.21, "Bretagne": 0.052}
ENGAGEMENT = {"taux_depassement": 0.3, "taux_opposable": 0.6}


def resultats(entree: dict[str, Any], annee: int = 2026, texte: str = APPLIQUE) -> dict[str, Any]:
    obtenus: dict[str, Any] = repondre(NOM, {"annee": annee, "texte": texte, "entree": entree})["resultats"]
    return obtenus


def champs_refuses(entree: dict[str, Any], annee: int = 2026) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"annee": annee, "entree": entree})
    return {erreur["champ"] for erreur in refus.value.erreurs}


def an(annee: int, depassements: float, remboursables: float = 100, opposables: float = 50) -> dict[str, Any]:
    return {"annee": annee, "honoraires_remboursables": remboursables, "depassements": depassements, "honoraires_opposables": opposables}


def regionaux(taux: dict[str, float], **champs: Any) -> dict[str, Any]:
    return {"calcul": "taux-regionaux", "taux": taux, **champs}


def engagement(annee: int = 2026, texte: str = APPLIQUE, **champs: Any) -> dict[str, Any]:
    return resultats({"calcul": "taux-engagement", **champs}, annee, texte)


def suivi(depassement: float, opposable: float, annee: int = 2026) -> dict[str, Any]:
    observe = {"taux_depassement": depassement, "taux_opposable": opposable}
    return resultats({"calcul": "suivi", "engagement": ENGAGEMENT, "observe": observe}, annee)


# --- regions


@pytest.mark.normes("P3-64", "P3-65", "P3-66", "P3-67")
@pytest.mark.parametrize("texte", [SIGNE, APPLIQUE, PROPOSE])
def test_les_quatre_exemples_publies(texte: str) -> None:
    gastros, chirurgiens = (resultats(regionaux(taux), texte=texte)["taux"] for taux in (REGIONS, {"Île-de-France": 0.479, "Bretagne": 0.167}))
    assert gastros == {"Île-de-France": 0.302, "Occitanie": 0.21, "Bretagne": 0.152}
    assert chirurgiens == {"Île-de-France": 0.429, "Bretagne": 0.267}


@pytest.mark.normes("C5Bc-04", "C5Bc-05", "C5Bc-07", "C5Bc-08")
@pytest.mark.parametrize(("taux", "attendu"), [(0.152, 0.152), (0.151999, 0.152), (0.302, 0.302), (0.302001, 0.302), (0.2, 0.2)])
def test_les_bornes_elles_memes_ne_bougent_pas(taux: float, attendu: float) -> None:
    assert resultats(regionaux({**REGIONS, "Normandie": taux}))["taux"]["Normandie"] == attendu


@pytest.mark.normes("C5Bc-04", "C5Bc-07")
@pytest.mark.parametrize(("haut", "croisement", "attendus"), [(0.35, False, (0.3, 0.3)), (0.349999, True, (0.3, 0.3)), (0.351, False, (0.3, 0.301))])
def test_quinze_points_separent_les_deux_cas(haut: float, croisement: bool, attendus: tuple[float, float]) -> None:
    lus = resultats(regionaux({"bas": 0.2, "haut": haut}))
    assert (lus["croisement"], "reserves" in lus) == (croisement, croisement)
    assert (lus["taux"]["bas"], lus["taux"]["haut"]) == attendus


@pytest.mark.normes("C5-06", "C5Bc-01", "P3-62")
@pytest.mark.parametrize(
    ("texte", "annee", "champs", "ajuste"),
    [
        (SIGNE, 2024, {}, False), (SIGNE, 2025, {}, True), (ANTERIEUR, 2026, {}, False),
        (SIGNE, 2026, {"pratique_connue": True}, False), (SIGNE, 2026, {"pratique_connue": False}, True),
        (SIGNE, 2026, {"nouvel_installe": False}, True), (PROPOSE, 2026, {"nouvel_installe": False}, False),
        (PROPOSE, 2026, {"nouvel_installe": True}, True), (PROPOSE, 2024, {}, False),
    ],
)  # fmt: skip
def test_a_qui_et_quand_les_bornes_s_appliquent(texte: str, annee: int, champs: dict[str, Any], ajuste: bool) -> None:
    lus = resultats(regionaux(REGIONS, **champs), annee, texte)
    assert lus["ajuste"] is ajuste
    assert (lus["taux"] != REGIONS) is ajuste
    assert ("motif" in lus) is not ajuste
    assert (lus["plancher"] is None) is not ajuste


@pytest.mark.normes("C5Bc-02")
@pytest.mark.parametrize("specialite", ["37", "34", "09", "35", "74", "76", "72", "47", "43", "10"])
def test_les_specialites_a_moyenne_nationale(specialite: str) -> None:
    lus = resultats(regionaux(REGIONS, specialite=specialite, taux_national=0.4))
    assert (lus["plancher"], lus["plafond"]) == (None, None)
    assert set(lus["taux"].values()) == {0.4}
    assert resultats(regionaux(REGIONS, specialite="48", taux_national=0.4))["taux"]["Bretagne"] == 0.152


@pytest.mark.normes("C5Bc-09")
def test_le_taux_opposable_regional_ne_bouge_pas() -> None:
    opposables = {"Bretagne": 0.01, "Île-de-France": 0.99, "Occitanie": 0.5}
    assert resultats(regionaux(REGIONS, taux_opposables=opposables))["taux_opposables"] == opposables
    for region, taux in opposables.items():
        lus = engagement(region=region, taux_regionaux=REGIONS, taux_opposables_regionaux=opposables)
        assert lus["taux_opposable"] == taux


def test_une_table_mal_ecrite_est_refusee() -> None:
    assert champs_refuses(regionaux({})) == {"entree.taux"}
    assert champs_refuses(regionaux({"Bretagne": 52})) == {"entree.taux.Bretagne"}
    assert champs_refuses(regionaux({"Bretagne": float("nan")})) == {"entree.taux.Bretagne"}
    assert champs_refuses({"calcul": "taux-engagement", "region": "Corse", "taux_regionaux": REGIONS}) == {"entree.region"}


# --- the commitment


@pytest.mark.normes("C5Ba-02", "C5Ba-03", "C5Ba-04", "C5B-05")
@pytest.mark.parametrize(
    ("texte", "annee", "adhesion", "periode"),
    [
        (SIGNE, 2024, None, [2013, 2015]), (SIGNE, 2025, None, [2022, 2023]), (SIGNE, 2029, None, [2022, 2023]),
        (SIGNE, 2025, "2020-01-01", [2022, 2023]), (APPLIQUE, 2025, "2020-01-01", [2013, 2015]),
        (APPLIQUE, 2025, "2024-12-31", [2013, 2015]), (APPLIQUE, 2025, "2025-01-01", [2022, 2023]),
        (APPLIQUE, 2026, "2020-01-01", [2022, 2023]), (ANTERIEUR, 2026, None, [2013, 2015]),
    ],
)  # fmt: skip
def test_la_periode_de_reference(texte: str, annee: int, adhesion: str | None, periode: list[int]) -> None:
    activite = [an(un, depassements=un - 2000) for un in range(2012, 2026)]
    lus = engagement(annee, texte, date_adhesion=adhesion, activite=activite)
    assert lus["periode_reference"] == periode
    retenues = range(periode[0], periode[1] + 1)
    assert [une["annee"] for une in lus["annees"]] == list(retenues)
    assert lus["taux_depassement"] == pytest.approx(sum(un - 2000 for un in retenues) / len(retenues) / 100)


@pytest.mark.normes("C5B-02", "C5B-03", "C5B-04")
def test_les_deux_taux_sont_des_moyennes_de_rapports() -> None:
    lus = engagement(activite=[an(2022, 10, 100, 20), an(2023, 0, 300, 300)])
    assert (lus["taux_depassement"], lus["taux_opposable"]) == (0.05, 0.6)
    assert lus["taux_depassement"] != 10 / 400


def test_une_annee_sans_activite_ne_compte_pas() -> None:
    lus = engagement(activite=[an(2022, 0, 0, 0), an(2023, 20)])
    assert (lus["taux_depassement"], len(lus["annees"])) == (0.2, 1)
    assert any("1 année" in reserve for reserve in lus["reserves"])


@pytest.mark.normes("C5Ca-04")
@pytest.mark.parametrize(("depassements", "taux"), [(99, 0.99), (100, 1), (101, 1), (300, 1)])
def test_cent_pour_cent_au_plus(depassements: float, taux: float) -> None:
    assert engagement(activite=[an(2022, depassements)])["taux_depassement"] == taux


@pytest.mark.normes("C5B-03", "C5B-04")
def test_les_actes_se_recalculent_au_tarif_du_secteur_1() -> None:
    base = {"date": "2022-06-01", "honoraire": 35, "base_secteur_1": 23}
    lus = engagement(actes=[base])
    assert (lus["taux_depassement"], lus["taux_opposable"]) == (0.521739, 0)
    assert engagement(actes=[{**base, "c2s": True}])["taux_opposable"] == 1
    assert engagement(actes=[{**base, "urgence": True}])["taux_opposable"] == 1
    assert engagement(actes=[base, {**base, "honoraire": 20}])["taux_opposable"] == 0.5
    assert engagement(actes=[base, {**base, "forfait": True, "honoraire": 900}]) == lus
    assert engagement(actes=[{**base, "nombre": 7}]) == lus
    assert engagement(actes=[base, {**base, "date": "2024-01-01", "honoraire": 900}]) == lus
    assert champs_refuses({"calcul": "taux-engagement", "activite": [an(2022, 1)], "actes": [base]}) == {"entree.actes"}


@pytest.mark.normes("C5Bd-01", "C5Bd-02")
def test_le_taux_de_groupe_est_un_choix() -> None:
    groupe = [{"specialite": "05", "activite": [an(2022, d, 100, o)]} for d, o in ((10, 90), (40, 50), (41, 50))]
    champs = {"specialite": "05", "activite": [an(2022, 10, 100, 90)], "groupe": groupe}
    personnel, de_groupe = engagement(**champs), engagement(**champs, taux_de_groupe=True)
    assert (personnel["origine"], personnel["taux_depassement"], personnel["taux_opposable"]) == ("personnel", 0.1, 0.9)
    assert (de_groupe["origine"], de_groupe["taux_depassement"], de_groupe["taux_opposable"]) == ("groupe", 0.303333, 0.633333)
    assert de_groupe["taux_personnel"] == {"taux_depassement": 0.1, "taux_opposable": 0.9}
    sans = {"calcul": "taux-engagement", "taux_de_groupe": True}
    assert champs_refuses(sans) == {"entree.groupe"}
    assert champs_refuses({**sans, "groupe": [{"specialite": "05", "activite": [an(2019, 1)]}]}) == {"entree.groupe[0].activite"}


@pytest.mark.normes("C5Bd-04")
def test_l_espic_ne_compte_que_si_on_le_demande() -> None:
    champs = {"activite": [an(2022, 40, 100, 20)], "activite_espic": [an(2022, 0, 100, 100), an(2023, 0, 100, 100)]}
    assert engagement(**champs)["taux_depassement"] == 0.4
    assert engagement(**champs)["reserves"] != engagement(activite=[an(2022, 40, 100, 20)])["reserves"]
    demande = engagement(**champs, prise_en_compte_espic=True)
    assert (demande["taux_depassement"], demande["taux_opposable"]) == (0.1, 0.8)


@pytest.mark.normes("C5Bc-01", "C5Bc-02")
def test_sans_pratique_connue_la_region_ou_la_nation() -> None:
    opposables = dict.fromkeys(REGIONS, 0.7)
    table = {"region": "Île-de-France", "taux_regionaux": REGIONS, "taux_opposables_regionaux": opposables}
    lus = engagement(**table)
    assert (lus["origine"], lus["taux_depassement"], lus["taux_opposable"]) == ("regional", 0.302, 0.7)
    assert engagement(**table, annee=2024, texte=SIGNE)["taux_depassement"] == 0.352
    assert engagement(**table, activite=[an(2022, 10)])["origine"] == "personnel"
    assert engagement(**table, activite=[an(2021, 10)])["origine"] == "regional"
    national = engagement(**table, specialite="10", taux_national=0.35, taux_opposable_national=0.5)
    assert (national["origine"], national["taux_depassement"], national["taux_opposable"]) == ("national", 0.35, 0.5)


def test_les_taux_non_publies_se_fournissent(tmp_path: Path) -> None:
    lus = engagement(specialite="05")
    assert (lus["taux_depassement"], lus["etat"]) == (None, "non publié")
    chemin = tmp_path / "mien.yaml"
    chemin.write_text("base: en-vigueur\nfigures:\n  optam:\n    taux_regional_depassement: 31.5\n    taux_regional_opposable: 62\n", "utf-8")
    lus = engagement(specialite="05", texte=str(chemin))
    assert (lus["taux_depassement"], lus["taux_opposable"]) == (0.315, 0.62)
    assert "etat" not in lus


# --- the follow-up


@pytest.mark.normes("C5B-06", "C5Bb-07", "C5Bb-08")
@pytest.mark.parametrize(
    ("depassement", "opposable", "ecart", "niveau"),
    [
        (0.3, 0.6, 0, "strict"), (0.1, 0.9, 0, "strict"), (0.300001, 0.6, 0.0001, "1-5"), (0.3, 0.599999, 0.0001, "1-5"),
        (0.35, 0.6, 5, "1-5"), (0.3, 0.55, 5, "1-5"), (0.350001, 0.6, 5.0001, "plus-de-5"), (0.32, 0.57, 3, "1-5"), (0.1, 0.5, 10, "plus-de-5"),
    ],
)  # fmt: skip
def test_l_ecart_est_le_plus_grand_des_deux(depassement: float, opposable: float, ecart: float, niveau: str) -> None:
    lus = suivi(depassement, opposable)
    assert (lus["ecart"], lus["niveau_respect"], lus["respecte"]) == (ecart, niveau, ecart == 0)


@pytest.mark.normes("C5Be-02")
def test_le_risque_de_resiliation() -> None:
    assert [suivi(d, 0.6)["risque"] for d in (0.3, 0.31, 0.36, 0.4, 0.400001)] == [
        "aucun", "prime-reduite", "plus-de-prime", "plus-de-prime", "resiliation",
    ]  # fmt: skip
    assert suivi(0.325, 0.6)["distances"] == {
        "1_points": -1.5, "2_points": -0.5, "3_points": 0.5, "4_points": 1.5, "5_points": 2.5, "resiliation": 7.5,
    }  # fmt: skip
    avant = suivi(0.5, 0.6, annee=2024)
    assert (avant["risque_de_resiliation"], avant["risque"]) == (None, "plus-de-prime")
    assert "resiliation" not in avant["distances"]


def test_le_suivi_en_euros() -> None:
    cumul = {"honoraires_remboursables": 1000, "depassements": 250, "honoraires_opposables": 700}
    lus = resultats({"calcul": "suivi", "engagement": ENGAGEMENT, "cumul": cumul})
    assert (lus["observe"]["taux_depassement"], lus["observe"]["taux_opposable"]) == (0.25, 0.7)
    assert (lus["depassements_permis"], lus["depassements_restants"]) == (300, 50)
    sans = {"calcul": "suivi", "engagement": ENGAGEMENT}
    assert champs_refuses(sans) == {"entree.observe"}
    assert champs_refuses({**sans, "observe": ENGAGEMENT, "cumul": cumul}) == {"entree.observe"}
    assert champs_refuses({**sans, "cumul": {**cumul, "honoraires_opposables": 1001}}) == {"entree.cumul.honoraires_opposables"}
    assert champs_refuses({**sans, "cumul": {**cumul, "honoraires_remboursables": 0}}) == {"entree.cumul.honoraires_remboursables"}


# --- the sharing of gains


@pytest.mark.normes("C5Bb-02", "C5Bb-04", "C5Bb-06", "C5Bb-07", "C5Bb-08", "C5Bb-09", "C5Bb-10")
@pytest.mark.parametrize(
    ("texte", "annee", "parts"),
    [
        (ANTERIEUR, 2026, (0.5, 0.5, 0.5)), (SIGNE, 2024, (0.5, 0.5, 0.5)), (PROPOSE, 2026, (0.5, 0.5, 0.5)),
        (SIGNE, 2025, (0.6, 0.4, 0)), (APPLIQUE, 2025, (0.6, 0.4, 0)), (APPLIQUE, 2026, (0.6, 0.4, 0)), (SIGNE, 2029, (0.6, 0.4, 0)),
    ],
)  # fmt: skip
def test_la_part_des_gains(texte: str, annee: int, parts: tuple[float, ...]) -> None:
    lues = tuple(
        resultats({"calcul": "partage-de-gains", "niveau_respect": niveau}, annee, texte)["part"] for niveau in ("strict", "1-5", "plus-de-5")
    )
    assert lues == parts


@pytest.mark.normes("C5Bb-05")
@pytest.mark.parametrize(("annee", "respect"), [(2025, 2023), (2026, 2024)])
def test_l_annee_du_respect(annee: int, respect: int) -> None:
    assert resultats({"calcul": "partage-de-gains", "niveau_respect": "strict"}, annee)["annee_du_respect"] == respect


@pytest.mark.normes("C5Bb-01", "C5Bb-03", "C5Bb-11")
@pytest.mark.parametrize(("niveau", "gain", "taux"), [("strict", 3, 0.327273), ("1-5", 2, 0.309091), ("plus-de-5", 0, 0.272727)])
def test_le_taux_recalcule(niveau: str, gain: float, taux: float) -> None:
    hausse = {"honoraires_totaux": 70, "base_avant": 50, "base_apres": 55}
    lus = resultats({"calcul": "partage-de-gains", "niveau_respect": niveau, **hausse})
    assert (lus["gain_conserve"], lus["taux_depassement_avant"], lus["taux_depassement"]) == (gain, 0.4, taux)


def test_un_partage_incoherent_est_refuse() -> None:
    partage = {"calcul": "partage-de-gains"}
    assert champs_refuses(partage) == {"entree.niveau_respect"}
    assert champs_refuses({**partage, "niveau_respect": "strict", "ecart_points": 0}) == {"entree.ecart_points"}
    assert champs_refuses({**partage, "niveau_respect": "strict", "base_avant": 10}) == {"entree.base_apres", "entree.honoraires_totaux"}
    baisse = {"base_avant": 10, "base_apres": 9, "honoraires_totaux": 8}
    assert champs_refuses({**partage, "niveau_respect": "strict", **baisse}) == {"entree.base_apres", "entree.honoraires_totaux"}


def test_une_egalite_n_est_pas_une_incoherence() -> None:
    partage = {"calcul": "partage-de-gains", "niveau_respect": "strict"}
    lus = resultats({**partage, "base_avant": 10, "base_apres": 10, "honoraires_totaux": 10})
    assert (lus["hausse"], lus["taux_depassement"]) == (0, 0)
    assert champs_refuses({**partage, "base_avant": 0, "base_apres": 1, "honoraires_totaux": 1}) == {"entree.base_avant"}
    cumul = {"honoraires_remboursables": 1000, "depassements": 0, "honoraires_opposables": 1000}
    assert resultats({"calcul": "suivi", "engagement": ENGAGEMENT, "cumul": cumul})["observe"]["taux_opposable"] == 1
    assert engagement(activite=[an(2022, 0, 100, 100)])["taux_opposable"] == 1
    assert champs_refuses({"calcul": "taux-engagement", "activite": [an(2022, 0, 100, 100.01)]}) == {"entree.activite[0].honoraires_opposables"}


def test_les_reserves_disent_ce_qui_les_appelle_et_rien_d_autre() -> None:
    def mots(**champs: Any) -> set[str]:
        reserves = " ; ".join(engagement(**champs)["reserves"])
        return {mot for mot in ("seulement", "groupe", "ESPIC", "plancher") if mot in reserves}

    groupe = [{"specialite": "05", "activite": [an(2022, 10), an(2023, 10)]}]
    serrees = {"A": 0.2, "B": 0.3}
    assert mots(activite=[an(2022, 10), an(2023, 10)]) == set()
    assert mots(activite=[an(2022, 10)]) == {"seulement"}
    assert mots(activite=[an(2022, 10)], groupe=groupe, taux_de_groupe=True) == {"groupe"}
    assert mots(activite=[an(2022, 10), an(2023, 10)], activite_espic=[an(2022, 0)]) == {"ESPIC"}
    assert mots(region="A", taux_regionaux=serrees) == {"plancher"}
    assert mots(region="Bretagne", taux_regionaux=REGIONS) == set()
    assert mots(region="A", taux_regionaux=serrees, activite=[an(2022, 10), an(2023, 10)]) == set()
