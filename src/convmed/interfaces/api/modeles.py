"""The shapes of what the API answers, for its description alone: the answers themselves are written as they are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Forme(BaseModel):
    """The shape of an answer; what follows may grow, so that fields beside these are allowed."""

    model_config = ConfigDict(extra="allow")


class Ligne(Forme):
    """A payment."""

    dispositif: str
    libelle: Annotated[str, Field(description="Ce qui est payé.")]
    beneficiaire: str
    annee: Annotated[int, Field(description="L'exercice.")]
    base: Annotated[str, Field(description="Ce sur quoi le montant est calculé.")]
    montant: Annotated[float | None, Field(description="En euros, au centime ; null s'il ne peut pas être calculé : voir `etat` et `motif`.")]
    date_versement: Annotated[str | None, Field(description="null si la date n'est pas publiée.", json_schema_extra={"format": "date"})]
    precision_date: str
    etat: Annotated[Literal["dû", "incomplet", "non publié", "sans objet"], Field(description="« sans objet » : 0 €, et `motif` dit pourquoi.")]
    motif: str
    confiance: Annotated[Literal["officiel", "presse", "deduit"], Field(description="La moins sûre des figures dont le montant dépend.")]
    references: Annotated[list[str], Field(description="Les articles et les textes dont le montant vient.")]


class Explication(Forme):
    """A node of the tree that explains a value."""

    genre: Annotated[str, Field(description="Une règle, une figure du barème, une donnée de la demande...")]
    nom: str
    libelle: str
    valeur: Annotated[Any, Field(description="Dans l'unité `unite` : euros, pour cent, date.")]
    unite: str = ""
    reference: str = ""
    confiance: str = ""
    detail: str = ""
    enfants: Annotated[list[Explication], Field(description="Ce dont la valeur dépend.")] = []


class Reponse(Forme):
    """The answer to a case."""

    dispositif: str
    annee: Annotated[int, Field(description="L'exercice, s'il est celui de la demande ou s'en déduit.")] = 0
    date: Annotated[str | None, Field(description="La date de la demande, si elle en a une.", json_schema_extra={"format": "date"})] = None
    texte: Annotated[str, Field(description="Le texte appliqué.")]
    resultats: Annotated[dict[str, Any], Field(description="Les champs sont dans la fiche du dispositif ; montants en euros, taux en fractions.")]
    lignes: Annotated[list[Ligne], Field(description="Les paiements.")]
    explication: Annotated[dict[str, Explication], Field(description="D'où viennent les résultats, jusqu'aux données et aux articles.")]


class Erreur(Forme):
    """A fault in what was asked."""

    cas: Annotated[int, Field(description="Le rang du cas dans la liste, à partir de 0.")]
    champ: Annotated[str | None, Field(description="Le champ, par exemple `entree.patients[3].sexe`.")]
    valeur: Annotated[Any, Field(description="La valeur refusée, si elle peut être montrée.")]
    attendu: str | None
    message: Annotated[str, Field(description="Ce qui ne va pas, en français.")]


class Probleme(Forme):
    """A problem (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    erreurs: Annotated[list[Erreur], Field(description="Toutes les erreurs trouvées, celles du contrat.", min_length=1)]


class CasRefuse(Forme):
    """A case of a batch that cannot be computed."""

    id: str = ""
    dispositif: str = ""
    erreurs: Annotated[list[Erreur], Field(min_length=1)]


class Liens(Forme):
    """Where to go on from a dispositif."""

    detail: str
    calcul: str
    bareme: str


class DispositifConnu(Forme):
    """A dispositif."""

    dispositif: Annotated[str, Field(description="Le nom, celui des adresses.")]
    titre: str
    calculs: Annotated[list[str], Field(description="Les valeurs de `entree.calcul` ; vide si le dispositif n'a qu'un calcul.")]
    liens: Liens


class CasDuBanc(Forme):
    """A conformance case."""

    id: str
    dispositif: str
    nom: str
    demande: Annotated[dict[str, Any], Field(description="Ce que lit le calcul.")]
    attendu: Annotated[dict[str, Any], Field(description="Une partie de la réponse : `resultats`, `lignes`, ou les champs refusés (`refus`).")]
    source: str
    normes: list[str]
    references: list[str]


class Dates(Forme):
    """A day on which figures take a value."""

    du: Annotated[str, Field(json_schema_extra={"format": "date"})]
    texte: str
    figures: list[str]


class DispositifDetaille(DispositifConnu):
    """All that makes a dispositif."""

    titre_de_la_fiche: str
    resume: str
    fiche: Annotated[str, Field(description="La fiche, en Markdown.")]
    schema_: Annotated[dict[str, Any], Field(alias="schema", description="Le schéma JSON d'une demande.")]
    exemples: list[CasDuBanc]
    dates: Annotated[list[Dates], Field(description="Quand les figures prennent une valeur, texte par texte.")]


class FigureEnVigueur(Forme):
    """A figure of the barème at a date."""

    dispositif: str
    figure: str
    libelle: str
    valeur: Annotated[str, Field(description="Telle que le barème l'écrit, dans l'unité `unite` ; « non publié » si personne ne l'a publiée.")]
    unite: Annotated[str, Field(description="Par exemple EUR, EUR/patient/an, %, points, mois, date.")]
    du: Annotated[str | None, Field(json_schema_extra={"format": "date"})]
    au: Annotated[str | None, Field(json_schema_extra={"format": "date"})]
    texte: str | None
    statut: Annotated[str | None, Field(description="signe, applique, propose ou anterieur.")]
    confiance: Annotated[str | None, Field(description="officiel, presse ou deduit.")]
    reference: str
    article: str
    verifie_le: Annotated[str | None, Field(json_schema_extra={"format": "date"})]


class TexteConnu(Forme):
    """A text."""

    texte: str
    libelle: str
    horloge: Annotated[str, Field(description="Ce qui fut signé, appliqué ou proposé.")]
    chaine: Annotated[list[str], Field(description="Ce texte, puis ceux qu'il laisse debout, du plus récent au plus ancien.")]
    reference: str


class NormeDuRegistre(Forme):
    """A statement of the source documents."""

    id: str
    dispositif: str
    etat: Literal["tenue", "non-tenue", "orientation", "non-publiee"]
    tests: list[str]
    type: str
    enonce: str
    raison: str
    nommee_par: list[str]


PROBLEME: dict[str, Any] = {
    "description": "La demande est refusée : `erreurs` dit tout ce qui ne va pas.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Probleme"}}},
}
