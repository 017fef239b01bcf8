"""Writes a commented, empty dossier to fill in."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from convmed.donnees.colonnes_dossier import FICHIERS, LISTES, Colonne, Fichier
from convmed.donnees.fichiers import masque
from convmed.textes import Erreurs, Faute, dit_en_francais

MODELE = Path(__file__).with_name("modele")
SEPARATEUR = ";"
IDENTITE_CITEE = ("nom", "prénom", "adresse", "téléphone", "courriel", "remarques")
NIR_CITE = ("nir", "numéro de sécurité sociale")
_PRESENTATION = """# Votre dossier convmed

| fichier | ce qu'il contient | s'il manque |
|---|---|---|
| `cabinet.toml` | vous, vos équipements, vos contrats | le dossier est refusé |
| `patients.csv` | votre patientèle | le dossier est refusé |
| `evenements.csv` | les actes de prévention de vos patients | les indicateurs restent inconnus |
| `actes.csv` | vos actes facturés | pas de contrôle de facturation |
| `paiements.csv` | ce que la caisse a versé | pas de rapprochement |
| `nomenclatures.csv` | vos listes de codes, en plus de celles de convmed | rien ne change |

## Comment le remplir

- **Supprimez un fichier que vous n'avez pas** (sauf les deux premiers) : absent veut dire « je ne sais pas », vide veut dire « rien ».
- **Supprimez une colonne que vous n'avez pas** : une colonne absente est inconnue ; une cellule vide se lit comme dit ci-dessous.
- Séparateur : point-virgule, virgule ou tabulation. Encodage : UTF-8, UTF-16 ou Windows-1252. Un Parquet de même nom convient aussi.
- Dates : 2026-01-31 ou 31/01/2026. Oui et non : oui, non, o, n, 1, 0, vrai, faux, x. Montants : 1234,50.
- Les en-têtes s'écrivent avec ou sans accents ni majuscules ; les noms acceptés sont ci-dessous.
- **Personne n'est nommé** : les colonnes {identite} et semblables sont écartées à la lecture, avec un avertissement. Le NIR
  (colonne {nir}, ou mis comme identifiant du patient) est remplacé par une empreinte ; la variable d'environnement
  `CONVMED_CLE_NIR` en fixe la clé, sans elle les empreintes changent à chaque lecture.
- **Attention à `date_derniere_consultation`** : une cellule vide veut dire « jamais vu ». Sans cette donnée, retirez la colonne.
"""


def creer_dossier(chemin: Path) -> None:
    """Write a new dossier, whole or not at all; `Erreurs` if the folder exists and is not empty."""
    chemin = Path(chemin)
    if chemin.exists() and (not chemin.is_dir() or any(chemin.iterdir())):
        quoi = "ce dossier n'est pas vide" if chemin.is_dir() else "un fichier porte déjà ce nom"
        raise Erreurs([Faute(quoi, fichier=str(chemin), attendu="un nom libre, ou un dossier vide")])
    try:
        chemin.parent.mkdir(parents=True, exist_ok=True)
        provisoire = Path(tempfile.mkdtemp(prefix=f".{chemin.name}.", dir=chemin.parent))
        try:
            _remplir(provisoire)
            provisoire.chmod(0o755 & ~masque())
            if chemin.exists():
                chemin.rmdir()
            provisoire.rename(chemin)
        except BaseException:
            shutil.rmtree(provisoire, ignore_errors=True)
            raise
    except OSError as erreur:
        raise Erreurs([Faute(f"écriture impossible ({dit_en_francais(erreur)})", fichier=str(chemin))]) from None


def _remplir(dossier: Path) -> None:
    shutil.copyfile(MODELE / "cabinet.toml", dossier / "cabinet.toml")
    for fichier in FICHIERS.values():
        if fichier is not LISTES:
            # The mark at the start makes Excel read the accents.
            (dossier / f"{fichier.nom}.csv").write_text(SEPARATEUR.join(c.nom for c in fichier.colonnes) + "\n", "utf-8-sig")
    (dossier / "LISEZMOI.md").write_text(lisezmoi(), "utf-8")


def lisezmoi() -> str:
    """Return the guide of a dossier, written from the table of its columns."""
    parties = [_PRESENTATION.format(identite=", ".join(IDENTITE_CITEE), nir=" ou ".join(NIR_CITE))]
    return "\n".join([*parties, *(_section(fichier) for fichier in FICHIERS.values())])


def _section(fichier: Fichier) -> str:
    lignes = [f"## `{fichier.nom}.csv`\n", f"{fichier.libelle}.\n", "| colonne | contenu | valeurs | cellule vide | aussi lue sous |", "|---|---|---|---|---|"]
    return "\n".join([*lignes, *(_rangee(colonne) for colonne in fichier.colonnes)]) + "\n"


def _rangee(colonne: Colonne) -> str:
    vide = "refusée" if colonne.requise and colonne.vide == "inconnu" else colonne.vide
    nom = f"`{colonne.nom}`" + (" (requise)" if colonne.requise else "")
    return f"| {nom} | {colonne.libelle} | {colonne.attendu} | {vide} | {', '.join(colonne.alias)} |"
