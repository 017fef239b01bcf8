"""Reading the barème of a library: a whole file, and the line of the passage that breaks it."""

from __future__ import annotations

import pytest

from convmed.textes import Erreurs
from convmed.textes.bareme import date_relative
from textes.bareme_jouet import avec, lire


def test_un_bareme_juste_se_lit_en_entiers() -> None:
    lues = lire()
    assert [valeur.calcul for valeur in lues["amende"].valeurs] == [15, 20, None]
    assert {nom: figure.valeurs[0].calcul for nom, figure in lues.items() if figure.valeurs} == {
        "amende": 15, "remise": 1250, "limite": "30/06/n+1", "ouverte": True, "salles": ("est", "ouest"),
    }  # fmt: skip
    assert lues["jamais_publiee"].valeurs == []
    assert {figure.article for figure in lues.values()} == {"art. 3"}
    assert lues["amende"].normes == ("BIB-1",)


@pytest.mark.parametrize(
    ("avant", "apres", "message"),
    [
        ("reglement-2020, du: 2024-01-01", "reglement-2019, du: 2024-01-01", "texte inconnu « reglement-2019 »"),
        ("valeur: 12.5,", "valeur: 12.505,", "valeur '12.505' illisible"),
        ("valeur: 0.15,", "valeur: 0.155,", "valeur '0.155' illisible"),
        ("reference: art. 3 bis", "reference: ''", "valeur sans référence"),
        ("libelle: Salles", "libele: Salles", "clé inconnue « libele »"),
        ("normes: [BIB-1]", "normes: BIB-1", "une liste de textes est attendue"),
        ("valeur: 30/06/n+1", "valeur: 31/06/n+1", "valeur '31/06/n+1' illisible"),
    ],
)
def test_la_ligne_est_celle_du_passage_fautif(avant: str, apres: str, message: str) -> None:
    document, ligne = avec(avant, apres)
    with pytest.raises(Erreurs) as refus:
        lire(document)
    assert (ligne, message) in {(faute.ligne, faute.message) for faute in refus.value.fautes}


@pytest.mark.parametrize("expression", ["31/12", "31/12/2025", "31/12/m", "31/13/n", "a/b/n", "", "31/12/n+un"])
def test_date_relative_refusee(expression: str) -> None:
    with pytest.raises(ValueError):
        date_relative(expression, 2026)
