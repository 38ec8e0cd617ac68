"""Wait: for so long, and then, if the merchant likes, until a good hour."""

from __future__ import annotations

from datetime import datetime

from graph.calendar import clock, days_later, next_inside, next_time, zone_of
from graph.fields import Choice, Duration, TimeOfDay, span
from graph.kind import NodeKind, Settings, Visit, Wait
from graph.words import Card, M, Names, Words, length

ENDINGS = (
    ("any", M("Any time")),
    ("daytime", M("Daytime")),
    ("hours", M("Set hours")),
    ("at", M("Set time")),
)
DAYTIME = ("09:00", "20:00")


class WaitAWhile(NodeKind):
    """A length of time is absolute: two hours are two hours, in every night of the year.

    Only "so many days later at 9:00" is counted on the customer's own calendar.
    """

    name = "wait"
    group = "wait"
    icon = "timer"
    title = M("Wait for a while")
    short = M("For a while")
    description = M("Let some minutes, hours or days pass before going on.")
    fields = (
        Duration(name="duration", label=M("How long?"), default={"amount": 2, "unit": "hours"},
                 help=M("Most shops wait one to four hours. Carts are forgotten after a day.")),
        Choice(name="ending", label=M("When may it end?"), options=ENDINGS, default="any",
               help=M("On your customer's clock. Daytime is from 9:00 to 20:00.")),
        TimeOfDay(name="opens", label=M("From"), default="09:00", only_if=("ending", ("hours",))),
        TimeOfDay(name="closes", label=M("until"), default="20:00", only_if=("ending", ("hours",))),
        TimeOfDay(name="at", label=M("At"), default="09:00", only_if=("ending", ("at",)),
                  help=M("Mornings are a safe choice, from 9:00 to 11:00.")),
    )  # fmt: skip

    def run(self, visit: Visit) -> Wait:
        settings, since, zone = visit.settings, visit.now, visit.facts.local_zone
        rule = {"duration": settings["duration"], "ending": settings.get("ending", "any")}
        return Wait(_until(settings, since, zone), {**rule, "since": since.isoformat(), "zone": zone})

    def card(self, settings: Settings, names: Names) -> Card:
        return Card(
            Words(M("Wait %(duration)s"), {"duration": length(settings.get("duration"))}), _ending(settings)
        )

    def sentence(self, settings: Settings, names: Names) -> Words:
        duration = length(settings.get("duration"))
        match settings.get("ending"):
            case "daytime" | "hours":
                opens, closes = _hours(settings)
                values = {"duration": duration, "opens": opens, "closes": closes}
                return Words(
                    M("Wait %(duration)s, then until the time is between %(opens)s and %(closes)s"), values
                )
            case "at":
                return Words(
                    M("Wait %(duration)s, until %(at)s"), {"duration": duration, "at": settings.get("at")}
                )
        return Words(M("Wait %(duration)s"), {"duration": duration})


def _until(settings: Settings, since: datetime, zone: str) -> datetime:
    duration = settings["duration"]
    earliest = since + span(duration)
    match settings.get("ending", "any"):
        case "daytime" | "hours":
            opens, closes = _hours(settings)
            return next_inside(earliest, clock(opens), clock(closes), zone_of(zone))
        case "at" if duration["unit"] in ("days", "weeks"):
            return days_later(since, span(duration).days, clock(settings["at"]), zone_of(zone))
        case "at":
            return next_time(earliest, clock(settings["at"]), zone_of(zone))
    return earliest


def _hours(settings: Settings) -> tuple[str, str]:
    if settings.get("ending") == "daytime":
        return DAYTIME
    return str(settings.get("opens")), str(settings.get("closes"))


def _ending(settings: Settings) -> Words:
    match settings.get("ending", "any"):
        case "daytime":
            return Words(M("Then go on, in the daytime"))
        case "hours":
            opens, closes = _hours(settings)
            return Words(M("Then go on, from %(opens)s to %(closes)s"), {"opens": opens, "closes": closes})
        case "at":
            return Words(M("Then go on, at %(at)s"), {"at": settings.get("at")})
    return Words(M("Then go on, at any time of day"))
