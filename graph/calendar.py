"""Calendar: days and hours on a customer's clock, as instants.

Knows time zones and their two odd nights. A time that a gap skips becomes the first valid instant after it; a time
that a fold repeats is its first occurrence. Must not know what now is.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EVERY_DAY = range(7)


def zone_of(name: str) -> ZoneInfo:
    """Return the zone called `name`; UTC when the machine knows no such zone."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(1000)
def is_zone(name: str | None) -> bool:
    """Whether the machine knows a zone of this name."""
    try:
        return bool(name) and ZoneInfo(str(name)) is not None
    except (KeyError, ValueError, OSError):
        return False


def clock(text: str) -> time:
    """Return "09:30" as a time."""
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the UTC instant at which a clock in `zone` first shows `at`, or first shows something later, on `day`."""
    wall = datetime.combine(day, at)
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _change(before, found, zone)


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first second with another offset than `before`; halves the span, since a gap has one change."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def next_time(earliest: datetime, at: time, zone: ZoneInfo, days: Collection[int] = EVERY_DAY) -> datetime:
    """Return the first instant, not before `earliest`, that is `at` o'clock on one of `days` (Monday 0)."""
    today = earliest.astimezone(zone).date()
    for ahead in range(-1, 15):
        day = today + timedelta(days=ahead)
        if day.weekday() in days and (found := instant(day, at, zone)) >= earliest:
            return found
    raise ValueError(f"no day among {sorted(days)}")


def days_later(since: datetime, days: int, at: time, zone: ZoneInfo) -> datetime:
    """Return `at` o'clock, so many calendar days after the local day of `since`."""
    return instant(since.astimezone(zone).date() + timedelta(days=days), at, zone)


def inside(moment: datetime, opens: time, closes: time, zone: ZoneInfo) -> bool:
    """Return whether a clock in `zone` shows a time from `opens` up to, not including, `closes`; may pass midnight."""
    local = moment.astimezone(zone).time()
    return opens <= local < closes if opens < closes else local >= opens or local < closes


def next_inside(earliest: datetime, opens: time, closes: time, zone: ZoneInfo) -> datetime:
    """Return `earliest` if it lies between the hours, else the next opening. Equal hours mean all day."""
    if opens == closes or inside(earliest, opens, closes, zone):
        return earliest
    return next_time(earliest, opens, zone)
