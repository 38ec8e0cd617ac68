"""What the engine asks of a database, and how that would answer: the very statements, whichever way they go."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from app import driver
from app.extensions import db
from app.unit import unit

OF_FLOWS = "ix_run_flow, ix_message_flow, ix_call_flow"


@contextmanager
def overheard():
    """Yield a list that gets each statement that is run meanwhile, with its values."""
    seen, ran = [], driver._ran

    def note(_connection, _cursor, statement, parameters, _context, _many):
        seen.append((statement, parameters))

    def note_asked(connection, statement, values, *how):
        seen.append((statement, values))
        return ran(connection, statement, values, *how)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(driver, "_ran", note_asked)
            yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def explained(look):
    """Return the plans of all statements that a look runs, as the database tells them."""
    with overheard() as seen:
        unit(look)
    sqlite = db.engine.dialect.name == "sqlite"
    raw = db.engine.raw_connection()
    try:
        cursor = raw.cursor()
        if not sqlite:
            cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off")
            cursor.execute(
                f"DROP INDEX {OF_FLOWS}"
            )  # nearly empty tables make all costs equal; rolled back below
        plans = []
        for statement, parameters in seen:
            if statement.split(None, 1)[0] in ("SELECT", "UPDATE", "WITH"):
                cursor.execute(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + statement, parameters)
                plans += [str(row[-1]) for row in cursor.fetchall()]
        return "\n".join(plans)
    finally:
        raw.rollback()
        raw.close()
