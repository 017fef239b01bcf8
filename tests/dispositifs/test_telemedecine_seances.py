"""Each condition of a téléconsultation alone, its dates, and who may bill which code at which price."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import pytest

from convmed.cotation.jugement import CONNU, NON_PUBLIE, Jugement, juger
from convmed.cotation.nomenclature import INTERDIT, PERMIS, Nomenclature
from convmed.cotation.tables import lire_codes
from convmed.dispositifs import tous
from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.donnees.entites import REGISTRE
from convmed.moteur.registre import Contexte
from convmed.moteur.valeurs import Instance
from convmed.textes import EN_VIGUEUR, Faute, baremes, trouver_texte
from convmed.textes.bareme import dossiers_des_dispositifs

NOM = "telemedecine"
SIGNE, APPLIQUE, ANCIEN, PROPOSE = "convention-2024", "en-vigueur", "convention-2016", "proposition-2024-02-08"
TOUS_LES_TEXTES = [SIGNE, APPLIQUE, ANCIEN, PROPOSE]


def resultats(entree: dict[str, Any], texte: str = APPLIQUE, **moment: Any) -> dict[str, Any]:
    lus: dict[str, Any] = repondre(NOM, {"texte": texte, "entree": entree, **moment})["resultats"]
    return lus


def erreurs(entree: Any, **moment: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"texte": SIGNE, "entree": entree, **(moment or {"annee": 2026})})
    return {erreur["champ"] for erreur in refus.value.erreurs}


# --- conditions of a téléconsultation

REFUSEE = {
    "calcul": "conditions", "date_acte": "2026-03-02", "specialite": "03", "patient_naissance": "1980-05-01",
    "patientele_mt": False, "patient_sans_mt": False, "mt_indisponible": False, "adressage": "aucun", "regulation": "aucune",
    "urgence": False, "detenu": False, "ehpad": False, "alternance": True, "proximite": True, "video": True,
}  # fmt: skip
ADMISE = REFUSEE | {"adressage": "medecin-traitant"}
DISPENSES: list[dict[str, Any]] = [
    {"patientele_mt": True}, {"patient_sans_mt": True}, {"mt_indisponible": True}, {"adressage": "medecin-traitant"},
    {"regulation": "sas"}, {"urgence": True}, {"detenu": True}, {"ehpad": True}, {"patient_naissance": "2010-03-03"},
    *({"specialite": code} for code in ("07", "12", "15", "17", "18", "33", "44", "45", "69", "70", "75", "77", "79")),
    {"parcours": "coordonne"}, {"parcours": "acces-direct"}, {"parcours": "exception"},
]  # fmt: skip


def prise_en_charge(entree: dict[str, Any], texte: str = APPLIQUE, **champs: Any) -> Any:
    return resultats(entree | champs, texte)["prise_en_charge"]


@pytest.mark.normes("C11A-08")
@pytest.mark.parametrize("dispense", DISPENSES, ids=str)
@pytest.mark.parametrize("date", ["2024-06-21", "2024-06-22", "2026-03-02"])
def test_chaque_voie_du_parcours_suffit_seule_avant_comme_apres_la_convention(
    dispense: dict[str, Any], date: str
) -> None:
    for texte in (SIGNE, APPLIQUE):
        assert prise_en_charge(REFUSEE, texte, date_acte=date) is False
        assert prise_en_charge(REFUSEE | dispense, texte, date_acte=date) is True


@pytest.mark.normes("C11A-08")
@pytest.mark.parametrize(
    "echec",
    [{"patient_naissance": "2010-03-02"}, {"specialite": "32"}, {"adressage": "medecin"}, {"regulation": "centre-15"}],
    ids=str,
)
def test_ce_qui_n_est_pas_une_exception(echec: dict[str, Any]) -> None:
    assert prise_en_charge(REFUSEE | echec) is False


@pytest.mark.normes("C11A-08", "C11C-01")
@pytest.mark.parametrize(
    ("manque", "condition"),
    [
        ({"adressage": "aucun"}, "parcours_respecte"),
        ({"parcours": "hors-parcours"}, "parcours_respecte"),
        ({"alternance": False}, "alternance_respectee"),
        ({"proximite": False, "zone_patient": "hors-zone"}, "proximite_respectee"),
        ({"video": False}, "video_respectee"),
    ],
)
def test_chaque_condition_refuse_seule(manque: dict[str, Any], condition: str) -> None:
    assert prise_en_charge(ADMISE) is True
    assert resultats(ADMISE)["consequences"] == []
    lus = resultats(ADMISE | manque)
    assert (lus["prise_en_charge"], len(lus["motifs"])) == (False, 1)
    assert [nom for nom, valeur in lus["conditions"].items() if valeur is False] == [condition]
    assert [suite["suite"] for suite in lus["consequences"]] == ["sanction"]


@pytest.mark.normes("C11A-08")
def test_la_proximite_et_ses_exceptions() -> None:
    loin = ADMISE | {"proximite": False, "zone_patient": "zip", "sans_organisation": True}
    assert prise_en_charge(loin) is True
    assert prise_en_charge(loin, sans_organisation=False) is False
    assert prise_en_charge(loin, sans_organisation=False, patient_sans_mt=True) is False
    assert prise_en_charge(loin, sans_organisation=False, patient_sans_mt=True, specialite="01") is True
    assert [prise_en_charge(loin, zone_patient="zac", date_acte=j) for j in ("2024-06-21", "2024-06-22")] == [
        True,
        False,
    ]
    assert prise_en_charge(loin, zone_patient="hors-zone") is False
    for dispense in ({"patientele_mt": True}, {"regulation": "sas"}):
        assert prise_en_charge(loin | dispense, zone_patient="hors-zone") is True


@pytest.mark.normes("C11A-08")
def test_les_conditions_a_leurs_dates() -> None:
    def aux(champs: dict[str, Any], *jours: str) -> list[Any]:
        return [prise_en_charge(ADMISE | {"presentiel_12_mois": True} | champs, date_acte=jour) for jour in jours]

    assert aux({}, "2018-09-14", "2018-09-15") == [False, True]
    assert aux({"alternance": False}, "2021-09-25", "2021-09-26") == [True, False]
    assert aux({"presentiel_12_mois": False}, "2022-03-31", "2022-04-01") == [False, True]
    assert aux({"video": False}, "2023-12-27", "2023-12-28") == [True, False]
    assert aux({"alternance": False, "regulation": "sas"}, "2026-03-02") == [True]


def test_ce_que_l_on_ne_sait_pas_reste_a_verifier() -> None:
    lus = resultats({"calcul": "conditions", "date_acte": "2026-03-02"})
    assert lus["prise_en_charge"] is None
    assert lus["motifs"] == lus["consequences"] == []
    assert len(lus["reserves"]) == 4
    assert "patient_naissance" in lus["reserves"][0]
    assert "specialite" in lus["reserves"][0]
    # One condition that fails settles it, whatever else is unknown.
    assert resultats({"calcul": "conditions", "date_acte": "2026-03-02", "video": False})["prise_en_charge"] is False
    assert erreurs({"calcul": "conditions"}) == {"entree.date_acte"}
    assert resultats({"calcul": "conditions", "video": False}, date="2026-03-02")["prise_en_charge"] is False


@pytest.mark.normes("P4-43")
@pytest.mark.parametrize("texte", TOUS_LES_TEXTES)
def test_l_arret_de_travail_en_teleconsultation(texte: str) -> None:
    def conforme(**champs: Any) -> Any:
        return resultats(ADMISE | champs, texte)["arret"]["conforme"]

    assert [conforme(jours_arret=jours) for jours in (1, 3, 4)] == [True, True, False]
    assert conforme(jours_arret=30, patientele_mt=True) is True
    assert conforme(jours_arret=4, patientele_mt=None) is None
    assert "arret" not in resultats(ADMISE, texte)


# --- the codes, read and judged by the machine of the cotation


@cache
def table() -> Nomenclature:
    fautes: list[Faute] = []
    fichier = dossiers_des_dispositifs()[NOM] / "codes.yaml"
    codes = {code.code: code for code in lire_codes(fichier.read_text("utf-8"), fichier.name, NOM, fautes)}
    assert not fautes
    return Nomenclature(codes, [])


def juger_tous(texte: str = EN_VIGUEUR, date: dt.date = dt.date(2026, 3, 2), **donnees: Any) -> dict[str, Jugement]:
    tous()  # loads the rules
    contexte = Contexte(REGISTRE, baremes(), trouver_texte(texte), date, date.year)
    metropole = {"date_acte": date, "territoire": "metropole", "medecin_secteur": "1", "tarif_opposable": True}
    instance = Instance(contexte, "seance", metropole | donnees)
    return {nom: juger(code, instance, table()) for nom, code in table().codes.items()}


def permis(**donnees: Any) -> set[str]:
    return {nom for nom, jugement in juger_tous(**donnees).items() if jugement.reponse == PERMIS}


def prix(nom: str, texte: str = EN_VIGUEUR, date: dt.date = dt.date(2026, 3, 2), **donnees: Any) -> int | str | None:
    """Return the price of a code in cents, or why there is none."""
    lu = juger_tous(texte, date, **donnees)[nom].prix
    return lu.montant if lu.etat == CONNU else lu.etat


def test_les_codes_ne_nomment_que_ce_qui_existe() -> None:
    figures = baremes()[NOM]
    juger_tous()
    for code in table().codes.values():
        regles = [*code.conditions, *code.reserves, *(regle for tarif in code.tarifs for regle in tarif.si)]
        assert code.conditions
        assert all([*code.conditions.values(), *code.reserves.values()])
        for regle in regles:
            assert {version.entite for version in REGISTRE.regles[regle]} == {"seance"}
        nommees = {t.figure for t in code.tarifs} | {limite.figure for limite in code.limites}
        assert nommees | {code.code, code.prise_en_charge or code.code} <= figures.keys()


SANS_OPTION = {"medecin_secteur": "2", "medecin_option": "aucune", "tarif_opposable": False}


@pytest.mark.parametrize(
    ("medecin", "code"),
    [
        ({"medecin_specialite": "01"}, "TCG"),
        (
            {"medecin_specialite": "22", "medecin_secteur": "2", "medecin_option": "optam", "tarif_opposable": False},
            "TCG",
        ),
        ({"medecin_specialite": "01", **SANS_OPTION, "tarif_opposable": True}, "TCG"),
        ({"medecin_specialite": "01", **SANS_OPTION}, "TC"),
        ({"medecin_specialite": "08"}, "TCS"),
        ({"medecin_specialite": "08", **SANS_OPTION}, "TCS"),
    ],
)
def test_qui_facture_quelle_teleconsultation(medecin: dict[str, Any], code: str) -> None:
    autre = {"motif": "autre"}
    assert permis(lieu="teleconsultation", **medecin, **autre) == {code}
    for lieu in ("cabinet", "domicile", "etablissement"):
        assert permis(lieu=lieu, **medecin, **autre) == set()


@pytest.mark.normes("C11A-08")
@pytest.mark.parametrize("code", ["TCG", "TC", "TCS"])
def test_une_condition_de_prise_en_charge_manquee_refuse_le_code(code: str) -> None:
    medecin = {"TCG": {"medecin_specialite": "01"}, "TC": {"medecin_specialite": "01", **SANS_OPTION},
               "TCS": {"medecin_specialite": "08"}}[code]  # fmt: skip
    entree: dict[str, Any] = {
        "lieu": "teleconsultation",
        "adressage": "medecin-traitant",
        "regulation": "aucune",
        "patientele_mt": False,
        **medecin,
    }
    remplies = {"tlm_alternance": True, "tlm_proximite": True, "tlm_video": True}
    juste = juger_tous(**entree, **remplies)[code]
    assert (juste.reponse, juste.reserves) == (PERMIS, [])
    inconnues = juger_tous(**entree)[code]
    assert (inconnues.reponse, len(inconnues.reserves)) == (PERMIS, 3)
    for manquee in remplies:
        hors_zone = {"tlm_zone_patient": "hors-zone"}
        assert juger_tous(**entree, **remplies | hors_zone | {manquee: False})[code].reponse == INTERDIT
    assert juger_tous(**entree | {"parcours": "hors-parcours"}, **remplies)[code].reponse == INTERDIT


@pytest.mark.normes("C11B-02", "C11B-03")
def test_les_codes_de_la_teleexpertise() -> None:
    for motif, code in (("teleexpertise-requis", "TE2"), ("teleexpertise-requerant", "RQD")):
        assert permis(motif=motif, lieu="cabinet", medecin_specialite="03") == {code}
        assert juger_tous(motif=motif, tarif_opposable=False)[code].reponse == INTERDIT
        pris_en_charge = table().codes[code].prise_en_charge
        assert pris_en_charge
        assert baremes()[NOM][pris_en_charge].valeurs[0].brute == 100
    assert [prix("TE2", territoire=t) for t in ("metropole", "mayotte")] == [23_00, 27_60]
    assert [prix("RQD", territoire=t) for t in ("metropole", "mayotte")] == [10_00, NON_PUBLIE]
    assert [prix("TE2", SIGNE, territoire=t) for t in ("metropole", "mayotte")] == [23_00, NON_PUBLIE]
    assert [prix("TE2", date=jour) for jour in (dt.date(2025, 12, 31), dt.date(2026, 1, 1))] == [20_00, 23_00]
    [limite] = table().codes["TE2"].limites
    assert (limite.figure, limite.par, limite.periode) == ("TE2_max", ("medecin", "patient"), "annee")


@pytest.mark.parametrize("specialite", ["01", "12", "24", "33", "99"])
def test_aucun_medecin_ne_facture_les_codes_de_l_infirmier(specialite: str) -> None:
    jugements = juger_tous(medecin_specialite=specialite, lieu="domicile")
    for code, montant in (("TLS", 10_00), ("TLL", 12_00), ("TLD", 15_00)):
        assert (jugements[code].reponse, jugements[code].prix.montant) == (INTERDIT, montant)
    assert not {"TLS", "TLL", "TLD"} & permis(lieu="domicile")


JOURS = (dt.date(2024, 12, 21), dt.date(2024, 12, 22), dt.date(2025, 12, 31), dt.date(2026, 1, 1))


@pytest.mark.parametrize(
    ("donnees", "attendus"),
    [
        ({"medecin_specialite": "08"}, (NON_PUBLIE, 26_50, 26_50, 26_50)),
        ({"medecin_specialite": "08", **SANS_OPTION}, (NON_PUBLIE, 23_00, 23_00, 23_00)),
        ({"medecin_specialite": "70"}, (NON_PUBLIE, 32_00, 32_00, 35_00)),
        ({"medecin_specialite": "07"}, (NON_PUBLIE, 26_50, 26_50, 26_50)),
        ({"medecin_specialite": "34"}, (NON_PUBLIE, 32_00, 32_00, 37_00)),
        ({"medecin_specialite": "31"}, (NON_PUBLIE, 31_00, 31_00, 35_00)),
        ({"medecin_specialite": "34", **SANS_OPTION}, (NON_PUBLIE, 23_00, 23_00, 23_00)),
        ({"medecin_specialite": "08", "territoire": "reunion"}, (NON_PUBLIE, NON_PUBLIE, NON_PUBLIE, 31_80)),
        ({"medecin_specialite": "08", "territoire": "mayotte"}, (NON_PUBLIE, NON_PUBLIE, NON_PUBLIE, 33_80)),
        ({"medecin_specialite": "34", "territoire": "reunion"}, (NON_PUBLIE,) * 4),
        ({"medecin_specialite": "08", "territoire": "reunion", **SANS_OPTION}, (NON_PUBLIE,) * 4),
        ({"medecin_specialite": "33"}, (NON_PUBLIE,) * 4),
    ],
)
def test_la_teleconsultation_du_specialiste_vaut_sa_consultation(
    donnees: dict[str, Any], attendus: tuple[int | str, ...]
) -> None:
    assert tuple(prix("TCS", date=jour, **donnees) for jour in JOURS) == attendus


def test_la_deuxieme_vague_signee_au_1er_juillet_2025() -> None:
    for specialite, avant, apres in (("70", 32_00, 35_00), ("34", 32_00, 37_00), ("31", 31_00, 35_00)):
        lus = [
            prix("TCS", SIGNE, dt.date(2025, mois, jour), medecin_specialite=specialite)
            for mois, jour in ((6, 30), (7, 1))
        ]
        assert lus == [avant, apres]


def test_la_teleconsultation_du_generaliste_n_est_pas_revalorisee() -> None:
    for jour in JOURS:
        for texte in (SIGNE, APPLIQUE):
            assert (prix("TCG", texte, jour), prix("TC", texte, jour)) == (25_00, 23_00)
    assert prix("TCG", territoire="reunion") == prix("TC", territoire="reunion") == NON_PUBLIE
    assert prix("TCG", date=dt.date(2018, 9, 14)) != 25_00
