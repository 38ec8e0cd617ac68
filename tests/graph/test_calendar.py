"""Days and hours on a customer's clock, in every zone and in the two odd nights of a year."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.calendar import days_later, instant, is_zone, next_inside, next_time, zone_of
from graph.facts import Customer, Facts
from graph.kind import Visit
from graph.nodes.wait import WaitAWhile

PARIS = ZoneInfo("Europe/Paris")
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.integers(0, 6 * 365 * 24 * 60).map(lambda minute: utc("2024-01-01") + timedelta(minutes=minute))
clocks = st.times().map(lambda found: found.replace(second=0, microsecond=0))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_time_that_a_gap_skips_becomes_the_first_instant_after_it() -> None:
    assert instant(date(2027, 3, 28), time(2, 30), PARIS) == utc("2027-03-28T01:00")


def test_a_time_that_a_fold_repeats_is_its_first_occurrence() -> None:
    assert instant(date(2027, 10, 31), time(2, 30), PARIS) == utc("2027-10-31T00:30")


def test_a_day_that_a_country_skipped_becomes_the_start_of_the_next() -> None:
    assert instant(date(2011, 12, 30), time(9), ZoneInfo("Pacific/Apia")) == utc("2011-12-30T10:00")


def test_half_an_hour_is_a_gap_too() -> None:
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    assert instant(date(2026, 10, 4), time(2, 15), lord_howe).astimezone(lord_howe).time() == time(2, 30)


@pytest.mark.parametrize("name", ZONES)
def test_each_change_of_the_clock_is_met_in_each_zone(name: str) -> None:
    zone = ZoneInfo(name)
    for change in changes(zone, 2026):
        day = change.astimezone(zone).date()
        for at in (time(0), time(0, 30), time(1, 59), time(2, 30), time(3), time(9)):
            assert_first(instant(day, at, zone), day, at, zone)


@pytest.mark.parametrize("name", ZONES)
def test_a_wait_over_each_change_of_the_clock_in_each_zone(name: str) -> None:
    """Two hours are two hours in any night; "a day later at nine" shows nine, or what a skipped morning shows first."""
    zone = ZoneInfo(name)
    for change in changes(zone, 2026):
        for since in (change - timedelta(hours=1), change - timedelta(hours=20)):
            assert waited(since, name, 2, "hours") == since + timedelta(hours=2)
            later = waited(since, name, 1, "days", ending="at", at="09:00")
            assert_first(later, since.astimezone(zone).date() + timedelta(days=1), time(9), zone)
            opened = waited(since, name, 2, "hours", ending="daytime")
            assert opened >= since + timedelta(hours=2)
            assert time(9) <= opened.astimezone(zone).time() < time(20)


def waited(since: datetime, zone: str, amount: int, unit: str, **more: str) -> datetime:
    told = {"duration": {"amount": amount, "unit": unit}, "ending": "any", **more}
    visit = Visit("wait", told, Facts(Customer(1, zone=zone)), since, lambda _node: 0.5, None, None)
    return WaitAWhile().run(visit).until


def assert_first(found: datetime, day: date, at: time, zone: ZoneInfo) -> None:
    """The clock shows the time, or later, and a second before it showed an earlier one."""
    wanted = datetime.combine(day, at)
    assert found.astimezone(zone).replace(tzinfo=None) >= wanted
    assert (found - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None) < wanted


@cache
def changes(zone: ZoneInfo, year: int) -> list[datetime]:
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=6 * step) for step in range(4 * 365)]
    return [
        after
        for before, after in itertools.pairwise(hours)
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset()
    ]


@settings(max_examples=300)
@given(moments, clocks, zones, st.sets(st.integers(0, 6), min_size=1))
def test_the_next_time_is_never_early_and_never_a_day_too_late(
    earliest: datetime, at: time, zone: ZoneInfo, days: set[int]
) -> None:
    found = next_time(earliest, at, zone, days)
    assert earliest <= found <= earliest + timedelta(days=8, hours=3)
    local = found.astimezone(zone)
    assert (local.weekday() in days and local.time().replace(second=0) >= at) or local.time() <= time(4)


@given(moments, clocks, clocks, zones)
def test_hours_that_open_let_nobody_out_before(
    earliest: datetime, opens: time, closes: time, zone: ZoneInfo
) -> None:
    found = next_inside(earliest, opens, closes, zone)
    assert earliest <= found <= earliest + timedelta(days=2)
    assert found == next_inside(found, opens, closes, zone) or found.astimezone(zone).time() != opens


def test_hours_may_pass_midnight() -> None:
    late, noon = utc("2026-11-21T22:30"), utc("2026-11-21T12:00")
    assert next_inside(late, time(22), time(6), PARIS) == late
    assert next_inside(noon, time(22), time(6), PARIS) == utc("2026-11-21T21:00")


def test_days_later_counts_days_of_the_calendar_not_hours() -> None:
    before_the_short_night = utc("2027-03-27T20:00")
    assert days_later(before_the_short_night, 1, time(9), PARIS) == utc("2027-03-28T07:00")


def test_a_zone_that_nobody_knows_is_utc() -> None:
    assert zone_of("Mars/Olympus").key == "UTC"
    assert zone_of("../etc/passwd").key == "UTC"
    assert zone_of("").key == "UTC"


@pytest.mark.parametrize(
    ("own", "used"),
    [
        ("America/Lima", "America/Lima"),
        (None, "Europe/Paris"),
        ("", "Europe/Paris"),
        ("Mars/Olympus", "Europe/Paris"),
    ],
)
def test_whoever_has_no_zone_that_is_known_lives_by_the_shops(own, used):
    assert Facts(customer=Customer(1, zone=own), zone="Europe/Paris").local_zone == used


@pytest.mark.parametrize(
    "name", ["", None, "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe", "a\x00b"]
)
def test_a_name_that_is_no_zone_is_told_apart(name):
    assert not is_zone(name)
