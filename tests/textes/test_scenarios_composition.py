"""Scenarios laid on one another: an empty one changes nothing, and the order matters only where two speak of one figure."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.textes import Texte, baremes, trouver_texte
from convmed.textes.comparaison import differences

NOMS = ("vsm.palier_1_montant", "vsm.palier_1_taux", "prevention.montant_indicateur", "forfait-medecin-traitant.taux_zone")
JOURS = tuple(dt.date(annee, mois, jour) for annee in (2024, 2026, 2027, 2030) for mois, jour in ((1, 1), (6, 30), (12, 31)))
blocs = st.tuples(st.integers(1, 500), st.sampled_from((None, dt.date(2026, 1, 1), dt.date(2027, 6, 30)))).map(
    lambda bloc: f"{{valeur: {bloc[0]}" + (f", du: {bloc[1]}}}" if bloc[1] else "}")
)
contenus = st.dictionaries(st.sampled_from(NOMS), blocs, max_size=4)


def ecrire(dossier: Path, nom: str, base: str, contenu: dict[str, str]) -> Texte:
    lignes = [f"nom: {nom}", f"base: {base}", "figures:" if contenu else "figures: {}"]
    for dispositif in dict.fromkeys(complet.partition(".")[0] for complet in contenu):
        lignes.append(f"  {dispositif}:")
        lignes += [f"    {complet.partition('.')[2]}: {bloc}" for complet, bloc in contenu.items() if complet.startswith(f"{dispositif}.")]
    fichier = dossier / f"{nom}.yaml"
    fichier.write_text("\n".join(lignes) + "\n", "utf-8")
    return trouver_texte(str(fichier))


def valeurs(texte: Texte, noms: Iterable[str] = NOMS) -> dict[tuple[str, dt.date], Any]:
    figures = {nom: baremes()[nom.partition(".")[0]][nom.partition(".")[2]] for nom in noms}
    lues = {(nom, jour): texte.valeur(figure, jour) for nom, figure in figures.items() for jour in JOURS}
    return {cle: valeur and valeur.calcul for cle, valeur in lues.items()}


@settings(max_examples=30)
@given(contenus)
def test_un_scenario_vide_ne_change_rien(contenu: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as nom:
        dossier = Path(nom)
        dessous = ecrire(dossier, "dessous", "en-vigueur", contenu)
        assert differences(dessous, ecrire(dossier, "vide", "dessous.yaml", {})) == []
        assert differences(trouver_texte("en-vigueur"), ecrire(dossier, "nu", "en-vigueur", {})) == []


@settings(max_examples=40)
@given(contenus, contenus)
def test_l_ordre_ne_compte_que_pour_une_meme_figure(un: dict[str, str], autre: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as nom:
        dossier = Path(nom)
        ecrire(dossier, "un", "en-vigueur", un)
        ecrire(dossier, "autre", "en-vigueur", autre)
        autre_dessus, un_dessus = ecrire(dossier, "ab", "un.yaml", autre), ecrire(dossier, "ba", "autre.yaml", un)
        a_part = [nom for nom in NOMS if not (nom in un and nom in autre)]
        assert valeurs(autre_dessus, a_part) == valeurs(un_dessus, a_part)
        changees = {f"{r['dispositif']}.{r['figure']}" for r in differences(autre_dessus, un_dessus)}
        assert changees <= un.keys() & autre.keys()


@settings(max_examples=40)
@given(contenus, contenus)
def test_celui_du_dessus_l_emporte_aux_jours_ou_il_parle(dessous: dict[str, str], dessus: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as nom:
        dossier = Path(nom)
        seul, bas = ecrire(dossier, "seul", "en-vigueur", dessus), ecrire(dossier, "bas", "en-vigueur", dessous)
        haut = ecrire(dossier, "haut", "bas.yaml", dessus)
        parlees = {cle for cle, liste in haut.ajouts.items() for valeur in liste if valeur.texte == "haut"}
        for (complet, jour), lue in valeurs(haut).items():
            dispositif, _, simple = complet.partition(".")
            parle = any(v.texte == "haut" and v.du <= jour <= v.au for v in haut.ajouts.get((dispositif, simple), ()))
            assert lue == valeurs(seul if parle else bas, [complet])[complet, jour]
            assert not parle or (dispositif, simple) in parlees
