"""Seats: the published results, the seat assured, ties, thresholds, names of unions, what is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from convmed.dispositifs.commissions import DISPOSITIF
from convmed.dispositifs.commissions.urps import canonique, elections, resultats
from convmed.dispositifs.contrat import repondre_un_cas
from convmed.dispositifs.socle import Refus
from convmed.textes import Erreurs

GENERALISTES = {"MG France": 36.58, "CSMF": 17.31, "FMF": 17.18}
SPECIALISTES = {"Avenir Spé – Le Bloc": 39.30, "CSMF": 22.36, "SML": 12.02}


def sieges(texte: str = "en-vigueur", moment: dict[str, Any] | None = None, **entree: Any) -> dict[str, Any]:
    cas = {"texte": texte, "entree": {"calcul": "sieges", **entree}, **(moment or {"annee": 2026})}
    lus: dict[str, Any] = repondre_un_cas(DISPOSITIF, cas)["resultats"]
    return lus


def champs_refuses(**entree: Any) -> set[str]:
    with pytest.raises((Refus, Erreurs)) as refus:
        sieges(**entree)
    return {faute.champ.removeprefix("entree.") for faute in refus.value.fautes}


@pytest.mark.normes("C12C-18", "C12C-19", "C12C-20", "C12C-21", "C12C-22", "C12C-23")
@pytest.mark.parametrize(("voix", "attendus"), [(GENERALISTES, [3, 2, 1]), (SPECIALISTES, [3, 2, 1])])
@pytest.mark.parametrize("base", ["exprimes", "signataires"])
@pytest.mark.parametrize("exprimes", [100, None])
def test_les_sieges_de_la_circulaire_quelle_que_soit_la_base(voix: dict[str, float], attendus: list[int], base: str, exprimes: int | None) -> None:
    autres = {} if exprimes is None else {"exprimes": exprimes}
    assert list(sieges(sieges=6, voix=voix, base=base, **autres)["sieges"].values()) == attendus
    entiers = {nom: round(part * 100) for nom, part in voix.items()}
    assert list(sieges(sieges=6, voix=entiers, base=base)["sieges"].values()) == attendus


@pytest.mark.normes("C12C-15", "C12C-16", "C12C-17", "C12C-24", "CP-08")
def test_la_section_entiere_depuis_l_election_de_2021() -> None:
    lus = sieges(urps=2021)
    assert sum(lus["sieges"].values()) == 12
    assert [sum(college["sieges"].values()) for college in lus["colleges"].values()] == [6, 6]
    assert {nom for nom, combien in lus["sieges"].items() if combien} == {"MG France", "CSMF", "FMF", "Avenir Spé – Le Bloc", "SML"}
    exclues = {college: {une["organisation"] for une in lu["exclues"]} for college, lu in lus["colleges"].items()}
    autres = {"UFML-S", "Union collégiale", "Jeunes Médecins"}
    assert exclues == {"generalistes": autres | {"SML"}, "specialistes": autres | {"FMF"}}
    # What the circulaire publishes: the weight of those who sit.
    poids = [sum(Decimal(str(un["voix"])) for un in lu["detail"] if un["sieges"]) for lu in lus["colleges"].values()]
    assert poids == [Decimal("71.07"), Decimal("73.68")]
    assert sieges(urps=2021, base="signataires")["sieges"] == lus["sieges"]


@pytest.mark.normes("C12C-16")
def test_chaque_syndicat_a_un_siege_dans_l_ensemble_de_la_section(tmp_path: Path) -> None:
    def scenario(nom: str, **figures: int) -> str:
        fichier = tmp_path / f"{nom}.yaml"
        lignes = "".join(f"    {figure}: {valeur}\n" for figure, valeur in figures.items())
        fichier.write_text(f"base: en-vigueur\nfigures:\n  commissions:\n{lignes}", "utf-8")
        return str(fichier)

    trois = sieges(scenario("trois", sieges_par_college=3), urps=2021, base="signataires")["colleges"]["specialistes"]
    # Quotient 24,56: 1,60, 0,91 and 0,49 would give 2/1/0.
    assert (trois["sieges_garantis"], trois["sieges"]["SML"], trois["sieges"]["Avenir Spé – Le Bloc"]) == (["SML"], 1, 1)
    assert trois["sans_garantie"]["SML"] == 0
    libre = sieges(scenario("libre", sieges_par_college=3, siege_minimal=0), urps=2021, base="signataires")
    assert libre["sieges"]["SML"] == 0
    # The CSMF has its seat where it is the strongest; five unions do not hold in four seats.
    un = sieges(scenario("un", sieges_par_college=1), urps=2021, signataires=["MG France", "CSMF"])
    assert {nom: combien for nom, combien in un["sieges"].items() if combien} == {"MG France": 1, "CSMF": 1}
    assert champs_refuses(texte=scenario("deux", sieges_par_college=2), urps=2021) == {"urps"}


@pytest.mark.normes("CP-08")
def test_un_signataire_se_declare_et_un_nom_a_plusieurs_ecritures() -> None:
    voix = {"FFMG": 600, "ufml-s": 300, "CSMF": 100}
    assert sieges(sieges=6, voix=voix)["sieges"] == {"FFMG": 5, "ufml-s": 0, "CSMF": 1}
    lus = sieges(sieges=6, voix=voix, signataires=["mg france", "UFML-S"])
    assert lus["sieges"] == {"FFMG": 4, "ufml-s": 2, "CSMF": 0}
    assert lus["exclues"][0]["organisation"] == "CSMF"
    for ecrit in ("Avenir Spé-Le Bloc", "avenir spe le bloc", "AVENIR SPÉ – LE BLOC"):
        assert canonique(ecrit) == "Avenir Spé – Le Bloc"
    assert canonique("Fédération Française des Médecins Généralistes") == "MG France"
    assert canonique("A") == "A"


@pytest.mark.normes("C12C-13")
@pytest.mark.parametrize(("voix", "siegent"), [(9.99, False), (10, True), (10.01, True)])
def test_le_seuil_de_representativite_est_compris(voix: float, siegent: bool) -> None:
    lus = sieges(sieges=6, exprimes=100, college="specialistes", voix={"A": 60, "B": voix})
    assert bool(lus["sieges"]["B"]) is siegent
    assert sieges(sieges=6, exprimes=100, voix={"A": 60, "B": voix})["sieges"]["B"] >= 1
    assert sieges(sieges=6, exprimes=100, seuil_representativite=0.2, voix={"A": 60, "B": voix})["sieges"]["B"] == 0


@pytest.mark.normes("C12C-13")
def test_l_ecart_de_la_csmf_et_de_la_fmf_decide_du_second_siege() -> None:
    """The order of the remainders holds to 0,13 point: turned round, the seat goes to the other."""
    assert sieges(sieges=6, exprimes=100, voix={"MG France": 36.58, "CSMF": 17.18, "FMF": 17.31})["sieges"]["FMF"] == 2
    egaux = sieges(sieges=6, exprimes=100, voix={"MG France": 36.58, "CSMF": 17.2, "FMF": 17.2})
    assert egaux["sieges"] == {"MG France": 3, "CSMF": 1, "FMF": 1}
    assert egaux["a_departager"] == {"sieges": 1, "entre": ["CSMF", "FMF"]}


@pytest.mark.normes("C12C-13")
def test_trois_restes_egaux_dont_deux_indiscernables() -> None:
    lus = sieges(sieges=5, voix={"A": 250, "B": 150, "C": 50, "D": 50}, servis_ailleurs=["C", "D"])
    # Quotient 100: A 2, B 1, remainders of 50 for all: A and B have more votes, C and D cannot be told apart.
    assert lus["sieges"] == {"A": 3, "B": 2, "C": 0, "D": 0}
    assert lus["egalites"][0]["retenues"] == ["A", "B"]
    assert lus["a_departager"] is None
    lus = sieges(sieges=5, voix={"A": 250, "B": 125, "C": 125}, servis_ailleurs=["B", "C"])
    assert lus["sieges"] == {"A": 3, "B": 1, "C": 1}


@pytest.mark.normes("C12C-13")
def test_un_paradoxe_connu_du_plus_fort_reste() -> None:
    """One seat more may cost one: the method is so, and the fiche says it."""
    voix = {"A": 6, "B": 6, "C": 2}
    assert sieges(sieges=10, voix=voix)["sieges"] == {"A": 4, "B": 4, "C": 2}
    assert sieges(sieges=11, voix=voix)["sieges"] == {"A": 5, "B": 5, "C": 1}


@pytest.mark.normes("C12C-13", "C12C-16")
def test_ce_que_le_texte_ne_dit_pas_est_dit() -> None:
    def reserves(**entree: Any) -> str:
        return " | ".join(sieges(**entree)["reserves"])

    assert "second tour de restes" in reserves(sieges=6, exprimes=1000, voix={"A": 100, "B": 90})
    assert "qui cède" in reserves(sieges=3, voix={"A": 1000, "B": 1})
    assert "sur la somme des voix données" in reserves(sieges=4, voix={"A": 250, "B": 150}, college="generalistes")
    assert "au plus grand nombre de voix" in reserves(sieges=4, voix={"A": 250, "B": 150})
    assert "texte muet" not in reserves(sieges=6, exprimes=100, voix=GENERALISTES)


def test_aucune_voix_aucun_siege() -> None:
    lus = sieges(sieges=6, voix={"A": 10, "B": 0})
    assert lus["sieges"] == {"A": 6, "B": 0}
    assert "aucune voix" in lus["exclues"][0]["motif"]


@pytest.mark.normes("C12C-13", "C12C-15")
def test_la_regle_part_de_l_entree_en_vigueur() -> None:
    voix = {"A": 2, "B": 1}
    assert sieges(moment={"date": "2024-06-22"}, sieges=3, voix=voix)["sieges"] == {"A": 2, "B": 1}
    assert sieges(moment={"annee": 2024}, sieges=3, voix=voix)["sieges"] == {"A": 2, "B": 1}
    for cadre in ({"moment": {"date": "2024-06-21"}}, {"texte": "convention-2016"}, {"texte": "proposition-2024-02-08"}):
        lus = sieges(**cadre, sieges=3, voix=voix)
        assert (lus["sieges"], "pas dans les sources" in lus["motif"]) == (None, True)


def test_des_entrees_refusees_toutes_a_la_fois() -> None:
    assert champs_refuses() == {"sieges", "voix"}
    assert champs_refuses(sieges=6, voix={}) == {"voix"}
    assert champs_refuses(sieges=6, voix={"A": 0, "B": 0}) == {"voix"}
    assert champs_refuses(sieges=0, voix={"A": -1, "B": "12", "C": True, "D": 1e12, "E": 0.1234567}) == {"sieges", "voix.A", "voix.B", "voix.C", "voix.D", "voix.E"}
    assert champs_refuses(sieges=6, voix={"A": 5}, exprimes=4, signataires=["Z"], seuil_representativite=0.12345) == {
        "exprimes", "signataires[0]", "seuil_representativite",
    }  # fmt: skip
    assert champs_refuses(sieges=1, voix={"A": 5, "B": 4}) == {"voix"}
    assert champs_refuses(sieges=6, voix={"UFML-S": 5}) == {"voix"}
    assert champs_refuses(sieges=6, voix={"MG France": 5, "FFMG": 5}) == {"voix"}
    assert champs_refuses(urps=2015) == {"urps"}
    assert champs_refuses(urps=2021, voix={"A": 1}, sieges=3, signataires=["A"]) == {"voix", "sieges", "signataires[0]"}
    assert len(champs_refuses(sieges=6, voix={"": 3, "A": 2})) == 1


def test_des_pourcentages_arrondis_peuvent_depasser_cent() -> None:
    trois = {"A": 33.34, "B": 33.34, "C": 33.33}
    assert sieges(sieges=6, exprimes=100, voix=trois)["sieges"] == {"A": 2, "B": 2, "C": 2}
    # Three roundings explain 0,015 at most; whole votes none.
    assert champs_refuses(sieges=6, exprimes=100, voix={"A": 33.34, "B": 33.34, "C": 33.34}) == {"exprimes"}
    assert champs_refuses(sieges=6, exprimes=100, voix={"A": 51, "B": 50}) == {"exprimes"}


def test_beaucoup_de_sieges_et_d_organisations() -> None:
    voix = {f"S{rang}": 1_000_000 - 37 * rang for rang in range(900)}
    lus = sieges(sieges=1000, voix=voix)
    assert sum(lus["sieges"].values()) == 1000
    assert min(lus["sieges"].values()) == 1


def test_la_table_des_elections_se_lit() -> None:
    assert elections() == (2021,)
    sommes = {college: sum(voix.values()) for college, voix in resultats(2021).items()}
    # Published to two decimals: each college is 100 to within its roundings.
    assert sommes == {"generalistes": Decimal("100.01"), "specialistes": Decimal("99.98")}
