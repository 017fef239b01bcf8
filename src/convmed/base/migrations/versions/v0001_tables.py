"""Every table of the first version, and the triggers that keep the journal as it was written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from convmed.base.schema import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = ("journal", "jeton", "session", "partage", "version", "piece", "tentative", "compte", "reglage")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "reglage",
        sa.Column("nom", sa.String(32), nullable=False),
        sa.Column("valeur", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("nom", name="pk_reglage"),
    )
    op.create_table(
        "compte",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("identifiant", sa.LargeBinary, nullable=False),
        sa.Column("identifiant_index", sa.LargeBinary, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("actif", sa.Boolean, nullable=False),
        sa.Column("mot_de_passe", sa.String(255)),
        sa.Column("oidc", sa.LargeBinary),
        sa.Column("oidc_index", sa.LargeBinary),
        sa.Column("cree_le", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_compte"),
        sa.UniqueConstraint("identifiant_index", name="uq_compte_identifiant_index"),
        sa.UniqueConstraint("oidc_index", name="uq_compte_oidc_index"),
        sa.CheckConstraint("role IN ('medecin', 'secretariat', 'agent', 'lecture')", name=op.f("ck_compte_role")),
    )
    op.create_table(
        "tentative",
        sa.Column("identifiant_index", sa.LargeBinary, nullable=False),
        sa.Column("echecs", sa.Integer, nullable=False),
        sa.Column("derniere_le", Instant, nullable=False),
        sa.Column("bloque_jusqu_a", Instant),
        sa.PrimaryKeyConstraint("identifiant_index", name="pk_tentative"),
    )
    op.create_index("ix_tentative_derniere_le", "tentative", ["derniere_le"])
    _pieces()
    _acces()
    _journal()


def _pieces() -> None:
    op.create_table(
        "piece",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("genre", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("cree_le", Instant, nullable=False),
        sa.Column("proprietaire", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_piece"),
        sa.ForeignKeyConstraint(["proprietaire"], ["compte.id"], name="fk_piece_proprietaire", ondelete="CASCADE"),
        sa.CheckConstraint("genre IN ('dossier', 'contrat', 'procedure', 'scenario')", name=op.f("ck_piece_genre")),
    )
    op.create_index("ix_piece_proprietaire_genre", "piece", ["proprietaire", "genre"])
    op.create_table(
        "version",
        sa.Column("piece", sa.String(36), nullable=False),
        sa.Column("numero", sa.Integer, nullable=False),
        sa.Column("titre", sa.LargeBinary, nullable=False),
        sa.Column("contenu", sa.LargeBinary, nullable=False),
        sa.Column("auteur", sa.String(36)),
        sa.Column("date", Instant, nullable=False),
        sa.PrimaryKeyConstraint("piece", "numero", name="pk_version"),
        sa.ForeignKeyConstraint(["piece"], ["piece.id"], name="fk_version_piece", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["auteur"], ["compte.id"], name="fk_version_auteur", ondelete="SET NULL"),
    )
    op.create_index("ix_version_auteur", "version", ["auteur"])
    op.create_table(
        "partage",
        sa.Column("piece", sa.String(36), nullable=False),
        sa.Column("compte", sa.String(36), nullable=False),
        sa.Column("droit", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("piece", "compte", name="pk_partage"),
        sa.ForeignKeyConstraint(["piece"], ["piece.id"], name="fk_partage_piece", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["compte"], ["compte.id"], name="fk_partage_compte", ondelete="CASCADE"),
        sa.CheckConstraint("droit IN ('ecriture', 'lecture')", name=op.f("ck_partage_droit")),
    )
    op.create_index("ix_partage_compte", "partage", ["compte"])


def _acces() -> None:
    op.create_table(
        "session",
        sa.Column("empreinte", sa.LargeBinary, nullable=False),
        sa.Column("compte", sa.String(36), nullable=False),
        sa.Column("cree_le", Instant, nullable=False),
        sa.Column("vue_le", Instant, nullable=False),
        sa.PrimaryKeyConstraint("empreinte", name="pk_session"),
        sa.ForeignKeyConstraint(["compte"], ["compte.id"], name="fk_session_compte", ondelete="CASCADE"),
    )
    op.create_index("ix_session_compte", "session", ["compte"])
    op.create_table(
        "jeton",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("empreinte", sa.LargeBinary, nullable=False),
        sa.Column("compte", sa.String(36), nullable=False),
        sa.Column("libelle", sa.LargeBinary, nullable=False),
        sa.Column("cree_le", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jeton"),
        sa.UniqueConstraint("empreinte", name="uq_jeton_empreinte"),
        sa.ForeignKeyConstraint(["compte"], ["compte.id"], name="fk_jeton_compte", ondelete="CASCADE"),
    )
    op.create_index("ix_jeton_compte", "jeton", ["compte"])


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("numero", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("date", Instant, nullable=False),
        sa.Column("qui", sa.String(36)),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("piece", sa.String(36)),
        sa.Column("compte", sa.String(36)),
        sa.Column("empreinte", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("numero", name="pk_journal"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verbe in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER journal_{verbe.lower()} BEFORE {verbe} ON journal"
                " BEGIN SELECT RAISE(ABORT, 'le journal ne se modifie pas'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION journal_inalterable() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'le journal ne se modifie pas'; END $$"
    )
    op.execute(
        "CREATE TRIGGER journal_inalterable BEFORE UPDATE OR DELETE OR TRUNCATE ON journal"
        " FOR EACH STATEMENT EXECUTE FUNCTION journal_inalterable()"
    )


def downgrade() -> None:
    """Remove the tables, and all that they hold."""
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION journal_inalterable()")
