"""Owed against paid: each expected payment with the one that the caisse made, and what is left on either side.

A payment is looked for within its dispositif (named by the file, by its billing code, or by the words of its label):
first the same amount, then the nearest date. What is short, late, too much or unexplained is named, never netted.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass

import polars as pl

from convmed.dispositifs import Ligne
from convmed.donnees.dossier import Dossier
from convmed.restitution.releve import Releve
from convmed.textes import Erreurs, Faute

APPARIE, EN_RETARD, INSUFFISANT, TROP_PERCU = "apparié", "en retard", "insuffisant", "trop-perçu"
A_VENIR, NON_VERSE, INEXPLIQUE, NON_CALCULABLE = "à venir", "non versé", "inexpliqué", "non calculable"
# Billing codes of the caisse's statements (SNDS, IR_NAT_V); MTF is the FPMT.
CODES = {
    "MTF": "forfait-medecin-traitant", "P4P": "prevention", "P5P": "prevention", "P6P": "dotation-numerique",
    "AFC": "avantages-sociaux", "CIM": "contrats-demographiques", "CAA": "contrats-demographiques",
    "AIF": "contrats-demographiques", "PAA": "contrats-demographiques", "COT": "avantages-sociaux",
}  # fmt: skip
MOTS = {
    "prevention": "prevention", "rosp": "prevention", "fpmt": "forfait-medecin-traitant", "patientele": "forfait-medecin-traitant",
    "medecin traitant": "forfait-medecin-traitant", "fmt": "forfait-medecin-traitant", "donum": "dotation-numerique",
    "numerique": "dotation-numerique", "structure": "dotation-numerique", "synthese": "vsm", "vsm": "vsm",
    "sas": "missions-specifiques", "stage": "missions-specifiques", "ame": "missions-specifiques", "ipa": "missions-specifiques",
    "consultations avancees": "consultations-avancees", "installation": "aides-installation",
}  # fmt: skip
PROCHE = dt.timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Rapprochement:
    """One row: the line owed (if any), the payment received (if any), the state and the difference in cents."""

    etat: str
    dispositif: str
    libelle: str
    du: int | None
    verse: int | None
    date_due: dt.date | None
    date_versement: dt.date | None

    @property
    def ecart(self) -> int | None:
        """Return what was paid beyond (or, negative, short of) what was owed, in cents."""
        return None if self.du is None or self.verse is None else self.verse - self.du


@dataclass(slots=True)
class _Paiement:
    date: dt.date
    libelle: str
    montant: int
    dispositif: str | None
    pris: bool = False


def rapprocher(releve: Releve, paiements: pl.DataFrame, au: dt.date) -> list[Rapprochement]:
    """Match the payments of a statement with those received.

    `paiements` has `date`, `montant` (cents) and `libelle`, and may have `dispositif` and `code`; `au` is the day at
    which an unpaid line is late.
    """
    recus = [_lire(ligne) for ligne in paiements.sort("date").iter_rows(named=True)]
    dues = [ligne for ligne in releve.lignes if ligne.montant != 0]
    trouves: dict[int, _Paiement] = {}
    for exact in (True, False):
        for rang, ligne in enumerate(dues):
            if rang in trouves or ligne.montant is None:
                continue
            if paiement := _chercher(ligne, recus, exact):
                paiement.pris = True
                trouves[rang] = paiement
    rangees = [_rangee(ligne, trouves.get(rang), au) for rang, ligne in enumerate(dues)]
    rangees += [
        Rapprochement(INEXPLIQUE, p.dispositif or "", p.libelle, None, p.montant, None, p.date) for p in recus if not p.pris
    ]
    return rangees


def en_table(rangees: list[Rapprochement]) -> pl.DataFrame:
    """Return the rows as a Polars frame, amounts in euros."""
    euros = pl.Decimal(18, 2)
    table = pl.DataFrame(
        [
            {
                "etat": r.etat, "dispositif": r.dispositif, "libelle": r.libelle, "du": r.du, "verse": r.verse,
                "ecart": r.ecart, "date_due": r.date_due, "date_versement": r.date_versement,
            }
            for r in rangees
        ],
        schema={"etat": pl.String, "dispositif": pl.String, "libelle": pl.String, "du": pl.Int64, "verse": pl.Int64,
                "ecart": pl.Int64, "date_due": pl.Date, "date_versement": pl.Date},
    )  # fmt: skip
    return table.with_columns((pl.col(nom).cast(euros) / 100).cast(euros) for nom in ("du", "verse", "ecart"))


def _lire(ligne: dict[str, object]) -> _Paiement:
    libelle = str(ligne.get("libelle") or ligne.get("dispositif") or "")
    dispositif = ligne.get("dispositif") or CODES.get(str(ligne.get("code") or "").upper()) or _par_les_mots(libelle)
    date, montant = ligne["date"], ligne["montant"]
    assert isinstance(date, dt.date) and isinstance(montant, int)
    return _Paiement(date, libelle, montant, str(dispositif) if dispositif else None)


def _par_les_mots(libelle: str) -> str | None:
    sans_accents = unicodedata.normalize("NFKD", libelle.lower()).encode("ascii", "ignore").decode()
    mots = f" {' '.join(sans_accents.replace(',', ' ').split())} "
    return next((dispositif for mot, dispositif in MOTS.items() if f" {mot} " in mots), None)


def _chercher(ligne: Ligne, recus: list[_Paiement], exact: bool) -> _Paiement | None:
    candidats = [
        p
        for p in recus
        if not p.pris
        and (p.dispositif == ligne.dispositif or (exact and p.dispositif is None))
        and (p.montant == ligne.montant if exact else _proche(ligne, p))
    ]
    return min(candidats, key=lambda p: abs((p.date - (ligne.date_versement or p.date)).days), default=None)


def _proche(ligne: Ligne, paiement: _Paiement) -> bool:
    return ligne.date_versement is None or abs(paiement.date - ligne.date_versement) <= PROCHE


def _rangee(ligne: Ligne, paiement: _Paiement | None, au: dt.date) -> Rapprochement:
    if ligne.montant is None:
        etat = NON_CALCULABLE
    elif paiement is None:
        echue = ligne.date_versement is not None and ligne.date_versement < au
        etat = NON_VERSE if echue else A_VENIR
    elif paiement.montant < ligne.montant:
        etat = INSUFFISANT
    elif paiement.montant > ligne.montant:
        etat = TROP_PERCU
    else:
        en_retard = ligne.date_versement is not None and paiement.date > ligne.date_versement
        etat = EN_RETARD if en_retard else APPARIE
    return Rapprochement(
        etat, ligne.dispositif, ligne.libelle, ligne.montant, paiement.montant if paiement else None,
        ligne.date_versement, paiement.date if paiement else None,
    )  # fmt: skip


def du_dossier(dossier: Dossier, releve: Releve, au: dt.date) -> list[Rapprochement]:
    """Match the statement of a dossier with its `paiements.csv`; `Erreurs` if the dossier has none."""
    if dossier.paiements is None:
        raise Erreurs([Faute("le rapprochement a besoin des paiements reçus", fichier=str(dossier.chemin / "paiements.csv"))])
    paiements = dossier.paiements
    if "annee" in paiements.columns:
        paiements = paiements.filter(pl.col("annee").is_null() | (pl.col("annee") == releve.annee))
    return rapprocher(releve, paiements, au)
