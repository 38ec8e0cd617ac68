"""The gate: the last look before the point of no return, in one transaction for all that stand at their dot together.

`decide` is pure and holds the rules; what it looks at is read (`known`) under locks that make a switch-off or an
unsubscription either seen here or later than the dot. Whatever says no is written with the reason.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app import clock, tally
from app.models import Code, Message
from app.models.suppressions import HARD
from graph.topics import ORDER
from workers import known, marks, quiet, suspending
from workers.known import Asking, Known
from workers.smtp import LAST_PATIENCE

log = logging.getLogger(__name__)
PAUSED = timedelta(minutes=15)  # how long a message of a paused flow waits before it asks again


@dataclass(frozen=True, slots=True)
class Passed:
    """The point of no return is recorded: send the dot."""


@dataclass(frozen=True, slots=True)
class Held:
    """Not now: it waits until `until`."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Closed:
    """Never: it ends as `state`."""

    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Without:
    """Write it again without a code."""


@dataclass(frozen=True, slots=True)
class Lost:
    """It is no longer ours: cancelled, or claimed by another."""


Verdict = Passed | Held | Closed | Without | Lost


def decide(about: Known, now: datetime) -> Verdict:
    """Return whether a message may leave now. The most final reason goes first."""
    if about.flow_status == "deleted" or not about.same_epoch or about.run_status == "cancelled":
        return Closed("cancelled", "switched_off" if not about.same_epoch else "run_ended")
    if about.staff:
        return Passed()
    return _ended(about, now) or _unwelcome(about) or _later(about, now) or _coupon(about, now) or Passed()


def _ended(about: Known, now: datetime) -> Verdict | None:
    if about.happened.intersection(about.settings["goal"]):
        return Closed("skipped", "goal")
    # Whoever wants no news may still have to hear about an order.
    unheard = {"customer.unsubscribed"} if about.topic == ORDER else set()
    if left := about.happened.intersection(about.settings["exit"]) - unheard:
        return Closed("skipped", "unsubscribed" if "customer.unsubscribed" in left else "run_ended")
    return Closed("skipped", "latest") if about.latest_at and now > about.latest_at else None


def _unwelcome(about: Known) -> Verdict | None:
    if not about.email:
        return Closed("skipped", "erased")
    if about.suppressed in HARD:
        return Closed("skipped", about.suppressed)
    return None if about.topic == ORDER else _unwanted(about)


def _unwanted(about: Known) -> Verdict | None:
    if about.suppressed or about.consent == "unsubscribed":
        return Closed("skipped", "unsubscribed")
    if about.topic in about.refused:
        return Closed("skipped", "topic")
    for_subscribers = about.settings["audience"] == "subscribers"
    return Closed("skipped", "audience") if for_subscribers and about.consent != "subscribed" else None


def _later(about: Known, now: datetime) -> Verdict | None:
    if about.flow_status == "paused":
        return Held(now + PAUSED, "paused")
    if about.capped_until:
        return Held(about.capped_until, "cap")
    until = quiet.ends(about.settings.get("quiet"), now, about.zone)
    return Held(until, "quiet") if until else None


def _coupon(about: Known, now: datetime) -> Verdict | None:
    """A customer's own code that is used or over is left out; a coupon that fails for all follows the setting (C8)."""
    if about.trouble in ("", "own"):
        return Without() if about.trouble else None
    match about.settings["on_coupon_invalid"]:
        case "without":
            return Without()
        case "skip":
            return Closed("skipped", "coupon")
    return Held(now + PAUSED, "coupon")


class Raced(Exception):
    """A claim was lost between the look and the record, and nobody knows whose: each must be asked about alone."""


def ask(asking: Asking, *, dry: bool = False) -> list[Verdict]:
    """Decide about claimed messages of a shop and write it, inside a unit; raises Raced.

    `dry`: a yes is not written and settles nothing, so nothing is locked for it; a no is as good as any.
    """
    now = clock.now(asking[0][0].shop_id)
    told = zip(asking, known.read(asking, now, locked=not dry), strict=True)
    verdicts = [_answer(row, about, now) for (row, _letter), about in told]
    if dry:
        return verdicts
    through = [each for each, verdict in zip(asking, verdicts, strict=True) if isinstance(verdict, Passed)]
    if _pass(through, now) == len(through):
        return verdicts
    if len(asking) > 1:
        raise Raced
    return [Lost()]


def _answer(row: Any, about: Known, now: datetime) -> Verdict:
    if not about.ours:
        return Lost()
    verdict = decide(about, now)
    if isinstance(verdict, Held | Closed):
        log.info("the gate refuses a message", extra=marks.of(row) | {"reason": verdict.reason})
        tally.count("gate_refusals", verdict.reason)
    match verdict:
        case Held(until, reason):
            if reason == "coupon":
                suspending.suspend(row.flow_id, about.coupon, about.trouble, now)
            Message.put_back(row.id, row.token, until, reason, burnt=False)
        case Closed(state, reason):
            Message.close(row.id, row.token, state, reason)
    return verdict


def _pass(through: Asking, now: datetime) -> int:
    """Record that these have passed; return how many were still ours. Their codes are issued with them."""
    until = clock.real() + timedelta(seconds=LAST_PATIENCE + 10)
    passing = [(row, letter.subject, letter.revision) for row, letter in through]
    count = Message.pass_gate(passing, now, until)
    if count == len(through):
        Code.issue([id for _row, letter in through for id in letter.codes])
    return count
