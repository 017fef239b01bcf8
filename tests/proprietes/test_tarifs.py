"""Tarifs on generated encounters: the lines add up, the payers pay the total, and no code changes the price of another."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from convmed.cotation.nomenclature import nomenclature
from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "tarifs"
LIBRES = {"NEKA020": 400, "ZZZZ001": 37.55}
GENRES = ("consultation", "visite", "acte-ccam", "majoration", "deplacement", "modificateur", "teleconsultation", "teleexpertise")
PAR_GENRE = {genre: sorted(c for c, code in nomenclature().codes.items() if code.genre == genre) for genre in GENRES}
MOTIFS = ("avis-ponctuel", "sortie-hospitalisation", "visite-longue", "consultation-complexe", "examen-obligatoire", "rendez-vous-prevention")
REGLAGES = settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
Entree = dict[str, Any]


@st.composite
def listes_de_codes(tirer: st.DrawFn) -> list[str]:
    """Draw an act, then what may go with it and what may not."""
    actes = st.sampled_from(PAR_GENRE["consultation"] + PAR_GENRE["visite"] + PAR_GENRE["acte-ccam"] + list(LIBRES) + ["G", "VG", "CS", "G", "VG", "CS"])
    autres = st.sampled_from([code for codes in PAR_GENRE.values() for code in codes] + ["MD", "DEQP003", "MCS", "DA", "IK"])
    codes: list[str] = [tirer(actes), *tirer(st.lists(autres, max_size=4))]
    return list(dict.fromkeys(codes))


@st.composite
def entrees(tirer: st.DrawFn) -> Entree:
    jour = tirer(st.dates(dt.date(2023, 6, 1), dt.date(2026, 12, 31)))
    heure = tirer(st.sampled_from(("03:00", "10:00", "19:30", "21:00")))
    opposable = tirer(st.booleans())
    entree = {
        "codes": tirer(listes_de_codes()),
        "date_heure": f"{jour.isoformat()}T{heure}:00+01:00",
        "medecin": {
            "specialite": tirer(st.sampled_from(("01", "03", "04", "05", "12", "14", "32", "33", "42", "70"))),
            "secteur": tirer(st.sampled_from(("1", "1", "2", "nc"))),
            "option_tarifaire": tirer(st.sampled_from(("aucune", "optam", "optam-aco"))),
            "departement": tirer(st.sampled_from(("75", "75", "971", "974", "976"))),
        },
        "patient": {
            "date_naissance": tirer(st.dates(dt.date(1930, 1, 1), dt.date(2023, 5, 31))).isoformat(),
            "ald": tirer(st.booleans()), "c2s": tirer(st.booleans()), "ame": tirer(st.booleans()),
        },
        "lieu": tirer(st.sampled_from(("cabinet", "domicile", "teleconsultation", "etablissement"))),
        "tarif_opposable": opposable,
        "depassement": 0 if opposable else tirer(st.sampled_from((0, 5, 12.34))),
        "parcours": tirer(st.sampled_from(("coordonne", "hors-parcours", "acces-direct"))),
        "adressage": tirer(st.sampled_from(("medecin-traitant", "aucun"))),
        "regulation": tirer(st.sampled_from(("sas", "pdsa", None))),
        "motif": tirer(st.sampled_from((None, *MOTIFS))),
        "famille_acte_ccam": tirer(st.sampled_from(("chirurgie", "anesthesie", "imagerie"))),
        "kilometres_aller_retour": tirer(st.integers(0, 80)),
        "zone_montagne": tirer(st.booleans()),
        "tarifs_ccam": LIBRES,
    }  # fmt: skip
    drapeaux = ("patientele_mt", "patient_sans_mt", "urgence_vitale", "maternite", "invalidite", "regime_local", "hospitalise")
    return entree | {drapeau: tirer(st.booleans()) for drapeau in drapeaux}


def repondu(entree: Entree) -> dict[str, Any]:
    """Return the whole answer; an encounter refused as a whole is not looked at here."""
    try:
        reponse: dict[str, Any] = repondre(NOM, {"texte": "en-vigueur", "entree": entree})
    except CasRefuses as refus:
        champs = {erreur["champ"] for erreur in refus.erreurs}
        assert champs <= {"entree.tarif_opposable", "entree.depassement"}, refus.erreurs
        assume(False)
    return reponse


def centimes(euros: Any) -> int:
    exact = Decimal(str(euros)) * 100
    assert exact == int(exact), f"{euros} n'est pas au centime"
    return int(exact)


@REGLAGES
@given(entree=entrees())
def test_les_codes_sont_factures_ou_refuses(entree: Entree) -> None:
    lu = repondu(entree)["resultats"]
    factures, refuses = [ligne["code"] for ligne in lu["codes"]], {r["code"] for r in lu["refus"]}
    assert len(factures) == len(set(factures))
    assert not set(factures) & refuses
    assert set(factures) | refuses == set(entree["codes"])
    assert all(r["motif"] and r["references"] for r in lu["refus"])


@REGLAGES
@given(entree=entrees())
def test_les_lignes_font_le_total_et_les_payeurs_le_paient(entree: Entree) -> None:
    reponse = repondu(entree)
    lu = reponse["resultats"]
    tarifs = [ligne["tarif"] for ligne in lu["codes"]]
    assert [ligne["montant"] for ligne in reponse["lignes"]] == tarifs
    parts = ("part_obligatoire", "part_complementaire", "participation_forfaitaire", "reste_a_charge")
    if None in tarifs:
        assert [lu[nom] for nom in ("total", *parts)] == [None] * 5
        assert lu["motif"]
        return
    total = centimes(lu["total"])
    assert total == sum(centimes(tarif) for tarif in tarifs)
    obligatoire, complementaire, participation, reste = (centimes(lu[nom]) for nom in parts)
    depassement = centimes(entree["depassement"])
    assert obligatoire + complementaire + participation + (reste - participation - depassement) == total
    assert min(obligatoire, complementaire, participation, reste - participation - depassement) >= 0
    if entree["patient"]["c2s"] or entree["maternite"]:
        assert participation == 0


@REGLAGES
@given(entree=entrees())
def test_l_explication_vaut_le_montant(entree: Entree) -> None:
    reponse = repondu(entree)
    for ligne in reponse["resultats"]["codes"]:
        explication = reponse["explication"][ligne["code"]]
        assert explication["valeur"] == ligne["tarif"]
        assert explication["reference"] or ligne["tarif"] is None


def sous_association(code: str, avant: list[str], apres: list[str]) -> bool:
    """Tell whether the price of a code may depend on what is billed beside it: associated acts, and their modifiers."""
    table = nomenclature().codes
    genre = table[code].genre if code in table else "acte-ccam"
    if genre not in {"acte-ccam", "modificateur"}:
        return False

    def voisins(codes: list[str]) -> set[str]:
        return {c for c in codes if c not in table or table[c].genre in {"acte-ccam", "consultation", "visite", "teleconsultation"}}

    return voisins(avant) != voisins(apres)


@REGLAGES
@given(entree=entrees(), ajout=st.sampled_from(sorted(nomenclature().codes)))
def test_un_code_de_plus_ne_change_pas_le_tarif_des_autres(entree: Entree, ajout: str) -> None:
    assume(ajout not in entree["codes"])
    avant = {ligne["code"]: ligne["tarif"] for ligne in repondu(entree)["resultats"]["codes"]}
    apres = {ligne["code"]: ligne["tarif"] for ligne in repondu({**entree, "codes": [*entree["codes"], ajout]})["resultats"]["codes"]}
    for code in avant.keys() & apres.keys():
        if not sous_association(code, list(avant), list(apres)):
            assert avant[code] == apres[code], code


@REGLAGES
@given(entree=entrees(), ordre=st.randoms(use_true_random=False))
def test_l_ordre_des_codes_ne_change_rien(entree: Entree, ordre: Any) -> None:
    melanges = list(entree["codes"])
    ordre.shuffle(melanges)
    un, autre = repondu(entree)["resultats"], repondu({**entree, "codes": melanges})["resultats"]
    assert un["total"] == autre["total"]
    assert {c["code"]: c["tarif"] for c in un["codes"]} == {c["code"]: c["tarif"] for c in autre["codes"]}
