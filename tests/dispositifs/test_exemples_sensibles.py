"""An example that names a norm must see its figure move: otherwise it holds nothing.

Each figure of the barème is changed by a scenario, and the examples that name one of its norms are run again: for each
norm, one of them at least must answer something else. This is how the tests themselves are tested.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.normes.etat import exemples
from convmed.textes import EN_VIGUEUR, Figure, baremes, trouver_texte
from convmed.textes.bareme import dossiers_des_dispositifs

Cas = dict[str, Any]


@cache
def cas_par_norme() -> dict[str, list[tuple[str, Cas]]]:
    """Return the cases of the examples that name each norm, with their dispositif."""
    par_norme: dict[str, list[tuple[str, Cas]]] = {}
    for dispositif, dossier in dossiers_des_dispositifs().items():
        for exemple in json.loads(json.dumps(exemples(dossier), default=str)):
            cas = exemple["cas"][0] if isinstance(exemple["cas"], list) else exemple["cas"]
            for norme in exemple["normes"]:
                par_norme.setdefault(norme, []).append((dispositif, cas))
    return par_norme


def issue(dispositif: str, cas: Cas) -> str:
    """Return what a case answers, without the words: results and payments, or the fields refused."""
    try:
        reponse = repondre(dispositif, cas)
    except CasRefuses as refus:
        champs = [str(erreur["champ"]) for erreur in refus.erreurs]
        assert not any(champ.startswith("figures") for champ in champs), "c'est le scénario qui est mal écrit"
        return json.dumps(champs)
    lignes = [{c: v for c, v in ligne.items() if c not in ("references", "confiance")} for ligne in reponse["lignes"]]
    return json.dumps([reponse["resultats"], lignes], sort_keys=True)


def en_force(figure: Figure, cas: Cas) -> Any:
    """Return the value as written that a case reads, or any other one of the figure."""
    date = dt.date.fromisoformat(cas["date"]) if "date" in cas else dt.date(cas.get("annee", 2026), 1, 1)
    valeur = trouver_texte(cas.get("texte", EN_VIGUEUR)).valeur(figure, date)
    ecrites = [v.brute for v in ([valeur] if valeur else []) + figure.valeurs if v.calcul is not None]
    return ecrites[0] if ecrites else None


def autres_valeurs(figure: Figure, valeur: Any) -> Iterator[Any]:
    """Yield values of the same kind: one step away, then far away."""
    if figure.unite == "booléen":
        yield not valeur
    elif figure.unite == "date":
        yield from (valeur + dt.timedelta(days=ecart) for ecart in (1, -1, 400, -400))
    elif figure.unite == "date relative":
        jour, mois, annee = valeur.split("/")
        yield f"{int(jour) - 1 or 28:02d}/{int(mois) - 1 or 11:02d}/{annee}"
    elif figure.unite == "jour de l'année":
        yield "01/02" if valeur != "01/02" else "01/03"
    elif figure.unite == "liste":
        yield from ([*valeur[1:], valeur[0]], valeur[:1] * len(valeur), valeur[:-1])
    elif figure.unite == "texte":
        yield valeur + " (autre)"
    else:
        nombre = float(valeur)
        yield from (nombre + 1, nombre - 1, nombre * 10 + 1, 0)


def est_vue(figure: Figure, cas: list[tuple[str, Cas]], scenario: Path) -> bool:
    for dispositif, un_cas in cas:
        valeur, avant = en_force(figure, un_cas), issue(dispositif, un_cas)
        for autre in autres_valeurs(figure, valeur) if valeur is not None else ():
            figures = {figure.dispositif: {figure.nom: [{"valeur": autre}]}}
            base = un_cas.get("texte", EN_VIGUEUR)
            scenario.write_text(yaml.safe_dump({"base": base, "figures": figures}, allow_unicode=True), "utf-8")
            if issue(dispositif, {**un_cas, "texte": str(scenario)}) != avant:
                return True
    return False


@pytest.mark.parametrize("dispositif", list(dossiers_des_dispositifs()))
def test_les_exemples_voient_bouger_les_figures_de_leurs_normes(dispositif: str, tmp_path: Path) -> None:
    insensibles = [
        f"{norme} (figure {figure.nom})"
        for figure in baremes()[dispositif].values()
        if figure.valeurs
        for norme in figure.normes
        if (cas := cas_par_norme().get(norme)) and not est_vue(figure, cas, tmp_path / "scenario.yaml")
    ]
    assert not insensibles, f"aucun exemple qui nomme ces normes ne dépend de leur figure : {insensibles}"
