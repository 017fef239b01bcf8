"""Fifteen programmes: their objectives under each text, three readings of sick leaves, one patient, one doctor."""

from __future__ import annotations

from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.objectifs.fichier import mesures_publiees
from convmed.dispositifs.programmes_pertinence.declaration import CATALOGUE, COMMUNS, DETAILS, TITRES
from convmed.textes import baremes
from convmed.textes.bareme import CONFIANCES, STATUTS

NOM = "programmes-pertinence"
SIGNE, PROPOSE = "convention-2024", "proposition-2024-02-08"


def resultats(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    cadre = {} if "date" in cas else {"annee": 2026}
    obtenus: dict[str, Any] = repondre(NOM, {**cadre, "texte": SIGNE, "entree": entree, **cas})["resultats"]
    return obtenus


def refus(entree: dict[str, Any], **cas: Any) -> list[str]:
    with pytest.raises(CasRefuses) as refuse:
        resultats(entree, **cas)
    return [erreur["champ"] for erreur in refuse.value.erreurs]


def suivi(programme: str | int, *mesures: dict[str, Any], texte: str = SIGNE, **champs: Any) -> list[dict[str, Any]]:
    lus: list[dict[str, Any]] = resultats({"calcul": "suivi", "programme": programme, "mesures": list(mesures), **champs}, texte=texte)["mesures"]
    return lus


@pytest.mark.normes("C9-08", "T-31")
@pytest.mark.parametrize("texte", [SIGNE, PROPOSE, "en-vigueur", "proposition-2024-02-08-option-1"])
def test_chaque_texte_a_quinze_programmes(texte: str) -> None:
    programmes = resultats({"calcul": "liste"}, texte=texte)["programmes"]
    assert [un["numero"] for un in programmes] == list(range(1, 16))
    assert [un["programme"] for un in programmes] == list(TITRES)
    assert [un["article"] for un in programmes] == [f"art. 61-{rang}" for rang in range(1, 16)]


def test_tout_ce_qui_est_declare_est_au_bareme() -> None:
    figures = baremes()[NOM]
    nommes = {nom for valeur in figures["objectifs"].valeurs for nom in valeur.calcul}
    assert nommes == set(CATALOGUE.par_id)
    assert {objectif.de for objectif in CATALOGUE.objectifs} == set(TITRES)
    lues = [c.figure for o in CATALOGUE.objectifs for c in o.cibles] + [c.echeance for o in CATALOGUE.objectifs for c in o.cibles if c.echeance]
    lues += [*COMMUNS, *(nom for noms in DETAILS.values() for nom in noms)]
    lues += [f"{nom.replace('-', '_')}_{quoi}" for nom in TITRES for quoi in ("enonce", "expose", "champ")]
    assert not [nom for nom in lues if nom not in figures]


# What the proposal and the signed text set for each programme: value, or nothing when it has no number.
ECARTS = {
    4: ([100], [80]), 5: ([80], [80]), 6: ([-10], [-10]), 9: ([-20], [-20]), 10: ([], [-8]), 11: ([], [-25]), 12: ([], [30]), 13: ([-90], [-80]),
    14: ([], []), 15: ([], [70, 65, 80, 94, 70]), 2: ([-10, -25], [-10, -25]), 3: ([-20], [-4, -2]), 8: ([30], [30]), 7: ([-5, 200], [-5, 200]),
    1: ([2], [2]),
}  # fmt: skip


@pytest.mark.normes(
    "P4-15", "P4-17", "P4-18", "P4-20", "P4-21", "P4-22", "P4-23", "P4-25", "P4-26", "P4-28", "P4-29", "P4-30", "P4-31", "P4-35", "C9.1-11", "C9.1-13",
    "C9.1-16", "C9.1-18", "C9.1-22", "C9.1-24", "C9.1-25", "C9.1-27", "C9.1-29", "C9.1-31",
)  # fmt: skip
@pytest.mark.parametrize("numero", sorted(ECARTS))
def test_la_proposition_et_le_texte_signe_cote_a_cote(numero: int) -> None:
    for texte, attendues in zip((PROPOSE, SIGNE), ECARTS[numero], strict=True):
        objectifs = resultats({"calcul": "programme", "programme": numero}, texte=texte)["objectifs"]
        assert [c["valeur"] for o in objectifs for c in o["cibles"]] == attendues
        for objectif in objectifs:
            assert bool(objectif["motif"]) is (not objectif["cibles"] or objectif["objectif"] in ("bandelettes", "arrets-de-travail-jours", "arrets-de-travail-depense"))


def test_les_enjeux_de_la_proposition_s_affichent_sous_tous_les_textes() -> None:
    for texte in (SIGNE, PROPOSE):
        programmes = resultats({"calcul": "liste"}, texte=texte)["programmes"]
        enjeux = [un["assiette"]["montant"] / 10**9 if un["assiette"] else None for un in programmes]
        assert enjeux == [16, 0.4, 7.7, 1.2, 1.1, 0.3, 1.3, 1.2, 0.3, 1.1, 9.3, 4.6, 5, None, None]
        assert all(un["assiette"] is None or "08/02/2024" in un["assiette"]["reference"] for un in programmes)


@pytest.mark.normes("C9.1-06", "C9.1-07")
@pytest.mark.parametrize(
    ("jour", "valeur", "attendue"),
    [("2025-12-31", 900, "atteint"), ("2025-12-31", 901, "non atteint"), ("2025-12-30", 901, "en retard"), ("2025-12-30", 899, "en avance"),
     ("2026-12-31", 825, "atteint"), ("2026-12-31", 826, "en retard"), ("2027-12-31", 750, "atteint"), ("2027-12-31", 751, "non atteint"),
     ("2028-03-01", 751, "non atteint")],
)  # fmt: skip
def test_antibiotiques_de_chaque_cote_des_deux_echeances(jour: str, valeur: int, attendue: str) -> None:
    (mesure,) = suivi(2, {"date": jour, "valeur": valeur}, base={"date": "2023-12-31", "valeur": 1000})
    assert mesure["lecture"] == attendue


def test_une_base_posterieure_a_une_echeance_l_oublie_et_posterieure_a_toutes_ne_trace_rien() -> None:
    milieu, fin = suivi(2, {"date": "2027-06-30", "valeur": 88}, {"date": "2027-12-31", "valeur": 75}, base={"date": "2026-12-31", "valeur": 100})
    assert (milieu["attendu"], fin["attendu"], fin["lecture"]) == (88, 75, "atteint")
    (mesure,) = suivi(2, {"date": "2028-12-31", "valeur": 75}, base={"date": "2027-12-31", "valeur": 100})
    assert (mesure["lecture"], "n'est pas antérieure" in mesure["motif"]) == ("non mesurable", True)


@pytest.mark.normes("C9.1-09", "C9.1-10")
def test_polymedication_quatre_et_deux_molecules_de_moins() -> None:
    base = {"date": "2023-12-31", "valeur": 12.5}
    for objectif, attendu in (("hyperpolymedication", 8.5), ("polymedication", 10.5)):
        (mesure,) = suivi(3, {"date": "2029-06-21", "valeur": attendu}, objectif=objectif, base=base)
        assert (mesure["attendu"], mesure["lecture"]) == (attendu, "atteint")


@pytest.mark.normes("C9.1-21", "P4-25")
def test_les_ortheses_sont_une_part_puis_une_hausse() -> None:
    (signee,) = suivi(8, {"date": "2029-06-21", "valeur": 29.9})
    (proposee,) = suivi(8, {"date": "2027-12-31", "valeur": 130}, texte=PROPOSE, base={"date": "2023-12-31", "valeur": 100})
    assert (signee["attendu"], signee["unite"], signee["lecture"]) == (30, "%", "non atteint")
    assert (proposee["attendu"], proposee["unite"], proposee["lecture"]) == (130, "initiations", "atteint")


@pytest.mark.normes("C9.1-04", "P4-15")
@pytest.mark.parametrize(
    ("lecture", "tendance", "taux"),
    [(None, 0.047, 0.027), ("points", 0.047, 0.027), ("plafond", 0.047, 0.02), ("plafond", None, 0.02), ("proportion", 0.05, 0.049), ("points", None, None),
     ("points", 0.02, 0), ("points", 0, -0.02), ("points", -1, -1.02)],
)  # fmt: skip
@pytest.mark.parametrize("texte", [SIGNE, PROPOSE])
def test_les_trois_lectures_des_arrets_de_travail(lecture: str | None, tendance: float | None, taux: float | None, texte: str) -> None:
    champs = {cle: valeur for cle, valeur in (("lecture", lecture), ("tendance", tendance)) if valeur is not None}
    obtenus = resultats({"calcul": "trajectoire", "programme": 1, **champs}, texte=texte)
    assert obtenus["objectifs"][0]["taux_annuel"] == taux
    assert ("motif" in obtenus) is (taux is None)
    if taux is not None:
        assert obtenus["trajectoire"][1]["indice"] == pytest.approx(100 * (1 + taux))


def test_les_jours_d_arret_comptes_se_comparent_a_la_trajectoire() -> None:
    base = {"date": "2023-12-31", "valeur": 300_000_000}
    (mesure,) = suivi(1, {"date": "2024-12-31", "valeur": 309_000_000}, base=base, tendance=0.047)
    assert (mesure["attendu"], mesure["ecart"], mesure["lecture"]) == (308_100_000, 900_000, "non atteint")


def test_un_biosimilaire_deja_au_dela_de_80_n_a_qu_a_y_rester() -> None:
    base = {"date": "2023-12-31", "valeur": 85}
    lues = suivi(5, {"date": "2023-12-31", "valeur": 85}, {"date": "2024-12-31", "valeur": 82}, {"date": "2025-12-31", "valeur": 79}, base=base)
    assert [m["lecture"] for m in lues] == ["atteint", "atteint", "non atteint"]
    assert [m["attendu"] for m in lues] == [80, 80, 80]


@pytest.mark.normes("C9.1-34", "C9.1-35", "C9.1-36", "C9.1-37", "C9.1-38")
@pytest.mark.parametrize(("nom", "cible"), [("sein", 70), ("colorectal", 65), ("col", 80), ("diabete", 94), ("mrc", 70)])
def test_chaque_depistage_a_sa_cible(nom: str, cible: int) -> None:
    lues = suivi(15, {"date": "2026-01-01", "valeur": cible}, {"date": "2026-02-01", "valeur": cible - 0.01}, objectif=f"depistage-{nom}")
    assert [m["lecture"] for m in lues] == ["atteint", "non atteint"]


def test_chaque_mesure_publiee_dit_d_ou_elle_vient_et_n_est_jugee_que_si_elle_mesure_l_objectif() -> None:
    publiees = mesures_publiees(NOM, CATALOGUE.objectifs)
    assert len(publiees) == 11
    assert all(m.source and m.statut in STATUTS and m.confiance in CONFIANCES for m in publiees)
    jugees = [m.objectif for m in publiees if not m.motif]
    assert jugees == ["arrets-de-travail-jours"] * 2 + ["arrets-de-travail-depense", "patients-polymediques"]


# --- one patient


def bandelettes(*patients: dict[str, Any], **cas: Any) -> list[Any]:
    lus = resultats({"calcul": "bandelettes", "patients": list(patients)}, **cas)["patients"]
    return [un["en_trop"] for un in lus]


@pytest.mark.normes("C9.1-19", "P4-24")
@pytest.mark.parametrize(("delivrees", "en_trop"), [(0, 0), (199, 0), (200, 0), (201, 1), (1000, 800)])
def test_le_seuil_de_bandelettes(delivrees: int, en_trop: int) -> None:
    assert bandelettes({"bandelettes": delivrees, "eligible": True}) == [en_trop]
    assert bandelettes({"bandelettes": delivrees, "eligible": False}) == [0]
    assert bandelettes({"bandelettes": delivrees}, texte=PROPOSE) == [en_trop]


def test_ce_qui_manque_d_un_patient_se_demande_et_personne_n_est_pas_une_erreur() -> None:
    assert refus({"calcul": "bandelettes", "patients": [{"eligible": True}, {"bandelettes": 3}]}) == [
        "entree.patients[0].bandelettes", "entree.patients[1].eligible",
    ]  # fmt: skip
    assert refus({"calcul": "polymedication", "patients": [{"molecules": 9}]}) == ["entree.patients[0].date_naissance"]
    assert refus({"calcul": "bandelettes", "patients": [{"bandelettes": -1, "eligible": True}]}) == ["entree.patients[0].bandelettes"]
    assert bandelettes() == []
    assert resultats({"calcul": "polymedication", "patients": []})["effectifs"]["polymedique"] == 0


def classe(molecules: int, naissance: str, jour: str = "2026-06-01") -> str:
    patient = {"molecules": molecules, "date_naissance": naissance}
    (un,) = resultats({"calcul": "polymedication", "patients": [patient]}, date=jour)["patients"]
    dite: str = un["classe"]
    return dite


@pytest.mark.normes("C9.1-09", "C9.1-10")
@pytest.mark.parametrize(
    ("molecules", "naissance", "attendue"),
    [(5, "1950-01-01", "hors-programme"), (6, "1950-01-01", "polymedique"), (9, "1950-01-01", "polymedique"), (10, "1950-01-01", "hyperpolymedique"),
     (30, "1950-01-01", "hyperpolymedique"), (10, "1961-06-01", "hyperpolymedique"), (10, "1961-06-02", "hors-programme"), (6, "1961-06-02", "hors-programme")],
)  # fmt: skip
def test_la_polymedication_de_chaque_cote_des_seuils(molecules: int, naissance: str, attendue: str) -> None:
    assert classe(molecules, naissance) == attendue


def test_avant_la_convention_rien_ne_classe_un_patient() -> None:
    obtenus = resultats({"calcul": "polymedication", "patients": [{"molecules": 9, "date_naissance": "1950-01-01"}]}, date="2024-06-21")
    assert obtenus["patients"] == []
    assert obtenus["motif"]
    assert resultats({"calcul": "bandelettes", "patients": []}, texte="convention-2016")["motif"]


# --- questions


@pytest.mark.normes("C9.1-55", "C9.1-56")
@pytest.mark.parametrize(("texte", "contrainte"), [(SIGNE, False), ("en-vigueur", False), (PROPOSE, None)])
def test_un_medecin_seul_n_est_ni_contraint_ni_puni(texte: str, contrainte: bool | None) -> None:
    obtenus = resultats({"calcul": "medecin", "medecin": {"specialite": "01"}}, texte=texte)
    assert (obtenus["montant"], obtenus["contrainte_individuelle"], obtenus["baisse_de_remuneration"]) == (0, contrainte, contrainte)


@pytest.mark.parametrize(
    ("entree", "champ"),
    [
        ({"calcul": "programme", "programme": "antibio"}, "entree.programme"),
        ({"calcul": "programme"}, "entree.programme"),
        ({"calcul": "trajectoire", "programme": 16}, "entree.programme"),
        ({"calcul": "trajectoire", "programme": "patients-polymediques"}, "entree.programme"),
        ({"calcul": "trajectoire", "programme": 1, "tendance": 4.7}, "entree.tendance"),
        ({"calcul": "trajectoire", "programme": 1, "lecture": "zz"}, "entree.lecture"),
        ({"calcul": "suivi", "programme": 3, "mesures": [{"date": "2025-01-01", "valeur": 3}]}, "entree.mesures[0].objectif"),
        ({"calcul": "suivi", "programme": 2, "base": {"date": "2023-12-31", "valeur": -3}, "mesures": []}, "entree.base.valeur"),
    ],
)
def test_une_question_fausse_nomme_son_champ(entree: dict[str, Any], champ: str) -> None:
    assert refus(entree) == [champ]


def test_avant_la_convention_il_n_y_a_pas_de_programme() -> None:
    assert resultats({"calcul": "liste"}, date="2024-06-21")["programmes"] == []
    assert "motif" in resultats({"calcul": "programme", "programme": 1}, date="2024-06-21")
