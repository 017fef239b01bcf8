"""Negotiation: when a rise may begin, who may make a convention, how long it lasts, and the chronology's own checks."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.negociation import NATURES, chronologie, regles, vies
from convmed.dispositifs.negociation.chronologie import FICHIER, entre, lire_chronologie
from convmed.normes import registre
from convmed.textes import Erreurs

NOM = "negociation"
REPORT_2025 = {"calcul": "report", "date_effet": "2025-07-01", "date_avis": "2025-06-18", "imputable_soins_de_ville": True}
DATES = st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31))
PARTS = st.integers(0, 10_000).map(lambda centiemes: centiemes / 100).filter(lambda part: not 0 < part <= 1)


def resultats(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    obtenus: dict[str, Any] = repondre(NOM, {"entree": entree, **cas})["resultats"]
    return obtenus


def champs_refuses(entree: dict[str, Any], **cas: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        resultats(entree, **cas)
    return {erreur["champ"] for erreur in refus.value.erreurs}


def evenement(identifiant: str) -> Any:
    return next(un for un in chronologie() if un.id == identifiant)


# --- when a rise begins


@pytest.mark.parametrize(
    ("champs", "effet"),
    [
        ({}, "2026-01-01"),
        ({"date_avis": "2025-06-30"}, "2026-01-01"),
        ({"date_avis": "2025-07-01"}, "2025-07-01"),  # already in force that day
        ({"date_avis": "2025-01-01"}, "2026-01-01"),
        ({"date_avis": "2024-12-31"}, "2025-07-01"),  # the opinion of another year
        ({"imputable_soins_de_ville": False}, "2025-07-01"),
        ({"revalorisation": False}, "2025-07-01"),
        ({"date_effet": "2025-12-31"}, "2026-01-01"),
        ({"date_effet": "2026-01-01"}, "2026-01-01"),
        ({"date_avenant": "2025-10-15"}, "2025-10-15"),
        ({"date_avenant": "2025-06-18"}, "2025-07-01"),  # an avenant does not bring the measure forward
        ({"date_avenant": "2025-12-31"}, "2025-12-31"),
        ({"date_avenant": "2026-03-01"}, "2026-01-01"),  # nor keeps it beyond the 1st of January
    ],
)
def test_une_revalorisation_suspendue_attend_un_avenant_ou_le_premier_janvier(champs: dict[str, Any], effet: str) -> None:
    obtenus = resultats({**REPORT_2025, **champs})
    assert obtenus["date_effet"] == effet
    assert obtenus["reportee"] == (effet != obtenus["date_signee"])
    assert "L. 162-14-1-1" in obtenus["motif"]


@pytest.mark.parametrize(
    ("approbation", "effet", "attendu"),
    [("2024-06-20", "2024-12-19", "2024-12-20"), ("2024-06-20", "2024-12-20", "2024-12-20"), ("2024-08-31", "2025-01-01", "2025-02-28")],
)
def test_six_mois_apres_l_approbation(approbation: str, effet: str, attendu: str) -> None:
    entree = {"calcul": "report", "date_effet": effet, "date_approbation": approbation}
    assert resultats(entree, texte="reglement-arbitral-2023")["date_effet"] == attendu


def test_sans_approbation_connue_rien_ne_retarde() -> None:
    obtenus = resultats({"calcul": "report", "date_effet": "2024-01-01"}, texte="reglement-arbitral-2023")
    assert (obtenus["date_effet"], obtenus["au_plus_tot"], obtenus["reportee"]) == ("2024-01-01", None, False)
    assert "aucun avis" in obtenus["motif"]


@pytest.mark.parametrize(("effet", "attendu"), [("2024-06-19", "2024-06-19"), ("2024-06-20", "2024-12-20"), ("2022-07-01", "2022-07-01")])
def test_une_mesure_anterieure_a_l_approbation_vient_d_un_autre_texte(effet: str, attendu: str) -> None:
    assert resultats({"calcul": "report", "date_effet": effet})["date_effet"] == attendu
    avis = {"date_avis": "2022-06-01", "imputable_soins_de_ville": True}
    assert resultats({"calcul": "report", "date_effet": "2022-07-01", **avis})["date_effet"] == "2023-01-01"


@pytest.mark.parametrize(("effet", "connue"), [("2022-03-15", False), ("2022-03-16", True)])
def test_la_regle_du_report_a_une_date(effet: str, connue: bool) -> None:
    motif = resultats({"calcul": "report", "date_effet": effet}, texte="convention-2016")["motif"]
    assert ("pas dans les sources" in motif) is not connue


def test_un_avis_dit_s_il_est_imputable_et_un_avenant_repond_a_un_avis() -> None:
    assert champs_refuses({**REPORT_2025, "imputable_soins_de_ville": None}) == {"entree.imputable_soins_de_ville"}
    assert champs_refuses({"calcul": "report", "date_effet": "2025-07-01", "date_avenant": "2025-06-01"}) == {"entree.date_avis"}
    assert champs_refuses({**REPORT_2025, "date_avenant": "2025-06-17"}) == {"entree.date_avenant"}
    assert champs_refuses({**REPORT_2025, "date_effet": "9999-12-31"}) == {"entree.date_effet"}


@given(effet=DATES, avis=DATES, imputable=st.booleans(), avenant=st.none() | DATES)
def test_un_report_ne_fait_que_retarder_et_jamais_au_dela_du_premier_janvier(
    effet: dt.date, avis: dt.date, imputable: bool, avenant: dt.date | None
) -> None:
    suivant = dt.date(avis.year + 1, 1, 1)
    reel = regles.apres_l_avis(effet, suivant, avenant).date if regles.suspendue(effet, avis, imputable) else effet
    assert effet <= reel <= max(effet, suivant)
    # Once postponed to the next year, the same opinion suspends it no more.
    assert avenant is not None or not regles.suspendue(reel, avis, imputable)


# --- the rule and the chronology say the same


def test_la_chronologie_est_celle_que_donnent_les_regles() -> None:
    assert resultats(REPORT_2025)["date_effet"] == evenement("hausses-reportees").date.isoformat()
    assert REPORT_2025["date_avis"] == evenement("alerte-2025").date.isoformat()
    duree = resultats({"calcul": "duree"})
    assert duree["terme"] == evenement("terme").date.isoformat()
    assert duree["opposition_au_plus_tard"] == evenement("opposition-reconduction").date.isoformat()
    assert duree["entree_en_vigueur"] == evenement("entree-en-vigueur").date.isoformat()
    arbitral = resultats({"calcul": "duree"}, texte="reglement-arbitral-2023")
    assert arbitral["terme"] == evenement("fin-reglement-arbitral").prevue.isoformat()
    premieres = resultats({"calcul": "report", "date_effet": evenement("premieres-hausses").date.isoformat()})
    assert not premieres["reportee"]


def test_les_textes_se_suivent_sans_trou() -> None:
    suite = vies()
    assert [vie.texte for vie in suite] == ["convention-2016", "reglement-arbitral-2023", "convention-2024"]
    for avant, apres in pairwise(suite):
        assert avant.fin is not None
        assert avant.fin + dt.timedelta(days=1) == apres.debut
    assert suite[-1].fin == dt.date(2029, 6, 21)


# --- how long a text lasts


@pytest.mark.parametrize(("opposition", "recevable"), [("2028-12-21", True), ("2028-12-22", False)])
def test_le_preavis_de_la_tacite_reconduction(opposition: str, recevable: bool) -> None:
    obtenus = resultats({"calcul": "duree", "date_opposition": opposition}, annee=2028)
    assert obtenus["opposition_recevable"] is recevable
    assert (obtenus["reconduction_le"] is None) is recevable
    assert champs_refuses({"calcul": "duree", "date_opposition": "2024-06-21"}) == {"entree.date_opposition"}


def test_une_proposition_n_a_pas_de_vie_et_la_duree_de_2016_n_est_pas_dans_les_sources() -> None:
    proposition = resultats({"calcul": "duree"}, texte="proposition-2024-02-08-option-1")
    assert (proposition["terme"], proposition["entree_en_vigueur"]) == (None, None)
    assert "n'entre pas en vigueur" in proposition["motif"]
    assert "non publiée" in resultats({"calcul": "duree"}, texte="convention-2016")["motif"]


# --- who may make a convention


def validite(mg: dict[str, Any], spe: dict[str, Any], **champs: Any) -> dict[str, Any]:
    return resultats({"calcul": "validite", "colleges": {"generalistes": mg, "specialistes": spe}, **champs}, annee=2024)


@pytest.mark.normes("CP-04")
@pytest.mark.parametrize(
    ("mg", "spe", "valide"), [(30, 30, True), (29.99, 30, False), (30, 29.99, False), (100, 0, False), (0, 0, False), (100, 100, True)]
)
def test_trente_pour_cent_dans_chaque_college(mg: float, spe: float, valide: bool) -> None:
    obtenus = validite({"signataires": mg}, {"signataires": spe})
    assert obtenus["valide"] is valide
    assert len(obtenus["motifs"]) == (mg < 30) + (spe < 30)
    assert obtenus["colleges"]["generalistes"]["majoritaires"] is (mg > 50)


@pytest.mark.parametrize(
    ("mg", "spe", "date", "opposition"),
    [
        (50.01, 50.01, "2024-07-04", True),
        (50.01, 50.01, "2024-07-05", False),
        (50, 60, "2024-07-04", False),
        (60, 50, "2024-07-04", False),
    ],
)
def test_une_opposition_est_majoritaire_partout_et_dans_le_mois(mg: float, spe: float, date: str, opposition: bool) -> None:
    obtenus = validite(
        {"signataires": 35, "opposants": mg}, {"signataires": 35, "opposants": spe}, date_transmission="2024-06-04", date_opposition=date
    )
    assert (obtenus["opposition"], obtenus["valide"]) == (opposition, not opposition)
    assert obtenus["motifs"]


def test_les_refus_de_la_validite_viennent_ensemble() -> None:
    colleges = {"generalistes": {"signataires": {"A": 60, "B": 60}}, "specialistes": {"signataires": 60, "opposants": 40.01}}
    assert champs_refuses({"calcul": "validite", "colleges": colleges}) == {
        "entree.colleges.generalistes.signataires", "entree.colleges.specialistes.opposants",
    }  # fmt: skip
    assert champs_refuses({"calcul": "validite", "colleges": {"generalistes": {"signataires": 40}}}) == {"entree.colleges.specialistes"}
    juste = {"generalistes": {"signataires": 40, "opposants": 55}, "specialistes": {"signataires": 40}}
    assert champs_refuses({"calcul": "validite", "colleges": juste, "date_opposition": "2024-07-01"}) == {"entree.date_transmission"}
    sans = {"generalistes": {"signataires": 40}, "specialistes": {"signataires": 40}}
    assert champs_refuses({"calcul": "validite", "colleges": sans, "date_opposition": "2024-07-01", "date_transmission": "2024-06-20"}) == {
        "entree.colleges.generalistes.opposants", "entree.colleges.specialistes.opposants",
    }  # fmt: skip


@pytest.mark.parametrize(("date", "connu"), [("2022-12-24", False), ("2022-12-25", True)])
def test_les_seuils_de_validite_ont_une_date(date: str, connu: bool) -> None:
    colleges = {"generalistes": {"signataires": 40}, "specialistes": {"signataires": 40}}
    obtenus = resultats({"calcul": "validite", "colleges": colleges, "date_signature": date})
    assert obtenus["valide"] is (True if connu else None)


@given(mg=PARTS, spe=PARTS, plus=st.integers(0, 2_000))
def test_plus_de_suffrages_ne_defont_pas_une_convention(mg: float, spe: float, plus: int) -> None:
    mieux = min(100.0, mg + plus / 100) if mg else mg
    avant = validite({"signataires": mg}, {"signataires": spe})
    apres = validite({"signataires": round(mieux, 2)}, {"signataires": spe})
    assert apres["valide"] or not avant["valide"]
    assert avant["valide"] == validite({"signataires": spe}, {"signataires": mg})["valide"]


# --- the comité d'alerte


def test_le_calendrier_du_comite_d_alerte() -> None:
    obtenus = resultats({"calcul": "alerte", "date_avis": "2025-06-18"})
    assert obtenus["avis_avant_le"] == ["2025-04-15", "2025-06-01", "2025-10-15"]
    assert (obtenus["seuil"], obtenus["seuil_max"]) == (0.005, 0.01)
    assert (obtenus["redressement_au_plus_tard"], obtenus["second_avis_au_plus_tard"]) == ("2025-07-18", "2025-08-02")
    assert [un["date"] for un in obtenus["avis_connus"]] == ["2025-06-18", "2025-09-17"]
    assert champs_refuses({"calcul": "alerte", "date_avis": "2025-06-18"}, annee=2024) == {"entree.date_avis"}
    assert resultats({"calcul": "alerte"}, annee=2027)["avis_connus"] == []


# --- the chronology


def test_les_filtres_de_la_chronologie() -> None:
    tout = resultats({"calcul": "chronologie"})
    assert tout["nombre"] == len(chronologie()) > 40
    assert resultats({"calcul": "chronologie", "du": "2025-01-25", "au": "2025-01-25"})["motif"]
    # Found at the day first announced, and on each day of what lasts.
    assert "seance-3" in {un.id for un in entre(dt.date(2024, 1, 25), dt.date(2024, 1, 25))}
    assert "greve-2026" in {un.id for un in entre(dt.date(2026, 1, 10), dt.date(2026, 1, 10))}
    assert champs_refuses({"calcul": "chronologie", "du": "2025-01-01", "au": "2024-12-31", "texte": "zz"}) == {"entree.au", "entree.texte"}
    assert champs_refuses({"calcul": "chronologie", "nature": "zz"}) == {"entree.nature"}


def test_chaque_nature_a_un_evenement_et_chaque_norme_est_au_registre() -> None:
    assert {un.nature for un in chronologie()} == set(NATURES)
    nommees = {norme for un in chronologie() for norme in un.normes}
    assert sorted(nommees - registre().keys()) == []


@given(du=DATES, au=DATES)
def test_une_periode_plus_large_ne_perd_rien(du: dt.date, au: dt.date) -> None:
    debut, fin = min(du, au), max(du, au)
    dedans = {un.id for un in entre(debut, fin)}
    assert dedans <= {un.id for un in entre(debut - dt.timedelta(days=30), fin + dt.timedelta(days=30))}
    assert {un.id for un in entre(None, None)} == {un.id for un in chronologie()}


UN = "evenements:\n  - {id: a, date: 2024-01-02, libelle: A, nature: seance, source: S, statut: signe, confiance: officiel, etat: tenu, precision: jour"
DEUX = UN + "}\n  - {id: b, date: 2024-01-03, libelle: B, nature: seance, source: S, statut: signe, confiance: officiel, etat: tenu, precision: jour"


@pytest.mark.parametrize(
    ("document", "ligne", "champ"),
    [
        (UN.replace("source: S, ", "") + "}", 2, "evenements[0].source"),
        (UN.replace("nature: seance", "nature: fete") + "}", 2, "evenements[0].nature"),
        (UN.replace("2024-01-02", "2024-02-30") + "}", 2, "evenements[0].date"),
        (UN + ", texte: convention-2050}", 2, "evenements[0].texte"),
        (UN + ", couleur: bleu}", 2, "evenements[0].couleur"),
        (UN + ", fin: 2024-01-05}", 2, "evenements[0].fin"),
        (UN.replace("precision: jour", "precision: periode") + ", fin: 2024-01-01}", 2, "evenements[0].fin"),
        (UN + ", prevue: 2024-01-02}", 2, "evenements[0].prevue"),
        (DEUX.replace("id: b", "id: a") + "}", 3, "evenements[1].id"),
        (DEUX.replace("2024-01-03", "2024-01-01") + "}", 3, "evenements[1].date"),
        ("evenements:\n  - bonjour", 2, "evenements[0]"),
        ("evenements: {}", 1, None),
    ],
)
def test_une_chronologie_mal_ecrite_est_refusee_avec_sa_ligne(document: str, ligne: int, champ: str | None) -> None:
    assert lire_chronologie(DEUX + "}", "essai.yaml")
    with pytest.raises(Erreurs) as refus:
        lire_chronologie(document, "essai.yaml")
    (faute,) = refus.value.fautes
    assert (faute.fichier, faute.ligne, faute.champ) == ("essai.yaml", ligne, champ)


def test_toutes_les_fautes_d_une_chronologie_viennent_ensemble() -> None:
    texte = FICHIER.read_text("utf-8").replace("nature: signature", "nature: signe").replace("date: 2024-06-20", "date: 2024-07-20")
    with pytest.raises(Erreurs) as refus:
        lire_chronologie(texte, "essai.yaml")
    assert {(faute.champ or "").partition(".")[2] for faute in refus.value.fautes} == {"nature", "date"}
