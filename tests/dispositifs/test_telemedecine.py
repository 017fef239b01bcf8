"""The share of distance activity against a second reading, the téléexpertise at its dates, and what both refuse."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "telemedecine"
SIGNE, APPLIQUE, ANCIEN, PROPOSE = "convention-2024", "en-vigueur", "convention-2016", "proposition-2024-02-08"
TOUS_LES_TEXTES = [SIGNE, APPLIQUE, ANCIEN, PROPOSE]
PSYCHIATRES = ["17", "33", "75"]


def resultats(entree: dict[str, Any], texte: str = APPLIQUE, **moment: Any) -> dict[str, Any]:
    lus: dict[str, Any] = repondre(NOM, {"texte": texte, "entree": entree, **moment})["resultats"]
    return lus


def erreurs(entree: Any, texte: str = SIGNE, **moment: Any) -> dict[str, str]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"texte": texte, "entree": entree, **(moment or {"annee": 2026})})
    return {erreur["champ"]: erreur["attendu"] for erreur in refus.value.erreurs}


def activite(texte: str = SIGNE, moment: dict[str, Any] | None = None, **champs: Any) -> dict[str, Any]:
    entree = {
        "specialite": "01",
        "actes_total": 1000,
        "teleconsultations": 0,
        "teleconsultations_patientele_mt": 0,
    } | champs
    return resultats(entree, texte, **(moment or {"annee": 2026}))


# --- distance activity


@st.composite
def activites(tirer: st.DrawFn) -> dict[str, Any]:
    # Small totals and multiples of five: shares that fall exactly on 20 % and 40 % are common.
    total = tirer(st.integers(0, 40) | st.integers(0, 400).map(lambda n: 5 * n) | st.integers(0, 1_000_000))
    teleconsultations = tirer(st.sampled_from([total // 5, 2 * total // 5]) | st.integers(0, total))
    exclues = tirer(st.just(0) | st.integers(0, teleconsultations))
    return {
        "specialite": tirer(st.sampled_from(["01", "12", "32", *PSYCHIATRES])),
        "actes_total": total,
        "teleconsultations": teleconsultations,
        "teleconsultations_patientele_mt": exclues,
        "teleexpertises": tirer(st.integers(0, total - teleconsultations)),
    }


@pytest.mark.normes("C11A-02", "C11A-03", "C11A-04", "C11A-08", "P1-34", "P3-28", "P3-29")
@given(entree=activites(), texte=st.sampled_from(TOUS_LES_TEXTES))
def test_la_part_dit_comme_la_seconde_lecture(entree: dict[str, Any], texte: str) -> None:
    lus = resultats(entree, texte, annee=2026)
    psychiatre = entree["specialite"] in PSYCHIATRES and texte != ANCIEN
    seuil = Fraction(2, 5) if psychiatre else Fraction(1, 5)
    retenues = entree["teleconsultations"]
    if texte in (SIGNE, APPLIQUE):
        retenues -= entree["teleconsultations_patientele_mt"]
    if texte == ANCIEN:
        retenues += entree["teleexpertises"]
    permises = seuil * entree["actes_total"] // 1
    assert (lus["retenues"], lus["seuil"]) == (retenues, float(seuil))
    assert lus["depassement"] is (retenues > seuil * entree["actes_total"])
    assert lus["teleconsultations_au_dela"] == (retenues - permises if lus["depassement"] else 0)
    if entree["actes_total"]:
        assert lus["taux"] == pytest.approx(retenues / entree["actes_total"], abs=1e-9)
    else:
        assert lus["taux"] is None
    assert bool(lus["consequences"]) == (lus["depassement"] and texte in (SIGNE, APPLIQUE))


@pytest.mark.normes("C11A-02", "C11A-08")
@pytest.mark.parametrize(("specialite", "permises"), [("01", 200), ("32", 200), *((s, 400) for s in PSYCHIATRES)])
def test_le_seuil_exact_n_est_pas_depasse_un_acte_de_plus_l_est(specialite: str, permises: int) -> None:
    for texte in (SIGNE, APPLIQUE):
        juste = activite(texte, specialite=specialite, teleconsultations=permises)
        un_de_plus = activite(texte, specialite=specialite, teleconsultations=permises + 1)
        assert (juste["depassement"], un_de_plus["depassement"]) == (False, True)
        assert (un_de_plus["teleconsultations_au_dela"], un_de_plus["depassement_points"]) == (1, 0.1)


@pytest.mark.normes("C11A-01", "C11A-02", "C11A-04")
def test_la_veille_et_le_jour_de_la_convention() -> None:
    for texte in (SIGNE, APPLIQUE):
        champs: dict[str, Any] = {"specialite": "33", "teleconsultations": 250, "teleexpertises": 100}
        veille, jour = (activite(texte, {"date": date}, **champs) for date in ("2024-06-21", "2024-06-22"))
        assert (veille["seuil"], veille["retenues"], veille["depassement"]) == (0.2, 350, True)
        assert (jour["seuil"], jour["retenues"], jour["depassement"]) == (0.4, 250, False)
    # Without a date, the threshold of the end of the year judges it.
    assert activite(moment={"annee": 2024}, specialite="33")["seuil"] == 0.4
    assert activite(moment={"annee": 2023}, specialite="33", teleexpertises=0)["seuil"] == 0.2
    reponse = repondre(NOM, {"annee": 2026, "entree": {"specialite": "01", "actes_total": 1, "teleconsultations": 0,
                                                       "teleconsultations_patientele_mt": 0}})  # fmt: skip
    assert reponse["explication"]["taux"]["reference"].startswith("art. 87 à 91-3")
    assert reponse["explication"]["depassement"]["enfants"]


def test_aucun_seuil_avant_l_avenant_9() -> None:
    veille, jour = (
        activite(ANCIEN, {"date": date}, teleconsultations=900, teleexpertises=0)
        for date in ("2021-09-25", "2021-09-26")
    )
    assert (veille["seuil"], veille["depassement"], "aucun seuil" in veille["motif"]) == (None, False, True)
    assert (jour["seuil"], jour["depassement"]) == (0.2, True)


def lecture(lus: dict[str, Any], nom: str) -> dict[str, Any]:
    [trouvee] = [lecture for lecture in lus["lectures"] if lecture["lecture"] == nom]
    return trouvee


def lectures(lus: dict[str, Any]) -> set[str]:
    return {lecture["lecture"] for lecture in lus["lectures"]}


@pytest.mark.normes("C11A-03", "C11A-04")
def test_les_lectures_du_denominateur() -> None:
    lus = activite(
        teleconsultations=240, teleconsultations_patientele_mt=50, teleexpertises=50, actes_patientele_mt=600
    )
    assert lecture(lus, "tous-les-actes")["denominateur"] == 1000
    assert lecture(lus, "hors-champ-exclu-du-denominateur")["denominateur"] == 900
    assert lecture(lus, "patientele-exclue-du-denominateur")["denominateur"] == 400
    assert [item["depassement"] for item in lus["lectures"]] == [False, True, True]
    assert any("verdict" in reserve for reserve in lus["reserves"])
    # What was not given leaves its reading out, and nothing is guessed.
    assert lectures(activite(teleconsultations=240)) == {"tous-les-actes"}


@pytest.mark.normes("C11A-05")
def test_le_sas_compte_sauf_avec_sa_patientele() -> None:
    avec, sans = (activite(teleconsultations=205, teleconsultations_sas=sas) for sas in (100, 0))
    assert avec["retenues"] == sans["retenues"] == 205
    assert avec["depassement"] is sans["depassement"] is True
    champs = {"teleconsultations": 205, "teleconsultations_patientele_mt": 20, "teleconsultations_sas": 100}
    for commun, depassement in ((15, False), (16, True)):
        lus = activite(teleconsultations_sas_patientele_mt=commun, **champs)
        assert (lus["retenues"], lus["depassement"]) == (185, False)
        autre = lecture(lus, "sas-toujours-compte")
        assert (autre["retenues"], autre["depassement"]) == (185 + commun, depassement)


@pytest.mark.normes("C11A-06")
@pytest.mark.parametrize("exception", ["medecin-retraite", "autre-decision"])
def test_l_exception_de_la_cpn_leve_le_seuil(exception: str) -> None:
    for texte in (SIGNE, APPLIQUE):
        lus = activite(texte, teleconsultations=1000, exception_cpn=exception)
        assert (lus["taux"], lus["seuil"], lus["depassement"], "CPN" in lus["motif"]) == (1, None, False, True)
        assert activite(texte, teleconsultations=1000)["depassement"] is True
    ancien = activite(ANCIEN, teleconsultations=1000, teleexpertises=0, exception_cpn=exception)
    assert (ancien["depassement"], "exception" in ancien["reserves"][0]) == (True, True)


@pytest.mark.normes("C11A-07")
def test_le_salarie_de_plateforme_est_juge_pour_lui_meme(tmp_path: Path) -> None:
    champs: dict[str, Any] = {"teleconsultations": 300, "salarie_plateforme": True}
    assert [activite(**champs | {"salarie_plateforme": salarie})["depassement"] for salarie in (True, False, None)] == [
        True
    ] * 3
    ancien = activite(ANCIEN, **champs, teleexpertises=0)
    assert (ancien["seuil"], ancien["depassement"], "salarié" in ancien["motif"]) == (None, None, True)
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(f"base: {SIGNE}\nfigures:\n  {NOM}:\n    seuil_individuel_salaries: false\n", "utf-8")
    assert activite(str(scenario), **champs)["depassement"] is False
    assert activite(str(scenario), teleconsultations=300)["depassement"] is True


@pytest.mark.normes("P1-34", "P1-35")
def test_la_derogation_locale_ne_vaut_que_dans_la_proposition() -> None:
    def juge(texte: str, teleconsultations: int, **champs: Any) -> tuple[float, bool]:
        lus = activite(texte, **{"specialite": "33", "teleconsultations": teleconsultations} | champs)
        return lus["seuil"], lus["depassement"]

    assert [juge(PROPOSE, n, derogation_locale=True) for n in (500, 501)] == [(0.5, False), (0.5, True)]
    assert [juge(PROPOSE, n, derogation_locale=False) for n in (400, 401)] == [(0.4, False), (0.4, True)]
    assert juge(PROPOSE, 201, derogation_locale=True, specialite="01") == (0.2, True)
    for texte in (SIGNE, APPLIQUE):
        assert juge(texte, 401, derogation_locale=True) == (0.4, True)
    montree = activite(APPLIQUE, specialite="33", teleconsultations=450)
    assert lecture(montree, "derogation-locale")["depassement"] is False
    assert "derogation-locale" not in lectures(activite(SIGNE, specialite="33")) | lectures(activite(APPLIQUE))


@pytest.mark.normes("C11C-02", "C11C-03", "C11C-04")
@pytest.mark.parametrize("averti", [True, False, None])
@pytest.mark.parametrize("entendu", [True, False, None])
def test_rien_n_est_recupere_sans_avertissement_ni_contradictoire(averti: bool | None, entendu: bool | None) -> None:
    procedure = {"avertissement": averti, "contradictoire": entendu}
    ouverte = averti is True and entendu is True
    lus = activite(teleconsultations=240, montant_moyen=30.01, **procedure)
    assert [suite["suite"] for suite in lus["consequences"]] == [
        "avertissement",
        "contradictoire",
        "recuperation",
        "sanction",
    ]
    assert (lus["teleconsultations_au_dela"], lus["montant_en_cause"]) == (40, 1200.4)
    assert (lus["recuperation"]["ouverte"], lus["recuperation"]["montant"]) == (ouverte, 1200.4 if ouverte else 0)
    assert lus["recuperation"]["manque"] == [etape for etape, faite in procedure.items() if not faite]
    respecte = activite(teleconsultations=200, montant_moyen=30.01, **procedure)
    assert respecte["recuperation"] == {"ouverte": False, "montant": 0, "manque": []}
    assert (respecte["consequences"], respecte["montant_en_cause"]) == ([], 0)


def test_le_montant_en_cause_demande_un_tarif_connu() -> None:
    assert [activite(specialite=s, teleconsultations=210)["montant_en_cause"] for s in ("01", "22", "23", "03")] == [
        250
    ] * 3 + [None]
    assert any("montant_moyen" in reserve for reserve in activite(specialite="03", teleconsultations=210)["reserves"])


def test_toutes_les_fautes_d_un_coup() -> None:
    mauvaise = {
        "specialite": "psy", "actes_total": 100, "teleconsultations": 101, "teleconsultations_patientele_mt": -1,
        "teleexpertises": 101, "teleconsultations_sas": 1.5, "salarie_plateforme": "oui", "exception_cpn": "ami", "inconnu": 1,
        "montant_moyen": 25.001, "actes_patientele_mt": 101,
    }  # fmt: skip
    assert erreurs(mauvaise).keys() == {f"entree.{champ}" for champ in mauvaise} - {"entree.actes_total"}
    assert erreurs({"specialite": "01"}).keys() == {"entree.actes_total", "entree.teleconsultations"}
    assert erreurs({"actes_total": 9, "teleconsultations": 1}).keys() == {
        "entree.specialite",
        "entree.teleconsultations_patientele_mt",
    }
    juste = {"specialite": "01", "actes_total": 100, "teleconsultations": 40, "teleconsultations_patientele_mt": 30}
    for champ, valeur, attendu in (
        ("teleconsultations_patientele_mt", 41, "au plus 40 (teleconsultations)"),
        ("teleconsultations_sas", 41, "au plus 40 (teleconsultations)"),
        ("teleconsultations_sas_patientele_mt", 31, "au plus 30 (teleconsultations_patientele_mt)"),
        ("actes_patientele_mt", 29, "au moins 30 (teleconsultations_patientele_mt)"),
    ):
        assert erreurs(juste | {champ: valeur}) == {f"entree.{champ}": attendu}
    for montant in (True, -1, float("inf"), "25"):
        assert erreurs(juste | {"montant_moyen": montant}).keys() == {"entree.montant_moyen"}


def test_des_teleexpertises_hors_du_total_se_disent() -> None:
    champs = {"actes_total": 100, "teleconsultations": 90, "teleexpertises": 20}
    lus = activite(**champs)
    assert any("actes_total" in reserve for reserve in lus["reserves"])
    assert lectures(lus) == {"tous-les-actes"}
    assert erreurs({"specialite": "01", **champs}, ANCIEN).keys() == {"entree.teleexpertises"}


def test_le_calcul_absent_est_celui_du_seuil() -> None:
    entree = {"specialite": "01", "actes_total": 10, "teleconsultations": 3, "teleconsultations_patientele_mt": 0}
    attendus = resultats(entree, annee=2026)
    assert (
        resultats(entree | {"calcul": "seuil"}, annee=2026)
        == resultats(entree | {"calcul": None}, annee=2026)
        == attendus
    )
    assert erreurs(entree | {"calcul": "autre"}) == {"entree.calcul": "l'un de seuil, teleexpertise, conditions"}
    assert erreurs([]).keys() == {"entree"}
    assert erreurs(entree | {"calcul": ""}).keys() == {"entree.calcul"}


# --- téléexpertise


def expertise(demande: str, reponse: str | None, texte: str = APPLIQUE, **champs: Any) -> dict[str, Any]:
    entree = {"calcul": "teleexpertise", "date_demande": demande, "date_reponse": reponse, "territoire": "metropole"}
    return resultats(entree | {"rang_dans_l_annee": 1} | champs, texte)


@pytest.mark.normes("C11B-02", "P3-30")
def test_le_tarif_du_medecin_requis_aux_dates() -> None:
    for texte in (SIGNE, APPLIQUE):
        assert [expertise(j, j, texte)["montant"] for j in ("2025-12-31", "2026-01-01")] == [20, 23]
    assert [expertise(j, j, PROPOSE)["montant"] for j in ("2024-02-07", "2024-02-08")] == [20, 23]
    assert [expertise(j, j, territoire="guyane")["montant"] for j in ("2025-12-31", "2026-01-01")] == [24, 27.6]
    assert [expertise(j, j, SIGNE, territoire="guyane")["montant"] for j in ("2025-12-31", "2026-01-01")] == [24, None]
    assert [expertise(j, j, ANCIEN)["montant"] for j in ("2019-02-09", "2019-02-10", "2026-01-01")] == [0, 20, 20]
    assert "n'existe pas" in expertise("2019-02-09", "2019-02-09")["motif"]


@pytest.mark.normes("C11B-01")
def test_le_delai_de_reponse_en_jours_calendaires() -> None:
    # 1 May 2026 is a Friday and a public holiday: calendar days do not care.
    for reponse, a_temps in (("2026-05-01", True), ("2026-05-08", True), ("2026-05-09", False)):
        lus = expertise("2026-05-01", reponse)
        assert (lus["dans_le_delai"], lus["date_limite"], lus["montant"]) == (a_temps, "2026-05-08", 23)
        assert any("hors du délai" in reserve for reserve in lus["reserves"]) != a_temps
    veille, jour = (expertise("2024-06-10", reponse) for reponse in ("2024-06-21", "2024-06-22"))
    assert (veille["dans_le_delai"], veille["date_limite"]) == (None, None)
    assert (jour["dans_le_delai"], jour["date_limite"]) == (False, "2024-06-17")
    attente = expertise("2026-05-01", None)
    assert (attente["montant"], attente["dans_le_delai"], attente["date_limite"]) == (None, None, "2026-05-08")
    assert "réponse non rendue" in attente["motif"]


@pytest.mark.normes("C11B-03")
def test_les_autres_conditions_de_la_teleexpertise_sont_inchangees() -> None:
    for jour in ("2024-06-21", "2024-06-22", "2025-12-31", "2026-01-01"):
        payees = [expertise(jour, jour, rang_dans_l_annee=rang)["montant"] > 0 for rang in (1, 4, 5, 50)]
        assert payees == [True, True, False, False]
        assert expertise(jour, jour, role="requerant")["montant"] == 10
    assert [expertise("2022-03-31", "2022-03-31", rang_dans_l_annee=rang)["montant"] for rang in (2, 3)] == [20, 0]
    assert [expertise(j, j, role="requerant")["montant"] for j in ("2022-03-31", "2022-04-01")] == [0, 10]
    assert expertise("2026-03-02", "2026-03-02", role="requerant", territoire="reunion")["montant"] is None


@pytest.mark.normes("P3-31")
def test_l_avis_ponctuel_n_est_ouvert_que_par_la_proposition() -> None:
    def jusqu_au(texte: str, **champs: Any) -> Any:
        return expertise("2026-02-20", "2026-02-22", texte, **champs).get("avis_ponctuel_jusqu_au", "absent")

    assert jusqu_au(PROPOSE, consultation_necessaire=True) == "2026-03-04"
    assert jusqu_au(PROPOSE, consultation_necessaire=False) is None
    assert jusqu_au(PROPOSE) == "absent"
    assert jusqu_au(SIGNE, consultation_necessaire=True) is jusqu_au(APPLIQUE, consultation_necessaire=True) is None


def test_la_teleexpertise_demande_ce_qui_lui_manque() -> None:
    entree = {"calcul": "teleexpertise", "date_demande": "2026-03-02", "date_reponse": "2026-03-03"}
    assert erreurs(entree).keys() == {"entree.territoire", "entree.rang_dans_l_annee"}
    assert erreurs(entree | {"role": "requerant"}).keys() == {"entree.territoire"}
    fausse = entree | {"date_reponse": "2026-03-01", "territoire": "paris", "rang_dans_l_annee": 0, "role": "tiers"}
    assert erreurs(fausse).keys() == {
        f"entree.{champ}" for champ in ("date_reponse", "territoire", "rang_dans_l_annee", "role")
    }
    assert erreurs(entree | {"date_reponse": "2026-03-01"}) == {
        "entree.date_reponse": "une date à partir de date_demande (2026-03-02)"
    }
