"""Dotation numérique: the answer to the JSON contract, and the payment of the year (DONUM, or forfait structure)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from convmed.dispositifs.dotation_numerique import regles
from convmed.dispositifs.dotation_numerique.entrees import TELESERVICES, VOLET_1
from convmed.dispositifs.socle import SANS_OBJET, Demande, Dispositif, Ligne, Resultat, Volet, fautes_de, ligne, refuser
from convmed.donnees.modeles import Date, Modele
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import afficher, vers_nombre

NOM = "dotation-numerique"
# No practice writes more in a year: beyond it a count is a typing error, and the exact comparison of means
# (moyennes.PAS) holds up to it.
ABSURDE = 100_000
Nombre = Annotated[int, Field(ge=0, le=ABSURDE)]
NEUTRALISATION = (
    "tous les taux de la moyenne sont neutralisés (moins de {seuil} actes chacun) et le texte ne dit pas ce qu'il en est : "
    "voir l'annexe 8 ; compté comme non atteint"
)
# The téléservices of each mean, as the table of section 3.3 A lists them.
MOYENNES = {
    "teleservices-principaux": ("dcmt", "pse", "fse", "aat"),
    "autres-teleservices": ("cm_atmp", "dsg", "spe"),
    "usage-numerique": ("dmp", "ordonnance_numerique"),
}
REGLES_DES_MOYENNES = {nom: f"donum_{nom.replace('-', '_')}" for nom in MOYENNES}


class Taux(Modele):
    """How many acts were made, on paper or not, and how many of them online."""

    total: Nombre
    dematerialises: Nombre

    @field_validator("dematerialises")
    @classmethod
    def ne_pas_depasser_le_total(cls, valeur: int, info: ValidationInfo) -> int:
        """Refuse more online acts than acts."""
        total = info.data.get("total")
        if total is not None and valeur > total:
            raise ValueError(f"au plus {total} (le total)")
        return valeur


class Teleservices(Modele):
    """The measure of each téléservice."""

    dcmt: Taux | None = None
    pse: Taux | None = None
    fse: Taux | None = None
    aat: Taux | None = None
    cm_atmp: Taux | None = None
    dsg: Taux | None = None
    spe: Taux | None = None
    dmp: Taux | None = None
    ordonnance_numerique: Taux | None = None


class Equipement(Modele):
    """The three elements of `logiciel_a_jour`, one by one; a null date says that there is no SESAM-Vitale software."""

    segur: bool | None = None
    lap_has: bool | None = None
    sesam_vitale_avenants_au: Date | None = None


class Volet1(Modele):
    """Forfait structure, the criteria of volet 1 (the rate of electronic claims is `taux.fse`)."""

    logiciel_segur_lap: bool | None = None
    sesam_vitale: bool | None = None
    horaires_annuaire: bool | None = None


class Volet2(Modele):
    """Forfait structure, the indicators of volet 2 that the DONUM does not measure."""

    mss: Taux | None = None
    coordination: bool | None = None
    codage: bool | None = None
    services_patients: bool | None = None
    etudiants: bool | None = None
    teleconsultation: bool | None = None
    equipements_connectes: bool | None = None
    sas: bool | None = None


class ForfaitStructure(Modele):
    """What the forfait structure needs besides the téléservices."""

    volet_1: Volet1 = Volet1()
    volet_2: Volet2 = Volet2()


class Entree(Modele):
    """`{"logiciel_a_jour", "taux", "fse_appcv", "messages_patients"}`, and `forfait_structure` before 2026."""

    logiciel_a_jour: bool | None = None
    equipement: Equipement | None = None
    taux: Teleservices | None = None
    fse_appcv: Nombre | None = None
    messages_patients: Nombre | None = None
    forfait_structure: ForfaitStructure | None = None

    @field_validator("equipement")
    @classmethod
    def ne_pas_le_dire_deux_fois(cls, valeur: Equipement | None, info: ValidationInfo) -> Equipement | None:
        """Refuse both ways of describing the software."""
        if valeur is not None and info.data.get("logiciel_a_jour") is not None:
            raise ValueError("logiciel_a_jour ou equipement, pas les deux")
        return valeur


def instance_de(demande: Demande, entree: Entree) -> Instance:
    """Return the doctor as a row of the rules, with the inputs that were really given."""
    donnees: dict[str, Any] = {}
    for code, taux in connus(entree.taux).items():
        donnees[f"numerique_{code}_dematerialises"], donnees[f"numerique_{code}_total"] = taux.dematerialises, taux.total
    for champ in ("fse_appcv", "messages_patients", "logiciel_a_jour"):
        if getattr(entree, champ) is not None:
            donnees[f"numerique_{champ}"] = getattr(entree, champ)
    if entree.equipement is not None:
        # Here a null means something: the software is described element by element, the date says there is none.
        donnees["numerique_logiciel_a_jour"] = None
        donnees |= {f"numerique_{champ}": valeur for champ, valeur in entree.equipement.fournis().items()}
    if entree.forfait_structure is not None:
        volets = connus(entree.forfait_structure.volet_1) | connus(entree.forfait_structure.volet_2)
        mss = volets.pop("mss", None)
        if mss is not None:
            donnees["fs_mss_dematerialises"], donnees["fs_mss_total"] = mss.dematerialises, mss.total
        donnees |= {f"fs_{champ}": valeur for champ, valeur in volets.items()}
    return Instance(demande.contexte(dt.date(demande.annee, 1, 1)), "medecin", donnees)


def connus(modele: Modele | None) -> dict[str, Any]:
    """Return the fields of an object that have a value."""
    return {} if modele is None else {champ: v for champ, v in modele.fournis().items() if v is not None}


def lieux(entree: Entree) -> Callable[[Explication], str]:
    """Return the function that says where in the JSON a missing input should stand: the highest object that is absent."""

    def lieu(feuille: Explication) -> str:
        nom = feuille.nom.removesuffix("_dematerialises").removesuffix("_total")
        champ = nom.removeprefix("numerique_").removeprefix("fs_")
        if nom.startswith("numerique_"):
            if champ in TELESERVICES:
                return "entree.taux" if entree.taux is None else f"entree.taux.{champ}"
            return f"entree.equipement.{champ}" if champ in Equipement.model_fields else f"entree.{champ}"
        if entree.forfait_structure is None:
            return "entree.forfait_structure"
        return f"entree.forfait_structure.{'volet_1' if champ in VOLET_1 else 'volet_2'}.{champ}"

    return lieu


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Compute the points and the amount of one doctor (art. 28 and 29, annexes 8 and 9; circulaire 3.3 A)."""
    medecin = instance_de(demande, entree)
    regime = medecin.valeur("numerique_regime")
    refuser(fautes_de_saisie(medecin, regime, entree))
    points, montant = medecin.expliquer("numerique_points"), medecin.expliquer("numerique_montant")
    indicateurs = {"donum": indicateurs_donum, "forfait-structure": indicateurs_fs}.get(regime, indicateurs_proposes)
    mesure = medecin.contexte.figure(NOM, "date_de_mesure")[1]
    lignes = lignes_de_l_annee(medecin, demande.annee)
    resultats: dict[str, Any] = {
        "regime": regime,
        "socle_atteint": socle_atteint(medecin, regime),
        "points": _points(points.valeur),
        "points_max": _points(medecin.valeur("numerique_points_max")),
        "montant": None if montant.valeur is None else vers_nombre(montant.valeur, "EUR"),
        "date_mesure": mesure.isoformat() if mesure else None,
        "indicateurs": indicateurs(medecin, entree),
    }
    if motif := "; ".join(ligne.motif for ligne in lignes if ligne.motif):
        resultats["motif"] = motif
    return Resultat(resultats, lignes, {"montant": montant})


def fautes_de_saisie(medecin: Instance, regime: str, entree: Entree) -> list[Faute]:
    """Return what is missing from the input.

    The DONUM shows five indicators: what each one needs is asked for, even when another one already settles the amount.
    """
    if regime == "donum":
        lues = ["donum_logiciel", *REGLES_DES_MOYENNES.values(), "donum_appcv_messagerie"]
    elif regime == "proposition":
        lues = ["prop_points_volet_1", "prop_points_volet_2"]
    else:
        ferme = medecin.valeur("fs_volet_1") is False
        lues = ["fs_volet_1"] if ferme else ["fs_volet_1", "fs_points_usages", "fs_points_organisation"]
    fautes = fautes_de(map(medecin.expliquer, lues), lieux(entree))
    return [replace(faute, attendu=_attendu(str(faute.champ), faute.attendu)) for faute in fautes]


def _attendu(champ: str, libelle: str | None) -> str | None:
    """Return what an absent object should hold."""
    objet = champ.rsplit(".", 1)[-1]
    if objet == "taux":
        return "un objet : " + ", ".join(TELESERVICES)
    if objet == "forfait_structure":
        return "un objet (volet_1, volet_2) : sous ce texte et pour cet exercice, c'est le forfait structure qui est dû"
    if objet in TELESERVICES or objet == "mss":
        return f"{str(libelle).split(' : ')[0]} : total, et dematerialises"
    return libelle


def socle_atteint(medecin: Instance, regime: str) -> bool | None:
    """Return whether what opens the rest is reached; `None` for the proposal, whose targets nobody published."""
    regle = {"donum": "donum_socle", "forfait-structure": "fs_volet_1"}.get(regime)
    return None if regle is None else medecin.valeur(regle)


def indicateurs_donum(medecin: Instance, entree: Entree) -> list[dict[str, Any]]:
    """Return the five indicators; the 280 points that the table gives to both socles stand once, on its first row."""
    lignes = [_indicateur("logiciel", medecin.valeur("donum_logiciel"), medecin.valeur("donum_points_socle"))]
    seuil = medecin.contexte.figure(NOM, "seuil_de_neutralisation")[1] or 0
    for nom, codes in MOYENNES.items():
        mesures: dict[str, Taux] = {code: getattr(entree.taux, code) for code in codes}
        retenus = [Fraction(t.dematerialises, t.total) for t in mesures.values() if t.total and t.total >= seuil]
        moyenne = sum(retenus, Fraction()) / len(retenus) if retenus else None
        cible = medecin.contexte.figure(NOM, f"cible_{nom.replace('-', '_')}")[1]
        points = 0 if nom == "teleservices-principaux" else medecin.valeur(f"donum_points_{nom.replace('-', '_')}")
        lignes.append(
            _indicateur(nom, medecin.valeur(REGLES_DES_MOYENNES[nom]), points)
            | {"moyenne": None if moyenne is None else float(moyenne), "cible": None if cible is None else cible / 10_000}
            | {"neutralises": [code for code, t in mesures.items() if not t.total or t.total < seuil]}
            | ({} if retenus else {"motif": NEUTRALISATION.format(seuil=seuil)})
        )
    appcv = medecin.valeur("donum_appcv_messagerie"), medecin.valeur("donum_points_appcv_messagerie")
    return [*lignes, _indicateur("appcv-messagerie", *appcv)]


def indicateurs_fs(medecin: Instance, entree: Entree) -> list[dict[str, Any]]:
    """Return the two volets of the forfait structure."""
    return [
        _indicateur("volet-1", medecin.valeur("fs_volet_1"), medecin.valeur("fs_points_socle")),
        _indicateur("volet-2", None, medecin.valeur("fs_points_volet_2")),
    ]


def indicateurs_proposes(medecin: Instance, entree: Entree) -> list[dict[str, Any]]:
    """Return the two volets of the proposal of February 2024."""
    return [_indicateur(f"volet-{n}", None, medecin.valeur(f"prop_points_volet_{n}")) for n in (1, 2)]


def _indicateur(nom: str, atteint: bool | None, points: int | None) -> dict[str, Any]:
    return {"indicateur": nom, "moyenne": None, "cible": None, "atteint": atteint, "points": _points(points)}


def _points(points: int | None) -> int | float | None:
    return None if points is None else vers_nombre(points, "points")


def lignes_de_l_annee(medecin: Instance, annee: int) -> list[Ligne]:
    """Return the one payment of an exercise from the doctor's evaluated instance."""
    contexte, regime, points = medecin.contexte, medecin.valeur("numerique_regime"), medecin.valeur("numerique_points")
    champs: dict[str, Any] = {"precision_date": "date de versement non publiée"}
    libelle = {"donum": "Dotation numérique", "forfait-structure": "Forfait structure"}.get(
        regime, "Dotation numérique proposée"
    )
    if regime == "donum":
        versement: dt.date | None = contexte.figure(NOM, "date_de_versement")[1]
        champs = {"date_versement": versement, "precision_date": f"au plus tard, premier semestre {annee + 1}"}
    libelle += f" {annee}"
    if regime == "forfait-structure" and (code := contexte.figure(NOM, "fs_code_prestation")[1]):
        libelle += f" (code de prestation {code})"
    if points is not None:
        champs["base"] = f"{afficher(points, 'points')} acquis"
    if absents := dict.fromkeys((f.reference, f.libelle) for f in medecin.expliquer("numerique_montant").manquants()):
        article = next(iter(absents))[0]
        champs["motif"] = f"non publié, voir {article} : " + " ; ".join(libelle for _, libelle in absents)
    if points == 0:
        champs |= {"etat": SANS_OBJET, "motif": _motif_de_zero(medecin, regime)}
    return [ligne(medecin, "numerique_montant", libelle, annee, **champs)]


def _motif_de_zero(medecin: Instance, regime: str) -> str:
    if regime == "forfait-structure":
        return "volet 1 non atteint : il conditionne le volet 2 (annexe 9)"
    if regime != "donum":
        return "aucun indicateur atteint (proposition du 08/02/2024)"
    manques = [
        libelle
        for regle, libelle in (
            ("donum_logiciel", "logiciel Ségur, LAP HAS et SESAM-Vitale à jour"),
            ("donum_teleservices_principaux", "moyenne des téléservices principaux"),
        )
        if not medecin.valeur(regle)
    ]
    return f"socle non atteint ({' ; '.join(manques)}) : aucun point n'est acquis (art. 28 et 29 ; circulaire 3.3 A)"


def volet(demande: Demande) -> Volet:
    """Return what a population is owed: the dotation, or the forfait structure before it."""
    return Volet(demande.contexte(dt.date(demande.annee, 1, 1)), "numerique_montant")


DISPOSITIF = Dispositif(NOM, "Dotation numérique (DONUM)", Entree, calculer, volet=volet)
__all__ = ["DISPOSITIF", "Entree", "calculer", "instance_de", "lignes_de_l_annee", "regles"]
