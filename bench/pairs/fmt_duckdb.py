"""FMT by doctor: the query that one writes by hand in SQL for DuckDB, figures in the code."""

from __future__ import annotations

from pathlib import Path

import duckdb

REQUETE = """
with socles as (
    select
        medecin,
        case when not vu then 500
             when ald and age >= 80 then 10000
             when ald or age >= 80 then 5500
             when age >= 75 then 1500
             when age >= 7 then 500
             else 1500 end as socle,
        case when vu and c2s then 1000 else 0 end as c2s
    from (
        select medecin, ald, c2s,
               2025 - year(date_naissance) as age,
               coalesce(date_derniere_consultation >= date '2023-12-31', false) as vu
        from patient
        where date_naissance <= date '2025-12-31' and coalesce(date_declaration_mt <= date '2025-12-31', true)
    )
), sommes as (
    select medecin, sum(socle)::bigint as socle, sum(c2s)::bigint as c2s from socles group by medecin
), taux as (
    select
        medecin,
        case when zone <> 'zip' and not qpv then 0
             when year(date_premiere_installation) = 2025 then 50
             when year(date_premiere_installation) = 2024 then 30
             else 10 end as taux_zone,
        case when 2025 - year(date_naissance_medecin) >= 67 then 10 else 0 end as taux_senior
    from medecin
    where secteur = '1' or (secteur = '2' and option_tarifaire in ('optam', 'optam-aco'))
)
select sum(socle + c2s + (2 * socle * taux_zone + 100) // 200 + (2 * socle * taux_senior + 100) // 200)::bigint
from taux join sommes using (medecin)
"""


def charger(dossier: Path) -> duckdb.DuckDBPyConnection:
    base = duckdb.connect()
    for nom in ("medecin", "patient"):
        base.sql(f"create table {nom} as from '{dossier / nom}.parquet'")
    return base


def ouvrir(dossier: Path) -> duckdb.DuckDBPyConnection:
    base = duckdb.connect()
    for nom in ("medecin", "patient"):
        base.sql(f"create view {nom} as from '{dossier / nom}.parquet'")
    return base


def calculer(base: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return {"fmt": int(base.sql(REQUETE).fetchall()[0][0])}
