"""A certificate is replayed to the cent, and no field of it can change without being seen."""

from __future__ import annotations

import copy
import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

import convmed
from convmed.donnees.dossier import Dossier, lire_dossier
from convmed.donnees.serialisation import canonique, en_octets
from convmed.normes.etat import exemples
from convmed.restitution.documents import certificat as module
from convmed.restitution.documents.certificat import (
    CIRCONSTANCE,
    certifier_calcul,
    certifier_releve,
    cle_publique,
    verifier,
)
from convmed.restitution.documents.certificat_page import certificat_pdf
from convmed.restitution.documents.identite import empreinte_des_regles
from convmed.textes import Erreurs, trouver_texte
from convmed.textes.bareme import dossiers_des_dispositifs

from .conftest import EXEMPLES, HOSTILES, abrege, contient, textes

LE = dt.date(2026, 11, 22)
CLE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TEXTE = trouver_texte("en-vigueur")
CAS = {"annee": 2026, "texte": "convention-2024", "entree": {
    "medecin": {"secteur": "1", "option_tarifaire": "aucune", "zone": "zip", "qpv": False, "date_naissance": "1980-05-01"},
    "patients": [{"patient": "p1", "date_naissance": "1940-01-01", "ald": True, "c2s": True, "date_derniere_consultation": "2025-06-01"}]}}  # fmt: skip
FMT = "forfait-medecin-traitant"
DOSSIERS = dossiers_des_dispositifs()


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return lire_dossier(EXEMPLES / "proposition-2024")


@pytest.fixture(scope="module")
def du_calcul() -> dict[str, Any]:
    return certifier_calcul(FMT, CAS, LE, CLE)


@pytest.fixture(scope="module")
def du_releve(dossier: Dossier) -> dict[str, Any]:
    return certifier_releve(dossier, 2026, TEXTE, LE, CLE)


def relu(certificat: dict[str, Any]) -> Any:
    """Return a certificate as it is read again from its file."""
    return json.loads(canonique(certificat))


def dits(certificat: dict[str, Any], **autres: Any) -> str:
    return "\n".join(f"{c.tient} {c.sujet} : {c.dit}" for c in verifier(certificat, **autres).constats)


def test_un_calcul_se_rejoue(du_calcul: dict[str, Any]) -> None:
    assert du_calcul["resultat"] == json.loads(json.dumps(convmed.calculer(FMT, CAS), default=str))
    assert [un["id"] for un in du_calcul["textes"]] == ["convention-2024", "reglement-arbitral-2023", "convention-2016"]
    verification = verifier(relu(du_calcul), publique=cle_publique(CLE))
    assert verification.conforme
    assert [constat.sujet for constat in verification.constats] == ["Signature", "Auteur", "Données", "Résultat"]
    assert certifier_calcul(FMT, copy.deepcopy(CAS), LE, CLE) == du_calcul


@pytest.mark.parametrize("dispositif", DOSSIERS)
def test_les_exemples_de_chaque_dispositif(dispositif: str) -> None:
    """The first, the middle and the last example: some answers are lists in the order of the fields, which a certificate sorts."""
    uns = [exemple for exemple in exemples(DOSSIERS[dispositif]) if "refus" not in exemple]
    for exemple in {id(un): un for un in (uns[0], uns[len(uns) // 2], uns[-1])}.values():
        cas = json.loads(json.dumps(exemple["cas"], default=lambda d: d.isoformat() if isinstance(d, dt.date) else str(d)))
        certificat = certifier_calcul(dispositif, cas, LE, CLE)
        verification = verifier(relu(certificat))
        assert verification.conforme, (exemple["nom"], verification.constats)
        assert len(textes(certificat_pdf(certificat))) == 1, exemple["nom"]


def test_une_liste_de_cas(du_calcul: dict[str, Any]) -> None:
    plusieurs = certifier_calcul(FMT, [CAS, {**CAS, "texte": "convention-2016", "annee": 2025}], LE, CLE)
    assert len(plusieurs["resultat"]) == 2
    assert verifier(relu(plusieurs)).conforme


@pytest.mark.parametrize("nom", sorted(d.parent.name for d in EXEMPLES.glob("*/patients.csv")))
def test_un_releve_se_rejoue(nom: str) -> None:
    lu = lire_dossier(EXEMPLES / nom)
    certificat = certifier_releve(lu, 2026, TEXTE, LE, CLE)
    assert certificat["resultat"]["total"] == convmed.releve(EXEMPLES / nom, 2026).total / 100
    assert verifier(relu(certificat)).conforme
    assert canonique(certificat["entree"]) == en_octets(lu)


def test_un_tarif_a_une_date() -> None:
    cas = {"date": "2026-01-15", "texte": "en-vigueur", "entree": {
        "codes": ["G"], "date_heure": "2026-01-15T10:00+01:00", "medecin": {"specialite": "01", "secteur": "1"},
        "patient": {"date_naissance": "1980-01-01"}, "lieu": "cabinet"}}  # fmt: skip
    assert verifier(relu(certifier_calcul("tarifs", cas, LE, CLE))).conforme


def test_sans_donnees(dossier: Dossier, du_releve: dict[str, Any]) -> None:
    sans = relu(certifier_releve(dossier, 2026, TEXTE, LE, CLE, sans_donnees=True))
    assert sans["entree"] is None
    assert sans["entree_sha256"] == du_releve["entree_sha256"]
    patients = dossier.patients["patient"].to_list()
    assert not any(f'"{patient}"' in json.dumps(sans) for patient in patients)
    assert "pas rejoué" in dits(sans)
    assert not verifier(sans).conforme
    assert verifier(sans, dossier=dossier).conforme
    autre = lire_dossier(EXEMPLES / "pediatre")
    assert "False Données : ce ne sont pas celles du certificat" in dits(sans, dossier=autre)


def test_une_cle_de_circonstance_le_dit() -> None:
    certificat = relu(certifier_calcul(FMT, CAS, LE))
    assert certificat["cle_de_circonstance"] is True
    assert verifier(certificat).conforme
    assert CIRCONSTANCE in dits(certificat)
    assert "autre clé" in dits(certificat, publique=cle_publique(CLE))


def test_une_autre_cle(du_calcul: dict[str, Any]) -> None:
    autre = Ed25519PrivateKey.generate()
    assert not verifier(du_calcul, publique=cle_publique(autre)).conforme
    # Whoever signs the same content again is not the author.
    signe = certifier_calcul(FMT, CAS, LE, autre)
    assert verifier(signe).conforme
    assert not verifier(signe, publique=cle_publique(CLE)).conforme


def lieux(valeur: Any, chemin: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every value of a certificate."""
    if chemin:
        yield chemin
    suite = valeur.items() if isinstance(valeur, dict) else enumerate(valeur) if isinstance(valeur, list) else ()
    for cle, contenu in suite:
        yield from lieux(contenu, (*chemin, cle))


def altere(certificat: dict[str, Any], chemin: tuple[Any, ...], valeur: Any) -> dict[str, Any]:
    copie = copy.deepcopy(certificat)
    cible: Any = copie
    for pas in chemin[:-1]:
        cible = cible[pas]
    cible[chemin[-1]] = valeur
    return copie


def voisines(valeur: Any) -> list[Any]:
    """Return values near one: another last letter, one cent more, nothing, another type."""
    if isinstance(valeur, bool) or valeur is None:
        return [not valeur, "x"]
    if isinstance(valeur, str):
        return [valeur + " ", valeur[:-1] + chr(ord(valeur[-1]) ^ 1) if valeur else "x", None]
    if isinstance(valeur, (int, float)):
        return [valeur + 0.01, -valeur - 1, str(valeur)]
    return [None, [*valeur, 1] if isinstance(valeur, list) else {**valeur, "de_trop": 1}]


def detectee(certificat: dict[str, Any]) -> bool:
    """Tell whether a certificate is refused before anything is computed again."""
    try:
        module.verifier_la_forme(certificat)
        return not module._signature(certificat).tient
    except Erreurs:
        return True


@settings(max_examples=300)
@given(donnees=st.data())
@pytest.mark.parametrize("genre", ["calcul", "releve"])
def test_chaque_champ_altere_se_voit(genre: str, du_calcul: dict[str, Any], du_releve: dict[str, Any], donnees: st.DataObject) -> None:
    certificat = du_calcul if genre == "calcul" else du_releve
    chemin = donnees.draw(st.sampled_from(list(lieux(certificat))))
    avant: Any = certificat
    for pas in chemin:
        avant = avant[pas]
    assert detectee(altere(certificat, chemin, donnees.draw(st.sampled_from(voisines(avant))))), chemin


def test_un_certificat_altere_n_est_pas_conforme(du_calcul: dict[str, Any]) -> None:
    verification = verifier(altere(du_calcul, ("etabli_le",), "2026-11-23"))
    assert not verification.conforme
    assert verification.constats[0].dit == "le certificat a été altéré depuis qu'il a été signé"
    assert not detectee(du_calcul)


@pytest.mark.parametrize("champ", sorted(module.CHAMPS))
def test_un_champ_de_moins(du_calcul: dict[str, Any], champ: str) -> None:
    with pytest.raises(Erreurs):
        verifier({nom: valeur for nom, valeur in du_calcul.items() if nom != champ})


def test_chaque_lettre_de_la_signature(du_calcul: dict[str, Any]) -> None:
    for nom in ("valeur", "cle_publique"):
        juste = du_calcul["signature"][nom]
        for rang in range(len(juste)):
            for lettre in ("A", juste[rang].swapcase()):
                if lettre != juste[rang]:
                    assert detectee(altere(du_calcul, ("signature", nom), juste[:rang] + lettre + juste[rang + 1 :])), (nom, rang, lettre)
        assert detectee(altere(du_calcul, ("signature", nom), juste + "="))


def signe_a_nouveau(certificat: dict[str, Any]) -> dict[str, Any]:
    """Return a forged certificate, signed by its forger."""
    faux = copy.deepcopy(certificat)
    faux["signature"] = {"algorithme": "Ed25519", "cle_publique": cle_publique(CLE)}
    faux["signature"]["valeur"] = module._en_base64(CLE.sign(module._signe(faux)))
    return faux


@pytest.mark.parametrize("chemin", [
    ("resultat", "total"), ("resultat", "lignes", 0, "montant"), ("resultat", "lignes", 0, "libelle"), ("resultat", "annee"), ("textes", 0, "libelle"),
    ("entree_sha256",), ("entree", "tables", "patients", 0, 1, 0), ("sujet", "texte"), ("sujet", "annee"),
])  # fmt: skip
def test_un_faux_bien_signe_ne_se_rejoue_pas(du_releve: dict[str, Any], chemin: tuple[Any, ...]) -> None:
    avant: Any = du_releve
    for pas in chemin:
        avant = avant[pas]
    for valeur in voisines(avant):
        faux = signe_a_nouveau(altere(du_releve, chemin, valeur))
        verification = verifier(faux)
        assert verification.constats[0].tient
        assert not verification.conforme, valeur


def test_d_autres_regles_sans_effet_ou_avec(du_releve: dict[str, Any]) -> None:
    anciennes = altere(altere(du_releve, ("regles",), "0" * 64), ("convmed",), "0.0.9")
    meme = verifier(signe_a_nouveau(anciennes))
    assert meme.conforme
    assert "les règles ont changé depuis (établi avec convmed 0.0.9, règles 000000000000), sans effet ici" in meme.constats[-1].dit
    autre = verifier(signe_a_nouveau(altere(anciennes, ("resultat", "lignes", 1, "montant"), 45.25)))
    assert not autre.conforme
    dit = "\n".join(f"{c.sujet} : {c.dit}" for c in autre.constats)
    assert "les règles installées ne sont pas celles du certificat" in dit
    libelle = du_releve["resultat"]["lignes"][1]["libelle"]
    assert f"resultat.lignes[1] « {libelle} ».montant : 45.25 au certificat, {du_releve['resultat']['lignes'][1]['montant']} à présent" in dit


def test_l_empreinte_des_regles_voit_un_chiffre_changer(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    racine = Path(convmed.__file__).parent
    avant = empreinte_des_regles()
    shutil.copytree(racine, tmp_path / "convmed", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(convmed, "__file__", str(tmp_path / "convmed" / "__init__.py"))

    def apres() -> str:
        empreinte_des_regles.cache_clear()
        return empreinte_des_regles()

    try:
        assert apres() == avant
        for sans_effet in ("interfaces/cli.py", "dispositifs/vsm/fiche.md", "dispositifs/vsm/exemples.yaml"):
            (tmp_path / "convmed" / sans_effet).write_text("# autre chose")
            assert apres() == avant, sans_effet
        bareme = tmp_path / "convmed" / "dispositifs" / "vsm" / "bareme.yaml"
        bareme.write_bytes(bareme.read_bytes().replace(b"\n", b"\r\n"))
        assert apres() == avant
        for avec_effet in ("dispositifs/vsm/bareme.yaml", "dispositifs/vsm/regles.py", "textes/textes.yaml", "donnees/jours_feries.csv"):
            precedente = apres()
            fichier = tmp_path / "convmed" / avec_effet
            fichier.write_bytes(fichier.read_bytes() + b"\n")
            assert apres() != precedente, avec_effet
    finally:
        empreinte_des_regles.cache_clear()


def test_ce_qui_ne_se_certifie_pas(dossier: Dossier, tmp_path: Any) -> None:
    with pytest.raises(Erreurs, match="dispositif inconnu"):
        certifier_calcul("inconnu", CAS, LE)
    with pytest.raises(Erreurs, match="champ inconnu"):
        certifier_calcul(FMT, {**CAS, "entree": {**CAS["entree"], "zone": 1}}, LE)  # type: ignore[dict-item]
    scenario = EXEMPLES / "scenarios"
    fichier = next(scenario.glob("*.yaml"))
    with pytest.raises(Erreurs, match="un scénario ne se certifie pas"):
        certifier_releve(dossier, 2026, trouver_texte(str(fichier)), LE)


@pytest.mark.parametrize("faux", [{}, {"format": "convmed-certificat"}, {"format": "convmed-certificat", "version": 2}, {"format": 1}])
def test_ce_qui_n_est_pas_un_certificat(faux: dict[str, Any]) -> None:
    with pytest.raises(Erreurs):
        verifier(faux)


def test_la_page(du_calcul: dict[str, Any], du_releve: dict[str, Any], dossier: Dossier) -> None:
    sans = certifier_releve(dossier, 2026, TEXTE, LE, sans_donnees=True)
    for certificat in (du_calcul, du_releve, sans):
        octets = certificat_pdf(certificat)
        assert certificat_pdf(certificat) == octets
        assert len(textes(octets)) == 1
        mots = [certificat["entree_sha256"], certificat["regles"], certificat["signature"]["cle_publique"], certificat["signature"]["valeur"], "convmed verifier"]
        assert contient(octets, mots) == []
        # What is copied from the page is the hash itself, nothing in between.
        assert all(mot in "".join(textes(octets)) for mot in mots[:3])
    assert contient(certificat_pdf(sans), [CIRCONSTANCE, "--dossier DOSSIER"]) == []


def test_la_page_de_nombreuses_lignes_tient_en_une(du_releve: dict[str, Any]) -> None:
    long = altere(du_releve, ("resultat", "lignes"), du_releve["resultat"]["lignes"] * 50)
    pages = textes(certificat_pdf(long))
    assert len(pages) == 1
    assert "autres paiements" in pages[0]


@pytest.mark.parametrize("hostile", HOSTILES, ids=abrege)
def test_la_page_d_un_medecin_hostile(du_releve: dict[str, Any], hostile: str) -> None:
    assert contient(certificat_pdf(altere(du_releve, ("resultat", "medecin"), hostile)), [hostile]) == []
