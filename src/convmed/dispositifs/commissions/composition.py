"""Whether a commission is composed as the convention says: each fault with the rule that it breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from convmed.dispositifs.commissions.entrees import Candidat, Composition, Membre
from convmed.dispositifs.commissions.figures import (
    APPEL,
    COLLEGES,
    COMPOSITION,
    CPN,
    CTPPN,
    INSTANCES_REFERENCE,
    PROFESSIONNELLE,
    SOCIALE,
    Figures,
    SiegesParCollege,
    accord,
    fautes_de_formation,
    hors_des_sources,
)
from convmed.dispositifs.commissions.sieges import attendus_par_college
from convmed.dispositifs.commissions.urps import canonique
from convmed.dispositifs.socle import Demande, Resultat, refuser
from convmed.textes import NECESSAIRE, Faute

TITULAIRE, SUPPLEANT, CONSULTATIVE = "titulaire", "suppleant", "consultative"
QUALITES = {TITULAIRE: "titulaire", SUPPLEANT: "suppléant"}
UNCAM, UNOCAM = "UNCAM", "UNOCAM"
RESERVE_SUPPLEANTS = "un suppléant par siège, de la même organisation : écrit en 2016 (art. 80.1), lu de même en 2024"
RESERVE_CTPPN = "le texte lu ne dit rien de propre à la composition du CTPPN : jugé comme les autres instances"
RESERVE_SIEGES = "sièges de chaque syndicat : la règle de ce texte n'est pas dans les sources, à fournir par sieges"


@dataclass(slots=True)
class Jugement:
    """The faults found, each with its rule, and what could not be checked."""

    fautes: list[dict[str, str]] = field(default_factory=list)
    a_verifier: list[str] = field(default_factory=list)

    def faute(self, regle: str, motif: str, reference: str = COMPOSITION, **precisions: str) -> None:
        """Add a fault."""
        self.fautes.append({"regle": regle, **precisions, "motif": motif, "reference": reference})


def calculer_composition(demande: Demande, entree: Composition) -> Resultat:
    """Judge the composition of a commission (art. 99 to 102-3; circulaire 12 C)."""
    figures = Figures(demande)
    noms = [membre.membre for membre in entree.membres]
    refuser([*fautes_de_formation(entree.formation, entree.instance), *fautes_des_personnes(entree.membres, noms, "membre"),
             *fautes_des_sieges(figures, entree.sieges)])  # fmt: skip
    if figures("titulaires_par_section") is None:
        return hors_des_sources(demande, "valable")
    return Resultat(juger(figures, entree))


def juger(figures: Figures, entree: Composition) -> dict[str, Any]:
    """Return whether a composition is lawful, its faults, what is to be checked, and the votes of each section."""
    jugement = Jugement()
    uncam = [un for un in entree.membres if un.section == SOCIALE and (un.organisation or UNCAM).upper() == UNCAM]
    unocam = [un for un in entree.membres if un.section == SOCIALE and (un.organisation or "").upper() == UNOCAM]
    medecins = [un for un in entree.membres if un.section == PROFESSIONNELLE]
    surs, possibles = _juger_les_medecins(figures, medecins, jugement)
    for un in entree.membres:
        if un.section == SOCIALE and (un.organisation or UNCAM).upper() not in (UNCAM, UNOCAM):
            jugement.faute("section-sociale", f"{un.membre} ({un.organisation}) : la section sociale réunit l'UNCAM, et l'UNOCAM en CPN", membre=un.membre)
    _compter(figures, "titulaires_par_section", "titulaires-professionnels", [un for un in medecins if un.qualite == TITULAIRE], jugement)
    _compter(figures, "suppleants_professionnels", "suppleants-professionnels", [un for un in medecins if un.qualite == SUPPLEANT], jugement)
    _compter(figures, "titulaires_par_section", "titulaires-sociaux", [un for un in uncam if un.qualite == TITULAIRE], jugement)
    _compter(figures, "suppleants_sociaux", "suppleants-sociaux", [un for un in uncam if un.qualite == SUPPLEANT], jugement)
    attendus = attendus_de(figures, entree.sieges)
    _juger_les_colleges(figures, medecins, attendus, jugement)
    _juger_l_unocam(figures, entree, unocam, jugement)
    _juger_l_ordre(figures, entree.membres, jugement)
    _juger_les_presidents(entree.membres, jugement)
    sieges = figures.connue("titulaires_par_section")
    sociaux = sum(un.qualite == TITULAIRE for un in uncam)
    installable = None if sieges == sociaux and surs < sieges <= possibles else sociaux == sieges == surs
    voix = _voix(figures, entree, medecins, sociaux, unocam)
    return {
        "valable": False if jugement.fautes else None if jugement.a_verifier else True,
        "installable": installable,
        "fautes": jugement.fautes,
        "a_verifier": jugement.a_verifier,
        "sieges_attendus": attendus,
        "voix": voix,
        "parite": voix[PROFESSIONNELLE] == voix[SOCIALE],
        "conditions_de_siege": list(figures("conditions_de_siege") or ()),
        "presidents": figures("presidents"),
        "reserves": _reserves(figures, entree, attendus),
        "references": [INSTANCES_REFERENCE, COMPOSITION],
    }


def empechements(figures: Figures, un: Membre | Candidat) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the conditions to sit that a doctor does not meet (rule, reason), and those that are not known."""
    manquantes, inconnues = [], []
    if un.liberal_conventionne is False:
        manquantes.append(("liberal-conventionne", "n'exerce pas à titre libéral conventionné"))
    elif un.liberal_conventionne is None:
        inconnues.append("exercice libéral conventionné (liberal_conventionne)")
    signataires = figures.syndicats("signataires")
    if signataires is None:
        inconnues.append("syndicat signataire : liste absente des sources pour ce texte")
    elif canonique(un.organisation or "") not in signataires:
        manquantes.append(("syndicat-signataire", f"« {un.organisation} » n'est pas un syndicat représentatif signataire"))
    if un.sanction_definitive and figures("toute_sanction_ecarte"):
        manquantes.append(("sanction-definitive", "a fait l'objet d'une sanction devenue définitive"))
    elif un.sanction_definitive:
        inconnues.append("sanction définitive : seule une mise hors convention écarte (art. 80.1 de 2016)")
    elif un.sanction_definitive is None:
        inconnues.append("absence de sanction devenue définitive (sanction_definitive)")
    return manquantes, inconnues


def fautes_des_sieges(figures: Figures, sieges: SiegesParCollege | None) -> list[Faute]:
    """Return what is wrong in the seats that a case gives in place of those of the election."""
    attendu = figures("sieges_par_college")
    if sieges is None or attendu is None:
        return []
    fautes = [Faute(NECESSAIRE, champ=f"entree.sieges.{college}", attendu="les sièges de chaque syndicat") for college in COLLEGES if college not in sieges]
    return fautes + [
        Faute("les sièges ne font pas le compte", champ=f"entree.sieges.{college}", valeur=sum(par_syndicat.values()), attendu=f"{attendu} en tout ({COMPOSITION})")
        for college, par_syndicat in sieges.items()
        if sum(par_syndicat.values()) != attendu
    ]


def fautes_des_personnes(membres: Iterable[Membre | Candidat], noms: list[str], cle: str) -> list[Faute]:
    """Return what forbids to judge: somebody twice, a doctor without union or college, a member without quality."""
    fautes = []
    vus: set[str] = set()
    for rang, (un, nom) in enumerate(zip(membres, noms, strict=True)):
        lieu = f"entree.{cle}s[{rang}]"
        if nom in vus:
            fautes.append(Faute("la même personne deux fois", champ=f"{lieu}.{cle}", valeur=nom, attendu="un siège par personne"))
        vus.add(nom)
        if isinstance(un, Membre) and un.qualite is None and un.section != CONSULTATIVE:
            fautes.append(Faute(NECESSAIRE, champ=f"{lieu}.qualite", attendu="titulaire ou suppleant"))
        if un.section == PROFESSIONNELLE:
            attendus = {"organisation": "un syndicat", "college": "generalistes ou specialistes"}
            fautes += [Faute(NECESSAIRE, champ=f"{lieu}.{champ}", attendu=attendu) for champ, attendu in attendus.items() if getattr(un, champ) is None]
    return fautes


def _juger_les_medecins(figures: Figures, medecins: list[Membre], jugement: Jugement) -> tuple[int, int]:
    """Return how many titulars meet every condition, and how many at most if what is not known is met."""
    surs = possibles = 0
    for un in medecins:
        manquantes, inconnues = empechements(figures, un)
        for regle, motif in manquantes:
            jugement.faute(regle, f"{un.membre} {motif}" if not motif.startswith("«") else f"{un.membre} : {motif}", INSTANCES_REFERENCE, membre=un.membre)
        jugement.a_verifier += [f"{un.membre} : {inconnue}" for inconnue in inconnues]
        surs += un.qualite == TITULAIRE and not manquantes and not inconnues
        possibles += un.qualite == TITULAIRE and not manquantes
    return surs, possibles


def _compter(figures: Figures, figure: str, regle: str, presents: list[Membre], jugement: Jugement) -> None:
    attendu = figures(figure)
    if attendu is not None and len(presents) != attendu:
        jugement.faute(regle, f"{len(presents)} {regle.replace('-', ' ').replace('suppleants', 'suppléants')}, {attendu} attendus")


def _juger_les_colleges(
    figures: Figures, medecins: list[Membre], attendus: SiegesParCollege | None, jugement: Jugement
) -> None:
    nombre = figures.connue("sieges_par_college")
    for college, nom in COLLEGES.items():
        titulaires = sum(un.college == college and un.qualite == TITULAIRE for un in medecins)
        if titulaires != nombre:
            jugement.faute(f"college-{college}", f"{titulaires} titulaires {nom}, {nombre} attendus")
    for college, par_syndicat in (attendus or {}).items():
        for qualite, mot in QUALITES.items():
            presents = Counter(canonique(un.organisation or "") for un in medecins if un.college == college and un.qualite == qualite)
            voulus = {canonique(nom): sieges for nom, sieges in par_syndicat.items()}
            for syndicat in sorted(presents.keys() | voulus.keys()):
                if presents[syndicat] != voulus.get(syndicat, 0):
                    motif = f"{COLLEGES[college]}, {syndicat} : {accord(presents[syndicat], mot)}, {voulus.get(syndicat, 0)} attendus"
                    jugement.faute("sieges-par-syndicat", motif, organisation=syndicat, college=college)


def _juger_l_unocam(figures: Figures, entree: Composition, unocam: list[Membre], jugement: Jugement) -> None:
    en_appel = entree.formation == APPEL and not figures("unocam_en_appel")
    if entree.instance != CPN or en_appel:
        motif = "ne siège pas quand la CPN examine l'appel d'un médecin" if entree.instance == CPN else "ne siège qu'en CPN"
        for un in unocam:
            jugement.faute("unocam", f"l'UNOCAM {motif}", membre=un.membre)
        return
    par_qualite: Counter[str | None] = Counter(un.qualite for un in unocam)
    if par_qualite[TITULAIRE] != figures.connue("titulaires_unocam"):
        jugement.faute("unocam", f"{par_qualite[TITULAIRE]} titulaire de l'UNOCAM, {figures.connue('titulaires_unocam')} attendu en CPN")
    suppleants = figures("suppleants_unocam")
    if suppleants is not None and par_qualite[SUPPLEANT] > suppleants:
        jugement.faute("unocam", f"{par_qualite[SUPPLEANT]} suppléants de l'UNOCAM, {suppleants} au plus")


def _juger_l_ordre(figures: Figures, membres: list[Membre], jugement: Jugement) -> None:
    attendu, presents = figures("representants_ordre"), sum(un.section == CONSULTATIVE for un in membres)
    if attendu is not None and presents != attendu:
        motif = f"{accord(presents, 'membre')} à titre consultatif, {attendu} représentant de l'Ordre des médecins attendu"
        jugement.faute("ordre", motif)


def _juger_les_presidents(membres: list[Membre], jugement: Jugement) -> None:
    presidents: Counter[str] = Counter(un.section for un in membres if un.president)
    if presidents[CONSULTATIVE]:
        jugement.faute("president", "un membre consultatif préside : chaque section élit son président parmi ses membres")
    for section in (PROFESSIONNELLE, SOCIALE):
        if presidents[section] > 1:
            jugement.faute("president", f"{presidents[section]} présidents de la section {section}, qui en élit un")


def _voix(figures: Figures, entree: Composition, medecins: list[Membre], sociaux: int, unocam: list[Membre]) -> dict[str, int]:
    siege = int(entree.instance == CPN and entree.formation != APPEL and bool(unocam))
    double = (figures("voix_du_president") or 1) - 1
    professionnels = sum(un.qualite == TITULAIRE for un in medecins)
    return {PROFESSIONNELLE: professionnels + siege * double * bool(professionnels), SOCIALE: sociaux + siege}


def attendus_de(figures: Figures, sieges: SiegesParCollege | None) -> dict[str, dict[str, int]] | None:
    """Return the seats of each union in each college: those that the case gives, or those of the election of reference."""
    if sieges is None:
        return attendus_par_college(figures)
    return {college: dict(par_syndicat) for college, par_syndicat in sieges.items()}


def _reserves(figures: Figures, entree: Composition, attendus: object) -> list[str]:
    reserves = [RESERVE_SUPPLEANTS, figures.non_publiee("reglement_interieur")]
    if entree.instance == CTPPN:
        reserves.append(RESERVE_CTPPN)
    if attendus is None:
        reserves.append(RESERVE_SIEGES)
    return reserves
