"""`convmed certificat`, `convmed verifier` and `convmed cle`: calculations that others can replay, and the key that signs them."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convmed.interfaces.console import (
    AideEnFrancais,
    CommandeEnFrancais,
    ecrire,
    en_json,
    lire_json,
    lire_objet,
    progression,
)
from convmed.interfaces.options import annee_, dossier_, format_, sortie_, texte_, tout_lire
from convmed.textes import Erreurs, Faute, dit_en_francais, trouver_texte

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from convmed.donnees.dossier import Dossier

# A certificate holds a dossier at most, and its result.
TAILLE_MAX = 128 * 1024 * 1024
USAGE = "certificat"
ALTERE = 1
cle_ = click.option("--cle", type=click.Path(dir_okay=False, path_type=Path), help="Fichier de la clé qui signe (convmed cle nouvelle) ; sinon une clé de circonstance.")


@click.group(cls=AideEnFrancais)
def certificat() -> None:
    """Les certificats de calcul : données, règles, textes et résultat, signés, que chacun peut refaire."""


@certificat.command()
@click.argument("dispositif")
@cle_
@sortie_
def calcul(dispositif: str, cle: Path | None, sortie: Path | None) -> None:
    """Certifie la réponse à un cas JSON (ou une liste) lu sur l'entrée standard."""
    from convmed.restitution.documents.certificat import certifier_calcul

    signataire = _signataire(cle)
    try:
        demandes = lire_json(sys.stdin.buffer.read())
    except (ValueError, RecursionError):
        raise Erreurs([Faute("JSON illisible", fichier="entrée standard", attendu="un objet ou une liste JSON")]) from None
    _ecrire(certifier_calcul(dispositif, demandes, dt.date.today(), signataire), sortie)


@certificat.command()
@dossier_
@annee_
@texte_
@click.option("--sans-donnees", is_flag=True, help="Laisse le dossier hors du certificat, qui n'en garde que l'empreinte.")
@cle_
@sortie_
def releve(dossier: Path, annee: int, texte: str, sans_donnees: bool, cle: Path | None, sortie: Path | None) -> None:
    """Certifie le relevé d'un dossier ; le certificat contient le dossier, sans nom ni NIR."""
    from convmed.restitution.documents.certificat import certifier_releve

    lu, choisi, signataire = tout_lire(lambda: _lire(dossier), lambda: trouver_texte(texte), lambda: _signataire(cle))
    _ecrire(certifier_releve(lu, annee, choisi, dt.date.today(), signataire, sans_donnees), sortie)


@certificat.command()
@click.argument("fichier", metavar="CERTIFICAT")
@sortie_
def pdf(fichier: str, sortie: Path | None) -> None:
    """La page d'un certificat : le résultat, les empreintes, et comment le vérifier."""
    from convmed.restitution.documents.certificat import verifier_la_forme
    from convmed.restitution.documents.certificat_page import certificat_pdf

    lu = _certificat(fichier)
    verifier_la_forme(lu)
    try:
        octets = certificat_pdf(lu)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise Erreurs([Faute("ce certificat n'a pas la forme attendue", fichier=fichier, attendu="un certificat intact (convmed verifier)")]) from None
    ecrire(octets, sortie)


@click.command(cls=CommandeEnFrancais)
@click.argument("fichier", metavar="CERTIFICAT")
@click.option("--dossier", type=click.Path(path_type=Path), help="Le dossier, si le certificat ne le contient pas.")
@click.option("--cle-publique", "publique", help="La clé publique de l'auteur (convmed cle publique), reçue par un autre chemin.")
@format_("texte", "json")
@sortie_
def verifier(fichier: str, dossier: Path | None, publique: str | None, presentation: str, sortie: Path | None) -> int:
    """Contrôle un certificat et refait son calcul : 0 s'il est conforme, 1 si quelque chose diffère, 2 s'il est illisible."""
    from convmed.restitution.documents.certificat import verifier as controler

    lu, donnees = tout_lire(lambda: _certificat(fichier), lambda: _lire(dossier) if dossier else None)
    verification = controler(lu, donnees, publique)
    if presentation == "json":
        ecrire(en_json(verification.en_dict()), sortie)
    else:
        lignes = [f"{'ok' if c.tient else 'DIFFÈRE':<8}{c.sujet} : {c.dit}" for c in verification.constats]
        ecrire("\n".join(["Conforme" if verification.conforme else "Non conforme", *lignes]) + "\n", sortie)
    return 0 if verification.conforme else ALTERE


@click.group(cls=AideEnFrancais)
def cle() -> None:
    """La clé d'un serveur : elle chiffre sa base et signe ses certificats."""


@cle.command()
@click.argument("fichier", type=click.Path(dir_okay=False, path_type=Path))
def nouvelle(fichier: Path) -> None:
    """Écrit une clé neuve dans un fichier que seul son propriétaire lit ; n'en remplace jamais une."""
    from convmed.base.cles import Cle

    try:
        with os.fdopen(os.open(fichier, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as ouvert:
            ouvert.write(Cle.nouvelle().en_texte() + "\n")
            ouvert.flush()
            os.fsync(ouvert.fileno())
    except FileExistsError:
        raise Erreurs([Faute("ce fichier existe déjà, et n'est pas remplacé : une clé perdue rend sa base illisible", fichier=str(fichier), attendu="un nom libre")]) from None
    except OSError as erreur:
        raise Erreurs([Faute(f"écriture impossible : {dit_en_francais(erreur)}", fichier=str(fichier))]) from None
    click.echo(f"Clé créée : {fichier}. La garder à part de la base et des sauvegardes : sans elle, rien ne se relit.")


@cle.command()
@click.argument("fichier", type=click.Path(dir_okay=False, path_type=Path))
def publique(fichier: Path) -> None:
    """Écrit la clé publique qui reconnaît les certificats signés par cette clé."""
    from convmed.restitution.documents.certificat import cle_publique

    signataire = _signataire(fichier)
    assert signataire is not None
    click.echo(cle_publique(signataire))


def _signataire(fichier: Path | None) -> Ed25519PrivateKey | None:
    """Return the key that signs, drawn from the master key of a file; `None` without a file."""
    if fichier is None:
        return None
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from convmed.base.cles import Cle

    return Ed25519PrivateKey.from_private_bytes(Cle.du_fichier(fichier).derivee(USAGE))


def _lire(dossier: Path) -> Dossier:
    from convmed.donnees.dossier import lire_dossier

    with progression("Lecture du dossier") as avancer:
        return lire_dossier(dossier, avancer)


def _certificat(fichier: str) -> dict[str, Any]:
    if fichier != "-" and Path(fichier).is_file() and Path(fichier).stat().st_size > TAILLE_MAX:
        raise Erreurs([Faute("fichier trop grand pour un certificat", fichier=fichier, attendu=f"{TAILLE_MAX // 1024**2} Mo au plus")])
    return lire_objet(fichier, "un certificat de convmed")


def _ecrire(certificat: dict[str, Any], sortie: Path | None) -> None:
    from convmed.donnees.serialisation import canonique
    from convmed.restitution.documents.certificat import CIRCONSTANCE

    ecrire(canonique(certificat).decode() + "\n", sortie)
    if certificat["cle_de_circonstance"]:
        click.echo(f"Avertissement : {CIRCONSTANCE} (--cle FICHIER pour signer)", err=True)
