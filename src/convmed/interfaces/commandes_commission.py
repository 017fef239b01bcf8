"""The commands of the commissions paritaires: seats, composition, votes, presidency, failure, instances, indemnities."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convmed.interfaces.console import AideEnFrancais, ecrire, en_json, lire_objet
from convmed.interfaces.options import ANNEES, annee_, format_, lire_date, sortie_, texte_
from convmed.restitution.fichier_csv import en_csv
from convmed.textes import EN_VIGUEUR, Erreurs, Faute, Texte, trouver_texte

if TYPE_CHECKING:
    from convmed.restitution.commission_lecture import Personnes

INSTANCES = click.Choice(["cpn", "ctppn", "cpr", "cpl"])
SECTIONS = click.Choice(["professionnelle", "sociale"])
COLLEGES = click.Choice(["generalistes", "specialistes"])
VOIX = re.compile(r"(?P<nom>[^=]+)=\s*(?P<nombre>\d+(?:[.,]\d+)?)\s*%?")
TAUX = re.compile(r"(\d+(?:[.,]\d+)?)\s*(%?)")
# The fields of the contract whose option has another name.
OPTIONS = {
    "voix": "VOIX", "signataires": "--signataire", "servis_ailleurs": "--servi-ailleurs", "seuil_representativite": "--seuil",
    "section_en_cause": "--section", "presents.professionnelle": "--presents-professionnels", "presents.sociale": "--presents-sociaux",
    "presents.unocam": "--unocam", "presents": "--presents-professionnels et --presents-sociaux",
}  # fmt: skip
date_ = click.option("--date", help="Jour regardé AAAA-MM-JJ ; par défaut aujourd'hui.")
instance_ = click.option("--instance", type=INSTANCES, required=True, help="L'instance composée.")
appel_ = click.option("--appel", is_flag=True, help="La CPN examine l'appel d'un médecin contre une sanction : sans l'UNOCAM.")


@click.group(cls=AideEnFrancais)
def commission() -> None:
    """Les commissions paritaires : sièges, composition, votes, présidence, carence, instances, indemnités."""


@commission.command()
@click.argument("voix", nargs=-1)
@click.option("--sieges", type=click.IntRange(1), help="Sièges à répartir.")
@click.option("--urps", type=click.IntRange(2000), help="Une élection publiée (2021) : les deux collèges, sans VOIX ni --sieges.")
@click.option("--exprimes", help="Total des voix exprimées, s'il y en a d'autres que celles données.")
@click.option("--base", type=click.Choice(["exprimes", "signataires"]), help="Ce que le quotient divise ; par défaut exprimes.")
@click.option("--signataire", "signataires", multiple=True, help="Un syndicat signataire, à répéter ; par défaut tous ceux de VOIX, sauf UFML-S.")
@click.option("--college", type=COLLEGES, help="Collège : applique le seuil de représentativité.")
@click.option("--seuil", help="Seuil de représentativité : 10% ou 0.10.")
@click.option("--servi-ailleurs", "servis", multiple=True, help="Un syndicat qui a un siège dans l'autre collège, à répéter.")
@date_
@texte_
@format_("texte", "json", "csv")
@sortie_
def sieges(
    voix: tuple[str, ...], sieges: int | None, urps: int | None, exprimes: str | None, base: str | None, signataires: tuple[str, ...],
    college: str | None, seuil: str | None, servis: tuple[str, ...], date: str | None, texte: str, presentation: str, sortie: Path | None,
) -> None:  # fmt: skip
    """Les sièges d'après les voix : quotient, entiers, plus forts restes, un siège au moins.

    VOIX : « MG France=36,58 », autant de fois que d'organisations ; des voix ou des pourcentages.
    """
    lecture = _Lecture(date, texte)
    entree = _donnees({
        "calcul": "sieges", "sieges": sieges, "urps": urps, "base": base, "college": college,
        "voix": lecture.lire(lambda: _voix(voix)) if voix else None,
        "exprimes": lecture.lire(lambda: _nombre(exprimes, "--exprimes")) if exprimes else None,
        "signataires": list(signataires) or None, "servis_ailleurs": list(servis) or None,
        "seuil_representativite": lecture.lire(lambda: _taux(seuil)) if seuil else None,
    })  # fmt: skip
    if not voix and urps is None:
        lecture.fautes.append(Faute("il manque les voix", champ="VOIX", attendu="« MG France=36,58 » et les autres, ou --urps 2021"))
    if sieges is None and urps is None:
        lecture.fautes.append(Faute("il manque le nombre de sièges", champ="--sieges", attendu="--sieges 6, ou --urps 2021"))
    etude = lecture.etudier(entree)
    _ecrire(etude, presentation, sortie)


@commission.command()
@click.argument("fichier")
@instance_
@appel_
@date_
@texte_
@format_("texte", "json", "csv")
@sortie_
def composer(fichier: str, instance: str, appel: bool, date: str | None, texte: str, presentation: str, sortie: Path | None) -> None:
    """Une composition conforme, parmi des candidats rangés dans l'ordre de leur organisation ; ou ce qui manque.

    FICHIER : une table (candidat, section, organisation, college, liberal_conventionne, sanction_definitive), ou du JSON.
    """
    lecture = _Lecture(date, texte)
    etude, personnes = _des_personnes(lecture, fichier, "candidat", {"calcul": "composer", "instance": instance, "formation": _formation(appel)})
    if etude["possible"] is not None and not etude["installable"]:
        attendu = "assez de candidats : sans tous les titulaires, la commission ne s'installe pas"
        raisons = [Faute(f"écarté, {un['motif']}", fichier=personnes.fichier, champ=un["candidat"]) for un in etude["ecartes"] if not un["peut_sieger"]]
        raise Erreurs([*(Faute(manque["motif"], fichier=personnes.fichier, attendu=attendu) for manque in etude["manques"]), *raisons])
    _ecrire(etude, presentation, sortie)


@commission.command()
@click.argument("fichier")
@instance_
@appel_
@date_
@texte_
@format_("texte", "json", "csv")
@sortie_
def verifier(fichier: str, instance: str, appel: bool, date: str | None, texte: str, presentation: str, sortie: Path | None) -> None:
    """Une composition est-elle conforme : chaque faute, avec la règle qu'elle enfreint.

    FICHIER : une table (membre, section, qualite, organisation, college, liberal_conventionne, sanction_definitive,
    president), ou du JSON ; la sortie CSV ou JSON de « composer » convient.
    """
    lecture = _Lecture(date, texte)
    etude, _ = _des_personnes(lecture, fichier, "membre", {"calcul": "composition", "instance": instance, "formation": _formation(appel)})
    _ecrire(etude, presentation, sortie)


@commission.command()
@click.option("--pour", type=click.IntRange(0), required=True, help="Voix pour.")
@click.option("--contre", type=click.IntRange(0), required=True, help="Voix contre.")
@click.option("--abstentions", type=click.IntRange(0), help="Abstentions : elles ne sont pas des voix exprimées.")
@click.option("--tour", type=click.IntRange(1, 2), default=1, show_default=True, help="2 : second vote, après un partage.")
@click.option("--instance", type=INSTANCES, help="L'instance qui vote.")
@appel_
@click.option("--presents-professionnels", type=click.IntRange(0), help="Membres présents de la section professionnelle.")
@click.option("--presents-sociaux", type=click.IntRange(0), help="Membres présents de la section sociale, sans l'UNOCAM.")
@click.option("--unocam/--sans-unocam", default=None, help="L'UNOCAM siège-t-elle (CPN).")
@click.option("--quorum", type=click.IntRange(0), help="Quorum de chaque section (annexe 6, non publiée).")
@date_
@texte_
@format_("texte", "json")
@sortie_
def voter(
    pour: int, contre: int, abstentions: int | None, tour: int, instance: str | None, appel: bool, presents_professionnels: int | None,
    presents_sociaux: int | None, unocam: bool | None, quorum: int | None, date: str | None, texte: str, presentation: str, sortie: Path | None,
) -> None:  # fmt: skip
    """L'issue d'un vote : majorité simple, second vote en cas de partage, avis réputé rendu ensuite."""
    lecture = _Lecture(date, texte)
    presents = _donnees({"professionnelle": presents_professionnels, "sociale": presents_sociaux, "unocam": unocam})
    entree = {"calcul": "vote", "pour": pour, "contre": contre, "abstentions": abstentions, "tour": tour, "instance": instance,
              "formation": _formation(appel), "presents": presents or None, "quorum": quorum}  # fmt: skip
    _ecrire(lecture.etudier(_donnees(entree)), presentation, sortie)


@commission.command()
@click.option("--premiere", type=SECTIONS, required=True, help="La section qui a présidé la première : le texte ne le dit pas.")
@click.option("--installee-le", help="Première réunion AAAA-MM-JJ ; par défaut la CPN d'installation, 11/09/2024.")
@date_
@texte_
@format_("texte", "json", "csv")
@sortie_
def presidence(premiere: str, installee_le: str | None, date: str | None, texte: str, presentation: str, sortie: Path | None) -> None:
    """Qui préside : les deux sections alternent, automatiquement, chaque 1er janvier."""
    lecture = _Lecture(date, texte)
    entree = _donnees({"calcul": "presidence", "premiere": premiere, "installee_le": lecture.jour(installee_le, "--installee-le")})
    etude = lecture.etudier(entree)
    _ecrire(etude, presentation, sortie)


@commission.command()
@click.option("--cas", type=click.Choice(["constitution", "parite", "date-ou-ordre-du-jour", "refus-de-vote"]), required=True, help="Ce qui fait défaut.")
@click.option("--section", type=click.Choice(["professionnelle", "sociale", "les-deux"]), required=True,
              help="La section à l'origine de la carence (les-deux : constitution seulement).")  # fmt: skip
@click.option("--constat", help="Jour du constat de carence, AAAA-MM-JJ.")
@click.option("--tentatives", type=click.IntRange(0), help="Tentatives successives infructueuses.")
@click.option("--remede", help="Jour où il a été remédié à la carence, AAAA-MM-JJ.")
@click.option("--instance", type=INSTANCES, help="L'instance ; pour la constitution d'une CPL.")
@date_
@texte_
@format_("texte", "json")
@sortie_
def carence(
    cas: str, section: str, constat: str | None, tentatives: int | None, remede: str | None, instance: str | None, date: str | None,
    texte: str, presentation: str, sortie: Path | None,
) -> None:  # fmt: skip
    """Quand une section fait défaut : qui l'invite à y remédier, jusqu'à quand, qui agit ensuite."""
    lecture = _Lecture(date, texte)
    entree = {"calcul": "carence", "cas": cas, "section_en_cause": section, "tentatives": tentatives, "instance": instance,
              "constat": lecture.jour(constat, "--constat"), "remede": lecture.jour(remede, "--remede")}  # fmt: skip
    _ecrire(lecture.etudier(_donnees(entree)), presentation, sortie)


@commission.command()
@click.option("--departement", help="Département : 35, 2A, 974.")
@click.option("--caisses", type=click.IntRange(1), help="Caisses primaires du département.")
@click.option("--avec-cpl/--sans-cpl", "cpl_installee", default=None, help="La CPL est-elle installée.")
@click.option("--installee-le", help="Jour de l'installation, AAAA-MM-JJ : était-ce dans le délai.")
@date_
@texte_
@format_("texte", "json")
@sortie_
def instances(
    departement: str | None, caisses: int | None, cpl_installee: bool | None, installee_le: str | None, date: str | None, texte: str,
    presentation: str, sortie: Path | None,
) -> None:  # fmt: skip
    """Les instances, leur installation, ce qu'elles se doivent, et laquelle agit dans un département."""
    lecture = _Lecture(date, texte)
    entree = {"calcul": "instances", "departement": departement, "caisses": caisses, "cpl_installee": cpl_installee,
              "installee_le": lecture.jour(installee_le, "--installee-le")}  # fmt: skip
    _ecrire(lecture.etudier(_donnees(entree)), presentation, sortie)


@commission.command()
@click.option("--seances", type=click.IntRange(0), required=True, help="Séances de l'année.")
@click.option("--distance", type=click.IntRange(0), default=0, show_default=True, help="Dont à distance.")
@click.option("--valeur-c", help="Valeur de la lettre C, en euros ; par défaut celle que le barème déduit.")
@annee_
@texte_
@format_("texte", "json")
@sortie_
def indemnites(seances: int, distance: int, valeur_c: str | None, annee: int, texte: str, presentation: str, sortie: Path | None) -> None:
    """Les indemnités d'une année de séances : 13 C chacune, en présence comme à distance."""
    lecture = _Lecture(f"{annee}-12-31", texte)
    valeur = lecture.lire(lambda: _nombre(valeur_c.removesuffix("€").strip(), "--valeur-c")) if valeur_c else None
    entree = {"calcul": "indemnites", "seances": seances, "distance": distance, "valeur_c": valeur}
    _ecrire(lecture.etudier(_donnees(entree)), presentation, sortie)


class _Lecture:
    """What is read from the options: faults are gathered, so that all of them are told at once."""

    def __init__(self, date: str | None, texte: str) -> None:
        self.fautes: list[Faute] = []
        self.texte: Texte = self.lire(lambda: trouver_texte(texte)) or trouver_texte(EN_VIGUEUR)
        self.date: dt.date = self.lire(lambda: _jour_connu(date)) or dt.date.today()

    def lire(self, lecture: Callable[[], Any]) -> Any:
        """Return what a reading returns, or nothing if it is refused."""
        try:
            return lecture()
        except Erreurs as erreurs:
            self.fautes += erreurs.fautes
            return None

    def jour(self, valeur: str | None, option: str) -> str | None:
        """Return the date of an option as the contract writes it."""
        lu = self.lire(lambda: lire_date(valeur, option)) if valeur else None
        return lu.isoformat() if lu else None

    def etudier(self, entree: Mapping[str, Any], situer: Callable[[Faute], Faute] | None = None) -> dict[str, Any]:
        """Return the answer to an input; `Erreurs` with every fault of the options and of the input."""
        from convmed.restitution.commission import etudier

        try:
            etude = etudier(entree, self.texte, self.date)
        except Erreurs as erreurs:
            # What an option says badly is not missing too.
            dites = {faute.champ for faute in self.fautes}
            trouvees = [faute for faute in map(situer or _par_option, erreurs.fautes) if faute.champ is None or faute.champ not in dites]
            raise Erreurs([*self.fautes, *trouvees]) from None
        if self.fautes:
            raise Erreurs(self.fautes)
        return etude


def _par_option(faute: Faute) -> Faute:
    champ = (faute.champ or "").removeprefix("entree.").partition("[")[0]
    nom = next((OPTIONS[cle] for cle in (champ, champ.partition(".")[0]) if cle in OPTIONS), f"--{champ.replace('_', '-')}")
    return replace(faute, champ=nom if champ else faute.champ)


def _des_personnes(lecture: _Lecture, fichier: str, cle: str, entree: Mapping[str, Any]) -> tuple[dict[str, Any], Personnes]:
    from convmed.restitution.commission_lecture import Personnes, lire_personnes

    def lues() -> Personnes:
        if fichier != "-" and Path(fichier).suffix.lower() != ".json":
            return lire_personnes(Path(fichier), cle)
        nom = "entrée standard" if fichier == "-" else Path(fichier).name
        objets = lire_objet(fichier, f"{{\"{cle}s\": [...]}}").get(f"{cle}s")
        if not isinstance(objets, list):
            raise Erreurs([Faute("valeur refusée", fichier=nom, champ=f"{cle}s", attendu="une liste d'objets")])
        return Personnes(nom, objets, [], [])

    personnes = lecture.lire(lues)
    if personnes is None:
        raise Erreurs(lecture.fautes)
    for avertissement in personnes.avertissements:
        click.echo(f"Avertissement : {avertissement}", err=True)

    def situer(faute: Faute) -> Faute:
        champ = (faute.champ or "").removeprefix("entree.")
        rang = re.match(rf"{cle}s\[(\d+)\]\.?(.*)", champ)
        if rang is None:
            return replace(faute, champ={"formation": "--appel"}.get(champ, champ))
        if personnes.lignes:
            return replace(faute, fichier=personnes.fichier, ligne=personnes.lignes[int(rang[1])], colonne=rang[2], champ=None)
        return replace(faute, fichier=personnes.fichier, champ=champ)

    return lecture.etudier({**entree, f"{cle}s": personnes.objets}, situer), personnes


def _ecrire(etude: dict[str, Any], presentation: str, sortie: Path | None) -> None:
    if presentation == "json":
        ecrire(en_json(etude), sortie)
    elif presentation == "csv":
        from convmed.restitution.commission import en_rangees

        ecrire(en_csv(*en_rangees(etude)), sortie)
    else:
        from convmed.restitution.commission_affichage import en_tables

        ecrire(en_tables(etude), sortie)


def _jour_connu(date: str | None) -> dt.date:
    lu = lire_date(date, "--date") if date else dt.date.today()
    assert ANNEES.min is not None and ANNEES.max is not None
    if not ANNEES.min <= lu.year <= ANNEES.max:
        raise Erreurs([Faute("date hors des exercices connus", champ="--date", valeur=lu.isoformat(), attendu=f"une date de {ANNEES.min} à {ANNEES.max}")])
    return lu


def _voix(mots: Iterable[str]) -> dict[str, int | float]:
    """Return the votes of each organisation; `Erreurs` with every word that cannot be read."""
    lues: dict[str, int | float] = {}
    fautes = []
    for mot in mots:
        lu = VOIX.fullmatch(mot.strip())
        nom = lu["nom"].strip() if lu else ""
        if lu is None or not nom:
            fautes.append(Faute(f"« {mot} » ne se lit pas", champ="VOIX", attendu="une organisation et ses voix, comme « MG France=36,58 »"))
        elif nom in lues:
            fautes.append(Faute(f"« {nom} » est donnée deux fois", champ="VOIX", attendu="chaque organisation une fois"))
        else:
            lues[nom] = _en_nombre(lu["nombre"])
    if fautes:
        raise Erreurs(fautes)
    return lues


def _en_nombre(mot: str) -> int | float:
    return int(mot) if mot.isdigit() else float(mot.replace(",", "."))


def _nombre(mot: str, option: str) -> int | float:
    if not re.fullmatch(r"\d+(?:[.,]\d+)?", mot.strip()):
        raise Erreurs([Faute("nombre illisible", champ=option, valeur=mot, attendu="un nombre, comme 36,58")])
    return _en_nombre(mot.strip())


def _taux(mot: str) -> float:
    """Return a rate as a fraction, written as one or in percent."""
    lu = TAUX.fullmatch(mot.strip())
    if lu is None:
        raise Erreurs([Faute("taux illisible", champ="--seuil", valeur=mot, attendu="une fraction comme 0.10, ou 10%")])
    from decimal import Decimal

    return float(Decimal(lu[1].replace(",", ".")) / (100 if lu[2] else 1))


def _formation(appel: bool) -> str:
    return "appel" if appel else "pleniere"


def _donnees(champs: Mapping[str, Any]) -> dict[str, Any]:
    return {cle: valeur for cle, valeur in champs.items() if valeur is not None}
