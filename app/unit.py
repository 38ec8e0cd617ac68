"""A unit of work: one transaction that either happened or did not, tried again when the database was busy.

Knows how each database begins, waits and fails. Must not know what is written.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Engine, Executable, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError, TimeoutError

from app import driver
from app.driver import Wire
from app.extensions import db

T = TypeVar("T")

# PostgreSQL's words for "again, please": serialization failure, deadlock, connection exceptions, admin shutdown,
# a lock that was not to be had in time, a statement that took too long.
RETRY_STATES = ("40001", "40P01", "08", "57P01", "55P03", "57014")
BUSY = 10  # seconds that one writer waits for another
# SQLite: a unit that will write takes the lock first, since upgrading a read transaction fails at once under load.
TO_WRITE, TO_READ = "BEGIN IMMEDIATE", "BEGIN"
_writer = threading.RLock()


def prepare_engine(engine: Engine) -> None:
    """Make a new engine keep the house's rules for its database."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        event.listen(engine, "connect", _postgresql_connect)


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin or commit behind SQLAlchemy's back
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Any) -> None:
    writing = connection.get_execution_options().get("writes", False)
    driver.ask(connection, TO_WRITE if writing else TO_READ)


def _postgresql_connect(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '30s'; SET lock_timeout = '10s'; SET timezone = 'UTC'")
        # Whoever stands still in the midst of a transaction holds what others wait for: for a lease at the most.
        cursor.execute("SET idle_in_transaction_session_timeout = '20s'")
    connection.commit()


def writes() -> None:
    """Say at its start that this session's transaction is going to write."""
    if not db.session().in_transaction():
        db.session.connection(execution_options={"writes": True})


@contextmanager
def _in_turn() -> Iterator[None]:
    """Stand in line behind the other writers of this process, where the database lets one in at a time.

    SQLite has no line: whoever finds the door closed sleeps and looks again, later each time, while others slip in.
    """
    queued = db.engine.dialect.name == "sqlite" and _writer.acquire(timeout=BUSY)
    try:
        yield
    finally:
        if queued:
            _writer.release()


def unit(work: Callable[[], T], tries: int = 5) -> T:
    """Run `work` in one transaction and commit it; the whole is run again when the database asks for it.

    Raises what `work` raises, or the database's error after the last try. Nothing is left half done.
    """
    return _again(lambda: _done(work), tries)


def bare_unit(work: Callable[[Wire], T], tries: int = 5) -> T:
    """The same past the session, at the driver's own speed: `work` asks on the wire that it is given.

    For a few statements that are asked thousands of times a minute. Never inside another unit, which would be another
    transaction of the same thread.
    """
    return _again(lambda: _done_bare(work), tries)


def _again(once: Callable[[], T], tries: int) -> T:
    for attempt in range(1, tries + 1):
        try:
            return once()
        except DBAPIError as error:
            if attempt == tries or not is_busy(error):
                raise
            time.sleep(random.uniform(0.01, 0.05) * attempt)
    raise AssertionError("unreachable")


def insist(work: Callable[[], T], seconds: float) -> T:
    """Run a unit as soon as the database can take it: for what nobody can tell us a second time.

    Raises what `unit` raises; the database's own troubles only once they have lasted for so long.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            return unit(work)
        except (DBAPIError, TimeoutError) as error:
            if not is_trouble(error) or time.monotonic() > until:
                raise
            time.sleep(random.uniform(0.1, 0.3))


def _done(work: Callable[[], T]) -> T:
    db.session.rollback()
    with _in_turn():
        try:
            writes()
            result = work()
            db.session.commit()
            return result
        except BaseException:
            db.session.rollback()
            raise


def _done_bare(work: Callable[[Wire], T]) -> T:
    with _in_turn():
        wire = Wire(db.engine)
        try:
            if wire.dialect.name == "sqlite":  # PostgreSQL's driver begins by itself
                driver.ask(wire, TO_WRITE)
            result = work(wire)
            wire.commit()
            return result
        finally:
            wire.close()


def is_busy(error: DBAPIError) -> bool:
    """Whether the same unit may succeed if it is simply tried again."""
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state:
        return str(state).startswith(RETRY_STATES)
    return isinstance(error, OperationalError) and "locked" in str(error.orig)


def is_trouble(error: BaseException) -> bool:
    """Whether it is the database that failed, and not what it was asked to do: then nobody's row is to blame."""
    if isinstance(error, DBAPIError):
        ours = OperationalError | InterfaceError | ProgrammingError  # the last: our own statement is wrong
        return error.connection_invalidated or isinstance(error, ours)
    return isinstance(error, TimeoutError)


def changed(statement: Executable) -> int:
    """Run an UPDATE, INSERT or DELETE and return how many rows it changed: the count says who won."""
    return int(getattr(db.session.execute(statement), "rowcount"))  # noqa: B009 (the general result has none)
