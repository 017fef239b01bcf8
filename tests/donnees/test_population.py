"""The synthetic population: the same everywhere, closed by partition, true to what was published."""

from __future__ import annotations

import datetime as dt
import hashlib
import inspect
import os
import subprocess
import sys
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from convmed.donnees.extrait import PATIENTS_PAR_PARTITION, TYPES, ouvrir
from convmed.donnees.population import calage, nombre_de_partitions, production, tirage, tirer
from convmed.donnees.population import reperes as r
from convmed.donnees.population.actes import lire_part, programme
from convmed.donnees.population.bilan import synthese
from convmed.donnees.population.hasard import MOTS, Hasard, Quantiles, seuil, seuils
from convmed.donnees.population.production import PATIENTS_MAX, produire
from convmed.donnees.population.tirage import place
from convmed.textes import Erreurs

PAQUET = Path(production.__file__).parent
TAILLE, GRAINE = 60_000, 20240604
OBSERVATION = dt.date(2026, 12, 31)
# The drawing itself: it changes if a figure, an assumption or the order of the draws does. Then so do all results drawn on it.
EMPREINTE = "95b70ee6d85a9a92"


def empreinte(tables: Mapping[str, pl.DataFrame]) -> str:
    """Return a digest of tables that no library version changes: their text."""
    somme = hashlib.sha256()
    for nom in sorted(tables):
        somme.update(tables[nom].write_csv().encode())
    return somme.hexdigest()[:16]


@cache
def une() -> dict[str, pl.DataFrame]:
    return tirer(GRAINE, TAILLE, 0)


# --- the same everywhere


def test_le_tirage_est_fige() -> None:
    assert empreinte(tirer(1, 2_000, 0)) == EMPREINTE


def test_une_autre_machine_tire_la_meme_population() -> None:
    """Draw in another process, with other hashes and threads."""
    ailleurs = "import hashlib\nfrom convmed.donnees.population import tirer\n" + inspect.getsource(empreinte).replace("Mapping[str, pl.DataFrame]", "dict")
    environ = {**os.environ, "PYTHONHASHSEED": "77", "POLARS_MAX_THREADS": "1", "PYTHONPATH": str(PAQUET.parents[2])}
    fini = subprocess.run([sys.executable, "-c", f"{ailleurs}\nprint(empreinte(tirer(1, 2_000, 0)))"], env=environ, capture_output=True, text=True, check=True)
    assert fini.stdout.strip() == EMPREINTE


def test_les_mots_sont_ceux_du_generateur_brut() -> None:
    """Hold the only thing asked of NumPy: the words are the raw ones, low half first."""
    import zlib

    bruts = np.random.PCG64(np.random.SeedSequence([1, 2, 3, zlib.crc32(b"x")])).random_raw(3)
    attendus = [int(mot) >> (32 * moitie) & (MOTS - 1) for mot in bruts for moitie in (0, 1)]
    assert Hasard(1, 2, 3, "x").mots(5).tolist() == attendus[:5]
    assert Hasard(1, 2, 3, "y").mots(5).tolist() != attendus[:5]


def test_la_graine_la_taille_et_le_rang_changent_tout() -> None:
    temoin = empreinte(tirer(1, 2_000, 0))
    assert len({temoin, empreinte(tirer(2, 2_000, 0)), empreinte(tirer(1, 2_001, 0)), empreinte(tirer(1, 2_000, 0, 2025))}) == 4


def test_seuils_et_quantiles_sont_exacts() -> None:
    assert [seuil(p) for p in (-1, 0, Fraction(1, 2), 1, 3)] == [0, 0, MOTS // 2, MOTS, MOTS]
    assert seuils([Fraction(1), Fraction(1), Fraction(2)]).tolist() == [MOTS // 4, MOTS // 2, MOTS]
    droite = Quantiles([(Fraction(0), Fraction(10)), (Fraction(50), Fraction(20)), (Fraction(100), Fraction(120))])
    assert droite.lire(np.array([0, MOTS // 4, MOTS // 2, MOTS - 1])).tolist() == [10, 15, 20, 119]
    with pytest.raises(ValueError, match="de 0 à 100"):
        Quantiles([(Fraction(1), Fraction(0)), (Fraction(100), Fraction(1))])
    assert int(Hasard(1, 1, 1, "x").entiers(MOTS, 10_000).max()) < MOTS, "la borne la plus grande ne déborde pas"


# --- closed by partition


def test_les_partitions_font_le_tout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tirage, "PATIENTS_PAR_PARTITION", 4_000)
    parties = [tirer(3, 18_001, rang) for rang in range(nombre_de_partitions(18_001))]
    assert len(parties) == 5
    patients = pl.concat(partie["patient"] for partie in parties)
    medecins = pl.concat(partie["medecin"] for partie in parties)
    assert patients.get_column("patient").to_list() == list(range(18_001))
    assert medecins.get_column("medecin").to_list() == list(range(medecins.height))
    for partie in parties:
        ici = set(partie["medecin"].get_column("medecin"))
        assert set(partie["patient"].get_column("medecin").drop_nulls()) <= ici
        for enfant in ("evenement", "affection"):
            assert partie[enfant].get_column("patient").is_in(partie["patient"].get_column("patient").implode()).all()
    assert not tirer(3, 18_001, 0)["patient"].equals(tirer(3, 18_001, 1)["patient"])


@pytest.mark.parametrize("patients", [0, 1, 2, 1346, 499_999, 500_000, 500_001, 67_000_000])
def test_les_places_se_suivent(patients: int) -> None:
    places = [place(patients, rang) for rang in range(nombre_de_partitions(patients))]
    assert [p.premier_patient for p in places] == [0, *np.cumsum([p.patients for p in places])[:-1]]
    assert [p.premier_medecin for p in places] == [0, *np.cumsum([p.generalistes + p.pediatres for p in places])[:-1]]
    assert sum(p.patients for p in places) == patients
    assert all(p.patients <= PATIENTS_PAR_PARTITION for p in places)
    assert bool(patients) == bool(places[0].generalistes), "dès le premier patient, un médecin"
    with pytest.raises(ValueError, match="partition"):
        place(patients, len(places))


def test_une_population_vide_a_ses_colonnes() -> None:
    vides = tirer(1, 0, 0)
    assert all(table.height == 0 for table in vides.values())
    assert {nom: table.schema for nom, table in vides.items()} == {nom: table.schema for nom, table in une().items()}


def test_les_colonnes_ont_les_types_d_un_extrait() -> None:
    for table in une().values():
        for nom, genre in table.schema.items():
            assert genre == TYPES.get(nom, genre), nom


# --- people and acts that may exist


def test_aucun_acte_avant_la_naissance_ni_apres_l_extrait() -> None:
    actes = une()["evenement"].join(une()["patient"], on="patient")
    assert actes.filter(pl.col("date") < pl.col("date_naissance")).is_empty()
    assert actes.get_column("date").max() == OBSERVATION + dt.timedelta(days=r.entier("hyp-apres"))
    assert set(actes.get_column("traceur").unique()) == set(TYPES["traceur"].categories), "chaque traceur connu est tiré"
    # As claims come: not by patient, not by date.
    assert not actes.get_column("patient").is_sorted()
    assert not actes.get_column("date").is_sorted()


def test_les_dates_d_un_patient_se_suivent() -> None:
    patients = une()["patient"]
    sans = patients.filter(pl.col("medecin").is_null())
    assert sans.get_column("date_derniere_consultation").null_count() == sans.height == sans.get_column("date_declaration_mt").null_count()
    for colonne in ("date_derniere_consultation", "date_declaration_mt"):
        assert patients.filter(pl.col(colonne) < pl.col("date_naissance")).is_empty()
    assert patients.get_column("date_derniere_consultation").max() <= dt.date(2025, 12, 31)
    assert patients.filter(pl.col("medecin").is_not_null()).get_column("date_declaration_mt").null_count() == 0
    ages = patients.select(2026 - pl.col("date_naissance").dt.year()).to_series()
    assert (ages.min(), ages.max() >= 100) == (0, True)


def test_les_ald_ont_un_ou_deux_numeros_differents() -> None:
    affections = une()["affection"]
    assert affections.is_unique().all()
    par_patient = affections.group_by("patient").len()
    assert set(par_patient.get_column("len").unique()) == {1, 2}
    assert set(par_patient.get_column("patient")) == set(une()["patient"].filter("ald").get_column("patient"))


def test_les_medecins_sont_possibles() -> None:
    medecins = une()["medecin"]
    assert medecins.filter(pl.col("secteur") == "1", pl.col("option_tarifaire") != "aucune").is_empty()
    ages = medecins.select((pl.lit(OBSERVATION) - pl.col("date_naissance_medecin")).dt.total_days() / 365.25).to_series()
    assert ages.min() >= 28 and ages.max() <= 80
    taux = [nom.removesuffix("_total") for nom in medecins.columns if nom.endswith("_total")]
    assert len(taux) == 10
    assert all(medecins.filter(pl.col(f"{nom}_dematerialises") > pl.col(f"{nom}_total")).is_empty() for nom in taux)
    pediatres = medecins.filter(pl.col("specialite") == "12").select("medecin")
    grands = une()["patient"].join(pediatres, on="medecin").filter(pl.col("date_naissance") < dt.date(2010, 1, 1))
    assert pediatres.height and grands.is_empty()


# --- true to what was published


def test_les_cibles_sont_atteintes() -> None:
    tiree = produire(TAILLE, GRAINE, 2026)
    assert synthese(tiree.bilan) == {"cibles": 65, "atteintes": 65, "manquees": 0, "non_mesurables": 0}
    par_id = {ligne.repere.id: ligne for ligne in tiree.bilan}
    assert par_id["stat-sans-mt"].atteinte, "six millions de personnes sans médecin traitant, que rien ne visait"
    assert par_id["cal-tx-grippe-65"].atteinte


def test_le_calage_retrouve_les_totaux_exactement() -> None:
    assert calage.effectif() == pytest.approx(float(r.valeur("pop-total")), abs=1)
    modele = calage.ald()
    malades = calage.effectif(par_age=modele.part)
    assert malades / calage.effectif() == pytest.approx(float(r.part("cal-ald-part")), rel=1e-9)
    affections = {n: calage.effectif(par_age=lambda s, a, n=n: modele.taux(s, a, n)) for n in modele.numeros}
    assert sum(affections.values()) / malades == pytest.approx(float(r.valeur("cal-ald-par-personne")), rel=1e-9)
    for numero, publie in calage.totaux_des_ald().items():
        assert affections[numero] / sum(affections.values()) * float(r.valeur("cal-ald-rg-2022-total")) == pytest.approx(publie, rel=1e-9)
    assert sum((calage.pyramide()["F"][a] + calage.pyramide()["M"][a]) * part for a, part in enumerate(calage.c2s())) == pytest.approx(7.7e6)
    assert all(0 < part < 1 for part in calage.c2s())


def test_un_repere_manque_se_voit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show: a drawing that missed its target says so."""
    monkeypatch.setattr(calage, "c2s", lambda: [0.5] * calage.AGES)
    calage.seuils_par_age.cache_clear()
    try:
        manques = {ligne.repere.id for ligne in produire(20_000, 1, 2026).bilan if ligne.atteinte is False}
    finally:
        calage.seuils_par_age.cache_clear()
    assert "cal-c2s-2024" in manques and "pop-h-0-4" not in manques


# --- figures


def test_chaque_repere_a_une_source_et_sert() -> None:
    reperes = r.reperes()
    textes = "\n".join(fichier.read_text("utf-8") for genre in ("*.py", "*.csv") for fichier in PAQUET.glob(genre) if fichier.name != "reperes.csv")
    construits = ("hyp-num-", "hyp-fs-")
    morts = [id for id, repere in reperes.items() if repere.emploi in ("cible", "hypothese") and id not in textes and not id.startswith(construits)]
    assert morts == []
    assert all(repere.source and repere.libelle and repere.unite for repere in reperes.values())
    assert {repere.confiance for repere in r.chercher(emploi="hypothese")} <= {"hypothese", "deduit"}
    assert not [repere.id for repere in r.chercher(emploi="cible") if repere.confiance == "hypothese"]


def test_les_groupes_a_risque_sont_ceux_du_bareme() -> None:
    from convmed.textes import baremes

    figures = baremes()["prevention"]
    for groupe, figure in (("grippe", "grippe_ald"), ("covid", "covid_ald"), ("pneumocoque", "pneumocoque_ald"),
                           ("mcva", "mcva_ald"), ("mrc", "mrc_ald"), ("diabete", "diabete_ald")):  # fmt: skip
        assert list(r.entiers(f"groupe-{groupe}")) == list(figures[figure].valeurs[0].calcul)


def test_le_programme_des_actes_se_lit() -> None:
    assert all(0 < ligne.part <= 1 for ligne in programme())
    assert lire_part("cal-tx-doccu fois hyp-part-hpv-col") + lire_part("cal-tx-doccu sauf hyp-part-hpv-col") == r.part("cal-tx-doccu")
    with pytest.raises(ValueError, match="illisible"):
        lire_part("a b c d")


# --- to a folder


def fichiers(dossier: Path) -> dict[str, bytes]:
    return {str(f.relative_to(dossier)): f.read_bytes() for f in sorted(dossier.rglob("*")) if f.is_file()}


def test_un_tirage_interrompu_reprend_et_donne_les_memes_fichiers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tirage, "PATIENTS_PAR_PARTITION", 3_000)
    entier = produire(9_500, 5, 2026, tmp_path / "entier")

    def couper(fait: int, _: int) -> None:
        if fait == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        produire(9_500, 5, 2026, tmp_path / "repris", suivre=couper)
    assert len(list((tmp_path / "repris").glob("0*"))) == 2
    repris = produire(9_500, 5, 2026, tmp_path / "repris")
    assert (entier.reprises, repris.reprises, entier.partitions) == (0, 2, 4)
    assert fichiers(tmp_path / "entier") == fichiers(tmp_path / "repris")
    assert [ligne.en_dict() for ligne in entier.bilan] == [ligne.en_dict() for ligne in repris.bilan]
    assert produire(9_500, 5, 2026, tmp_path / "repris").reprises == 4


def test_le_manifeste_compte_ce_que_les_tables_contiennent(tmp_path: Path) -> None:
    tiree = produire(3_000, 5, 2026, tmp_path / "x")
    extrait = ouvrir(tmp_path / "x")
    lues = {nom: table.collect() for nom, table in extrait.tables("0000").items()}
    assert (extrait.patients, extrait.medecins, extrait.evenements) == (tiree.patients, tiree.medecins, tiree.evenements)
    assert (extrait.patients, extrait.medecins, extrait.evenements) == tuple(lues[nom].height for nom in ("patient", "medecin", "evenement"))
    assert all(lues[nom].equals(table) for nom, table in tirer(5, 3_000, 0).items())


def test_plusieurs_processus_donnent_la_meme_population(tmp_path: Path) -> None:
    patients = PATIENTS_PAR_PARTITION + 1
    produire(patients, 1, 2026, tmp_path / "x", processus=2)
    extrait = ouvrir(tmp_path / "x")
    assert [partition.nom for partition in extrait.partitions] == ["0000", "0001"]
    for rang, partition in enumerate(extrait.partitions):
        lues = extrait.tables(partition.nom)
        assert all(lues[nom].collect().equals(table) for nom, table in tirer(1, patients, rang).items())


def test_ce_qui_ne_se_tire_pas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refus(*arguments: object) -> list[str]:
        with pytest.raises(Erreurs) as erreurs:
            produire(*arguments)  # type: ignore[arg-type]
        return [faute.champ or "" for faute in erreurs.value.fautes]

    assert refus(PATIENTS_MAX + 1, 1, 2026) == ["--patients"]
    assert refus(-1, -1, 2026) == ["--patients", "--graine"]
    monkeypatch.setattr(production, "OCTETS_PAR_PATIENT", 10**15)
    assert refus(1000, 1, 2026, tmp_path / "a" / "b") == ["--sortie"]
    assert list(tmp_path.iterdir()) == []


def test_un_acte_ne_compte_qu_une_fois_par_jour() -> None:
    actes = tirer(1, 20_000, 0)["evenement"]
    assert actes.height == actes.unique().height
