"""What alembic runs: the migrations, on the connection that `convmed.base.migrations` opened, in its transaction."""

from __future__ import annotations

from alembic import context

from convmed.base.schema import METADONNEES

context.configure(
    connection=context.config.attributes["connexion"],
    target_metadata=METADONNEES,
    # SQLite too undoes a table that was made: a migration is whole or is not.
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
