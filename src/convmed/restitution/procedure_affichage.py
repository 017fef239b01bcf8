"""A procedure for the terminal: what comes next, what is late or missing, what happened."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from convmed.dispositifs.sanctions.echeances import DEPASSEE, Echeance
from convmed.restitution.procedure import Etude, attente, jour
from convmed.restitution.tables import tableau

Colonnes = list[str | tuple[str, str]]
SITUATIONS = {
    "a-faire": "à faire", "depassee": "dépassé", "faite": "fait", "faite-en-retard": "fait en retard", "faite-trop-tot": "fait trop tôt",
    "sans-suite": "sans suite", "sans-delai": "",
}  # fmt: skip
ASSISTANTS = {"confrere": "un confrère", "avocat": "un avocat", "personne-de-son-choix": "la personne de son choix"}


def echeances_en_tables(etude: Etude, toutes: bool = False) -> RenderableType:
    """Return where a procedure stands: the next steps, their terms, what silence means, what is late or missing."""
    suivi, fait = etude.suivi, etude.suivi.deroulement
    blocs: list[RenderableType] = [Text(titre(etude), style="bold"), Text(situation(etude)), Text("")]
    liste = [une for une in suivi.echeances if toutes or une.ouverte]
    if liste:
        colonnes: Colonnes = ["qui", "étape", "quand", "sans quoi"]
        if toutes:
            colonnes.append("où on en est")
        table = tableau("Toutes les échéances" if toutes else "Ce qui peut suivre", colonnes, (_ligne(une, toutes) for une in liste))
        table.show_lines = True
        for rang, une in enumerate(liste):
            if une.situation == DEPASSEE:
                table.rows[rang].style = "red"
        blocs.append(table)
    else:
        suite = fait.procedure.etats[fait.etat].suite
        blocs.append(Text("Plus aucune étape à venir." + (f" Suite : procédure « {suite} »." if suite else "")))
    blocs += [Text(ligne, style=style) for ligne, style in signalements(etude)]
    blocs += [Text(f"- {reserve}") for reserve in suivi.reserves]
    return Group(*blocs)


def titre(etude: Etude) -> str:
    """Return the title of a file: its procedure, its articles, its reference."""
    reference = f" ; référence : {etude.fichier.reference}" if etude.fichier.reference else ""
    return f"{etude.procedure.libelle} ({etude.procedure.articles}){reference}"


def situation(etude: Etude) -> str:
    """Return where the procedure stands, and who may assist the doctor."""
    fait = etude.suivi.deroulement
    admis = etude.suivi.en_dict()["assistance"]
    assistance = f" Assistance : {' et/ou '.join(ASSISTANTS.get(nom, nom) for nom in admis)}." if admis else ""
    libelle = fait.procedure.etats[fait.etat].libelle
    bas = libelle if libelle[:2].isupper() else libelle[0].lower() + libelle[1:]
    return f"Au {jour(etude.au)} : {bas}.{assistance}"


def _ligne(une: Echeance, toutes: bool) -> list[str]:
    facultatif = " (facultatif)" if une.etape.facultative else ""
    depuis = f"\n{une.terme.duree}, {_sens(une)}" if une.terme and une.terme.valeurs else ""
    cellules = [une.etape.acteur, f"{une.etape.libelle}{facultatif}\n{' ; '.join(une.references)}", attente(une) + depuis, une.silence or ""]
    fait_le = f" le {jour(une.fait.date)}" if une.fait else ""
    return [*cellules, SITUATIONS[une.situation] + fait_le] if toutes else cellules


def _sens(une: Echeance) -> str:
    assert une.origine is not None and une.delai is not None
    return f"{'avant' if une.delai.sens == 'avant' else 'depuis'} « {une.origine.etape.libelle} », {jour(une.origine.date)}"


def signalements(etude: Etude) -> list[tuple[str, str]]:
    """Return what is late, too early or missing, each with the style in which it is shown."""
    dit = etude.suivi.en_dict()
    lignes = [
        (f"En retard de {r['jours']} j : {r['libelle']} ({r['acteur']}), attendu le {_date(r['au_plus_tard'])}"
         + (f", fait le {_date(r['fait_le'])}" if r["fait_le"] else ", pas enregistré"), "red")
        for r in dit["retards"]
    ]  # fmt: skip
    lignes += [(f"Trop tôt : {p['libelle']}, fait le {_date(p['fait_le'])}, possible depuis le {_date(p['au_plus_tot'])}", "red") for p in dit["prematurees"]]
    lignes += [(f"Manque au dossier : {m['libelle']} ({m['pourquoi']})", "yellow") for m in dit["manquants"]]
    return lignes


def chronologie_en_table(etude: Etude) -> RenderableType:
    """Return what happened and what is dated to come, in order, for the terminal."""
    colonnes: Colonnes = [("date", "right"), "étape", "qui", "note", "texte"]
    frise = tableau("Chronologie", colonnes, ([jour(date), libelle, qui, note, texte] for date, libelle, qui, note, texte, _ in lignes_de_chronologie(etude)))
    frise.show_lines = True
    fin = [Text(ligne, style=style) for ligne, style in signalements(etude)]
    return Group(Text(titre(etude), style="bold"), Text(situation(etude)), Text(""), frise, *fin, *(Text(f"- {r}") for r in etude.suivi.reserves))


def lignes_de_chronologie(etude: Etude) -> list[tuple]:  # type: ignore[type-arg]
    """Return (date, step, actor, note, text, whether it is to come) for each event, then for each dated open step."""
    passees = [
        (un.date, un.etape.libelle, un.etape.acteur, un.note or ("de plein droit" if un.tacite else ""), un.etape.reference, un.date > etude.au)
        for un in etude.suivi.deroulement.evenements
    ]
    a_venir = [
        (une.date, f"{une.etape.libelle} : {attente(une)}", une.etape.acteur, une.silence or "", " ; ".join(une.references), True)
        for une in etude.suivi.echeances if une.ouverte and une.date is not None
    ]  # fmt: skip
    return sorted([*passees, *a_venir], key=lambda ligne: (ligne[0], ligne[5]))


def _date(iso: str) -> str:
    annee, mois, le = iso.split("-")
    return f"{le}/{mois}/{annee}"
