"""A step more in the file of a procedure, if the text allows it; the record says which step a name means here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from convmed.dispositifs.sanctions.machine import Etape, normaliser
from convmed.restitution.procedure import Etude, ajouter, etudier
from convmed.textes import Erreurs, Faute, Texte


@dataclass(frozen=True, slots=True)
class Inscription:
    """The file with one step more, how the procedure then stands, and which step it is."""

    contenu: str
    etude: Etude
    etape: Etape


class EtapesManquantes(Erreurs):
    """The step is allowed, but those that it supposes are not recorded: whoever records it says if they are not known."""


def inscrire(
    contenu: str, chemin: str, texte: Texte, etape: str, jour: dt.date, note: str | None = None, incomplet: bool = False
) -> Inscription:
    """Return a file with one step more; `Erreurs` if the text does not allow it, `EtapesManquantes` if some before it are not recorded.

    `incomplet` takes that they are not known. The faults of the new step have `etape`, `date` or `note` as their field, and no line.
    """
    avant = etudier(chemin, texte, jour, contenu)
    if not avant.procedure.candidates(etape):
        raise Erreurs([Faute("étape inconnue", champ="etape", valeur=etape, attendu=avant.procedure.voisines(etape))])
    rang = len(avant.fichier.etapes)

    def essayer(nom: str) -> tuple[str, Etude]:
        nouveau = ajouter(contenu, chemin, nom, jour, note)
        try:
            return nouveau, etudier(chemin, texte, jour, nouveau)
        except Erreurs as erreurs:
            raise Erreurs(_de_la_nouvelle(erreurs.fautes, rang)) from None

    # The name that was given may mean several steps: the replay of the record says which one it is here.
    _, essai = essayer(normaliser(etape))
    reelle = next(un.etape for un in essai.suivi.deroulement.evenements if un.rang == rang)
    nouveau, apres = essayer(reelle.nom)
    manquants = [m for m in apres.suivi.deroulement.manquants if m.avant is reelle]
    if manquants and not incomplet:
        raise EtapesManquantes([
            Faute(f"« {m.etape.libelle} » doit précéder « {reelle.libelle} » ({m.etape.reference})", fichier=chemin, champ=m.etape.nom,
                  attendu="cette étape d'abord")
            for m in manquants
        ])  # fmt: skip
    return Inscription(nouveau, apres, reelle)


def _de_la_nouvelle(fautes: Iterable[Faute], rang: int) -> list[Faute]:
    """Return the faults of the step being added without a line: it has none in the file yet."""
    racine = f"etapes[{rang}]."
    return [
        replace(faute, fichier=None, ligne=None, champ=faute.champ.removeprefix(racine)) if (faute.champ or "").startswith(racine) and faute.champ else faute
        for faute in fautes
    ]
