"""The promises of the engine, read from the rows and from the mail server's own log. Each is named as in the design.

A file a noun. Every check yields what is broken, one line each, beginning with the invariant's name: `violations`
gathers them, `check` fails on the first few. What nobody can read in the rows alone is handed over as `Seen`.
"""

from __future__ import annotations

from itertools import islice

from app.extensions import db
from tests.workers.invariants import codes, entries, gates, mails, messages, runs, system
from tests.workers.invariants.reading import Rows
from tests.workers.invariants.seen import Accepted, Off, Seen

__all__ = ("Accepted", "Off", "Seen", "check", "violations")
CHECKS = (
    *runs.CHECKS,
    *entries.CHECKS,
    *messages.CHECKS,
    *gates.CHECKS,
    *codes.CHECKS,
    *mails.CHECKS,
    *system.CHECKS,
)


def violations(seen: Seen):
    """Yield everything that is broken in the database as this session sees it now."""
    rows = Rows(seen)
    for each in CHECKS:
        yield from each(rows)


def check(mails=(), **told):
    """Assert every invariant over the whole database; `mails` are (recipients, mail) as a test's sink keeps them."""
    db.session.rollback()
    db.session.expire_all()
    found = list(islice(violations(Seen(mails=[Accepted.of(*mail) for mail in mails], **told)), 20))
    db.session.rollback()
    assert not found, "\n".join(found)
