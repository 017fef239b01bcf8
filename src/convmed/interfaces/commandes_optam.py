"""The commands of the OPTAM: what it is worth to stay in the option, to join it or to leave it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convmed.interfaces.console import AideEnFrancais, ecrire, en_json, lire_objet
from convmed.interfaces.options import Commande, annee_, format_, genre_d_image, lire_date, sortie_, texte_, tout_lire
from convmed.restitution.fichier_csv import en_csv
from convmed.textes import EN_VIGUEUR, NECESSAIRE, Erreurs, Faute, Texte, trouver_texte

if TYPE_CHECKING:
    from convmed.restitution.optam import Etude

# Where each option goes in the situation.
MOTS = {
    "choix": ("choix", "rester, adherer ou quitter."),
    "specialite": ("medecin.specialite", "Code CNAM à deux chiffres (05 : dermatologie)."),
    "secteur": ("medecin.secteur", "1, 2 ou nc."),
    "option": ("medecin.option_tarifaire", "Celle d'aujourd'hui : aucune, optam ou optam-aco."),
    "option-visee": ("option_visee", "Pour adhérer : optam ou optam-aco."),
    "acte": ("acte", "Actes à modificateur : chirurgie, accouchement, anesthesie ou autre."),
    "niveau-respect": ("niveau_respect", "Dernier respect connu : strict, 1-5 ou plus-de-5."),
}
NOMBRES = {
    "honoraires-opposables": ("honoraires_opposables", "Honoraires à tarif opposable de l'année, en euros."),
    "taux-de-charges": ("taux_de_charges", "Taux de charges de la spécialité : 0.083 ou 8,3%."),
    "ecart-points": ("ecart_points", "Écart aux engagements, en points."),
    "base-actes": ("base_actes", "Base des actes à modificateur, en euros par an."),
    "base-avant": ("base_avant", "Honoraires au tarif d'avant la hausse, en euros par an."),
    "base-apres": ("base_apres", "Les mêmes au tarif d'après la hausse."),
    "depassements-avec": ("depassements_avec_option", "Dépassements d'une année avec l'option, en euros."),
    "depassements-sans": ("depassements_sans_option", "Dépassements d'une année sans l'option, en euros."),
    "aides-liees": ("aides_liees", "Aides réservées au secteur 1 et aux options, en euros par an."),
}
DEUX_TAUX = ("taux_depassement", "taux_opposable")
NOMBRE = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s*(%?)")


@click.group(cls=AideEnFrancais)
def optam() -> None:
    """L'OPTAM et l'OPTAM-ACO : taux, prime, et ce que vaut d'y rester, d'y entrer ou d'en sortir."""


def _options(commande: Commande) -> Commande:
    for nom, (_, aide) in reversed({**MOTS, **NOMBRES}.items()):
        commande = click.option(f"--{nom}", help=aide)(commande)
    return commande


@optam.command()
@click.argument("fichier", required=False)
@_options
@click.option("--engagement", nargs=2, metavar="TAUX TAUX", help="Les deux taux du contrat : dépassement, tarif opposable.")
@click.option("--observe", nargs=2, metavar="TAUX TAUX", help="Les deux mêmes, observés.")
@click.option("--au", help="Jour de ce qui est observé, AAAA-MM-JJ ; par défaut le 31 décembre de l'exercice.")
@annee_
@texte_
@format_("texte", "json", "csv", "svg", "png")
@sortie_
def simuler(
    fichier: str | None,
    engagement: tuple[str, str] | None,
    observe: tuple[str, str] | None,
    au: str | None,
    annee: int,
    texte: str,
    presentation: str,
    sortie: Path | None,
    **reponses: str | None,
) -> None:
    """Rester, adhérer ou quitter : taux, distance aux engagements, prime, partage des gains, écart annuel en euros.

    FICHIER : la situation, en JSON (exemples/optam/situation.json) ; « - » : l'entrée standard. Les options complètent
    le fichier, et l'emportent sur lui. Un écart positif est en faveur du choix.
    """
    jour = au or f"{annee}-12-31"
    if au and observe is None:
        raise Erreurs([Faute(NECESSAIRE, champ="--observe", attendu="les deux taux observés à ce jour")])
    donnees = {nom.replace("_", "-"): valeur for nom, valeur in reponses.items() if valeur is not None}
    if fichier is None and not donnees and engagement is None:
        raise Erreurs([Faute("il manque la situation", attendu="un fichier JSON, « - » ou des options : convmed optam simuler --help")])
    fautes: list[Faute] = []

    def tente(lecture: Callable[[], Any], sinon: Any = None) -> Any:
        try:
            return lecture()
        except Erreurs as erreurs:
            fautes.extend(erreurs.fautes)
            return sinon

    # What cannot be read is left out, and the rest is still checked: every fault at once.
    choisi = tente(lambda: trouver_texte(texte), trouver_texte(EN_VIGUEUR))
    lu = tente(lambda: lire_objet(fichier, "la situation") if fichier else {})
    lues = {_champ(nom): tente(partial(_valeur, nom, mot)) for nom, mot in donnees.items()}
    situation = _completer(lu or {}, {champ: valeur for champ, valeur in lues.items() if valeur is not None})
    provenance = {champ: f"--{nom}" for nom, (champ, _) in {**MOTS, **NOMBRES}.items() if fichier is None or nom in donnees}
    if fichier is None:
        provenance |= {"engagement": "--engagement", "releves": "--observe"}
    if engagement:
        situation["engagement"] = tente(lambda: _deux_taux(engagement, "--engagement"))
        provenance["engagement"] = "--engagement"
    if observe:
        date, taux = tente(lambda: lire_date(jour, "--au")), tente(lambda: _deux_taux(observe, "--observe"))
        situation["releves"] = [{"au": date.isoformat(), **taux}] if date and taux else []
        provenance |= {"releves[0].au": "--au", "releves": "--observe"}
    illisibles = {faute.champ for faute in fautes}
    etude: Etude | None = None
    if lu is not None:
        graphique = presentation in ("svg", "png")
        etude = tente(lambda: _etudier(situation, choisi, annee, graphique, lambda trouvees: _situer(trouvees, fichier, provenance)))
    if fautes or etude is None:
        # What could not be read is not missing too.
        raise Erreurs(dict.fromkeys(f for f in fautes if f.message != NECESSAIRE or f.champ not in illisibles))
    _ecrire(etude, presentation, sortie)


def _etudier(
    situation: dict[str, Any], texte: Texte, annee: int, graphique: bool, situer: Callable[[list[Faute]], list[Faute]]
) -> Etude:
    from convmed.restitution.optam import etudier

    try:
        etude = etudier(situation, texte, annee)
        if graphique and not etude.suivi:
            motif = (etude.engagement or {}).get("motif")
            raise Erreurs([Faute(motif or NECESSAIRE, champ="engagement" if motif or not etude.engagement else "releves",
                                 attendu="pour le graphique : l'engagement, et un relevé au moins")])  # fmt: skip
    except Erreurs as erreurs:
        raise Erreurs(situer(erreurs.fautes)) from None
    return etude


def _ecrire(etude: Etude, presentation: str, sortie: Path | None) -> None:
    if presentation == "json":
        ecrire(en_json(etude.en_dict()), sortie)
    elif presentation == "csv":
        from convmed.restitution.optam import COLONNES, rangees

        ecrire(en_csv(rangees(etude), COLONNES), sortie)
    elif presentation == "texte":
        from convmed.restitution.affichage_optam import en_tables

        ecrire(en_tables(etude), sortie)
    else:
        from convmed.restitution.graphiques.optam import taux_contre_engagement

        titre = f"Taux OPTAM de {etude.annee} contre l'engagement, et bandes de tolérance"
        image = taux_contre_engagement(etude.table_du_suivi(), etude.table_des_paliers(), titre, etude.annee, genre_d_image(presentation))
        ecrire(image, sortie)


def _champ(option: str) -> str:
    return {**MOTS, **NOMBRES}[option][0]


def _valeur(option: str, mot: str) -> str | float:
    return mot if option in MOTS else _nombre(mot, f"--{option}", option == "taux-de-charges")


def _nombre(mot: str, option: str, est_un_taux: bool) -> float:
    """Return a number written with a comma or a point; a rate may be written in percent."""
    lu = NOMBRE.fullmatch(mot.strip().removesuffix("€").strip())
    if lu is None or (lu[2] and not est_un_taux):
        attendu = "une fraction comme 0.152, ou 15,2%" if est_un_taux else "un nombre, comme 1250,50"
        raise Erreurs([Faute("nombre illisible", champ=option, valeur=mot, attendu=attendu)])
    return float(Decimal(lu[1].replace(",", ".")) / (100 if lu[2] else 1))


def _deux_taux(mots: tuple[str, str], option: str) -> dict[str, float]:
    return dict(zip(DEUX_TAUX, tout_lire(*(partial(_nombre, mot, option, True) for mot in mots)), strict=True))


def _completer(lu: dict[str, Any], dites: Mapping[str, Any]) -> dict[str, Any]:
    """Return the situation of the file, on which the options are laid."""
    situation = dict(lu)
    for champ, valeur in dites.items():
        objet, _, cle = champ.rpartition(".")
        if not objet:
            situation[cle] = valeur
        elif isinstance(situation.get(objet, {}), dict):
            # What is not an object is refused as it stands.
            situation[objet] = {**situation.get(objet, {}), cle: valeur}
    if not lu:
        situation.setdefault("medecin", {})
    return situation


def _situer(fautes: list[Faute], fichier: str | None, provenance: Mapping[str, str]) -> list[Faute]:
    """Return the faults as the user sees them: the option that was typed, or else the file and the path of the field."""

    def situee(faute: Faute) -> Faute:
        champ = faute.champ or ""
        connu = next((nom for nom in (champ, champ.partition("[")[0], champ.partition(".")[0].partition("[")[0]) if nom in provenance), None)
        if connu is not None:
            precision = champ.rpartition(".")[2]
            return replace(faute, champ=provenance[connu] + (f" ({precision})" if precision in DEUX_TAUX else ""))
        return replace(faute, fichier="entrée standard" if fichier == "-" else fichier, champ=faute.champ)

    return list(dict.fromkeys(situee(faute) for faute in fautes))
