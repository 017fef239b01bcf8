"""Text against text: which figures differ, over which days, by how much, and what is not called a difference."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.textes import Erreurs, Texte, baremes, textes_connus, trouver_texte
from convmed.textes.bareme import DEBUT_DES_TEMPS, FIN_DES_TEMPS
from convmed.textes.comparaison import COLONNES, differences, periodes, sens

FMT = "forfait-medecin-traitant"
VEILLE, PREMIER_JOUR = dt.date(2025, 12, 31), dt.date(2026, 1, 1)


@pytest.fixture
def scenario(tmp_path: Path) -> Any:
    def ecrire(figures: str, nom: str = "essai", base: str = "en-vigueur") -> Texte:
        fichier = tmp_path / f"{nom}.yaml"
        fichier.write_text(f"nom: {nom}\nbase: {base}\nfigures:\n{figures}", "utf-8")
        return trouver_texte(str(fichier))

    return ecrire


def une(rangees: list[dict[str, Any]], figure: str) -> dict[str, Any]:
    (trouvee,) = [rangee for rangee in rangees if rangee["figure"] == figure]
    return trouvee


def test_les_deux_options_de_fevrier() -> None:
    options = [trouver_texte(f"proposition-2024-02-08-option-{rang}") for rang in (1, 2)]
    rangee = une(differences(*options), "ald_80_ans_et_plus")
    assert rangee == dict(
        zip(
            COLONNES,
            (
                FMT, "ald_80_ans_et_plus", "Patient en ALD de 80 ans ou plus", "EUR/patient/an", "2026-01-01", None,
                "80", "100", 20, "proposition 08/02/2024, forfait socle, option 1", "proposition 08/02/2024, forfait socle, option 2",
                "propose", "propose", "officiel", "officiel",
            ),
            strict=True,
        )
    )  # fmt: skip
    assert une(differences(*reversed(options)), "ald_80_ans_et_plus")["difference"] == -20


def test_a_une_date_ou_dans_le_temps(scenario: Any) -> None:
    autre = scenario(f"  {FMT}:\n    ald_80_ans_et_plus:\n      - {{du: 2027-01-01, au: 2027-06-30, valeur: 101.5}}\n      - {{du: 2027-07-01, au: 2027-12-31, valeur: 99}}\n")
    en_vigueur = trouver_texte("en-vigueur")
    vues = [(r["du"], r["au"], r["valeur_a"], r["valeur_b"], r["difference"]) for r in differences(en_vigueur, autre)]
    assert vues == [("2027-01-01", "2027-06-30", "100", "101.5", 1.5), ("2027-07-01", "2027-12-31", "100", "99", -1)]
    comptes = {jour: len(differences(en_vigueur, autre, dt.date.fromisoformat(jour))) for jour in
               ("2026-12-31", "2027-01-01", "2027-06-30", "2027-07-01", "2027-12-31", "2028-01-01")}  # fmt: skip
    assert list(comptes.values()) == [0, 1, 1, 1, 1, 0]


def test_une_figure_que_l_un_des_textes_ignore() -> None:
    rangee = une(differences(trouver_texte("convention-2016"), trouver_texte("convention-2024"), PREMIER_JOUR, FMT), "non_vu")
    assert (rangee["valeur_a"], rangee["valeur_b"], rangee["difference"]) == ("néant", "5", None)
    assert (rangee["reference_a"], rangee["statut_a"], rangee["confiance_a"]) == (None, None, None)
    assert rangee["reference_b"] == "circulaire 31/07/2024, 3.1 A"
    assert not [r for r in differences(trouver_texte("convention-2016"), trouver_texte("convention-2024"), VEILLE, FMT) if r["figure"] == "non_vu"]


def test_supprimee_ou_jamais_connue_c_est_le_meme_silence(scenario: Any) -> None:
    supprime = scenario(f"  {FMT}:\n    moins_de_2_ans: supprime\n")
    assert differences(trouver_texte("en-vigueur"), supprime) == []


def test_ni_la_reference_ni_l_ecriture_ne_font_une_difference(scenario: Any) -> None:
    assert differences(trouver_texte("en-vigueur"), scenario(f"  {FMT}:\n    majoration_c2s: {{du: 2026-01-01, valeur: 10.00}}\n")) == []


def test_une_liste_differe_sans_nombre(scenario: Any) -> None:
    autre = scenario(f"  {FMT}:\n    mois_des_versements: [{{du: 2026-01-01, valeur: [3, 6, 9, 12]}}]\n")
    (rangee,) = differences(trouver_texte("en-vigueur"), autre)
    assert (rangee["valeur_a"], rangee["valeur_b"], rangee["difference"]) == ("4, 6, 9, 11", "3, 6, 9, 12", None)


def test_une_figure_non_publiee_le_reste_tant_que_personne_ne_la_donne(scenario: Any) -> None:
    dispositif, figure = next((d, f) for d, figures in baremes().items() for f, v in figures.items() if not v.valeurs and v.unite.startswith("EUR"))
    autre = scenario(f"  {dispositif}:\n    {figure}: {{du: 2026-01-01, valeur: 12}}\n")
    rangee = une(differences(trouver_texte("en-vigueur"), autre), figure)
    assert (rangee["valeur_a"], rangee["valeur_b"], rangee["du"], rangee["difference"]) == ("non publié", "12", "2026-01-01", None)


def test_dispositif_inconnu() -> None:
    texte = trouver_texte("en-vigueur")
    with pytest.raises(Erreurs, match="dispositif inconnu « forfait-medecin »") as refus:
        differences(texte, texte, dispositif="forfait-medecin")
    assert FMT in str(refus.value)


@pytest.mark.parametrize("texte", textes_connus())
def test_un_texte_ne_differe_pas_de_lui_meme(texte: str) -> None:
    assert differences(trouver_texte(texte), trouver_texte(texte)) == []


def test_un_scenario_hors_du_calendrier_ne_perd_personne(scenario: Any) -> None:
    autre = scenario(f"  {FMT}:\n    majoration_c2s: {{du: 1800-01-01, au: 9999-12-31, valeur: 11}}\n")
    vues = [(r["du"], r["au"], r["valeur_a"]) for r in differences(trouver_texte("en-vigueur"), autre)]
    assert vues == [(None, "2025-12-31", "néant"), ("2026-01-01", None, "10")]


@given(
    noms=st.tuples(st.sampled_from(sorted(textes_connus())), st.sampled_from(sorted(textes_connus()))),
    figure=st.sampled_from([figure for figures in baremes().values() for figure in figures.values()]),
    jour=st.dates(dt.date(2015, 1, 1), dt.date(2031, 1, 1)),
)
def test_les_periodes_disent_ce_que_dit_chaque_jour(noms: tuple[str, str], figure: Any, jour: dt.date) -> None:
    textes = [trouver_texte(nom) for nom in noms]
    vie = periodes(figure, *textes)
    assert (vie[0].du, vie[-1].au) == (DEBUT_DES_TEMPS, FIN_DES_TEMPS)
    assert all(apres.du - avant.au == dt.timedelta(days=1) for avant, apres in itertools.pairwise(vie))
    (celle,) = [periode for periode in vie if periode.du <= jour <= periode.au]
    dites = [texte.valeur(figure, jour) for texte in textes]
    assert all(vue is dite for vue, dite in zip(celle.valeurs, dites, strict=True))
    differe = sens(figure, dites[0]) != sens(figure, dites[1])
    assert differe == any(r["figure"] == figure.nom for r in differences(*textes, jour, figure.dispositif))
