"""Procedures on generated records: deadlines against plain arithmetic, order that does not matter, steps that always or never follow."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.sanctions import procedures
from convmed.dispositifs.sanctions.delais import est_ouvrable, premier_jour_ouvrable
from convmed.dispositifs.sanctions.deroulement import Inscrite, derouler
from convmed.dispositifs.sanctions.echeances import SITUATIONS, echeances, suites
from convmed.textes import trouver_texte

NOM, TEXTE = "sanctions", trouver_texte("en-vigueur")
UN_JOUR = dt.timedelta(days=1)
jours = st.dates(dt.date(2024, 6, 22), dt.date(2030, 12, 31))
noms = st.sampled_from(list(procedures()))


def resultats(procedure: str, etapes: list[tuple[str, dt.date]], **champs: Any) -> dict[str, Any]:
    entree = {"procedure": procedure, "etapes": [{"etape": nom, "date": date.isoformat()} for nom, date in etapes], **champs}
    obtenus: dict[str, Any] = repondre(NOM, {"entree": entree})["resultats"]
    return obtenus


def au_plus_tard(procedure: str, etape: str, date: dt.date, due: str) -> dt.date:
    return dt.date.fromisoformat(next(e["au_plus_tard"] for e in resultats(procedure, [(etape, date)])["echeances"] if e["etape"] == due))


def un_mois_apres(date: dt.date) -> dt.date:
    """Compute by hand: the same day of the next month, or its last one."""
    annee, mois = (date.year + date.month // 12, date.month % 12 + 1)
    return dt.date(annee, mois, min(date.day, calendar.monthrange(annee, mois)[1]))


@given(st.sampled_from(["ordinaire", "pte"]), jours)
def test_les_delais_signes_contre_le_calcul_a_la_main(procedure: str, date: dt.date) -> None:
    assert au_plus_tard(procedure, "demande-d-entretien", date, "entretien") == date + 15 * UN_JOUR
    assert au_plus_tard(procedure, "entretien", date, "compte-rendu") == date + 8 * UN_JOUR
    assert au_plus_tard(procedure, "reunion-cpl", date, "observations-ecrites") == date - 7 * UN_JOUR
    assert au_plus_tard(procedure, "transmission-avis-cpl", date, "decision") == un_mois_apres(date)


@given(jours, jours)
def test_partir_plus_tard_ne_finit_jamais_plus_tot(une: dt.date, autre: dt.date) -> None:
    tot, tard = sorted((une, autre))
    for etape, due in (("demande-d-entretien", "entretien"), ("transmission-avis-cpl", "decision"), ("execution", "fin-de-sanction")):
        assert au_plus_tard("ordinaire", etape, tot, due) <= au_plus_tard("ordinaire", etape, tard, due)


@given(st.dates(dt.date(2017, 1, 1), dt.date(2031, 11, 30)))
def test_le_report_va_au_premier_jour_ouvrable(date: dt.date) -> None:
    reporte = premier_jour_ouvrable(date)
    assert reporte >= date
    assert est_ouvrable(reporte)
    assert not any(est_ouvrable(date + n * UN_JOUR) for n in range((reporte - date).days))


@st.composite
def dossiers(draw: st.DrawFn) -> tuple[str, list[Inscrite]]:
    """Draw a record that is lawful at each step, of any length, by following the machine."""
    nom = draw(noms)
    procedure, inscrites, jour = procedures()[nom], [], draw(jours)
    for _ in range(draw(st.integers(0, 14))):
        possibles = suites(derouler(procedure, inscrites, TEXTE, aujourd_hui=jour))
        if not possibles:
            break
        inscrites.append(Inscrite(draw(st.sampled_from(possibles)).nom, jour))
        jour += draw(st.integers(1, 20)) * UN_JOUR
    return nom, inscrites


@given(dossiers(), st.randoms(use_true_random=False))
def test_un_dossier_licite_n_est_jamais_refuse_et_l_ordre_ecrit_ne_compte_pas(dossier: tuple[str, list[Inscrite]], hasard: Any) -> None:
    nom, inscrites = dossier
    fait = derouler(procedures()[nom], inscrites, TEXTE)
    assert (fait.fautes, fait.manquants) == ([], [m for m in fait.manquants if m.etape.nom in m.avant.exige])
    melees = list(inscrites)
    hasard.shuffle(melees)
    autre = derouler(procedures()[nom], melees, TEXTE)
    assert [(e.etape.nom, e.date) for e in autre.evenements] == [(e.etape.nom, e.date) for e in fait.evenements]
    assert (autre.etat, len(autre.fautes)) == (fait.etat, len(fait.fautes))


@given(dossiers(), st.integers(0, 400))
def test_chaque_echeance_se_tient(dossier: tuple[str, list[Inscrite]], plus_tard: int) -> None:
    nom, inscrites = dossier
    dernier = max((une.date for une in inscrites), default=dt.date(2025, 1, 1))
    aujourd_hui = dernier + plus_tard * UN_JOUR
    fait = derouler(procedures()[nom], inscrites, TEXTE, aujourd_hui=aujourd_hui)
    for une in echeances(fait, aujourd_hui):
        assert une.situation in SITUATIONS
        dite = une.en_dict()
        assert dite["references"]
        if une.situation == "depassee":
            assert une.date is not None and une.date < aujourd_hui
        if une.situation == "faite-en-retard":
            assert une.fait is not None and une.date is not None and une.fait.date > une.date
    assert {etape.nom for etape in suites(fait)} <= {une.etape.nom for une in echeances(fait, aujourd_hui)}


@given(noms, st.lists(st.tuples(st.text(max_size=12) | st.sampled_from([e for p in procedures().values() for e in p.etapes]), jours), max_size=8))
def test_n_importe_quel_dossier_a_une_reponse_ou_un_refus_complet(nom: str, etapes: list[tuple[str, dt.date]]) -> None:
    try:
        obtenus = resultats(nom, etapes)
    except CasRefuses as refus:
        assert refus.erreurs
        assert all(erreur["champ"].startswith("entree.etapes[") and erreur["attendu"] and erreur["message"] for erreur in refus.erreurs)
    else:
        assert len([e for e in obtenus["etapes"] if not e["tacite"]]) == len(etapes)
        dates = [e["date"] for e in obtenus["etapes"]]
        assert dates == sorted(dates)
