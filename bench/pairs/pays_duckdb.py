"""The whole chain of the country by hand in SQL for DuckDB: one query on all partitions, figures in the code."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb

from pairs.pays import fichiers, resumer

MEMOIRE, FILS = "2GB", 2
GRIPPE = "1, 2, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 24, 25, 27, 28, 30"
PNEUMOCOQUE = "2, 3, 5, 6, 7, 8, 9, 14, 19, 21, 22, 24, 25, 27, 28, 30"
# Whom each indicator is about (null: not known), who is excluded, who fulfils it.
INDICATEURS = {
    "grippe": ("date_naissance <= '1961-12-31' or (date_naissance <= '2026-06-30' and risque_grippe)", "false", "grippe"),
    "covid": ("date_naissance <= '1961-12-31' or (date_naissance <= '2026-06-30' and risque_covid)", "false", "covid"),
    "pneumocoque": ("date_naissance <= '2008-12-31' and risque_pneumocoque", "false", "pneumocoque"),
    "ror": ("date_naissance <= '2025-08-31' and date_naissance > '2023-12-31'", "false", "ror"),
    "meningocoque-c": ("date_naissance <= '2026-07-31' and date_naissance > '2024-12-31'", "false", "meningocoque"),
    "hpv": ("date_naissance <= '2015-12-31' and date_naissance > '2010-12-31'", "false", "hpv"),
    "cancer-sein": ("date_naissance <= '1976-12-31' and date_naissance > '1951-12-31' and femme", "exclu_sein", "sein"),
    "cancer-col": (
        "date_naissance <= '2001-12-31' and date_naissance > '1960-12-31' and femme", "exclu_col",
        "(date_naissance <= '1996-12-31' and hpv_col) or cytologie",
    ),
    "cancer-colorectal": ("date_naissance <= '1976-12-31' and date_naissance > '1951-12-31'", "exclu_colorectal", "colorectal"),
    "diabete": ("date_naissance <= '1981-12-31' and mcva", "false", "glycemie"),
    "mrc": ("date_naissance <= '2008-12-31' and mcva_diabete_ou_systeme", "false", "mrc"),
    "hba1c": ("suivi_hba1c", "false", "hba1c"),
    "examen-m9": ("date_naissance <= '2026-04-30' and date_naissance > '2025-02-28'", "false", "m9"),
    "examen-m24": ("date_naissance <= '2025-02-28' and date_naissance > '2023-10-31'", "false", "m24"),
    "bucco-dentaire": ("date_naissance <= '2023-12-31' and date_naissance > '2001-12-31'", "false", "dentaire"),
}  # fmt: skip


def _depuis(traceur: str, date: str) -> str:
    return f"coalesce(bool_or(traceur = '{traceur}' and date >= '{date}'), false)"


def _a_l_age(traceur: str, mini: int, maxi: int) -> str:
    return f"coalesce(bool_or(traceur = '{traceur}' and age >= {mini} and age < {maxi}), false)"


def _deux_doses(traceur: str, mini: int, maxi: int) -> str:
    filtre = f"filter (where traceur = '{traceur}' and age >= {mini} and age < {maxi})"
    return f"coalesce(min(date) {filtre} < max(date) {filtre}, false)"


def _moyenne_atteinte(cible: int, *services: str) -> str:
    """Return whether the mean of the rates that count reaches a target, exactly: multiplied by all the totals."""
    parts = {service: f"(case when numerique_{service}_total >= 10 then numerique_{service}_total else 1 end)::hugeint" for service in services}
    combien = " + ".join(f"(numerique_{service}_total >= 10)::hugeint" for service in services)
    somme = " + ".join(
        f"case when numerique_{service}_total >= 10 then numerique_{service}_dematerialises else 0 end"
        + "".join(f" * {part}" for autre, part in parts.items() if autre != service)
        for service in services
    )
    return f"(({combien}) > 0 and 100 * ({somme}) >= ({combien}) * {cible} * {' * '.join(parts.values())})"


REQUETE = f"""
with patients as (
    select *, sexe = 'F' as femme,
           date_naissance <= '2025-12-31' and coalesce(date_declaration_mt <= '2025-12-31', true) as au_forfait,
           not opposition and date_naissance <= '2026-12-31' and coalesce(date_declaration_mt <= '2026-12-31', true) as suivi
    from patient where medecin is not null
), ages as (
    select patient, traceur, date,
           12 * (year(date) - year(date_naissance)) + month(date) - month(date_naissance) - (day(date) < day(date_naissance))::int as age
    from evenement join patients using (patient)
    where date <= '2026-12-31' and traceur in ('vaccin-ror', 'vaccin-meningocoque-c', 'vaccin-hpv', 'consultation-enfant')
), enfants as (
    select patient, {_deux_doses("vaccin-ror", 0, 25)} as ror, {_a_l_age("vaccin-meningocoque-c", 0, 13)} as meningocoque,
           {_deux_doses("vaccin-hpv", 120, 180)} as hpv, {_a_l_age("consultation-enfant", 8, 11)} as m9,
           {_a_l_age("consultation-enfant", 22, 27)} as m24
    from ages group by patient
), actes as (
    select patient, {_depuis("vaccin-grippe", "2026-04-01")} as grippe, {_depuis("vaccin-covid", "2026-04-01")} as covid,
           {_depuis("vaccin-pneumocoque-20", "2024-03-07")} as pneumocoque,
           {_depuis("mammographie-depistage", "2024-12-31")} or {_depuis("mammographie-bilaterale", "2025-12-31")} as sein,
           {_depuis("test-hpv-col", "2021-12-31")} as hpv_col,
           ({_depuis("cytologie-col", "2023-12-31")} and coalesce(
               min(date) filter (where traceur = 'cytologie-col') < max(date) filter (where traceur = 'cytologie-col'), false
           )) or {_depuis("cytologie-col", "2025-12-31")} as cytologie,
           {_depuis("test-immunologique-colorectal", "2024-12-31")} as colorectal,
           {_depuis("glycemie-a-jeun", "2023-12-31")} as glycemie,
           {_depuis("creatinine-sanguine", "2025-12-31")} and (
               {_depuis("albumine-creatinine-urinaire", "2025-12-31")}
               or ({_depuis("albumine-urinaire", "2025-12-31")} and {_depuis("creatinine-urinaire", "2025-12-31")})
           ) as mrc,
           {_depuis("hba1c", "2026-06-30")} as hba1c, {_depuis("examen-bucco-dentaire", "2025-12-31")} as dentaire,
           {_depuis("exclusion-sein", "1900-01-01")} as exclu_sein, {_depuis("exclusion-col", "1900-01-01")} as exclu_col,
           {_depuis("exclusion-colorectal", "1900-01-01")} as exclu_colorectal,
           count(*) filter (where traceur = 'bronchodilatateur' and date >= '2025-12-31') >= 4 as traite,
           {_depuis("antidiabetique", "2025-12-31")} as antidiabetique
    from evenement where date <= '2026-12-31' group by patient
), affections as (
    select patient, bool_or(numero_ald in ({GRIPPE})) as grippe, bool_or(numero_ald in ({GRIPPE}, 3, 23)) as covid,
           bool_or(numero_ald in ({PNEUMOCOQUE})) as pneumocoque, bool_or(numero_ald in (1, 3, 5, 12, 13)) as mcva,
           bool_or(numero_ald = 21) as systeme, bool_or(numero_ald = 8) as diabete
    from affection group by patient
), joints as (
    -- An ALD whose number is not known leaves the group unknown; so does one delivery of an antidiabetic.
    select p.*, e.* exclude (patient), a.* exclude (patient),
           case when coalesce(l.grippe, false) or coalesce(a.traite, false) then true when not (ald and l.patient is null) then false end as risque_grippe,
           case when coalesce(l.covid, false) or coalesce(a.traite, false) then true when not (ald and l.patient is null) then false end as risque_covid,
           case when coalesce(l.pneumocoque, false) or coalesce(a.traite, false) then true
                when not (ald and l.patient is null) then false end as risque_pneumocoque,
           case when coalesce(l.mcva, false) then true when not (ald and l.patient is null) then false end as mcva,
           case when coalesce(l.mcva or l.diabete or l.systeme, false) then true when not (ald and l.patient is null) then false end as mcva_diabete_ou_systeme,
           case when coalesce(l.diabete, false) then true
                when not coalesce(a.antidiabetique, false) and not (ald and l.patient is null) then false end as suivi_hba1c,
           case when not vu then 500 when ald and age >= 80 then 10000 when ald or age >= 80 then 5500
                when age >= 75 then 1500 when age >= 7 then 500 else 1500 end as socle
    from (select *, 2025 - year(date_naissance) as age, coalesce(date_derniere_consultation >= '2023-12-31', false) as vu from patients) p
    left join affections l using (patient) left join actes a using (patient) left join enfants e using (patient)
), listes as (
    select medecin, count(*) filter (where au_forfait) as effectif, coalesce(sum(socle) filter (where au_forfait), 0)::bigint as socle,
           1000 * count(*) filter (where au_forfait and vu and c2s) as c2s,
           {", ".join(
               f'''count(*) filter (where suivi and ({concerne}) and not coalesce({exclu}, false) and coalesce({valide}, false)) as "{nom} valide",
           count(*) filter (where suivi and ({concerne}) and not coalesce({exclu}, false) and not coalesce({valide}, false)) as "{nom} non-valide"'''
               for nom, (concerne, exclu, valide) in INDICATEURS.items()
           )}
    from joints group by medecin
), taux as (
    select *, secteur = '1' or (secteur = '2' and option_tarifaire in ('optam', 'optam-aco')) as eligible,
           case when zone <> 'zip' and not qpv then 0 when year(date_premiere_installation) = 2025 then 50
                when year(date_premiere_installation) = 2024 then 30 else 10 end as taux_zone,
           case when 2025 - year(date_naissance_medecin) >= 67 then 10 else 0 end as taux_senior
    from medecin
)
select taux.medecin, coalesce(effectif, 0) as effectif,
       {", ".join(f'coalesce("{nom} {etat}", 0) as "{nom} {etat}"' for nom in INDICATEURS for etat in ("valide", "non-valide"))},
       case when eligible then coalesce(socle + c2s + (2 * socle * taux_zone + 100) // 200 + (2 * socle * taux_senior + 100) // 200, 0) else 0 end as fmt,
       case when eligible then 500 * coalesce({" + ".join(f'"{nom} valide"' for nom in INDICATEURS)}, 0) else 0 end as prevention,
       case when numerique_logiciel_a_jour and {_moyenne_atteinte(60, "dcmt", "pse", "fse", "aat")}
            then 700 * (280 + 60 * {_moyenne_atteinte(30, "cm_atmp", "dsg", "spe")}::int + 60 * {_moyenne_atteinte(30, "dmp", "ordonnance_numerique")}::int
                        + 20 * (numerique_fse_appcv >= 1 and numerique_messages_patients >= 1)::int) else 0 end as donum
from taux left join listes using (medecin)
"""


def calculer(dossier: Path) -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="convmed-duckdb-") as debord, duckdb.connect() as base:
        base.execute(f"set memory_limit = '{MEMOIRE}'; set threads = {FILS}; set temp_directory = '{debord}'; set preserve_insertion_order = false")
        for table in ("medecin", "patient", "affection", "evenement"):
            base.read_parquet([str(chemin) for chemin in fichiers(dossier, table)]).create_view(table)
        return resumer(base.sql(REQUETE).pl())
