"""What stands still around the automations: the engine, the clock, the mail server, what the shop's system tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from app import vitals
from app.models import Heartbeat, lateness, standstill
from app.models.attention import Returned, missing
from app.models.attention import returned as too_much
from app.models.lateness import Late
from app.models.standstill import Standing
from app.views.concern import Act, Concern, Scope, act
from app.views.mail_server import ADVICE

LATE = timedelta(seconds=60)  # what waits longer beyond its time is worth a look


def engine(scope: Scope) -> Iterator[Concern]:
    """Yield that no worker runs."""
    silence = vitals.silence()
    if vitals.engine():
        return
    ever = silence is not None and silence != float("inf")
    since = scope.real - timedelta(seconds=silence) if ever and silence is not None else None
    yield Concern(
        "engine",
        "zap",
        "bad",
        _("Nothing is being sent: no worker is running."),
        since=since,
        why=_("Nothing is lost: it all goes on as soon as whoever runs this machine starts one."),
    )


def clock(scope: Scope) -> Iterator[Concern]:
    """Yield that a machine's clock is in doubt."""
    held = Heartbeat.held(scope.real)
    if held is None:
        return
    minutes = max(1, round((held.held_until - scope.real).total_seconds() / 60)) if held.held_until else 1
    yield Concern(
        "clock",
        "clock",
        "bad",
        _("Sending waits: this machine’s clock has jumped."),
        why=ngettext(
            "It goes on by itself when the clock comes back, or in %(num)s minute.",
            "It goes on by itself when the clock comes back, or in %(num)s minutes.",
            minutes,
        ),
    )


def late(scope: Scope) -> Iterator[Concern]:
    """Yield what waits too long beyond its time."""
    for late, said in (
        (lateness.late_runs(scope.id), _("%(num)s people should have moved on by now")),
        (lateness.late_messages(scope.id), _("%(num)s messages should have left by now")),
        (lateness.unread(scope.id), _("%(num)s messages from your shop’s system are not read yet")),
    ):
        if late.oldest and scope.now - late.oldest > LATE:
            yield Concern(
                "late",
                "hourglass",
                "wait",
                said % {"num": _many(late)},
                since=late.oldest,
                why=_("The workers are catching up. When this does not shrink, start more of them."),
            )


def _many(late: Late) -> str:
    return f"{late.count}+" if late.count >= lateness.MOST else str(late.count)


def channel(scope: Scope) -> Iterator[Concern]:
    """Yield each channel that rests, with what its server said."""
    for each in standstill.channels_resting(scope.id):
        yield Concern(
            "channel",
            "mail",
            "bad",
            _("E-mails wait: the mail server does not take them"),
            why=" ".join((str(ADVICE[each.trouble]), _("It said: %(words)s", words=each.said))),
            since=each.since,
            shop=scope.where(each.shop_id),
            acts=(
                act(scope, _("Check now"), "refresh-cw", "check", shop_id=each.shop_id, channel=each.channel),
            ),
            look=scope.page(_("Mend it"), "mail_server.show"),
        )


def delivery(scope: Scope) -> Iterator[Concern]:
    """Yield what could not be read, together by its error."""
    for each in standstill.deliveries_parked(scope.id):
        yield Concern(
            "delivery",
            "inbox",
            "bad",
            ngettext(
                "%(num)s message from your shop’s system could not be read",
                "%(num)s messages from your shop’s system could not be read",
                each.count,
            ),
            why=_("It said: %(words)s", words=each.why),
            since=each.since,
            shop=scope.where(each.shop_id),
            acts=_read_again(scope, each),
            look=scope.page(_("How to send them"), "connection.developers"),
        )


def _read_again(scope: Scope, each: Standing) -> tuple[Act, ...]:
    question = _("What they say is deleted: no automation hears of it. This cannot be undone.")
    return (
        act(scope, _("Try again"), "refresh-cw", "retry_deliveries", delivery_id=each.id),
        act(scope, _("Put away"), "archive", "skip_deliveries", question, delivery_id=each.id),
    )


def returned(scope: Scope) -> Iterator[Concern]:
    """Yield that more e-mails come back than mail providers put up with."""
    found = too_much(scope.shop, scope.now) if scope.shop else None
    if found:
        yield Concern(
            "returned",
            "mail",
            "wait",
            came_back(found),
            why=_(
                "Mail providers distrust a sender of whom much comes back. Write to no bought or old lists, and let "
                "new readers confirm their address."
            ),
            look=scope.page(_("Ask for confirmation"), "policies.show"),
        )


def came_back(found: Returned) -> str:
    """Return in a sentence how much came back."""
    return _("%(back)s of %(sent)s e-mails came back in the last 7 days", back=found.back, sent=found.sent)


def sender(scope: Scope) -> Iterator[Concern]:
    """Yield that the shop has not said who writes."""
    if scope.shop and missing(scope.shop):
        yield Concern(
            "sender",
            "pencil",
            "wait",
            _("E-mails wait: your sender’s address is not filled in yet"),
            why=_("The law asks that each e-mail names your business and its address."),
            look=scope.page(_("Fill it in"), "settings.show"),
        )
