"""What the server refuses to do, before it opens its door."""

from __future__ import annotations

import pytest

from convmed.base.cles import Cle
from convmed.interfaces.serveur.reglages import PREFIXE, Reglages, depuis_environnement, verifier
from convmed.textes import Erreurs


def reglages(**autres) -> Reglages:
    return Reglages(base="sqlite:///x.db", cle=Cle.nouvelle().en_texte(), **autres)


@pytest.mark.parametrize("hote", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_un_poste_n_a_besoin_de_rien(hote: str) -> None:
    verifier(reglages(hote=hote), 0)


@pytest.mark.parametrize("hote", ["0.0.0.0", "::", "192.168.1.4", "10.0.0.1", "convmed.exemple.fr", "127.0.0.1.exemple.fr", ""])
def test_ailleurs_il_faut_des_comptes(hote: str) -> None:
    with pytest.raises(Erreurs) as refus:
        verifier(reglages(hote=hote, hotes=("convmed.exemple.fr",)), 3)
    assert "demande des comptes" in str(refus.value)
    verifier(reglages(hote=hote, hotes=("convmed.exemple.fr",), comptes=True), 3)


def test_partout_il_faut_un_nom() -> None:
    with pytest.raises(Erreurs) as refus:
        verifier(reglages(hote="0.0.0.0", comptes=True), 3)
    assert "--nom-public" in str(refus.value)


def test_des_comptes_sans_aucun_compte_ferment_la_porte_a_tous() -> None:
    with pytest.raises(Erreurs) as refus:
        verifier(reglages(comptes=True), 0)
    assert "aucun compte" in str(refus.value)


def test_openid_a_moitie_regle_est_refuse_avec_tout_le_reste() -> None:
    with pytest.raises(Erreurs) as refus:
        verifier(reglages(oidc_emetteur="https://compte.exemple.fr", hote="0.0.0.0"), 0)
    assert len(refus.value.fautes) == 4


def test_l_environnement_d_un_ouvrier_porte_tous_les_reglages() -> None:
    voulus = reglages(hote="0.0.0.0", port=81, comptes=True, hotes=("a.fr", "b.fr"), https=True, proxies="10.0.0.1", oidc_client="c")
    assert depuis_environnement(voulus.en_environnement()) == voulus
    assert all(nom.startswith(PREFIXE) for nom in voulus.en_environnement())


def test_la_cle_ne_se_montre_pas() -> None:
    voulus = reglages(oidc_secret="chut")
    assert voulus.cle not in repr(voulus) and "chut" not in repr(voulus)


def test_les_noms_admis_sont_ceux_du_poste_et_ceux_qu_on_a_dits() -> None:
    assert "0.0.0.0" not in reglages(hote="0.0.0.0", hotes=("a.fr",)).hotes_admis
    assert {"localhost", "127.0.0.1", "a.fr"} <= set(reglages(hote="0.0.0.0", hotes=("a.fr",)).hotes_admis)
