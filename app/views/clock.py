"""The demo's clock: what time it is in the demo shop, moving it on, and whether the work that this makes is done.

Outside the demo it does not exist: another shop gets 404.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import flask_babel
from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from sqlalchemy import and_, exists, func, or_, select
from werkzeug.wrappers import Response as Answer

from app import clock, doorbell
from app.extensions import db, limiter
from app.forms.clock import Skip
from app.models import Event, Flow, InboxRow, Message, Run
from app.unit import unit
from app.views.logins import inside

pages = Blueprint("clock", __name__, url_prefix="/clock")
CALM = 3  # quiet readings in a row before the shop counts as settled: the heartbeat looks once a second
PATIENCE = 180  # readings before the page stops asking
SKIPPED = "skipped_from"  # in the session: the shop's time before the last skip
FRESH = timedelta(minutes=2)  # how long the bar says what a skip made happen


@dataclass(frozen=True, slots=True)
class Reading:
    """What the demo's bar says: the shop's time, how much work is due, and whether to ask again.

    `left` counts the e-mails that left since the last skip; None when there was none lately.
    """

    now: datetime
    due: int
    calm: int = CALM
    asked: int = 0
    left: int | None = None

    @property
    def weekday(self) -> str:
        """The day of the week in the shop's zone, in the reader's language."""
        return str(flask_babel.format_date(self.now, "EEEE"))

    @property
    def settled(self) -> bool:
        """Whether nothing has been due for a while."""
        return self.calm >= CALM

    @property
    def tired(self) -> bool:
        """Whether the page has asked long enough."""
        return self.asked >= PATIENCE


def register(app: Flask) -> None:
    """Put the clock on the application, and give every page of the demo its reading."""
    app.register_blueprint(pages)
    app.context_processor(lambda: {"demo_clock": reading, "skip_form": Skip, "next_step": next_step})


@pages.before_request
def only_in_the_demo() -> None:
    """Answer 404 to every other shop."""
    if g.shop is None or not g.shop.is_demo:
        abort(404)


@pages.post("")
@limiter.limit("60/minute;1000/hour")
def skip() -> Answer:
    """Move the clock on and ring for everybody: much may be due now."""
    form, target = Skip(), inside(request.form.get("next")) or url_for("home.index")
    if not form.validate_on_submit():
        flash(" ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(target)
    move(form.delta)
    return redirect(target)


@pages.post("/next")
def skip_to_next() -> Answer:
    """Move the clock on to the moment when somebody goes on or an e-mail leaves."""
    found = next_step(g.shop.id)
    if found is None:
        flash(_("Nobody is on the way, and no e-mail waits."))
    else:
        move(max(found - clock.now(g.shop.id), timedelta(0)) + timedelta(seconds=1))
    return redirect(inside(request.form.get("next")) or url_for("home.index"))


@pages.get("/status")
def status() -> str:
    """Say whether work is going on; the bar asks each second until the shop is calm."""
    before, asked = request.args.get("calm", 0, int), request.args.get("asked", 0, int)
    due = work_due(g.shop.id)
    calm = 0 if due else min(max(before, 0) + 1, CALM)
    reading = Reading(clock.now(g.shop.id), due, calm, asked + 1, left(g.shop.id))
    return render_template("clock/status.html", reading=reading)


def reading() -> Reading:
    """Return the reading of the signed-in demo shop. Work due a moment ago: the page asks again."""
    due = work_due(g.shop.id)
    return Reading(clock.now(g.shop.id), due, calm=0 if due else CALM - 1, left=left(g.shop.id))


def move(delta: timedelta) -> None:
    """Move the shop's clock on, remember from when, and ring for everybody."""
    shop_id = g.shop.id
    session[SKIPPED] = [clock.now(shop_id).isoformat(), clock.real().isoformat()]
    unit(lambda: clock.skip(shop_id, delta))
    ring(shop_id)


def left(shop_id: int) -> int | None:
    """Return how many e-mails left since the last skip, or None when that is long ago."""
    before, at = session.get(SKIPPED) or ("", "")
    if not at or clock.real() - datetime.fromisoformat(at) > FRESH:
        return None
    return _count(Message, shop_id, Message.sent_at > datetime.fromisoformat(before))


def next_step(shop_id: int) -> datetime | None:
    """Return when the next one in an automation goes on or the next e-mail leaves; None when nobody waits."""
    going = exists().where(Flow.status != "paused")
    waking = select(func.min(Run.wake_at)).where(Run.shop_id == shop_id, Run.status.in_(("ready", "waiting")))
    leaving = select(func.min(Message.send_at)).where(Message.shop_id == shop_id, Message.state == "prepared")
    found = (
        db.session.scalar(waking.where(going.where(Flow.id == Run.flow_id))),
        db.session.scalar(leaving.where(going.where(Flow.id == Message.flow_id))),
    )
    return min((at for at in found if at), default=None)


def ring(shop_id: int) -> None:
    """Ring every bell of the shop. Who does not hear it looks by itself within a second."""
    for kind in ("enrol", "deliver"):
        doorbell.ring(kind, shop_id)
    due = (
        select(Run.version_id).distinct().where(Run.shop_id == shop_id, Run.status.in_(("ready", "waiting")))
    )
    for version_id in db.session.scalars(due.where(clock.due(Run.wake_at, Run.shop_id))).all():
        doorbell.ring("advance", version_id)


def work_due(shop_id: int) -> int:
    """Return how many rows of this shop wait for a worker now; what a paused automation holds back does not count."""
    run_due = and_(Run.status.in_(("ready", "waiting")), clock.due(Run.wake_at, Run.shop_id))
    message_due = and_(Message.state == "prepared", clock.due(Message.send_at, Message.shop_id))
    going = exists().where(Flow.status != "paused")
    waiting = (
        (InboxRow, InboxRow.state == "waiting"),
        (Event, Event.enrolled_at.is_(None)),
        (Run, and_(or_(run_due, Run.status == "leased"), going.where(Flow.id == Run.flow_id))),
        (
            Message,
            and_(or_(message_due, Message.state == "handing"), going.where(Flow.id == Message.flow_id)),
        ),
    )
    return sum(_count(model, shop_id, due) for model, due in waiting)


def _count(model: Any, shop_id: int, due: Any) -> int:
    return db.session.scalar(select(func.count(model.id)).where(model.shop_id == shop_id, due)) or 0
