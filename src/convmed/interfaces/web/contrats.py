"""The contracts that a visitor keeps, as the pages show them: what a form asks, how it is read, what is at stake this year.

A kept contract for an assistant is the part of a practice that says it (`medecin`, `assistants_medicaux`); an OPTAM one is the
situation that `convmed optam` reads. The same rules follow both.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from convmed.base.coffre import Piece
from convmed.dispositifs.assistants_medicaux.versements import annee_ouverte_le
from convmed.donnees.cabinet import MEDECIN
from convmed.interfaces.web.champs import OPTIONS, RIEN, SPECIALITES, Champ
from convmed.interfaces.web.dossiers import MEMOIRE
from convmed.interfaces.web.gardees import Gardee
from convmed.interfaces.web.visiteur import Visiteur
from convmed.restitution.contrats import ASSISTANTS, OPTAM, ContratSuivi, Suivi, suivre
from convmed.restitution.optam import Etude, etudier
from convmed.textes import Erreurs, Faute, Texte

NOMBRE = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
CHIFFRES_AU_PLUS = 15
ETP = (("1/3", "1/3 ETP"), ("1/2", "1/2 ETP"), ("1", "1 ETP"), ("1.5", "1,5 ETP"), ("2", "2 ETP"))
CLASSES = (("p30-p90", "Du 30e au 90e centile"), ("p90-p94", "Du 90e au 94e centile"), ("p95+", "95e centile et au-delà"))
STATUTS = {"a-venir": "à venir", "en-cours": "en cours", "suspendu": "suspendu", "clos": "clos", "resilie": "résilié"}
INDICATEURS = {"pmt": "Patientèle médecin traitant", "fa": "File active"}
SIGNATURE = (
    Champ("medecin.specialite", "Spécialité", "choix", SPECIALITES[1:]),
    Champ("medecin.date_naissance", "Votre date de naissance", "date", aide="Facultative : l’âge change l’objectif de certains contrats."),
    Champ("contrat.date_signature", "Contrat signé le", "date"),
    Champ("contrat.option_etp", "Option à la signature", "choix", ETP),
    Champ("contrat.classe", "Classe de la patientèle de départ", "choix", CLASSES),
    Champ("contrat.pmt.initial", "Patientèle médecin traitant au départ", "entier"),
    Champ("contrat.pmt.objectif", "Objectif de patientèle médecin traitant", "entier"),
    Champ("contrat.fa.initial", "File active au départ", "entier"),
    Champ("contrat.fa.objectif", "Objectif de file active", "entier"),
    Champ("contrat.date_embauche", "Assistant embauché le", "date"),
    Champ("contrat.date_formation", "Formation validée le", "date"),
)
CHOIX = (("rester", "Rester dans l’option"), ("adherer", "Adhérer"), ("quitter", "Quitter l’option"))
SITUATION = (
    Champ("choix", "Ce que vous envisagez", "choix", CHOIX),
    Champ("medecin.specialite", "Spécialité", "texte", aide="Code à deux chiffres : 05, dermatologie."),
    Champ("medecin.option_tarifaire", "Option aujourd’hui", "choix", OPTIONS[1:]),
    Champ("option_visee", "Option visée, pour adhérer", "choix", (RIEN, *OPTIONS[2:])),
    Champ("engagement.taux_depassement", "Taux de dépassement du contrat, en %", "taux"),
    Champ("engagement.taux_opposable", "Taux d’activité à tarif opposable du contrat, en %", "taux"),
    Champ("honoraires_opposables", "Honoraires à tarif opposable de l’année, en euros", "euros"),
    Champ("taux_de_charges", "Taux de charges de la spécialité, en %", "taux"),
    Champ("niveau_respect", "Dernier respect connu", "choix", (RIEN, ("strict", "engagements tenus"), ("1-5", "jusqu’à 5 points d’écart"), ("plus-de-5", "plus de 5 points"))),
    Champ("base_avant", "Honoraires au tarif d’avant la dernière hausse, en euros", "euros"),
    Champ("base_apres", "Les mêmes au tarif d’après", "euros"),
    Champ("depassements_avec_option", "Dépassements d’une année avec l’option, en euros", "euros"),
    Champ("depassements_sans_option", "Dépassements d’une année sans l’option, en euros", "euros"),
    Champ("aides_liees", "Aides réservées au secteur 1 et aux options, en euros par an", "euros"),
)  # fmt: skip
RELEVE = (
    Champ("au", "Relevé au", "date"), Champ("honoraires_remboursables", "Honoraires remboursables depuis le 1er janvier, en euros", "euros"),
    Champ("depassements", "Dépassements, en euros", "euros"), Champ("honoraires_opposables", "Honoraires à tarif opposable, en euros", "euros"),
)  # fmt: skip
# What may happen to a contract for an assistant: its words, its fields, and where it goes.
FAITS: dict[str, tuple[str, tuple[Champ, ...], str]] = {
    "observations": ("Une patientèle constatée à l’anniversaire", (
        Champ("annee_contrat", "Année du contrat", "entier"), Champ("pmt", "Patientèle médecin traitant constatée", "entier"),
        Champ("fa", "File active constatée", "entier")), "liste"),
    "echanges": ("Un échange avec la caisse", (Champ("date", "Le", "date"),), "dates"),
    "avenants": ("Un avenant", (
        Champ("date", "Signé le", "date"),
        Champ("objet", "Objet", "choix", (("changement-option", "Changement d’option"), ("prorogation", "Prorogation"), ("nouvel-installe", "Objectif d’un nouvel installé"))),
        Champ("option_etp", "Nouvelle option", "choix", (RIEN, *ETP)), Champ("pmt.objectif", "Nouvel objectif de patientèle", "entier"),
        Champ("fa.objectif", "Nouvel objectif de file active", "entier")), "liste"),
    "suspensions": ("Une suspension", (Champ("debut", "Du", "date"), Champ("fin", "Au", "date", aide="Vide : elle dure encore.")), "liste"),
    "resiliation": ("Une résiliation", (
        Champ("date", "Le", "date"), Champ("initiative", "À l’initiative", "choix", (RIEN, ("medecin", "du médecin"), ("caisse", "de la caisse"))),
        Champ("date_notification", "Notifiée le", "date")), "un"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Enjeu:
    """What the balance of the year would be, for a patient list at its anniversary."""

    cas: str
    montant: int | None
    date: dt.date | None
    trop_percu: float
    motif: str


@dataclass(frozen=True, slots=True)
class Distance:
    """How far an objective is: the counts, the share of the way, and words."""

    nom: str
    initial: int | None
    objectif: int | None
    observe: int | None

    @property
    def part(self) -> int | None:
        """Return the share of the way that is done, in percent, from 0 to 100."""
        if self.initial is None or self.objectif is None or self.observe is None:
            return None
        if self.objectif <= self.initial:
            return 100 if self.observe >= self.objectif else 0
        return max(0, min(100, 100 * (self.observe - self.initial) // (self.objectif - self.initial)))

    @property
    def manque(self) -> int | None:
        """Return how many patients are missing; 0 once it is reached."""
        return None if self.objectif is None or self.observe is None else max(0, self.objectif - self.observe)


@dataclass(frozen=True, slots=True)
class Rangee:
    """One contract in a list: its words, where it is, where it stands, what comes next."""

    titre: str
    adresse: str
    statut: str
    action: str = ""
    echeance: str | None = None
    montant: float | None = None
    versement: str | None = None
    partage_par: str = ""
    fautes: tuple[str, ...] = ()


# --- reading a form


def lire_champ(champ: Champ, texte: str) -> Any:
    """Return what was typed in a field; amounts and rates as the rules read them (euros, fractions). What cannot be read stays as typed."""
    if champ.genre not in ("euros", "taux"):
        return champ.lire(texte[:200])
    net = re.sub(r"[\s%€]", "", texte[:200])
    if not net:
        return None
    if not NOMBRE.fullmatch(net) or len(net) > CHIFFRES_AU_PLUS:
        return texte[:40]
    lu = Decimal(net.replace(",", "."))
    return float(lu / 100 if champ.genre == "taux" else lu)


def composer(champs: Iterable[Champ], textes: Mapping[str, str]) -> dict[str, Any]:
    """Return what was typed as nested objects; what was left empty is not there."""
    compose: dict[str, Any] = {}
    for champ in champs:
        valeur = lire_champ(champ, textes.get(champ.nom, ""))
        if valeur is not None:
            *objets, cle = champ.nom.split(".")
            ici = compose
            for objet in objets:
                ici = ici.setdefault(objet, {})
            ici[cle] = valeur
    return compose


def ecrire_champs(champs: Iterable[Champ], valeurs: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of a form from what is kept."""
    textes = {}
    for champ in champs:
        ici: Any = valeurs
        for pas in champ.nom.split("."):
            ici = ici.get(pas) if isinstance(ici, Mapping) else None
        if ici is not None and champ.genre in ("euros", "taux"):
            exact = Decimal(str(ici)) * (100 if champ.genre == "taux" else 1)
            textes[champ.nom] = f"{exact.normalize():f}".replace(".", ",")
        elif ici is not None:
            textes[champ.nom] = champ.ecrire(ici)
    return textes


def nommer(fautes: Iterable[Faute], champs: Iterable[Champ]) -> list[Faute]:
    """Return faults under the labels of the form, without the file that the visitor never saw."""
    libelles = {champ.nom: champ.libelle for champ in champs}

    def nommee(faute: Faute) -> Faute:
        champ = re.sub(rf"^(entree|situation|{ASSISTANTS})(\[\d+\])?\.?", "", faute.champ or "")
        libelle = next((libelles[nom] for nom in (champ, f"contrat.{champ}", f"medecin.{champ}", re.sub(r"^\w+\[\d+\]\.", "", champ)) if nom in libelles), None)
        return replace(faute, fichier=None, ligne=None, champ=libelle or champ or None)

    return [nommee(faute) for faute in fautes]


# --- contracts for an assistant


def nouveau_contrat(textes: Mapping[str, str], ancien: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a contract as it is kept; what the form does not ask (counts, avenants...) stays as it was."""
    lu = composer(SIGNATURE, textes)
    garde = {cle: valeur for cle, valeur in ((ancien or {}).get(ASSISTANTS) or [{}])[0].items() if cle in (*FAITS, "circonstances_exceptionnelles")}
    return {MEDECIN: lu.get("medecin", {}), ASSISTANTS: [{**garde, **lu.get("contrat", {})}]}


def en_formulaire(contenu: Mapping[str, Any]) -> dict[str, str]:
    """Return the form of a kept contract."""
    return ecrire_champs(SIGNATURE, {"medecin": contenu.get(MEDECIN, {}), "contrat": contenu[ASSISTANTS][0]})


def avec_un_fait(contenu: Mapping[str, Any], quoi: str, textes: Mapping[str, str]) -> dict[str, Any]:
    """Return a contract to which something happened; a count of the same year replaces the former one."""
    _, champs, forme = FAITS[quoi]
    nouveau = copy.deepcopy(dict(contenu))
    contrat = nouveau[ASSISTANTS][0]
    fait = composer(champs, textes)
    if not fait:
        raise Erreurs([Faute("rien n’est écrit", attendu="au moins une valeur")])
    if forme == "un":
        contrat[quoi] = fait
    elif forme == "dates":
        contrat[quoi] = sorted({*contrat.get(quoi, []), fait["date"]})
    else:
        autres = [un for un in contrat.get(quoi, []) if quoi != "observations" or un.get("annee_contrat") != fait.get("annee_contrat")]
        cle = {"observations": "annee_contrat", "avenants": "date", "suspensions": "debut"}[quoi]
        contrat[quoi] = sorted([*autres, fait], key=lambda un: (str(type(un.get(cle))), un.get(cle)))
    return nouveau


def suivi_de(contenu: Mapping[str, Any], texte: Texte, au: dt.date) -> Suivi:
    """Return where a kept contract stands on a day; `Erreurs`."""
    return suivre(contenu, texte, au)


def distances(contrat: ContratSuivi) -> list[Distance]:
    """Return how far each objective is."""
    return [Distance(INDICATEURS[un["indicateur"]], un["initial"], un["objectif"], un["observe"]) for un in contrat.vie["objectifs"]]


def enjeux(cabinet: Mapping[str, Any], contrat: ContratSuivi, texte: Texte) -> list[Enjeu]:
    """Return the balance of the year that runs, if the objective is reached, if nothing moves, if nothing was ever gained.

    Nothing for a contract whose year is already counted, or whose counts are not known.
    """
    rang, dits = contrat.vie["annee_contrat"], {d.nom: d for d in distances(contrat)}
    if not rang or not contrat.ouvert or any(une.annee_contrat == rang for une in contrat.contrat.observations) or not dits:
        return []
    if any(None in (d.initial, d.objectif) for d in dits.values()):
        return []
    section = cabinet[ASSISTANTS]
    place = int(m[1]) if (m := re.search(r"\[(\d+)\]$", contrat.racine)) else 0
    le_sien = section[place] if isinstance(section, list) else section
    jour = annee_ouverte_le(contrat.contrat.date_signature, rang + 1)
    noms = {libelle: cle for cle, libelle in INDICATEURS.items()}
    cas = [("Si l’objectif est atteint", {noms[d.nom]: d.objectif for d in dits.values()})]
    if all(d.observe is not None for d in dits.values()):
        cas.append(("Si la patientèle reste celle du dernier constat", {noms[d.nom]: d.observe for d in dits.values()}))
    cas.append(("Si elle revient à celle du départ", {noms[d.nom]: d.initial for d in dits.values()}))
    trouves = []
    for dit, comptes in cas:
        essai = {**le_sien, "observations": [*le_sien.get("observations", []), {"annee_contrat": rang, **comptes}]}
        try:
            suivi = suivre({MEDECIN: cabinet.get(MEDECIN, {}), ASSISTANTS: [essai]}, texte, jour)
        except Erreurs:
            return []
        solde = next((une for une in suivi.assistants[0].lignes if une.base == f"année {rang} du contrat" and "solde" in une.libelle), None)
        if solde is None:
            return []
        trop_percu = suivi.assistants[0].vie["bilan"]["trop_percu"] - contrat.vie["bilan"]["trop_percu"]
        trouves.append(Enjeu(dit, solde.montant, solde.date_versement, trop_percu, solde.motif))
    return trouves


# --- OPTAM


def nouvelle_situation(textes: Mapping[str, str], ancienne: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return an OPTAM situation as it is kept; readings, tariff steps and acts stay as they were."""
    lu = composer(SITUATION, textes)
    garde = {cle: valeur for cle, valeur in (ancienne or {}).items() if cle in ("releves", "revalorisations", "actes", "acte", "base_actes")}
    if (ancienne or {}).get("engagement", {}).get("activite") and "engagement" not in lu:
        garde["engagement"] = (ancienne or {})["engagement"]
    lu.setdefault("medecin", {})["secteur"] = "2"
    return {**garde, **lu}


def avec_un_releve(situation: Mapping[str, Any], textes: Mapping[str, str]) -> dict[str, Any]:
    """Return a situation with one reading more; a reading of the same day replaces the former one."""
    lu = composer(RELEVE, textes)
    autres = [un for un in situation.get("releves", []) if un.get("au") != lu.get("au")]
    return {**situation, "releves": sorted([*autres, lu], key=lambda un: str(un.get("au", "")))}


def etude_de(situation: Mapping[str, Any], texte: Texte, annee: int, choix: str = "") -> Etude:
    """Return what the option is worth in a year, for the readings of that year; `choix` looks at another decision than the kept one."""
    vue = {**situation, "releves": [un for un in situation.get("releves", []) if str(un.get("au", "")).startswith(str(annee))]}
    if choix:
        vue["choix"] = choix
        if choix == "adherer":
            vue["medecin"] = {**vue.get("medecin", {}), "option_tarifaire": "aucune"}
            vue.setdefault("option_visee", situation.get("medecin", {}).get("option_tarifaire", "optam"))
            if vue["option_visee"] == "aucune":
                vue["option_visee"] = "optam"
    sans_ecart = not vue["releves"] and vue.get("ecart_points") is None and "honoraires_opposables" in vue
    if sans_ecart:
        vue = {cle: valeur for cle, valeur in vue.items() if cle not in ("honoraires_opposables", "taux_de_charges")}
    etude = etudier(vue, texte, annee)
    if sans_ecart:
        etude.hypotheses.insert(0, f"prime non comptée : aucun relevé de {annee} ne dit l’écart aux engagements")
    return etude


# --- what is kept


def est_un_optam(contenu: Mapping[str, Any]) -> bool:
    """Tell an OPTAM situation from a contract for an assistant."""
    return OPTAM in contenu


def en_octets(contenu: Mapping[str, Any]) -> bytes:
    """Write a contract as it is kept."""
    return json.dumps(contenu, ensure_ascii=False, sort_keys=True).encode()


def depuis(gardee: Gardee) -> dict[str, Any]:
    """Read a kept contract."""
    contenu: dict[str, Any] = json.loads(gardee.contenu)
    return contenu


def titre_de(contenu: Mapping[str, Any]) -> str:
    """Return the title of a contract."""
    if est_un_optam(contenu):
        return f"{'OPTAM-ACO' if contenu[OPTAM].get('medecin', {}).get('option_tarifaire') == 'optam-aco' else 'OPTAM'}"
    signe = dt.date.fromisoformat(str(contenu[ASSISTANTS][0]["date_signature"]))
    return f"Assistant médical, signé le {signe:%d/%m/%Y}"


def rangees(visiteur: Visiteur, pieces: list[Piece], texte: Texte, au: dt.date) -> list[Rangee]:
    """Return the kept contracts as they stand on a day."""
    def une(piece: Piece) -> Rangee:
        def lire() -> Rangee:
            ouverte = visiteur.coffre.ouvrir_piece(visiteur.utilisateur, piece.id, piece.version)
            rangee = _rangee(json.loads(ouverte.contenu), f"/contrats/{piece.id}", texte, au)
            return replace(rangee, titre=piece.titre, partage_par="" if piece.sienne else piece.proprietaire)

        return MEMOIRE.une_fois((visiteur.utilisateur.id, piece.id, piece.version, "contrat", texte.id, au), lire)

    return [une(piece) for piece in pieces]


def _rangee(contenu: Mapping[str, Any], adresse: str, texte: Texte, au: dt.date) -> Rangee:
    try:
        if est_un_optam(contenu):
            return rangee_optam(etude_de(contenu[OPTAM], texte, au.year), adresse)
        return rangee_assistant(suivi_de(contenu, texte, au).assistants[0], adresse)
    except Erreurs as erreurs:
        return Rangee("", adresse, "à compléter", fautes=tuple(str(replace(f, fichier=None)) for f in erreurs.fautes[:3]))


def rangee_assistant(contrat: ContratSuivi, adresse: str) -> Rangee:
    """Return a contract for an assistant as a row."""
    etat = contrat.en_dict()
    action, paiement = contrat.vie["prochaine_action"], etat["prochain_paiement"]
    return Rangee(
        f"Assistant médical, signé le {contrat.contrat.date_signature:%d/%m/%Y}", adresse, STATUTS[contrat.vie["statut"]],
        action["action"] if action else "", action["echeance"] if action else None, paiement["montant"] if paiement else None,
        paiement["date_versement"] if paiement else None,
    )  # fmt: skip


def rangee_optam(etude: Etude, adresse: str) -> Rangee:
    """Return an OPTAM situation as a row."""
    dernier = etude.suivi[-1] if etude.suivi else None
    statut = "aucun relevé de l’année" if dernier is None else "engagements tenus" if dernier["respecte"] else f"écart de {_virgule(dernier['ecart'])} points"
    prime = etude.prime or {}
    return Rangee("OPTAM", adresse, statut, montant=prime.get("montant"), versement=prime.get("date_versement"))


def _virgule(nombre: float) -> str:
    return f"{round(nombre, 2):g}".replace(".", ",")


