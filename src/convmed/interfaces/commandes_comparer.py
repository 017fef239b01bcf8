"""`convmed comparer`: one practice under several texts."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from convmed.interfaces.console import CommandeEnFrancais, ecrire, en_json, progression
from convmed.interfaces.options import annee_, dossier_, format_, genre_d_image, sortie_, tout_lire
from convmed.restitution.fichier_csv import table_en_csv
from convmed.textes import Erreurs, Faute, Texte, trouver_texte


@click.command(cls=CommandeEnFrancais)
@dossier_
@click.option("--textes", required=True, help="Deux textes ou plus, séparés par des virgules : noms, ou chemins de scénarios .yaml.")
@click.option("--reference", help="Celui auquel les autres sont comparés ; par défaut le premier.")
@click.option("--effets", is_flag=True, help="Mesure aussi l'effet de chaque figure prise seule (plus long).")
@annee_
@format_("texte", "json", "csv", "svg", "png")
@sortie_
def comparer(
    dossier: Path, textes: str, reference: str | None, effets: bool, annee: int, presentation: str, sortie: Path | None
) -> None:
    """Un cabinet sous plusieurs textes : chaque ligne, l'écart, et la règle ou la figure qui le fait."""
    choisis, repere = _textes(textes, reference)
    from convmed.donnees.dossier import lire_dossier, verifier
    from convmed.restitution.comparaison import comparer as comparer_les_textes

    with progression("Comparaison") as avancer:
        lu = lire_dossier(dossier, avancer)
        lu.avertissements += verifier(lu, annee)
        resultat = comparer_les_textes(lu, annee, choisis, repere, effets, avancer)
    if presentation == "json":
        ecrire(en_json(resultat.en_dict()), sortie)
    elif presentation == "csv":
        ecrire(table_en_csv(resultat.table()), sortie)
    elif presentation == "texte":
        from convmed.restitution.affichage_comparaison import en_tables

        ecrire(en_tables(resultat), sortie)
    else:
        from convmed.restitution.graphiques.comparaison import textes_et_ecarts

        titre = f"{resultat.medecin or 'Cabinet'}, exercice {annee} : {len(resultat.textes)} textes comparés"
        ecrire(textes_et_ecarts(resultat.table(), titre, genre_d_image(presentation)), sortie)


def _textes(liste: str, reference: str | None) -> tuple[list[Texte], Texte | None]:
    """Return the texts named; `Erreurs` with every name that is unknown."""
    noms = [nom.strip() for nom in liste.split(",")]
    if not all(noms):
        raise Erreurs([Faute("un nom de texte est vide", champ="--textes", valeur=liste, attendu="par exemple convention-2024,en-vigueur")])
    cherches = [*noms, *([] if reference is None else [reference])]
    lus = tout_lire(*(partial(trouver_texte, nom) for nom in cherches))
    return lus[: len(noms)], lus[len(noms)] if reference is not None else None
