"""`convmed optam simuler` as a user runs it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convmed.restitution.graphiques.optam import composer_les_taux, taux_contre_engagement
from convmed.restitution.optam import COLONNES, SCHEMA_SUIVI, etudier
from convmed.textes import Erreurs, trouver_texte

EXEMPLE = Path(__file__).parents[2] / "exemples" / "optam" / "situation.json"
ADHERENT = {"specialite": "05", "secteur": "2", "option_tarifaire": "optam"}
COURT = ("--choix", "rester", "--secteur", "2", "--option", "optam", "--specialite", "05")


@pytest.fixture
def convmed(lanceur: Callable[..., Any]) -> Any:
    return lanceur("optam", "simuler")


def etude(**champs: Any) -> Any:
    return etudier({"choix": "rester", "medecin": ADHERENT, **champs}, trouver_texte("en-vigueur"), champs.pop("annee", 2026))


def observee(depassement: float, opposable: float = 0.8) -> Any:
    releve = {"au": "2026-06-30", "taux_depassement": depassement, "taux_opposable": opposable}
    return etude(engagement={"taux_depassement": 0.15, "taux_opposable": 0.8}, releves=[releve])


def test_la_commande_installee_refuse_avec_le_code_2() -> None:
    programme = [sys.executable, "-c", "from convmed.interfaces.cli import principal; principal()", "optam", "simuler"]
    resultat = subprocess.run(programme, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    assert (resultat.returncode, resultat.stdout) == (2, b"")
    assert "il manque la situation" in resultat.stderr.decode()


def test_l_exemple_en_json(convmed: Any) -> None:
    lu = json.loads(convmed.reussit(EXEMPLE, "--format", "json"))
    # Mean of 17 100 / 112 000 and 17 500 / 116 000, in millionths.
    assert lu["engagement"]["taux_depassement"] == pytest.approx((17_100 / 112_000 + 17_500 / 116_000) / 2, abs=1e-6)
    assert [un["niveau_prime"] for un in lu["suivi"]] == [1, 1, 1, 0.9, 0.9]
    # 92 000 € at 8,3 %, of which 90 % for a gap of 1 to 2 points.
    assert lu["prime"]["montant"] == 6872.4
    assert [une["part"] for une in lu["revalorisations"]] == [0.4, 0.6]
    assert [une["gain_conserve"] for une in lu["revalorisations"]] == [1440, 2160]
    assert {poste["poste"]: poste["ecart"] for poste in lu["postes"]} == {
        "prime": 6872.4, "partage-de-gains": 2160, "tarifs-secteur-1": 7000, "depassements": -15200,
    }  # fmt: skip
    assert lu["ecart_annuel"] == 832.4
    assert any("relevé au 31/10/2026" in hypothese for hypothese in lu["hypotheses"])


def test_une_option_l_emporte_sur_le_fichier_et_le_fichier_vient_aussi_de_l_entree(convmed: Any) -> None:
    quitter = json.loads(convmed.reussit("-", "--choix", "quitter", "--format", "json", entree=EXEMPLE.read_bytes()))
    assert (quitter["choix"], quitter["ecart_annuel"]) == ("quitter", -832.4)


def test_le_texte_dit_les_taux_les_euros_et_ce_qui_est_suppose_meme_sur_un_terminal_etroit(convmed: Any) -> None:
    texte = convmed.reussit(EXEMPLE, colonnes=80)
    for attendu in ("engagement", "15,18\N{NO-BREAK SPACE}%", "832,40\N{NO-BREAK SPACE}€", "Ce qui est supposé", "résiliation", "1,8415"):
        assert attendu in texte
    assert "…" not in texte
    assert max(map(len, texte.split("Ce qui est supposé")[0].splitlines())) <= 80


def test_le_csv_a_toujours_les_memes_colonnes(convmed: Any) -> None:
    lues = list(csv.DictReader(io.StringIO(convmed.reussit(EXEMPLE, "--format", "csv")), delimiter=";"))
    assert tuple(lues[0]) == COLONNES
    (total,) = [lue for lue in lues if lue["rubrique"] == "total"]
    assert total["valeur"] == "832.4"
    assert {"engagement", "suivi", "prime", "revalorisation", "poste", "hypothese"} <= {lue["rubrique"] for lue in lues}


def test_les_options_suffisent_au_cas_courant(convmed: Any) -> None:
    arguments = (*COURT, "--honoraires-opposables", "60000", "--taux-de-charges", "8,3%", "--engagement", "15,2%", "0.7", "--observe", "17,2%", "0.7")
    lu = json.loads(convmed.reussit(*arguments, "--format", "json"))
    assert lu["suivi"][0]["ecart"] == 2
    assert lu["ecart_annuel"] == 4482
    assert lu["suivi"][0]["au"] == "2026-12-31"


def test_les_graphiques_sont_des_images_toujours_les_memes(convmed: Any, tmp_path: Path) -> None:
    assert convmed.reussit(EXEMPLE, "--format", "png", "--sortie", tmp_path / "optam.png") == ""
    assert (tmp_path / "optam.png").read_bytes().startswith(b"\x89PNG")
    une = observee(0.17)
    images = [taux_contre_engagement(une.table_du_suivi(), une.table_des_paliers(), "Titre $1 et 2$", 2026, "svg") for _ in range(2)]
    assert images[0] == images[1]
    mots = re.sub(r"\s", " ", images[0].decode())
    for attendu in ("engagement : 15 %", "17 %", "0 à 1 point : prime à 100 % *", "4 à 5 points : prime à 30 %", "plus de 10 points : résiliation", "Titre $1"):
        assert attendu in mots


def test_les_bandes_vont_du_bon_cote_de_l_engagement() -> None:
    une = observee(0.17)
    haut, bas = composer_les_taux(une.table_du_suivi(), une.table_des_paliers(), "Titre", 2026).axes
    hauteurs = [[t.get_position()[1] for t in axe.texts if t.get_text().startswith("4 à 5 points")] for axe in (haut, bas)]
    assert hauteurs == [[pytest.approx(19.5)], [pytest.approx(75.5)]]


def test_un_taux_hors_du_cadre_reste_ecrit() -> None:
    une = observee(0.9, 0.1)
    svg = taux_contre_engagement(une.table_du_suivi(), une.table_des_paliers(), "Titre", 2026, "svg").decode()
    assert "90\N{NO-BREAK SPACE}%" in svg
    assert "10\N{NO-BREAK SPACE}%" in svg


@pytest.mark.parametrize(
    ("depassement", "niveau", "risque"),
    [(0.15, 1, "aucun"), (0.16, 1, "prime-reduite"), (0.160001, 0.9, "prime-reduite"), (0.2, 0.3, "prime-reduite"),
     (0.200001, 0, "plus-de-prime"), (0.25, 0, "plus-de-prime"), (0.250001, 0, "resiliation")],
)  # fmt: skip
def test_chaque_borne_du_suivi_est_celle_d_une_bande(depassement: float, niveau: float, risque: str) -> None:
    une = observee(depassement)
    (un,) = une.suivi
    assert (un["niveau_prime"], un["risque"]) == (niveau, risque)
    bande = next(p for p in une.paliers if p["a"] is None or un["ecart"] <= p["a"])
    assert (bande["niveau_prime"], bande["resiliation"]) == (niveau, risque == "resiliation")


def test_avant_2025_rien_ne_dit_la_resiliation() -> None:
    une = etudier({"choix": "rester", "medecin": ADHERENT}, trouver_texte("convention-2016"), 2020)
    assert [p["a"] for p in une.paliers] == [1, 2, 3, 4, 5, None]
    assert not any(p["resiliation"] for p in une.paliers)


def test_l_ecart_donne_l_emporte_sur_celui_du_releve_et_la_reponse_le_dit() -> None:
    releves = [{"au": "2026-06-30", "taux_depassement": 0.3, "taux_opposable": 0.8}]
    prime = {"honoraires_opposables": 60000, "taux_de_charges": 0.083}
    engagement = {"taux_depassement": 0.15, "taux_opposable": 0.8}
    donne = etude(engagement=engagement, releves=releves, ecart_points=0, **prime)
    assert donne.simulation["ecart_annuel"] == 4980
    assert any("et non celui du relevé" in hypothese for hypothese in donne.hypotheses)
    assert etude(engagement=engagement, releves=releves, **prime).simulation["ecart_annuel"] == 0


def test_un_taux_non_publie_laisse_le_total_vide_et_le_dit(convmed: Any) -> None:
    texte = convmed.reussit(*COURT, "--honoraires-opposables", "60000", "--ecart-points", "0")
    assert "non publié" in texte
    lu = json.loads(convmed.reussit(*COURT, "--honoraires-opposables", "60000", "--ecart-points", "0", "--format", "json"))
    assert (lu["ecart_annuel"], lu["complet"]) == (None, False)


def test_le_modificateur_de_qui_rejoint_l_optam_aco() -> None:
    medecin = {"specialite": "02", "secteur": "2", "option_tarifaire": "aucune"}
    une = etude(choix="adherer", medecin=medecin, option_visee="optam-aco", acte="anesthesie", base_actes=100000)
    assert (une.modificateur["modificateur"], une.modificateur["taux"]) == ("3", 0.08)
    assert une.simulation["ecart_annuel"] == 8000


def test_qui_ne_peut_pas_adherer_a_zero_et_le_motif(convmed: Any) -> None:
    texte = convmed.reussit("--choix", "adherer", "--secteur", "1", "--specialite", "05", "-", entree=b'{"titre_secteur_2": false}')
    assert "ne peut pas adhérer" in texte


def test_toutes_les_fautes_des_options_a_la_fois(convmed: Any) -> None:
    lignes = convmed.refuse("--choix", "restr", "--honoraires-opposables", "60k", "--engagement", "3%", "x", "--observe", "2%", "1", "--au", "12", "--texte", "zz")
    debuts = ("texte :", "--honoraires-opposables :", "--engagement :", "--au :", "--choix :")
    assert len(lignes) == len(debuts)
    assert all(any(ligne.startswith(debut) for ligne in lignes) for debut in debuts)
    assert not any("nécessaire" in ligne for ligne in lignes)


def test_toutes_les_fautes_du_fichier_a_la_fois(convmed: Any, tmp_path: Path) -> None:
    fichier = tmp_path / "cas.json"
    cas = {
        "choix": "rester", "medecin": ADHERENT, "zz": 1, "aides_liees": "a", "engagement": {"taux_depassement": 0.2},
        "releves": [{"au": "2025-01-01", "depassements": 3}, {"au": "x"}], "revalorisations": [{"date": "2026-01-01"}],
    }  # fmt: skip
    fichier.write_text(json.dumps(cas), "utf-8")
    lignes = convmed.refuse(fichier)
    for champ in ("zz", "aides_liees", "engagement.taux_opposable", "releves[0].au", "releves[0].honoraires_opposables", "releves[1].au",
                  "revalorisations[0].base_avant"):  # fmt: skip
        assert any(ligne.startswith(f"{fichier}, {champ} :") for ligne in lignes), champ


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"releves": [{"au": "2026-06-30", "taux_depassement": 0.1, "taux_opposable": 0.8}]}, "engagement"),
        ({"releves": 3}, "releves"),
        ({"engagement": 3}, "engagement"),
        ({"engagement": {}}, "engagement.taux_depassement"),
        ({"engagement": {"zz": 1}}, "engagement.zz"),
        ({"engagement": {"taux_depassement": 0.1, "taux_opposable": 0.8},
          "releves": [{"au": "2026-06-30", "honoraires_remboursables": 1, "depassements": 0, "honoraires_opposables": 2}]},
         "releves[0].honoraires_opposables"),
        ({"revalorisations": [{"date": "2026-01-01", "honoraires_totaux": 2, "base_avant": 2, "base_apres": 1, "niveau_respect": "strict"}]},
         "revalorisations[0].base_apres"),
        ({"revalorisations": [{"date": "2026-01-01", "honoraires_totaux": 2, "base_avant": 1, "base_apres": 2}]},
         "revalorisations[0].niveau_respect"),
        ({"medecin": 3}, "medecin"),
        ({"base_avant": 1}, "base_apres"),
    ],
)  # fmt: skip
def test_une_faute_nomme_son_champ(champs: dict[str, Any], champ: str) -> None:
    with pytest.raises(Erreurs) as refus:
        etude(**champs)
    assert champ in [faute.champ for faute in refus.value.fautes]


def test_les_releves_se_suivent() -> None:
    releve = {"taux_depassement": 0.1, "taux_opposable": 0.8}
    with pytest.raises(Erreurs) as refus:
        etude(engagement=releve, releves=[{"au": "2026-06-30", **releve}, {"au": "2026-06-30", **releve}])
    assert [faute.champ for faute in refus.value.fautes] == ["releves[1].au"]


@pytest.mark.parametrize(
    ("brut", "mot"), [("{", "JSON illisible"), ("[]", "un objet JSON"), ('{"choix": 1, "choix": 2}', "clé en double"),
                      ("\xff", "UTF-8"), ('{"aides_liees": NaN}', "NaN")],
)  # fmt: skip
def test_un_fichier_illisible(convmed: Any, brut: str, mot: str) -> None:
    (ligne,) = convmed.refuse("-", entree=brut.encode("latin-1"))
    assert ligne.startswith("entrée standard")
    assert mot in ligne


def test_sans_situation_ou_sans_releve_pour_le_graphique(convmed: Any) -> None:
    (ligne,) = convmed.refuse()
    assert "il manque la situation" in ligne
    (ligne,) = convmed.refuse(*COURT, "--format", "png")
    assert ligne.startswith("--engagement")


def test_une_etude_sans_suivi_n_a_rien_a_tracer() -> None:
    table = etude().table_du_suivi()
    assert (table.height, dict(table.schema)) == (0, SCHEMA_SUIVI)


def test_rien_de_chiffre_n_est_pas_zero() -> None:
    assert etude().simulation["ecart_annuel"] is None
    assert etude(aides_liees=0).simulation["ecart_annuel"] == 0
