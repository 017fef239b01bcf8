"""`convmed base` and `convmed compte`: what whoever runs a server does to its base and to its accounts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convmed.interfaces.console import AideEnFrancais, ecrire, en_json
from convmed.interfaces.options import format_, sortie_
from convmed.restitution.fichier_csv import en_csv
from convmed.textes import Erreurs, Faute

if TYPE_CHECKING:
    from convmed.base import Coffre, Role, Utilisateur

# The same as `convmed.base.ROLES`, without loading a database to show the help.
ROLES = ("medecin", "secretariat", "agent", "lecture")
base_ = click.option("--base", "url", envvar="CONVMED_BASE", help="La base, ou la variable CONVMED_BASE : sqlite:///convmed.db ou postgresql://...")
cle_ = click.option("--cle", type=click.Path(path_type=Path), help="Le fichier de sa clé (convmed cle nouvelle), ou la variable CONVMED_CLE.")
stdin_ = click.option("--mot-de-passe-stdin", is_flag=True, help="Lire le mot de passe sur l'entrée standard, plutôt que de le demander.")


@click.group(cls=AideEnFrancais)
def base() -> None:
    """La base d'un serveur : sa version, ses sauvegardes, sa clé, son journal."""


@base.command()
@base_
def migrer(url: str | None) -> None:
    """Crée les tables d'une base vide, ou les met à la version de ce convmed. Sauvegarder d'abord."""
    from convmed.base import migrations

    adresse = _exigee(url)
    avant, apres = migrations.version(adresse), migrations.migrer(adresse)
    print(f"Base à la version {apres}" + (", déjà la bonne." if avant == apres else f" (auparavant : {avant or 'vide'})."))


@base.command()
@base_
@cle_
@format_("texte", "json")
@sortie_
def etat(url: str | None, cle: Path | None, presentation: str, sortie: Path | None) -> None:
    """Ce que la base contient, en nombres, et si son journal est entier."""
    from convmed.base import migrations
    from convmed.restitution.tables import tableau

    with _ouverte(url, cle) as coffre:
        rompue = coffre.verifier_journal()
        valeurs: dict[str, object] = {"version": migrations.derniere(), **coffre.mesures(), "journal_entier": rompue is None}
    if presentation == "json":
        ecrire(en_json(valeurs), sortie)
    else:
        lignes = [(nom.replace("_", " "), {True: "oui", False: "NON"}.get(valeur, valeur) if isinstance(valeur, bool) else valeur) for nom, valeur in valeurs.items()]
        ecrire(tableau("Base", ("Mesure", ("Valeur", "right")), lignes), sortie)


@base.command()
@click.argument("fichier", type=click.Path(path_type=Path))
@base_
@cle_
def sauvegarder(fichier: Path, url: str | None, cle: Path | None) -> None:
    """Écrit dans FICHIER une copie de la base, sans arrêter le serveur. Elle reste chiffrée : garder la clé, ailleurs."""
    from convmed.base.cles import lire_la_cle
    from convmed.base.sauvegarde import sauvegarder as copier

    nombre = copier(_exigee(url), lire_la_cle(cle), fichier)
    print(f"{nombre} rangées copiées dans {fichier}. Sans la clé de la base, ce fichier ne sert à rien.")


@base.command()
@click.argument("fichier", type=click.Path(path_type=Path))
@base_
@cle_
def restaurer(fichier: Path, url: str | None, cle: Path | None) -> None:
    """Remet dans une base neuve, SQLite ou PostgreSQL, ce que FICHIER a gardé."""
    from convmed.base.cles import lire_la_cle
    from convmed.base.sauvegarde import restaurer as remettre

    print(f"{remettre(fichier, _exigee(url), lire_la_cle(cle))} rangées restaurées. Chacun doit se reconnecter.")


@base.command(name="changer-cle")
@base_
@cle_
@click.option("--nouvelle", type=click.Path(path_type=Path), required=True, help="Le fichier de la nouvelle clé.")
def changer_cle(url: str | None, cle: Path | None, nouvelle: Path) -> None:
    """Chiffre à nouveau toute la base sous une autre clé. Arrêter le serveur, sauvegarder, puis le relancer avec elle."""
    from convmed.base.cles import Cle, lire_la_cle
    from convmed.base.rotation import changer_cle as changer

    nombre = changer(_exigee(url), lire_la_cle(cle), Cle.du_fichier(nouvelle))
    print(f"{nombre} valeurs chiffrées à nouveau. Les sauvegardes déjà faites restent sous l'ancienne clé : ne pas la perdre.")


@base.command()
@base_
@cle_
@click.option("--verifier", is_flag=True, help="Dire seulement si aucune ligne n'a été changée ni ôtée.")
@click.option("--depuis", type=click.IntRange(1), default=1, show_default=True, help="Le numéro de la première ligne à montrer.")
@format_("texte", "json", "csv")
@sortie_
def journal(url: str | None, cle: Path | None, verifier: bool, depuis: int, presentation: str, sortie: Path | None) -> None:
    """Qui a fait quoi, quand, sur quelle pièce. Les comptes y sont nommés par leur numéro : voir « convmed compte lister »."""
    from convmed.restitution.tables import tableau

    with _ouverte(url, cle) as coffre:
        if verifier:
            _verifier(coffre)
            return
        entrees = coffre.journal(depuis)
    rangees = [
        {"numero": une.numero, "date": une.date.isoformat(timespec="seconds"), "qui": une.qui, "action": une.action, "piece": une.piece, "compte": une.compte}
        for une in entrees
    ]  # fmt: skip
    if presentation == "json":
        ecrire(en_json(rangees), sortie)
    elif presentation == "csv":
        ecrire(en_csv(rangees, ("numero", "date", "qui", "action", "piece", "compte")), sortie)
    else:
        titres = (("N°", "right"), "Date", "Qui", "Action", "Pièce", "Compte")
        ecrire(tableau("Journal", titres, [[cellule or "" for cellule in rangee.values()] for rangee in rangees]), sortie)


def _verifier(coffre: Coffre) -> None:
    rompue = coffre.verifier_journal()
    if rompue is not None:
        raise Erreurs([Faute("cette ligne du journal a été changée ou ôtée", champ="journal", ligne=rompue)])
    nombre = coffre.mesures()["journal"]
    (derniere,) = coffre.journal(nombre)
    print(f"Journal entier : {nombre} lignes. Sceau de la dernière : {derniere.empreinte.hex()}")
    print("Noté ailleurs, ce sceau dira plus tard si des lignes ont été ôtées à la fin.")


@click.group(cls=AideEnFrancais)
def compte() -> None:
    """Les comptes d'une équipe : les ouvrir, changer leur rôle ou leur mot de passe, les fermer."""


@compte.command()
@click.argument("identifiant")
@click.option("--role", type=click.Choice(ROLES), required=True, help="Ce que le compte peut faire.")
@click.option("--sans-mot-de-passe", is_flag=True, help="Le compte ne se connecte que par le fournisseur OpenID Connect.")
@stdin_
@base_
@cle_
def creer(identifiant: str, role: Role, sans_mot_de_passe: bool, mot_de_passe_stdin: bool, url: str | None, cle: Path | None) -> None:
    """Ouvre un compte. IDENTIFIANT : une adresse électronique, par exemple."""
    if sans_mot_de_passe and mot_de_passe_stdin:
        raise Erreurs([Faute("--sans-mot-de-passe et --mot-de-passe-stdin ne vont pas ensemble", attendu="l'un ou l'autre")])
    with _ouverte(url, cle) as coffre:
        cree = coffre.creer_compte(identifiant, role, None if sans_mot_de_passe else _mot_de_passe(mot_de_passe_stdin))
    print(f"Compte ouvert : {cree.identifiant} ({cree.role}), numéro {cree.id}.")


@compte.command()
@base_
@cle_
@format_("texte", "json", "csv")
@sortie_
def lister(url: str | None, cle: Path | None, presentation: str, sortie: Path | None) -> None:
    """Les comptes, leur rôle, leur numéro."""
    with _ouverte(url, cle) as coffre:
        rangees = [{"identifiant": un.identifiant, "role": un.role, "actif": un.actif, "id": un.id} for un in coffre.comptes()]
    if presentation == "texte":
        from convmed.restitution.tables import tableau

        lignes = [(rangee["identifiant"], rangee["role"], "oui" if rangee["actif"] else "non", rangee["id"]) for rangee in rangees]
        ecrire(tableau("Comptes", ("Identifiant", "Rôle", "Actif", "Numéro"), lignes), sortie)
    else:
        ecrire(en_json(rangees) if presentation == "json" else en_csv(rangees, ("identifiant", "role", "actif", "id")), sortie)


@compte.command(name="role")
@click.argument("identifiant")
@click.argument("nouveau", type=click.Choice(ROLES))
@base_
@cle_
def changer_role(identifiant: str, nouveau: Role, url: str | None, cle: Path | None) -> None:
    """Donne un autre rôle à un compte : il vaut dès sa prochaine page."""
    with _ouverte(url, cle) as coffre:
        coffre.changer_role(_compte(coffre, identifiant).id, nouveau)
    print(f"Rôle changé : {nouveau}.")


@compte.command(name="mot-de-passe")
@click.argument("identifiant")
@stdin_
@base_
@cle_
def mot_de_passe(identifiant: str, mot_de_passe_stdin: bool, url: str | None, cle: Path | None) -> None:
    """Donne un autre mot de passe à un compte, et ferme ses sessions."""
    with _ouverte(url, cle) as coffre:
        trouve = _compte(coffre, identifiant)
        coffre.changer_mot_de_passe(trouve.id, _mot_de_passe(mot_de_passe_stdin))
    print("Mot de passe changé ; les sessions ouvertes sont fermées.")


@compte.command()
@click.argument("identifiant")
@base_
@cle_
def desactiver(identifiant: str, url: str | None, cle: Path | None) -> None:
    """Ferme un compte sans rien perdre de ce qu'il garde ; ses sessions et ses jetons finissent."""
    with _ouverte(url, cle) as coffre:
        coffre.desactiver(_compte(coffre, identifiant).id)
    print("Compte fermé : il garde ses pièces. « convmed compte reactiver » le rouvre.")


@compte.command()
@click.argument("identifiant")
@base_
@cle_
def reactiver(identifiant: str, url: str | None, cle: Path | None) -> None:
    """Rouvre un compte fermé."""
    with _ouverte(url, cle) as coffre:
        coffre.reactiver(_compte(coffre, identifiant).id)
    print("Compte rouvert.")


@compte.command()
@click.argument("identifiant")
@click.option("--heritier", help="L'identifiant du compte qui reçoit ses pièces.")
@click.option("--avec-ses-pieces", is_flag=True, help="Supprimer aussi ses pièces, définitivement.")
@base_
@cle_
def supprimer(identifiant: str, heritier: str | None, avec_ses_pieces: bool, url: str | None, cle: Path | None) -> None:
    """Supprime un compte, définitivement : dire ce que deviennent ses pièces."""
    if avec_ses_pieces == (heritier is not None):
        raise Erreurs([Faute("il faut dire ce que deviennent les pièces de ce compte", attendu="--heritier IDENTIFIANT ou --avec-ses-pieces")])
    with _ouverte(url, cle) as coffre:
        supprime = _compte(coffre, identifiant)
        recoit = None if heritier is None else _compte(coffre, heritier, "--heritier")
        coffre.supprimer_compte(supprime.id, heritier=None if recoit is None else recoit.id)
    print("Compte supprimé, " + ("et ses pièces avec lui." if recoit is None else "ses pièces sont cédées."))


@compte.command()
@click.argument("identifiant")
@click.argument("libelle")
@base_
@cle_
def jeton(identifiant: str, libelle: str, url: str | None, cle: Path | None) -> None:
    """Écrit un jeton avec lequel un programme agit pour ce compte. LIBELLE : à quoi il sert. Il n'est montré qu'une fois."""
    with _ouverte(url, cle) as coffre:
        print(coffre.creer_jeton(_compte(coffre, identifiant), libelle))


@compte.command()
@click.argument("identifiant")
@click.option("--revoquer", help="Le numéro d'un jeton à ôter.")
@base_
@cle_
@format_("texte", "json", "csv")
@sortie_
def jetons(identifiant: str, revoquer: str | None, url: str | None, cle: Path | None, presentation: str, sortie: Path | None) -> None:
    """Les jetons d'un compte, sans leur secret ; ou en ôte un."""
    with _ouverte(url, cle) as coffre:
        trouve = _compte(coffre, identifiant)
        if revoquer is not None:
            coffre.revoquer_jeton(trouve, revoquer)
        rangees = [{"id": un.id, "libelle": un.libelle, "cree_le": un.cree_le.isoformat(timespec="seconds")} for un in coffre.jetons(trouve)]
    if presentation == "texte":
        from convmed.restitution.tables import tableau

        ecrire(tableau("Jetons", ("Numéro", "À quoi il sert", "Depuis"), [list(rangee.values()) for rangee in rangees]), sortie)
    else:
        ecrire(en_json(rangees) if presentation == "json" else en_csv(rangees, ("id", "libelle", "cree_le")), sortie)


@contextmanager
def _ouverte(url: str | None, cle: Path | None) -> Iterator[Coffre]:
    from convmed.base import Coffre
    from convmed.base.cles import lire_la_cle

    with Coffre.ouvrir(_exigee(url), lire_la_cle(cle)) as coffre:
        yield coffre


def _exigee(url: str | None) -> str:
    if not url:
        raise Erreurs([Faute("il manque la base", champ="--base", attendu="sqlite:///convmed.db, postgresql://..., ou la variable CONVMED_BASE")])
    return url


def _compte(coffre: Coffre, identifiant: str, champ: str = "IDENTIFIANT") -> Utilisateur:
    trouve = coffre.compte(identifiant)
    if trouve is None:
        raise Erreurs([Faute("aucun compte ne porte cet identifiant", champ=champ, attendu="l'un de ceux de « convmed compte lister »")])
    return trouve


def _mot_de_passe(sur_stdin: bool) -> str:
    """Return the password, asked twice without showing it, or read on stdin; never from the command line, which others see."""
    if sur_stdin:
        return sys.stdin.buffer.readline().rstrip(b"\r\n").decode("utf-8", "replace")
    if not sys.stdin.isatty():
        raise Erreurs([Faute("aucun terminal où demander le mot de passe", champ="mot de passe", attendu="--mot-de-passe-stdin")])
    premier: str = click.prompt("Mot de passe", hide_input=True, err=True)
    if click.prompt("Encore une fois", hide_input=True, err=True) != premier:
        raise Erreurs([Faute("les deux saisies diffèrent", champ="mot de passe")])
    return premier
