"""What could lawfully be added to an encounter: conditions known to be true, pairs permitted, the dearest of each encounter."""

from __future__ import annotations

import polars as pl

from convmed.controle.periode import TROUVE, Periode
from convmed.controle.seances import COMBINAISON
from convmed.cotation.jugement import minuscule
from convmed.cotation.nomenclature import INTERDIT, Code
from convmed.cotation.solveur import complete

AJOUT = {**TROUVE, "code": pl.UInt16}


def sous_cotations(periode: Periode) -> pl.DataFrame:
    """Return one row an encounter at most: its first line, the proof, the gain in cents, the code that could be added.

    Nothing is added that the check of the file would refuse; a maximum is judged apart, on the whole file.
    """
    candidats = [(code, possible) for code in periode.proposables if (possible := _possible(periode, code)) is not None]
    gains = [
        periode.seances.lazy().filter(possible).select("_rang", gain=periode.tarif(periode.prix(code)))
        .filter(pl.col("gain") > 0).with_columns(code=pl.lit(periode.rangs[code.code], pl.UInt16))
        for code, possible in candidats
    ]  # fmt: skip
    if not gains:
        return pl.DataFrame(schema=AJOUT)
    # Of two codes that pay as much, the first of the nomenclature.
    meilleurs = pl.concat(pl.collect_all(gains)).sort("gain", "code", descending=[True, False], maintain_order=True)
    meilleurs = meilleurs.unique("_rang", keep="first")
    if meilleurs.is_empty():
        return pl.DataFrame(schema=AJOUT)
    proposes = meilleurs.get_column("code").unique().sort()
    preuves = [_preuve(periode, periode.codes[rang]) for rang in proposes]
    premieres = periode.lignes.select("_rang", "position").join(meilleurs, on="_rang", how="inner", maintain_order="left")
    premieres = premieres.unique("_rang", keep="first", maintain_order=True)
    return premieres.select(
        "position", preuve=pl.col("code").replace_strict(proposes, preuves, return_dtype=pl.Int32), enjeu="gain", code="code"
    )


def _preuve(periode: Periode, code: Code) -> int:
    motif = f"{code.code} pouvait être facturée : {minuscule(code.libelle)}"
    return periode.preuves.numero("sous-cotation", f"{code.code} non facturée", motif, code.conditions.values())


def _possible(periode: Periode, code: Code) -> pl.Expr | None:
    """Return the encounters to which a code can be added, as a column; nothing if there is none."""
    conditions = [nom for nom in code.conditions if periode.existe(nom)]
    rangs = [rang for rang, codes in periode.combinaisons.items() if _s_ajoute(periode, code, codes)]
    if not conditions or not rangs:
        return None
    interdites = [cumul.droite[1:] for cumul in periode.table.situations(code, periode.contexte.date)
                  if cumul.reponse == INTERDIT and cumul.droite[1:] in periode.lues]  # fmt: skip
    return pl.all_horizontal(
        pl.col(COMBINAISON).is_in(rangs),
        *(pl.col(nom).fill_null(False) for nom in conditions),
        *(pl.col(nom).fill_null(True) for nom in code.reserves if nom in periode.lues),
        *(~pl.col(nom).fill_null(False) for nom in interdites),
    )


def _s_ajoute(periode: Periode, code: Code, codes: list[Code]) -> bool:
    """Tell whether the texts permit a code beside others, whatever the encounter."""
    return code not in codes and complete(code, codes) and all(periode.permis(code, autre) for autre in codes)
