"""The zoning of the ARS: the words of each published file, what is partial, what is refused."""

import polars as pl
import pytest

from convmed.donnees.zonage import lire_zonage
from convmed.textes import Erreurs

ATLASANTE = "Code;Libellé;Zonage_MG\n1001;L'Abergement-Clémenciat;1_ZIP\n2A004;Ajaccio;2_ZAC\n13055;Marseille;3_QPV_ZIP\n35238;Rennes;5_ZV\n75056;Paris;6_HZ\n"


def ecrire(tmp_path, contenu, nom="zonage.csv", encodage="utf-8"):
    chemin = tmp_path / nom
    chemin.write_text(contenu, encodage)
    return chemin


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252"])
def test_les_communes_d_atlasante(tmp_path, encodage):
    lu = lire_zonage(ecrire(tmp_path, ATLASANTE, encodage=encodage))
    assert lu.communes.select("commune", "zone").rows() == [
        ("01001", "zip"), ("13055", None), ("2A004", "zac"), ("35238", "hors-zone"), ("75056", "hors-zone"),
    ]  # fmt: skip
    assert lu.comptes() == {"zip": 1, "zac": 1, "hors-zone": 2, "partielle": 1}
    assert lu.communes["qpv"].null_count() == 5


def test_les_mots_de_la_drees(tmp_path):
    contenu = "Code de la commune,Qualification attribuée par l'arrêté régional\n" + "\n".join((
        "35001,Zone d'intervention prioritaire", "35002,Zone d'action complémentaire", "35003,Zone de vigilance", "35004,Hors vivier",
    ))  # fmt: skip
    lu = lire_zonage(ecrire(tmp_path, contenu))
    assert lu.communes["zone"].to_list() == ["zip", "zac", "hors-zone", "hors-zone"]


def test_par_territoire_de_vie_sante(tmp_path):
    zones = ecrire(tmp_path, "Code_TVS;zonage_ars\n35A;ZIP\n35B;HV\n")
    communes = ecrire(tmp_path, "INSEE_COM;Code_TVS\n35001;35A\n35002;35A\n35003;35B\n35004;35C\n", "communes.csv")
    with pytest.raises(Erreurs, match="--communes"):
        lire_zonage(zones)
    assert lire_zonage(zones, communes).communes.select("commune", "zone").rows() == [("35001", "zip"), ("35002", "zip"), ("35003", "hors-zone")]


def test_le_sien(tmp_path):
    lu = lire_zonage(ecrire(tmp_path, "commune;zone;qpv\n35238;zac;oui\n35001;hors-zone;non\n"))
    assert lu.communes.select("commune", "zone", "qpv").rows() == [("35001", "hors-zone", False), ("35238", "zac", True)]


@pytest.mark.parametrize(("contenu", "message"), [
    ("commune;zone\n35001;rouge\n35002;verte\n", "classement inconnu"), ("commune;zone\n35001;zip\n35001;zac\n", "deux classements"),
    ("ville;zone\nRennes;zip\n", "ni commune ni territoire"), ("commune;couleur\n35001;zip\n", "la colonne manque"), ("", "vide"),
])  # fmt: skip
def test_ce_qui_est_refuse(tmp_path, contenu, message):
    with pytest.raises(Erreurs, match=message) as refus:
        lire_zonage(ecrire(tmp_path, contenu))
    if "rouge" in contenu:
        assert [f.valeur for f in refus.value.fautes] == ["rouge", "verte"]


def test_un_fichier_sans_ligne(tmp_path):
    lu = lire_zonage(ecrire(tmp_path, "commune;zone\n"))
    assert lu.communes.height == 0 and lu.communes.schema["zone"] == pl.String


def test_un_fichier_qui_n_existe_pas(tmp_path):
    with pytest.raises(Erreurs, match="n'existe pas"):
        lire_zonage(tmp_path / "absent.csv")
