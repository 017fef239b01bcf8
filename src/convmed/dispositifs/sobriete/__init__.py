"""Sobriety of prescriptions: the ratio of each general practitioner of a population, and the bonus."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from convmed.dispositifs.sobriete import regles
from convmed.dispositifs.socle import Demande, Dispositif, Ligne, Resultat, en_euros, ligne, refuser
from convmed.donnees.modeles import Euros, Modele
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Instance
from convmed.textes import NECESSAIRE, Faute
from convmed.textes.unites import afficher, vers_entier

NOM = "sobriete"
REFERENCE, CONGRES = "art. 66 à 69 ; circulaire 31/07/2024, 9.5", "art. 66 à 69 ; congrès du 22/11/2024"
PRECISION = "l'année qui suit l'année mesurée ; mois non publié"
PLUS_SOBRES = frozenset({"plus-sobre", "plus-sobre-et-en-baisse"})
RESERVES = {
    "rang": "le rang est pris parmi les généralistes fournis ({n}) : le texte vise tous ceux du pays ; sinon, fournir seuil_ratio (--seuil)",
    "baisse": "« certains médecins » non définis pour la baisse de plus de 10 % (article 67 non lu) : interprétation, tout généraliste y a droit",
    "cumul": "le cumul des deux bonus n'est dit nulle part : interprétation, {mot}",
    "pmt": "patientèle moyenne calculée sur les généralistes fournis ({n}) : la moyenne nationale n'est pas publiée",
}
# How the lists of figures of the carbon context are called in an answer.
CONTEXTE = ("part_carbone_du_systeme", "part_carbone_des_produits", "part_carbone_des_medicaments", "carbone_des_medicaments",
            "baisse_visee", "annee_visee")  # fmt: skip
DIX_MILLE, MILLE = 10_000, 1_000

Ratio = Annotated[float, Field(gt=0, le=1_000)]
Patients = Annotated[int, Field(ge=0, le=100_000)]


class MedecinSobre(Modele):
    """One doctor: what was prescribed to the list in a year, what the average practice would prescribe to it, in euros."""

    medecin: str | None = None
    montant_observe: Euros
    montant_attendu: Annotated[Euros, Field(gt=0)]
    pmt: Patients | None = None
    ratio_precedent: Ratio | None = None
    specialite: Annotated[str, Field(pattern=r"^[0-9]{2}$")] | None = None


class Entree(Modele):
    """`{"medecins": [...], "pmt_moyenne"}`, and the national threshold of the ratio where the user knows it."""

    medecins: list[MedecinSobre]
    pmt_moyenne: Annotated[float, Field(ge=1, le=100_000)] | None = None
    seuil_ratio: Ratio | None = None


class Contexte2050(Modele):
    """`{"calcul": "contexte"}`: why, in the figures of the texts."""

    calcul: Literal["contexte"]


def milliardiemes(ratio: float) -> int:
    """Return a ratio in billionths, rounded half up."""
    return int((Decimal(str(ratio)) * regles.MILLIARD).quantize(Decimal(1), ROUND_HALF_UP))


def quotient_de(pmt_moyenne: float) -> tuple[int, int]:
    """Return a mean list as patients over doctors, to the thousandth of a patient."""
    return int((Decimal(str(pmt_moyenne)) * MILLE).quantize(Decimal(1), ROUND_HALF_UP)), MILLE


def ratio_public(milliardiemes_de_ratio: int | None) -> float | None:
    """Return a ratio of computation as users read it."""
    return None if milliardiemes_de_ratio is None else milliardiemes_de_ratio / regles.MILLIARD


def calculer(demande: Demande, entree: Entree | Contexte2050) -> Resultat:
    """Rank the doctors by ratio and compute their bonus (art. 66 to 69; circulaire 9.5), or return the carbon context."""
    if isinstance(entree, Contexte2050):
        return _contexte(demande)
    _refuser_les_doublons(entree.medecins)
    contexte = demande.contexte()
    medecins = [Instance(contexte, "medecin", _colonnes(un)) for un in entree.medecins]
    try:
        ratios = [medecin.valeur("sob_ratio") for medecin in medecins]
    except RegleAbsente as absente:
        motif = f"{absente} ({REFERENCE})"
        sans = [{"medecin": un.medecin, "ratio": None, "bonus": 0, "motif": motif} for un in entree.medecins]
        return Resultat({"medecins": sans, "montant": 0, "motif": motif})
    try:
        contexte.regle("sob_bonus")
    except RegleAbsente as absente:
        return _sans_bonus(entree, medecins, f"{absente}{premiere_annee(contexte)} ({REFERENCE})")
    _classer(entree, medecins, ratios)
    refuser(_patienteles_manquantes(entree, medecins))
    _peser(entree, medecins)
    details = [_detail(un, medecin) for un, medecin in zip(entree.medecins, medecins, strict=True)]
    seuil = max((r for m, r in zip(medecins, ratios, strict=True) if m.valeur("sob_situation") in PLUS_SOBRES), default=None)
    primes = [_ligne(medecin, un.medecin, demande.annee) for un, medecin in zip(entree.medecins, medecins, strict=True)
              if medecin.valeur("sob_bonus")]  # fmt: skip
    resultats: dict[str, Any] = {
        "medecins": details,
        "montant": en_euros(sum(prime.montant or 0 for prime in primes)),
        "generalistes": sum(bool(medecin.valeur("sob_generaliste")) for medecin in medecins),
        "pmt_moyenne": _pmt_moyenne(medecins),
        "seuil_ratio": entree.seuil_ratio if entree.seuil_ratio is not None else ratio_public(seuil),
        "criteres": list(contexte.figure(NOM, "criteres")[1] or ()),
        "annee_mesuree": demande.annee - 1,
        "reserves": reserves(contexte, [m.valeur("sob_situation") for m in medecins], _effectif(medecins),
                             seuil_fourni=entree.seuil_ratio is not None, pmt_fournie=entree.pmt_moyenne is not None),
        "references": [REFERENCE, CONGRES],
    }  # fmt: skip
    if not primes:
        resultats["motif"] = details[0]["motif"] if len(details) == 1 else f"aucun bonus parmi les médecins fournis ({REFERENCE})"
    explications = {f"medecins[{rang}]": medecin.expliquer("sob_bonus") for rang, medecin in enumerate(medecins)}
    return Resultat(resultats, primes, explications)


def rangs(ratios: Sequence[int]) -> list[int]:
    """Return the rank of each ratio, from 1 for the lowest; equal ratios share the lowest rank of theirs."""
    tries = sorted(ratios)
    return [bisect_left(tries, ratio) + 1 for ratio in ratios]


def motif(contexte: Contexte, situation: str, bonus: int | None, faits: Mapping[str, Any]) -> str:
    """Say why a doctor has a bonus or none; `faits` holds `sob_rang`, `sob_population`, `sob_seuil`, `sob_baisse`."""
    part = afficher(contexte.figure(NOM, "part_des_plus_sobres")[1], "%")
    baisse = afficher(contexte.figure(NOM, "baisse_minimale")[1], "%")
    place = f"rang {faits['sob_rang']} sur {faits['sob_population']}"
    if faits.get("sob_seuil") is not None:
        place = f"seuil fourni : {_en_chiffres(faits['sob_seuil'])}"
    cumul = "les deux bonus se cumulent" if contexte.figure(NOM, "cumul")[1] else "un seul des deux bonus"
    phrases = {
        "hors-champ": f"réservé aux médecins généralistes ({CONGRES})",
        "plus-sobre": f"parmi les {part} de généralistes au ratio le plus faible, {place} ({CONGRES})",
        "plus-sobre-et-en-baisse": f"parmi les {part} de généralistes au ratio le plus faible, {place}, et ratio en baisse de plus de "
        f"{baisse} : {cumul} (interprétation ; {CONGRES})",
        "en-baisse": f"ratio en baisse de plus de {baisse}, hors des {part} les plus sobres, {place} (interprétation : « certains médecins » "
        f"non définis ; {CONGRES})",
        "sans-bonus": f"hors des {part} de généralistes au ratio le plus faible, {place} ; pas de baisse connue de plus de {baisse} ({CONGRES})",
    }
    nul = bonus == 0 and situation not in ("hors-champ", "sans-bonus")
    return phrases[situation] + (" ; patientèle nulle : bonus nul" if nul else "")


def premiere_annee(contexte: Contexte) -> str:
    """Say which year was measured first, if the text has a bonus."""
    annee = contexte.figure(NOM, "annee_mesuree")[1]
    return f" : première année mesurée {annee}, payée l'année suivante" if annee else ""


def reserves(contexte: Contexte, situations: Sequence[str], generalistes: int, *, seuil_fourni: bool, pmt_fournie: bool) -> list[str]:
    """Return what an answer supposes."""
    mot = "les deux s'ajoutent" if contexte.figure(NOM, "cumul")[1] else "un médecin n'en reçoit qu'un"
    paye = any(situation not in ("hors-champ", "sans-bonus") for situation in situations)
    retenues = {
        "rang": bool(generalistes) and not seuil_fourni,
        "baisse": "en-baisse" in situations,
        "cumul": "plus-sobre-et-en-baisse" in situations,
        "pmt": paye and not pmt_fournie,
    }
    return [RESERVES[cle].format(n=generalistes, mot=mot) for cle, vraie in retenues.items() if vraie]


# --- the steps


def _refuser_les_doublons(medecins: Sequence[MedecinSobre]) -> None:
    vus: set[str] = set()
    fautes = []
    for rang, un in enumerate(medecins):
        if un.medecin is not None and un.medecin in vus:
            fautes.append(Faute("ce médecin est donné deux fois", champ=f"entree.medecins[{rang}].medecin", valeur=un.medecin,
                                attendu="une fois chaque médecin"))  # fmt: skip
        vus.add(un.medecin or "")
    refuser(fautes)


def _colonnes(un: MedecinSobre) -> dict[str, Any]:
    colonnes: dict[str, Any] = {
        "sob_montant_observe": vers_entier(un.montant_observe, "EUR"),
        "sob_montant_attendu": vers_entier(un.montant_attendu, "EUR"),
        "sob_specialite": un.specialite,
        "sob_ratio_precedent": None if un.ratio_precedent is None else milliardiemes(un.ratio_precedent),
    }
    return colonnes | ({} if un.pmt is None else {"sob_pmt": un.pmt})


def _sans_bonus(entree: Entree, medecins: list[Instance], motif: str) -> Resultat:
    details = [{**_pratique(un, medecin), "bonus": 0, "motif": motif} for un, medecin in zip(entree.medecins, medecins, strict=True)]
    explications = {f"medecins[{rang}]": medecin.expliquer("sob_ratio") for rang, medecin in enumerate(medecins)}
    return Resultat({"medecins": details, "montant": 0, "motif": motif}, [], explications)


def _classer(entree: Entree, medecins: list[Instance], ratios: list[int]) -> None:
    """Give each doctor a rank among the general practitioners; another specialist bears the rank it would have."""
    generalistes = sorted(r for m, r in zip(medecins, ratios, strict=True) if m.valeur("sob_generaliste"))
    seuil = None if entree.seuil_ratio is None else milliardiemes(entree.seuil_ratio)
    for medecin, ratio in zip(medecins, ratios, strict=True):
        rang = bisect_left(generalistes, ratio) + 1
        medecin.donnees = {**medecin.donnees, "sob_rang": rang, "sob_population": len(generalistes), "sob_seuil": seuil}


def _patienteles_manquantes(entree: Entree, medecins: list[Instance]) -> list[Faute]:
    """Return the lists that a weight needs: those of the paid doctors, and of all of them if the mean is not given."""
    payes = [bool(medecin.valeur("sob_bonus_avant_poids")) for medecin in medecins]
    toutes = any(payes) and entree.pmt_moyenne is None
    fautes = [
        Faute(NECESSAIRE, champ=f"entree.medecins[{rang}].pmt", attendu="la patientèle médecin traitant" + (", ou pmt_moyenne" if not paye else ""))
        for rang, (un, medecin, paye) in enumerate(zip(entree.medecins, medecins, payes, strict=True))
        if un.pmt is None and (paye or (toutes and medecin.valeur("sob_generaliste")))
    ]
    totale = sum(un.pmt or 0 for un, medecin in zip(entree.medecins, medecins, strict=True) if medecin.valeur("sob_generaliste"))
    if toutes and not fautes and not totale:
        fautes.append(Faute("aucun patient : la patientèle moyenne ne se calcule pas", champ="entree.pmt_moyenne", attendu="une patientèle moyenne"))
    return fautes


def _peser(entree: Entree, medecins: list[Instance]) -> None:
    if entree.pmt_moyenne is not None:
        moyenne = quotient_de(entree.pmt_moyenne)
    else:
        generalistes = [m.donnees.get("sob_pmt") for m in medecins if m.valeur("sob_generaliste")]
        connues = [pmt for pmt in generalistes if pmt is not None]
        moyenne = (sum(connues), len(connues)) if connues else (0, 0)
    for medecin in medecins:
        medecin.donnees = {**medecin.donnees, "sob_pmt_totale": moyenne[0], "sob_pmt_medecins": moyenne[1]}


def _pmt_moyenne(medecins: list[Instance]) -> float | None:
    if not medecins or not medecins[0].donnees["sob_pmt_medecins"]:
        return None
    return float(round(medecins[0].donnees["sob_pmt_totale"] / medecins[0].donnees["sob_pmt_medecins"], 4))


def _effectif(medecins: list[Instance]) -> int:
    return int(medecins[0].donnees["sob_population"]) if medecins else 0


def _pratique(un: MedecinSobre, medecin: Instance) -> dict[str, Any]:
    return {
        "medecin": un.medecin,
        "ratio": ratio_public(medecin.valeur("sob_ratio")),
        "position": medecin.valeur("sob_position"),
        "ecart": en_euros(medecin.valeur("sob_observe") - medecin.valeur("sob_attendu")),
        "invitation_a_la_sobriete": medecin.valeur("sob_position") == "moins-sobre",
    }


def _detail(un: MedecinSobre, medecin: Instance) -> dict[str, Any]:
    situation, bonus = medecin.valeur("sob_situation"), medecin.valeur("sob_bonus")
    return {
        **_pratique(un, medecin),
        "rang": medecin.donnees["sob_rang"] if medecin.valeur("sob_generaliste") else None,
        "situation": situation,
        "bonus": en_euros(bonus),
        "motif": motif(medecin.contexte, situation, bonus, medecin.donnees),
    }


def _ligne(medecin: Instance, nom: str | None, annee: int) -> Ligne:
    base = f"{medecin.donnees['sob_pmt']} patients pour une moyenne de {_en_lettres(_pmt_moyenne([medecin]))}"
    return ligne(medecin, "sob_bonus", f"Bonus sobriété des prescriptions {annee}", annee, beneficiaire=nom or "", base=base, precision_date=PRECISION)


def _en_lettres(nombre: float | None) -> str:
    return f"{nombre:g}".replace(".", ",") if nombre is not None else "inconnue"


def _en_chiffres(ratio: int) -> str:
    return f"{ratio / regles.MILLIARD:g}".replace(".", ",")


# --- the context


def _contexte(demande: Demande) -> Resultat:
    """Return the carbon figures of the texts, and what follows from them by a product."""
    contexte = demande.contexte()
    lus = {nom: contexte.figure(NOM, nom) for nom in CONTEXTE}
    figures = {nom: _publique(nom, valeur.figure.unite if valeur else "", calcul) for nom, (valeur, calcul) in lus.items()}
    systeme, produits = lus["part_carbone_du_systeme"][1], lus["part_carbone_des_produits"][1]
    medicaments, emis = lus["part_carbone_des_medicaments"][1], lus["carbone_des_medicaments"][1]
    deduits: dict[str, Any] = {
        "part_nationale_des_produits": None if systeme is None or produits is None else systeme * produits / DIX_MILLE**2,
        "part_des_dispositifs_medicaux": None if produits is None or medicaments is None else (produits - medicaments) / DIX_MILLE,
        "emissions_du_systeme_mt": None if not emis or not medicaments else emis * DIX_MILLE / medicaments / MILLE,
    }
    references = dict.fromkeys(valeur.reference for valeur, _ in lus.values() if valeur)
    motif = {} if references else {"motif": f"ce texte ne dit rien des émissions ({demande.texte.libelle})"}
    return Resultat({**figures, "deduits": deduits, "references": list(references), **motif})


def _publique(nom: str, unite: str, calcul: Any) -> Any:
    if calcul is None:
        return None
    if nom == "annee_visee":
        return int(calcul) if str(calcul).isdigit() else calcul
    return calcul / DIX_MILLE if unite == "%" else calcul / MILLE


DISPOSITIF = Dispositif(NOM, "Sobriété des prescriptions", {"": Entree, "contexte": Contexte2050}, calculer)
__all__ = ["DISPOSITIF", "Entree", "calculer", "motif", "regles", "reserves"]
