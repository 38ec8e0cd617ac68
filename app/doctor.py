"""The doctor: looks at everything an instance rests on, and says of each whether it is well, or how to mend it.

Knows what health looks like. Changes nothing, and asks nobody for longer than a moment.
"""

from __future__ import annotations

import shutil
import smtplib
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import redis
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from app import clock, doorbell
from app.config import Settings
from app.emails import servers
from app.extensions import db
from app.models import Flow, Heartbeat, InboxRow, Run, lateness

MOMENT = 3.0  # seconds
ROOM = 1024**3  # bytes free, below which a busy shop has days rather than weeks
SILENCE = 30.0  # seconds
LATE = 60.0  # seconds
DRIFT = 2.0  # seconds between this machine's clock and the database's


@dataclass(frozen=True, slots=True)
class Finding:
    """One look: what was found, in a sentence, and what to do when that is not well."""

    well: bool
    what: str
    mend: str = ""


def findings(settings: Settings) -> Iterator[Finding]:
    """Yield what was found, in the order in which one thing rests on another."""
    yield _key(settings)
    yield _room(settings)
    database = _database()
    yield database
    if database.well:
        yield from (_looked(look) for look in (_shape, _whole, _clocks, _engine, _late, _parked, _held))
    yield _broker(settings)
    yield _mail(settings)


def _looked(look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", error)).splitlines()[0]
        return Finding(
            False, f"The database would not tell: {said}", "Run flask --app app upgrade, then look again."
        )
    finally:
        db.session.rollback()


def _key(settings: Settings) -> Finding:
    file = settings.data_dir / "secret_key"
    if file.exists() and file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return Finding(False, f"{file} can be read by others on this machine.", f"Run chmod 600 {file}")
    return Finding(True, "The secret key is set, and kept from others.")


def _room(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data_dir).free
    found = f"{free / 1024**3:,.1f} GiB are free where {settings.data_dir} lies."
    return Finding(
        free >= ROOM, found, "" if free >= ROOM else "Make room, or move DATA_DIR to a larger disk."
    )


def _database() -> Finding:
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[db.engine.dialect.name]
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", error)).splitlines()[0]
        return Finding(False, f"{kind} does not answer: {said}", "Start it, or mend DATABASE_URL.")
    finally:
        db.session.rollback()
    return Finding(True, f"{kind} answers.")


def _shape() -> Finding:
    scripts = ScriptDirectory(current_app.extensions["migrate"].directory)
    has = MigrationContext.configure(db.session.connection()).get_current_revision()
    wanted = scripts.get_current_head()
    mend = "" if has == wanted else "Run flask --app app upgrade."
    return Finding(
        has == wanted, f"The tables are those of {has or 'no release'}; this release wants {wanted}.", mend
    )


def _whole() -> Finding:
    if db.engine.dialect.name != "sqlite":
        return Finding(True, "PostgreSQL looks after its own pages.")
    said = db.session.scalar(text("PRAGMA quick_check(1)"))
    orphan = db.session.execute(text("PRAGMA foreign_key_check")).first()
    if said != "ok":
        return Finding(False, f"The file is damaged: {said}", "Stop Relance and restore the last backup.")
    if orphan:
        return Finding(
            False, f"A row of “{orphan[0]}” refers to one that is gone.", "Restore the last backup."
        )
    return Finding(True, "The file is whole, and every row refers to one that exists.")


def _clocks() -> Finding:
    if db.engine.dialect.name == "sqlite":
        return Finding(True, "One machine, one clock.")
    theirs: datetime = db.session.execute(select(func.clock_timestamp())).scalar_one()
    drift = abs((theirs - clock.real()).total_seconds())
    mend = "" if drift <= DRIFT else "Let both machines keep time with NTP."
    return Finding(drift <= DRIFT, f"The database's clock is {drift:.1f} s from this machine's.", mend)


def _engine() -> Finding:
    last = db.session.scalar(select(func.max(Heartbeat.seen_at)))
    if last is None:
        return Finding(False, "No worker has ever been heard.", "Start one: dramatiq workers, or make run.")
    silence = (clock.real() - last).total_seconds()
    found = f"A worker was heard {silence:.0f} s ago."
    return Finding(
        silence <= SILENCE, found, "" if silence <= SILENCE else "Start the workers again; read their log."
    )


def _late() -> Finding:
    due = lateness.late_runs()
    late = (clock.real() - due.oldest).total_seconds() if due.oldest else 0.0
    mend = "" if late <= LATE else "Start more workers (WORKER_PROCESSES), or look at the Status page."
    return Finding(
        late <= LATE, f"{due.count:,} people are due for their next step, the first for {late:.0f} s.", mend
    )


def _parked() -> Finding:
    people = db.session.scalar(select(func.count()).where(Run.status == "parked")) or 0
    told = db.session.scalar(select(func.count()).where(InboxRow.state == "parked")) or 0
    mend = (
        ""
        if not people + told
        else "The Status page shows each with its error, and lets you retry or skip it."
    )
    return Finding(
        not people + told, f"{people:,} people and {told:,} deliveries are put aside with an error.", mend
    )


def _held() -> Finding:
    held = (
        db.session.scalar(select(func.count()).where(Flow.status == "paused", Flow.paused_reason != "")) or 0
    )
    mend = "" if not held else "Open each on its page: it says why, and how to go on."
    return Finding(not held, f"{held:,} automations were paused by Relance itself.", mend)


def _broker(settings: Settings) -> Finding:
    if not settings.redis_url:
        return Finding(True, "No broker is named: workers look for work by themselves, a second later.")
    try:
        doorbell.client(settings.redis_url, MOMENT).ping()
    except redis.RedisError as error:
        mend = "Start it, or mend REDIS_URL. Nothing is lost meanwhile; all goes on, a second later."
        return Finding(False, f"The broker does not answer: {error}", mend)
    return Finding(True, "The broker answers.")


def _mail(settings: Settings) -> Finding:
    if not settings.smtp_url:
        return Finding(True, "No mail server is named: every e-mail stays in the built-in mailbox.")
    try:
        servers.signed_in(servers.Server.of_url(settings.smtp_url), MOMENT).close()
    except (OSError, smtplib.SMTPException) as error:
        return Finding(
            False, f"The mail server does not let us in: {error}", "Mend SMTP_URL. Mails wait until then."
        )
    return Finding(True, "The mail server lets us in.")
