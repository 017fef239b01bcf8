"""The observatories as rows and panels: one's own measures beside the published ones, territories, what a panel draws."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from convmed.restitution.graphiques.observatoire import composer_les_panneaux, trajectoires_et_mesures
from convmed.restitution.observatoire import COLONNES, SCHEMA, Choix, Etude, enonces, etablir, table_des_panneaux
from convmed.textes import Erreurs, trouver_texte

EXEMPLES = Path(__file__).parents[2] / "exemples" / "observatoire"
LE = dt.date(2026, 6, 30)
ENTETES = "objectif;date;valeur;unite;portee;territoire\n"


def etude(observatoire: Any = "acces", fichier: Path | None = None, au: dt.date = LE, texte: str = "en-vigueur", **choix: Any) -> Etude:
    return etablir(observatoire, trouver_texte(texte), au, Choix(**choix), fichier)


def fichier(dossier: Path, *lignes: str) -> Path:
    chemin = dossier / "mesures.csv"
    chemin.write_text(ENTETES + "\n".join(lignes) + "\n", "utf-8")
    return chemin


def fautes(**champs: Any) -> list[tuple[str | None, int | None, str | None]]:
    with pytest.raises(Erreurs) as refus:
        etude(**champs)
    return [(faute.champ, faute.ligne, faute.colonne) for faute in refus.value.fautes]


def panneaux(une: Etude) -> dict[int, list[dict[str, Any]]]:
    trouves: dict[int, list[dict[str, Any]]] = {}
    for rangee in table_des_panneaux(une).to_dicts():
        trouves.setdefault(rangee["panneau"], []).append(rangee)
    return trouves


# --- measures of one's own


@pytest.mark.parametrize(("observatoire", "nom", "series"), [("acces", "mesures-acces.csv", 16), ("pertinence", "mesures-pertinence.csv", 23)])
def test_les_exemples_se_lisent_et_s_ajoutent_aux_mesures_publiees(observatoire: str, nom: str, series: int) -> None:
    une = etude(observatoire, EXEMPLES / nom)
    assert len(une.suivis) == series
    assert une.avertissements == []
    assert {constat.mesure.publiee for suivi in une.suivis for constat in suivi.constats} == {True, False}


def test_l_exemple_de_bretagne_est_lu_comme_il_est_ecrit() -> None:
    ald, primo, file_active, delai = etude(fichier=EXEMPLES / "mesures-acces.csv", portee="region").suivis
    assert [c.lecture for c in ald.constats] == ["non mesurable", "en retard", "atteint"]
    assert [(c.mesure.valeur, c.attendu, c.lecture) for c in primo.constats][1:] == [(126, 124, "atteint"), (121, 130, "non atteint")]
    assert [c.lecture for c in file_active.constats] == ["atteint"]
    assert [c.lecture for c in delai.constats] == ["non mesurable"]
    (finistere,) = etude(fichier=EXEMPLES / "mesures-acces.csv", territoire="finistère").suivis
    assert [c.mesure.valeur for c in finistere.constats] == [6, 3]


def test_une_mesure_de_l_utilisateur_l_emporte_sur_la_meme_publiee_et_c_est_dit(tmp_path: Path) -> None:
    une = etude(fichier=fichier(tmp_path, "assistants-medicaux;2025-06-30;8600;;;"), designation="6")
    (suivi,) = une.suivis
    assert [c.mesure.valeur for c in suivi.constats if c.mesure.date == dt.date(2025, 6, 30) and not c.motif] == [8600]
    assert une.avertissements == ["assistants-medicaux, 30/06/2025 : votre mesure remplace celle qui est publiée"]


def test_ce_qui_n_est_pas_montre_est_dit(tmp_path: Path) -> None:
    une = etude(fichier=fichier(tmp_path, "handicap;2025-12-31;20;;;", "optam;2028-12-31;20;;;"), texte="proposition-2024-02-08")
    assert une.avertissements == [
        "l'objectif « handicap » n'est pas dans ce texte : ses mesures ne sont pas montrées",
        "1 mesure(s) après le 30/06/2026 : non montrées (--date)",
    ]


def test_les_fautes_du_fichier_et_des_choix_viennent_ensemble(tmp_path: Path) -> None:
    chemin = fichier(tmp_path, "optan;2025-12-31;20;;;", "optam;32/12/2025;20;;;", "optam;2025-12-31;20;%;;", "optam;2025-12-31;20;;galaxie;x",
                     "optam;2025-12-31;21;;cpl;a", "optam;2025-12-31;22;;cpl;a")  # fmt: skip
    assert fautes(fichier=chemin, designation="zz", annee_base=2030) == [
        ("--engagement", None, None), ("--annee-base", None, None), (None, 2, "objectif"), (None, 3, "date"), (None, 4, "unite"), (None, 5, "portee"),
        (None, 7, "objectif"),
    ]  # fmt: skip


def test_une_mesure_d_avant_la_base_nomme_sa_ligne_et_une_autre_annee_de_base_l_admet(tmp_path: Path) -> None:
    chemin = fichier(tmp_path, "primo-installes;2021-12-31;100;;cpl;a", "primo-installes;2022-12-31;100;;cpl;a", "primo-installes;2023-12-31;105;;cpl;a")
    assert fautes(fichier=chemin) == [(None, 2, "date"), (None, 3, "date")]
    (suivi,) = etude(fichier=chemin, annee_base=2021, portee="cpl").suivis
    assert [c.attendu for c in suivi.constats] == [None, 105, 110]


@pytest.mark.parametrize("choix", [{"portee": "cpl"}, {"territoire": "Bretagne"}])
def test_une_portee_sans_mesure_est_refusee(choix: dict[str, str]) -> None:
    assert [champ for champ, _, _ in fautes(**choix)] == [f"--{next(iter(choix))}"]


@pytest.mark.parametrize(("texte", "au"), [("convention-2024", dt.date(2024, 6, 21)), ("convention-2016", LE)])
def test_un_texte_sans_objectif_est_refuse(texte: str, au: dt.date) -> None:
    assert fautes(texte=texte, au=au) == [("--texte", None, None)]


def test_le_parquet_se_lit_comme_le_csv(tmp_path: Path) -> None:
    chemin = tmp_path / "mesures.parquet"
    pl.DataFrame({"objectif": ["primo-installes"], "date": [dt.date(2025, 12, 31)], "valeur": [2400.0]}).write_parquet(chemin)
    (suivi,) = etude(fichier=chemin, designation="2").suivis
    assert suivi.constats[-1].mesure.valeur == 2400


def test_un_fichier_sans_mesure_montre_les_publiees(tmp_path: Path) -> None:
    assert len(etude(fichier=fichier(tmp_path)).suivis) == len(etude().suivis) == 11


# --- rows


def test_la_date_borne_les_mesures_et_choisit_la_cible() -> None:
    (ald,) = etude(au=dt.date(2024, 12, 31), designation="1").suivis
    assert max(c.mesure.date for c in ald.constats) == dt.date(2024, 12, 31)
    lu = etude(au=dt.date(2030, 1, 1), designation="6").en_dict()
    assert lu["suivis"][0]["cible_de_l_annee"] == {"date": "2029-06-21", "valeur": 13937, "indice": None}


def test_les_rangees_ont_toujours_les_memes_colonnes_et_disent_chaque_mesure_une_fois() -> None:
    for observatoire in ("acces", "pertinence"):
        une = etude(observatoire, EXEMPLES / f"mesures-{observatoire}.csv")
        rangees = une.rangees()
        assert {tuple(rangee) for rangee in rangees} == {COLONNES}
        mesures = [r for r in rangees if r["rubrique"] == "mesure"]
        assert len(mesures) == sum(len(suivi.constats) for suivi in une.suivis)
        assert all(r["lecture"] for r in mesures)
        assert {s.objectif.id for s in une.suivis} == {r["objectif"] for r in rangees}


def test_les_arrets_de_travail_attendent_la_tendance() -> None:
    (sans,) = etude("pertinence", designation="1").suivis
    (avec,) = etude("pertinence", designation="1", tendance=Fraction(47, 1000)).suivis
    assert [c.lecture for c in sans.constats] == ["non mesurable"] * 2
    assert [c.lecture for c in avec.constats] == ["non mesurable", "non atteint"]


def test_les_enonces_d_un_programme_se_lisent_cote_a_cote() -> None:
    dits = enonces(etude("pertinence", designation="biologie"))
    assert [("90" in dit, "80" in dit) for _, dit in dits] == [(True, False), (False, True), (False, False), (False, False)]
    assert dits[-1][1].startswith("dépense dans le champ du programme : 5")
    assert enonces(etude("pertinence")) == enonces(etude()) == []


# --- panels


def test_chaque_objectif_a_son_panneau_et_chacun_est_dans_son_unite() -> None:
    une = etude()
    trouves = panneaux(une)
    assert len(trouves) == len(une.suivis)
    unites = {points[0]["titre"].partition(".")[0]: (points[0]["unite"], {p["genre"] for p in points}) for points in trouves.values()}
    assert unites["1"] == ("%", {"trajectoire", "mesure"})
    assert unites["3"] == ("indice 100 au 31/12/2023", {"trajectoire"})
    assert unites["4"] == ("%/an", {"trajectoire", "mesure"})
    assert unites["5"][1] == {"texte"}
    assert unites["6"] == ("contrats", {"trajectoire", "mesure"})
    assert unites["7"] == ("%", {"niveau", "trajectoire", "mesure"})


@pytest.mark.parametrize("observatoire", ["acces", "pertinence"])
@pytest.mark.parametrize("texte", ["en-vigueur", "proposition-2024-02-08"])
def test_le_graphique_ecrit_tout_ce_qu_il_dessine_en_francais(observatoire: str, texte: str) -> None:
    une = etude(observatoire, texte=texte)
    figure = composer_les_panneaux(table_des_panneaux(une), "Titre à $1 et 2$")
    dits = " ".join(t.get_text() for t in figure.texts) + " ".join(axe.get_title(loc="left") for axe in figure.axes)
    for suivi in une.suivis:
        assert f"{suivi.numero}. {suivi.objectif.libelle}"[:30] in dits.replace("\n", " ")
    assert "." not in "".join(t.get_text() for axe in figure.axes for t in axe.get_yticklabels())


def test_le_dernier_ecart_est_ecrit_dans_le_coin_libre() -> None:
    figure = composer_les_panneaux(table_des_panneaux(etude(designation="6")), "Titre")
    (axe,) = figure.axes
    (ecrit,) = [t for t in axe.texts if "contrats" in t.get_text() and "retard" in t.get_text()]
    assert ecrit.get_text().replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ") == "30/06/2025 : 8 558\n-435 contrats, en retard"
    assert ecrit.get_position()[1] < 0.5


def test_un_graphique_est_une_image_toujours_la_meme_meme_sans_rien_a_dessiner() -> None:
    for designation in ("6", "5"):
        table = table_des_panneaux(etude(designation=designation))
        assert trajectoires_et_mesures(table, "T", "svg") == trajectoires_et_mesures(table, "T", "svg")
        assert trajectoires_et_mesures(table, "T", "png").startswith(b"\x89PNG")
    assert trajectoires_et_mesures(pl.DataFrame(schema=SCHEMA), "T", "svg")
