"""How Alembic reaches the application's own database; `flask upgrade` and `flask db` run it in a context."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from app.extensions import db


def written() -> None:
    """Write the statements out instead of running them (`flask db upgrade --sql`)."""
    context.configure(url=db.engine.url, target_metadata=db.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    """Run the migrations, each in one transaction: our engine begins SQLite's transactions itself."""
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection, _tables_may_be_rebuilt(connection), _in_its_own_time(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            transactional_ddl=True,
            transaction_per_migration=True,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()


@contextmanager
def _tables_may_be_rebuilt(connection: Connection) -> Iterator[None]:
    # SQLite changes a table by building it anew; its foreign keys would take that for a deletion.
    # The driver is spoken to directly, because inside a transaction the pragma does nothing.
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


@contextmanager
def _in_its_own_time(connection: Connection) -> Iterator[None]:
    # A page gives up after 30 seconds; an index over years of history may take longer, and is worth it. A lock that
    # somebody else holds is waited for a while only: whoever comes behind us waits too.
    if connection.dialect.name == "postgresql":
        connection.connection.driver_connection.execute("SET statement_timeout = 0; SET lock_timeout = '60s'")
        connection.connection.driver_connection.commit()
    yield
    if connection.dialect.name == "postgresql":
        connection.invalidate()  # the next one is the pages' again


if context.is_offline_mode():
    written()
else:
    run()
