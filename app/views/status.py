"""Status: what stands still and why, with the one thing to press. A merchant sees their shop, the instance's owner all.

Acts by POST, each a conditional UPDATE that is written down with who did it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from app import clock, doorbell, vitals
from app.extensions import db
from app.models import (
    Audit,
    Call,
    ChannelTrouble,
    Flow,
    Heartbeat,
    InboxRow,
    Message,
    Run,
    Shop,
    resending,
    standstill,
)
from app.unit import unit
from app.views.concern import Scope
from app.views.concerns import concerns

pages = Blueprint("status", __name__)
MOST = 500  # messages that one press sends again


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.get("/status")
def show() -> str:
    """Show what needs a person, the worst first, and whether everything it rests on is alive."""
    everywhere = g.user.is_owner and bool(request.args.get("all"))
    found = scope(None if everywhere else g.shop)
    return render_template("status/show.html", concerns=concerns(found), everywhere=everywhere, now=found.now,
                           vitals=told_vitals() if g.user.is_owner else [])  # fmt: skip


def scope(shop: Shop | None) -> Scope:
    """Return whose concerns are shown: this shop's, or (None) everybody's."""
    flows, real = select(Flow.id, Flow.name), clock.real()
    flows = flows.where(Flow.shop_id == shop.id) if shop else flows.where(Flow.status != "deleted")
    shops = {} if shop else dict(db.session.execute(select(Shop.id, Shop.name)).all())
    now = clock.now(shop.id) if shop else real
    return Scope(shop, now, real, dict(db.session.execute(flows).all()), shops)


def told_vitals() -> list[tuple[str, str, bool | None, str]]:
    """Return (what, its name in the logs, whether it is well or None, how it is) of all that the instance rests on."""
    real = clock.real()
    workers, hearts = Heartbeat.beating("worker", real), Heartbeat.beating("heartbeat", real)
    steady = Heartbeat.held(real) is None
    busy = ngettext("%(num)s at work", "%(num)s at work", workers)
    watched = _("keeps watch") if hearts else _("nobody; each at work looks by itself")
    return [
        (_("Who does the automations’ work"), "workers", workers > 0, busy),
        (_("Who notices that something is due"), "heartbeat", True if hearts else None, watched),
        (_("Where your data is kept"), "database", *_answer(vitals.database())),
        (_("What passes news on at once"), "broker", *_answer(vitals.broker())),
        (_("Built-in mailbox"), "mailbox", *_answer(vitals.mailbox())),
        (_("This machine’s clock"), "clock", steady, _("steady") if steady else _("has jumped")),
    ]  # fmt: skip


def _answer(well: bool | None) -> tuple[bool | None, str]:
    return well, _("none") if well is None else _("answers") if well else _("does not answer")


@pages.post("/status/runs/<int:run_id>/retry")
def retry_runs(run_id: int) -> Response:
    """Let this stuck run, and all that are stuck like it, try their step again."""
    run = found(Run, run_id)
    version, now = run.version_id, clock.now(run.shop_id)
    done = unit(lambda: noted("retried", found(Run, run_id), standstill.retry_runs(found(Run, run_id), now)))
    doorbell.ring("advance", version)
    return back(
        ngettext("%(num)s person tries again now.", "%(num)s people try again now.", done) if done else ""
    )


@pages.post("/status/runs/<int:run_id>/skip")
def skip_runs(run_id: int) -> Response:
    """Take this stuck run, and all that are stuck like it, out of their automation."""
    now = clock.now(found(Run, run_id).shop_id)
    done = unit(lambda: noted("took_out", found(Run, run_id), standstill.skip_runs(found(Run, run_id), now)))
    return back(ngettext("%(num)s person left it.", "%(num)s people left it.", done) if done else "")


@pages.post("/status/deliveries/<int:delivery_id>/retry")
def retry_deliveries(delivery_id: int) -> Response:
    """Let this delivery, and all with the same error, be read again."""
    shop_id = found(InboxRow, delivery_id).shop_id
    done = unit(lambda: noted("read_again", *_both(standstill.retry_deliveries, delivery_id)))
    doorbell.ring("enrol", shop_id)
    return back(_("They are read again now.") if done else "")


@pages.post("/status/deliveries/<int:delivery_id>/skip")
def skip_deliveries(delivery_id: int) -> Response:
    """Put this delivery, and all with the same error, away."""
    done = unit(lambda: noted("put_away", *_both(standstill.skip_deliveries, delivery_id)))
    return back(_("Put away.") if done else "")


def _both(verb: Callable[[InboxRow], int], id: int) -> tuple[InboxRow, int]:
    row = found(InboxRow, id)
    return row, verb(row)


@pages.post("/status/calls/<int:call_id>/retry")
def retry_calls(call_id: int) -> Response:
    """Tell the other system once more what it did not take, of this call and of all that failed like it."""
    shop_id = found(Call, call_id).shop_id
    now = clock.now(shop_id)
    done = unit(
        lambda: noted("told_again", found(Call, call_id), standstill.retry_calls(found(Call, call_id), now))
    )
    doorbell.ring("call", shop_id)
    return back(
        ngettext("%(num)s note is tried once more.", "%(num)s notes are tried once more.", done)
        if done
        else ""
    )


@pages.post("/status/messages/<int:message_id>/resend")
def resend(message_id: int) -> Response:
    """Send a message once more of which nobody knows whether it arrived: a person has decided so."""
    return _decide(message_id, "resent", resending.resend, (found(Message, message_id).id,))


@pages.post("/status/messages/<int:message_id>/leave")
def leave(message_id: int) -> Response:
    """Leave it at that."""
    return _decide(message_id, "left", resending.leave, (found(Message, message_id).id,))


@pages.post("/status/messages/<int:message_id>/resend-alike")
def resend_failed(message_id: int) -> Response:
    """Send all once more that failed for the same reason at the same step, now that it is mended."""
    return _decide(message_id, "resent", resending.resend, resending.alike(found(Message, message_id), MOST))


@pages.post("/status/messages/<int:message_id>/leave-alike")
def leave_failed(message_id: int) -> Response:
    """Leave all of them at that."""
    return _decide(message_id, "left", resending.leave, resending.alike(found(Message, message_id), MOST))


def _decide(message_id: int, act: str, verb: Callable[..., bool], ids: tuple[int, ...]) -> Response:
    shop_id, user_id = found(Message, message_id).shop_id, g.user.id
    now = clock.now(shop_id)

    def decided() -> int:
        times = sum(verb(shop_id, id, user_id, now) for id in ids)
        return noted(act, found(Message, message_id), times)

    done = unit(decided)
    if act == "resent":
        doorbell.ring("deliver", shop_id)
    said = ngettext("%(num)s e-mail leaves once more.", "%(num)s e-mails leave once more.", done)
    return back((said if act == "resent" else _("Left as it is.")) if done else "")


@pages.post("/status/shops/<int:shop_id>/channels/<channel>/check")
def check(shop_id: int, channel: str) -> Response:
    """Try a channel again that stands still, without waiting for its next turn."""
    if shop_id != g.shop.id and not g.user.is_owner:
        abort(404)
    now = clock.now(shop_id)
    if unit(lambda: _checked(shop_id, channel, now)):
        doorbell.ring("deliver", shop_id)
        return back(_("The mail server is tried now. Look again in a moment."))
    return back("")


def _checked(shop_id: int, channel: str, now: Any) -> bool:
    if not ChannelTrouble.check(shop_id, channel, now):
        return False
    waiting = Message.resume(shop_id, channel, now)
    db.session.add(Audit(shop_id=shop_id, user_id=g.user.id, act="checked", subject=f"channel:{channel}",
                         data={"waiting": waiting}, at=now))  # fmt: skip
    return True


def found(model: Any, id: int) -> Any:
    """Return a row of this shop, or of any for the owner of the instance; else answer 404."""
    row = db.session.get(model, id)
    if row is None or (row.shop_id != g.shop.id and not g.user.is_owner):
        abort(404)
    return row


def noted(act: str, about: Any, times: int) -> int:
    """Keep who did what to how many rows like this one, inside the caller's unit; return how many."""
    if times:
        subject = f"{about.__tablename__}:{about.id}"
        db.session.add(Audit(shop_id=about.shop_id, user_id=g.user.id, act=act, subject=subject, data={"rows": times},
                             at=clock.now(about.shop_id)))  # fmt: skip
    return times


def back(said: str) -> Response:
    """Go back to what stands still, and say what was done; nothing was, when somebody had been faster."""
    flash(said or _("That was settled already."))
    return redirect(url_for("status.show", all=request.args.get("all")))
