"""A certificate as a page to keep with it: the result, what it rests on, and how to check it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from convmed.restitution.documents import page
from convmed.restitution.documents.certificat import CIRCONSTANCE, RELEVE, empreinte_de
from convmed.restitution.documents.identite import NON_OFFICIEL
from convmed.restitution.documents.page import Bloc, Cellule, Colonne, Document
from convmed.textes.unites import afficher, vers_entier

# One page: the certificate itself has the rest.
LIGNES_MONTREES, RESULTATS_MONTRES = 14, 10


def certificat_pdf(certificat: Mapping[str, Any]) -> bytes:
    """Return the page of a certificate."""
    resultat, sujet = certificat["resultat"], certificat["sujet"]
    releve = certificat["genre"] == RELEVE
    reponses = [resultat] if isinstance(resultat, dict) else resultat
    lignes = [ligne for une in reponses for ligne in une["lignes"]]
    quoi = f"Relevé {sujet['annee']} du médecin {resultat['medecin']}" if releve else f"Calcul « {sujet['dispositif']} »"
    total = _euros(resultat["total"]) if releve else _euros(sum(ligne["montant"] or 0 for ligne in lignes))
    etabli = dt.date.fromisoformat(certificat["etabli_le"])
    blocs: list[Bloc] = [
        page.cles([("Total des paiements", total), ("Établi le", f"{etabli:%d/%m/%Y}"), ("Textes", certificat["textes"][0]["id"])]),
        page.paragraphe(NON_OFFICIEL, discret=True), page.titre("Le résultat certifié"),
    ]  # fmt: skip
    blocs += _lignes(lignes) if lignes else []
    if not releve:
        blocs += _resultats(reponses)
    blocs += [page.titre("Ce que la signature couvre"), page.definitions(_couvert(certificat)), page.titre("Le vérifier"), page.liste(_verifier(certificat))]
    return page.en_pdf(Document("Certificat de calcul", quoi, f"Certificat du {etabli:%d/%m/%Y}", blocs, etabli))


def _lignes(lignes: list[dict[str, Any]]) -> list[Bloc]:
    rangees: list[tuple[str, list[Cellule]]] = [
        ("", [ligne["libelle"], _date(ligne["date_versement"]), _euros(ligne["montant"])]) for ligne in lignes[:LIGNES_MONTREES]
    ]
    table = page.table([Colonne("Paiement"), Colonne("Versement", part=None), Colonne("Montant", True, None)], rangees, "Paiements certifiés")
    reste = len(lignes) - LIGNES_MONTREES
    return [table, page.paragraphe(f"et {reste} autres paiements, dans le certificat.", discret=True)] if reste > 0 else [table]


def _resultats(reponses: list[dict[str, Any]]) -> list[Bloc]:
    """Return the plain values of the first case."""
    simples = [(nom, _simple(valeur)) for nom, valeur in reponses[0]["resultats"].items() if not isinstance(valeur, (dict, list))]
    blocs = [page.definitions(simples[:RESULTATS_MONTRES])] if simples else []
    return [*blocs, page.paragraphe(f"et {len(reponses) - 1} autres cas, dans le certificat.", discret=True)] if len(reponses) > 1 else blocs


def _couvert(certificat: Mapping[str, Any]) -> list[tuple[str, str]]:
    publique = str(certificat["signature"]["cle_publique"])
    donnees = "dans le certificat" if certificat["entree"] is not None else "laissées hors du certificat, qui n'a que leur empreinte"
    return [
        ("Données", donnees), ("Empreinte des données", f"SHA-256 {certificat['entree_sha256']}"),
        ("Empreinte des règles", f"SHA-256 {certificat['regles']}"), ("Version", f"convmed {certificat['convmed']}"),
        ("Textes", " ; puis ".join(f"{un['libelle']}{' (' + un['reference'] + ')' if un['reference'] else ''}" for un in certificat["textes"])),
        ("Clé publique", f"Ed25519 {publique}, empreinte {empreinte_de(publique)}"), ("Signature", str(certificat["signature"]["valeur"])),
    ]  # fmt: skip


def _verifier(certificat: Mapping[str, Any]) -> list[str]:
    dossier = "" if certificat["entree"] is not None else " --dossier DOSSIER"
    auteur = f"Signé par une {CIRCONSTANCE}." if certificat["cle_de_circonstance"] else (
        "La clé publique ci-dessus doit être celle que l'auteur a donnée par un autre chemin : --cle-publique la compare.")  # fmt: skip
    return [
        f"« convmed verifier CERTIFICAT.json{dossier} » contrôle la signature et les données, refait le calcul et compare chaque montant.",
        auteur,
        "Cette page accompagne le certificat et ne le remplace pas : seul le fichier JSON se vérifie.",
    ]


def _euros(montant: float | None) -> str:
    return "inconnu" if montant is None else afficher(vers_entier(round(montant, 2), "EUR"), "EUR")


def _date(date: str | None) -> str:
    return f"{dt.date.fromisoformat(date):%d/%m/%Y}" if date else "date non publiée"


def _simple(valeur: Any) -> str:
    return {True: "oui", False: "non", None: "—"}[valeur] if valeur is None or isinstance(valeur, bool) else str(valeur).replace(".", ",")
