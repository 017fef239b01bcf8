"""The public directory: a doctor once, no name, the sector and option in the words of convmed."""

import polars as pl
import pytest

from convmed.donnees.annuaire import lire_annuaire, option_de
from convmed.donnees.zonage import lire_zonage
from convmed.textes import Erreurs

ENTETES = (
    "ps_activite_nom;ps_activite_prenom;type_ps_code;specialite_code;specialite_libelle;secteur_conventionnel_code;"
    "option_tarifaire_libelle;coordonnees_voie;coordonnees_code_postal;coordonnees_ville"
)
LIGNES = (
    "MARTIN;ANNE;1;01;Médecin généraliste;1;;1 RUE X;35000;RENNES CEDEX 7",
    "MARTIN;ANNE;1;01;Médecin généraliste;1;;2 RUE Y;29000;QUIMPER",
    "DUPONT;PAUL;1;07;Gynécologue;3;OPTAM-CO;3 RUE Z;20200;BASTIA",
    "PETIT;LEA;1;3;Cardiologue;3;OPTAM;4 RUE T;97400;SAINT-DENIS",
    "ROUX;LUC;1;01;Médecin généraliste;0;;5 RUE U;75012;PARIS 12",
    "NOIR;EVE;1;33;Psychiatre;2;contrat spécial;6 RUE V;01000;BOURG EN BRESSE",
    "BLANC;ZOE;2;24;Infirmier;1;;7 RUE W;35000;RENNES",
)


def ecrire(tmp_path, lignes=LIGNES, entetes=ENTETES):
    chemin = tmp_path / "liste-ps.csv"
    chemin.write_text("\n".join([entetes, *lignes]) + "\n", "utf-8-sig")
    return chemin


def test_les_medecins_chacun_une_fois(tmp_path):
    lu = lire_annuaire(ecrire(tmp_path))
    assert sorted(lu.medecins.drop("medecin").rows(), key=str) == sorted([
        ("01", "1", "aucune", "35"), ("07", "2", "optam-aco", "2B"), ("03", "2", "optam", "974"), ("01", "nc", "aucune", "75"),
        ("33", "1", None, "01"),
    ], key=str)  # fmt: skip
    assert (lu.plusieurs_cabinets, lu.sans_zone, lu.inconnues) == (1, None, ("contrat spécial",))
    assert lu.medecins["medecin"].sort().to_list() == [1, 2, 3, 4, 5]


def test_aucun_nom_ne_reste(tmp_path):
    lu = lire_annuaire(ecrire(tmp_path))
    assert not any(nom in str(lu) + str(lu.medecins.rows()) for nom in ("MARTIN", "ANNE", "RUE"))


def test_la_zone_par_le_nom_de_la_commune(tmp_path):
    zones = tmp_path / "zones.csv"
    zones.write_text(
        "commune;libelle;zone\n35238;Rennes;zac\n2B033;Bastia;zip\n97411;Saint-Denis;hors-zone\n75056;Paris;hors-zone\n01053;Bourg-en-Bresse;3_QPV_ZIP\n",
        "utf-8",
    )
    lu = lire_annuaire(ecrire(tmp_path), lire_zonage(zones).communes)
    assert sorted(lu.medecins.select("departement", "zone").rows()) == [
        ("01", None), ("2B", "zip"), ("35", "zac"), ("75", "hors-zone"), ("974", "hors-zone"),
    ]  # fmt: skip
    assert lu.sans_zone == 1


@pytest.mark.parametrize(("libelle", "option"), [
    ("OPTAM", "optam"), ("Option pratique tarifaire maîtrisée (OPTAM)", "optam"), ("OPTAM-CO", "optam-aco"), ("OPTAM ACO", "optam-aco"),
    ("Aucune", "aucune"), ("CAS", None),
])  # fmt: skip
def test_les_mots_de_l_option(libelle, option):
    assert option_de(libelle) == option


def test_les_colonnes_qui_manquent(tmp_path):
    with pytest.raises(Erreurs) as refus:
        lire_annuaire(ecrire(tmp_path, (), ENTETES.replace("specialite_code", "spe").replace("type_ps_code", "type")))
    assert [f.colonne for f in refus.value.fautes] == ["type_ps_code", "specialite_code"]


def test_un_annuaire_vide(tmp_path):
    lu = lire_annuaire(ecrire(tmp_path, ()))
    assert lu.medecins.height == 0 and lu.repartition().height == 0


def test_un_parquet(tmp_path):
    table = pl.read_csv(ecrire(tmp_path), separator=";")
    table.write_parquet(tmp_path / "liste-ps.parquet")
    assert lire_annuaire(tmp_path / "liste-ps.parquet").medecins.height == 5
