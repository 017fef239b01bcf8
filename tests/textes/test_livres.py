"""What is shipped: every barème loads, follows its schema, names known norms, and leaves nothing that no rule finds."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from convmed.dispositifs import tous
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import Figure as SymboleDeFigure
from convmed.moteur.noeuds import parcourir
from convmed.normes import registre
from convmed.textes import EN_VIGUEUR, Erreurs, Figure, baremes, textes_connus, trouver_texte
from convmed.textes.bareme import CONFIANCES, STATUTS, SUPPRIME, dossiers_des_dispositifs, lire_yaml
from convmed.textes.consultation import figures_en_vigueur
from textes.bareme_jouet import JUSTE
from textes.test_bareme import REFUSES, SCHEMAS, en_json

FORMATS = Draft202012Validator.FORMAT_CHECKER
LE = dt.date(2026, 6, 1)
FMT, ALD_80 = "forfait-medecin-traitant", "ald_80_ans_et_plus"


def schema(nom: str) -> dict[str, Any]:
    lu: dict[str, Any] = json.loads((SCHEMAS / f"{nom}.schema.json").read_text("utf-8"))
    return lu


BAREME = Draft202012Validator(schema("bareme"), format_checker=FORMATS)


def tel_qu_ecrit(objet: Any) -> Any:
    """Return what was read as JSON, with its decimals as they were written: a number would not tell 0.1 from 0.10."""
    if isinstance(objet, dict):
        return {cle: tel_qu_ecrit(valeur) for cle, valeur in objet.items()}
    if isinstance(objet, list):
        return [tel_qu_ecrit(element) for element in objet]
    return objet.isoformat() if isinstance(objet, dt.date) else objet


def fautes_du_schema(document: str) -> list[str]:
    lu = tel_qu_ecrit(lire_yaml(document, "bareme.yaml"))
    return [f"{'.'.join(map(str, f.path))} : {f.message}" for f in BAREME.iter_errors(lu)]


def figures() -> Iterator[Figure]:
    for du_dispositif in baremes().values():
        yield from du_dispositif.values()


@pytest.mark.parametrize("nom", ["bareme", "scenario"])
def test_le_schema_est_un_schema_qui_parle_francais(nom: str) -> None:
    lu = schema(nom)
    Draft202012Validator.check_schema(lu)
    assert lu["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    proprietes = {**lu["properties"], **lu["$defs"].get("bloc", lu["$defs"]["figure"])["properties"]}
    for cle, propriete in proprietes.items():
        cible = lu["$defs"][propriete["$ref"].rpartition("/")[2]] if list(propriete) == ["$ref"] else propriete
        assert cible.get("title"), f"{nom}, {cle} : sans titre"
        assert cible.get("description"), f"{nom}, {cle} : sans description"


def test_les_schemas_connaissent_ce_que_connait_le_chargeur() -> None:
    definitions = schema("bareme")["$defs"]
    assert definitions["texte"]["enum"] == list(textes_connus())
    assert tuple(definitions["statut"]["enum"]) == STATUTS
    assert tuple(definitions["confiance"]["enum"]) == CONFIANCES
    assert schema("scenario")["properties"]["base"]["anyOf"][0]["enum"] == list(textes_connus())
    bloc = schema("scenario")["$defs"]["bloc"]["properties"]
    assert (tuple(bloc["statut"]["enum"]), tuple(bloc["confiance"]["enum"])) == (STATUTS, CONFIANCES)


@pytest.mark.parametrize("nom", dossiers_des_dispositifs())
def test_chaque_bareme_livre_se_charge_et_suit_son_schema(nom: str) -> None:
    assert baremes()[nom]
    assert {figure.dispositif for figure in baremes()[nom].values()} == {nom}
    document = (dossiers_des_dispositifs()[nom] / "bareme.yaml").read_text("utf-8")
    assert fautes_du_schema(document) == []
    assert [faute.message for faute in BAREME.iter_errors(en_json(document))] == []


def test_le_schema_accepte_un_bareme_juste() -> None:
    textes = {"reglement-2020": "convention-2016", "reglement-2024": "convention-2024"}
    juste = JUSTE
    for jouet, vrai in textes.items():
        juste = juste.replace(jouet, vrai)
    assert fautes_du_schema(juste) == []
    assert len(fautes_du_schema(JUSTE)) == juste.count("convention-20")


@pytest.mark.parametrize("cas", REFUSES["valeurs"] + REFUSES["documents"], ids=lambda cas: cas["nom"])
def test_le_schema_refuse_ce_que_refuse_le_chargeur(cas: dict[str, Any]) -> None:
    """What it cannot refuse is said, with the reason; that list is held too, so that it does not grow stale."""
    document = cas["document"] if "document" in cas else REFUSES["entete"] + cas["valeurs"]
    try:
        fautes = fautes_du_schema(document)
    except Erreurs:
        fautes = []
    assert bool(fautes) == ("hors_schema" not in cas), cas.get("hors_schema", "le schéma l'accepte")


@pytest.mark.parametrize(("unite", "valeur"), REFUSES["unites"])
def test_le_schema_refuse_une_valeur_qui_n_est_pas_de_son_unite(unite: str, valeur: object) -> None:
    document = REFUSES["entete"].replace("EUR", f'"{unite}"') + f"      - {{valeur: {valeur}}}"
    assert bool(fautes_du_schema(document)) == (str(valeur) not in REFUSES["unites_hors_schema"])


@pytest.mark.parametrize("nom", textes_connus())
def test_chaque_texte_livre_se_resout(nom: str) -> None:
    texte = trouver_texte(nom)
    assert (texte.id, texte.chaine[0]) == (nom, nom)
    assert set(texte.chaine) <= set(textes_connus())
    assert texte.libelle
    assert texte.reference
    assert any(texte.valeur(figure, LE) for figure in figures())


def test_aucune_regle_ne_lit_une_figure_ou_une_colonne_inconnue() -> None:
    tous()
    assert REGISTRE.verifier(baremes()) == []


def test_la_verification_voit_une_figure_retiree() -> None:
    tous()
    (nom, lue), *_ = (
        (symbole.dispositif, symbole.nom)
        for versions in REGISTRE.regles.values()
        for regle in versions
        for symbole in parcourir(regle.noeud)
        if isinstance(symbole, SymboleDeFigure)
    )
    amputes = {**baremes(), nom: {cle: figure for cle, figure in baremes()[nom].items() if cle != lue}}
    assert any(f"lit une figure inconnue : {nom}.{lue}" in faute for faute in REGISTRE.verifier(amputes))


def test_chaque_valeur_dit_d_ou_elle_vient() -> None:
    for figure in figures():
        assert figure.article, figure.nom
        for valeur in figure.valeurs:
            ici = f"{figure.dispositif}.{figure.nom}, {valeur.texte}"
            assert valeur.reference.strip(), ici
            assert valeur.confiance in CONFIANCES, ici
            assert valeur.statut in STATUTS, ici
            assert isinstance(valeur.verifie_le, dt.date), ici
            assert valeur.texte in textes_connus(), ici
            # A stretch of time whose amount nobody published is written « null », so that the value before it does not run on.
            publiee = any(v.calcul is not None for v in figure.valeurs)
            assert valeur.supprimee or publiee, f"{ici} : personne ne l'a publiée, la liste doit être vide"


def test_une_proposition_n_est_que_proposee() -> None:
    for figure in figures():
        for valeur in figure.valeurs:
            propose = textes_connus()[valeur.texte].horloge == "propose"
            assert propose or valeur.statut != "propose", f"{figure.dispositif}.{figure.nom}, {valeur.texte}"


def test_les_normes_nommees_par_les_figures_sont_au_registre() -> None:
    nommees = {norme for figure in figures() for norme in figure.normes}
    assert nommees
    assert sorted(nommees - registre().keys()) == []


# --- reading the figures in force


def en_vigueur(le: dt.date = LE, texte: str = EN_VIGUEUR, dispositif: str | None = None) -> list[dict[str, Any]]:
    return figures_en_vigueur(le, trouver_texte(texte), dispositif)


def test_les_figures_qui_ne_sont_pas_officielles_se_comptent() -> None:
    rangees = en_vigueur()
    autres = [r for r in rangees if r["confiance"] not in ("officiel", None)]
    assert 0 < len(autres) < len(rangees)
    assert {r["confiance"] for r in autres} <= {"presse", "deduit"}


def test_une_rangee_dit_tout_de_sa_figure() -> None:
    (rangee,) = (r for r in en_vigueur(dispositif=FMT) if r["figure"] == ALD_80)
    valeur = trouver_texte(EN_VIGUEUR).valeur(baremes()[FMT][ALD_80], LE)
    assert valeur is not None
    assert rangee == {
        "dispositif": FMT, "figure": ALD_80, "libelle": valeur.figure.libelle, "valeur": str(valeur.brute),
        "unite": "EUR/patient/an", "du": "2026-01-01", "au": None, "texte": "convention-2024", "statut": "signe",
        "confiance": "officiel", "reference": valeur.reference, "article": valeur.figure.article,
        "verifie_le": valeur.verifie_le and valeur.verifie_le.isoformat(),
    }  # fmt: skip


def test_les_figures_en_vigueur_sont_celles_de_la_date_et_du_texte() -> None:
    """The rows are neither more nor fewer than what the text says of each figure that day, or what nobody published."""
    for texte in textes_connus().values():
        attendues = set()
        for figure in figures():
            valeur = texte.valeur(figure, LE)
            if (valeur and not valeur.supprimee) or not figure.valeurs:
                attendues.add((figure.dispositif, figure.nom))
        lues = [(r["dispositif"], r["figure"]) for r in figures_en_vigueur(LE, texte)]
        assert len(lues) == len(set(lues))
        assert set(lues) == attendues


def test_la_veille_d_une_figure_elle_n_est_pas_la() -> None:
    assert ALD_80 in {r["figure"] for r in en_vigueur(dt.date(2026, 1, 1), dispositif=FMT)}
    assert ALD_80 not in {r["figure"] for r in en_vigueur(dt.date(2025, 12, 31), dispositif=FMT)}


def test_une_figure_supprimee_n_est_plus_la() -> None:
    dernier = dt.date(2025, 6, 30)
    (valeur,) = (v for v in baremes()["vsm"]["palier_1_montant"].valeurs if v.brute == SUPPRIME)
    assert valeur.du == dernier + dt.timedelta(days=1)
    assert "palier_1_montant" in {r["figure"] for r in en_vigueur(dernier, dispositif="vsm")}
    assert "palier_1_montant" not in {r["figure"] for r in en_vigueur(valeur.du, dispositif="vsm")}


def test_ce_que_personne_n_a_publie_renvoie_a_son_article() -> None:
    texte = trouver_texte(EN_VIGUEUR)
    # Nobody published it at all, or nobody published what it is worth at that date.
    tues = {f.nom for f in figures() if (v := texte.valeur(f, LE)) is not None and v.calcul is None and not v.supprimee}
    vides = {(f.dispositif, f.nom): f.article for f in figures() if not f.valeurs or f.nom in tues}
    lues = {(r["dispositif"], r["figure"]): r for r in en_vigueur() if r["valeur"] == "non publié"}
    assert vides
    assert {cle: rangee["reference"] for cle, rangee in lues.items()} == vides
    for rangee in lues.values():
        assert [rangee[c] for c in ("du", "au", "texte", "statut", "confiance", "verifie_le")] == [None] * 6


def test_les_valeurs_s_ecrivent_en_clair() -> None:
    # A yes or no that nobody published is neither.
    assert {r["valeur"] for r in en_vigueur(dt.date(2025, 1, 1)) if r["unite"] == "booléen"} == {"oui", "non", "non publié"}
    (mois,) = (r["valeur"] for r in en_vigueur(dispositif=FMT) if r["figure"] == "mois_des_versements")
    assert mois == "4, 6, 9, 11"
    (dates,) = (r for r in en_vigueur(dispositif="vsm") if r["figure"] == "dates_des_resultats")
    assert dates["valeur"] == "2024-06-30, 2025-06-30"
    assert (dates["du"], dates["au"]) == (None, None)


def test_un_dispositif_inconnu_nomme_les_plus_proches() -> None:
    with pytest.raises(Erreurs) as refus:
        en_vigueur(dispositif="forfait-medecin")
    (faute,) = refus.value.fautes
    assert faute.message == "dispositif inconnu « forfait-medecin »"
    assert FMT in str(faute.attendu)
