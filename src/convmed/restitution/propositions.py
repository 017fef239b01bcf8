"""Proposed against signed: each figure of the barème that a proposal gives, what the convention made of it, what is applied.

Nothing is typed here: the values are those of the barèmes under each text. `correspondances.csv` only says which signed
figure stands for a proposed one that bears another name.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from convmed.dispositifs import negociation
from convmed.textes import EN_VIGUEUR, Erreurs, Faute, Figure, Texte, Valeur, baremes, textes_connus
from convmed.textes.comparaison import Silence, periodes, sens
from convmed.textes.consultation import dispositifs_choisis
from convmed.textes.unites import UNITES_SANS_NOMBRE, afficher, base

SIGNE = "convention-2024"
FICHIER = Path(negociation.__file__).with_name("correspondances.csv")
COLONNES_DES_PAIRES = ("dispositif", "proposee", "signee", "motif")
IDENTIQUE, HAUSSE, BAISSE, MODIFIEE = "identique", "en-hausse", "en-baisse", "modifiee"
NON_REPRISE, SANS_EQUIVALENT, NON_PUBLIEE, NON_CHIFFREE, AJOUTEE = "non-reprise", "sans-equivalent", "non-publiee", "non-chiffree", "ajoutee"
ISSUES = {
    IDENTIQUE: "identique", "option-1": "option 1 retenue", "option-2": "option 2 retenue", HAUSSE: "en hausse", BAISSE: "en baisse",
    MODIFIEE: "modifiée", NON_REPRISE: "non reprise", SANS_EQUIVALENT: "sans équivalent signé", NON_PUBLIEE: "non publiée dans le texte signé",
    NON_CHIFFREE: "non chiffrée par la proposition", AJOUTEE: "ajoutée par le texte signé",
}  # fmt: skip
# What became of it after the signature, when what is applied is not what was signed.
REPRISE, REPORTEE, CHANGEE = "reprise-depuis", "reportee", "changee-depuis"
DEPUIS = {REPRISE: "reprise depuis", REPORTEE: "reportée", CHANGEE: "changée depuis", "": ""}
ORIENTATIONS = {"P1": "Attractivité", "P2": "Rémunération", "P3": "Accès aux soins", "P4": "Pertinence et qualité"}
SANS_ORIENTATION = "Hors des quatre orientations"
COLONNES = (
    "orientation", "dispositif", "figure", "libelle", "unite", "avant", "propose", "option_1", "option_2", "signe", "applique", "issue", "depuis",
    "reference_proposee", "reference_signee", "reference_appliquee", "confiance",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Etape:
    """A figure from one day on, under one text; `du` is `None` if it has always been so."""

    du: dt.date | None
    sens: Any
    valeur: Valeur | None


@dataclass(frozen=True, slots=True)
class Comparaison:
    """One proposed figure: before, proposed (common, or by option), signed and applied, each as its steps."""

    figure: Figure
    signee: Figure
    avant: Etape
    proposees: Mapping[str, Etape]
    signees: tuple[Etape, ...]
    appliquees: tuple[Etape, ...]
    orientation: str
    motif: str = ""

    @property
    def issue(self) -> str:
        """Return what the signed text made of the proposal: a key of `ISSUES`; of a rise by steps, the last one counts."""
        signe = self.signees[-1].sens
        propose = {nom: etape.sens for nom, etape in self.proposees.items()}
        connues = [un for un in propose.values() if not isinstance(un, Silence)]
        if not connues:
            return AJOUTEE if set(propose.values()) == {Silence.SANS_FIGURE} else NON_CHIFFREE
        if signe is Silence.SANS_FIGURE:
            return SANS_EQUIVALENT
        if signe is Silence.NON_PUBLIE:
            return NON_PUBLIEE
        if self.figure.unite != self.signee.unite:
            return MODIFIEE
        if all(un == signe for un in propose.values()):
            return IDENTIQUE
        if (option := next((nom for nom, un in propose.items() if un == signe), None)) is not None:
            return option
        if signe == self.avant.sens:
            return NON_REPRISE
        if base(self.figure.unite) in UNITES_SANS_NOMBRE or not all(isinstance(un, int) for un in (signe, *connues)):
            return MODIFIEE
        # Of a target that lowers something, what counts is by how much.
        tailles = [abs(un) if signe < 0 else un for un in connues]
        ampleur = abs(signe)
        return HAUSSE if ampleur > max(tailles) else BAISSE if ampleur < min(tailles) else MODIFIEE

    @property
    def depuis(self) -> str:
        """Return what became of it since: postponed, changed, or taken up after all; empty if it is applied as signed."""
        signe, applique = self.signees[-1], self.appliquees[-1]
        if signe.sens == applique.sens:
            return REPORTEE if applique.du is not None and signe.du is not None and applique.du > signe.du else ""
        return REPRISE if applique.sens in [etape.sens for etape in self.proposees.values()] else CHANGEE

    @property
    def confiance(self) -> str:
        """Return the least confidence of the values that are compared."""
        lues = [e.valeur.confiance for e in (*self.proposees.values(), self.signees[-1], self.appliquees[-1]) if e.valeur]
        return next((mot for mot in ("deduit", "presse") if mot in lues), "officiel")

    def ecrite(self, etape: Etape, signee: bool = False) -> str:
        """Write a step for a French reader."""
        figure = self.signee if signee else self.figure
        return str(etape.sens.value) if isinstance(etape.sens, Silence) else afficher(etape.sens, figure.unite)

    def propose_en_clair(self) -> str:
        """Write what was proposed: once, or by option where the options differ."""
        dites = {nom: self.ecrite(etape) for nom, etape in self.proposees.items()}
        if len(set(dites.values())) == 1:
            return next(iter(dites.values()))
        return "\n".join(f"{nom.replace('-', ' ')} : {dit}" for nom, dit in dites.items())

    def suite_en_clair(self, etapes: Iterable[Etape]) -> str:
        """Write the steps of a text, each with its day when there are several."""
        liste = list(etapes)
        if len(liste) == 1:
            return self.ecrite(liste[0], True)
        return "\n".join(self.ecrite(e, True) + (f" le {e.du:%d/%m/%Y}" if e.du else "") for e in liste)

    def en_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON; values as a reader sees them, with their references."""

        def une(etape: Etape, signee: bool) -> dict[str, Any]:
            valeur = etape.valeur
            return {"du": etape.du.isoformat() if etape.du else None, "valeur": self.ecrite(etape, signee),
                    "reference": valeur.reference if valeur else None, "confiance": valeur.confiance if valeur else None}  # fmt: skip

        return {
            "orientation": self.orientation,
            "dispositif": self.figure.dispositif,
            "figure": self.figure.nom,
            "figure_signee": self.signee.nom,
            "libelle": self.figure.libelle,
            "unite": self.figure.unite,
            "avant": self.ecrite(self.avant),
            "propose": {nom: {k: v for k, v in une(etape, False).items() if k != "du"} for nom, etape in self.proposees.items()},
            "signe": [une(etape, True) for etape in self.signees],
            "applique": [une(etape, True) for etape in self.appliquees],
            "issue": self.issue,
            "depuis": self.depuis or None,
            "confiance": self.confiance,
            "motif": self.motif,
        }

    def en_rangee(self) -> dict[str, Any]:
        """Return the comparison as a row of one table, with the columns `COLONNES`."""
        propose = {nom: self.ecrite(etape) for nom, etape in self.proposees.items()}
        commun = set(propose.values()) if len(set(propose.values())) == 1 else set()

        def reference(etape: Etape) -> str | None:
            return etape.valeur.reference if etape.valeur else None

        valeurs = (
            self.orientation, self.figure.dispositif, self.figure.nom, self.figure.libelle, self.figure.unite, self.ecrite(self.avant),
            *(commun or (None,)), *(None if commun else propose.get(nom) for nom in ("option-1", "option-2")),
            *(self.suite_en_clair(etapes).replace("\n", " ; ") for etapes in (self.signees, self.appliquees)), self.issue, self.depuis,
            reference(next(iter(self.proposees.values()))), reference(self.signees[-1]), reference(self.appliquees[-1]), self.confiance,
        )  # fmt: skip
        return dict(zip(COLONNES, valeurs, strict=True))


def comparer(dispositifs: Iterable[str] | None = None, ajouts: bool = False) -> list[Comparaison]:
    """Return each figure that the proposal of 8 February 2024 gives, against what was signed and what is applied.

    With `ajouts`, also the prices and rates that the convention creates and that nobody had proposed. By orientation, then
    in the order of the barèmes; `Erreurs` for an unknown dispositif, or a pair that names an unknown figure.
    """
    choisis = dispositifs_choisis(dispositifs)
    connus, paires = textes_connus(), correspondances()
    remplacees = {(dispositif, signee) for (dispositif, _), (signee, _) in paires.items()}
    liste = []
    for nom, figures in choisis.items():
        for figure in figures.values():
            if nom == negociation.NOM:
                continue  # its figures tell the negotiation: nobody proposed them
            proposee = any(connus[valeur.texte].horloge == "propose" for valeur in figure.valeurs)
            if proposee or (ajouts and (nom, figure.nom) not in remplacees and _est_un_ajout(figure)):
                signee, motif = paires.get((nom, figure.nom), (figure.nom, ""))
                liste.append(_comparer(figure, baremes()[nom][signee], motif))
    rangs = [*ORIENTATIONS.values(), SANS_ORIENTATION]
    return sorted(liste, key=lambda une: rangs.index(une.orientation))


def _comparer(figure: Figure, signee: Figure, motif: str) -> Comparaison:
    connus = textes_connus()
    propositions = [texte for texte in connus.values() if texte.horloge == "propose"]
    commune = propositions[0]
    jour = _jour_de(commune)
    options = {texte.id.removeprefix(f"{commune.id}-"): texte for texte in propositions if texte is not commune}
    signees = _etapes(signee, connus[SIGNE])
    fin = signees[-1].valeur
    if fin is not None and fin.supprimee:
        motif = fin.reference
    return Comparaison(
        figure, signee, _a(figure, connus[_texte_d_avant(commune)], jour),
        {nom: _derniere_proposee(figure, texte) for nom, texte in options.items()} or {"commune": _derniere_proposee(figure, commune)},
        signees, _etapes(signee, connus[EN_VIGUEUR]), orientation_de(figure), motif,
    )  # fmt: skip


def _texte_d_avant(proposition: Texte) -> str:
    return proposition.chaine[1]


def _jour_de(proposition: Texte) -> dt.date:
    return dt.date.fromisoformat(proposition.id.partition("-")[2])


def _a(figure: Figure, texte: Texte, jour: dt.date) -> Etape:
    valeur = texte.valeur(figure, jour)
    return Etape(None, sens(figure, valeur), valeur)


def _derniere_proposee(figure: Figure, texte: Texte) -> Etape:
    """Return the last value that a proposal itself gives; what it leaves standing is not proposed."""
    derniere = periodes(figure, texte)[-1].valeurs[0]
    if derniere is None or textes_connus()[derniere.texte].horloge != "propose":
        return Etape(None, Silence.SANS_FIGURE, None)
    return Etape(None, sens(figure, derniere), derniere)


def _etapes(figure: Figure, texte: Texte) -> tuple[Etape, ...]:
    """Return the steps of a figure since the convention began: what stood that day, then each change."""
    debut = next(vie.debut for vie in negociation.vies() if vie.texte == SIGNE)
    etapes: list[Etape] = []
    for periode in periodes(figure, texte):
        if periode.au < debut:
            continue
        valeur = periode.valeurs[0]
        dit = sens(figure, valeur)
        if not etapes or etapes[-1].sens != dit:
            etapes.append(Etape(periode.du if periode.du > debut else None, dit, valeur))
    # What stood before the convention changed it is no part of what it says.
    while len(etapes) > 1 and (etapes[0].valeur is None or etapes[0].valeur.texte not in (SIGNE, EN_VIGUEUR)):
        del etapes[0]
    return tuple(etapes)


def _est_un_ajout(figure: Figure) -> bool:
    """Tell a price or a rate that the convention creates: nothing stood before it."""
    connus = textes_connus()
    avant = next(iter(connus[SIGNE].chaine[1:]))
    return (
        base(figure.unite) in {"EUR", "%"}
        and any(valeur.texte == SIGNE and valeur.calcul is not None for valeur in figure.valeurs)
        and not any(valeur.texte in connus[avant].chaine for valeur in figure.valeurs)
    )


def orientation_de(figure: Figure) -> str:
    """Return the orientation of the proposal to which a figure belongs: that of its norms, else of most figures of its dispositif."""
    prefixes = Counter(prefixe for norme in figure.normes if (prefixe := norme.partition("-")[0]) in ORIENTATIONS)
    if not prefixes:
        prefixes = _orientations_du_dispositif().get(figure.dispositif, Counter())
    return ORIENTATIONS[prefixes.most_common(1)[0][0]] if prefixes else SANS_ORIENTATION


@cache
def _orientations_du_dispositif() -> Mapping[str, Counter[str]]:
    comptes: dict[str, Counter[str]] = {}
    for nom, figures in baremes().items():
        for figure in figures.values():
            for norme in figure.normes:
                if (prefixe := norme.partition("-")[0]) in ORIENTATIONS:
                    comptes.setdefault(nom, Counter())[prefixe] += 1
    return comptes


@cache
def correspondances() -> Mapping[tuple[str, str], tuple[str, str]]:
    """Return the signed figure that stands for each proposed one of another name, and why; `Erreurs` with every fault."""
    return lire_correspondances(FICHIER.read_text("utf-8"), FICHIER.name)


def lire_correspondances(texte: str, fichier: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Read the pairs of figures: `Erreurs` for other columns, an unknown figure, a pair without reason or written twice."""
    lignes = csv.DictReader(texte.splitlines())
    if tuple(lignes.fieldnames or ()) != COLONNES_DES_PAIRES:
        raise Erreurs([Faute("colonnes inattendues", fichier=fichier, ligne=1, attendu=",".join(COLONNES_DES_PAIRES))])
    paires: dict[tuple[str, str], tuple[str, str]] = {}
    fautes = []
    for ligne in lignes:
        cle = (ligne["dispositif"], ligne["proposee"])
        for colonne in ("proposee", "signee"):
            if ligne[colonne] not in baremes().get(ligne["dispositif"], {}):
                fautes.append(Faute("figure inconnue", fichier, lignes.line_num, colonne, valeur=ligne[colonne], attendu=f"une figure de {ligne['dispositif']}"))
        if not ligne["motif"]:
            fautes.append(Faute("une correspondance se justifie", fichier, lignes.line_num, "motif"))
        if cle in paires:
            fautes.append(Faute("cette figure a déjà une correspondance", fichier, lignes.line_num, "proposee", valeur=ligne["proposee"]))
        paires[cle] = (ligne["signee"], ligne["motif"])
    if fautes:
        raise Erreurs(fautes)
    return paires


SCHEMA_COMPTES = {"orientation": pl.String, "dispositif": pl.String, "issue": pl.String, "nombre": pl.Int64}


def comptes(liste: Iterable[Comparaison]) -> pl.DataFrame:
    """Count the comparisons by orientation, dispositif and outcome, in the order in which they come."""
    compte = Counter((une.orientation, une.figure.dispositif, une.issue) for une in liste)
    return pl.DataFrame([(*cle, nombre) for cle, nombre in compte.items()], schema=SCHEMA_COMPTES, orient="row")


def resume(liste: Iterable[Comparaison]) -> dict[str, int]:
    """Count the comparisons by outcome, in the order of `ISSUES`."""
    compte = Counter(une.issue for une in liste)
    return {issue: compte[issue] for issue in ISSUES if compte[issue]}
