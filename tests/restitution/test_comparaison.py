"""Text against text for one practice: which lines face one another, the difference, why, and what is not compared."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import convmed
from convmed.donnees.dossier import Dossier, lire_dossier
from convmed.restitution.comparaison import comparer
from convmed.restitution.lignes_comparees import SCHEMA, Comparaison, LigneComparee
from convmed.textes import Erreurs, Texte, textes_connus, trouver_texte

EXEMPLES = Path(__file__).parents[2] / "exemples"
DOSSIERS = [chemin.name for chemin in sorted(EXEMPLES.iterdir()) if (chemin / "cabinet.toml").is_file()]
ANCIEN, SIGNE, APPLIQUE = "reglement-arbitral-2023", "convention-2024", "en-vigueur"
OPTION_1, OPTION_2 = "proposition-2024-02-08-option-1", "proposition-2024-02-08-option-2"
COMPLETS = [texte for texte in textes_connus() if texte != "proposition-2024-02-08"]
FMT = "forfait-medecin-traitant"


@cache
def cabinet_zip() -> Dossier:
    return lire_dossier(EXEMPLES / "cabinet-zip")


@cache
def du_zip(*textes: str) -> Comparaison:
    return entre(cabinet_zip(), *textes)


@pytest.fixture
def zip_() -> Dossier:
    return cabinet_zip()


@pytest.fixture
def scenario(tmp_path: Path) -> Callable[..., Texte]:
    def ecrire(figures: str, nom: str = "essai", base: str = APPLIQUE) -> Texte:
        fichier = tmp_path / f"{nom}.yaml"
        fichier.write_text(f"nom: {nom}\nbase: {base}\nfigures: {figures}\n", "utf-8")
        return trouver_texte(str(fichier))

    return ecrire


def entre(dossier: Dossier, *textes: str | Texte, annee: int = 2026, **options: Any) -> Comparaison:
    return comparer(dossier, annee, [trouver_texte(t) if isinstance(t, str) else t for t in textes], **options)


def ligne(comparaison: Comparaison, *morceaux: str) -> LigneComparee:
    (trouvee,) = [une for une in comparaison.lignes if all(morceau in une.libelle for morceau in morceaux)]
    return trouvee


def toml(dossier: Path, ajout: str) -> Dossier:
    fichier = dossier / "cabinet.toml"
    fichier.write_text(fichier.read_text("utf-8") + ajout, "utf-8")
    return lire_dossier(dossier)


@pytest.fixture
def copie(tmp_path: Path) -> Callable[[str], Path]:
    return lambda nom: Path(shutil.copytree(EXEMPLES / nom, tmp_path / nom))


# --- which lines face one another


@pytest.mark.parametrize("nom", DOSSIERS)
def test_rien_n_est_perdu_ni_compte_deux_fois(nom: str) -> None:
    textes = [ANCIEN, APPLIQUE, OPTION_2]
    comparaison = entre(lire_dossier(EXEMPLES / nom), *textes)
    for texte in textes:
        total = comparaison.totaux_des_releves[texte]
        assert sum(une.parts[texte].montant or 0 for une in comparaison.lignes) == total == sum(comparaison.par_dispositif(texte).values())
    for une in comparaison.lignes:
        assert list(une.parts) == textes
        assert list(une.ecarts) == textes[1:]
        assert all(part.motif for part in une.parts.values() if part.etat != "dû")
        assert all(ecart.phrases for ecart in une.ecarts.values() if ecart.difference != 0), "a difference has a cause"


@pytest.mark.parametrize("annee", [2025, 2026])
def test_les_totaux_sont_ceux_des_releves(zip_: Dossier, annee: int) -> None:
    comparaison = entre(zip_, *COMPLETS, annee=annee)
    assert comparaison.totaux_des_releves == {texte: convmed.releve(EXEMPLES / "cabinet-zip", annee, texte).total for texte in COMPLETS}


def test_le_fpmt_fait_face_au_fmt_et_la_rosp_a_la_prevention(zip_: Dossier) -> None:
    comparaison = du_zip(ANCIEN, APPLIQUE)
    forfait = ligne(comparaison, "FPMT 2026", "FMT 2026, socle et C2S", "majoration de zone")
    assert {texte: part.montant for texte, part in forfait.parts.items()} == {ANCIEN: 1_953_569, APPLIQUE: 2_651_150}
    assert forfait.ecarts[APPLIQUE].difference == 697_581
    montants = {detail.libelle.split(" :")[0].split(",")[0]: [part.montant for part in detail.parts.values()] for detail in forfait.details}
    assert montants == {
        "Forfait patientèle": [1_913_700, 0], "Majoration de précarité": [39_869, 0], "Socle du forfait": [0, 2_296_500],
        "Majoration C2S": [0, 125_000], "Majoration de zone": [0, 229_650],
    }  # fmt: skip
    assert {part.etat for detail in forfait.details for part in detail.parts.values() if not part.montant} == {"néant"}
    assert ligne(comparaison, "ROSP 2026", "majoration prévention").parts[APPLIQUE].montant == 504_500


def test_entre_deux_textes_qui_ont_le_fmt_chaque_ligne_reste_la_sienne(zip_: Dossier) -> None:
    comparaison = du_zip(APPLIQUE, OPTION_1)
    libelles = [une.libelle for une in comparaison.lignes if une.dispositif == FMT]
    assert libelles == ["FMT 2026, socle et C2S", "FMT 2026, majoration de zone"]
    assert [une.ecarts[OPTION_1].difference for une in comparaison.lignes if une.dispositif == FMT] == [-143_500, -8_550]


def test_le_forfait_structure_fait_face_a_la_dotation_numerique(copie: Callable[[str], Path]) -> None:
    dossier = toml(
        copie("cabinet-zip"),
        "\n[forfait_structure.volet_1]\nlogiciel_segur_lap = true\nsesam_vitale = true\nhoraires_annuaire = true\n"
        "\n[forfait_structure.volet_2]\nmss = {dematerialises = 10, total = 100}\ncoordination = true\ncodage = true\n"
        "services_patients = true\netudiants = true\nteleconsultation = false\nequipements_connectes = false\nsas = true\n",
    )
    comparaison = entre(dossier, ANCIEN, APPLIQUE)
    numerique = ligne(comparaison, "Forfait structure 2026", "Dotation numérique 2026")
    assert len(numerique.cles) == 1
    assert numerique.parts[ANCIEN].montant
    assert numerique.difference(ANCIEN, APPLIQUE) == 294_000 - numerique.parts[ANCIEN].montant
    # Before 2026 the forfait structure already pays the supervision of students: nothing is due for it beside.
    stage = ligne(comparaison, "Maître de stage")
    assert (stage.parts[ANCIEN].montant, stage.parts[ANCIEN].etat) == (0, "sans objet")
    assert "déjà dans le forfait structure" in stage.parts[ANCIEN].motif


def test_deux_contrats_d_une_meme_regle_restent_deux_lignes(copie: Callable[[str], Path]) -> None:
    """The signed text closed the contracts on 31 December 2025: of the two, the older one is paid under both texts."""
    commun = 'calcul = "montant"\nsecteur = "1"\nmajoration_ars = false\n'
    cstm = f'\n[[contrats_demographiques]]\n{commun}contrat = "cstm"\ndate_adhesion = 2020-07-01\nhonoraires = 40000\n'
    coscom = (f'\n[[contrats_demographiques]]\n{commun}contrat = "coscom"\ndate_adhesion = 2026-01-01\nhopital_proximite = false\n'
              "mois_stagiaire = 0\n")  # fmt: skip
    comparaison = entre(toml(copie("proposition-2024"), cstm + coscom), ANCIEN, SIGNE)
    montants = {une.libelle: [part.montant for part in une.parts.values()] for une in comparaison.lignes if une.dispositif == "contrats-demographiques"}
    assert montants == {"CSTM 2026": [1_000_000, 1_000_000], "COSCOM 2026": [500_000, 0]}
    assert "ne se souscrivent plus" in ligne(comparaison, "COSCOM").ecarts[SIGNE].motif


# --- what is missing is not zero


def test_ce_qui_n_est_pas_publie_ou_pas_calcule_n_est_pas_compare(zip_: Dossier) -> None:
    comparaison = du_zip(ANCIEN, APPLIQUE)
    rosp, numerique = ligne(comparaison, "ROSP"), ligne(comparaison, "Dotation numérique")
    assert rosp.parts[ANCIEN].etat == "non publié"
    assert numerique.parts[ANCIEN].etat == "non calculé"
    assert "forfait_structure" in numerique.parts[ANCIEN].motif
    for une in (rosp, numerique):
        assert une.parts[ANCIEN].montant is None
        assert une.ecarts[APPLIQUE].difference is None
        assert ANCIEN in une.ecarts[APPLIQUE].motif
    assert comparaison.non_comparees() == [rosp, numerique]
    assert comparaison.total(APPLIQUE) == comparaison.totaux_des_releves[APPLIQUE] - 504_500 - 294_000
    assert comparaison.total(APPLIQUE) - comparaison.total(ANCIEN) == sum(une.ecarts[APPLIQUE].difference or 0 for une in comparaison.lignes)


def test_un_montant_incomplet_n_est_pas_compare(copie: Callable[[str], Path]) -> None:
    dossier = copie("jeune-installe")
    lignes = (dossier / "patients.csv").read_text("utf-8").split("\n")
    premier = lignes[1].split(";")
    premier[3] = ""
    (dossier / "patients.csv").write_text("\n".join([lignes[0], ";".join(premier), *lignes[2:]]), "utf-8")
    socle = ligne(entre(lire_dossier(dossier), APPLIQUE, OPTION_1), "socle")
    assert socle.parts[APPLIQUE].etat == "incomplet"
    assert socle.parts[APPLIQUE].montant
    assert socle.ecarts[OPTION_1].difference is None
    assert "sans compter 1 patient" in socle.ecarts[OPTION_1].motif


def test_sans_actes_la_prevention_n_est_ni_zero_ni_supprimee(zip_: Dossier, scenario: Callable[..., Texte]) -> None:
    """A scenario may supply what the ROSP lacks: the prevention part that faces it stays unknown without acts."""
    rosp = scenario("{prevention: {rosp_taux_de_realisation: 50}}", base=ANCIEN)
    comparaison = entre(replace(zip_, evenements=None), rosp, APPLIQUE)
    prevention = ligne(comparaison, "ROSP")
    assert prevention.parts[rosp.id].montant
    assert (prevention.parts[APPLIQUE].montant, prevention.parts[APPLIQUE].etat) == (None, "non calculé")
    assert "evenements.csv" in prevention.ecarts[APPLIQUE].motif
    avec = ligne(entre(zip_, rosp, APPLIQUE), "ROSP")
    assert avec.difference(rosp.id, APPLIQUE) == 504_500 - (avec.parts[rosp.id].montant or 0)


def test_une_ligne_sans_vis_a_vis_dit_pourquoi() -> None:
    """Under the signed text a doctor of sector 2 without option has no lump sum: 0, with the end of the FPMT and the reason."""
    comparaison = entre(lire_dossier(EXEMPLES / "secteur-2-sans-option"), ANCIEN, APPLIQUE)
    fpmt = ligne(comparaison, "FPMT")
    assert (fpmt.parts[APPLIQUE].montant, fpmt.parts[APPLIQUE].etat) == (0, "néant")
    assert "est supprimé (circulaire 31/07/2024, 3.1 A)" in fpmt.parts[APPLIQUE].motif
    assert "réservé au secteur 1" in fpmt.parts[APPLIQUE].motif
    assert fpmt.ecarts[APPLIQUE].difference == -(fpmt.parts[ANCIEN].montant or 0) < 0
    avancees = ligne(comparaison, "Consultations avancées")
    assert (avancees.parts[ANCIEN].montant, avancees.parts[ANCIEN].etat) == (0, "néant")
    assert "n'existe pas" in avancees.parts[ANCIEN].motif


def test_une_mission_sans_objet_vaut_zero_et_se_compare(zip_: Dossier) -> None:
    sas = ligne(du_zip(ANCIEN, APPLIQUE), "SAS")
    assert (sas.parts[ANCIEN].montant, sas.parts[ANCIEN].etat, sas.ecarts[APPLIQUE].difference) == (0, "sans objet", 100_000)
    assert sas.ecarts[APPLIQUE].motif.startswith("pas encore une mission")


def test_une_majoration_nulle_sous_un_texte_y_vaut_zero(zip_: Dossier, scenario: Callable[..., Texte]) -> None:
    sans_zone = scenario("{forfait-medecin-traitant: {taux_zone: 0}}")
    zone = ligne(entre(zip_, APPLIQUE, sans_zone), "majoration de zone")
    assert (zone.parts[sans_zone.id].montant, zone.parts[sans_zone.id].etat) == (0, "sans objet")
    (cause,) = zone.ecarts[sans_zone.id].causes
    assert (cause.nom, cause.avant, cause.apres, cause.effet) == (f"{FMT}.taux_zone", "10\xa0%", "0\xa0%", -229_650)
    assert zone.ecarts[sans_zone.id].difference == -229_650


# --- why


def test_une_figure_changee_est_toute_la_cause(zip_: Dossier, scenario: Callable[..., Texte]) -> None:
    sept = scenario("{prevention: {montant_indicateur: 7}}")
    comparaison = entre(zip_, APPLIQUE, sept)
    assert {une.libelle: une.ecarts[sept.id].difference for une in comparaison.lignes if une.ecarts[sept.id].difference} == {
        "FMT 2026, majoration prévention": 1009 * 200
    }
    ecart = ligne(comparaison, "prévention").ecarts[sept.id]
    (cause,) = ecart.causes
    assert (cause.genre, cause.nom, cause.avant, cause.apres) == ("figure", "prevention.montant_indicateur", "5,00\xa0€", "7,00\xa0€")
    assert (cause.reference_avant, cause.reference_apres) == ("circulaire 31/07/2024, 3.1 C", "scénario « essai »")
    assert (cause.effet, ecart.reste) == (201_800, 0)
    assert ecart.phrases == ["Indicateur validé pour un patient : 5,00\xa0€ → 7,00\xa0€ (circulaire 31/07/2024, 3.1 C → scénario « essai ») : +2\u202f018,00\xa0€"]
    assert sum(classe.difference for classe in ecart.classes) == 201_800
    assert sum(classe.avant[0] for classe in ecart.classes) == 1009


def test_une_figure_que_lit_un_seul_patient_est_une_cause_aussi(zip_: Dossier, scenario: Callable[..., Texte]) -> None:
    """The explanation of a sum shows one patient a group: what decides for another one counts too."""
    tard = scenario("{prevention: {ror_age_min: 24}}")
    ecart = ligne(entre(zip_, APPLIQUE, tard), "prévention").ecarts[tard.id]
    assert ecart.difference == -1500
    assert [(cause.nom, cause.effet) for cause in ecart.causes] == [("prevention.ror_age_min", -1500)]
    assert [(classe.nom, classe.difference) for classe in ecart.par_classe] == [("Vaccination ROR", -1500)]


def test_des_regles_changees_se_disent_avec_leurs_articles(zip_: Dossier) -> None:
    causes = {cause.nom: cause for cause in ligne(du_zip(APPLIQUE, OPTION_1), "socle").ecarts[OPTION_1].causes}
    assert (causes["fmt_classe"].genre, causes["fmt_classe"].reference_avant, causes["fmt_classe"].reference_apres) == (
        "regle", "art. 21 à 24-3", "proposition du 08/02/2024",
    )  # fmt: skip
    assert "fmt_socle_total" not in causes, "the same computation under another text is no change"
    assert (causes[f"{FMT}.ald_80_ans_et_plus"].avant, causes[f"{FMT}.ald_80_ans_et_plus"].apres) == ("100,00\xa0€", "80,00\xa0€")
    assert (causes[f"{FMT}.non_vu"].apres, causes[f"{FMT}.de_2_a_6_ans"].avant) == ("néant", "néant")
    assert f"{FMT}.de_75_a_79_ans" not in causes, "15 € under both"
    assert f"{FMT}.taux_premiere_annee" not in causes, "nobody read it"


def test_une_autre_regle_se_dit_une_fois_et_les_classes_disent_le_reste(zip_: Dossier) -> None:
    comparaison = du_zip(ANCIEN, APPLIQUE)
    forfait = ligne(comparaison, "FPMT")
    ecart = forfait.ecarts[APPLIQUE]
    assert ecart.causes[0].genre == "remplacement"
    assert ecart.causes[0].avant.startswith("Forfait patientèle")
    assert ecart.causes[0].reference_apres == "art. 21 à 24-3"
    assert len(ecart.phrases) == 1
    socles = {detail.libelle.split(" :")[0]: detail.parts for detail in forfait.details}
    avant, apres = socles["Forfait patientèle"][ANCIEN].montant, socles["Socle du forfait"][APPLIQUE].montant
    assert sum(classe.difference for classe in ecart.classes) == (apres or 0) - (avant or 0)
    par_nom = {classe.nom: (classe.avant, classe.apres) for classe in ecart.classes}
    assert par_nom["ald-80-ans-et-plus"] == ((61, 61 * 7000), (57, 57 * 10_000))
    # A figure that only the other rule reads is no figure that changed.
    assert {c.apres for c in ecart.causes if c.nom == f"{FMT}.fpmt_seuil_precarite"} == {"non lue"}


def test_une_condition_qui_change_de_branche_est_une_cause(zip_: Dossier, scenario: Callable[..., Texte]) -> None:
    exigeant = scenario("{dotation-numerique: {cible_teleservices_principaux: 99}}")
    numerique = ligne(entre(zip_, APPLIQUE, exigeant), "Dotation numérique")
    assert (numerique.parts[exigeant.id].montant, numerique.parts[exigeant.id].etat) == (0, "sans objet")
    assert "socle non atteint" in numerique.ecarts[exigeant.id].motif
    causes = {(cause.genre, cause.nom): (cause.avant, cause.apres) for cause in numerique.ecarts[exigeant.id].causes}
    assert causes["condition", "donum_teleservices_principaux"] == ("oui", "non")
    assert causes["figure", "dotation-numerique.cible_teleservices_principaux"][1] == "99\xa0%"


def test_sans_ecart_il_n_y_a_rien_a_expliquer(zip_: Dossier, scenario: Callable[..., Texte]) -> None:
    pareil = scenario("{}")
    comparaison = entre(zip_, APPLIQUE, pareil)
    assert {(une.ecarts[pareil.id].difference, une.ecarts[pareil.id].causes) for une in comparaison.lignes} == {(0, ())}
    assert comparaison.non_comparees() == []


def test_l_effet_d_une_figure_est_celui_du_scenario_qui_n_a_qu_elle(zip_: Dossier, scenario: Callable[..., Texte]) -> None:
    sans_actes = replace(zip_, evenements=None)
    deux = scenario("{forfait-medecin-traitant: {ald_moins_de_80_ans: 60, taux_zone: 20}}", "deux")
    zone = ligne(entre(sans_actes, APPLIQUE, deux, effets=True), "zone").ecarts[deux.id]
    seuls = {}
    for figure, valeur in (("ald_moins_de_80_ans", 60), ("taux_zone", 20)):
        seul = scenario(f"{{forfait-medecin-traitant: {{{figure}: {valeur}}}}}", figure.replace("_", "-"))
        seuls[f"{FMT}.{figure}"] = ligne(entre(sans_actes, APPLIQUE, seul), "zone").difference(APPLIQUE, seul.id)
    assert {cause.nom: cause.effet for cause in zone.causes} == seuls
    # 179 patients x 5 EUR x the 10 points more: what neither figure does alone.
    assert zone.reste == zone.difference - sum(seuls.values()) == 179 * 500 // 10
    assert [cause.nom for cause in zone.causes] == [f"{FMT}.taux_zone", f"{FMT}.ald_moins_de_80_ans"], "the heaviest first"
    assert "règles et effets croisés : +89,50\xa0€" in zone.phrases


# --- the whole


def test_la_reference_choisie_et_son_signe(zip_: Dossier) -> None:
    un = entre(zip_, OPTION_1, APPLIQUE, SIGNE, reference=trouver_texte(APPLIQUE))
    assert (un.reference, list(un.textes), un.autres) == (APPLIQUE, [OPTION_1, APPLIQUE, SIGNE], [OPTION_1, SIGNE])
    ailleurs = entre(zip_, OPTION_1, SIGNE, reference=trouver_texte(APPLIQUE))
    assert list(ailleurs.textes) == [APPLIQUE, OPTION_1, SIGNE]
    assert ligne(un, "socle").ecarts[OPTION_1].difference == ligne(ailleurs, "socle").ecarts[OPTION_1].difference == -143_500


def test_la_table_et_le_json_disent_les_memes_montants(zip_: Dossier) -> None:
    comparaison = du_zip(ANCIEN, APPLIQUE, OPTION_1)
    table, objet = comparaison.table(), comparaison.en_dict()
    assert table.columns == list(SCHEMA)
    assert table.height == 3 * len(comparaison.lignes) == 3 * len(objet["lignes"])
    dits = {(une["libelle"], texte): part["montant"] for une in objet["lignes"] for texte, part in une["montants"].items()}
    assert {(r["libelle"], r["texte"]): None if r["montant"] is None else float(r["montant"]) for r in table.to_dicts()} == dits
    for texte in objet["textes"]:
        paire = texte["contre_la_reference"]
        assert paire["difference"] == pytest.approx(paire["total"] - paire["total_de_la_reference"])
    assert {une["libelle"] for une in objet["non_comparees"]} == {une.libelle for une in comparaison.non_comparees()}


def test_la_facade_compare_un_dossier() -> None:
    comparaison = convmed.comparer(EXEMPLES / "cabinet-zip", [APPLIQUE, OPTION_2], 2026, reference=OPTION_2)
    assert comparaison.reference == OPTION_2
    with pytest.raises(Erreurs, match="peut-être convention-2024"):
        convmed.comparer(EXEMPLES / "cabinet-zip", [APPLIQUE, "convention-2014"], 2026)


@pytest.mark.parametrize(
    ("textes", "message"),
    [
        ([APPLIQUE], "un seul texte ne se compare pas"), ([APPLIQUE, SIGNE, APPLIQUE], "« en-vigueur » est donné 2 fois"),
        ([APPLIQUE, "proposition-2024-02-08"], "dépendent de l'option"),
    ],
)  # fmt: skip
def test_ce_qui_ne_se_compare_pas_est_refuse(zip_: Dossier, textes: list[str], message: str) -> None:
    with pytest.raises(Erreurs, match=message):
        entre(zip_, *textes)


def test_un_exercice_que_les_textes_ne_couvrent_pas_est_refuse_pour_chacun(zip_: Dossier) -> None:
    with pytest.raises(Erreurs) as refus:
        entre(zip_, "convention-2016", ANCIEN, annee=2017)
    assert [faute.champ for faute in refus.value.fautes] == ["annee", "annee"]
    assert "convention-2016 ne couvre pas l'exercice 2017" in str(refus.value)
    assert "n'existe pas avant le 01/01/2018" in str(refus.value)
