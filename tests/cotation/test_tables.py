"""Reading the tables: every fault at once, in French, with its file and its line; the tables of the package have none."""

from __future__ import annotations

from pathlib import Path

import pytest

from convmed.cotation.nomenclature import PERMIS, charger, nomenclature
from convmed.cotation.tables import COLONNES
from convmed.dispositifs.socle import tous
from convmed.textes import Erreurs

from .outils import cumul, ecrire, fautes, table

G = "codes:\n  G: {libelle: Consultation, genre: consultation}\n"
DEUX = G + "  VG: {libelle: Visite, genre: visite}\n"
TROIS = DEUX + "  MD: {libelle: Déplacement, genre: deplacement, exige: ['@visite']}\n"


def test_les_tables_du_projet_se_lisent() -> None:
    tous()
    lue = nomenclature()
    assert len(lue.codes) > 130
    assert len(lue.cumuls) > 380
    assert lue is nomenclature()
    for code in lue.codes.values():
        assert code.fichier.startswith("codes"), code.code
        assert code.ligne, code.code


def test_une_petite_table_sans_faute(tmp_path: Path) -> None:
    lue = table(tmp_path, TROIS, cumul("c-1", "VG", "MD", "permis"))
    md = lue.codes["MD"]
    assert (md.libelle, md.genre, md.groupes, md.exige) == ("Déplacement", "deplacement", {"deplacement"}, ("@visite",))
    assert [t.figure for t in md.tarifs] == ["MD"]
    (ligne,) = lue.cumuls
    assert (ligne.id, ligne.gauche, ligne.droite, ligne.reponse, ligne.ligne) == ("c-1", "VG", "MD", PERMIS, 2)
    assert ligne.references == ["NGAP 1", "source"]


@pytest.mark.parametrize(
    ("genre", "exige"),
    [("majoration", {"@consultation", "@teleconsultation", "@visite"}), ("deplacement", {"@consultation", "@teleconsultation", "@visite"}),
     ("modificateur", {"@acte-ccam"}), ("consultation", set()), ("acte-ccam", set()), ("teleexpertise", set())],
)  # fmt: skip
def test_ce_qu_un_genre_exige_par_defaut(tmp_path: Path, genre: str, exige: set[str]) -> None:
    tables = (
        f"codes:\n  MD: {{libelle: Complément, genre: {genre}}}\n  G: {{libelle: C, genre: consultation}}\n"
        "  VG: {libelle: V, genre: visite}\n  C: {libelle: T, genre: teleconsultation}\n  GLQP012: {libelle: A, genre: acte-ccam}\n"
    )
    assert set(table(tmp_path, tables).codes["MD"].exige) == exige
    sans = tables.replace(f"genre: {genre}}}\n", f"genre: {genre}, exige: []}}\n", 1)
    assert table(tmp_path, sans).codes["MD"].exige == ()


# What is wrong, the line where it stands, and words of the message.
@pytest.mark.parametrize(
    ("codes", "ligne", "mots"),
    [
        (G + "    couleur: bleue\n", None, "n'est pas du YAML lisible"),
        (DEUX.replace("genre: visite", "genre: visite, couleur: bleue"), 3, "clé inconnue « couleur »"),
        (DEUX.replace("genre: visite", "genre: promenade"), 3, "genre inconnu « promenade »"),
        (DEUX.replace(", genre: visite", ""), 3, "genre inconnu « None »"),
        (DEUX.replace("libelle: Visite, ", ""), 3, "un texte est attendu"),
        (DEUX.replace("libelle: Visite", "libelle: 3"), 3, "un texte est attendu"),
        (DEUX.replace("genre: visite", "genre: visite, groupes: gl"), 3, "une liste de textes est attendue"),
        (DEUX.replace("genre: visite", "genre: visite, exige: [3]"), 3, "une liste de textes est attendue"),
        (DEUX.replace("genre: visite", "genre: visite, conditions: [tarifs_generaliste]"), 3, "un bloc « règle: référence »"),
        (DEUX.replace("genre: visite", "genre: visite, reserves: {tarifs_generaliste: ''}"), 3, "un bloc « règle: référence »"),
        (DEUX.replace("genre: visite", "genre: visite, tarifs: VG"), 3, "une liste est attendue"),
        (DEUX.replace("genre: visite", "genre: visite, tarifs: [{si: []}]"), 3, "rangée mal écrite"),
        (DEUX.replace("genre: visite", "genre: visite, tarifs: [{figure: VG, si: tarifs_generaliste}]"), 3, "une liste de règles"),
        (DEUX.replace("genre: visite", "genre: visite, limites: [{figure: GL1_max, par: [patient], periode: siecle}]"), 3,
         "période inconnue « siecle »"),
        (DEUX.replace("genre: visite", "genre: visite, limites: [{figure: GL1_max, par: [famille], periode: annee}]"), 3, "par qui compter"),
        (DEUX.replace("genre: visite", "genre: visite, limites: [{figure: GL1_max, par: [], periode: annee}]"), 3, "par qui compter"),
        (DEUX.replace("genre: visite", "genre: visite, limites: [{figure: GL1_max, par: [patient]}]"), 3, "période inconnue « None »"),
        (DEUX.replace("genre: visite", "genre: visite, exige: [XX]"), 3, "exige « XX », qui n'est ni un code, ni un groupe"),
        (DEUX.replace("genre: visite", "genre: visite, exige: ['@absent']"), 3, "exige « @absent »"),
        (DEUX.replace("genre: visite", "genre: visite, tarifs: [{figure: VGX}]"), 3, "« VGX », qui n'est pas un chiffre du barème de tarifs"),
        (DEUX.replace("genre: visite", "genre: visite, prise_en_charge: amo_1000"), 3, "« amo_1000 », qui n'est pas un chiffre"),
        (DEUX.replace("genre: visite", "genre: visite, limites: [{figure: VG_max, par: [patient], periode: annee}]"), 3, "« VG_max »"),
        (DEUX.replace("genre: visite", "genre: visite, conditions: {tarifs_astrologue: NGAP}"), 3, "la règle « tarifs_astrologue » n'existe pas"),
        (DEUX.replace("genre: visite", "genre: visite, reserves: {tarifs_age: NGAP}"), 3, "« tarifs_age » n'est pas un oui ou non"),
        (DEUX.replace("genre: visite", "genre: visite, tarifs: [{figure: VG, si: [total]}]"), 3, "la règle « total »"),
        ("codes:\n  G: {libelle: C, genre: consultation}\n  G: {libelle: D, genre: consultation}\n", 3, "clé en double"),
        ("codes: [G]\n", 1, "une table de codes est un bloc"),
        ("[1, 2]\n", 1, "une table de codes est un bloc"),
        (G + "  VG: visite\n", 3, "un code est un bloc"),
        # Words that YAML does not read as text: a number, and no « non » here.
        (G + "  3: {libelle: Modificateur, genre: modificateur}\n", 3, "entre guillemets"),
        (G + "  2026-01-01: {libelle: Modificateur, genre: modificateur}\n", 3, "entre guillemets"),
    ],
)  # fmt: skip
def test_une_table_de_codes_mal_ecrite(tmp_path: Path, codes: str, ligne: int | None, mots: str) -> None:
    (faute,) = fautes(tmp_path, codes)
    assert mots in faute.message
    assert faute.fichier == "codes.yaml"
    assert faute.ligne == ligne if ligne else faute.ligne


def test_un_mot_que_yaml_ne_lit_pas_comme_un_texte(tmp_path: Path) -> None:
    """Hold: a code is text whatever YAML would make of it, or a fault: never another code."""
    for mot in ("NO", "ON", "F", "T", "3", "1e3", "null"):
        lues = fautes(tmp_path, f"codes:\n  {mot}: {{libelle: L, genre: consultation, tarifs: [{{figure: G}}]}}\n")
        if not lues:
            assert list(charger({"tarifs": tmp_path}).codes) == [mot]
        else:
            assert [f.ligne for f in lues] == [2], mot
    for mot in ("NO", "3"):
        assert list(table(tmp_path, f'codes:\n  "{mot}": {{libelle: L, genre: consultation, tarifs: [{{figure: G}}]}}\n').codes) == [mot]


def test_toutes_les_fautes_a_la_fois(tmp_path: Path) -> None:
    codes = DEUX.replace("genre: visite", "genre: promenade, couleur: bleue") + "  MD: {libelle: D, genre: deplacement, exige: [XX]}\n"
    lues = fautes(tmp_path, codes, cumul("c-1", "G", "ZZ", "permis"), cumul("c-1", "G", "MD", "oui"))
    assert [(f.fichier, f.ligne) for f in lues] == [
        ("codes.yaml", 3), ("codes.yaml", 3), ("cumuls.csv", 3), ("cumuls.csv", 2), ("codes.yaml", 4),
    ]  # fmt: skip
    assert all(f.message and str(f).startswith(f.fichier or "?") for f in lues)


def test_un_code_decrit_deux_fois(tmp_path: Path) -> None:
    ecrire(tmp_path, G)
    (tmp_path / "codes-bis.yaml").write_text(G, "utf-8")
    tous()
    with pytest.raises(Erreurs) as erreurs:
        charger({"tarifs": tmp_path})
    assert [(f.message, f.fichier, f.ligne) for f in erreurs.value.fautes] == [("code « G » déjà décrit dans codes-bis.yaml", "codes.yaml", 2)]


@pytest.mark.parametrize(
    ("ligne", "colonne", "mots"),
    [
        (cumul("c-1", "G", "ZZ", "permis"), "code2", "« ZZ » n'est ni un code, ni un groupe"),
        (cumul("c-1", "@absent", "G", "permis"), "code1", "« @absent » n'est ni un code"),
        (cumul("c-1", "G", "VG", "oui"), "reponse", "réponse inconnue"),
        (cumul("c-1", "G", "VG", "permis", du="2026-02-30"), "date_debut", "date illisible"),
        (cumul("c-1", "G", "VG", "permis", au="demain"), "date_fin", "date illisible"),
        (cumul("c-1", "G", "VG", "permis", du="2026-01-02", au="2026-01-01"), "date_fin", "la fin précède le début"),
        (cumul("c-1", ":depassement", "G", "interdit"), "code1", "une situation se lit à droite"),
        (cumul("", "G", "VG", "permis"), "id", "cellule vide"),
        (cumul("c-1", "G", "", "permis"), "code2", "cellule vide"),
        (cumul("c-1", "G", "VG", "permis", si="jamais_vu"), "si", "la règle « jamais_vu » n'existe pas"),
        (cumul("c-1", "G", ":jamais_vu", "interdit"), "code2", "la règle « jamais_vu » n'existe pas"),
        (cumul("c-1", "G", ":tarifs_age", "interdit"), "code2", "n'est pas un oui ou non"),
        (cumul("c-1", ":jamais_vu", ":depassement", "interdit"), "code1", "la règle « jamais_vu »"),
        ("c-1,G,VG,permis,,,,,,,presse,", "source", "ni article, ni source"),
        ("c-1,G,VG,permis,,,,,NGAP,,sur,", "confiance", "confiance inconnue"),
        ("c-1,G,VG,permis,,,,,NGAP,,presse,,,", "id", "nombre de cellules"),
    ],
)
def test_un_cumul_mal_ecrit(tmp_path: Path, ligne: str, colonne: str, mots: str) -> None:
    (faute,) = fautes(tmp_path, DEUX, ligne)
    assert mots in faute.message
    assert (faute.fichier, faute.ligne, faute.colonne) == ("cumuls.csv", 2, colonne)


def test_des_colonnes_inattendues(tmp_path: Path) -> None:
    ecrire(tmp_path, DEUX)
    (tmp_path / "cumuls.csv").write_text("id,code1\nc-1,G\n", "utf-8")
    tous()
    with pytest.raises(Erreurs) as erreurs:
        charger({"tarifs": tmp_path})
    assert [(f.message, f.ligne, f.attendu) for f in erreurs.value.fautes] == [("colonnes inattendues", 1, ",".join(COLONNES))]


def test_une_cellule_sur_plusieurs_lignes_ne_decale_rien(tmp_path: Path) -> None:
    (faute,) = fautes(tmp_path, DEUX, 'c-1,G,VG,permis,"deux\nlignes",,,,NGAP,,presse,', cumul("c-2", "G", "ZZ", "permis"))
    assert faute.ligne == 4


def test_une_rangee_peut_ne_valoir_qu_un_jour(tmp_path: Path) -> None:
    (seule,) = table(tmp_path, DEUX, cumul("c-1", "G", "VG", "permis", du="2026-01-01", au="2026-01-01")).cumuls
    assert seule.du == seule.au


def test_un_identifiant_donne_deux_fois(tmp_path: Path) -> None:
    (faute,) = fautes(tmp_path, TROIS, cumul("c-1", "G", "VG", "permis"), cumul("c-1", "MD", "VG", "permis"))
    assert (faute.message, faute.ligne, faute.valeur) == ("identifiant déjà donné ligne 2", 3, "c-1")


GROUPES = "codes:\n" + "".join(
    f"  {nom}: {{libelle: L, genre: consultation, groupes: [{groupes}]}}\n" for nom, groupes in (("G", "a, x"), ("C", "a"), ("VG", "b, y"))
)


@pytest.mark.parametrize(
    ("une", "autre", "paire"),
    [
        # Same two codes, whatever their order.
        (cumul("c-1", "G", "VG", "permis"), cumul("c-2", "VG", "G", "interdit"), "G et VG"),
        # A code with a group, and the other way round: both speak of G and VG.
        (cumul("c-1", "G", "@b", "permis"), cumul("c-2", "@x", "VG", "muet"), "G et VG"),
        (cumul("c-1", "@b", "G", "permis"), cumul("c-2", "@x", "VG", "muet"), "VG et G"),
        (cumul("c-1", "@a", "@b", "permis"), cumul("c-2", "@x", "@y", "interdit"), "G et VG"),
        (cumul("c-1", "@a", "@b", "permis"), cumul("c-2", "@y", "@x", "interdit"), "G et VG"),
        # The milder row is opened by a rule, the more severe one by none: the milder never answers.
        (cumul("c-1", "G", "VG", "permis", si="sans_acte_ccam"), cumul("c-2", "G", "VG", "interdit"), "G et VG"),
        (cumul("c-1", "G", "VG", "permis", si="sans_acte_ccam"), cumul("c-2", "G", "VG", "muet", si="sans_acte_ccam"), "G et VG"),
        (cumul("c-1", "G", "VG", "permis", au="2026-01-01"), cumul("c-2", "G", "VG", "muet", du="2026-01-01"), "G et VG"),
    ],
)  # fmt: skip
def test_deux_rangees_aussi_precises_qui_se_contredisent(tmp_path: Path, une: str, autre: str, paire: str) -> None:
    (faute,) = fautes(tmp_path, GROUPES, une, autre)
    assert faute.message.startswith("c-1 répond « permis » et c-2 «")
    assert faute.message.endswith(f"sur {paire}")
    assert (faute.fichier, faute.ligne) == ("cumuls.csv", 3)


@pytest.mark.parametrize(
    ("une", "autre"),
    [
        (cumul("c-1", "G", "VG", "permis", au="2025-12-31"), cumul("c-2", "G", "VG", "interdit", du="2026-01-01")),
        # Not as precise as each other: the order of precision decides.
        (cumul("c-1", "G", "VG", "permis"), cumul("c-2", "@a", "VG", "interdit")),
        (cumul("c-1", "G", "@b", "permis"), cumul("c-2", "@a", "@b", "interdit")),
        # An exception that a rule opens.
        (cumul("c-1", "G", "VG", "permis"), cumul("c-2", "G", "VG", "interdit", si="sans_acte_ccam")),
        (cumul("c-1", "G", "VG", "permis", si="avec_acte_ngap"), cumul("c-2", "G", "VG", "interdit", si="sans_acte_ngap")),
        # Same answer, or no code in common, or a code with itself.
        (cumul("c-1", "G", "VG", "permis"), cumul("c-2", "VG", "G", "permis")),
        (cumul("c-1", "C", "@b", "permis"), cumul("c-2", "@x", "VG", "interdit")),
        (cumul("c-1", "@x", "G", "permis"), cumul("c-2", "G", "@x", "interdit")),
    ],
)  # fmt: skip
def test_deux_rangees_qui_ne_se_contredisent_pas(tmp_path: Path, une: str, autre: str) -> None:
    assert fautes(tmp_path, GROUPES, une, autre) == []
