"""Pages that list what the project holds: the columns of a dossier, the texts and figures, the norms."""

from __future__ import annotations

from ecriture import code, mots, replie, table
from fiches import LIEU, etats_par_dispositif

from convmed.dispositifs import tous
from convmed.donnees.nouveau import MODELE, lisezmoi
from convmed.normes import par_dispositif
from convmed.textes import baremes, textes_connus


def dossier() -> str:
    """Return the guide that a new dossier carries, with its `cabinet.toml`."""
    lignes = lisezmoi().splitlines()
    lignes[0] = "# Les colonnes d'un dossier"
    modele = (MODELE / "cabinet.toml").read_text("utf-8").splitlines()
    return "\n".join([*lignes, "", "## `cabinet.toml`", "", "Le modèle que `convmed nouveau` écrit, à compléter :", "", "```toml", *modele, "```", ""])


def figures() -> str:
    """Return the texts, and how many figures each dispositif has and lacks."""
    textes = [(code(texte.id), mots(texte.libelle), mots(texte.horloge), mots(texte.reference)) for texte in textes_connus().values()]
    rangees = [
        (_lien(nom), str(len(contenu)), str(sum(len(figure.valeurs) for figure in contenu.values())),
         str(sum(not figure.valeurs for figure in contenu.values())))
        for nom, contenu in baremes().items()
    ]  # fmt: skip
    return "\n".join([
        "# Les textes et les figures", "",
        "Une figure est un chiffre, une date ou une liste qu'un texte fixe : sa valeur, ses dates, son texte, sa référence, la confiance",
        "qu'elle mérite. `convmed bareme` les donne à une date ; la page de chaque dispositif les donne toutes.", "",
        "## Les textes", "", *table(["texte", "ce que c'est", "horloge", "référence"], textes),
        "## Les figures de chaque dispositif", "", *table(["dispositif", "figures", "valeurs", "non publiées"], rangees),
    ])  # fmt: skip


def normes() -> str:
    """Return the count of each dispositif, and what is not held, with its reason."""
    bilans = par_dispositif()
    tenues, testables, total = (sum(getattr(bilan, champ) for bilan in bilans) for champ in ("tenues", "testables", "normes"))
    lignes = ["# Les normes", "", f"Le registre compte {total} énoncés des documents sources. {testables} se testent ; {tenues} sont tenus : quelque chose les",
              "nomme (une règle, une figure, un exemple) et un test qui passe les tient. Les autres sont des orientations, ou n'ont pas",
              "été publiés. [Ce que cela veut dire](../explication/normes.md).", ""]  # fmt: skip
    lignes += table(["dispositif", "énoncés", "se testent", "tenus"], [(_lien(b.dispositif), str(b.normes), str(b.testables), str(b.tenues)) for b in bilans])
    absentes = [etat for liste in etats_par_dispositif().values() for etat in liste if etat.etat in {"non-tenue", "non-publiee"}]
    rangees = [(code(e.id), mots(e.norme.enonce), "non publiée" if e.etat == "non-publiee" else "non tenue", mots(e.raison)) for e in absentes]
    return "\n".join([*lignes, *replie("Ce qui n'est pas tenu, et pourquoi", table(["norme", "énoncé", "état", "raison"], rangees), "quote")])


def _lien(nom: str) -> str:
    return f"[{mots(tous()[nom].titre)}]({LIEU.partition('/')[2]}/{nom}.md)" if nom in tous() else mots(nom)
