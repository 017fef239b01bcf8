"""Observatories: what each text creates, and the meetings of a year, on each side of each period."""

from __future__ import annotations

from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "observatoires"


def resultats(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    cadre = {} if "date" in cas else {"annee": 2026}
    obtenus: dict[str, Any] = repondre(NOM, {**cadre, "texte": "convention-2024", "entree": entree, **cas})["resultats"]
    return obtenus


def reunions(observatoire: str, *jours: Any, **autres: Any) -> dict[str, Any]:
    cas = {cle: autres.pop(cle) for cle in ("annee", "date", "texte") if cle in autres}
    return resultats({"calcul": "reunions", "observatoire": observatoire, "reunions": list(jours), **autres}, **cas)


@pytest.mark.normes("C0-16", "C0-17", "C9-12", "C9.2-02", "P3-20")
@pytest.mark.parametrize(
    ("texte", "jour", "attendus"),
    [("convention-2024", "2024-06-21", []), ("convention-2024", "2024-06-22", ["acces", "pertinence"]), ("en-vigueur", "2026-01-01", ["acces", "pertinence"]),
     ("proposition-2024-02-08", "2026-01-01", ["acces"]), ("convention-2016", "2026-01-01", [])],
)  # fmt: skip
def test_chaque_texte_a_ses_observatoires(texte: str, jour: str, attendus: list[str]) -> None:
    obtenus = resultats({"calcul": "liste"}, texte=texte, date=jour)
    assert [un["observatoire"] for un in obtenus["observatoires"]] == attendus
    assert ("motif" in obtenus) is (len(attendus) < 2)


@pytest.mark.normes("C9.2-08")
@pytest.mark.parametrize(("jours", "manquantes"), [((), 2), (("2026-05-05",), 1), (("2026-01-01", "2026-12-31"), 0), (("2026-01-01", "2026-05-05", "2026-12-31"), 0)])
def test_deux_reunions_par_an_au_moins(jours: tuple[str, ...], manquantes: int) -> None:
    obtenus = reunions("pertinence", *jours)
    assert (obtenus["manquantes"], obtenus["satisfait"], obtenus["tenues"]) == (manquantes, manquantes == 0, len(jours))
    assert [un["reunions"] for un in obtenus["en_retard"]] == ([manquantes] if manquantes else [])


@pytest.mark.parametrize(("au", "retard", "reste"), [("2026-12-30", 0, 1), ("2026-12-31", 1, 0)])
def test_l_annee_de_la_pertinence_n_est_en_retard_qu_une_fois_finie(au: str, retard: int, reste: int) -> None:
    obtenus = reunions("pertinence", date=au)
    assert (len(obtenus["en_retard"]), len(obtenus["a_tenir"])) == (retard, reste)


@pytest.mark.parametrize(
    ("jours", "au", "en_retard", "a_tenir"),
    [((), "2026-06-29", [], ["2026-06-30", "2026-12-31"]), ((), "2026-06-30", ["2026-06-30"], ["2026-12-31"]), (("2026-06-30",), "2026-06-30", [], ["2026-12-31"]),
     (("2026-07-01",), "2026-12-31", ["2026-06-30"], []), (("2026-01-01", "2026-01-02"), "2026-12-31", ["2026-12-31"], []),
     (("2026-06-30", "2026-07-01"), "2026-12-31", [], [])],
)  # fmt: skip
def test_un_point_d_etape_par_semestre(jours: tuple[str, ...], au: str, en_retard: list[str], a_tenir: list[str]) -> None:
    obtenus = reunions("acces", *jours, date=au)
    assert [un["au_plus_tard"] for un in obtenus["en_retard"]] == en_retard
    assert [un["au_plus_tard"] for un in obtenus["a_tenir"]] == a_tenir


def test_les_indicateurs_sont_trimestriels_et_ne_se_jugent_que_si_l_on_dit_ce_qui_a_paru() -> None:
    assert reunions("acces")["indicateurs_en_retard"] is None
    assert reunions("acces", publications=[])["indicateurs_en_retard"] == ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]
    assert reunions("acces", publications=["2026-03-31", "2026-10-01"], date="2026-11-22")["indicateurs_en_retard"] == ["2026-06-30", "2026-09-30"]
    assert reunions("pertinence", publications=[])["indicateurs_en_retard"] is None


@pytest.mark.normes("C9.2-09", "C8-17", "C8-18", "T-35")
def test_ne_compte_que_ce_qui_est_tenu_en_cpn_une_fois_par_jour_et_dans_l_annee() -> None:
    tenues = ["2026-02-01", "2026-02-01", "2025-02-01", {"date": "2026-03-01", "instance": "cpr"}, {"date": "2026-04-01", "instance": "cpl"}]
    for observatoire, local in (("acces", "déclinaison locale : ne compte pas pour l'observatoire national"), ("pertinence", "hors du cadre de la CPN")):
        obtenus = reunions(observatoire, *tenues)
        assert obtenus["tenues"] == 1
        assert [un["motif"] for un in obtenus["hors_compte"]] == ["hors de 2026", "même jour qu'une autre", "hors du cadre de la CPN", local]


@pytest.mark.normes("C8-21", "C9.2-10", "T-37")
@pytest.mark.parametrize("observatoire", ["acces", "pertinence"])
def test_des_resultats_non_publies_se_disent_une_fois_la_reunion_tenue(observatoire: str) -> None:
    jours = [{"date": "2026-02-01", "resultats_publies": False}, {"date": "2026-03-01"}, {"date": "2026-11-01", "resultats_publies": False}]
    assert reunions(observatoire, *jours, date="2026-06-30")["resultats_a_publier"] == ["2026-02-01"]


@pytest.mark.parametrize(
    ("observatoire", "annee", "texte", "minimum"),
    [("pertinence", 2024, "convention-2024", 0), ("pertinence", 2025, "convention-2024", 2), ("acces", 2024, "convention-2024", 1), ("acces", 2024, "en-vigueur", 0),
     ("acces", 2025, "en-vigueur", 2)],
)  # fmt: skip
def test_une_periode_n_est_due_que_si_elle_commence_apres_la_creation(observatoire: str, annee: int, texte: str, minimum: int) -> None:
    obtenus = reunions(observatoire, annee=annee, texte=texte)
    assert obtenus["minimum"] == minimum
    assert (obtenus["satisfait"] is None, "motif" in obtenus) == (minimum == 0, minimum == 0)


@pytest.mark.normes("C9.2-03", "C9.2-04", "C9.2-05", "C9.2-06", "C9.2-07", "T-36")
def test_la_pertinence_a_cinq_missions() -> None:
    missions = resultats({"calcul": "missions"})["missions"]
    assert (len(missions["pertinence"]), len(missions["acces"])) == (5, 2)


@pytest.mark.parametrize(("observatoire", "texte"), [("pertinence", "proposition-2024-02-08"), ("acces", "convention-2016")])
def test_un_observatoire_absent_repond_et_dit_pourquoi(observatoire: str, texte: str) -> None:
    assert "n'a pas d'observatoire" in reunions(observatoire, texte=texte)["motif"]
    obtenus = resultats({"calcul": "missions", "observatoire": observatoire}, texte=texte)
    assert (obtenus["missions"], "motif" in obtenus) == ({observatoire: []}, True)


@pytest.mark.parametrize(
    ("entree", "champ"),
    [
        ({"calcul": "reunions", "observatoire": "zz", "reunions": []}, "entree.observatoire"),
        ({"calcul": "reunions", "observatoire": "acces"}, "entree.reunions"),
        ({"calcul": "reunions", "observatoire": "acces", "reunions": ["2026-02-30"]}, "entree.reunions[0].date"),
        ({"calcul": "reunions", "observatoire": "acces", "reunions": [{"date": "2026-02-01", "lieu": "x"}]}, "entree.reunions[0].lieu"),
        ({"calcul": "reunions", "observatoire": "acces", "reunions": [], "publications": ["x"]}, "entree.publications[0]"),
        ({"calcul": "missions", "zz": 1}, "entree.zz"),
        ({"calcul": "reunions", "observatoire": "acces", "reunions": ["2026-01-01"] * 1001}, "entree.reunions"),
    ],
)
def test_une_question_fausse_nomme_son_champ(entree: dict[str, Any], champ: str) -> None:
    with pytest.raises(CasRefuses) as refus:
        resultats(entree)
    assert [erreur["champ"] for erreur in refus.value.erreurs] == [champ]
