"""One code judged: what is false forbids, what is missing is asked, what is secondary is reserved, what does not exist is dated."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from convmed.cotation.jugement import CONNU, INCONNU, INEXISTANT, NON_PUBLIE, Jugement, juger, minuscule
from convmed.cotation.nomenclature import INTERDIT, PERMIS, nomenclature

from .outils import cumul, instance, table

CODE = (
    "codes:\n  G:\n    libelle: Consultation\n    genre: consultation\n    conditions: {tarifs_generaliste: NGAP 2, tarifs_au_cabinet: NGAP 3}\n"
    "    reserves: {tarifs_retour_au_mt: NGAP 4}\n"
)
FAITS: dict[str, Any] = {"medecin_specialite": "01", "lieu": "cabinet", "retour_au_mt": True, "territoire": "metropole"}


def juge(dossier: Path, codes: str = CODE, *cumuls: str, date: dt.date = dt.date(2026, 3, 10), **faits: Any) -> Jugement:
    lue = table(dossier, codes, *cumuls)
    return juger(next(iter(lue.codes.values())), instance(date, **{nom: v for nom, v in {**FAITS, **faits}.items() if v is not None}), lue)


def du_projet(code: str, date: str = "2026-03-10", texte: str = "en-vigueur", **faits: Any) -> Jugement:
    lue = nomenclature()
    return juger(lue.codes[code], instance(dt.date.fromisoformat(date), texte, **{**FAITS, **faits}), lue)


def test_tout_est_vrai(tmp_path: Path) -> None:
    lu = juge(tmp_path)
    assert (lu.reponse, lu.motifs, lu.manquants, lu.reserves) == (PERMIS, [], [], [])
    assert (lu.prix.etat, lu.prix.montant, lu.prix.figure) == (CONNU, 3000, "G")
    assert [c.nom for c in lu.conditions] == ["tarifs_generaliste", "tarifs_au_cabinet", "tarifs_retour_au_mt"]
    assert lu.prix.references


@pytest.mark.parametrize(
    ("faits", "references"),
    [
        ({"medecin_specialite": "05"}, [("NGAP 2", "NGAP")]),
        ({"lieu": "domicile"}, [("NGAP 3", "NGAP")]),
        ({"retour_au_mt": False}, [("NGAP 4", "NGAP 2 bis")]),
        ({"medecin_specialite": "05", "lieu": None}, [("NGAP 2", "NGAP")]),
        ({"medecin_specialite": "05", "lieu": "domicile", "retour_au_mt": False}, [("NGAP 2", "NGAP"), ("NGAP 3", "NGAP"), ("NGAP 4", "NGAP 2 bis")]),
    ],
)  # fmt: skip
def test_une_condition_ou_une_reserve_fausse_interdit_avec_ses_textes(
    tmp_path: Path, faits: dict[str, Any], references: list[tuple[str, ...]]
) -> None:
    lu = juge(tmp_path, **faits)
    assert lu.reponse == INTERDIT
    assert [m.references for m in lu.motifs] == references
    assert all(m.motif.startswith("condition non remplie : ") for m in lu.motifs)


def test_une_condition_inconnue_se_demande(tmp_path: Path) -> None:
    lu = juge(tmp_path, lieu=None, medecin_specialite=None)
    assert lu.reponse == "inconnu"
    assert [f.nom for f in lu.manquants] == ["medecin_specialite", "lieu"]
    assert lu.motifs == []


def test_une_reserve_inconnue_ne_retient_rien(tmp_path: Path) -> None:
    lu = juge(tmp_path, retour_au_mt=None)
    assert lu.reponse == PERMIS
    assert lu.manquants == []
    assert lu.reserves == ["G : retour d'information au médecin traitant (NGAP 4)"]


@pytest.mark.parametrize(("heure", "reponse"), [(19 * 60, INTERDIT), (10 * 60, INTERDIT)])
def test_une_regle_que_le_texte_ne_pose_pas_encore_n_est_pas_une_condition(tmp_path: Path, heure: int, reponse: str) -> None:
    """Hold: `urgence_en_presence` dates from 22/12/2024; the day before it asks nothing."""
    codes = CODE.replace("tarifs_au_cabinet", "urgence_en_presence")
    faits = {"lieu": "teleconsultation", "heure": heure}
    assert juge(tmp_path, codes, date=dt.date(2024, 12, 21), **faits).reponse == PERMIS
    assert juge(tmp_path, codes, date=dt.date(2024, 12, 22), **faits).reponse == reponse


@pytest.mark.parametrize(
    ("rangees", "faits", "reponse", "motif"),
    [
        ([cumul("c-1", "G", ":depassement", "interdit")], {"tarif_opposable": False}, INTERDIT, "G ne se facture pas dans ce cas : dépassement facturé"),
        ([cumul("c-1", "@consultation", ":depassement", "interdit")], {"tarif_opposable": False}, INTERDIT, "G ne se facture pas"),
        ([cumul("c-1", "G", ":depassement", "interdit")], {"tarif_opposable": True}, PERMIS, ""),
        ([cumul("c-1", "G", ":depassement", "interdit")], {}, PERMIS, ""),
        ([cumul("c-1", "G", ":depassement", "permis")], {"tarif_opposable": False}, PERMIS, ""),
        ([cumul("c-1", "G", ":depassement", "muet")], {"tarif_opposable": False}, PERMIS, ""),
        ([cumul("c-1", "G", ":depassement", "interdit", si="tarifs_montagne")], {"tarif_opposable": False}, PERMIS, ""),
        ([cumul("c-1", "G", ":depassement", "interdit", si="tarifs_montagne")], {"tarif_opposable": False, "zone_montagne": True}, INTERDIT, "G ne"),
        ([cumul("c-1", "G", ":depassement", "interdit", du="2026-03-11")], {"tarif_opposable": False}, PERMIS, ""),
    ],
)  # fmt: skip
def test_une_situation_interdit_si_elle_est_vraie(tmp_path: Path, rangees: list[str], faits: dict[str, Any], reponse: str, motif: str) -> None:
    lu = juge(tmp_path, CODE, *rangees, **faits)
    assert lu.reponse == reponse
    assert [m.motif.startswith(motif) and m.references == ("NGAP 1", "source") for m in lu.motifs] == [True] * (reponse == INTERDIT)


TARIFS = CODE + "    tarifs:\n      - {figure: G_drom, si: [tarifs_en_drom]}\n      - {figure: C, si: [tarifs_secteur_1, tarifs_opposable]}\n      - {figure: G}\n"


@pytest.mark.parametrize(
    ("faits", "etat", "figure", "manquants"),
    [
        ({"territoire": "reunion"}, CONNU, "G_drom", []),
        ({"medecin_secteur": "2"}, CONNU, "G", []),
        ({"medecin_secteur": "1", "tarif_opposable": True}, CONNU, "C", []),
        ({"medecin_secteur": "1", "tarif_opposable": False}, CONNU, "G", []),
        # A row whose rules are not known stops: the next ones may not apply. One rule false is enough to pass on.
        ({"medecin_secteur": "1"}, INCONNU, "", ["tarif_opposable"]),
        ({"tarif_opposable": False}, CONNU, "G", []),
        ({"territoire": None}, INCONNU, "", ["territoire"]),
    ],
)
def test_le_tarif_est_la_premiere_rangee_vraie(tmp_path: Path, faits: dict[str, Any], etat: str, figure: str, manquants: list[str]) -> None:
    prix = (lu := juge(tmp_path, TARIFS, **faits)).prix
    assert (prix.etat, prix.figure, [f.nom for f in prix.manquants]) == (etat, figure, manquants)
    assert lu.reponse == (PERMIS if etat == CONNU else "inconnu")
    assert [f.nom for f in lu.manquants] == manquants


def test_aucune_rangee_ne_vaut(tmp_path: Path) -> None:
    lu = juge(tmp_path, CODE + "    tarifs: [{figure: G_drom, si: [tarifs_en_drom]}]\n")
    assert (lu.reponse, lu.prix.etat) == (INTERDIT, INEXISTANT)
    assert [m.motif for m in lu.motifs] == ["G : aucun tarif ne vaut dans cette situation"]
    assert all(lu.motifs[0].references)
    assert lu.motifs[0].references


@pytest.mark.parametrize(
    ("code", "date", "texte", "reponse", "motif"),
    [
        ("GL1", "2025-12-31", "en-vigueur", INTERDIT, "GL1 n'existe pas avant le 01/01/2026"),
        ("GL1", "2026-01-01", "en-vigueur", "inconnu", ""),
        ("MMG", "2024-12-21", "en-vigueur", PERMIS, ""),
        ("MMG", "2024-12-22", "en-vigueur", INTERDIT, "MMG n'existe plus depuis le 22/12/2024"),
        ("GL1", "2026-03-10", "convention-2016", INTERDIT, "GL1 n'existe pas dans ce texte"),
        ("MVR", "2025-12-31", "en-vigueur", INTERDIT, "MVR n'existe pas avant le 01/01/2026"),
    ],
)
def test_un_code_nait_et_disparait_a_ses_dates(code: str, date: str, texte: str, reponse: str, motif: str) -> None:
    lu = du_projet(code, date, texte, medecin_secteur="1")
    assert lu.reponse == reponse
    vie = [m for m in lu.motifs if "n'existe" in m.motif]
    assert [m.motif.startswith(motif) for m in vie] == ([True] if motif else [])
    assert all(m.references and all(m.references) for m in lu.motifs)


def test_un_tarif_que_personne_n_a_publie(tmp_path: Path) -> None:
    lu = du_projet("KCQM001", medecin_secteur="1")
    assert (lu.reponse, lu.prix.etat, lu.prix.montant) == (PERMIS, NON_PUBLIE, None)
    assert "tarif non publié" in lu.prix.motif
    assert all(lu.prix.references)


@pytest.mark.parametrize(
    ("aller_retour", "montagne", "etat"), [(None, False, INCONNU), (None, None, INCONNU), (20, False, CONNU), (4, False, CONNU), (20, None, CONNU)]
)
def test_un_prix_au_kilometre_attend_les_kilometres(aller_retour: int | None, montagne: bool | None, etat: str) -> None:
    faits = {"kilometres_aller_retour": aller_retour, "zone_montagne": montagne, "lieu": "domicile"}
    lu = du_projet("IK", **{nom: v for nom, v in faits.items() if v is not None})
    assert (lu.prix.etat, [f.nom for f in lu.prix.manquants]) == (etat, ["kilometres_aller_retour"] if etat == INCONNU else [])
    assert lu.reponse == ("inconnu" if aller_retour is None else INTERDIT if aller_retour == 4 else PERMIS)


@pytest.mark.parametrize(
    ("phrase", "dite"),
    [("Médecin traitant", "médecin traitant"), ("ALD exonérante", "ALD exonérante"), ("L'acte a lieu", "l'acte a lieu"), ("À jeun", "à jeun"), ("", "")],
)
def test_une_phrase_apres_deux_points(phrase: str, dite: str) -> None:
    assert minuscule(phrase) == dite
