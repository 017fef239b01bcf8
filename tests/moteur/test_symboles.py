"""What is said of a rule without a case: its text, its table, its units, its dead branches."""

# ruff: noqa: PLW0108 - the parameters of a rule are the columns that it reads: `et` itself has others

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from convmed.moteur.frontieres import frontieres
from convmed.moteur.noeuds import (
    ans_revolus,
    arrondi_demi_superieur,
    au_moins,
    au_plus,
    cas,
    decale,
    derniere,
    et,
    existe,
    mois_revolus,
    nombre,
    non,
    ou,
    parmi,
    part,
    present,
    somme,
)
from convmed.moteur.registre import Registre, Regle
from convmed.moteur.symboles import branches_inatteignables, table_de_decision, texte, verifier_unites
from moteur.reseau import FIGURES, ajouter, contexte, registre


def regle_de(entite: str, unite: str, corps: Any, r: Registre | None = None) -> tuple[Registre, Regle]:
    r = r or registre()
    ajouter(r, entite, unite, corps, "resultat")
    return r, r.regles["resultat"][0]


def sobre(ecrit: str) -> str:
    return ecrit.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


TEXTES: list[tuple[str, str, Any, str, str]] = [
    ("lecteur", "booléen", lambda naissance, jour, etudiant, bareme: et(ans_revolus(naissance, jour) >= bareme.age_senior, etudiant),
     "(ans révolus entre Naissance et Jour du compte) ≥ Âge senior et Étudiant",
     "(ans révolus entre Naissance et Jour du compte) ≥ 60 ans et Étudiant"),
    ("lecteur", "booléen", lambda etudiant, public, ville: et(ou(etudiant, public), ville != "Lyon"),
     "(Étudiant ou Réseau public) et Ville ≠ « Lyon »", "(Étudiant ou Réseau public) et Ville ≠ « Lyon »"),
    ("pret", "booléen", lambda retard: non(retard > 3), "Jours de retard ≤ 3 jours", "Jours de retard ≤ 3 jours"),
    ("pret", "booléen", lambda rayon, bareme: parmi(rayon, bareme.rayons), "Rayon parmi Rayons", "Rayon parmi cartes, plans"),
    ("lecteur", "booléen", lambda inscrit_le: non(present(inscrit_le)),
     "Inscription n'est pas renseigné(e)", "Inscription n'est pas renseigné(e)"),
    ("pret", "EUR", lambda retard, bareme: retard * bareme.amende + 500,
     "Jours de retard × Amende + 5,00 €", "Jours de retard × 0,15 € + 5,00 €"),
    ("pret", "EUR", lambda prix, bareme: part(prix, bareme.remise),
     "Remise × Prix, arrondi au centime", "12,5 % × Prix, arrondi au centime"),
    ("pret", "EUR", lambda prix, bareme: au_plus(prix, bareme.inconnue),
     "Prix, au plus Somme inconnue", "Prix, au plus Somme inconnue (non publié)"),
    ("pret", "EUR", lambda prix: au_moins(prix, 150), "Prix, au moins 1,50 €", "Prix, au moins 1,50 €"),
    ("pret", "date", lambda date, bareme: decale(date, 0 - bareme.delai), "Délai avant Date du prêt", "24 mois avant Date du prêt"),
    ("pret", "date", lambda date: decale(date, 6), "6 mois après Date du prêt", "6 mois après Date du prêt"),
    ("lecteur", "EUR", lambda prix, retard: somme("pret", prix, retard > 0),
     "somme de Prix (« pret », si Jours de retard > 0 jours)", "somme de Prix (« pret », si Jours de retard > 0 jours)"),
    ("lecteur", "nombre", lambda etudiant: cas((etudiant, 1), sinon=cas((non(etudiant), 2), sinon=3)),
     "Étudiant : 1 ; sinon : (non (Étudiant) : 2 ; sinon : 3)", "Étudiant : 1 ; sinon : (non (Étudiant) : 2 ; sinon : 3)"),
]  # fmt: skip


@pytest.mark.parametrize(("entite", "unite", "corps", "sans_contexte", "avec_contexte"), TEXTES)
def test_une_expression_s_ecrit_en_francais(entite: str, unite: str, corps: Any, sans_contexte: str, avec_contexte: str) -> None:
    r, regle = regle_de(entite, unite, corps)
    assert sobre(texte(regle.noeud, r, FIGURES)) == sans_contexte
    assert sobre(texte(regle.noeud, r, FIGURES, contexte(r))) == avec_contexte


def test_une_regle_se_nomme_par_ce_qui_precede_les_deux_points_sauf_si_deux_s_y_confondent() -> None:
    r = registre()
    ajouter(r, "lecteur", "EUR", lambda: 1, "amende", libelle="Amende : somme des retards.")
    ajouter(r, "lecteur", "EUR", lambda: 1, "volet_1", libelle="Volet : premier.")
    ajouter(r, "lecteur", "EUR", lambda: 1, "volet_2", libelle="Volet : second.")
    _, regle = regle_de("lecteur", "EUR", lambda amende, volet_1, volet_2: amende + volet_1 + volet_2, r)
    assert texte(regle.noeud, r, FIGURES) == "Amende + Volet : premier + Volet : second"


def test_la_table_de_decision_suit_l_ordre_des_branches() -> None:
    r, regle = regle_de(
        "pret",
        "EUR",
        lambda retard, prix, bareme: cas(
            (retard <= 0, 0), (retard > 30, prix), (retard > 7, bareme.inconnue), sinon=retard * bareme.amende
        ),
    )
    lignes = [(sobre(ligne.condition), sobre(ligne.resultat)) for ligne in table_de_decision(regle, r, FIGURES, contexte(r))]
    assert lignes == [
        ("Jours de retard ≤ 0 jours", "0,00 €"),
        ("Jours de retard > 30 jours", "Prix"),
        ("Jours de retard > 7 jours", "Somme inconnue (non publié)"),
        ("sinon", "Jours de retard × 0,15 €"),
    ]
    _, borne = regle_de("pret", "EUR", lambda prix: au_plus(prix, 100))
    (ligne,) = table_de_decision(borne, r, FIGURES)
    assert (ligne.condition, sobre(ligne.resultat)) == ("dans tous les cas", "Prix, au plus 1,00 €")


JUSTES: list[tuple[str, str, Any]] = [
    ("pret", "EUR", lambda retard, bareme: retard * bareme.amende),
    ("pret", "EUR/an", lambda prix, bareme: part(prix, bareme.remise)),
    ("pret", "EUR", lambda prix, bareme: prix - part(prix, 10_000 - bareme.remise)),
    ("pret", "EUR", lambda prix: prix * 12 // 30),
    ("lecteur", "EUR", lambda bareme: arrondi_demi_superieur(bareme.bonus * bareme.point, 10)),
    ("lecteur", "%", lambda prix, retard: 10_000 * somme("pret", prix) // somme("pret", prix, retard > 0)),
    ("lecteur", "EUR", lambda prix, bareme: arrondi_demi_superieur(somme("pret", prix) * bareme.remise * 3, 10_000 * 12)),
    ("lecteur", "booléen", lambda prix, retard, bareme: 10_000 * nombre("pret", retard > 0) >= bareme.remise * nombre("pret", True)),
    ("lecteur", "rang", lambda inscrit_le, jour: mois_revolus(inscrit_le, jour) // 12 + 1),
    ("lecteur", "date", lambda inscrit_le, bareme: decale(inscrit_le, 0 - bareme.delai)),
    ("lecteur", "booléen", lambda naissance, jour, bareme: ans_revolus(naissance, jour) >= bareme.age_senior),
    ("lecteur", "EUR", lambda etudiant, bareme: cas((etudiant, bareme.inconnue), sinon=0)),
    ("lecteur", "EUR", lambda etudiant, bareme: au_plus(cas((etudiant, 500), sinon=100), bareme.inconnue)),
    ("lecteur", "date", lambda date: derniere("pret", date)),
    ("lecteur", "booléen", lambda rayon, bareme: existe("pret", parmi(rayon, bareme.rayons))),
    ("lecteur", "nombre de billionièmes", lambda retard: 10**12 * nombre("pret", retard > 0) // nombre("pret", True)),
]


@pytest.mark.parametrize(("entite", "unite", "corps"), JUSTES)
def test_des_unites_justes_ne_font_pas_d_alarme(entite: str, unite: str, corps: Any) -> None:
    r, _ = regle_de(entite, unite, corps)
    assert verifier_unites(r, FIGURES) == []


FAUSSES: list[tuple[str, str, Any, str]] = [
    ("pret", "EUR", lambda prix, retard: prix + retard, "une addition mêle EUR et jours"),
    ("lecteur", "booléen", lambda naissance, jour, bareme: ans_revolus(naissance, jour) >= bareme.delai, "une comparaison mêle ans et mois"),
    ("pret", "EUR", lambda bareme: bareme.remise, "le résultat donne %, la règle déclare EUR"),
    ("pret", "EUR", lambda prix, bareme: prix * bareme.remise, "le résultat donne EUR × %, la règle déclare EUR"),
    ("pret", "EUR", lambda prix, bareme: part(prix, bareme.amende), "le résultat donne EUR × EUR, la règle déclare EUR"),
    ("pret", "jours", lambda prix: prix, "le résultat donne EUR, la règle déclare jours"),
    ("lecteur", "EUR", lambda bareme: bareme.bonus * bareme.point, "le résultat donne points × EUR, la règle déclare EUR"),
    ("lecteur", "EUR", lambda bareme: part(bareme.point, bareme.bonus), "le résultat donne EUR × points, la règle déclare EUR"),
    ("lecteur", "points", lambda bareme: bareme.bonus + bareme.remise, "une addition mêle points et %"),
    ("pret", "date", lambda date, bareme: decale(date, bareme.age_senior), "une date se décale en mois, pas en ans"),
    ("pret", "ans", lambda date, retard: ans_revolus(retard, date), "une durée se compte entre deux dates, pas en jours"),
    ("pret", "EUR", lambda prix, retard: cas((retard, prix), sinon=0), "une condition est vraie ou fausse, pas en jours"),
    ("pret", "EUR", lambda prix, retard, etudiant: cas((etudiant, prix), sinon=retard), "deux branches donnent EUR et jours"),
    ("pret", "booléen", lambda rayon, retard: rayon == retard, "une comparaison mêle texte et jours"),
    ("pret", "booléen", lambda rayon, bareme: parmi(rayon, bareme.amende), "« parmi » attend une liste, pas EUR"),
    ("pret", "booléen", lambda retard: parmi(retard, ("a", "b")), "« parmi » cherche jours dans une liste de texte"),
    ("lecteur", "nombre", lambda date: somme("pret", date), "une somme porte sur des nombres, pas sur date"),
    ("lecteur", "nombre", lambda prix: nombre("pret", prix), "une condition est vraie ou fausse, pas en EUR"),
    ("pret", "EUR", lambda prix, date: prix * date, "un produit ou un quotient porte sur des nombres, pas sur date"),
    ("pret", "date", lambda date: date + 30, "une addition porte sur des nombres, pas sur date"),
]


@pytest.mark.parametrize(("entite", "unite", "corps", "faute"), FAUSSES)
def test_une_faute_d_unite_est_nommee(entite: str, unite: str, corps: Any, faute: str) -> None:
    r, _ = regle_de(entite, unite, corps)
    assert verifier_unites(r, FIGURES) == [f"resultat (statuts) : {faute}"]


def mortes(entite: str, unite: str, corps: Any, **options: Any) -> list[tuple[int, int, bool]]:
    r, regle = regle_de(entite, unite, corps)
    return [(b.numero_du_cas, b.rang, b.exhaustif) for b in branches_inatteignables(r, contexte(r), regle, **options)]


def test_une_branche_que_la_precedente_couvre_est_morte() -> None:
    assert mortes("pret", "nombre", lambda retard: cas((retard > 3, 1), (retard > 5, 2), sinon=3)) == [(0, 1, True)]
    assert mortes("pret", "nombre", lambda retard: cas((retard > 5, 1), (retard > 3, 2), sinon=3)) == []
    assert mortes("pret", "nombre", lambda retard: cas((retard > 5, 1), (retard <= 5, 2), sinon=3)) == [(0, 2, True)]


def test_un_seuil_se_cherche_dans_les_regles_lues_jusqu_aux_entrees() -> None:
    def corps(age: Any, bareme: Any) -> Any:
        return cas((age >= bareme.age_senior, 1), (age == 59, 2), (age >= bareme.age_senior, 3), sinon=4)

    r = registre()
    ajouter(r, "lecteur", "ans", lambda naissance, jour: ans_revolus(naissance, jour), "age")
    _, regle = regle_de("lecteur", "nombre", corps, r)
    (morte,) = branches_inatteignables(r, contexte(r), regle)
    assert (morte.regle, morte.rang, morte.exhaustif) == ("resultat", 2, True)
    assert sobre(morte.condition) == "Age ≥ 60 ans"
    naissances = frontieres(contexte(r), [regle.noeud]).axes()["naissance"]
    assert dt.date(1965, 12, 31) in naissances
    assert dt.date(1966, 1, 1) in naissances


def test_une_proportion_se_cherche_autour_de_son_seuil() -> None:
    assert mortes("pret", "nombre", lambda prix: cas((prix * 10_000 <= 48_000 * 4_000, 1), (prix * 10_000 <= 48_000 * 6_000, 2), sinon=3)) == []


def test_un_agregat_et_une_valeur_manquante_ouvrent_des_branches() -> None:
    def corps(retard: Any, date: Any, inscrit_le: Any) -> Any:
        return cas(
            (non(present(inscrit_le)), 0), (nombre("pret", retard > 0) >= 5, 1), (derniere("pret", date) < inscrit_le, 2), sinon=3
        )

    assert mortes("lecteur", "nombre", corps) == []


def test_une_branche_qui_tient_a_un_chiffre_non_publie_n_est_pas_morte() -> None:
    assert mortes("pret", "nombre", lambda prix, bareme: cas((prix > bareme.inconnue, 1), sinon=2)) == []


def test_un_cas_dans_une_branche_n_est_visite_que_par_elle() -> None:
    def corps(retard: Any) -> Any:
        return cas((retard == 0, 0), sinon=cas((retard == 0, 1), sinon=retard))

    assert mortes("pret", "jours", corps) == [(1, 0, True)]


def test_une_grande_grille_est_parcourue_par_un_echantillon_toujours_le_meme() -> None:
    def corps(retard: Any, prix: Any, date: Any, naissance: Any, inscrit_le: Any, rayon: Any) -> Any:
        tout = et(retard == 41, prix == 977, rayon == "cartes", naissance > inscrit_le, date == dt.date(2024, 2, 29))
        return cas((tout, 1), (et(retard > 8, retard < 8), 2), (retard > 1_000, 3), sinon=4)

    trouvees = mortes("pret", "nombre", corps)
    assert trouvees == [(0, 1, False)]
    assert mortes("pret", "nombre", corps) == trouvees
    assert mortes("pret", "nombre", corps, points=0) == [(0, rang, False) for rang in range(4)]


def test_les_entrees_jamais_lues() -> None:
    r, _ = regle_de("pret", "EUR", lambda prix, etudiant: cas((etudiant, 0), sinon=prix))
    assert set(r.entrees_jamais_lues()) == set(r.entrees) - {"prix", "etudiant"}
    assert "entrée déclarée et jamais lue : retard" in r.verifier(FIGURES)
