"""Soins non programmés: the slots of the garde against a second reading, each condition of each code, and the answers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.cotation.jugement import juger
from convmed.cotation.nomenclature import INTERDIT, PERMIS, nomenclature
from convmed.dispositifs.contrat import repondre
from convmed.dispositifs.socle import Demande, tous
from convmed.donnees.entites import REGISTRE
from convmed.moteur.valeurs import Instance
from convmed.textes import baremes, trouver_texte

NOM = "soins-non-programmes"
SIGNE, APPLIQUE, ARBITRAL, PROPOSE = (
    "convention-2024",
    "en-vigueur",
    "reglement-arbitral-2023",
    "proposition-2024-02-08",
)
JOUR, VEILLE_VAGUE_1, VAGUE_1 = dt.date(2026, 1, 15), dt.date(2024, 12, 21), dt.date(2024, 12, 22)
VEILLE_VAGUE_3, VAGUE_3 = dt.date(2025, 12, 31), dt.date(2026, 1, 1)
LIBERAL = {"specialite": "01", "secteur": "1"}
SAS = {
    "codes": ["G"], "date_heure": "2026-01-15T15:00:00+01:00", "date_heure_appel": "2026-01-15T10:00:00+01:00",
    "medecin": LIBERAL, "lieu": "cabinet", "tarif_opposable": True, "regulation": "sas", "patientele_mt": False,
}  # fmt: skip


def valeur(regle: str, date: dt.date = JOUR, texte: str = APPLIQUE, **donnees: Any) -> Any:
    """Return what a rule says of an encounter; a rule that does not hold yet raises."""
    tous()
    contexte = Demande(trouver_texte(texte), date.year).contexte(date)
    return Instance(contexte, "seance", donnees).valeur(regle)


def resultats(texte: str = APPLIQUE, **entree: Any) -> dict[str, Any]:
    lus: dict[str, Any] = repondre(NOM, {"texte": texte, "entree": SAS | entree})["resultats"]
    return lus


def codes(texte: str = APPLIQUE, **entree: Any) -> list[str]:
    return [majoration["code"] for majoration in resultats(texte, **entree)["majorations"]]


def refus(code: str, **entree: Any) -> dict[str, Any]:
    return next(r for r in resultats(**entree)["refus"] if r["code"] == code)


def reponse_a(code: str, date: dt.date, **donnees: Any) -> str:
    """Return what the texts answer to one code: permis, interdit, or inconnu."""
    contexte = Demande(trouver_texte(APPLIQUE), date.year).contexte(date)
    return juger(nomenclature().codes[code], Instance(contexte, "seance", donnees), nomenclature()).reponse


def chiffre(figure: str, date: dt.date, texte: str = APPLIQUE) -> Any:
    lue = trouver_texte(texte).valeur(baremes()[NOM][figure], date)
    return None if lue is None else lue.calcul


# --- the slots


def seconde_lecture(
    minutes: int, jour: int, ferie: bool, veille: bool, lendemain: bool, samedi: bool, ponts: bool
) -> str:
    """Read article R. 6315-1 and article 14 of the NGAP, hour by hour."""
    heure = minutes // 60
    if heure in range(0, 6):
        return "nuit-profonde"
    if heure in {6, 7, 20, 21, 22, 23}:
        return "nuit"
    if jour == 7 or ferie:
        return "dimanche-ferie"
    if samedi and jour == 6 and heure >= 14:
        return "samedi"
    return "pont" if ponts and ((jour == 1 and veille) or (jour in {5, 6} and lendemain)) else "aucun"


@pytest.mark.normes("C6-05", "C6-06", "C6-07", "C6-08", "C6-09", "C6-10")
@given(
    minutes=st.integers(0, 1439) | st.sampled_from([359, 360, 479, 480, 839, 840, 1199, 1200]),
    jour=st.integers(1, 7),
    drapeaux=st.tuples(*[st.booleans()] * 5),
)
def test_le_creneau_dit_comme_la_seconde_lecture(minutes: int, jour: int, drapeaux: tuple[bool, ...]) -> None:
    ferie, veille, lendemain, samedi, ponts = drapeaux
    creneau = valeur(
        "creneau_pdsa", heure=minutes, jour_semaine=jour, jour_ferie=ferie, veille_de_ferie=veille,
        lendemain_de_ferie=lendemain, samedi_ouvert=samedi, ponts_ouverts=ponts,
    )  # fmt: skip
    assert creneau == seconde_lecture(minutes, jour, *drapeaux)


@pytest.mark.normes("C6-06", "C6-07")
@pytest.mark.parametrize(
    ("minutes", "creneau"),
    [(0, "nuit-profonde"), (359, "nuit-profonde"), (360, "nuit"), (479, "nuit"), (480, "dimanche-ferie"),
     (1199, "dimanche-ferie"), (1200, "nuit"), (1439, "nuit")],
)  # fmt: skip
def test_les_bornes_d_un_dimanche(minutes: int, creneau: str) -> None:
    """Hold: the nights are those of every day, the bound of the beginning is inside, that of the end outside."""
    assert valeur("creneau_pdsa", heure=minutes, jour_semaine=7, jour_ferie=False) == creneau


@pytest.mark.normes("C6-04", "C6-05")
def test_la_nuit_ne_demande_que_l_heure() -> None:
    assert valeur("horaires_pdsa", heure=1200) is True
    assert valeur("horaires_pdsa", heure=1199) is None, "sans le jour, on ne sait pas"
    assert valeur("horaires_pdsa", heure=1199, jour_semaine=4, jour_ferie=False) is False
    samedi = {"jour_semaine": 6, "jour_ferie": False, "lendemain_de_ferie": False}
    assert valeur("horaires_pdsa", heure=840, **samedi) is None, "le cahier des charges régional n'est pas connu"
    assert valeur("horaires_pdsa", heure=839, **samedi) is False


@pytest.mark.normes("C6-04")
def test_la_regulation_de_garde_ne_paie_qu_aux_horaires_de_garde() -> None:
    garde = {"regulation": "pdsa", "date_heure_appel": None}
    paires = [("G", "cabinet", "C"), ("VG", "domicile", "V")]
    for code, lieu, lettre in paires:
        for heure, suffixe in (("19:59", ""), ("20:00", "RN")):
            attendu = [lettre + suffixe] if suffixe else []
            assert codes(codes=[code], lieu=lieu, date_heure=f"2026-01-15T{heure}:00+01:00", **garde) == attendu


@pytest.mark.normes("C6-01", "C6-03")
def test_chaque_code_dit_son_article() -> None:
    """Hold: the chapter of the convention is art. 49 to 52; what it leaves to the NGAP or the CCAM names its article."""
    siens = [code for code in nomenclature().codes.values() if code.dispositif == NOM]
    assert len(siens) == 21
    for code in siens:
        assert all("art. 49 à 52" in r or "NGAP" in r for r in (*code.conditions.values(), *code.reserves.values())), (
            code
        )
    articles = {figure.article for figure in baremes()[NOM].values()}
    assert all(any(mot in article for mot in ("art. 49 à 52", "NGAP", "CCAM", "R. 6315-1")) for article in articles)


# --- regulated or not


@pytest.mark.normes("C6-03", "C6A1-06", "C6A1-10")
@pytest.mark.parametrize(
    ("regulation", "patientele", "attendus"),
    [("sas", False, ["SNP", "SHE"]), ("sas", True, ["MRT", "SHE"]), ("centre-15", False, []), ("centre-15", True, ["MRT", "SHE"]),
     ("pdsa", False, ["CRN"]), ("pdsa", True, ["CRN"]), (None, False, ["MHP"]), (None, True, ["MHP"])],
)  # fmt: skip
def test_a_20_heures_la_regulation_choisit_la_majoration(
    regulation: str | None, patientele: bool, attendus: list[str]
) -> None:
    assert codes(regulation=regulation, patientele_mt=patientele, date_heure="2026-01-15T20:00:00+01:00") == attendus


@pytest.mark.normes("C6A1-05", "C6A1-06", "C6A1-10", "C6A1-13")
@pytest.mark.parametrize("patientele", [True, False])
def test_la_she_a_deux_usages_et_une_date(patientele: bool) -> None:
    base = ["MRT" if patientele else "SNP"]
    for texte in (SIGNE, APPLIQUE):
        for jour, attendus in (("2024-12-20", base), ("2024-12-23", [*base, "SHE"])):
            entree = {"date_heure": f"{jour}T19:30:00+01:00", "date_heure_appel": f"{jour}T10:00:00+01:00"}
            assert codes(texte, patientele_mt=patientele, **entree) == attendus
    assert (chiffre("SHE", VEILLE_VAGUE_1), chiffre("SHE", VAGUE_1)) == (None, 500)


@pytest.mark.normes("C6A1-06", "C6A1-10")
def test_qui_peut_demander_la_she() -> None:
    demandeurs = {
        patientele: [
            r
            for r in ("sas", "centre-15", "pdsa", "aucune")
            if valeur("she_demandee", patientele_mt=patientele, regulation=r)
        ]
        for patientele in (False, True)
    }
    assert demandeurs == {False: ["sas"], True: ["sas", "centre-15"]}


@pytest.mark.normes("C6A1-09")
@pytest.mark.parametrize("specialite", ["17", "33", "75"])
def test_le_psychiatre_facture_la_mcy(specialite: str) -> None:
    qui = {"medecin_specialite": specialite}
    assert valeur("soins_hors_psychiatrie", **qui) is False
    assert valeur("soins_psychiatre", **qui) is True
    for code in ("SNP", "SHE", "MCU"):
        assert "soins_hors_psychiatrie" in {
            **nomenclature().codes[code].conditions,
            **nomenclature().codes[code].reserves,
        }
    assert "soins_psychiatre" in nomenclature().codes["MCY"].conditions
    medecin = {"specialite": specialite, "secteur": "1"}
    assert codes(codes=["MCY"], medecin=medecin, date_heure="2026-01-15T19:30:00+01:00") == []
    motif = refus("SNP", codes=["MCY"], medecin=medecin)
    assert "MCY" in " ".join((motif["motif"], *motif["references"]))


def test_une_specialite_inconnue_est_une_reserve() -> None:
    lus = resultats(medecin={"secteur": "1"})
    assert [majoration["code"] for majoration in lus["majorations"]] == ["SNP"]
    assert any("psychiatre" in reserve for reserve in lus["reserves"])


def test_la_mcy_suit_un_adressage_et_un_delai() -> None:
    for adressage, regulation, ouverte in (
        ("medecin-traitant", "aucune", True), ("centre-15", "aucune", True), ("aucun", "sas", True), ("medecin", "aucune", False),
    ):  # fmt: skip
        assert valeur("mcy_adressage", adressage=adressage, regulation=regulation) is ouverte
    assert [valeur("mcy_dans_le_delai", minutes_depuis_adressage=m) for m in (2880, 2881)] == [True, False]
    assert valeur("mcy_dans_le_delai", minutes_depuis_adressage=2881, jours_ouvres_depuis_adressage=2) is False


def test_un_scenario_peut_appliquer_les_quatre_jours_ouvres_de_la_mcy(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(f"base: {APPLIQUE}\nfigures:\n  {NOM}:\n    MCY_delai_jours: 4\n", "utf-8")
    for jours, ouverte in ((4, True), (5, False)):
        delai = {"minutes_depuis_adressage": jours * 1440, "jours_ouvres_depuis_adressage": jours}
        assert valeur("mcy_dans_le_delai", texte=str(scenario), **delai) is ouverte


@pytest.mark.normes("C6A1-04")
def test_vingt_cinq_snp_dans_la_semaine_en_paient_vingt() -> None:
    """Reproduce: 25 SNP asked, 20 paid, 300 EUR."""
    assert sum(resultats(snp_deja_facturees_semaine=rang)["montant"] for rang in range(25)) == 300
    [limite] = nomenclature().codes["SNP"].limites
    assert (limite.figure, limite.par, limite.periode) == ("SNP_max", ("medecin",), "semaine")
    assert refus("SNP", snp_deja_facturees_semaine=20)["references"]


@pytest.mark.normes("C6A1-01")
def test_le_regulateur_est_paye_a_l_heure() -> None:
    for texte in (SIGNE, APPLIQUE, ARBITRAL):
        assert [valeur("regulation_montant", texte=texte, heures_regulation=h) for h in (0, 1, 3)] == [
            0,
            10_000,
            30_000,
        ]


# --- MVR, MRT, MCU


@pytest.mark.normes("C6A1-16")
def test_la_mvr_a_vingt_quatre_heures_depuis_l_appel() -> None:
    assert [valeur("mvr_dans_les_24_heures", minutes_depuis_appel=m) for m in (0, 1440, 1441)] == [True, True, False]
    assert valeur("mvr_dans_les_24_heures") is None, "l'heure de l'appel se saisit"


@pytest.mark.normes("C6A1-14", "C6A1-15", "C6A1-17")
@pytest.mark.parametrize(
    ("champs", "due"),
    [({}, True), ({"lieu": "cabinet", "codes": ["G"]}, False), ({"tarif_opposable": False, "medecin": {"specialite": "01", "secteur": "2"}}, False),
     ({"date_heure": "2025-12-31T15:00:00+01:00", "date_heure_appel": "2025-12-31T10:00:00+01:00"}, False)],
)  # fmt: skip
def test_la_mvr_au_domicile_a_tarif_opposable_depuis_2026(champs: dict[str, Any], due: bool) -> None:
    assert ("MVR" in codes(**{"codes": ["VG"], "lieu": "domicile"} | champs)) is due


@pytest.mark.normes("C6A1-10", "C6A1-11")
@pytest.mark.parametrize(
    ("minutes", "avant", "depuis"),
    [(480, True, True), (1199, True, True), (1200, False, True), (1259, False, True), (1260, False, False)],
)
def test_la_mrt_va_jusqu_a_21_heures_depuis_la_she(minutes: int, avant: bool, depuis: bool) -> None:
    mardi = {"heure": minutes, "jour_semaine": 2, "jour_ferie": False}
    assert valeur("mrt_aux_horaires_habituels", VEILLE_VAGUE_1, **mardi) is avant
    assert valeur("mrt_aux_horaires_habituels", VAGUE_1, **mardi) is depuis


@pytest.mark.normes("C6A2-01", "C6A2-02", "P3-27")
def test_le_delai_de_la_mcu_selon_le_texte_et_la_date() -> None:
    def dans(date: dt.date, texte: str, **delai: int) -> Any:
        return valeur("mcu_dans_le_delai", date, texte, **delai)

    for texte in (SIGNE, APPLIQUE):
        assert [dans(VEILLE_VAGUE_3, texte, minutes_depuis_adressage=m) for m in (2880, 2881)] == [True, False]
        assert [dans(VAGUE_3, texte, jours_ouvres_depuis_adressage=j) for j in (4, 5)] == [True, False]
        assert dans(VAGUE_3, texte, minutes_depuis_adressage=1) is None, "les heures ne comptent plus"
    assert [dans(VAGUE_3, PROPOSE, minutes_depuis_adressage=m) for m in (5760, 5761)] == [True, False]
    assert [dans(VAGUE_3, ARBITRAL, minutes_depuis_adressage=m) for m in (2880, 2881)] == [True, False]
    assert dans(dt.date(2024, 2, 7), PROPOSE, minutes_depuis_adressage=2881) is False


@pytest.mark.normes("C6A2-03", "C6A2-04")
def test_la_mcu_va_au_specialiste_que_trois_adresseurs_ouvrent() -> None:
    for adressage, ouverte in (
        ("medecin-traitant", True), ("urgentiste", True), ("centre-15", True), ("medecin", False), ("infirmier-ipa", False), ("aucun", False),
    ):  # fmt: skip
        assert valeur("mcu_adressage", adressage=adressage, regulation="aucune") is ouverte
    assert valeur("mcu_adressage", adressage="aucun", regulation="centre-15") is True
    assert [valeur("soins_specialiste", medecin_specialite=s) for s in ("01", "22", "23", "14")] == [
        False,
        False,
        False,
        True,
    ]


# --- the garde


@pytest.mark.normes("C6B1-01", "C6B1-02")
@pytest.mark.parametrize(("code", "centimes"), [("CRN", 4250), ("CRM", 5150), ("CRD", 2650), ("CRS", 2650)])
def test_les_consultations_de_garde_ne_changent_pas(code: str, centimes: int) -> None:
    for texte in (SIGNE, APPLIQUE, ARBITRAL, PROPOSE):
        for date in (VEILLE_VAGUE_1, VAGUE_1, VEILLE_VAGUE_3, VAGUE_3):
            assert chiffre(code, date, texte) == centimes
    assert "NGAP" in baremes()[NOM][code].article


@pytest.mark.normes("C6B1-03", "C6B1-05")
@pytest.mark.parametrize("code", ["VRN", "VRM", "VRD", "VRS"])
def test_la_hausse_des_visites_est_la_meme_partout(code: str) -> None:
    for texte in (SIGNE, APPLIQUE):
        hausse = chiffre(f"{code}_opposable", VAGUE_3, texte) - chiffre(code, VAGUE_3, texte)
        assert hausse == chiffre("supplement_visite_pdsa", VAGUE_3, texte) == 650
        assert chiffre(f"{code}_opposable", VEILLE_VAGUE_3, texte) is None
    assert chiffre(f"{code}_opposable", VAGUE_3, PROPOSE) is None


@pytest.mark.normes("C6B1-03", "C6B1-04", "C6B1-05")
def test_la_hausse_vaut_pour_les_visites_regulees_ou_non() -> None:
    """Hold: a regulated visit has the rise in its majoration, another one has it beside, never both."""
    soir = {"heure": 1260, "lieu": "domicile", "tarif_opposable": True}
    for regulation, a_cote in (("aucune", 650), ("sas", 650), ("pdsa", 0)):
        assert valeur("visite_pdsa_revalorisee", VAGUE_3, regulation=regulation, **soir) is True
        assert valeur("supplement_visite_pdsa_du", VAGUE_3, regulation=regulation, **soir) == a_cote
        assert valeur("supplement_visite_pdsa_du", VEILLE_VAGUE_3, regulation=regulation, **soir) == 0
    for champ, autre in (("lieu", "cabinet"), ("tarif_opposable", False)):
        assert valeur("supplement_visite_pdsa_du", VAGUE_3, regulation="aucune", **(soir | {champ: autre})) == 0
    midi = soir | {"heure": 1199, "jour_semaine": 4, "jour_ferie": False, "regulation": "aucune"}
    assert valeur("supplement_visite_pdsa_du", VAGUE_3, **midi) == 0
    pont = midi | {"jour_semaine": 1, "veille_de_ferie": True, "ponts_ouverts": True, "regulation": "pdsa"}
    assert valeur("supplement_visite_pdsa_du", VAGUE_3, **pont) == 650, "aucune majoration régulée ne porte la hausse"
    visite = {"codes": ["VG"], "lieu": "domicile", "date_heure": "2026-01-15T21:00:00+01:00", "date_heure_appel": None}
    libre, regulee = resultats(regulation=None, **visite), resultats(regulation="pdsa", **visite)
    assert (libre["montant"], libre["supplement_visite_pdsa"]["montant"]) == (5, 6.5)
    assert (regulee["montant"], "supplement_visite_pdsa" in regulee) == (52.5, False)


@pytest.mark.normes("C6B2-11")
@pytest.mark.parametrize("jour", ["2026-01-15T21:00", "2026-01-16T03:00", "2026-01-18T10:00", "2026-01-17T15:00"])
@pytest.mark.parametrize(("code", "lieu"), [("G", "cabinet"), ("VG", "domicile")])
def test_la_mhp_et_la_garde_s_excluent(jour: str, code: str, lieu: str) -> None:
    entree = {"codes": [code], "lieu": lieu, "date_heure": f"{jour}:00+01:00", "date_heure_appel": None}
    assert codes(regulation=None, **entree) == ["MHP"]
    [majoration] = codes(regulation="pdsa", **entree)
    assert majoration in nomenclature().codes and "pdsa" in nomenclature().codes[majoration].groupes
    assert refus("MHP", regulation="pdsa", **entree)["references"]


@pytest.mark.normes("C6B2-08", "C6B2-09", "C6B2-12")
def test_les_conditions_de_la_mhp() -> None:
    soir = {"regulation": None, "date_heure": "2026-01-15T21:00:00+01:00", "date_heure_appel": None}
    for code, lieu in (("G", "cabinet"), ("TCG", "teleconsultation"), ("VG", "domicile")):
        assert codes(codes=[code], lieu=lieu, **soir) == ["MHP"]
    assert codes(medecin_de_garde=False, **soir) == ["MHP"]
    for champs in (
        {"medecin_de_garde": True},
        {"regulation": "centre-15"},
        {"tarif_opposable": False, "medecin": {"specialite": "01", "secteur": "2"}},
    ):
        assert "MHP" not in codes(**(soir | champs))


# --- the urgency


@pytest.mark.normes("C6B2-02", "C6B2-03")
def test_l_urgence_a_deux_criteres_depuis_la_convention() -> None:
    for vitale, mobilisation, avant, depuis in (
        (True, None, True, True), (True, True, True, True), (True, False, True, False), (False, True, False, False), (None, None, None, None),
    ):  # fmt: skip
        donnees = {
            k: v for k, v in (("urgence_vitale", vitale), ("mobilisation_rapide", mobilisation)) if v is not None
        }
        assert valeur("urgence_ccam", VEILLE_VAGUE_1, **donnees) is avant
        assert valeur("urgence_ccam", VAGUE_1, **donnees) is depuis


@pytest.mark.normes("C6B2-04", "C6B2-05", "C6B2-06", "C6B2-07")
@pytest.mark.parametrize(
    ("code", "jour"),
    [("MN", "2026-01-15T21:00"), ("MN", "2026-01-16T07:59"), ("MM", "2026-01-16T05:59"), ("F", "2026-01-18T08:00")],
)
def test_mn_mm_et_f_pour_les_seules_urgences_en_presence(code: str, jour: str) -> None:
    urgence = {"regulation": None, "date_heure": f"{jour}:00+01:00", "date_heure_appel": None, "urgence_vitale": True}
    assert codes(**urgence) == [code]
    assert codes(**(urgence | {"codes": ["VG"], "lieu": "domicile"})) == [code]
    assert codes(**(urgence | {"urgence_vitale": False})) == ["MHP"]
    assert codes(**(urgence | {"regulation": "centre-15"})) == [], "hors régulation seulement"
    a_distance = urgence | {"codes": ["TCG"], "lieu": "teleconsultation"}
    assert codes(**a_distance) == []
    assert "présence" in refus(code, **a_distance)["motif"]
    assert nomenclature().codes[code].conditions["urgence_en_presence"] == "NGAP, art. 14 et 14.2 ; art. 49 à 52"


@pytest.mark.normes("C6B2-13", "C6B2-14", "C6B2-16")
@pytest.mark.parametrize(
    "detresse", ["respiratoire", "cardiaque", "allergique", "agitation-aigue", "mal-comitial", "traumatique"]
)
def test_l_acte_yyyy010(detresse: str) -> None:
    assert valeur("yyyy010_situation", detresse=detresse) is True
    assert valeur("yyyy010_suite", suite_hospitaliere=True) is True
    assert valeur("yyyy010_suite", suite_hospitaliere=False) is False, (
        "sans validation écrite, l'organisation n'est pas validée"
    )
    assert valeur("yyyy010_suite", suite_hospitaliere=False, organisation_validee_cpl=True) is True
    assert valeur("yyyy010_suite") is None
    urgence = {"urgence_vitale": True, "detresse": detresse, "suite_hospitaliere": True}
    assert reponse_a("YYYY010", VAGUE_1, **urgence) == PERMIS
    for autre in ({"detresse": "angine"}, {"suite_hospitaliere": False}, {"urgence_vitale": False}):
        assert reponse_a("YYYY010", VAGUE_1, **(urgence | autre)) == INTERDIT
        assert reponse_a("YYYY010", VEILLE_VAGUE_1, **(urgence | autre)) == PERMIS, "pas encore de condition"


@pytest.mark.normes("C6B2-13")
def test_les_situations_de_l_acte_yyyy010_sont_six() -> None:
    assert len(chiffre("YYYY010_situations", VAGUE_1)) == 6
    assert chiffre("YYYY010_situations", VEILLE_VAGUE_1) is None
    assert valeur("yyyy010_situation", detresse="angine") is False


def test_la_majoration_mut_est_du_medecin_traitant_qui_adresse_en_urgence() -> None:
    adresse = {"regulation": None, "date_heure_appel": None, "patientele_mt": True, "motif": "adressage-urgent"}
    assert (codes(**adresse), resultats(**adresse)["montant"]) == (["MUT"], 5)
    for champs in (
        {"patientele_mt": False},
        {"motif": "suivi"},
        {"tarif_opposable": False, "medecin": {"specialite": "01", "secteur": "2"}},
    ):
        assert codes(**(adresse | champs)) == []


def test_la_majoration_mu_est_du_generaliste_qui_part_aussitot() -> None:
    depart = {
        "codes": ["VG"],
        "lieu": "domicile",
        "regulation": None,
        "date_heure_appel": None,
        "motif": "depart-immediat",
    }
    assert (codes(**depart), resultats(**depart)["montant"]) == (["MU"], 22.6), "exemple publié : VG + MU = 52,60"
    assert codes(**(depart | {"motif": "suivi"})) == []
    assert codes(**(depart | {"date_heure": "2026-01-15T21:00:00+01:00"})) == ["MHP"]
    pediatre = depart | {"codes": ["VG"], "medecin": {"specialite": "12", "secteur": "1"}}
    assert "MU" not in codes(**pediatre)


def test_chaque_condition_est_une_regle_booleenne_de_la_seance() -> None:
    for code in nomenclature().codes.values():
        if code.dispositif == NOM:
            for nom in (*code.conditions, *code.reserves, *(si for tarif in code.tarifs for si in tarif.si)):
                versions = REGISTRE.regles[nom]
                assert {(v.entite, v.unite) for v in versions} == {("seance", "booléen")}, (code.code, nom)
