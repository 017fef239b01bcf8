"""Search over the texts: words without accents nor capitals, the best places first, what was found marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from markupsafe import Markup, escape

MOTS_AU_PLUS, EXTRAIT = 8, 220
# What an ending changes in French: « médicaux » looks for « médical » too.
TERMINAISONS = ("aux", "ale", "als", "al", "es", "s", "x")
VIDES = frozenset(["a", "au", "aux", "ce", "ces", "d", "dans", "de", "des", "du", "en", "est", "et", "il", "l", "la", "le", "les", "ou", "par", "pour", "que", "qui", "se", "sur", "un", "une"])


@dataclass(frozen=True, slots=True)
class Document:
    """Something that can be found: its kind, its title, its words, where it is; `poids` raises it among its equals."""

    genre: str
    titre: str
    texte: str
    adresse: str
    poids: int = 0


@dataclass(frozen=True, slots=True)
class Trouve:
    """A document that was found, and by which words."""

    document: Document
    motifs: list[re.Pattern[str]]
    note: int

    @property
    def titre(self) -> Markup:
        """Return its title, where the words are marked."""
        return marquer(self.document.titre, self.motifs)

    @property
    def extrait(self) -> Markup:
        """Return an extract of its words, marked."""
        return marquer(_extrait(self.document.texte, self.motifs), self.motifs)


@dataclass(frozen=True, slots=True)
class Indexe:
    """A document, and its words as they are compared."""

    document: Document
    titre: str
    texte: str


class Index:
    """Documents to be searched; made once."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = [Indexe(un, sans_accents(un.titre), sans_accents(un.texte)) for un in documents]
        self.vocabulaire = sorted({mot for un in self.documents for mot in re.findall(r"[a-z]{4,}", f"{un.titre} {un.texte}")})

    def chercher(self, question: str) -> list[Trouve]:
        """Return the documents that hold every word of a question, the best first; none for a question without a word."""
        mots = mots_de(question)
        if not mots:
            return []
        motifs = [re.compile(rf"(?<![a-z0-9]){re.escape(mot)}") for mot in mots]
        phrase = " ".join(sans_accents(question).split())
        notes = ((un.document, _noter(un, motifs, phrase)) for un in self.documents)
        trouves = [Trouve(document, motifs, note + document.poids) for document, note in notes if note]
        return sorted(trouves, key=lambda trouve: -trouve.note)

    def proches(self, question: str) -> list[str]:
        """Return questions near one that found nothing: each unknown word replaced by a known one."""
        propositions: list[str] = []
        mots = [mot for mot in re.findall(r"\w+", sans_accents(question)) if mot not in VIDES][:MOTS_AU_PLUS]
        for rang, mot in enumerate(mots):
            for proche in get_close_matches(mot, self.vocabulaire, n=3, cutoff=0.7):
                if proche != mot:
                    propositions.append(" ".join([*mots[:rang], proche, *mots[rang + 1 :]]))
        # Alone, each word that is known finds something.
        propositions += [mot for mot in mots if len(mots) > 1 and len(mot) > 3 and mot in self.vocabulaire]
        combien = {une: len(self.chercher(une)) for une in propositions}
        return sorted((une for une in combien if combien[une]), key=lambda une: (-len(une.split()), -combien[une]))[:6]


def mots_de(question: str) -> list[str]:
    """Return the words of a question as they are looked for: without accents, nor the ending that a plural changes."""
    lus = re.findall(r"[a-z0-9]+(?:[.,-][a-z0-9]+)*", sans_accents(question))
    utiles = [mot for mot in lus if mot not in VIDES] or lus
    return list(dict.fromkeys(_racine(mot) for mot in utiles))[:MOTS_AU_PLUS]


def _racine(mot: str) -> str:
    fin = next((fin for fin in TERMINAISONS if mot.endswith(fin) and len(mot) - len(fin) >= 4), "")
    return mot.removesuffix(fin) + ("a" if fin.startswith("a") else "")


def sans_accents(texte: str) -> str:
    """Return a text in small letters without accents, `œ` as `oe`."""
    bas = texte.lower().replace("œ", "oe").replace("æ", "ae").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return bas if bas.isascii() else "".join(c for c in unicodedata.normalize("NFKD", bas) if not unicodedata.combining(c))


def _lettres(texte: str) -> Iterator[tuple[str, int]]:
    """Yield each letter as it is compared, with its place in the text."""
    for place, lettre in enumerate(texte):
        bas = lettre.lower().replace("œ", "oe").replace("æ", "ae").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        for une in bas if bas.isascii() else unicodedata.normalize("NFKD", bas):
            if not unicodedata.combining(une):
                yield une, place


def _noter(un: Indexe, motifs: list[re.Pattern[str]], phrase: str) -> int:
    note = 0
    for motif in motifs:
        if trouve := motif.search(un.titre):
            note += 12 if trouve.start() == 0 else 8
        elif motif.search(un.texte):
            note += 2
        else:
            return 0
    if len(motifs) > 1 and phrase in un.titre:
        note += 20
    elif len(motifs) > 1 and phrase in un.texte:
        note += 6
    return note + (15 if phrase == un.titre else 0)


def _extrait(texte: str, motifs: list[re.Pattern[str]]) -> str:
    """Return the part of a text around the first word that is found there."""
    lettres = list(_lettres(texte))
    compare = "".join(lettre for lettre, _ in lettres)
    premier = min((trouve.start() for motif in motifs if (trouve := motif.search(compare))), default=0)
    ici = lettres[premier][1] if lettres else 0
    debut = max(0, texte.rfind(" ", 0, max(0, ici - 60)) + 1 if ici > 60 else 0)
    coupe = texte[debut : debut + EXTRAIT]
    if debut + EXTRAIT < len(texte):
        coupe = coupe.rpartition(" ")[0] + " …"
    return ("… " if debut else "") + coupe


def marquer(texte: str, motifs: list[re.Pattern[str]]) -> Markup:
    """Return a text, escaped, where the words that were looked for are in `<mark>`, whole."""
    lettres = list(_lettres(texte))
    compare = "".join(lettre for lettre, _ in lettres)
    places: list[tuple[int, int]] = []
    for motif in motifs:
        for trouve in motif.finditer(compare):
            fin = trouve.end()
            while fin < len(compare) and compare[fin].isalnum():
                fin += 1
            places.append((lettres[trouve.start()][1], lettres[fin - 1][1] + 1))
    morceaux, rang = [], 0
    for debut, fin in sorted(places):
        if debut >= rang:
            morceaux += [escape(texte[rang:debut]), Markup("<mark>"), escape(texte[debut:fin]), Markup("</mark>")]
            rang = fin
    return Markup("").join([*morceaux, escape(texte[rang:])])
