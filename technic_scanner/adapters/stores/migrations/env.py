"""Runs the migration scripts on the connection that ``revisions.migrate`` holds, in its transaction."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True, render_as_batch=True)
# The caller's transaction holds the lock and commits, so none is begun here.
context.run_migrations()
