"""Tiers payant: the part that the patient does not advance, each reason for it, legal or conventional."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from convmed.dispositifs.socle import Demande, Dispositif, Resultat
from convmed.dispositifs.tiers_payant import regles
from convmed.donnees.modeles import Euros, Modele
from convmed.moteur.valeurs import Instance
from convmed.textes.unites import afficher, vers_entier

NOM = "tiers-payant"
CIRCULAIRE = "circulaire 31/07/2024, 14.2"
CONVENTIONNEL, LEGAL = "conventionnel", "legal"
SITUATIONS = Literal[
    "astreinte-regulee", "acte-couteux", "fond-oeil-lecture-differee", "bucco-dentaire-femme-enceinte",
    "propharmacien-convention-locale", "c2s", "ald", "maternite", "ame",
]  # fmt: skip
COLONNES = {
    "astreinte_regulee": "tp_astreinte_regulee",
    "acte_couteux": "tp_acte_declare_couteux",
    "fond_oeil_lecture_differee": "tp_fond_oeil",
    "bucco_dentaire_femme_enceinte": "tp_bucco_dentaire",
    "propharmacien_convention_locale": "tp_propharmacien",
    "c2s": "patient_c2s",
    "ald": "patient_ald",
    "maternite": "tp_maternite",
    "ame": "tp_ame",
    "parcours": "parcours",
    "montant_acte": "tp_montant_acte",
    "coefficient_acte": "tp_coefficient_acte",
}
# Each case: what tells it (a rule or an input), what it says, whose it is, its references beside the circulaire.
CAS = (
    ("tp_c2s", "C2S : parts obligatoire et complémentaire", LEGAL, ("art. 42-1 et 42-2", "CSS, art. L. 861-3")),
    ("tp_ame", "AME : dispense d'avance de frais, dans la limite des tarifs", LEGAL, ("CASF, art. L. 251-1 et suivants",)),
    ("tp_astreinte_regulee", "intervention d'astreinte à la demande de la régulation ou du centre d'appel", CONVENTIONNEL, ()),
    ("tp_acte_couteux", "acte particulièrement coûteux", CONVENTIONNEL, ("CSS, art. R. 160-16",)),
    ("tp_fond_oeil", "lecture différée de photographie du fond d'œil", CONVENTIONNEL, ()),
    ("tp_bucco_dentaire", "examen de prévention bucco-dentaire d'une femme enceinte", CONVENTIONNEL, ()),
    ("tp_propharmacien", "convention locale avec un médecin propharmacien", CONVENTIONNEL, ("CSP, art. L. 4211-3",)),
)
AUTRES_CAS_LEGAUX = {"patient_ald": ("ald", "affection de longue durée"), "tp_maternite": ("maternite", "maternité")}


class Entree(Modele):
    """`{"situations": [...]}`, or one field a situation, or both; `montant_acte` is the tariff of the act, in euros."""

    situations: list[SITUATIONS] | None = None
    astreinte_regulee: bool | None = None
    acte_couteux: bool | None = None
    fond_oeil_lecture_differee: bool | None = None
    bucco_dentaire_femme_enceinte: bool | None = None
    propharmacien_convention_locale: bool | None = None
    c2s: bool | None = None
    ald: bool | None = None
    maternite: bool | None = None
    ame: bool | None = None
    parcours: Literal["coordonne", "hors-parcours", "acces-direct", "exception"] | None = None
    montant_acte: Euros | None = None
    coefficient_acte: Annotated[int, Field(ge=0, le=100_000)] | None = None

    @field_validator(*(champ for champ in COLONNES if champ not in ("parcours", "montant_acte", "coefficient_acte")))
    @classmethod
    def ne_pas_se_contredire(cls, valeur: bool | None, info: ValidationInfo) -> bool | None:
        """Refuse a situation that is listed and denied."""
        if valeur is False and str(info.field_name).replace("_", "-") in (info.data.get("situations") or ()):
            raise ValueError("la même réponse que dans situations")
        return valeur


def instance_de(demande: Demande, entree: Entree) -> Instance:
    """Return the encounter as a row of the rules."""
    donnees: dict[str, Any] = {COLONNES[situation.replace("-", "_")]: True for situation in entree.situations or ()}
    for champ, colonne in COLONNES.items():
        if (valeur := getattr(entree, champ)) is not None:
            donnees[colonne] = vers_entier(valeur, "EUR") if champ == "montant_acte" else valeur
    return Instance(demande.contexte(), "seance", donnees)


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Tell which part the patient does not advance, and why (art. 42 to 42-7; circulaire 14.2)."""
    seance = instance_de(demande, entree)
    niveau, obligatoire = seance.expliquer("tp_niveau"), seance.expliquer("tp_obligatoire")
    motifs = motifs_de(seance)
    resultats: dict[str, Any] = {
        "tiers_payant": niveau.valeur,
        "obligatoire": obligatoire.valeur,
        "motifs": motifs,
        "ecartes": _ecartes(seance),
        "reserves": _reserves(seance),
    }
    if niveau.valeur is None:
        figure = niveau.manquants()[0]
        resultats["motif"] = f"{figure.libelle} : non publié, voir {figure.reference}"
    elif not motifs:
        resultats["motif"] = f"aucun cas de tiers payant parmi les situations déclarées (art. 42 à 42-7 ; {CIRCULAIRE})"
    return Resultat(resultats, [], {"tiers_payant": niveau, "obligatoire": obligatoire})


def motifs_de(seance: Instance) -> list[dict[str, Any]]:
    """Return each case that opens the tiers payant for an encounter, legal ones first."""
    motifs = [
        _motif(phrase, origine, *(references or ("art. 42 à 42-7",)), *(() if colonne == "tp_ame" else (CIRCULAIRE,)))
        for colonne, phrase, origine, references in CAS
        if seance.valeur(colonne)
    ]
    valeur, cas_legaux = seance.contexte.figure(NOM, "cas_legaux")
    for colonne, (cas, phrase) in AUTRES_CAS_LEGAUX.items():
        if valeur and cas in cas_legaux and seance.valeur(colonne):
            motifs.append(_motif(f"cas légal : {phrase}", LEGAL, "art. 42-1 et 42-2", valeur.reference))
    return motifs


def _motif(motif: str, origine: str, *references: str) -> dict[str, Any]:
    return {"motif": motif, "origine": origine, "references": list(references)}


def _ecartes(seance: Instance) -> list[dict[str, Any]]:
    if seance.valeur("patient_c2s") and not seance.valeur("tp_c2s"):
        return [{"motif": "C2S hors parcours : le tiers payant est perdu", "references": ["CSS, art. L. 861-3"]}]
    return []


def _reserves(seance: Instance) -> list[str]:
    reserves = []
    if seance.valeur("tp_c2s") and seance.valeur("parcours") is None:
        reserves.append("parcours non fourni : hors parcours, le tiers payant de la C2S est perdu (CSS, art. L. 861-3)")
    if not seance.valeur("tp_integral") and seance.contexte.figure(NOM, "cas_legaux")[0] is None:
        reserves.append("cas légaux des articles 42-1 et 42-2 : liste non publiée ici, sauf la C2S")
    if seance.valeur("tp_montant_acte") is not None:
        seuil = seance.contexte.figure(NOM, "seuil_tarif")[1]
        reserves.append(f"seuil de {afficher(seuil, 'EUR')}, que l'article R. 160-16, III revalorise chaque année : à vérifier")
    return reserves


DISPOSITIF = Dispositif(NOM, "Tiers payant", Entree, calculer)
__all__ = ["DISPOSITIF", "Entree", "calculer", "instance_de", "motifs_de", "regles"]
