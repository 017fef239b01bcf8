"""Three rules of billing: the query that one writes by hand in SQL for DuckDB, figures in the code."""

from __future__ import annotations

from pathlib import Path

import duckdb

# SNP for one's own patient; SNP billed with MHP; more than twenty SNP in a week of the local calendar.
REQUETE = """
with actes as (select *, timezone('Europe/Paris', date_heure) as heure_locale from facture),
sienne as (select count(*) as n from actes where code = 'SNP' and patientele_mt),
ensemble as (
    select count(*) as n from (select facture from actes where code in ('SNP', 'MHP')
                               group by medecin, facture, patient, date_heure having count(distinct code) = 2)
), rangs as (
    select row_number() over (partition by medecin, date_trunc('week', heure_locale) order by date_heure) as rang
    from actes where code = 'SNP'
)
select (select n from sienne), (select n from ensemble), (select count(*) from rangs where rang > 20)
"""


def charger(dossier: Path) -> duckdb.DuckDBPyConnection:
    base = duckdb.connect()
    base.sql(f"create table facture as from '{dossier / 'factures.parquet'}'")
    return base


def ouvrir(dossier: Path) -> duckdb.DuckDBPyConnection:
    base = duckdb.connect()
    base.sql(f"create view facture as from '{dossier / 'factures.parquet'}'")
    return base


def calculer(base: duckdb.DuckDBPyConnection) -> dict[str, int]:
    sienne, ensemble, plafond = base.sql(REQUETE).fetchall()[0]
    return {"snp_patientele_mt": sienne, "snp_avec_mhp": ensemble, "snp_plafond": plafond}
