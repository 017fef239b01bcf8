"""The statement as PDF says every line, to the cent, whatever it is called, and the same bytes each time."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convmed
from convmed.dispositifs import Ligne
from convmed.restitution.documents import page, releve
from convmed.restitution.documents.releve import montant, releve_pdf
from convmed.restitution.releve import Releve

from .conftest import EXEMPLES, HOSTILES, abrege, avec, contient, texte, textes

DOSSIERS = sorted(d.parent.name for d in EXEMPLES.glob("*/patients.csv"))


def attendus(un: Releve) -> list[str]:
    """Return what must be read in the PDF of a statement."""
    mots = [montant(un.total), un.medecin, *un.avertissements]
    for rang, ligne in enumerate(un.lignes, 1):
        mots += [f"{rang}", ligne.libelle, montant(ligne.montant), releve.jour(ligne.date_versement), ligne.motif, *ligne.references]
    return mots + [n.motif for n in un.non_calcules]


@pytest.mark.parametrize("nom", DOSSIERS)
@pytest.mark.parametrize("annee", [2025, 2026])
def test_chaque_ligne_y_est(nom: str, annee: int) -> None:
    un = convmed.releve(EXEMPLES / nom, annee)
    assert contient(releve_pdf(un), attendus(un)) == []


def test_ce_que_le_document_dit_de_lui_meme(releve_zip: Releve) -> None:
    octets = releve_pdf(releve_zip)
    pages = textes(octets)
    for numero, dit in enumerate(pages, 1):
        assert "projet non officiel" in dit
        assert f"page {numero} / {len(pages)}" in dit
        assert f"convmed {convmed.__version__}" in dit
        assert "Figures vérifiées le" in dit
    assert releve_zip.texte.libelle.split(",")[0] in "".join(pages)
    metadonnees = pypdfium2.PdfDocument(octets).get_metadata_dict()
    assert metadonnees["Title"] == "Relevé 2026"
    assert b"pdfuaid" in octets
    assert b"<pdfaid:part>2</pdfaid:part>" in octets
    assert b"/Lang(fr" in octets.replace(b" ", b"")


def test_le_total_vient_avant_les_lignes(releve_zip: Releve) -> None:
    lu = texte(releve_pdf(releve_zip))
    total = lu.index(texte_de(montant(releve_zip.total)))
    assert total < lu.index(texte_de(releve_zip.lignes[0].libelle))


def texte_de(mots: str) -> str:
    from .conftest import aplati

    return aplati(mots)


def test_les_memes_octets_dans_un_autre_processus(releve_zip: Releve, tmp_path: Path) -> None:
    programme = (
        "import sys, convmed; from convmed.restitution.documents.releve import releve_pdf; "
        "open(sys.argv[2], 'wb').write(releve_pdf(convmed.releve(sys.argv[1], 2026)))"
    )
    ailleurs = tmp_path / "releve.pdf"
    subprocess.run([sys.executable, "-c", programme, str(EXEMPLES / "cabinet-zip"), str(ailleurs)], check=True,
                   env={"TZ": "Asia/Tokyo", "HOME": str(tmp_path), "LANG": "C", "SOURCE_DATE_EPOCH": "1"})  # fmt: skip
    assert ailleurs.read_bytes() == releve_pdf(releve_zip)


def test_aucune_ligne(releve_zip: Releve) -> None:
    lu = releve_pdf(avec(releve_zip, []))
    assert contient(lu, ["Aucun paiement pour cet exercice", "0,00 €"]) == []


def test_trois_cents_lignes(releve_zip: Releve) -> None:
    lignes = [replace(releve_zip.lignes[rang % 10], libelle=f"Versement numéro {rang}", montant=rang * 100 + 7) for rang in range(300)]
    un = avec(releve_zip, lignes)
    octets = releve_pdf(un)
    assert contient(octets, attendus(un)) == []
    assert len(textes(octets)) < 60


def test_un_montant_inconnu_n_est_pas_zero(releve_zip: Releve) -> None:
    ligne = replace(releve_zip.lignes[0], montant=None, etat="non publié", motif="valeur du point : non publié, voir annexe 7")
    un = avec(releve_zip, [ligne])
    octets = releve_pdf(un)
    assert contient(octets, ["inconnu", ligne.motif, "Total de l'exercice (incomplet)"]) == []


@pytest.mark.parametrize("hostile", HOSTILES, ids=abrege)
def test_un_texte_hostile_reste_un_texte(releve_zip: Releve, hostile: str) -> None:
    ligne = replace(releve_zip.lignes[0], libelle=f"avant {hostile} après", motif=hostile, base=hostile, references=(hostile,))
    un = replace(avec(releve_zip, [ligne]), avertissements=[hostile], medecin=hostile)
    octets = releve_pdf(un)
    assert contient(octets, [f"avant {hostile} après"]) == []
    assert b"/URI" not in octets
    assert b"/JavaScript" not in octets


def test_un_tres_long_mot_ne_sort_pas_de_la_page(releve_zip: Releve) -> None:
    ligne = replace(releve_zip.lignes[0], libelle="m" * 400, motif="w" * 300, precision_date="d" * 200)
    pdf = pypdfium2.PdfDocument(releve_pdf(avec(releve_zip, [ligne])))
    for une in pdf:
        largeur, _ = une.get_size()
        lue = une.get_textpage()
        assert all(lue.get_charbox(rang)[2] <= largeur - 40 for rang in range(lue.count_chars()) if lue.get_charbox(rang)[2])


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_n_importe_quel_texte(mots: str) -> None:
    ligne = Ligne("prevention", mots, 2026, 1, dt.date(2026, 1, 1), motif=mots)
    blocs = [page.titre("Partie " + mots), page.cles([(mots, mots)]), page.definitions([(mots, mots)]), page.liste([mots]), page.arbre([(1, mots, mots, mots)]),
             page.table([page.Colonne(mots), page.Colonne("Montant", True, None)], [("", [ligne.libelle, "1"]), ("partie", [mots, "1"])], mots)]  # fmt: skip
    octets = page.en_pdf(page.Document("Essai " + mots, mots, mots, [page.paragraphe("début"), *blocs, page.paragraphe("fin du document")]))
    assert contient(octets, ["début", "fin du document"]) == []


@pytest.mark.parametrize(("ecrit", "compose"), [
    ("a : b ; c ! d ?", "a\u00a0: b\u202f; c\u202f! d\u202f?"),
    ("« mot » 10 % 5 €", "«\u00a0mot\u00a0» 10\u00a0% 5\u00a0€"),
    ("-1,00 €, art. 21-24, 2026-01-05, A-1", "\u22121,00\u00a0€, art. 21-24, 2026-01-05, A-1"),
    ("\x00\u202eabc\u200b", "abc"),
])  # fmt: skip
def test_la_typographie(ecrit: str, compose: str) -> None:
    assert page.composer(ecrit) == compose
