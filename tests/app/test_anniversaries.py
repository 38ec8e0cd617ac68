"""Birthdays come round once a year, at an hour of each one's own clock, in odd nights and leap years too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.models.anniversaries import Round, celebrated, rounds

YEAR = timedelta(days=365)


def came(zone: str, since: datetime, span: timedelta, days: int = 0, at: str = "09:00") -> list[Round]:
    return list(rounds({zone: zone}, since, since + span, days, at))


def when(zone: str, day: datetime, at: str) -> list[datetime]:
    return [each.at for each in came(zone, day - timedelta(hours=14), timedelta(days=2), at=at)
            if each.birthday == day.date()]  # fmt: skip


def test_each_zone_has_its_own_nine_o_clock() -> None:
    day = datetime(2026, 11, 23, tzinfo=UTC)
    assert when("Europe/Paris", day, "09:00") == [datetime(2026, 11, 23, 8, tzinfo=UTC)]
    assert when("America/New_York", day, "09:00") == [datetime(2026, 11, 23, 14, tzinfo=UTC)]
    assert when("Pacific/Kiritimati", day, "09:00") == [datetime(2026, 11, 22, 19, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("day", "at", "instant"),
    [
        ("2026-03-29", "02:30", "2026-03-29T01:00:00"),  # the clocks jump over it: the first moment after
        ("2026-10-25", "02:30", "2026-10-25T00:30:00"),  # it comes twice: the first time
    ],
)
def test_the_two_odd_nights_bring_it_once(day: str, at: str, instant: str) -> None:
    morning = datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert when("Europe/Paris", morning, at) == [datetime.fromisoformat(instant).replace(tzinfo=UTC)]


@pytest.mark.parametrize(
    "zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
)
def test_every_day_of_a_year_comes_exactly_once_however_the_looks_are_cut(zone: str) -> None:
    start = datetime(2026, 1, 1, 3, tzinfo=UTC)
    whole = came(zone, start, YEAR)
    cut = [
        each for step in range(73) for each in came(zone, start + step * timedelta(days=5), timedelta(days=5))
    ]
    assert cut == whole
    assert len({each.birthday for each in whole}) == len(whole) == 365


def test_days_before_and_after_are_counted_over_the_turn_of_the_year() -> None:
    eve = datetime(2026, 12, 30, 8, tzinfo=UTC)
    (before,) = came("UTC", eve, timedelta(days=1), days=-3)
    (after,) = came("UTC", eve, timedelta(days=1), days=3)
    assert (before.birthday, after.birthday) == (date(2027, 1, 2), date(2026, 12, 27))


def test_the_29th_of_february_is_kept_every_year() -> None:
    assert celebrated(date(2027, 2, 28)) == ["02-28", "02-29"]
    assert celebrated(date(2028, 2, 28)) == ["02-28"]
    assert celebrated(date(2028, 2, 29)) == ["02-29"]
    assert celebrated(date(2027, 3, 1)) == ["03-01"]
