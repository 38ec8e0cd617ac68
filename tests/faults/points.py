"""The points at which a process must be able to die: those of a mail, and and around each commit of the engine."""

from __future__ import annotations

from tests.faults.fuse import MAIL, commits

# Commits that the stories of the load do not come by, by the beginning of their names, and why.
ELSEWHERE = {
    "workers.alerts": "alarms to the team: when a channel fails for everybody",
    "workers.calls": "no flow of the load calls another system",
    "workers.confirmations": "double opt-in is off in the shops of the load",
    "workers.singles": "mails that belong to no run: see alerts and confirmations",
    "workers.suspending": "coupons that end",
    "workers.troubles": "channels in trouble",
    "workers.heartbeat": "what it writes itself is repeated at the next beat",
    "workers.occasions": "no flow of the load waits for a segment",
    "workers.retention": "once an hour, and nothing is old enough",
    "workers.young": "figures for PostgreSQL's planner",
    "workers.folding": "figures for the pages, added up again from the rows",
    "workers.advance._carefully": "a batch that failed, or whose worker died",
    "workers.advance._work": "the same",
    "workers.advance._give_back": "the database is in trouble",
    "workers.deliver._give_back": "the database is in trouble",
    "workers.deliver._open": "channels in trouble",
    "workers.deliver._rest": "channels in trouble",
    "workers.enrol._blame": "an event that cannot be enrolled",
    "workers.enrol._alone": "an event that cannot be enrolled",
    "workers.intake._blame": "a delivery that cannot be read",
    "workers.intake.take": "deliveries in which something cannot be read, or whose events cannot be enrolled",
    "workers.handover._letter": "a message that was claimed too often",
    "workers.handover._give_back": "the mail server is slow, or in trouble",
    "workers.handover._through": "a channel that cannot bring it",
    "workers.outcomes.refused": "the mail server refuses",
    "workers.outcomes.unwritable": "a design that cannot be written",
}


def points():
    """Return the names of all points that the load comes by."""
    return [*MAIL, *(each for each in commits() if not _site(each).startswith(tuple(ELSEWHERE)))]


def _site(point):
    return point.rpartition(" commit of ")[2]
