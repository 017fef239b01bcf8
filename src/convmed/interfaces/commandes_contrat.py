"""The commands of the contracts of a dossier: may it be signed, what would it pay, where it stands, when it is paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convmed.interfaces.console import AideEnFrancais, ecrire, en_json, progression
from convmed.interfaces.options import ANNEES, dossier_, format_, genre_d_image, lire_date, sortie_, texte_, tout_lire
from convmed.restitution.fichier_csv import en_csv, table_en_csv
from convmed.textes import Erreurs, Faute, Texte, trouver_texte

if TYPE_CHECKING:
    from rich.console import RenderableType

    from convmed.donnees.dossier import Dossier
    from convmed.restitution.contrats import ContratSuivi, Simulation, Suivi

Colonnes = list[str | tuple[str, str]]
CLASSES = click.Choice(["p30-p90", "p90-p94", "p95+"])
REPONSES = {True: "oui", False: "non", None: "à vérifier"}
STATUTS = {"a-venir": "à venir", "en-cours": "en cours", "suspendu": "suspendu", "clos": "clos", "resilie": "résilié"}
INDICATEURS = {"pmt": "patientèle médecin traitant", "fa": "file active"}
NIVEAUX = {"strict": "engagements tenus", "1-5": "jusqu'à 5 points", "plus-de-5": "plus de 5 points"}
RISQUES = {"aucun": "aucun risque", "prime-reduite": "prime réduite", "plus-de-prime": "plus de prime", "resiliation": "résiliation encourue"}
au_ = click.option("--au", help="Jour regardé AAAA-MM-JJ ; par défaut aujourd'hui.")


@click.group(cls=AideEnFrancais)
def contrat() -> None:
    """Les contrats du dossier : assistants médicaux et OPTAM (sections [[assistants_medicaux]] et [[optam]])."""


@contrat.command()
@dossier_
@au_
@texte_
@format_("texte", "json", "csv")
@sortie_
def eligibilite(dossier: Path, au: str | None, texte: str, presentation: str, sortie: Path | None) -> None:
    """Chaque contrat peut-il être signé ce jour-là, et sinon pourquoi."""
    from convmed.restitution import contrats

    lu, jour, choisi = _lire(dossier, au, texte)
    reponses = contrats.eligibilite(lu.cabinet, choisi, jour, lu.patients.height)
    if presentation == "json":
        ecrire(en_json({"au": jour.isoformat(), "texte": choisi.id, "contrats": reponses}), sortie)
    elif presentation == "csv":
        champs = ("contrat", "section", "eligible", "motifs", "a_verifier", "hypotheses")
        ecrire(en_csv([{champ: _cellule(r[champ]) for champ in champs} for r in reponses]), sortie)
    else:
        from convmed.restitution.tables import tableau

        lignes = ([r["contrat"], _reponse(r), _raisons(r)] for r in reponses)
        table = tableau(f"Contrats qui peuvent être signés au {jour:%d/%m/%Y}", ["contrat", "éligible", "pourquoi"], lignes)
        table.show_lines = True
        ecrire(table, sortie)


@contrat.command()
@dossier_
@au_
@click.option("--classe", type=CLASSES, help="Classe de la patientèle de départ ; par défaut celle du contrat, sinon p30-p90.")
@texte_
@format_("texte", "json", "csv", "svg", "png")
@sortie_
def simuler(dossier: Path, au: str | None, classe: str | None, texte: str, presentation: str, sortie: Path | None) -> None:
    """L'aide aux assistants médicaux, par année de contrat et par option."""
    from convmed.restitution import contrats

    lu, jour, choisi = _lire(dossier, au, texte)
    simulation = contrats.simuler(lu.cabinet, choisi, jour, lu.patients.height, classe)
    if presentation == "json":
        ecrire(en_json(simulation.en_dict()), sortie)
    elif presentation == "csv":
        ecrire(en_csv(simulation.annees), sortie)
    elif presentation in ("svg", "png"):
        import polars as pl

        from convmed.restitution.graphiques import contrats as graphiques

        titre = f"Assistants médicaux : aide maximale par année et par option, contrat signé le {simulation.signature:%d/%m/%Y}"
        table = pl.DataFrame(simulation.annees, infer_schema_length=None)
        ecrire(graphiques.aides_par_annee_et_option(table, titre, genre_d_image(presentation)), sortie)
    else:
        ecrire(_simulation_en_tables(simulation), sortie)


@contrat.command()
@dossier_
@au_
@click.option("--anniversaire", help="Un anniversaire du contrat AAAA-MM-JJ, à la place de --au ; refusé si ce n'en est pas un.")
@texte_
@format_("texte", "json", "csv", "ics", "svg", "png", "pdf")
@sortie_
def suivre(dossier: Path, au: str | None, anniversaire: str | None, texte: str, presentation: str, sortie: Path | None) -> None:
    """Où en est chaque contrat : objectif, paiement, ce qui peut être repris, ce qu'il faut faire et avant quand."""
    from convmed.restitution import contrats
    from convmed.restitution import echeancier_contrats as calendrier

    if au and anniversaire:
        raise Erreurs([Faute("--au et --anniversaire ne vont pas ensemble", attendu="l'un ou l'autre")])
    lu, jour, choisi = _lire(dossier, anniversaire or au, texte, "--anniversaire" if anniversaire else "--au")
    suivi = contrats.suivre(lu.cabinet, choisi, jour)
    if anniversaire:
        contrats.anniversaire(suivi)
    if presentation == "json":
        ecrire(en_json(suivi.en_dict()), sortie)
    elif presentation == "csv":
        ecrire(en_csv(calendrier.chronologie_en_lignes(suivi), ("contrat", "date", "evenement", "libelle", "reference", "montant")), sortie)
    elif presentation == "ics":
        ecrire(calendrier.suivi_en_ics(_avec_assistant(suivi)), sortie)
    elif presentation == "pdf":
        from convmed.restitution.documents.chronologie import chronologie_pdf

        ecrire(chronologie_pdf(suivi), sortie)
    elif presentation in ("svg", "png"):
        import polars as pl

        from convmed.restitution.graphiques import contrats as graphiques

        rangees = contrats.objectifs_et_constats(_avec_assistant(suivi))
        if not rangees:
            attendu = "pmt ou fa, avec initial et objectif"
            raise Erreurs([Faute("aucun contrat ne dit sa patientèle de départ ni son objectif", fichier="cabinet.toml", attendu=attendu)])
        titre = f"Assistants médicaux : objectif et constat, au {jour:%d/%m/%Y}"
        ecrire(graphiques.objectif_et_constat(pl.DataFrame(rangees, infer_schema_length=None), titre, genre_d_image(presentation)), sortie)
    else:
        ecrire(_suivi_en_tables(suivi), sortie)


@contrat.command()
@dossier_
@au_
@texte_
@format_("texte", "json", "csv", "ics")
@sortie_
def echeancier(dossier: Path, au: str | None, texte: str, presentation: str, sortie: Path | None) -> None:
    """Tous les paiements des contrats d'assistants médicaux, de la signature au terme."""
    from convmed.restitution import contrats
    from convmed.restitution import echeancier_contrats as calendrier

    lu, jour, choisi = _lire(dossier, au, texte)
    suivi = _avec_assistant(contrats.suivre(lu.cabinet, choisi, jour))
    if presentation == "json":
        ecrire(en_json([une.en_dict() for une in calendrier.versements(suivi)]), sortie)
    elif presentation == "csv":
        ecrire(table_en_csv(calendrier.en_table(suivi)), sortie)
    elif presentation == "ics":
        ecrire(calendrier.paiements_en_ics(suivi), sortie)
    else:
        from convmed.restitution.tables import tableau

        lignes = (
            [_jour(v.ligne.date_versement), v.ligne.libelle, _euros(v.ligne.montant), _euros(v.cumul),
             "échu" if v.echu else "à venir", " : ".join(filter(None, (v.ligne.etat, v.ligne.motif)))]
            for v in calendrier.versements(suivi)
        )  # fmt: skip
        colonnes: Colonnes = [("date limite", "right"), "paiement", ("montant", "right"), ("cumul", "right"), f"au {jour:%d/%m/%Y}", "état"]
        ecrire(tableau("Paiements des contrats d'assistants médicaux", colonnes, lignes), sortie)


def _lire(dossier: Path, au: str | None, texte: str, option: str = "--au") -> tuple[Dossier, dt.date, Texte]:
    from convmed.donnees.dossier import lire_dossier

    def jour() -> dt.date:
        lu = lire_date(au, option) if au else dt.date.today()
        assert ANNEES.min is not None and ANNEES.max is not None
        if not ANNEES.min <= lu.year <= ANNEES.max:
            attendu = f"une date de {ANNEES.min} à {ANNEES.max}"
            raise Erreurs([Faute("date hors des exercices connus", champ=option, valeur=lu.isoformat(), attendu=attendu)])
        return lu

    def lu() -> Dossier:
        with progression("Lecture du dossier") as avancer:
            return lire_dossier(dossier, avancer)

    lectures: tuple[Callable[[], Any], ...] = (lu, jour, lambda: trouver_texte(texte))
    trouve, date, choisi = tout_lire(*lectures)
    return trouve, date, choisi


def _avec_assistant(suivi: Suivi) -> Suivi:
    if not suivi.assistants:
        raise Erreurs([Faute("ce dossier n'a pas de contrat d'assistant médical", fichier="cabinet.toml",
                             attendu="une section [[assistants_medicaux]]")])  # fmt: skip
    return suivi


def _simulation_en_tables(simulation: Simulation) -> RenderableType:
    from rich.console import Group

    from convmed.restitution.tables import tableau

    rangs = sorted({annee["annee_contrat"] for annee in simulation.annees})
    par_case = {(annee["annee_contrat"], annee["option_etp"]): annee for annee in simulation.annees}
    options = [option["option_etp"] for option in simulation.options]

    def case(rang: int, option: str) -> str:
        annee = par_case.get((rang, option))
        return "" if annee is None else "fermée" if annee["motif"] else _euros_de(annee["aide_maximale"])

    lignes = [[f"année {rang}", *(case(rang, option) for option in options)] for rang in rangs]
    lignes.append(["total, hors années fermées", *(_euros_de(option["total"]) for option in simulation.options)])
    colonnes: Colonnes = ["aide maximale", *((f"{option.replace('.', ',')} ETP", "right") for option in options)]
    conditions = tableau(
        "Cette option peut-elle être prise ?", ["option", "possible", "pourquoi"],
        ([f"{option['option_etp'].replace('.', ',')} ETP", REPONSES[option["possible"]], _raisons(option)] for option in simulation.options),
    )  # fmt: skip
    conditions.show_lines = True
    titre = f"Assistants médicaux, contrat signé le {simulation.signature:%d/%m/%Y}"
    return Group(tableau(titre, colonnes, lignes), conditions, *(f"Hypothèse : {une}" for une in simulation.hypotheses))


def _suivi_en_tables(suivi: Suivi) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    blocs: list[Any] = []
    for contrat in suivi.assistants:
        blocs += [*_contrat_en_tables(contrat), ""]
    for optam in suivi.optam:
        blocs += [_optam_en_table(optam), ""]
    return Group(*(Text(bloc) if isinstance(bloc, str) else bloc for bloc in blocs[:-1]))


def _contrat_en_tables(suivi: ContratSuivi) -> list[Any]:
    from convmed.restitution.tables import tableau

    vie, etat = suivi.vie, suivi.en_dict()
    annee = f", année {vie['annee_contrat']}" if vie["annee_contrat"] else ""
    renouvellement = "puis tacite reconduction" if vie["reconduction_tacite"] else "prorogé, sans reconduction" if vie["proroge"] else "sans reconduction"
    lignes = [["contrat", f"{STATUTS[vie['statut']]}{annee}, {etat['option_etp']} ETP ; terme {_iso(vie['terme'])}, {renouvellement}"]]
    for objectif in vie["objectifs"]:
        reste = "aucun constat" if objectif["reste"] is None else f"constaté {objectif['observe']}, il manque {objectif['reste']}"
        promis = "objectif non donné" if objectif["objectif"] is None else f"objectif {objectif['objectif']}"
        lignes.append([INDICATEURS[objectif["indicateur"]], f"départ {objectif['initial']}, {promis} : {reste}"])
    for nom, cle in (("paiement précédent", "paiement_precedent"), ("prochain paiement", "prochain_paiement")):
        paiement = etat[cle]
        if paiement:
            pourquoi = " ; ".join(filter(None, (paiement["motif"], paiement["precision_date"], " | ".join(paiement["references"]))))
            lignes.append([nom, f"{_iso(paiement['date_versement'])}, {paiement['libelle']} : {_euros_de(paiement['montant'])}\n{pourquoi}"])
    enjeu = suivi.enjeu
    if enjeu:
        dit = f"{_euros_de(enjeu['recuperation'])} à récupérer sur {_euros_de(enjeu['verse_de_l_annee'])} versés pour l'année"
        lignes.append(["résilié ce jour", dit + (f" ; pas de nouveau contrat avant le {_iso(enjeu['carence_jusqu_au'])}" if enjeu["carence_jusqu_au"] else "")])
    bilan = vie["bilan"]
    lignes.append(["années closes", ", ".join(f"{mot} {_euros_de(bilan[cle])}" for mot, cle in
                                               (("versé", "verse"), ("dû", "du"), ("récupéré", "recupere"), ("trop-perçu", "trop_percu")))])  # fmt: skip
    lignes += [["à faire" if rang else "prochaine action", f"avant le {_iso(a['echeance'])} : {a['action']} ({a['reference']})"]
               for rang, a in enumerate(vie["actions"])]  # fmt: skip
    lignes += [["attention", alerte] for alerte in vie["alertes"]] + [["réserve", reserve] for reserve in vie["reserves"]]
    titre = f"Assistant médical, contrat signé le {suivi.contrat.date_signature:%d/%m/%Y}, au {suivi.au:%d/%m/%Y}"
    frise = tableau(
        "Chronologie", [("date", "right"), "événement", ("montant", "right"), "référence"],
        ([_iso(e["date"]), e["libelle"], "" if e["montant"] is None else _euros_de(e["montant"]), e["reference"]] for e in vie["chronologie"]),
    )  # fmt: skip
    resume = tableau(titre, ["", ""], lignes)
    resume.show_header = False
    return [resume, frise]


def _optam_en_table(optam: dict[str, Any]) -> Any:
    from convmed.restitution.tables import tableau

    lignes = [
        [nom, _taux(optam["engagement"][cle]), _taux(optam["observe"][cle]), _points(optam[ecart])]
        for nom, cle, ecart in (("dépassement", "taux_depassement", "ecart_depassement"),
                                ("tarif opposable", "taux_opposable", "ecart_opposable"))
    ]  # fmt: skip
    restant = optam.get("depassements_restants")
    lignes.append(["écart retenu", "", NIVEAUX.get(optam["niveau_respect"], ""), _points(optam["ecart"])])
    lignes.append(["prime", "", "non publié" if optam["niveau_prime"] is None else _taux(optam["niveau_prime"]), ""])
    lignes.append(["avant résiliation", "", RISQUES.get(optam["risque"], optam["risque"]), _points(optam["distances"].get("resiliation"))])
    if restant is not None:
        lignes.append(["dépassements restants", "", _euros_de(restant), ""])
    return tableau(f"OPTAM ({optam['section']})", ["", ("engagé", "right"), ("constaté", "right"), ("écart (points)", "right")], lignes)


def _reponse(reponse: dict[str, Any]) -> str:
    options = reponse.get("options") or []
    return REPONSES[reponse["eligible"]] + (f" ({', '.join(options)})" if options else "")


def _raisons(reponse: dict[str, Any]) -> str:
    par_option = [motif for une in reponse.get("par_option", {}).values() for motif in une["motifs"]]
    motifs = list(dict.fromkeys([*reponse["motifs"], *par_option]))
    return "\n".join([*motifs, *(f"à vérifier : {a}" for a in reponse["a_verifier"]), *(f"compté : {h}" for h in reponse.get("hypotheses", []))])


def _cellule(valeur: Any) -> Any:
    return " | ".join(valeur) if isinstance(valeur, list) else REPONSES[valeur] if valeur is None or isinstance(valeur, bool) else valeur


def _iso(date: str | None) -> str:
    return _jour(dt.date.fromisoformat(date) if date else None)


def _jour(date: dt.date | None) -> str:
    return f"{date:%d/%m/%Y}" if date else "—"


def _euros(centimes: int | None) -> str:
    from convmed.textes.unites import afficher

    return "inconnu" if centimes is None else afficher(centimes, "EUR")


def _euros_de(montant: float | None) -> str:
    return _euros(None if montant is None else round(montant * 100))


def _taux(fraction: float | None) -> str:
    return "" if fraction is None else f"{100 * fraction:.1f}".replace(".", ",") + "\N{NO-BREAK SPACE}%"


def _points(points: float | None) -> str:
    return "" if points is None else f"{points:+.2f}".replace(".", ",")
