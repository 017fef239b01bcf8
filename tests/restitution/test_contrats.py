"""The contracts of a dossier: what each one says of itself on a day, and what cannot be followed."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import icalendar
import polars as pl
import pytest

from convmed.donnees.cabinet import lire_cabinet
from convmed.restitution import contrats, echeancier_contrats
from convmed.restitution.graphiques import contrats as graphiques
from convmed.textes import Erreurs, trouver_texte

EXEMPLE = Path(__file__).parents[2] / "exemples" / "contrat-assistant"
TEXTE = trouver_texte("en-vigueur")
AU = dt.date(2026, 11, 22)
MEDECIN = {"specialite": "01", "secteur": "1", "option_tarifaire": "aucune", "zone": "hors-zone"}
NOUVEAU = {
    "date_signature": "2025-01-15", "option_etp": "1", "classe": "p30-p90",
    "pmt": {"initial": 1000, "objectif": 1100}, "fa": {"initial": 1600, "objectif": 1700},
}  # fmt: skip


def cabinet(*sections: dict[str, Any], **autres: Any) -> dict[str, Any]:
    return {"medecin": MEDECIN, "assistants_medicaux": list(sections), **autres}


def suivre(*sections: dict[str, Any], au: dt.date = AU, **autres: Any) -> contrats.Suivi:
    return contrats.suivre(cabinet(*sections, **autres), TEXTE, au)


def refus(*sections: dict[str, Any], **autres: Any) -> dict[str | None, str]:
    with pytest.raises(Erreurs) as erreurs:
        suivre(*sections, **autres)
    assert {faute.fichier for faute in erreurs.value.fautes} == {"cabinet.toml"}
    return {faute.champ: faute.message for faute in erreurs.value.fautes}


@pytest.fixture(scope="module")
def exemple() -> contrats.Suivi:
    return contrats.suivre(lire_cabinet(EXEMPLE / "cabinet.toml"), TEXTE, AU)


def test_l_exemple_au_22_novembre_2026(exemple: contrats.Suivi) -> None:
    (contrat,) = exemple.en_dict()["assistants_medicaux"]
    assert (contrat["statut"], contrat["annee_contrat"], contrat["option_etp"], contrat["terme"]) == ("en-cours", 5, "1", "2027-09-15")
    assert [(o["indicateur"], o["objectif"], o["observe"], o["reste"]) for o in contrat["objectifs"]] == [
        ("pmt", 1040, 1010, 30), ("fa", 1660, 1610, 50),
    ]  # fmt: skip
    # 22 000 x max(110/140, 130/180) less the payment of the opening.
    assert contrat["paiement_precedent"]["libelle"] == "Année 4 du contrat, solde"
    assert contrat["paiement_precedent"]["montant"] == 6285.71
    assert contrat["paiement_precedent"]["explication"]["enfants"]
    assert (contrat["prochain_paiement"]["date_versement"], contrat["prochain_paiement"]["etat"]) == ("2027-11-15", "incomplet")
    assert "observée" in contrat["prochain_paiement"]["motif"]
    # 297 days of 365 had not run on the 11,000 of the fifth year.
    assert contrat["si_resilie_ce_jour"]["recuperation"] == round(11000 * 297 / 365, 2)
    assert contrat["si_resilie_ce_jour"]["carence_jusqu_au"] == "2028-11-22"
    assert contrat["prochaine_action"]["echeance"] == "2027-03-15"
    (optam,) = exemple.optam
    assert (optam["niveau_respect"], optam["niveau_prime"], optam["depassements_restants"]) == ("1-5", 0.9, -1534)


def test_la_date_change_ce_qui_est_passe_et_a_venir() -> None:
    avant, apres = (suivre(NOUVEAU, au=dt.date(2026, 1, jour)).assistants[0] for jour in (15, 16))
    dates = [(c.paiement(a_venir=False), c.paiement(a_venir=True)) for c in (avant, apres)]
    assert [[p.date_versement for p in paire if p] for paire in dates] == [
        [dt.date(2025, 2, 15), dt.date(2026, 1, 15)], [dt.date(2026, 1, 15), dt.date(2027, 1, 15)],
    ]  # fmt: skip
    assert suivre(NOUVEAU, au=dt.date(2025, 1, 14)).assistants[0].enjeu is None


def test_l_observation_qui_manque_est_nommee() -> None:
    suivi = suivre({**NOUVEAU, "date_signature": "2022-09-15"}).assistants[0]
    assert suivi.vie["alertes"][:2] == [f"année {rang} : observation manquante, le solde n'est pas calculé" for rang in (3, 4)]
    assert [v.en_dict()["montant"] for v in echeancier_contrats.versements(contrats.Suivi(AU, "", [suivi], []))].count(None) == 3


def test_deux_contrats_qui_se_suivent_et_la_carence() -> None:
    ancien = {**NOUVEAU, "date_signature": "2019-09-15", "observations": [{"annee_contrat": 3, "pmt": 1100, "fa": 1700}]}
    suivi = suivre({**NOUVEAU, "date_signature": "2026-09-14"}, ancien)
    assert [contrat.vie["statut"] for contrat in suivi.assistants] == ["clos", "en-cours"]
    assert any("carence, qui courait jusqu'au 15/09/2026" in alerte for alerte in suivi.assistants[1].vie["alertes"])
    assert not suivre({**NOUVEAU, "date_signature": "2026-09-15"}, ancien).assistants[1].vie["alertes"]
    assert not any("carence" in alerte for alerte in suivi.assistants[0].vie["alertes"])


def test_deux_contrats_qui_se_recouvrent() -> None:
    ancien = {**NOUVEAU, "date_signature": "2022-09-15"}
    fautes = refus({**NOUVEAU, "date_signature": "2026-03-01"}, ancien)
    assert list(fautes) == ["assistants_medicaux[0].date_signature"]
    assert "recouvre celui du 15/09/2022" in fautes["assistants_medicaux[0].date_signature"]
    resilie = {**ancien, "resiliation": {"date": "2024-01-01"}}
    assert len(suivre({**NOUVEAU, "date_signature": "2026-03-01"}, resilie).assistants) == 2
    # A contract that renews itself has no end of its own: a later one overlaps it, however late.
    assert refus(NOUVEAU, {**NOUVEAU, "date_signature": "2031-03-01"}) == {
        "assistants_medicaux[1].date_signature": "ce contrat recouvre celui du 15/01/2025 : l'aide ne se cumule pas"
    }


def test_toutes_les_fautes_de_toutes_les_sections() -> None:
    fautes = refus(
        {**NOUVEAU, "date_signature": "2015-01-15"},
        {**NOUVEAU, "pmt": {"initial": 1000, "objectif": 999}},
        {**NOUVEAU, "option_etp": "3/4", "classes": "p30-p90"},
        optam={"engagement": {"taux_depassement": 0.2, "taux_opposable": 0.7}},
    )
    assert set(fautes) == {
        "assistants_medicaux[0].date_signature", "assistants_medicaux[1].pmt.objectif", "assistants_medicaux[2].option_etp",
        "assistants_medicaux[2].classes", "optam.observe",
    }  # fmt: skip
    assert "n'existaient pas encore" in fautes["assistants_medicaux[0].date_signature"]
    assert "sous la patientèle de départ" in fautes["assistants_medicaux[1].pmt.objectif"]


def test_un_calcul_inconnu_et_un_dossier_sans_contrat() -> None:
    assert refus({"calcul": "viee"}) == {"assistants_medicaux.calcul": "valeur refusée"}
    assert refus() == {None: "ce dossier n'a pas de contrat à suivre"}
    assert refus({"calcul": "eligibilite"}) == {None: "ce dossier n'a pas de contrat à suivre"}


def test_un_jour_qui_n_est_pas_un_anniversaire() -> None:
    contrats.anniversaire(suivre(NOUVEAU, au=dt.date(2026, 1, 15)))
    for jour in (dt.date(2026, 1, 14), dt.date(2026, 1, 16), dt.date(2025, 1, 15)):
        with pytest.raises(Erreurs) as erreurs:
            contrats.anniversaire(suivre(NOUVEAU, au=jour))
        (faute,) = erreurs.value.fautes
        assert (faute.champ, faute.attendu) == ("--anniversaire", "15/01/2026")


def test_l_eligibilite_se_lit_dans_le_dossier() -> None:
    def assistant(patients: int, *sections: dict[str, Any], **medecin: Any) -> dict[str, Any]:
        lu = {**cabinet(*sections), "medecin": {**MEDECIN, **medecin}}
        return contrats.eligibilite(lu, TEXTE, AU, patients)[0]

    assert assistant(775)["eligible"] is True
    assert assistant(774)["eligible"] is False
    assert assistant(775)["hypotheses"] == ["patientèle médecin traitant : 775 dans le dossier"]
    assert assistant(2000, {"calcul": "eligibilite", "pmt": 774})["eligible"] is False
    assert "OPTAM" in assistant(2000, secteur="2")["motifs"][0]
    assert "déjà en cours" in assistant(2000, NOUVEAU)["motifs"][0]
    clos = {**NOUVEAU, "date_signature": "2019-09-15", "resiliation": {"date": "2024-11-22"}}
    ancien = {**clos, "date_signature": "2020-09-15"}
    assert assistant(2000, ancien)["eligible"] is True
    assert "après la fin du précédent" in assistant(2000, {**ancien, "resiliation": {"date": "2024-11-23"}})["motifs"][0]


def test_ce_qui_manque_a_l_eligibilite_est_a_verifier() -> None:
    assistant, optam = contrats.eligibilite({"medecin": {"specialite": "01"}}, TEXTE, AU, 0)
    assert (assistant["eligible"], optam["eligible"]) == (None, None)
    assert any("secteur" in manque for manque in assistant["a_verifier"])
    assert any("medecin.secteur" in manque for manque in optam["a_verifier"])
    with pytest.raises(Erreurs) as erreurs:
        contrats.eligibilite(cabinet({"calcul": "eligibilite", "pmt": -1}), TEXTE, AU, 0)
    assert [faute.champ for faute in erreurs.value.fautes] == ["assistants_medicaux.pmt"]


def test_la_simulation_des_cinq_options() -> None:
    simulation = contrats.simuler(cabinet(), TEXTE, AU, 1000)
    aides = {(a["option_etp"], a["annee_contrat"]): a["aide_maximale"] for a in simulation.annees}
    assert [aides["1", rang] for rang in range(1, 6)] == [38000, 28000, 22000, 22000, 22000]
    assert [aides["2", rang] for rang in range(1, 6)] == [0, 0, 44000, 44000, 44000]
    assert {a["motif"] != "" for a in simulation.annees if a["option_etp"] == "1/3"} == {True}
    assert [(o["option_etp"], o["possible"], o["total"]) for o in simulation.options] == [
        ("1/3", False, 0), ("1/2", True, 66000), ("1", True, 132000), ("1.5", False, 99000), ("2", False, 132000),
    ]  # fmt: skip
    classee = contrats.simuler(cabinet(), TEXTE, AU, 1000, "p95+")
    assert {a["aide_maximale"] for a in classee.annees if a["option_etp"] == "1"} == {38000}
    suivie = contrats.simuler(cabinet({**NOUVEAU, "classe": "p90-p94"}), TEXTE, AU, 1000)
    assert (suivie.signature, suivie.annees[-1]["aide_maximale"]) == (dt.date(2025, 1, 15), 52000)


def test_l_echeancier_en_table(exemple: contrats.Suivi) -> None:
    table = echeancier_contrats.en_table(exemple)
    assert dict(table.schema) == echeancier_contrats.SCHEMA
    assert table["montant"].sum() == table["cumul"][-1]
    assert table["date_versement"].is_sorted()
    assert table.filter(~pl.col("echu"))["libelle"].to_list() == ["Année 5 du contrat, solde"]


def uid(texte: str) -> dict[str, dt.date]:
    evenements = icalendar.Calendar.from_ical(texte).walk("VEVENT")
    lus = {str(e["uid"]): e.decoded("dtstart") for e in evenements}
    assert len(lus) == len(evenements)
    return lus


def test_l_agenda_garde_l_identite_de_ses_evenements(exemple: contrats.Suivi) -> None:
    vie, paiements = uid(echeancier_contrats.suivi_en_ics(exemple)), uid(echeancier_contrats.paiements_en_ics(exemple))
    assert paiements.items() <= vie.items()
    assert len(paiements) == 8
    assert dt.date(2027, 9, 14) in vie.values()
    # A year later, with one more count, the same payments keep their identity.
    (lu,) = lire_cabinet(EXEMPLE / "cabinet.toml")["assistants_medicaux"]
    observe = {**lu, "observations": [*lu["observations"], {"annee_contrat": 5, "pmt": 1040, "fa": 1660}]}
    assert uid(echeancier_contrats.paiements_en_ics(suivre(observe, au=dt.date(2028, 1, 1)))) == paiements


def test_le_graphique_des_objectifs(exemple: contrats.Suivi) -> None:
    rangees = contrats.objectifs_et_constats(exemple)
    assert [(r["annee_contrat"], r["objectif"], r["observe"]) for r in rangees if r["indicateur"] == "pmt"] == [
        (1, 980, 918), (2, 980, 951), (3, 1040, 1042), (4, 1040, 1010), (5, 1040, None),
    ]  # fmt: skip
    table = pl.DataFrame(rangees, infer_schema_length=None)
    figure = graphiques.composer_les_objectifs(table, "Titre")
    dits = [texte.get_text() for axe in figure.axes for texte in axe.texts]
    assert dits == ["918 (−62)", "951 (−29)", "1042 (+2)", "1010 (−30)", "1495 (−85)", "1540 (−40)", "1632 (−28)", "1610 (−50)"]
    image = graphiques.objectif_et_constat(table, "Titre", "svg")
    ET.fromstring(image)
    assert image == graphiques.objectif_et_constat(table, "Titre", "svg")


def test_le_graphique_des_aides() -> None:
    annees = contrats.simuler(cabinet(), TEXTE, AU, 1000).annees
    annees[-1] = {**annees[-1], "aide_maximale": None}
    figure = graphiques.composer_les_aides(pl.DataFrame(annees, infer_schema_length=None), "Titre")
    (axe,) = figure.axes
    dits = [texte.get_text().replace("\N{NO-BREAK SPACE}", " ") for texte in axe.texts]
    assert dits.count("fermée") == 9
    assert dits[-3:] == ["44 000 €", "44 000 €", "non publié"]
    assert max(barre.get_height() for barre in axe.patches) == 44000
