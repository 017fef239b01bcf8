"""The calendar of nomenclature measures, which the circulaire puts in an annexe that is missing: rebuilt from the barème."""

from __future__ import annotations

import datetime as dt

import pytest

from convmed.restitution.mesures import dispositifs_de_la_nomenclature, mesures
from convmed.textes import trouver_texte

DU, AU = dt.date(2024, 6, 22), dt.date(2027, 12, 31)
VAGUE_1, AOUT, VAGUE_2 = dt.date(2024, 12, 22), dt.date(2025, 7, 1), dt.date(2026, 1, 1)
PREMIERE = ("G", "VG", "APC", "CNPSY", "CNP", "CS_gynecologie", "CS_geriatrie", "CS_mpr", "COE", "COH", "CEH", "CDE", "MCE", "MP", "SHE", "MHP")
REPORTEES = ("CNPSY", "CNP", "MP", "COE", "COH", "CEH", "CDE", "MCE", "CS_gynecologie", "CS_geriatrie", "CS_mpr", "K", "T")
TROISIEME = ("GL1", "GL2", "GL3", "TE2", "MVR", "MDM")


def dates_de(texte: str) -> dict[str, dict[dt.date, dt.date | None]]:
    """Return, for each figure, the dates at which it changes with the date signed for each."""
    trouvees: dict[str, dict[dt.date, dt.date | None]] = {}
    for mesure in mesures(trouver_texte(texte), DU, AU, dispositifs_de_la_nomenclature()):
        if mesure.date is not None:
            trouvees.setdefault(mesure.figure.nom, {})[mesure.date] = mesure.date_signee
    return trouvees


@pytest.mark.normes("C10-07")
def test_la_premiere_vague_est_au_22_decembre_2024() -> None:
    appliquees = dates_de("en-vigueur")
    assert [nom for nom in PREMIERE if VAGUE_1 not in appliquees.get(nom, {})] == []


@pytest.mark.normes("C10-07")
def test_la_seconde_vague_est_signee_pour_juillet_2025_et_appliquee_en_janvier_2026() -> None:
    appliquees, signees = dates_de("en-vigueur"), dates_de("convention-2024")
    assert [nom for nom in REPORTEES if appliquees.get(nom, {}).get(VAGUE_2) != AOUT] == []
    assert [nom for nom in REPORTEES if AOUT in appliquees.get(nom, {})] == []
    assert [nom for nom in REPORTEES if AOUT not in signees.get(nom, {})] == []


@pytest.mark.normes("C10-07")
def test_la_troisieme_vague_est_au_1er_janvier_2026() -> None:
    appliquees = dates_de("en-vigueur")
    assert [nom for nom in TROISIEME if VAGUE_2 not in appliquees.get(nom, {})] == []
