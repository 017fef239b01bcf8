"""An encounter typed on the command line: options read, every fault named by its option, or questions asked one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import click

from convmed.textes import NECESSAIRE, Erreurs, Faute

OUI_NON = {"oui": True, "non": False, "true": True, "false": False, "o": True, "n": False}
FEUILLES = {"securisee": "securise", "degradee": "degrade", "papier": "papier"}
DATE_HEURE = "AAAA-MM-JJThh:mm"
GENERAUX = ("une date AAAA-MM-JJ", "un nombre entier", "un nombre", "une chaîne de caractères")
NON_LIBRES = {"codes", "medecin", "patient", "date_heure", "cahier_des_charges", "tarifs_ccam"}
DIRECTS = {
    "lieu": "lieu", "patientele_mt": "patientele_mt", "regulation": "regulation", "adressage": "adressage",
    "opposable": "tarif_opposable", "urgence": "urgence_vitale", "parcours": "parcours", "motif": "motif",
    "maternite": "maternite", "montagne": "zone_montagne", "kilometres": "kilometres_aller_retour",
}  # fmt: skip


def entree_de_seance(codes: list[str], reponses: Mapping[str, Any]) -> tuple[dict[str, Any], list[Faute]]:
    """Return the encounter of the JSON contract that the options describe, and what could not be read in them."""
    from convmed.donnees.calendrier_legal import fuseau, territoire_du_departement

    fautes: list[Faute] = []
    departement = reponses["departement"]
    try:
        verifier_le_departement(departement)
    except Erreurs as erreurs:
        fautes, departement = [*erreurs.fautes], None
    zone = fuseau(territoire_du_departement(departement or "75"))

    def lire_heure(cle: str) -> dt.datetime | None:
        try:
            return heure_locale(reponses[cle], f"--{cle.replace('_', '-')}", zone)
        except Erreurs as erreurs:
            fautes.extend(erreurs.fautes)
            return None

    instant = lire_heure("date_heure") or dt.datetime.now(zone).replace(second=0, microsecond=0)
    naissance = reponses["naissance"]
    if naissance is not None and reponses["age"] is not None:
        fautes.append(Faute("--naissance et --age disent la même chose", champ="--age", attendu="l'un ou l'autre"))
    elif reponses["age"] is not None:
        naissance = ne_il_y_a(reponses["age"], instant.date()).isoformat()
    medecin = {"specialite": reponses["specialite"], "secteur": reponses["secteur"], "option_tarifaire": reponses["option_tarifaire"]}
    patient = {"date_naissance": naissance, "ald": reponses["ald"], "c2s": reponses["c2s"], "ame": reponses["ame"]}
    entree: dict[str, Any] = {
        "codes": codes, "date_heure": instant.isoformat(), "medecin": connus(medecin | {"departement": departement}),
        "patient": connus(patient), **{champ: reponses[cle] for cle, champ in DIRECTS.items()},
        "date_sortie": reponses["date_sortie"],
    }  # fmt: skip
    for champ, cle in (("date_heure_appel", "appel"), ("date_heure_adressage", "heure_adressage")):
        lue = lire_heure(cle)
        entree[champ] = lue.isoformat() if lue else None
    if reponses["depassement"] is not None:
        entree["depassement"] = lire_montant(reponses["depassement"], fautes)
    if reponses["feuille"] is not None:
        entree["fac_mode"] = FEUILLES[reponses["feuille"]]
    fautes += _donnees_libres(reponses["donnees"], entree)
    fautes += _mots_inconnus(entree)
    return connus(entree), fautes


def _donnees_libres(donnees: Iterable[str], entree: dict[str, Any]) -> list[Faute]:
    """Add what `--donnee` gives to an encounter, and return what is wrong in it."""
    from convmed.cotation.seance import modele_de_seance
    from convmed.dispositifs.socle import tous

    tous()
    champs = [nom for nom in modele_de_seance().model_fields if nom not in NON_LIBRES]
    fautes = []
    for donnee in donnees:
        nom, egal, valeur = (morceau.strip() for morceau in donnee.partition("="))
        if not egal or not nom or not valeur:
            fautes.append(Faute("donnée illisible", champ="--donnee", valeur=donnee, attendu="NOM=VALEUR"))
        elif nom not in champs:
            proches = get_close_matches(nom, champs, n=3, cutoff=0.4)
            fautes.append(Faute("donnée inconnue", champ=f"--donnee {nom}", valeur=nom,
                                attendu="par exemple " + ", ".join(proches) if proches else "une donnée que lit une condition"))  # fmt: skip
        else:
            entree[nom] = valeur_de(valeur)
    return fautes


def _mots_inconnus(entree: Mapping[str, Any]) -> list[Faute]:
    """Return the words that no condition compares with anything: a motif misspelt would be lost in silence."""
    from convmed.donnees.entites import REGISTRE
    from convmed.restitution.hypotheses import FERMEES, valeurs_possibles
    from convmed.restitution.options_de_seance import option_de

    fautes = []
    for nom, valeur in entree.items():
        lue = REGISTRE.entrees.get(nom)
        if isinstance(valeur, str) and lue is not None and lue.genre == "texte" and nom not in FERMEES:
            connues = valeurs_possibles(nom)
            if connues and valeur not in connues:
                fautes.append(Faute(f"{lue.libelle[:1].lower()}{lue.libelle[1:]} inconnu", champ=option_de(f"entree.{nom}"), valeur=valeur,
                                    attendu="l'un de " + ", ".join(connues)))  # fmt: skip
    return fautes


def heure_locale(valeur: str | None, option: str, zone: dt.tzinfo) -> dt.datetime | None:
    """Return an hour typed at the practice: its zone is the one of the department, unless it states another."""
    if valeur is None:
        return None
    try:
        lue = dt.datetime.fromisoformat(valeur)
    except ValueError:
        raise Erreurs([Faute("date et heure illisibles", champ=option, valeur=valeur, attendu=DATE_HEURE)]) from None
    if "T" not in valeur and " " not in valeur:
        raise Erreurs([Faute("il manque l'heure", champ=option, valeur=valeur, attendu=DATE_HEURE)])
    return lue if lue.tzinfo else lue.replace(tzinfo=zone)


def lire_montant(valeur: str, fautes: list[Faute]) -> float | None:
    """Return an amount in euros, with a comma or a point."""
    try:
        return float(valeur.replace(",", ".").removesuffix("€").strip())
    except ValueError:
        fautes.append(Faute("montant illisible", champ="--depassement", valeur=valeur, attendu="un montant en euros, comme 12,50"))
        return None


def en_options(fautes: Iterable[Faute]) -> list[Faute]:
    """Return the faults of an encounter as its user sees them: by option, each once, with words rather than patterns."""
    from convmed.restitution.options_de_seance import ATTENDUS, option_de

    dites = []
    for faute in fautes:
        option = option_de(faute.champ or "") if (faute.champ or "").startswith(("entree.", "questions")) else faute.champ
        attendu = (faute.attendu or "").replace("true ou false", "oui ou non")
        if attendu.startswith("la forme") or attendu in GENERAUX or faute.message == NECESSAIRE:
            attendu = ATTENDUS.get(option or "", attendu)
        # A code names nobody: it can be repeated.
        message = f"{faute.message} « {faute.valeur} »" if faute.message.startswith("code ") else faute.message
        dites.append(replace(faute, champ=option, attendu=attendu or None, message=message))
    return list(dict.fromkeys(dites))


def decouper(mots: Iterable[str]) -> list[str]:
    """Return the codes of `--pourquoi`, given several times or joined by commas or plus signs."""
    return [code for mot in mots for code in mot.replace("+", ",").replace(" ", ",").split(",") if code]


def verifier_le_departement(departement: str | None) -> None:
    """Refuse a department that does not exist: it would be read as the metropole."""
    if departement is not None and not est_un_departement(departement):
        raise Erreurs([Faute("département inconnu", champ="--departement", valeur=departement, attendu="01 à 95, 2A, 2B ou 971 à 978")])


def est_un_departement(mot: str) -> bool:
    """Tell whether a word names a French department or overseas territory."""
    return mot in {"2A", "2B"} or (mot.isdigit() and ((len(mot) == 2 and 1 <= int(mot) <= 95) or (len(mot) == 3 and 971 <= int(mot) <= 978)))


def poser_les_questions(reponses: Mapping[str, Any]) -> dict[str, Any]:
    """Ask what the options did not say; an empty answer means that it is not known, a wrong one is asked again."""
    posees: dict[str, Any] = dict(reponses)

    def demander(cle: str, question: str, permis: Callable[[str], bool], attendu: str, defaut: str = "", liste: Iterable[str] = ()) -> None:
        while posees[cle] is None:
            reponse = click.prompt(f"{question} ({attendu})", default=defaut, show_default=bool(defaut), err=True).strip()
            if not reponse:
                return
            if permis(reponse):
                posees[cle] = reponse
            else:
                click.echo(f"  attendu : {', '.join(liste) or attendu}, ou rien si ce n'est pas su", err=True)

    def choisir(cle: str, question: str, choix: Iterable[str], defaut: str = "") -> None:
        mots = tuple(choix)
        demander(cle, question, lambda mot: mot in mots, ", ".join(mots), defaut)

    def oui_ou_non(cle: str, question: str) -> None:
        if posees[cle] is None:
            demander(cle, question, lambda mot: mot.lower() in OUI_NON, "oui ou non")
            posees[cle] = OUI_NON.get((posees[cle] or "").lower())

    from convmed.restitution.hypotheses import FERMEES, valeurs_possibles

    demander("specialite", "Spécialité", lambda mot: mot.isdigit() and len(mot) == 2, "code CNAM, 01 : médecine générale", "01")
    choisir("secteur", "Secteur", FERMEES["medecin_secteur"], "1")
    if posees["secteur"] == "2":
        choisir("option_tarifaire", "Option tarifaire", FERMEES["medecin_option"], "aucune")
        oui_ou_non("opposable", "Sans dépassement ?")
    demander("departement", "Département", est_un_departement, "comme 35 ou 974 ; rien : métropole")
    demander("date_heure", "Date et heure", est_une_heure, f"{DATE_HEURE} ; rien : maintenant")
    choisir("lieu", "Lieu", FERMEES["lieu"], "cabinet")
    if posees["lieu"] == "domicile":
        demander("kilometres", "Kilomètres aller et retour", str.isdigit, "un nombre entier")
        posees["kilometres"] = int(posees["kilometres"]) if posees["kilometres"] is not None else None
    if posees["age"] is None:
        demander("naissance", "Naissance du patient, ou son âge", lambda mot: mot.isdigit() or est_une_date(mot), "AAAA-MM-JJ ou un âge")
        if (posees["naissance"] or "").isdigit():
            posees["age"], posees["naissance"] = int(posees["naissance"]), None
    oui_ou_non("patientele_mt", "Êtes-vous son médecin traitant ?")
    oui_ou_non("ald", "Patient en ALD ?")
    oui_ou_non("c2s", "Bénéficiaire de la C2S ?")
    choisir("regulation", "Régulation, si le patient en vient", FERMEES["regulation"])
    choisir("adressage", "Adressé par", FERMEES["adressage"])
    if posees["regulation"]:
        demander("appel", "Date et heure de l'appel de régulation", est_une_heure, DATE_HEURE)
    elif posees["adressage"] not in (None, "aucun"):
        demander("heure_adressage", "Date et heure de l'adressage", est_une_heure, DATE_HEURE)
    oui_ou_non("urgence", "Urgence vitale, au sens de la CCAM ?")
    demander("motif", "Motif, s'il ouvre un acte particulier", lambda mot: mot in valeurs_possibles("motif"), "? : la liste",
             liste=valeurs_possibles("motif"))  # fmt: skip
    return posees


def est_une_heure(mot: str) -> bool:
    """Tell whether a word is a date with its hour."""
    try:
        return heure_locale(mot, "", dt.UTC) is not None
    except Erreurs:
        return False


def est_une_date(mot: str) -> bool:
    """Tell whether a word is a date."""
    try:
        return len(mot) == len("AAAA-MM-JJ") and dt.date.fromisoformat(mot) is not None
    except ValueError:
        return False


def connus(champs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that have a value."""
    return {cle: valeur for cle, valeur in champs.items() if valeur is not None}


def valeur_de(mot: str) -> Any:
    """Return what is typed after the sign of `--donnee`: yes or no, a number, or a word."""
    if mot.lower() in OUI_NON:
        return OUI_NON[mot.lower()]
    return int(mot) if mot.isdigit() else mot


def ne_il_y_a(age: int, jour: dt.date) -> dt.date:
    """Return the birth of somebody who is of an age on a day."""
    from dateutil.relativedelta import relativedelta

    return jour - relativedelta(years=age)
