"""The forfait médecin traitant where an example says too little: thresholds, refusals, references, what it never reads."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.forfait_medecin_traitant import DISPOSITIF, Entree
from convmed.dispositifs.socle import Demande, Refus, Resultat
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import Colonne, parcourir
from convmed.textes import baremes, trouver_texte
from convmed.textes.textes import lire_scenario

NOM = "forfait-medecin-traitant"
SIGNE, APPLIQUE = "convention-2024", "en-vigueur"
OPTION_1, OPTION_2 = "proposition-2024-02-08-option-1", "proposition-2024-02-08-option-2"
GENERALISTE = {"secteur": "1", "zone": "hors-zone", "qpv": False, "date_naissance": "1975-05-02"}
NECESSAIRE, INCONNU, REFUSEE = "ce champ est nécessaire à ce calcul", "champ inconnu", "valeur refusée"


def patient(**champs: Any) -> dict[str, Any]:
    """A patient in ALD of 85, seen in the year, unless the test says otherwise."""
    return {"date_naissance": "1940-03-01", "ald": True, "c2s": False, "date_derniere_consultation": "2025-10-01"} | champs


def demande(medecin: dict[str, Any], *patients: dict[str, Any], texte: str = SIGNE, **moment: Any) -> dict[str, Any]:
    return {"texte": texte, "entree": {"medecin": medecin, "patients": list(patients)}, **(moment or {"annee": 2026})}


def resultats(medecin: dict[str, Any], *patients: dict[str, Any], texte: str = SIGNE, **moment: Any) -> dict[str, Any]:
    reponse: dict[str, Any] = repondre(NOM, demande(medecin, *patients, texte=texte, **moment))["resultats"]
    return reponse


def erreurs(cas: Any) -> list[tuple[int, str, str]]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, cas)
    return [(e["cas"], e["champ"], e["message"]) for e in refus.value.erreurs]


def feuilles(arbre: dict[str, Any]) -> list[dict[str, Any]]:
    enfants = arbre.get("enfants", [])
    return [feuille for enfant in enfants for feuille in feuilles(enfant)] if enfants else [arbre]


def scenario(dossier: Path, figures: str, base: str = SIGNE) -> str:
    chemin = dossier / "scenario.yaml"
    chemin.write_text(f"nom: essai\nbase: {base}\nfigures:\n  {NOM}:\n{figures}", "utf-8")
    return str(chemin)


def calculer_sous(chemin: str, medecin: dict[str, Any], *patients: dict[str, Any], annee: int = 2026) -> Resultat:
    entree = Entree.model_validate({"medecin": medecin, "patients": list(patients)})
    return DISPOSITIF.calculer(Demande(lire_scenario(Path(chemin)), annee), entree)


# --- which lump sum, and when


@pytest.mark.normes("C3.1A-04", "C3.1A-05", "C3.1A-07", "C3.1B-01")
@pytest.mark.parametrize("texte", [SIGNE, APPLIQUE])
def test_le_fmt_prend_la_place_du_fpmt_le_1er_janvier_2026(texte: str) -> None:
    senior_en_zip = GENERALISTE | {"zone": "zip", "date_naissance": "1950-01-01"}
    veille = repondre(NOM, demande(senior_en_zip, patient(), texte=texte, date="2025-12-31"))
    jour = repondre(NOM, demande(senior_en_zip, patient(), texte=texte, date="2026-01-01"))
    assert (veille["resultats"]["forfait"], veille["resultats"]["total"]) == ("fpmt", 70)
    assert (jour["resultats"]["forfait"], jour["resultats"]["total"]) == ("fmt", 120)
    assert {ligne["libelle"].split()[0] for ligne in veille["lignes"]} == {"FPMT"}
    assert {ligne["libelle"].split()[0] for ligne in jour["lignes"]} == {"FMT"}


@pytest.mark.parametrize(("annee", "total"), [(2018, 42), (2023, 42), (2024, 46), (2025, 46), (2026, 55)])
def test_un_patient_en_ald_annee_par_annee(annee: int, total: int) -> None:
    assert resultats(GENERALISTE, patient(date_naissance="1960-01-01"), texte=APPLIQUE, annee=annee)["total"] == total


@pytest.mark.parametrize(("texte", "total"), [("convention-2016", 42), ("reglement-arbitral-2023", 46)])
def test_un_texte_remplace_continue_dans_une_comparaison(texte: str, total: int) -> None:
    assert resultats(GENERALISTE, patient(date_naissance="1960-01-01"), texte=texte, annee=2026)["total"] == total


def test_avant_2018_il_n_y_a_pas_de_forfait_patientele() -> None:
    [(cas, champ, message)] = erreurs(demande(GENERALISTE, patient(), annee=2017))
    assert (cas, champ) == (0, "annee")
    assert "01/01/2018" in message


def test_l_exercice_choisit_la_regle_meme_si_une_date_l_accompagne() -> None:
    contexte_de_2026 = Demande(trouver_texte(SIGNE), 2026, dt.date(2025, 6, 1))
    entree = Entree.model_validate({"medecin": GENERALISTE, "patients": [patient()]})
    assert DISPOSITIF.calculer(contexte_de_2026, entree).resultats["forfait"] == "fmt"


@pytest.mark.normes("C3.1A-36")
@pytest.mark.parametrize("annee", range(2026, 2031))
def test_l_observation_est_le_31_decembre_qui_precede(annee: int) -> None:
    ne = f"{annee - 81}-12-31"  # 80 on 31/12 of the year before
    ne_le_lendemain = f"{annee - 80}-01-01"
    deux = [patient(ald=False, date_naissance=jour, date_derniere_consultation=f"{annee - 1}-06-01") for jour in (ne, ne_le_lendemain)]
    assert [p["classe"] for p in resultats(GENERALISTE, *deux, annee=annee)["patients"]] == ["80-ans-et-plus", "75-79-ans"]


# --- who is seen


@pytest.mark.normes("C3.1A-29")
@pytest.mark.parametrize(("annee", "limite"), [(2026, "2023-12-31"), (2027, "2024-12-31"), (2030, "2027-12-31")])
def test_les_deux_ans_se_comptent_au_jour_pres(annee: int, limite: str) -> None:
    veille = (dt.date.fromisoformat(limite) - dt.timedelta(days=1)).isoformat()
    vus = [patient(date_derniere_consultation=jour) for jour in (limite, veille)]
    assert [p["socle"] for p in resultats(GENERALISTE, *vus, annee=annee)["patients"]] == [100, 5]


@pytest.mark.normes("P2-26")
def test_la_fenetre_d_un_an_de_l_option_2_et_aucune_en_option_1() -> None:
    jours = [patient(date_derniere_consultation=jour) for jour in ("2024-12-31", "2024-12-30", None)]
    assert [p["socle"] for p in resultats(GENERALISTE, *jours, texte=OPTION_2)["patients"]] == [100, 5, 5]
    assert [p["socle"] for p in resultats(GENERALISTE, *jours, texte=OPTION_1)["patients"]] == [80, 80, 80]


@pytest.mark.normes("C3.1A-32")
def test_l_ame_n_ouvre_pas_la_majoration_c2s() -> None:
    assert resultats(GENERALISTE, patient(ame=True))["majoration_c2s"] == 0
    assert resultats(GENERALISTE, patient(ame=True, c2s=True))["majoration_c2s"] == 10


# --- zone and first installation


@pytest.mark.normes("C3.1B-09", "C3.1B-10", "C3.1B-11", "C3.1B-12")
@pytest.mark.parametrize(
    ("installation", "taux", "figure"),
    [
        ("2025-12-31", 50, "taux_premiere_annee"),
        ("2025-01-01", 50, "taux_premiere_annee"),
        ("2024-12-31", 30, "taux_deuxieme_annee"),
        ("2024-01-01", 30, "taux_deuxieme_annee"),
        ("2023-12-31", 10, "taux_troisieme_annee"),
        ("2023-01-01", 10, "taux_troisieme_annee"),
        ("2022-12-31", 10, "taux_zone"),
        ("1999-05-01", 10, "taux_zone"),
        (None, 10, "taux_zone"),
    ],
)
def test_l_annee_d_installation_se_compte_de_date_a_date(installation: str | None, taux: int, figure: str) -> None:
    """The third and fourth years pay the same: only the figure that the explanation names tells them apart."""
    medecin = GENERALISTE | {"zone": "zip", "date_premiere_installation": installation}
    reponse = repondre(NOM, demande(medecin, patient()))
    assert reponse["resultats"]["majoration_zone"] == taux
    lues = {f["nom"].split(".")[1] for f in feuilles(reponse["explication"]["total"]) if f["genre"] == "figure"}
    assert {nom for nom in lues if nom.startswith("taux_")} == {figure}


@pytest.mark.normes("C3.1B-08")
def test_le_rang_declare_l_emporte_sur_la_date_d_installation() -> None:
    medecin = GENERALISTE | {"zone": "zip", "date_premiere_installation": "1999-05-01", "rang_installation": 1}
    assert resultats(medecin, patient())["majoration_zone"] == 50
    assert resultats(medecin | {"zone": "hors-zone"}, patient())["majoration_zone"] == 0


@pytest.mark.normes("C3.1B-05", "C3.1B-07")
@pytest.mark.parametrize(
    ("zone", "qpv", "taux"),
    [("zip", False, 10), ("zip", None, 10), ("zip", True, 10), (None, True, 10), ("hors-zone", True, 10), ("zac", True, 10),
     ("zac", False, 0), ("zac", None, 0), ("hors-zone", False, 0), ("hors-zone", None, 0)],
)  # fmt: skip
def test_zip_ou_qpv_du_cabinet_principal(zone: str | None, qpv: bool | None, taux: int) -> None:
    assert resultats(GENERALISTE | {"zone": zone, "qpv": qpv}, patient())["majoration_zone"] == taux


@pytest.mark.normes("P3-42", "P3-45", "P2-12")
@pytest.mark.parametrize("texte", [OPTION_1, OPTION_2])
def test_les_trois_profils_de_la_proposition(texte: str) -> None:
    socle = resultats(GENERALISTE, patient(), texte=texte)["socle"]

    def taux(**champs: Any) -> list[Decimal]:
        lus = resultats(GENERALISTE | champs, patient(), texte=texte)
        return [Decimal(str(lus[champ])) * 100 / socle for champ in ("majoration_zone", "majoration_67_ans")]

    assert taux() == [0, 0]
    assert [taux(zone="zip", rang_installation=rang)[0] for rang in (1, 2, 3, 4)] == [30, 30, 10, 10]
    assert taux(zone="zip") == [10, 0]
    assert taux(qpv=True) == [0, 0]
    assert taux(date_naissance="1958-12-31") == [0, 10]
    assert taux(date_naissance="1959-01-01") == [0, 0]
    assert taux(zone="zip", date_naissance="1958-12-31") == [10, 10]


# --- the proposal: each patient counts


@pytest.mark.normes("P2-10", "P2-13", "P2-14")
@pytest.mark.parametrize("texte", [OPTION_1, OPTION_2])
def test_un_seul_patient_c2s_sur_vingt_compte_deja(texte: str) -> None:
    """The FPMT paid nothing under 7 %; the proposal pays each patient apart."""
    liste = [patient(ald=False, date_naissance="1985-03-01", c2s=rang == 0) for rang in range(20)]
    lus = resultats(GENERALISTE, *liste, texte=texte)
    assert (lus["socle"], lus["majoration_c2s"], lus["total"]) == (100, 5, 105)
    assert resultats(GENERALISTE, *liste, annee=2025)["majoration_c2s"] == 0


@pytest.mark.normes("P2-01", "P2-08", "T-44", "C3.1A-01")
@pytest.mark.parametrize("texte", [SIGNE, APPLIQUE, OPTION_1, OPTION_2])
def test_le_forfait_ne_lit_ni_actes_ni_activite(texte: str) -> None:
    contexte = Demande(trouver_texte(texte), 2026).contexte()
    pile, lues = ["fmt_total"], set()
    while pile:
        nom = pile.pop()
        if nom not in lues:
            lues.add(nom)
            if nom not in REGISTRE.entrees:
                pile += [e.nom for e in parcourir(contexte.regle(nom).noeud) if isinstance(e, Colonne)]
    du_medecin = {"secteur", "option_tarifaire", "zone", "rang_installation", "date_premiere_installation", "date_naissance_medecin"}
    du_patient = {"date_naissance", "date_declaration_mt", "ald", "c2s", "date_patientele"}
    attendues = du_medecin | du_patient | ({"qpv"} if texte in (SIGNE, APPLIQUE) else set())
    assert lues & REGISTRE.entrees.keys() - {"date_derniere_consultation"} == attendues
    assert ("date_derniere_consultation" in lues) == (texte != OPTION_1)
    un, autre = (patient(date_derniere_consultation=jour) for jour in ("2025-12-31", "2025-01-02"))
    assert resultats(GENERALISTE, un, texte=texte)["total"] == resultats(GENERALISTE, autre, texte=texte)["total"]


# --- the payments


@pytest.mark.normes("C3.1A-37", "C3.1A-38", "C3.1B-04")
@pytest.mark.parametrize("texte", [SIGNE, APPLIQUE, OPTION_2])
def test_quatre_versements_puis_une_ligne_par_majoration(texte: str) -> None:
    medecin = GENERALISTE | {"zone": "zip", "date_naissance": "1950-01-01"}
    lignes = repondre(NOM, demande(medecin, patient(c2s=True), patient(ald=False), texte=texte))["lignes"]
    assert [ligne["libelle"].rsplit(",", 1)[1] for ligne in lignes] == [
        " versement 1 sur 4", " versement 2 sur 4", " versement 3 sur 4", " versement 4 sur 4",
        " majoration de zone", " majoration du médecin de 67 ans ou plus",
    ]  # fmt: skip
    assert len({ligne["montant"] for ligne in lignes[:4]}) == 1
    assert not any("acompte" in ligne["libelle"] for ligne in lignes)
    dates = [ligne["date_versement"] for ligne in lignes]
    mois = ["2026-04-30", "2026-06-30", "2026-09-30", "2026-11-30"] if texte == APPLIQUE else [None] * 4
    assert dates == [*mois, None, None]


def test_le_dernier_versement_du_fpmt_prend_les_centimes_restants() -> None:
    cinq = [{"date_naissance": "1985-03-01", "ald": False, "c2s": rang < 3} for rang in range(5)]
    lignes = repondre(NOM, demande({}, *cinq, annee=2025))["lignes"]
    assert [ligne["montant"] for ligne in lignes] == [7.81, 7.81, 7.81, 7.82]
    assert "31/12/2024" in lignes[-1]["precision_date"]


@pytest.mark.parametrize(
    ("part", "taux"),
    [(0, 0), (6, 0), (7, 0), (8, "0.5"), (15, 4), (27, 10), (56, "24.5"), (57, 25), (58, 25), (60, 25), (100, 25)],
)
def test_la_majoration_de_precarite_du_fpmt(part: int, taux: int | str) -> None:
    """Threshold 7 %, half of what passes it, 25 % at most (CSMF: 15 % give 4 %)."""
    cent = [{"date_naissance": "1985-03-01", "ald": False, "c2s": rang < part} for rang in range(100)]
    lus = resultats({}, *cent, annee=2025)
    assert (lus["socle"], Decimal(str(lus["majoration_c2s"]))) == (500, 5 * Decimal(taux))


def test_le_medecin_non_conventionne_n_a_pas_de_fpmt() -> None:
    lus = resultats({"secteur": "nc"}, patient(), annee=2025)
    assert lus["total"] == lus["socle"] == lus["patients"][0]["socle"] == 0
    assert "motif" in lus
    assert resultats({"secteur": "2", "option_tarifaire": "aucune"}, patient(), annee=2025)["total"] == 70


# --- references


@pytest.mark.normes("C3.1-01")
def test_l_explication_renvoie_aux_articles() -> None:
    signe = repondre(NOM, demande(GENERALISTE, patient()))["explication"]["total"]
    assert signe["reference"] == "art. 21 à 24-3"
    assert baremes()[NOM]["ald_80_ans_et_plus"].article == "art. 21 à 24-3, annexes 4, 5 et 7"
    propose = repondre(NOM, demande(GENERALISTE, patient(), texte=OPTION_1))["explication"]["total"]
    assert propose["reference"] == "proposition du 08/02/2024"


def test_les_figures_du_dispositif_sont_toutes_referencees_et_datees() -> None:
    for figure in baremes()[NOM].values():
        assert figure.valeurs, f"{figure.nom} n'a pas de valeur"
        for valeur in figure.valeurs:
            assert valeur.reference
            assert valeur.verifie_le == dt.date(2026, 11, 22), figure.nom
            propose = valeur.texte.startswith("proposition")
            assert (valeur.statut == "propose") == propose, figure.nom
            assert (valeur.statut == "applique") == (valeur.texte == APPLIQUE), figure.nom


# --- a user's scenario


def test_un_scenario_change_un_montant_sans_toucher_le_reste(tmp_path: Path) -> None:
    chemin = scenario(tmp_path, "    de_7_a_74_ans: 7\n")
    lus = calculer_sous(chemin, GENERALISTE, patient(), patient(ald=False, date_naissance="1985-01-01")).resultats
    assert [p["socle"] for p in lus["patients"]] == [100, 7]


@pytest.mark.parametrize(
    ("figure", "champs"),
    [("taux_zone", {"majoration_zone", "total"}),
     ("ald_80_ans_et_plus", {"socle", "majoration_c2s", "majoration_zone", "majoration_67_ans", "total"})],
)  # fmt: skip
def test_une_figure_non_publiee_se_dit_et_ne_vaut_pas_zero(tmp_path: Path, figure: str, champs: set[str]) -> None:
    chemin = scenario(tmp_path, f"    {figure}:\n      - {{du: 2026-01-01, valeur: null}}\n")
    medecin = {"secteur": "1", "zone": "zip", "date_naissance": "1975-05-02"}
    reponse = calculer_sous(chemin, medecin, patient(), patient(ald=False))
    assert {champ for champ, valeur in reponse.resultats.items() if valeur is None} == champs
    assert "non publié" in reponse.resultats["motif"]
    sans_montant = [ligne for ligne in reponse.lignes if ligne.montant is None]
    assert [ligne.etat for ligne in sans_montant] == ["non publié"]
    assert reponse.explications["total"].valeur is None


@pytest.mark.parametrize(
    ("figure", "montants"),
    [("versements: 2", [50, 50]), ("versements: 3", [33.33, 33.33, 33.34]), ("versements: null", [100]),
     ("mois_des_versements: [4, 6]", [25, 25, 25, 25])],
)  # fmt: skip
def test_un_scenario_change_le_rythme_des_versements(tmp_path: Path, figure: str, montants: list[float]) -> None:
    """Months that do not fit the number of payments date none of them."""
    nom, valeur = figure.split(": ")
    chemin = scenario(tmp_path, f"    {nom}:\n      - {{du: 2026-01-01, valeur: {valeur}}}\n", APPLIQUE)
    lignes = [ligne.en_dict() for ligne in calculer_sous(chemin, GENERALISTE, patient()).lignes]
    assert [(ligne["montant"], ligne["date_versement"]) for ligne in lignes] == [(montant, None) for montant in montants]


def test_sans_date_d_observation_le_calcul_est_refuse(tmp_path: Path) -> None:
    chemin = scenario(tmp_path, "    date_patientele:\n      - {du: 2026-01-01, valeur: null}\n")
    with pytest.raises(Refus) as refus:
        calculer_sous(chemin, GENERALISTE, patient())
    assert [faute.champ for faute in refus.value.fautes] == ["annee"]


# --- refusals


def test_une_liste_vide_de_patients_vaut_zero() -> None:
    reponse = repondre(NOM, demande({"secteur": "1"}))
    assert reponse["resultats"]["total"] == 0
    assert reponse["resultats"]["patients"] == []
    assert sum(ligne["montant"] for ligne in reponse["lignes"]) == 0


@pytest.mark.normes("C3.1A-06")
def test_un_medecin_exclu_n_a_rien_d_autre_a_fournir() -> None:
    lus = resultats({"secteur": "2", "option_tarifaire": "aucune"}, {"patient": "p"}, patient())
    assert [p["socle"] for p in lus["patients"]] == [0, 0]
    assert lus["total"] == 0
    assert lus["motif"].startswith("le FMT est réservé")


@pytest.mark.parametrize(
    ("un_patient", "demandes"),
    [
        (patient(ald=None), ["ald"]),
        (patient(ald=None, date_derniere_consultation=None), []),
        (patient(ald=None, date_declaration_mt="2026-01-01"), []),
        (patient(ald=None, date_naissance="2022-01-01"), ["ald"]),
        (patient(c2s=None), ["c2s"]),
        (patient(c2s=None, date_derniere_consultation="2020-01-01"), []),
        ({"ald": True, "c2s": False, "date_derniere_consultation": "2025-10-01"}, ["date_naissance"]),
        ({"date_naissance": "1940-03-01", "ald": True, "c2s": False}, ["date_derniere_consultation"]),
        ({}, ["ald", "c2s", "date_derniere_consultation", "date_naissance"]),
        ({"date_derniere_consultation": None}, ["date_naissance"]),
        ({"date_naissance": "1940-03-01"}, ["ald", "c2s", "date_derniere_consultation"]),
    ],
)
def test_un_champ_du_patient_n_est_demande_que_s_il_compte(un_patient: dict[str, Any], demandes: list[str]) -> None:
    cas = demande(GENERALISTE, patient(), un_patient)
    if not demandes:
        assert resultats(GENERALISTE, patient(), un_patient)["total"] in (100, 105)
        return
    assert sorted(erreurs(cas)) == [(0, f"entree.patients[1].{champ}", NECESSAIRE) for champ in demandes]


@pytest.mark.parametrize(
    ("medecin", "demandes"),
    [
        ({}, ["date_naissance", "secteur", "zone"]),
        ({"secteur": "1"}, ["date_naissance", "zone"]),
        ({"secteur": "1", "zone": "zip"}, ["date_naissance"]),
        ({"secteur": "1", "qpv": True}, ["date_naissance"]),
        ({"secteur": "1", "qpv": False, "date_naissance": "1975-05-02"}, ["zone"]),
        ({"secteur": "2", "zone": "zip", "date_naissance": "1975-05-02"}, ["option_tarifaire"]),
    ],
)
def test_un_champ_du_medecin_n_est_demande_que_s_il_compte(medecin: dict[str, Any], demandes: list[str]) -> None:
    assert sorted(erreurs(demande(medecin, patient()))) == [(0, f"entree.medecin.{champ}", NECESSAIRE) for champ in demandes]


def test_le_fpmt_demande_la_c2s_de_chacun_et_rien_du_medecin() -> None:
    deux = [{"date_naissance": "1985-03-01", "ald": False, "c2s": True}, {"date_naissance": "1985-03-01", "ald": False}]
    assert erreurs(demande({}, *deux, annee=2025)) == [(0, "entree.patients[1].c2s", NECESSAIRE)]


def test_toutes_les_fautes_de_fond_viennent_ensemble() -> None:
    cas = demande(
        {"secteur": "1", "zone": "zip", "date_naissance": "2026-02-01"},
        patient(patient="a", ald=None),
        patient(patient="a", date_naissance="2026-01-01", date_derniere_consultation=None),
        patient(patient="b", date_derniere_consultation="1939-01-01"),
        patient(patient="c"),
    )
    assert sorted(erreurs(cas)) == [
        (0, "entree.medecin.date_naissance", "naissance après la date d'observation"),
        (0, "entree.patients[0].ald", NECESSAIRE),
        (0, "entree.patients[1].date_naissance", "naissance après la date d'observation"),
        (0, "entree.patients[1].patient", "patient déjà dans la liste"),
        (0, "entree.patients[2].date_derniere_consultation", "consultation avant la naissance"),
    ]


def test_naitre_le_jour_de_l_observation_compte_encore() -> None:
    nouveau_ne = patient(date_naissance="2025-12-31", ald=False, date_derniere_consultation="2025-12-31")
    assert resultats(GENERALISTE, nouveau_ne)["total"] == 15
    [(_, champ, message)] = erreurs(demande(GENERALISTE, nouveau_ne | {"date_naissance": "2026-01-01"} | {"date_derniere_consultation": None}))
    assert (champ, message) == ("entree.patients[0].date_naissance", "naissance après la date d'observation")


def test_toutes_les_fautes_de_forme_viennent_ensemble() -> None:
    cas = {
        "annee": "2026", "texte": "convention-2025", "exercice": 1,
        "entree": {
            "medecin": {"secteur": 1, "zone": "ZIP", "qpv": "oui", "rang_installation": 0, "rosp": 1},
            "patients": [{"date_naissance": "2026-02-30", "ald": 1, "sexe": "X", "nir": "1"}, []],
        },
    }  # fmt: skip
    assert sorted(erreurs(cas)) == [
        (0, "annee", REFUSEE),
        (0, "entree.medecin.qpv", REFUSEE),
        (0, "entree.medecin.rang_installation", REFUSEE),
        (0, "entree.medecin.rosp", INCONNU),
        (0, "entree.medecin.secteur", REFUSEE),
        (0, "entree.medecin.zone", REFUSEE),
        (0, "entree.patients[0].ald", REFUSEE),
        (0, "entree.patients[0].date_naissance", REFUSEE),
        (0, "entree.patients[0].nir", INCONNU),
        (0, "entree.patients[0].sexe", REFUSEE),
        (0, "entree.patients[1]", REFUSEE),
        (0, "exercice", INCONNU),
        (0, "texte", "texte inconnu « convention-2025 »"),
    ]


@pytest.mark.parametrize(("entree", "champs"), [({}, ["medecin", "patients"]), ({"medecin": {}, "patients": None}, ["patients"])])
def test_medecin_et_patients_sont_exiges(entree: dict[str, Any], champs: list[str]) -> None:
    assert [champ for _, champ, _ in erreurs({"annee": 2026, "entree": entree})] == [f"entree.{c}" for c in champs]


def test_une_liste_de_cas_garde_son_ordre_et_un_mauvais_cas_les_refuse_tous() -> None:
    totaux = [100, 55, 5]
    naissances = [patient(), patient(ald=False), patient(date_derniere_consultation=None)]
    cas = [demande(GENERALISTE, un_patient) for un_patient in naissances]
    assert [reponse["resultats"]["total"] for reponse in repondre(NOM, cas)] == totaux
    mauvais = [cas[0], demande(GENERALISTE, patient(ald=None)), cas[1], demande(GENERALISTE, {})]
    assert {rang for rang, _, _ in erreurs(mauvais)} == {1, 3}


def test_un_cas_et_une_liste_d_un_cas_gardent_leur_forme() -> None:
    seul, liste = repondre(NOM, demande(GENERALISTE, patient())), repondre(NOM, [demande(GENERALISTE, patient())])
    assert liste == [seul]
    assert repondre(NOM, []) == []
