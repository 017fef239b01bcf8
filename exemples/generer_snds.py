"""Write the example of a SNDS extraction: a few invented patients, with the traps that the documentation describes.

Nobody in it exists, and no number is real. `Source` writes true acts in the shape of the SNDS; the tests use it too.

    python exemples/generer_snds.py
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CLES = (
    "FLX_DIS_DTD", "FLX_TRT_DTD", "FLX_EMT_TYP", "FLX_EMT_NUM", "FLX_EMT_ORD", "ORG_CLE_NUM", "DCT_ORD_NUM", "PRS_ORD_NUM",
    "REM_TYP_AFF",
)  # fmt: skip
AFFINEES = {"nabm": "ER_BIO_F", "cip13": "ER_PHA_F", "ccam": "ER_CAM_F"}
NATURE_AFFINEE = {"nabm": 3211, "cip13": 3313, "ccam": 1351}
SANS_DATE = dt.date(1600, 1, 1)
Ligne = dict[str, Any]


def mois_suivant(jour: dt.date, mois: int = 1) -> dt.date:
    """Return the first day of the month that comes `mois` months after a day."""
    rang = jour.year * 12 + jour.month - 1 + mois
    return dt.date(rang // 12, rang % 12 + 1, 1)


@dataclass
class Personne:
    """A person: the pseudo-NIR and ranks under which invoices come, the oldest first."""

    identite: str
    naissance: dt.date
    sexe: str
    cles: list[tuple[str, int]]
    deces: dt.date | None = None


@dataclass
class Source:
    """Tables of the SNDS being filled: rows by file name, dates as the SNDS writes them."""

    tables: dict[str, list[Ligne]] = field(default_factory=lambda: defaultdict(list))
    _numero: int = 0

    def _cles(self, soin: dt.date, delai: int) -> Ligne:
        """Return nine new keys: treated so many months after the care, given out on the first of the next month."""
        self._numero += 1
        disposition = mois_suivant(soin, delai)
        return dict(zip(CLES, (disposition, disposition - dt.timedelta(days=5), 1, 3, 1, "01C751000", self._numero, 1, 0), strict=True))

    def personne(self, personne: Personne, mises_a_jour: int = 1) -> None:
        """Add the lines of a person: one for each key, the last key being the freshest, and older ones that repeat it."""
        for rang, (psa, jumeau) in enumerate(personne.cles):
            for age in range(mises_a_jour):
                maj = dt.date(2010 + rang, 1, 1) - dt.timedelta(days=400 * age)
                # An older line says another sex and no death: only the freshest is right.
                self.tables["IR_BEN_R"].append({
                    "BEN_NIR_PSA": psa, "BEN_RNG_GEM": jumeau, "BEN_IDT_ANO": personne.identite, "BEN_CDI_NIR": "00",
                    "BEN_NAI_ANN": personne.naissance.year - age, "BEN_NAI_MOI": f"{personne.naissance.month:02d}",
                    "BEN_SEX_COD": 1 if (personne.sexe == "M") == (age == 0) else 2,
                    "BEN_DCD_DTE": (personne.deces or SANS_DATE) if age == 0 else SANS_DATE, "BEN_DTE_MAJ": maj,
                    "BEN_DTE_INS": dt.date(2005, 1, 1),
                })  # fmt: skip

    def medecin(self, numero: str, specialite: int = 1, convention: int = 1, cabinets: tuple[str, ...] = (), **autres: Any) -> None:
        """Add a doctor of the referential: the principal practice, and others."""
        for cabinet in (numero, *cabinets):
            self.tables["DA_PRA_R"].append({
                "PFS_PFS_NUM": cabinet, "STA_PFS_NUM": numero, "DTE_ANN_TRT": 2025, "DTE_MOI_FIN": 12,
                "PFS_PRA_SPE": f"{specialite:02d}", "CNV_CNV_COD": convention, "PFS_CAT_COD": 1, "EXC_EXC_NAT": 1, "IPP_ANN_NAI": 1970,
                "GEO_DPT_COD": "035", "PFS_EXC_COM": "238", **autres,
            })  # fmt: skip

    def declaration(self, cle: tuple[str, int], medecin: str, debut: dt.date, fin: dt.date = SANS_DATE) -> None:
        """Add a declaration of `médecin traitant`; 1600 stands for no end."""
        self.tables["IR_MTT_R"].append({"BEN_NIR_PSA": cle[0], "BEN_RNG_GEM": cle[1], "MTT_PFS_NUM": medecin, "MTT_DEP_DTE": debut,
                                        "MTT_FIN_DTE": fin})  # fmt: skip

    def ald(self, cle: tuple[str, int], numero: int, debut: dt.date, fin: dt.date, insertion: dt.date, motif: int = 41) -> None:
        """Add an exemption; a later `insertion` of the same illness replaces the former one."""
        self.tables["IR_IMB_R"].append({
            "BEN_NIR_PSA": cle[0], "BEN_RNG_GEM": cle[1], "IMB_ETM_NAT": motif, "IMB_ALD_NUM": numero, "IMB_ALD_DTD": debut,
            "IMB_ALD_DTF": fin, "INS_DTE": insertion, "MED_MTF_COD": "",
        })  # fmt: skip

    def c2s(self, cle: tuple[str, int], debut: dt.date, fin: dt.date, contrat: int = 89) -> None:
        """Add a complementary contract; 89 is the C2S."""
        self.tables["IR_ORC_R"].append({"BEN_NIR_PSA": cle[0], "BEN_RNG_GEM": cle[1], "BEN_CTA_TYP": contrat, "MLL_CTA_DSD": debut,
                                        "MLL_CTA_DSF": fin})  # fmt: skip

    def prestation(self, cle: tuple[str, int], soin: dt.date, nature: int, executant: str, quantite: float = 1, delai: int = 1,
                   table: str = "ER_PRS_F", **autres: Any) -> Ligne:  # fmt: skip
        """Add an invoice and return it, to add finer lines or to cancel it."""
        ligne = {
            **self._cles(soin, delai), "BEN_NIR_PSA": cle[0], "BEN_RNG_GEM": cle[1], "EXE_SOI_DTD": soin, "PRS_NAT_REF": nature,
            "PRS_ACT_QTE": quantite, "PFS_EXE_NUM": executant, "PSE_SPE_COD": 1, "PSE_ACT_NAT": 0, "PSE_CNV_COD": 1, "CPL_MAJ_TOP": 0,
            "CPL_AFF_COD": 0, "DPN_QLF": 0, "PRS_DPN_QLP": 0, "BEN_CDI_NIR": "00", "PRS_MTT_NUM": "", **autres,
        }  # fmt: skip
        self.tables[table].append(ligne)
        return ligne

    def acte(self, cle: tuple[str, int], soin: dt.date, nomenclature: str, code: str, executant: str, quantite: float = 1,
             delai: int = 1, **autres: Any) -> tuple[Ligne, Ligne]:  # fmt: skip
        """Add a coded act of biology, pharmacy or CCAM: its invoice and its fine line."""
        # A laboratory and a pharmacy have no medical speciality.
        autres = {"PSE_SPE_COD": 0 if nomenclature != "ccam" else 6, **autres}
        facture = self.prestation(cle, soin, NATURE_AFFINEE[nomenclature], executant, quantite, delai, **autres)
        fine = {cle_: facture[cle_] for cle_ in CLES} | {
            "nabm": {"BIO_ORD_NUM": 1, "BIO_PRS_IDE": int(code) if code.isdigit() else code, "BIO_ACT_QSN": quantite},
            "cip13": {"PHA_ORD_NUM": 1, "PHA_PRS_C13": code, "PHA_ACT_QSN": quantite, "PHA_DEC_QSU": 0},
            "ccam": {"CAM_ORD_NUM": 1, "CAM_PRS_IDE": code, "CAM_ACT_COD": 1, "CAM_TRT_PHA": 0},
        }[nomenclature]
        self.tables[AFFINEES[nomenclature]].append(fine)
        return facture, fine

    def medicament(self, cip13: str, atc: str) -> None:
        """Add a drug to the referential."""
        self.tables["IR_PHA_R"].append({"PHA_CIP_C13": cip13, "PHA_ATC_CLA": atc})

    def ecrire(self, dossier: Path, separateur: str = ";") -> None:
        """Write every table as a CSV file."""
        dossier.mkdir(parents=True, exist_ok=True)
        for nom, lignes in self.tables.items():
            with (dossier / f"{nom}.csv").open("w", encoding="utf-8", newline="") as flux:
                ecrivain = csv.DictWriter(flux, list(lignes[0]), delimiter=separateur, lineterminator="\n")
                ecrivain.writeheader()
                ecrivain.writerows(lignes)


GENERALISTES = ("351000017", "351000025")
SECTEUR_2, DENTISTE, LABO, PHARMACIE, RADIOLOGUE = "351000033", "354000011", "353000016", "352000010", "351000090"
# Numbers of no real drug: the correspondence with the ATC classes is in IR_PHA_R.csv.
GRIPPE, ROR, METFORMINE = "3400900000017", "3400900000024", "3400900000031"
PATIENTS = 80


def exemple() -> Source:
    """Return the example: eighty patients of two general practitioners and a paediatrician in sector 2."""
    source = Source()
    source.medecin(GENERALISTES[0], cabinets=("561000012",))
    source.medecin(GENERALISTES[1], IPP_ANN_NAI=1957)
    source.medecin(SECTEUR_2, specialite=12, convention=3)
    for cip13, atc in ((GRIPPE, "J07BB02"), (ROR, "J07BD52"), (METFORMINE, "A10BA02")):
        source.medicament(cip13, atc)
    for rang in range(PATIENTS):
        _patient(source, rang)
    _pieges(source)
    return source


def _patient(source: Source, rang: int) -> None:
    naissance = dt.date(1940 + rang, rang % 12 + 1, 1)
    cles = [(f"PSA{rang:014d}", 1)]
    if rang % 5 == 0:  # insured by a parent, then alone
        cles.insert(0, (f"PAR{rang:014d}", 1))
    personne = Personne(f"IDT{rang:014d}", naissance, "F" if rang % 2 else "M", cles)
    source.personne(personne, 2 if rang % 7 == 0 else 1)
    medecin = SECTEUR_2 if rang >= 70 else GENERALISTES[rang % 2]
    if rang % 11:
        source.declaration(cles[-1], medecin, max(naissance, dt.date(2018, 3, 1)))
        vu = dt.date(2025, rang % 12 + 1, rang % 28 + 1)
        source.prestation(cles[-1], vu, 1111, medecin, delai=1 + rang % 3)
    if rang % 4 == 0 and rang < 45:
        source.ald(cles[0], 8, dt.date(2015, 1, 1), dt.date(2099, 12, 31), dt.date(2015, 1, 15))
        source.acte(cles[-1], dt.date(2026, 2, 1 + rang % 27), "nabm", "1577", LABO)
        source.acte(cles[-1], dt.date(2026, 2, 1 + rang % 27), "cip13", METFORMINE, PHARMACIE, quantite=3)
    if rang % 9 == 0:
        source.c2s(cles[-1], dt.date(2025, 6, 1), dt.date(2026, 5, 31))
    if rang < 25:
        source.acte(cles[-1], dt.date(2025, 10, 20 + rang % 10), "cip13", GRIPPE, PHARMACIE, delai=1 + rang % 6)
    if rang % 2 and 30 <= rang < 60:
        source.acte(cles[-1], dt.date(2024, 5, 1 + rang % 27), "nabm", "4127", LABO)
    if rang % 2 and 15 <= rang < 35:
        source.acte(cles[-1], dt.date(2025, 6, 1 + rang % 27), "ccam", "QEQK004", RADIOLOGUE, delai=2)
    if rang >= 74:
        source.prestation(cles[-1], dt.date(2026, 3, 10), 1321, DENTISTE, PSE_SPE_COD=0, PSE_ACT_NAT=19)


def _pieges(source: Source) -> None:
    """Add what an import must see through; LISEZMOI.md describes each."""
    un, deux, trois = ("PSA00000000000001", 1), ("PSA00000000000002", 1), ("PSA00000000000003", 1)
    # 1. An assay invoiced, cancelled, invoiced again.
    for quantite in (1, -1, 1):
        source.acte(un, dt.date(2026, 4, 2), "nabm", "1577", LABO, quantite=quantite)
    # 2. An assay invoiced, then cancelled: nothing was done.
    for quantite in (1, -1):
        source.acte(deux, dt.date(2026, 4, 3), "nabm", "1577", LABO, quantite=quantite)
    # 3. The same lines in a second extract that overlaps the first.
    facture, fine = source.acte(trois, dt.date(2026, 4, 4), "nabm", "1577", LABO)
    source.tables["ER_PRS_F_BIS"].append(facture)
    source.tables["ER_BIO_F_BIS"].append(fine)
    # 4. An increase, a flat-rate participation, an invoice of a public hospital for information.
    source.prestation(un, dt.date(2025, 12, 30), 1111, GENERALISTES[1], CPL_MAJ_TOP=2, CPL_AFF_COD=18)
    source.prestation(un, dt.date(2025, 12, 30), 1111, GENERALISTES[1], CPL_MAJ_TOP=2, CPL_AFF_COD=16)
    source.prestation(un, dt.date(2025, 12, 31), 1111, GENERALISTES[1], DPN_QLF=71)
    # 5. A consultation at the secondary practice of the doctor.
    source.prestation(deux, dt.date(2025, 12, 29), 1111, "561000012")
    # 6. Twins of one sex share a pseudo-NIR.
    for jumeau in (1, 2):
        source.personne(Personne(f"JUM{jumeau:014d}", dt.date(2024, 5, 1), "F", [("PSAJUMEAUX0000000", jumeau)]))
        source.declaration(("PSAJUMEAUX0000000", jumeau), SECTEUR_2, dt.date(2024, 6, 1))
    source.acte(("PSAJUMEAUX0000000", 2), dt.date(2025, 5, 20), "cip13", ROR, PHARMACIE)
    # 7. A dead person, a fictitious NIR, a person whose birth is unknown.
    source.personne(Personne("MORT0000000000000", dt.date(1930, 1, 1), "M", [("PSAMORT0000000000", 1)], deces=dt.date(2025, 11, 3)))
    source.tables["IR_BEN_R"].append(source.tables["IR_BEN_R"][0] | {"BEN_NIR_PSA": "PSAFICTIF00000000", "BEN_IDT_ANO": "FIC", "BEN_CDI_NIR": "01"})
    source.tables["IR_BEN_R"].append(source.tables["IR_BEN_R"][0] | {"BEN_NIR_PSA": "PSASANSDATE000000", "BEN_IDT_ANO": "NAI", "BEN_NAI_ANN": 1600})
    # 8. A `médecin traitant` who is a health centre, and a doctor who was left.
    source.declaration(("PSA00000000000011", 1), "350780001", dt.date(2023, 1, 1))
    source.declaration(un, GENERALISTES[0], dt.date(2010, 1, 1), dt.date(2018, 2, 28))
    # 9. An exemption corrected: the last line ends it.
    source.ald(trois, 12, dt.date(2009, 1, 1), dt.date(2099, 12, 31), dt.date(2009, 2, 1))
    source.ald(trois, 12, dt.date(2009, 1, 1), dt.date(2020, 6, 30), dt.date(2020, 7, 1))


def principal() -> None:
    """Write the example."""
    dossier = Path(__file__).with_name("snds")
    source = exemple()
    source.ecrire(dossier)
    for table in ("ER_PRS_F", "ER_BIO_F"):
        (dossier / f"{table}_BIS.csv").rename(dossier / f"{table}_202605.csv")
    (dossier / "zonage.csv").write_text("commune;zone\n35238;zac\n", "utf-8")


if __name__ == "__main__":
    principal()
