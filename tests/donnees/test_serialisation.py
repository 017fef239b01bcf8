"""A dossier written as bytes and read back is the same dossier; anything else is refused in French."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal, assert_series_equal

from convmed.donnees import serialisation
from convmed.donnees.colonnes_dossier import ACTES, PAIEMENTS, PATIENTS, TRACEURS_CONNUS, Fichier
from convmed.donnees.conversions import TYPES
from convmed.donnees.dossier import Dossier, lire_dossier
from convmed.donnees.lecture import LIGNE
from convmed.donnees.serialisation import ENTIER_MAX, SCHEMAS, TAILLE_MAX, canonique, depuis_octets, en_octets
from convmed.textes import Erreurs

from .conftest import Ecrire

EXEMPLES = Path(__file__).parents[2] / "exemples"
TABLES = tuple(SCHEMAS)

jours = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
textes = st.text(st.characters(codec="utf-8"), max_size=12)
cellules: dict[str, st.SearchStrategy[Any]] = {
    "identifiant": textes, "texte": textes, "code": textes, "specialite": st.from_regex("[0-9]{2}", fullmatch=True), "date": jours,
    "date_heure": st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 12, 31)), "booleen": st.booleans(),
    "entier": st.integers(-(10**6), 10**6), "annee": st.integers(1900, 2100), "euros": st.integers(-(10**14), 10**14),
    "numeros_ald": st.lists(st.integers(1, 32), max_size=3),
}  # fmt: skip
valeurs_toml = st.recursive(
    st.booleans() | textes | st.integers(-ENTIER_MAX, ENTIER_MAX) | st.floats(1e-6, 1e15) | st.floats(-1e15, -1e-6) | st.just(0.0),
    lambda fils: st.lists(fils, max_size=3) | st.dictionaries(textes, fils, max_size=3), max_leaves=8,
)  # fmt: skip
medecins = st.fixed_dictionaries({"medecin": textes}, optional={
    "secteur": st.sampled_from(["1", "2", "nc"]), "date_naissance": jours, "qpv": st.booleans(), "departement": st.none() | textes,
})  # fmt: skip


@st.composite
def tables(tirage: Any, fichier: Fichier, requises: tuple[str, ...] = (), toutes: bool = False) -> pl.DataFrame:
    """Draw a table with some of the columns of its file, in any order, with empty cells."""
    libres = [colonne for colonne in fichier.colonnes if colonne.nom not in requises]
    choisies = libres if toutes else tirage(st.lists(st.sampled_from(libres), unique_by=lambda colonne: colonne.nom))
    colonnes = tirage(st.permutations([*(fichier.colonne(nom) for nom in requises), *choisies]))
    hauteur = tirage(st.integers(0, 5))
    series = []
    for colonne in colonnes:
        if colonne.nom == "patient":
            valeurs = tirage(st.lists(textes, min_size=hauteur, max_size=hauteur, unique=True))
        else:
            mots = st.sampled_from(sorted(set(colonne.choix.values()), key=str)) if colonne.choix else st.nothing()
            cellule = {**cellules, "choix": mots, "liste": st.lists(mots, max_size=2)}[colonne.genre]
            valeurs = tirage(st.lists(st.none() | cellule, min_size=hauteur, max_size=hauteur))
        series.append(pl.Series(colonne.nom, valeurs, TYPES[colonne.genre]))
    return pl.DataFrame(series)


evenements = st.lists(st.tuples(textes, jours, st.sampled_from(TRACEURS_CONNUS)), max_size=4).map(
    lambda rangees: pl.DataFrame(rangees, SCHEMAS["evenements"], orient="row")
)
affections = st.lists(st.tuples(textes, st.integers(1, 32)), max_size=4).map(
    lambda rangees: pl.DataFrame(rangees, SCHEMAS["affections"], orient="row")
)


@st.composite
def dossiers(tirage: Any) -> Dossier:
    patients = tirage(tables(PATIENTS, ("patient", "medecin")))
    lignes = tirage(st.none() | st.lists(st.integers(0, 2**32 - 1), min_size=patients.height, max_size=patients.height))
    return Dossier(
        Path("/quelque/part"),
        {"medecin": tirage(medecins), **tirage(st.fixed_dictionaries({}, optional={
            "vsm": st.dictionaries(textes, valeurs_toml, max_size=3),
            "assistants_medicaux": st.lists(st.dictionaries(textes, valeurs_toml, max_size=2), max_size=2)}))},
        patients, tirage(st.none() | evenements), tirage(affections),
        tirage(st.none() | tables(PAIEMENTS, toutes=True)), tirage(st.none() | tables(ACTES, ("date_heure", "code"))),
        tirage(st.lists(textes, max_size=2)), None if lignes is None else pl.Series(LIGNE, lignes, pl.UInt32),
        tirage(st.sampled_from(["patients.csv", "patients.parquet", "Patients.CSV"])),
    )  # fmt: skip


def verifier_pareils(un: Dossier, autre: Dossier) -> None:
    for nom in TABLES:
        premiere, seconde = getattr(un, nom), getattr(autre, nom)
        assert (premiere is None) == (seconde is None)
        if premiere is not None:
            assert_frame_equal(premiere, seconde)
    assert un.cabinet == autre.cabinet
    assert un.avertissements == autre.avertissements
    assert un.fichier_des_patients == autre.fichier_des_patients
    assert (un.lignes_des_patients is None) == (autre.lignes_des_patients is None)
    if un.lignes_des_patients is not None:
        assert_series_equal(un.lignes_des_patients, autre.lignes_des_patients)


@settings(max_examples=200, deadline=None)
@given(dossiers())
def test_aller_et_retour(dossier: Dossier) -> None:
    octets = en_octets(dossier)
    relu = depuis_octets(octets)
    verifier_pareils(dossier, relu)
    assert en_octets(relu) == octets


@pytest.mark.parametrize("nom", sorted(d.parent.name for d in EXEMPLES.glob("*/patients.csv")))
def test_les_exemples(nom: str) -> None:
    lu = lire_dossier(EXEMPLES / nom)
    verifier_pareils(lu, depuis_octets(en_octets(lu)))


def test_ni_le_lieu_ni_l_ordre_des_sections_ne_comptent(ecrire: Ecrire, tmp_path_factory: pytest.TempPathFactory) -> None:
    sections = '[medecin]\nmedecin = "DR"\n', "[vsm]\npmt = 3\n"
    un = lire_dossier(ecrire(cabinet="".join(sections)))
    ailleurs = tmp_path_factory.mktemp("ailleurs")
    for fichier in un.chemin.iterdir():
        (ailleurs / fichier.name).write_bytes(fichier.read_bytes())
    (ailleurs / "cabinet.toml").write_text("".join(reversed(sections)), "utf-8")
    assert en_octets(lire_dossier(ailleurs)) == en_octets(un)


def test_absent_n_est_pas_vide(ecrire: Ecrire) -> None:
    sans = en_octets(lire_dossier(ecrire()))
    avec = en_octets(lire_dossier(ecrire(evenements="patient;date;traceur\n")))
    assert depuis_octets(sans).evenements is None
    lus = depuis_octets(avec).evenements
    assert lus is not None
    assert lus.is_empty()


@pytest.fixture
def octets(ecrire: Ecrire) -> bytes:
    return en_octets(lire_dossier(ecrire(
        evenements="patient;date;traceur\np1;2024-10-11;vaccin-grippe\n",
        patients="patient;date_naissance;sexe;ald_numeros\np1;1950-03-02;F;8,13\np2;1980-11-30;M;\n",
    )))  # fmt: skip


Alteration = Callable[[dict[str, Any]], object]
ALTERATIONS: dict[str, Alteration] = {
    "un champ de trop": lambda d: d.update(mot_de_passe="x"),
    "un champ de moins": lambda d: d.pop("avertissements"),
    "un autre format": lambda d: d.update(format="autre"),
    "une autre version": lambda d: d.update(version=2),
    "une table de trop": lambda d: d["tables"].update(secrets=[]),
    "pas de patientèle": lambda d: d["tables"].update(patients=None),
    "une patientèle sans colonne": lambda d: d["tables"].update(patients=[]),
    "une colonne inconnue": lambda d: d["tables"]["patients"].append(["nom", ["DUPONT", "MARTIN"]]),
    "une colonne double": lambda d: d["tables"]["patients"].append(d["tables"]["patients"][0]),
    "une colonne plus courte": lambda d: d["tables"]["patients"][2][1].pop(),
    "une colonne d'une cellule": lambda d: d["tables"]["patients"][3].__setitem__(1, ["F"]),
    "un patient en double": lambda d: d["tables"]["patients"][0].__setitem__(1, ["p1", "p1"]),
    "un patient sans identifiant": lambda d: d["tables"]["patients"][0].__setitem__(1, ["p1", None]),
    "une date impossible": lambda d: d["tables"]["patients"][2][1].__setitem__(0, "1950-02-30"),
    "une date mal écrite": lambda d: d["tables"]["patients"][2][1].__setitem__(0, "1950-3-2"),
    "un sexe inconnu": lambda d: d["tables"]["patients"][3][1].__setitem__(0, "Z"),
    "un numéro d'ALD inconnu": lambda d: d["tables"]["patients"][4][1].__setitem__(0, [33]),
    "un nombre pour un texte": lambda d: d["tables"]["patients"][0][1].__setitem__(0, 12),
    "un objet pour une cellule": lambda d: d["tables"]["patients"][0][1].__setitem__(0, {"a": 1}),
    "un événement sans colonne traceur": lambda d: d["tables"]["evenements"].pop(),
    "une ligne de trop": lambda d: d["lignes_des_patients"].append(9),
    "une ligne négative": lambda d: d.update(lignes_des_patients=[-1, 2]),
    "une ligne qui n'est pas un entier": lambda d: d.update(lignes_des_patients=[True, 2]),
    "une section inconnue": lambda d: d["cabinet"].update(secrets={}),
    "une section qui n'en est pas une": lambda d: d["cabinet"].update(vsm=3),
    "pas de médecin": lambda d: d["cabinet"].pop("medecin"),
    "un champ du médecin inconnu": lambda d: d["cabinet"]["medecin"].update(nom="DUPONT"),
    "un secteur inconnu": lambda d: d["cabinet"]["medecin"].update(secteur="9"),
    "un avertissement qui n'est pas un texte": lambda d: d.update(avertissements=[1]),
    "un chemin pour nom de fichier": lambda d: d.update(fichier_des_patients="../patients.csv"),
    "un autre genre de fichier": lambda d: d.update(fichier_des_patients="patients.exe"),
}  # fmt: skip


@pytest.mark.parametrize("alteration", ALTERATIONS.values(), ids=ALTERATIONS)
def test_ce_qui_n_est_pas_un_dossier_est_refuse(octets: bytes, alteration: Alteration) -> None:
    document = json.loads(octets)
    assert canonique(document) == octets
    alteration(document)
    with pytest.raises(Erreurs) as refus:
        depuis_octets(canonique(document))
    assert not any(mot in str(refus.value) for mot in ("DUPONT", "MARTIN", "1950", "p1"))


@pytest.mark.parametrize("mauvais", [b"", b"{}", b"null", b"[]", b"\xff\xfe", b"{" * 100_000, b"[" * 100_000, b"1" * 5000, b"PK\x03\x04"],
                         ids=repr)  # fmt: skip
def test_des_octets_quelconques_sont_refuses(mauvais: bytes) -> None:
    with pytest.raises(Erreurs):
        depuis_octets(mauvais)


def test_une_autre_ecriture_du_meme_dossier_est_refusee(octets: bytes) -> None:
    for autre in (octets + b"\n", json.dumps(json.loads(octets)).encode(), b"\xef\xbb\xbf" + octets):
        with pytest.raises(Erreurs):
            depuis_octets(autre)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_un_octet_change_ne_passe_jamais_sans_se_voir(donnees: st.DataObject) -> None:
    lu = Dossier(Path(), {"medecin": {"medecin": "DR"}}, pl.DataFrame({"patient": ["p1"], "medecin": ["DR"]}), None,
                 pl.DataFrame(schema=dict(SCHEMAS["affections"])), None, None)  # fmt: skip
    octets = bytearray(en_octets(lu))
    place = donnees.draw(st.integers(0, len(octets) - 1))
    octets[place] = donnees.draw(st.integers(0, 255).filter(lambda octet: octet != octets[place]))
    try:
        relu = depuis_octets(bytes(octets))
    except Erreurs as refus:
        assert refus.fautes
    else:
        assert en_octets(relu) == bytes(octets)


def test_la_taille_est_bornee(monkeypatch: pytest.MonkeyPatch, octets: bytes) -> None:
    with pytest.raises(Erreurs, match="trop gros"):
        depuis_octets(b" " * (TAILLE_MAX + 1))
    relu = depuis_octets(octets)
    monkeypatch.setattr(serialisation, "TAILLE_MAX", len(octets) - 1)
    with pytest.raises(Erreurs, match="trop gros"):
        en_octets(relu)


def test_une_colonne_d_un_autre_type_n_est_pas_ecrite(octets: bytes) -> None:
    relu = depuis_octets(octets)
    relu.patients = relu.patients.with_columns(pl.col("date_naissance").cast(pl.String))
    with pytest.raises(Erreurs, match="date_naissance"):
        en_octets(relu)


@pytest.mark.parametrize(("objet", "attendu"), [
    ({"b": 1, "a": [True, None, "é\n\"\\"]}, '{"a":[true,null,"é\\n\\"\\\\"],"b":1}'),
    ([0.3, 100.0, -0.0, 0.000125, 1e-6, 123456.75], "[0.3,100,0,0.000125,0.000001,123456.75]"),
    # The example of RFC 8785 § 3.2.3: keys sorted by UTF-16 units, where the emoji comes before U+FB33.
    ({"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\xf6": 7},
     '{"\\r":2,"1":4,"\x80":6,"\xf6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}'),
])  # fmt: skip
def test_la_forme_canonique(objet: Any, attendu: str) -> None:
    assert canonique(objet).decode() == attendu


@given(valeurs_toml)
def test_la_forme_canonique_dit_la_meme_chose(valeur: Any) -> None:
    assert json.loads(canonique(valeur)) == valeur


@pytest.mark.parametrize("objet", [float("nan"), float("inf"), 1e-7, 1e300, 2**53, "\ud800", {"\ud800": 1}, {1: 2}, b"x", dt.date(2026, 1, 1)],
                         ids=ascii)  # fmt: skip
def test_ce_qui_n_a_pas_de_forme_canonique(objet: Any) -> None:
    with pytest.raises(Erreurs):
        canonique([objet])
