"""Reading a barème: what is refused and where, the integers of computation, which value holds at a date."""

from __future__ import annotations

import datetime as dt
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.textes import Erreurs, Figure, textes_connus
from convmed.textes import bareme as module_bareme
from convmed.textes.bareme import date_relative, en_calcul, lire_figures, lire_yaml
from convmed.textes.unites import PLAFOND

SCHEMAS = Path(module_bareme.__file__).parent
REFUSES: dict[str, Any] = lire_yaml(Path(__file__).with_name("documents_refuses.yaml").read_text("utf-8"), "refus")
FICHIER = "essai/bareme.yaml"
CONNUS = frozenset(textes_connus())
JOUR = dt.timedelta(days=1)


def en_json(texte: str) -> Any:
    """Return a YAML document as JSON has it: dates as text, decimals as numbers."""

    def convertir(valeur: Any) -> Any:
        if isinstance(valeur, dict):
            return {str(cle): convertir(v) for cle, v in valeur.items()}
        if isinstance(valeur, list):
            return [convertir(v) for v in valeur]
        if isinstance(valeur, dt.date):
            return valeur.isoformat()
        try:
            return float(valeur) if isinstance(valeur, str) and "." in valeur else valeur
        except ValueError:
            return valeur

    return convertir(lire_yaml(texte, FICHIER))


def lire(document: str) -> dict[str, Figure]:
    return lire_figures(document, FICHIER, CONNUS)


def figure(valeurs: str, unite: str = "EUR") -> Figure:
    entete = REFUSES["entete"].replace("unite: EUR", f'unite: "{unite}"')
    return lire(entete + valeurs)["montant"]


def refus(document: str) -> Erreurs:
    with pytest.raises(Erreurs) as erreurs:
        lire(document)
    assert {faute.fichier for faute in erreurs.value.fautes} == {FICHIER}
    return erreurs.value


@pytest.mark.parametrize("cas", REFUSES["valeurs"] + REFUSES["documents"], ids=lambda cas: cas["nom"])
def test_chaque_faute_dit_son_fichier_et_sa_ligne(cas: dict[str, Any]) -> None:
    fautes = refus(cas["document"] if "document" in cas else REFUSES["entete"] + cas["valeurs"]).fautes
    for ligne, message in cas["fautes"].items():
        assert any(f.ligne == ligne and f.message.startswith(message) for f in fautes), fautes
    attendues = cas.get("nombre", len(cas["fautes"]))
    assert len(fautes) == attendues, fautes


@pytest.mark.parametrize("cas", REFUSES["illisibles"], ids=lambda cas: cas["nom"])
def test_ce_qui_n_est_pas_du_yaml(cas: dict[str, Any]) -> None:
    (faute,) = refus(cas["document"]).fautes
    assert (faute.message, faute.ligne) == ("ce fichier n'est pas du YAML lisible", cas["ligne"])


@pytest.mark.parametrize(("unite", "valeur"), REFUSES["unites"])
def test_une_valeur_est_de_son_unite(unite: str, valeur: object) -> None:
    (faute,) = refus(REFUSES["entete"].replace("EUR", f'"{unite}"') + f"      - {{valeur: {valeur}}}").fautes
    assert faute.ligne == 10
    assert "illisible" in faute.message
    assert faute.attendu == f"une valeur en {unite}"


def test_un_alias_qui_se_contient_est_refuse_avec_sa_ligne() -> None:
    fautes = refus("dispositif: essai\nfigures: &f\n  f: *f\n").fautes
    assert (3, "clé inconnue « f »") in {(f.ligne, f.message) for f in fautes}


def test_un_nombre_sans_fin_est_refuse() -> None:
    (faute,) = refus(f"dispositif: {'9' * 5000}").fautes
    assert faute.message == "ce fichier n'est pas du YAML lisible"


def test_une_faute_se_lit_en_une_ligne() -> None:
    erreurs = refus(REFUSES["entete"] + "      - {valeur: 1, statut: ferme}")
    assert str(erreurs) == (
        "essai/bareme.yaml, ligne 10, figures.montant.valeurs.0 : « statut » vaut 'ferme' "
        "(attendu : l'un de signe, applique, propose, anterieur)"
    )


# --- the integers of computation


@pytest.mark.parametrize(
    ("unite", "ecrite", "calcul"),
    [
        ("EUR", "30", 3000),
        ("EUR", "8767.50", 876750),
        ("EUR", "8767.5", 876750),
        ("EUR/an", "0.07", 7),
        ("EUR/an", "1.10", 110),
        ("EUR", "-4.35", -435),
        ("EUR", "0.070", 7),
        ("EUR", "99999999999.99", PLAFOND - 1),
        ("MEUR", "7", 7),
        ("%", "22.5", 2250),
        ("% du PASS", "0.29", 29),
        ("% du socle", "100", 10000),
        ("points", "1.1", 11),
        ("points", "280", 2800),
        ("nombre", "800", 800),
        ("mois", "0", 0),
        ("mois", "1500", 1500),
        ("ans", "125", 125),
        ("booléen", "false", False),
        ("booléen", "true", True),
        ("date", "2026-01-01", dt.date(2026, 1, 1)),
        ("date relative", "31/12/n-1", "31/12/n-1"),
        ("jour de l'année", "01/04", "01/04"),
        ("texte", "P6P", "P6P"),
        ("texte", "010", "010"),
        ("liste", "[4, 6]", (4, 6)),
        ("liste", '["01"]', ("01",)),
        ("liste", "[]", ()),
    ],
)  # fmt: skip
def test_la_valeur_de_calcul(unite: str, ecrite: str, calcul: object) -> None:
    (valeur,) = figure(f"      - {{valeur: {ecrite}}}", unite).valeurs
    assert (valeur.calcul, type(valeur.calcul)) == (calcul, type(calcul))
    assert not isinstance(valeur.brute, float)


@given(st.integers(-PLAFOND + 1, PLAFOND - 1))
def test_aucun_centime_ne_se_perd(centimes: int) -> None:
    signe, (euros, reste) = "-" if centimes < 0 else "", divmod(abs(centimes), 100)
    lu = lire_yaml(f"v: {signe}{euros}.{reste:02d}", FICHIER)["v"]
    assert en_calcul(lu, "EUR") == centimes
    assert isinstance(en_calcul(lu, "EUR"), int)


def test_jamais_un_flottant() -> None:
    lu = lire_yaml("{a: 8767.50, b: 1.0e+3, c: .inf, d: 08:30, e: 010, f: 1_000}", FICHIER)
    assert lu == {"a": "8767.50", "b": "1.0e+3", "c": ".inf", "d": "08:30", "e": "010", "f": "1_000"}


@pytest.mark.parametrize(
    ("expression", "date"),
    [("31/12/n-1", dt.date(2025, 12, 31)), ("31/12/n", dt.date(2026, 12, 31)), ("30/06/n+1", dt.date(2027, 6, 30))],
)
def test_date_relative(expression: str, date: dt.date) -> None:
    assert date_relative(expression, 2026) == date


def test_supprime_n_est_pas_non_publie() -> None:
    avant, apres = figure("      - {valeur: 5, au: 2025-12-31}\n      - {valeur: supprime, du: 2026-01-01}").valeurs
    assert (avant.supprimee, avant.calcul) == (False, 500)
    assert (apres.supprimee, apres.calcul) == (True, None)
    (nulle,) = figure("      - {valeur: null}").valeurs
    assert (nulle.supprimee, nulle.calcul) == (False, None)


def test_une_figure_typee_et_vide_n_a_pas_de_valeur() -> None:
    document = "dispositif: essai\narticles: art. 1\nfigures:\n  f: {libelle: F, unite: EUR, valeurs: []}"
    vide = lire(document)["f"]
    assert (vide.libelle, vide.unite, vide.article, vide.valeurs) == ("F", "EUR", "art. 1", [])
    assert vide.a(("en-vigueur", "convention-2024"), dt.date(2026, 1, 1)) is None


def test_ce_que_le_fichier_dit_par_defaut_cede_a_la_valeur() -> None:
    ecrite, par_defaut = figure(
        "      - {valeur: 1, texte: en-vigueur, statut: applique, confiance: presse, reference: r, verifie_le: 2026-01-02,"
        " source: s, note: n}\n      - {valeur: 2}"
    ).valeurs
    assert (ecrite.texte, ecrite.statut, ecrite.confiance, ecrite.reference) == ("en-vigueur", "applique", "presse", "r")
    assert (ecrite.verifie_le, ecrite.source, ecrite.note) == (dt.date(2026, 1, 2), "s", "n")
    assert (par_defaut.texte, par_defaut.statut, par_defaut.confiance) == ("convention-2024", "signe", "officiel")
    assert (par_defaut.reference, par_defaut.verifie_le) == ("art. 1", dt.date(2026, 11, 22))
    assert (par_defaut.source, par_defaut.note) == (None, None)


# --- which value holds

CHAINE = ("en-vigueur", "convention-2024", "convention-2016")
EN_CHAINE = """\
      - {valeur: 1, texte: convention-2016, du: 2018-01-01}
      - {valeur: 2, texte: convention-2024, du: 2025-07-01}
      - {valeur: 3, texte: en-vigueur, du: 2025-07-01, au: 2025-12-31}
"""


@pytest.mark.parametrize(
    ("date", "valeur"),
    [
        ("2017-12-31", None), ("2018-01-01", 100), ("2018-01-02", 100),
        ("2025-06-30", 100), ("2025-07-01", 300), ("2025-07-02", 300),
        ("2025-12-30", 300), ("2025-12-31", 300), ("2026-01-01", 200),
    ],
)  # fmt: skip
def test_le_premier_texte_qui_parle_l_emporte(date: str, valeur: int | None) -> None:
    lue = figure(EN_CHAINE).a(CHAINE, dt.date.fromisoformat(date))
    assert (lue.calcul if lue else None) == valeur


def test_un_texte_hors_de_la_chaine_ne_parle_pas() -> None:
    lue = figure(EN_CHAINE).a(("convention-2024", "convention-2016"), dt.date(2025, 7, 1))
    assert lue is not None
    assert lue.calcul == 200
    assert figure(EN_CHAINE).a(("proposition-2024-02-08",), dt.date(2025, 7, 1)) is None


def test_le_texte_qui_supprime_cache_celui_du_dessous() -> None:
    finie = figure(
        "      - {valeur: 1, texte: convention-2016}\n      - {valeur: supprime, texte: convention-2024, du: 2026-01-01}"
    )
    veille, jour = finie.a(CHAINE, dt.date(2025, 12, 31)), finie.a(CHAINE, dt.date(2026, 1, 1))
    assert veille is not None
    assert jour is not None
    assert (veille.calcul, jour.calcul, jour.supprimee) == (100, None, True)


@given(
    debut=st.dates(dt.date(2000, 1, 1), dt.date(2020, 12, 31)),
    durees=st.lists(st.integers(1, 900), min_size=1, max_size=6),
    melange=st.randoms(use_true_random=False),
    ecart=st.integers(-400, 6000),
)
def test_la_valeur_d_une_date_est_celle_de_sa_periode(debut: dt.date, durees: list[int], melange: Any, ecart: int) -> None:
    """Periods that touch one another, in any order in the file: `durees` days each, one value a period."""
    debuts = [debut + dt.timedelta(days=jours) for jours in accumulate(durees, initial=0)]
    periodes = [(du, fin - JOUR, rang) for rang, (du, fin) in enumerate(pairwise(debuts))]
    ecrites = list(periodes)
    melange.shuffle(ecrites)
    lue = figure("\n".join(f"      - {{valeur: {rang}, du: {du}, au: {au}}}" for du, au, rang in ecrites))
    bords = [date for du, au, _ in periodes for date in (du - JOUR, du, au, au + JOUR)]
    for date in [*bords, debut + dt.timedelta(days=ecart)]:
        valeur = lue.a(("en-vigueur", "convention-2024"), date)
        attendue = next((rang for du, au, rang in periodes if du <= date <= au), None)
        assert (None if valeur is None else valeur.calcul) == (None if attendue is None else attendue * 100)
