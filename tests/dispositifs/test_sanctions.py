"""Sanctions: deadlines on each side of each term, what is refused, what silence does, names, transition, closed days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.sanctions import procedures
from convmed.dispositifs.sanctions.delais import PAS_AVANT, calculer_terme, terme
from convmed.dispositifs.sanctions.machine import NOM, normaliser, reduire
from convmed.textes import baremes, trouver_texte

Etapes = list[tuple[str, str]]
FIGURES = baremes()[NOM]


def resultats(procedure: str, etapes: Etapes, texte: str = "en-vigueur", **champs: Any) -> dict[str, Any]:
    entree = {"procedure": procedure, "etapes": [{"etape": nom, "date": date} for nom, date in etapes], **champs}
    obtenus: dict[str, Any] = repondre(NOM, {"texte": texte, "entree": entree})["resultats"]
    return obtenus


def erreurs(procedure: str, etapes: Etapes, **champs: Any) -> list[dict[str, Any]]:
    with pytest.raises(CasRefuses) as refus:
        resultats(procedure, etapes, **champs)
    return refus.value.erreurs


def echeance(obtenus: dict[str, Any], etape: str, rang: int = 0) -> dict[str, Any]:
    trouvee: dict[str, Any] = [e for e in obtenus["echeances"] if e["etape"] == etape][rang]
    return trouvee


@pytest.mark.normes("C13B-16", "C13B-17", "C13B-18", "C13B-21")
@pytest.mark.parametrize("procedure", ["ordinaire", "pte"])
@pytest.mark.parametrize(
    ("etape", "date", "due", "au_plus_tard"),
    [("demande-d-entretien", "2025-03-03", "entretien", "2025-03-18"), ("entretien", "2025-03-18", "compte-rendu", "2025-03-26"),
     ("reunion-cpl", "2025-04-30", "observations-ecrites", "2025-04-23"), ("transmission-avis-cpl", "2025-05-05", "decision", "2025-06-05"),
     ("transmission-avis-cpl", "2025-01-31", "decision", "2025-02-28"), ("transmission-avis-cpl", "2028-01-31", "decision", "2028-02-29")],
)  # fmt: skip
def test_une_seule_etape_suffit_a_dater_la_suivante(procedure: str, etape: str, date: str, due: str, au_plus_tard: str) -> None:
    """Example 22 of the readings, each line by itself."""
    une = echeance(resultats(procedure, [(etape, date)]), due)
    assert une["au_plus_tard"] == au_plus_tard
    assert une["acteur"]
    assert "circulaire 31/07/2024, 13.B" in une["references"]


@pytest.mark.normes("C13B-01", "C13B-06", "C13B-07", "C13B-08", "C13B-09", "C13B-10")
@pytest.mark.parametrize("procedure", ["ordinaire", "pte"])
def test_l_ordre_des_quatre_temps(procedure: str) -> None:
    """Written by hand, after the circulaire (13.B): exchanges, opinion of the CPL, decision notified, appeal."""
    abandon = {"abandon"}
    temps: list[tuple[str, set[str]]] = [
        ("avertissement", {"pratique-corrigee", "releve-des-constatations"} | abandon),
        ("releve-des-constatations", {"demande-d-entretien", "observations-ecrites", "saisine-cpl"} | abandon),
        ("demande-d-entretien", {"entretien", "observations-ecrites"} | abandon),
        ("entretien", {"compte-rendu", "observations-ecrites"} | abandon),
        ("compte-rendu", {"observations-ecrites", "saisine-cpl"} | abandon),
        ("saisine-cpl", {"observations-ecrites", "reunion-cpl", "avis-repute-rendu"} | abandon),
        ("reunion-cpl", {"transmission-avis-cpl", "avis-repute-rendu"} | abandon),
        ("transmission-avis-cpl", {"decision"} | abandon | ({"saisine-cpn-avant-decision"} if procedure == "pte" else set())),
        ("decision", {"notification"}),
        ("notification", {"appel", "execution", "contentieux"}),
        ("appel", {"reunion-appel", "observations-ecrites"}),
        ("reunion-appel", {"avis-appel"}),
        ("avis-appel", {"appel-cpn", "decision-apres-appel"}),
        ("decision-apres-appel", {"execution", "contentieux"}),
        ("execution", {"fin-de-sanction", "contentieux"}),
        ("fin-de-sanction", set()),
    ]
    faites: Etapes = []
    for rang, (etape, attendues) in enumerate(temps):
        faites.append((etape, (dt.date(2025, 1, 6) + dt.timedelta(days=rang)).isoformat()))
        obtenus = resultats(procedure, faites)
        assert {s["etape"] for s in obtenus["suites"]} == attendues, etape
        assert obtenus["manquants"] == []
    assert obtenus["terminee"] is True


@pytest.mark.normes("C13B-14")
def test_les_delais_signes_sont_en_jours_jusqu_a_un_mois() -> None:
    jours, mois = FIGURES["expression_des_delais"].valeurs[0].calcul
    signes = {nom for p in ("ordinaire", "pte") for e in procedures()[p].etapes.values() for d in e.delais for nom in d.figures}
    for nom in signes:
        for valeur in FIGURES[nom].valeurs:
            if valeur.statut == "signe" and nom != "duree_maximale":
                assert FIGURES[nom].unite in (jours, mois)
                assert FIGURES[nom].unite == mois or valeur.calcul < 30


@pytest.mark.normes("C13A-02", "C13B-04")
def test_ce_qui_est_signe_en_2024_est_dans_le_corps_de_la_convention() -> None:
    """Hold: no step nor delay said to be signed rests on an annex; those that do are marked as former."""
    for nom in ("ordinaire", "pte"):
        procedure = procedures()[nom]
        assert procedure.articles == FIGURES["articles_de_la_convention"].valeurs[0].calcul
        for etape in procedure.etapes.values():
            assert ("annexe" in etape.reference) <= (etape.statut == "anterieur"), etape.nom
            for figure in (FIGURES[f] for d in etape.delais for f in d.figures):
                assert all(("annexe" in v.reference and v.statut == "signe") is False for v in figure.valeurs)


@pytest.mark.normes("C13B-13")
def test_le_releve_et_la_decision_sont_motives() -> None:
    motivees = {s["etape"] for nom in ("avertissement", "transmission-avis-cpl") for s in resultats("ordinaire", [(nom, "2025-03-03")])["suites"] if s["motivee"]}
    assert motivees == {"releve-des-constatations", "decision"}
    avant = resultats("ordinaire", [("avertissement", "2024-03-03")], texte="convention-2016")
    assert not any(s["motivee"] for s in avant["suites"])


@pytest.mark.normes("C13B-06", "C13B-11", "C13B-12")
@pytest.mark.parametrize(
    ("motif", "manquants"),
    [(None, ["avertissement"]), ("R. 147-11", []), ("r147-11", []), ("faits-graves-deja-sanctionnes", []), ("faits graves", [])],
)
def test_l_avertissement_manque_sauf_exception(motif: str | None, manquants: list[str]) -> None:
    obtenus = resultats("ordinaire", [("releve-des-constatations", "2025-03-03")], sans_avertissement=motif)
    assert [m["etape"] for m in obtenus["manquants"]] == manquants
    assert ("releve-des-constatations" in {s["etape"] for s in resultats("ordinaire", [], sans_avertissement=motif)["suites"]}) is bool(motif)


def test_un_cas_sans_objet_est_refuse() -> None:
    assert [e["champ"] for e in erreurs("urgence", [], sans_avertissement="R. 147-11", non_teletransmission=True)] == [
        "entree.non_teletransmission", "entree.sans_avertissement",
    ]  # fmt: skip
    assert [e["champ"] for e in erreurs("ordinaire", [], sans_avertissement="parce que")] == ["entree.sans_avertissement"]


@pytest.mark.parametrize(
    "noms",
    [["demande-d-entretien", "demande_entretien", "Demande d'entretien", "DEMANDE ENTRETIEN", "demande d’audition"],
     ["reunion-cpl", "Réunion de la CPL", "réunion_cpl", "CPL", "séance de la CPL", "commission paritaire locale"],
     ["transmission-avis-cpl", "avis-cpl", "Transmission de l'avis de la CPL", "avis_transmis"],
     ["releve-des-constatations", "Relevé des constatations", "relevé de constatations", "releve"],
     ["compte-rendu", "Compte rendu", "CR", "compte_rendu_d_entretien"], ["observations-ecrites", "observations", "Observations écrites du médecin"]],
)  # fmt: skip
def test_les_noms_d_une_etape(noms: list[str]) -> None:
    lus = {resultats("ordinaire", [(nom, "2025-03-03")])["etapes"][-1]["etape"] for nom in noms}
    assert lus == {noms[0]}


def test_un_nom_inconnu_propose_les_voisins() -> None:
    (erreur,) = erreurs("ordinaire", [("entretient", "2025-03-03")])
    assert erreur["champ"] == "entree.etapes[0].etape"
    assert erreur["attendu"].startswith("sans doute entretien")
    assert "fin-de-sanction" in erreur["attendu"]


@pytest.mark.parametrize(
    ("nom", "procedure"),
    [("classique", "ordinaire"), ("PTE", "pte"), ("Pratique tarifaire excessive", "pte"), ("deconventionnement_d_urgence", "urgence"),
     ("déconventionnement d'office", "deconventionnement-d-office"), ("pénalité financière", "penalite"), ("MSO", "mso"), ("mise sous accord préalable", "msap")],
)  # fmt: skip
def test_les_noms_d_une_procedure(nom: str, procedure: str) -> None:
    assert resultats(nom, [])["procedure"] == procedure


def test_un_mot_a_deux_sens_prend_celui_que_l_etat_permet() -> None:
    lus = resultats("urgence", [("notification", "2025-03-03"), ("avis-uncam", "2025-03-25"), ("decision", "2025-03-26"), ("notification", "2025-03-27")])
    assert [e["etape"] for e in lus["etapes"]] == ["courrier", "avis-uncam", "decision", "notification-de-la-suspension"]
    assert [m["etape"] for m in lus["manquants"]] == ["transmission-uncam", "engagement-de-la-procedure"]


def test_l_ordre_ecrit_ne_compte_pas_ni_celui_du_meme_jour() -> None:
    etapes: Etapes = [("avertissement", "2025-01-06"), ("releve", "2025-02-17"), ("demande-entretien", "2025-02-17"), ("entretien", "2025-02-17"), ("cr", "2025-02-17")]
    assert resultats("ordinaire", etapes) == resultats("ordinaire", etapes[::-1])
    assert resultats("ordinaire", etapes)["etat"] == "compte-rendu-transmis"


@pytest.mark.parametrize(
    ("etapes", "champ", "mots"),
    [
        ([("demande-d-entretien", "2025-03-20"), ("entretien", "2025-03-18")], "entree.etapes[1].date", "datée avant « Demande d'entretien » (20/03/2025)"),
        ([("decision", "2025-03-01"), ("transmission-avis-cpl", "2025-03-02")], "entree.etapes[0].date", "datée avant « Transmission de l'avis de la CPL »"),
        ([("abandon", "2025-03-01"), ("decision", "2025-03-02")], "entree.etapes[1].etape", "vient après la fin"),
        ([("decision", "2025-03-01"), ("decision", "2025-03-02")], "entree.etapes[1].etape", "est déjà enregistrée, le 01/03/2025"),
        ([("releve", "2025-03-01"), ("pratique-corrigee", "2025-03-02")], "entree.etapes[1].etape", "ne peut pas venir après « Relevé des constatations"),
        ([("fin-de-sanction", "2025-03-01"), ("appel", "2025-03-02")], "entree.etapes[1].etape", "vient après la fin"),
        ([("notification", "2025-03-01"), ("entretien", "2025-03-02")], "entree.etapes[1].etape", "ne peut pas venir après « Notification"),
    ],
)  # fmt: skip
def test_ce_qui_contredit_le_texte_est_refuse(etapes: Etapes, champ: str, mots: str) -> None:
    fautes = erreurs("ordinaire", etapes)
    assert (champ, True) in [(faute["champ"], mots in faute["message"]) for faute in fautes], fautes
    assert all(faute["message"].endswith(")") for faute in fautes), "la règle est citée"


@pytest.mark.parametrize(
    ("entree", "champs"),
    [
        ({"procedure": "ordinaire", "etapes": [{"etape": "constat", "date": "03/03/2025"}, {"date": "2025-02-30"}, {"etape": "constat", "date": "2052-01-01", "zz": 1}]},
         {"entree.etapes[0].date", "entree.etapes[1].etape", "entree.etapes[1].date", "entree.etapes[2].date", "entree.etapes[2].zz"}),
        ({"procedure": "pénale", "etapes": "constat", "report": "demain", "departement": "99x"},
         {"entree.procedure", "entree.etapes", "entree.report", "entree.departement"}),
        ({"procedure": 3, "aujourdhui": "hier", "sans_avertissement": 4}, {"entree.procedure", "entree.aujourdhui", "entree.sans_avertissement"}),
        ({"etapes": []}, {"entree.procedure"}),
        ({"calcul": "zz"}, {"entree.calcul"}),
    ],
)  # fmt: skip
def test_toutes_les_fautes_de_forme_a_la_fois(entree: dict[str, Any], champs: set[str]) -> None:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"annee": 2025, "entree": entree})
    assert {e["champ"] for e in refus.value.erreurs} == champs


def test_sans_date_le_silence_ne_court_que_jusqu_a_la_derniere_etape() -> None:
    seule: Etapes = [("saisine-uncam", "2025-03-03")]
    assert resultats("penalite", seule)["etat"] == "uncam-saisi"
    assert resultats("penalite", seule, aujourdhui="2025-04-03")["etat"] == "uncam-saisi", "le dernier jour n'est pas passé"
    assert resultats("penalite", seule, aujourdhui="2025-04-04")["etat"] == "avis-conforme"
    assert resultats("penalite", seule, date="2025-04-18")["etat"] == "avis-conforme"
    assert resultats("penalite", seule, aujourdhui="2025-04-19")["etat"] == "abandonnee", "ni avis, ni notification"


@pytest.mark.parametrize(("date", "refusee"), [("2025-04-18", False), ("2025-04-19", True)])
def test_une_notification_apres_l_abandon_par_silence_est_refusee(date: str, refusee: bool) -> None:
    etapes: Etapes = [("saisine-uncam", "2025-03-03"), ("notification-de-la-penalite", date)]
    if refusee:
        (erreur,) = erreurs("penalite", etapes)
        assert "par silence, le 18/04/2025" in erreur["message"]
    else:
        assert resultats("penalite", etapes)["etat"] == "prononcee"


@pytest.mark.parametrize(("prorogee", "avis"), [(False, "2025-05-03"), (True, "2025-06-03")])
def test_la_commission_a_deux_mois_et_un_de_plus(prorogee: bool, avis: str) -> None:
    etapes: Etapes = [("saisine-commission", "2025-03-03")] + ([("prorogation", "2025-04-15")] if prorogee else [])
    for procedure in ("penalite", "msap"):
        assert echeance(resultats(procedure, etapes), "avis-commission")["au_plus_tard"] == avis
    lendemain = (dt.date.fromisoformat(avis) + dt.timedelta(days=1)).isoformat()
    assert resultats("penalite", etapes, aujourdhui=avis)["etat"] == "commission-saisie"
    assert resultats("penalite", etapes, aujourdhui=lendemain)["etat"] == "avis-rendu"


def test_la_majoration_puis_le_paiement() -> None:
    etapes: Etapes = [("notification-de-la-penalite", "2025-01-31"), ("mise-en-demeure", "2025-04-01")]
    obtenus = resultats("penalite", etapes, aujourdhui="2025-05-02")
    assert (obtenus["etat"], obtenus["retards"][0]["etape"]) == ("majoree", "paiement")
    assert echeance(obtenus, "paiement")["au_plus_tard"] == "2025-05-01"
    assert resultats("penalite", [*etapes, ("paiement", "2025-06-01")])["etat"] == "payee"
    tot = resultats("penalite", [etapes[0], ("mise-en-demeure", "2025-03-31")])
    assert [p["au_plus_tot"] for p in tot["prematurees"]] == ["2025-04-01"]


def test_la_periode_d_objectif_dure_de_quatre_a_six_mois() -> None:
    def termes(fin: str) -> tuple[list[Any], list[Any]]:
        obtenus = resultats("mso", [("proposition-mso", "2025-01-15"), ("acceptation", "2025-01-20"), ("terme-de-la-mso", fin)])
        return obtenus["prematurees"], obtenus["retards"]

    for fin, tot, tard in (("2025-05-14", 1, 0), ("2025-05-15", 0, 0), ("2025-07-15", 0, 0), ("2025-07-16", 0, 1)):
        assert [len(liste) for liste in termes(fin)] == [tot, tard], fin


def test_les_suites_d_une_mso() -> None:
    assert resultats("mso", [("objectif-non-atteint", "2025-03-03")])["suite"] == "penalite"
    assert resultats("mso", [("refus", "2025-03-03"), ("saisine-commission", "2025-03-10")])["suite"] == "msap"
    assert resultats("mso", [("notification", "2025-03-03")], aujourdhui="2025-05-04")["etat"] == "abandonnee"


@pytest.mark.normes("C12E-01")
@pytest.mark.parametrize(
    ("avis", "etapes", "au_plus_tard", "compte_du"),
    [("2024-06-10", [], "2024-07-22", "2024-06-22"), ("2024-06-22", [], "2024-07-22", None), ("2024-06-10", [("decision", "2024-06-20")], None, None)],
)
def test_un_delai_nouveau_part_de_l_entree_en_vigueur(avis: str, etapes: Etapes, au_plus_tard: str | None, compte_du: str | None) -> None:
    obtenus = resultats("ordinaire", [("transmission-avis-cpl", avis), *etapes], aujourdhui="2024-07-01")
    trouvees = [e for e in obtenus["echeances"] if e["etape"] == "decision"]
    if au_plus_tard is None:
        assert trouvees == []  # done before any delay existed
    else:
        assert (trouvees[0]["au_plus_tard"], trouvees[0]["compte_du"]) == (au_plus_tard, compte_du)
    assert any("se poursuit selon la convention de 2024" in r for r in obtenus["reserves"]) is (avis < "2024-06-22")


@pytest.mark.normes("C13B-19")
def test_un_delai_anterieur_n_est_pas_un_terme() -> None:
    apres = echeance(resultats("ordinaire", [("avertissement", "2024-06-22")]), "pratique-corrigee")
    assert (apres["au_plus_tard"], apres["anterieur"]["au_plus_tard"], apres["anterieur"]["delai"]) == (None, "2024-07-22", "30 jours")
    assert "non publié" in apres["motif"]
    avant = echeance(resultats("ordinaire", [("avertissement", "2024-06-21")]), "pratique-corrigee")
    assert (avant["au_plus_tard"], avant["anterieur"], avant["statut"]) == ("2024-07-21", None, "anterieur")
    teletransmission = resultats("ordinaire", [("avertissement", "2024-03-01")], non_teletransmission=True)
    assert echeance(teletransmission, "pratique-corrigee")["delai"] == "90 jours"
    assert echeance(teletransmission, "releve-des-constatations")["au_plus_tot"] == "2024-05-31"


@pytest.mark.parametrize(
    ("demande", "report", "departement", "au_plus_tard", "non_ouvrable"),
    [
        ("2025-03-06", "aucun", None, "2025-03-21", False),  # a Friday
        ("2025-03-07", "aucun", None, "2025-03-22", True),  # a Saturday
        ("2025-03-07", "premier-jour-ouvrable", None, "2025-03-24", False),
        ("2025-04-16", "aucun", None, "2025-05-01", True),  # the first of May
        ("2025-04-16", "premier-jour-ouvrable", None, "2025-05-02", False),
        ("2025-04-03", "premier-jour-ouvrable", "67", "2025-04-22", False),  # Good Friday in Alsace, then Easter Monday
        ("2025-04-03", "premier-jour-ouvrable", "75", "2025-04-18", False),
    ],
)
def test_un_terme_sur_un_jour_ferme(demande: str, report: str, departement: str | None, au_plus_tard: str, non_ouvrable: bool) -> None:
    champs = {"report": report, **({"departement": departement} if departement else {})}
    obtenus = resultats("ordinaire", [("demande-d-entretien", demande)], **champs)
    une = echeance(obtenus, "entretien")
    assert (une["au_plus_tard"], une["jour_non_ouvrable"]) == (au_plus_tard, non_ouvrable)
    assert any("jour férié" in r for r in obtenus["reserves"]) is non_ouvrable
    assert ("code de procédure civile, art. 642" in une["references"]) is (une["reporte_de"] is not None)


def test_ce_qui_ne_se_reporte_pas() -> None:
    """A delay counted backwards and a duration stay where they fall; unknown holidays are refused."""
    cpl = resultats("ordinaire", [("reunion-cpl", "2025-05-08")], report="premier-jour-ouvrable")
    assert echeance(cpl, "observations-ecrites")["au_plus_tard"] == "2025-05-01"
    duree = resultats("ordinaire", [("execution", "2025-05-02")], report="premier-jour-ouvrable")
    assert echeance(duree, "fin-de-sanction")["au_plus_tard"] == "2028-05-01"
    (erreur,) = erreurs("ordinaire", [("demande-d-entretien", "2035-03-03")], report="premier-jour-ouvrable")
    assert erreur["champ"] == "entree.report"
    assert echeance(resultats("ordinaire", [("demande-d-entretien", "2035-03-03")]), "entretien")["au_plus_tard"] == "2035-03-18"


def test_un_retard_qu_un_report_efface() -> None:
    etapes: Etapes = [("demande-d-entretien", "2025-03-07"), ("entretien", "2025-03-24")]
    assert len(resultats("ordinaire", etapes)["retards"]) == 1
    assert resultats("ordinaire", etapes, report="premier-jour-ouvrable")["retards"] == []
    attendu = resultats("ordinaire", etapes[:1], report="premier-jour-ouvrable", aujourdhui="2025-03-24")
    assert (attendu["retards"], echeance(attendu, "entretien")["situation"]) == ([], "a-faire")


def test_un_droit_perdu_n_est_pas_un_retard() -> None:
    obtenus = resultats("urgence", [("courrier", "2025-03-03")], aujourdhui="2025-05-01")
    assert {r["etape"] for r in obtenus["retards"]} == {"audition", "decision"}
    assert {r["jours"] for r in obtenus["retards"]} == {44, 29}
    assert echeance(obtenus, "demande-d-audition")["situation"] == "depassee"


def test_les_observations_avant_la_saisine_ne_repondent_pas_a_la_reunion() -> None:
    debut: Etapes = [("releve", "2025-02-17"), ("observations", "2025-02-20"), ("saisine-cpl", "2025-04-01")]
    assert echeance(resultats("ordinaire", [*debut, ("reunion-cpl", "2025-04-30")]), "observations-ecrites")["situation"] == "a-faire"
    tard = resultats("ordinaire", [*debut, ("reunion-cpl", "2025-04-30")], aujourdhui="2025-04-24")
    assert echeance(tard, "observations-ecrites")["situation"] == "sans-suite"


def test_une_duree_finit_la_veille_et_une_attente_le_lendemain() -> None:
    texte = trouver_texte("convention-2024")
    une = terme(texte, (FIGURES["duree_maximale"],), dt.date(2025, 1, 1), "duree")
    assert (une.date, une.duree) == (dt.date(2027, 12, 31), "3 ans")
    valeurs = terme(texte, (FIGURES["decision"],), dt.date(2025, 1, 31), "apres").valeurs
    assert calculer_terme(dt.date(2025, 1, 31), valeurs, PAS_AVANT) == dt.date(2025, 3, 1)


def test_l_avis_repute_rendu_n_a_pas_de_transmission() -> None:
    obtenus = resultats("ordinaire", [("saisine-cpl", "2025-03-03"), ("avis-repute-rendu", "2025-05-05")])
    assert obtenus["etat"] == "avis-rendu"
    assert echeance(obtenus, "decision")["au_plus_tard"] is None


def test_une_proposition_ne_connait_pas_les_delais_de_2024() -> None:
    obtenus = resultats("ordinaire", [("demande-d-entretien", "2025-03-03")], texte="proposition-2024-02-08")
    assert echeance(obtenus, "entretien")["au_plus_tard"] is None
    assert obtenus["assistance"] is None


def test_un_tres_long_dossier_et_un_de_trop() -> None:
    notes: Etapes = [("releve", "2025-02-17")] + [("observations", "2025-02-18")] * 499
    assert len(resultats("ordinaire", notes)["etapes"]) == 500
    assert [e["champ"] for e in erreurs("ordinaire", [*notes, ("observations", "2025-02-18")])] == ["entree.etapes"]


def test_normaliser() -> None:
    assert normaliser("  Relevé_des  CONSTATATIONS ! ") == "releve-des-constatations"
    assert reduire("transmission de l'avis de la CPL") == "transmission-avis-cpl"
    assert reduire("") == ""
