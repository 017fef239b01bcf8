"""Adhésion, installation, cessation: lawful or not, the day that bounds the step, and every reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from convmed.dispositifs.adhesion_installation import regles
from convmed.dispositifs.adhesion_installation.entrees import (
    Adhesion,
    Cessation,
    Convention,
    Remplacement,
    Retour,
    Site,
)
from convmed.dispositifs.socle import Demande, Dispositif, Resultat, fautes_de, refuser
from convmed.donnees.modeles import Modele
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import afficher

NOM = "adhesion-installation"
PREAMBULE, ADHESION, SITES = (f"circulaire 31/07/2024, {section}" for section in ("préambule", "1 B", "2 A"))
UN_JOUR = dt.timedelta(days=1)
# The day on which each question stands: the one that picks the rules.
DATES = ("date", "date_retour", "date_resiliation", "date_cessation", "date_ouverture")
CANONIQUES = ("secteur", "option_tarifaire")


def calculer(demande: Demande, entree: Modele) -> Resultat:
    """Answer one question on membership, sites, cessation or replacements (circulaire, 1 and 2 A)."""
    contexte = demande.contexte(demande.date or _date(entree))
    medecin = Instance(contexte, "medecin", _colonnes(entree) | {"adh_date": contexte.date})
    reponses: dict[type[Modele], Callable[[Instance], Resultat]] = {
        Convention: repondre_convention, Adhesion: repondre_adhesion, Retour: repondre_retour,
        Cessation: repondre_cessation, Site: repondre_site, Remplacement: repondre_remplacement,
    }  # fmt: skip
    try:
        return reponses[type(entree)](medecin)
    except RegleAbsente as absente:
        return Resultat(
            {"licite": None, "motifs": [f"les règles ne sont pas dans les sources : {absente}"], "motif": str(absente)}
        )


def repondre_convention(medecin: Instance) -> Resultat:
    """Tell which text holds on a day, the dates of the convention, and whom its circulaire concerns."""
    contexte, texte = medecin.contexte, medecin.expliquer("adh_texte_applicable")
    terme = medecin.valeur("adh_lendemain_du_terme") - UN_JOUR
    entree_en_vigueur = _figure(contexte, "entree_en_vigueur")
    resultats: dict[str, Any] = {
        "texte_applicable": texte.valeur,
        **{
            nom: _figure(contexte, nom).isoformat()
            for nom in ("signature", "arrete", "publication", "entree_en_vigueur")
        },
        "terme": terme.isoformat(),
        "remplace": {
            "texte": "reglement-arbitral-2023",
            "du": _figure(contexte, "reglement_arbitral").isoformat(),
            "au": (entree_en_vigueur - UN_JOUR).isoformat(),
        },
        "circulaire": {
            "date": _figure(contexte, "circulaire").isoformat(),
            "applicable": medecin.valeur("adh_circulaire_applicable"),
            "destinataires": list(_figure(contexte, "destinataires")),
            "organisme_concerne": medecin.valeur("adh_organisme_destinataire"),
        },
        "mise_a_disposition": _figure(contexte, "mise_a_disposition"),
        "references": [PREAMBULE],
    }
    if texte.valeur == "terme-passe":
        resultats["motif"] = f"la convention est conclue jusqu'au {afficher(terme, 'date')} ({PREAMBULE})"
    return Resultat(resultats, [], {"texte_applicable": texte})


def repondre_adhesion(medecin: Instance) -> Resultat:
    """Tell whether a doctor is under the convention, by which step, and how the fees are reimbursed."""
    contexte, conventionne = medecin.contexte, medecin.expliquer("adh_conventionne")
    concerne, hors = medecin.valeur("adh_exercice_concerne"), medecin.donnees["adh_situation"] == "hors-convention"
    if not concerne:
        motif = f"la convention s'applique aux médecins libéraux ({PREAMBULE})"
    elif hors:
        motif = f"le médecin resté hors convention adhère par {_figure(contexte, 'demarche_demande')} ({ADHESION})"
    elif medecin.valeur("adh_refuse"):
        motif = f"convention refusée par {_figure(contexte, 'demarche_refus')} ({ADHESION} ; CSS, art. R. 162-54-9)"
    else:
        motif = f"sans courrier de refus, l'adhésion est reconduite tacitement ({ADHESION})"
    resultats: dict[str, Any] = {
        "conventionne": conventionne.valeur,
        "demarche": medecin.valeur("adh_demarche") if concerne else None,
        "remboursement": medecin.valeur("adh_remboursement"),
        "motifs": [motif],
        "delai": "aucun délai de réponse n'est écrit",
        "references": [ADHESION, "CSS, art. R. 162-54-9"],
    }
    if not conventionne.valeur:
        resultats["motif"] = motif
        figure = contexte.figures[NOM]["tarif_autorite"]
        if concerne and _figure(contexte, figure.nom) is None:
            resultats["reserves"] = [f"{figure.libelle} : non publié, voir {figure.article}"]
    return Resultat(resultats, [], {"conventionne": conventionne})


def repondre_retour(medecin: Instance) -> Resultat:
    """Tell when a doctor who left the convention may come back, and in which sector."""
    contexte, licite = medecin.contexte, medecin.expliquer("adh_retour_licite")
    possible, carence = medecin.valeur("adh_retour_possible"), medecin.valeur("adh_carence_applicable")
    motifs = []
    if licite.valeur is False:
        ans, resiliation = _figure(contexte, "carence"), medecin.valeur("adh_date_resiliation")
        motifs.append(f"la carence de {ans} ans court depuis la résiliation du {afficher(resiliation, 'date')} : "
                      f"pas avant le {afficher(possible, 'date')} ({ADHESION} ; lecture 3)")  # fmt: skip
    reserves = []
    if not carence:
        du = _figure(contexte, "carence_du")
        reserves.append(f"renonciation d'avant le {afficher(du, 'date')} : retour à tout moment ({ADHESION})")
    option = medecin.valeur("adh_option_au_retour")
    if option in ("optam", "optam-aco"):
        reserves.append("le texte ne dit pas si le maintien de l'option suppose un nouveau contrat")
    resultats: dict[str, Any] = {
        "licite": licite.valeur,
        "motifs": motifs,
        "carence": carence,
        "date_possible": possible.isoformat(),
        "secteur": medecin.valeur("adh_secteur_au_retour"),
        "option_tarifaire": option,
        "reserves": reserves,
        "references": [ADHESION],
    }
    return _avec_motif(resultats, {"licite": licite, "date_possible": medecin.expliquer("adh_retour_possible")})


def repondre_cessation(medecin: Instance) -> Resultat:
    """Tell whether a cessation must be announced, by which day, and whether it was."""
    contexte, licite = medecin.contexte, medecin.expliquer("adh_cessation_licite")
    refuser(_fautes(medecin, "adh_preavis_exige"))
    exige, limite = medecin.valeur("adh_preavis_exige"), medecin.valeur("adh_preavis_limite")
    motifs = []
    if licite.valeur is False:
        mois = _figure(contexte, "preavis")
        motifs.append(
            f"la cessation se signale {mois} mois à l'avance au moins : au plus tard le {afficher(limite, 'date')} ({SITES})"
        )
    resultats: dict[str, Any] = {
        "licite": licite.valeur,
        "motifs": motifs,
        "preavis_exige": exige,
        "date_limite": limite.isoformat() if exige else None,
        "destinataire": "caisse de rattachement",
        "force_majeure": list(_figure(contexte, "force_majeure")),
        "reserves": [] if exige else [f"{_dispense(medecin)} ({SITES})"],
        "references": [SITES],
    }
    return _avec_motif(resultats, {"licite": licite, "preavis_exige": medecin.expliquer("adh_preavis_exige")})


def _dispense(medecin: Instance) -> str:
    if medecin.valeur("adh_cessation_soumise"):
        return "la force majeure dispense du préavis"
    return f"une interruption de moins de {_figure(medecin.contexte, 'interruption_min')} an n'a pas de préavis"


def repondre_site(medecin: Instance) -> Resultat:
    """Tell whether a distinct site opens as it should, and which steps it takes."""
    contexte, licite = medecin.contexte, medecin.expliquer("adh_site_licite")
    refuser(_fautes(medecin, "adh_conseil_competent", "adh_identifiant_conforme"))
    conditions = {
        "adh_conseil_competent": "le site se déclare au conseil départemental de l'Ordre de son lieu",
        "adh_identifiant_conforme": "l'identifiant de facturation se demande à la caisse du ressort du site",
        "adh_site_declare": "le site se déclare à l'Ordre avant son ouverture",
    }
    resultats: dict[str, Any] = {
        "licite": licite.valeur,
        "motifs": [f"{phrase} ({SITES})" for nom, phrase in conditions.items() if medecin.valeur(nom) is False],
        "date_limite": (medecin.valeur("adh_date_ouverture") - UN_JOUR).isoformat(),
        "demarches": _figure(contexte, "demarches_secondaire"),
        "sites": list(_figure(contexte, "sites")),
        "inscription": _figure(contexte, "inscription_site"),
        "references": [SITES],
    }
    return _avec_motif(resultats, {"licite": licite})


def repondre_remplacement(medecin: Instance) -> Resultat:
    """Tell what a replacement may use, and with which card it bills."""
    contexte, licite = medecin.contexte, medecin.expliquer("adh_remplacement_licite")
    refuser(_fautes(medecin, "adh_remplacement_licite"))
    motifs = []
    if licite.valeur is False:
        motifs.append(f"le remplaçant facture avec sa propre CPS ({SITES} ; lecture 4)")
    resultats: dict[str, Any] = {
        "licite": licite.valeur,
        "motifs": motifs,
        "regi_par_la_convention": _figure(contexte, "remplacants_regis"),
        "acces": list(_figure(contexte, "acces_remplacants")),
        "references": [SITES],
    }
    return _avec_motif(resultats, {"licite": licite})


def _avec_motif(resultats: dict[str, Any], explications: dict[str, Explication]) -> Resultat:
    if resultats["motifs"]:
        resultats["motif"] = " ; ".join(resultats["motifs"])
    return Resultat(resultats, [], explications)


def _figure(contexte: Contexte, nom: str) -> Any:
    return contexte.figure(NOM, nom)[1]


def _colonnes(entree: Modele) -> dict[str, Any]:
    return {
        champ if champ in CANONIQUES else f"adh_{champ}": valeur
        for champ, valeur in entree.fournis().items()
        if valeur is not None and champ not in ("calcul", "date")
    }


def _fautes(medecin: Instance, *noms: str) -> list[Faute]:
    def lieu(feuille: Explication) -> str:
        return f"entree.{feuille.nom.removeprefix('adh_')}"

    return fautes_de(map(medecin.expliquer, noms), lieu)


def _date(entree: Modele) -> dt.date | None:
    return next((date for champ in DATES if (date := getattr(entree, champ, None)) is not None), None)


def _annee(entree: Modele) -> int | None:
    date = _date(entree)
    return date.year if date else None


DISPOSITIF = Dispositif(
    NOM,
    "Adhésion à la convention, installation et cessation",
    {
        "convention": Convention, "adhesion": Adhesion, "retour": Retour, "cessation": Cessation, "site": Site,
        "remplacement": Remplacement,
    },
    calculer,
    _annee,
)  # fmt: skip
__all__ = ["DISPOSITIF", "regles"]
