"""The conformance cases: the worked examples of every dispositif, and how an answer is compared with what they expect."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any

from convmed.normes.etat import exemples, registre
from convmed.textes.bareme import dossiers_des_dispositifs
from convmed.textes.consultation import dispositifs_choisis

# What separates two numbers that say the same: the noise of floats, far below a cent and below the last digit of a rate.
BRUIT = 1e-6
REGLES = (
    "objets : comparés en partie, des champs en plus sont admis",
    "listes : de même longueur, élément par élément",
    "nombres : égaux à un millionième près (les montants le sont donc au centime, et 110 vaut 110.0) ; null n'est pas 0",
    "lignes : chaque paiement attendu se trouve parmi ceux de la réponse, chacun une fois, dans un ordre quelconque",
    "refus : le statut 422 et les mêmes champs refusés ; les phrases sont libres",
)


@dataclass(slots=True)
class Bilan:
    """The count of one dispositif, and for each case that differs where it does."""

    dispositif: str
    cas: int = 0
    ecarts: dict[str, list[str]] = field(default_factory=dict)

    @property
    def conformes(self) -> int:
        """Return how many cases conform."""
        return self.cas - len(self.ecarts)

    def en_dict(self) -> dict[str, Any]:
        """Return the count as JSON."""
        return {"dispositif": self.dispositif, "cas": self.cas, "conformes": self.conformes,
                "ecarts": [{"id": cas, "differences": lieux} for cas, lieux in self.ecarts.items()]}  # fmt: skip


def banc(dispositif: str | None = None) -> dict[str, Any]:
    """Return the conformance cases of one dispositif or of all; `Erreurs` for an unknown one."""
    noms = dispositifs_choisis(None if dispositif is None else [dispositif])
    return {"version": version("convmed"), "regles": list(REGLES), "cas": [cas for nom in noms for cas in cas_de(nom)]}


@cache
def cas_de(dispositif: str) -> tuple[dict[str, Any], ...]:
    """Return the cases of a dispositif, in the order of its file: what is asked, and in part what is expected."""
    return tuple(_cas(dispositif, _en_json(exemple)) for exemple in exemples(dossiers_des_dispositifs()[dispositif]))


def _cas(dispositif: str, exemple: Mapping[str, Any]) -> dict[str, Any]:
    if "refus" in exemple:
        attendu = {"refus": [{"champ": refuse["champ"]} for refuse in exemple["refus"]]}
    else:
        attendu = {cle: exemple[cle] for cle in ("resultats", "lignes") if cle in exemple}
    normes = exemple["normes"]
    connues = [registre()[norme] for norme in normes if norme in registre()]
    return {
        "id": f"{dispositif}/{_en_identifiant(exemple['nom'])}",
        "dispositif": dispositif,
        "nom": exemple["nom"],
        "demande": exemple["cas"],
        "attendu": attendu,
        "source": exemple["source"],
        "normes": list(normes),
        "references": list(dict.fromkeys(norme.section for norme in connues)),
    }


def _en_json(valeur: Any) -> Any:
    """Return what was written in YAML as JSON has it: an unquoted date is the string that the contract wants."""
    return json.loads(json.dumps(valeur, default=lambda d: d.isoformat() if isinstance(d, dt.date) else str(d)))


def _en_identifiant(nom: str) -> str:
    ascii_ = unicodedata.normalize("NFKD", nom.replace("œ", "oe")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_.lower()).strip("-")


def juger(cas: Mapping[str, Any], statut: int, reponse: Any) -> list[str]:
    """Return where the answer to a case is not what it expects; `statut` is that of HTTP."""
    attendu = cas["attendu"]
    if "refus" in attendu:
        if statut != 422 or not isinstance(reponse, dict) or not isinstance(reponse.get("erreurs"), list):
            return [f"statut {statut}, un refus (422, avec ses erreurs) est attendu"]
        voulus = {refuse["champ"] for refuse in attendu["refus"]}
        obtenus = {erreur.get("champ") for erreur in reponse["erreurs"] if isinstance(erreur, dict)}
        return [f"erreurs : {champ} n'est pas refusé" for champ in sorted(voulus - obtenus)] + [
            f"erreurs : {champ} est refusé, ce qui n'est pas attendu" for champ in sorted(map(str, obtenus - voulus))
        ]
    if statut != 200 or not isinstance(reponse, dict):
        return [f"statut {statut}, une réponse (200) est attendue" + _premiere_erreur(reponse)]
    lieux = list(ecarts(attendu.get("resultats", {}), reponse.get("resultats"), "resultats"))
    obtenues = reponse.get("lignes")
    if not isinstance(obtenues, list):
        return [*lieux, "lignes : une liste est attendue"]
    return lieux + list(_lignes_absentes(attendu.get("lignes", []), obtenues))


def ecarts(attendu: Any, obtenu: Any, lieu: str) -> Iterator[str]:
    """Yield the places where an answer is not what is expected, by the rules of `REGLES`."""
    match attendu, obtenu:
        case dict(), dict():
            for cle, valeur in attendu.items():
                if cle in obtenu:
                    yield from ecarts(valeur, obtenu[cle], f"{lieu}.{cle}")
                else:
                    yield f"{lieu}.{cle} manque"
        case list(), list():
            if len(attendu) != len(obtenu):
                yield f"{lieu} a {len(obtenu)} éléments, {len(attendu)} attendus"
            for rang, (un, autre) in enumerate(zip(attendu, obtenu, strict=False)):
                yield from ecarts(un, autre, f"{lieu}[{rang}]")
        case _:
            if not _pareils(attendu, obtenu):
                yield f"{lieu} vaut {_montrer(obtenu)}, {_montrer(attendu)} attendu"


def _pareils(attendu: object, obtenu: object) -> bool:
    if isinstance(attendu, bool) or isinstance(obtenu, bool):
        return attendu is obtenu
    if isinstance(attendu, (int, float)) and isinstance(obtenu, (int, float)):
        return abs(attendu - obtenu) < BRUIT
    return type(attendu) is type(obtenu) and attendu == obtenu


def _lignes_absentes(attendues: list[Any], obtenues: list[Any]) -> Iterator[str]:
    restantes = list(obtenues)
    for rang, attendue in enumerate(attendues):
        trouvee = next((i for i, ligne in enumerate(restantes) if not any(ecarts(attendue, ligne, ""))), None)
        if trouvee is None:
            yield f"lignes : aucun paiement {_montrer(attendue)} (attendu en lignes[{rang}])"
        else:
            del restantes[trouvee]


def _montrer(valeur: object) -> str:
    texte = json.dumps(valeur, ensure_ascii=False)
    return texte if len(texte) <= 200 else texte[:200] + "…"


def _premiere_erreur(reponse: object) -> str:
    match reponse:
        case {"erreurs": [{"champ": champ, "message": message}, *_]}:
            return f" ({champ} : {message})"
    return ""


def bilans(juges: Iterable[tuple[Mapping[str, Any], list[str]]]) -> list[Bilan]:
    """Return the count of each dispositif, in the order in which they come, from each case and where it differs."""
    par_dispositif: dict[str, Bilan] = {}
    for cas, lieux in juges:
        bilan = par_dispositif.setdefault(cas["dispositif"], Bilan(cas["dispositif"]))
        bilan.cas += 1
        if lieux:
            bilan.ecarts[cas["id"]] = lieux
    return list(par_dispositif.values())
