"""What may be billed for an encounter: every lawful coding with its prices and payers, and the proof for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from convmed.cotation.evaluation import Evaluation, Reponse
from convmed.cotation.jugement import CONNU, INCONNU, NON_PUBLIE, Jugement
from convmed.cotation.nomenclature import INTERDIT, MUET, PERMIS, Code, Cumul, nomenclature
from convmed.cotation.partage import REGLES, partager
from convmed.cotation.seance import SeanceDeBase, champ_de, date_locale, modele_de_seance, territoire_de
from convmed.dispositifs import facturation, tiers_payant
from convmed.dispositifs.socle import Demande, Refus, en_euros, tous
from convmed.dispositifs.tarifs import donnees_du_prix, evaluer, muets_en_liste
from convmed.donnees.calendrier_legal import moment
from convmed.donnees.entites import REGISTRE
from convmed.donnees.modeles import lire
from convmed.moteur.registre import RegleAbsente
from convmed.moteur.valeurs import Explication
from convmed.restitution.hypotheses import en_ordre, faits_de_base, hypotheses, pertinents
from convmed.textes import EN_VIGUEUR, Erreurs, Faute, trouver_texte
from convmed.textes.unites import vers_entier

A_ETABLIR = "à établir"
PDSA = "horaires_pdsa"


def coter(entree: Mapping[str, Any], texte: str = EN_VIGUEUR, questions: Iterable[str] = ()) -> dict[str, Any]:
    """Return the lawful codings of an encounter, the best paid first, and the answer on each code asked.

    `entree` is the encounter of the JSON contract (`codes` are the acts done, or may be left out); `questions` are the
    codes on which the answer is wanted even if they are not to be billed, with their pairs. `Erreurs` with every fault.
    """
    tous()
    demandes = list(questions)
    demande, evaluation = preparer(entree, texte, demandes)
    reponses = evaluation.proposer()
    if manquantes := donnees_du_prix([j for r in reponses for j in r.retenus]):
        raise Erreurs(manquantes)
    jugements = [evaluation.juger(code) for code in evaluation.candidats()]
    ouvertes = pertinents(evaluation)
    base = [] if reponses else faits_de_base(ouvertes)
    # With two of them missing, what would follow from the others tells nothing.
    suites = [] if len(base) > 1 else hypotheses(ouvertes, evaluation, reponses[0].cotation.total if reponses else 0, base)
    dites = [code.code for code in evaluation.demandes if code.genre != "acte-ccam"]
    return {
        "date": evaluation.contexte.date.isoformat(),
        "texte": evaluation.contexte.texte.id,
        "situation": situation(evaluation),
        "cotations": [cotation_en_dict(evaluation, reponse) for reponse in reponses],
        "manquants": [{"champ": champ_de(nom), "libelle": REGISTRE.entrees[nom].libelle} for nom in base],
        "hypotheses": suites,
        "sous_conditions": [sous_condition(j) for j in ouvertes],
        "refus": [refus_en_dict(j) for j in jugements if j.reponse == INTERDIT],
        "reponses": reponses_aux_questions(evaluation, dict.fromkeys((*dites, *demandes))),
        "tiers_payant": tiers_payant_de(demande, evaluation, reponses),
        "facturation": conseils_de(demande, evaluation.seance),
    }


def expliquer_le_partage(entree: Mapping[str, Any], texte: str = EN_VIGUEUR) -> list[Explication]:
    """Return why an encounter is shared as it is: the part obligatoire, the majoration out of the pathway, the participation.

    `Erreurs` as `coter`.
    """
    tous()
    _, evaluation = preparer(entree, texte, ())
    return [evaluation.instance.expliquer(regle) for regle in REGLES]


def preparer(entree: Mapping[str, Any], texte: str, questions: Sequence[str]) -> tuple[Demande, Evaluation]:
    """Return an encounter ready to be judged; `Erreurs` with everything that is wrong in it, in the text and in the questions."""
    fautes: list[Faute] = []
    try:
        choisi = trouver_texte(texte)
    except Erreurs as erreurs:
        fautes, choisi = [*erreurs.fautes], trouver_texte(EN_VIGUEUR)
    seance, lues = lire(modele_de_seance(), {"codes": [], **entree}, "entree")
    fautes += lues
    table = nomenclature()
    mots = {"questions": questions, **({"entree.codes": entree.get("codes", ())} if seance is None else {})}
    fautes += [
        Faute("code inconnu", champ=f"{champ}[{rang}]", valeur=mot, attendu=f"par exemple {', '.join(table.proches(mot))}")
        for champ, liste in mots.items() if isinstance(liste, (list, tuple))
        for rang, mot in enumerate(liste) if isinstance(mot, str) and table.trouver(mot) is None
    ]  # fmt: skip
    if seance is None:
        raise Erreurs(fautes)
    jour = date_locale(seance)
    demande = Demande(choisi, jour.year, jour)
    try:
        evaluation = evaluer(demande, seance)
    except Refus as refus:
        raise Erreurs([*fautes, *refus.fautes]) from refus
    if fautes:
        raise Erreurs(fautes)
    return demande, evaluation


def situation(evaluation: Evaluation) -> dict[str, Any]:
    """Return how the hour of the encounter was understood, where the doctor works."""
    territoire = territoire_de(evaluation.seance.medecin)
    local = moment(evaluation.seance.date_heure, territoire)
    try:
        pdsa = evaluation.instance.valeur(PDSA)
    except RegleAbsente:
        pdsa = None
    return {
        "date": local.date.isoformat(), "heure": f"{local.minutes // 60:02d}:{local.minutes % 60:02d}",
        "jour_semaine": local.jour_semaine, "jour_ferie": local.jour_ferie, "horaires_pdsa": pdsa, "territoire": territoire,
    }  # fmt: skip


def cotation_en_dict(evaluation: Evaluation, reponse: Reponse) -> dict[str, Any]:
    """Return one coding: its codes, its prices with their references, who pays, what is silent or reserved."""
    montants = reponse.cotation.montants
    codes = [
        {
            "code": j.code.code,
            "libelle": j.code.libelle,
            "tarif": en_euros(montants[j.code.code]),
            "etat": etat_du_prix(j, montants[j.code.code]),
            "references": list(dict.fromkeys((*j.prix.references, *j.code.conditions.values()))),
            "confiance": j.prix.confiance or "officiel",
            "reserves": [_sans_reference(reserve, j.code) for reserve in j.reserves],
        }
        for j in en_ordre(reponse.retenus)
    ]
    connus = {j.code: m for j in reponse.retenus if (m := montants[j.code.code]) is not None}
    depassement = vers_entier(f"{evaluation.seance.depassement or 0:.2f}", "EUR")
    partage = partager(connus, evaluation.instance, depassement)
    complet = len(connus) == len(montants)
    return {
        "codes": codes,
        "total": en_euros(reponse.cotation.total) if complet else None,
        "total_connu": en_euros(reponse.cotation.total),
        "depassement": en_euros(depassement),
        **(partage.en_euros(en_euros) if complet else {}),
        "reserves": [*reponse.reserves, *partage.reserves],
        "reserves_du_partage": list(partage.reserves),
        "muets": muets_en_liste(reponse.muets),
        "ecartes": [
            {"code": code.code, "motif": motif.motif, "references": list(motif.references)}
            for code in evaluation.demandes if code.genre == "acte-ccam" and code.code not in montants
            for motif in evaluation.motifs(evaluation.juger(code), reponse.retenus)
        ],
    }  # fmt: skip


def _sans_reference(reserve: str, code: Code) -> str:
    """Return a reserve without its code nor its text, which stand beside it."""
    court = reserve.removeprefix(f"{code.code} : ")
    for reference in code.reserves.values():
        court = court.removesuffix(f" ({reference})")
    return court


def etat_du_prix(jugement: Jugement, montant: int | None) -> str:
    """Say why an amount is not there: nobody published it, or the encounter does not tell what it depends on."""
    if montant is not None:
        return CONNU
    return NON_PUBLIE if jugement.prix.etat == NON_PUBLIE else A_ETABLIR


def tiers_payant_de(demande: Demande, evaluation: Evaluation, reponses: Sequence[Reponse]) -> dict[str, Any]:
    """Return the part that the patient does not advance, and why; an astreinte regulated in PDSA is one."""
    seance = evaluation.seance
    dites = seance.fournis()
    actes = [m for r in reponses[:1] for j in r.retenus
             if j.code.genre == "acte-ccam" and (m := r.cotation.montants[j.code.code]) is not None]  # fmt: skip
    declarees = {
        "c2s": seance.patient.c2s, "ald": seance.patient.ald, "ame": seance.patient.ame, "parcours": seance.parcours,
        "maternite": dites.get("tp_maternite", dites.get("maternite")),
        "astreinte_regulee": dites.get("tp_astreinte_regulee", seance.regulation == "pdsa" or None),
        "montant_acte": en_euros(max(actes)) if actes else None,
        "acte_couteux": dites.get("tp_acte_declare_couteux"), "fond_oeil_lecture_differee": dites.get("tp_fond_oeil"),
        "bucco_dentaire_femme_enceinte": dites.get("tp_bucco_dentaire"),
        "propharmacien_convention_locale": dites.get("tp_propharmacien"), "coefficient_acte": dites.get("tp_coefficient_acte"),
    }  # fmt: skip
    connues = {champ: valeur for champ, valeur in declarees.items() if valeur is not None}
    resultats = tiers_payant.calculer(demande, tiers_payant.Entree.model_validate(connues)).resultats
    return {**resultats, "declarees": [champ for champ, valeur in connues.items() if valeur is True]}


def conseils_de(demande: Demande, seance: SeanceDeBase) -> dict[str, Any] | None:
    """Return the advice on how the act is billed, if anything was said of it (`fac_mode` and the like)."""
    champs = {nom.removeprefix("fac_"): valeur for nom, valeur in seance.fournis().items() if nom.startswith("fac_") and valeur is not None}
    if not champs:
        return None
    lue, fautes = lire(facturation.Situation, champs, "entree.fac_")
    if lue is None:
        raise Erreurs([replace(faute, champ=(faute.champ or "").replace("fac_.", "fac_")) for faute in fautes])
    return facturation.conseils(lue, demande.contexte())


def sous_condition(jugement: Jugement) -> dict[str, Any]:
    """Return a code that could be billed if something were known, and what."""
    entrees = {f.nom: f.libelle for f in jugement.manquants if f.genre == "entree"}
    return {
        "code": jugement.code.code,
        "libelle": jugement.code.libelle,
        "tarif": en_euros(jugement.prix.montant) if jugement.prix.unite.startswith("EUR") else None,
        "a_etablir": {champ_de(nom).removeprefix("entree."): libelle for nom, libelle in entrees.items()},
        "references": list(dict.fromkeys(jugement.code.conditions.values())),
    }


def refus_en_dict(jugement: Jugement) -> dict[str, Any]:
    """Return why a code may not be billed: every reason, each with its texts."""
    return {
        "code": jugement.code.code,
        "libelle": jugement.code.libelle,
        "motifs": [{"motif": m.motif, "references": list(m.references)} for m in jugement.motifs],
    }


def reponses_aux_questions(evaluation: Evaluation, questions: Iterable[str]) -> list[dict[str, Any]]:
    """Return permis, interdit, texte muet (or à établir) for each code asked and each pair of them, with the proof."""
    codes = list(dict.fromkeys(code for mot in questions if (code := evaluation.trouver(mot)) is not None))
    seuls = [reponse_sur_un_code(evaluation.juger(code)) for code in codes]
    return seuls + [reponse_sur_une_paire(un, autre, evaluation.cumuls.entre(un, autre)) for un, autre in combinations(codes, 2)]


def reponse_sur_un_code(jugement: Jugement) -> dict[str, Any]:
    """Return the answer on one code."""
    references = [r for m in jugement.motifs for r in m.references] or list(jugement.code.conditions.values()) or list(jugement.prix.references)
    motif = " ; ".join(m.motif for m in jugement.motifs)
    if jugement.reponse == INCONNU:
        motif = "à établir : " + ", ".join(dict.fromkeys(f.libelle.lower() for f in jugement.manquants))
    return {
        "codes": [jugement.code.code],
        "reponse": {PERMIS: PERMIS, INTERDIT: INTERDIT}.get(jugement.reponse, A_ETABLIR),
        "motif": motif or f"{jugement.code.libelle} : toutes les conditions sont remplies",
        "references": list(dict.fromkeys(references)),
        "reserves": [] if jugement.reponse == INTERDIT else [_sans_reference(reserve, jugement.code) for reserve in jugement.reserves],
    }


def reponse_sur_une_paire(un: Code, autre: Code, cumul: Cumul) -> dict[str, Any]:
    """Return the answer on two codes billed together."""
    dit = {PERMIS: "se cumulent", INTERDIT: "ne se cumulent pas", MUET: "cumul que les textes lus ne règlent pas"}[cumul.reponse]
    precision = f" ({cumul.condition})" if cumul.condition else ""
    return {
        "codes": [un.code, autre.code],
        "reponse": "texte muet" if cumul.reponse == MUET else cumul.reponse,
        "motif": f"{dit}{precision}",
        "references": cumul.references,
        "confiance": cumul.confiance or None,
    }
