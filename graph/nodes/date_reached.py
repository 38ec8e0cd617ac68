"""Date reached: a customer's birthday, or so many days before or after it, at an hour on their own clock."""

from __future__ import annotations

from typing import Any

from graph.facts import Event
from graph.fields import Choice, Number, TimeOfDay
from graph.kind import Settings, Sweep, TriggerKind
from graph.words import MN, Card, M, Names, Words, counted

WHEN = (("on", M("On the day")), ("before", M("Before")), ("after", M("After")))


class DateReached(TriggerKind):
    """Fires once a year. A birthday on 29 February is kept on the 28th where the year has no 29th."""

    name = "date_reached"
    icon = "cake"
    title = M("Birthday")
    short = M("Birthday")
    description = M("A customer's birthday has come, or is so many days away.")
    event = "date.reached"
    fields = (
        Choice(name="when", label=M("When?"), options=WHEN, default="on"),
        Number(name="days", label=M("How many days?"), least=1, most=60, default=3,
               only_if=("when", ("before", "after")), help=M("A few days before leaves time to choose something.")),
        TimeOfDay(name="at", label=M("At"), default="09:00",
                  help=M("On your customer's clock. Customers whose birthday you do not know are left out.")),
    )  # fmt: skip

    def sweep(self, settings: Settings) -> Sweep:
        return Sweep("date", asks=_asks(settings))

    def matches(self, settings: Settings, event: Event) -> bool:
        asked = _asks(settings)
        return event.name == self.event and {name: event.data.get(name) for name in asked} == asked

    def entry_key(self, event: Event) -> str:
        """Return the year: nobody is congratulated twice in one, even when the hour is changed meanwhile."""
        return f"birthday:{event.data.get('year')}"

    def card(self, settings: Settings, names: Names) -> Card:
        return Card(
            _said(settings), Words(M("At %(at)s, on the customer's clock"), {"at": settings.get("at") or "…"})
        )

    def sentence(self, settings: Settings, names: Names) -> Words:
        return Words(M("%(day)s at %(at)s"), {"day": _said(settings), "at": settings.get("at") or "…"})


def _asks(settings: Settings) -> dict[str, Any]:
    sign = {"before": -1, "after": 1}.get(str(settings.get("when")), 0)
    return {"days": sign * int(settings.get("days") or 0), "at": settings["at"]}


def _said(settings: Settings) -> Words:
    days = int(settings.get("days") or 0)
    match settings.get("when"):
        case "before":
            return counted(
                MN("%(count)s day before the birthday", "%(count)s days before the birthday"), days
            )
        case "after":
            return counted(MN("%(count)s day after the birthday", "%(count)s days after the birthday"), days)
    return Words(M("On the birthday"))
