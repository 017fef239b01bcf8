"""« Coter » : an encounter in plain words, the codes that may be billed, their prices and payers, and the text that refuses the others."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import HTMLResponse, Response

from convmed.controle import Controle
from convmed.interfaces.saisie import en_options
from convmed.interfaces.web import depot, exercice, seance
from convmed.interfaces.web.rendu import a_garder, en_fragment, rendre
from convmed.interfaces.web.visiteur import Connecte
from convmed.moteur.valeurs import Explication
from convmed.restitution import affichage_cotation as affichage
from convmed.restitution.cotation import A_ETABLIR, coter, expliquer_le_partage
from convmed.restitution.fichier_csv import table_en_csv
from convmed.textes import EN_VIGUEUR, Erreurs, Faute, trouver_texte
from convmed.textes.unites import vers_entier

routeur = APIRouter()

ONGLETS = (("/coter", "Coter une séance"), ("/coter/controler", "Contrôler des factures"))
HYPOTHESES_MONTREES = 12
SYNTHESE_MONTREE, CONSTATS_MONTRES, FAUTES_MONTREES = 60, 100, 30
# Some hundred thousand lines: a year of a large practice.
FACTURES_AU_PLUS = 16 * depot.MEGA
GENERALISTE = {"specialite": "01", "secteur": "1"}
SITUATIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("Consultation d’un adulte", {**GENERALISTE, "date_heure": "2026-01-15T10:00", "lieu": "cabinet", "age": "40"}),
    ("Consultation du soir adressée par le SAS", {**GENERALISTE, "date_heure": "2026-01-15T20:30", "lieu": "cabinet", "age": "40",
                                                 "patientele_mt": "non", "regulation": "sas", "appel": "2026-01-15T19:45"}),
    ("Nourrisson, examen avec certificat", {**GENERALISTE, "date_heure": "2026-01-15T10:00", "lieu": "cabinet", "age": "0", "patientele_mt": "oui",
                                            "motif": "examen-obligatoire-certificat"}),
    ("Visite longue à domicile", {**GENERALISTE, "date_heure": "2026-01-15T14:00", "lieu": "domicile", "age": "85", "patientele_mt": "oui", "ald": "oui",
                                  "motif": "visite-longue", "kilometres": "6"}),
    ("Téléconsultation", {**GENERALISTE, "date_heure": "2026-01-15T10:00", "lieu": "teleconsultation", "age": "40", "patientele_mt": "oui"}),
    ("Dimanche de garde", {**GENERALISTE, "date_heure": "2026-01-18T11:00", "lieu": "domicile", "age": "40", "patientele_mt": "non", "regulation": "pdsa",
                           "appel": "2026-01-18T10:15"}),
    ("1er mai à La Réunion, sans régulation", {**GENERALISTE, "date_heure": "2026-05-01T10:00", "lieu": "cabinet", "age": "40", "departement": "974"}),
    ("Électrocardiogramme en consultation", {**GENERALISTE, "date_heure": "2026-01-15T10:00", "lieu": "cabinet", "age": "70", "codes": "DEQP003"}),
    ("Cardiologue, patient adressé", {"specialite": "03", "secteur": "1", "date_heure": "2026-01-15T10:00", "lieu": "cabinet", "age": "70",
                                      "adressage": "medecin-traitant", "parcours": "coordonne"}),
    ("Psychiatre OPTAM, avec dépassement", {"specialite": "33", "secteur": "2", "option_tarifaire": "optam", "opposable": "non", "depassement": "20",
                                            "date_heure": "2026-01-15T10:00", "lieu": "cabinet", "age": "50", "parcours": "coordonne"}),
)  # fmt: skip


@routeur.get("/coter")
def page(request: Request, _: Connecte) -> HTMLResponse:
    """Show the form and the answer; htmx asks for the answer alone. The whole of the question is in the address."""
    dite = seance.lire(request.query_params.multi_items())
    contexte = {
        "seance": dite, "champs": seance.champs(), "groupes": seance.GROUPES, "ouverts": seance.OUVERTS, "precisions": seance.precisions(),
        "situations": [(nom, f"/coter?{urlencode(valeurs)}") for nom, valeurs in SITUATIONS], "onglets": ONGLETS, "textes": exercice.textes(),
        "donnee_en_mots": seance.donnee_en_mots, **_repondre(dite),
    }  # fmt: skip
    if not en_fragment(request):
        return rendre(request, "coter/page.html", contexte)
    reponse = rendre(request, "coter/_reponse.html", contexte)
    # The address says the question without its empty fields.
    reponse.headers["hx-push-url"] = f"/coter{dite.requete()}"
    return reponse


@routeur.get("/coter/controler")
def depot_de_factures(request: Request, _: Connecte) -> HTMLResponse:
    """Ask for a file of invoices."""
    return rendre(request, "coter/controler.html", {"onglets": ONGLETS, "textes": exercice.textes(), "texte": EN_VIGUEUR, "fautes": [], "controle": None})


@routeur.post("/coter/controler")
def controler(
    request: Request, _: Connecte, factures: Annotated[UploadFile | None, File()] = None,
    texte: Annotated[str, Form(max_length=80)] = EN_VIGUEUR, sortie: Annotated[str, Form(max_length=10)] = "page",
) -> Response:  # fmt: skip
    """Check a file of invoices and forget it: the findings as a page, or as a CSV file."""
    gabarit = "coter/_constats.html" if en_fragment(request) else "coter/controler.html"
    contexte: dict[str, Any] = {"onglets": ONGLETS, "textes": exercice.textes(), "texte": texte, "fautes": [], "controle": None}
    try:
        controle = _controler(factures, texte)
    except Erreurs as erreurs:
        return rendre(request, gabarit, {**contexte, "fautes": erreurs.fautes}, 422)
    if sortie == "csv":
        return _en_csv(controle)
    return rendre(request, gabarit, {**contexte, "controle": controle, **_constats(controle)})


def _repondre(dite: seance.Seance) -> dict[str, Any]:
    """Return the answer to an encounter; without one, its faults are in the encounter."""
    entree = seance.entree_de(dite)
    vide: dict[str, Any] = {"resultat": None}
    if dite.autres:
        return vide
    try:
        resultat = coter(entree, dite.texte, dite.pourquoi)
    except Erreurs as erreurs:
        for faute in en_options(erreurs.fautes):
            dite.signaler(faute)
    if dite.en_faute:
        return vide
    local = f"{resultat['situation']['date']}T{resultat['situation']['heure']}"
    cotations = [{**cotation, "codes": [_code(code) for code in cotation["codes"]]} for cotation in resultat["cotations"]]
    return {
        "resultat": resultat, "cotations": cotations, "quand": affichage.quand_et_ou(resultat), "partage": f"/coter{dite.requete(date_heure=local)}",
        "silences": affichage.silences_dits(resultat["cotations"]) if cotations else [],
        "suppositions": _suppositions(cotations), "calcul": _calcul(cotations[0]) if cotations else None,
        "parts": expliquer_le_partage(entree, dite.texte) if cotations and "part_obligatoire" in cotations[0] else [],
        "manquants": [(seance.champ_de(m["champ"]), m["libelle"]) for m in resultat["manquants"]],
        "hypotheses": [
            {**h, "si": seance.en_mots(h["donnees"]), "essai": f"/coter{essai}" if (essai := seance.essai(dite, h["donnees"])) else "",
             "champ": seance.champ_de(next((c for c, v in h["donnees"].items() if not v), ""))}
            for h in resultat["hypotheses"]
        ],
        "hypotheses_montrees": HYPOTHESES_MONTREES, "textes_dits": references, "A_ETABLIR": A_ETABLIR, "parts_dites": affichage.PARTS,
        "tiers_a_verifier": bool(affichage.PARTICULIERS & set(resultat["tiers_payant"]["declarees"])),
        "ouvertes": [{**s, "a_etablir": [(seance.champ_de(c), mot) for c, mot in s["a_etablir"].items()]} for s in resultat["sous_conditions"]],
    }  # fmt: skip


def references(liste: Iterable[str], confiance: str | None = None) -> list[str]:
    """Return references as a reader wants them: each one once, the address of a page by its site, and how sure it is."""
    return affichage.textes_dits(liste, confiance).split(" ; ") if liste or confiance else []


def _code(code: dict[str, Any]) -> dict[str, Any]:
    return {**code, "textes": references(code["references"], code["confiance"])}


def _suppositions(cotations: list[dict[str, Any]]) -> list[str]:
    """Return what the shares suppose, in few words."""
    if not cotations:
        return []
    reserves = cotations[0]["reserves_du_partage"]
    ordinaires = [reserve.removesuffix(affichage.ORDINAIRE) for reserve in reserves if reserve.endswith(affichage.ORDINAIRE)]
    dites = [f"Partage dans le cas ordinaire, faute de savoir : {', '.join(ordinaires)}."] if ordinaires else []
    return [*dites, *(reserve for reserve in reserves if not reserve.endswith(affichage.ORDINAIRE))]


def _calcul(cotation: dict[str, Any]) -> Explication:
    """Return how the total of a coding is made: the price of each code with the text that sets it."""
    codes = tuple(
        Explication("figure", code["code"], f"{code['code']}, {code['libelle']}", _centimes(code["tarif"]), "EUR", " ; ".join(references(code["references"])), code["confiance"])
        for code in cotation["codes"]
    )
    return Explication("regle", "total", "Total de la cotation", _centimes(cotation["total"]), "EUR", enfants=codes)


def _centimes(euros: float | None) -> int | None:
    return None if euros is None else vers_entier(euros, "EUR")


def _controler(factures: UploadFile | None, texte: str) -> Controle:
    """Check the invoices that were sent. They stand in a folder of their own for the time of the reading, under a name of ours."""
    from convmed.controle import controler as passer

    choisi = trouver_texte(texte, scenarios=False)
    if factures is None or not factures.filename:
        raise Erreurs([Faute("aucun fichier reçu", champ="factures", attendu="un fichier .csv")])
    if Path(factures.filename).suffix.lower() != ".csv":
        raise Erreurs([Faute("ce fichier n’est pas un CSV", champ="factures", attendu=depot.EN_CSV)])
    with depot.dossier_prive() as ici:
        depot.copier(factures.file, ici / "factures.csv", FACTURES_AU_PLUS)
        return passer(ici / "factures.csv", choisi.id)


def _constats(controle: Controle) -> dict[str, Any]:
    synthese = controle.synthese()
    enjeu = controle.constats.get_column("enjeu").sum()
    return {
        "synthese": [
            {**ligne, "textes": references([ligne["references"]] if ligne["references"] else [])} for ligne in synthese.head(SYNTHESE_MONTREE).to_dicts()
        ],
        "synthese_en_plus": max(0, synthese.height - SYNTHESE_MONTREE),
        "constats": controle.constats.head(CONSTATS_MONTRES).to_dicts(), "constats_en_plus": max(0, controle.constats.height - CONSTATS_MONTRES),
        "enjeu": int(enjeu or 0), "nombre": controle.constats.height,
        "ecartees": [
            (titre, table.head(FAUTES_MONTREES).to_dicts(), max(0, table.height - FAUTES_MONTREES))
            for titre, table in (("Lignes en faute, mises de côté", controle.rejets), ("Lignes signalées, traitées", controle.avertissements))
            if table.height
        ],
    }  # fmt: skip


def _en_csv(controle: Controle) -> Response:
    contenu = "\N{ZERO WIDTH NO-BREAK SPACE}" + table_en_csv(affichage.justifications(controle))
    return a_garder(contenu, "text/csv; charset=utf-8", "constats.csv")
