"""The observatories, for the terminal: where each objective stands, its target of each year, every measure of one of them."""

from __future__ import annotations

import re
from fractions import Fraction

from rich import box
from rich.console import Group, RenderableType
from rich.text import Text

from convmed.dispositifs.objectifs.catalogue import Suivi
from convmed.dispositifs.objectifs.mesures import NATIONAL, NON_MESURABLE, Constat
from convmed.dispositifs.objectifs.nombres import en_clair
from convmed.dispositifs.objectifs.trajectoire import POUR_CENT, TAUX, Trajectoire
from convmed.restitution.observatoire import Etude, ecart_en_clair, enonces
from convmed.restitution.tables import tableau

Colonnes = list[str | tuple[str, str]]
TIRET = "—"
STYLES = {"en avance": "green", "atteint": "green", "en retard": "red", "non atteint": "red", NON_MESURABLE: "dim"}
# Beyond it a table of every measure hides the one that is looked for.
MESURES_AU_PLUS = 200
# An address is shortened to its site: CSV and JSON have it whole.
SITE = re.compile(r"https?://(?:www\.)?([^/]+)\S*")


def en_tables(etude: Etude) -> RenderableType:
    """Return the study for the terminal; a study of one commitment or programme lists its measures and wordings too."""
    blocs: list[RenderableType] = [_situation(etude), _trajectoires(etude)]
    if len({suivi.objectif.de for suivi in etude.suivis}) == 1:
        blocs.append(_mesures(etude))
        dits = enonces(etude)
        if dits:
            blocs.append(tableau("Énoncés", ["source", "ce qu'elle dit"], dits))
    notes = dict.fromkeys(
        f"{suivi.numero}. {hypothese}" for suivi in etude.suivis for hypothese in suivi.trajectoire.hypotheses
    )
    if notes:
        blocs += [Text("Ce qui est supposé :", style="bold"), *(Text(f"- {note}") for note in notes)]
    blocs += [Text(f"- {avertissement}", style="yellow") for avertissement in etude.avertissements]
    blocs.append(Text("Objectifs collectifs : aucun ne contraint un médecin à titre individuel. * : source qui n'est pas officielle.", style="dim"))
    return Group(*blocs)


def _situation(etude: Etude) -> RenderableType:
    colonnes: Colonnes = ["n°", "objectif", (f"cible au\n{etude.jour_de_cible:%d/%m/%Y}", "right"), ("dernière\nmesure", "right"),
                          ("attendu\nce jour-là", "right"), "lecture et écart"]  # fmt: skip
    table = tableau(etude.titre, colonnes, [])
    for suivi in etude.suivis:
        dernier = suivi.dernier()
        mesure = _mesure(dernier) if dernier else TIRET
        nom = Text(_nom(suivi)).append(f"\n{suivi.trajectoire.cible}" if suivi.trajectoire.cible else "", style="dim")
        table.add_row(Text(str(suivi.numero)), nom, Text(_cible(etude, suivi.trajectoire)), Text(mesure), Text(_attendu(dernier)),
                      _lecture(suivi, dernier))  # fmt: skip
    return table


def _nom(suivi: Suivi) -> str:
    if suivi.portee == NATIONAL:
        return suivi.objectif.libelle
    return f"{suivi.objectif.libelle} ({suivi.territoire or suivi.portee})"


def _cible(etude: Etude, trajectoire: Trajectoire) -> str:
    valeur, indice = trajectoire.valeur_au(etude.jour_de_cible), trajectoire.indice_au(etude.jour_de_cible)
    if valeur is not None:
        return _nombre(trajectoire, valeur)
    return TIRET if indice is None else f"indice\n{en_clair(indice, '')}"


def _mesure(constat: Constat) -> str:
    mesure = constat.mesure
    if mesure.valeur is None:
        return f"{TIRET}\n{mesure.date:%d/%m/%Y}"
    doute = "" if mesure.confiance in ("officiel", "") else " *"
    return f"{_court(constat)}{doute}\n{mesure.date:%d/%m/%Y}"


def _court(constat: Constat) -> str:
    """Write a measure without its unit, which is that of its objective, or is said by the reason why it is not judged."""
    mesure = constat.mesure
    assert mesure.valeur is not None
    if mesure.unite in (POUR_CENT, TAUX):
        return en_clair(mesure.valeur, mesure.unite, signe=mesure.unite == TAUX)
    signe = POUR_CENT if mesure.unite.startswith(POUR_CENT) else ""
    return en_clair(mesure.valeur, signe)


def _attendu(constat: Constat | None) -> str:
    if constat is None or constat.attendu is None:
        return TIRET
    unite = constat.mesure.unite
    return en_clair(constat.attendu, unite if unite in (POUR_CENT, TAUX) else "", signe=unite == TAUX)


def _ecart(constat: Constat | None) -> str:
    """Write a gap, and how much it is of what was expected."""
    if constat is None or constat.ecart is None:
        return ""
    relatif = "" if constat.relatif is None or constat.mesure.unite in (POUR_CENT, TAUX) else f" ({en_clair(100 * constat.relatif, POUR_CENT, 1, signe=True)})"
    return ecart_en_clair(constat) + relatif


def _lecture(suivi: Suivi, dernier: Constat | None) -> Text:
    lecture = dernier.lecture if dernier else NON_MESURABLE
    motif = dernier.motif if dernier else (suivi.trajectoire.manque or "aucune mesure publiée")
    texte = Text(lecture, style=STYLES[lecture])
    if dernier and dernier.ecart is not None:
        texte.append(f"\n{_ecart(dernier)}")
    if motif:
        texte.append(f"\n{motif}", style="dim")
    return texte


def _trajectoires(etude: Etude) -> RenderableType:
    """Return the target of each year; without baseline, an index of 100 at its day."""
    avec = [suivi for suivi in etude.suivis if not suivi.trajectoire.manque and suivi.trajectoire.ancres]
    annees = sorted({jour.year for suivi in avec for jour in suivi.trajectoire.points()})
    colonnes: Colonnes = ["n°", "objectif", *((str(annee), "right") for annee in annees)]
    lignes = []
    for suivi in avec:
        trajectoire = suivi.trajectoire
        points = {jour.year: jour for jour in trajectoire.points()}
        en_indice = trajectoire.base is None and any(ancre.indice is not None for ancre in trajectoire.ancres)
        valeurs = [(trajectoire.indice_au if en_indice else trajectoire.valeur_au)(points[annee]) if annee in points else None for annee in annees]
        unite = f"indice 100 au {trajectoire.debut:%d/%m/%Y}" if en_indice else suivi.objectif.unite + _base(trajectoire)
        lignes.append([suivi.numero, f"{_nom(suivi)}, {unite}", *(TIRET if v is None else en_clair(v, "") for v in valeurs)])
    fin = f" (la dernière au {etude.horizon:%d/%m/%Y})" if (etude.horizon.month, etude.horizon.day) != (12, 31) else ""
    table = tableau(f"Cible au 31 décembre de chaque année{fin}", colonnes, lignes)
    # Seven years of numbers stand in eighty columns only without frames.
    table.box, table.padding, table.show_edge = box.SIMPLE_HEAD, (0, 1, 0, 0), False
    return table


def _base(trajectoire: Trajectoire) -> str:
    base = trajectoire.base
    if base is None:
        return ""
    doute = "" if base.confiance in ("officiel", "") else " *"
    return f" ; base : {en_clair(base.valeur, '')}{doute} au {base.date:%d/%m/%Y}"


def _mesures(etude: Etude) -> RenderableType:
    colonnes: Colonnes = ["objectif", ("date", "right"), ("valeur", "right"), ("attendu", "right"), "lecture et écart", "source"]
    constats = [(suivi, constat) for suivi in etude.suivis for constat in suivi.constats]
    table = tableau("Mesures", colonnes, [])
    for suivi, constat in constats[:MESURES_AU_PLUS]:
        mesure = constat.mesure
        source = " ".join(filter(None, (SITE.sub(r"\1", mesure.source), f"({mesure.confiance})" if mesure.confiance else "")))
        valeur = TIRET if mesure.valeur is None else _court(constat)
        table.add_row(Text(_nom(suivi)), Text(f"{mesure.date:%d/%m/%Y}"), Text(valeur), Text(_attendu(constat)), _lecture(suivi, constat), Text(source))
    if len(constats) > MESURES_AU_PLUS:
        table.caption = f"{len(constats) - MESURES_AU_PLUS} mesures de plus : --format csv"
    return table


def _nombre(trajectoire: Trajectoire, valeur: Fraction) -> str:
    unite = trajectoire.objectif.unite
    return en_clair(valeur, unite if unite == POUR_CENT else "", trajectoire.objectif.decimales)
