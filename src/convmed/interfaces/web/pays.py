"""The country of a worker: a synthetic population drawn once, in the background, and what texts cost on it.

What is drawn lies in a folder of its own that goes when the worker ends; nobody real is in it.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from convmed.donnees.population.production import produire
from convmed.donnees.population.reperes import reperes
from convmed.interfaces.commandes_simuler import ANNEE, GRAINE, PATIENTS
from convmed.interfaces.serveur.pannes import noter
from convmed.interfaces.web.dossiers import Memoire
from convmed.restitution.simulation import comparer, en_dict, par_annee
from convmed.simulation import Simulation, SurDisque, simuler, verifier_les_annees
from convmed.textes import EN_VIGUEUR, Erreurs, Faute, Texte, dit_en_francais, textes_connus

JOURNAL = logging.getLogger("convmed.serveur")
# A result is some 20 kB.
RESULTATS = 256
# One run takes the two cores of a small server: more who wait would keep the other pages from being served.
FILE_AU_PLUS, ATTENTE = 6, 20.0
# What scenarios that move an age or a window leave on disk, against what the text in force takes.
GROSSISSEMENT = 4
ONGLETS = 512


class Occupe(Exception):
    """Too many ask at once, or one asked too long ago: try again."""


class Depasse(Exception):
    """The same page asked something else since: nobody waits for this answer."""


class Pays:
    """A population, ready or being drawn; threads share it, and one of them computes at a time."""

    def __init__(self, patients: int = PATIENTS) -> None:
        self.patients, self.panne = patients, ""
        self.source: SurDisque | None = None
        self._verrou, self._calcul = threading.Lock(), threading.Lock()
        self._dossier: tempfile.TemporaryDirectory[str] | None = None
        self._fil: threading.Thread | None = None
        self._attendent, self._borne = 0, 0
        self._onglets: OrderedDict[str, int] = OrderedDict()
        self._resultats = Memoire(RESULTATS)

    def pret(self) -> bool:
        """Tell whether the population is there; the first who asks has it drawn, without waiting for it."""
        with self._verrou:
            if self.source is None and (self._fil is None or not self._fil.is_alive()):
                self._fil = threading.Thread(target=self._tirer, name="pays", daemon=True)
                self._fil.start()
        return self.source is not None

    def attendre(self, secondes: float) -> bool:
        """Wait for the population, and tell whether it is there."""
        if not self.pret() and self._fil is not None:
            self._fil.join(secondes)
        return self.source is not None

    @property
    def facteur(self) -> float:
        """Return by how much a total of this population is multiplied to stand for the country."""
        return float(reperes()["pop-total"].nombre or 0) / self.patients

    def comparer(self, texte: Texte, contre: Texte, annees: Sequence[int], onglet: str = "") -> dict[str, Any]:
        """Return what a text costs against another, as `restitution.simulation.en_dict`; several years: the cost of each.

        `onglet` names the page that asks: its last question alone is answered. `Erreurs` for a text or a year that cannot
        be computed; `Occupe`, `Depasse`.
        """
        rang = self._prendre_rang(onglet)
        cle = (cle_de(texte), cle_de(contre), tuple(annees))

        def calculer() -> dict[str, Any]:
            with self._tour():
                if onglet and self._onglets.get(onglet, rang) != rang:
                    raise Depasse
                return self._resultats.une_fois(cle, lambda: self._comparer(texte, contre, annees))

        return self._resultats.une_fois(cle, calculer)

    def fermer(self) -> None:
        """Forget the population."""
        if self._dossier is not None:
            self._dossier.cleanup()

    def _tirer(self) -> None:
        self.panne = ""
        try:
            self._dossier = tempfile.TemporaryDirectory(prefix="convmed-pays-", ignore_cleanup_errors=True)
            pays = Path(self._dossier.name) / "pays"
            produire(self.patients, GRAINE, ANNEE, pays)
            source = SurDisque(pays)
            simuler(source, [(textes_connus()[EN_VIGUEUR], ANNEE)], self._travail)
            self._borne = GROSSISSEMENT * self._taille()
            self.source = source
        except Erreurs as erreurs:
            self.panne = str(erreurs)
        except OSError as erreur:
            self.panne = dit_en_francais(erreur)
        except Exception as erreur:
            # Whatever it is, the pages must say that no country comes rather than wait for it.
            self.panne = "erreur du serveur, notée dans son journal"
            noter(erreur)
        if self.panne:
            JOURNAL.error("le pays n'a pas pu être tiré")

    @property
    def _travail(self) -> Path:
        assert self._dossier is not None
        return Path(self._dossier.name) / "travail"

    def _taille(self) -> int:
        return sum(fichier.stat().st_size for fichier in self._travail.rglob("*.parquet"))

    def _comparer(self, texte: Texte, contre: Texte, annees: Sequence[int]) -> dict[str, Any]:
        assert self.source is not None
        demandes = [(un, annee) for annee in annees for un in (texte, contre)]
        try:
            verifier_les_annees(self.source, demandes)
        except Erreurs as erreurs:
            raise Erreurs(replace(faute, champ=None, attendu=None) for faute in erreurs.fautes) from None
        simulation: Simulation = simuler(self.source, demandes, self._travail)
        if self._taille() > self._borne:
            shutil.rmtree(self._travail)
        couts = par_annee(simulation) if len(annees) > 1 else []
        return en_dict(comparer(simulation, *simulation.applications[:2]), couts)

    def _prendre_rang(self, onglet: str) -> int:
        with self._verrou:
            rang = self._onglets.pop(onglet, 0) + 1
            if onglet:
                self._onglets[onglet] = rang
            while len(self._onglets) > ONGLETS:
                self._onglets.popitem(last=False)
        return rang

    @contextmanager
    def _tour(self) -> Iterator[None]:
        """Wait for one's turn to compute, not for ever nor behind a crowd."""
        with self._verrou:
            if self._attendent >= FILE_AU_PLUS:
                raise Occupe
            self._attendent += 1
        try:
            if not self._calcul.acquire(timeout=ATTENTE):
                raise Occupe
        finally:
            with self._verrou:
                self._attendent -= 1
        try:
            yield
        finally:
            self._calcul.release()


def cle_de(texte: Texte) -> tuple[Any, ...]:
    """Return what tells a text from any other: its name and all that it lays on the texts below."""
    ajouts = tuple((*cle, tuple((v.du, v.au, str(v.brute)) for v in valeurs)) for cle, valeurs in sorted(texte.ajouts.items()))
    return texte.id, texte.chaine, ajouts


def occupe() -> Erreurs:
    """Return what is said to who must try again."""
    return Erreurs([Faute("le serveur calcule déjà pour d’autres visiteurs", attendu="réessayer dans quelques secondes")])


PAYS = Pays()
