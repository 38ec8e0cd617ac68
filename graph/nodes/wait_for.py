"""Wait for: until something happens, or at most so long; two ways out (C15: "not opened after …" is the second)."""

from __future__ import annotations

from datetime import datetime

from graph.events import options, told
from graph.facts import Facts
from graph.fields import Choice, Duration, span
from graph.kind import Go, NodeKind, Port, Settings, Visit, WaitFor
from graph.words import Card, M, Names, Words, length

AWAITED = (
    "message.opened", "message.clicked", "shop.visited", "cart.updated", "checkout.started",
    "order.placed", "order.paid", "order.shipped", "order.delivered", "order.refunded", "product.viewed",
    "customer.subscribed",
)  # fmt: skip
RETURNS = ("product.viewed", "cart.updated", "checkout.started", "order.placed")  # each shows a visit


class WaitForEvent(NodeKind):
    """What a reader did with the last message of this run counts even if it was before they came here."""

    name = "wait_for"
    group = "wait"
    icon = "hourglass"
    title = M("Wait until something happens")
    short = M("Until something happens")
    description = M("Wait for what the customer does, at most so long. Two ways out.")
    fields = (
        Choice(name="event", label=M("Wait until"), options=options(*AWAITED), default="message.opened",
               help=M("Openings are an estimate: some mail programs open by themselves, others never say so. "
                      "A followed link or a visit to the shop is surer.")),
        Duration(name="at_most", label=M("At most"), default={"amount": 1, "unit": "days"},
                 help=M("One to three days suits a reminder.")),
    )  # fmt: skip

    def ports(self, settings: Settings) -> tuple[Port, ...]:
        return HAPPENED, TIMED_OUT

    def needs(self, settings: Settings) -> frozenset[str]:
        return frozenset({"messages"}) if _signs(settings) else frozenset()

    def watches(self, settings: Settings) -> frozenset[str]:
        return frozenset(_awaited(settings))

    def run(self, visit: Visit) -> Go | WaitFor:
        sign = _signs(visit.settings)
        done = _read(sign, visit.facts) if sign else None
        if done and (visit.wake is None or done <= visit.wake):
            return Go("happened", saw={"event": sign, "at": done.isoformat()})
        return WaitFor(_awaited(visit.settings), visit.now + span(visit.settings["at_most"]))

    def card(self, settings: Settings, names: Names) -> Card:
        title = Words(M("Wait until %(event)s"), {"event": told(settings.get("event"))})
        return Card(title, Words(M("At most %(at_most)s"), {"at_most": length(settings.get("at_most"))}))

    def sentence(self, settings: Settings, names: Names) -> Words:
        event = told(settings.get("event"))
        values = {"event": event, "at_most": length(settings.get("at_most"))}
        return Words(M("Wait until %(event)s, at most %(at_most)s"), values)


HAPPENED = Port("happened", M("It happened"), "check")
TIMED_OUT = Port("timed_out", M("Not in time"), "clock")


def _awaited(settings: Settings) -> tuple[str, ...]:
    event = settings.get("event")
    return (*RETURNS, "message.clicked") if event == "shop.visited" else (event,) if event else ()


def _signs(settings: Settings) -> str:
    """Return which sign of reading ends the wait too, or "": whoever follows a link has come back to the shop."""
    event = str(settings.get("event"))
    return "message.clicked" if event == "shop.visited" else event if event.startswith("message.") else ""


def _read(event: str, facts: Facts) -> datetime | None:
    """Return when the last message was opened or clicked. A click proves an opening that no picture reported."""
    last = facts.messages[-1] if facts.messages else None
    if last is None:
        return None
    return last.clicked_at if event == "message.clicked" else last.opened_at or last.clicked_at
