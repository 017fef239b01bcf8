"""What a simulation says: what each text costs, by dispositif; who gains and who loses; the same by zone, sector, age, list.

Small numbers are masked, and what would give them by subtraction. What is said of the whole population is masked as the
rest once somebody in it is real; and then the bounds of a decile are not said, for each is the amount of one doctor.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

import polars as pl

from convmed.dispositifs.prevention import INDICATEURS
from convmed.dispositifs.socle import tous
from convmed.restitution.masquage import masquees, masquer, petit
from convmed.simulation import EFFECTIF, Application, Simulation
from convmed.textes.unites import vers_nombre

SYNTHETIQUE = "synthetique"
PREVENTION, VOLET_PREVENTION = "prevention", "prevention_total"
DECILES = 10
# Where the classes that are shown begin; they are ways of looking, not thresholds of any text.
AGES, LISTES = (40, 50, 60, 67), (500, 800, 1200, 1600)
CRITERES = {
    "zone": "Zone du cabinet", "secteur": "Secteur et option tarifaire", "specialite": "Spécialité", "age": "Âge du médecin",
    "patientele": "Patientèle médecin traitant",
}  # fmt: skip
# A country's billions are told in millions up to ten of them, so that texts that are close can be told apart.
ECHELLES = ((10_000_000_000, 1_000_000_000, "Md€"), (1_000_000, 1_000_000, "M€"), (1_000, 1_000, "k€"), (0, 1, "€"))
ISSUES = ("gagnants", "perdants", "inchanges")
MESURES = ("medecins", "texte", "contre", "difference", "difference_moyenne", *ISSUES)


@dataclass(frozen=True)
class Comparaison:
    """One text against another on the same population."""

    simulation: Simulation
    texte: Application
    contre: Application
    totaux: pl.DataFrame

    @property
    def reelle(self) -> bool:
        """Tell whether the population holds real people."""
        return reelle(self.simulation)

    @property
    def cachee(self) -> bool:
        """Tell whether the whole itself is too small to be shown."""
        return self.reelle and petit("medecins", self.simulation.medecins.height)


def reelle(simulation: Simulation) -> bool:
    """Tell whether a population holds real people; what is not said to be synthetic does."""
    return bool(simulation.source.identite["origine"] != SYNTHETIQUE)


def comparer(simulation: Simulation, texte: Application, contre: Application) -> Comparaison:
    """Set one text of a simulation against another."""
    return Comparaison(simulation, texte, contre, simulation.totaux(texte, contre))


def par_dispositif(c: Comparaison) -> list[dict[str, Any]]:
    """Return what each dispositif costs under both texts, in euros; why it cannot be told, or for how many doctors."""
    rangees = []
    for nom in c.simulation.dispositifs:
        series = {cote: c.simulation.montant(application, nom) for cote, application in _cotes(c)}
        centimes = {cote: None if serie is None or c.cachee else int(serie.sum() or 0) for cote, serie in series.items()}
        ecart = None if None in centimes.values() else (centimes["texte"] or 0) - (centimes["contre"] or 0)
        motifs = {f"motif_{cote}": _motif(c, application, nom) for cote, application in _cotes(c)}
        rangees.append({"dispositif": nom, **{cote: _euros(valeur) for cote, valeur in centimes.items()}, "difference": _euros(ecart), **motifs})
    return rangees


def _motif(c: Comparaison, application: Application, dispositif: str) -> str | None:
    """Say why an amount is not there, or is not there for everyone."""
    motif, serie = c.simulation.motif(application, dispositif), c.simulation.montant(application, dispositif)
    if motif is not None or serie is None or not (sans := serie.null_count()):
        return motif
    combien = "de quelques médecins" if c.reelle and (petit("medecins", sans) or petit("medecins", len(serie) - sans)) else f"de {sans} médecins sur {len(serie)}"
    return f"somme incomplète : le montant {combien} ne se calcule pas, faute d'une donnée ou d'une figure publiée"


def masses(c: Comparaison) -> dict[str, Any]:
    """Return what each text costs in all, in euros, and the difference on what both of them compute."""
    comparables = c.simulation.comparables(c.texte, c.contre)
    texte, contre = (c.simulation.masse(application) for _, application in _cotes(c))
    ecart = c.simulation.masse(c.texte, comparables) - c.simulation.masse(c.contre, comparables)
    sommes = {"texte": texte, "contre": contre, "difference": ecart}
    return {**{nom: None if c.cachee else _euros(somme) for nom, somme in sommes.items()}, "comparables": comparables}


def gagnants(c: Comparaison) -> dict[str, Any]:
    """Return how many doctors gain, lose or do not change, on what both texts compute."""
    rangee = _mesurer(c.totaux)
    comptes: dict[str, int | None] = {nom: rangee[nom] for nom in ISSUES}
    comptes["sans_total"] = c.totaux.height - rangee["medecins"]
    if c.reelle:
        # They make the whole, which is known: one of them alone cannot hide.
        caches = masquees([{"medecins": valeur} for valeur in (c.totaux.height, *comptes.values())], [range(len(comptes) + 1)])
        comptes = {nom: None if cache else valeur for (nom, valeur), cache in zip(comptes.items(), caches[1:], strict=True)}
    tus = c.reelle and petit("medecins", rangee["medecins"])
    moyennes = {"difference_moyenne": rangee["difference_moyenne"], "difference_mediane": _mediane(c.totaux["difference"])}
    return {**comptes, **(dict.fromkeys(moyennes) if tus else moyennes)}


def deciles(c: Comparaison) -> list[dict[str, Any]]:
    """Return ten groups of as many doctors, from those who lose most to those who gain most; amounts in euros."""
    tri = c.totaux.with_columns(c.simulation.medecins["medecin"]).drop_nulls("difference").sort("difference", "medecin")
    rangees = []
    for rang in range(DECILES):
        part = tri[rang * tri.height // DECILES : (rang + 1) * tri.height // DECILES]
        masque = c.reelle and (petit("medecins", part.height) or petit("medecins", tri.height))
        bornes = {f"difference_{nom}": None if c.reelle else _euros(getattr(part["difference"], nom)()) for nom in ("min", "max")}
        moyennes = {"difference_moyenne": _moyenne(part["difference"]), **{f"{nom}_moyen": _moyenne(part[nom]) for nom in ("texte", "contre")}}
        rangees.append({"decile": rang + 1, "medecins": None if masque else part.height, **bornes, **(dict.fromkeys(moyennes) if masque else moyennes), "masque": masque})
    return rangees


def groupes(c: Comparaison) -> list[dict[str, Any]]:
    """Return, for each class of each criterion, what changes and for whom.

    A small class is masked whole (`masque`); in a larger one, a count that is small is `None`.
    """
    table = pl.concat([_classes(c), c.totaux], how="horizontal").drop_nulls("difference")
    rangees: list[dict[str, Any]] = [{"critere": "ensemble", "modalite": "tous les médecins", **_mesurer(table)}]
    criteres: list[list[int]] = []
    for critere in (nom for nom in CRITERES if nom in table.columns):
        debut = len(rangees)
        for (modalite,), part in table.sort(critere).group_by(critere, maintain_order=True):
            rangees.append({"critere": critere, "modalite": str(modalite if modalite is not None else "non renseigné"), **_mesurer(part)})
        criteres.append([*range(debut, len(rangees))])
    vues = masquer(rangees, MESURES, {"medecins": "medecins"}, [(0, *rangs) for rangs in criteres])
    tues = _a_taire(rangees, {rang for rang, vue in enumerate(vues) if vue["masque"]}, criteres)
    return [{**vue, **(dict.fromkeys(ISSUES) if rang in tues else {})} for rang, vue in enumerate(vues)]


def _a_taire(rangees: list[dict[str, Any]], masquees_: set[int], criteres: list[list[int]]) -> set[int]:
    """Return the rows whose winners, losers and unchanged are not said: a count is small, or would give one by subtraction."""

    def trahit(rangs: Iterable[int]) -> bool:
        return any(petit("medecins", sum(rangees[rang][nom] for rang in rangs)) for nom in ISSUES)

    tues = masquees_ | {rang for rang in range(len(rangees)) if trahit([rang])}
    for rangs in criteres:
        # The whole is known: what it leaves to the rows that are not said must not be small either.
        while 0 not in tues and trahit([rang for rang in rangs if rang in tues]):
            tues.add(min((rang for rang in rangs if rang not in tues), key=lambda rang: (rangees[rang]["medecins"], rang), default=0))
    return tues


def indicateurs(c: Comparaison) -> list[dict[str, Any]]:
    """Return, for each prevention indicator, the patients who validate it and those who do not; small numbers masked."""
    medecins = c.simulation.medecins
    rangees: list[dict[str, Any]] = []
    for indicateur in INDICATEURS:
        if f"{indicateur.nom} valide" in medecins.columns:
            valides, manquants = (int(medecins[f"{indicateur.nom} {etat}"].sum()) for etat in ("valide", "non-valide"))
            rangees.append({"indicateur": indicateur.nom, "libelle": indicateur.libelle, "valides": valides, "non_valides": manquants,
                            "taux": valides / (valides + manquants) if valides + manquants else None})  # fmt: skip
    # The cost of the prevention part tells how many indicators are validated in all.
    total = {"patients": sum(rangee["valides"] for rangee in rangees)}
    caches = masquees([total, *({"patients": rangee["valides"]} for rangee in rangees)], [range(len(rangees) + 1)] if rangees else [])
    vues = []
    for rangee, cache in zip(rangees, caches[1:], strict=True):
        masque = cache or petit("patients", rangee["non_valides"])
        vues.append({**rangee, **(dict.fromkeys(("valides", "non_valides", "taux")) if masque else {}), "masque": masque})
    return vues


def ronds(montant: float) -> str:
    """Write an amount of euros without its cents, half a euro being rounded away from zero: the exact one is in the JSON."""
    entiers = int(Decimal(str(montant)).quantize(Decimal(1), ROUND_HALF_UP))
    return f"{entiers:,}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}") + "\N{NO-BREAK SPACE}€"


def echelle(montants: Iterable[float]) -> Callable[[float], str]:
    """Return how to write amounts of euros on one scale, chosen from the largest."""
    plus_grand = max((abs(montant) for montant in montants), default=0)
    diviseur, unite = next((pas, mot) for seuil, pas, mot in ECHELLES if plus_grand >= seuil)
    decimales = 1 if diviseur > 1 and plus_grand < 100 * diviseur else 0

    def ecrire(montant: float) -> str:
        ecrit = f"{montant / diviseur:,.{decimales}f}".removesuffix(".0").replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
        return ecrit.replace("-", "\N{MINUS SIGN}") + f"\N{NO-BREAK SPACE}{unite}"

    return ecrire


def texte_des_indicateurs(simulation: Simulation) -> str | None:
    """Return the text whose definitions the indicators follow: the first that has a prevention part; `None` if none has."""
    return next((a.texte.id for a in simulation.applications if PREVENTION in a.volets and a.volets[PREVENTION].regle == VOLET_PREVENTION), None)


def nom_de_dispositif(nom: str) -> str:
    """Return the short name of a dispositif, as a reader says it."""
    return tous()[nom].titre.partition(" (")[0]


def libelle_de_classe(critere: str, modalite: str) -> str:
    """Return the name of a class, as a reader says it."""
    match critere:
        case "zone":
            return "Hors zone" if modalite == "hors-zone" else modalite.upper()
        case "specialite":
            return f"Spécialité {modalite}"
        case "secteur":
            secteur, _, option = modalite.partition("-")
            dite = {"": "", "aucune": ", sans option", "inconnue": ", option inconnue"}.get(option, f", {option.upper()}")
            return "Non conventionné" if secteur == "nc" else f"Secteur {secteur}{dite}"
    return modalite[:1].upper() + modalite[1:]


def en_dict(c: Comparaison, annees: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Return a comparison as the JSON contract wants it; amounts in euros."""
    identite = c.simulation.source.identite
    masse = masses(c)
    return {
        "population": {"patients": None if c.cachee or (c.reelle and petit("patients", c.simulation.source.patients)) else c.simulation.source.patients,
                       "medecins": None if c.cachee else c.simulation.medecins.height,
                       "origine": identite["origine"], "graine": identite["graine"], "annee": identite["annee"]},
        "annee": c.texte.annee, "texte": c.texte.texte.id, "contre": c.contre.texte.id, "moteur": c.simulation.moteur,
        "masse": {cote: masse[cote] for cote in ("texte", "contre", "difference")}, "comparables": masse["comparables"],
        "par_dispositif": par_dispositif(c), "medecins": gagnants(c), "deciles": deciles(c), "groupes": groupes(c),
        "texte_des_indicateurs": texte_des_indicateurs(c.simulation), "indicateurs": indicateurs(c), "annees": list(annees),
        "reserves": reserves(c),
    }  # fmt: skip


def par_annee(simulation: Simulation) -> list[dict[str, Any]]:
    """Return what two texts cost each year, in euros: applications come by pairs, a text and the one it is set against."""
    rangees = []
    for texte, contre in zip(simulation.applications[::2], simulation.applications[1::2], strict=True):
        c = comparer(simulation, texte, contre)
        masse = masses(c)
        rangees.append({"annee": texte.annee, **{cote: masse[cote] for cote in ("texte", "contre", "difference")}, "comparables": masse["comparables"],
                        "par_dispositif": par_dispositif(c)})  # fmt: skip
    return rangees


def reserves(c: Comparaison) -> list[str]:
    """Return what a reader must know before quoting a figure."""
    dites = []
    if not c.reelle:
        dites.append("population synthétique, calée sur des totaux publiés (« convmed population » en donne le rapport) : un ordre de grandeur, pas une mesure")
    else:
        dites.append("population réelle : les petits effectifs sont masqués, et les bornes des déciles tues, qui sont les montants d'un seul médecin")
    absents = sorted(set(c.simulation.dispositifs) - set(c.simulation.comparables(c.texte, c.contre)))
    if absents:
        dites.append("hors de la différence, faute de montant d'un côté au moins : " + ", ".join(absents))
    if c.texte.annee != c.texte.observation:
        dites.append(f"population observée en {c.texte.observation}, tenue constante : ni vieillissement, ni installations")
    dites.append("seuls les dispositifs qui se calculent sur les patients et les médecins de cette population : ni actes, ni contrats")
    return dites


def _cotes(c: Comparaison) -> Iterator[tuple[str, Application]]:
    yield "texte", c.texte
    yield "contre", c.contre


def _classes(c: Comparaison) -> pl.DataFrame:
    """Return the class of each doctor for each criterion that the population informs."""
    medecins = c.simulation.medecins
    classes: dict[str, pl.Series] = {}
    for critere in ("zone", "secteur", "specialite"):
        if critere in medecins.columns:
            classes[critere] = medecins[critere].cast(pl.String)
    if {"secteur", "option_tarifaire"} <= set(medecins.columns):
        # Who is in the option is in secteur 2: two criteria would let one be taken from the other.
        option = pl.concat_str(pl.lit("2-"), pl.col("option_tarifaire").cast(pl.String).fill_null("inconnue"))
        secteur = pl.col("secteur").cast(pl.String)
        classes["secteur"] = medecins.select(pl.when(secteur == "2").then(option).otherwise(secteur)).to_series()
    if "date_naissance_medecin" in medecins.columns:
        jour = dt.date(c.texte.observation - 1, 12, 31)
        ages = medecins.select(jour.year - pl.col("date_naissance_medecin").dt.year()).to_series()
        classes["age"] = _en_classes(ages, AGES, "ans")
    classes["patientele"] = _en_classes(medecins[EFFECTIF], LISTES, "patients")
    return pl.DataFrame(classes)


def _en_classes(valeurs: pl.Series, bornes: Sequence[int], unite: str) -> pl.Series:
    """Return the class of each value: its bounds, in order."""
    mots = [f"moins de {bornes[0]} {unite}", *(f"de {de} à {a - 1} {unite}" for de, a in pairwise(bornes)), f"{bornes[-1]} {unite} et plus"]
    rangs = sum(((valeurs >= borne).cast(pl.UInt32) for borne in bornes), pl.zeros(len(valeurs), pl.UInt32, eager=True))
    return pl.Series(mots, dtype=pl.Enum(mots)).gather(rangs)


def _mesurer(table: pl.DataFrame) -> dict[str, Any]:
    connus = table.drop_nulls("difference")
    ecarts = connus["difference"]
    return {
        "medecins": connus.height, "texte": _euros(connus["texte"].sum()), "contre": _euros(connus["contre"].sum()),
        "difference": _euros(ecarts.sum()), "difference_moyenne": _moyenne(ecarts), "gagnants": int((ecarts > 0).sum()),
        "perdants": int((ecarts < 0).sum()), "inchanges": int((ecarts == 0).sum()),
    }  # fmt: skip


def _moyenne(centimes: pl.Series) -> int | float | None:
    """Return a mean in euros, rounded half up to the cent, by integers: the same on every engine."""
    combien, total = len(centimes), int(centimes.sum() or 0)
    return _euros((2 * total + combien) // (2 * combien)) if combien else None


def _mediane(centimes: pl.Series) -> int | float | None:
    tri = centimes.drop_nulls().sort()
    milieu = tri[(len(tri) - 1) // 2 : len(tri) // 2 + 1]
    return _moyenne(milieu)


def _euros(centimes: Any) -> int | float | None:
    return None if centimes is None else vers_nombre(int(centimes), "EUR")
