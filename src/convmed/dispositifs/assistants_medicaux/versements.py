"""When a contract year opens, when it is paid, and the payments that it gives."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from convmed.dispositifs.assistants_medicaux.regles import NOM
from convmed.dispositifs.socle import DU, INCOMPLET, SANS_OBJET, Ligne, ligne
from convmed.moteur import calendrier
from convmed.moteur.registre import Contexte
from convmed.moteur.valeurs import Instance

MOIS_PAR_AN = 12
TIERS = "1/3"
__all__ = ["NOM", "Echeance", "annee_ouverte_le", "echeances", "lignes_de_l_annee"]


@dataclass(frozen=True, slots=True)
class Echeance:
    """The day by which a payment is made, and what the text says of it."""

    date: dt.date | None
    precision: str


def annee_ouverte_le(signature: dt.date, rang: int) -> dt.date:
    """Return the day when the contract year of a rank opens: the signature, then each anniversary."""
    return calendrier.decale(signature, MOIS_PAR_AN * (rang - 1))


def echeances(
    contexte: Contexte, option: str, rang: int, signature: dt.date | None, debut: dt.date | None
) -> tuple[Echeance, Echeance]:
    """Return when the first and the second payments of a contract year are made (circulaire 4.2 and 4.6)."""
    fin = annee_ouverte_le(signature, rang + 1) if signature else annee_ouverte_le(debut, 2) if debut else None

    def valeur(nom: str) -> int | None:
        trouvee: int | None = contexte.figure(NOM, nom)[1]
        return trouvee

    def plus_mois(date: dt.date | None, mois: int | None) -> dt.date | None:
        return None if date is None or mois is None else calendrier.decale(date, mois)

    entieres = valeur("annees_integrales") or 0
    solde = Echeance(plus_mois(fin, valeur("delai_solde")), "dans les deux mois qui suivent l'anniversaire")
    if option != TIERS:
        if rang == 1:
            return Echeance(plus_mois(debut, valeur("delai_signature")), "dans le mois qui suit la signature"), solde
        return Echeance(debut, "à la date anniversaire"), solde
    jours = valeur("delai_tiers_an1")
    quinzaine = None if debut is None or jours is None else debut + dt.timedelta(days=jours)
    acompte = {
        True: Echeance(quinzaine, "dans les quinze jours qui suivent la signature"),
        False: Echeance(debut, "à la date anniversaire"),
    }[rang == 1]
    if rang <= entieres:
        return acompte, Echeance(fin, "à la date anniversaire")
    delai = valeur("delai_tiers")
    precision = "dans les deux mois qui suivent l'anniversaire"
    return Echeance(plus_mois(debut, delai), precision), Echeance(plus_mois(fin, delai), precision)


def lignes_de_l_annee(medecin: Instance, dates: tuple[Echeance, Echeance], annee: int, motif: str = "") -> list[Ligne]:
    """Return the payments of one evaluated contract year; one line of zero with its reason if nothing is due."""
    rang = medecin.donnees["am_annee_contrat"]
    if medecin.valeur("am_situation") != "ouverte":
        return [ligne(medecin, "am_montant", f"Année {rang} du contrat", annee, etat=SANS_OBJET, motif=motif)]
    aide = medecin.valeur("am_aide_maximale")
    entiere = aide is not None and medecin.valeur("am_acompte") == aide
    versements = [(f"Année {rang} du contrat, {'aide entière' if entiere else 'acompte'}", "am_acompte", dates[0])]
    if not entiere:
        versements.append((f"Année {rang} du contrat, solde", "am_solde", dates[1]))
    lignes = []
    for libelle, regle, echeance in versements:
        nulle = regle == "am_solde" and medecin.valeur(regle) == 0
        une = ligne(
            medecin, regle, libelle, echeance.date.year if echeance.date else annee,
            date_versement=echeance.date, precision_date=echeance.precision, base=f"année {rang} du contrat",
        )  # fmt: skip
        if nulle and une.etat in (DU, INCOMPLET):
            une.etat, une.motif = SANS_OBJET, motif or "l'acompte couvre l'aide due (circulaire 4.6)"
        lignes.append(une)
    return lignes
