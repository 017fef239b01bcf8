"""What a form of a contract says, as the rules read it, and back."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.interfaces.web import contrats as vues
from convmed.interfaces.web import procedures
from convmed.restitution.procedure import nouveau
from convmed.textes import Erreurs, trouver_texte

TEXTE, AU = trouver_texte("en-vigueur"), dt.date(2026, 11, 22)
CONTRAT = {"medecin": {"specialite": "01"}, "assistants_medicaux": [{"date_signature": "2023-02-01", "option_etp": "1", "classe": "p30-p90",
           "pmt": {"initial": 900, "objectif": 980}, "fa": {"initial": 1400, "objectif": 1500}}]}  # fmt: skip


@pytest.mark.parametrize(("mot", "lu"), [("15,2", 0.152), ("15.2 %", 0.152), ("0", 0.0), ("", None), ("abc", "abc"), ("1" * 40, "1" * 40)])
def test_a_rate_is_typed_in_percent(mot: str, lu: object) -> None:
    assert vues.lire_champ(next(c for c in vues.SITUATION if c.genre == "taux"), mot) == lu


@given(st.dictionaries(st.sampled_from([c.nom for c in (*vues.SIGNATURE, *vues.SITUATION, *vues.RELEVE)]), st.text(max_size=30)))
@settings(deadline=None, max_examples=200)
def test_whatever_is_typed_is_kept_or_refused_in_words(textes: dict[str, str]) -> None:
    for contenu in (vues.nouveau_contrat(textes), ):
        try:
            vues.suivi_de(contenu, TEXTE, AU)
            assert vues.titre_de(contenu)
        except Erreurs as erreurs:
            assert erreurs.fautes
    try:
        vues.etude_de(vues.avec_un_releve(vues.nouvelle_situation(textes), textes), TEXTE, AU.year)
    except Erreurs as erreurs:
        assert erreurs.fautes


@given(st.sampled_from(list(vues.FAITS)), st.dictionaries(st.sampled_from(["date", "annee_contrat", "pmt", "fa", "objet", "debut", "fin", "option_etp", "pmt.objectif"]), st.text(max_size=12)))
@settings(deadline=None, max_examples=200)
def test_whatever_happens_to_a_contract_too(quoi: str, textes: dict[str, str]) -> None:
    try:
        vues.suivi_de(vues.avec_un_fait(CONTRAT, quoi, textes), TEXTE, AU)
    except Erreurs as erreurs:
        assert erreurs.fautes


def test_a_form_comes_back_as_it_was_typed() -> None:
    textes = {"choix": "rester", "engagement.taux_depassement": "15,25", "honoraires_opposables": "92000,5", "taux_de_charges": "8,3"}
    assert vues.ecrire_champs(vues.SITUATION, vues.nouvelle_situation(textes)) == textes
    assert vues.nouveau_contrat(vues.en_formulaire(CONTRAT), CONTRAT) == CONTRAT


def test_a_form_written_again_keeps_what_it_does_not_ask() -> None:
    avec = vues.avec_un_fait(CONTRAT, "observations", {"annee_contrat": "3", "pmt": "930", "fa": "1450"})
    repris = vues.nouveau_contrat({**vues.en_formulaire(avec), "contrat.pmt.objectif": "990"}, avec)
    assert repris["assistants_medicaux"][0]["observations"] == [{"annee_contrat": 3, "pmt": 930, "fa": 1450}]
    assert repris["assistants_medicaux"][0]["pmt"] == {"initial": 900, "objectif": 990}
    assert CONTRAT["assistants_medicaux"][0].get("observations") is None  # type: ignore[union-attr]


def test_a_count_of_the_same_year_replaces_the_former_one() -> None:
    un = vues.avec_un_fait(CONTRAT, "observations", {"annee_contrat": "3", "pmt": "930"})
    deux = vues.avec_un_fait(un, "observations", {"annee_contrat": "3", "pmt": "940"})
    assert deux["assistants_medicaux"][0]["observations"] == [{"annee_contrat": 3, "pmt": 940}]


@pytest.mark.parametrize(("initial", "objectif", "observe", "part", "manque"), [
    (900, 980, 930, 37, 50), (900, 980, 980, 100, 0), (900, 980, 1_200, 100, 0), (900, 980, 850, 0, 130), (900, 900, 899, 0, 1), (900, None, 930, None, None), (900, 980, None, None, None),
])  # fmt: skip
def test_how_far_an_objective_is(initial: int, objectif: int | None, observe: int | None, part: int | None, manque: int | None) -> None:
    distance = vues.Distance("x", initial, objectif, observe)
    assert (distance.part, distance.manque) == (part, manque)


def test_what_the_objective_is_worth_is_what_the_rules_would_pay() -> None:
    avec = vues.avec_un_fait(CONTRAT, "observations", {"annee_contrat": "3", "pmt": "930", "fa": "1450"})
    suivi = vues.suivi_de(avec, TEXTE, AU)
    atteint, pareil, rien = vues.enjeux(avec, suivi.assistants[0], TEXTE)
    assert atteint.montant is not None and pareil.montant is not None and rien.montant is not None
    # Half of the way is the advance, and no more; back at the start, the advance is paid in excess.
    assert (atteint.montant, pareil.montant, rien.montant) == (1_100_000, 0, 0)
    assert (atteint.trop_percu, pareil.trop_percu, rien.trop_percu) == (0, 0, 11_000)
    assert vues.enjeux(CONTRAT, vues.suivi_de(CONTRAT, TEXTE, AU).assistants[0], TEXTE)[0].montant == atteint.montant


@pytest.mark.parametrize("nom", ["ordinaire", "pte", "urgence", "deconventionnement-d-office", "penalite", "mso", "msap"])
def test_every_procedure_begins_and_its_way_is_whole(nom: str) -> None:
    contenu, etude = procedures.lire_depot(nouveau(nom, None, None, AU).encode(), TEXTE, AU)
    assert contenu and procedures.titre_de(etude) == etude.procedure.libelle
    noeuds = procedures.chemin(etude.procedure, etude)
    assert [un.place for un in noeuds].count("ici") == 1
    connus = {un.nom for un in noeuds}
    assert all(ancre in connus for un in noeuds for _, _, ancre in un.sorties)
    assert {etape for etape, _ in procedures.possibles(etude)} == {e.nom for e in etude.procedure.etapes.values() if not e.tacite}


@pytest.mark.parametrize(("date", "mots"), [(AU, "ce jour-là"), (AU + dt.timedelta(1), "dans 1 jour"), (AU - dt.timedelta(3), "dépassé de 3 jours")])
def test_how_far_a_day_is(date: dt.date, mots: str) -> None:
    assert procedures.restants(date, AU) in (mots, "aujourd’hui")


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=300)
def test_any_file_is_a_procedure_or_is_refused(octets: bytes) -> None:
    try:
        procedures.lire_depot(octets, TEXTE, AU)
    except Erreurs as erreurs:
        assert erreurs.fautes
