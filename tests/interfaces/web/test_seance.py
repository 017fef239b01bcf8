"""The form of an encounter: the options of the command, in a person's words; whatever is typed, an answer or faults."""

from __future__ import annotations

from urllib.parse import parse_qsl

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.interfaces.commandes_cotation import coter
from convmed.interfaces.web import seance
from convmed.interfaces.web.pages.coter import SITUATIONS, _repondre
from convmed.restitution import cotation
from convmed.restitution.hypotheses import FERMEES, valeurs_possibles


def lire(requete: str) -> seance.Seance:
    return seance.lire(parse_qsl(requete, keep_blank_values=True))


def repondre(requete: str) -> tuple[seance.Seance, dict]:
    lue = lire(requete)
    return lue, _repondre(lue)


def test_chaque_option_de_la_commande_a_son_champ_ou_une_raison_de_n_en_pas_avoir() -> None:
    options = {str(p.name) for p in coter.params if isinstance(p, click.Option)}
    assert set(seance.champs()) == options - seance.HORS_FORMULAIRE
    assert sorted(nom for _, noms in seance.GROUPES for nom in noms) == sorted(seance.champs())
    assert {"naissance", "date_sortie"} <= seance.HORS_FORMULAIRE
    assert all(champ.libelle and champ.libelle != champ.nom for champ in seance.champs().values())


def test_chaque_valeur_a_ses_mots() -> None:
    valeurs = {v for nom in seance.FERMES.values() for v in (valeurs_possibles(nom) if nom == "motif" else FERMEES[nom])}
    assert not {valeur for valeur in valeurs if valeur not in seance.MOTS}


@pytest.mark.parametrize(("nom", "valeurs"), SITUATIONS, ids=[nom for nom, _ in SITUATIONS])
def test_chaque_situation_proposee_a_une_cotation(nom: str, valeurs: dict[str, str]) -> None:
    dite = seance.lire(list(valeurs.items()))
    reponse = _repondre(dite)
    assert not dite.en_faute
    assert reponse["cotations"] and reponse["cotations"][0]["total"] is not None
    entree = seance.entree_de(seance.lire(list(valeurs.items())))
    assert reponse["resultat"]["cotations"] == cotation.coter(entree)["cotations"]


def test_les_situations_donnent_ce_que_dit_leur_nom() -> None:
    codes = {nom: {code["code"] for code in _repondre(seance.lire(list(v.items())))["cotations"][0]["codes"]} for nom, v in SITUATIONS}
    assert codes["Consultation d’un adulte"] == {"G"}
    assert codes["Consultation du soir adressée par le SAS"] == {"G", "SNP", "SHE"}
    assert codes["Nourrisson, examen avec certificat"] == {"COE"}
    assert codes["Visite longue à domicile"] == {"VL", "MD", "IK"}
    assert codes["Téléconsultation"] == {"TCG"}
    assert codes["Dimanche de garde"] == {"VG", "VRD"}
    assert codes["1er mai à La Réunion, sans régulation"] == {"G", "MHP"}
    assert "DEQP003" in codes["Électrocardiogramme en consultation"]


def test_le_lien_redit_la_meme_seance() -> None:
    requete = "specialite=01&secteur=1&lieu=cabinet&age=3&date_heure=2026-01-15T10:00&pourquoi=MEG+MHP&donnee=hospitalise%3Dnon&motif="
    dite, reponse = repondre(requete)
    relue, encore = repondre(dite.requete()[1:])
    assert encore["resultat"] == reponse["resultat"]
    assert "motif" not in dite.requete()
    assert relue.donnees == ["hospitalise=non"] and relue.pourquoi == ["MEG", "MHP"]
    # Without an hour, the link holds the one that was taken.
    _, sans_heure = repondre("specialite=01&secteur=1&lieu=cabinet&age=40")
    assert f"date_heure={sans_heure['resultat']['situation']['date']}T" in sans_heure["partage"]


def test_une_precision_proposee_donne_la_cotation_promise() -> None:
    base = "specialite=01&secteur=1&lieu=cabinet&age=40&date_heure=2026-01-15T20:30&regulation=sas&appel=2026-01-15T19:45"
    _, reponse = repondre(base)
    essais = [h for h in reponse["hypotheses"] if h["essai"]]
    assert len(essais) > 5
    for hypothese in essais:
        dite, suite = repondre(hypothese["essai"].partition("?")[2])
        assert not dite.en_faute
        meilleure = suite["cotations"][0]
        assert ([code["code"] for code in meilleure["codes"]], meilleure["total"]) == (hypothese["codes"], hypothese["total"])


def test_toutes_les_fautes_a_la_fois_sous_leur_champ() -> None:
    dite, reponse = repondre(
        "age=abc&secteur=9&specialite=MG&departement=XX&motif=grippe&codes=ZZZ&donnee=toto%3D1&pourquoi=YYY&date_heure=2026-02-30T10:00"
        "&depassement=douze&appel=2026-01-15&kilometres=-3&ald=peut-etre&regulation=samu&option_tarifaire=x&lieu=maison"
    )
    assert reponse["resultat"] is None
    assert set(dite.fautes) == {
        "age", "secteur", "specialite", "departement", "motif", "codes", "donnee", "pourquoi", "date_heure", "depassement", "appel",
        "kilometres", "ald", "regulation", "option_tarifaire", "lieu",
    }  # fmt: skip
    assert not any("--" in message for liste in dite.fautes.values() for message in liste)
    assert dite.fautes["age"] == ["valeur refusée (attendu : un nombre entier d’années, de 0 à 120)"]


@pytest.mark.parametrize(
    "requete",
    [
        "texte=/etc/passwd.yaml", "texte=../scenario.yaml", f"codes={'A+' * 30}A", f"pourquoi={'+'.join(f'C{n}' for n in range(40))}",
        f"motif={'x' * 500}", "&".join(f"donnee=n{n}%3D1" for n in range(60)),
    ],
)  # fmt: skip
def test_ce_qui_est_demesure_ou_d_ailleurs_est_refuse(requete: str) -> None:
    dite, reponse = repondre(requete)
    assert dite.en_faute and reponse["resultat"] is None


def test_la_date_de_naissance_n_est_pas_lue() -> None:
    dite = lire("naissance=1980-01-01&date_sortie=2026-01-01&patient.date_naissance=1980-01-01&lieu=cabinet")
    assert dite.requete() == "?lieu=cabinet"


NOMS = st.sampled_from([*(nom for _, noms in seance.GROUPES for nom in noms), "codes", "pourquoi", "donnee", "texte", "inconnu"])
VALEURS = st.one_of(
    st.text(max_size=150), st.sampled_from(["oui", "non", "cabinet", "domicile", "1", "2", "01", "sas", "2026-01-15T20:30", "nan", "inf", "1e400", "-1",
                                            "0", "120", "974", "G", "DEQP003 G", "hospitalise=oui", "heures_regulation=3", "cahier_des_charges=ponts",
                                            "9999-12-31T23:59", "0001-01-01T00:00", "2026-01-15T20:30+99:00"]),
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(st.lists(st.tuples(NOMS, VALEURS), max_size=8))
def test_quoi_qu_on_ecrive_il_y_a_une_reponse_ou_des_fautes(parametres: list[tuple[str, str]]) -> None:
    dite = seance.lire(parametres)
    reponse = _repondre(dite)
    assert (reponse["resultat"] is None) == dite.en_faute
