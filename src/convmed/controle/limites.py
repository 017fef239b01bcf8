"""Maximums: how many times a code may be billed by doctor or patient, over a week, a quarter, a year or for ever."""

from __future__ import annotations

import polars as pl

from convmed.controle.periode import Preuves
from convmed.cotation.nomenclature import Code, Limite, Nomenclature
from convmed.textes import Texte, baremes

NOMS = {"semaine": "par semaine", "trimestre": "par trimestre", "annee": "par an", "toujours": "en tout"}
DEBUTS = {"semaine": "1w", "trimestre": "1q", "annee": "1y"}
PAR = {"medecin": "par médecin", "patient": "par patient"}
# A finding, as it is gathered from all the shares.
TROUVE = {"ligne": pl.UInt32, "facture": pl.String, "medecin": pl.String, "code": pl.UInt16, "preuve": pl.Int32, "enjeu": pl.Int64}
COLONNES = ("ligne", "facture", "medecin", "patient", "code", "date_heure", "date_acte", "quantite", "enjeu", "preuve")


class Plafonds:
    """The maximums of the nomenclature: those of a doctor are judged share by share, those of a patient at the end.

    What could be added (`preuve` is then the number of its proof) comes after what was billed: it stands if there is room.
    """

    def __init__(self, table: Nomenclature, texte: Texte, preuves: Preuves) -> None:
        self.texte, self.preuves = texte, preuves
        self.codes = {rang: code for rang, code in enumerate(table.codes.values()) if code.limites}
        self.du_patient: list[pl.DataFrame] = []

    def juger(self, lignes: pl.DataFrame, ajouts: pl.DataFrame) -> pl.DataFrame:
        """Return what is over the maximums of the doctors of a share, with the additions that stand."""
        limites = list(self.codes)
        trouves = [ajouts.filter(~pl.col("code").is_in(limites)).select(*TROUVE)]
        enjeu = pl.col("montant") if "montant" in lignes.columns else pl.lit(None, pl.Int64)
        quantite = pl.col("quantite").fill_null(1) if "quantite" in lignes.columns else pl.lit(1, pl.Int64)
        facturees = lignes.filter(pl.col("code").is_in(limites)).with_columns(
            enjeu=enjeu, quantite=quantite, preuve=pl.lit(None, pl.Int32)
        )
        proposees = ajouts.filter(pl.col("code").is_in(limites)).with_columns(quantite=pl.lit(1, pl.Int64))
        toutes = pl.concat([facturees.select(*COLONNES), proposees.select(*COLONNES)])
        for (rang,), siennes in toutes.partition_by("code", as_dict=True, maintain_order=True).items():
            if all("medecin" in limite.par for limite in self.codes[rang].limites):
                trouves += self._au_dela(siennes, self.codes[rang])
            else:
                self.du_patient.append(siennes)
        return pl.concat(trouves)

    def juger_les_patients(self) -> pl.DataFrame:
        """Return what is over the maximums of the patients, whoever billed."""
        trouves = [pl.DataFrame(schema=TROUVE)]
        if self.du_patient:
            for (rang,), siennes in pl.concat(self.du_patient).partition_by("code", as_dict=True, maintain_order=True).items():
                trouves += self._au_dela(siennes, self.codes[rang])
        return pl.concat(trouves)

    def _au_dela(self, lignes: pl.DataFrame, code: Code) -> list[pl.DataFrame]:
        """Return the lines over each maximum of a code, in the order of the acts: the first ones are due, the next ones are not."""
        lignes = lignes.sort(pl.col("preuve").is_not_null(), "date_heure", "ligne")
        trouves: list[pl.DataFrame] = []
        tiennent = lignes.filter(pl.col("preuve").is_not_null())
        for limite in code.limites:
            comptees = self._compter(lignes, code, limite).filter(pl.col("_rang") > pl.col("_maximum"))
            tiennent = tiennent.join(comptees.select("ligne"), on="ligne", how="anti", maintain_order="left")
            facturees = comptees.filter(pl.col("preuve").is_null())
            for (maximum, reference), siennes in facturees.partition_by("_maximum", "_reference", as_dict=True, maintain_order=True).items():
                combien = f"{maximum} {NOMS[limite.periode]} et {' et '.join(PAR[p] for p in limite.par)}"
                numero = self.preuves.numero(
                    "limite", f"{code.code} : plafond", f"{code.code} au-delà de {combien}", (str(reference),)
                )
                trouves.append(siennes.with_columns(preuve=pl.lit(numero, pl.Int32)).select(*TROUVE))
        return [*trouves, tiennent.select(*TROUVE)]

    def _compter(self, lignes: pl.DataFrame, code: Code, limite: Limite) -> pl.DataFrame:
        """Add the rank of each line in its period, the maximum of its day and where it is written."""
        figure = baremes()[code.dispositif][limite.figure]
        jours = lignes.get_column("date_acte").unique()
        valeurs = [self.texte.valeur(figure, jour) for jour in jours]
        maximums = pl.DataFrame(
            {
                "date_acte": jours,
                "_maximum": pl.Series([v.calcul if v is not None else None for v in valeurs], dtype=pl.Int64),
                "_reference": pl.Series([v.reference if v is not None else None for v in valeurs], dtype=pl.String),
            }
        )
        debut = pl.col("date_acte").dt.truncate(DEBUTS[limite.periode]) if limite.periode in DEBUTS else pl.lit(0)
        return (
            lignes.join(maximums, on="date_acte", how="left", maintain_order="left")
            .with_columns(_debut=debut)
            .with_columns(_rang=pl.col("quantite").cum_sum().over(*limite.par, "_debut"))
        )
