"""Stay, join or leave: what one year is worth with the option and without it, item by item, and what is supposed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from convmed.dispositifs.optam.entrees import (
    ACTES,
    NIVEAUX,
    NOMBRE_ABSURDE,
    OPTION_VISEE,
    Points,
    Situation,
    TauxDeCharges,
    colonnes,
    fautes,
)
from convmed.dispositifs.socle import Demande, Resultat, en_euros, refuser
from convmed.donnees.modeles import Date, Euros, Modele, lire
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import EN_VIGUEUR, NECESSAIRE, Faute, Texte, trouver_texte
from convmed.textes.unites import vers_entier

REFERENCE = "circulaire 31/07/2024, 5"
HYPOTHESES = (
    "même activité et mêmes actes des deux côtés ; une année entière",
    "sans l'option : ni prime, ni modificateur d'option, ni partage de gains ; actes remboursés aux tarifs du secteur 2",
    "impôts et cotisations non comptés, ni la contribution sur les dépassements (CSS, L. 646-3)",
)
SORTIE = "la prime d'une année se verse l'année suivante ; ce qui est comparé est ce qui est acquis dans l'année"
RUPTURE = "quitter : effet un mois après réception de la lettre (modalités de 2016) ; l'année est comptée entière"


class ActeFacture(Modele):
    """Acts of one kind billed without excess: the tariff of the option, and the one of secteur 2 without option."""

    nombre: Annotated[int, Field(ge=0, le=NOMBRE_ABSURDE)]
    tarif_option: Euros
    tarif_hors_option: Euros


class Simulation(Situation):
    """`{"calcul": "simulation", "choix": "rester"|"adherer"|"quitter", "medecin", ...}`; what is left out is not priced."""

    calcul: Literal["simulation"] = "simulation"
    choix: Literal["rester", "adherer", "quitter"]
    option_visee: OPTION_VISEE | None = None
    date_demande: Date | None = None
    honoraires_opposables: Euros | None = None
    taux_de_charges: TauxDeCharges | None = None
    ecart_points: Points | None = None
    acte: ACTES | None = None
    base_actes: Euros | None = None
    niveau_respect: NIVEAUX | None = None
    base_avant: Euros | None = None
    base_apres: Euros | None = None
    actes: list[ActeFacture] | None = None
    depassements_avec_option: Euros | None = None
    depassements_sans_option: Euros | None = None
    aides_liees: Euros | None = None


def simuler(situation: Mapping[str, Any], texte: str | Texte = EN_VIGUEUR, annee: int = 2026) -> dict[str, Any]:
    """Return the yearly difference in euros of staying in the option, joining it or leaving it.

    `situation` has the fields of `Simulation` (amounts in euros, rates as fractions); `texte` is a text or its name. The
    answer holds `ecart_annuel`, `postes`, `complet`, `hypotheses`. Raises `Refus` with every fault of the situation, and
    `Erreurs` for an unknown text. Source: convention of 4 June 2024, art. 41 to 41-11; circulaire 31/07/2024, 5.
    """
    entree, trouvees = lire(Simulation, dict(situation), "situation")
    refuser(trouvees)
    assert isinstance(entree, Simulation)
    texte_choisi = texte if isinstance(texte, Texte) else trouver_texte(texte)
    return calculer_simulation(Demande(texte_choisi, annee), entree, "situation").resultats


def calculer_simulation(demande: Demande, entree: Simulation, racine: str = "entree") -> Resultat:
    """Compare one year with the option and without it (circulaire 5; articles 41 to 41-11)."""
    refuser(_incoherences(entree, racine))
    contexte = demande.contexte(entree.date_demande)
    actuelle = entree.medecin.option_tarifaire
    option = (entree.option_visee or "optam") if entree.choix == "adherer" else actuelle
    avec = Instance(contexte, "medecin", colonnes(entree) | {"option_tarifaire": option, "optam_date": contexte.date})
    sans = Instance(contexte, "medecin", {**avec.donnees, "option_tarifaire": "aucune"})
    resultats: dict[str, Any] = {"choix": entree.choix, "option": option}
    if entree.choix == "adherer":
        refuser(fautes(avec, ("optam_secteur_ouvert", "optam_exclu"), racine))
        if not avec.valeur("optam_secteur_ouvert") or avec.valeur("optam_exclu"):
            motif = f"le médecin ne peut pas adhérer à une option : voir le calcul eligibilite ({REFERENCE})"
            return Resultat(resultats | {"ecart_annuel": 0, "postes": [], "complet": True, "motif": motif, "hypotheses": []}, [], {})
    refuser(fautes(avec, _regles_demandees(entree), racine))
    postes, explications = _postes(avec, sans, entree)
    sens = -1 if entree.choix == "quitter" else 1
    connus = [poste["ecart_centimes"] for poste in postes if poste["ecart_centimes"] is not None]
    complet = len(connus) == len(postes)
    resultats |= {
        "ecart_annuel": en_euros(sens * sum(connus)) if complet else None,
        "ecart_partiel": en_euros(sens * sum(connus)),
        "complet": complet,
        "postes": [_poste_public(poste, sens) for poste in postes],
        "hypotheses": [*HYPOTHESES, SORTIE, *([RUPTURE] if entree.choix == "quitter" else []), *_non_chiffres(entree, str(option))],
    }
    if not complet:
        resultats["motif"] = " ; ".join(poste["motif"] for poste in postes if poste["motif"])
    return Resultat(resultats, [], explications)


def _incoherences(entree: Simulation, racine: str) -> list[Faute]:
    """Return a fault for a choice that the present option does not allow, and for pairs of which one half is missing."""
    trouvees, adherent = [], entree.medecin.option_tarifaire in {"optam", "optam-aco"}
    if entree.medecin.secteur is None:
        trouvees.append(Faute(NECESSAIRE, champ=f"{racine}.medecin.secteur", attendu="1, 2 ou nc"))
    if adherent == (entree.choix == "adherer"):
        attendu = "aucune : le médecin est déjà adhérent" if adherent else "optam ou optam-aco : l'option dont il s'agit"
        trouvees.append(Faute("valeur refusée", champ=f"{racine}.medecin.option_tarifaire",
                              valeur=entree.medecin.option_tarifaire, attendu=attendu))  # fmt: skip
    paires = (("base_avant", "base_apres"), ("acte", "base_actes"), ("depassements_avec_option", "depassements_sans_option"))
    trouvees += [
        Faute(NECESSAIRE, champ=f"{racine}.{champ}", attendu=f"à donner avec {frere}")
        for paire in paires
        for champ, frere in (paire, paire[::-1])
        if getattr(entree, champ) is None and getattr(entree, frere) is not None
    ]
    if entree.base_avant is not None and entree.base_apres is not None and entree.base_apres < entree.base_avant:
        trouvees.append(Faute("valeur refusée", champ=f"{racine}.base_apres", valeur=entree.base_apres,
                              attendu=f"au moins {entree.base_avant:g} (base_avant)"))  # fmt: skip
    if entree.base_avant is not None and entree.niveau_respect is None and entree.ecart_points is None:
        trouvees.append(Faute(NECESSAIRE, champ=f"{racine}.niveau_respect", attendu="le dernier respect connu, ou ecart_points"))
    return trouvees


def _regles_demandees(entree: Simulation) -> list[str]:
    regles = []
    if entree.honoraires_opposables is not None:
        regles.append("optam_prime")
    if entree.base_actes is not None:
        regles.append("optam_montant_modificateur")
    if entree.base_avant is not None:
        regles.append("optam_gain_conserve")
    return regles


def _postes(avec: Instance, sans: Instance, entree: Simulation) -> tuple[list[dict[str, Any]], dict[str, Explication]]:
    postes, explications = [], {}
    libelles = {
        "optam_prime": ("prime", "Prime OPTAM"),
        "optam_montant_modificateur": ("modificateur", "Modificateur K, T ou 3"),
        "optam_gain_conserve": ("partage-de-gains", "Part gardée des revalorisations"),
    }
    for regle in _regles_demandees(entree):
        poste, libelle = libelles[regle]
        explication = explications[poste] = avec.expliquer(regle)
        oppose = 0 if regle == "optam_gain_conserve" else sans.valeur(regle)
        postes.append(_poste(poste, libelle, explication.valeur, oppose, explication))
    if entree.actes is not None:
        lus = [(acte.nombre, vers_entier(acte.tarif_option, "EUR"), vers_entier(acte.tarif_hors_option, "EUR")) for acte in entree.actes]
        hors = sum(nombre * tarif for nombre, _, tarif in lus)
        explication = avec.expliquer("optam_tarifs_secteur_1")
        option = sum(nombre * tarif for nombre, tarif, _ in lus) if explication.valeur else hors
        hors = option if sans.valeur("optam_tarifs_secteur_1") else hors
        postes.append(_poste("tarifs-secteur-1", "Actes sans dépassement, au tarif de l'option ou hors option", option, hors, explication))
    if entree.depassements_avec_option is not None and entree.depassements_sans_option is not None:
        avec_option, sans_option = vers_entier(entree.depassements_avec_option, "EUR"), vers_entier(entree.depassements_sans_option, "EUR")
        postes.append(_poste("depassements", "Dépassements, donnés", avec_option, sans_option))
    if entree.aides_liees is not None:
        postes.append(_poste("aides-liees", "Aides réservées au secteur 1 et aux options, données", vers_entier(entree.aides_liees, "EUR"), 0))
    return postes, explications


def _poste(
    nom: str, libelle: str, avec: int | None, sans: int | None, explication: Explication | None = None
) -> dict[str, Any]:
    manquants = explication.manquants() if explication else []
    references = [f.reference for f in explication.feuilles() if f.genre == "figure" and f.reference] if explication else []
    return {
        "poste": nom,
        "libelle": libelle,
        "avec_option": avec,
        "sans_option": sans,
        "ecart_centimes": None if avec is None or sans is None else avec - sans,
        "motif": " ; ".join(dict.fromkeys(f"{f.libelle} : non publié, voir {f.reference}" for f in manquants)),
        "references": list(dict.fromkeys(references)) or [REFERENCE],
    }


def _poste_public(poste: dict[str, Any], sens: int) -> dict[str, Any]:
    ecart = poste["ecart_centimes"]
    return {
        "poste": poste["poste"],
        "libelle": poste["libelle"],
        "avec_option": en_euros(poste["avec_option"]),
        "sans_option": en_euros(poste["sans_option"]),
        "ecart": None if ecart is None else en_euros(sens * ecart),
        "references": poste["references"],
    }


def _non_chiffres(entree: Simulation, option: str) -> list[str]:
    """Return one sentence for each item that the situation does not price."""
    champs = {
        "prime": ("honoraires_opposables", entree.honoraires_opposables),
        "modificateurs": ("acte et base_actes", entree.base_actes),
        "partage de gains": ("base_avant et base_apres", entree.base_avant),
        "tarifs du secteur 1": ("actes", entree.actes),
        "dépassements": ("depassements_avec_option et depassements_sans_option", entree.depassements_sans_option),
        "aides liées (FMT, aides en ZIP, assistant médical, cotisations)": ("aides_liees", entree.aides_liees),
    }
    if option == "optam-aco":
        del champs["prime"]
    return [f"non chiffré, faute de {champ} : {poste}" for poste, (champ, valeur) in champs.items() if valeur is None]
