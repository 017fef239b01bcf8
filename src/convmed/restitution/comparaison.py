"""Text against text for one practice: lines aligned by the rules that pay them, the difference, and why.

Two lines of one dispositif paid by one rule are the same line, whatever their label. A line whose rule a text does not
know stands against the lines whose rules only that text knows: what one ends, the other replaces (FPMT and FMT).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from convmed.dispositifs import Ligne, Refus
from convmed.dispositifs.socle import DU, Demande
from convmed.donnees.dossier import Dossier
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.restitution import causes
from convmed.restitution.absences import NEANT, NON_CALCULE, absence
from convmed.restitution.causes import Cause, Lecture, composantes
from convmed.restitution.lignes_comparees import Cle, Comparaison, Ecart, LigneComparee, Part, ensemble
from convmed.restitution.releve import SECTIONS, Progression, Releve, etablir
from convmed.textes import Erreurs, Faute, Texte


@dataclass(slots=True)
class Etude:
    """A text applied to the dossier: its statement, the figures and rules of the exercise, what each rule pays.

    `nom` tells it from the others it is set against: its text, unless one text is applied twice.
    """

    texte: Texte
    dossier: Dossier
    releve: Releve
    contexte: Contexte
    postes: dict[Cle, Part]
    nom: str


def comparer(
    dossier: Dossier,
    annee: int,
    textes: Sequence[Texte],
    reference: Texte | None = None,
    effets: bool = False,
    progression: Progression | None = None,
) -> Comparaison:
    """Compare what texts (two or more) give a practice for an exercise, against one of them (the first by default).

    `effets` also measures what each figure that changed does alone: the statement is made again for each of them.
    `Erreurs` for fewer than two texts, a text given twice, an exercise that a text does not cover.
    """
    avancer = progression or (lambda _: None)
    choisis = list(textes) if reference is None or reference.id in {t.id for t in textes} else [reference, *textes]
    _verifier(choisis)
    etudes = _etudier_tous(dossier, annee, choisis, avancer)
    repere = etudes[reference.id if reference else choisis[0].id]
    lignes = _aligner(etudes)
    for ligne in lignes:
        lectures: dict[str, Lecture] = {}
        for texte in (texte for texte in etudes if texte != repere.texte.id):
            avancer(f"{ligne.dispositif}, {texte}")
            ligne.ecarts[texte] = _ecart(ligne, repere, etudes[texte], lectures, effets)
    return Comparaison(
        repere.releve.medecin, annee, {nom: etude.texte for nom, etude in etudes.items()}, repere.texte.id, lignes,
        {nom: etude.releve.total for nom, etude in etudes.items()}, list(dossier.avertissements),
    )  # fmt: skip


def confronter(avant: Etude, apres: Etude) -> list[LigneComparee]:
    """Set two studies of one practice side by side, whatever makes them differ: the exercise, the text, or the practice itself.

    They bear two names, under which each line holds its two parts; it says where its difference comes from.
    """
    lignes = _aligner({avant.nom: avant, apres.nom: apres})
    for ligne in lignes:
        ligne.ecarts[apres.nom] = _ecart(ligne, avant, apres, {}, effets=False)
    return lignes


def _verifier(textes: Sequence[Texte]) -> None:
    noms = [texte.id for texte in textes]
    fautes = [
        Faute(f"« {nom} » est donné {noms.count(nom)} fois", champ="textes", valeur=nom,
              attendu="des textes différents, des scénarios de noms différents")
        for nom in dict.fromkeys(noms) if noms.count(nom) > 1
    ]  # fmt: skip
    if len(noms) < 2:
        fautes.append(Faute("un seul texte ne se compare pas", champ="textes", valeur=" ".join(noms) or None, attendu="deux textes ou plus"))
    if fautes:
        raise Erreurs(fautes)


def _etudier_tous(dossier: Dossier, annee: int, textes: Iterable[Texte], avancer: Progression) -> dict[str, Etude]:
    etudes: dict[str, Etude] = {}
    fautes: list[Faute] = []
    for texte in textes:
        avancer(texte.id)
        try:
            etudes[texte.id] = etudier(dossier, annee, texte)
        except RegleAbsente as absente:
            fautes.append(Faute(f"{texte.id} ne couvre pas l'exercice {annee} : {absente}", champ="annee", valeur=annee,
                                attendu="un exercice que tous les textes couvrent"))  # fmt: skip
        except Refus as refus:
            fautes += [replace(faute, message=f"{texte.id} : {faute.message}") for faute in refus.fautes]
        except Erreurs as erreurs:
            fautes += erreurs.fautes
    if fautes:
        raise Erreurs(dict.fromkeys(fautes))
    return etudes


def etudier(dossier: Dossier, annee: int, texte: Texte, nom: str = "", releve: Releve | None = None) -> Etude:
    """Return the statement of a dossier under a text, its lines gathered by the rule that pays them.

    `releve` is that statement, if it is already made.
    """
    releve = releve or etablir(dossier, annee, texte)
    versements: dict[Cle, list[Ligne]] = {}
    for ligne in releve.lignes:
        # What one rule pays in several times (instalments, months) shares the beginning of its label.
        regle = ligne.explication.nom if ligne.explication else ligne.libelle
        versements.setdefault((ligne.dispositif, regle, ligne.libelle.split(", ")[0]), []).append(ligne)
    postes = {cle: _part(lignes) for cle, lignes in versements.items()}
    return Etude(texte, dossier, releve, Demande(texte, annee).contexte(), postes, nom or texte.id)


def _part(lignes: list[Ligne]) -> Part:
    parts = [
        Part(ligne.montant, ligne.etat, ligne.motif, confiance=ligne.confiance,
             explications=(ligne.explication,) if ligne.explication else ())
        for ligne in lignes
    ]  # fmt: skip
    morceaux = zip(*(ligne.libelle.split(", ") for ligne in lignes), strict=False)
    communs = [premier for premier, *autres in takewhile(lambda memes: len(set(memes)) == 1, morceaux)]
    return replace(ensemble(parts), libelle=", ".join(communs) or lignes[0].libelle)


def _aligner(etudes: Mapping[str, Etude]) -> list[LigneComparee]:
    """Return the lines of all the texts, each dispositif in the order of the statement."""
    _oublier_les_libelles(etudes)
    cles = list(dict.fromkeys(cle for etude in etudes.values() for cle in etude.postes))
    parts = {cle: {texte: _part_de(etude, cle, etudes.values()) for texte, etude in etudes.items()} for cle in cles}
    ordre = list(dict.fromkeys(dispositif for dispositif, _, _ in cles))
    lignes = [
        _ligne(groupe, parts, etudes)
        for dispositif in ordre
        for groupe in _groupes({cle: parts[cle] for cle in cles if cle[0] == dispositif})
    ]
    return lignes


def _oublier_les_libelles(etudes: Mapping[str, Etude]) -> None:
    """Drop the label from the key of a rule that pays one thing under each text: labels change with the texts."""
    par_regle = [[(d, regle) for d, regle, _ in etude.postes] for etude in etudes.values()]
    multiples = {une for regles in par_regle for une in regles if regles.count(une) > 1}
    for etude in etudes.values():
        etude.postes = _par_cle(etude.postes, multiples)


def _par_cle(postes: Mapping[Cle, Part], multiples: set[tuple[str, str]]) -> dict[Cle, Part]:
    reunis: dict[Cle, list[Part]] = {}
    for (dispositif, regle, libelle), part in postes.items():
        reunis.setdefault((dispositif, regle, libelle if (dispositif, regle) in multiples else ""), []).append(part)
    return {cle: ensemble(parts) for cle, parts in reunis.items()}


def _part_de(etude: Etude, cle: Cle, autres: Iterable[Etude]) -> Part:
    if cle in etude.postes:
        return etude.postes[cle]
    modeles = [autre.postes[cle] for autre in autres if cle in autre.postes]
    etat, motif, explications = absence(
        etude.releve, etude.dossier, etude.contexte, cle[0],
        [e for modele in modeles for e in modele.explications], [modele.libelle for modele in modeles],
    )  # fmt: skip
    return Part(None if etat == NON_CALCULE else 0, etat, motif, explications=explications)


def _groupes(parts: Mapping[Cle, Mapping[str, Part]]) -> list[list[Cle]]:
    """Return the keys that make one line: two that no text knows together replace one another."""
    connus = {cle: {texte for texte, part in siennes.items() if part.etat != NEANT} for cle, siennes in parts.items()}
    groupes: list[list[Cle]] = []
    for cle in parts:
        lies = [groupe for groupe in groupes if any(not connus[cle] & connus[autre] for autre in groupe)]
        reunis = [une for groupe in lies for une in groupe] + [cle]
        place = groupes.index(lies[0]) if lies else len(groupes)
        groupes = [groupe for groupe in groupes if groupe not in lies]
        groupes.insert(place, reunis)
    return groupes


def _ligne(cles: list[Cle], parts: Mapping[Cle, Mapping[str, Part]], etudes: Mapping[str, Etude]) -> LigneComparee:
    ensembles = {texte: ensemble(parts[cle][texte] for cle in cles) for texte in etudes}
    return LigneComparee(cles[0][0], tuple(cles), ensembles, _details(cles[0][0], ensembles))


def _details(dispositif: str, parts: Mapping[str, Part]) -> list[LigneComparee]:
    """Return the amounts that add up to a line, aligned by rule; nothing if a line is one amount, or is not their sum."""
    composees = {texte: composantes(part.explications) for texte, part in parts.items()}
    if max(len(siennes) for siennes in composees.values()) < 2:
        return []
    for texte, part in parts.items():
        if part.montant != sum(e.valeur or 0 for e in composees[texte].values()):
            return []
    noms = dict.fromkeys(nom for siennes in composees.values() for nom in siennes)
    return [
        LigneComparee(
            dispositif, ((dispositif, nom, ""),),
            {
                texte: Part(siennes[nom].valeur, libelle=siennes[nom].libelle) if nom in siennes else Part(0, NEANT)
                for texte, siennes in composees.items()
            },
        )
        for nom in noms
    ]  # fmt: skip


def _ecart(ligne: LigneComparee, de: Etude, vers: Etude, lectures: dict[str, Lecture], effets: bool) -> Ecart:
    """Return one difference and where it comes from; `lectures` keeps what was read of each side of this line."""
    paire = de.nom, vers.nom
    difference = ligne.difference(*paire)
    if difference is None:
        return Ecart(None, ligne.raison(*paire))
    if difference == 0:
        return Ecart(0)
    for etude in (de, vers):
        if etude.nom not in lectures:
            cabinet = (etude.releve.prevention if ligne.dispositif == "prevention" else None) or etude.releve.forfait
            lectures[etude.nom] = causes.lire(etude.contexte, ligne.parts[etude.nom].explications, cabinet)
    avant, apres = (lectures[texte] for texte in paire)
    parts = [ligne.parts[texte] for texte in paire]
    motif = " ; ".join(dict.fromkeys(part.motif for part in parts if part.motif and part.etat != DU))
    trouvees, par_classe = causes.causes(avant, apres), causes.classes(avant, apres)
    if len(trouvees) == 1 and trouvees[0].genre == causes.FIGURE:
        return Ecart(difference, motif, (replace(trouvees[0], effet=difference),), par_classe, 0)
    reste = None
    if effets:
        trouvees = [replace(cause, effet=_effet(cause, ligne, de, vers)) for cause in trouvees]
        trouvees.sort(key=lambda cause: -abs(cause.effet or 0))
        reste = difference - sum(cause.effet or 0 for cause in trouvees)
    return Ecart(difference, motif, tuple(trouvees), par_classe, reste)


def _effet(cause: Cause, ligne: LigneComparee, de: Etude, vers: Etude) -> int | None:
    """Return what a figure changes alone, in cents: the reference with this figure of the other text laid on top."""
    if cause.genre != causes.FIGURE or not cause.deux_cotes:
        return None
    pose = causes.avec_la_figure(de.texte, vers.texte, cause.nom)
    essai = etudier(_reduit(de.dossier, ligne.dispositif), de.releve.annee, pose)
    essai.postes = _par_cle(essai.postes, {(dispositif, regle) for dispositif, regle, libelle in ligne.cles if libelle})
    part = ensemble(_part_de(essai, cle, (de, vers)) for cle in ligne.cles)
    avant = ligne.parts[de.texte.id].montant
    return part.montant - avant if part.comparable and part.montant is not None and avant is not None else None


def _reduit(dossier: Dossier, dispositif: str) -> Dossier:
    """Return what of a dossier a dispositif reads, so that nothing else is computed again."""
    cabinet = {
        nom: section for nom, section in dossier.cabinet.items()
        if nom.replace("_", "-") == dispositif or nom.replace("_", "-") not in SECTIONS
    }  # fmt: skip
    if dispositif == "prevention":
        return replace(dossier, cabinet=cabinet)
    if dispositif not in SECTIONS:
        return replace(dossier, cabinet=cabinet, evenements=None)
    return replace(dossier, cabinet=cabinet, evenements=None, patients=dossier.patients.clear(), affections=dossier.affections.clear())
