"""The files of a dossier and their columns: names, kinds, accepted headers, what an empty cell means.

This table drives the readers, the empty dossier that `nouveau` writes, and its LISEZMOI: one place to change.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

from convmed.donnees import modeles

INDICATEURS = (
    "grippe", "covid", "pneumocoque", "ror", "meningocoque-c", "hpv", "cancer-sein", "cancer-col", "cancer-colorectal",
    "diabete", "mrc", "hba1c", "examen-m9", "examen-m24", "bucco-dentaire",
)  # fmt: skip
NOMENCLATURES = ("ngap", "ccam", "nabm", "atc", "cip13")
TRACEURS_CONNUS: tuple[str, ...] = get_args(modeles.TRACEURS)
ALD_MAX = 32
ANNEE_MIN, ANNEE_MAX = 1900, 2100
ENTIER_MAX = 1_000_000

OUI_NON = {
    **dict.fromkeys(("oui", "o", "1", "vrai", "true", "x", "yes", "y"), True),
    **dict.fromkeys(("non", "n", "0", "faux", "false", "no"), False),
}
SEXES = {
    **dict.fromkeys(("f", "2", "femme", "feminin", "fille"), "F"),
    **dict.fromkeys(("m", "1", "h", "homme", "masculin", "garcon"), "M"),
}

ATTENDUS = {
    "identifiant": "un identifiant",
    "date": f"une date AAAA-MM-JJ ou JJ/MM/AAAA, de {ANNEE_MIN} à {ANNEE_MAX}",
    "date_heure": "une date et une heure, par exemple 2026-01-05 14:30 ou 05/01/2026 14:30",
    "booleen": "oui ou non (ou o, n, 1, 0, vrai, faux, x)",
    "entier": "un nombre entier, d'un million au plus",
    "annee": f"une année, de {ANNEE_MIN} à {ANNEE_MAX}",
    "euros": "un montant en euros, par exemple 1234,50",
    "numeros_ald": f"des numéros d'ALD de 1 à {ALD_MAX}, par exemple 8,13",
    "specialite": "un code de spécialité à deux chiffres, par exemple 01",
    "code": "un code",
    "texte": "un texte",
}


def normaliser(nom: str) -> str:
    """Return a header or a word without case, accents nor punctuation: `Né(e) le` gives `ne_e_le`."""
    sans_accents = unicodedata.normalize("NFKD", nom.replace("œ", "oe")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", sans_accents.lower()).strip("_")


@dataclass(frozen=True)
class Colonne:
    """A column of a file: canonical name, kind, other headers accepted, words accepted as values.

    `requise`: the file must have it; its cells must be filled too, unless `vide` says what an empty one means.
    """

    nom: str
    genre: str
    libelle: str
    alias: tuple[str, ...] = ()
    requise: bool = False
    choix: Mapping[str, Any] = field(default_factory=dict)
    vide: str = "inconnu"

    @property
    def attendu(self) -> str:
        """Say what a cell may hold."""
        if self.genre in {"choix", "liste"}:
            return ", ".join(sorted(map(str, set(self.choix.values())))) + (" (un ou plusieurs)" if self.genre == "liste" else "")
        return ATTENDUS[self.genre]


@dataclass(frozen=True)
class Fichier:
    """A file of the dossier: its name without extension, its purpose, its columns."""

    nom: str
    libelle: str
    colonnes: tuple[Colonne, ...]

    @cached_property
    def entetes(self) -> dict[str, Colonne]:
        """Return every accepted header, normalised, with its column."""
        return {normaliser(mot): colonne for colonne in self.colonnes for mot in (colonne.nom, *colonne.alias)}

    def colonne(self, nom: str) -> Colonne:
        """Return a column by its canonical name."""
        return next(colonne for colonne in self.colonnes if colonne.nom == nom)


def _mots(*valeurs: str) -> dict[str, str]:
    return {normaliser(valeur): valeur for valeur in valeurs}


def _oui_non(nom: str, libelle: str, *alias: str) -> Colonne:
    return Colonne(nom, "booleen", libelle, alias, choix=OUI_NON)


_PATIENT = ("id", "id patient", "patient id", "identifiant", "identifiant patient", "ipp", "numéro patient", "n° patient")

NIR = frozenset(map(normaliser, (
    "nir", "nir patient", "ins", "matricule ins", "nss", "numéro de sécurité sociale", "numéro sécurité sociale",
    "n° sécurité sociale", "n° de sécurité sociale", "num sécu", "n° sécu", "numéro insee", "immatriculation",
)))  # fmt: skip
IDENTITE = frozenset(map(normaliser, (
    "nom", "noms", "nom patient", "nom du patient", "nom complet", "nom et prénom", "nom prénom", "nom de naissance",
    "nom naissance", "nom d'usage", "nom usage", "nom de famille", "nom de jeune fille", "nom jeune fille", "prénom",
    "prénoms", "prénom patient", "civilité", "adresse", "adresse 1", "adresse 2", "adresse postale", "rue",
    "code postal", "cp", "ville", "commune", "lieu de naissance", "téléphone", "tél", "tel fixe", "téléphone fixe",
    "portable", "téléphone portable", "mobile", "mail", "email", "e-mail", "courriel", "adresse mail", "adresse email",
    "commentaire", "commentaires", "note", "notes", "remarque", "remarques", "observations",
)))  # fmt: skip

PATIENTS = Fichier("patients", "La patientèle : une ligne par patient qui vous a déclaré médecin traitant", (
    Colonne("patient", "identifiant", "Identifiant du patient (celui du logiciel, ou le NIR, remplacé à la lecture)",
            _PATIENT, requise=True),
    Colonne("medecin", "identifiant", "Identifiant du médecin", ("médecin", "rpps"),
            vide="le médecin du cabinet"),
    Colonne("date_naissance", "date", "Date de naissance",
            ("date de naissance", "né(e) le", "né le", "née le", "naissance", "ddn", "dn", "date naiss")),
    Colonne("sexe", "choix", "Sexe (F ou M)", ("genre", "sex"), choix=SEXES),
    _oui_non("ald", "En ALD exonérante", "en ald", "ald exonérante", "affection longue durée"),
    Colonne("ald_numeros", "numeros_ald", "Numéros des ALD, séparés par une virgule ou un espace",
            ("numéros ald", "numéro ald", "n° ald", "ald numéro", "liste ald", "num ald")),
    _oui_non("c2s", "Bénéficiaire de la complémentaire santé solidaire",
             "css", "cmuc", "cmu-c", "complémentaire santé solidaire"),
    _oui_non("ame", "Bénéficiaire de l'aide médicale de l'État", "aide médicale état", "aide médicale de l'état"),
    Colonne("date_derniere_consultation", "date", "Dernière consultation avec le médecin traitant ou un collaborateur",
            ("dernière consultation", "date dernière consultation", "date de dernière consultation", "vu le",
             "dernier passage", "date dernier acte", "dernière visite"), vide="jamais vu"),
    Colonne("date_declaration_mt", "date", "Déclaration du médecin traitant",
            ("date déclaration", "déclaration mt", "date déclaration mt", "date de déclaration", "mt depuis",
             "date déclaration médecin traitant")),
    _oui_non("risque_grippe", "À risque de grippe grave", "risque grippe"),
    _oui_non("risque_covid", "À risque de covid grave", "risque covid"),
    _oui_non("risque_pneumocoque", "À risque d'infection à pneumocoque", "risque pneumocoque"),
    _oui_non("mcva", "Maladie cardiovasculaire ou associée", "maladie cardiovasculaire"),
    _oui_non("maladie_systeme_auto_immune", "Maladie de système ou auto-immune",
             "maladie de système", "maladie auto-immune"),
    _oui_non("diabete", "Diabétique (ALD diabète ou sous traitement)", "diabète", "diabétique"),
    _oui_non("opposition", "Opposé à l'usage de ses données pour le suivi de prévention"),
    Colonne("exclu", "liste", "Indicateurs de prévention dont le patient est exclu", ("exclusions", "exclu de"),
            choix=_mots(*INDICATEURS), vide="aucune exclusion déclarée"),
    Colonne("hors_cible", "liste", "Indicateurs dont le patient n'est pas la cible (risque autre que moyen, maladie déjà connue)",
            ("hors cible", "non concerné"), choix=_mots(*INDICATEURS), vide="aucun"),
))  # fmt: skip

EVENEMENTS = Fichier("evenements", "Les actes : chacun codé (nomenclature et code) ou nommé par son traceur", (
    Colonne("patient", "identifiant", "Identifiant du patient, comme dans patients.csv", _PATIENT, requise=True),
    Colonne("date", "date", "Date de l'acte", ("date acte", "date de l'acte", "date soin", "date de soins", "date événement"),
            requise=True),
    Colonne("nomenclature", "choix", "Nomenclature du code", ("type de code", "système"), choix=_mots(*NOMENCLATURES)),
    Colonne("code", "code", "Code de l'acte, du dosage ou du médicament", ("code acte", "acte", "code de l'acte")),
    Colonne("traceur", "choix", "Acte traceur, à la place du code", ("acte traceur",),
            choix=_mots(*TRACEURS_CONNUS)),
    Colonne("specialite_executant", "specialite", "Code de spécialité de celui qui a fait l'acte",
            ("spécialité", "spécialité exécutant", "spécialité de l'exécutant")),
    Colonne("quantite", "entier", "Quantité ; négative, elle annule l'acte de même patient, date et code",
            ("quantité", "qté", "nombre"), vide="1"),
))  # fmt: skip

ACTES = Fichier("actes", "Les actes facturés, pour les contrôles et les dispositifs d'activité", (
    Colonne("facture", "identifiant", "Numéro de facture", ("n° facture", "numéro facture", "numéro de facture")),
    Colonne("medecin", "identifiant", "Identifiant du médecin", ("médecin", "rpps"), vide="le médecin du cabinet"),
    Colonne("patient", "identifiant", "Identifiant du patient", _PATIENT),
    Colonne("date_heure", "date_heure", "Date et heure de l'acte", ("date", "date et heure", "date heure", "date acte"),
            requise=True),
    Colonne("code", "code", "Code facturé", ("acte", "code acte", "cotation", "lettre clé"), requise=True),
    Colonne("quantite", "entier", "Quantité", ("quantité", "qté"), vide="1"),
    Colonne("montant", "euros", "Montant en euros", ("tarif", "honoraires", "montant total")),
    Colonne("depassement", "euros", "Dépassement en euros", ("dépassement",)),
    Colonne("lieu", "choix", "Lieu de l'acte", ("lieu acte",),
            choix=_mots("cabinet", "domicile", "teleconsultation", "etablissement")),
    Colonne("regulation", "choix", "Régulation de la demande", ("régulation",), choix=_mots("sas", "centre-15", "pdsa"),
            vide="acte non régulé"),
    Colonne("date_heure_appel", "date_heure", "Date et heure de l'appel du régulateur", ("appel", "heure appel")),
    _oui_non("urgence_vitale", "Urgence vitale"),
))  # fmt: skip

PAIEMENTS = Fichier("paiements", "Ce que la caisse a versé, pour le rapprochement", (
    Colonne("date", "date", "Date du versement", ("date paiement", "date de paiement", "date virement", "date valeur",
                                                  "date opération"), requise=True),
    Colonne("libelle", "texte", "Libellé du versement", ("libellé", "intitulé", "objet")),
    Colonne("dispositif", "texte", "Dispositif payé, s'il est connu", ()),
    Colonne("montant", "euros", "Montant en euros ; négatif, une reprise", ("montant versé", "somme", "crédit"),
            requise=True),
    Colonne("annee", "annee", "Exercice au titre duquel la caisse paie", ("année", "exercice", "au titre de")),
    Colonne("code", "code", "Code de prestation du relevé (par exemple MTF)", ("code prestation", "code noemie")),
))  # fmt: skip

LISTES = Fichier("nomenclatures", "Vos listes de codes : elles complètent ou remplacent celles de convmed", (
    Colonne("nomenclature", "choix", "Nomenclature du code", requise=True, choix=_mots(*NOMENCLATURES)),
    Colonne("code", "code", "Code ; terminé par *, tous les codes qui commencent ainsi", requise=True),
    Colonne("traceur", "choix", "Acte traceur", ("acte traceur",), requise=True,
            choix=_mots(*TRACEURS_CONNUS), vide="ce code n'est plus un acte traceur"),
    Colonne("du", "date", "Premier jour où le code compte", vide="depuis toujours"),
    Colonne("au", "date", "Dernier jour où le code compte", vide="toujours"),
    Colonne("libelle", "texte", "Libellé", ("libellé",)),
    Colonne("source", "texte", "D'où vient cette ligne"),
    Colonne("confiance", "texte", "officiel, presse ou deduit"),
    Colonne("condition", "texte", "specialite=01,12 (ajouter ? pour admettre une spécialité inconnue)"),
))  # fmt: skip

FICHIERS = {fichier.nom: fichier for fichier in (PATIENTS, EVENEMENTS, ACTES, PAIEMENTS, LISTES)}
