"""The ledger, the states that it gives, and the ratchet that keeps a held norm held."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from convmed.normes import EtatNorme, etats, par_dispositif, registre
from convmed.normes.etat import ETATS, raisons, tenues
from convmed.textes import Erreurs
from convmed.textes.bareme import dossiers_des_dispositifs

CONFTEST = Path(__file__).with_name("conftest.py")
SOCLE_DU_FMT = "C3.1A-14"


def test_le_registre_est_entier() -> None:
    """Read: the three files of the ledger, every row with its id, its place in a source and its statement."""
    normes = registre()
    assert len(normes) == 1464
    assert all(
        norme.id and norme.document and norme.dispositif and norme.type and norme.enonce for norme in normes.values()
    )
    assert Counter(norme.type for norme in normes.values())["orientation"] == 139


def etat_de(norme: str, chemin: Path) -> EtatNorme:
    return next(etat for etat in etats(chemin) if etat.id == norme)


def test_tenue_demande_un_nom_et_un_test(tmp_path: Path) -> None:
    fichier = tmp_path / "tenues.json"
    sans_test = etat_de(SOCLE_DU_FMT, fichier)
    assert (sans_test.etat, sans_test.tests) == ("non-tenue", ())
    assert "règle fmt_socle" in sans_test.nommee_par
    assert sans_test.raison == "nommée, mais aucun test ne la tient"
    fichier.write_text(json.dumps({SOCLE_DU_FMT: ["tests/x.py::test_y"]}))
    avec_test = etat_de(SOCLE_DU_FMT, fichier)
    assert (avec_test.etat, avec_test.tests, avec_test.raison) == ("tenue", ("tests/x.py::test_y",), "")
    assert avec_test.en_dict().keys() >= {"id", "dispositif", "etat", "tests"}


def test_un_test_ne_suffit_pas(tmp_path: Path) -> None:
    """Hold: a norm that no rule, figure nor example names is not held, even with a test."""
    fichier = tmp_path / "tenues.json"
    orphelines = [etat for etat in etats(fichier) if not etat.nommee_par and etat.etat == "non-tenue"]
    orpheline = next(etat.id for etat in orphelines if etat.norme.type != "exemple")
    exemple = next(etat.id for etat in orphelines if etat.norme.type == "exemple")
    fichier.write_text(json.dumps({orpheline: ["tests/x.py::test_y"], exemple: ["tests/x.py::test_z"]}))
    assert etat_de(orpheline, fichier).etat == "non-tenue"
    assert etat_de(exemple, fichier).etat == "tenue", "reproduire un exemple des sources, c'est le tenir"


def test_ce_qui_ne_se_calcule_pas(tmp_path: Path) -> None:
    types = {norme.id: norme.type for norme in registre().values()}
    for etat in etats(tmp_path / "tenues.json"):
        assert etat.etat in ETATS
        assert etat.raison or etat.etat == "tenue", f"{etat.id} sans raison"
        if types[etat.id] in ("orientation", "statistique"):
            assert etat.etat in ("orientation", "non-publiee"), etat.id


def test_le_bilan_additionne_les_etats(tmp_path: Path) -> None:
    tous = etats(tmp_path / "tenues.json")
    bilans = par_dispositif(tous)
    assert sum(bilan.normes for bilan in bilans) == len(tous)
    for bilan in bilans:
        assert bilan.tenues + len(bilan.manquantes) == bilan.testables
        assert bilan.testables + bilan.orientations + len(bilan.non_publiees) == bilan.normes
    ecrits = [bilan.dispositif for bilan in bilans if bilan.dispositif in dossiers_des_dispositifs()]
    assert [bilan.dispositif for bilan in bilans[: len(ecrits)]] == ecrits, "les dispositifs du paquet d'abord"


def test_aucune_raison_perimee() -> None:
    """Clean: a norm that is now held needs no reason for not being so."""
    tenus = tenues()
    perimees = [r.cle for r in raisons() if r.etat != "non-publiee" and r.cle in tenus]
    assert not perimees, f"à retirer de raisons.yaml : {perimees}"


@pytest.mark.parametrize(
    ("texte", "mot"),
    [
        ("ZZ-99: {etat: non-tenue, raison: x}", "aucune norme"),
        ("ZZ*: {etat: non-tenue, raison: x}", "aucune norme"),
        ("C3.1A-14: {etat: tenue, raison: x}", "état refusé"),
        ("C3.1A-14: {etat: orientation, raison: x}", "ne se déclare que pour un exemple"),
        ("C3.1A-14: {etat: non-tenue, raison: ''}", "une raison s'écrit"),
    ],
)
def test_une_raison_mal_ecrite_est_refusee(texte: str, mot: str) -> None:
    with pytest.raises(Erreurs) as erreurs:
        raisons(texte)
    assert mot in str(erreurs.value)


@pytest.fixture
def essai(pytester: pytest.Pytester) -> pytest.Pytester:
    """Return a small project with the ratchet: two norms held, one by the parameters of a test."""
    pytester.makeconftest(CONFTEST.read_text("utf-8"))
    pytester.makeini("[pytest]\nmarkers = normes(*ids): held")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.normes("C3.1A-14")
        def test_tenu(): pass

        @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.normes("C3.1A-15"))])
        def test_parametre(x): pass
        """
    )
    return pytester


def lancer(essai: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return essai.runpytest("-p", "no:cacheprovider", "--tenues", str(essai.path / "tenues.json"), *arguments)


def test_le_cliquet_ecrit_puis_tient(essai: pytest.Pytester) -> None:
    lancer(essai, "--ecrire-normes").assert_outcomes(passed=2)
    ecrites = json.loads((essai.path / "tenues.json").read_text("utf-8"))
    module = "test_le_cliquet_ecrit_puis_tient.py"
    assert ecrites == {"C3.1A-14": [f"{module}::test_tenu"], "C3.1A-15": [f"{module}::test_parametre[1]"]}
    assert lancer(essai).ret == 0
    essai.makepyfile(**{module.removesuffix(".py"): "def test_autre(): pass"})
    perdu = lancer(essai)
    assert perdu.ret == pytest.ExitCode.TESTS_FAILED
    perdu.stdout.fnmatch_lines(["*ne sont plus tenues : C3.1A-14, C3.1A-15"])


def test_le_cliquet_compte_aussi_avec_xdist(essai: pytest.Pytester) -> None:
    lancer(essai, "--ecrire-normes", "-n", "2").assert_outcomes(passed=2)
    assert json.loads((essai.path / "tenues.json").read_text("utf-8")).keys() == {"C3.1A-14", "C3.1A-15"}


def test_une_partie_des_tests_n_ecrit_ni_ne_juge(essai: pytest.Pytester) -> None:
    (essai.path / "tenues.json").write_text('{"C3.1A-16": ["t"]}')
    for partie in (("-k", "tenu"), ("--deselect", "x"), (str(essai.path),)):
        assert lancer(essai, *partie).ret == 0, partie
    assert lancer(essai, "-k", "tenu", "--ecrire-normes").ret == pytest.ExitCode.USAGE_ERROR
    assert (essai.path / "tenues.json").read_text("utf-8") == '{"C3.1A-16": ["t"]}'
    assert lancer(essai).ret == pytest.ExitCode.TESTS_FAILED


def test_un_test_rouge_ou_saute_ne_tient_rien(essai: pytest.Pytester) -> None:
    (essai.path / "tenues.json").write_text('{"C3.1A-14": ["t"]}')
    marque = '@pytest.mark.normes("C3.1A-14")'
    essai.makepyfile(test_saute=f"import pytest\n{marque}\n@pytest.mark.skip\ndef test_s(): pass")
    (essai.path / "test_un_test_rouge_ou_saute_ne_tient_rien.py").unlink()
    assert lancer(essai).ret == pytest.ExitCode.TESTS_FAILED
    essai.makepyfile(test_saute=f"import pytest\n{marque}\ndef test_s(): assert False")
    assert lancer(essai, "--ecrire-normes").ret == pytest.ExitCode.TESTS_FAILED
    assert (essai.path / "tenues.json").read_text("utf-8") == '{"C3.1A-14": ["t"]}'


def test_une_norme_inconnue_est_refusee(essai: pytest.Pytester) -> None:
    essai.makepyfile(test_faux='import pytest\n@pytest.mark.normes("ZZ-1")\ndef test_z(): pass')
    resultat = lancer(essai)
    assert resultat.ret == pytest.ExitCode.TESTS_FAILED
    resultat.stdout.fnmatch_lines(["*normes inconnues du registre : ZZ-1*"])
