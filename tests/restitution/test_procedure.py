"""The file of a procedure, read and grown; what the terminal says of each kind of term."""

from __future__ import annotations

import datetime as dt

import pytest

from convmed.restitution.procedure import ajouter, attente, etudier, lire_fichier, nouveau, rangees
from convmed.restitution.procedure_affichage import lignes_de_chronologie, situation
from convmed.restitution.procedure_diagramme import page
from convmed.textes import Erreurs, trouver_texte

TEXTE = trouver_texte("en-vigueur")
JOUR = dt.date(2025, 3, 3)


def etude(contenu: str, au: dt.date = JOUR):  # type: ignore[no-untyped-def]
    return etudier("d.yaml", TEXTE, au, contenu)


def attentes(contenu: str, au: dt.date = JOUR) -> dict[str, str]:
    return {une.etape.nom: attente(une) for une in etude(contenu, au).suivi.echeances if une.ouverte}


@pytest.mark.parametrize(
    ("contenu", "etape", "mots"),
    [
        ("procedure: ordinaire\netapes: [{etape: demande-d-entretien, date: 2025-03-03}]", "entretien", "au plus tard le 18/03/2025"),
        ("procedure: ordinaire\netapes: [{etape: execution, date: 2025-03-03}]", "fin-de-sanction", "dure jusqu’au 02/03/2028"),
        ("procedure: ordinaire\netapes: [{etape: avertissement, date: 2025-03-03}]", "pratique-corrigee", "non publié (texte antérieur : 30 jours, 02/04/2025)"),
        ("procedure: ordinaire\netapes: [{etape: notification, date: 2025-03-03}]", "appel", "non publié"),
        ("procedure: ordinaire\netapes: [{etape: notification, date: 2025-03-03}]", "execution", "sans délai"),
        ("procedure: urgence\netapes: [{etape: notification-de-la-suspension, date: 2025-03-03}]", "prise-d-effet", "le 04/03/2025"),
        ("procedure: penalite\netapes: [{etape: notification-de-la-penalite, date: 2025-03-03}]", "mise-en-demeure", "à partir du 04/05/2025"),
    ],
)  # fmt: skip
def test_chaque_sorte_de_terme_se_dit(contenu: str, etape: str, mots: str) -> None:
    assert attentes(contenu)[etape] == mots


def test_la_chronologie_met_ce_qui_est_date_dans_l_ordre() -> None:
    une = etude("procedure: ordinaire\netapes: [{etape: entretien, date: 2025-03-18}, {etape: demande-d-entretien, date: 2025-03-03}]")
    assert [(ligne[0].isoformat(), ligne[5]) for ligne in lignes_de_chronologie(une)] == [("2025-03-03", False), ("2025-03-18", True), ("2025-03-26", True)]
    assert situation(une).startswith("Au 03/03/2025 : entretien tenu.")


def test_les_rangees_sont_plates() -> None:
    une = etude("procedure: ordinaire\netapes: [{etape: avertissement, date: 2025-03-03}]")
    for rangee in rangees(une):
        assert all(valeur is None or isinstance(valeur, str) for valeur in rangee.values())


def test_la_cle_distingue_les_dossiers_et_ne_nomme_personne() -> None:
    cles = {etude(f"procedure: mso\nreference: {r}\n").cle for r in ("a", "b")}
    assert len(cles) == 2
    assert all(len(cle) == 12 and set(cle) <= set("0123456789abcdef") for cle in cles)


def test_un_dossier_neuf_est_ferme_sur_lui_meme() -> None:
    lu = lire_fichier(nouveau("ordinaire", None, "R. 147-11", JOUR), "n.yaml")
    assert (lu.procedure, lu.etapes, lu.reference, lu.sans_avertissement, lu.departement) == ("ordinaire", [], None, "R. 147-11", None)


def test_ajouter_ne_change_que_la_fin() -> None:
    avant = "procedure: mso # la mienne\netapes:\n    - etape: notification\n      date: 2025-01-01"
    assert ajouter(avant, "d.yaml", "proposition-mso", JOUR, None) == avant + "\n    - etape: proposition-mso\n      date: 2025-03-03\n"
    with pytest.raises(Erreurs):
        ajouter("procedure: mso\netapes: []\nreport: aucun\n", "d.yaml", "notification", JOUR, None)


def test_la_page_dit_les_delais_anterieurs_et_non_publies() -> None:
    texte = page("ordinaire")
    for dit in ("30 jours (texte antérieur)", "au plus tard 7 jours avant « Réunion de la CPL »", "non publié, depuis « Notification de la décision au médecin »",
                "au plus 3 ans", "sans avertissement préalable"):  # fmt: skip
        assert dit in texte, dit
