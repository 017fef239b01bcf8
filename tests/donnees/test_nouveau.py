"""A new dossier: readable as it stands, whole or absent, and its guide in step with the readers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convmed.dispositifs.socle import tous
from convmed.donnees import nouveau
from convmed.donnees.cabinet import MEDECIN, SECTIONS, lire_cabinet
from convmed.donnees.colonnes_dossier import FICHIERS, IDENTITE, NIR, normaliser
from convmed.donnees.dossier import lire_dossier, verifier
from convmed.donnees.modeles import Medecin, lire

from .conftest import fautes


def test_un_dossier_neuf_se_lit(tmp_path: Path) -> None:
    neuf = tmp_path / "la" / "mon cabinet"
    nouveau.creer_dossier(neuf)
    lu = lire_dossier(neuf)
    assert lu.cabinet == {"medecin": {"medecin": "cabinet"}}
    assert lu.avertissements == []
    assert verifier(lu, 2026) == []
    assert sorted(chemin.name for chemin in neuf.iterdir()) == [
        "LISEZMOI.md", "actes.csv", "cabinet.toml", "evenements.csv", "paiements.csv", "patients.csv",
    ]  # fmt: skip
    assert [chemin.name for chemin in neuf.parent.iterdir()] == ["mon cabinet"]


def test_un_dossier_vide_est_rempli(tmp_path: Path) -> None:
    (tmp_path / "vide").mkdir()
    nouveau.creer_dossier(tmp_path / "vide")
    assert lire_dossier(tmp_path / "vide").patients.height == 0


def test_rien_n_est_ecrase(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("à garder")
    assert fautes(lambda: nouveau.creer_dossier(tmp_path))[0][3] == "ce dossier n'est pas vide"
    assert fautes(lambda: nouveau.creer_dossier(tmp_path / "note.txt"))[0][3] == "un fichier porte déjà ce nom"
    assert [chemin.name for chemin in tmp_path.iterdir()] == ["note.txt"]
    assert (tmp_path / "note.txt").read_text() == "à garder"


def test_une_ecriture_impossible_ne_laisse_rien(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("x")
    assert "écriture impossible" in fautes(lambda: nouveau.creer_dossier(tmp_path / "fichier" / "dossier"))[0][3]


def test_une_ecriture_interrompue_ne_laisse_rien(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrompu() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(nouveau, "lisezmoi", interrompu)
    with pytest.raises(KeyboardInterrupt):
        nouveau.creer_dossier(tmp_path / "dossier")
    assert list(tmp_path.iterdir()) == []


def test_tout_le_modele_decommente_est_valide(tmp_path: Path) -> None:
    modele = (nouveau.MODELE / "cabinet.toml").read_text("utf-8")
    complet = re.sub(r"(?m)^#(?=[a-z\[])", "", modele)
    (tmp_path / "cabinet.toml").write_text(complet, "utf-8")
    sections = lire_cabinet(tmp_path / "cabinet.toml")
    assert set(sections) == set(SECTIONS)
    assert set(sections[MEDECIN]) == set(Medecin.model_fields)
    for nom, contenu in sections.items():
        # The forfait structure is measured with the dotation numérique, whose input holds it.
        dispositif = tous().get({"forfait_structure": "dotation-numerique"}.get(nom, nom.replace("_", "-")))
        if nom == MEDECIN:
            continue
        assert dispositif is not None, nom
        for entree in contenu if isinstance(contenu, list) else [contenu]:
            valeur = {"forfait_structure": entree} if nom == "forfait_structure" else entree
            forme = dispositif.entree if isinstance(dispositif.entree, type) else dispositif.entree[entree["calcul"]]
            assert lire(forme, valeur)[1] == [], nom


def test_le_guide_dit_chaque_colonne() -> None:
    guide = nouveau.lisezmoi()
    assert set(map(normaliser, nouveau.IDENTITE_CITEE)) <= IDENTITE
    assert set(map(normaliser, nouveau.NIR_CITE)) <= NIR
    for fichier in FICHIERS.values():
        assert f"## `{fichier.nom}.csv`" in guide
        for colonne in fichier.colonnes:
            assert f"| `{colonne.nom}`" in guide
            for alias in colonne.alias:
                assert alias in guide


def test_les_en_tetes_ne_se_contredisent_pas() -> None:
    for fichier in FICHIERS.values():
        mots = [normaliser(mot) for colonne in fichier.colonnes for mot in (colonne.nom, *colonne.alias)]
        # The canonical name and an accented alias of the same column may normalise alike; two columns may not.
        assert len(fichier.entetes) == len(set(mots))
        for colonne in fichier.colonnes:
            assert fichier.entetes[normaliser(colonne.nom)] is colonne
            assert {fichier.entetes[normaliser(alias)].nom for alias in colonne.alias} <= {colonne.nom}
        assert not set(mots) & (IDENTITE | NIR)
