"""The tables of a server. What is personal is encrypted (`LargeBinary`), or is the keyed hash that finds it again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

# Every constraint has a name, the same in both engines: a migration can then change it.
METADONNEES = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[dt.datetime]):
    """A moment in UTC, the same to the microsecond in both engines (SQLite knows no time zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Write a moment in UTC."""
        if value is None:
            return None
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """Read a moment in UTC."""
        if value is None:
            return None
        lu: dt.datetime = value
        return lu.replace(tzinfo=dt.UTC) if lu.tzinfo is None else lu.astimezone(dt.UTC)


def _parmi(colonne: str, *valeurs: str) -> CheckConstraint:
    liste = ", ".join(f"'{valeur}'" for valeur in valeurs)
    return CheckConstraint(f"{colonne} IN ({liste})", name=colonne)


def _compte(nom: str, **options: Any) -> Column[str]:
    return Column(nom, String(36), ForeignKey("compte.id", ondelete="CASCADE"), nullable=False, **options)


# The base itself: the witness of its key, and the key of its journal under the master key.
reglage = Table(
    "reglage", METADONNEES,
    Column("nom", String(32), primary_key=True),
    Column("valeur", LargeBinary, nullable=False),
)  # fmt: skip

compte = Table(
    "compte", METADONNEES,
    Column("id", String(36), primary_key=True),
    Column("identifiant", LargeBinary, nullable=False),
    Column("identifiant_index", LargeBinary, nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("actif", Boolean, nullable=False),
    Column("mot_de_passe", String(255)),
    # The person at the provider who signs in for this account.
    Column("oidc", LargeBinary),
    Column("oidc_index", LargeBinary, unique=True),
    Column("cree_le", Instant, nullable=False),
    _parmi("role", "medecin", "secretariat", "agent", "lecture"),
)  # fmt: skip

# Failures to sign in, known account or not: what locks says nothing of who exists.
tentative = Table(
    "tentative", METADONNEES,
    Column("identifiant_index", LargeBinary, primary_key=True),
    Column("echecs", Integer, nullable=False),
    Column("derniere_le", Instant, nullable=False, index=True),
    Column("bloque_jusqu_a", Instant),
)  # fmt: skip

piece = Table(
    "piece", METADONNEES,
    Column("id", String(36), primary_key=True),
    Column("genre", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("cree_le", Instant, nullable=False),
    _compte("proprietaire"),
    _parmi("genre", "dossier", "contrat", "procedure", "scenario"),
    Index(None, "proprietaire", "genre"),
)  # fmt: skip

version = Table(
    "version", METADONNEES,
    Column("piece", String(36), ForeignKey("piece.id", ondelete="CASCADE"), primary_key=True),
    Column("numero", Integer, primary_key=True),
    Column("titre", LargeBinary, nullable=False),
    Column("contenu", LargeBinary, nullable=False),
    # Whoever wrote may be deleted: what they wrote in the piece of someone else stays.
    Column("auteur", String(36), ForeignKey("compte.id", ondelete="SET NULL"), index=True),
    Column("date", Instant, nullable=False),
)  # fmt: skip

partage = Table(
    "partage", METADONNEES,
    Column("piece", String(36), ForeignKey("piece.id", ondelete="CASCADE"), primary_key=True),
    _compte("compte", primary_key=True, index=True),
    Column("droit", String(16), nullable=False),
    _parmi("droit", "ecriture", "lecture"),
)  # fmt: skip

# Of a session and of a token only the hash is kept: who reads the base cannot use them.
session = Table(
    "session", METADONNEES,
    Column("empreinte", LargeBinary, primary_key=True),
    _compte("compte", index=True),
    Column("cree_le", Instant, nullable=False),
    Column("vue_le", Instant, nullable=False),
)  # fmt: skip

jeton = Table(
    "jeton", METADONNEES,
    Column("id", String(36), primary_key=True),
    Column("empreinte", LargeBinary, nullable=False, unique=True),
    _compte("compte", index=True),
    Column("libelle", LargeBinary, nullable=False),
    Column("cree_le", Instant, nullable=False),
)  # fmt: skip

# The encrypted columns, and the columns that say at which row and version each is: what a change of key writes again.
CHIFFREES: tuple[tuple[Column[Any], Column[Any], Column[Any] | None], ...] = (
    (reglage.c.valeur, reglage.c.nom, None),
    (compte.c.identifiant, compte.c.id, None),
    (compte.c.oidc, compte.c.id, None),
    (version.c.titre, version.c.piece, version.c.numero),
    (version.c.contenu, version.c.piece, version.c.numero),
    (jeton.c.libelle, jeton.c.id, None),
)

# No foreign key: the journal outlives what it speaks of.
journal = Table(
    "journal", METADONNEES,
    Column("numero", Integer, primary_key=True, autoincrement=False),
    Column("date", Instant, nullable=False),
    Column("qui", String(36)),
    Column("action", String(32), nullable=False),
    Column("piece", String(36)),
    Column("compte", String(36)),
    Column("empreinte", LargeBinary, nullable=False),
)  # fmt: skip
