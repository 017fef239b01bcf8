"""The search over the texts: accents, plurals, order, what is marked, what is near."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.interfaces.web.recherche import Document, Index, marquer, mots_de, sans_accents
from convmed.interfaces.web.texte_index import GENRES, index

PETIT = Index([
    Document("fiche", "Assistants médicaux", "Une aide de l’assurance maladie à qui emploie un assistant médical.", "/a"),
    Document("chiffre", "Œuvre sociale", "Part de la cotisation, en zone d’intervention prioritaire.", "/b", 5),
    Document("norme", "N-1 : zone", "Assistants et zone.", "/c"),
])  # fmt: skip


@pytest.mark.parametrize("question", ["assistant", "ASSISTANTS", "médical", "medicaux", "médicale"])
def test_accents_capitals_and_plurals_do_not_matter(question: str) -> None:
    assert PETIT.chercher(question)[0].document.adresse == "/a"


def test_every_word_must_be_there_and_the_title_wins() -> None:
    assert [t.document.adresse for t in PETIT.chercher("assistants zone")] == ["/c"]
    assert [t.document.adresse for t in PETIT.chercher("zone")] == ["/c", "/b"]
    assert PETIT.chercher("oeuvre")[0].document.adresse == "/b"
    assert PETIT.chercher("inconnu zone") == [] and PETIT.chercher("") == [] and PETIT.chercher("!!") == []


def test_what_is_marked_is_the_whole_word_and_nothing_is_run() -> None:
    motifs = [re.compile("medic")]
    assert marquer("le médical <b>", motifs) == "le <mark>médical</mark> &lt;b&gt;"
    assert PETIT.chercher("œuvre")[0].titre == "<mark>Œuvre</mark> sociale"


def test_a_near_word_is_offered() -> None:
    assert PETIT.proches("asistants") [0] == "assistants"
    assert PETIT.proches("zzzzzz") == []


@given(st.text(max_size=60), st.text(max_size=200))
@settings(deadline=None)
def test_any_question_on_any_text_marks_it_and_changes_no_letter(question: str, texte: str) -> None:
    une = Index([Document("fiche", texte, texte, "/")])
    for trouve in une.chercher(question):
        assert html.unescape(re.sub("</?mark>", "", str(trouve.titre))) == texte
    motifs = [re.compile(re.escape(mot)) for mot in mots_de(question)]
    assert html.unescape(str(marquer(texte.replace("<mark>", ""), motifs)).replace("<mark>", "").replace("</mark>", "")) == texte.replace("<mark>", "")
    assert une.proches(question) is not None


def test_the_whole_index_finds_what_is_published() -> None:
    tout = index()
    assert {un.document.genre for un in tout.documents} == set(GENRES)
    assert tout.chercher("C3.1A-14")[0].document.adresse == "/texte/norme/C3.1A-14"
    assert tout.chercher("forfait médecin traitant")[0].document.adresse == "/texte/forfait-medecin-traitant"
    assert any(un.document.adresse == "/texte/textes#convention-2024" for un in tout.chercher("convention-2024")[:20])
    adresses = [un.document.adresse for un in tout.documents]
    assert len(set(adresses)) > 0.99 * len(adresses)


def test_letters_are_compared_one_by_one_or_all_at_once_alike() -> None:
    from convmed.interfaces.web.recherche import _lettres

    for texte in ("Œdème d’été", "ÀÉÎÕÜ ç", "12 000 €", "ﬁ", "İ"):
        assert "".join(lettre for lettre, _ in _lettres(texte)) == sans_accents(texte)
