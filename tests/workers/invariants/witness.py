"""The witness: triggers in a test's database that write down every change that must never be.

The rows of the end cannot tell what happened on the way: a token that fell and rose again, an end that was none. Each
trigger fires only for a change that breaks a promise, so that it costs nothing while all is well.
"""

from __future__ import annotations

from app.extensions import db
from app.models.messages import ENDED as MESSAGE_ENDED
from app.models.runs import ENDED


def _any(names):
    return ", ".join(f"'{name}'" for name in names)


# (table, the invariant, when a change breaks it). An `unknown` may become `sent`: late evidence is welcome.
FORBIDDEN = (
    ("run", "R7", f"OLD.status IN ({_any(ENDED)}) AND NEW.status <> OLD.status"),
    ("run", "R8", "NEW.token < OLD.token"),
    ("message", "R8", "NEW.token < OLD.token"),
    ("version", "R10", "NEW.hash <> OLD.hash"),
    ("message", "M1", f"OLD.state IN ({_any(MESSAGE_ENDED)}) AND NEW.state <> OLD.state "
                      "AND NOT (OLD.state = 'unknown' AND NEW.state IN ('sent', 'failed'))"),
    ("message", "M1", "NEW.mail_id <> OLD.mail_id"),
)  # fmt: skip


def install():
    """Put the witness into this database."""
    connection = db.session.connection()
    connection.exec_driver_sql("CREATE TABLE witness (name VARCHAR(8), about VARCHAR(40), row_id INTEGER)")
    make = _postgresql if connection.dialect.name == "postgresql" else _sqlite
    for place, (table, name, when) in enumerate(FORBIDDEN):
        for statement in make(f"witness_{place}", table, name, when):
            connection.exec_driver_sql(statement)
    db.session.commit()


def remove():
    """Take the witness out again, with what it wrote: PostgreSQL's tests share one database."""
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        for place in range(len(FORBIDDEN)):
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS witness_{place}() CASCADE")
        connection.exec_driver_sql("DROP TABLE IF EXISTS witness")
    db.session.commit()


def _sqlite(trigger, table, name, when):
    note = f"INSERT INTO witness VALUES ('{name}', '{table}', OLD.id)"
    yield f"CREATE TRIGGER {trigger} AFTER UPDATE ON {table} WHEN {when} BEGIN {note}; END"


def _postgresql(trigger, table, name, when):
    note = f"INSERT INTO witness VALUES (''{name}'', ''{table}'', OLD.id); RETURN NULL;"
    yield f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {note} END'"
    row = f"FOR EACH ROW WHEN ({when})"
    yield f"CREATE TRIGGER {trigger} AFTER UPDATE ON {table} {row} EXECUTE FUNCTION {trigger}()"


def told(rows, name):
    """Yield what the witness saw of an invariant; nothing where there is none."""
    for saw in rows.witnessed:
        if saw.name == name:
            yield f"{name}: the witness saw {saw.about} {saw.row_id} change as it must not"
