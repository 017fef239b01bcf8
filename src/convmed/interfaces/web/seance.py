"""An encounter asked in a form: its fields are the options of `convmed coter`, its words those of a person.

Nothing personal is asked: an age in years and no birth, so that the address of an answer may be shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

import click

from convmed.cotation.seance import modele_de_seance
from convmed.dispositifs.socle import tous
from convmed.donnees.entites import REGISTRE
from convmed.interfaces import commandes_cotation, console, saisie
from convmed.interfaces.web.champs import SPECIALITES
from convmed.restitution.hypotheses import FERMEES, valeurs_possibles
from convmed.restitution.options_de_seance import option_de
from convmed.textes import EN_VIGUEUR, Erreurs, Faute, trouver_texte

CODES, POURQUOI, DONNEE, TEXTE = "codes", "pourquoi", "donnee", "texte"
AUTRES_OPTIONS = {"CODES": CODES, "--pourquoi": POURQUOI, "--donnee": DONNEE, "--naissance": "age"}
AU_PLUS, LONGUEUR, DONNEES_AU_PLUS = {CODES: 12, POURQUOI: 6}, 120, 20
# An option of the command that no form asks: what is about a person, and what is about the command itself.
HORS_FORMULAIRE = {"naissance", "date_sortie", "questions", "toutes", "presentation", "sortie", "donnees", CODES, POURQUOI, TEXTE}
DEPART = {"specialite": "01", "secteur": "1", "lieu": "cabinet"}
FERMES = {"secteur": "medecin_secteur", "option_tarifaire": "medecin_option", "lieu": "lieu", "regulation": "regulation",
          "adressage": "adressage", "parcours": "parcours", "motif": "motif"}  # fmt: skip
LIBELLES = {
    "date_heure": "Jour et heure", "specialite": "Spécialité", "secteur": "Secteur", "option_tarifaire": "Option tarifaire",
    "departement": "Département d’exercice", "age": "Âge du patient, en années", "ald": "En ALD", "c2s": "Bénéficiaire de la C2S",
    "ame": "Bénéficiaire de l’AME", "maternite": "Assurance maternité", "lieu": "Lieu", "kilometres": "Kilomètres, aller et retour",
    "montagne": "En zone de montagne", "patientele_mt": "Vous êtes son médecin traitant", "regulation": "Adressé par une régulation",
    "adressage": "Adressé par", "appel": "Heure de l’appel à la régulation", "heure_adressage": "Heure de l’adressage",
    "opposable": "Sans dépassement", "depassement": "Dépassement, en euros", "urgence": "Urgence", "parcours": "Parcours de soins",
    "motif": "Motif particulier", "feuille": "Feuille de soins",
}  # fmt: skip
# The help of an option is written for a terminal.
AIDES = {
    "date_heure": "À l’heure du cabinet. Vide : maintenant.", "departement": "Comme 35, 67 ou 974. Vide : la métropole.",
    "motif": "S’il ouvre un acte à lui.", "depassement": "Comme 12,50.", "age": "", "secteur": "", "option_tarifaire": "", "lieu": "",
    "adressage": "", "parcours": "", "regulation": "", "kilometres": "", "ald": "", "c2s": "", "ame": "", "montagne": "", "patientele_mt": "", "opposable": "",
    "appel": "", "heure_adressage": "", "feuille": "Pour les conseils de facturation.",
}  # fmt: skip
GROUPES = (
    ("La séance", ("date_heure", "lieu", "motif")),
    ("Le patient", ("age", "patientele_mt", "ald")),
    ("Comment il arrive", ("regulation", "appel", "adressage", "heure_adressage", "urgence")),
    ("Sa couverture", ("parcours", "c2s", "ame", "maternite")),
    ("Le déplacement", ("kilometres", "montagne")),
    ("Le médecin", ("specialite", "secteur", "option_tarifaire", "opposable", "depassement", "departement", "feuille")),
)
OUVERTS = ("La séance", "Le patient")
MOTS = {
    "cabinet": "au cabinet", "domicile": "au domicile du patient", "teleconsultation": "en téléconsultation", "etablissement": "en établissement",
    "1": "secteur 1", "2": "secteur 2", "nc": "non conventionné", "aucune": "aucune", "optam": "OPTAM", "optam-aco": "OPTAM-ACO",
    "sas": "le service d’accès aux soins (SAS)", "pdsa": "la permanence des soins (PDSA)", "centre-15": "le centre 15",
    "medecin-traitant": "son médecin traitant", "medecin": "un autre médecin", "urgentiste": "un urgentiste", "sage-femme": "une sage-femme",
    "pmi": "la PMI", "medecin-scolaire": "le médecin scolaire", "orthophoniste": "un orthophoniste", "orthoptiste": "un orthoptiste",
    "infirmier-ipa": "un infirmier en pratique avancée", "aucun": "personne",
    "coordonne": "coordonné", "hors-parcours": "hors parcours", "acces-direct": "accès direct", "exception": "exception au parcours",
    "securisee": "sécurisée", "degradee": "dégradée", "papier": "papier",
    "avis-ponctuel": "avis ponctuel de consultant", "examen-obligatoire-certificat": "examen obligatoire de l’enfant, avec certificat",
    "examen-obligatoire": "examen obligatoire de l’enfant", "recours-pediatrique": "recours pédiatrique", "deprescription": "déprescription",
    "dossier-apa": "premier dossier APA", "dossier-mdph": "premier dossier MDPH", "visite-longue": "visite longue", "soins-palliatifs": "soins palliatifs",
    "inscription-mt-ald": "inscription comme médecin traitant d’un patient en ALD", "premiere-contraception": "première contraception",
    "obesite-enfant": "obésité de l’enfant", "suivi-autisme": "suivi d’un trouble du spectre de l’autisme",
    "enfant-ase": "enfant suivi par l’aide sociale à l’enfance", "reperage-neurodeveloppement": "repérage d’un trouble du neurodéveloppement",
    "depistage-melanome": "dépistage du mélanome", "annonce-maladie-grave": "annonce d’une maladie grave", "vih": "VIH",
    "consultation-complexe": "consultation complexe", "consultation-tres-complexe": "consultation très complexe",
    "premiere-consultation-familiale": "première consultation familiale", "synthese-annuelle-familiale": "synthèse annuelle familiale",
    "enfant-pathologie-chronique-grave": "enfant atteint d’une pathologie chronique grave",
    "sortie-insuffisance-cardiaque": "sortie d’hospitalisation pour insuffisance cardiaque", "rendez-vous-prevention": "rendez-vous de prévention",
    "sortie-hospitalisation": "sortie d’hospitalisation", "radiographie-pulmonaire": "radiographie pulmonaire",
    "osteodensitometrie-deux-sites": "ostéodensitométrie sur deux sites", "colposcopie": "colposcopie",
    "premiere-consultation-en-etablissement": "première consultation en établissement",
    "consultation-apres-bilan-d-un-tiers": "consultation après le bilan d’un tiers", "soins-infirmiers": "soins infirmiers",
    "programme-de-soins-mpr": "programme de soins de médecine physique et de réadaptation", "adressage-urgent": "adressage urgent à un correspondant",
    "depart-immediat": "départ immédiat", "teleexpertise-requis": "téléexpertise, médecin requis", "teleexpertise-requerant": "téléexpertise, médecin requérant",
    "oui": "oui", "non": "non",
}  # fmt: skip
# What a web field says in place of the option of the terminal.
ATTENDUS = {"opposable": "oui, ou non s’il y a un dépassement", "age": "un nombre entier d’années, de 0 à 120"}


@dataclass(frozen=True, slots=True)
class Champ:
    """A field of the form: the option that it stands for, how it is asked (`choix`, `texte`, `entier`, `instant`)."""

    nom: str
    option: str
    libelle: str
    aide: str
    genre: str
    choix: tuple[tuple[str, str], ...] = ()

    @property
    def binaire(self) -> bool:
        """Tell whether it is answered by yes or no."""
        return self.choix == OUI_NON


OUI_NON = (("", "Non précisé"), ("oui", "Oui"), ("non", "Non"))


@dataclass(slots=True)
class Seance:
    """What was typed, as texts, and what is wrong in it: by field, or of none."""

    valeurs: dict[str, str]
    donnees: list[str]
    codes: list[str]
    pourquoi: list[str]
    texte: str = EN_VIGUEUR
    fautes: dict[str, list[str]] = field(default_factory=dict)
    autres: list[str] = field(default_factory=list)

    def a_montrer(self, noms: Iterable[str]) -> bool:
        """Tell whether some of these fields say something, or are wrong: their group is then open."""
        return any(nom in self.fautes or self.valeurs.get(nom, "") not in ("", DEPART.get(nom)) for nom in noms)

    @property
    def en_faute(self) -> bool:
        """Tell whether something must be corrected first."""
        return bool(self.fautes or self.autres)

    def requete(self, **autres: Any) -> str:
        """Return the query of an address that says the same, but for what is given (`donnee` is added)."""
        champs = {**self.valeurs, CODES: " ".join(self.codes), POURQUOI: " ".join(self.pourquoi), **autres}
        if self.texte != EN_VIGUEUR:
            champs[TEXTE] = self.texte
        donnees = [*self.donnees, *autres.get("donnees", ())]
        champs.pop("donnees", None)
        paires = [(nom, valeur) for nom, valeur in champs.items() if valeur not in ("", None)]
        return "?" + urlencode([*paires, *((DONNEE, donnee) for donnee in dict.fromkeys(donnees))])

    def signaler(self, faute: Faute) -> None:
        """Put a fault under the field of its option."""
        option = (faute.champ or "").split(" ")[0]
        nom = AUTRES_OPTIONS.get(option) or next((c.nom for c in champs().values() if c.option == option), None)
        ferme = nom in champs() and champs()[nom].genre == "choix"
        attendu = ATTENDUS.get(nom or "", "l’un des choix de la liste" if ferme else faute.attendu)
        message = f"{faute.message} (attendu : {attendu})" if attendu else faute.message
        if nom is None:
            self.autres.append(str(faute))
        elif message not in self.fautes.setdefault(nom, []):
            self.fautes[nom].append(message)


@cache
def champs() -> dict[str, Champ]:
    """Return the fields, by name: those of the options of the command."""
    tous()
    modele_de_seance()
    options = (p for p in commandes_cotation.coter.params if isinstance(p, click.Option) and p.name not in HORS_FORMULAIRE)
    return {champ.nom: champ for champ in map(_champ, options)}


def _champ(option: click.Option) -> Champ:
    nom = str(option.name)
    aide = AIDES.get(nom, option.help or "")
    libelle = LIBELLES.get(nom, option.help or nom)
    genre = "texte"
    choix: tuple[tuple[str, str], ...] = ()
    if isinstance(option.type, click.types.BoolParamType):
        genre, choix = "choix", OUI_NON
    elif isinstance(option.type, click.Choice):
        genre, choix = "choix", _choix(option.type.choices)
    elif nom in FERMES:
        genre, choix = "choix", _choix(valeurs_possibles(FERMES[nom]) if nom == "motif" else FERMEES[FERMES[nom]])
    elif nom == "specialite":
        choix = SPECIALITES[1:]
    elif isinstance(option.type, click.IntRange):
        genre = "entier"
    elif nom in ("date_heure", "appel", "heure_adressage"):
        genre = "instant"
    return Champ(nom, option.opts[0], libelle, aide, genre, choix)


def _choix(valeurs: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    mots = [(str(valeur), MOTS.get(str(valeur), str(valeur))) for valeur in valeurs]
    return (("", "Non précisé"), *((valeur, mot[:1].upper() + mot[1:]) for valeur, mot in mots))


@cache
def precisions() -> tuple[tuple[str, str], ...]:
    """Return every other fact that a rule reads, as it is typed, with its words: what has no field of its own."""
    tous()
    directs = {*saisie.DIRECTS.values(), *saisie.NON_LIBRES, "depassement", "date_heure_appel", "date_heure_adressage", "fac_mode", "date_sortie"}
    noms = [nom for nom in modele_de_seance().model_fields if nom not in directs and nom in REGISTRE.entrees]
    lignes = []
    for nom in noms:
        entree = REGISTRE.entrees[nom]
        valeurs = ("oui",) if entree.genre == "booleen" else valeurs_possibles(nom)
        lignes += [(f"{nom}={valeur}", f"{entree.libelle} : {mot_de(valeur)}") for valeur in valeurs] or [(f"{nom}=", entree.libelle)]
    return tuple(sorted(lignes, key=lambda ligne: ligne[1]))


def lire(parametres: Sequence[tuple[str, str]]) -> Seance:
    """Read the query of an address: `Seance` holds what is too long or too many as faults; what is unknown is ignored."""
    connus = champs()
    dites: dict[str, str] = {}
    donnees: list[str] = []
    listes = {CODES: "", POURQUOI: ""}
    texte, fautes = EN_VIGUEUR, []
    for nom, brut in parametres:
        valeur = brut.strip()
        if len(valeur) > LONGUEUR or len(donnees) > DONNEES_AU_PLUS:
            fautes.append((nom if nom in connus or nom in (CODES, POURQUOI, DONNEE) else "", f"trop long (attendu : {LONGUEUR} signes au plus)"))
        elif nom == DONNEE and valeur:
            donnees.append(valeur)
        elif nom in listes:
            listes[nom] = valeur
        elif nom == TEXTE and valeur:
            texte = valeur
        elif nom in connus:
            dites[nom] = valeur
    codes, pourquoi = (list(dict.fromkeys(saisie.decouper([listes[nom]]))) for nom in (CODES, POURQUOI))
    seance = Seance(dites if parametres else dict(DEPART), list(dict.fromkeys(donnees)), codes, pourquoi, texte)
    for nom, message in fautes:
        seance.fautes.setdefault(nom, []).append(message) if nom else seance.autres.append(message)
    for nom, mots in ((CODES, codes), (POURQUOI, pourquoi)):
        if len(mots) > AU_PLUS[nom]:
            seance.fautes.setdefault(nom, []).append(f"trop de codes (attendu : {AU_PLUS[nom]} au plus)")
    try:
        trouver_texte(texte, scenarios=False)
    except Erreurs:
        seance.autres.append("Texte inconnu : choisissez-en un de la liste.")
    return seance


def entree_de(seance: Seance) -> dict[str, Any]:
    """Return the encounter of the JSON contract; what cannot be read in it is added to its faults."""
    reponses: dict[str, Any] = dict.fromkeys(("naissance", "date_sortie"))
    for champ in champs().values():
        reponses[champ.nom] = _lue(champ, seance.valeurs.get(champ.nom, ""), seance)
    entree, fautes = saisie.entree_de_seance(seance.codes, {**reponses, "donnees": seance.donnees})
    for faute in fautes:
        seance.signaler(faute)
    return entree


def _lue(champ: Champ, texte: str, seance: Seance) -> Any:
    """Return what the option would give: `None` for nothing, and for what it refuses."""
    if not texte:
        return None
    option = next(p for p in commandes_cotation.coter.params if p.name == champ.nom)
    if champ.binaire:
        if texte in saisie.OUI_NON:
            return saisie.OUI_NON[texte]
        seance.signaler(Faute("valeur refusée", champ=champ.option, attendu="oui ou non"))
        return None
    try:
        return option.type.convert(texte, option, None)
    except click.BadParameter:
        seance.signaler(Faute("valeur refusée", champ=champ.option, attendu=console.attendu(option.type)))
        return None


def en_mots(donnees: Mapping[str, Sequence[Any]]) -> list[tuple[str, list[str]]]:
    """Return facts with their words: `Motif particulier`, [`sortie d’hospitalisation`]; no word if the value is to be given."""
    return [(libelle_de(champ), [mot_de(valeur) for valeur in valeurs]) for champ, valeurs in donnees.items()]


def libelle_de(champ: str) -> str:
    """Return the label of a field of the JSON contract (`patient.ald`): the one of its form field, or of the rules."""
    option = option_de(f"entree.{champ}")
    trouve = next((c for c in champs().values() if c.option == option or (option == "--naissance" and c.nom == "age")), None)
    if trouve is not None:
        return trouve.libelle
    entree = REGISTRE.entrees.get(champ.removeprefix("patient.").removeprefix("medecin."))
    return entree.libelle if entree else champ


def champ_de(champ: str) -> str:
    """Return the form field that gives a field of the JSON contract; the free one if it has none of its own."""
    option = option_de(champ if champ.startswith("entree.") else f"entree.{champ}")
    if option == "--naissance":
        return "age"
    return next((c.nom for c in champs().values() if c.option == option), DONNEE)


def donnee_en_mots(donnee: str) -> str:
    """Return the words of a free fact (`hospitalise=oui`)."""
    nom, _, valeur = donnee.partition("=")
    return f"{libelle_de(nom.strip())} : {mot_de(valeur.strip())}"


def mot_de(valeur: Any) -> str:
    """Return the words of a value."""
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    return MOTS.get(str(valeur), str(valeur))


def essai(seance: Seance, donnees: Mapping[str, Sequence[Any]]) -> str:
    """Return the query of the same encounter with facts added, the first of their values; nothing if one is to be given."""
    if any(not valeurs for valeurs in donnees.values()):
        return ""
    poses: dict[str, Any] = {}
    libres = []
    for champ, valeurs in donnees.items():
        ecrite = {True: "oui", False: "non"}.get(valeurs[0], valeurs[0]) if isinstance(valeurs[0], bool) else str(valeurs[0])
        if (nom := champ_de(champ)) == DONNEE:
            libres.append(f"{champ}={ecrite}")
        else:
            poses[nom] = ecrite
    return seance.requete(**poses, donnees=libres)
