"""A period: whole days as a shop's calendar has them, and the period of the same length before.

Pure: knows zones and nothing else. A night in which the clock changes makes its day an hour shorter or longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from graph.calendar import instant, zone_of

DAY = timedelta(days=1)
USUAL = 30  # days: what a page shows before anybody has asked for more


def day_of(at: datetime, zone: str) -> date:
    """Return the day that an instant is in, in a zone."""
    return at.astimezone(zone_of(zone)).date()


def begins(day: date, zone: str) -> datetime:
    """Return the first instant of a day in a zone, in UTC: where midnight is left out, the first one after it."""
    return instant(day, time(), zone_of(zone))


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both inside, in `zone`."""

    first: date
    last: date
    zone: str = "UTC"

    @classmethod
    def rolling(cls, now: datetime, zone: str, days: int = USUAL) -> Period:
        """Return the `days` days that end with today, which counts as far as it has gone (C13, OFFER-14)."""
        today = day_of(now, zone)
        return cls(today - (days - 1) * DAY, today, zone)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Period:
        """The period of as many days that ends where this one begins."""
        return Period(self.first - self.days * DAY, self.first - DAY, self.zone)

    @property
    def since(self) -> datetime:
        """The first instant inside."""
        return begins(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The first instant after it."""
        return begins(self.last + DAY, self.zone)

    def dates(self) -> list[date]:
        """Return its days, the first one first."""
        return [self.first + place * DAY for place in range(self.days)]

    def bounds(self, since: datetime | None = None) -> list[tuple[date, datetime, datetime]]:
        """Return (day, first instant, first instant after it) of each day, or of those that end after an instant."""
        first = max(self.first, day_of(since, self.zone)) if since else self.first
        days = [first + place * DAY for place in range((self.last - first).days + 2)]
        edges = [begins(day, self.zone) for day in days]
        return list(zip(days, edges, edges[1:], strict=False))
