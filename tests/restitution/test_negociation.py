"""What answers what was asked, what became of what was proposed: computed from the ledger and the barème, and their charts."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from icalendar import Calendar

from convmed.normes import registre
from convmed.restitution import propositions as vue
from convmed.restitution.graphiques import negociation as dessin
from convmed.restitution.mesures import REPORTEE, mesures
from convmed.restitution.negociation import (
    COLONNES,
    SOURCES,
    bilan,
    chronologie,
    codes,
    en_ics,
    en_table,
    est_dans,
    orientations,
    table_des_textes,
    verifier_les_sections,
)
from convmed.textes import Erreurs, baremes, textes_connus, trouver_texte

DEBUT, FIN = dt.date(2024, 6, 22), dt.date(2027, 12, 31)


def une_orientation(identifiant: str) -> Any:
    (trouvee,) = (une for une in orientations(toutes=True) if une.etat.id == identifiant)
    return trouvee


def une_proposition(dispositif: str, figure: str, ajouts: bool = False) -> Any:
    (trouvee,) = (une for une in vue.comparer([dispositif], ajouts) if une.figure.nom == figure)
    return trouvee


# --- what answers what was asked


@pytest.mark.parametrize(
    ("identifiant", "code", "dedans"),
    [
        ("C4.10-01", "4", True), ("C4.10-01", "4.1", False), ("C4.1-02", "4.1", True), ("C6A1-01", "6A", True), ("C6B1-01", "6A", False),
        ("C3.1A-02", "3.1A", True), ("C3.1B-02", "3.1A", False), ("C9.3A-01", "9.3", True), ("C10-01", "1", False), ("C5Bc-01", "5", True),
        ("CP-01", "0", True), ("C0-08", "0", True), ("C1A-01", "0", False), ("P0-01", "0", False),
    ],
)  # fmt: skip
def test_une_norme_est_dans_sa_section(identifiant: str, code: str, dedans: bool) -> None:
    assert est_dans(identifiant, code) is dedans


def test_chaque_reponse_du_registre_nomme_une_section_de_la_circulaire() -> None:
    assert verifier_les_sections() == []
    assert codes(" 3.1A ; 3.1C ") == ["3.1A", "3.1C"]
    with pytest.raises(Erreurs):
        codes("annexe 2")


def test_une_orientation_a_ses_sections_ses_dispositifs_et_ses_figures() -> None:
    avancees = une_orientation("L-14")
    assert [section.code for section in avancees.sections] == ["3.2B"]
    assert "consultations-avancees" in avancees.dispositifs
    assert avancees.mesures
    assert all(mesure.startswith("consultations-avancees.") for mesure in avancees.mesures)
    (section,) = avancees.sections
    assert 0 < section.tenues <= len(section.normes)
    # A proposal whose figures name it is answered by them first.
    assert une_orientation("P1-08").mesures == ("tarifs.G",)


@pytest.mark.parametrize(("identifiant", "source"), [
    ("L-14", "lettre-2022"), ("P0-22", "lettre-2023"), ("S-15", "uncam-2023"), ("S-24", "seance-2023"), ("P3-46", "proposition-2024"),
])  # fmt: skip
def test_chaque_demande_a_sa_source(identifiant: str, source: str) -> None:
    assert une_orientation(identifiant).source == source


def test_ce_qui_n_est_pas_une_demande_n_attend_pas_de_reponse() -> None:
    lues = {une.etat.id for une in orientations(toutes=True)}
    assert not lues & {"L-01", "S-01", "P0-08", "S-14", "T-01", "CP-04", "P2-31"}
    assert {"L-03", "P0-16"} <= lues


def test_le_bilan_compte_ce_qui_reste_sans_reponse() -> None:
    tout = orientations(toutes=True)
    for compte in bilan(tout):
        siennes = [une for une in tout if une.source == compte["source"]]
        assert compte["demandes"] == len(siennes) == compte["repondues"] + len(compte["sans_reponse"])
    assert {une.etat.id for une in orientations(sans_reponse=True)} == {i for compte in bilan(orientations()) for i in compte["sans_reponse"]}
    assert {"L-33", "L-36"} <= {une.etat.id for une in orientations("lettre-2022", sans_reponse=True)}
    assert list(dict.fromkeys(une.source for une in tout)) == list(SOURCES)


def test_une_demande_sans_repond_par_est_sans_reponse_et_elle_seule() -> None:
    for une in orientations(toutes=True):
        assert une.repondue == bool(registre()[une.etat.id].repond_par.strip())
        assert tuple(une.en_rangee()) == COLONNES


# --- proposed against signed: the table of differences of the readings, computed


@pytest.mark.parametrize(
    ("dispositif", "figure", "propose", "signe", "issue"),
    [
        ("forfait-medecin-traitant", "majoration_c2s", "5,00 €", "10,00 €", "en-hausse"),
        ("forfait-medecin-traitant", "ald_80_ans_et_plus", "option 1 : 80,00 €\noption 2 : 100,00 €", "100,00 €", "option-2"),
        ("forfait-medecin-traitant", "de_80_ans_et_plus", "option 1 : 55,00 €\noption 2 : 60,00 €", "55,00 €", "option-1"),
        ("forfait-medecin-traitant", "de_2_a_6_ans", "6,00 €", "15,00 €", "en-hausse"),
        ("forfait-medecin-traitant", "moins_de_2_ans", "15,00 €", "15,00 €", "identique"),
        ("forfait-medecin-traitant", "non_vu", "option 1 : néant\noption 2 : 5,00 €", "5,00 €", "option-2"),
        ("forfait-medecin-traitant", "fenetre_non_vu", "option 1 : néant\noption 2 : 12 mois", "24 mois", "en-hausse"),
        ("forfait-medecin-traitant", "taux_premiere_annee", "30 %", "50 %", "en-hausse"),
        ("forfait-medecin-traitant", "taux_zone", "10 %", "10 %", "identique"),
        ("forfait-medecin-traitant", "age_medecin_senior", "67 ans", "67 ans", "identique"),
        ("prevention", "ror_age_min", "24 mois", "16 mois", "en-baisse"),
        ("prevention", "meningocoque_c_age_min", "12 mois", "5 mois", "en-baisse"),
        ("prevention", "hpv_age_min", "15 ans", "11 ans", "en-baisse"),
        ("prevention", "hba1c_fenetre", "12 mois", "6 mois", "en-baisse"),
        ("prevention", "m24_age_max", "36 mois", "38 mois", "en-hausse"),
        ("prevention", "dentaire_age_max", "18 ans", "25 ans", "en-hausse"),
        ("prevention", "montant_indicateur", "5,00 €", "5,00 €", "identique"),
        ("prevention", "nombre_indicateurs", "15 indicateurs", "15 indicateurs", "identique"),
        ("dotation-numerique", "prop_points_volet_1", "280 points", "280 points", "identique"),
        ("assistants-medicaux", "age_maintien", "67 ans", "65 ans", "en-baisse"),
        ("assistants-medicaux", "un_an1", "38 000,00 €", "38 000,00 €", "identique"),
        ("assistants-medicaux", "ni_delai", "24 mois", "24 mois", "identique"),
        ("soins-non-programmes", "MCU_delai", "5 760 minutes", "4 jours", "modifiee"),
        ("equipes-soins-specialisees", "credit_amorcage", "40 000,00 €", "80 000,00 €", "en-hausse"),
        ("equipes-soins-specialisees", "part_min", "20 %", "10 %", "en-baisse"),
        ("tarifs", "modificateur_3", "8 %", "8 %", "identique"),
        ("tarifs", "modificateur_3_s1", "8 %", "12 %", "en-hausse"),
        ("tarifs", "K", "30 %", "25 % le 01/01/2025\n30 % le 01/07/2025", "identique"),
        ("tarifs", "T", "21,5 %", "16,5 % le 01/01/2025\n21,5 % le 01/07/2025", "identique"),
        ("tarifs", "G", "30,00 €", "30,00 €", "identique"),
        ("tarifs", "IK_abattement", "0 km", "4 km", "non-reprise"),
        ("tarifs", "total_coordonne_psychiatre", "57,00 €", "néant", "sans-equivalent"),
        ("tarifs", "MAF", "25,00 €", "non publié", "non-publiee"),
        ("tarifs", "CEP_adresseurs", "pmi, medecin-scolaire, sage-femme, orthoptiste", None, "modifiee"),
        ("telemedecine", "seuil_psychiatres", "40 %", "40 %", "identique"),
        ("telemedecine", "seuil_psychiatres_derogation", "50 %", "néant", "sans-equivalent"),
        ("telemedecine", "TE2", "23,00 €", "23,00 €", "identique"),
        ("telemedecine", "TE2_drom", "non publié", "non publié", "non-chiffree"),
        ("optam", "plancher_points", "10 %", "10 %", "identique"),
        ("programmes-pertinence", "itr_conformes", "100 %", "80 %", "en-baisse"),
        ("programmes-pertinence", "biologie", "-90 %", "-80 %", "en-baisse"),
        ("programmes-pertinence", "antibiotiques_2027", "-25 %", "-25 %", "identique"),
        ("programmes-pertinence", "ipp_adulte", "-20 %", "-20 %", "identique"),
        ("programmes-pertinence", "patients_polymediques", "-20 %", "néant", "sans-equivalent"),
        ("engagements-collectifs", "horizon", "31/12/2027", "21/06/2029", "modifiee"),
        ("engagements-collectifs", "actes_cliniques", "5 000 actes", "néant", "sans-equivalent"),
        ("engagements-collectifs", "bilan", "31/12/2025", "néant", "sans-equivalent"),
        ("engagements-collectifs", "zones_sous_dotees", "7 %", "7 %", "identique"),
        ("optam", "plafond_points", "5 %", "5 %", "identique"),
    ],
)
def test_le_propose_contre_le_signe(dispositif: str, figure: str, propose: str, signe: str | None, issue: str) -> None:
    une = une_proposition(dispositif, figure)
    assert re.sub(r"[^\S\n]", " ", une.propose_en_clair()) == propose
    assert signe is None or re.sub(r"[^\S\n]", " ", une.suite_en_clair(une.signees)) == signe
    assert une.issue == issue


@pytest.mark.parametrize(
    ("dispositif", "signe"),
    [
        ("aides-installation", "3 000,00 €"), ("consultations-avancees", "200,00 €"), ("dotation-numerique", "7,00 €"), ("dpc-gap", "140,00 €"),
        ("missions-specifiques", "800,00 €"), ("missions-specifiques", "500,00 €"),
    ],
)  # fmt: skip
def test_ce_que_le_texte_signe_ajoute(dispositif: str, signe: str) -> None:
    ajoutees = {re.sub(r"\s", " ", une.suite_en_clair(une.signees)) for une in vue.comparer([dispositif], ajouts=True) if une.issue == vue.AJOUTEE}
    assert signe in ajoutees
    assert not [une for une in vue.comparer([dispositif]) if une.issue == vue.AJOUTEE]


@pytest.mark.parametrize(
    ("dispositif", "figure", "depuis"),
    [
        ("tarifs", "K", "reportee"), ("tarifs", "G", ""), ("tarifs", "IKM", "reprise-depuis"), ("tarifs", "MDM", "reprise-depuis"),
        ("tarifs", "IK_gm", "changee-depuis"), ("telemedecine", "seuil_psychiatres_derogation", "reprise-depuis"),
    ],
)  # fmt: skip
def test_ce_que_c_est_devenu_depuis_la_signature(dispositif: str, figure: str, depuis: str) -> None:
    assert une_proposition(dispositif, figure).depuis == depuis


def test_chaque_figure_proposee_est_comparee_une_fois_et_rien_d_autre() -> None:
    proposees = {
        (nom, figure.nom)
        for nom, figures in baremes().items()
        for figure in figures.values()
        if nom != "negociation" and any(textes_connus()[valeur.texte].horloge == "propose" for valeur in figure.valeurs)
    }
    liste = vue.comparer()
    assert len(liste) == len(proposees)
    assert {(une.figure.dispositif, une.figure.nom) for une in liste} == proposees
    assert sum(vue.resume(liste).values()) == vue.comptes(liste)["nombre"].sum() == len(liste)
    assert {une.issue for une in liste} <= set(vue.ISSUES) <= {issue for issues, _, _ in dessin.PARTS.values() for issue in issues}
    assert all(tuple(une.en_rangee()) == vue.COLONNES for une in liste)


def test_une_issue_identique_veut_dire_les_memes_valeurs() -> None:
    for une in vue.comparer():
        signe = une.signees[-1].sens
        egales = une.figure.unite == une.signee.unite and all(etape.sens == signe for etape in une.proposees.values())
        assert (une.issue == vue.IDENTIQUE) == (egales and une.issue not in (vue.NON_PUBLIEE, vue.NON_CHIFFREE, vue.SANS_EQUIVALENT, vue.AJOUTEE))


ENTETE = "dispositif,proposee,signee,motif\n"


@pytest.mark.parametrize(
    ("texte", "colonnes"),
    [
        ("a,b\n", [None]),
        (ENTETE + "tarifs,G,absente,raison\n", ["signee"]),
        (ENTETE + "inconnu,G,K,raison\n", ["proposee", "signee"]),
        (ENTETE + "tarifs,G,K,\n", ["motif"]),
        (ENTETE + "tarifs,G,K,raison\ntarifs,G,T,raison\n", ["proposee"]),
    ],
)
def test_une_correspondance_mal_ecrite_est_refusee(texte: str, colonnes: list[str | None]) -> None:
    with pytest.raises(Erreurs) as refus:
        vue.lire_correspondances(texte, "essai.csv")
    assert [faute.colonne for faute in refus.value.fautes] == colonnes


def test_les_hausses_reportees_du_bareme_le_sont_au_jour_de_la_chronologie() -> None:
    (report,) = (un for un in chronologie() if un.id == "hausses-reportees")
    reportees = [m for m in mesures(trouver_texte("en-vigueur"), DEBUT, FIN, ["tarifs", "optam"]) if m.etat == REPORTEE and m.date_signee == report.prevue]
    assert reportees
    assert {mesure.date for mesure in reportees} == {report.date}


# --- the events as files and charts


def test_le_calendrier_a_un_evenement_par_ligne_toujours_du_meme_nom() -> None:
    liste = chronologie()
    lus = Calendar.from_ical(en_ics(liste)).walk("VEVENT")
    assert len(lus) == len({str(un["uid"]) for un in lus}) == len(liste)
    assert en_ics(liste) == en_ics(liste)
    (report,) = (un for un in lus if str(un["uid"]).endswith("hausses-reportees"))
    assert "01/07/2025" in str(report["description"])


def test_une_periode_a_l_envers_est_refusee() -> None:
    with pytest.raises(Erreurs):
        chronologie(dt.date(2025, 1, 1), dt.date(2024, 12, 31))


def test_la_frise_ecrit_chaque_evenement_et_chaque_texte() -> None:
    image = dessin.frise_de_la_negociation(en_table(chronologie()), table_des_textes(), "Titre $1 et 2$", "svg")
    mots = re.sub(r"\s", " ", image.decode())
    for attendu in ("2029", "prévu 25/01/2024", "prévu 01/07/2025", "vers le 15/12", "05/01 au 15/01", "convention de 2024", "Titre $1"):
        assert attendu in mots
    assert image == dessin.frise_de_la_negociation(en_table(chronologie()), table_des_textes(), "Titre $1 et 2$", "svg")


def test_la_frise_tient_sans_evenement_et_n_explique_que_ce_qu_elle_montre() -> None:
    vide = dessin.frise_de_la_negociation(en_table([]), table_des_textes(), "Rien", "svg").decode()
    assert "Aucun événement" in vide
    seances = dessin.frise_de_la_negociation(en_table(chronologie(nature="signature")), table_des_textes(), "Une", "svg").decode()
    assert "séances et réunions" not in seances
    assert "marque creuse" not in seances


def test_les_suites_comptent_toutes_les_figures_de_chaque_dispositif() -> None:
    liste = vue.comparer(["equipes-soins-specialisees"])
    figure = dessin.composer_les_suites(vue.comptes(liste), "Titre")
    textes = [texte.get_text() for texte in figure.axes[0].texts]
    assert textes.count(str(len(liste))) >= 2
    assert "equipes-soins-specialisees" in textes
    assert "Aucune figure" in dessin.suites_des_propositions(vue.comptes([]), "Rien", "svg").decode()
