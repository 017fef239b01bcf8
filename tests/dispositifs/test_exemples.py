"""The worked examples of every dispositif are run as tests; each names its source and the norms that it holds."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.normes.etat import exemples, registre
from convmed.textes.bareme import dossiers_des_dispositifs

CLES = {"nom", "source", "normes", "cas", "resultats", "lignes", "refus", "note"}
EXIGEES = {"nom", "source", "normes", "cas"}
FICHIERS = ("fiche.md", "bareme.yaml", "regles.py", "exemples.yaml", "__init__.py")
DOSSIERS = dossiers_des_dispositifs()


def tous_les_exemples() -> Iterator[Any]:
    for dispositif, dossier in DOSSIERS.items():
        for exemple in exemples(dossier):
            marques = [pytest.mark.normes(*(exemple.get("normes") or ()))]
            yield pytest.param(dispositif, en_json(exemple), id=f"{dispositif}::{exemple.get('nom')}", marks=marques)


def en_json(valeur: Any) -> Any:
    """Return what was written in YAML as JSON has it: an unquoted date is the string that the contract wants."""
    return json.loads(json.dumps(valeur, default=lambda d: d.isoformat() if isinstance(d, dt.date) else str(d)))


def ecarts(attendu: Any, obtenu: Any, lieu: str) -> Iterator[str]:
    """Yield where the answer is not what the example says: objects in part, lists item by item, the rest exactly."""
    if isinstance(attendu, dict) and isinstance(obtenu, dict):
        for cle, valeur in attendu.items():
            if cle not in obtenu:
                yield f"{lieu}.{cle} manque"
            else:
                yield from ecarts(valeur, obtenu[cle], f"{lieu}.{cle}")
    elif isinstance(attendu, list) and isinstance(obtenu, list):
        if len(attendu) != len(obtenu):
            yield f"{lieu} a {len(obtenu)} éléments, {len(attendu)} attendus"
        for rang, (un, autre) in enumerate(zip(attendu, obtenu, strict=False)):
            yield from ecarts(un, autre, f"{lieu}[{rang}]")
    elif attendu != obtenu or isinstance(attendu, bool) != isinstance(obtenu, bool):
        yield f"{lieu} vaut {obtenu!r}, {attendu!r} attendu"


def ecarts_des_lignes(attendues: list[Any], obtenues: list[Any]) -> Iterator[str]:
    """Yield the expected payments that are not in the answer; each one answers for one payment only."""
    restantes = list(obtenues)
    for attendue in attendues:
        trouvee = next((ligne for ligne in restantes if not list(ecarts(attendue, ligne, ""))), None)
        if trouvee is None:
            yield f"aucune ligne {attendue!r} parmi {obtenues!r}"
        else:
            restantes.remove(trouvee)


def est_au_centime(montant: Any) -> bool:
    return montant is None or Decimal(str(montant)) == Decimal(str(montant)).quantize(Decimal("0.01"))


@pytest.mark.parametrize(("dispositif", "exemple"), list(tous_les_exemples()))
def test_exemple(dispositif: str, exemple: dict[str, Any]) -> None:
    if "refus" in exemple:
        with pytest.raises(CasRefuses) as refus:
            repondre(dispositif, exemple["cas"])
        erreurs = refus.value.erreurs
        assert {erreur["champ"] for erreur in erreurs} == {attendue["champ"] for attendue in exemple["refus"]}
        assert not list(ecarts_des_lignes(exemple["refus"], en_json(erreurs)))
        return
    reponse = repondre(dispositif, exemple["cas"])
    fautes = list(ecarts(exemple.get("resultats", {}), reponse["resultats"], "resultats"))
    fautes += ecarts_des_lignes(exemple.get("lignes", []), reponse["lignes"])
    assert not fautes, "\n".join(fautes)
    json.dumps(reponse, allow_nan=False)
    for ligne in reponse["lignes"]:
        assert est_au_centime(ligne["montant"]), ligne
        assert ligne["references"] or not ligne["montant"], f"un montant sans référence : {ligne}"


@pytest.mark.parametrize("dispositif", list(DOSSIERS))
def test_les_exemples_sont_bien_ecrits(dispositif: str) -> None:
    liste = exemples(DOSSIERS[dispositif])
    assert liste, "un dispositif sans exemple"
    noms = [exemple.get("nom") for exemple in liste]
    assert len(noms) == len(set(noms)), "deux exemples de même nom"
    for exemple in liste:
        nom = exemple.get("nom")
        assert exemple.keys() <= CLES, f"{nom} : clé inconnue {exemple.keys() - CLES}"
        assert all(exemple.get(cle) for cle in EXIGEES), f"{nom} : il faut {sorted(EXIGEES)}"
        assert set(exemple["normes"]) <= registre().keys(), f"{nom} : {set(exemple['normes']) - registre().keys()}"
        juge = bool(exemple.get("resultats") or exemple.get("lignes"))
        assert juge != bool(exemple.get("refus")), f"{nom} : des résultats, ou un refus"


@pytest.mark.parametrize("dispositif", list(DOSSIERS))
def test_le_dossier_est_complet(dispositif: str) -> None:
    dossier = DOSSIERS[dispositif]
    manquants = [nom for nom in FICHIERS if not (dossier / nom).is_file()]
    assert not manquants, f"{dossier.name} : il manque {manquants}"
    fiche = (dossier / "fiche.md").read_text("utf-8")
    assert fiche.startswith("# "), "une fiche commence par son titre"
    for mots in ("convmed calculer", dispositif, "non publié", "art."):
        assert mots in fiche.replace("article", "art."), f"{dossier.name}/fiche.md ne dit pas « {mots} »"


def test_un_ecart_se_voit() -> None:
    """The judge itself: a wrong amount, a missing key, a list too long and a boolean for a number are all seen."""
    obtenu = {"total": 110, "patients": [{"socle": 100}, {"socle": 5}], "du": True}
    assert not list(ecarts({"total": 110, "patients": [{}, {"socle": 5}]}, obtenu, "r"))
    for attendu in ({"total": 111}, {"absent": None}, {"patients": [{"socle": 100}]}, {"du": 1}):
        assert list(ecarts(attendu, obtenu, "r")), attendu
    assert not list(ecarts_des_lignes([{"montant": 5}], [{"montant": 3}, {"montant": 5, "libelle": "x"}]))
    assert list(ecarts_des_lignes([{"montant": 5}, {"montant": 5}], [{"montant": 5}]))
    assert est_au_centime(12.34)
    assert not est_au_centime(12.345)
