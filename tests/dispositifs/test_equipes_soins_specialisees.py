"""Équipes de soins spécialisées: every criterion, every threshold on both sides, the grant in its range."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "equipes-soins-specialisees"
CONFORME = {
    "medecins_specialite_territoire": 45, "medecins_reunis": 5, "perimetre": "departement", "deja_couvert": False,
    "centree_sur": "specialite", "liens_hopital": True,
}  # fmt: skip
BOOLEENS = [True, False]


def repondu(texte: str = "convention-2024", **entree: Any) -> dict[str, Any]:
    reponse: dict[str, Any] = repondre(NOM, {"annee": 2026, "texte": texte, "entree": {**CONFORME, **entree}})
    return reponse


def resultats(texte: str = "convention-2024", **entree: Any) -> dict[str, Any]:
    obtenus: dict[str, Any] = repondu(texte, **entree)["resultats"]
    return obtenus


def champs_refuses(**entree: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        repondu(**entree)
    return {erreur["champ"] for erreur in refus.value.erreurs}


@pytest.mark.normes("C7-10", "C7-11", "C7-12", "C7-16", "C7-19")
@pytest.mark.parametrize(
    ("perimetre", "couvert", "objet", "hopital"),
    list(product(["commune", "departement", "region"], BOOLEENS, ["specialite", "pathologie"], BOOLEENS)),
)
def test_les_criteres_sont_tous_exiges(perimetre: str, couvert: bool, objet: str, hopital: bool) -> None:
    obtenus = resultats(perimetre=perimetre, deja_couvert=couvert, centree_sur=objet, liens_hopital=hopital)
    manques = [perimetre == "commune", couvert, objet == "pathologie", not hopital]
    assert obtenus["eligible"] is not any(manques)
    assert len(obtenus["motifs"]) == sum(manques)
    assert obtenus["credit_amorcage"] == (0 if any(manques) else 80000)


@pytest.mark.normes("C7-14", "C7-15")
@pytest.mark.parametrize(
    ("liberaux", "minimum", "cible"),
    [(10, 1, 5), (11, 2, 6), (19, 2, 10), (20, 2, 10), (21, 3, 11), (45, 5, 23), (100, 10, 50)],
)
def test_les_parts_s_arrondissent_par_exces(liberaux: int, minimum: int, cible: int) -> None:
    champs = {"medecins_specialite_territoire": liberaux}
    atteint = resultats(**champs, medecins_reunis=minimum)
    assert (atteint["eligible"], atteint["adherents_minimum"], atteint["adherents_cible"]) == (True, minimum, cible)
    assert resultats(**champs, medecins_reunis=minimum - 1)["eligible"] is False


@pytest.mark.normes("C7-13", "C7-14")
def test_les_dix_pour_cent_portent_sur_les_liberaux() -> None:
    obtenus = resultats(medecins_specialite_territoire=45, liberaux_specialite_territoire=20, medecins_reunis=2)
    assert (obtenus["eligible"], obtenus["adherents_minimum"]) == (True, 2)


@pytest.mark.normes("C7-17", "C7-18")
@pytest.mark.parametrize(
    ("champ", "critere"),
    [("articulation_cpts", "specialite"), ("articulation_ess", "specialite"), ("articulation_dac", "specialite"),
     ("collaboration_hospitaliere", "lien_hospitalier")],
)  # fmt: skip
def test_une_condition_niee_ferme_son_critere(champ: str, critere: str) -> None:
    assert resultats(**{champ: True})["eligible"] is True
    obtenus = resultats(**{champ: False})
    assert [nom for nom, rempli in obtenus["criteres"].items() if not rempli] == [critere]
    assert obtenus["eligible"] is False


@pytest.mark.normes("P3-36")
def test_la_continuite_n_est_exigee_que_par_la_proposition() -> None:
    assert resultats(territoire_continu=False)["eligible"] is True
    assert "discontinu" in resultats(territoire_continu=False)["reserves"][0]
    assert resultats("proposition-2024-02-08", medecins_reunis=9, territoire_continu=False)["eligible"] is False
    assert resultats("proposition-2024-02-08", medecins_reunis=9, territoire_continu=True)["eligible"] is True


def test_la_derogation_leve_les_seuils_et_eux_seuls() -> None:
    petit = {"medecins_specialite_territoire": 6, "medecins_reunis": 0}
    assert resultats(**petit)["eligible"] is False
    derogee = resultats(**petit, derogation_seuils=True)
    assert (derogee["eligible"], derogee["credit_amorcage"]) == (True, 80000)
    assert "URPS" in derogee["reserves"][0]
    assert resultats(**petit, derogation_seuils=True, deja_couvert=True)["eligible"] is False
    assert resultats("proposition-2024-02-08", **petit, derogation_seuils=True)["eligible"] is False


@pytest.mark.normes("C7-21", "C7-22")
@pytest.mark.parametrize("montant", [50000, 50000.01, 100000])
def test_une_dotation_dans_la_fourchette_est_prise(montant: float) -> None:
    assert resultats(dotation_annuelle=montant)["dotation_annuelle"] == montant


@pytest.mark.parametrize(
    ("taille", "dotation"),
    [(5, 50000), (10, 50000), (11, 50555.56), (55, 75000), (99, 99444.44), (100, 100000), (140, 100000)],
)
def test_l_hypothese_lineaire(taille: int, dotation: float) -> None:
    reponse = repondu(medecins_specialite_territoire=150, liberaux_specialite_territoire=140, medecins_reunis=taille,
                      hypothese_dotation="lineaire", derogation_seuils=True)  # fmt: skip
    assert reponse["resultats"]["dotation_annuelle"] == dotation
    assert reponse["lignes"][1]["confiance"] == "deduit"


def test_sans_hypothese_la_dotation_n_est_pas_publiee() -> None:
    reponse = repondu()
    assert reponse["resultats"]["dotation_annuelle"] is None
    assert "non publié, voir art. 53 à 58" in reponse["lignes"][1]["motif"]
    assert (
        repondu("proposition-2024-02-08", medecins_reunis=9, hypothese_dotation="lineaire")["lignes"][1]["etat"]
        == "non publié"
    )


def test_l_amorcage_se_verse_une_fois() -> None:
    reponse = repondu(annee_equipe=2, dotation_annuelle=60000)
    assert [ligne["montant"] for ligne in reponse["lignes"]] == [0, 60000]
    assert "une fois" in reponse["resultats"]["motif"]


@pytest.mark.normes("C7-01")
def test_la_reponse_dit_ses_articles() -> None:
    assert repondu()["explication"]["eligible"]["reference"] == "art. 53 à 58"


def test_ce_qui_se_contredit_est_refuse() -> None:
    assert champs_refuses(medecins_reunis=46) == {"entree.medecins_reunis"}
    assert champs_refuses(liberaux_specialite_territoire=46) == {"entree.liberaux_specialite_territoire"}
    assert champs_refuses(liberaux_specialite_territoire=4) == {"entree.medecins_reunis"}
    assert champs_refuses(dotation_annuelle=60000, hypothese_dotation="lineaire") == {"entree.hypothese_dotation"}
    assert champs_refuses(perimetre="canton", annee_equipe=0, nom="x") == {
        "entree.perimetre",
        "entree.annee_equipe",
        "entree.nom",
    }
