"""The dotation numérique against a second reading of the circulaire (3.3 A) with exact fractions, and at its edges.

The second reading is written here from the table of the circulaire and from facts, without the engine nor the barème.
"""

from __future__ import annotations

from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import Colonne, parcourir

NOM = "dotation-numerique"
SIGNE, APPLIQUE, ARBITRAL, PROPOSE = "convention-2024", "en-vigueur", "reglement-arbitral-2023", "proposition-2024-02-08"
MOYENNES = {
    "teleservices-principaux": ("dcmt", "pse", "fse", "aat"),
    "autres-teleservices": ("cm_atmp", "dsg", "spe"),
    "usage-numerique": ("dmp", "ordonnance_numerique"),
}
CODES = tuple(code for codes in MOYENNES.values() for code in codes)
CIBLES = {"teleservices-principaux": (60, 80), "autres-teleservices": (30, 60), "usage-numerique": (30, 60)}
# forfaits.csv, fs-v2-*: points, target in percent, of the measured lines of volet 2
LIGNES_FS = {
    "dmp": (40, 30), "aat": (22.5, 90), "cm_atmp": (22.5, 50), "pse": (22.5, 90), "dcmt": (22.5, 90), "spe": (10, 30),
    "dsg": (10, 50), "ordonnance_numerique": (40, 40),
}  # fmt: skip
CRITERES_FS = {"coordination": 120, "codage": 50, "services_patients": 70, "etudiants": 50, "teleconsultation": 50,
               "equipements_connectes": 25, "sas": 200}  # fmt: skip
VOLET_1 = ("logiciel_segur_lap", "sesam_vitale", "horaires_annuaire")


def taux(dematerialises: int, total: int) -> dict[str, int]:
    return {"dematerialises": dematerialises, "total": total}


def entree(**champs: Any) -> dict[str, Any]:
    """Every indicator of 2026 reached, none of the mean of 2028, unless the test says otherwise."""
    complet = {code: taux(70, 100) for code in CODES[:4]} | {code: taux(35, 100) for code in CODES[4:]}
    complet |= champs.pop("taux", {})
    return {"logiciel_a_jour": True, "taux": complet, "fse_appcv": 1, "messages_patients": 1} | champs


def fs(**volet_2: Any) -> dict[str, Any]:
    """The forfait structure with volet 1 reached and nothing of volet 2, unless the test says otherwise."""
    rien = dict.fromkeys(CRITERES_FS, False) | {"mss": taux(0, 100)}
    zero = {code: taux(0, 100) for code in CODES} | {"fse": taux(2, 3)} | volet_2.pop("taux", {})
    champs = {"fse_appcv": volet_2.pop("fse_appcv", 0)}
    volets = {"volet_1": dict.fromkeys(VOLET_1, True), "volet_2": rien | volet_2}
    return {"taux": zero, "forfait_structure": volets} | champs


def cas(entree_du_cas: dict[str, Any], texte: str = SIGNE, **moment: Any) -> dict[str, Any]:
    return {"texte": texte, "entree": entree_du_cas, **(moment or {"annee": 2026})}


def resultats(entree_du_cas: dict[str, Any], texte: str = SIGNE, **moment: Any) -> dict[str, Any]:
    lus: dict[str, Any] = repondre(NOM, cas(entree_du_cas, texte, **moment))["resultats"]
    return lus


def indicateurs(lus: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {ligne["indicateur"]: ligne for ligne in lus["indicateurs"]}


def erreurs(un_cas: Any) -> list[tuple[str, Any]]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, un_cas)
    return [(e["champ"], e["valeur"]) for e in refus.value.erreurs]


# --- the second reading


def moyenne(mesures: dict[str, dict[str, int]], codes: tuple[str, ...]) -> Fraction | None:
    retenus = [Fraction(m["dematerialises"], m["total"]) for m in (mesures[c] for c in codes) if m["total"] >= 10]
    return sum(retenus, Fraction()) / len(retenus) if retenus else None


def seconde_lecture(lue: dict[str, Any], annee: int) -> tuple[int, dict[str, bool]]:
    atteints = {}
    for nom, codes in MOYENNES.items():
        valeur = moyenne(lue["taux"], codes)
        atteints[nom] = valeur is not None and valeur >= Fraction(CIBLES[nom][annee >= 2028], 100)
    atteints["appcv-messagerie"] = lue["fse_appcv"] >= 1 and lue["messages_patients"] >= 1
    if not (lue["logiciel_a_jour"] and atteints["teleservices-principaux"]):
        return 0, atteints
    options = ("autres-teleservices", 60), ("usage-numerique", 60), ("appcv-messagerie", 20)
    return 280 + sum(points for nom, points in options if atteints[nom]), atteints


@st.composite
def mesure(tirer: st.DrawFn) -> dict[str, int]:
    total = tirer(st.sampled_from([0, 1, 9, 10, 11, 30, 100, 997, 99_991, 100_000]) | st.integers(0, 100_000))
    pres = [total * cible // 100 for cible in (30, 60, 80, 90, 100)]
    return taux(tirer(st.sampled_from([0, *pres, *(p + 1 for p in pres if p < total)]) | st.integers(0, total)), total)


ENTREES = st.fixed_dictionaries(
    {
        "logiciel_a_jour": st.booleans() | st.just(True),
        "taux": st.fixed_dictionaries({code: mesure() for code in CODES}),
        "fse_appcv": st.integers(0, 2),
        "messages_patients": st.integers(0, 2),
    }
)


@pytest.mark.normes("C3.3A-02", "C3.3A-03", "C3.3A-04", "C3.3A-14", "C3.3A-15", "C3.3A-20", "C3.3A-24", "C3.3A-39", "C3.3A-43")
@settings(max_examples=150)
@given(lue=ENTREES, annee=st.integers(2026, 2030))
def test_le_calcul_dit_comme_la_seconde_lecture(lue: dict[str, Any], annee: int) -> None:
    points, atteints = seconde_lecture(lue, annee)
    reponse = repondre(NOM, cas(lue, annee=annee))
    lus = reponse["resultats"]
    assert (lus["points"], lus["montant"]) == (points, points * 7)
    assert {nom: ligne["atteint"] for nom, ligne in indicateurs(lus).items() if nom != "logiciel"} == atteints
    assert sum(ligne["points"] for ligne in lus["indicateurs"]) == points
    for nom, codes in MOYENNES.items():
        exacte = moyenne(lue["taux"], codes)
        assert indicateurs(lus)[nom]["moyenne"] == (None if exacte is None else float(exacte))
    assert [ligne["montant"] for ligne in reponse["lignes"]] == [lus["montant"]]
    assert ("motif" in lus) == (points == 0)


@settings(max_examples=40)
@given(lue=ENTREES, code=st.sampled_from(CODES))
def test_un_acte_dematerialise_de_plus_ne_fait_rien_perdre(lue: dict[str, Any], code: str) -> None:
    avant = resultats(lue)["points"]
    un_de_plus = deepcopy(lue)
    mesuree = un_de_plus["taux"][code]
    mesuree["dematerialises"] = min(mesuree["dematerialises"] + 1, mesuree["total"])
    assert resultats(un_de_plus)["points"] >= avant


# --- exactness


@pytest.mark.normes("C3.3A-14", "C3.3A-28")
@pytest.mark.parametrize(
    "fractions",
    [((1, 3), (2, 3), (9, 10), (1, 2)), ((1, 11), (10, 11), (9, 10), (1, 2)), ((3, 5), (6, 10), (9, 15), (12, 20)),
     ((1, 7), (20, 21), (1, 1), (32, 105)), ((99_990, 99_991), (1, 99_991), (7, 10), (7, 10))],
)  # fmt: skip
def test_une_egalite_exacte_n_est_jamais_perdue(fractions: tuple[tuple[int, int], ...]) -> None:
    assert sum((Fraction(*f) for f in fractions), Fraction()) == Fraction(24, 10)
    assez = [(a * 20, b * 20) if b < 5_000 else (a, b) for a, b in fractions]
    mesures = {code: taux(a, b) for code, (a, b) in zip(MOYENNES["teleservices-principaux"], assez, strict=True)}
    ligne = indicateurs(resultats(entree(taux=mesures)))["teleservices-principaux"]
    assert (ligne["atteint"], ligne["moyenne"]) == (True, 0.6)
    mesures["aat"]["dematerialises"] -= 1
    assert indicateurs(resultats(entree(taux=mesures)))["teleservices-principaux"]["atteint"] is False


def au_plus_pres(premiers: tuple[int, int, int], pas: int) -> tuple[tuple[int, int], ...]:
    """Return three fractions whose sum is the first one under (`pas` = -1) or over (+1) 9/10 that can be reached."""
    b, d, f = premiers
    tout = b * d * f
    numerateur = 9 * tout // 10 + (pas > 0)
    while True:
        a, c, e = (numerateur * pow(tout // p, -1, p) % p for p in premiers)
        if a * d * f + c * b * f + e * b * d == numerateur:
            return (a, b), (c, d), (e, f)
        numerateur += pas


@pytest.mark.normes("C3.3A-20", "C3.3A-30")
@pytest.mark.parametrize("premiers", [(99_991, 99_989, 99_971), (11, 13, 17), (99_991, 11, 4_999)])
def test_un_ecart_infime_est_vu_des_deux_cotes(premiers: tuple[int, int, int]) -> None:
    """Three coprime denominators: the sum misses 9/10 by a few 10**-15, which neither floats nor one rounding see."""
    for pas, atteint in ((-1, False), (1, True)):
        fractions = au_plus_pres(premiers, pas)
        ecart = sum((Fraction(*f) for f in fractions), Fraction()) - Fraction(9, 10)
        assert (ecart > 0) == atteint
        assert ecart != 0
        mesures = {code: taux(a, b) for code, (a, b) in zip(MOYENNES["autres-teleservices"], fractions, strict=True)}
        assert indicateurs(resultats(entree(taux=mesures)))["autres-teleservices"]["atteint"] is atteint


# --- targets, year by year


@pytest.mark.normes("C3.3A-28", "C3.3A-29", "C3.3A-30", "C3.3A-31", "C3.3A-33", "C3.3A-34")
@pytest.mark.parametrize("nom", list(MOYENNES))
@pytest.mark.parametrize("annee", range(2026, 2031))
def test_chaque_cible_est_incluse_et_change_en_2028(nom: str, annee: int) -> None:
    cible = CIBLES[nom][annee >= 2028]
    for dematerialises, atteint in ((cible * 10, True), (cible * 10 - 1, False)):
        mesures = {code: taux(dematerialises, 1_000) for code in MOYENNES[nom]}
        ligne = indicateurs(resultats(entree(taux=mesures), annee=annee))[nom]
        assert (ligne["atteint"], ligne["cible"]) == (atteint, cible / 100)


@pytest.mark.parametrize(("annee", "confiance"), [(2026, "officiel"), (2027, "deduit"), (2028, "officiel")])
def test_la_cible_de_2027_est_signalee_comme_deduite(annee: int, confiance: str) -> None:
    haut = entree(taux={code: taux(100, 100) for code in CODES})
    assert repondre(NOM, cas(haut, annee=annee))["lignes"][0]["confiance"] == confiance


@pytest.mark.normes("C0-15", "C3.3A-01", "C3.3A-47", "C3.3A-48")
@pytest.mark.parametrize("texte", [SIGNE, APPLIQUE])
def test_la_donum_prend_la_place_du_forfait_structure_le_1er_janvier_2026(texte: str) -> None:
    tout = entree() | {"forfait_structure": fs()["forfait_structure"]}
    veille, jour = (resultats(tout, texte, date=date) for date in ("2025-12-31", "2026-01-01"))
    assert (veille["regime"], veille["date_mesure"]) == ("forfait-structure", None)
    assert (jour["regime"], jour["date_mesure"]) == ("donum", "2026-12-31")
    assert resultats(tout, ARBITRAL, annee=2026)["regime"] == "forfait-structure"


# --- what each input moves


@pytest.mark.normes(
    "C3.3A-10", "C3.3A-11", "C3.3A-12", "C3.3A-13", "C3.3A-16", "C3.3A-17", "C3.3A-18", "C3.3A-19", "C3.3A-21", "C3.3A-22",
    "C3.3A-23",
)  # fmt: skip
@pytest.mark.parametrize("code", CODES)
def test_chaque_taux_est_dans_une_moyenne_et_une_seule(code: str) -> None:
    dedans = {nom for nom, codes in MOYENNES.items() if code in codes}
    avant, apres = (indicateurs(resultats(entree(taux={code: taux(n, 100)}))) for n in (100, 0))
    assert {nom for nom in MOYENNES if avant[nom]["moyenne"] != apres[nom]["moyenne"]} == dedans
    assert {nom for nom in MOYENNES if avant[nom]["atteint"] != apres[nom]["atteint"]} <= dedans
    seul = {autre: taux(0, 9) for autre in CODES}
    bas, haut = (indicateurs(resultats(entree(taux=seul | {code: taux(n, 10)}))) for n in (2, 8))
    assert {nom for nom in MOYENNES if bas[nom]["atteint"] != haut[nom]["atteint"]} == dedans


@pytest.mark.normes("C3.3A-39", "C3.3A-40")
@pytest.mark.parametrize("code", CODES)
def test_un_taux_de_neuf_actes_sort_un_taux_de_dix_reste(code: str) -> None:
    nom = next(nom for nom, codes in MOYENNES.items() if code in codes)
    neuf, dix = (indicateurs(resultats(entree(taux={code: taux(0, n)})))[nom] for n in (9, 10))
    assert (neuf["neutralises"], dix["neutralises"]) == ([code], [])
    assert neuf["moyenne"] > dix["moyenne"]


@pytest.mark.normes("C3.3A-39")
def test_un_socle_entierement_neutralise_ne_rapporte_rien_et_le_dit() -> None:
    lus = resultats(entree(taux={code: taux(9, 9) for code in MOYENNES["teleservices-principaux"]}))
    ligne = indicateurs(lus)["teleservices-principaux"]
    assert (lus["points"], ligne["moyenne"], ligne["atteint"]) == (0, None, False)
    assert "annexe 8" in ligne["motif"]


@pytest.mark.normes("C3.3A-05", "C3.3A-06", "C3.3A-08", "C3.3A-09", "C3.3A-26")
@pytest.mark.parametrize("annee", [2026, 2028])
def test_les_trois_elements_du_logiciel_sont_tous_exiges(annee: int) -> None:
    veille = f"{annee - 1}-12-31"
    complet = {"segur": True, "lap_has": True, "sesam_vitale_avenants_au": veille}
    manques = {"segur": False}, {"lap_has": False}, {"sesam_vitale_avenants_au": f"{annee - 1}-12-30"}, {"sesam_vitale_avenants_au": None}
    for manque in ({}, {"sesam_vitale_avenants_au": f"{annee}-01-01"}, *manques):
        sans = entree(equipement=complet | manque)
        del sans["logiciel_a_jour"]
        assert indicateurs(resultats(sans, annee=annee))["logiciel"]["atteint"] is (manque not in manques)
    assert resultats(entree(logiciel_a_jour=False), annee=annee)["points"] == 0


@pytest.mark.normes("C3.3A-07", "C3.3A-25")
def test_ni_la_specialite_ni_le_secteur_ni_un_achat_n_entrent_dans_le_calcul() -> None:
    lues = {
        element.nom
        for nom, versions in REGISTRE.regles.items()
        for version in versions
        if version.dispositif == NOM and version.texte == SIGNE
        for element in parcourir(version.noeud)
        if isinstance(element, Colonne) and element.nom in REGISTRE.entrees
    }
    mesures = {f"numerique_{code}_{quoi}" for code in CODES for quoi in ("dematerialises", "total")}
    logiciel = {"numerique_logiciel_a_jour", "numerique_segur", "numerique_lap_has", "numerique_sesam_vitale_avenants_au"}
    assert lues == mesures | logiciel | {"numerique_fse_appcv", "numerique_messages_patients"}


@pytest.mark.normes("C3.3A-36", "C3.3A-37", "C3.3A-38")
@pytest.mark.parametrize(("feuilles", "messages", "points"), [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 20), (300, 12, 20)])
@pytest.mark.parametrize("annee", [2026, 2028])
def test_une_feuille_et_un_message(feuilles: int, messages: int, points: int, annee: int) -> None:
    haut = entree(taux={code: taux(100, 100) for code in CODES}, fse_appcv=feuilles, messages_patients=messages)
    assert resultats(haut, annee=annee)["points"] == 400 + points


@pytest.mark.normes("C3.3A-15", "C3.3A-27", "C3.3A-32", "C3.3A-35", "C3.3A-38", "C3.3A-42")
@pytest.mark.parametrize("autres", [0, 60])
@pytest.mark.parametrize("usage", [0, 60])
@pytest.mark.parametrize("appcv", [0, 20])
def test_chaque_option_se_gagne_seule(autres: int, usage: int, appcv: int) -> None:
    mesures = {code: taux(autres, 100) for code in MOYENNES["autres-teleservices"]}
    mesures |= {code: taux(usage, 100) for code in MOYENNES["usage-numerique"]}
    lus = resultats(entree(taux=mesures, fse_appcv=appcv))
    assert (lus["points"], lus["montant"]) == (280 + autres + usage + appcv, 7 * (280 + autres + usage + appcv))
    assert [ligne["points"] for ligne in lus["indicateurs"]] == [280, 0, autres, usage, appcv]


@pytest.mark.normes("C3.3A-45", "C3.3A-46", "C3.3-01")
@pytest.mark.parametrize("annee", [2026, 2029])
def test_un_seul_versement_au_premier_semestre_qui_suit(annee: int) -> None:
    reponse = repondre(NOM, cas(entree(taux={code: taux(100, 100) for code in CODES}), annee=annee))
    [ligne] = reponse["lignes"]
    assert (ligne["montant"], ligne["date_versement"], ligne["etat"]) == (2940, f"{annee + 1}-06-30", "dû")
    assert "au plus tard" in ligne["precision_date"]
    assert reponse["resultats"]["date_mesure"] == f"{annee}-12-31"
    assert reponse["explication"]["montant"]["reference"] == "art. 28 et 29, annexe 8"


# --- forfait structure


@pytest.mark.normes("C3.3A-48")
@pytest.mark.parametrize("annee", [2024, 2025])
@pytest.mark.parametrize("code", list(LIGNES_FS))
def test_chaque_taux_du_volet_2_a_ses_points_et_sa_cible(code: str, annee: int) -> None:
    points, cible = LIGNES_FS[code]
    atteint, manque = (resultats(fs(taux={code: taux(n, 100)}), annee=annee)["points"] for n in (cible, cible - 1))
    assert (atteint, manque) == (280 + points, 280)
    assert resultats(fs(taux={code: taux(0, 0)}), annee=annee)["points"] == 280


@pytest.mark.normes("C3.3A-48")
@pytest.mark.parametrize(
    ("champs", "points"),
    [({critere: True}, points) for critere, points in CRITERES_FS.items()]
    + [({"mss": taux(10, 100)}, 40), ({"mss": taux(9, 100)}, 0), ({"fse_appcv": 1}, 40)],
)
def test_chaque_critere_du_volet_2_a_ses_points(champs: dict[str, Any], points: int) -> None:
    lus = resultats(fs(**champs), annee=2025)
    assert (lus["points"], lus["montant"]) == (280 + points, 7 * (280 + points))
    assert [ligne["points"] for ligne in lus["indicateurs"]] == [280, points]


def test_les_lignes_du_forfait_structure_font_le_total_publie() -> None:
    assert 280 + sum(p for p, _ in LIGNES_FS.values()) + sum(CRITERES_FS.values()) + 40 + 40 == 1115


@pytest.mark.normes("C3.3A-48")
@pytest.mark.parametrize("critere", [*VOLET_1, "fse"])
def test_le_volet_1_exige_tout_et_ouvre_le_volet_2(critere: str) -> None:
    ouvert = fs(sas=True)
    assert resultats(ouvert, annee=2025)["points"] == 480
    if critere == "fse":
        ouvert["taux"]["fse"] = taux(1_999, 3_000)
    else:
        ouvert["forfait_structure"]["volet_1"][critere] = False
    lus = resultats(ouvert, annee=2025)
    assert (lus["socle_atteint"], lus["points"], lus["montant"]) == (False, 0, 0)
    assert "annexe 9" in lus["motif"]
    del ouvert["forfait_structure"]["volet_2"]
    assert resultats(ouvert, annee=2025)["points"] == 0


@pytest.mark.parametrize(("annee", "maximum"), [(2022, None), (2023, 1163), (2024, 1115), (2025, 1115)])
def test_ce_qui_n_est_pas_publie_reste_sans_montant(annee: int, maximum: int | None) -> None:
    reponse = repondre(NOM, cas(fs(sas=True), ARBITRAL, annee=annee))
    assert reponse["resultats"]["points_max"] == maximum
    connu = annee >= 2024
    assert (reponse["resultats"]["montant"], reponse["lignes"][0]["etat"]) == ((3360, "dû") if connu else (None, "non publié"))
    ferme = fs(sas=True)
    ferme["forfait_structure"]["volet_1"]["sesam_vitale"] = False
    assert resultats(ferme, ARBITRAL, annee=annee)["montant"] == 0


# --- the proposal


@pytest.mark.normes("P2-56", "P2-57", "P2-60", "P2-61", "P2-62")
def test_la_proposition_chiffree_par_un_scenario(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.yaml"
    figures = {"prop_cible_fse": 60, "prop_cible_teleservices": 60, "prop_cible_volet_2": 30, "prop_minimum_usage": 1,
               "prop_valeur_du_point": 7}  # fmt: skip
    corps = "".join(f"    {nom}: {valeur}\n" for nom, valeur in figures.items())
    scenario.write_text(f"base: {PROPOSE}\nfigures:\n  {NOM}:\n{corps}", "utf-8")

    def points(**champs: Any) -> tuple[int, ...]:
        lus = resultats(entree(**champs), str(scenario))
        assert lus["montant"] == 7 * lus["points"]
        return tuple(ligne["points"] for ligne in lus["indicateurs"])

    assert points() == (280, 140)
    assert points(logiciel_a_jour=False) == (0, 140)
    sans = entree(equipement={"segur": True, "lap_has": True, "sesam_vitale_avenants_au": None})
    del sans["logiciel_a_jour"]
    assert resultats(sans, str(scenario))["points"] == 140
    for code in ("fse", "aat", "dcmt", "pse"):
        assert points(taux={code: taux(59, 100)}) == (0, 140)
    for code in ("cm_atmp", "dsg", "spe", "dmp", "ordonnance_numerique"):
        assert points(taux={code: taux(29, 100)}) == (280, 120)
    assert points(fse_appcv=0) == points(messages_patients=0) == (280, 120)


@pytest.mark.normes("P2-63", "P2-65")
@pytest.mark.parametrize("critere", list(CRITERES_FS))
def test_les_criteres_supprimes_ne_comptent_plus(critere: str) -> None:
    """Hours, coding, services, equipment and coordination leave; the SAS and the students become missions."""
    sans, avec = (entree() | {"forfait_structure": fs(**{critere: oui})["forfait_structure"]} for oui in (False, True))
    assert resultats(sans, PROPOSE) == resultats(avec, PROPOSE)
    assert resultats(sans) == resultats(avec)
    ecart = resultats(avec, ARBITRAL)["points"] - resultats(sans, ARBITRAL)["points"]
    assert ecart == CRITERES_FS[critere]
    horaires = deepcopy(avec)
    horaires["forfait_structure"]["volet_1"]["horaires_annuaire"] = False
    assert resultats(horaires, PROPOSE) == resultats(avec, PROPOSE)
    assert resultats(horaires, ARBITRAL)["points"] == 0


# --- refusals


def test_toutes_les_fautes_d_un_coup() -> None:
    mauvaise = {
        "logiciel_a_jour": "oui", "equipement": {"lap": True}, "fse_appcv": -1, "messages_patients": True, "secteur": "1",
        "taux": {"dcmt": taux(61, 60), "fse": {"total": 10}, "aat": taux(0, 100_001), "pse": taux(2.5, 10), "dmt": taux(1, 1)},
    }  # fmt: skip
    assert {champ for champ, _ in erreurs(cas(mauvaise))} == {
        "entree.logiciel_a_jour", "entree.equipement.lap", "entree.fse_appcv", "entree.messages_patients", "entree.secteur",
        "entree.taux.dcmt.dematerialises", "entree.taux.fse.dematerialises", "entree.taux.aat.total",
        "entree.taux.pse.dematerialises", "entree.taux.dmt",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("vide", "champs"),
    [
        ({}, ["logiciel_a_jour", "taux", "fse_appcv", "messages_patients"]),
        ({"taux": None}, ["logiciel_a_jour", "taux", "fse_appcv", "messages_patients"]),
        ({"taux": {}, "logiciel_a_jour": False}, [*(f"taux.{code}" for code in CODES), "fse_appcv", "messages_patients"]),
        ({"equipement": {"segur": True}}, ["equipement.lap_has", "equipement.sesam_vitale_avenants_au", "taux", "fse_appcv",
                                           "messages_patients"]),
    ],
)  # fmt: skip
def test_ce_qui_manque_est_demande_jamais_suppose(vide: dict[str, Any], champs: list[str]) -> None:
    assert {champ for champ, _ in erreurs(cas(vide))} == {f"entree.{champ}" for champ in champs}


@pytest.mark.parametrize("code", CODES)
def test_un_taux_absent_est_demande_meme_si_le_socle_est_perdu(code: str) -> None:
    sans = entree(logiciel_a_jour=False)
    del sans["taux"][code]
    assert erreurs(cas(sans)) == [(f"entree.taux.{code}", None)]


def test_le_forfait_structure_demande_ce_qu_il_lit() -> None:
    assert [champ for champ, _ in erreurs(cas(entree(), annee=2025))] == ["entree.forfait_structure"]
    assert {champ for champ, _ in erreurs(cas({}, annee=2025))} == {
        "entree.forfait_structure", "entree.taux", "entree.fse_appcv",
    }  # fmt: skip
    incomplet = fs()
    del incomplet["forfait_structure"]["volet_2"]["mss"], incomplet["forfait_structure"]["volet_1"]["sesam_vitale"]
    assert {champ for champ, _ in erreurs(cas(incomplet, annee=2025))} == {
        "entree.forfait_structure.volet_1.sesam_vitale", "entree.forfait_structure.volet_2.mss",
    }  # fmt: skip


def test_le_logiciel_ne_se_dit_pas_deux_fois() -> None:
    deux = entree(equipement={"segur": True, "lap_has": True, "sesam_vitale_avenants_au": "2025-12-31"})
    assert [champ for champ, _ in erreurs(cas(deux))] == ["entree.equipement"]


def test_une_liste_de_cas_garde_son_ordre_et_nomme_le_cas_fautif() -> None:
    reponses = repondre(NOM, [cas(entree()), cas(entree(logiciel_a_jour=False))])
    assert [r["resultats"]["points"] for r in reponses] == [420, 0]
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, [cas(entree()), cas({"logiciel": True})])
    assert {e["cas"] for e in refus.value.erreurs} == {1}
