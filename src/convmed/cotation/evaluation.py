"""One encounter judged: what may be billed of what was asked, what completes it, and every lawful coding, ranked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from convmed.cotation.jugement import CONNU, INCONNU, Jugement, Motif, Prix, juger, refus_du_cumul
from convmed.cotation.nomenclature import INTERDIT, MUET, PERMIS, Code, Cumul, Nomenclature, nomenclature
from convmed.cotation.seance import SeanceDeBase, entrees
from convmed.cotation.solveur import Cotation, Cumuls, a_un_acte, acte_ngap, chiffrer, complete, ensembles, meilleur
from convmed.moteur.registre import Contexte
from convmed.moteur.valeurs import Instance
from convmed.textes import Faute
from convmed.textes.unites import vers_entier

DISPOSITIF = "tarifs"
SNP_OU_MRT = ("SNP", "MRT")


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
        self.ajoutes = {code: acte_fourni(code) for code in seance.tarifs_ccam if self.table.trouver(code) is None}
        self.demandes = [code for mot in seance.codes if (code := self.trouver(mot)) is not None]
        ccam = sum(1 for code in self.demandes if code.genre == "acte-ccam" and "supplement-ccam" not in code.groupes)
        # Acts alone are one thing, acts beside a consultation another; a proposal starts from a consultation.
        ngap = acte_ngap(self.demandes) or not ccam
        donnees = entrees(seance) | {"nombre_actes_ccam": ccam, "acte_ngap_present": ngap}
        if any(code.exige == SNP_OU_MRT for code in self.demandes):
            donnees["snp_ou_mrt_presente"] = any(code.code in SNP_OU_MRT for code in self.demandes)
        self.instance = Instance(contexte, "seance", donnees)
        self.cumuls = Cumuls(self.instance, self.table)
        self._jugements: dict[str, Jugement] = {}

    def trouver(self, mot: str) -> Code | None:
        """Return a code of the nomenclature, or an act whose price the user supplied."""
        return self.ajoutes[mot] if mot in self.ajoutes else self.table.trouver(mot)

    def juger(self, code: Code) -> Jugement:
        """Return what the texts say of one code for this encounter."""
        if code.code not in self._jugements:
            fourni = self.seance.tarifs_ccam.get(code.code)
            if fourni is None:
                jugement = juger(code, self.instance, self.table)
            else:
                jugement = Jugement(code, PERMIS, prix_fourni(fourni), reserves=[f"{code.code} : tarif fourni par l'utilisateur"])
            self._jugements[code.code] = jugement
        return self._jugements[code.code]

    def fautes(self) -> list[Faute]:
        """Return what is wrong in the codes asked: unknown, with the nearest ones, or written twice."""
        fautes = self.fautes_des_codes(self.seance.codes, "entree.codes")
        return fautes + [Faute("code en double", champ=f"entree.codes[{rang}]", valeur=mot, attendu="chaque code une fois")
                         for rang, mot in enumerate(self.seance.codes) if mot in self.seance.codes[:rang]]  # fmt: skip

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

    def completer(self, candidats: Iterable[Code]) -> Reponse:
        """Return which codes are to be added to those asked: all their conditions known to be true, every pair permitted."""
        jugements = [self.juger(code) for code in candidats]
        fixes = [j for code in self.demandes if (j := self.juger(code)) not in jugements and j.reponse != INTERDIT]
        codes = [j.code for j in fixes]
        admis = [j for j in jugements if j.reponse == PERMIS and all(self.cumuls.entre(j.code, c).reponse == PERMIS for c in codes)]
        # Between the fixed codes themselves the text is asked elsewhere: here they stand.
        retenus = _plus_grand(admis, fixes, self.cumuls)
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

        Technical acts enter only if they were done (asked); everything else enters if all its conditions are true.
        """
        jugements = [self.juger(code) for code in self.candidats()]
        admis = [j for j in jugements if j.reponse == PERMIS]
        cotations = [m for m in ensembles(admis, self.cumuls) if a_un_acte(m)]
        reponses = [Reponse(m, chiffrer(m, self.instance), reserves=[r for j in m for r in j.reserves]) for m in cotations]
        for reponse in reponses:
            codes = [j.code for j in reponse.retenus]
            reponse.muets = [
                (j.code, c, cumul)
                for j in admis if j not in reponse.retenus
                if all(self.cumuls.entre(j.code, c).reponse != INTERDIT for c in codes)
                for c in codes if (cumul := self.cumuls.entre(j.code, c)).reponse == MUET
            ]  # fmt: skip
        return sorted(reponses, key=lambda r: (-r.cotation.total, len(r.retenus), [j.code.code for j in r.retenus]))

    def candidats(self) -> list[Code]:
        """Return the codes that may enter a proposal."""
        codes = [code for code in self.table.codes.values() if code.genre != "acte-ccam" or code in self.demandes]
        return codes + list(self.ajoutes.values())

    def muets(self, retenus: Collection[Jugement]) -> list[tuple[Code, Code, Cumul]]:
        """Return the pairs of a coding on which the texts are silent."""
        paires = combinations([j.code for j in retenus], 2)
        return [(un, autre, cumul) for un, autre in paires if (cumul := self.cumuls.entre(un, autre)).reponse == MUET]

    def motifs(self, jugement: Jugement, retenus: Collection[Jugement]) -> list[Motif]:
        """Say why a code is left out of a coding: a condition, a pair, or what it must be billed with."""
        if jugement.motifs:
            return jugement.motifs
        code = jugement.code
        if jugement.reponse == INCONNU:
            return [Motif("à établir : " + ", ".join(dict.fromkeys(f.libelle.lower() for f in jugement.manquants)),
                          tuple(dict.fromkeys((*code.conditions.values(), *jugement.prix.references))))]  # fmt: skip
        codes = [j.code for j in retenus if j is not jugement]
        exclus = [(autre, cumul) for autre in codes if (cumul := self.cumuls.entre(code, autre)).reponse != PERMIS]
        exclus.sort(key=lambda paire: paire[1].reponse != INTERDIT)
        if exclus:
            return [refus_du_cumul(code, *exclus[0])]
        if not complete(code, codes):
            avec = ", ".join(mot.removeprefix("@") for mot in code.exige)
            return [Motif(f"{code.code} se facture avec : {avec}", tuple(code.conditions.values()) or (code.libelle,))]
        return [Motif(f"{code.code} laisse place à une cotation plus favorable", jugement.prix.references)]


def _plus_grand(admis: list[Jugement], fixes: list[Jugement], cumuls: Cumuls) -> list[Jugement]:
    """Return the additions worth most beside codes that stand."""
    codes = [j.code for j in fixes]
    meilleure: list[Jugement] = []
    for ensemble in ensembles([replace_exige(j, codes) for j in admis], cumuls):
        if sum(j.prix.montant or 0 for j in ensemble) > sum(j.prix.montant or 0 for j in meilleure):
            meilleure = ensemble
    par_code = {j.code.code: j for j in admis}
    return [par_code[j.code.code] for j in meilleure]


def replace_exige(jugement: Jugement, fixes: list[Code]) -> Jugement:
    """Return the judgment of a code whose requirement is already met by codes that stand."""
    if jugement.code.exige and complete(jugement.code, fixes):
        return replace(jugement, code=replace(jugement.code, exige=()))
    return jugement


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
    return Prix(CONNU, vers_entier(f"{euros:.2f}", "EUR"), motif="tarif fourni par l'utilisateur", references=("tarif fourni",))
