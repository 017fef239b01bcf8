"""Capitation: whether a team may be paid a lump sum instead of acts, and what it would receive."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from convmed.dispositifs.capitation import regles
from convmed.dispositifs.socle import (
    SANS_OBJET,
    Demande,
    Dispositif,
    Ligne,
    Resultat,
    en_euros,
    fautes_de,
    ligne,
    refuser,
)
from convmed.donnees.modeles import Euros, Modele
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import NECESSAIRE, Faute
from convmed.textes.unites import afficher, part, vers_entier

NOM = "capitation"
SIGNE, PROPOSE = "art. 92", "proposition du 08/02/2024, rémunération de groupe"
ENTIER = 10_000  # 100 %, in the engine's scale of rates
Nombre = Annotated[int, Field(ge=0, le=1_000_000)]


def _au_dix_millieme(valeur: float) -> float:
    try:
        dix_milliemes(valeur)
    except ValueError:
        raise ValueError("un nombre à quatre décimales au plus") from None
    return valeur


def dix_milliemes(valeur: float) -> int:
    """Return a fraction in 1/10,000, the scale of rates; `ValueError` if it has more than four decimals."""
    return vers_entier(Decimal(str(valeur)) * 100, "%")


class Eligibilite(Modele):
    """`{"calcul": "eligibilite", "medecins_generalistes", "infirmiers", "cadre", "volontaires", ...}`."""

    calcul: Literal["eligibilite"]
    medecins_generalistes: Nombre | None = None
    infirmiers: Nombre | None = None
    autres_professionnels: Nombre | None = None
    cadre: Literal["msp", "cabinet-de-groupe", "autre"] | None = None
    lieu_unique: bool | None = None
    volontaires: bool | None = None
    depassements: bool | None = None
    jours_par_semaine: Nombre | None = None
    pmt: Nombre | None = None


class PatientDeLEquipe(Modele):
    """A patient of the list, or several alike (`effectif`)."""

    patient: str | None = None
    effectif: Nombre | None = None
    coefficient: Annotated[float, Field(ge=0, le=50), AfterValidator(_au_dix_millieme)] | None = None
    consommation_annuelle: Euros | None = None
    chronique: bool | None = None
    maladie_retenue: bool | None = None


class Part(Modele):
    """What one professional takes of the lump sum: a fraction."""

    professionnel: Annotated[str, Field(min_length=1, max_length=40)]
    metier: Literal["medecin", "infirmier", "autre"]
    part: Annotated[float, Field(ge=0, le=1), AfterValidator(_au_dix_millieme)]


class Forfait(Modele):
    """`{"calcul": "forfait", "patients": [{"coefficient", "effectif", ...}], "perimetre", "partage": [...]}`."""

    calcul: Literal["forfait"]
    patients: list[PatientDeLEquipe]
    perimetre: Literal["toute", "chronique", "certaines-maladies-chroniques"] | None = None
    partage: list[Part] | None = None


def calculer(demande: Demande, entree: Eligibilite | Forfait) -> Resultat:
    """Answer one question on the lump sum of a team (art. 92; proposal of 08/02/2024)."""
    contexte = demande.contexte()
    try:
        contexte.regle("cap_eligible")
    except RegleAbsente:
        motif = f"aucune capitation dans ce texte ({demande.texte.libelle})"
        return Resultat({"eligible": False, "montant": 0, "motif": motif})
    if isinstance(entree, Eligibilite):
        return calculer_eligibilite(contexte, entree)
    return calculer_forfait(contexte, entree)


def calculer_eligibilite(contexte: Contexte, entree: Eligibilite) -> Resultat:
    """Tell whether a team may enter, every reason why not, and whether it has the patients that are expected."""
    equipe = Instance(contexte, "medecin", _colonnes(entree) | {"cap_date": contexte.date})
    eligible = equipe.expliquer("cap_eligible")
    propose = _propose(contexte)
    phrases = _phrases(contexte)
    refuser(_fautes(equipe, *phrases))
    reference = PROPOSE if propose else SIGNE
    motifs = [f"{phrase} ({reference})" for nom, phrase in phrases.items() if equipe.valeur(nom) is False]
    resultats: dict[str, Any] = {"eligible": eligible.valeur, "motifs": motifs, "references": [reference]}
    if not propose:
        visee, atteinte = equipe.valeur("cap_pmt_visee"), equipe.valeur("cap_pmt_atteinte")
        resultats |= {"pmt_visee": visee, "pmt_atteinte": atteinte}
    if eligible.valeur is None:
        resultats["motif"] = _non_publie(eligible)
    elif motifs:
        resultats["motif"] = " ; ".join(motifs)
    return Resultat(resultats, [], {"eligible": eligible})


def calculer_forfait(contexte: Contexte, entree: Forfait) -> Resultat:
    """Compute the lump sum of a team, and what each doctor takes if the shares are given."""
    propose = _propose(contexte)
    patients = [Instance(contexte, "patient", _colonnes_du_patient(patient)) for patient in entree.patients]
    donnees: dict[str, Any] = {"cap_date": contexte.date}
    if entree.perimetre is not None:
        donnees["cap_perimetre"] = entree.perimetre
    equipe = Instance(contexte, "medecin", donnees, {"patient": patients})
    fautes = _fautes_du_partage(contexte, entree)
    if propose:
        fautes = (
            _fautes(equipe, "cap_perimetre_admis")
            + (_fautes_des_patients(patients) if entree.perimetre else [])
            + fautes
        )
    refuser(fautes)
    forfait = equipe.expliquer("cap_forfait")
    refus = propose and equipe.valeur("cap_perimetre_admis") is False
    montant = 0 if refus else forfait.valeur
    champs: dict[str, Any] = {"precision_date": "acomptes puis régularisation, dates non publiées"}
    if montant == 0:
        champs |= {"etat": SANS_OBJET, "motif": _motif_de_zero(equipe, refus), "montant": 0}
    libelle = f"Forfait de l'équipe {contexte.annee}"
    globale = ligne(equipe, "cap_forfait", libelle, contexte.annee, **champs)
    lignes = _lignes_du_partage(globale, entree.partage) if entree.partage and montant else [globale]
    resultats: dict[str, Any] = {
        "montant": en_euros(montant),
        "par_professionnel": {un.beneficiaire: en_euros(un.montant) for un in lignes if un.beneficiaire},
        "reserves": _reserves(contexte, entree, propose),
        "references": [PROPOSE if propose else SIGNE],
    }
    if propose:
        resultats["remplace"] = list(_figure(contexte, "remplace"))
    else:
        somme = equipe.valeur("cap_somme_des_coefficients")
        resultats["forfait_base"] = en_euros(_figure(contexte, "forfait_base"))
        resultats["somme_des_coefficients"] = None if somme is None else _nombre(somme)
        resultats["ponderations"] = list(_figure(contexte, "ponderations") or ())
    if montant is None or montant == 0:
        resultats["motif"] = globale.motif
    return Resultat(resultats, lignes, {"montant": forfait})


def _nombre(valeur: int) -> int | float:
    entier, reste = divmod(valeur, ENTIER)
    return valeur / ENTIER if reste else entier


def _phrases(contexte: Contexte) -> dict[str, str]:
    """Return what each condition of the text says of a team that lacks it."""
    if _propose(contexte):
        return {
            "cap_volontariat": "le forfait est réservé à des volontaires",
            "cap_infirmier_present": "l'équipe compte au moins un infirmier",
            "cap_lieu_admis": "l'équipe exerce en un lieu unique",
        }
    debut = _figure(contexte, "debut")
    return {
        "cap_ouverte": f"l'expérimentation commence le {afficher(debut, 'date')}",
        "cap_effectif_suffisant": f"l'équipe compte au moins {_figure(contexte, 'equipe_min')} professionnels",
        "cap_generalistes_suffisants": f"l'équipe compte au moins {_figure(contexte, 'generalistes_min')} généralistes",
        "cap_infirmier_present": f"l'équipe compte au moins {_figure(contexte, 'infirmiers_min')} infirmier",
        "cap_cadre_admis": "l'équipe exerce en MSP ou en cabinet de groupe",
        "cap_volontariat": "l'équipe est faite de volontaires",
        "cap_sans_depassement": "les dépassements sont interdits",
    }


def _motif_de_zero(equipe: Instance, refus: bool) -> str:
    if refus:
        return f"le groupe ne peut pas choisir cette patientèle ({PROPOSE})"
    if not _propose(equipe.contexte) and equipe.valeur("cap_ouverte") is False:
        return f"{_phrases(equipe.contexte)['cap_ouverte']} ({SIGNE})"
    return f"aucun patient n'ouvre le forfait ({PROPOSE if _propose(equipe.contexte) else SIGNE})"


def _lignes_du_partage(globale: Ligne, partage: list[Part]) -> list[Ligne]:
    """Return one payment a professional: what is due to the first ones together is rounded, so that the sum is exact."""
    assert globale.montant is not None
    lignes, cumul, verse = [], 0, 0
    for un in partage:
        cumul += dix_milliemes(un.part)
        montant = part(globale.montant, cumul) - verse
        verse += montant
        base = f"{afficher(dix_milliemes(un.part), '%')} du forfait"
        lignes.append(replace(globale, montant=montant, beneficiaire=un.professionnel, base=base))
    return lignes


def _fautes_du_partage(contexte: Contexte, entree: Forfait) -> list[Faute]:
    partage = entree.partage or []
    fautes = []
    admis = _figure(contexte, "beneficiaires")
    for rang, un in enumerate(partage):
        if admis and un.part and un.metier not in admis:
            fautes.append(Faute(f"le forfait rémunère les seuls médecins ({PROPOSE})", champ=f"entree.partage[{rang}].metier",
                                valeur=un.metier, attendu=" ou ".join(admis)))  # fmt: skip
    if len({un.professionnel for un in partage}) < len(partage):
        fautes.append(Faute("un professionnel est deux fois dans le partage", champ="entree.partage"))
    if partage and sum(dix_milliemes(un.part) for un in partage) != ENTIER:
        fautes.append(
            Faute("les parts ne font pas l'entier", champ="entree.partage", attendu="des parts dont la somme est 1")
        )
    return fautes


def _fautes_des_patients(patients: list[Instance]) -> list[Faute]:
    fautes = []
    for rang, patient in enumerate(patients):
        for feuille in patient.expliquer("cap_forfait_patient").manquants():
            champ = feuille.nom.removeprefix("cap_").replace("consommation", "consommation_annuelle")
            fautes.append(Faute(NECESSAIRE, champ=f"entree.patients[{rang}].{champ}", attendu=feuille.libelle))
    return fautes


def _reserves(contexte: Contexte, entree: Forfait, propose: bool) -> list[str]:
    reserves = []
    if propose:
        figure = contexte.figures[NOM]["cahier_des_charges_detention"]
        if _figure(contexte, figure.nom) is None:
            reserves.append(f"{figure.libelle} : non publié, voir {figure.article}")
    else:
        reserves.append("forfait de base tiré de la presse, régularisé ensuite ; démarrage effectif non vérifié")
        if entree.partage:
            reserves.append("le partage entre professionnels n'est décrit que par la proposition")
    return reserves


def _non_publie(explication: Explication) -> str:
    figures = [feuille for feuille in explication.manquants() if feuille.genre == "figure"]
    return " ; ".join(dict.fromkeys(f"{figure.libelle} : non publié, voir {figure.reference}" for figure in figures))


def _propose(contexte: Contexte) -> bool:
    return contexte.regle("cap_eligible").texte == regles.PROPOSE


def _figure(contexte: Contexte, nom: str) -> Any:
    return contexte.figure(NOM, nom)[1]


def _colonnes(entree: Eligibilite) -> dict[str, Any]:
    return {
        f"cap_{champ.removesuffix('_par_semaine')}": valeur
        for champ, valeur in entree.fournis().items()
        if valeur is not None and champ != "calcul"
    }


def _colonnes_du_patient(patient: PatientDeLEquipe) -> dict[str, Any]:
    donnees = {f"cap_{champ}": valeur for champ, valeur in patient.fournis().items() if valeur is not None}
    donnees.pop("cap_patient", None)
    if patient.coefficient is not None:
        donnees["cap_coefficient"] = dix_milliemes(patient.coefficient)
    if patient.consommation_annuelle is not None:
        donnees["cap_consommation"] = vers_entier(donnees.pop("cap_consommation_annuelle"), "EUR")
    return donnees


def _fautes(equipe: Instance, *noms: str) -> list[Faute]:
    def lieu(feuille: Explication) -> str:
        return f"entree.{feuille.nom.removeprefix('cap_')}"

    return fautes_de(map(equipe.expliquer, noms), lieu)


DISPOSITIF = Dispositif(
    NOM, "Rémunération forfaitaire d'équipe (capitation)", {"eligibilite": Eligibilite, "forfait": Forfait}, calculer
)
__all__ = ["DISPOSITIF", "regles"]
