"""The published statistics of the sources: each held as data, with its place, and their arithmetic done again."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from convmed.donnees.population import reperes as r
from convmed.normes import registre
from convmed.restitution.population import reperes_en_rangees

# The figures of each norm, as its source writes them.
ENONCEES = {
    "P3-25": ("5",),
    "P4-16": ("16",),
    "P4-19": ("6.7", "7.7"),
    "P4-33": ("12",),
    "P4-36": ("0.4", "1.2", "1.1", "0.3", "1.3", "1.2", "0.3"),
    "P4-37": ("1.1", "9.3", "4.6", "5"),
    "T-02": ("26.8",),
    "T-03": ("40", "-0.2"),
    "T-04": ("5", "30"),
    "T-05": ("2",),
    "T-09": ("13.3",),
    "T-10": ("6.7",),
    "T-11": ("50", "77"),
    "T-12": ("1.6",),
    "T-13": ("14", "12", "35"),
    "T-39": ("73", "53"),
    "T-40": ("14",),
    "T-41": ("30",),
    "T-42": ("41",),
    "T-43": ("30",),
    "T-80": ("410",),
    "T-81": ("40", "10"),
    "T-85": ("2024",),
    "T-104": ("8.5", "4.7", "1.8"),
    "T-113": ("11",),
    "T-114": ("16", "50"),
    "T-120": ("10",),
    "T-121": ("7.7",),
    "T-122": ("3.5",),
    "L-08": ("6",),
    "L-23": ("15", "40"),
    "S-21": ("19000",),
    "C9.1-32": ("12000000",),
    "C9.5-02": ("8",),
    "C9.5-03": ("50",),
    "C9.5-04": ("29",),
    "C9.5-05": ("21",),
}
AILLEURS = {"T-82", "T-83", "T-84", "P1-11"}


@pytest.mark.parametrize(
    ("norme", "valeurs"), [pytest.param(norme, valeurs, marks=pytest.mark.normes(norme)) for norme, valeurs in ENONCEES.items()]
)
def test_une_statistique_est_celle_de_sa_source(norme: str, valeurs: tuple[str, ...]) -> None:
    trouves = r.chercher(norme=norme)
    assert tuple(repere.valeur for repere in trouves) == valeurs
    assert all(repere.nombre is not None and repere.date is not None for repere in trouves)
    lue = registre()[norme]
    ligne = int(lue.ligne)
    assert all(abs(int(repere.source.rpartition("l. ")[2]) - ligne) <= 16 for repere in trouves), "la ligne du document"


@pytest.mark.normes("T-83")
def test_les_depenses_de_medicaments_sont_brutes() -> None:
    (champ,) = r.chercher(norme="T-83")
    assert champ.valeur == "dépenses brutes, avant remises et clause de sauvegarde, délivrées en officine"
    assert champ.nombre is None


def test_toutes_les_statistiques_du_registre_sont_tenues() -> None:
    du_registre = {id for id, norme in registre().items() if norme.dispositif == "statistiques"}
    assert du_registre == ENONCEES.keys() | AILLEURS
    assert set(r.par_norme()) == du_registre - {"P1-11"}, "P1-11 est une orientation sans chiffre"


@pytest.mark.normes("T-11", "T-13", "T-03", "C9.5-03", "C9.1-32", "T-10", "T-121")
def test_les_comptes_des_sources_sont_refaits() -> None:
    juges = {(c.norme, c.libelle): c for c in r.coherences()}
    faux = [cle for cle, c in juges.items() if not c.tient]
    assert faux == [("T-13", "Part d’hyperpolymédiqués")], "14 % annoncés, 12 % calculés"
    assert round(juges[faux[0]].calcule, 1) == Fraction(12)
    assert juges["T-13", "Part d’hyperpolymédiqués, lecture retenue"].annonce == 12
    assert juges["T-11", "Part de polymédiqués"].calcul == "6,7 ÷ 13,3"
    assert {c.norme for c in juges.values()} == {"T-03", "T-10", "T-11", "T-13", "T-82", "T-84", "T-121", "C9.1-32", "C9.5-03"}


@pytest.mark.normes("T-82")
def test_les_vingt_medicaments_les_plus_prescrits() -> None:
    lignes = r.medicaments("volume")
    assert (len(lignes), len(lignes[0])) == (20, 8)
    assert (lignes[0]["produit"], lignes[0]["boites_m"], lignes[-1]["produit"]) == ("DOLIPRANE", 308.2, "BISOPROLOL REF")
    assert sum(ligne["boites_m"] for ligne in lignes) == pytest.approx(662.0)
    antalgiques = [ligne["boites_m"] for ligne in lignes if ligne["classe"] == "ANTALGIQUES"]
    assert len(antalgiques) == 7
    assert sum(antalgiques) == pytest.approx(453.9)


@pytest.mark.normes("T-84")
def test_les_vingt_medicaments_les_plus_rembourses() -> None:
    lignes = r.medicaments("montant")
    assert (len(lignes), len(lignes[0])) == (20, 8)
    assert (lignes[0]["produit"], lignes[0]["rembourse_m_eur"], lignes[-1]["produit"]) == ("ELIQUIS", 755, "HUMIRA")
    assert sum(ligne["rembourse_m_eur"] for ligne in lignes) == 7250
    assert [ligne["produit"] for ligne in lignes if ligne["asmr"] is None] == ["DOLIPRANE"]
    assert [ligne["rembourse_m_eur"] for ligne in lignes] == sorted((ligne["rembourse_m_eur"] for ligne in lignes), reverse=True)


def test_un_fichier_mal_corrige_est_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    bonnes = r.lire_csv("reperes.csv")
    for faute in ({"source": ""}, {"emploi": "cibles"}, {"confiance": "sûr"}, {"id": bonnes[1]["id"]}):
        monkeypatch.setattr(r, "lire_csv", lambda _, faute=faute: [{**bonnes[0], **faute}, *(dict(b) for b in bonnes[1:3])])
        with pytest.raises(ValueError, match=r"reperes\.csv"):
            r.reperes.__wrapped__()


def test_la_precision_est_celle_de_l_ecriture() -> None:
    reperes = r.reperes()
    assert [reperes[id].precision for id in ("cal-tx-doccr", "cal-mg-2023", "cal-age-mg")] == [Fraction(1, 20), Fraction(1, 2), Fraction(1, 200)]
    with pytest.raises(ValueError, match="n'est pas un nombre"):
        r.valeur("hyp-vu")
    with pytest.raises(ValueError, match="n'est pas un entier"):
        r.entier("cal-age-mg")


def test_ce_qui_s_ecrit_en_csv_se_relit() -> None:
    rangees = reperes_en_rangees(r.reperes().values())
    with (Path(r.__file__).parent / "reperes.csv").open(encoding="utf-8", newline="") as fichier:
        lues = list(csv.DictReader(fichier))
    assert [{cle: rangee[cle] for cle in lue} for rangee, lue in zip(rangees, lues, strict=True)] == lues


def test_chercher() -> None:
    assert {repere.id for repere in r.chercher(mots="QPV")} >= {"hyp-qpv"}
    assert all(repere.emploi == "regle" for repere in r.chercher(emploi="regle"))
    assert r.chercher(mots="introuvable") == []
