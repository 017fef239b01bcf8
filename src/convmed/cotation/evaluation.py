"""One encounter judged: what may be billed of what was asked, what completes it, and every lawful coding, ranked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from convmed.cotation.dependances import dependances, entrees_de_la_regle
from convmed.cotation.jugement import CONNU, INCONNU, Jugement, Motif, Prix, juger, refus_du_cumul
from convmed.cotation.nomenclature import INTERDIT, MUET, PERMIS, Code, Cumul, Nomenclature, nomenclature
from convmed.cotation.seance import SeanceDeBase, entrees
from convmed.cotation.solveur import (
    Cotation,
    Cumuls,
    a_un_acte,
    acte_ngap,
    chiffrer,
    classement,
    complete,
    ensembles,
    meilleur,
)
from convmed.moteur.registre import Contexte
from convmed.moteur.valeurs import Instance
from convmed.textes import Faute
from convmed.textes.unites import vers_entier

DISPOSITIF = "tarifs"
SNP_OU_MRT = ("SNP", "MRT")
# A visit is at home and a téléconsultation at a distance; the place of a consultation, the codes do not tell.
LIEU_DU_GENRE = {"visite": "domicile", "teleconsultation": "teleconsultation"}
NGAP_PRESENT, SNP_OU_MRT_PRESENTE = "acte_ngap_present", "snp_ou_mrt_presente"
DES_CODES = frozenset({"nombre_actes_ccam", "nombre_modificateurs", NGAP_PRESENT, SNP_OU_MRT_PRESENTE})
ACTE_CCAM = re.compile(r"[A-Z]{4}[0-9]{3}")
TARIF_FOURNI = "tarif fourni par l'utilisateur"


@dataclass(slots=True)
class Reponse:
    """What is billed, what is refused and why, the pairs on which the texts are silent, and what nobody stated."""

    retenus: list[Jugement]
    cotation: Cotation
    refus: list[tuple[str, Motif]] = field(default_factory=list)
    muets: list[tuple[Code, Code, Cumul]] = field(default_factory=list)
    reserves: list[str] = field(default_factory=list)


class Evaluation:
    """An encounter, the nomenclature, and what was judged so far."""

    def __init__(self, seance: SeanceDeBase, contexte: Contexte, table: Nomenclature | None = None) -> None:
        self.seance, self.contexte = seance, contexte
        self.table = table or nomenclature()
        self.tarifs_ccam = {code.upper(): euros for code, euros in seance.tarifs_ccam.items()}
        self.ajoutes = {code: acte_fourni(code) for code in self.tarifs_ccam if self.table.trouver(code) is None}
        self.demandes = [code for mot in seance.codes if (code := self.trouver(mot)) is not None]
        donnees = entrees(seance)
        if "lieu" not in donnees and (lieu := lieu_des_codes(self.demandes)) is not None:
            donnees["lieu"] = lieu
        self._instruire(donnees)

    def _instruire(self, donnees: Mapping[str, Any]) -> None:
        """State the inputs of the rules, those that the codes give among them; nothing is judged yet."""
        self.actes_ccam = [code for code in self.demandes if est_un_acte_ccam(code)]
        self.instance = Instance(self.contexte, "seance", {**donnees, **donnees_des_codes(self.demandes)})
        self.cumuls = Cumuls(self.instance, self.table)
        self._jugements: dict[str, Jugement] = {}

    def avec(self, faits: Mapping[str, Any]) -> Evaluation:
        """Return the same encounter with some inputs of the rules stated otherwise; what they cannot change is kept."""
        autre, lues = copy(self), dependances(self.table)
        connus = self.instance.donnees
        changees = {nom for nom, valeur in faits.items() if nom not in connus or connus[nom] != valeur}
        autre.instance = Instance(self.contexte, "seance", {**connus, **faits})
        autre.instance.memo = {nom: e for nom, e in self.instance.memo.items() if not changees & entrees_de_la_regle(nom)}
        autre.cumuls = Cumuls(autre.instance, self.table) if changees & lues.des_cumuls else self.cumuls.pour(autre.instance)
        autre._jugements = {nom: j for nom, j in self._jugements.items() if not changees & lues.du_code(j.code)}
        return autre

    def sans(self, codes: Collection[Code]) -> Evaluation:
        """Return the same encounter, at the same place, without some of the codes asked."""
        autre = copy(self)
        autre.demandes = [code for code in self.demandes if code not in codes]
        autre._instruire({nom: valeur for nom, valeur in self.instance.donnees.items() if nom not in DES_CODES})
        return autre

    def trouver(self, mot: str) -> Code | None:
        """Return a code of the nomenclature, or an act whose price the user supplied, whatever the case."""
        return self.ajoutes.get(mot.upper()) or self.table.trouver(mot)

    def juger(self, code: Code) -> Jugement:
        """Return what the texts say of one code for this encounter."""
        if code.code not in self._jugements:
            fourni = self.tarifs_ccam.get(code.code)
            jugement = juger(code, self.instance, self.table, None if fourni is None else prix_fourni(fourni))
            if fourni is not None:
                jugement.reserves.append(f"{code.code} : {TARIF_FOURNI}")
            self._jugements[code.code] = jugement
        return self._jugements[code.code]

    def fautes(self) -> list[Faute]:
        """Return what is wrong in the codes asked (unknown, with the nearest ones, or written twice) and in the prices given."""
        fautes = self.fautes_des_codes(self.seance.codes, "entree.codes")
        ecrits = [code.code if (code := self.trouver(mot)) else mot for mot in self.seance.codes]
        fautes += [Faute("code en double", champ=f"entree.codes[{rang}]", valeur=self.seance.codes[rang], attendu="chaque code une fois")
                   for rang, mot in enumerate(ecrits) if mot in ecrits[:rang]]  # fmt: skip
        return fautes + [
            Faute("ce n'est pas un acte CCAM", champ=f"entree.tarifs_ccam.{mot}", attendu="quatre lettres et trois chiffres")
            for mot in self.seance.tarifs_ccam
            if not (code.genre == "acte-ccam" if (code := self.table.trouver(mot)) else ACTE_CCAM.fullmatch(mot.upper()))
        ]

    def fautes_des_codes(self, codes: Sequence[str], champ: str) -> list[Faute]:
        """Return one fault for each unknown code, with the nearest ones."""
        return [
            Faute("code inconnu", champ=f"{champ}[{rang}]", valeur=mot, attendu=f"par exemple {', '.join(self.table.proches(mot))}")
            for rang, mot in enumerate(codes) if self.trouver(mot) is None
        ]  # fmt: skip

    def facturer(self) -> Reponse:
        """Judge the codes asked: the best lawful part of them, and a reason for each one left out.

        A pair on which the texts are silent is not refused: it is named. What nobody stated is not refused either.
        """
        if (moindre := self.acte_en_trop()) is not None:
            reponse = self.sans([moindre]).facturer()
            reponse.refus += [(moindre.code, motif) for motif in self.juger(moindre).motifs]
            return reponse
        jugements = [self.juger(code) for code in self.demandes]
        possibles = [j for j in jugements if j.reponse != INTERDIT]
        retenus = meilleur(possibles, self.cumuls, (PERMIS, MUET))
        reponse = Reponse(retenus, chiffrer(retenus, self.instance))
        for jugement in jugements:
            if jugement in retenus:
                reponse.reserves += jugement.reserves + conditions_inconnues(jugement)
            else:
                reponse.refus += [(jugement.code.code, motif) for motif in self.motifs(jugement, retenus)]
        reponse.muets = self.muets(retenus)
        return reponse

    def acte_en_trop(self) -> Code | None:
        """Return the act paid least if more were done than may be billed together: the others stand."""
        maximum = self.contexte.figure(DISPOSITIF, "actes_ccam_max")[1]
        if maximum is None or len(self.actes_ccam) <= maximum:
            return None
        return min(self.actes_ccam, key=lambda code: (self.juger(code).prix.montant or 0, code.code))

    def completer(self, candidats: Collection[Code]) -> Reponse:
        """Return which codes are to be added to those asked: all their conditions known to be true, every pair permitted.

        A candidate that was asked is judged like the others: what stands is the rest of the codes.
        """
        if any(code in candidats for code in self.demandes):
            return self.sans(candidats).completer(candidats)
        jugements = [self.juger(code) for code in candidats]
        fixes = meilleur([j for code in self.demandes if (j := self.juger(code)).reponse != INTERDIT], self.cumuls, (PERMIS, MUET))
        codes = [j.code for j in fixes]
        admis = [j for j in jugements if j.reponse == PERMIS and all(self.cumuls.entre(j.code, c).reponse == PERMIS for c in codes)]
        retenus = _plus_grand(admis, codes, self.cumuls)
        reponse = Reponse(retenus, chiffrer([*fixes, *retenus], self.instance))
        for jugement in jugements:
            if jugement in retenus:
                reponse.reserves += jugement.reserves
                continue
            muets = [(jugement.code, c, cumul) for c in codes if (cumul := self.cumuls.entre(jugement.code, c)).reponse == MUET]
            if jugement.reponse == PERMIS and muets:
                reponse.muets += muets
            reponse.refus += [(jugement.code.code, motif) for motif in self.motifs(jugement, [*fixes, *retenus])]
        return reponse

    def proposer(self) -> list[Reponse]:
        """Return every largest lawful coding, the best paid first.

        Technical acts enter only if they were done (asked); everything else enters if all its conditions are true. Some
        rules read whether a consultation stands beside the acts: each case is judged by itself.
        """
        if (moindre := self.acte_en_trop()) is not None:
            return self.sans([moindre]).proposer()
        if self.actes_ccam:
            cas = [self.avec({NGAP_PRESENT: present}) for present in (True, False)]
            reponses = [
                reponse for un in cas for reponse in un._proposer()
                if acte_ngap(j.code for j in reponse.retenus) == un.instance.donnees[NGAP_PRESENT]
            ]  # fmt: skip
        else:
            reponses = self._proposer()
        ensembles_ = [{j.code.code for j in reponse.retenus} for reponse in reponses]
        entiers = [r for r, codes in zip(reponses, ensembles_, strict=True) if not any(codes < autres for autres in ensembles_)]
        return sorted(entiers, key=lambda r: (-r.cotation.total, len(r.retenus), [j.code.code for j in r.retenus]))

    def _proposer(self) -> list[Reponse]:
        admis = [j for code in self.candidats() if (j := self.juger(code)).reponse == PERMIS]
        reponses = [
            Reponse(m, chiffrer(m, self.instance), reserves=[r for j in m for r in j.reserves])
            for m in ensembles(admis, self.cumuls) if a_un_acte(m)
        ]  # fmt: skip
        for reponse in reponses:
            codes = [j.code for j in reponse.retenus]
            reponse.muets = [
                (j.code, c, cumul)
                for j in admis if j not in reponse.retenus
                if all(self.cumuls.entre(j.code, c).reponse != INTERDIT for c in codes)
                for c in codes if (cumul := self.cumuls.entre(j.code, c)).reponse == MUET
            ]  # fmt: skip
        return reponses

    def candidats(self) -> list[Code]:
        """Return the codes that may enter a proposal: an act only if it was done, a modifier only beside an act."""
        ecartes = {"acte-ccam"} if self.actes_ccam else {"acte-ccam", "modificateur"}
        codes = [code for code in self.table.codes.values() if code.genre not in ecartes or code in self.demandes]
        return codes + list(self.ajoutes.values())

    def muets(self, retenus: Collection[Jugement]) -> list[tuple[Code, Code, Cumul]]:
        """Return the pairs of a coding on which the texts are silent."""
        paires = combinations([j.code for j in retenus], 2)
        return [(un, autre, cumul) for un, autre in paires if (cumul := self.cumuls.entre(un, autre)).reponse == MUET]

    def motifs(self, jugement: Jugement, retenus: Collection[Jugement]) -> list[Motif]:
        """Say why a code is left out of a coding: a condition, a pair, or what it must be billed with."""
        if jugement.motifs:
            return jugement.motifs
        code, references = jugement.code, jugement.references()
        if jugement.reponse == INCONNU:
            return [Motif("à établir : " + ", ".join(dict.fromkeys(f.libelle.lower() for f in jugement.manquants)), references)]
        codes = [j.code for j in retenus if j is not jugement]
        exclus = [(autre, cumul) for autre in codes if (cumul := self.cumuls.entre(code, autre)).reponse != PERMIS]
        exclus.sort(key=lambda paire: (paire[1].reponse != INTERDIT, paire[0].code))
        if exclus:
            motif = refus_du_cumul(code, *exclus[0])
            return [motif if motif.references else replace(motif, references=references)]
        if not complete(code, codes):
            avec = ", ".join(mot.removeprefix("@") for mot in code.exige)
            return [Motif(f"{code.code} se facture avec : {avec}", references)]
        return [Motif(f"{code.code} laisse place à une cotation plus favorable", references)]


def _plus_grand(admis: list[Jugement], fixes: list[Code], cumuls: Cumuls) -> list[Jugement]:
    """Return the additions worth most beside codes that stand; what is alone of its price is added too."""
    libres = [sans_exigence(j, fixes) for j in admis]
    choisis = {j.code.code for j in min(ensembles(libres, cumuls), key=lambda m: classement(m, sum(j.prix.montant or 0 for j in m)), default=[])}
    return [j for j in admis if j.code.code in choisis]


def sans_exigence(jugement: Jugement, fixes: list[Code]) -> Jugement:
    """Return the judgment of a code whose requirement is already met by codes that stand."""
    if jugement.code.exige and complete(jugement.code, fixes):
        return replace(jugement, code=replace(jugement.code, exige=()))
    return jugement


def est_un_acte_ccam(code: Code) -> bool:
    """Tell whether a code counts as an act of the CCAM: a supplement does not."""
    return code.genre == "acte-ccam" and "supplement-ccam" not in code.groupes


def donnees_des_codes(codes: Collection[Code]) -> dict[str, Any]:
    """Return the inputs of the rules that the codes billed together give."""
    actes = sum(1 for code in codes if est_un_acte_ccam(code))
    donnees: dict[str, Any] = {
        "nombre_actes_ccam": actes,
        "nombre_modificateurs": sum(1 for code in codes if code.genre == "modificateur"),
        # Acts alone are one thing, acts beside a consultation another; without acts there is only the consultation.
        NGAP_PRESENT: acte_ngap(codes) or not actes,
    }
    if any(code.exige == SNP_OU_MRT for code in codes):
        donnees[SNP_OU_MRT_PRESENTE] = any(code.code in SNP_OU_MRT for code in codes)
    return donnees


def lieu_des_codes(codes: Collection[Code]) -> str | None:
    """Return the place that the codes decide by definition: a visit, or a téléconsultation; nothing if both or neither."""
    lieux = {LIEU_DU_GENRE[code.genre] for code in codes if code.genre in LIEU_DU_GENRE}
    return lieux.pop() if len(lieux) == 1 else None


def conditions_inconnues(jugement: Jugement) -> list[str]:
    """Return the conditions that nobody stated, as reserves."""
    libelles = dict.fromkeys(f.libelle.lower() for f in jugement.manquants)
    return [f"{jugement.code.code} : {libelle} à vérifier" for libelle in libelles]


def acte_fourni(code: str) -> Code:
    """Return an act of the CCAM that the nomenclature does not price: its user does."""
    vide: dict[str, str] = {}
    groupes = frozenset({"acte-ccam"})
    return Code(code, DISPOSITIF, "Acte CCAM au tarif fourni", "acte-ccam", groupes, vide, vide, (), (), (), None, (), "")


def prix_fourni(euros: float) -> Prix:
    """Return a price that the user supplied."""
    return Prix(CONNU, vers_entier(f"{euros:.2f}", "EUR"), motif=TARIF_FOURNI, references=(TARIF_FOURNI,))
