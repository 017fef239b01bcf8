"""Accès au secteur 2: yes, no or not decided by the text, every reason, and the last day to ask."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from convmed.dispositifs.secteur_2 import regles
from convmed.dispositifs.socle import Demande, Dispositif, Resultat, fautes_de, refuser
from convmed.donnees.modeles import Date, Modele
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import afficher, vers_entier

NOM = "secteur-2"
TITRE, DEMARCHE, DEROGATION = (f"art. 12 à 15-3 ; circulaire 31/07/2024, 2 B {rang}" for rang in (1, 2, 3))
TITRES = Literal[
    "ancien-cca-ah", "ancien-ccu-mg", "ancien-ahu", "ancien-assistant-hopitaux", "praticien-armees", "ph", "autre"
]  # fmt: skip
EXERCICES = Literal[
    "aucun", "liberal-conventionne", "changement-de-specialite", "intra-hospitalier", "hors-convention", "ccu-mg-clinicat"
]  # fmt: skip
Specialite = Annotated[str, Field(pattern=r"^[0-9]{2}$")]


def _au_dix_millieme(valeur: float) -> float:
    try:
        dix_milliemes(valeur)
    except ValueError:
        raise ValueError("une fraction à quatre décimales au plus") from None
    return valeur


def dix_milliemes(valeur: float) -> int:
    """Return a fraction in 1/10,000, the scale of rates; `ValueError` if it has more than four decimals."""
    return vers_entier(Decimal(str(valeur)) * 100, "%")


class Entree(Modele):
    """`{"titre", "specialite_titre", "specialite_inscription", "exercice_anterieur", "date_demande_installation", ...}`."""

    titre: TITRES | None = None
    quotite: Annotated[float, Field(ge=0, le=1), AfterValidator(_au_dix_millieme)] | None = None
    titre_permanent: bool | None = None
    annees_ph: Annotated[int, Field(ge=0, le=60)] | None = None
    date_nomination_ph: Date | None = None
    lieu_titre: Literal["etablissement-public", "espic", "faculte-libre-lille", "etranger", "autre"] | None = None
    affectation_publique: bool | None = None
    specialite_titre: Specialite | None = None
    specialite_inscription: Specialite | None = None
    exercice_anterieur: EXERCICES | None = None
    specialite_nouvellement_creee: bool | None = None
    nouveau_diplome: bool | None = None
    titre_lien_direct: bool | None = None
    date_demande_installation: Date | None = None
    date_demande_secteur_2: Date | None = None
    date_fin_clinicat: Date | None = None


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Tell whether a doctor may enter secteur 2 (art. 12 to 15-3; circulaire 2 B)."""
    contexte = demande.contexte(demande.date or _date(entree))
    medecin = Instance(contexte, "medecin", _colonnes(entree))
    procedure = medecin.expliquer("sd_procedure")
    try:
        droit = medecin.expliquer("sd_droit")
    except RegleAbsente:
        refuser(_fautes(medecin, "sd_procedure"))
        motif = f"seule la procédure du titre est connue sous ce texte à cette date ({procedure.reference})"
        return Resultat({"droit": None, "motifs": [motif], "motif": motif, "date_limite": None, "procedure": procedure.valeur},
                        [], {"procedure": procedure})  # fmt: skip
    necessaires = ["sd_premiere_installation", "sd_procedure", "sd_date_limite"]
    if entree.exercice_anterieur is None and entree.date_fin_clinicat is None:
        necessaires.append("sd_date_demande_installation")
    if procedure.valeur in (None, regles.DIRECTE):
        necessaires += ["sd_titre_acquis", "sd_specialite_conforme"]
    refuser(_fautes(medecin, *necessaires))
    motifs = _motifs(medecin, droit.valeur)
    resultats: dict[str, Any] = {
        "droit": droit.valeur,
        "motifs": motifs,
        "date_limite": medecin.valeur("sd_date_limite").isoformat(),
        "procedure": procedure.valeur,
        "secteur": {True: "2", False: "1", None: None}[droit.valeur],
        "premiere_installation": medecin.valeur("sd_premiere_installation"),
        "caisse": _figure(contexte, "caisse"),
        "exceptions_premiere_installation": list(_figure(contexte, "exceptions")),
        "references": _references(contexte, entree),
    }
    if motifs:
        resultats["motif"] = " ; ".join(motifs)
    return Resultat(resultats, [], {"droit": droit, "procedure": procedure})


def _motifs(medecin: Instance, droit: bool | None) -> list[str]:
    contexte, limite = medecin.contexte, afficher(medecin.valeur("sd_date_limite"), "date")
    motifs = []
    if medecin.valeur("sd_premiere_installation") is False:
        if medecin.donnees["sd_exercice_anterieur"] == regles.CHANGEMENT:
            phrase = "un changement de spécialité ne vaut que vers une spécialité nouvellement créée, avec son diplôme"
        else:
            phrase = (
                "le secteur 2 suppose une première installation ; l'exercice antérieur n'est pas dans la liste fermée"
            )
        motifs.append(f"{phrase} ({DEROGATION})")
    if medecin.valeur("sd_forclos"):
        motifs.append(f"demande hors délai : elle se déposait au plus tard le {limite} ({DEMARCHE})")
    if medecin.valeur("sd_procedure") == regles.DIRECTE:
        if medecin.valeur("sd_titre_acquis") is False:
            motifs.append(f"{_titre_manque(medecin)} ({TITRE})")
        if medecin.valeur("sd_specialite_conforme") is False:
            motifs.append(f"le titre n'est pas de la spécialité d'inscription à l'Ordre ({DEMARCHE})")
    elif droit is None:
        figure = contexte.figures[NOM]["equivalence"]
        motifs.append(f"procédure d'équivalence : {figure.libelle.lower()}, non publié, voir {figure.article}")
    if droit is None and medecin.donnees.get("sd_date_demande_secteur_2") is None:
        motifs.append(f"demande à déposer au plus tard le {limite}, à la {_figure(contexte, 'caisse')} ({DEMARCHE})")
    elif droit is None and medecin.valeur("sd_dans_le_delai") is False:
        motifs.append(f"demande tardive après le clinicat (au plus tard le {limite}) : le secteur 2 peut être refusé, "
                      f"le médecin reste alors en secteur 1 ({DEROGATION} ; lecture 5)")  # fmt: skip
    return motifs


def _titre_manque(medecin: Instance) -> str:
    contexte, quotite = medecin.contexte, medecin.donnees["sd_quotite"]
    mini, maxi = (_figure(contexte, f"quotite_{borne}") for borne in ("min", "max"))
    if quotite == _figure(contexte, "quotite_pleine"):
        return "un PH à temps plein est nommé à titre permanent"
    if mini <= quotite <= maxi:
        return f"un PH de {afficher(mini, '%')} à {afficher(maxi, '%')} a {_figure(contexte, 'anciennete_ph')} ans d'ancienneté"
    return f"le titre de PH ne s'acquiert qu'à {afficher(_figure(contexte, 'quotite_pleine'), '%')}, ou de {afficher(mini, '%')} à {afficher(maxi, '%')} (lecture 6)"  # fmt: skip


def _references(contexte: Contexte, entree: Entree) -> list[str]:
    references = [TITRE, DEMARCHE]
    if entree.titre == "ancien-ahu":
        references.append(f"décret n° 2021-1645 du {afficher(_figure(contexte, 'decret_ahu'), 'date')}")
    if entree.titre == "ph":
        references.append(f"{_figure(contexte, 'statut_ph')} (réforme de {_figure(contexte, 'reforme_ph')})")
    if entree.exercice_anterieur not in (None, "aucun"):
        references.append(DEROGATION)
    return references


def _figure(contexte: Contexte, nom: str) -> Any:
    return contexte.figure(NOM, nom)[1]


def _colonnes(entree: Entree) -> dict[str, Any]:
    return {
        f"sd_{champ}": dix_milliemes(valeur) if champ == "quotite" else valeur
        for champ, valeur in entree.fournis().items()
        if valeur is not None
    }


def _fautes(medecin: Instance, *noms: str) -> list[Faute]:
    def lieu(feuille: Explication) -> str:
        return f"entree.{feuille.nom.removeprefix('sd_')}"

    return fautes_de(map(medecin.expliquer, noms), lieu)


def _date(entree: Entree) -> dt.date | None:
    return entree.date_demande_secteur_2 or entree.date_demande_installation or entree.date_fin_clinicat


def _annee(entree: Entree) -> int | None:
    date = _date(entree)
    return date.year if date else None


DISPOSITIF = Dispositif(NOM, "Accès au secteur 2", Entree, calculer, _annee)
__all__ = ["DISPOSITIF", "Entree", "calculer", "regles"]
