"""What if: what a supposition brings is the difference of two statements, and the dossier stays as it was."""

from __future__ import annotations

import datetime as dt
import itertools
from functools import cache
from pathlib import Path

import pytest

import convmed
from convmed.dispositifs.socle import Demande
from convmed.donnees.dossier import Dossier, lire_dossier
from convmed.donnees.serialisation import en_octets
from convmed.interfaces.web.suppositions import (
    ANNEES_DE_CONTRAT,
    APRES,
    AVANT,
    CLASSES_DE_PATIENTELE,
    OPTIONS_ETP,
    SUPPOSITIONS,
    Choix,
    examiner,
)
from convmed.restitution.releve import Releve, etablir
from convmed.textes import trouver_texte

EXEMPLES = Path(__file__).parents[3] / "exemples"
TEXTE = trouver_texte("en-vigueur")


@cache
def etabli(nom: str) -> tuple[Dossier, Releve]:
    dossier = lire_dossier(EXEMPLES / nom)
    return dossier, etablir(dossier, 2026, TEXTE)


@pytest.mark.parametrize("nom", ["secteur-2-sans-option", "medecin-68-ans", "cabinet-zip"])
@pytest.mark.parametrize("noms", [noms for combien in (1, 2, 3) for noms in itertools.combinations(("zip", "67-ans", "optam"), combien)])
def test_la_difference_est_celle_des_deux_releves(nom: str, noms: tuple[str, ...]) -> None:
    dossier, releve = etabli(nom)
    avant = en_octets(dossier)
    bilan = examiner(dossier, 2026, TEXTE, Choix(noms), releve)
    assert bilan.difference == bilan.apres.total - releve.total == sum(ligne.difference(AVANT, APRES) or 0 for ligne in bilan.lignes)
    assert bilan.non_comparees == [] and bilan.aide is None
    assert en_octets(dossier) == avant


@pytest.mark.parametrize(("nom", "supposition", "champs"), [
    ("medecin-68-ans", "zip", 'zone = "zip"'), ("cabinet-zip", "67-ans", "date_naissance = 1958-01-01"),
    ("secteur-2-sans-option", "optam", 'option_tarifaire = "optam"'),
])  # fmt: skip
def test_supposer_donne_le_releve_d_un_dossier_ecrit_ainsi(tmp_path: Path, nom: str, supposition: str, champs: str) -> None:
    cle = champs.partition(" ")[0]
    for fichier in (EXEMPLES / nom).iterdir():
        texte = fichier.read_text("utf-8")
        if fichier.name == "cabinet.toml":
            texte = "\n".join(champs if ligne.startswith(f"{cle} =") else ligne for ligne in texte.split("\n"))
        (tmp_path / fichier.name).write_text(texte, "utf-8")
    dossier, releve = etabli(nom)
    bilan = examiner(dossier, 2026, TEXTE, Choix((supposition,)), releve)
    ecrit = convmed.releve(tmp_path, annee=2026)
    assert [(ligne.libelle, ligne.montant) for ligne in bilan.apres.lignes] == [(ligne.libelle, ligne.montant) for ligne in ecrit.lignes]
    assert bilan.difference != 0


def test_le_jour_des_67_ans_est_celui_ou_la_patientele_est_comptee() -> None:
    dossier, releve = etabli("cabinet-zip")
    senior = next(s for s in SUPPOSITIONS if s.nom == "67-ans")
    demande = Demande(TEXTE, 2026)
    for naissance, empeche in ((dt.date(1958, 12, 31), True), (dt.date(1959, 1, 1), False)):
        medecin = {**dossier.cabinet["medecin"], "date_naissance": naissance}
        change = Dossier(dossier.chemin, {**dossier.cabinet, "medecin": medecin}, dossier.patients, None, dossier.affections, None, None)
        assert bool(senior.empechement(change, demande)) == empeche
        touche = any("67 ans" in ligne.libelle for ligne in etablir(change, 2026, TEXTE).lignes)
        assert touche == empeche
    assert releve.total > 0


@pytest.mark.parametrize(("option", "contrat", "classe"), list(itertools.product(dict(OPTIONS_ETP), dict(ANNEES_DE_CONTRAT), dict(CLASSES_DE_PATIENTELE))))
def test_l_aide_d_un_assistant_est_celle_du_contrat_json(option: str, contrat: str, classe: str) -> None:
    dossier, releve = etabli("cabinet-zip")
    bilan = examiner(dossier, 2026, TEXTE, Choix(("assistant",), {"option": option, "annee": contrat, "classe": classe}), releve)
    assert bilan.aide is not None
    if option in ("1.5", "2") and contrat != "3":
        assert bilan.difference == 0 and any("année 3" in motif for motif in bilan.aide.motifs)
        return
    tenus = {"initial": 1200, "objectif": 1200, "observe": 1200}
    cas = {"calcul": "aide", "option_etp": option, "annee_contrat": int(contrat), "classe": classe, "specialite": "01", "pmt": tenus, "fa": tenus}
    attendu = convmed.calculer("assistants-medicaux", {"annee": 2026, "entree": cas})["resultats"]["montant"]
    assert bilan.difference == round(attendu * 100) > 0


def test_un_secteur_2_sans_option_n_a_pas_d_aide_et_l_optam_l_ouvre() -> None:
    dossier, releve = etabli("secteur-2-sans-option")
    assistant = {"option": "1/2", "annee": "1", "classe": "p30-p90"}
    seul = examiner(dossier, 2026, TEXTE, Choix(("assistant",), assistant), releve).aide
    avec = examiner(dossier, 2026, TEXTE, Choix(("assistant", "optam"), assistant), releve).aide
    assert seul is not None and any("OPTAM" in motif for motif in seul.motifs)
    assert avec is not None and not any("OPTAM" in motif for motif in avec.motifs)
