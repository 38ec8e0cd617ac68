"""What stands still in the automations themselves: paused ones, people who are stuck, mails whose fate nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.models import Flow, standstill
from app.models.messages import Message
from app.models.standstill import Standing
from app.reasons import why, why_paused
from app.telling import tell
from app.views.concern import Act, Concern, Scope, act
from app.views.flow_page import running_in
from graph.interpreter import compile
from graph.model import BadGraph, Graph


def restored(scope: Scope) -> Iterator[Concern]:
    """Yield each automation that is held since a backup was put back."""
    for flow in standstill.flows_paused(scope.id):
        if flow.paused_reason == "restored":
            yield Concern(
                "restored",
                "history",
                "bad",
                _("“%(name)s” is held: a backup was put back", name=flow.name),
                why=_(
                    "Some of what it would send may have been sent already. Nothing leaves until you choose."
                ),
                since=flow.paused_at,
                shop=scope.where(flow.shop_id),
                acts=_go_on(scope, flow, _("Choose")),
            )


def unreadable(scope: Scope) -> Iterator[Concern]:
    """Yield each automation that is on and cannot be carried out."""
    for flow_id, drawn in running_in(scope.shop.id).items() if scope.shop else ():
        try:
            compile(Graph.from_json(drawn))
        except BadGraph as error:
            yield Concern(
                "unreadable",
                "triangle-alert",
                "bad",
                _("“%(name)s” cannot work as it is drawn", name=scope.named(flow_id)),
                why=tell(error.words),
                look=scope.page(_("Mend it"), "editor.show", flow_id=flow_id),
            )


def paused(scope: Scope) -> Iterator[Concern]:
    """Yield each automation that is paused for any other reason."""
    for flow in standstill.flows_paused(scope.id):
        if flow.paused_reason != "restored":
            yield Concern(
                "paused",
                "pause",
                "wait",
                _("“%(name)s” is paused", name=flow.name),
                why=why_paused(flow.paused_reason),
                since=flow.paused_at,
                shop=scope.where(flow.shop_id),
                acts=_go_on(scope, flow, _("Go on")),
                look=scope.page(_("Mend it"), "editor.show", flow_id=flow.id),
            )


def _go_on(scope: Scope, flow: Flow, text: str) -> tuple[Act, ...]:
    if scope.shop is None:
        return ()
    return (Act(text, "play", url_for("resume.show", flow_id=flow.id), posts=False),)


def parked(scope: Scope) -> Iterator[Concern]:
    """Yield the people who are stuck, together by step and error."""
    for each in standstill.runs_parked(scope.id):
        name, look = scope.named(each.flow_id), {"flow_id": each.flow_id, "state": "stuck"}
        yield Concern(
            "parked",
            "triangle-alert",
            "bad",
            ngettext(
                "%(num)s person is stuck in “%(name)s”",
                "%(num)s people are stuck in “%(name)s”",
                each.count,
                name=name,
            ),
            why=_("A step could not be carried out: %(error)s", error=each.why),
            since=each.since,
            shop=scope.where(each.shop_id),
            acts=_unstick(scope, each),
            look=scope.page(_("Look"), "flows.people", **look),
        )


def _unstick(scope: Scope, each: Standing) -> tuple[Act, ...]:
    question = ngettext(
        "%(num)s person gets nothing more of this automation for this occasion. This cannot be undone.",
        "%(num)s people get nothing more of this automation for this occasion. This cannot be undone.",
        each.count,
    )
    return (
        act(scope, _("Try again"), "refresh-cw", "retry_runs", run_id=each.id),
        act(scope, _("Take out"), "skip-forward", "skip_runs", question, run_id=each.id),
    )


def unknown(scope: Scope) -> Iterator[Concern]:
    """Yield each e-mail of which nobody knows whether it arrived, and about which nobody has decided."""
    for message in standstill.unknown(scope.id):
        yield Concern(
            "unknown",
            "circle-question-mark",
            "wait",
            _unsure(scope, message),
            why=_(
                "The mail server’s answer was cut off at the last moment. Nothing is sent twice by itself."
            ),
            since=message.gate_at,
            shop=scope.where(message.shop_id),
            acts=_decide(scope, message),
            look=scope.page(_("Look"), "runs.show", run_id=message.run_id),
        )


def _decide(scope: Scope, message: Message) -> tuple[Act, ...]:
    question = _("If the first one did arrive, the customer gets the same e-mail twice.")
    return (
        act(scope, _("Send it again"), "send", "resend", question, message_id=message.id),
        act(scope, _("Leave it"), "check", "leave", message_id=message.id),
    )


def _unsure(scope: Scope, message: Message) -> str:
    name = scope.named(message.flow_id)
    if message.subject and scope.shop:
        return _(
            "“%(subject)s” of “%(name)s” may or may not have arrived", subject=message.subject, name=name
        )
    return _("An e-mail of “%(name)s” may or may not have arrived", name=name)


def failed(scope: Scope) -> Iterator[Concern]:
    """Yield the e-mails that were not sent and can be once something is mended."""
    for each in standstill.messages_failed(scope.id, scope.now):
        yield Concern(
            "failed",
            "circle-x",
            "wait",
            ngettext(
                "%(num)s e-mail of “%(name)s” was not sent",
                "%(num)s e-mails of “%(name)s” were not sent",
                each.count,
                name=scope.named(each.flow_id),
            ),
            why=why(each.why),
            since=each.since,
            shop=scope.where(each.shop_id),
            acts=_mended(scope, each),
            look=scope.page(_("Mend it"), "editor.show", flow_id=each.flow_id, step=each.node),
        )


def _mended(scope: Scope, each: Standing) -> tuple[Act, ...]:
    question = ngettext(
        "%(num)s customer who has not ordered or said no meanwhile gets the e-mail now.",
        "Of %(num)s customers, those who have not ordered or said no meanwhile get the e-mail now.",
        each.count,
    )
    return (
        act(scope, _("Send again"), "send", "resend_failed", message_id=each.id, question=question),
        act(scope, _("Leave it"), "check", "leave_failed", message_id=each.id),
    )


def call(scope: Scope) -> Iterator[Concern]:
    """Yield what another system did not take."""
    for each in standstill.calls_failed(scope.id, scope.now):
        yield Concern(
            "call",
            "unlink",
            "wait",
            ngettext(
                "“%(name)s” could not tell another system of %(num)s customer",
                "“%(name)s” could not tell another system of %(num)s customers",
                each.count,
                name=scope.named(each.flow_id),
            ),
            why=why(each.why),
            since=each.since,
            shop=scope.where(each.shop_id),
            acts=(act(scope, _("Try again"), "refresh-cw", "retry_calls", call_id=each.id),),
            look=scope.page(_("Mend it"), "editor.show", flow_id=each.flow_id, step=each.node),
        )
