"""Codings, controls and prices as tables of the terminal, and the file of justifications."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from convmed.cotation.jugement import INEXISTANT
from convmed.cotation.nomenclature import SILENCE
from convmed.donnees.fichiers import ecriture_entiere
from convmed.restitution.cotation import A_ETABLIR
from convmed.restitution.fichier_csv import table_en_csv
from convmed.restitution.options_de_seance import ATTENDUS, en_options, option_de
from convmed.restitution.tables import tableau
from convmed.textes.unites import euros

if TYPE_CHECKING:
    import polars as pl

    from convmed.controle import Controle

COTATIONS_MONTREES, HYPOTHESES_MONTREES = 5, 8
JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
TERRITOIRES = {"metropole": "métropole", "reunion": "La Réunion", "alsace-moselle": "Alsace-Moselle"} | {
    territoire: territoire.capitalize() for territoire in ("guadeloupe", "martinique", "guyane", "mayotte")
}
ORDINAIRE = " : non déclaré, le partage suppose le cas ordinaire"
PARTS = {"integral": "intégral", "part-obligatoire": "sur la part obligatoire"}
# Situations whose tiers payant depends on more than what was said.
PARTICULIERS = {"c2s", "ald", "maternite"}
STATUTS = {"signe": "signé", "applique": "appliqué", "propose": "proposé", "anterieur": "antérieur"}
CONFIANCES = {"officiel": "", "presse": "presse", "deduit": "déduit"}
# What a terminal does not need of a reference: the name of the fact, and the address beyond its site.
FAIT, ADRESSE = re.compile(r" ?\(faits? [^()]*\)| ; faits? [^();]*(?=\))"), re.compile(r"https?://(?:www\.)?([^/\s;)]+)[^\s;)]*")
REJETS_MONTRES = 20
SYNTHESE_MONTREE = 60


def en_clair(montant: float | None) -> str:
    """Write euros, or « non publié »."""
    return "non publié" if montant is None else euros(round(montant * 100))


def cotations_en_tables(resultat: dict[str, Any], toutes: bool = False) -> Group:
    """Return the answers to the questions, the codings with who pays, what is silent, and what one more fact would change."""
    montrees = resultat["cotations"] if toutes else resultat["cotations"][:COTATIONS_MONTREES]
    parties: list[Any] = [Text(quand_et_ou(resultat), style="bold")]
    if resultat["reponses"]:
        lignes = [[" + ".join(r["codes"]), r["reponse"], _motif(r), textes_dits(r["references"], r.get("confiance"))] for r in resultat["reponses"]]
        parties.append(tableau("Réponses", ["codes", "réponse", "motif", "texte"], lignes))
    if montrees:
        parties.append(_cotations(montrees))
        parties += _notes(montrees)
    elif resultat["manquants"]:
        attendus = (option_de(m["champ"]) for m in resultat["manquants"])
        parties.append(Text("Pour dire ce qui se facture, il faut aussi :", style="yellow"))
        parties += [Text(f"  {m['libelle']} ({option} : {ATTENDUS.get(option, '…')})", style="yellow")
                    for m, option in zip(resultat["manquants"], attendus, strict=True)]  # fmt: skip
    else:
        parties.append(Text("Aucun acte de la nomenclature ne répond à cette situation : --pourquoi CODE dit le texte qui l'exclut."))
    if len(montrees) < len(resultat["cotations"]):
        parties.append(_suite(len(resultat["cotations"]) - len(montrees), "cotation licite"))
    parties += _conseils(resultat)
    parties += _hypotheses(resultat["hypotheses"], toutes, bool(montrees))
    if montrees and not resultat["reponses"]:
        parties.append(Text("--pourquoi CODE : le texte qui exclut un code ; --pourquoi CODE1,CODE2 : si les deux se cumulent.", style="dim"))
    return Group(*parties)


def quand_et_ou(resultat: dict[str, Any]) -> str:
    """Say how the hour was understood: the day, whether it is a holiday, whether it is the permanence des soins."""
    dite = resultat["situation"]
    ferie = " (férié)" if dite["jour_ferie"] else ""
    pdsa = {True: ", aux heures de permanence des soins", False: ", hors permanence des soins"}.get(dite["horaires_pdsa"], "")
    jour = f"{JOURS[dite['jour_semaine'] - 1]} {dt.date.fromisoformat(dite['date']):%d/%m/%Y}"
    return f"{jour}{ferie} à {dite['heure'].replace(':', ' h ')}{pdsa} ; {TERRITOIRES.get(dite['territoire'], dite['territoire'])} ; texte : {resultat['texte']}"


def _cotations(cotations: list[dict[str, Any]]) -> Table:
    """Return one section a coding: its codes, then the total and who pays it."""
    table = tableau("Cotations licites, de la mieux payée à la moins bien", [("n°", "right"), "code", "libellé", ("tarif €", "right"), "texte"], [])
    for rang, cotation in enumerate(cotations, start=1):
        for code in cotation["codes"]:
            libelle = Text(code["libelle"])
            for reserve in code["reserves"]:
                libelle.append(f"\nà vérifier : {reserve}", style="yellow")
            montant = en_clair(code["tarif"]) if code["etat"] != A_ETABLIR else A_ETABLIR
            premier = code is cotation["codes"][0]
            table.add_row(str(rang) if premier else "", Text(code["code"], style="bold"), libelle, Text(montant),
                          Text(textes_dits(code["references"], code["confiance"])))  # fmt: skip
        total = en_clair(cotation["total"])
        if cotation["total"] is None and cotation["total_connu"]:
            total = f"≥ {en_clair(cotation['total_connu'])}"
        payeurs, patient = _payeurs(cotation)
        table.add_row("", "", Text(payeurs), Text(total, style="bold"), Text(patient))
        table.add_section()
    return table


def _payeurs(cotation: dict[str, Any]) -> tuple[str, str]:
    """Return what others pay, and what is left to the patient."""
    if "part_obligatoire" not in cotation:
        return "Total de ce qui est publié", ""
    dont = [f"participation forfaitaire {en_clair(cotation['participation_forfaitaire'])}"] if cotation["participation_forfaitaire"] else []
    dont += [f"dépassement {en_clair(cotation['depassement'])}, en plus du total"] if cotation["depassement"] else []
    return (
        f"Assurance maladie {en_clair(cotation['part_obligatoire'])} ; complémentaire {en_clair(cotation['part_complementaire'])}",
        f"Patient {en_clair(cotation['reste_a_charge'])}" + (f" (dont {', '.join(dont)})" if dont else ""),
    )


def _notes(cotations: list[dict[str, Any]]) -> list[Text]:
    """Return what holds for the codings: the acts left out, the pairs on which the texts are silent, what the shares suppose."""
    notes = [
        Text(f"Pas dans la cotation {rang} : {e['motif']} ({textes_dits(e['references'])})", style="yellow")
        for rang, cotation in enumerate(cotations, start=1) for e in cotation["ecartes"]
    ]  # fmt: skip
    if silences := silences_dits(cotations):
        notes.append(Text(f"Les textes lus se taisent sur {' ; '.join(silences)} : ces cumuls ne sont pas proposés.", style="dim"))
    non_dits = [reserve.removesuffix(ORDINAIRE) for reserve in cotations[0]["reserves_du_partage"] if reserve.endswith(ORDINAIRE)]
    autres = [reserve for reserve in cotations[0]["reserves_du_partage"] if not reserve.endswith(ORDINAIRE)]
    if non_dits:
        notes.append(Text(f"Partage dans le cas ordinaire, faute de savoir : {', '.join(non_dits)}.", style="dim"))
    return notes + [Text(reserve, style="dim") for reserve in autres]


def silences_dits(cotations: list[dict[str, Any]]) -> list[str]:
    """Return the pairs left out because no text speaks of them, each once, those of one code together."""
    paires = {frozenset(muet["codes"]): muet["precision"] for cotation in cotations for muet in cotation["muets"]}
    precisions = {paire: "" if precision == SILENCE.condition else precision for paire, precision in paires.items()}
    dites = []
    while precisions:
        compte = Counter(code for paire in precisions for code in sorted(paire))
        premier = max(compte, key=lambda code: (compte[code], code))
        precision = next(p for paire, p in precisions.items() if premier in paire)
        siennes = [paire for paire, p in precisions.items() if premier in paire and p == precision]
        autres = sorted(code for paire in siennes for code in paire - {premier})
        dites.append(f"{premier} avec {', '.join(autres)}" + (f" ({precision})" if precision else ""))
        precisions = {paire: p for paire, p in precisions.items() if paire not in siennes}
    return dites


def _conseils(resultat: dict[str, Any]) -> list[Text]:
    """Return the tiers payant, if the situation opens it, and the advice on how to bill, if something was said of it."""
    tiers, dits = resultat["tiers_payant"], resultat["facturation"]
    lignes = [
        Text(f"Tiers payant {PARTS.get(tiers['tiers_payant'], tiers['tiers_payant'])} : {m['motif']} ({textes_dits(m['references'])})", style="green")
        for m in tiers["motifs"]
    ]
    lignes += [Text(f"{m['motif']} ({textes_dits(m['references'])})", style="yellow") for m in tiers["ecartes"]]
    if PARTICULIERS & set(tiers["declarees"]):
        lignes += [Text(f"Tiers payant, à vérifier : {reserve}", style="yellow") for reserve in tiers["reserves"]]
    for cle, mot in (("conseil", "Conseil"), ("alerte", "Alerte")):
        lignes += [Text(f"{mot} : {c[cle]} ({textes_dits(c['references'])})", style="green" if cle == "conseil" else "yellow")
                   for c in (dits or {}).get(f"{cle}s", ())]  # fmt: skip
    return lignes


def _hypotheses(hypotheses: list[dict[str, Any]], toutes: bool, en_plus: bool) -> list[Any]:
    """Return what one more fact would change: first what the patient and the hour are, then what the encounter is for."""
    parties: list[Any] = []
    motifs = [h for h in hypotheses if "motif" in h["donnees"]]
    for titre, liste in (
        ("Ce qu'une précision changerait" if en_plus else "Selon ce qui manque", [h for h in hypotheses if h not in motifs]),
        ("Selon le motif de la séance", motifs),
    ):
        montrees = liste if toutes else liste[:HYPOTHESES_MONTREES]
        lignes = [[en_options(h["donnees"]), " + ".join(h["codes"]), _total(h)] for h in montrees]
        if lignes:
            parties.append(tableau(titre, ["si", "cotation", ("total €", "right")], lignes))
        if len(montrees) < len(liste):
            parties.append(_suite(len(liste) - len(montrees), "ligne"))
    return parties


def _suite(reste: int, nom: str) -> Text:
    """Say how much is not shown, and how to see it."""
    s = "s" if reste > 1 else ""
    return Text(f"et {reste} autre{s} {' '.join(f'{mot}{s}' for mot in nom.split())} (--toutes)", style="dim")


def _total(hypothese: dict[str, Any]) -> str:
    if hypothese["total"] is None:
        return f"peut-être + {en_clair(hypothese['gain'])}" if hypothese["gain"] else "à voir"
    return en_clair(hypothese["total"])


def _motif(reponse: dict[str, Any]) -> str:
    return " ; ".join((reponse["motif"], *(f"à vérifier : {reserve}" for reserve in reponse.get("reserves", ()))))


def textes_dits(references: Iterable[str], confiance: str | None = None) -> str:
    """Write references for a terminal: each one once, the address of a page by its site, and how sure the source is."""
    dits = [morceau.strip() for reference in references for morceau in FAIT.sub("", ADRESSE.sub(r"\1", reference)).split(" ; ")]
    source = {"presse": "chiffre de presse", "deduit": "chiffre déduit"}.get(confiance or "", "")
    return " ; ".join(mot for mot in (*dict.fromkeys(dits), source) if mot)


def controle_en_tables(controle: Controle) -> Group:
    """Return the summary by doctor and rule, and the first lines set aside."""
    synthese = controle.synthese()
    parties: list[Any] = [Text(
        f"{controle.lignes} lignes lues, {controle.traitees} traitées, {controle.rejets.height} fautes, "
        f"{controle.constats.height} constats (texte : {controle.texte})"
    )]  # fmt: skip
    lignes = [
        [r["medecin"] or "", r["constat"], r["regle"], r["nombre"], "" if r["enjeu"] is None else euros(r["enjeu"]), r["references"] or ""]
        for r in synthese.head(SYNTHESE_MONTREE).iter_rows(named=True)
    ]
    if lignes:
        colonnes: list[str | tuple[str, str]] = ["médecin", "constat", "règle", ("nombre", "right"), ("enjeu €", "right"), "texte"]
        parties.append(tableau("Constats par médecin et par règle", colonnes, lignes))
    if synthese.height > SYNTHESE_MONTREE:
        parties.append(Text(f"et {synthese.height - SYNTHESE_MONTREE} autres lignes (--format csv)"))
    for titre, table in (("Lignes en faute, mises de côté", controle.rejets), ("Lignes signalées, traitées", controle.avertissements)):
        if table.height:
            rangees = [[r["ligne"], r["colonne"], r["message"], r["attendu"]] for r in table.head(REJETS_MONTRES).iter_rows(named=True)]
            parties.append(tableau(titre, [("ligne", "right"), "colonne", "faute", "attendu"], rangees))
            if table.height > REJETS_MONTRES:
                parties.append(Text(f"et {table.height - REJETS_MONTRES} autres (--format json)"))
    if controle.colonnes_absentes:
        parties.append(Text("Non contrôlé, faute de colonnes : ce qui dépend de " + ", ".join(controle.colonnes_absentes), style="dim"))
    if controle.colonnes_ignorees:
        parties.append(Text("Colonnes que rien ne lit : " + ", ".join(controle.colonnes_ignorees), style="dim"))
    return Group(*parties)


def controle_en_dict(controle: Controle, rangees: Callable[[Any], Any]) -> dict[str, Any]:
    """Return the control as JSON; amounts at stake in euros."""
    def montants(table: Any) -> Any:
        return [{**r, "enjeu": None if r["enjeu"] is None else r["enjeu"] / 100} for r in rangees(table)]

    return {
        "texte": controle.texte,
        "lignes": controle.lignes,
        "traitees": controle.traitees,
        "rejets": rangees(controle.rejets),
        "avertissements": rangees(controle.avertissements),
        "synthese": montants(controle.synthese()),
        "constats": montants(controle.constats),
        "colonnes_absentes": list(controle.colonnes_absentes),
        "colonnes_ignorees": list(controle.colonnes_ignorees),
    }


def justifications(controle: Controle) -> pl.DataFrame:
    """Return every finding with its texts; what is at stake in euros."""
    return controle.constats.with_columns(enjeu=controle.constats.get_column("enjeu") / 100)


def justifier(controle: Controle, fichier: Path) -> None:
    """Write every finding with its texts, to a CSV or Parquet file that appears only once complete."""
    table = justifications(controle)
    with ecriture_entiere(fichier) as ecrit:
        if fichier.suffix.lower() == ".parquet":
            table.write_parquet(ecrit)
        else:
            ecrit.write(table_en_csv(table).encode())


def prix_en_tables(code: str, rangees: list[dict[str, Any]]) -> Group:
    """Return the values of a code through time, one table a figure; a price that only the press gives says so."""
    parties: list[Any] = []
    for (figure, libelle, si), siennes in groupby(rangees, key=lambda r: (r["figure"], r["libelle"], r["si"])):
        condition = f"\nsi : {si}" if si else ""
        colonnes: list[str | tuple[str, str]] = [("du", "right"), ("au", "right"), ("prix", "right"), "texte", "référence"]
        lignes = [
            [_jour(r["du"]), _jour(r["au"]), prix_en_clair(r), "\n".join(filter(None, (r["texte"], _statut(r)))), textes_dits([r["reference"]])]
            for r in siennes
        ]
        nom = code if figure == code else f"{code}, figure {figure}"
        parties.append(tableau(f"{nom} — {libelle}{condition}", colonnes, lignes))
    return Group(*parties)


def prix_en_phrase(rangee: dict[str, Any], jour: dt.date) -> Group:
    """Return one price at a date, with the text that sets it."""
    dit = "n'existe pas" if rangee["valeur"] == INEXISTANT else prix_en_clair(rangee)
    lignes = [f"{rangee['code']} au {jour:%d/%m/%Y} : {dit} — {rangee['libelle']}"]
    if rangee["texte"] and rangee["statut"]:
        debut = f" depuis le {_jour(rangee['du'])}" if rangee["du"] else ""
        fin = f" jusqu'au {_jour(rangee['au'])}" if rangee["au"] else ""
        lignes.append(f"  texte : {rangee['texte']}{debut}{fin} ({_statut(rangee)})")
    return Group(*(Text(ligne) for ligne in (*lignes, f"  référence : {textes_dits([rangee['reference']])}")))


def prix_en_clair(rangee: dict[str, Any]) -> str:
    """Write a price with its unit: euros, euros a kilometre, a share of the act; or what it is instead."""
    valeur, unite = rangee["valeur"], rangee["unite"]
    if isinstance(valeur, str):
        return valeur
    nombre = euros(round(valeur * 100)) if unite.startswith("EUR") else f"{valeur:g}".replace(".", ",")
    return f"{nombre}\N{NO-BREAK SPACE}{unite.replace('EUR', '€')}"


def _statut(rangee: dict[str, Any]) -> str:
    dits = (STATUTS.get(rangee["statut"] or "", rangee["statut"]), CONFIANCES.get(rangee["confiance"] or "", rangee["confiance"]))
    return ", ".join(filter(None, dits))


def _jour(date: str | None) -> str:
    return f"{dt.date.fromisoformat(date):%d/%m/%Y}" if date else ""
