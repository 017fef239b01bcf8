"""The statement, the prevention dashboard and the simulation as spreadsheets whose totals are formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from convmed.restitution import tableau_de_bord
from convmed.restitution.documents.classeur import Champ, Classeur, Formule, case, cumuls, plage
from convmed.restitution.documents.identite import a_propos
from convmed.restitution.documents.releve import PROFONDEUR, branches, etat, saisie
from convmed.restitution.evaluation import Cabinet
from convmed.restitution.masquage import MASQUE
from convmed.restitution.releve import Releve
from convmed.restitution.simulation import CRITERES, libelle_de_classe, nom_de_dispositif
from convmed.restitution.tableau_de_bord import COURT
from convmed.textes import textes_connus
from convmed.textes.unites import vers_entier

RELEVE = "Relevé"
_DISPOSITIF, _MONTANT = 1, 4
_LIGNES = (
    Champ("N°", "entier", 6), Champ("Dispositif", largeur=26), Champ("Paiement", largeur=44), Champ("Base", largeur=30),
    Champ("Montant", "euros", 15, total=True), Champ("Versement", "date", 13), Champ("Précision", largeur=26), Champ("État", largeur=12),
    Champ("Réserves", largeur=40), Champ("Références", largeur=60),
)  # fmt: skip
_DATES = (Champ("Date", "date", 13), Champ("Paiement", largeur=50), Champ("Montant", "euros", 15, total=True), Champ("Cumul", "euros", 15),
          Champ("Précision", largeur=40), Champ("État", largeur=14))  # fmt: skip
_SOMMES = (Champ("Dispositif", largeur=40), Champ("Montant", "euros", 16, total=True))
_ARBRE = (Champ("Ligne", "entier", 7), Champ("Niveau", "entier", 8), Champ("Ce qui est calculé", largeur=80), Champ("Valeur", largeur=22),
          Champ("D'où cela vient", largeur=70))  # fmt: skip
_SUIVI = (Champ("Patient", largeur=20), Champ("Indicateur", largeur=20), Champ("État", largeur=18), Champ("Dernier acte", "date", 14),
          Champ("Prochaine date utile", "date", 14), Champ("À gagner", "euros", 14, total=True))  # fmt: skip
COTES = ("texte", "contre")


def releve_xlsx(releve: Releve, cabinet: Cabinet | None = None) -> bytes:
    """Return the statement as a workbook; with the evaluated `cabinet` of the dashboard, its patients too."""
    titre = f"Relevé {releve.annee}, médecin {releve.medecin}"
    classeur = Classeur(titre)
    classeur.feuille(RELEVE, titre, _LIGNES, (
        [rang, nom_de_dispositif(une.dispositif), une.libelle, une.base, une.montant, une.date_versement, une.precision_date, une.etat, etat(une),
         " ; ".join(une.references)]
        for rang, une in enumerate(releve.lignes, 1)
    ))  # fmt: skip
    dates = releve.par_date()
    classeur.feuille("Échéancier", f"Échéancier {releve.annee}", _DATES, (
        [une.date_versement, une.libelle, une.montant, cumul, une.precision_date, une.etat]
        for une, cumul in zip(dates, cumuls(2, (une.montant for une in dates)), strict=True)
    ))  # fmt: skip
    combien = len(releve.lignes)
    noms, sommes = plage(_DISPOSITIF, combien, RELEVE), plage(_MONTANT, combien, RELEVE)
    classeur.feuille("Par dispositif", "Somme de chaque dispositif", _SOMMES, (
        [nom_de_dispositif(nom), Formule(f"=SUMIF({noms},{case(rang, 0)},{sommes})", somme)]
        for rang, (nom, somme) in enumerate(releve.par_dispositif().items())
    ))  # fmt: skip
    classeur.feuille("Explications", f"D'où vient chaque montant, jusqu'au niveau {PROFONDEUR}", _ARBRE, _arbres(releve))
    if cabinet is not None:
        longue = tableau_de_bord.table(cabinet)
        classeur.feuille("Prévention", _au(cabinet), *_patients(longue))
    classeur.texte("À propos", titre, [
        *saisie(releve), *((f"Non calculé : {nom_de_dispositif(n.dispositif)}", n.motif) for n in releve.non_calcules),
        *(("Avertissement", un) for un in releve.avertissements), *a_propos(releve.texte),
    ])  # fmt: skip
    return classeur.en_octets()


def patients_xlsx(table_longue: pl.DataFrame, titre: str = "Suivi de prévention") -> bytes:
    """Return the long table of the dashboard as a workbook: patients × indicators, the detail, the counts."""
    classeur = Classeur(titre)
    classeur.feuille("Patients", titre, *_patients(table_longue))
    classeur.feuille("Détail", titre, _SUIVI, (
        [patient, indicateur, COURT[un], *((None, None) if un == "opposition" else (dernier, prochaine)), _centimes(gain)]
        for patient, indicateur, un, dernier, prochaine, gain in table_longue.iter_rows()
    ))  # fmt: skip
    synthese, combien = tableau_de_bord.synthese(table_longue), table_longue.height
    indicateurs, etats = plage(1, combien, "Détail"), plage(2, combien, "Détail")
    champs = (Champ("Indicateur", largeur=22), *(Champ(COURT[un], "entier", 14, total=True) for un in synthese.columns[1:]))
    classeur.feuille("Synthèse", titre, champs, (
        [nom, *(Formule(f'=COUNTIFS({indicateurs},$A{case(rang, 0)[1:]},{etats},"{COURT[un]}")', valeur)
                for un, valeur in zip(synthese.columns[1:], valeurs, strict=True))]
        for rang, (nom, *valeurs) in enumerate(synthese.iter_rows())
    ))  # fmt: skip
    classeur.texte("À propos", titre, [
        ("Opposition", "un patient opposé à l'usage de ses données reste dans la liste, sans acte ni date"),
        *a_propos(textes_connus()["en-vigueur"])[1:],
    ])  # fmt: skip
    return classeur.en_octets()


def simulation_xlsx(resultat: Mapping[str, Any]) -> bytes:
    """Return what `restitution.simulation.en_dict` returns as a workbook."""
    titre = f"« {resultat['texte']} » contre « {resultat['contre']} », exercice {resultat['annee']}"
    classeur = Classeur(titre)
    ecarts = (Champ(resultat["texte"], "euros", 20, total=True), Champ(resultat["contre"], "euros", 20, total=True), Champ("Différence", "euros", 20, total=True))
    classeur.feuille("Par dispositif", titre, (Champ("Dispositif", largeur=34), *ecarts, Champ("Pourquoi un montant manque", largeur=70)), (
        [nom_de_dispositif(d["dispositif"]), *_ecart(d, rang), " ; ".join(filter(None, (d["motif_texte"], d["motif_contre"])))]
        for rang, d in enumerate(resultat["par_dispositif"])
    ))  # fmt: skip
    mesures = ("difference_min", "difference_max", "difference_moyenne", "texte_moyen", "contre_moyen")
    noms = ("Écart de", "à", "Écart moyen", "Texte, moyenne", "Contre, moyenne")
    classeur.feuille("Déciles", titre, (Champ("Décile", "entier"), Champ("Médecins", "entier", total=True), *(Champ(nom, "euros", 18) for nom in noms)), (
        [d["decile"], _effectif(d["medecins"]), *(_montant(d[mesure]) for mesure in mesures)] for d in resultat["deciles"]
    ))  # fmt: skip
    champs = (Champ("Critère", largeur=28), Champ("Classe", largeur=30), Champ("Médecins", "entier"), Champ("Écart moyen", "euros", 16),
              Champ("Gagnants", "entier"), Champ("Perdants", "entier"))  # fmt: skip
    classeur.feuille("Classes", titre, champs, (
        [CRITERES.get(g["critere"], "Ensemble"), libelle_de_classe(g["critere"], g["modalite"]), _effectif(g["medecins"]), _montant(g["difference_moyenne"]),
         _effectif(g["gagnants"]), _effectif(g["perdants"])]
        for g in resultat["groupes"]
    ))  # fmt: skip
    if resultat["annees"]:
        classeur.feuille("Années", titre, (Champ("Année", "texte"), *(Champ(un.titre, "euros", 20) for un in ecarts)), (
            [str(une["annee"]), *(_montant(une[cote]) for cote in (*COTES, "difference"))] for une in resultat["annees"]
        ))  # fmt: skip
    if resultat["indicateurs"]:
        classeur.feuille("Indicateurs", titre, (Champ("Indicateur", largeur=44), Champ("Validés", "entier"), Champ("Non validés", "entier")), (
            [i["libelle"], _effectif(i["valides"]), _effectif(i["non_valides"])] for i in resultat["indicateurs"]
        ))  # fmt: skip
    medecins, population = resultat["medecins"], resultat["population"]
    classeur.texte("À propos", titre, [
        ("Population", f"{population['origine']}, graine {population['graine']}, observée en {population['annee']}"),
        ("Patients, médecins", f"{_effectif(population['patients'])}, {_effectif(population['medecins'])}"),
        ("Gagnants, perdants", f"{_effectif(medecins['gagnants'])}, {_effectif(medecins['perdants'])}"),
        *(("À savoir", reserve) for reserve in resultat["reserves"]), *a_propos(textes_connus()["en-vigueur"])[1:],
    ])  # fmt: skip
    return classeur.en_octets()


def _arbres(releve: Releve) -> Iterator[list[Any]]:
    """Yield the explanation of each line, once for the lines that share it."""
    vues: set[int] = set()
    for rang, ligne in enumerate(releve.lignes, 1):
        if ligne.explication is not None and id(ligne.explication) not in vues:
            vues.add(id(ligne.explication))
            yield from ([rang, niveau, "    " * (niveau - 1) + nom, valeur, note] for niveau, nom, valeur, note in branches(ligne.explication))


def _au(cabinet: Cabinet) -> str:
    return f"Prévention au {cabinet.contexte.parametres['date_observation']:%d/%m/%Y}"


def _patients(longue: pl.DataFrame) -> tuple[Sequence[Champ], Iterator[list[Any]]]:
    """Return the columns and the rows of patients × indicators, with what each patient may bring."""
    noms = longue["indicateur"].unique(maintain_order=True).to_list()
    champs = (Champ("Patient", largeur=20), *(Champ(nom, largeur=15) for nom in noms), Champ("À gagner", "euros", 14, total=True))
    groupes = longue.group_by("patient", maintain_order=True).agg("etat", pl.col("gain").sum())
    return champs, ([patient, *(COURT[un] for un in etats), _centimes(gain)] for patient, etats, gain in groupes.iter_rows())


def _ecart(d: Mapping[str, Any], rang: int) -> list[Any]:
    """Return the two amounts and their difference, a formula if both are known."""
    montants = [_montant(d[cote]) for cote in COTES]
    ecart = d["difference"]
    return [*montants, None if ecart is None else Formule(f"={case(rang, 1)}-{case(rang, 2)}", vers_entier(ecart, "EUR"))]


def _montant(euros: float | None) -> int | None:
    return None if euros is None else vers_entier(euros, "EUR")


def _centimes(euros: Any) -> int:
    return vers_entier(euros, "EUR")


def _effectif(combien: int | None) -> int | str:
    return MASQUE if combien is None else combien
