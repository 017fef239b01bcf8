"""The terminal: texts side by side for one practice, why they differ, what is not compared."""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_uppercase

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from convmed.restitution.absences import NEANT
from convmed.restitution.causes import signe
from convmed.restitution.lignes_comparees import Comparaison, Ecart, LigneComparee, Part
from convmed.restitution.tables import tableau
from convmed.textes.unites import afficher

RAISONS_AU_PLUS = 8
Colonnes = list[str | tuple[str, str]]


def en_tables(comparaison: Comparaison) -> RenderableType:
    """Return the comparison: amounts under each text, where each difference comes from, what is left out and why."""
    lettres = _lettres(comparaison)
    blocs: list[RenderableType] = [_legende(comparaison, lettres), _montants(comparaison, lettres)]
    if len(comparaison.textes) > 2:
        blocs.append(_deux_a_deux(comparaison, lettres))
    pourquoi = [
        [ligne.libelle, f"{lettres[comparaison.reference]} → {lettres[texte]}", _ecart(ecart.difference), _raisons(ecart)]
        for ligne in comparaison.lignes
        for texte, ecart in ligne.ecarts.items()
        if ecart.difference
    ]
    if pourquoi:
        table = tableau("D'où viennent les écarts", ["ligne", ("textes", "right"), ("écart", "right"), "ce qui a changé"], pourquoi)
        table.show_lines = True
        blocs.append(table)
    if len(comparaison.textes) == 2:
        blocs += [_classes(ligne.libelle, ecart, lettres.values()) for ligne in comparaison.lignes for ecart in ligne.ecarts.values() if ecart.par_classe]
    elif any(ecart.par_classe for ligne in comparaison.lignes for ecart in ligne.ecarts.values()):
        blocs.append(Text("Le détail par classe de patients ou par indicateur : deux textes à la fois, ou --format json.", style="dim"))
    if tues := comparaison.non_comparees():
        lignes = ([ligne.libelle, _tu(ligne, lettres)] for ligne in tues)
        blocs.append(tableau("Non comparé, et pourquoi : ce qui manque n'est pas zéro", ["ligne", "motif"], lignes))
    blocs.append(Text(f"Chaque texte est appliqué à l'exercice {comparaison.annee} comme s'il l'avait régi.", style="dim"))
    if any(part.confiance != "officiel" for ligne in comparaison.lignes for part in ligne.parts.values()):
        blocs.append(Text("* repose sur au moins une figure qui n'est pas officielle.", style="dim"))
    blocs += [Text(f"Avertissement : {avertissement}", style="yellow") for avertissement in comparaison.avertissements]
    return Group(*blocs)


def _lettres(comparaison: Comparaison) -> dict[str, str]:
    """Name the texts by letters: their own names would leave no room for their amounts."""
    return {texte: ascii_uppercase[rang] if rang < 26 else str(rang + 1) for rang, texte in enumerate(comparaison.textes)}


def _legende(comparaison: Comparaison, lettres: dict[str, str]) -> Text:
    legende = Text()
    for texte, lettre in lettres.items():
        reference = " (référence)" if texte == comparaison.reference else ""
        legende.append(f"{lettre}{reference} : ", style="bold").append(f"{texte} — {comparaison.textes[texte].libelle}\n")
    return legende


def _montants(comparaison: Comparaison, lettres: dict[str, str]) -> Table:
    titre = f"Exercice {comparaison.annee} : montants, et sous chacun l'écart à {lettres[comparaison.reference]}"
    colonnes: Colonnes = ["ligne", *((lettre, "right") for lettre in lettres.values())]
    table, precedent = tableau(titre, colonnes, []), ""
    for ligne in comparaison.lignes:
        if ligne.dispositif != precedent:
            table.add_section()
            table.add_row(Text(ligne.dispositif, style="bold"))
            precedent = ligne.dispositif
        table.add_row(Text(ligne.libelle), *(_cellule(ligne, texte) for texte in lettres))
        for detail in ligne.details:
            table.add_row(Text(f"  {detail.libelle}", style="dim"), *(Text(_montant(part), style="dim") for part in detail.parts.values()))
    table.add_section()
    comparees = len(comparaison.lignes) - len(comparaison.non_comparees())
    total = Text(f"Total de ce qui se compare ({comparees} sur {len(comparaison.lignes)})", style="bold")
    table.add_row(total, *(_total(comparaison, texte) for texte in lettres))
    return table


def _cellule(ligne: LigneComparee, texte: str) -> Text:
    part = ligne.parts[texte]
    cellule = Text(_montant(part))
    ecart = ligne.ecarts.get(texte)
    return cellule if ecart is None else cellule.append("\n").append(_ecart(ecart.difference))


def _montant(part: Part) -> str:
    if part.etat == NEANT:
        return NEANT
    if part.montant is None:
        return part.etat
    note = "" if part.confiance == "officiel" else " *"
    return afficher(part.montant, "EUR") + note + ("" if part.comparable else f"\n{part.etat}")


def _ecart(difference: int | None) -> Text:
    if not difference:
        return Text("" if difference is None else "=", style="dim")
    return Text(signe(difference), style="green" if difference > 0 else "red")


def _total(comparaison: Comparaison, texte: str) -> Text:
    total = comparaison.total(texte)
    cellule = Text(afficher(total, "EUR"), style="bold")
    return cellule if texte == comparaison.reference else cellule.append("\n").append(_ecart(total - comparaison.total(comparaison.reference)))


def _deux_a_deux(comparaison: Comparaison, lettres: dict[str, str]) -> Table:
    """Return each text against the reference, over what those two alone have in common."""
    reference = comparaison.reference
    rangees = []
    for texte in comparaison.autres:
        avant, apres = (comparaison.total(un, reference, texte) for un in (reference, texte))
        laissees = len(comparaison.non_comparees(reference, texte))
        rangees.append([f"{lettres[reference]} → {lettres[texte]}", afficher(avant, "EUR"), afficher(apres, "EUR"), _ecart(apres - avant),
                        f"{laissees} sur {len(comparaison.lignes)}"])  # fmt: skip
    colonnes: Colonnes = ["textes", ("référence", "right"), ("texte", "right"), ("écart", "right"), ("lignes laissées", "right")]
    return tableau("Deux à deux, sur ce qui se compare entre les deux", colonnes, rangees)


def _classes(libelle: str, ecart: Ecart, lettres: Iterable[str]) -> Table:
    """Return what each class of patients, or each indicator, brings on each side."""
    colonnes: Colonnes = ["classe", *((lettre, "right") for lettre in lettres), ("écart", "right")]
    lignes = ([classe.nom, *classe.cotes, _ecart(classe.difference)] for classe in ecart.par_classe)
    return tableau(f"{libelle} : par classe", colonnes, lignes)


def _raisons(ecart: Ecart) -> str:
    dites = ecart.phrases
    autres = len(dites) - RAISONS_AU_PLUS
    suite = [f"… et {autres} autres : --format json"] if autres > 0 else []
    return "\n".join([*dites[:RAISONS_AU_PLUS], *suite])


def _tu(ligne: LigneComparee, lettres: dict[str, str]) -> str:
    return "\n".join(f"{lettres[texte]} : {part.pourquoi}" for texte, part in ligne.parts.items() if not part.comparable)
