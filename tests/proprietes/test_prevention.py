"""The prevention part against a second reading of the circulaire, on generated patients and acts.

The second reading is written here from the table of the circulaire (3.1 C), of the proposal and of the lists of ALD of
facts, as plain Python on dates, without the engine, the barème nor the rules.
"""

from __future__ import annotations

import calendar
import datetime as dt
import random
from collections.abc import Iterable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.dispositifs import Demande
from convmed.dispositifs.contrat import repondre
from convmed.dispositifs.prevention import INDICATEURS, contexte_de, instance
from convmed.donnees.modeles import Patient
from convmed.moteur.colonnes import Calcul
from convmed.textes import trouver_texte

NOM, SIGNE, PROPOSE = "prevention", "convention-2024", "proposition-2024-02-08"
NOMS = [indicateur.nom for indicateur in INDICATEURS]
ETATS = {"valide", "non-valide", "non-concerne", "exclu"}
JOUR = dt.timedelta(days=1)
Cas = dict[str, Any]
Actes = list[tuple[dt.date, str]]
Situation = tuple[Cas, Actes, dt.date]
Lecture = tuple[bool | None, bool]

# --- the second reading

GRIPPE = {1, 2, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 24, 25, 27, 28, 30}
COVID = GRIPPE | {3, 23}
PNEUMOCOQUE = {2, 3, 5, 6, 7, 8, 9, 14, 19, 21, 22, 24, 25, 27, 28, 30}
MCVA = {1, 3, 5, 12, 13}


def mois(naissance: dt.date, le: dt.date) -> int:
    """Completed months: reached on its day of the month, or on the 1st that follows."""
    ecart = (le.year * 12 + le.month) - (naissance.year * 12 + naissance.month)
    return ecart if le.day >= naissance.day else ecart - 1


def ans(naissance: dt.date, le: dt.date) -> int:
    return mois(naissance, le) // 12


def moins(jour: dt.date, nombre: int) -> dt.date:
    """A day, so many months before (after, if negative), clipped to the end of the month."""
    annee, rang = divmod(jour.year * 12 + jour.month - 1 - nombre, 12)
    return dt.date(annee, rang + 1, min(jour.day, calendar.monthrange(annee, rang + 1)[1]))


class Relecture:
    """What the texts say of one patient at an observation."""

    def __init__(self, patient: Cas, actes: Actes, le: dt.date) -> None:
        self.patient, self.le = patient, le
        self.naissance = dt.date.fromisoformat(patient["date_naissance"])
        self.actes = [(jour, classe) for jour, classe in actes if jour <= le]
        self.ans, self.mois = ans(self.naissance, le), mois(self.naissance, le)
        self.numeros = set(patient["ald_numeros"])
        self.ald = True if patient["ald"] is None and self.numeros else patient["ald"]
        self.campagne = dt.date(le.year if (le.month, le.day) >= (4, 1) else le.year - 1, 4, 1)
        self.femme = patient["sexe"] == "F"
        self.exclusions = {classe for _, classe in self.actes if classe.startswith("exclusion")}

    def jours(self, classe: str, debut: dt.date = dt.date.min, de: int = 0, a: int = 9999) -> list[dt.date]:
        """The dates of a class of acts, since a day, done at these ages in completed months (both included)."""
        jours = {jour for jour, autre in self.actes if autre == classe and jour >= debut}
        return sorted(jour for jour in jours if de <= mois(self.naissance, jour) <= a)

    def depuis(self, classe: str, nombre: int) -> list[dt.date]:
        return self.jours(classe, moins(self.le, nombre))

    def groupe(self, drapeau: str, liste: set[int], autre: bool | None = False) -> bool | None:
        if self.patient[drapeau] is not None:
            return bool(self.patient[drapeau])
        if self.numeros & liste:
            return True
        if autre is not False:
            return autre
        return None if self.ald is None or (self.ald and not self.numeros) else False

    def deux_cytologies(self) -> bool:
        return len(self.jours("cytologie-col")) > 1 and bool(self.depuis("cytologie-col", 36))

    def bilan_renal(self) -> bool:
        ensemble = self.depuis("albumine-creatinine-urinaire", 12)
        a_part = self.depuis("albumine-urinaire", 12) and self.depuis("creatinine-urinaire", 12)
        return bool(self.depuis("creatinine-sanguine", 12) and (ensemble or a_part))

    def signe(self) -> dict[str, Lecture]:
        """Whom each indicator concerns (`None`: not known), and what validates it: circulaire, 3.1 C."""
        souffle = len(self.depuis("bronchodilatateur", 12)) >= 4
        traite = None if self.depuis("antidiabetique", 12) else False
        mcva, renale = self.groupe("mcva", MCVA), self.groupe("mcva", MCVA | {8})
        systeme = self.groupe("maladie_systeme_auto_immune", {21})
        mrc = True if renale or systeme else None if None in (renale, systeme) else False
        grippe, covid = self.groupe("risque_grippe", GRIPPE, souffle), self.groupe("risque_covid", COVID, souffle)
        pneumocoque = self.groupe("risque_pneumocoque", PNEUMOCOQUE, souffle)
        sein = self.depuis("mammographie-depistage", 24) or self.depuis("mammographie-bilaterale", 12)
        hpv_col = self.ans >= 30 and self.depuis("test-hpv-col", 60)
        col = hpv_col or self.deux_cytologies() or self.depuis("cytologie-col", 12)
        return {
            "grippe": (self.ans >= 65 or (self.mois >= 6 and grippe), bool(self.jours("vaccin-grippe", self.campagne))),
            "covid": (self.ans >= 65 or (self.mois >= 6 and covid), bool(self.jours("vaccin-covid", self.campagne))),
            "pneumocoque": (self.ans >= 18 and pneumocoque, bool(self.jours("vaccin-pneumocoque-20", dt.date(2024, 3, 7)))),
            "ror": (16 <= self.mois < 36, len(self.jours("vaccin-ror", a=24)) >= 2),
            "meningocoque-c": (5 <= self.mois < 24, len(self.jours("vaccin-meningocoque-c", a=12)) >= 1),
            "hpv": (11 <= self.ans < 16, len(self.jours("vaccin-hpv", de=120, a=179)) >= 2),
            "cancer-sein": (50 <= self.ans < 75 and self.femme, bool(sein)),
            "cancer-col": (25 <= self.ans < 66 and self.femme, bool(col)),
            "cancer-colorectal": (50 <= self.ans < 75, bool(self.depuis("test-immunologique-colorectal", 24))),
            "diabete": (self.ans >= 45 and mcva, bool(self.depuis("glycemie-a-jeun", 36))),
            "mrc": (self.ans >= 18 and mrc, self.bilan_renal()),
            "hba1c": (self.groupe("diabete", {8}, traite), bool(self.depuis("hba1c", 6))),
            "examen-m9": (8 <= self.mois < 22, bool(self.jours("consultation-enfant", de=8, a=10))),
            "examen-m24": (22 <= self.mois < 38, bool(self.jours("consultation-enfant", de=22, a=26))),
            "bucco-dentaire": (3 <= self.ans < 25, bool(self.depuis("examen-bucco-dentaire", 12))),
        }

    def propose(self) -> dict[str, Lecture]:
        """The same, as proposed on 8 February 2024: any ALD, other ages, other rhythms."""
        ald, lu = self.ald, self.signe()
        col = self.depuis("cytologie-col", 36) if self.ans < 30 else self.depuis("test-hpv-col", 60)
        j8, m9 = self.jours("consultation-enfant", a=0), self.jours("consultation-enfant", de=8, a=10)
        return lu | {
            "grippe": (self.ans >= 65 or (self.mois >= 6 and ald), lu["grippe"][1]),
            "covid": (self.ans >= 65 or (self.mois >= 6 and ald), lu["covid"][1]),
            "pneumocoque": (self.ans >= 18 and ald, bool(self.jours("vaccin-pneumocoque-23"))),
            "ror": (24 <= self.mois < 36, len(self.jours("vaccin-ror")) >= 2),
            "meningocoque-c": (12 <= self.mois < 24, len(self.jours("vaccin-meningocoque-c")) >= 1),
            "hpv": (self.ans == 15, len(self.jours("vaccin-hpv", de=132)) >= 2),
            "cancer-sein": (lu["cancer-sein"][0], bool(self.depuis("mammographie-depistage", 24))),
            "cancer-col": (lu["cancer-col"][0], bool(col)),
            "diabete": (self.ans >= 45 and ald, lu["diabete"][1]),
            "mrc": (self.ans >= 18 and ald, lu["mrc"][1]),
            "hba1c": (self.groupe("diabete", {8}), len(self.depuis("hba1c", 12)) >= 2),
            "examen-m9": (12 <= self.mois < 24, bool(j8 and m9)),
            "examen-m24": (24 <= self.mois < 36, lu["examen-m24"][1]),
            "bucco-dentaire": (3 <= self.ans < 18, lu["bucco-dentaire"][1]),
        }

    def etats(self, texte: str = SIGNE) -> tuple[dict[str, str], set[str]]:
        """The four states of the dashboard, and the indicators of which nobody knows if they concern the patient."""
        declaration = self.patient["date_declaration_mt"]
        absent = self.patient["opposition"] or (declaration and dt.date.fromisoformat(declaration) > self.le)
        lus = self.signe() if texte == SIGNE else self.propose()
        inconnus = {nom for nom, (concerne, _) in lus.items() if concerne is None and not absent}
        etats = {nom: "non-concerne" if absent else self._etat(nom, *lu) for nom, lu in lus.items()}
        return etats, inconnus - set(self.patient["hors_cible"])

    def _etat(self, nom: str, concerne: bool | None, valide: bool) -> str:
        if not concerne or nom in self.patient["hors_cible"]:
            return "non-concerne"
        if nom in self.patient["exclu"] or nom.replace("cancer", "exclusion") in self.exclusions:
            return "exclu"
        return "valide" if valide else "non-valide"


# --- generated patients and acts

# Of each indicator: the ages in months at which it begins and ends, its acts, the flags that it looks at, its windows.
CIBLES: dict[str, tuple[int, int, list[str], list[str], list[int]]] = {
    "grippe": (780, 1200, ["vaccin-grippe", "vaccin-grippe", "bronchodilatateur"], ["risque_grippe"], [0, 12]),
    "covid": (6, 900, ["vaccin-covid", "bronchodilatateur", "bronchodilatateur"], ["risque_covid"], [0, 12]),
    "pneumocoque": (216, 1200, ["vaccin-pneumocoque-20", "vaccin-pneumocoque-23"], ["risque_pneumocoque"], [0, 12]),
    "ror": (16, 36, ["vaccin-ror"], [], [0, 6]),
    "meningocoque-c": (5, 24, ["vaccin-meningocoque-c"], [], [0, 6]),
    "hpv": (132, 192, ["vaccin-hpv"], [], [0, 6]),
    "cancer-sein": (600, 900, ["mammographie-depistage", "mammographie-bilaterale"], [], [12, 24]),
    "cancer-col": (300, 792, ["cytologie-col", "cytologie-col", "test-hpv-col"], [], [12, 36, 60]),
    "cancer-colorectal": (600, 900, ["test-immunologique-colorectal"], [], [24]),
    "diabete": (540, 1200, ["glycemie-a-jeun"], ["mcva"], [36]),
    "mrc": (216, 1200, ["creatinine-sanguine", "creatinine-sanguine", "albumine-creatinine-urinaire", "albumine-urinaire",
                        "creatinine-urinaire"], ["mcva", "maladie_systeme_auto_immune"], [12]),
    "hba1c": (12, 1200, ["hba1c", "hba1c", "hba1c", "antidiabetique"], ["diabete"], [6, 12]),
    "examen-m9": (8, 22, ["consultation-enfant"], [], [0, 6]),
    "examen-m24": (22, 38, ["consultation-enfant"], [], [0, 6]),
    "bucco-dentaire": (36, 300, ["examen-bucco-dentaire"], [], [12]),
}  # fmt: skip
CLASSES = sorted({classe for _, _, classes, *_ in CIBLES.values() for classe in classes})
EXCLUSIONS = ["exclusion-sein", "exclusion-col", "exclusion-colorectal"]
DRAPEAUX = ["risque_grippe", "risque_covid", "risque_pneumocoque", "mcva", "maladie_systeme_auto_immune", "diabete"]
AGES_A_L_ACTE = [0, 1, 8, 11, 13, 22, 25, 27, 120, 132, 180]
OBSERVATIONS = [
    dt.date(2026, 12, 31), dt.date(2026, 11, 15), dt.date(2026, 2, 28), dt.date(2028, 2, 29), dt.date(2026, 8, 31),
    dt.date(2027, 3, 31), dt.date(2026, 4, 1), dt.date(2026, 9, 30), dt.date(2024, 3, 6),
]  # fmt: skip


def tiree(graine: int, exclusions: bool = True) -> Situation:
    """A patient, acts and a day, at and around the thresholds of one indicator, where mistakes live, or anywhere.

    Drawn by `random` from a seed: hypothesis alone draws plain cases, in which almost nothing is validated.
    """
    de = random.Random(graine)

    def ecart() -> dt.timedelta:
        return de.choice([-1, 0, 0, 1]) * JOUR

    le = de.choice([*OBSERVATIONS, dt.date(2024, 1, 1) + de.randrange(2190) * JOUR])
    nom = de.choice(NOMS)
    debut, fin, classes, drapeaux, fenetres = CIBLES[nom]
    age = de.choice([debut, fin, 360, de.randrange(debut, fin), *(de.randrange(debut, min(fin, debut + 84)) for _ in range(2))])
    naissance = min(le, moins(le, age) + ecart())
    campagne = dt.date(le.year, 4, 1)

    def jour() -> dt.date:
        recent, borne = le - de.randrange(150) * JOUR, moins(le, de.choice(fenetres)) + ecart()
        age_de_l_acte = moins(naissance, -de.choice(AGES_A_L_ACTE)) + ecart()
        ailleurs = de.choice([campagne + ecart(), dt.date(2024, 3, 7) + ecart(), le + JOUR, le - de.randrange(1500) * JOUR])
        return max(naissance, de.choice([recent, borne, borne, age_de_l_acte, ailleurs]))

    def rarement(*possibles: Any) -> Any:
        return de.choice(possibles) if de.random() < 0.1 else None

    patient = {
        "patient": "P1",
        "date_naissance": naissance.isoformat(),
        "sexe": de.choice("FFFM"),
        "ald": de.choice([None, True, False, False]),
        "ald_numeros": sorted({de.choice([1, 2, 3, 4, 5, 8, 8, 13, 17, 21, 23, 30]) for _ in range(de.choice([0, 0, 1, 2]))}),
        **{drapeau: de.choice([None, None, None, True, False]) for drapeau in DRAPEAUX},
        **{drapeau: de.choice([True, True, None, False]) for drapeau in drapeaux},
        "opposition": rarement(True, False),
        "date_declaration_mt": rarement(le.isoformat(), (le + JOUR).isoformat()),
        "exclu": [nom] if rarement(True) else [],
        "hors_cible": [nom] if rarement(True) else [],
    }
    autres = CLASSES + EXCLUSIONS if exclusions else CLASSES
    faits = [(jour(), de.choice(classes)) for _ in range(de.randrange(1, 8))]
    if nom in {"grippe", "covid", "pneumocoque"} and de.random() < 0.5:
        # Deliveries alone make the risk: four of them, or one too few, or one too old.
        patient |= {f"risque_{nom}": None, "ald": False, "ald_numeros": []}
        delivrances = [moins(le, 12) + ecart(), *(le - 60 * rang * JOUR for rang in range(1, de.choice([3, 4, 5])))]
        faits += [(max(naissance, delivrance), "bronchodilatateur") for delivrance in delivrances]
    return patient, faits + [(jour(), de.choice(autres)) for _ in range(de.randrange(4))], le


def situations(exclusions: bool = True) -> st.SearchStrategy[Situation]:
    return st.integers(0, 2**40).map(lambda graine: tiree(graine, exclusions))


def reponse(patient: Cas, faits: Iterable[tuple[dt.date, str]], le: dt.date, texte: str = SIGNE) -> Cas:
    """The answer of the JSON contract for one patient."""
    evenements = [{"patient": "P1", "date": jour.isoformat(), "traceur": classe} for jour, classe in faits]
    entree = {"patients": [patient], "evenements": evenements, "date": le.isoformat()}
    resultats: Cas = repondre(NOM, {"annee": 2026, "texte": texte, "entree": entree})["resultats"]
    assert resultats["montant"] == resultats["patients"][0]["montant"]
    detail: Cas = resultats["patients"][0]
    return detail


# --- the properties


@pytest.mark.normes(
    "C3.1C-12", "C3.1C-13", "C3.1C-14", "C3.1C-15", "C3.1C-16", "C3.1C-17", "C3.1C-18", "C3.1C-19", "C3.1C-20", "C3.1C-21",
    "C3.1C-22", "C3.1C-23", "C3.1C-24", "C3.1C-25", "C3.1C-26", "C3.1C-27", "C3.1C-28", "C3.1C-29", "C3.1C-30", "C3.1C-31",
    "C3.1C-32", "C3.1C-33", "C3.1C-34", "C3.1C-35", "C3.1C-36", "C3.1C-37", "C3.1C-38", "C3.1C-39", "C3.1C-40", "C3.1C-41",
    "C3.1C-42", "C3.1C-43", "C3.1C-44", "C3.1C-45", "C3.1C-46", "T-73",
)  # fmt: skip
@settings(max_examples=300)
@given(situations())
def test_les_etats_sont_ceux_d_une_seconde_lecture(situation: Situation) -> None:
    patient, faits, le = situation
    detail = reponse(patient, faits, le)
    assert (detail["indicateurs"], set(detail["donnees_manquantes"])) == Relecture(patient, faits, le).etats()


@pytest.mark.normes(*(f"P2-{n}" for n in (37, 38, 39, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53)))
@settings(max_examples=200)
@given(situations())
def test_ceux_de_la_proposition_aussi(situation: Situation) -> None:
    patient, faits, le = situation
    detail = reponse(patient, faits, le, PROPOSE)
    assert (detail["indicateurs"], set(detail["donnees_manquantes"])) == Relecture(patient, faits, le).etats(PROPOSE)


@pytest.mark.normes("C3.1C-03", "C3.1C-06", "C3.1C-07", "T-53", "T-73", "P2-17")
@pytest.mark.parametrize("texte", [SIGNE, "en-vigueur", PROPOSE])
@settings(max_examples=50)
@given(situation=situations())
def test_cinq_euros_par_indicateur_valide(texte: str, situation: Situation) -> None:
    detail = reponse(*situation, texte)
    etats = list(detail["indicateurs"].values())
    assert list(detail["indicateurs"]) == NOMS
    assert set(etats) <= ETATS
    assert detail["montant"] == 5 * etats.count("valide")


@settings(max_examples=100)
@given(situations(), st.sampled_from(CLASSES), st.data())
def test_un_acte_de_plus_ne_fait_rien_perdre(situation: Situation, classe: str, donnees: st.DataObject) -> None:
    patient, faits, le = situation
    jour = donnees.draw(st.dates(dt.date.fromisoformat(patient["date_naissance"]), le + 30 * JOUR))
    avant, apres = reponse(patient, faits, le), reponse(patient, [*faits, (jour, classe)], le)
    assert apres["montant"] >= avant["montant"]
    perdus = [nom for nom in NOMS if avant["indicateurs"][nom] == "valide" and apres["indicateurs"][nom] != "valide"]
    assert perdus == []


@settings(max_examples=50)
@given(situations(), st.data())
def test_ni_l_ordre_ni_les_doubles_ne_comptent(situation: Situation, donnees: st.DataObject) -> None:
    patient, faits, le = situation
    doubles = donnees.draw(st.lists(st.sampled_from(faits), max_size=3)) if faits else []
    melanges = donnees.draw(st.permutations([*faits, *doubles]))
    assert reponse(patient, melanges, le) == reponse(patient, faits, le)


@settings(max_examples=100)
@given(situations())
def test_ne_pas_savoir_ne_rapporte_rien(situation: Situation) -> None:
    """Hold: without the ALD, an indicator is unknown and unpaid, or what it would be for a patient without ALD."""
    patient, faits, le = situation
    muet = patient | {"ald_numeros": []} | dict.fromkeys(DRAPEAUX)
    inconnue, aucune = reponse(muet | {"ald": None}, faits, le), reponse(muet | {"ald": False}, faits, le)
    for nom in NOMS:
        etat = inconnue["indicateurs"][nom]
        if nom in inconnue["donnees_manquantes"]:
            assert etat == "non-concerne"
            assert nom not in inconnue["prochaines_dates_utiles"] | inconnue["derniers_actes"]
        else:
            assert etat == aucune["indicateurs"][nom]
    assert inconnue["montant"] <= aucune["montant"]


# The acts that validate an indicator at once, each done on the date given; a dose more on the day after if it takes two.
A_FAIRE = {
    "grippe": ["vaccin-grippe"], "covid": ["vaccin-covid"], "pneumocoque": ["vaccin-pneumocoque-20"], "ror": ["vaccin-ror"],
    "meningocoque-c": ["vaccin-meningocoque-c"], "hpv": ["vaccin-hpv"], "cancer-sein": ["mammographie-depistage"],
    "cancer-col": ["cytologie-col"], "cancer-colorectal": ["test-immunologique-colorectal"], "diabete": ["glycemie-a-jeun"],
    "mrc": ["creatinine-sanguine", "albumine-creatinine-urinaire"], "hba1c": ["hba1c"], "examen-m9": ["consultation-enfant"],
    "examen-m24": ["consultation-enfant"], "bucco-dentaire": ["examen-bucco-dentaire"],
}  # fmt: skip
DEUX_DOSES = {"ror": 24, "hpv": 179}


def fin_de_mois(jour: dt.date) -> dt.date:
    return dt.date(jour.year, jour.month, calendar.monthrange(jour.year, jour.month)[1])


@settings(max_examples=200)
@given(situations(exclusions=False))
def test_un_indicateur_valide_l_est_jusqu_a_sa_date_et_plus_apres(situation: Situation) -> None:
    patient, faits, le = situation
    connus = [(jour, classe) for jour, classe in faits if jour <= le]
    detail = reponse(patient, connus, le)
    for nom, ecrite in detail["prochaines_dates_utiles"].items():
        if detail["indicateurs"][nom] != "valide":
            continue
        date = dt.date.fromisoformat(ecrite)
        assert date >= le
        ce_jour = reponse(patient, connus, date)["indicateurs"][nom]
        if Relecture(patient, connus, date).signe()[nom][0]:
            assert ce_jour == "valide"
        # A woman who reaches 30 gains the HPV way; months counted from the last day of a month may hold to its end.
        if nom == "cancer-col" and ans(dt.date.fromisoformat(patient["date_naissance"]), le) < 30:
            continue
        fins_de_mois = any(jour == fin_de_mois(jour) for jour, _ in connus)
        apres = fin_de_mois(date) + JOUR if fins_de_mois else date + JOUR
        assert reponse(patient, connus, apres)["indicateurs"][nom] != "valide"


@settings(max_examples=80)
@given(situations(exclusions=False))
def test_faire_l_acte_a_la_date_utile_valide_et_sans_date_il_est_trop_tard(situation: Situation) -> None:
    patient, faits, le = situation
    connus = [(jour, classe) for jour, classe in faits if jour <= le]
    naissance = dt.date.fromisoformat(patient["date_naissance"])
    detail = reponse(patient, connus, le)
    for nom, etat in detail["indicateurs"].items():
        if etat != "non-valide":
            continue
        ecrite = detail["prochaines_dates_utiles"].get(nom)
        date = dt.date.fromisoformat(ecrite) if ecrite else le
        assert date >= le
        jours = [date]
        if nom in DEUX_DOSES:
            if mois(naissance, date + JOUR) > DEUX_DOSES[nom] and ecrite:
                continue
            jours.append(date + JOUR)
        faits_en_plus = [(jour, classe) for jour in jours for classe in A_FAIRE[nom]]
        fait = reponse(patient, [*connus, *faits_en_plus], jours[-1])["indicateurs"][nom]
        encore = Relecture(patient, connus, jours[-1]).etats()[0][nom] != "non-concerne"
        assert fait == (("valide" if ecrite else "non-valide") if encore else "non-concerne")


@pytest.mark.normes("T-72")
@settings(max_examples=100)
@given(situations(exclusions=False))
def test_les_actes_montres_sont_des_actes_faits(situation: Situation) -> None:
    patient, faits, le = situation
    detail = reponse(patient, faits, le)
    assert set(detail["derniers_actes"].values()) <= {jour.isoformat() for jour, _ in faits if jour <= le}
    for nom, etat in detail["indicateurs"].items():
        assert (etat != "valide") or nom in detail["derniers_actes"]
        assert etat in {"valide", "non-valide"} or nom not in detail["derniers_actes"] | detail["prochaines_dates_utiles"]


COLONNES = [i.colonne + suffixe for i in INDICATEURS for suffixe in ("", "_acte", "_prochaine")]
VALEURS = [*COLONNES, "prevention_valides", "prevention_montant"]
BOOLEENS = ["ald", *DRAPEAUX, "opposition"]


@pytest.mark.parametrize("texte", [SIGNE, PROPOSE])
@settings(max_examples=15)
@given(lot=st.lists(situations(), min_size=1, max_size=5))
def test_les_colonnes_disent_comme_les_valeurs_expliquees(texte: str, lot: list[Situation]) -> None:
    le = lot[0][2]
    ici = contexte_de(Demande(trouver_texte(texte), 2026), le)
    lignes: dict[str, list[Cas]] = {"patient": [], "evenement": [], "affection": [], "exclusion": [], "hors_cible": []}
    attendues: dict[str, Cas] = {}
    for rang, (patient, faits, _) in enumerate(lot):
        cle = f"P{rang}"
        ald = True if patient["ald"] is None and patient["ald_numeros"] else patient["ald"]
        dates = {champ: patient[champ] and dt.date.fromisoformat(patient[champ]) for champ in ("date_naissance", "date_declaration_mt")}
        lignes["patient"].append({"patient": cle, "sexe": patient["sexe"], **{d: patient[d] for d in BOOLEENS}, "ald": ald, **dates})
        lignes["evenement"] += [{"patient": cle, "date": jour, "traceur": classe} for jour, classe in dict.fromkeys(faits)]
        lignes["affection"] += [{"patient": cle, "numero_ald": numero} for numero in patient["ald_numeros"]]
        lignes["exclusion"] += [{"patient": cle, "indicateur_exclu": nom} for nom in patient["exclu"]]
        lignes["hors_cible"] += [{"patient": cle, "indicateur_hors_cible": nom} for nom in patient["hors_cible"]]
        vu = instance(ici, Patient.model_validate(patient | {"patient": cle}), dict.fromkeys(faits))
        attendues[cle] = {nom: vu.valeur(nom) for nom in VALEURS}
    schemas: dict[str, Any] = {
        "patient": {"patient": pl.String, "sexe": pl.String, **dict.fromkeys(BOOLEENS, pl.Boolean), "date_naissance": pl.Date, "date_declaration_mt": pl.Date},
        "evenement": {"patient": pl.String, "date": pl.Date, "traceur": pl.String},
        "affection": {"patient": pl.String, "numero_ald": pl.Int64},
        "exclusion": {"patient": pl.String, "indicateur_exclu": pl.String},
        "hors_cible": {"patient": pl.String, "indicateur_hors_cible": pl.String},
    }  # fmt: skip
    tables = {entite: pl.DataFrame(liste, schema=schemas[entite], orient="row") for entite, liste in lignes.items()}
    obtenues = Calcul(ici, tables).evaluer("patient", VALEURS).collect().to_dicts()
    assert {ligne.pop("patient"): ligne for ligne in obtenues} == attendues
