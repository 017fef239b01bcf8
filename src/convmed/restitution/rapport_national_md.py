"""Several texts on a country, as a page of Markdown: tables, charts, and in words what must be known before quoting them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from convmed.restitution.masquage import MASQUE
from convmed.restitution.simulation import CRITERES, libelle_de_classe, nom_de_dispositif, ronds

ESPACE, INSECABLE, MOINS = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"
INCONNU = "—"
VERDICTS = {True: "oui", False: "**non**", None: "non simulé"}
Images = Mapping[str, tuple[str, str]]


def en_markdown(rapport: Mapping[str, Any], images: Images, commande: str) -> str:
    """Return the page of what `restitution.rapport_national.etablir` returns, written by a command.

    `images` gives the path and the words of each chart.
    """
    parties = [
        _entete(rapport, commande), _en_bref(rapport), _couts(rapport, images), _qui(rapport, images), _classes(rapport, images),
        _annees(rapport, images), _indicateurs(rapport, images), _verifications(rapport, images), _a_savoir(rapport),
    ]  # fmt: skip
    return "\n".join(partie for partie in parties if partie)


def _entete(rapport: Mapping[str, Any], commande: str) -> str:
    population, noms = rapport["population"], [t["texte"] for t in rapport["textes"]]
    origine = f"synthétique, graine {population['graine']}" if population["origine"] == "synthetique" else f"d'origine « {population['origine']} »"
    echelle = (
        f" Les totaux sont portés à la France entière (× {_decimal(rapport['echelle'], 2)}) ; ce qui est dit d'un médecin ne l'est pas."
        if rapport["echelle"] else ""
    )  # fmt: skip
    textes = "\n".join(f"- `{t['texte']}` : {t['libelle']}" + (" (référence)" if t["texte"] == rapport["reference"] else "") for t in rapport["textes"])
    return (
        f"# {_compte(len(noms))} textes, un pays\n\n"
        f"Page écrite par une commande : la relancer plutôt que de la corriger à la main.\n\n    {commande}\n\nPopulation {origine}, observée en {population['annee']} : "
        f"{_effectif(population['patients'])} patients, {_effectif(population['medecins'])} médecins traitants. Exercice {rapport['annee']}.{echelle}\n\n{textes}\n"
    )


def _en_bref(rapport: Mapping[str, Any]) -> str:
    comparaisons = {c["texte"]: c for c in rapport["comparaisons"]}
    lignes = []
    for t in rapport["textes"]:
        c = comparaisons.get(t["texte"])
        if c is None:
            lignes.append([_code(t["texte"]), _millions(t["france"]), "référence", "", "", "", ""])
            continue
        medecins = c["medecins"]
        total = sum(medecins[nom] or 0 for nom in ("gagnants", "perdants", "inchanges"))
        parts = [MASQUE if medecins[nom] is None else _pour_cent(100 * medecins[nom] / total) if total else INCONNU for nom in ("gagnants", "perdants")]
        lignes.append([_code(t["texte"]), _millions(t["france"]), _signe(_millions, t["difference_commune_france"]), _signe(ronds, medecins["difference_moyenne"]),
                       _signe(ronds, medecins["difference_mediane"]), *parts])  # fmt: skip
    communs = " et ".join(nom_de_dispositif(nom).lower() for nom in rapport["communs"]) or "aucun dispositif"
    portees = "\n".join(f"- {_code(nom)} : {', '.join(nom_de_dispositif(d).lower() for d in c['comparables']) or 'rien'}" for nom, c in comparaisons.items())
    return (
        "## En bref\n\n"
        + _table(["texte", "coût par an", "écart, dispositifs communs", "écart moyen par médecin", "écart médian", "gagnants", "perdants"], lignes)
        + f"\nCoût : tout ce qui se calcule sous le texte. Écart des dispositifs communs : {communs}, que tous ces textes calculent. "
        f"Par médecin : ce que le texte et la référence calculent tous deux, soit :\n\n{portees}\n{_identiques(rapport)}"
    )


def _identiques(rapport: Mapping[str, Any]) -> str:
    """Say which texts give the same amounts, for they look like an error otherwise."""
    groupes: dict[tuple[Any, ...], list[str]] = {}
    for t in rapport["textes"]:
        groupes.setdefault(tuple(sorted((nom, montant) for nom, montant in t["par_dispositif"].items() if montant is not None)), []).append(t["texte"])
    memes = [noms for montants, noms in groupes.items() if montants and len(noms) > 1]
    return "".join(
        f"\n{' et '.join(map(_code, noms))} donnent ici les mêmes montants : ce qui les distingue (reports, actes) ne touche pas ces dispositifs cette année-là.\n" for noms in memes
    )


def _couts(rapport: Mapping[str, Any], images: Images) -> str:
    dispositifs = list(rapport["textes"][0]["par_dispositif"])
    echelle = rapport["echelle"] or 1
    lignes = [
        [_code(t["texte"]), *(_millions(None if t["par_dispositif"][nom] is None else t["par_dispositif"][nom] * echelle / 1_000_000) for nom in dispositifs), _millions(t["france"])]
        for t in rapport["textes"]
    ]  # fmt: skip
    tus: dict[tuple[str, str], list[str]] = {}
    for t in rapport["textes"]:
        for nom, motif in t["motifs"].items():
            tus.setdefault((nom, motif), []).append(_code(t["texte"]))
    motifs = "\n".join(f"- {' et '.join(noms)}, {nom_de_dispositif(nom).lower()} : {motif}" for (nom, motif), noms in tus.items())
    return (
        "## Ce que coûte chaque texte\n\n" + _image(images, "couts") + _table(["texte", *map(nom_de_dispositif, dispositifs), "total"], lignes)
        + "\nSous les textes d'avant 2024, « Dotation numérique » est le forfait structure, et « Prévention » la ROSP. Le forfait structure payait aussi le SAS et les maîtres de "
        "stage ; le texte signé les paie à part (missions spécifiques), et ces missions ne sont pas comptées ici : ce que perd la dotation numérique l'est donc en partie ailleurs.\n"
        + (f"\nSans montant, et pourquoi :\n\n{motifs}\n" if motifs else "")
    )  # fmt: skip


def _qui(rapport: Mapping[str, Any], images: Images) -> str:
    comparaisons = rapport["comparaisons"]
    lignes = [
        [str(rang + 1), *(MASQUE if c["deciles"][rang]["masque"] else _signe(ronds, c["deciles"][rang]["difference_moyenne"]) for c in comparaisons)]
        for rang in range(len(comparaisons[0]["deciles"]))
    ]
    return (
        f"## Qui gagne, qui perd\n\n{_image(images, 'textes-par-decile')}Écart moyen par médecin et par an avec {_code(rapport['reference'])}, les médecins étant rangés, "
        "sous chaque texte, de ceux qui perdent le plus à ceux qui gagnent le plus.\n\n"
        + _table(["décile", *(_code(c["texte"]) for c in comparaisons)], lignes) + ("\n" + _image(images, "deciles")).rstrip("\n") + "\n"
    )  # fmt: skip


def _classes(rapport: Mapping[str, Any], images: Images) -> str:
    comparaisons = rapport["comparaisons"]
    ecarts = {(c["texte"], g["critere"], g["modalite"]): g for c in comparaisons for g in c["groupes"]}
    lignes = []
    for critere, siens in groupby(comparaisons[-1]["groupes"], key=lambda g: g["critere"]):
        if critere in CRITERES:
            lignes.append([f"**{CRITERES[critere]}**", *([""] * (1 + len(comparaisons)))])
        for g in siens:
            cellules = (ecarts.get((c["texte"], critere, g["modalite"])) for c in comparaisons)
            lignes.append([libelle_de_classe(critere, g["modalite"]), _effectif(g["medecins"]), *(_moyenne(cellule) for cellule in cellules)])
    return (
        "## Classe par classe\n\n" + _image(images, "classes")
        + _table(["classe", "médecins", *(_code(c["texte"]) for c in comparaisons)], lignes)
        + f"\nÉcart moyen par médecin et par an avec {_code(rapport['reference'])}. « {MASQUE} » : trop peu de médecins pour être montré.\n"
    )  # fmt: skip


def _annees(rapport: Mapping[str, Any], images: Images) -> str:
    if not rapport["annees"]:
        return ""
    noms = [t["texte"] for t in rapport["textes"] if t["texte"] != rapport["reference"]]
    lignes = []
    for une in rapport["annees"]:
        ecarts = {e["texte"]: e for e in une["textes"]}
        lignes.append([str(une["annee"]), *(_deux_ecarts(ecarts[nom]) for nom in noms)])
    return (
        "## Année par année\n\n" + _image(images, "annees") + _table(["année", *map(_code, noms)], lignes)
        + f"\nDe plus, ou de moins, que {_code(rapport['reference'])} la même année, sur les dispositifs que tous ces textes calculent ; entre parenthèses, sur tous ceux que le "
        "texte et la référence calculent, quand ils sont plus nombreux. La population est tenue constante : ni vieillissement, ni installations.\n"
    )  # fmt: skip


def _deux_ecarts(ecart: Mapping[str, Any]) -> str:
    commun, tout = (_signe(_millions, ecart[nom]) for nom in ("difference_commune_france", "difference_france"))
    return commun if commun == tout else f"{commun} ({tout})"


def _indicateurs(rapport: Mapping[str, Any], images: Images) -> str:
    if not rapport["indicateurs"]:
        return ""
    lignes = [[i["libelle"], _effectif(i["valides"]), _effectif(i["non_valides"]), MASQUE if i["masque"] else _pour_cent(100 * i["taux"]) if i["taux"] is not None else INCONNU]
              for i in rapport["indicateurs"]]  # fmt: skip
    return (
        f"## Les indicateurs de prévention, sous {_code(rapport['texte_des_indicateurs'])}\n\n" + _image(images, "indicateurs")
        + _table(["indicateur", "validés", "non validés", "taux"], lignes)
        + "\nPatients de la population, tous médecins ensemble. Les taux de la moitié des indicateurs sont des hypothèses : `convmed reperes --emploi hypothese`.\n"
    )  # fmt: skip


def _verifications(rapport: Mapping[str, Any], images: Images) -> str:
    verifications = rapport["verifications"]
    if not verifications:
        return ""
    lignes = [
        [v["libelle"], _publie(v), _mesure(v["simule"], v["unite"]), _signe(_pour_cent, v["ecart_pour_cent"]), INCONNU if v["simule"] is None else _pour_cent(v["marge_pour_cent"]),
         VERDICTS[v["retrouve"]] + (" (calé)" if v["nature"] == "calage" else "")]
        for v in verifications
    ]  # fmt: skip
    oracles = [v for v in verifications if v["nature"] != "calage"]
    comptes = {mot: sum(v["retrouve"] is tenu for v in oracles) for mot, tenu in (("retrouvés", True), ("non retrouvés", False), ("hors de portée", None))}
    sources = "\n".join(f"- {v['libelle']} : {v['source']} [{v['confiance']}]. {v['lecture'][:1].upper() + v['lecture'][1:]}." for v in verifications)
    return (
        "## Les chiffres publiés, et ceux de la simulation\n\n" + _image(images, "verifications")
        + _table(["chiffre", "publié", "simulé", "écart", "marge", "retrouvé"], lignes)
        + "\nSur " + _nombre(len(oracles)) + " chiffres que rien ne cale : " + ", ".join(f"{combien} {mot}" for mot, combien in comptes.items())
        + ". « Calé » : une hypothèse a été réglée sur ce chiffre ; qu'il se retrouve ne prouve rien. Pour chacun, la source, et comment le lire :\n\n" + sources + "\n"
    )  # fmt: skip


def _a_savoir(rapport: Mapping[str, Any]) -> str:
    reserves = dict.fromkeys(reserve for c in rapport["comparaisons"] for reserve in c["reserves"] if not reserve.startswith("hors de la différence"))
    scenarios = [t for t in rapport["textes"] if t["reference"].endswith((".yaml", ".yml"))]
    dits = [
        f"`{t['texte']}` est un scénario ({t['reference']}), donc une hypothèse. Ce qu'il pose : "
        + " ; ".join(f"{a['libelle']} : {a['valeur'].replace('.', ',')} {a['unite']} ({a['reference']})" for a in t["ajouts"])
        for t in scenarios
    ]
    return "## À savoir avant de citer un chiffre\n\n" + "\n".join(f"- {dit}" for dit in (*dits, *reserves)) + "\n"


def _image(images: Images, nom: str) -> str:
    if nom not in images:
        return ""
    chemin, dit = images[nom]
    return f"![{dit.replace('[', '(').replace(']', ')')}]({chemin})\n\n"


def _table(titres: Sequence[str], lignes: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column is of words and the others of numbers."""
    filet = ["---", *(["---:"] * (len(titres) - 1))]
    return "".join(f"| {' | '.join(cellule.replace('|', '/') for cellule in ligne)} |\n" for ligne in (titres, filet, *lignes))


def _publie(verification: Mapping[str, Any]) -> str:
    bas, haut, unite = verification["publie_min"], verification["publie_max"], verification["unite"]
    if bas != haut:
        return f"de {_decimal(bas)} à {_mesure(haut, unite)}"
    return ("au moins " if verification["borne"] == "au-moins" else "") + _mesure(bas, unite)


def _mesure(valeur: float | None, unite: str) -> str:
    return INCONNU if valeur is None else f"{_decimal(valeur)}{INSECABLE}{unite.replace('EUR', '€')}"


def _moyenne(groupe: Mapping[str, Any] | None) -> str:
    return INCONNU if groupe is None else MASQUE if groupe["masque"] else _signe(ronds, groupe["difference_moyenne"])


def _signe(ecrire: Any, valeur: float | None) -> str:
    return INCONNU if valeur is None else ("+" if valeur > 0 else "") + str(ecrire(valeur))


def _millions(valeur: float | None) -> str:
    return INCONNU if valeur is None else f"{_decimal(valeur, 1)}{INSECABLE}M€"


def _pour_cent(valeur: float) -> str:
    return f"{_decimal(valeur, 1)}{INSECABLE}%"


def _decimal(valeur: float, decimales: int | None = None) -> str:
    """Write a number in French; its own decimals unless said otherwise."""
    ecrit = f"{valeur:,}" if decimales is None else f"{valeur:,.{decimales}f}"
    return ecrit.replace(",", ESPACE).replace(".", ",").replace("-", MOINS)


def _nombre(combien: int) -> str:
    return _decimal(combien)


def _effectif(combien: int | None) -> str:
    return MASQUE if combien is None else _nombre(combien)


def _code(nom: str) -> str:
    return f"`{nom}`"


def _compte(combien: int) -> str:
    return {2: "Deux", 3: "Trois", 4: "Quatre", 5: "Cinq", 6: "Six"}.get(combien, str(combien))
