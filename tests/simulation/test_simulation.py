"""A population under several texts: the same figures one by one, by partition, by process, by engine, and after a stop."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import convmed
from convmed.dispositifs.prevention import INDICATEURS
from convmed.donnees.extrait import EXIGEES, Ecrivain
from convmed.donnees.population import tirer
from convmed.simulation import Simulation, SurDisque, Tiree, simuler
from convmed.textes import Erreurs, Texte, trouver_texte

ANNEE, GRAINE = 2026, 7
TEXTES = ("en-vigueur", "convention-2016", "proposition-2024-02-08-option-1", "proposition-2024-02-08-option-2")
Tables = dict[str, pl.DataFrame]


def demandes(*noms: str, annee: int = ANNEE) -> list[tuple[Texte, int]]:
    return [(trouver_texte(nom), annee) for nom in noms]


def decaler(tables: Mapping[str, pl.DataFrame], patients: int, medecins: int) -> Tables:
    """Return a partition whose people are numbered after others."""
    decalages = {"patient": patients, "medecin": medecins}
    return {nom: table.with_columns(pl.col(cle) + de for cle, de in decalages.items() if cle in table.columns) for nom, table in tables.items()}


@pytest.fixture(scope="module")
def extrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three small partitions, as an import would write them: each holds the lists of exclusions too."""
    lieu = tmp_path_factory.mktemp("population") / "extrait"
    ecrivain, patients, medecins = Ecrivain(lieu, "synthetique", GRAINE, ANNEE), 0, 0
    for rang, combien in enumerate((3_000, 1, 2_500)):
        tables = decaler(tirer(GRAINE + rang, combien, 0, ANNEE), patients, medecins)
        premiers = tables["patient"].head(40)
        tables["exclusion"] = premiers.select("patient", pl.lit("cancer-sein").alias("indicateur_exclu"))
        tables["hors_cible"] = premiers.tail(20).select("patient", pl.lit("cancer-col").alias("indicateur_hors_cible"))
        ecrivain.ecrire(f"{rang:04d}", tables)
        patients, medecins = patients + combien, medecins + tables["medecin"].height
    ecrivain.finir()
    return lieu


def comptes(simulation: Simulation) -> dict[str, Any]:
    """Return everything that a simulation says, to be compared."""
    montants = {f"{a.texte.id} {a.annee} {nom}": serie.to_list() for (a, nom), serie in simulation.montants.items()}
    return {"medecins": simulation.medecins.to_dicts(), **montants}


def tout_lire(source: SurDisque) -> Tables:
    parties = [source.lire(nom, tuple(EXIGEES)) for nom in source.partitions]
    return {table: pl.concat([partie[table] for partie in parties]) for table in EXIGEES}


def test_chaque_medecin_recoit_ce_que_donne_son_cas(extrait: Path) -> None:
    """The JSON contract, asked of one doctor after another, is the plain reading of the simulation."""
    source = SurDisque(extrait)
    tables = tout_lire(source)
    simulation = simuler(source, demandes("en-vigueur", "proposition-2024-02-08-option-2"))
    exclus = tables["exclusion"].group_by("patient").agg("indicateur_exclu").rows_by_key("patient", unique=True)
    hors = tables["hors_cible"].group_by("patient").agg("indicateur_hors_cible").rows_by_key("patient", unique=True)
    ald = tables["affection"].group_by("patient").agg("numero_ald").rows_by_key("patient", unique=True)
    actes = tables["evenement"].with_columns(pl.col("traceur").cast(pl.String)).rows_by_key("patient", named=True)
    for rang, medecin in enumerate(simulation.medecins.head(3).to_dicts()):
        patients = tables["patient"].filter(pl.col("medecin") == medecin["medecin"]).to_dicts()
        gens = [
            {**_json(patient), "patient": str(patient["patient"]), "medecin": None, "ald_numeros": ald.get(patient["patient"], [[]])[0],
             "exclu": exclus.get(patient["patient"], [[]])[0], "hors_cible": hors.get(patient["patient"], [[]])[0]}
            for patient in patients
        ]  # fmt: skip
        # Born since the list was observed: on columns they are outside it, a case would be refused.
        nes = [{nom: p[nom] for nom in p if nom not in ("exclu", "hors_cible")} for p in gens if p["date_naissance"] < f"{ANNEE}"]
        evenements = [{"patient": str(p["patient"]), "date": str(a["date"]), "traceur": a["traceur"]} for p in patients for a in actes.get(p["patient"], ())]
        du_medecin = {nom: medecin[nom] for nom in ("secteur", "option_tarifaire", "zone", "qpv")}
        du_medecin |= {"date_naissance": str(medecin["date_naissance_medecin"])}
        if medecin["date_premiere_installation"]:
            du_medecin["date_premiere_installation"] = str(medecin["date_premiere_installation"])
        for application in simulation.applications:
            base = {"annee": ANNEE, "texte": application.texte.id}
            fmt = convmed.calculer("forfait-medecin-traitant", {**base, "entree": {"medecin": du_medecin, "patients": nes}})
            assert _centimes(fmt["resultats"]["total"]) == simulation.montants[application, "forfait-medecin-traitant"][rang]
            suivi = convmed.calculer("prevention", {**base, "entree": {"patients": gens, "evenements": evenements, "date": f"{ANNEE}-12-31"}})
            conventionne = simulation.montants[application, "forfait-medecin-traitant"][rang] > 0
            assert _centimes(suivi["resultats"]["montant"]) * conventionne == simulation.montants[application, "prevention"][rang]
            if application is simulation.applications[0]:
                for indicateur in INDICATEURS:
                    etats = [p["indicateurs"][indicateur.nom] for p in suivi["resultats"]["patients"]]
                    assert medecin[f"{indicateur.nom} valide"] == etats.count("valide"), indicateur.nom
                    assert medecin[f"{indicateur.nom} non-valide"] == etats.count("non-valide"), indicateur.nom


def _json(ligne: Mapping[str, Any]) -> dict[str, Any]:
    return {nom: str(valeur) if isinstance(valeur, dt.date) else valeur for nom, valeur in ligne.items()}


def _centimes(euros: float) -> int:
    return round(euros * 100)


def test_duckdb_donne_les_memes_centimes(extrait: Path) -> None:
    source = SurDisque(extrait)
    assert comptes(simuler(source, demandes(*TEXTES))) == comptes(simuler(source, demandes(*TEXTES), moteur="duckdb"))


def test_une_population_tiree_est_celle_du_disque() -> None:
    tiree = Tiree(4_000, 3, ANNEE)
    assert comptes(simuler(tiree, demandes("en-vigueur"))) == comptes(simuler(tiree, demandes("en-vigueur"), moteur="duckdb"))


def test_spark_donne_les_memes_centimes(extrait: Path, spark: Any) -> None:
    source, textes = SurDisque(extrait), demandes("en-vigueur")
    assert comptes(simuler(source, textes)) == comptes(simuler(source, textes, moteur="spark"))


def test_deux_processus_font_comme_un(extrait: Path, tmp_path: Path) -> None:
    source = SurDisque(extrait)
    seul = comptes(simuler(source, demandes("en-vigueur")))
    assert comptes(simuler(source, demandes("en-vigueur"), tmp_path / "travail", processus=2)) == seul


def test_une_execution_arretee_continue(extrait: Path, tmp_path: Path) -> None:
    source, travail = SurDisque(extrait), tmp_path / "travail"

    def arreter(etape: str, fait: int, total: int) -> None:
        if fait == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simuler(source, demandes("en-vigueur"), travail, progression=arreter)
    assert [fichier.stem for fichier in (travail / "comptes").iterdir()] == ["0000"]
    (travail / "comptes" / "0001.abc.tmp").write_bytes(b"what a stopped run may leave")
    faits: list[int] = []
    repris = simuler(source, demandes("en-vigueur"), travail, progression=lambda etape, fait, total: faits.append(fait))
    assert comptes(repris) == comptes(simuler(source, demandes("en-vigueur")))
    assert faits == [1, 2, 3]


def test_un_scenario_suivant_ne_relit_pas_les_actes(extrait: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, travail = SurDisque(extrait), tmp_path / "travail"
    lues: list[tuple[str, ...]] = []
    lire = SurDisque.lire
    monkeypatch.setattr(SurDisque, "lire", lambda self, nom, tables, *autres: lues.append(tables) or lire(self, nom, tables, *autres))
    simuler(source, demandes("en-vigueur"), travail)
    assert set(lues) == {tuple(EXIGEES)}
    for figures, attendues in (
        # An amount that changes is not a question: nothing is read but the doctors.
        ("forfait-medecin-traitant: {de_7_a_74_ans: 7}", []),
        # An age that changes is one, of the patients and of the state that was kept.
        ("prevention: {sein_age_min: 45}", [("medecin", "patient")] * 3),
    ):
        fichier = tmp_path / "scenario.yaml"
        fichier.write_text(f"base: en-vigueur\nfigures:\n  {figures}\n", "utf-8")
        lues.clear()
        scenario = [(trouver_texte(str(fichier)), ANNEE)]
        garde = comptes(simuler(source, scenario, travail))
        # The first reading is of the shape of the tables.
        assert lues == [tuple(EXIGEES), *attendues]
        assert garde == comptes(simuler(source, scenario))


def test_le_travail_d_une_autre_population_est_refuse(extrait: Path, tmp_path: Path) -> None:
    travail = tmp_path / "travail"
    simuler(Tiree(100, 1, ANNEE), demandes("en-vigueur"), travail)
    with pytest.raises(Erreurs, match="autre population"):
        simuler(Tiree(100, 2, ANNEE), demandes("en-vigueur"), travail)
    (tmp_path / "plein").mkdir()
    (tmp_path / "plein" / "a").write_text("b")
    with pytest.raises(Erreurs, match="pas vide"):
        simuler(Tiree(100, 1, ANNEE), demandes("en-vigueur"), tmp_path / "plein")
    with pytest.raises(Erreurs, match="ne garde rien"):
        simuler(Tiree(100, 1, ANNEE), demandes("en-vigueur"), travail, moteur="duckdb")


def test_un_texte_qui_renvoie_a_ses_options_est_refuse() -> None:
    with pytest.raises(Exception, match="option"):
        simuler(Tiree(100, 1, ANNEE), demandes("proposition-2024-02-08"))


def test_ce_qui_n_est_pas_publie_n_est_pas_zero() -> None:
    simulation = simuler(Tiree(2_000, 1, ANNEE), demandes("en-vigueur", "convention-2016"))
    actuel, ancien = simulation.applications
    assert simulation.montant(ancien, "prevention") is None
    assert "non publié" in str(simulation.motif(ancien, "prevention"))
    assert simulation.comparables(actuel, ancien) == ["dotation-numerique", "forfait-medecin-traitant"]
    assert simulation.masse(ancien) == simulation.masse(ancien, simulation.comparables(actuel, ancien))


def test_une_population_sert_plusieurs_annees() -> None:
    """Observed at its own dates: what changes from one year to the next is the text, not the age of the patients."""
    simulation = simuler(Tiree(2_000, 1, ANNEE), [*demandes("en-vigueur"), *demandes("en-vigueur", annee=2027), *demandes("en-vigueur", annee=2024)])
    de_2026, de_2027, de_2024 = (simulation.montants[a, "forfait-medecin-traitant"].to_list() for a in simulation.applications)
    assert de_2026 == de_2027
    assert simulation.applications[2].volets["forfait-medecin-traitant"].regle == "fpmt_total"
    assert de_2024 != de_2026


@pytest.mark.parametrize("patients", [1, 2, 50])
def test_une_petite_population(patients: int) -> None:
    simulation = simuler(Tiree(patients, 5, ANNEE), demandes("en-vigueur", "convention-2016"))
    assert simulation.medecins.height >= 1
    assert simulation.totaux(*simulation.applications).height == simulation.medecins.height


def test_une_partition_qui_ne_ressemble_pas_aux_autres_est_refusee(extrait: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = SurDisque(extrait)
    lire = SurDisque.lire

    def trouer(self: SurDisque, nom: str, tables: tuple[str, ...], *autres: Any) -> Tables:
        lues = lire(self, nom, tables, *autres)
        if nom == "0002":
            lues["patient"] = lues["patient"].with_columns(ald=pl.when(pl.col("patient") > 4_000).then("ald"))
        return lues

    monkeypatch.setattr(SurDisque, "lire", trouer)
    with pytest.raises(ValueError, match="cellules vides dans ald"):
        simuler(source, demandes("en-vigueur"))


def test_une_execution_tuee_reprend(extrait: Path, tmp_path: Path) -> None:
    travail = tmp_path / "travail"
    programme = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from convmed.simulation import SurDisque, simuler\n"
        "from convmed.textes import trouver_texte\n"
        "attendre = lambda etape, fait, total: time.sleep(60 if fait == 2 else 0)\n"
        "simuler(SurDisque(Path(sys.argv[1])), [(trouver_texte('en-vigueur'), 2026)], Path(sys.argv[2]), progression=attendre)\n"
    )
    with subprocess.Popen([sys.executable, "-c", programme, str(extrait), str(travail)]) as enfant:
        limite = time.monotonic() + 120
        while not (travail / "comptes" / "0001.parquet").exists():
            assert enfant.poll() is None
            assert time.monotonic() < limite
            time.sleep(0.05)
        enfant.kill()
    assert {fichier.stem for fichier in (travail / "comptes").glob("*.parquet")} == {"0000", "0001"}
    source = SurDisque(extrait)
    assert comptes(simuler(source, demandes("en-vigueur"), travail)) == comptes(simuler(source, demandes("en-vigueur")))
