"""What Alembic runs for every upgrade: the migrations, on the connection that `migrate` already holds."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
