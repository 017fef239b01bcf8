"""Properties of what is billed, completed and proposed, over encounters drawn at random and over the real tables."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convmed.cotation.dependances import dependances, entrees_de_la_regle
from convmed.cotation.evaluation import Evaluation, Reponse, lieu_des_codes
from convmed.cotation.jugement import INCONNU
from convmed.cotation.nomenclature import INTERDIT, MUET, PERMIS, nomenclature
from convmed.cotation.seance import date_locale, modele_de_seance
from convmed.cotation.solveur import Cumuls, complete
from convmed.dispositifs.socle import tous
from convmed.donnees.modeles import lire
from convmed.moteur.valeurs import Instance
from convmed.textes import EN_VIGUEUR

from .generation import seances
from .outils import contexte, cumul, evaluer, table

LENTE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXTES = st.sampled_from([EN_VIGUEUR, "convention-2024", "convention-2016"])
tous()
CODES = tuple(nomenclature().codes)


def juger(entree: dict[str, Any], texte: str = EN_VIGUEUR, codes: list[str] | None = None) -> Evaluation:
    tous()
    lue, fautes = lire(modele_de_seance(), entree if codes is None else {**entree, "codes": codes}, "entree")
    assert lue is not None, fautes
    return Evaluation(lue, contexte(date_locale(lue), texte))


def noms(reponse: Reponse) -> list[str]:
    return [j.code.code for j in reponse.retenus]


def contenu(reponse: Reponse) -> Any:
    """Return what an answer says, whatever the order in which it says it."""
    return (
        dict(reponse.cotation.montants), set(noms(reponse)), {(c, m.motif, m.references) for c, m in reponse.refus},
        {frozenset((un.code, autre.code)) for un, autre, _ in reponse.muets}, set(reponse.reserves),
    )  # fmt: skip


@LENTE
@given(entree=seances(), texte=TEXTES)
def test_chaque_proposition_est_licite_entiere_et_a_son_rang(entree: dict[str, Any], texte: str) -> None:
    evaluation = juger(entree, texte)
    reponses = evaluation.proposer()
    ensembles = [set(noms(r)) for r in reponses]
    for reponse in reponses:
        codes = [j.code for j in reponse.retenus]
        assert all(j.reponse == PERMIS for j in reponse.retenus)
        assert all(complete(code, codes) for code in codes)
    assert not any(un < autre for un in ensembles for autre in ensembles)
    assert len({frozenset(e) for e in ensembles}) == len(ensembles)
    totaux = [r.cotation.total for r in reponses]
    assert totaux == sorted(totaux, reverse=True)


@LENTE
@given(entree=seances(), texte=TEXTES)
def test_ce_qui_est_propose_se_facture_sans_refus_et_au_meme_prix(entree: dict[str, Any], texte: str) -> None:
    for reponse in juger(entree, texte).proposer():
        facture = juger(entree, texte, noms(reponse)).facturer()
        assert facture.refus == []
        assert facture.muets == []
        assert facture.cotation.montants == reponse.cotation.montants


@LENTE
@given(entree=seances(), codes=st.lists(st.sampled_from(CODES), max_size=5, unique=True), texte=TEXTES)
def test_rien_ne_depend_de_l_ordre_ni_de_la_casse_des_codes(entree: dict[str, Any], codes: list[str], texte: str) -> None:
    droit, envers = juger(entree, texte, codes), juger(entree, texte, [code.lower() for code in reversed(codes)])
    assert contenu(droit.facturer()) == contenu(envers.facturer())
    assert [noms(r) for r in droit.proposer()] == [noms(r) for r in envers.proposer()]
    candidats = [c for c in droit.table.codes.values() if c.genre == "majoration"]
    assert contenu(droit.completer(candidats)) == contenu(envers.completer(candidats[::-1]))


@LENTE
@given(entree=seances(), codes=st.lists(st.sampled_from(CODES), max_size=5, unique=True), texte=TEXTES)
def test_un_code_est_facture_ou_refuse_avec_un_motif_et_un_texte(entree: dict[str, Any], codes: list[str], texte: str) -> None:
    evaluation = juger(entree, texte, codes)
    reponse = evaluation.facturer()
    refuses = {code for code, _ in reponse.refus}
    assert set(noms(reponse)) | refuses == set(codes)
    assert not set(noms(reponse)) & refuses
    for _, motif in reponse.refus:
        assert motif.motif
        assert motif.references
        assert all(motif.references)
    for un, autre in combinations([j.code for j in reponse.retenus], 2):
        assert evaluation.sans([c for c in evaluation.demandes if c.code in refuses]).cumuls.entre(un, autre).reponse != INTERDIT
    # What stands of a first answer stands whole when it is asked alone.
    assert noms(juger(entree, texte, noms(reponse)).facturer()) == noms(reponse)


@LENTE
@given(entree=seances(), codes=st.lists(st.sampled_from(CODES), max_size=4, unique=True), texte=TEXTES)
def test_ce_qui_complete_n_est_jamais_refuse_ensuite(entree: dict[str, Any], codes: list[str], texte: str) -> None:
    evaluation = juger(entree, texte, codes)
    candidats = [c for c in evaluation.table.codes.values() if c.genre == "majoration"]
    complement = evaluation.completer(candidats)
    base = [code for code in codes if nomenclature().codes[code] not in candidats]
    facture = juger(entree, texte, base + noms(complement)).facturer()
    assert set(noms(complement)) <= set(noms(facture))
    assert all(j.reponse == PERMIS and j.code in candidats for j in complement.retenus)
    assert {c for c, _ in complement.refus} | set(noms(complement)) == {c.code for c in candidats}
    assert all(m.motif and m.references and all(m.references) for _, m in complement.refus)


def test_une_majoration_deja_demandee_se_complete_comme_une_autre() -> None:
    """Hold: SHE asked alone does not shut the door on the SNP that it needs."""
    soiree = {"regulation": "sas", "patientele_mt": False, "date_heure": "2026-03-10T19:30+01:00", "date_heure_appel": "2026-03-10T18:00+01:00"}
    candidats = [c for c in nomenclature().codes.values() if c.code in {"SNP", "SHE"}]
    for codes in (["G"], ["G", "SHE"], ["SHE", "G", "SNP"]):
        assert sorted(noms(evaluer(codes=codes, **soiree).completer(candidats))) == ["SHE", "SNP"], codes


def test_ce_qui_se_paie_zero_ou_n_est_pas_publie_s_ajoute_aussi() -> None:
    """Hold: DA completes a CS out of the pathway; MPF, whose amount nobody published, completes a CNPSY."""
    famille = {"motif": "premiere-consultation-familiale", "pathologie_psychiatrique_grave": True, "famille_presente": True}
    evaluation = evaluer(codes=["CNPSY"], medecin={"specialite": "33"}, patient={"date_naissance": "2014-01-01"}, **famille)
    lu = evaluation.completer([evaluation.table.codes["MPF"]])
    assert noms(lu) == ["MPF"]
    assert lu.cotation.montants["MPF"] is None


def test_ce_qui_n_est_pas_etabli_se_dit_et_n_est_ni_propose_ni_ajoute() -> None:
    evaluation = evaluer(codes=["G"])
    mcg = evaluation.table.codes["MCG"]
    assert evaluation.juger(mcg).reponse == INCONNU
    ((code, motif),) = evaluation.completer([mcg]).refus
    assert code == "MCG"
    assert motif.motif.startswith("à établir : ")
    assert "MCG" not in {c for r in evaluation.proposer() for c in noms(r)}
    # Asked, it is not refused: what is to be checked is said.
    reponse = evaluer(codes=["G", "MCG"]).facturer()
    assert noms(reponse) == ["G", "MCG"]
    assert any(r.startswith("MCG : ") and r.endswith(" à vérifier") for r in reponse.reserves)


def test_une_paire_muette_se_facture_et_se_nomme() -> None:
    reponse = evaluer(codes=["RDV", "G"], motif="rendez-vous-prevention", patient={"date_naissance": "1980-05-05"}).facturer()
    assert noms(reponse) == ["RDV", "G"]
    assert [(un.code, autre.code, c.reponse) for un, autre, c in reponse.muets] == [("RDV", "G", MUET)]
    assert reponse.refus == []


def test_un_refus_pour_un_silence_cite_les_textes_du_code() -> None:
    evaluation = evaluer(codes=["G"], motif="consultation-complexe")
    ((_, motif),) = evaluation.completer([evaluation.table.codes["MCX"]]).refus
    assert motif.motif.startswith("texte muet sur MCX avec G")
    assert motif.references == ("NGAP",)


NUES = "codes:\n" + "".join(
    f"  {nom}: {{libelle: L, genre: {genre}, exige: [{exige}]}}\n"
    for nom, genre, exige in (("G", "consultation", ""), ("VG", "visite", ""), ("C", "consultation", ""), ("MEG", "majoration", "VG"), ("MOP", "majoration", "G"))
)  # fmt: skip


def test_un_ensemble_que_ses_exigences_ont_reduit_ne_se_propose_pas(tmp_path: Path) -> None:
    """Hold: G with MEG falls to G alone, since MEG wants a visit; G with MOP holds it."""
    lue = table(tmp_path, NUES, cumul("c-1", "G", "MEG", "permis"), cumul("c-2", "G", "MOP", "permis"))
    assert [noms(r) for r in evaluer(nomenclature=lue).proposer()] == [["G", "MOP"], ["VG"], ["C"]]


def test_le_motif_d_un_refus_est_d_abord_l_interdiction(tmp_path: Path) -> None:
    lue = table(tmp_path, NUES, cumul("c-1", "G", "VG", "permis"), cumul("c-2", "C", "VG", "interdit", article="NGAP 9"))
    ((code, motif),) = evaluer(nomenclature=lue, codes=["C", "G", "VG"]).facturer().refus
    assert (code, motif.motif, motif.references) == ("C", "C ne se cumule pas avec VG", ("NGAP 9", "source"))


def test_trois_actes_en_laissent_deux() -> None:
    """Hold: the act paid least is left out with the text that says so, whatever the order; the others stand, half and whole."""
    for codes in (["QZJA002", "QZJA016", "QZJA012"], ["QZJA012", "QZJA016", "QZJA002"]):
        reponse = evaluer(codes=codes).facturer()
        prix = {c: evaluer().juger(nomenclature().codes[c]).prix.montant or 0 for c in codes}
        moindre = min(prix, key=lambda c: prix[c])
        ((refuse, motif),) = reponse.refus
        assert refuse == moindre
        assert set(noms(reponse)) == set(codes) - {moindre}
        assert "ne se facture pas dans ce cas" in motif.motif
        assert "CCAM III-3 B" in motif.references
    proposes = {frozenset(noms(r)) for r in evaluer(codes=codes).proposer()}
    assert frozenset(noms(reponse)) in proposes


def test_une_consultation_n_est_proposee_avec_l_acte_que_si_un_texte_le_permet() -> None:
    """Hold: what is read of acts alone, and of acts beside a consultation, is not mixed."""
    lues = {frozenset(noms(r)) for r in evaluer(codes=["DEQP003"], patient={"date_naissance": "2023-05-05"}).proposer()}
    assert frozenset({"G", "DEQP003"}) in lues
    assert frozenset({"G", "MEG"}) in lues
    assert not any({"MEG", "DEQP003"} <= codes and "G" not in codes for codes in lues)
    nuit = {"codes": ["DEQP003"], "regulation": "pdsa", "date_heure": "2026-03-10T02:00+01:00"}
    assert frozenset({"G", "CRM", "DEQP003"}) in {frozenset(noms(r)) for r in evaluer(**nuit).proposer()}
    assert noms(evaluer(**{**nuit, "codes": ["DEQP003", "CRM"]}).facturer()) == ["DEQP003"]


@pytest.mark.parametrize("code", ["NEKA020", "neka020", "JKLD001"])
def test_un_acte_au_prix_donne(code: str) -> None:
    reponse = evaluer(codes=[code], tarifs_ccam={code.swapcase(): 38.4}, medecin={"specialite": "70"}).facturer()
    assert dict(reponse.cotation.montants) == {code.upper(): 3840}
    assert reponse.reserves == [f"{code.upper()} : tarif fourni par l'utilisateur"]
    assert evaluer(codes=[code], tarifs_ccam={code: 38.4}).fautes() == []


def test_un_prix_donne_n_ouvre_aucune_condition() -> None:
    """Hold: CDRP002 stays for a child of less than 3; a NGAP code has no other price than its own."""
    adulte = evaluer(codes=["CDRP002"], tarifs_ccam={"CDRP002": 30}).facturer()
    assert noms(adulte) == []
    assert [c for c, _ in adulte.refus] == ["CDRP002"]
    enfant = evaluer(codes=["CDRP002"], tarifs_ccam={"CDRP002": 30}, patient={"date_naissance": "2024-05-05"}).facturer()
    assert dict(enfant.cotation.montants) == {"CDRP002": 3000}
    for mot in ("G", "g", "XYZ", "ABCD12", "ABCD1234", "SNP"):
        assert [f.champ for f in evaluer(codes=["G"], tarifs_ccam={mot: 50}).fautes()] == [f"entree.tarifs_ccam.{mot}"], mot


def test_les_fautes_des_codes() -> None:
    lues = evaluer(codes=["G", "g", "GLL", "VG", "GLL"]).fautes()
    assert [(f.message, f.champ, f.valeur) for f in lues] == [
        ("code inconnu", "entree.codes[2]", "GLL"), ("code inconnu", "entree.codes[4]", "GLL"),
        ("code en double", "entree.codes[1]", "g"), ("code en double", "entree.codes[4]", "GLL"),
    ]  # fmt: skip
    assert "GL1" in str(lues[0].attendu) or "GL2" in str(lues[0].attendu)
    assert evaluer(codes=["g", "vg"]).fautes() == []


@pytest.mark.parametrize(
    ("codes", "lieu"),
    [(["VG"], "domicile"), (["VL", "MD"], "domicile"), (["TCG"], "teleconsultation"), (["TCS", "MCG"], "teleconsultation"), (["G"], None),
     (["MD"], None), (["VG", "TCG"], None), ([], None), (["DEQP003"], None), (["TE2"], None), (["vnpsy"], "domicile")],
)  # fmt: skip
def test_le_lieu_que_les_codes_decident(codes: list[str], lieu: str | None) -> None:
    evaluation = evaluer(codes=codes, lieu=None)
    assert evaluation.instance.donnees.get("lieu") == lieu
    assert lieu_des_codes([c for code in codes if (c := nomenclature().trouver(code))]) == lieu
    # What is stated is never contradicted.
    assert evaluer(codes=codes, lieu="etablissement").instance.donnees["lieu"] == "etablissement"


def test_une_visite_sans_lieu_se_facture() -> None:
    assert noms(evaluer(codes=["VG", "MD"], lieu=None).facturer()) == ["VG", "MD"]
    assert evaluer(codes=["VG", "MD"], lieu=None).facturer().reserves == []
    assert [c for c, _ in evaluer(codes=["VG", "MD"], lieu="cabinet").facturer().refus] == ["VG", "MD"]


def test_un_fait_de_plus_ne_change_pas_la_seance() -> None:
    evaluation = evaluer(codes=["G"])
    autre = evaluation.avec({"patientele_mt": False, "adressage": "medecin-traitant"})
    mcg = evaluation.table.codes["MCG"]
    assert (evaluation.juger(mcg).reponse, autre.juger(mcg).reponse) == (INCONNU, PERMIS)
    assert "patientele_mt" not in evaluation.instance.donnees
    sans = autre.sans([evaluation.table.codes["G"]])
    assert (sans.demandes, [c.code for c in autre.demandes]) == ([], ["G"])
    assert sans.instance.donnees["patientele_mt"] is False


FAITS: dict[str, st.SearchStrategy[Any]] = {
    "medecin_specialite": st.sampled_from(["01", "12", "33", "42"]), "medecin_secteur": st.sampled_from(["1", "2", "nc"]),
    "lieu": st.sampled_from(["cabinet", "domicile", "teleconsultation"]), "tarif_opposable": st.booleans(), "patientele_mt": st.booleans(),
    "motif": st.sampled_from(["dossier-apa", "avis-ponctuel", "rendez-vous-prevention"]), "zone_montagne": st.booleans(),
    "kilometres_aller_retour": st.integers(0, 40), "regulation": st.sampled_from(["sas", "pdsa", "aucune"]), "heure": st.integers(0, 1439),
    "parcours": st.sampled_from(["coordonne", "hors-parcours"]), "rdv_besoin_identifie": st.booleans(), "urgence_vitale": st.booleans(),
    "adressage": st.sampled_from(["medecin-traitant", "aucun"]), "acte_ngap_present": st.booleans(), "famille_acte_ccam": st.just("chirurgie"),
}  # fmt: skip


@LENTE
@given(entree=seances(), noms_=st.lists(st.sampled_from(sorted(FAITS)), max_size=4, unique=True), tirage=st.data())
def test_ce_qu_un_fait_ne_change_pas_n_est_pas_rejuge_mais_est_juste(entree: dict[str, Any], noms_: list[str], tirage: st.DataObject) -> None:
    """Hold: with some facts stated otherwise, every answer is the one of an encounter judged from nothing."""
    evaluation = juger(entree)
    evaluation.proposer()
    autre = evaluation.avec({nom: tirage.draw(FAITS[nom], nom) for nom in noms_})
    neuve = juger(entree)
    neuve.instance = Instance(neuve.contexte, "seance", autre.instance.donnees)
    neuve.cumuls = Cumuls(neuve.instance, neuve.table)
    for code in neuve.table.codes.values():
        assert autre.juger(code) == neuve.juger(code), code.code
    assert [contenu(r) for r in autre.proposer()] == [contenu(r) for r in neuve.proposer()]


def test_une_regle_dit_les_entrees_qu_elle_lit() -> None:
    assert entrees_de_la_regle("lieu") == {"lieu"}
    assert entrees_de_la_regle("tarifs_tarif_ouvert") == {"medecin_secteur", "medecin_option", "tarif_opposable"}
    # Under every text: the proposal of 2024 reads the motif too.
    assert entrees_de_la_regle("tarifs_cs_mpr") == {"medecin_specialite", "motif"}
    lues = dependances(nomenclature())
    assert {"kilometres_aller_retour", "zone_montagne", "lieu", "territoire"} <= lues.du_code(nomenclature().codes["IK"])
    assert "kilometres_aller_retour" not in lues.du_code(nomenclature().codes["MD"])
    # A situation forbids GL1 with an excess; the act of a cumul opens on what was found.
    assert "tarif_opposable" in lues.du_code(nomenclature().codes["GL1"])
    assert {"rdv_besoin_identifie", "acte_ngap_present"} <= lues.des_cumuls


def test_un_modificateur_ne_se_propose_qu_avec_un_acte() -> None:
    assert "modificateur" not in {c.genre for c in evaluer().candidats()}
    candidats = evaluer(codes=["QZJA002"]).candidats()
    assert "M" in {c.code for c in candidats}
    assert [c.code for c in candidats if c.genre == "acte-ccam"] == ["QZJA002"]
    assert "K" in {c.code for c in evaluer(codes=["K"]).candidats()}
