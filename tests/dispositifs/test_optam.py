"""OPTAM: modifiers under the three clocks, premium tier by tier, eligibility, exit, calendar, simulation."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.optam import simuler
from convmed.dispositifs.socle import Demande, Refus
from convmed.moteur.valeurs import Instance
from convmed.textes import Erreurs, trouver_texte

NOM = "optam"
SIGNE, APPLIQUE, ANTERIEUR, PROPOSE = "convention-2024", "en-vigueur", "convention-2016", "proposition-2024-02-08"
ACO = {"specialite": "41", "secteur": "2", "option_tarifaire": "optam-aco"}
OPTAM = {**ACO, "option_tarifaire": "optam"}
PRIME = {"calcul": "prime", "honoraires_opposables": 100000, "taux_de_charges": 0.08, "ecart_points": 0}
DEMANDE = {"calcul": "eligibilite", "date_demande": "2026-03-01", "medecin": {"specialite": "41", "secteur": "2"}, "actes_bloc": 50}
DEPART = {
    "choix": "quitter", "medecin": {"specialite": "05", "secteur": "2", "option_tarifaire": "optam"},
    "honoraires_opposables": 60000, "taux_de_charges": 0.083, "ecart_points": 1.5,
}  # fmt: skip


def resultats(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    if "annee" not in cas and not {"date", "date_demande"} & entree.keys():
        cas["annee"] = 2026
    obtenus: dict[str, Any] = repondre(NOM, {"entree": entree, **cas})["resultats"]
    return obtenus


def champs_refuses(entree: dict[str, Any], **cas: Any) -> set[str]:
    if not {"date", "date_demande"} & entree.keys():
        cas.setdefault("annee", 2026)
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"entree": entree, **cas})
    return {erreur["champ"] for erreur in refus.value.erreurs}


def modificateur(date: str, texte: str, medecin: dict[str, Any], acte: str = "chirurgie") -> tuple[str | None, float]:
    lus = resultats({"calcul": "modificateur", "date": date, "medecin": medecin, "acte": acte}, texte=texte)
    return lus["modificateur"], lus["taux"]


def scenario(chemin: Path, figures: str, base: str = APPLIQUE) -> str:
    chemin.write_text(f"base: {base}\nfigures:\n{figures}", "utf-8")
    return str(chemin)


# --- modifiers


@pytest.mark.normes("C5A-10", "C5A-11", "C5A-12", "C5A-13", "C5A-20", "C5A-21", "C5A-22", "C5A-23", "P3-58", "P3-59")
@pytest.mark.parametrize(
    ("texte", "date", "k", "t"),
    [
        (SIGNE, "2024-12-31", 0.20, 0.115), (SIGNE, "2025-01-01", 0.25, 0.165), (SIGNE, "2025-06-30", 0.25, 0.165),
        (SIGNE, "2025-07-01", 0.30, 0.215), (APPLIQUE, "2024-12-31", 0.20, 0.115), (APPLIQUE, "2025-01-01", 0.25, 0.165),
        (APPLIQUE, "2025-07-01", 0.25, 0.165), (APPLIQUE, "2025-12-31", 0.25, 0.165), (APPLIQUE, "2026-01-01", 0.30, 0.215),
        (PROPOSE, "2024-02-07", 0.20, 0.115), (PROPOSE, "2024-02-08", 0.30, 0.215), (ANTERIEUR, "2026-01-01", 0.20, 0.115),
    ],
)  # fmt: skip
def test_k_et_t_sous_les_trois_horloges(texte: str, date: str, k: float, t: float) -> None:
    for acte in ("chirurgie", "accouchement"):
        assert modificateur(date, texte, ACO, acte) == ("K", k)
        assert modificateur(date, texte, OPTAM, acte) == ("T", t)
        assert modificateur(date, texte, {"secteur": "1"}, acte) == ("K", k)


@pytest.mark.normes("C5A-14", "C5A-15", "C5A-16", "C5A-18", "P3-56")
@pytest.mark.parametrize(
    ("texte", "date", "aco", "secteur_1"),
    [
        (SIGNE, "2024-12-31", (None, 0), (None, 0)), (SIGNE, "2025-01-01", ("3", 0.08), ("3", 0.12)),
        (APPLIQUE, "2025-01-01", ("3", 0.08), ("3", 0.12)), (APPLIQUE, "2026-06-01", ("3", 0.08), ("3", 0.12)),
        (PROPOSE, "2024-02-07", (None, 0), (None, 0)), (PROPOSE, "2024-02-08", ("3", 0.08), ("3", 0.08)),
        (ANTERIEUR, "2026-01-01", (None, 0), (None, 0)),
    ],
)  # fmt: skip
def test_le_modificateur_3(texte: str, date: str, aco: object, secteur_1: object) -> None:
    assert modificateur(date, texte, {**ACO, "specialite": "02"}, "anesthesie") == aco
    assert modificateur(date, texte, {"specialite": "02", "secteur": "1"}, "anesthesie") == secteur_1
    assert modificateur(date, texte, {"specialite": "02", "secteur": "2", "option_tarifaire": "aucune"}, "anesthesie") == (None, 0)


@pytest.mark.normes("C5A-08", "C5A-09", "C5A-18", "C5A-19")
@pytest.mark.parametrize("medecin", [
    {"secteur": "nc"}, {"secteur": "2", "option_tarifaire": "aucune"}, {**ACO, "specialite": "02"}, {**ACO, "specialite": "05"},
    {**OPTAM, "specialite": "05"}, {"secteur": "1", "specialite": "01"},
])  # fmt: skip
def test_ce_qui_n_ouvre_ni_k_ni_t(medecin: dict[str, Any]) -> None:
    lus = resultats({"calcul": "modificateur", "date": "2026-01-01", "medecin": medecin, "acte": "chirurgie"})
    assert (lus["modificateur"], lus["taux"]) == (None, 0)
    assert lus["motif"]


@pytest.mark.normes("C5A-09")
@pytest.mark.parametrize("medecin", [ACO, OPTAM, {"secteur": "1"}, {"secteur": "nc"}])
def test_un_autre_acte_ne_porte_rien(medecin: dict[str, Any]) -> None:
    lus = resultats({"calcul": "modificateur", "date": "2026-01-01", "medecin": medecin, "acte": "autre"})
    assert (lus["modificateur"], lus["taux"]) == (None, 0)
    assert "ni chirurgie" in lus["motif"]


@pytest.mark.parametrize("secteur", ["1", "2", "nc"])
@pytest.mark.parametrize("option", ["aucune", "optam", "optam-aco"])
@pytest.mark.parametrize("acte", ["chirurgie", "accouchement", "anesthesie", "autre"])
def test_les_tarifs_et_l_option_disent_le_meme_modificateur(secteur: str, option: str, acte: str) -> None:
    """The conditions of the codes K, T and 3, and ours: they part only for a secteur 1 that joined an option."""
    contexte = Demande(trouver_texte(APPLIQUE), 2026).contexte()
    seance = {"medecin_secteur": secteur, "medecin_option": option, "famille_acte_ccam": acte, "patient_c2s": False, "urgence_vitale": False}
    facturables = {
        code for code, regle in (("K", "k"), ("T", "t"), ("3", "3"))
        if Instance(contexte, "seance", seance).valeur(f"tarifs_modificateur_{regle}")
    }  # fmt: skip
    obtenu, _ = modificateur("2026-01-01", APPLIQUE, {"secteur": secteur, "option_tarifaire": option}, acte)
    if secteur == "1" and option != "aucune":
        return
    assert facturables == ({obtenu} if obtenu else set())


def test_les_figures_des_tarifs_commandent(tmp_path: Path) -> None:
    texte = scenario(tmp_path / "s.yaml", "  tarifs:\n    K: 40\n    modificateur_3_s1: 15\n")
    assert modificateur("2026-01-01", texte, ACO) == ("K", 0.4)
    assert modificateur("2026-01-01", texte, {"secteur": "1"}, "anesthesie") == ("3", 0.15)


@pytest.mark.normes("C5B-01")
def test_sans_contrat_signe_pas_d_option() -> None:
    entree = {"calcul": "modificateur", "date": "2026-01-01", "medecin": ACO, "acte": "chirurgie"}
    assert resultats(entree)["modificateur"] == "K"
    assert resultats({**entree, "contrat_signe": True})["modificateur"] == "K"
    assert resultats({**entree, "contrat_signe": False})["modificateur"] is None


# --- the premium


@pytest.mark.normes("C5B-10", "C5B-11", "C5B-12")
@pytest.mark.parametrize(
    ("ecart", "niveau"),
    [(-3, 1), (0, 1), (0.01, 1), (1, 1), (1.0001, 0.9), (2, 0.9), (2.0001, 0.7), (3, 0.7), (3.0001, 0.5), (4, 0.5),
     (4.0001, 0.3), (5, 0.3), (5.0001, 0), (12, 0)],
)  # fmt: skip
def test_les_paliers_de_la_prime(ecart: float, niveau: float) -> None:
    for texte in (SIGNE, APPLIQUE, ANTERIEUR):
        lus = resultats({**PRIME, "ecart_points": ecart}, texte=texte)
        assert (lus["niveau"], lus["montant"]) == (niveau, 8000 * niveau)
        assert ("reserves" in lus) == (0 < ecart <= 1)


def test_les_paliers_que_la_presse_donne_le_disent() -> None:
    confiances = {ecart: resultats({**PRIME, "ecart_points": ecart})["confiance"] for ecart in (0, 0.5, 1.5, 2.5, 3.5, 4.5)}
    assert confiances == {0: "officiel", 0.5: "presse", 1.5: "presse", 2.5: "presse", 3.5: "presse", 4.5: "officiel"}


def test_la_prime_se_verse_en_juillet_de_l_annee_suivante() -> None:
    (versement,) = repondre(NOM, {"annee": 2025, "entree": PRIME})["lignes"]
    assert (versement["date_versement"], versement["montant"], versement["etat"]) == ("2026-07-31", 8000, "dû")
    (rien,) = repondre(NOM, {"annee": 2025, "entree": {**PRIME, "ecart_points": 6}})["lignes"]
    assert (rien["date_versement"], rien["montant"], rien["etat"]) == (None, 0, "sans objet")


@pytest.mark.normes("C5B-08", "C5B-09", "C5A-17", "P3-57")
@pytest.mark.parametrize(
    ("texte", "specialite", "option", "montant"),
    [
        (APPLIQUE, "41", "optam", 8000), (APPLIQUE, "41", "optam-aco", 0), (APPLIQUE, "05", "aucune", 0),
        (APPLIQUE, "02", "optam", 8000), (APPLIQUE, "02", "optam-aco", 0),
        (PROPOSE, "02", "optam", 0), (PROPOSE, "41", "optam", 8000), (PROPOSE, "41", "optam-aco", 0),
    ],
)  # fmt: skip
def test_qui_touche_la_prime(texte: str, specialite: str, option: str, montant: float) -> None:
    lus = resultats({**PRIME, "specialite": specialite, "option_tarifaire": option}, texte=texte)
    assert lus["montant"] == montant
    assert ("motif" in lus) == (montant == 0)


@pytest.mark.parametrize(("specialite", "taux"), [
    ("37", 0.047), ("02", 0.07), ("03", 0.07), ("41", 0.072), ("05", 0.083), ("42", 0.088), ("01", None),
])  # fmt: skip
def test_les_taux_de_charges_de_2016_s_arretent_en_2024(specialite: str, taux: float | None) -> None:
    entree = {**PRIME, "specialite": specialite}
    del entree["taux_de_charges"]
    assert resultats(entree, annee=2024, texte=SIGNE)["taux_de_charges"] == taux
    apres = repondre(NOM, {"annee": 2025, "texte": SIGNE, "entree": entree})
    assert (apres["resultats"]["montant"], apres["lignes"][0]["etat"]) == (None, "non publié")
    assert "annexe 14" in apres["lignes"][0]["motif"]


def test_un_taux_de_charges_se_fournit(tmp_path: Path) -> None:
    entree = {**PRIME, "specialite": "01"}
    del entree["taux_de_charges"]
    texte = scenario(tmp_path / "s.yaml", "  optam:\n    charges_autres: 9\n")
    assert resultats(entree, texte=texte)["montant"] == 9000
    assert champs_refuses({cle: v for cle, v in entree.items() if cle != "specialite"}) == {"entree.specialite"}


# --- eligibility


def options(entree: dict[str, Any], texte: str = APPLIQUE, **champs: Any) -> list[str]:
    lues: list[str] = resultats({**entree, **champs}, texte=texte)["options"]
    return lues


@pytest.mark.normes("C5A-03", "C5A-04", "C5A-05", "C5A-06", "C5A-07", "P3-55")
@pytest.mark.parametrize("actes", [0, 49, 50, 51])
@pytest.mark.parametrize("specialite", ["02", "04", "07", "10", "49", "70", "77", "05", "01"])
def test_l_option_du_bloc(actes: int, specialite: str) -> None:
    for texte, date, anesthesie in ((SIGNE, "2024-12-31", False), (SIGNE, "2025-01-01", True), (PROPOSE, "2024-02-08", True)):
        medecin = {"specialite": specialite, "secteur": "2"}
        bloc = specialite not in {"70", "05", "01"} and (anesthesie or specialite != "02")
        attendues = ["optam", "optam-aco"] if bloc and actes >= 50 else ["optam"]
        assert options(DEMANDE, texte, date_demande=date, medecin=medecin, actes_bloc=actes) == attendues


@pytest.mark.normes("C5-05", "C5-06", "C5A-01")
@pytest.mark.parametrize(("texte", "date", "nom"), [
    (SIGNE, "2024-12-31", "OPTAM-CO"), (SIGNE, "2025-01-01", "OPTAM-ACO"), (APPLIQUE, "2024-12-31", "OPTAM-CO"),
    (APPLIQUE, "2025-01-01", "OPTAM-ACO"), (ANTERIEUR, "2026-01-01", "OPTAM-CO"),
])  # fmt: skip
def test_l_optam_co_devient_l_optam_aco(texte: str, date: str, nom: str) -> None:
    assert resultats({**DEMANDE, "date_demande": date}, texte=texte)["nom_option_bloc"] == nom


@pytest.mark.normes("C5Bd-01", "C5Bd-03")
@pytest.mark.parametrize("texte", [SIGNE, ANTERIEUR])
@pytest.mark.parametrize(
    ("secteur", "champs", "attendu"),
    [
        ("1", {"titre_secteur_2": True, "installe": "2012-12-31"}, True),
        ("1", {"titre_secteur_2": True, "installe": "2013-01-01"}, False),
        ("1", {"titre_secteur_2": False, "installe": "2000-01-01"}, False),
        ("1", {"droit_permanent": True}, True), ("2", {}, True), ("nc", {"titre_secteur_2": True, "installe": "2000-01-01"}, False),
    ],
)  # fmt: skip
def test_les_secteurs(texte: str, secteur: str, champs: dict[str, Any], attendu: bool) -> None:
    champs = dict(champs)
    medecin = {"specialite": "05", "secteur": secteur} | ({"date_installation": champs.pop("installe")} if "installe" in champs else {})
    lus = resultats({**DEMANDE, "medecin": medecin, **champs}, texte=texte)
    assert lus["eligible"] is attendu
    assert bool(lus["motifs"]) is not attendu


def test_ce_qui_manque_est_demande_d_un_coup() -> None:
    assert champs_refuses({**DEMANDE, "medecin": {"secteur": "1"}}) == {"entree.titre_secteur_2", "entree.medecin.date_installation"}
    sans_actes = {cle: v for cle, v in DEMANDE.items() if cle != "actes_bloc"}
    assert champs_refuses(sans_actes) == {"entree.actes_bloc"}
    assert champs_refuses({**DEMANDE, "medecin": {"secteur": "2"}}) == {"entree.medecin.specialite"}


@pytest.mark.normes("C5Be-04")
@pytest.mark.parametrize(
    ("texte", "resilie", "demande", "attendu"),
    [
        (SIGNE, "2025-01-01", "2025-01-02", False), (SIGNE, "2024-12-31", "2025-01-02", True),
        (SIGNE, "2026-07-01", "2029-06-21", False), (SIGNE, "2026-07-01", "2029-06-22", True),
        (ANTERIEUR, "2026-07-01", "2026-07-02", True),
    ],
)  # fmt: skip
def test_l_exclusion_dure_la_convention(texte: str, resilie: str, demande: str, attendu: bool) -> None:
    lus = resultats({**DEMANDE, "date_demande": demande, "resilie_pour_ecart_le": resilie}, texte=texte)
    assert lus["eligible"] is attendu
    assert lus["options"] == (["optam", "optam-aco"] if attendu else [])


# --- the end


@pytest.mark.normes("C5Be-02", "C5Be-03")
@pytest.mark.parametrize(("ecart", "resiliation"), [(0, False), (9.9999, False), (10, False), (10.0001, True), (30, True)])
def test_le_seuil_de_resiliation(ecart: float, resiliation: bool) -> None:
    lus = resultats({"calcul": "resiliation", "motif": "ecart", "date": "2025-01-01", "ecart_points": ecart, "sommes_versees": 100})
    assert lus["resiliation"] is resiliation
    assert lus["recuperation"] == (100 if resiliation else 0)


@pytest.mark.normes("C5Be-02", "C5Be-03")
@pytest.mark.parametrize(("texte", "date"), [(SIGNE, "2024-12-31"), (ANTERIEUR, "2026-01-01"), (PROPOSE, "2026-01-01")])
def test_avant_la_reforme_rien_n_est_affirme(texte: str, date: str) -> None:
    lus = resultats({"calcul": "resiliation", "motif": "ecart", "date": date, "ecart_points": 30}, texte=texte)
    assert (lus["resiliation"], lus["recuperation"]) == (None, None)
    assert lus["motif"]


@pytest.mark.normes("C5Be-01")
@pytest.mark.parametrize(
    ("motif", "date", "effet"),
    [
        ("medecin", "2025-01-31", "2025-02-28"), ("medecin", "2025-03-15", "2025-04-15"),
        ("opposition", "2025-03-15", "2026-03-15"), ("opposition", "2026-02-15", "2026-03-15"),
        ("opposition", "2026-02-16", "2027-03-15"), ("opposition", "2026-03-15", "2027-03-15"),
        ("defaut-avenant", "2025-11-20", "2026-01-20"),
    ],
)  # fmt: skip
def test_les_modalites_inchangees(motif: str, date: str, effet: str) -> None:
    entree = {"calcul": "resiliation", "motif": motif, "date": date}
    if motif == "opposition":
        entree["date_adhesion"] = "2025-03-15"
    for texte in (ANTERIEUR, SIGNE, APPLIQUE):
        lus = resultats(entree, texte=texte)
        assert (lus["date_effet"], lus["recuperation"]) == (effet, 0)


def test_une_sortie_mal_decrite_est_refusee() -> None:
    sortie = {"calcul": "resiliation", "date": "2026-01-01"}
    assert champs_refuses({**sortie, "motif": "ecart"}) == {"entree.ecart_points"}
    assert champs_refuses({**sortie, "motif": "ecart", "ecart_points": 12}) == {"entree.sommes_versees"}
    assert champs_refuses({**sortie, "motif": "opposition"}) == {"entree.date_adhesion"}
    assert champs_refuses({**sortie, "motif": "opposition", "date_adhesion": "2026-01-02"}) == {"entree.date"}


def test_une_duree_nulle_dans_un_scenario_ne_tourne_pas_sans_fin(tmp_path: Path) -> None:
    texte = scenario(tmp_path / "s.yaml", "  optam:\n    duree_contrat: 0\n")
    sortie = {"calcul": "resiliation", "date": "2026-01-01", "motif": "opposition", "date_adhesion": "2025-03-15"}
    assert resultats(sortie, texte=texte)["date_effet"]


# --- the calendar


@pytest.mark.normes("C5Cb-01", "C5Cb-02", "C5Cb-04", "C5Cb-05", "C5Ba-02")
@pytest.mark.parametrize(
    ("adhesion", "modele", "ancien"),
    [
        ("2024-06-21", "convention-2016", True), ("2024-06-22", "annexe-15", True), ("2024-12-31", "annexe-15", True),
        ("2025-01-01", "annexe-14", False), (None, "annexe-14", False),
    ],
)  # fmt: skip
def test_le_modele_du_contrat(adhesion: str | None, modele: str, ancien: bool) -> None:
    for texte, effet in ((SIGNE, "2025-01-01"), (APPLIQUE, "2026-01-01")):
        for date in ("2025-01-01", "2025-12-31", "2026-01-01"):
            lus = resultats({"calcul": "calendrier", "date": date, "date_adhesion": adhesion}, texte=texte)
            assert (lus["modele"], lus["ancien_adherent"]) == (modele, ancien)
            assert lus["taux_applicables"] == ("anciens" if ancien and date < effet else "nouveaux")


@pytest.mark.normes("C5Bb-03", "C5Cb-03")
@pytest.mark.parametrize(
    ("date", "signe_le", "limite", "situation"),
    [
        ("2025-05-25", None, "2025-05-31", "a-signer"), ("2025-05-26", None, "2025-06-27", "a-signer"),
        ("2025-06-30", None, "2025-06-27", "resiliation-engagee"), ("2025-07-01", None, "2025-11-03", "a-signer"),
        ("2025-11-03", None, "2025-11-03", "a-signer"), ("2025-11-04", None, "2025-11-03", "resiliation-engagee"),
        ("2026-01-03", None, "2025-11-03", "resiliation-engagee"), ("2026-01-04", None, "2025-11-03", "resilie"),
        ("2026-01-04", "2026-01-03", "2025-11-03", "signe"), ("2026-01-04", "2026-01-04", "2025-11-03", "resilie"),
    ],
)  # fmt: skip
def test_l_avenant_de_2025_tel_qu_applique(date: str, signe_le: str | None, limite: str, situation: str) -> None:
    lus = resultats({"calcul": "calendrier", "date": date, "date_adhesion": "2020-01-01", "avenant_signe_le": signe_le})
    assert (lus["avenant_date_limite"], lus["situation"]) == (limite, situation)
    assert lus["precision"]


def test_le_calendrier_hors_de_portee_le_dit() -> None:
    avant = resultats({"calcul": "calendrier", "date": "2024-12-31", "date_adhesion": "2020-01-01"}, texte=SIGNE)
    assert (avant["situation"], avant["taux_applicables"]) == (None, "anciens")
    assert "2025" in avant["motif"]
    signe = resultats({"calcul": "calendrier", "date": "2026-01-01", "date_adhesion": "2020-01-01"}, texte=SIGNE)
    assert (signe["situation"], signe["etat"], signe["avenant_date_limite"]) == (None, "non publié", None)


@pytest.mark.normes("C5-01", "C5-06", "C5Cb-01", "C5Cb-02")
def test_les_etapes_signees_et_appliquees() -> None:
    etapes = resultats({"calcul": "calendrier", "date": "2026-01-01"}, texte=APPLIQUE)["etapes"]
    dates = [etape["date"] for etape in etapes]
    assert dates == sorted(dates)
    assert {"2024-06-22", "2024-12-31", "2025-01-01", "2025-05-31", "2025-06-27", "2025-11-03", "2026-01-01", "2029-06-21"} == set(dates)
    assert all(etape["references"] for etape in etapes)
    signees = resultats({"calcul": "calendrier", "date": "2026-01-01"}, texte=SIGNE)["etapes"]
    assert {etape["statut"] for etape in signees} == {"signe", "anterieur"}
    assert not {"2025-11-03", "2026-01-01"} & {etape["date"] for etape in signees}


# --- the simulation


@pytest.mark.normes("C5B-07")
def test_quitter_est_l_oppose_de_rester() -> None:
    situation = {**DEPART, "actes": [{"nombre": 1000, "tarif_option": 30, "tarif_hors_option": 23}], "aides_liees": 500}
    quitter, rester = simuler(situation), simuler({**situation, "choix": "rester"})
    assert rester["ecart_annuel"] == 4482 + 7000 + 500
    assert quitter["ecart_annuel"] == -rester["ecart_annuel"]
    adherer = {**situation, "choix": "adherer", "medecin": {**DEPART["medecin"], "option_tarifaire": "aucune"}}  # type: ignore[dict-item]
    assert simuler(adherer)["ecart_annuel"] == rester["ecart_annuel"]


def test_simuler_repond_comme_le_contrat() -> None:
    entree = {"calcul": "simulation", **DEPART}
    assert simuler(DEPART, APPLIQUE, 2026) == resultats(entree)
    assert simuler(DEPART, trouver_texte(SIGNE), 2025) == resultats(entree, annee=2025, texte=SIGNE)


def test_la_simulation_dit_ce_qu_elle_suppose() -> None:
    lus = simuler(DEPART)
    assert any("aides_liees" in phrase for phrase in lus["hypotheses"])
    assert not any("honoraires_opposables" in phrase for phrase in lus["hypotheses"])
    assert lus["complet"] is True


def test_un_poste_non_publie_laisse_le_total_inconnu() -> None:
    situation = {**DEPART, "actes": [{"nombre": 10, "tarif_option": 30, "tarif_hors_option": 23}]}
    del situation["taux_de_charges"]
    lus = simuler(situation)
    assert (lus["ecart_annuel"], lus["ecart_partiel"], lus["complet"]) == (None, -70, False)
    assert "non publié" in lus["motif"]


def test_le_modificateur_simule_suit_la_date() -> None:
    situation = {"choix": "rester", "medecin": ACO, "acte": "chirurgie", "base_actes": 1000}
    montants = {(texte, annee): simuler(situation, texte, annee)["ecart_annuel"] for texte in (SIGNE, APPLIQUE) for annee in (2024, 2025, 2026)}
    assert montants == {
        (SIGNE, 2024): 200, (SIGNE, 2025): 250, (SIGNE, 2026): 300,
        (APPLIQUE, 2024): 200, (APPLIQUE, 2025): 250, (APPLIQUE, 2026): 300,
    }  # fmt: skip
    assert simuler({**situation, "date_demande": "2025-07-01"}, SIGNE, 2025)["ecart_annuel"] == 300
    assert simuler({**situation, "date_demande": "2025-07-01"}, APPLIQUE, 2025)["ecart_annuel"] == 250


def test_une_situation_impossible_est_refusee_d_un_coup() -> None:
    with pytest.raises(Refus) as refus:
        simuler({"choix": "rester", "medecin": {"option_tarifaire": "aucune"}, "base_avant": 10, "acte": "chirurgie"})
    assert {faute.champ for faute in refus.value.fautes} == {
        "situation.medecin.secteur", "situation.medecin.option_tarifaire", "situation.base_apres", "situation.base_actes",
        "situation.niveau_respect",
    }  # fmt: skip
    with pytest.raises(Refus) as inconnu:
        simuler({"choix": "partir", "medecin": {}, "surprise": 1})
    assert {faute.champ for faute in inconnu.value.fautes} == {"situation.choix", "situation.surprise"}
    with pytest.raises(Erreurs):
        simuler(DEPART, "convention-2042")


def test_la_date_de_l_acte_donne_l_exercice() -> None:
    cas = {"entree": {"calcul": "modificateur", "date": "2025-06-30", "medecin": ACO, "acte": "chirurgie"}, "texte": SIGNE}
    assert repondre(NOM, cas)["annee"] == dt.date(2025, 6, 30).year
    assert champs_refuses({**PRIME, "ecart_points": float("nan")}) == {"entree.ecart_points"}
    assert champs_refuses({**PRIME, "taux_de_charges": 0.08333}) == {"entree.taux_de_charges"}
