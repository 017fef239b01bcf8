"""The fields of a practice that a form asks for: where each stands in `cabinet.toml`, what it is called, how it is answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from convmed.donnees.cabinet import MEDECIN

Choix = tuple[tuple[str, str], ...]
RIEN = ("", "Non indiqué")
OUI_NON: Choix = (RIEN, ("oui", "Oui"), ("non", "Non"))
ZONES: Choix = (RIEN, ("zip", "Zone d’intervention prioritaire (ZIP)"), ("zac", "Zone d’action complémentaire (ZAC)"), ("hors-zone", "Hors zone"))
SECTEURS: Choix = (RIEN, ("1", "Secteur 1"), ("2", "Secteur 2"), ("nc", "Non conventionné"))
OPTIONS: Choix = (RIEN, ("aucune", "Aucune"), ("optam", "OPTAM"), ("optam-aco", "OPTAM-ACO"))
# Those who may be a médecin traitant most often; the file of a dossier holds any other code.
SPECIALITES: Choix = (RIEN, ("01", "Médecine générale"), ("12", "Pédiatrie"), ("07", "Gynécologie-obstétrique"), ("03", "Cardiologie"),
                      ("33", "Psychiatrie"), ("34", "Gériatrie"), ("05", "Dermatologie"), ("15", "Ophtalmologie"))  # fmt: skip
RESULTATS: Choix = (RIEN, ("2024-06-30", "30 juin 2024"), ("2025-06-30", "30 juin 2025"))


@dataclass(frozen=True, slots=True)
class Champ:
    """A field: its place (`vsm.pmt`), its label, and how it is answered (`oui-non`, `choix`, `entier`, `date`, `texte`)."""

    nom: str
    libelle: str
    genre: str = "oui-non"
    choix: Choix = OUI_NON
    aide: str = ""

    def lire(self, texte: str) -> Any:
        """Return what was typed as the models read it, `None` for nothing; what cannot be read stays for them to refuse."""
        net = texte.strip()
        if not net:
            return None
        if self.genre == "oui-non":
            return {"oui": True, "non": False}.get(net, net)
        sans_espaces = "".join(net.split())
        return int(sans_espaces) if self.genre == "entier" and sans_espaces.isdecimal() and len(sans_espaces) < 10 else net

    def ecrire(self, valeur: Any) -> str:
        """Return a value as its field shows it."""
        if valeur is None:
            return ""
        if isinstance(valeur, bool):
            return "oui" if valeur else "non"
        return str(valeur.isoformat() if hasattr(valeur, "isoformat") else valeur)

    def dire(self, valeur: Any) -> str:
        """Return a value as a person says it."""
        if hasattr(valeur, "isoformat"):
            return f"{valeur:%d/%m/%Y}"
        return dict(self.choix).get(self.ecrire(valeur), str(valeur)) if self.genre in ("choix", "oui-non") else str(valeur)


@dataclass(frozen=True, slots=True)
class Mesure:
    """Two counts side by side: what was done online, out of how many."""

    nom: str
    libelle: str

    @property
    def champs(self) -> tuple[Champ, Champ]:
        """Return its two fields."""
        return (Champ(f"{self.nom}.dematerialises", f"{self.libelle}, dématérialisés", "entier"),
                Champ(f"{self.nom}.total", f"{self.libelle}, en tout", "entier"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form: a section of `cabinet.toml`, and the dispositif that reads it."""

    nom: str
    titre: str
    intro: str
    dispositif: str = ""
    champs: tuple[Champ, ...] = ()
    mesures: tuple[Mesure, ...] = ()
    par_mois: str = field(default="")

    def tous(self) -> Iterator[Champ]:
        """Yield its fields, those of its measures included."""
        yield from self.champs
        for mesure in self.mesures:
            yield from mesure.champs


def _teleservice(code: str, libelle: str) -> Mesure:
    return Mesure(f"dotation_numerique.taux.{code}", libelle)


DU_MEDECIN = Section(MEDECIN, "Vous et votre cabinet", "Ni nom ni adresse : rien de cela ne sert au calcul.", champs=(
    Champ("medecin.specialite", "Spécialité", "choix", SPECIALITES),
    Champ("medecin.secteur", "Secteur", "choix", SECTEURS),
    Champ("medecin.option_tarifaire", "Option tarifaire", "choix", OPTIONS),
    Champ("medecin.zone", "Zone du cabinet principal", "choix", ZONES),
    Champ("medecin.qpv", "Cabinet en quartier prioritaire de la ville"),
    Champ("medecin.date_naissance", "Date de naissance", "date", aide="Elle décide de la majoration à partir de 67 ans."),
    Champ("medecin.date_premiere_installation", "Première installation en libéral", "date", aide="Si elle a moins de trois ans."),
    Champ("medecin.departement", "Département", "texte", aide="Deux chiffres, trois outre-mer."),
))  # fmt: skip
SECTIONS = (
    DU_MEDECIN,
    Section("dotation_numerique", "Équipement et téléservices", "La dotation numérique, à partir de 2026. Sans activité, écrire 0 en tout.", "dotation-numerique", (
        Champ("dotation_numerique.logiciel_a_jour", "Logiciel Ségur, aide à la prescription et SESAM-Vitale à jour"),
        Champ("dotation_numerique.fse_appcv", "Feuilles de soins par l’application carte Vitale", "entier"),
        Champ("dotation_numerique.messages_patients", "Messages à un patient par Mon espace santé", "entier"),
    ), (
        _teleservice("dcmt", "Déclarations de médecin traitant"), _teleservice("pse", "Protocoles de soins"),
        _teleservice("fse", "Feuilles de soins"), _teleservice("aat", "Arrêts de travail"),
        _teleservice("cm_atmp", "Certificats d’accident du travail ou de maladie professionnelle"),
        _teleservice("dsg", "Déclarations de grossesse"), _teleservice("spe", "Prescriptions de transport"),
        _teleservice("dmp", "Documents versés au DMP"), _teleservice("ordonnance_numerique", "Ordonnances numériques"),
    )),
    Section("forfait_structure", "Forfait structure, jusqu’en 2025", "Ce qu’il demandait en plus de la partie précédente ; utile pour comparer 2025 et 2026.", "dotation-numerique", (
        Champ("forfait_structure.volet_1.logiciel_segur_lap", "Logiciel Ségur et aide à la prescription certifiée"),
        Champ("forfait_structure.volet_1.sesam_vitale", "SESAM-Vitale à jour"),
        Champ("forfait_structure.volet_1.horaires_annuaire", "Horaires affichés dans l’annuaire santé"),
        Champ("forfait_structure.volet_2.coordination", "Exercice coordonné"),
        Champ("forfait_structure.volet_2.codage", "Codage des données médicales"),
        Champ("forfait_structure.volet_2.services_patients", "Services aux patients"),
        Champ("forfait_structure.volet_2.etudiants", "Encadrement d’étudiants"),
        Champ("forfait_structure.volet_2.teleconsultation", "Équipé pour la téléconsultation"),
        Champ("forfait_structure.volet_2.equipements_connectes", "Équipements médicaux connectés"),
        Champ("forfait_structure.volet_2.sas", "Participation au service d’accès aux soins"),
    ), (Mesure("forfait_structure.volet_2.mss", "Échanges par messagerie sécurisée"),)),
    Section("vsm", "Volet de synthèse médicale", "Les patients en ALD dont le volet est au dossier médical partagé.", "vsm", (
        Champ("vsm.date_resultats", "Résultats du", "choix", RESULTATS),
        Champ("vsm.patients_ald", "Patients en ALD", "entier"),
        Champ("vsm.vsm_dmp", "Ceux dont le volet est au DMP", "entier"),
        Champ("vsm.vsm_structures", "Ceux dont le volet est structuré", "entier"),
        Champ("vsm.pmt", "Patients qui vous ont choisi comme médecin traitant", "entier"),
        Champ("vsm.deja_percu", "Forfait déjà perçu"),
    )),
    Section("missions_specifiques", "Missions", "Une mission laissée vide n’est pas demandée.", "missions-specifiques", (
        Champ("missions_specifiques.maitre_de_stage", "Maître de stage"),
        Champ("missions_specifiques.sas.departement_couvert", "Service d’accès aux soins (SAS) : votre département est couvert"),
        Champ("missions_specifiques.sas.inscrit", "SAS : vous y êtes inscrit"),
        Champ("missions_specifiques.sas.interface_ou_organisation", "SAS : agenda interfacé, ou organisation territoriale"),
        Champ("missions_specifiques.patientele_ame_importante", "Patientèle importante à l’aide médicale de l’État"),
        Champ("missions_specifiques.patients_ipa", "Patients suivis avec une infirmière en pratique avancée", "entier"),
    )),
    Section("aides_installation", "Aides à l’installation", "Pour une première installation ou un cabinet secondaire.", "aides-installation", (
        Champ("aides_installation.primo_installation", "Première installation"),
        Champ("aides_installation.date_installation", "Date de cette installation", "date"),
        Champ("aides_installation.cabinet_secondaire_zone", "Zone d’un cabinet secondaire", "choix", ZONES),
        Champ("aides_installation.date_cabinet_secondaire", "Date de son ouverture", "date"),
    )),
    Section("consultations_avancees", "Consultations avancées en ZIP", "Le nombre de demi-journées, mois par mois.", "consultations-avancees", (
        Champ("consultations_avancees.tarif_opposable", "Faites à tarif opposable"),
        Champ("consultations_avancees.zone_cabinet_secondaire", "Zone d’un cabinet secondaire", "choix", ZONES),
        Champ("consultations_avancees.cstm_en_cours", "Contrat de solidarité territoriale (CSTM) en cours"),
    ), par_mois="consultations_avancees.demi_journees"),
)  # fmt: skip


def champs_de(section: Section, annee: int) -> Iterator[Champ]:
    """Yield the fields of a section for an exercise."""
    yield from section.tous()
    if section.par_mois:
        yield from mois_de(section, annee)


def mois_de(section: Section, annee: int) -> list[Champ]:
    """Return the twelve fields of a section that is asked month by month."""
    noms = ("Janvier", "Février", "Mars", "Avril", "Mai", "Juin", "Juillet", "Août", "Septembre", "Octobre", "Novembre", "Décembre")
    return [Champ(f"{section.par_mois}.{annee}-{rang:02d}", nom, "entier") for rang, nom in enumerate(noms, 1)]
