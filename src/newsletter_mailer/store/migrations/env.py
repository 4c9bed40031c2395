"""What Alembic runs: always on the connection, and inside the transaction, of `database.py`."""

from __future__ import annotations

from alembic import context

from newsletter_mailer.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
