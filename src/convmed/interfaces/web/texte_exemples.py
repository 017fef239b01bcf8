"""The examples of a dispositif, run live: what is expected beside what the rules answer now."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.interfaces.api.banc import cas_de, ecarts, juger
from convmed.interfaces.api.calculs import lire_demandes
from convmed.interfaces.api.problemes import Probleme
from convmed.moteur.valeurs import Explication
from convmed.textes import Erreurs, Faute
from convmed.textes.unites import UNITES_SANS_NOMBRE, vers_entier

SAISIE_AU_PLUS = 200_000


@dataclass(frozen=True, slots=True)
class Comparaison:
    """One expected value beside the one that was obtained."""

    champ: str
    attendu: str
    obtenu: str
    pareil: bool


@dataclass(slots=True)
class Joue:
    """A case that was run: the answer, or why it was refused; for an example left as it is, the comparisons."""

    saisie: str
    reponse: dict[str, Any] | None = None
    fautes: list[Faute] = field(default_factory=list)
    comparaisons: list[Comparaison] = field(default_factory=list)
    modifie: bool = False

    @property
    def conforme(self) -> bool:
        """Tell whether every expected value was obtained."""
        return bool(self.comparaisons) and all(une.pareil for une in self.comparaisons)

    @property
    def reponse_ecrite(self) -> str:
        """Return the answer as JSON, without its trees, which are drawn."""
        return ecrire({cle: valeur for cle, valeur in (self.reponse or {}).items() if cle != "explication"})

    @property
    def explications(self) -> dict[str, Explication]:
        """Return the trees of the answer as the pages show them."""
        return {nom: en_explication(arbre) for nom, arbre in (self.reponse or {}).get("explication", {}).items()}


def ecrire(demande: Any) -> str:
    """Write a case as a person reads and changes it."""
    return json.dumps(demande, ensure_ascii=False, indent=2)


@cache
def _rangs(dispositif: str) -> dict[str, int]:
    return {cas["nom"]: rang for rang, cas in enumerate(cas_de(dispositif), start=1)}


def rang_de(dispositif: str, nom: str) -> int | None:
    """Return the rank of an example, from 1; `None` if it is not there."""
    return _rangs(dispositif).get(nom)


def jouer(cas: Mapping[str, Any], saisie: str | None = None) -> Joue:
    """Run an example, or what a visitor made of it."""
    joue = Joue(ecrire(cas["demande"]) if saisie is None else saisie)
    try:
        demande = cas["demande"] if saisie is None else _lire(saisie)
    except Erreurs as erreurs:
        joue.fautes, joue.modifie = erreurs.fautes, True
        return joue
    joue.modifie = demande != cas["demande"]
    try:
        joue.reponse = repondre(cas["dispositif"], demande, scenarios=False)
    except CasRefuses as refus:
        joue.fautes = _en_fautes(refus.erreurs)
        if not joue.modifie:
            joue.comparaisons = _refus_compares(cas, refus.erreurs)
        return joue
    if not joue.modifie:
        joue.comparaisons = list(_comparer(cas["attendu"], joue.reponse))
    return joue


def jouer_tous(dispositif: str) -> list[tuple[int, str, list[str]]]:
    """Run every example of a dispositif; (rank, name, where it differs) for each."""
    joues = []
    for rang, cas in enumerate(cas_de(dispositif), start=1):
        try:
            lieux = juger(cas, 200, repondre(dispositif, cas["demande"], scenarios=False))
        except CasRefuses as refus:
            lieux = juger(cas, 422, {"erreurs": refus.erreurs})
        joues.append((rang, cas["nom"], lieux))
    return joues


def _lire(saisie: str) -> Any:
    if len(saisie) > SAISIE_AU_PLUS:
        raise Erreurs([Faute("ce cas est trop long", attendu=f"au plus {SAISIE_AU_PLUS // 1000} 000 caractères")])
    try:
        demande = lire_demandes(saisie.encode())
    except Probleme as probleme:
        raise Erreurs(_en_fautes(probleme.erreurs)) from None
    if not isinstance(demande, dict):
        raise Erreurs([Faute("un cas est un objet JSON", attendu="{ \"annee\": …, \"entree\": { … } }")])
    return demande


def _en_fautes(erreurs: list[dict[str, Any]]) -> list[Faute]:
    return [Faute(str(e["message"]), champ=e.get("champ") or None, attendu=e.get("attendu")) for e in erreurs]


def _refus_compares(cas: Mapping[str, Any], erreurs: list[dict[str, Any]]) -> list[Comparaison]:
    obtenus = {str(erreur.get("champ")) for erreur in erreurs}
    voulus = {str(refuse["champ"]) for refuse in cas["attendu"].get("refus", ())}
    return [
        Comparaison(champ or "le cas", "refusé" if champ in voulus else "accepté", "refusé" if champ in obtenus else "accepté", champ in voulus & obtenus)
        for champ in sorted(voulus | obtenus)
    ]


def _comparer(attendu: Mapping[str, Any], reponse: Mapping[str, Any]) -> Iterator[Comparaison]:
    if "refus" in attendu:
        yield Comparaison("le cas", "refusé", "accepté", False)
    for cle, valeur in attendu.get("resultats", {}).items():
        yield from _valeurs(valeur, reponse["resultats"].get(cle), cle)
    restantes = list(reponse["lignes"])
    for ligne in attendu.get("lignes", ()):
        rang = next((i for i, une in enumerate(restantes) if not any(ecarts(ligne, une, ""))), None)
        trouvee = None if rang is None else restantes.pop(rang)
        vue = {cle: trouvee.get(cle) for cle in ligne} if trouvee else "aucun paiement de ce genre"
        yield Comparaison("paiement", _montrer(ligne), _montrer(vue), trouvee is not None)


def _valeurs(attendu: Any, obtenu: Any, champ: str) -> Iterator[Comparaison]:
    """Yield the leaves of what is expected, each beside what was obtained."""
    match attendu, obtenu:
        case dict(), dict() if attendu:
            for cle, valeur in attendu.items():
                yield from _valeurs(valeur, obtenu.get(cle), f"{champ}.{cle}")
        case list(), list() if len(attendu) == len(obtenu) and any(isinstance(un, (dict, list)) for un in attendu):
            for rang, (un, autre) in enumerate(zip(attendu, obtenu, strict=True), start=1):
                yield from _valeurs(un, autre, f"{champ}[{rang}]")
        case _:
            yield Comparaison(champ, _montrer(attendu), _montrer(obtenu), not any(ecarts(attendu, obtenu, champ)))


def _montrer(valeur: Any) -> str:
    match valeur:
        case None:
            return "rien"
        case bool():
            return "oui" if valeur else "non"
        case int() | float():
            return f"{valeur:,}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
        case str():
            return valeur
        case dict():
            return " ; ".join(f"{cle} : {un if cle.startswith('annee') else _montrer(un)}" for cle, un in valeur.items())
        case list():
            return ", ".join(_montrer(un) for un in valeur) or "liste vide"
    return str(valeur)


def en_explication(arbre: Mapping[str, Any]) -> Explication:
    """Return a tree of the JSON contract as the pages draw it: its values are again those of computation."""
    unite = arbre.get("unite", "")
    return Explication(
        arbre["genre"], arbre["nom"], arbre["libelle"], _de_calcul(arbre["valeur"], unite), unite, arbre.get("reference", ""),
        arbre.get("confiance", ""), tuple(en_explication(enfant) for enfant in arbre.get("enfants", ())), arbre.get("detail", ""),
    )  # fmt: skip


def _de_calcul(valeur: Any, unite: str) -> Any:
    if isinstance(valeur, (int, float)) and not isinstance(valeur, bool) and unite not in UNITES_SANS_NOMBRE:
        return vers_entier(valeur, unite)
    if isinstance(valeur, str) and unite.startswith("date"):
        try:
            return dt.date.fromisoformat(valeur)
        except ValueError:
            return valeur
    return tuple(valeur) if isinstance(valeur, list) else valeur
