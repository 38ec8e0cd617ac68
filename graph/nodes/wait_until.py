"""Wait until: the next time that the customer's clock shows an hour, on any or on some days of the week."""

from __future__ import annotations

from graph.calendar import EVERY_DAY, clock, next_time, zone_of
from graph.fields import WEEKDAYS, TimeOfDay, Weekdays
from graph.kind import NodeKind, Settings, Visit, Wait
from graph.words import OR, Card, M, Names, Words, listed


class WaitUntil(NodeKind):
    """Whoever arrives at exactly that time goes on at once."""

    name = "wait_until"
    group = "wait"
    icon = "calendar-days"
    title = M("Wait until a day or hour")
    short = M("Until a day or hour")
    description = M("Go on at a given time of day, on the days you choose, on your customer's clock.")
    fields = (
        TimeOfDay(
            name="at",
            label=M("At"),
            default="09:00",
            help=M("Mornings are a safe choice, from 9:00 to 11:00."),
        ),
        Weekdays(name="days", label=M("On which days?"), default=[], help=M("None chosen means any day.")),
    )

    def run(self, visit: Visit) -> Wait:
        zone = visit.facts.local_zone
        days = visit.settings.get("days") or list(EVERY_DAY)
        until = next_time(visit.now, clock(visit.settings["at"]), zone_of(zone), days)
        return Wait(
            until, {"at": visit.settings["at"], "days": days, "since": visit.now.isoformat(), "zone": zone}
        )

    def card(self, settings: Settings, names: Names) -> Card:
        title = Words(M("Wait until %(at)s"), {"at": settings.get("at") or "…"})
        if not settings.get("days"):
            return Card(title, Words(M("On any day, on the customer's clock")))
        return Card(title, Words(M("On %(days)s"), {"days": _told(settings)}))

    def sentence(self, settings: Settings, names: Names) -> Words:
        at = settings.get("at") or "…"
        if not settings.get("days"):
            return Words(M("Wait until it is %(at)s"), {"at": at})
        return Words(M("Wait until it is %(at)s on %(days)s"), {"at": at, "days": _told(settings)})


def _told(settings: Settings) -> Words:
    return listed([Words(WEEKDAYS[day]) for day in settings["days"]], OR)
