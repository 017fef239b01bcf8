"""Columns on shapes that need care: three levels of rows, nested aggregates, missing constants, types of other engines."""

# ruff: noqa: PLW0108 - the parameters of a rule are the columns that it reads: `et` itself has others

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import polars as pl
import pytest

from convmed.moteur.colonnes import Calcul
from convmed.moteur.noeuds import (
    ans_revolus,
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
    premiere,
    present,
    somme,
)
from convmed.moteur.registre import EXERCICE, Registre
from convmed.moteur.valeurs import Instance
from convmed.textes import Erreurs
from moteur.reseau import ajouter, contexte, registre

J = dt.date
TABLES: dict[str, pl.DataFrame] = {
    "reseau": pl.DataFrame({"reseau": ["A", "B", "C"], "public": [True, None, False], "ville": ["Lyon", None, "Nice"]}),
    "lecteur": pl.DataFrame(
        {
            "lecteur": ["a", "b", "c", "d"],
            "reseau": ["A", "A", "B", "B"],
            "naissance": [J(1964, 2, 29), J(2000, 1, 31), None, J(1965, 12, 31)],
            "inscrit_le": [J(2024, 2, 29), None, J(2023, 12, 31), J(2025, 8, 31)],
            "etudiant": [True, False, None, True],
        }
    ),
    "pret": pl.DataFrame(
        {
            "pret": [1, 2, 3, 4, 5],
            "lecteur": ["a", "a", "b", "c", "c"],
            "retard": [3, None, 0, 7, -1],
            "prix": [1000, 2000, None, 0, 50],
            "date": [J(2025, 1, 31), J(2024, 2, 29), None, J(2023, 5, 31), J(2025, 12, 31)],
            "rayon": ["cartes", None, "romans", "plans", "romans"],
        }
    ),
}


def colonnes(r: Registre, entite: str, noms: list[str], tables: dict[str, pl.DataFrame] | None = None, **options: Any) -> Any:
    """Return the values of Polars, after checking that DuckDB gives the same."""
    tables = TABLES if tables is None else tables
    obtenu = Calcul(contexte(r), tables, **options).evaluer(entite, noms).collect().sort(entite)
    with duckdb.connect() as base:
        relations = {nom: base.from_arrow(table.to_arrow()) for nom, table in tables.items()}
        autre = Calcul(contexte(r), relations, **options).evaluer(entite, noms).pl().sort(entite)
    assert obtenu.select(noms).to_dicts() == autre.select(noms).to_dicts()
    return obtenu.select(noms).to_dict(as_series=False)


def tracees(r: Registre, entite: str, noms: list[str]) -> Any:
    ici = contexte(r)
    prets: dict[str, list[Instance]] = {}
    for ligne in TABLES["pret"].to_dicts():
        prets.setdefault(ligne["lecteur"], []).append(Instance(ici, "pret", ligne))
    lecteurs: dict[str, list[Instance]] = {}
    for ligne in TABLES["lecteur"].to_dicts():
        lecteur = Instance(ici, "lecteur", ligne, {"pret": prets.get(ligne["lecteur"], [])})
        lecteurs.setdefault(ligne["reseau"], []).append(lecteur)
    reseaux = [Instance(ici, "reseau", x, {"lecteur": lecteurs.get(x["reseau"], [])}) for x in TABLES["reseau"].to_dicts()]
    rangees = {
        "reseau": reseaux,
        "lecteur": [x for liste in lecteurs.values() for x in liste],
        "pret": [x for liste in prets.values() for x in liste],
    }
    triees = sorted(rangees[entite], key=lambda instance: instance.donnees[entite])
    return {nom: [instance.valeur(nom) for instance in triees] for nom in noms}


CAS: list[tuple[str, str, Any, list[Any]]] = [
    # columns of the parent, of the grand-parent, and a rule of the grand-parent
    ("pret", "booléen", lambda etudiant, public: et(etudiant, public), [True, True, False, None, None]),
    ("pret", "ans", lambda naissance, date: ans_revolus(naissance, date), [60, 60, None, None, None]),
    # completed years and months on days that do not exist
    ("lecteur", "ans", lambda naissance, jour: ans_revolus(naissance, jour), [61, 25, None, 60]),
    ("lecteur", "mois", lambda inscrit_le, jour: mois_revolus(inscrit_le, jour), [22, None, 24, 4]),
    # dates moved by a constant, a figure, a choice of constants, an unpublished figure
    ("lecteur", "date", lambda inscrit_le: decale(inscrit_le, 12), [J(2025, 2, 28), None, J(2024, 12, 31), J(2026, 8, 31)]),
    ("lecteur", "date", lambda inscrit_le, bareme: decale(inscrit_le, 0 - bareme.delai),
     [J(2022, 2, 28), None, J(2021, 12, 31), J(2023, 8, 31)]),
    ("lecteur", "date", lambda inscrit_le, etudiant: decale(inscrit_le, cas((etudiant, 6), sinon=1)),
     [J(2024, 8, 29), None, None, J(2026, 2, 28)]),
    ("lecteur", "date", lambda inscrit_le, bareme: decale(inscrit_le, bareme.delai_inconnu), [None] * 4),
    # constants: folded, missing, of the exercise, of a date relative to the exercise
    ("lecteur", "EUR", lambda bareme: bareme.amende * 3, [45] * 4),
    ("lecteur", "EUR", lambda bareme: bareme.inconnue + 1, [None] * 4),
    ("lecteur", "booléen", lambda bareme, etudiant: et(bareme.ouverte, etudiant), [None, False, None, None]),
    ("lecteur", "booléen", lambda bareme, etudiant: ou(bareme.ouverte, etudiant), [True, None, None, True]),
    ("lecteur", "booléen", lambda jour, bareme: jour == bareme.cloture, [True] * 4),
    ("lecteur", "ans", lambda jour, bareme: ans_revolus(bareme.cloture, jour), [0] * 4),
    ("lecteur", "nombre", lambda bareme: cas((bareme.ouverte, 1), sinon=2), [None] * 4),
    # integer division: below zero, by zero, by a column
    ("pret", "nombre", lambda retard: retard // 2, [1, None, 0, 3, -1]),
    ("pret", "nombre", lambda prix, retard: prix // retard, [333, None, None, 0, -50]),
    ("pret", "nombre", lambda prix: prix // 0, [None] * 5),
    ("pret", "nombre", lambda prix, retard: cas((prix // retard > 300, 1), sinon=2), [1, None, None, 2, 2]),
    # bounds, lists, absent values
    ("pret", "EUR", lambda prix, bareme: au_plus(prix, 1_000), [1_000, 1_000, None, 0, 50]),
    ("pret", "jours", lambda retard: au_moins(retard, 0), [3, None, 0, 7, 0]),
    ("pret", "booléen", lambda rayon, bareme: parmi(rayon, bareme.rayons), [True, None, False, True, False]),
    ("pret", "booléen", lambda rayon, bareme: parmi(rayon, bareme.liste_inconnue), [None] * 5),
    ("pret", "booléen", lambda retard: parmi(retard, ()), [False, None, False, False, False]),
    ("pret", "booléen", lambda inscrit_le: present(inscrit_le), [True, True, False, True, True]),
    ("pret", "booléen", lambda retard: non(retard > 0), [False, None, True, False, True]),
    # aggregates: no child, missing children, a condition, a nested aggregate, a constant
    ("lecteur", "EUR", lambda prix: somme("pret", prix), [3_000, 0, 50, 0]),
    ("lecteur", "EUR", lambda prix, retard: somme("pret", prix, retard > 0), [1_000, 0, 0, 0]),
    ("lecteur", "nombre", lambda retard: nombre("pret", retard > 0), [1, 0, 1, 0]),
    ("lecteur", "nombre", lambda: nombre("pret", True), [2, 1, 2, 0]),
    ("lecteur", "booléen", lambda rayon: existe("pret", rayon == "romans"), [False, True, True, False]),
    ("lecteur", "date", lambda date: premiere("pret", date), [J(2024, 2, 29), None, J(2023, 5, 31), None]),
    ("lecteur", "date", lambda date, retard: derniere("pret", date, retard > 0), [J(2025, 1, 31), None, J(2023, 5, 31), None]),
    ("reseau", "nombre", lambda rayon: nombre("lecteur", existe("pret", rayon == "romans")), [1, 1, 0]),
    ("reseau", "EUR", lambda prix, public: somme("lecteur", cas((public, somme("pret", prix)), sinon=1)), [3_000, 0, 0]),
]  # fmt: skip


@pytest.mark.parametrize(("entite", "unite", "corps", "attendues"), CAS)
def test_colonnes_et_valeurs_sur_des_formes_difficiles(entite: str, unite: str, corps: Any, attendues: list[Any]) -> None:
    r = registre()
    ajouter(r, entite, unite, corps, "resultat")
    assert tracees(r, entite, ["resultat"]) == {"resultat": attendues}
    assert colonnes(r, entite, ["resultat"]) == {"resultat": attendues}


def test_une_regle_de_l_exercice_est_une_constante() -> None:
    r = registre()
    ajouter(r, EXERCICE, "booléen", lambda jour, bareme: jour >= bareme.cloture, "ouvert")
    ajouter(r, "lecteur", "nombre", lambda ouvert, etudiant: cas((et(ouvert, etudiant), 1), sinon=0), "compte")
    assert tracees(r, "lecteur", ["compte"]) == colonnes(r, "lecteur", ["compte"]) == {"compte": [1, 0, None, 1]}


def test_une_regle_du_parent_lue_par_l_enfant_puis_sommee_par_le_parent() -> None:
    r = registre()
    ajouter(r, "lecteur", "nombre", lambda retard: nombre("pret", retard > 0), "retards")
    ajouter(r, "pret", "EUR", lambda prix, retards: prix * retards, "part_du_pret")
    ajouter(r, "lecteur", "EUR", lambda part_du_pret: somme("pret", part_du_pret), "total")
    ajouter(r, "reseau", "EUR", lambda total: somme("lecteur", total), "du_reseau")
    assert tracees(r, "lecteur", ["total"]) == colonnes(r, "lecteur", ["total"]) == {"total": [3_000, 0, 50, 0]}
    assert tracees(r, "reseau", ["du_reseau"]) == colonnes(r, "reseau", ["du_reseau"]) == {"du_reseau": [3_000, 50, 0]}


def test_l_explication_d_un_enfant_ne_prend_rien_a_celle_de_ses_freres() -> None:
    r = registre()
    ajouter(r, "lecteur", "nombre", lambda rayon: nombre("pret", rayon == "romans"), "romans")
    ajouter(r, "pret", "EUR", lambda prix, romans: prix * romans, "part_du_pret")
    ajouter(r, "lecteur", "EUR", lambda part_du_pret: somme("pret", part_du_pret), "total")
    prets = [{"prix": 5, "rayon": "romans"}, {"prix": 7, "rayon": "cartes"}]
    ici = contexte(r)
    arbre = Instance(ici, "lecteur", {}, {"pret": [Instance(ici, "pret", p) for p in prets]}).expliquer("total")
    assert arbre.valeur == 12
    groupes = arbre.enfants[0].enfants
    assert [(g.libelle, [e.nom for e in g.enfants]) for g in groupes] == [
        ("1 × 0,07\N{NO-BREAK SPACE}€", ["part_du_pret"]), ("1 × 0,05\N{NO-BREAK SPACE}€", ["part_du_pret"]),
    ]  # fmt: skip


def test_ce_qui_est_ecrit_deux_fois_se_calcule_une_fois() -> None:
    r = registre()

    def prochain(date: Any, inscrit_le: Any, jour: Any) -> Any:
        """Prochain passage."""
        borne = au_moins(au_plus(decale(au_moins(date, inscrit_le), 12), jour), decale(jour, -24))
        return au_moins(au_plus(decale(borne, 1), decale(jour, 36)), borne)

    ajouter(r, "pret", "date", prochain, "prochain")
    plan = Calcul(contexte(r), TABLES).planificateur.planifier("pret", ["prochain"])
    assert plan.partages
    assert colonnes(r, "pret", ["prochain"]) == tracees(r, "pret", ["prochain"])


def test_un_produit_reste_dans_sa_branche() -> None:
    r = registre()
    enorme = 2**40

    def garde(prix: Any, retard: Any) -> Any:
        produit = prix * enorme * enorme + prix + retard + prix + 1
        return cas((prix > 0, 0), sinon=produit + produit)

    ajouter(r, "pret", "EUR", garde, "garde")
    tables = {**TABLES, "pret": TABLES["pret"].filter(pl.col("prix") > 0)}
    assert colonnes(r, "pret", ["garde"], tables) == {"garde": [0, 0, 0]}


def test_une_colonne_promise_sans_trou_donne_le_meme_resultat() -> None:
    r = registre()
    ajouter(r, "pret", "nombre", lambda retard: cas((retard > 2, 1), (retard > 0, 2), sinon=3), "classe")
    tables = {**TABLES, "pret": TABLES["pret"].with_columns(pl.col("retard").fill_null(1))}
    attendu = {"classe": [1, 2, 3, 1, 3]}
    assert colonnes(r, "pret", ["classe"], tables) == attendu
    assert colonnes(r, "pret", ["classe"], tables, sans_nul=["retard"]) == attendu


def test_une_colonne_non_fournie_est_manquante_et_non_vide() -> None:
    r = registre()
    ajouter(r, "lecteur", "booléen", lambda inscrit_le: present(inscrit_le), "inscrit")
    ajouter(r, "lecteur", "booléen", lambda etudiant: present(etudiant), "declare")
    ajouter(r, "pret", "booléen", lambda inscrit_le: present(inscrit_le), "pret_d_inscrit")
    sans = {**TABLES, "lecteur": TABLES["lecteur"].drop("inscrit_le", "etudiant")}
    assert colonnes(r, "lecteur", ["inscrit", "declare"], sans) == {"inscrit": [None] * 4, "declare": [False] * 4}
    assert colonnes(r, "pret", ["pret_d_inscrit"], sans) == {"pret_d_inscrit": [None] * 5}
    assert Instance(contexte(r), "pret", {}, parent=Instance(contexte(r), "lecteur", {})).valeur("pret_d_inscrit") is None


@pytest.mark.parametrize(
    ("colonne", "dtype"),
    [("retard", pl.UInt8), ("retard", pl.Int16), ("prix", pl.UInt32), ("date", pl.Datetime("us")), ("rayon", pl.Categorical)],
)
def test_les_types_voisins_sont_ramenes_a_ceux_du_calcul(colonne: str, dtype: Any) -> None:
    r = registre()
    ajouter(r, "pret", "jours", lambda retard: retard - 5, "ecart")
    ajouter(r, "pret", "EUR", lambda prix: prix * 4_000_000, "gros")
    ajouter(r, "pret", "date", lambda date: decale(date, 1), "plus_tard")
    ajouter(r, "pret", "booléen", lambda rayon: rayon == "cartes", "cartes")
    noms = ["ecart", "gros", "plus_tard", "cartes"]
    propre = TABLES["pret"].with_columns(pl.col("retard").replace(-1, 1))
    voisine = propre.with_columns(pl.col(colonne).cast(dtype))
    attendu = Calcul(contexte(r), {"pret": propre}).evaluer("pret", noms).collect()
    assert Calcul(contexte(r), {"pret": voisine}).evaluer("pret", noms).collect().to_dicts() == attendu.to_dicts()
    assert attendu["ecart"].to_list() == [-2, None, -5, 2, -4]
    assert attendu["gros"].to_list()[1] == 8_000_000_000


def test_une_colonne_toute_vide_et_sans_type_convient() -> None:
    r = registre()
    ajouter(r, "lecteur", "ans", lambda naissance, jour: ans_revolus(naissance, jour), "age")
    tables = {"lecteur": pl.DataFrame({"lecteur": ["a"], "naissance": [None]})}
    assert colonnes(r, "lecteur", ["age"], tables) == {"age": [None]}


def test_tous_les_mauvais_types_sont_dits_a_la_fois() -> None:
    table = TABLES["pret"].with_columns(pl.col("prix").cast(pl.Float64), pl.col("date").cast(pl.String))
    with pytest.raises(Erreurs) as refus:
        Calcul(contexte(registre()), {"pret": table})
    assert [(f.fichier, f.colonne, f.attendu) for f in refus.value.fautes] == [
        ("pret", "prix", "des entiers"), ("pret", "date", "des dates"),
    ]  # fmt: skip


def test_ce_qu_une_regle_ne_peut_pas_lire() -> None:
    r = registre()
    ajouter(r, "reseau", "EUR", lambda prix: prix + 1, "hors_agregat")
    ajouter(r, "reseau", "EUR", lambda prix: somme("pret", prix), "petits_enfants")
    ajouter(r, "pret", "date", lambda date, retard: decale(date, retard), "mois_variables")
    ajouter(r, "lecteur", "EUR", lambda prix: somme("pret", prix), "total")
    with pytest.raises(LookupError, match="que dans un agrégat"):
        colonnes(r, "reseau", ["hors_agregat"])
    with pytest.raises(TypeError, match="d'une ligne à l'autre"):
        colonnes(r, "pret", ["mois_variables"])
    with pytest.raises(LookupError, match="« pret » n'est pas fournie"):
        colonnes(r, "lecteur", ["total"], {"lecteur": TABLES["lecteur"]})
    fautes = " ; ".join(r.verifier({}))
    assert "hors_agregat lit « prix », qui n'est ni de « reseau » ni d'un ancêtre, hors d'un agrégat" in fautes
    assert "petits_enfants agrège « pret », qui n'est pas un enfant de « reseau »" in fautes


def test_evaluer_garde_les_cles_et_les_colonnes_demandees() -> None:
    r = registre()
    ajouter(r, "lecteur", "booléen", lambda etudiant: non(etudiant), "paye")
    obtenu = Calcul(contexte(r), TABLES).evaluer("lecteur", ["paye"], garder=["naissance"]).collect()
    assert obtenu.columns == ["lecteur", "reseau", "naissance", "paye"]
