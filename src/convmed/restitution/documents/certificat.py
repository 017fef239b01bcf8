"""A calculation certificate: the inputs, the rules, the texts and the result, signed, that anybody can replay.

A certificate is a JSON object in canonical form (RFC 8785: keys sorted by UTF-16 units, no space, numbers in their
shortest writing), in UTF-8. The Ed25519 signature covers that form of the whole object without `signature.valeur`.
`entree_sha256` is the hash of the canonical form of `entree`, which may be left out: whoever has it can still replay.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from convmed.dispositifs.contrat import ANNEES, CasRefuses, repondre
from convmed.dispositifs.socle import INCOMPLET
from convmed.donnees.dossier import Dossier
from convmed.donnees.dossier import verifier as verifier_le_dossier
from convmed.donnees.serialisation import canonique, depuis_octets, en_octets
from convmed.restitution.documents.identite import chaine, empreinte_des_regles, version_de_convmed
from convmed.restitution.releve import etablir
from convmed.textes import Erreurs, Faute, Texte, trouver_texte
from convmed.textes.unites import vers_nombre

FORMAT, VERSION, ALGORITHME = "convmed-certificat", 1, "Ed25519"
CALCUL, RELEVE = "calcul", "releve"
CHAMPS = frozenset({"format", "version", "convmed", "regles", "genre", "sujet", "textes", "etabli_le", "entree_sha256", "entree", "resultat",
                    "cle_de_circonstance", "signature"})  # fmt: skip
CIRCONSTANCE = "clé de circonstance : prouve l'intégrité, pas l'auteur"
ECARTS_DITS = 40
Certificat = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Constat:
    """One thing that was checked: whether it holds, what it is, what is to be said of it."""

    tient: bool
    sujet: str
    dit: str


@dataclass(slots=True)
class Verification:
    """What was checked of a certificate."""

    constats: list[Constat] = field(default_factory=list)

    @property
    def conforme(self) -> bool:
        """Tell whether everything holds."""
        return all(constat.tient for constat in self.constats)

    def en_dict(self) -> dict[str, Any]:
        """Return the checks as JSON."""
        return {"conforme": self.conforme, "constats": [{"sujet": c.sujet, "tient": c.tient, "dit": c.dit} for c in self.constats]}


def certifier_calcul(dispositif: str, demandes: Any, le: dt.date, cle: Ed25519PrivateKey | None = None) -> Certificat:
    """Return the certificate of what the JSON contract answers to a case (or a list of cases); `Erreurs` if it refuses.

    Without a key, one is drawn, used once and forgotten.
    """
    return _signer(_du_calcul(dispositif, demandes), le, cle)


def certifier_releve(
    dossier: Dossier, annee: int, texte: Texte, le: dt.date, cle: Ed25519PrivateKey | None = None, sans_donnees: bool = False
) -> Certificat:
    """Return the certificate of the statement of a dossier; `sans_donnees` leaves the dossier out and keeps its hash.

    `Erreurs` for what the statement refuses, and for a scenario: a certificate names texts that everybody has.
    """
    return _signer(_du_releve(dossier, annee, texte), le, cle, sans_donnees)


def cle_publique(cle: Ed25519PrivateKey) -> str:
    """Return the public key of a key, as a certificate writes it."""
    return _en_base64(cle.public_key().public_bytes_raw())


def verifier(certificat: Mapping[str, Any], dossier: Dossier | None = None, publique: str | None = None) -> Verification:
    """Check a certificate: its signature, its inputs, its result by a new calculation under the installed rules.

    `dossier` stands for the inputs that it leaves out; `publique` is the key that should have signed. `Erreurs` if it
    is not a certificate at all.
    """
    verifier_la_forme(certificat)
    verification = Verification([_signature(certificat), _auteur(certificat, publique)])
    try:
        refait = _rejouer(certificat, dossier)
    except Erreurs as erreurs:
        verification.constats.append(Constat(False, "Rejeu", "le calcul est refusé : " + " ; ".join(map(str, erreurs.fautes))))
        return verification
    if refait is None:
        verification.constats.append(Constat(False, "Rejeu", "pas rejoué : ce certificat n'a pas ses données, donner le dossier (--dossier)"))
        return verification
    verification.constats += _comparer(certificat, refait)
    return verification


def empreinte_de(publique: str) -> str:
    """Return a public key in groups that can be read aloud."""
    mots = hashlib.sha256(publique.encode()).hexdigest()[:16]
    return " ".join(mots[rang : rang + 4] for rang in range(0, 16, 4))


def _du_calcul(dispositif: str, demandes: Any) -> Certificat:
    # The answer is the one to the inputs as they will be read again: some lists follow the order in which fields were written.
    demandes = json.loads(canonique(demandes))
    try:
        reponse = repondre(dispositif, demandes, scenarios=False)
    except CasRefuses as refus:
        raise Erreurs(Faute(e["message"], champ=f"cas {e['cas']}, {e['champ']}", valeur=e["valeur"], attendu=e["attendu"]) for e in refus.erreurs) from None
    reponses = reponse if isinstance(reponse, list) else [reponse]
    noms = dict.fromkeys(str(une["texte"]) for une in reponses)
    return {"genre": CALCUL, "sujet": {"dispositif": dispositif}, "textes": _textes(noms), "entree": demandes, "resultat": _en_json(reponse)}


def _du_releve(dossier: Dossier, annee: int, texte: Texte) -> Certificat:
    if texte.ajouts:
        raise Erreurs([Faute("un scénario ne se certifie pas", champ="texte", valeur=texte.id, attendu="un texte que convmed porte")])
    octets = en_octets(dossier)
    # The statement is the one of the dossier as it will be read again, so that replaying it is the same calculation.
    relu = depuis_octets(octets)
    relu.avertissements += [un for un in verifier_le_dossier(relu, annee) if un not in relu.avertissements]
    releve = etablir(relu, annee, texte)
    resultat = {
        "medecin": releve.medecin, "annee": annee, "texte": texte.id, "lignes": [ligne.en_dict() for ligne in releve.lignes],
        "total": vers_nombre(releve.total, "EUR"), "total_incomplet": any(ligne.etat == INCOMPLET or ligne.montant is None for ligne in releve.lignes),
        "non_calcules": [{"dispositif": n.dispositif, "motif": n.motif} for n in releve.non_calcules], "avertissements": releve.avertissements,
    }  # fmt: skip
    sujet = {"annee": annee, "texte": texte.id}
    return {"genre": RELEVE, "sujet": sujet, "textes": _textes([texte.id]), "entree": json.loads(octets), "resultat": _en_json(resultat)}


def _signer(corps: Certificat, le: dt.date, cle: Ed25519PrivateKey | None, sans_donnees: bool = False) -> Certificat:
    signataire = cle or Ed25519PrivateKey.generate()
    certificat = {
        "format": FORMAT, "version": VERSION, "convmed": version_de_convmed(), "regles": empreinte_des_regles(), **corps,
        "etabli_le": le.isoformat(), "entree_sha256": _sha256(corps["entree"]), "cle_de_circonstance": cle is None,
        "signature": {"algorithme": ALGORITHME, "cle_publique": cle_publique(signataire)},
    }  # fmt: skip
    if sans_donnees:
        certificat["entree"] = None
    certificat["signature"]["valeur"] = _en_base64(signataire.sign(_signe(certificat)))
    return certificat


def _signe(certificat: Mapping[str, Any]) -> bytes:
    """Return what the signature covers: the certificate without the value of the signature."""
    signature = {nom: valeur for nom, valeur in certificat["signature"].items() if nom != "valeur"}
    return canonique({**certificat, "signature": signature})


def verifier_la_forme(certificat: Mapping[str, Any]) -> None:
    """Raise `Erreurs` for what is not a certificate, or has not its fields."""
    if certificat.get("format") != FORMAT:
        raise Erreurs([Faute("ce n'est pas un certificat", attendu=f"un fichier écrit par « convmed certificat » (format {FORMAT})")])
    if certificat.get("version") != VERSION:
        raise Erreurs([Faute("certificat d'une autre version du format", champ="version", attendu=str(VERSION))])
    signature = certificat.get("signature")
    fautes = [Faute("ce champ manque", champ=champ) for champ in sorted(CHAMPS - set(certificat))]
    fautes += [Faute("champ inconnu", champ=champ[:80]) for champ in sorted(set(certificat) - CHAMPS)]
    if not isinstance(signature, dict) or set(signature) != {"algorithme", "cle_publique", "valeur"}:
        fautes.append(Faute("valeur refusée", champ="signature", attendu="algorithme, cle_publique et valeur"))
    if not isinstance(certificat.get("sujet"), dict):
        fautes.append(Faute("valeur refusée", champ="sujet", attendu="un objet"))
    if fautes:
        raise Erreurs(fautes)


def _signature(certificat: Mapping[str, Any]) -> Constat:
    signature = certificat["signature"]
    try:
        if signature["algorithme"] != ALGORITHME:
            raise InvalidSignature
        publique = Ed25519PublicKey.from_public_bytes(_de_base64(signature["cle_publique"]))
        publique.verify(_de_base64(signature["valeur"]), _signe(certificat))
    except (InvalidSignature, ValueError):
        return Constat(False, "Signature", "le certificat a été altéré depuis qu'il a été signé")
    return Constat(True, "Signature", "intacte : rien n'a changé depuis qu'il a été signé")


def _auteur(certificat: Mapping[str, Any], attendue: str | None) -> Constat:
    publique = str(certificat["signature"]["cle_publique"])
    if attendue is not None and attendue.strip() != publique:
        return Constat(False, "Auteur", "signé par une autre clé que celle attendue")
    if certificat["cle_de_circonstance"]:
        return Constat(True, "Auteur", CIRCONSTANCE)
    if attendue is None:
        return Constat(True, "Auteur", f"clé publique {publique} : à comparer avec celle de l'auteur (--cle-publique)")
    return Constat(True, "Auteur", "signé par la clé attendue")


def _rejouer(certificat: Mapping[str, Any], dossier: Dossier | None) -> Certificat | None:
    """Compute again from the inputs of the certificate, or from those given; `None` if there are none."""
    entree, sujet = certificat["entree"], certificat["sujet"]
    if certificat["genre"] == CALCUL:
        return None if entree is None else _du_calcul(str(sujet.get("dispositif")), entree)
    if certificat["genre"] != RELEVE:
        raise Erreurs([Faute("genre inconnu", champ="genre", attendu=f"{CALCUL} ou {RELEVE}")])
    if dossier is None:
        if entree is None:
            return None
        dossier = depuis_octets(canonique(entree))
    annee = sujet.get("annee")
    if not isinstance(annee, int) or isinstance(annee, bool) or annee not in ANNEES:
        raise Erreurs([Faute("valeur refusée", champ="sujet.annee", attendu=f"une année de {ANNEES[0]} à {ANNEES[-1]}")])
    return _du_releve(dossier, annee, trouver_texte(str(sujet.get("texte")), scenarios=False))


def _comparer(certificat: Mapping[str, Any], refait: Certificat) -> Iterator[Constat]:
    memes_regles = certificat["regles"] == empreinte_des_regles()
    if _sha256(refait["entree"]) == certificat["entree_sha256"] and certificat["entree"] in (None, refait["entree"]):
        yield Constat(True, "Données", "ce sont celles du certificat")
    else:
        yield Constat(False, "Données", "ce ne sont pas celles du certificat" + (
            " ; si le dossier a des NIR, il se lit avec la même CONVMED_CLE_NIR" if certificat["genre"] == RELEVE else ""))  # fmt: skip
        yield Constat(False, "Résultat", "pas comparé : il ne serait pas celui des mêmes données")
        return
    version = f"{certificat['convmed']}, règles {str(certificat['regles'])[:12]}"
    ecarts = [ecart for champ in ("sujet", "textes", "resultat") for ecart in _ecarts(certificat[champ], refait[champ], champ)]
    if not ecarts:
        suite = "" if memes_regles else f" ; les règles ont changé depuis (établi avec convmed {version}), sans effet ici"
        yield Constat(True, "Résultat", f"retrouvé au centime{suite}")
        return
    if memes_regles:
        yield Constat(False, "Résultat", "les mêmes règles donnent un autre résultat")
    else:
        yield Constat(False, "Résultat", f"les règles installées ne sont pas celles du certificat (convmed {version}) et donnent un autre résultat")
    yield from (Constat(False, champ, f"{_dit(avant)} au certificat, {_dit(apres)} à présent") for champ, avant, apres in ecarts[:ECARTS_DITS])
    if len(ecarts) > ECARTS_DITS:
        yield Constat(False, "Résultat", f"et {len(ecarts) - ECARTS_DITS} autres différences")


def _ecarts(avant: Any, apres: Any, champ: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield each difference between two JSON values: where, what was, what is."""
    if isinstance(avant, dict) and isinstance(apres, dict):
        lieu = f"{champ} « {avant['libelle']} »" if isinstance(avant.get("libelle"), str) else champ
        for nom in sorted({*avant, *apres}):
            yield from _ecarts(avant.get(nom), apres.get(nom), f"{lieu}.{nom}")
    elif isinstance(avant, list) and isinstance(apres, list):
        for rang in range(max(len(avant), len(apres))):
            un, autre = (cote[rang] if rang < len(cote) else None for cote in (avant, apres))
            yield from _ecarts(un, autre, f"{champ}[{rang}]")
    elif avant != apres or isinstance(avant, bool) != isinstance(apres, bool):
        yield champ, avant, apres


def _dit(valeur: Any) -> str:
    if isinstance(valeur, dict):
        return str(valeur.get("libelle") or "un objet")[:80]
    return "rien" if valeur is None else str(valeur)[:80]


def _textes(noms: Any) -> list[dict[str, str]]:
    """Return the texts and those that they stand on, each once, in order."""
    uns = {un["id"]: un for nom in noms for un in chaine(trouver_texte(nom, scenarios=False))}
    return list(uns.values())


def _en_json(objet: Any) -> Any:
    """Return an answer as its JSON is read: dates are texts, tuples are lists."""
    return json.loads(json.dumps(objet, ensure_ascii=False, default=str, allow_nan=False))


def _sha256(objet: Any) -> str:
    return hashlib.sha256(canonique(objet)).hexdigest()


def _en_base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _de_base64(texte: Any) -> bytes:
    """Return the bytes of a text in base64url; `ValueError` for any other writing of the same bytes."""
    try:
        octets = base64.b64decode(str(texte) + "=" * (-len(str(texte)) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("base64url") from None
    if _en_base64(octets) != texte:
        raise ValueError("base64url")
    return octets
