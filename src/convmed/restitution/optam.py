"""OPTAM, stay, join or leave: commitment, follow-up of the year, premium, sharing of gains and euros, as rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Annotated, Any, TypeVar

import polars as pl
from pydantic import Field

from convmed.dispositifs.optam.entrees import (
    NIVEAUX,
    Engagement,
    Modificateur,
    Part,
    PartageDeGains,
    Points,
    Prime,
    Suivi,
    Taux,
    TauxEngagement,
    points,
)
from convmed.dispositifs.optam.remuneration import calculer_modificateur, calculer_prime
from convmed.dispositifs.optam.simulation import Simulation, simuler
from convmed.dispositifs.optam.taux import NOM, calculer_partage, calculer_suivi, calculer_taux_engagement, part_de
from convmed.dispositifs.socle import Demande, Refus, Resultat
from convmed.donnees.modeles import Date, Euros, Modele, lire
from convmed.moteur.registre import RegleAbsente
from convmed.textes import NECESSAIRE, Erreurs, Faute, Texte

PROPRES = ("engagement", "releves", "revalorisations")
SOMMES = ("honoraires_remboursables", "depassements", "honoraires_opposables")
TAUX = ("taux_depassement", "taux_opposable")
# The tiers of the premium, from the best one, and the figure at which each one ends.
PALIERS = {"prime_0_1": "borne_1", "prime_1_2": "borne_2", "prime_2_3": "borne_3", "prime_3_4": "borne_4", "prime_4_5": "borne_5"}
SCHEMA_SUIVI = {"au": pl.Date, "taux": pl.String, "engagement": pl.Float64, "observe": pl.Float64}
SCHEMA_PALIERS = {"de": pl.Float64, "a": pl.Float64, "niveau_prime": pl.Float64, "resiliation": pl.Boolean, "confiance": pl.String}
A = TypeVar("A", bound=Modele)


class Releve(Modele):
    """What is observed from 1 January to a day: three sums in euros, or the two rates."""

    au: Date
    honoraires_remboursables: Annotated[Euros, Field(gt=0)] | None = None
    depassements: Euros | None = None
    honoraires_opposables: Euros | None = None
    taux_depassement: Taux | None = None
    taux_opposable: Part | None = None


class Revalorisation(Modele):
    """One tariff step: the fees of a year before and after it, in euros, and how the commitment was kept."""

    date: Date
    libelle: str | None = None
    honoraires_totaux: Euros
    base_avant: Euros
    base_apres: Euros
    niveau_respect: NIVEAUX | None = None
    ecart_points: Points | None = None


@dataclass(slots=True)
class Etude:
    """What the option is worth for one doctor and one year; rates are fractions, gaps points, amounts euros."""

    annee: int
    texte: str
    simulation: dict[str, Any]
    engagement: dict[str, Any] | None = None
    suivi: list[dict[str, Any]] = field(default_factory=list)
    paliers: list[dict[str, Any]] = field(default_factory=list)
    prime: dict[str, Any] | None = None
    modificateur: dict[str, Any] | None = None
    revalorisations: list[dict[str, Any]] = field(default_factory=list)
    hypotheses: list[str] = field(default_factory=list)

    def en_dict(self) -> dict[str, Any]:
        """Return the study as JSON."""
        comptes = {cle: valeur for cle, valeur in self.simulation.items() if cle != "hypotheses"}
        parties = {cle: getattr(self, cle) for cle in ("engagement", "suivi", "paliers", "prime", "modificateur", "revalorisations", "hypotheses")}
        return {"annee": self.annee, "texte": self.texte, **comptes, **parties}

    def table_du_suivi(self) -> pl.DataFrame:
        """Return the observed rates against the commitment, one row for a day and a rate."""
        if self.engagement is None:
            return pl.DataFrame(schema=SCHEMA_SUIVI)
        rangees = [
            {"au": dt.date.fromisoformat(un["au"]), "taux": taux, "engagement": self.engagement[taux], "observe": un["observe"][taux]}
            for un in self.suivi
            for taux in TAUX
        ]
        return pl.DataFrame(rangees, schema=SCHEMA_SUIVI)

    def table_des_paliers(self) -> pl.DataFrame:
        """Return the bands of tolerance, from the commitment on."""
        return pl.DataFrame([{cle: un[cle] for cle in SCHEMA_PALIERS} for un in self.paliers], schema=SCHEMA_PALIERS)


def etudier(lu: Mapping[str, Any], texte: Texte, annee: int) -> Etude:
    """Return the study of a situation: the fields of `simuler`, and `engagement`, `releves`, `revalorisations`.

    Raises `Erreurs` with every fault at once, each with the path of its field. Source: convention of 4 June 2024, art. 41
    to 41-11; circulaire 31/07/2024, 5.
    """
    fautes: list[Faute] = []
    demande = Demande(texte, annee)
    situation = {cle: valeur for cle, valeur in lu.items() if cle not in PROPRES}
    medecin = situation.get("medecin")
    specialite = medecin.get("specialite") if isinstance(medecin, dict) else None
    engagement = _engagement(demande, lu.get("engagement"), specialite, fautes)
    releves = _lire_la_liste(Releve, lu.get("releves"), "releves", fautes)
    fautes += _fautes_des_releves(releves, annee)
    if releves and lu.get("engagement") is None:
        fautes.append(Faute(NECESSAIRE, champ="engagement", attendu="les deux taux du contrat, ou l'activité dont ils viennent"))
    paliers = _paliers(demande)
    suivi = _suivi(demande, engagement, releves, fautes)
    hypotheses = []
    if suivi and situation.get("ecart_points") is not None:
        hypotheses.append(f"écart de la prime : ecart_points de la situation, et non celui du relevé au {jour(suivi[-1]['au'])}")
    elif suivi and (situation.get("base_avant") is None or situation.get("niveau_respect") is not None):
        situation["ecart_points"] = suivi[-1]["ecart"]
        hypotheses.append(f"écart de la prime : celui du relevé au {jour(suivi[-1]['au'])}, supposé tenir jusqu'au 31 décembre")
    revalorisations = _revalorisations(demande, lu.get("revalorisations"), situation, fautes)
    comptes = _protege(lambda: Resultat(simuler(situation, texte, annee)), "situation", "", fautes)
    if fautes or comptes is None:
        raise Erreurs(fautes)
    if not comptes["postes"] and "motif" not in comptes:
        # Nothing priced is not a difference of zero.
        comptes |= {"ecart_annuel": None, "complet": False, "motif": "aucun poste n'est chiffré : voir ce qui est supposé"}
    entree = Simulation.model_validate(situation)
    etude = Etude(annee, texte.id, comptes, engagement, suivi, paliers, revalorisations=revalorisations)
    if comptes["postes"]:
        etude.prime = _prime(demande, entree, comptes["option"], fautes)
        etude.modificateur = _modificateur(demande, entree, comptes["option"], fautes)
    if fautes:
        raise Erreurs(fautes)
    parties = [*([engagement] if engagement else []), *suivi[-1:], *([etude.prime] if etude.prime else []), *revalorisations]
    if revalorisations:
        hypotheses.append("respect d'une hausse qui n'a pas le sien : niveau_respect de la situation")
    if suivi and (revalorisations or entree.base_avant is not None):
        hypotheses.append("suivi : contre l'engagement donné ou calculé ; les taux recalculés après une hausse ne le remplacent pas")
    reserves = [reserve for partie in parties for reserve in partie.get("reserves", [])]
    etude.hypotheses = list(dict.fromkeys([*comptes["hypotheses"], *hypotheses, *reserves]))
    return etude


def _protege(calcul: Callable[[], Resultat], de: str, vers: str, fautes: list[Faute]) -> dict[str, Any] | None:
    """Return the results of a calculation; what it refuses goes to `fautes`, its path rewritten from `de` to `vers`."""
    try:
        return calcul().resultats
    except RegleAbsente as absente:
        fautes.append(Faute(str(absente), champ=vers or None))
    except Refus as refus:
        fautes += [replace(f, champ=(vers + (f.champ or "").removeprefix(de)).lstrip(".") or None) for f in refus.fautes]
    return None


def _lire_la_liste(modele: type[A], valeur: Any, racine: str, fautes: list[Faute]) -> list[A | None]:
    """Return the objects of a list, nothing where one is refused: the places of the others stay theirs."""
    if valeur is None:
        return []
    if not isinstance(valeur, list):
        fautes.append(Faute("valeur refusée", champ=racine, attendu="une liste"))
        return []
    lus = [lire(modele, un, f"{racine}[{rang}]") for rang, un in enumerate(valeur)]
    fautes += [faute for _, trouvees in lus for faute in trouvees]
    return [un for un, _ in lus]


def _engagement(demande: Demande, valeur: Any, specialite: Any, fautes: list[Faute]) -> dict[str, Any] | None:
    """Return the two rates of the contract: those given, or those that the years of activity or the region make."""
    if valeur is None:
        return None
    if not isinstance(valeur, dict):
        fautes.append(Faute("valeur refusée", champ="engagement", attendu="un objet"))
        return None
    if set(TAUX) & set(valeur) or not valeur:
        donne, trouvees = lire(Engagement, valeur, "engagement")
        fautes += trouvees
        return None if donne is None else {**donne.model_dump(), "origine": "donné", "periode_reference": None}
    entree, trouvees = lire(TauxEngagement, {"calcul": "taux-engagement", "specialite": specialite, **valeur}, "engagement")
    fautes += trouvees
    return _protege(lambda: calculer_taux_engagement(demande, entree), "entree", "engagement", fautes) if entree else None


def _fautes_des_releves(releves: list[Releve | None], annee: int) -> list[Faute]:
    fautes = []
    for rang, releve in enumerate(releves):
        if releve is None:
            continue
        if releve.au.year != annee:
            fautes.append(Faute("hors de l'exercice", champ=f"releves[{rang}].au", valeur=releve.au.isoformat(), attendu=f"un jour de {annee}"))
        precedent = releves[rang - 1] if rang else None
        if precedent is not None and releve.au <= precedent.au:
            fautes.append(Faute("les relevés vont du premier au dernier, un par jour au plus", champ=f"releves[{rang}].au",
                                valeur=releve.au.isoformat(), attendu=f"après le {precedent.au.isoformat()}"))  # fmt: skip
        sommes, taux = ([nom for nom in noms if getattr(releve, nom) is not None] for noms in (SOMMES, TAUX))
        if sommes and taux:
            fautes.append(Faute("valeur refusée", champ=f"releves[{rang}]", attendu="trois sommes ou deux taux, pas les deux"))
        else:
            attendus = TAUX if taux else SOMMES
            fautes += [Faute(NECESSAIRE, champ=f"releves[{rang}].{nom}", attendu="une valeur") for nom in attendus if getattr(releve, nom) is None]
    return fautes


def _suivi(demande: Demande, engagement: dict[str, Any] | None, releves: list[Releve | None], fautes: list[Faute]) -> list[dict[str, Any]]:
    if engagement is None or any(engagement[taux] is None for taux in TAUX) or any((f.champ or "").startswith("releves") for f in fautes):
        return []
    suivi = []
    for rang, releve in enumerate(releves):
        if releve is None:
            continue
        noms, partie = (TAUX, "observe") if releve.taux_depassement is not None else (SOMMES, "cumul")
        observe = {nom: getattr(releve, nom) for nom in noms}
        entree = Suivi.model_validate({"calcul": "suivi", "engagement": {taux: engagement[taux] for taux in TAUX}, partie: observe})
        resultats = _protege(lambda entree=entree: calculer_suivi(demande, entree), f"entree.{partie}", f"releves[{rang}]", fautes)  # type: ignore[misc]
        if resultats is not None:
            suivi.append({"au": releve.au.isoformat(), **resultats})
    return suivi


def _paliers(demande: Demande) -> list[dict[str, Any]]:
    """Return the bands beyond the commitment, in points: where each begins and ends, and the level of the premium."""
    contexte = demande.contexte()
    bornes = [points(borne * 100) for _, borne in (contexte.figure(NOM, nom) for nom in PALIERS.values())]
    seuil = contexte.figure(NOM, "seuil_resiliation")[1]
    fin = None if seuil is None else points(seuil * 100)
    bandes = [*zip(pairwise([0, *bornes]), PALIERS, strict=True), ((bornes[-1], fin), "prime_plus_de_5")]
    if fin is not None:
        bandes.append(((fin, None), "prime_plus_de_5"))
    paliers = []
    for (de, a), figure in bandes:
        resiliation = fin is not None and de == fin
        niveau = contexte.figure(NOM, figure)[1]
        valeur = contexte.figure(NOM, "seuil_resiliation" if resiliation else figure)[0]
        paliers.append({"de": de, "a": a, "niveau_prime": part_de(niveau), "resiliation": resiliation,
                        "confiance": valeur.confiance if valeur else None, "reference": valeur.reference if valeur else None})  # fmt: skip
    return paliers


def _prime(demande: Demande, entree: Simulation, option: str, fautes: list[Faute]) -> dict[str, Any] | None:
    if entree.honoraires_opposables is None or entree.ecart_points is None:
        return None
    lus = {"honoraires_opposables": entree.honoraires_opposables, "ecart_points": entree.ecart_points, "option_tarifaire": option,
           "taux_de_charges": entree.taux_de_charges, "specialite": entree.medecin.specialite, "contrat_signe": entree.contrat_signe}  # fmt: skip
    prime = Prime.model_validate({"calcul": "prime", **{cle: valeur for cle, valeur in lus.items() if valeur is not None}})
    lignes: list[dict[str, Any]] = []

    def calculer() -> Resultat:
        resultat = calculer_prime(demande, prime)
        lignes.extend(ligne.en_dict() for ligne in resultat.lignes)
        return resultat

    resultats = _protege(calculer, "entree", "", fautes)
    if resultats is None:
        return None
    versement = {cle: lignes[0][cle] for cle in ("date_versement", "precision_date", "references")} if lignes else {}
    return {**resultats, **versement}


def _modificateur(demande: Demande, entree: Simulation, option: str, fautes: list[Faute]) -> dict[str, Any] | None:
    if entree.acte is None:
        return None
    medecin = entree.medecin.model_dump(exclude_none=True) | {"option_tarifaire": option}
    lus = {"calcul": "modificateur", "date": entree.date_demande or dt.date(demande.annee, 1, 1), "medecin": medecin, "acte": entree.acte}
    modificateur = Modificateur.model_validate(lus | ({} if entree.contrat_signe is None else {"contrat_signe": entree.contrat_signe}))
    return _protege(lambda: calculer_modificateur(demande, modificateur), "entree", "", fautes)


def _revalorisations(demande: Demande, valeur: Any, situation: Mapping[str, Any], fautes: list[Faute]) -> list[dict[str, Any]]:
    """Return what the doctor keeps of each tariff step, and the rate of excess worked out again after it."""
    rangees = []
    for rang, une in enumerate(_lire_la_liste(Revalorisation, valeur, "revalorisations", fautes)):
        if une is None:
            continue
        lus = {cle: v for cle, v in une.model_dump(exclude_none=True).items() if cle not in ("date", "libelle")}
        if une.niveau_respect is None and une.ecart_points is None:
            connu, trouvees = lire(PartageDeGains, {"calcul": "partage-de-gains", "niveau_respect": situation.get("niveau_respect")})
            # A wrong level is the fault of the situation, which names it.
            if connu is not None and not trouvees and connu.niveau_respect is not None:
                lus["niveau_respect"] = connu.niveau_respect
        entree = PartageDeGains.model_validate({"calcul": "partage-de-gains", **lus})
        de_l_annee = Demande(demande.texte, une.date.year)
        resultats = _protege(lambda entree=entree, de=de_l_annee: calculer_partage(de, entree), "entree", f"revalorisations[{rang}]", fautes)  # type: ignore[misc]
        if resultats is not None:
            base = {"base_avant": une.base_avant, "base_apres": une.base_apres}
            rangees.append({"date": une.date.isoformat(), "libelle": une.libelle or f"Hausse du {une.date:%d/%m/%Y}", **base, **resultats})
    return rangees


def jour(iso: str) -> str:
    """Write an ISO day for a French reader."""
    return f"{dt.date.fromisoformat(iso):%d/%m/%Y}"


# --- rows

COLONNES = ("rubrique", "date", "libelle", "valeur", "unite", "avec_option", "sans_option", "ecart", "references")


def rangees(etude: Etude) -> list[dict[str, Any]]:
    """Return the study as rows of one table, with the columns `COLONNES`; rates are fractions."""
    lignes: list[dict[str, Any]] = []

    def poser(rubrique: str, libelle: str, valeur: Any = None, unite: str = "", **autres: Any) -> None:
        lignes.append(dict.fromkeys(COLONNES) | {"rubrique": rubrique, "libelle": libelle, "valeur": valeur, "unite": unite, **autres})

    if etude.engagement:
        for taux in TAUX:
            poser("engagement", taux, etude.engagement[taux], "fraction")
    for un in etude.suivi:
        for taux in TAUX:
            poser("suivi", taux, un["observe"][taux], "fraction", date=un["au"], ecart=un["ecart_" + taux.removeprefix("taux_")])
        poser("suivi", "écart retenu", un["ecart"], "points", date=un["au"])
        poser("suivi", "niveau de la prime", un["niveau_prime"], "fraction", date=un["au"])
        for borne, reste in un["distances"].items():
            poser("suivi", f"distance à {borne}", reste, "points", date=un["au"])
        if "depassements_restants" in un:
            poser("suivi", "dépassements restants", un["depassements_restants"], "EUR", date=un["au"])
    if etude.prime:
        poser("prime", "prime de l'exercice", etude.prime["montant"], "EUR", date=etude.prime.get("date_versement"),
              references=" | ".join(etude.prime.get("references", [])))  # fmt: skip
    if etude.modificateur:
        poser("modificateur", etude.modificateur["modificateur"] or "aucun", etude.modificateur["taux"], "fraction")
    for une in etude.revalorisations:
        poser("revalorisation", une["libelle"], une["part"], "fraction", date=une["date"], ecart=une["gain_conserve"])
        poser("revalorisation", "taux de dépassement recalculé", une["taux_depassement"], "fraction", date=une["date"])
    for poste in etude.simulation["postes"]:
        poser("poste", poste["libelle"], unite="EUR", avec_option=poste["avec_option"], sans_option=poste["sans_option"], ecart=poste["ecart"],
              references=" | ".join(poste["references"]))  # fmt: skip
    poser("total", etude.simulation.get("motif") or "écart annuel", etude.simulation["ecart_annuel"], "EUR", ecart=etude.simulation["ecart_annuel"])
    for hypothese in etude.hypotheses:
        poser("hypothese", hypothese)
    return lignes
