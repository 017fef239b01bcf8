"""The expression of a rule written in French, as a sentence or as a decision table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from convmed.moteur import noeuds
from convmed.moteur.registre import Contexte, Registre, Regle
from convmed.textes import Figure
from convmed.textes.unites import afficher, base

Figures = Mapping[str, Mapping[str, Figure]]
SIGNES = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥", "+": "+", "-": "−", "*": "×", "//": "÷"}
CONTRAIRES = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
PRIORITES = dict.fromkeys(CONTRAIRES, 0) | {"+": 1, "-": 1, "*": 2, "//": 2}
ZERO = noeuds.forme(noeuds.Litteral(0))
TOUJOURS, SINON = "dans tous les cas", "sinon"


@dataclass(frozen=True, slots=True)
class LigneDeDecision:
    """One row of a decision table: when, and what then."""

    condition: str
    resultat: str


def texte(noeud: noeuds.Noeud, registre: Registre, figures: Figures, contexte: Contexte | None = None) -> str:
    """Write an expression in French, with the labels of its columns and figures (their values, given a context)."""
    return Redacteur(registre, figures, contexte).ecrire(noeud)


def table_de_decision(
    regle: Regle, registre: Registre, figures: Figures, contexte: Contexte | None = None
) -> list[LigneDeDecision]:
    """Return a rule as rows, in the order in which they are tried; a rule without `cas` is one row."""
    redacteur, noeud = Redacteur(registre, figures, contexte), regle.noeud
    if not isinstance(noeud, noeuds.Cas) or redacteur.borne(noeud):
        return [LigneDeDecision(TOUJOURS, redacteur.ecrire(noeud, regle.unite))]
    lignes = [LigneDeDecision(redacteur.ecrire(c), redacteur.ecrire(v, regle.unite)) for c, v in noeud.branches]
    return [*lignes, LigneDeDecision(SINON, redacteur.ecrire(noeud.sinon, regle.unite))]


class Redacteur:
    """Writes expressions in French; `unite` is the unit that a bare number takes from where it stands."""

    def __init__(self, registre: Registre, figures: Figures, contexte: Contexte | None = None) -> None:
        self.registre, self.figures, self.contexte = registre, figures, contexte

    def ecrire(self, noeud: noeuds.Noeud, unite: str = "") -> str:
        """Write an expression; `TypeError` if it is of no known kind."""
        match noeud:
            case noeuds.Litteral(valeur=valeur):
                return f"« {valeur} »" if isinstance(valeur, str) else afficher(valeur, unite or "nombre")
            case noeuds.Colonne(nom=nom):
                return self._libelle(nom)
            case noeuds.Figure():
                return self._figure(noeud)
            case noeuds.Operation():
                return self._operation(noeud, unite)
            case noeuds.Logique(operateur=operateur, termes=termes):
                return f" {operateur} ".join(self._terme(terme, operateur) for terme in termes)
            case noeuds.Non(terme=terme):
                return self._negation(terme)
            case noeuds.Present(terme=terme):
                return f"{self._atome(terme)} est renseigné(e)"
            case noeuds.Parmi(terme=terme, liste=liste):
                return f"{self._atome(terme)} parmi {self._liste(liste)}"
            case noeuds.Cas():
                return self._cas(noeud, unite)
            case noeuds.Duree(unite=pas, debut=debut, fin=fin):
                return f"{pas} révolus entre {self._atome(debut)} et {self._atome(fin)}"
            case noeuds.Decalage():
                return self._decalage(noeud)
            case noeuds.Agregat():
                return self._agregat(noeud)
        raise TypeError(f"expression inconnue : {noeud!r}")

    def unite(self, noeud: noeuds.Noeud) -> str:
        """Return the unit that an expression shows by itself; empty if it shows none."""
        match noeud:
            case noeuds.Colonne(nom=nom):
                entree, versions = self.registre.entrees.get(nom), self.registre.regles.get(nom)
                return entree.unite if entree else versions[0].unite if versions else ""
            case noeuds.Figure(dispositif=dispositif, nom=nom):
                figure = self.figures.get(dispositif, {}).get(nom)
                return figure.unite if figure else ""
            case noeuds.Operation(symbole="+" | "-", gauche=gauche, droite=droite):
                return self.unite(gauche) or self.unite(droite)
            case noeuds.Operation(symbole="*" | "//", gauche=gauche, droite=droite):
                # What is worth money stays so, whatever it is counted by.
                return next((unite for unite in (self.unite(gauche), self.unite(droite)) if base(unite) == "EUR"), "")
            case noeuds.Cas():
                unites = (self.unite(valeur) for valeur in (*(v for _, v in noeud.branches), noeud.sinon))
                return next((unite for unite in unites if unite), "")
            case noeuds.Duree(unite=pas):
                return pas
            case noeuds.Agregat(genre="somme", terme=terme):
                return self.unite(terme)
        return ""

    def borne(self, noeud: noeuds.Cas) -> str:
        """Return the word of a `cas` that bounds a value: `au plus`, `au moins`; empty for any other one."""
        if len(noeud.branches) != 1:
            return ""
        condition, alors = noeud.branches[0]
        if not isinstance(condition, noeuds.Operation) or condition.symbole not in {"<", ">"}:
            return ""
        meme = noeuds.forme(condition.gauche) == noeuds.forme(noeud.sinon)
        borne = noeuds.forme(condition.droite) == noeuds.forme(alors)
        return {"<": "au moins", ">": "au plus"}[condition.symbole] if meme and borne else ""

    def _libelle(self, nom: str) -> str:
        if nom in self.registre.entrees:
            return self.registre.entrees[nom].libelle
        versions = [self.contexte.regle(nom)] if self.contexte else self.registre.regles.get(nom)
        if not versions:
            return nom
        court = versions[0].libelle.split(" : ")[0]
        return court if self._noms_courts[court] == 1 else versions[0].libelle

    @cached_property
    def _noms_courts(self) -> Counter[str]:
        """Count the rules named by what comes before the colon; what follows says how they are computed."""
        return Counter(
            court
            for versions in self.registre.regles.values()
            for court in {regle.libelle.split(" : ")[0] for regle in versions}
        )

    def _figure(self, noeud: noeuds.Figure) -> str:
        figure = self.figures.get(noeud.dispositif, {}).get(noeud.nom)
        if figure is None:
            return noeud.nom
        if self.contexte is None:
            return figure.libelle
        calcul = self.contexte.figure(noeud.dispositif, noeud.nom)[1]
        return f"{figure.libelle} (non publié)" if calcul is None else afficher(calcul, figure.unite)

    def _operation(self, noeud: noeuds.Operation, unite: str) -> str:
        arrondi = noeuds.quotient_arrondi(noeud)
        if arrondi is not None:
            return self._arrondi(*arrondi)
        commune = self.unite(noeud.gauche) or self.unite(noeud.droite)
        if noeud.symbole in {"*", "//"}:
            commune = "nombre"
        elif noeud.symbole in {"+", "-"}:
            commune = commune or unite
            if noeud.symbole == "+" and noeuds.forme(noeud.gauche) == ZERO:
                return self._atome(noeud.droite, commune)
        gauche = self._cote(noeud.gauche, commune, PRIORITES[noeud.symbole])
        droite = self._cote(noeud.droite, commune, PRIORITES[noeud.symbole] + 1)
        return f"{gauche} {SIGNES[noeud.symbole]} {droite}"

    def _cote(self, noeud: noeuds.Noeud, unite: str, priorite: int) -> str:
        """Write an operand, between parentheses if it binds less than what is around it."""
        lie = isinstance(noeud, noeuds.Operation) and noeuds.quotient_arrondi(noeud) is None
        assez = lie and PRIORITES[noeud.symbole] >= priorite  # type: ignore[attr-defined]
        return self.ecrire(noeud, unite) if assez else self._atome(noeud, unite)

    def _arrondi(self, numerateur: noeuds.Noeud, denominateur: noeuds.Noeud) -> str:
        par_dix_mille = isinstance(denominateur, noeuds.Litteral) and denominateur.valeur == noeuds.DIX_MILLE
        if par_dix_mille and isinstance(numerateur, noeuds.Operation) and numerateur.symbole == "*":
            return f"{self._atome(numerateur.droite)} × {self._atome(numerateur.gauche)}, arrondi au centime"
        return f"{self._atome(numerateur)} ÷ {self._atome(denominateur)}, arrondi"

    def _terme(self, terme: noeuds.Noeud, operateur: str) -> str:
        autre = isinstance(terme, noeuds.Logique) and terme.operateur != operateur
        return f"({self.ecrire(terme)})" if autre or isinstance(terme, noeuds.Cas) else self.ecrire(terme)

    def _atome(self, noeud: noeuds.Noeud, unite: str = "") -> str:
        """Write an operand, between parentheses if it is made of several."""
        compose = isinstance(noeud, (noeuds.Operation, noeuds.Logique, noeuds.Cas, noeuds.Parmi, noeuds.Duree))
        return f"({self.ecrire(noeud, unite)})" if compose else self.ecrire(noeud, unite)

    def _negation(self, terme: noeuds.Noeud) -> str:
        match terme:
            case noeuds.Operation(symbole=symbole) if symbole in CONTRAIRES:
                return self.ecrire(noeuds.Operation(CONTRAIRES[symbole], terme.gauche, terme.droite))
            case noeuds.Present():
                return f"{self._atome(terme.terme)} n'est pas renseigné(e)"
            case noeuds.Non():
                return self.ecrire(terme.terme)
        return f"non ({self.ecrire(terme)})"

    def _liste(self, liste: noeuds.Noeud | tuple[noeuds.Scalaire, ...]) -> str:
        return self._atome(liste) if isinstance(liste, noeuds.Noeud) else ", ".join(str(valeur) for valeur in liste)

    def _cas(self, noeud: noeuds.Cas, unite: str) -> str:
        commune = unite or self.unite(noeud)
        if mot := self.borne(noeud):
            return f"{self._atome(noeud.sinon, commune)}, {mot} {self._atome(noeud.branches[0][1], commune)}"
        lignes = [(self.ecrire(condition), valeur) for condition, valeur in noeud.branches] + [(SINON, noeud.sinon)]
        return " ; ".join(f"{quand} : {self._alors(valeur, commune)}" for quand, valeur in lignes)

    def _alors(self, valeur: noeuds.Noeud, unite: str) -> str:
        """Write the value of a branch; a `cas` within a `cas` needs parentheses."""
        return f"({self.ecrire(valeur, unite)})" if isinstance(valeur, noeuds.Cas) else self.ecrire(valeur, unite)

    def _decalage(self, noeud: noeuds.Decalage) -> str:
        date, mois = self._atome(noeud.date), noeud.mois
        if isinstance(mois, noeuds.Litteral) and isinstance(mois.valeur, int):
            sens = "avant" if mois.valeur < 0 else "après"
            return f"{afficher(abs(mois.valeur), 'mois')} {sens} {date}"
        if isinstance(mois, noeuds.Operation) and mois.symbole == "-" and noeuds.forme(mois.gauche) == ZERO:
            return f"{self._atome(mois.droite)} avant {date}"
        return f"{self._atome(mois)} après {date}"

    def _agregat(self, noeud: noeuds.Agregat) -> str:
        condition = "" if noeud.condition is None else f", si {self.ecrire(noeud.condition)}"
        match noeud.genre:
            case "nombre":
                return f"nombre de « {noeud.entite} » où {self.ecrire(noeud.terme)}"
            case "existe":
                return f"il existe « {noeud.entite} » où {self.ecrire(noeud.terme)}"
            case "somme":
                return f"somme de {self._atome(noeud.terme)} (« {noeud.entite} »{condition})"
        mot = "première" if noeud.genre == "premiere" else "dernière"
        return f"{mot} {self._atome(noeud.terme)} (« {noeud.entite} »{condition})"
