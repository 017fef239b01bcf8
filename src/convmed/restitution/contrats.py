"""The contracts of a dossier: who may sign, what each option pays, where each contract stands, when it is paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from convmed.dispositifs import Demande, Ligne, Refus, tous
from convmed.dispositifs.assistants_medicaux.annees import en_vigueur
from convmed.dispositifs.assistants_medicaux.entrees import ETP, INDICATEURS, Vie
from convmed.dispositifs.assistants_medicaux.versements import annee_ouverte_le
from convmed.dispositifs.contrat import repondre_entree
from convmed.dispositifs.socle import SANS_OBJET, Resultat
from convmed.donnees.cabinet import MEDECIN
from convmed.donnees.cabinet import NOM as FICHIER
from convmed.donnees.modeles import lire
from convmed.moteur.registre import RegleAbsente
from convmed.textes import NECESSAIRE, Erreurs, Faute, Texte

ASSISTANTS, OPTAM = "assistants_medicaux", "optam"
# The calculations that a section may ask for; the first is the one of a section that names none.
CALCULS = {ASSISTANTS: ("vie", "eligibilite"), OPTAM: ("suivi", "eligibilite")}
OPTIONS_ETP: tuple[str, ...] = get_args(ETP)
CLASSE_SUPPOSEE = "p30-p90"
DU_MEDECIN = {
    "vie": ("specialite", "date_naissance"),
    "eligibilite": ("specialite", "mep", "secteur", "option_tarifaire", "zone"),
}
OUVERTS = ("en-cours", "suspendu")
Entree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ContratSuivi:
    """One contract for an assistant as it stands on a day; `enjeu` is what ending it that day would cost."""

    racine: str
    entree: Entree
    contrat: Vie
    au: dt.date
    vie: dict[str, Any]
    lignes: list[Ligne]
    enjeu: dict[str, Any] | None

    @property
    def ouvert(self) -> bool:
        """Tell whether the contract runs on that day."""
        return self.vie["statut"] in OUVERTS

    def paiement(self, a_venir: bool) -> Ligne | None:
        """Return the next payment, or the last one of before that day; a line without object is none."""
        dates = [(une.date_versement, une) for une in self.lignes if une.date_versement and une.etat != SANS_OBJET]
        voulus = [paire for paire in dates if (paire[0] >= self.au) == a_venir]
        if not voulus:
            return None
        return (min if a_venir else max)(voulus, key=lambda paire: paire[0])[1]

    def en_dict(self) -> dict[str, Any]:
        """Return the state of the contract as JSON."""
        return {
            "section": self.racine,
            "date_signature": self.contrat.date_signature.isoformat(),
            "option_etp": en_vigueur(self.contrat, self.au)["option"],
            **self.vie,
            "paiement_precedent": _paiement(self.paiement(a_venir=False)),
            "prochain_paiement": _paiement(self.paiement(a_venir=True)),
            "si_resilie_ce_jour": self.enjeu,
        }


@dataclass(frozen=True, slots=True)
class Suivi:
    """Every contract of a dossier on a day: those for an assistant by signature, and OPTAM."""

    au: dt.date
    texte: str
    assistants: list[ContratSuivi]
    optam: list[dict[str, Any]]

    def en_dict(self) -> dict[str, Any]:
        """Return the follow-up as JSON."""
        return {
            "au": self.au.isoformat(), "texte": self.texte, ASSISTANTS: [suivi.en_dict() for suivi in self.assistants], OPTAM: self.optam,
        }  # fmt: skip


def suivre(cabinet: Mapping[str, Any], texte: Texte, au: dt.date) -> Suivi:
    """Follow every contract of a dossier on a day; `Erreurs` with every fault of every section, or if there is none.

    Two contracts that overlap are refused; a contract that follows another is told when the carence was not over.
    """
    if not _entrees(cabinet, ASSISTANTS, "vie") and not _entrees(cabinet, OPTAM, "suivi"):
        raise Erreurs([Faute("ce dossier n'a pas de contrat à suivre", fichier=FICHIER,
                             attendu=f"une section [[{ASSISTANTS}]] ou [[{OPTAM}]] (modèle : convmed nouveau)")])  # fmt: skip
    demande = Demande(texte, au.year, au)
    assistants, optam = _ensemble(lambda suivi: suivi(cabinet, demande), ((_assistants,), (_suivi_optam,)))
    return Suivi(au, texte.id, assistants, optam)


def _assistants(cabinet: Mapping[str, Any], demande: Demande) -> list[ContratSuivi]:
    au = demande.date
    assert au is not None
    entrees = _entrees(cabinet, ASSISTANTS, "vie")
    _ensemble(lambda racine, entree: _repondre(ASSISTANTS, demande, entree, racine), entrees)
    lus = sorted(((racine, entree, _lu(entree)) for racine, entree in entrees), key=lambda un: un[2].date_signature)
    horizon = max([au, *(contrat.date_signature for _, _, contrat in lus)])
    fins = [_fin(demande, horizon, *un) for un in lus] if len(lus) > 1 else []

    def le_suivi(rang: int) -> ContratSuivi:
        racine, entree, contrat = lus[rang]
        anterieurs = [
            {"date_signature": avant.date_signature.isoformat(), "date_fin": fin.isoformat()}
            for (_, _, avant), fin in zip(lus[:rang], fins, strict=False)
        ]
        siens = len(contrat.autres_contrats)
        complet = {**entree, "autres_contrats": [*entree.get("autres_contrats", []), *anterieurs]} if anterieurs else entree
        try:
            resultat = _repondre(ASSISTANTS, demande, complet, racine)
        except Erreurs as erreurs:
            raise Erreurs(_au_contrat(faute, racine, siens, contrat) for faute in erreurs.fautes) from None
        ouvert = resultat.resultats["statut"] in OUVERTS
        enjeu = _enjeu(demande, complet, contrat, racine) if ouvert and contrat.date_signature < au else None
        return ContratSuivi(racine, entree, contrat, au, resultat.resultats, resultat.lignes, enjeu)

    return _ensemble(le_suivi, ((rang,) for rang in range(len(lus))))


def _fin(demande: Demande, horizon: dt.date, racine: str, entree: Entree, contrat: Vie) -> dt.date:
    """Return the day when a contract stops, or the term that it has at a day."""
    if contrat.resiliation:
        return contrat.resiliation.date
    plus_tard = replace(demande, annee=horizon.year, date=horizon)
    return dt.date.fromisoformat(_repondre(ASSISTANTS, plus_tard, entree, racine).resultats["terme"])


def _au_contrat(faute: Faute, racine: str, siens: int, contrat: Vie) -> Faute:
    """Name the signature of a contract that overlaps an earlier one: the dossier says nothing of `autres_contrats`."""
    debut, _, reste = (faute.champ or "").partition("].date_")
    rang = debut.removeprefix(f"{racine}.autres_contrats[")
    if not reste or not rang.isdigit() or int(rang) < siens:
        return faute
    message = f"ce contrat recouvre celui du {dt.date.fromisoformat(str(faute.valeur)):%d/%m/%Y} : l'aide ne se cumule pas"
    attendu = "une signature après la fin du contrat précédent (sa section resiliation, ou son terme)"
    return replace(faute, champ=f"{racine}.date_signature", message=message, valeur=contrat.date_signature.isoformat(), attendu=attendu)


def _enjeu(demande: Demande, entree: Entree, contrat: Vie, racine: str) -> dict[str, Any]:
    """Return what ending the contract that day makes recover; what comes later is left aside."""
    au = demande.date
    assert au is not None
    jour = au.isoformat()
    observations = [
        observation
        for observation, lue in zip(entree.get("observations", []), contrat.observations, strict=True)
        if annee_ouverte_le(contrat.date_signature, lue.annee_contrat + 1) <= au
    ]
    rompu = {
        **entree, "calcul": "resiliation", "resiliation": {"date": jour, "initiative": "medecin"}, "observations": observations,
        "avenants": [avenant for avenant in entree.get("avenants", []) if str(avenant["date"]) < jour],
        "suspensions": [suspension for suspension in entree.get("suspensions", []) if str(suspension["debut"]) < jour],
    }  # fmt: skip
    resultats = _repondre(ASSISTANTS, demande, rompu, racine).resultats
    cles = ("recuperation", "verse_de_l_annee", "jours_courus", "jours_restants", "carence_jusqu_au", "motif")
    return {cle: resultats[cle] for cle in cles if cle in resultats}


def _suivi_optam(cabinet: Mapping[str, Any], demande: Demande) -> list[dict[str, Any]]:
    def un(racine: str, entree: Entree) -> dict[str, Any]:
        resultats = _repondre(OPTAM, demande, entree, racine).resultats
        return {"section": racine, "engagement": entree["engagement"], **resultats}

    return _ensemble(un, _entrees(cabinet, OPTAM, "suivi"))


def eligibilite(cabinet: Mapping[str, Any], texte: Texte, au: dt.date, patients: int) -> list[dict[str, Any]]:
    """Tell, for each contract, whether it may be signed on a day: yes, no with the reasons, or what is left to say.

    The section with `calcul = "eligibilite"` wins over [medecin], the contracts of the dossier and its patient list.
    """
    demande = Demande(texte, au.year, au)
    reponses = []
    for racine, entree in _entrees(cabinet, ASSISTANTS, "eligibilite") or [(ASSISTANTS, {"calcul": "eligibilite"})]:
        complete, hypotheses = _candidat(cabinet, demande, entree, patients)
        reponses.append({"contrat": "assistants-medicaux", "section": racine, **_jugement(ASSISTANTS, demande, complete, racine, "eligible"),
                         "hypotheses": hypotheses})  # fmt: skip
    for racine, entree in _entrees(cabinet, OPTAM, "eligibilite") or [(OPTAM, {"calcul": "eligibilite"})]:
        complete = {"date_demande": au.isoformat(), **entree, "medecin": entree.get("medecin", _medecin(cabinet))}
        reponses.append({"contrat": "optam", "section": racine, **_jugement(OPTAM, demande, complete, racine, "eligible"), "hypotheses": []})
    return reponses


def _candidat(cabinet: Mapping[str, Any], demande: Demande, entree: Entree, patients: int) -> tuple[Entree, list[str]]:
    """Complete a wish to sign with what the dossier knows, and say what was supposed."""
    au = demande.date
    assert au is not None
    medecin, hypotheses = _medecin(cabinet), []
    connus: Entree = {champ: medecin[champ] for champ in DU_MEDECIN["eligibilite"] if champ in medecin}
    connus["date_signature"] = au.isoformat()
    if patients and not {"pmt", "pmt_adultes", "pmt_enfants"} & set(entree):
        connus["pmt"] = patients
        hypotheses.append(f"patientèle médecin traitant : {patients} dans le dossier")
    contrats = _assistants(cabinet, demande)
    if any(suivi.ouvert for suivi in contrats):
        connus["contrat_en_cours"] = True
    fins = [_fin(demande, au, s.racine, s.entree, s.contrat) for s in contrats if s.vie["statut"] in ("clos", "resilie")]
    if fins:
        connus["date_fin_contrat_precedent"] = max(fins).isoformat()
    return {**connus, **entree}, hypotheses


def _jugement(section: str, demande: Demande, entree: Entree, racine: str, nom: str) -> dict[str, Any]:
    """Return yes, no and why, or nothing and the fields that are missing; `Erreurs` if a field is ill-formed."""
    try:
        resultats = _repondre(section, demande, entree, racine).resultats
    except Erreurs as erreurs:
        if any(faute.message != NECESSAIRE for faute in erreurs.fautes):
            raise
        manques = [f"{faute.champ} ({faute.attendu})" for faute in erreurs.fautes]
        return {nom: None, "motifs": [], "a_verifier": manques}
    suite: dict[str, Any] = {cle: resultats[cle] for cle in ("options", "par_option") if cle in resultats}
    return {nom: resultats[nom], "motifs": resultats["motifs"], "a_verifier": resultats.get("a_verifier", []), **suite}


@dataclass(frozen=True, slots=True)
class Simulation:
    """What each option would pay: one row a year in `annees`, one judgment an option in `options`."""

    signature: dt.date
    hypotheses: list[str]
    options: list[dict[str, Any]]
    annees: list[dict[str, Any]]

    def en_dict(self) -> dict[str, Any]:
        """Return the simulation as JSON."""
        return {"date_signature": self.signature.isoformat(), "hypotheses": self.hypotheses, "options": self.options, "annees": self.annees}


def simuler(cabinet: Mapping[str, Any], texte: Texte, au: dt.date, patients: int, classe: str | None = None) -> Simulation:
    """Compute the aid of each year under the five options, for the contract that runs or for one signed that day.

    `aide_maximale` is due if the objective is reached, `acompte` is paid at the opening of the year.
    """
    demande = Demande(texte, au.year, au)
    en_cours = next((suivi for suivi in _assistants(cabinet, demande) if suivi.ouvert), None)
    base: Entree
    if en_cours:
        base = {champ: valeur for champ, valeur in en_cours.entree.items() if champ not in ("avenants", "observations", "resiliation")}
        hypotheses = [f"contrat signé le {en_cours.contrat.date_signature:%d/%m/%Y}, comme si chaque option avait été prise à la signature"]
    else:
        medecin = _medecin(cabinet)
        base = {"date_signature": au.isoformat(), "classe": CLASSE_SUPPOSEE,
                **{champ: medecin[champ] for champ in DU_MEDECIN["vie"] if champ in medecin}}  # fmt: skip
        hypotheses = [f"contrat signé le {au:%d/%m/%Y}"]
        if classe is None:
            hypotheses.append(f"patientèle de la classe {CLASSE_SUPPOSEE} (option --classe)")
    if classe:
        base["classe"] = classe
        hypotheses.append(f"patientèle de la classe {classe}")
    hypotheses.append("l'aide maximale est due en entier si l'objectif est atteint ; l'acompte est versé avant de le savoir")
    annees: list[dict[str, Any]] = []
    options = []
    for option in OPTIONS_ETP:
        resultat = _repondre(ASSISTANTS, demande, {**base, "calcul": "echeancier", "option_etp": option}, ASSISTANTS)
        motifs = {une.libelle: une.motif for une in resultat.lignes if une.etat == SANS_OBJET}
        for annee in resultat.resultats["annees"]:
            fermee = motifs.get(f"Année {annee['annee_contrat']} du contrat", "")
            gardes = {cle: annee[cle] for cle in ("option_etp", "annee_contrat", "debut", "fin")}
            montants = {cle: 0 if fermee else annee[cle] for cle in ("aide_maximale", "acompte")}
            annees.append({**gardes, **montants, "motif": fermee})
        siennes = [annee["aide_maximale"] for annee in annees if annee["option_etp"] == option]
        total = None if None in siennes else sum(siennes)
        options.append({"option_etp": option, **_ouverture(cabinet, demande, en_cours, option, patients), "total": total})
    return Simulation(dt.date.fromisoformat(str(base["date_signature"])), hypotheses, options, annees)


def _ouverture(
    cabinet: Mapping[str, Any], demande: Demande, en_cours: ContratSuivi | None, option: str, patients: int
) -> dict[str, Any]:
    """Judge one option: a change of the contract that runs, or a new contract."""
    if en_cours is None:
        _, entree = next(iter(_entrees(cabinet, ASSISTANTS, "eligibilite")), (ASSISTANTS, {"calcul": "eligibilite"}))
        voulue, _ = _candidat(cabinet, demande, {**entree, "option_etp": option}, patients)
        jugement = _jugement(ASSISTANTS, demande, voulue, ASSISTANTS, "eligible")
        return {"possible": jugement["eligible"], "motifs": jugement["motifs"], "a_verifier": jugement["a_verifier"]}
    actuelle = en_vigueur(en_cours.contrat, en_cours.au)["option"]
    if option == actuelle:
        return {"possible": True, "motifs": [], "a_verifier": []}
    medecin = _medecin(cabinet)
    changement: Entree = {
        "calcul": "changement-option", "option_etp": actuelle, "nouvelle_option": option, "annee_contrat": en_cours.vie["annee_contrat"],
        "classe": en_cours.contrat.classe, "date_signature": en_cours.contrat.date_signature.isoformat(),
    }  # fmt: skip
    changement |= {champ: medecin[champ] for champ in ("specialite", "mep", "zone") if champ in medecin}
    restes = [objectif["reste"] for objectif in en_cours.vie["objectifs"]]
    if restes and None not in restes:
        changement["objectifs_atteints"] = not any(restes)
    return _jugement(ASSISTANTS, demande, changement, ASSISTANTS, "possible")


def anniversaire(suivi: Suivi) -> None:
    """Refuse a day that is the anniversary of no contract of the dossier."""
    proches = []
    for contrat in suivi.assistants:
        signature = contrat.contrat.date_signature
        jour = annee_ouverte_le(signature, suivi.au.year - signature.year + 1)
        if jour == suivi.au > signature:
            return
        proches.append(max(jour, annee_ouverte_le(signature, 2)))  # the signature itself is none
    attendu = " ou ".join(f"{jour:%d/%m/%Y}" for jour in proches) or f"un contrat dans une section [[{ASSISTANTS}]]"
    raise Erreurs([Faute("cette date n'est pas un anniversaire du contrat", champ="--anniversaire", valeur=suivi.au.isoformat(),
                         attendu=attendu)])  # fmt: skip


def objectifs_et_constats(suivi: Suivi) -> list[dict[str, Any]]:
    """Return, for each contract year and indicator, the patients of the start, the objective in force and the count."""
    rangees = []
    for contrat in suivi.assistants:
        lu = contrat.contrat
        comptes = {observation.annee_contrat: observation for observation in lu.observations}
        for annee in range(1, max([contrat.vie["annee_contrat"] or 1, *comptes]) + 1):
            etat = en_vigueur(lu, annee_ouverte_le(lu.date_signature, annee))
            for nom in INDICATEURS:
                if etat[nom] is None:
                    continue
                rangees.append({
                    "contrat": lu.date_signature.isoformat(), "indicateur": nom, "annee_contrat": annee,
                    "date": annee_ouverte_le(lu.date_signature, annee + 1).isoformat(), "initial": etat[nom].initial,
                    "objectif": etat[nom].objectif, "observe": getattr(comptes.get(annee), nom, None),
                })  # fmt: skip
    return rangees


def _medecin(cabinet: Mapping[str, Any]) -> dict[str, Any]:
    """Return the doctor of the dossier as JSON: a section is read strictly, dates are written."""
    medecin: Mapping[str, Any] = cabinet.get(MEDECIN, {})
    return {champ: valeur.isoformat() if isinstance(valeur, dt.date) else valeur for champ, valeur in medecin.items()}


def _entrees(cabinet: Mapping[str, Any], section: str, calcul: str) -> list[tuple[str, Entree]]:
    """Return the inputs of a section that ask for a calculation, each with its place; `Erreurs` if one asks for another."""
    contenu = cabinet.get(section, [])
    liste = contenu if isinstance(contenu, list) else [contenu]
    admis, medecin = CALCULS[section], _medecin(cabinet)
    trouvees, fautes = [], []
    for rang, entree in enumerate(liste):
        racine = f"{section}[{rang}]" if len(liste) > 1 else section
        voulu = entree.get("calcul", admis[0])
        if voulu not in admis:
            fautes.append(Faute("valeur refusée", fichier=FICHIER, champ=f"{racine}.calcul", valeur=voulu,
                                attendu=" ou ".join(admis)))  # fmt: skip
        elif voulu == calcul:
            connus = {c: medecin[c] for c in DU_MEDECIN["vie"] if c in medecin} if (section, calcul) == (ASSISTANTS, "vie") else {}
            trouvees.append((racine, {**connus, **entree, "calcul": calcul}))
    if fautes:
        raise Erreurs(fautes)
    return trouvees


def _repondre(section: str, demande: Demande, entree: Entree, racine: str) -> Resultat:
    """Compute one section; `Erreurs` names the file and the field."""
    try:
        return repondre_entree(tous()[section.replace("_", "-")], demande, entree, racine)
    except Refus as refus:
        raise Erreurs(replace(faute, fichier=FICHIER) for faute in refus.fautes) from None
    except RegleAbsente as absente:
        raise Erreurs([Faute(str(absente), fichier=FICHIER, champ=racine)]) from None


def _lu(entree: Entree) -> Vie:
    lu, _ = lire(Vie, entree)
    assert lu is not None
    return lu


def _ensemble(calcul: Callable[..., Any], arguments: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Return what a calculation returns for each set of arguments; `Erreurs` with the faults of all."""
    rendus, fautes = [], []
    for uns in arguments:
        try:
            rendus.append(calcul(*uns))
        except Erreurs as erreurs:
            fautes += erreurs.fautes
    if fautes:
        raise Erreurs(fautes)
    return rendus


def _paiement(ligne: Ligne | None) -> dict[str, Any] | None:
    if ligne is None:
        return None
    return {**ligne.en_dict(), "explication": ligne.explication.en_dict() if ligne.explication else None}
