"""A scenario that someone sends: it opens no file, sets no trap, and its faults say where; figures laid without a file."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.restitution.scenario import en_yaml
from convmed.textes import Erreurs, Faute, Texte, baremes, trouver_texte
from convmed.textes.textes import lire_scenario, lire_scenario_recu, poser
from convmed.textes.yaml_recu import NIVEAUX_MAX, TAILLE_MAX

EXEMPLES = sorted((Path(__file__).parents[2] / "exemples" / "scenarios").glob("*.yaml"))
FMT, FIGURE = "forfait-medecin-traitant", "ald_80_ans_et_plus"
JOURS = [dt.date(annee, mois, 1) for annee in range(2016, 2032) for mois in (1, 7)] + [dt.date(2026, 12, 31), dt.date(2028, 12, 31)]


def lire(contenu: str) -> Texte:
    return lire_scenario_recu(contenu.encode(), "envoi.yaml")


def fautes(octets: bytes) -> list[Faute]:
    with pytest.raises(Erreurs) as refus:
        lire_scenario_recu(octets, "envoi.yaml")
    return refus.value.fautes


def valeurs(texte: Texte) -> dict[tuple[str, str, dt.date], object]:
    lues = {}
    for nom, figures in baremes().items():
        for figure in figures.values():
            for jour in JOURS:
                trouvee = texte.valeur(figure, jour)
                lues[nom, figure.nom, jour] = None if trouvee is None else (trouvee.calcul, trouvee.supprimee)
    return lues


def test_un_scenario_recu_vaut_celui_d_un_fichier(tmp_path: Path) -> None:
    contenu = f"nom: essai\nbase: convention-2024\nfigures:\n  {FMT}:\n    {FIGURE}: {{valeur: 123.45, du: 2027-01-01}}\n"
    (tmp_path / "essai.yaml").write_text(contenu, "utf-8")
    assert valeurs(lire(contenu)) == valeurs(lire_scenario(tmp_path / "essai.yaml"))


@pytest.mark.parametrize("base", ["/etc/passwd", "../autre.yaml", str(EXEMPLES[0]), "fmt-60-euros.yaml"])
def test_un_scenario_recu_n_ouvre_aucun_fichier(base: str) -> None:
    (faute,) = fautes(f"base: {base}\nfigures: {{}}\n".encode())
    assert (faute.champ, faute.ligne) == ("base", 1)
    assert faute.attendu is not None and "l'un de convention-2016" in faute.attendu


def bombe(niveaux: int, largeur: int) -> str:
    lignes = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * largeur)}]" for n in range(1, niveaux)]
    return "\n".join(lignes)


@pytest.mark.parametrize(
    ("contenu", "ligne", "message"),
    [
        ("figures: !!python/object/apply:os.system ['true']\n", 1, "étiquette YAML refusée"),
        ("nom: a\nlibelle: !!binary aGVsbG8=\n", 2, "étiquette YAML refusée"),
        ("nom: a\nfigures: !mien {}\n", 2, "étiquette YAML refusée"),
        (bombe(30, 30), 1, "ancre YAML refusée"),
        ("nom: a\nfigures: &f\n  f: *f\n", 2, "ancre YAML refusée"),
        ("nom: *rien\n", 1, "ancre YAML refusée"),
        ("[" * 100_000, 1, "trop de blocs les uns dans les autres"),
        ("nom: a\nfigures: " + "{a: " * 100_000, 2, "trop de blocs les uns dans les autres"),
        ("- " * 100_000, 1, "trop de blocs les uns dans les autres"),
        ("[" * (NIVEAUX_MAX + 1) + "]" * (NIVEAUX_MAX + 1), 1, "trop de blocs les uns dans les autres"),
    ],
    ids=["objet", "binaire", "inconnue", "bombe", "boucle", "sans-ancre", "crochets", "accolades", "tirets", "juste-trop"],
)
def test_les_pieges_sont_refuses_avec_leur_ligne(contenu: str, ligne: int, message: str) -> None:
    debut = time.perf_counter()
    (faute,) = fautes(contenu.encode())
    assert (faute.ligne, faute.message) == (ligne, message)
    assert time.perf_counter() - debut < 2


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"#" * (TAILLE_MAX + 1), "fichier trop grand"),
        (b"\xff\xfe\x00", "ce fichier n'est pas un texte lisible"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "ce fichier n'est pas un texte lisible"),
        (b"nom: \x00", "ce fichier n'est pas du YAML lisible"),
        (b"nom: [", "ce fichier n'est pas du YAML lisible"),
        (b"", "un bloc « clé: valeur » manque ici"),
        (b"--- {}\n--- {}\n", "ce fichier n'est pas du YAML lisible"),
    ],
    ids=["trop-grand", "utf-16", "image", "nul", "ouvert", "vide", "deux"],
)
def test_ce_qui_n_est_pas_un_scenario(octets: bytes, message: str) -> None:
    assert fautes(octets)[0].message == message


def test_toutes_les_fautes_avec_ligne_et_colonne() -> None:
    trouvees = fautes(f"nom: essai\nbase: en-vigeur\nfigures:\n  {FMT}:\n    {FIGURE}: beaucoup\n  vms: {{}}\n".encode())
    assert [(f.ligne, f.colonne) for f in trouvees] == [(2, "1"), (5, "5"), (6, "3")]
    assert "peut-être en-vigueur" in str(trouvees[0])


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=400), st.text(alphabet="abn: -[]{}&*!#'\"\n\t0.", max_size=120).map(str.encode)))
def test_rien_d_autre_qu_une_faute_ne_sort_d_un_envoi(octets: bytes) -> None:
    try:
        lire_scenario_recu(octets, "envoi.yaml")
    except Erreurs as erreurs:
        assert erreurs.fautes


def test_poser_sans_fichier() -> None:
    base = trouver_texte("en-vigueur")
    pose = poser(base, {FMT: {FIGURE: "120", "de_75_a_79_ans": {"valeur": 20, "du": dt.date(2027, 1, 1)}}}, "essai", "Mon essai")
    figures = baremes()[FMT]
    assert [pose.valeur(figures[FIGURE], dt.date(a, 6, 1)).calcul for a in (2024, 2027)] == [12_000, 12_000]  # type: ignore[union-attr]
    assert [pose.valeur(figures["de_75_a_79_ans"], dt.date(a, 6, 1)).calcul for a in (2026, 2027)] == [1500, 2000]  # type: ignore[union-attr]
    assert (pose.id, pose.libelle, pose.chaine) == ("essai", "Mon essai", base.chaine)


def test_poser_dit_toutes_les_fautes_sans_ligne() -> None:
    with pytest.raises(Erreurs) as refus:
        poser(trouver_texte("en-vigueur"), {FMT: {FIGURE: "cent", "rien": 3}, "autre": {"x": 1}}, "essai")
    assert [(f.champ, f.ligne, f.fichier) for f in refus.value.fautes] == [
        (f"figures.{FMT}.{FIGURE}.valeurs.0", None, None), (f"figures.{FMT}.rien", None, None), ("figures.autre", None, None),
    ]  # fmt: skip


@pytest.mark.parametrize("chemin", EXEMPLES, ids=lambda chemin: chemin.stem)
def test_un_scenario_ecrit_puis_relu_dit_la_meme_chose(chemin: Path) -> None:
    texte = lire_scenario(chemin)
    relu = lire(en_yaml(texte))
    assert (relu.id, relu.libelle, relu.chaine) == (texte.id, texte.libelle, texte.chaine)
    assert valeurs(relu) == valeurs(texte)
    assert en_yaml(relu) == en_yaml(texte)
    references = {v.reference for liste in relu.ajouts.values() for v in liste}
    assert {v.reference for liste in texte.ajouts.values() for v in liste if "scénario «" not in v.reference} <= references


NOMBRES = st.decimals(0, 10_000, places=2).map(lambda d: format(d, "f"))
BLOCS = st.one_of(
    NOMBRES,
    st.just("supprime"),
    st.tuples(NOMBRES, st.sampled_from(JOURS)).map(lambda t: {"valeur": t[0], "du": t[1]}),
    st.tuples(NOMBRES, st.sampled_from(JOURS)).map(lambda t: {"valeur": t[0], "du": t[1], "au": t[1] + dt.timedelta(days=400)}),
)
TRAVAUX = st.dictionaries(st.sampled_from([FIGURE, "de_75_a_79_ans", "taux_zone"]), BLOCS, max_size=3)


@settings(max_examples=40, deadline=None)
@given(TRAVAUX, TRAVAUX, st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20))
def test_deux_scenarios_l_un_sur_l_autre_s_ecrivent_en_un(dessous: dict[str, object], dessus: dict[str, object], libelle: str) -> None:
    bas = poser(trouver_texte("convention-2024"), {FMT: dessous}, "bas")
    haut = poser(bas, {FMT: dessus}, "haut", libelle)
    relu = lire(en_yaml(haut))
    assert valeurs(relu) == valeurs(haut)
    assert relu.libelle == haut.libelle
