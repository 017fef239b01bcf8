"""Négociation: the history of the texts, what was asked of them, and the law that makes, postpones and ends a convention."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from convmed.dispositifs.negociation import regles
from convmed.dispositifs.negociation.chronologie import NATURES, NOM, chronologie, entre, vies
from convmed.dispositifs.negociation.entrees import Alerte, Chronologie, Duree, Orientations, Report, Validite
from convmed.dispositifs.socle import Demande, Dispositif, Resultat, refuser
from convmed.donnees.modeles import Modele
from convmed.moteur.calendrier import decale
from convmed.moteur.registre import Contexte
from convmed.textes import NECESSAIRE, Faute, textes_connus
from convmed.textes.bareme import date_relative
from convmed.textes.unites import afficher, vers_nombre

COLLEGES = {"generalistes": "collège des généralistes", "specialistes": "collège des spécialistes"}
VALIDITE, OPPOSITION = "CSS, art. L. 162-14-1-2", "CSS, art. L. 162-15 et R. 162-54-4"
REPORT, RECONDUCTION = "CSS, art. L. 162-14-1-1", "CSS, art. L. 162-15-2 et R. 162-54-5"
DERNIERE_SOURCE = "dernière source lue : février 2026 ; rien ne permet d'affirmer qu'aucun avenant n'a été signé depuis"
# What each list of what was asked is called in the answer; only the second letter is at the base of the convention.
DEMANDES = (
    ("lettre-2022", "objectifs_lettre_2022", False), ("lettre-2023", "objectifs_lettre_2023", True),
    ("uncam-2023", "orientations_uncam", True), ("proposition-2024", "orientations_convention", True),
)  # fmt: skip

Entree = Validite | Report | Alerte | Duree | Chronologie | Orientations


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Answer one question on the negotiation (code de la sécurité sociale, art. L. 114-4-1 and L. 162-14-1 to L. 162-15-2)."""
    match entree:
        case Validite():
            return Resultat(calculer_validite(demande.contexte(demande.date or entree.date_signature or _dernier_jour(demande)), entree))
        case Report():
            return Resultat(calculer_report(demande.contexte(entree.date_avis or entree.date_effet), entree))
        case Alerte():
            return Resultat(calculer_alerte(demande.contexte(_dernier_jour(demande)), entree))
        case Duree():
            return Resultat(calculer_duree(demande, entree))
        case Chronologie():
            return Resultat(calculer_chronologie(entree))
    return Resultat(calculer_orientations(demande.contexte(demande.date or _dernier_jour(demande))))


# --- who may make a convention


def calculer_validite(contexte: Contexte, entree: Validite) -> dict[str, Any]:
    """Tell whether a convention or an avenant stands: enough votes signed in both colleges, no majority against in both."""
    seuil, majorite = _part(contexte, "validite_part_min"), _part(contexte, "opposition_part")
    if seuil is None or majorite is None:
        return {"valide": None, "motif": f"les seuils de validité ne sont pas dans les sources à cette date ({VALIDITE})"}
    signent = {nom: getattr(entree.colleges, nom).signataires for nom in COLLEGES}
    opposants = {nom: getattr(entree.colleges, nom).opposants for nom in COLLEGES}
    atteignent = regles.colleges_qui_atteignent(signent, seuil)
    contre = regles.colleges_qui_atteignent(opposants, majorite, strictement=True)
    transmission = entree.date_transmission or entree.date_signature
    limite = None if transmission is None else decale(transmission, _valeur(contexte, "opposition_delai"))
    refuser(_fautes_de_validite(entree, transmission))
    hors_delai = entree.date_opposition is not None and limite is not None and entree.date_opposition > limite
    opposition = len(contre) == len(COLLEGES) and not hors_delai
    motifs = [
        f"{COLLEGES[nom]} : les signataires réunissent {_en_clair(signent[nom])} des suffrages, il en faut au moins {_en_clair(seuil)} ({VALIDITE})"
        for nom in COLLEGES if nom not in atteignent
    ]  # fmt: skip
    if opposition:
        motifs.append(f"opposition majoritaire dans les deux collèges ({OPPOSITION})")
    elif contre:
        motif = f"reçue après le {limite:%d/%m/%Y}" if hors_delai else "elle n'est majoritaire que dans un collège sur deux"
        motifs.append(f"opposition sans effet : {motif} ({OPPOSITION})")
    approbation = None if transmission is None else transmission + dt.timedelta(days=_valeur(contexte, "approbation_tacite"))
    valide = len(atteignent) == len(COLLEGES) and not opposition
    return {
        "valide": valide,
        "motifs": motifs,
        **({} if valide else {"motif": motifs[0]}),
        "colleges": {
            nom: {
                "signataires": signent[nom], "seuil": float(seuil), "atteint": nom in atteignent,
                "majoritaires": nom in regles.colleges_qui_atteignent(signent, majorite, strictement=True),
                "opposants": opposants[nom], "opposition_majoritaire": nom in contre,
            }
            for nom in COLLEGES
        },
        "opposition": opposition,
        "opposition_au_plus_tard": _iso(limite),
        "approbation_tacite_le": _iso(approbation),
        "references": _references(contexte, "validite_part_min", "opposition_part", "opposition_delai", "approbation_tacite"),
    }  # fmt: skip


def _fautes_de_validite(entree: Validite, transmission: dt.date | None) -> list[Faute]:
    fautes = []
    if entree.date_opposition and all(getattr(entree.colleges, nom).opposants is None for nom in COLLEGES):
        fautes += [Faute(NECESSAIRE, champ=f"entree.colleges.{nom}.opposants", attendu="une part en pour cent") for nom in COLLEGES]
    if entree.date_signature and transmission and transmission < entree.date_signature:
        fautes.append(_avant("date_transmission", transmission, entree.date_signature, "la signature"))
    if entree.date_opposition and transmission is None:
        fautes.append(Faute(NECESSAIRE, champ="entree.date_transmission", attendu="une date AAAA-MM-JJ : le délai d'opposition part d'elle"))
    elif entree.date_opposition and transmission and entree.date_opposition < transmission:
        fautes.append(_avant("date_opposition", entree.date_opposition, transmission, "la transmission"))
    return fautes


# --- when a measure begins


def calculer_report(contexte: Contexte, entree: Report) -> dict[str, Any]:
    """Return the day on which a revalorisation begins, and why it is another one than signed (L. 162-14-1-1)."""
    fautes = []
    if entree.date_avis is not None and entree.imputable_soins_de_ville is None:
        fautes.append(Faute(NECESSAIRE, champ="entree.imputable_soins_de_ville", attendu="true ou false : le risque vient-il des soins de ville ?"))
    if entree.date_avenant is not None and entree.date_avis is None:
        fautes.append(Faute(NECESSAIRE, champ="entree.date_avis", attendu="une date AAAA-MM-JJ : l'avenant répond à un avis"))
    elif entree.date_avenant is not None and entree.date_avis is not None and entree.date_avenant < entree.date_avis:
        fautes.append(_avant("date_avenant", entree.date_avenant, entree.date_avis, "l'avis"))
    refuser(fautes)
    reponse: dict[str, Any] = {"date_signee": entree.date_effet.isoformat(), "date_effet": entree.date_effet.isoformat()}
    mois, jour = _valeur(contexte, "stabilisateur"), _valeur(contexte, "report_jour")
    if mois is None or jour is None:
        return {**reponse, "reportee": False, "motif": f"la règle du report n'est pas dans les sources à cette date ({REPORT})", "references": []}
    etapes = []
    depart = regles.Report(entree.date_effet)
    approbation = entree.date_approbation or _approbation_du_texte(contexte, entree.date_effet)
    au_plus_tot = decale(approbation, mois) if entree.revalorisation and approbation else None
    if entree.revalorisation:
        depart = regles.apres_le_stabilisateur(entree.date_effet, au_plus_tot)
        if depart.cause:
            etapes.append(f"pas avant le {_jour(depart.date)}, {mois} mois après l'approbation ({REPORT} I)")
    if entree.revalorisation and regles.suspendue(depart.date, entree.date_avis, bool(entree.imputable_soins_de_ville)):
        assert entree.date_avis is not None
        suivant = date_relative(f"{jour}/n+1", entree.date_avis.year)
        etapes.append(f"suspendue par l'avis du {_jour(entree.date_avis)} ({REPORT} II)")
        depart = regles.apres_l_avis(depart.date, suivant, entree.date_avenant)
        etapes.append(f"un avenant fixe le {_jour(depart.date)}" if depart.cause == "avenant" else f"à défaut d'avenant, reportée au {_jour(suivant)}")
    return {
        **reponse,
        "date_effet": depart.date.isoformat(),
        "reportee": depart.date != entree.date_effet,
        "au_plus_tot": _iso(au_plus_tot),
        "motif": " ; ".join(etapes) or _sans_report(entree),
        "etapes": etapes,
        "references": _references(contexte, "approbation", "stabilisateur", "report_jour"),
    }


def _approbation_du_texte(contexte: Contexte, effet: dt.date) -> dt.date | None:
    """Return when the text of the request was approved; a measure that is older than that comes from another text."""
    approbation: dt.date | None = _valeur(contexte, "approbation")
    return approbation if approbation is not None and approbation <= effet else None


def _sans_report(entree: Report) -> str:
    if not entree.revalorisation:
        dit = "seules les revalorisations sont suspendues"
    elif entree.date_avis is None:
        dit = "aucun avis du comité d'alerte"
    elif not entree.imputable_soins_de_ville:
        dit = "le risque n'est pas imputable aux soins de ville"
    elif entree.date_effet <= entree.date_avis:
        dit = "la mesure est déjà en vigueur au jour de l'avis"
    else:
        dit = "l'avis ne suspend que les mesures de son année"
    return f"à la date signée : {dit} ({REPORT} II)"


def calculer_alerte(contexte: Contexte, entree: Alerte) -> dict[str, Any]:
    """Return the calendar of the comité d'alerte for a year, and what follows an opinion (L. 114-4-1)."""
    avis = entree.date_avis
    if avis is not None and avis.year != contexte.annee:
        refuser([Faute("date hors de l'exercice", champ="entree.date_avis", valeur=avis.isoformat(), attendu=f"une date de {contexte.annee}")])
    redressement = None if avis is None else decale(avis, _valeur(contexte, "alerte_redressement"))
    second = None if redressement is None else redressement + dt.timedelta(days=_valeur(contexte, "alerte_second_avis"))
    return {
        "avis_avant_le": [date_relative(f"{jour}/n", contexte.annee).isoformat() for jour in _valeur(contexte, "alerte_avis")],
        "seuil": _fraction(contexte, "alerte_seuil"),
        "seuil_max": _fraction(contexte, "alerte_seuil_max"),
        "redressement_au_plus_tard": _iso(redressement),
        "second_avis_au_plus_tard": _iso(second),
        "avis_connus": [un.en_dict() for un in entre(dt.date(contexte.annee, 1, 1), dt.date(contexte.annee, 12, 31), "alerte")],
        "references": _references(contexte, "alerte_avis", "alerte_seuil", "alerte_seuil_max", "alerte_redressement", "alerte_second_avis"),
    }


# --- when a text ends


def calculer_duree(demande: Demande, entree: Duree) -> dict[str, Any]:
    """Return the life of a text: first and last day, notice of an objection, tacit renewal (L. 162-14-1, L. 162-15-2)."""
    contexte = demande.contexte(demande.date or _dernier_jour(demande))
    if textes_connus().get(demande.texte.chaine[0], demande.texte).horloge == "propose":
        return {"entree_en_vigueur": None, "terme": None, "motif": f"une proposition n'entre pas en vigueur ({demande.texte.libelle})"}
    debut, ans = _valeur(contexte, "entree_en_vigueur"), _valeur(contexte, "duree")
    if ans is None:
        return {"entree_en_vigueur": _iso(debut), "terme": None, "motif": f"durée de ce texte : non publiée dans les sources ({demande.texte.libelle})"}
    dernier = regles.terme(debut, ans)
    limite = regles.preavis(dernier, _valeur(contexte, "opposition_reconduction"))
    a_temps = entree.date_opposition is not None and entree.date_opposition <= limite
    if entree.date_opposition is not None and entree.date_opposition < debut:
        refuser([_avant("date_opposition", entree.date_opposition, debut, "l'entrée en vigueur")])
    if a_temps:
        dit = f"opposition reçue à temps : pas de tacite reconduction après le {_jour(dernier)}"
    elif entree.date_opposition is not None:
        dit = f"opposition reçue après le {_jour(limite)} : le texte se reconduit tacitement"
    else:
        dit = f"sans opposition au plus tard le {_jour(limite)}, le texte se reconduit tacitement"
    suivante = next((vie for vie in vies() if vie.debut > debut), None)
    if suivante is not None and suivante.debut <= dernier:
        dit = f"remplacé avant son terme par « {suivante.texte} », le {_jour(suivante.debut)}"
    else:
        dit += f" ({RECONDUCTION})"
    return {
        "signature": _iso(_valeur(contexte, "signature")),
        "entree_en_vigueur": _iso(debut),
        "duree_ans": ans,
        "terme": _iso(dernier),
        "opposition_au_plus_tard": _iso(limite),
        "opposition_recevable": a_temps if entree.date_opposition is not None else None,
        "remplace_le": _iso(suivante.debut) if suivante else None,
        "remplace_par": suivante.texte if suivante else None,
        "reconduction_le": None if a_temps or suivante else _iso(dernier + regles.UN_JOUR),
        "motif": dit,
        "reserves": [] if a_temps or suivante else ["Durée de la tacite reconduction : non publiée dans les sources, voir CSS, art. L. 162-15-2"],
        "references": _references(contexte, "signature", "entree_en_vigueur", "duree", "opposition_reconduction"),
    }


# --- what happened, what was asked


def calculer_chronologie(entree: Chronologie) -> dict[str, Any]:
    """Return the events of a period, of a nature, about a text."""
    fautes = []
    if entree.texte is not None and entree.texte not in textes_connus():
        fautes.append(Faute("texte inconnu", champ="entree.texte", valeur=entree.texte, attendu="l'un de " + ", ".join(textes_connus())))
    if entree.du is not None and entree.au is not None and entree.du > entree.au:
        fautes.append(_avant("au", entree.au, entree.du, "« du »"))
    refuser(fautes)
    evenements = entre(entree.du, entree.au, entree.nature, entree.texte)
    vide = {} if evenements else {"motif": "aucun événement connu pour ces filtres"}
    liste = [un.en_dict() for un in evenements]
    for avant, apres, rangee in zip(evenements, evenements[1:], liste[1:], strict=False):
        rangee["jours_depuis_le_precedent"] = (apres.date - avant.date).days
    return {"nombre": len(liste), "evenements": liste, **vide, "reserves": [DERNIERE_SOURCE]}


def calculer_orientations(contexte: Contexte) -> dict[str, Any]:
    """Return what the letters, the UNCAM and the proposal asked, each list as its document has it, and who negotiated."""
    demandes = []
    for source, figure, base in DEMANDES:
        valeur, objectifs = contexte.figure(NOM, figure)
        if valeur is not None:
            demandes.append({"source": source, "libelle": valeur.figure.libelle, "date": valeur.du.isoformat(), "base_de_la_convention": base,
                             "objectifs": list(objectifs), "reference": valeur.reference})  # fmt: skip
    listes = ("participants", "associes_lettre_2022", "signataires", "autres_signataires", "non_signataires")
    nombres = ("syndicats_representatifs", "groupes_de_travail")
    return {
        "demandes": demandes,
        "indissociable": _valeur(contexte, "indissociable"),
        "hausses_conditionnees": _valeur(contexte, "hausses_conditionnees"),
        "destinataire_lettre_2022": _valeur(contexte, "destinataire_lettre_2022"),
        **{nom: list(_valeur(contexte, nom) or ()) for nom in listes},
        **{nom: _valeur(contexte, nom) for nom in nombres},
        "suffrages": {nom: _nombre(contexte, f"part_{nom}") for nom in COLLEGES},
        **({} if demandes else {"motif": "rien n'est demandé à cette date sous ce texte dans les sources"}),
    }


# --- words and figures


def _valeur(contexte: Contexte, nom: str) -> Any:
    return contexte.figure(NOM, nom)[1]


def _part(contexte: Contexte, nom: str) -> Decimal | None:
    nombre = _nombre(contexte, nom)
    return None if nombre is None else Decimal(str(nombre))


def _nombre(contexte: Contexte, nom: str) -> float | int | None:
    calcul = _valeur(contexte, nom)
    return None if calcul is None else vers_nombre(calcul, contexte.figures[NOM][nom].unite)


def _fraction(contexte: Contexte, nom: str) -> float | None:
    part = _part(contexte, nom)
    return None if part is None else float(part / 100)


def _references(contexte: Contexte, *noms: str) -> list[str]:
    valeurs = (contexte.figure(NOM, nom)[0] for nom in noms)
    return list(dict.fromkeys(valeur.reference for valeur in valeurs if valeur is not None))


def _avant(champ: str, date: dt.date, borne: dt.date, quoi: str) -> Faute:
    return Faute("dates dans le désordre", champ=f"entree.{champ}", valeur=date.isoformat(), attendu=f"au plus tôt le {borne}, comme {quoi}")


def _en_clair(part: Decimal | float) -> str:
    return f"{part}".replace(".", ",").removesuffix(",0") + "\N{NO-BREAK SPACE}%"


def _jour(date: dt.date) -> str:
    return afficher(date, "date")


def _iso(date: dt.date | None) -> str | None:
    return None if date is None else date.isoformat()


def _dernier_jour(demande: Demande) -> dt.date:
    return dt.date(demande.annee, 12, 31)


def _annee(entree: Modele) -> int | None:
    """Return the exercise that an input names by its dates; a question about the whole history is of the year of the signature."""
    for champ in ("date_avis", "date_effet", "date_signature", "date_transmission", "au", "du", "date_opposition"):
        date = getattr(entree, champ, None)
        if date is not None:
            return int(date.year)
    return next(un.date.year for un in chronologie() if un.nature == "signature")


SORTES: dict[str, type[Modele]] = {
    "chronologie": Chronologie, "orientations": Orientations, "validite": Validite, "report": Report, "alerte": Alerte, "duree": Duree,
}  # fmt: skip
DISPOSITIF = Dispositif(NOM, "Négociation et vie des textes", SORTES, calculer, _annee)
__all__ = ["DISPOSITIF", "NATURES", "NOM", "chronologie", "regles", "vies"]
