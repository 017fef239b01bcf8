"""What is said of a failure: to the log, where and of what kind; to the visitor, that it is ours. Nothing of what was sent."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

JOURNAL = logging.getLogger("convmed.serveur")
PLACES = 8


def noter(erreur: BaseException) -> None:
    """Log the kind of an exception and the way to it, without its message: it may hold what was sent."""
    pile = traceback.extract_tb(erreur.__traceback__)[-PLACES:]
    chemin = " < ".join(f"{place.name} ({Path(place.filename).name}:{place.lineno})" for place in reversed(pile))
    JOURNAL.error("%s : %s", type(erreur).__name__, chemin)
