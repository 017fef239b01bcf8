"""The file of a procedure: a readable YAML that records what happened, read, started and grown by one lawful step."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, Field

from convmed.dispositifs.contrat import NIR
from convmed.dispositifs.sanctions import Suivi, procedures, suivre, trouver_procedure
from convmed.dispositifs.sanctions.echeances import Echeance
from convmed.dispositifs.sanctions.entrees import ETAPES_MAX, Enregistrement, EtapeInscrite, Jour
from convmed.dispositifs.sanctions.machine import Procedure
from convmed.dispositifs.socle import Demande, Refus
from convmed.donnees.modeles import lire
from convmed.textes import Erreurs, Faute, Texte, dit_en_francais
from convmed.textes.bareme import lignes_des_cles, lire_yaml

TAILLE_MAX = 1_000_000
COLONNES = ("etape", "libelle", "acteur", "situation", "au_plus_tot", "au_plus_tard", "fait_le", "delai", "depuis", "silence", "motif", "anterieur",
            "statut", "confiance", "references")  # fmt: skip


def _sans_nir(valeur: str) -> str:
    if NIR.search(valeur):
        raise ValueError("un texte sans numéro de sécurité sociale")
    return valeur


Libre = Annotated[str, Field(max_length=2_000), AfterValidator(_sans_nir)]


class EtapeDuFichier(EtapeInscrite):
    """One step of the file; its note holds no NIR."""

    note: Libre | None = None


class FichierDeProcedure(Enregistrement):
    """What the file holds: the record of the JSON contract, a free reference, and the day the file was opened."""

    reference: Libre | None = None
    ouverte_le: Jour | None = None
    etapes: Annotated[list[EtapeDuFichier], Field(max_length=ETAPES_MAX, default_factory=list)]  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Etude:
    """A file read and followed on a day."""

    chemin: str
    fichier: FichierDeProcedure
    suivi: Suivi
    au: dt.date

    @property
    def procedure(self) -> Procedure:
        """Return the procedure."""
        return self.suivi.deroulement.procedure

    @property
    def cle(self) -> str:
        """Return what tells this procedure from another of the same kind, and names nobody."""
        dit = f"{self.procedure.nom}|{self.fichier.reference}|{self.fichier.ouverte_le}|{Path(self.chemin).name}"
        return hashlib.sha256(dit.encode()).hexdigest()[:12]

    def en_dict(self) -> dict[str, Any]:
        """Return the follow-up as JSON, with what the file says of itself."""
        ouverte = self.fichier.ouverte_le
        return {"reference": self.fichier.reference, "ouverte_le": ouverte.isoformat() if ouverte else None, **self.suivi.en_dict()}


def lire_texte(chemin: str) -> str:
    """Return the text of a file; `Erreurs` if it cannot be read, is too long, or is not UTF-8."""
    try:
        octets = Path(chemin).read_bytes()
    except OSError as erreur:
        raise Erreurs([Faute(f"lecture impossible : {dit_en_francais(erreur)}", fichier=chemin)]) from None
    if len(octets) > TAILLE_MAX:
        raise Erreurs([Faute("fichier trop grand pour une procédure", fichier=chemin, attendu=f"au plus {TAILLE_MAX // 1000} ko")])
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Erreurs([Faute("ce fichier n'est pas du texte UTF-8", fichier=chemin)]) from None


def lire_fichier(texte: str, chemin: str) -> FichierDeProcedure:
    """Read the text of a file of procedure; `Erreurs` with every fault, its line and its field."""
    document = lire_yaml(texte, chemin)
    if not isinstance(document, dict):
        raise Erreurs([Faute("ce fichier ne décrit pas une procédure", fichier=chemin, attendu="procedure, etapes (convmed procedure nouvelle)")])
    # What was prepared and left empty is not there.
    document = {cle: valeur for cle, valeur in document.items() if valeur not in (None, "")}
    lu, fautes = lire(FichierDeProcedure, document, "entree")
    if fautes or lu is None:
        raise Erreurs(situer(fautes, texte, chemin))
    return lu


def situer(fautes: list[Faute], texte: str, chemin: str) -> list[Faute]:
    """Return faults of fields with the line of the file where each stands."""
    try:
        lignes = lignes_des_cles(texte)
    except yaml.YAMLError:
        lignes = {}
    situees = []
    for faute in fautes:
        champ = (faute.champ or "").removeprefix("entree").removeprefix(".")
        pas = tuple(int(mot) if mot.isdigit() else mot for mot in re.findall(r"[^.\[\]]+", champ))
        ligne = next((lignes[pas[:n]] for n in range(len(pas), 0, -1) if pas[:n] in lignes), None)
        situees.append(replace(faute, fichier=chemin, ligne=ligne, champ=champ or None))
    return situees


def etudier(chemin: str, texte_applique: Texte, au: dt.date, contenu: str | None = None) -> Etude:
    """Read a file and follow its procedure on a day; `Erreurs` with every fault of the file."""
    texte = lire_texte(chemin) if contenu is None else contenu
    fichier = lire_fichier(texte, chemin)
    try:
        suivi = suivre(Demande(texte_applique, au.year, au), fichier)
    except Refus as refus:
        raise Erreurs(situer(refus.fautes, texte, chemin)) from None
    return Etude(chemin, fichier, suivi, au)


def nouveau(nom: str, reference: str | None, motif: str | None, ouverte_le: dt.date) -> str:
    """Return a commented, empty file for a procedure."""
    procedure = trouver_procedure(nom)
    largeur = max(len(etape.nom) for etape in procedure.etapes.values())
    etapes = "\n".join(
        f"#   {etape.nom:<{largeur}}  {etape.acteur} : {etape.libelle}" for etape in procedure.etapes.values() if not etape.tacite
    )
    return MODELE.format(
        libelle=procedure.libelle, articles=procedure.articles, procedure=procedure.nom, reference=_citer(reference or ""),
        ouverte_le=ouverte_le.isoformat(), motif=_motif(procedure, motif), etapes=etapes,
    )  # fmt: skip


def _motif(procedure: Procedure, motif: str | None) -> str:
    connus = {passage.si for etape in procedure.etapes.values() for passage in etape.passages}
    if "sans_avertissement" not in connus:
        if motif:
            raise Erreurs([Faute("cette procédure n'a pas d'avertissement préalable", champ="--sans-avertissement")])
        return ""
    return MODELE_MOTIF.format(motif=_citer(motif or ""))


def _citer(mot: str) -> str:
    return '"' + mot.replace("\\", "\\\\").replace('"', '\\"') + '"'


MODELE_MOTIF = """
# Sans avertissement préalable : "R. 147-11" ou "faits-graves-deja-sanctionnes". Vide : l'avertissement est dû.
sans_avertissement: {motif}
"""
MODELE = """# {libelle} ({articles})
# Ce fichier note ce qui s'est passé. Aucun nom, aucun numéro de sécurité sociale : la référence est libre.
#   convmed procedure etape CE_FICHIER ETAPE --date AAAA-MM-JJ    ajoute une étape, si le texte la permet
#   convmed procedure echeances CE_FICHIER                        ce qui suit, qui agit, avant quand
#   convmed procedure chronologie CE_FICHIER --format html        à imprimer
procedure: {procedure}
reference: {reference}
ouverte_le: {ouverte_le}
{motif}
# Un terme qui tombe un samedi, un dimanche ou un jour férié : "aucun" report (le texte n'en dit rien),
# ou "premier-jour-ouvrable" (code de procédure civile, art. 642). Le département donne les jours fériés.
report: aucun
departement: ""

# Les dates sont celles de la réception, quand un courrier fait courir un délai ; une réunion se note dès qu'elle est
# fixée, à sa date. Les étapes connues :
{etapes}
# La liste reste à la fin du fichier : « etape » y ajoute.
etapes: []
"""


def ajouter(contenu: str, chemin: str, etape: str, date: dt.date, note: str | None) -> str:
    """Return the text of a file with one step more, everything else untouched; `Erreurs` if the list does not end the file."""
    avant = lire_yaml(contenu, chemin)
    inscrite: dict[str, Any] = {"etape": etape, "date": date, **({"note": note} if note else {})}
    bloc = f"  - etape: {etape}\n    date: {date.isoformat()}\n" + (f"    note: {_citer(note)}\n" if note else "")
    sans_fin = contenu.rstrip("\n") + "\n"
    # An empty list is written in one line, or not at all; a list in blocks goes on.
    if not avant.get("etapes"):
        nouveau, combien = re.subn(r"(?m)^etapes:[ \t]*(\[[ \t]*\])?[ \t]*(#.*)?$", lambda _: "etapes:", sans_fin, count=1)
        nouveau = nouveau + bloc if combien else sans_fin + "etapes:\n" + bloc
    else:
        marge = re.search(r"(?m)^etapes:.*\n(?:[ \t]*(?:#.*)?\n)*([ \t]*)- ", sans_fin)
        retrait = marge[1] if marge else "  "
        nouveau = sans_fin + "".join(retrait + ligne[2:] + "\n" for ligne in bloc.splitlines())
    try:
        apres = lire_yaml(nouveau, chemin)
    except Erreurs:
        apres = None
    if apres != {**avant, "etapes": [*(avant.get("etapes") or []), inscrite]}:
        raise Erreurs([Faute("la liste « etapes » doit terminer le fichier, un tiret par étape", fichier=chemin, champ="etapes",
                             attendu="le modèle de « convmed procedure nouvelle »")])  # fmt: skip
    return nouveau


def rangees(etude: Etude) -> list[dict[str, Any]]:
    """Return every delay and next step as rows of a table."""
    return [{cle: _cellule(valeur) for cle, valeur in une.en_dict().items() if cle in COLONNES} for une in etude.suivi.echeances]


def _cellule(valeur: Any) -> Any:
    if isinstance(valeur, Mapping):
        return " ; ".join(f"{cle} {' | '.join(un) if isinstance(un, list) else un}" for cle, un in valeur.items())
    return " | ".join(valeur) if isinstance(valeur, list) else valeur


def attente(une: Echeance) -> str:
    """Say in words until when, or from when, a step is expected."""
    if une.date is not None:
        jusque = f"{'dure jusqu’au' if une.delai and une.delai.sens == 'duree' else 'au plus tard le'} {jour(une.date)}"
        return f"le {jour(une.date)}" if une.delai and une.delai.sens == "jour" else jusque
    if une.au_plus_tot is not None:
        return f"à partir du {jour(une.au_plus_tot)}"
    anterieur = une.terme.anterieur if une.terme else None
    if anterieur is not None and anterieur.date is not None:
        return f"non publié (texte antérieur : {anterieur.duree}, {jour(anterieur.date)})"
    if une.terme is not None:
        return "non publié" if "non publié" in une.terme.motif else une.terme.motif
    return "sans délai"


def jour(date: dt.date) -> str:
    """Write a date for a French reader."""
    return f"{date:%d/%m/%Y}"


def noms_des_procedures() -> tuple[str, ...]:
    """Return the names of the procedures."""
    return tuple(procedures())
