"""`convmed importer snds`: the tables of the SNDS (DCIR and its referentials) become an extrait that the rules read.

One step after the other, each reading the files of one family of tables and writing what is useful of them; then the acts
are put together, patients cut in partitions, and the extrait is written. Nothing that identifies a person is ever written.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convmed.donnees.extrait import MANIFESTE, Ecrivain, ouvrir
from convmed.donnees.fautes import Collecte
from convmed.donnees.nomenclatures import listes, listes_avec
from convmed.donnees.snds import (
    affections,
    assemblage,
    beneficiaires,
    bilan,
    biologie,
    ccam,
    lecture,
    medecin_traitant,
    pharmacie,
    prestations,
)
from convmed.donnees.snds.atelier import DOSSIER, Atelier, Avancement
from convmed.donnees.snds.bilan import Bilan
from convmed.donnees.snds.lecture import Fichier
from convmed.donnees.snds.tables import TABLES
from convmed.donnees.snds.traceurs import Listes
from convmed.donnees.table import Lecteur
from convmed.textes import Erreurs, Faute

ORIGINE = "snds"
# Without them there is neither a person nor an act.
INDISPENSABLES = ("IR_BEN_R", "ER_PRS_F")
__all__ = ["Bilan", "Demande", "importer"]


@dataclass(frozen=True)
class Demande:
    """What is wanted of an import: the exercise, the day on which patients are described, how far acts and flows go."""

    annee: int
    etat_au: dt.date | None = None
    soins_jusqu_au: dt.date | None = None
    flux_jusqu_au: dt.date | None = None
    sans: frozenset[str] = field(default_factory=frozenset)

    @property
    def jour(self) -> dt.date:
        """Return the day on which patients are described: that of the lump sum, 31 December before the exercise."""
        return self.etat_au or dt.date(self.annee - 1, 12, 31)

    @property
    def dernier_soin(self) -> dt.date:
        """Return the last day of care: by default the end of the exercise, where prevention is observed."""
        return self.soins_jusqu_au or dt.date(self.annee, 12, 31)


def importer(source: Path, sortie: Path, demande: Demande, avancer: Avancement | None = None) -> Bilan:
    """Import the tables of a folder into an extrait, and return what was found; a stopped import continues.

    `avancer` is called as the work advances. Raises `Erreurs` with all the faults of the folder and headers at once, then
    all those of the cells; nothing is left behind then.
    """
    source, sortie = Path(source), Path(sortie)
    collecte = Collecte()
    _verifier_les_renoncements(demande.sans, collecte)
    fichiers, non_lus = lecture.inventaire(source, demande.sans, collecte)
    connues = _listes(source, collecte)
    _verifier_la_demande(demande, collecte)
    collecte.lever()
    compte_rendu = Bilan(
        demande.annee, demande.jour.isoformat(), demande.dernier_soin.isoformat(),
        demande.flux_jusqu_au.isoformat() if demande.flux_jusqu_au else None,
        {nom: len(lus) for nom, lus in fichiers.items()}, non_lus,
        {nom: TABLES[nom].sans_elle for nom in TABLES if nom not in fichiers and TABLES[nom].sans_elle},
    )  # fmt: skip
    nouveau = not sortie.exists()
    ecrivain = Ecrivain(sortie, ORIGINE, None, demande.annee, _identite(source, fichiers, demande))
    if ecrivain.termine:
        return _relire(sortie, compte_rendu)
    atelier = Atelier(sortie / DOSSIER, fichiers, avancer)
    try:
        _derouler(atelier, ecrivain, demande, connues, compte_rendu)
    except Erreurs:
        # A source to mend makes another import; a full disk does not.
        if len(atelier.collecte):
            shutil.rmtree(sortie if nouveau else sortie / DOSSIER, ignore_errors=True)
        raise
    finally:
        atelier.fermer()
    extrait = ecrivain.finir()
    compte_rendu.comptes |= {"medecins": extrait.medecins, "evenements": extrait.evenements}
    compte_rendu.poser(sortie)
    return compte_rendu


def _derouler(atelier: Atelier, ecrivain: Ecrivain, demande: Demande, connues: Listes, compte_rendu: Bilan) -> None:
    identites = beneficiaires.lire_identites(atelier)
    contrats = beneficiaires.lire_complementaire(atelier)
    exonerations, diagnostics = affections.lire(atelier)
    lues = medecin_traitant.lire(atelier)
    affines = [biologie.lire(atelier, connues), ccam.lire(atelier, connues), pharmacie.lire(atelier, connues)]
    # A file with a fault has no step to join: the invoices are then read for their own faults alone.
    jointes = [] if len(atelier.collecte) else affines
    factures = prestations.lire(atelier, connues, jointes, demande.flux_jusqu_au, demande.dernier_soin)
    atelier.lever()
    medecin_traitant.verifier(atelier, lues)
    atelier.lever()
    comptes, jour = compte_rendu.comptes, demande.jour
    atelier.avancer("bénéficiaires")
    comptes |= beneficiaires.etablir(atelier, identites, jour)
    atelier.avancer("prestations")
    facturees, trouves = prestations.etablir(atelier, factures)
    comptes |= trouves
    dernieres = medecin_traitant.principaux(atelier, lues["cabinets"], jour)
    declares = medecin_traitant.declarer(atelier, lues["declarations"], facturees, dernieres, jour)
    medecins = medecin_traitant.decrire(atelier, declares, facturees, dernieres, lues)
    en_ald = affections.etablir(atelier, exonerations, diagnostics, jour) if exonerations else ""
    c2s = beneficiaires.etablir_c2s(atelier, contrats, jour) if contrats else ""
    atelier.avancer("actes")
    faits, trouves = assemblage.actes(atelier, facturees, affines)
    comptes |= trouves
    vues = assemblage.dernieres_consultations(atelier, facturees, declares, dernieres, jour)
    patients = assemblage.patients(atelier, declares, medecins, vues, en_ald, c2s)
    tables = {"patients": patients, "medecins": medecins, "actes": faits, "affections": en_ald, "c2s": c2s}
    comptes["actes_repetes_le_meme_jour"] = assemblage.ecrire(atelier, ecrivain, tables, connues)
    comptes["avec_medecin_traitant"] = atelier.compter(f"SELECT count(medecin) FROM {patients}")
    comptes["medecin_traitant_hors_medecins"] = atelier.compter(f"SELECT count(*) FROM {declares}") - comptes["avec_medecin_traitant"]
    comptes["jamais_vus"] = atelier.compter(f"SELECT count(*) FROM {patients} WHERE medecin IS NOT NULL AND date_derniere_consultation IS NULL")
    compte_rendu.completude = bilan.completude(atelier, facturees, demande.dernier_soin)
    compte_rendu.avertissements += _avertir(atelier, compte_rendu, medecins)


def _avertir(atelier: Atelier, compte_rendu: Bilan, medecins: str) -> list[str]:
    """Say what the extrait cannot know, and the months whose flows have not all come."""
    avertissements = [f"sans {nom} : {consequence}" for nom, consequence in compte_rendu.renoncements.items()]
    court = [mois["mois"] for mois in compte_rendu.completude if mois["mois_de_flux"] < bilan.MOIS_DE_FLUX]
    if court:
        avertissements.append(
            f"soins de {court[0]} à {court[-1]} : moins de {bilan.MOIS_DE_FLUX} mois de flux les suivent, il en manque encore"
        )
    if compte_rendu.comptes.get("mois_de_naissance_inconnu"):
        avertissements.append("mois de naissance inconnu de certains patients : le 1er janvier en tient lieu (BEN_NAI_MOI)")
    sans_option = atelier.compter(f"SELECT count(*) FROM {medecins} WHERE option_tarifaire IS NULL")
    if sans_option >= bilan.MEDECINS_MONTRES:
        avertissements.append(f"{sans_option} médecins dont l'option tarifaire est inconnue : le SNDS ne la porte pas, MEDECINS.csv peut la donner")
    return avertissements


def _listes(source: Path, collecte: Collecte) -> Listes:
    sienne = source / lecture.NOMENCLATURES
    if not sienne.is_file():
        return Listes(listes())
    lecteur = Lecteur(collecte)
    return Listes(listes_avec(sienne, lecteur))


def _verifier_les_renoncements(sans: Collection[str], collecte: Collecte) -> None:
    for nom in sorted(sans):
        if nom not in TABLES or nom in INDISPENSABLES:
            quoi = "rien ne s'importe sans cette table" if nom in INDISPENSABLES else "table inconnue"
            possibles = ", ".join(autre for autre in TABLES if autre not in INDISPENSABLES)
            collecte.ajouter(Faute(quoi, champ="--sans", valeur=nom, attendu=f"l'une de {possibles}"))


def _verifier_la_demande(demande: Demande, collecte: Collecte) -> None:
    if demande.dernier_soin < demande.jour:
        collecte.ajouter(Faute("les soins s'arrêtent avant le jour où les patients sont décrits", champ="--soins-jusqu-au",
                               valeur=demande.dernier_soin.isoformat(), attendu=f"une date à partir du {demande.jour:%d/%m/%Y}"))  # fmt: skip
    if demande.flux_jusqu_au is not None and demande.flux_jusqu_au <= demande.jour.replace(day=1):
        collecte.ajouter(Faute("les flux s'arrêtent avant le jour où les patients sont décrits", champ="--flux-jusqu-au",
                               valeur=f"{demande.flux_jusqu_au:%Y-%m}", attendu=f"au moins {bilan.MOIS_DE_FLUX} mois après le dernier soin"))  # fmt: skip


def _identite(source: Path, fichiers: dict[str, list[Fichier]], demande: Demande) -> dict[str, Any]:
    """Return what the extrait depends on: the files as they are, and what was asked of them."""
    lus = [(nom, fichier.chemin.name, *_etat(fichier.chemin)) for nom, tous in sorted(fichiers.items()) for fichier in tous]
    sienne = source / lecture.NOMENCLATURES
    if sienne.is_file():
        lus.append((lecture.NOMENCLATURES, sienne.name, *_etat(sienne)))
    return {
        "source": hashlib.sha256(json.dumps(lus).encode()).hexdigest()[:16],
        "etat_au": demande.jour.isoformat(), "soins_jusqu_au": demande.dernier_soin.isoformat(),
        "flux_jusqu_au": demande.flux_jusqu_au.isoformat() if demande.flux_jusqu_au else None, "sans": sorted(demande.sans),
    }  # fmt: skip


def _etat(chemin: Path) -> tuple[int, int]:
    etat = chemin.stat()
    return etat.st_size, etat.st_mtime_ns


def _relire(sortie: Path, compte_rendu: Bilan) -> Bilan:
    """Return the report of an import that was already over."""
    ouvrir(sortie)
    rapport = sortie / bilan.RAPPORT
    if rapport.exists():
        lu = json.loads(rapport.read_text("utf-8"))
        return Bilan(**{nom: lu[nom] for nom in lu if nom in Bilan.__dataclass_fields__})
    compte_rendu.avertissements.append(f"cet extrait était déjà là ({sortie / MANIFESTE}) : rien n'a été refait")
    return compte_rendu
