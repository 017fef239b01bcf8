"""Médecin traitant: whether a declaration, a change or a collaborateur is what the convention asks for, and why."""

from __future__ import annotations

from typing import Any, Literal

from convmed.dispositifs.medecin_traitant import regles
from convmed.dispositifs.socle import Demande, Dispositif, Resultat, fautes_de, refuser
from convmed.donnees.modeles import Date, Modele
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import afficher

NOM = "medecin-traitant"
REFERENCE = "art. 18 à 20-2 ; circulaire 31/07/2024, 14.1 A"
REFERENCE_COLLABORATEUR = "art. 21 à 24-3 ; circulaire 31/07/2024, 3.1 A"
VOIES = Literal["en-ligne", "papier", "assurance-maladie"]
CONDITIONS = {
    "mt_circonstance_admise": {
        "en-ligne": "la déclaration ne se fait pas en téléconsultation",
        "papier": "le formulaire papier se signe lors d'une consultation physique",
    },
    "mt_patient_consentant": {
        "en-ligne": "la déclaration en ligne demande l'accord du patient",
        "papier": "le formulaire papier est signé par le patient ou son représentant",
        "assurance-maladie": "l'enregistrement par l'assurance maladie demande l'accord de l'assuré",
    },
    "mt_medecin_consentant": {
        "papier": "le formulaire papier est signé par le médecin",
        "assurance-maladie": "l'enregistrement par l'assurance maladie demande l'accord du médecin choisi",
    },
    "mt_derogation_admise": {
        "assurance-maladie": "l'assurance maladie n'enregistre la déclaration que si elle accompagne la recherche du patient",
    },
}
MOTIFS_COLLABORATEUR = {
    "salarie": "le collaborateur est salarié du médecin",
    "contrat-personnel": "le contrat de collaboration est conclu avec le médecin lui-même",
    "contrat-de-societe": "un contrat conclu avec une société (SEL, SELARL…) ne fait pas un collaborateur du médecin",
}
ROLES = {
    "medecin-traitant": {"legales": "missions_legales", "conventionnelles": "missions_conventionnelles"},
    "medecin-correspondant": {"regles": "correspondant"},
    "acces-specifique": {
        "prevention": "acces_specifique_prevention",
        "depistage": "acces_specifique_depistage",
        "promotion_de_la_sante": "acces_specifique_promotion",
    },
}


class Consentements(Modele):
    """The way chosen, and the consents and signatures that were given."""

    voie: VOIES
    consultation: Literal["physique", "teleconsultation", "aucune"] | None = None
    accord_patient: bool | None = None
    signature_patient: bool | None = None
    signature_medecin: bool | None = None
    accord_medecin: bool | None = None
    accompagnement: bool | None = None
    date_signature: Date | None = None


class Declaration(Consentements):
    """`{"calcul": "declaration", "voie", "consultation", ...}`."""

    calcul: Literal["declaration"]


class Changement(Consentements):
    """`{"calcul": "changement", "voie", "consultation", ..., "date_signature"}`."""

    calcul: Literal["changement"]


class Collaborateur(Modele):
    """`{"calcul": "collaborateur", "statut", "contrat_avec"}`."""

    calcul: Literal["collaborateur"]
    statut: Literal["salarie", "liberal"]
    contrat_avec: Literal["medecin", "societe"] | None = None


class Missions(Modele):
    """`{"calcul": "missions", "role"}`."""

    calcul: Literal["missions"]
    role: Literal["medecin-traitant", "medecin-correspondant", "acces-specifique"]


COLONNES = {"statut": "mt_statut_collaborateur", "contrat_avec": "mt_contrat_collaborateur"}


def calculer(demande: Demande, entree: Consentements | Collaborateur | Missions) -> Resultat:
    """Answer one question on the médecin traitant (art. 18 to 20-2; circulaire 14.1 A)."""
    signature = getattr(entree, "date_signature", None)
    contexte = demande.contexte(signature)
    try:
        if isinstance(entree, Collaborateur):
            return calculer_collaborateur(contexte, entree)
        if isinstance(entree, Missions):
            return calculer_missions(contexte, entree)
        return calculer_declaration(contexte, entree)
    except RegleAbsente:
        motif = f"les règles de ce texte ne sont pas dans les sources ({demande.texte.libelle})"
        return Resultat({"motif": motif})


def calculer_declaration(contexte: Contexte, entree: Consentements) -> Resultat:
    """Tell whether a declaration or a change is lawful, and every reason why not."""
    changement = isinstance(entree, Changement)
    patient = Instance(contexte, "patient", _colonnes(entree))
    licite = patient.expliquer("mt_declaration_licite")
    refuser(_fautes(patient, *CONDITIONS, *(["mt_date_signature"] if changement else [])))
    motifs = [
        f"{phrases[entree.voie]} ({REFERENCE})" for regle, phrases in CONDITIONS.items() if patient.valeur(regle) is False
    ]
    effet = patient.valeur("mt_date_effet")
    resultats: dict[str, Any] = {
        "licite": licite.valeur,
        "motifs": motifs,
        "date_effet": effet.isoformat() if effet and not motifs else None,
        "reserves": _reserves(entree),
    }
    if motifs:
        resultats["motif"] = " ; ".join(motifs)
    explications = {"licite": licite}
    if changement:
        notifie = explications["notifie"] = patient.expliquer("mt_changement_notifie")
        resultats["delai"] = f"aucun : l'assuré change à tout moment ({REFERENCE})"
        resultats["notifies"] = ["patient", "ancien médecin traitant"] if licite.valeur and notifie.valeur else []
        if licite.valeur and not notifie.valeur:
            date = contexte.figure(NOM, "notifications")[1]
            resultats["reserves"].append(f"les notifications sont annoncées pour le {afficher(date, 'date')} ({REFERENCE})")
    return Resultat(resultats, [], explications)


def calculer_collaborateur(contexte: Contexte, entree: Collaborateur) -> Resultat:
    """Tell whether the consultations of a collaborateur count as the médecin traitant's."""
    medecin = Instance(contexte, "medecin", _colonnes(entree))
    compte = medecin.expliquer("mt_collaborateur_compte")
    refuser(_fautes(medecin, "mt_collaborateur_compte"))
    motif = f"{MOTIFS_COLLABORATEUR[medecin.valeur('mt_collaborateur')]} ({REFERENCE_COLLABORATEUR})"
    return Resultat({"compte": compte.valeur, "motif": motif}, [], {"compte": compte})


def calculer_missions(contexte: Contexte, entree: Missions) -> Resultat:
    """List what the text asks of a doctor in the pathway of care; a list that nobody published stays empty."""
    contexte.regle("mt_declaration_licite")
    resultats: dict[str, Any] = {"role": entree.role}
    references = []
    for nom, figure in ROLES[entree.role].items():
        valeur, calcul = contexte.figure(NOM, figure)
        resultats[nom] = list(calcul) if isinstance(calcul, tuple) else calcul
        references.append(valeur.reference if valeur else contexte.figures[NOM][figure].article)
        if calcul is None:
            resultats["motif"] = f"{contexte.figures[NOM][figure].libelle} : non publié, voir {references[-1]}"
    resultats["references"] = list(dict.fromkeys(references))
    return Resultat(resultats)


def _reserves(entree: Consentements) -> list[str]:
    reserves = []
    if entree.voie == "en-ligne" and entree.consultation == "aucune":
        reserves.append(
            "le texte n'exclut que la téléconsultation ; on peut aussi le lire comme demandant une consultation physique "
            "(lecture 63)"
        )
    if entree.voie != "papier":
        reserves.append("date d'effet non publiée : le texte ne donne que celle du formulaire signé")
    return reserves


def _colonnes(entree: Modele) -> dict[str, Any]:
    return {
        COLONNES.get(champ, f"mt_{champ}"): valeur
        for champ, valeur in entree.fournis().items()
        if valeur is not None and champ != "calcul"
    }


def _fautes(instance: Instance, *noms: str) -> list[Faute]:
    champs = {colonne: champ for champ, colonne in COLONNES.items()}

    def lieu(feuille: Explication) -> str:
        return f"entree.{champs.get(feuille.nom, feuille.nom.removeprefix('mt_'))}"

    return fautes_de(map(instance.expliquer, noms), lieu)


def _annee(entree: Consentements | Collaborateur | Missions) -> int | None:
    signature = getattr(entree, "date_signature", None)
    return signature.year if signature else None


DISPOSITIF = Dispositif(
    NOM,
    "Médecin traitant et parcours de soins",
    {"declaration": Declaration, "changement": Changement, "collaborateur": Collaborateur, "missions": Missions},
    calculer,
    _annee,
)
__all__ = ["DISPOSITIF", "regles"]
