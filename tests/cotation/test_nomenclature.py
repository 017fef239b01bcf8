"""What the tables answer on two codes: the most precise row first, then the most severe, at its dates, if its rule opens it."""

from __future__ import annotations

import datetime as dt
from itertools import product
from pathlib import Path

import pytest

from convmed.cotation.jugement import cumul_de
from convmed.cotation.nomenclature import INTERDIT, MUET, PERMIS, SILENCE, Nomenclature

from .outils import JOUR, cumul, instance, table

# Three codes, each with a group of its own beside that of its genre.
CODES = (
    "codes:\n  G: {libelle: C, genre: consultation, groupes: [a, aa]}\n  VG: {libelle: V, genre: visite, groupes: [b]}\n"
    "  C: {libelle: T, genre: consultation}\n  MD: {libelle: D, genre: deplacement, exige: []}\n"
)
UN_JOUR = dt.timedelta(days=1)


def reponse(table_: Nomenclature, un: str, autre: str, date: dt.date = JOUR, **donnees: object) -> tuple[str, str]:
    """Return the row that answers on two codes and what it says, the same in both orders."""
    ici = instance(date, **donnees)
    lues = {(c.id, c.reponse) for a, b in ((un, autre), (autre, un)) for c in (cumul_de(table_.codes[a], table_.codes[b], ici, table_),)}
    (seule,) = lues
    return seule


@pytest.mark.parametrize(("gauche", "droite"), list(product(("permis", "interdit", "muet"), repeat=2)))
def test_la_rangee_la_plus_precise_l_emporte(tmp_path: Path, gauche: str, droite: str) -> None:
    exacte, mixte, large = cumul("exacte", "G", "VG", gauche), cumul("mixte", "@a", "VG", droite), cumul("large", "@a", "@b", "interdit")
    assert reponse(table(tmp_path, CODES, large, mixte, exacte), "G", "VG") == ("exacte", gauche)
    assert reponse(table(tmp_path, CODES, large, mixte), "G", "VG") == ("mixte", droite)
    assert reponse(table(tmp_path, CODES, large, cumul("mixte", "G", "@b", droite)), "G", "VG") == ("mixte", droite)
    assert reponse(table(tmp_path, CODES, large), "G", "VG") == ("large", "interdit")
    assert reponse(table(tmp_path, CODES, large), "C", "VG") == ("", "muet")


def test_le_genre_est_un_groupe(tmp_path: Path) -> None:
    lue = table(tmp_path, CODES, cumul("c-1", "@consultation", "@visite", "permis"))
    assert reponse(lue, "G", "VG") == reponse(lue, "C", "VG") == ("c-1", PERMIS)
    assert reponse(lue, "MD", "VG") == ("", MUET)


@pytest.mark.parametrize(
    ("ouvertes", "attendue"),
    [({"interdit", "muet", "permis"}, "interdit"), ({"muet", "permis"}, "muet"), ({"permis"}, "permis"), ({"interdit", "permis"}, "interdit"),
     (set(), "")],
)  # fmt: skip
def test_a_precision_egale_la_plus_severe(tmp_path: Path, ouvertes: set[str], attendue: str) -> None:
    """Hold: three rows on the same two codes, each opened by its rule; the order of their names says nothing."""
    si = {"interdit": "tarifs_montagne", "muet": "tarifs_opposable", "permis": "tarifs_secteur_1"}
    lue = table(tmp_path, CODES, *(cumul(f"{rang}-{r}", "G", "VG", r, si=si[r]) for rang, r in enumerate(("permis", "muet", "interdit"))))
    faits = {
        "zone_montagne": "interdit" in ouvertes, "tarif_opposable": "muet" in ouvertes,
        "medecin_secteur": "1" if "permis" in ouvertes else "2",
    }  # fmt: skip
    ident, lu = reponse(lue, "G", "VG", **faits)
    assert ident.partition("-")[2] == attendue
    assert lu == (attendue or MUET)


def test_entre_rangees_egales_le_plus_petit_identifiant(tmp_path: Path) -> None:
    lue = table(tmp_path, CODES, cumul("c-2", "@a", "VG", "interdit"), cumul("c-1", "@aa", "VG", "interdit"))
    assert reponse(lue, "G", "VG") == ("c-1", INTERDIT)


@pytest.mark.parametrize(("montagne", "attendue"), [(True, "c-1"), (False, "c-2"), (None, "c-2")])
def test_une_rangee_sous_condition_ne_repond_que_si_elle_est_vraie(tmp_path: Path, montagne: bool | None, attendue: str) -> None:
    """Hold: what nobody stated opens nothing; the next row answers."""
    lue = table(tmp_path, CODES, cumul("c-1", "G", "VG", "permis", si="tarifs_montagne"), cumul("c-2", "@consultation", "VG", "interdit"))
    faits = {} if montagne is None else {"zone_montagne": montagne}
    assert reponse(lue, "G", "VG", **faits)[0] == attendue


@pytest.mark.parametrize(
    ("date", "attendue"),
    [(dt.date(2025, 12, 31), ""), (dt.date(2026, 1, 1), "c-1"), (dt.date(2026, 6, 30), "c-1"), (dt.date(2026, 7, 1), "c-2"),
     (dt.date(2999, 1, 1), "c-2")],
)  # fmt: skip
def test_les_dates_d_une_rangee_sont_comprises(tmp_path: Path, date: dt.date, attendue: str) -> None:
    lue = table(
        tmp_path, CODES, cumul("c-1", "G", "VG", "permis", du="2026-01-01", au="2026-06-30"), cumul("c-2", "G", "VG", "interdit", du="2026-07-01")
    )
    assert reponse(lue, "G", "VG", date)[0] == attendue


def test_le_silence_le_dit_et_ne_cite_personne(tmp_path: Path) -> None:
    lue = table(tmp_path, CODES)
    assert cumul_de(lue.codes["G"], lue.codes["VG"], instance(), lue) is SILENCE
    assert SILENCE.reponse == MUET
    assert SILENCE.condition
    assert SILENCE.references == []


def test_une_rangee_d_une_regle_qui_n_existe_pas_encore_reste_fermee(tmp_path: Path) -> None:
    """Hold: a rule set by a later text opens nothing before it (soins_en_soiree, from 22/12/2024)."""
    lue = table(tmp_path, CODES, cumul("c-1", "G", "VG", "permis", si="soins_en_soiree"))
    assert reponse(lue, "G", "VG", dt.date(2024, 12, 21), heure=19 * 60 + 30)[0] == ""
    assert reponse(lue, "G", "VG", dt.date(2024, 12, 22), heure=19 * 60 + 30)[0] == "c-1"


def test_les_situations_d_un_code_sont_les_siennes_et_celles_de_ses_groupes(tmp_path: Path) -> None:
    lue = table(
        tmp_path, CODES, cumul("c-1", "G", ":depassement", "interdit"), cumul("c-2", "@a", ":tarifs_en_drom", "interdit", du="2026-03-10"),
        cumul("c-3", "@visite", ":depassement", "interdit"), cumul("c-4", ":beneficiaire_c2s", ":depassement", "interdit"),
    )  # fmt: skip
    assert [c.id for c in lue.situations(lue.codes["G"], JOUR)] == ["c-1", "c-2"]
    assert [c.id for c in lue.situations(lue.codes["G"], JOUR - UN_JOUR)] == ["c-1"]
    assert [c.id for c in lue.situations(lue.codes["VG"], JOUR)] == ["c-3"]
    assert list(lue.situations(lue.codes["MD"], JOUR)) == []


def test_trouver_un_code_et_ses_voisins(tmp_path: Path) -> None:
    lue = table(tmp_path, CODES)
    assert lue.trouver("vg") is lue.trouver("VG") is lue.codes["VG"]
    assert lue.trouver("VGG") is None
    assert lue.proches("VGG")[0] == "VG"
    assert lue.proches("????") == ["C", "G", "MD"]


@pytest.mark.parametrize(("mot", "dit"), [("G", True), ("@a", True), ("@consultation", True), ("@visite", False), ("a", False), ("VG", False)])
def test_un_mot_des_tables_designe_un_code_ou_un_groupe(tmp_path: Path, mot: str, dit: bool) -> None:
    assert table(tmp_path, CODES).codes["G"].est(mot) is dit
