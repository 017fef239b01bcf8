"""The engine on a toy text that has nothing of medicine: the fines of a lending library."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from convmed.moteur import calendrier
from convmed.moteur.colonnes import Calcul
from convmed.moteur.noeuds import (
    ans_revolus,
    arrondi_demi_superieur,
    cas,
    decale,
    derniere,
    entre,
    et,
    existe,
    nombre,
    non,
    ou,
    parmi,
    part,
    premiere,
    present,
    somme,
)
from convmed.moteur.registre import Contexte, Registre, RegleAbsente
from convmed.moteur.valeurs import Instance
from convmed.textes import Texte
from convmed.textes.bareme import lire_figures

BAREME = """
dispositif: bibliotheque
articles: règlement, art. 4
defaut: {statut: signe, confiance: officiel, verifie_le: 2026-01-01}
figures:
  amende:
    libelle: Amende par jour de retard
    unite: EUR/jour
    valeurs:
      - {texte: reglement-1990, du: 1990-01-01, valeur: 0.10, reference: "règlement de 1990"}
      - {texte: reglement-2020, du: 2020-03-01, valeur: 0.15, reference: "règlement de 2020"}
  reduction:
    libelle: Réduction des étudiants
    unite: "%"
    valeurs:
      - {texte: reglement-1990, valeur: 12.5, reference: "règlement de 1990"}
  rayons_rares:
    libelle: Rayons des livres rares
    unite: liste
    valeurs:
      - {texte: reglement-1990, valeur: [manuscrits, cartes], reference: "règlement de 1990"}
  ouverture:
    libelle: Jour des comptes
    unite: date relative
    valeurs:
      - {texte: reglement-1990, valeur: 31/12/n-1, reference: "règlement de 1990"}
  caution:
    libelle: Caution
    unite: EUR
    article: art. 9
    valeurs: []
"""
TEXTES = frozenset({"reglement-1990", "reglement-2020"})
FIGURES = {"bibliotheque": lire_figures(BAREME, "bareme.yaml", TEXTES)}
ANCIEN = Texte("reglement-1990", "le règlement de 1990", "signe", ("reglement-1990",))
NOUVEAU = Texte("reglement-2020", "le règlement de 2020", "signe", ("reglement-2020", "reglement-1990"))


@pytest.fixture
def registre():
    r = Registre()
    r.entite("lecteur")
    r.entite("pret", parent="lecteur")
    r.entree("exercice", "jour", "date", "Jour du compte")
    r.entree("lecteur", "etudiant", "booleen", "Étudiant")
    r.entree("lecteur", "naissance", "date", "Naissance")
    r.entree("lecteur", "radie_le", "date", "Radiation", nul_signifie="jamais radié", exigee=True)
    r.entree("pret", "retard", "entier", "Jours de retard", "jours")
    r.entree("pret", "rendu_le", "date", "Rendu le")
    r.entree("pret", "rayon", "texte", "Rayon")
    regle = r.regle_de("bibliotheque", "reglement-1990", "art. 4")

    @regle(entite="pret", unite="EUR")
    def amende_du_pret(retard, rayon, bareme):
        """Amende d'un prêt."""
        return cas((retard <= 0, 0), (parmi(rayon, bareme.rayons_rares), retard * bareme.amende * 2), sinon=retard * bareme.amende)

    @regle(entite="lecteur", unite="EUR")
    def amende(amende_du_pret, etudiant, bareme):
        """Amende du lecteur."""
        brute = somme("pret", amende_du_pret)
        return cas((etudiant, brute - part(brute, bareme.reduction)), sinon=brute)

    @regle(entite="lecteur", unite="booléen")
    def majeur(naissance, jour):
        """Lecteur majeur."""
        return ans_revolus(naissance, jour) >= 18

    @regle(entite="lecteur", unite="booléen")
    def actif(radie_le, jour):
        """Lecteur actif."""
        return ou(non(present(radie_le)), radie_le > jour)

    @regle(entite="lecteur", unite="EUR")
    def caution(bareme):
        """Caution due."""
        return bareme.caution

    @regle(entite="lecteur", unite="date")
    def dernier_retour(rendu_le, retard):
        """Dernier retour en retard."""
        return derniere("pret", rendu_le, retard > 0)

    @regle(entite="lecteur", unite="nombre")
    def retards(retard):
        """Prêts en retard."""
        return nombre("pret", retard > 0)

    @regle(entite="lecteur", unite="texte", au="2019-12-31")
    def carte():
        """Carte."""
        return "papier"

    @regle(entite="lecteur", unite="texte", du="2020-01-01")
    def carte():  # noqa: F811 - the same rule, from another date
        """Carte."""
        return "plastique"

    return r


def contexte(registre, texte=NOUVEAU, date=dt.date(2026, 1, 1), **parametres):
    return Contexte(registre, FIGURES, texte, date, date.year, {"jour": dt.date(2025, 12, 31), **parametres})


def lecteur(contexte, donnees, *prets):
    return Instance(contexte, "lecteur", donnees, {"pret": [Instance(contexte, "pret", p) for p in prets]})


def pret(retard=0, rayon="romans", rendu_le=None):
    return {"retard": retard, "rayon": rayon, "rendu_le": rendu_le}


def test_la_somme_et_la_branche_prise(registre):
    c = contexte(registre)
    arbre = lecteur(c, {"etudiant": True}, pret(3), pret(1, "cartes"), pret(-2)).expliquer("amende")
    assert arbre.valeur == 75 - 9  # 3 x 15 + 1 x 15 x 2 = 75 cents, less 12.5 % of 75 = 9.375, rounded to 9
    assert arbre.reference == "art. 4"
    assert {f.nom for f in arbre.feuilles()} >= {"retard", "rayon", "bibliotheque.amende", "bibliotheque.reduction", "etudiant"}
    assert {f.reference for f in arbre.feuilles() if f.nom == "bibliotheque.amende"} == {"règlement de 2020"}


def test_une_branche_non_prise_ne_parait_pas_dans_l_explication(registre):
    arbre = lecteur(contexte(registre), {"etudiant": False}, pret(-1, "cartes")).expliquer("amende")
    assert arbre.valeur == 0
    assert "rayon" not in {f.nom for f in arbre.feuilles()}


@pytest.mark.parametrize(
    ("texte", "date", "centimes"),
    [
        (NOUVEAU, dt.date(2020, 2, 29), 10),
        (NOUVEAU, dt.date(2020, 3, 1), 15),
        (ANCIEN, dt.date(2026, 1, 1), 10),
    ],
)
def test_la_figure_du_texte_et_de_la_date(registre, texte, date, centimes):
    assert lecteur(contexte(registre, texte, date), {"etudiant": False}, pret(1)).valeur("amende") == centimes


def test_deux_versions_d_une_regle_par_date(registre):
    for date, attendue in ((dt.date(2019, 12, 31), "papier"), (dt.date(2020, 1, 1), "plastique")):
        assert lecteur(contexte(registre, date=date), {}).valeur("carte") == attendue


def test_une_regle_absente_dit_depuis_quand(registre):
    regle = registre.regle_de("bibliotheque", "reglement-2020", "art. 5")

    @regle(entite="lecteur", unite="booléen", du="2020-03-01", au="2024-12-31")
    def abonnement():
        """Abonnement numérique."""
        return True

    for texte, date, morceau in (
        (NOUVEAU, dt.date(2020, 2, 29), "n'existe pas avant le 01/03/2020"),
        (NOUVEAU, dt.date(2025, 1, 1), "n'existe plus depuis le 31/12/2024"),
        (ANCIEN, dt.date(2021, 1, 1), "n'existe pas dans ce texte"),
    ):
        with pytest.raises(RegleAbsente, match=morceau):
            contexte(registre, texte, date).regle("abonnement")


def test_une_figure_non_publiee_donne_une_valeur_manquante_et_son_article(registre):
    arbre = lecteur(contexte(registre), {}).expliquer("caution")
    assert arbre.valeur is None
    (manque,) = arbre.manquants()
    assert (manque.detail, manque.reference) == ("non publié", "art. 9")


def test_la_date_relative_suit_l_exercice(registre):
    assert contexte(registre).figure("bibliotheque", "ouverture")[1] == dt.date(2025, 12, 31)


def test_une_colonne_absente_n_est_pas_une_cellule_vide(registre):
    c = contexte(registre)
    assert lecteur(c, {"radie_le": None}).valeur("actif") is True
    arbre = lecteur(c, {}).expliquer("actif")
    assert arbre.valeur is None
    assert [m.nom for m in arbre.manquants()] == ["radie_le"]
    for table, attendu in ((pl.DataFrame({"lecteur": ["a"]}), None), (pl.DataFrame({"lecteur": ["a"], "radie_le": [None]}), True)):
        assert Calcul(c, {"lecteur": table}).evaluer("lecteur", ["actif"]).collect()["actif"].item() is attendu


VRAI_FAUX_MANQUANT = [True, False, None]


@pytest.mark.parametrize("a", VRAI_FAUX_MANQUANT)
@pytest.mark.parametrize("b", VRAI_FAUX_MANQUANT)
def test_la_logique_de_kleene_sur_les_deux_lectures(a, b):
    r = Registre()
    r.entite("ligne")
    for nom in "ab":
        r.entree("ligne", nom, "booleen", nom)
    regle = r.regle_de("logique", "reglement-1990", "art. 1")

    @regle(entite="ligne", unite="booléen")
    def conjonction(a, b):
        """Et."""
        return et(a, b)

    @regle(entite="ligne", unite="booléen")
    def disjonction(a, b):
        """Ou."""
        return ou(a, b)

    @regle(entite="ligne", unite="nombre")
    def choix(a, b):
        """Cas."""
        return cas((a, 1), (b, 2), sinon=3)

    @regle(entite="ligne", unite="booléen")
    def negation(a):
        """Non."""
        return non(a)

    attendu = {
        "conjonction": False if False in (a, b) else None if None in (a, b) else True,
        "disjonction": True if True in (a, b) else None if None in (a, b) else False,
        "choix": None if a is None else 1 if a else None if b is None else 2 if b else 3,
        "negation": None if a is None else not a,
    }
    c = Contexte(r, {}, ANCIEN, dt.date(2026, 1, 1), 2026)
    ligne = Instance(c, "ligne", {"a": a, "b": b})
    table = pl.DataFrame({"ligne": [1], "a": [a], "b": [b]}, schema_overrides={"a": pl.Boolean, "b": pl.Boolean})
    colonnes = Calcul(c, {"ligne": table}).evaluer("ligne", list(attendu)).collect().row(0, named=True)
    assert {nom: ligne.valeur(nom) for nom in attendu} == attendu
    assert {nom: colonnes[nom] for nom in attendu} == attendu


def test_les_agregats_sans_enfant_et_avec(registre):
    c = contexte(registre)
    seul = lecteur(c, {"etudiant": False})
    assert [seul.valeur(n) for n in ("amende", "retards", "dernier_retour")] == [0, 0, None]
    mars, mai = dt.date(2025, 3, 1), dt.date(2025, 5, 1)
    deux = lecteur(c, {"etudiant": False}, pret(2, rendu_le=mars), pret(1, rendu_le=mai), pret(0, rendu_le=dt.date(2025, 9, 1)))
    assert [deux.valeur(n) for n in ("amende", "retards", "dernier_retour")] == [45, 2, mai]


def test_un_enfant_manquant_se_voit_dans_l_explication_de_la_somme(registre):
    arbre = lecteur(contexte(registre), {"etudiant": False}, pret(2), {"retard": None, "rayon": "romans"}).expliquer("amende")
    assert arbre.valeur == 30
    (groupe,) = {id(g): g for g in arbre.partiels()}.values()
    assert "1 pret sans valeur connue" in groupe.libelle
    assert {m.nom for m in groupe.manquants()} == {"retard"}


def test_les_colonnes_disent_comme_les_valeurs(registre):
    c = contexte(registre)
    lecteurs = pl.DataFrame({"lecteur": ["a", "b", "c"], "etudiant": [True, False, None]})
    prets = pl.DataFrame({"lecteur": ["a", "a", "c"], "retard": [3, None, 2], "rayon": ["cartes", "cartes", "romans"],
                          "rendu_le": [dt.date(2025, 1, 1), None, dt.date(2025, 2, 2)]})  # fmt: skip
    noms = ["amende", "retards", "dernier_retour"]
    lues = Calcul(c, {"lecteur": lecteurs, "pret": prets}).evaluer("lecteur", noms).collect()
    attendues = {
        rangee["lecteur"]: lecteur(c, rangee, *prets.filter(pl.col("lecteur") == rangee["lecteur"]).to_dicts())
        for rangee in lecteurs.to_dicts()
    }
    for rangee in lues.to_dicts():
        assert {nom: rangee[nom] for nom in noms} == {nom: attendues[rangee["lecteur"]].valeur(nom) for nom in noms}


def test_une_table_vide_declaree_allege_sans_rien_changer(registre):
    c = contexte(registre)
    lecteurs = pl.DataFrame({"lecteur": ["a"], "etudiant": [False]})
    vide = pl.DataFrame(schema={"lecteur": pl.String, "retard": pl.Int64, "rayon": pl.String, "rendu_le": pl.Date})
    noms = ["amende", "retards", "dernier_retour"]
    avec = Calcul(c, {"lecteur": lecteurs, "pret": vide}).evaluer("lecteur", noms).collect()
    sans = Calcul(c, {"lecteur": lecteurs}, vides=["pret"]).evaluer("lecteur", noms).collect()
    assert avec.to_dicts() == sans.to_dicts() == [{"lecteur": "a", "amende": 0, "retards": 0, "dernier_retour": None}]
    with pytest.raises(LookupError, match="n'est pas fournie"):
        Calcul(c, {"lecteur": lecteurs}).evaluer("lecteur", noms)


@pytest.mark.parametrize(
    ("corps", "erreur", "morceau"),
    [
        (lambda retard: retard * 1.5, TypeError, "virgule"),
        (lambda retard: 1 if retard > 0 else 0, TypeError, "if/and/or/not"),
        (lambda retard: [retard], TypeError, "list"),
    ],
)
def test_ce_qu_une_regle_ne_peut_pas_contenir(registre, corps, erreur, morceau):
    corps.__doc__, corps.__name__ = "Faute.", "faute"
    with pytest.raises(erreur, match=morceau):
        registre.regle_de("bibliotheque", "reglement-1990", "art. 1")(entite="pret", unite="EUR")(corps)


def test_ce_que_le_registre_refuse(registre):
    def corps():
        """Une règle."""
        return 1

    corps.__name__ = "carte"
    art = registre.regle_de("bibliotheque", "reglement-1990", "art. 1")
    with pytest.raises(ValueError, match="se recouvrent"):
        art(entite="lecteur", unite="texte", du="2019-06-01", au="2020-06-01")(corps)
    with pytest.raises(ValueError, match="pas de article"):
        registre.regle_de("bibliotheque", "reglement-1990")(entite="lecteur", unite="texte", du="2031-01-01")(corps)
    with pytest.raises(ValueError, match="entité inconnue"):
        art(entite="rayonnage", unite="texte", au="1990-01-01")(corps)
    with pytest.raises(ValueError, match="déjà déclarée"):
        registre.entree("pret", "retard", "entier", "Retard")


def test_verifier_nomme_ce_qui_manque_et_ce_qui_n_est_jamais_lu(registre):
    regle = registre.regle_de("bibliotheque", "reglement-1990", "art. 1")

    @regle(entite="pret", unite="EUR")
    def fantome(colonne_fantome, bareme):
        """Fantôme."""
        return colonne_fantome + bareme.figure_fantome

    registre.entree("pret", "jamais_lue", "entier", "Jamais lue")
    fautes = " ; ".join(registre.verifier(FIGURES))
    for morceau in ("colonne_fantome", "figure_fantome", "jamais_lue"):
        assert morceau in fautes


@given(st.integers(0, 10**12), st.integers(1, 10**6))
def test_arrondi_demi_superieur_contre_decimal(numerateur, denominateur):
    r = Registre()
    r.entite("ligne")
    r.entree("ligne", "n", "entier", "n")
    r.entree("ligne", "d", "entier", "d")
    regle = r.regle_de("arrondi", "reglement-1990", "art. 1")

    @regle(entite="ligne", unite="EUR")
    def quotient(n, d):
        """Quotient arrondi."""
        return arrondi_demi_superieur(n, d)

    c = Contexte(r, {}, ANCIEN, dt.date(2026, 1, 1), 2026)
    attendu = int((Decimal(numerateur) / Decimal(denominateur)).quantize(Decimal(1), ROUND_HALF_UP)) if (
        (2 * numerateur) % denominateur == 0) else (2 * numerateur + denominateur) // (2 * denominateur)  # fmt: skip
    assert Instance(c, "ligne", {"n": numerateur, "d": denominateur}).valeur("quotient") == attendu


JOURS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@given(JOURS, JOURS)
def test_les_ages_contre_dateutil(debut, fin):
    if debut > fin:
        debut, fin = fin, debut
    ecart = relativedelta(fin, debut)
    if debut.day <= 28:
        assert calendrier.mois_revolus(debut, fin) == ecart.years * 12 + ecart.months
        assert calendrier.ans_revolus(debut, fin) == ecart.years
    assert calendrier.ans_revolus(debut, fin) == calendrier.mois_revolus(debut, fin) // 12


@pytest.mark.parametrize(
    ("naissance", "jour", "ans", "mois"),
    [
        (dt.date(2024, 2, 29), dt.date(2025, 2, 28), 0, 11),
        (dt.date(2024, 2, 29), dt.date(2025, 3, 1), 1, 12),
        (dt.date(2024, 2, 29), dt.date(2028, 2, 29), 4, 48),
        (dt.date(2025, 8, 31), dt.date(2025, 9, 30), 0, 0),
        (dt.date(2025, 8, 31), dt.date(2025, 10, 1), 0, 1),
        (dt.date(2025, 12, 31), dt.date(2025, 12, 30), -1, -1),
    ],
)
def test_les_anniversaires_qui_n_existent_pas(naissance, jour, ans, mois):
    assert (calendrier.ans_revolus(naissance, jour), calendrier.mois_revolus(naissance, jour)) == (ans, mois)


@pytest.mark.parametrize(
    ("jour", "mois", "attendu"),
    [
        (dt.date(2024, 2, 29), -24, dt.date(2022, 2, 28)),
        (dt.date(2025, 8, 31), 6, dt.date(2026, 2, 28)),
        (dt.date(2023, 8, 31), 6, dt.date(2024, 2, 29)),
        (dt.date(2025, 12, 31), -24, dt.date(2023, 12, 31)),
    ],
)
def test_une_date_decalee_se_coupe_a_la_fin_du_mois(registre, jour, mois, attendu):
    assert calendrier.decale(jour, mois) == attendu
    regle = registre.regle_de("bibliotheque", "reglement-1990", "art. 2")

    @regle(entite="lecteur", unite="date")
    def borne(naissance):
        """Borne."""
        return decale(naissance, mois)

    c = contexte(registre)
    assert lecteur(c, {"naissance": jour}).valeur("borne") == attendu
    table = pl.DataFrame({"lecteur": ["a"], "naissance": [jour]})
    assert Calcul(c, {"lecteur": table}).evaluer("lecteur", ["borne"]).collect()["borne"].item() == attendu


def test_entre_est_ferme_ouvert_et_existe_premiere_lisent_les_enfants(registre):
    regle = registre.regle_de("bibliotheque", "reglement-1990", "art. 3")

    @regle(entite="pret", unite="booléen")
    def moyen(retard):
        """Retard moyen."""
        return entre(retard, 2, 5)

    @regle(entite="lecteur", unite="booléen")
    def moyens(moyen):
        """A eu un retard moyen."""
        return existe("pret", moyen)

    @regle(entite="lecteur", unite="date")
    def premier(rendu_le):
        """Premier retour."""
        return premiere("pret", rendu_le)

    c = contexte(registre)
    for retard, attendu in ((1, False), (2, True), (4, True), (5, False)):
        assert lecteur(c, {}, pret(retard)).valeur("moyens") is attendu
    assert lecteur(c, {}, pret(rendu_le=dt.date(2025, 5, 2)), pret(rendu_le=dt.date(2025, 5, 1))).valeur("premier") == dt.date(2025, 5, 1)


def test_le_moteur_ne_sait_rien_de_la_medecine():
    import ast
    from pathlib import Path

    import convmed.moteur

    racine = Path(convmed.moteur.__file__).parents[1]
    for paquet in ("moteur", "textes"):
        for fichier in (racine / paquet).glob("*.py"):
            for noeud in ast.walk(ast.parse(fichier.read_text("utf-8"))):
                noms = [a.name for a in noeud.names] if isinstance(noeud, ast.Import) else [getattr(noeud, "module", None) or ""]
                for nom in noms if isinstance(noeud, (ast.Import, ast.ImportFrom)) else ():
                    assert not nom.startswith(("convmed.donnees", "convmed.dispositifs", "convmed.restitution")), (fichier, nom)
            assert paquet == "textes" or "patient" not in fichier.read_text("utf-8").lower(), fichier
