"""Runs a command and measures it from outside, with all the processes that it starts: time, processor, memory."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE, TOPS_PAR_S = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
PAS_S = 0.02


@dataclass(frozen=True)
class Execution:
    """What a command cost, from its start to its end, and what it printed.

    `memoire_mo` is the peak of the resident memory of all its processes added up: a page that two of them share counts
    twice. `arret` says why it was stopped, if it was.
    """

    code: int
    duree_s: float
    processeur_s: float
    memoire_mo: float
    processus: int
    sortie: str
    arret: str | None


def executer(commande: Sequence[str], env: Mapping[str, str], memoire_max_mo: float, duree_max_s: float) -> Execution:
    """Run a command to its end, or to one of the two limits."""
    with tempfile.TemporaryFile("w+") as sortie:
        debut = time.perf_counter()
        enfant = subprocess.Popen(commande, env=env, stdout=sortie, start_new_session=True)
        guet = _Guet(enfant.pid, memoire_max_mo, debut + duree_max_s)
        guet.start()
        # Unlike `wait`, it tells the processor time of this child and of those that it waited for.
        _, etat, usage = os.wait4(enfant.pid, 0)
        fin = time.perf_counter()
        guet.fini.set()
        guet.join()
        enfant.returncode = os.waitstatus_to_exitcode(etat)
        sortie.seek(0)
        # A process that nobody waits for (the Java machine of Spark) is told by what was seen of it.
        processeur = max(usage.ru_utime + usage.ru_stime, sum(guet.processeur_s.values()))
        pic = max(guet.pic_mo, usage.ru_maxrss / 1024)
        return Execution(enfant.returncode, fin - debut, processeur, pic, len(guet.processeur_s), sortie.read(), guet.arret)


class _Guet(threading.Thread):
    """Looks at a tree of processes at short intervals; ends it beyond a limit."""

    def __init__(self, racine: int, memoire_max_mo: float, jusqu_a: float) -> None:
        super().__init__(daemon=True)
        self.racine, self.memoire_max_mo, self.jusqu_a = racine, memoire_max_mo, jusqu_a
        self.fini = threading.Event()
        self.pic_mo, self.arret = 0.0, None
        self.processeur_s: dict[int, float] = {}

    def run(self) -> None:
        while not self.fini.wait(PAS_S):
            vus = {pid: vu for pid in _descendance(self.racine) if (vu := _regarder(pid)) is not None}
            self.pic_mo = max(self.pic_mo, sum(memoire for memoire, _ in vus.values()))
            self.processeur_s |= {pid: processeur for pid, (_, processeur) in vus.items()}
            if self.arret is None and self.pic_mo > self.memoire_max_mo:
                self._arreter(f"plus de {self.memoire_max_mo / 1024:g} Go")
            elif self.arret is None and time.perf_counter() > self.jusqu_a:
                self._arreter("trop long")

    def _arreter(self, pourquoi: str) -> None:
        self.arret = pourquoi
        os.killpg(self.racine, signal.SIGKILL)


def _descendance(racine: int) -> list[int]:
    """Return a process and all those that it started, directly or not."""
    tous, pile = [], [racine]
    while pile:
        pid = pile.pop()
        tous.append(pid)
        for fils in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                pile += map(int, fils.read_text().split())
            except OSError:
                continue
    return tous


def _regarder(pid: int) -> tuple[float, float] | None:
    """Return the resident memory of a process, in MB, and the processor time that it used; nothing if it has ended."""
    try:
        # The name of the program stands between brackets and may hold anything.
        champs = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(champs[21]) * PAGE / 2**20, (int(champs[11]) + int(champs[12])) / TOPS_PAR_S
