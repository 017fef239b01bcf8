"""Why a statement has no line that another text gives: the text does not know it, nothing is due, or nobody can tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from convmed.dispositifs import Demande, Refus, tous
from convmed.dispositifs.contrat import repondre_entree
from convmed.dispositifs.socle import SANS_OBJET
from convmed.donnees.dossier import Dossier
from convmed.donnees.entites import REGISTRE
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication
from convmed.restitution.releve import SECTIONS, Releve, _entrees
from convmed.textes import baremes

NEANT, NON_CALCULE = "néant", "non calculé"
PAR_CABINET = ("forfait-medecin-traitant", "prevention")
RIEN = "rien n'est dû"


def absence(
    releve: Releve, dossier: Dossier, contexte: Contexte, dispositif: str, ailleurs: Sequence[Explication], libelles: Iterable[str]
) -> tuple[str, str, tuple[Explication, ...]]:
    """Return the state, the reason and the explanation (if it is computed) of a line that a statement does not have.

    `ailleurs` explains it under the texts that have it, `libelles` names it there. The state is `néant` (the text does
    not know the rule, or ended a figure that it reads), `sans objet` (nothing is due) or `non calculé`.
    """
    regles = list(dict.fromkeys(regle for explication in ailleurs for regle in regles_de(explication)))
    for regle in regles:
        try:
            contexte.regle(regle)
        except RegleAbsente as absente:
            return NEANT, str(absente), ()
    motif = _motif(releve, dispositif, libelles)
    if dispositif in SECTIONS:
        return _de_la_section(releve, dossier, dispositif, regles, motif)
    if dispositif not in PAR_CABINET or _sans_prevention(releve, dispositif):
        return NON_CALCULE, motif or "absent du relevé, sans raison connue", ()
    medecin = (releve.prevention if dispositif == "prevention" and releve.prevention is not None else releve.forfait).medecin
    if not all(regle in medecin.memo for regle in regles):
        # The statement did not compute these rules: under this text others pay in their place.
        place = " + ".join(dict.fromkeys(ligne.libelle for ligne in releve.lignes if ligne.dispositif == dispositif))
        dits = (_figure_finie(contexte, ailleurs), motif, f"à la place : {place}" if place else "")
        return NEANT, " ; ".join(filter(None, dits)) or RIEN, ()
    explications = tuple(medecin.expliquer(regle) for regle in regles)
    if all(explication.valeur == 0 for explication in explications):
        return SANS_OBJET, motif or RIEN, explications
    return NON_CALCULE, motif or "absent du relevé, sans raison connue", ()


def regles_de(explication: Explication) -> list[str]:
    """Return the rule that an explanation explains, or those of a sum that no rule makes."""
    if explication.nom in REGISTRE.regles:
        return [explication.nom]
    return [regle for enfant in explication.enfants for regle in regles_de(enfant)]


def _motif(releve: Releve, dispositif: str, libelles: Iterable[str]) -> str:
    """Return what the statement says of the line, or else of its dispositif."""
    siens = [non_calcule.motif for non_calcule in releve.non_calcules if non_calcule.dispositif == dispositif]
    nommes = [motif.removeprefix(f"{libelle} : ") for libelle in libelles for motif in siens if motif.startswith(f"{libelle} : ")]
    return " ; ".join(dict.fromkeys(nommes or siens))


def _de_la_section(
    releve: Releve, dossier: Dossier, dispositif: str, regles: Iterable[str], motif: str
) -> tuple[str, str, tuple[Explication, ...]]:
    """Compute again a section that gave no line: what it lacks leaves its amount unknown, anything else is nothing due."""
    explications: list[Explication] = []
    for entree in _entrees(dossier.cabinet, dispositif, releve.annee):
        try:
            resultat = repondre_entree(tous()[dispositif], Demande(releve.texte, releve.annee), entree, racine=dispositif)
        except Refus:
            return NON_CALCULE, motif, ()
        except RegleAbsente:
            continue
        explications += [e for ligne in resultat.lignes if (e := ligne.explication) and e.nom in regles and e.valeur == 0]
    return SANS_OBJET, motif or RIEN, tuple(explications)


def _sans_prevention(releve: Releve, dispositif: str) -> bool:
    """Tell whether the statement could not compute the prevention part, for lack of a file of acts."""
    return dispositif == "prevention" and releve.prevention is None and all(ligne.dispositif != dispositif for ligne in releve.lignes)


def _figure_finie(contexte: Contexte, ailleurs: Iterable[Explication]) -> str:
    """Return which figure of a line the text has ended, with its reference; nothing if none is."""
    for feuille in (f for explication in ailleurs for f in explication.feuilles() if f.genre == "figure"):
        dispositif, _, nom = feuille.nom.partition(".")
        valeur = contexte.figure(dispositif, nom)[0]
        if valeur is not None and valeur.supprimee:
            return f"« {baremes()[dispositif][nom].libelle} » est supprimé ({valeur.reference})"
    return ""
