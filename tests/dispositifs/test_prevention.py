"""The prevention part where an example says too little: figures, refusals, next dates, references, the ROSP before it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from convmed.dispositifs import Demande, prevention
from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.prevention import INDICATEURS, Entree, contexte_de, instance, ligne_du_medecin, ligne_rosp
from convmed.dispositifs.prevention.declaration import ETATS
from convmed.donnees.entites import REGISTRE
from convmed.donnees.modeles import Patient
from convmed.moteur.noeuds import Colonne, Litteral, parcourir
from convmed.moteur.valeurs import Instance
from convmed.textes import baremes, trouver_texte
from convmed.textes.textes import lire_scenario

NOM = "prevention"
SIGNE, APPLIQUE, PROPOSE = "convention-2024", "en-vigueur", "proposition-2024-02-08"
OPTIONS = [PROPOSE, f"{PROPOSE}-option-1", f"{PROPOSE}-option-2"]
NECESSAIRE = "ce champ est nécessaire à ce calcul"
SENIOR = {"patient": "P1", "date_naissance": "1946-01-01", "sexe": "M", "ald": False}
Cas = dict[str, Any]


def acte(date: str, traceur: str, patient: str = "P1", **champs: Any) -> Cas:
    return {"patient": patient, "date": date, "traceur": traceur, **champs}


def demande(patients: list[Cas], *actes: Cas, texte: str = SIGNE, date: str | None = "2026-11-15", **moment: Any) -> Cas:
    entree: Cas = {"patients": patients, "evenements": list(actes)} | ({"date": date} if date else {})
    return {"texte": texte, "entree": entree, **(moment or {"annee": 2026})}


def reponse(patients: list[Cas], *actes: Cas, **options: Any) -> Cas:
    answer: Cas = repondre(NOM, demande(patients, *actes, **options), scenarios=True)
    return answer


def etat(patient: Cas, indicateur: str, *actes: Cas, **options: Any) -> str:
    answer: str = reponse([patient], *actes, **options)["resultats"]["patients"][0]["indicateurs"][indicateur]
    return answer


def erreurs(cas: Any) -> list[tuple[int, str, str]]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, cas)
    return [(e["cas"], e["champ"], e["message"]) for e in refus.value.erreurs]


def feuilles(arbre: Cas) -> list[Cas]:
    enfants = arbre.get("enfants", [])
    return [feuille for enfant in enfants for feuille in feuilles(enfant)] if enfants else [arbre]


def scenario(dossier: Path, figures: str, base: str = SIGNE) -> str:
    chemin = dossier / "scenario.yaml"
    chemin.write_text(f"nom: essai\nbase: {base}\nfigures:\n  {NOM}:\n{figures}", "utf-8")
    return str(chemin)


# --- the fifteen indicators


@pytest.mark.normes("C3.1C-04", "C3.1C-10", "P2-55")
@pytest.mark.parametrize("texte", [SIGNE, APPLIQUE, *OPTIONS])
def test_quinze_indicateurs_en_trois_themes(texte: str) -> None:
    contexte = contexte_de(Demande(trouver_texte(texte), 2026))
    assert contexte.figure(NOM, "nombre_indicateurs")[1] == len(INDICATEURS) == 15
    assert Counter(i.theme for i in INDICATEURS) == {"vaccination": 6, "dépistage": 5, "suivi": 4}
    assert list(reponse([SENIOR], texte=texte)["resultats"]["patients"][0]["indicateurs"]) == [i.nom for i in INDICATEURS]
    for indicateur in INDICATEURS:
        assert contexte.regle(indicateur.colonne).libelle == indicateur.libelle


@pytest.mark.normes("C3.1C-09")
def test_chaque_indicateur_cite_l_annexe_5() -> None:
    ici = contexte_de(Demande(trouver_texte(SIGNE), 2026))
    vu = instance(ici, Patient.model_validate(SENIOR), [(dt.date(2026, 10, 1), "vaccin-grippe")])
    for indicateur in INDICATEURS:
        assert vu.expliquer(indicateur.colonne).reference == "annexe 5"


def test_les_etats_internes_sont_ceux_qui_sont_declares() -> None:
    ici = contexte_de(Demande(trouver_texte(SIGNE), 2026))
    for indicateur in INDICATEURS:
        expression = ici.regle(indicateur.colonne).noeud
        ecrits = {noeud.valeur for noeud in parcourir(expression) if isinstance(noeud, Litteral) and noeud.valeur in ETATS}
        assert ecrits == set(ETATS)


def test_les_listes_d_ald_sont_celles_de_la_presse() -> None:
    """The ranges as the CSMF prints them, opened here by hand."""
    figures = baremes()[NOM]
    grippe = [1, 2, *range(5, 11), *range(12, 17), *range(18, 23), 24, 25, 27, 28, 30]
    covid = [1, 2, 3, *range(5, 11), *range(12, 17), *range(18, 23), 23, 24, 25, 27, 28, 30]
    pneumocoque = [2, 3, *range(5, 10), 14, 19, 21, 22, 24, 25, 27, 28, 30]
    for nom, liste in (("grippe_ald", grippe), ("covid_ald", covid), ("pneumocoque_ald", pneumocoque)):
        [valeur] = figures[nom].valeurs
        assert (sorted(valeur.calcul), valeur.confiance) == (liste, "presse")
    for nom in ("mcva_ald", "mrc_ald", "systeme_ald"):
        assert {(v.confiance, "hypothèse" in v.reference) for v in figures[nom].valeurs} == {("deduit", True)}
    assert not figures["diabete_delivrances"].valeurs
    assert not figures["rosp_taux_de_realisation"].valeurs


def test_ce_que_la_proposition_ne_dit_pas_est_deduit() -> None:
    muettes = ["debut_campagne", "grippe_age_risque", "covid_age_risque", "m9_examen_min", "m9_examen_max", "m24_examen_min", "m24_examen_max"]
    for nom in muettes:
        [valeur] = [v for v in baremes()[NOM][nom].valeurs if v.texte == PROPOSE]
        assert valeur.confiance == "deduit", nom


# --- the observation, the campaign, the dates


@pytest.mark.normes("P2-18")
@pytest.mark.parametrize("texte", [SIGNE, *OPTIONS])
def test_sans_date_on_observe_le_31_decembre(texte: str) -> None:
    resultats = reponse([SENIOR], acte("2026-12-31", "vaccin-grippe"), date=None, texte=texte)["resultats"]
    assert (resultats["date"], resultats["montant"]) == ("2026-12-31", 5)
    assert reponse([SENIOR], acte("2027-01-01", "vaccin-grippe"), date=None, texte=texte)["resultats"]["montant"] == 0


def test_la_date_de_l_entree_prime_celle_du_cas() -> None:
    assert reponse([SENIOR], date="2026-06-01", **{"annee": 2026})["resultats"]["date"] == "2026-06-01"
    cas = demande([SENIOR], date="2026-06-01") | {"date": "2026-09-01"}
    assert repondre(NOM, cas)["resultats"]["date"] == "2026-06-01"
    del cas["entree"]["date"]
    assert repondre(NOM, cas)["resultats"]["date"] == "2026-09-01"
    sans_annee = {"entree": {"patients": [SENIOR], "date": "2026-06-01"}}
    assert repondre(NOM, sans_annee)["resultats"]["date"] == "2026-06-01"
    assert erreurs({"entree": {"patients": [SENIOR]}}) == [(0, "annee", NECESSAIRE)]


@pytest.mark.normes("C3.1C-14", "C3.1C-16")
@pytest.mark.parametrize(
    ("observation", "debut", "fin"),
    [
        ("2026-03-31", "2025-04-01", "2026-03-31"),
        ("2026-04-01", "2026-04-01", "2027-03-31"),
        ("2026-12-31", "2026-04-01", "2027-03-31"),
        ("2028-02-29", "2027-04-01", "2028-03-31"),
    ],
)
def test_la_campagne_en_cours(observation: str, debut: str, fin: str) -> None:
    ici = contexte_de(Demande(trouver_texte(SIGNE), 2026), dt.date.fromisoformat(observation))
    assert (ici.parametres["debut_campagne"], ici.parametres["fin_campagne"]) == (dt.date.fromisoformat(debut), dt.date.fromisoformat(fin))
    veille = (dt.date.fromisoformat(debut) - dt.timedelta(days=1)).isoformat()
    for nom in ("grippe", "covid"):
        assert etat(SENIOR, nom, acte(debut, f"vaccin-{nom}"), date=observation) == "valide"
        assert etat(SENIOR, nom, acte(veille, f"vaccin-{nom}"), date=observation) == "non-valide"


def test_la_campagne_suit_le_scenario(tmp_path: Path) -> None:
    texte = scenario(tmp_path, '    debut_campagne: "01/10"\n')
    assert etat(SENIOR, "grippe", acte("2026-09-30", "vaccin-grippe"), texte=texte) == "non-valide"
    assert etat(SENIOR, "grippe", acte("2026-10-01", "vaccin-grippe"), texte=texte) == "valide"


@pytest.mark.parametrize(
    ("date", "fait", "etat_attendu", "jusqu_au"),
    [
        # Six months back from 31 August is 28 February: the act of the 28th holds until the 31st.
        ("2026-08-28", "2026-02-28", "valide", "2026-08-28"),
        ("2026-08-31", "2026-02-28", "valide", "2026-08-31"),
        ("2026-09-01", "2026-02-28", "non-valide", "2026-09-01"),
        ("2027-02-28", "2026-08-31", "valide", "2027-02-28"),
        ("2027-03-01", "2026-08-31", "non-valide", "2027-03-01"),
    ],
)
def test_les_fins_de_mois(date: str, fait: str, etat_attendu: str, jusqu_au: str) -> None:
    diabetique = SENIOR | {"ald": True, "ald_numeros": [8]}
    detail = reponse([diabetique], acte(fait, "hba1c"), date=date)["resultats"]["patients"][0]
    assert detail["indicateurs"]["hba1c"] == etat_attendu
    assert detail["prochaines_dates_utiles"]["hba1c"] == jusqu_au


@pytest.mark.normes("C3.1C-19")
def test_avant_le_7_mars_2024_le_vaccin_ne_sert_qu_a_partir_de_ce_jour() -> None:
    a_risque = SENIOR | {"risque_pneumocoque": True}
    detail = reponse([a_risque], acte("2024-03-01", "vaccin-pneumocoque-20"), date="2024-03-01")["resultats"]["patients"][0]
    assert detail["indicateurs"]["pneumocoque"] == "non-valide"
    assert detail["prochaines_dates_utiles"]["pneumocoque"] == "2024-03-07"


@pytest.mark.parametrize(
    ("naissance", "date", "attendu"),
    [
        # Born on the 31st: 8 completed months on 1 July, since 31 June does not exist.
        ("2025-10-31", "2026-06-30", "non-concerne"),
        ("2025-10-31", "2026-07-01", "non-valide"),
        # Born on 30 June: eight months are reached on 1 March; until the 28 of February included, seven.
        ("2025-06-30", "2026-02-28", "non-concerne"),
        ("2025-06-30", "2026-03-01", "non-valide"),
    ],
)
def test_les_ages_en_mois_aux_fins_de_mois(naissance: str, date: str, attendu: str) -> None:
    enfant = {"patient": "P1", "date_naissance": naissance, "ald": False}
    assert etat(enfant, "examen-m9", date=date) == attendu


@pytest.mark.parametrize(
    ("naissance", "indicateur", "derniere_chance", "actes"),
    [
        ("2024-02-10", "ror", "2026-03-09", ()),
        ("2025-03-10", "meningocoque-c", "2026-04-09", ()),
        ("2011-06-10", "hpv", "2026-06-09", (acte("2025-06-10", "vaccin-hpv"),)),
        ("2025-06-10", "examen-m9", "2026-05-09", (acte("2026-02-09", "consultation-enfant"),)),
        ("2024-02-10", "examen-m24", "2026-05-09", ()),
    ],
)
def test_passe_l_age_de_l_acte_il_n_y_a_plus_de_date_utile(
    naissance: str, indicateur: str, derniere_chance: str, actes: tuple[Cas, ...]
) -> None:
    enfant = {"patient": "P1", "date_naissance": naissance, "ald": False}
    lendemain = (dt.date.fromisoformat(derniere_chance) + dt.timedelta(days=1)).isoformat()
    for date, dates in ((derniere_chance, derniere_chance), (lendemain, None)):
        detail = reponse([enfant], *actes, date=date)["resultats"]["patients"][0]
        assert detail["indicateurs"][indicateur] == "non-valide"
        assert detail["prochaines_dates_utiles"].get(indicateur) == dates


def test_seuls_les_indicateurs_suivis_montrent_des_actes() -> None:
    femme = {"patient": "P1", "date_naissance": "1997-01-01", "sexe": "F", "ald": False, "exclu": ["cancer-col"]}
    test_hpv, cytologie = acte("2026-10-01", "test-hpv-col"), acte("2026-10-02", "cytologie-col")
    montres = [
        reponse([femme | autres], test_hpv, *actes)["resultats"]["patients"][0]["derniers_actes"]
        for autres, actes in (({}, ()), ({"exclu": []}, ()), ({"exclu": []}, [cytologie]), ({"exclu": [], "opposition": True}, [cytologie]))
    ]
    assert montres == [{}, {}, {"cancer-col": "2026-10-02"}, {}]


# --- what is missing, what is refused


def test_chaque_manque_une_seule_fois() -> None:
    assert erreurs(demande([{"patient": "P1"}])) == [
        (0, "entree.patients[0].date_naissance", NECESSAIRE), (0, "entree.patients[0].sexe", NECESSAIRE),
    ]  # fmt: skip


def test_les_fautes_de_tous_les_cas() -> None:
    bon, sans_sexe = demande([SENIOR]), demande([SENIOR | {"date_naissance": "1980-01-01", "sexe": None}])
    inconnu = demande([SENIOR], acte("2026-10-01", "vaccin-grippe", patient="P2"))
    assert [(cas, champ) for cas, champ, _ in erreurs([bon, sans_sexe, inconnu])] == [
        (1, "entree.patients[0].sexe"), (2, "entree.evenements[0].patient"),
    ]  # fmt: skip
    assert len(repondre(NOM, [bon, bon])) == 2


def test_les_fautes_ne_montrent_aucun_identifiant() -> None:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, demande([SENIOR, SENIOR], acte("2026-10-01", "vaccin-grippe", patient="1850575123456")))
    assert not [e for e in refus.value.erreurs if e["valeur"] is not None]


def test_un_patient_sans_identifiant_n_a_pas_d_actes() -> None:
    anonyme = {cle: valeur for cle, valeur in SENIOR.items() if cle != "patient"}
    resultats = reponse([anonyme, anonyme, SENIOR | {"patient": ""}], acte("2026-10-01", "vaccin-grippe", patient=""))["resultats"]
    assert [p["montant"] for p in resultats["patients"]] == [0, 0, 5]
    assert erreurs(demande([anonyme], acte("2026-10-01", "vaccin-grippe", patient="")))[0][1] == "entree.evenements[0].patient"


@pytest.mark.parametrize("ald", [{}, {"ald": None}, {"ald": True}, {"ald": False}])
@pytest.mark.parametrize("texte", [SIGNE, PROPOSE])
def test_un_numero_d_ald_suffit(ald: Cas, texte: str) -> None:
    patient = {"patient": "P1", "date_naissance": "1980-01-01", "sexe": "M", "ald_numeros": [8]} | ald
    assert etat(patient, "hba1c", texte=texte) == "non-valide"
    contredite = ald.get("ald") is False and texte == PROPOSE
    assert etat(patient, "mrc", texte=texte) == ("non-concerne" if contredite else "non-valide")


@pytest.mark.normes("T-65", "C3.1C-39")
def test_le_traitement_vaut_diabete_si_le_nombre_de_delivrances_est_fourni(tmp_path: Path) -> None:
    texte = scenario(tmp_path, "    diabete_delivrances: 3\n")
    delivrances = [acte(f"2026-0{mois}-10", "antidiabetique") for mois in (1, 2, 3)]
    dosage = acte("2026-10-01", "hba1c")
    assert etat(SENIOR, "hba1c", dosage, *delivrances, texte=texte) == "valide"
    assert etat(SENIOR, "hba1c", dosage, *delivrances[:2], texte=texte) == "non-concerne"
    assert etat(SENIOR | {"diabete": False}, "hba1c", dosage, *delivrances, texte=texte) == "non-concerne"
    detail = reponse([SENIOR], dosage, *delivrances)["resultats"]["patients"][0]
    assert detail["donnees_manquantes"] == {"hba1c": ["prevention.diabete_delivrances"]}
    for connu in ({"diabete": True}, {"diabete": False}, {"ald_numeros": [8]}):
        assert reponse([SENIOR | connu], dosage, *delivrances)["resultats"]["patients"][0]["donnees_manquantes"] == {}
    ancienne = acte("2025-11-14", "antidiabetique")
    assert reponse([SENIOR], dosage, ancienne)["resultats"]["patients"][0]["donnees_manquantes"] == {}


# --- coded acts


def test_un_code_peut_valoir_deux_dosages() -> None:
    """The creatinine clearance is measured in blood and in urine; the albumin is still wanted."""
    cardiaque = SENIOR | {"mcva": True}
    clairance = {"patient": "P1", "date": "2026-10-01", "nomenclature": "nabm", "code": "0407"}
    albumine = clairance | {"code": "1133"}
    assert etat(cardiaque, "mrc", clairance) == "non-valide"
    assert etat(cardiaque, "mrc", clairance, albumine) == "valide"


@pytest.mark.parametrize(("quantites", "attendu"), [([None], "valide"), ([0], "non-valide"), ([1, -1], "non-valide"),
                                                    ([2, -1], "valide"), ([-1], "non-valide")])  # fmt: skip
def test_une_quantite_negative_annule(quantites: list[int | None], attendu: str) -> None:
    actes = [acte("2026-10-01", "vaccin-grippe", quantite=quantite) for quantite in quantites]
    assert etat(SENIOR, "grippe", *actes, acte("2026-10-01", "vaccin-covid")) == attendu


@pytest.mark.normes("C3.1C-42", "C3.1C-44", "C3.1C-47")
@pytest.mark.parametrize(
    ("naissance", "indicateur", "traceur", "admises"),
    [
        ("2025-06-10", "examen-m9", "consultation-enfant", {"01", "12", "22", "23"}),
        ("2024-02-10", "examen-m24", "consultation-enfant", {"01", "12", "22", "23"}),
        ("2015-01-01", "bucco-dentaire", "examen-bucco-dentaire", {"18", "19", "36", "44", "45", "53", "54", "69"}),
    ],
)
def test_seules_certaines_specialites_font_l_examen(naissance: str, indicateur: str, traceur: str, admises: set[str]) -> None:
    enfant = {"patient": "P1", "date_naissance": naissance, "ald": False}
    for numero in range(1, 100):
        specialite = f"{numero:02d}"
        vu = etat(enfant, indicateur, acte("2026-03-01", traceur, specialite_executant=specialite))
        assert (vu == "valide") == (specialite in admises), specialite
    assert etat(enfant, indicateur, acte("2026-03-01", traceur)) == "valide"
    assert etat(SENIOR, "grippe", acte("2026-10-01", "vaccin-grippe", specialite_executant="07")) == "valide"


# --- the price and the line


@pytest.mark.normes("C3.1C-01", "C3.1C-06", "C3.1C-07")
def test_la_ligne_est_expliquee_jusqu_a_ses_figures() -> None:
    answer = reponse([SENIOR], acte("2026-10-01", "vaccin-grippe"), acte("2026-10-01", "vaccin-covid"))
    [ligne] = answer["lignes"]
    assert (ligne["libelle"], ligne["montant"], ligne["etat"], ligne["base"]) == (
        "FMT 2026, majoration prévention", 10, "dû", "5,00\N{NO-BREAK SPACE}€ par indicateur validé",
    )  # fmt: skip
    assert ligne["date_versement"] is None
    assert {"circulaire 31/07/2024, 3.1 C"} <= set(ligne["references"])
    lues = {feuille["nom"]: feuille["valeur"] for feuille in feuilles(answer["explication"]["montant"])}
    assert lues["prevention.montant_indicateur"] == 5
    assert lues["prevention.grippe_age"] == lues["prevention.covid_age"] == 65
    assert (lues["debut_campagne"], lues["date_naissance"]) == ("2026-04-01", "1946-01-01")


@pytest.mark.parametrize(
    ("patient", "traceur", "figure", "confiance"),
    [
        ({"ald": False}, "vaccin-grippe", "prevention.grippe_age", "officiel"),
        ({"ald_numeros": [2]}, "vaccin-pneumocoque-20", "prevention.pneumocoque_ald", "presse"),
        ({"ald_numeros": [13]}, "glycemie-a-jeun", "prevention.mcva_ald", "deduit"),
        ({"ald": False, "mcva": True}, "glycemie-a-jeun", "prevention.diabete_age", "officiel"),
    ],
)
def test_la_ligne_dit_quand_elle_repose_sur_une_hypothese(patient: Cas, traceur: str, figure: str, confiance: str) -> None:
    answer = reponse([SENIOR | {"sexe": "M"} | patient], acte("2026-10-01", traceur))
    valides = [n for n, e in answer["resultats"]["patients"][0]["indicateurs"].items() if e == "valide"]
    arbre = answer["explication"]["montant"]["enfants"][0]["enfants"][0]
    [payee] = [etat for etat in arbre["enfants"] if etat["valeur"] == "valide"]
    assert len(valides) == 1
    lues = {feuille["nom"]: feuille.get("confiance") for feuille in feuilles(payee)}
    assert lues[figure] == confiance


def test_le_montant_et_son_libelle_suivent_le_scenario(tmp_path: Path) -> None:
    texte = scenario(tmp_path, "    montant_indicateur: 6.50\n")
    answer = reponse([SENIOR], acte("2026-10-01", "vaccin-grippe"), texte=texte)
    assert answer["resultats"]["montant"] == answer["lignes"][0]["montant"] == 6.5
    assert answer["lignes"][0]["base"].startswith("6,50")
    ote = reponse([SENIOR], acte("2026-10-01", "vaccin-grippe"), texte=scenario(tmp_path, "    montant_indicateur: supprime\n"))
    assert (ote["resultats"]["montant"], ote["lignes"][0]["montant"], ote["lignes"][0]["etat"]) == (None, None, "non publié")
    assert ote["resultats"]["patients"][0]["indicateurs"]["grippe"] == "valide"


def test_personne_ne_rapporte_rien() -> None:
    answer = reponse([])
    assert (answer["resultats"]["montant"], answer["resultats"]["patients"]) == (0, [])


def medecin(texte: str, secteur: str = "1", *patients: Cas, annee: int = 2026, **champs: Any) -> Instance:
    ici = contexte_de(Demande(trouver_texte(texte), annee))
    ici.parametres = {**ici.parametres, "date_patientele": dt.date(annee - 1, 12, 31)}
    enfants = [instance(ici, Patient.model_validate(p), [(dt.date(2026, 10, 1), "vaccin-grippe")]) for p in patients]
    return Instance(ici, "medecin", {"secteur": secteur, "zone": "hors-zone", "qpv": False, **champs}, {"patient": enfants})


@pytest.mark.normes("C3.1C-01", "P2-19")
@pytest.mark.parametrize(("texte", "base"), [(SIGNE, 5500), (OPTIONS[1], 5500), (OPTIONS[2], 6000)])
def test_la_prevention_s_ajoute_au_socle_sans_le_changer(texte: str, base: int) -> None:
    vu = SENIOR | {"date_naissance": "1940-01-01", "c2s": False, "date_derniere_consultation": "2025-10-01"}
    docteur = medecin(texte, "1", vu, date_naissance_medecin=dt.date(1975, 1, 1))
    assert docteur.valeur("fmt_socle_total") == docteur.valeur("fmt_total") == base
    assert docteur.valeur("prevention_total") == 500


@pytest.mark.normes("C3.1C-01", "C3.1C-05")
def test_un_medecin_sans_fmt_n_a_pas_de_prevention() -> None:
    ligne = ligne_du_medecin(medecin(SIGNE, "2", SENIOR, option_tarifaire="aucune"), 2026)
    assert (ligne.montant, ligne.etat) == (0, "sans objet")
    assert "OPTAM" in ligne.motif
    assert ligne_du_medecin(medecin(SIGNE, "2", SENIOR, option_tarifaire="optam"), 2026).montant == 500


# --- the ROSP


@pytest.mark.normes("C3.1C-02", "C3.1C-50", "C3.1C-51")
@pytest.mark.parametrize(
    ("texte", "annee"),
    [(SIGNE, 2025), (APPLIQUE, 2024), ("reglement-arbitral-2023", 2023), ("convention-2016", 2026), (PROPOSE, 2025)],
)
def test_sans_volet_prevention_la_rosp_n_est_pas_publiee(texte: str, annee: int) -> None:
    answer = reponse([SENIOR], date=None, texte=texte, annee=annee)
    resultats, [ligne] = answer["resultats"], answer["lignes"]
    assert (resultats["montant"], resultats["rosp"], resultats["patients"]) == (0, None, [])
    assert (ligne["libelle"], ligne["montant"], ligne["etat"]) == (f"ROSP {annee}", None, "non publié")
    assert "annexe 7" in ligne["motif"]
    assert "pas de volet prévention" in resultats["motif"]


@pytest.mark.normes("C3.1C-50")
@pytest.mark.parametrize("texte", [SIGNE, APPLIQUE, *OPTIONS])
def test_le_volet_commence_le_1er_janvier_2026(texte: str) -> None:
    vaccin = acte("2025-10-15", "vaccin-grippe")
    veille = reponse([SENIOR], vaccin, date="2025-12-31", texte=texte, annee=2025)
    jour = reponse([SENIOR], vaccin, date="2026-01-01", texte=texte, annee=2026)
    assert [ligne["libelle"] for ligne in veille["lignes"]] == ["ROSP 2025"]
    assert jour["resultats"]["montant"] == 5


@pytest.mark.normes("C3.1C-51")
@pytest.mark.parametrize("effectif", [0, 1, 3, 7])
@pytest.mark.parametrize("taux", ["100", "83.33", "0.07"])
def test_un_scenario_fournit_la_part_acquise(effectif: int, taux: str, tmp_path: Path) -> None:
    """940 points of 7 euros for 800 patients, in proportion, rounded half up once."""
    texte = scenario(tmp_path, f"    rosp_taux_de_realisation: {taux}\n")
    patients = [SENIOR | {"patient": f"P{rang}"} for rang in range(effectif)]
    plus_tard = SENIOR | {"patient": "déclaré en 2026", "date_declaration_mt": "2026-01-01"}
    answer = reponse([*patients, plus_tard], date=None, texte=texte, annee=2025)
    exact = Decimal(940 * 7 * effectif) * Decimal(taux) / 100 / 800
    attendu = float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))
    assert answer["resultats"]["rosp"] == answer["lignes"][0]["montant"] == attendu
    assert (answer["resultats"]["montant"], answer["lignes"][0]["etat"]) == (0, "dû")
    assert answer["lignes"][0]["precision_date"] == "versée en 2026, date non publiée"


@pytest.mark.normes("C3.1C-51")
def test_la_rosp_d_un_medecin_compte_sa_patientele(tmp_path: Path) -> None:
    texte = lire_scenario(Path(scenario(tmp_path, "    rosp_taux_de_realisation: 50\n")))
    ici = contexte_de(Demande(texte, 2025))
    patients = [instance(ici, Patient.model_validate(SENIOR), ()) for _ in range(400)]
    ligne = ligne_rosp(ici, 2025, Instance(ici, "medecin", {}, {"patient": patients}))
    assert ligne.montant == 164_500
    assert ligne_rosp(ici, 2025).montant == 0


def test_l_entree_sans_evenements_est_un_tableau_a_faire() -> None:
    entree = Entree.model_validate({"patients": [SENIOR]})
    assert (entree.evenements, entree.date) == ([], None)
    assert prevention.DISPOSITIF.annee_de(entree) is None


def test_ce_que_les_regles_ne_lisent_jamais() -> None:
    """The prevention part looks neither at the C2S nor at the last visit: a patient not seen for two years counts."""
    lues = {
        noeud.nom
        for nom, versions in REGISTRE.regles.items()
        if nom.startswith("prevention_") and nom != "prevention_total"
        for version in versions
        for noeud in parcourir(version.noeud)
        if isinstance(noeud, Colonne)
    }
    assert not lues & {"c2s", "date_derniere_consultation", "secteur", "zone"}
    assert {"sexe", "date_naissance", "ald", "date_declaration_mt"} <= lues
