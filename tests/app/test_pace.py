"""How fast one caller may go: counted for each, for a stretch of time."""

from __future__ import annotations

import pytest

from app import clock, pace


@pytest.fixture
def now(monkeypatch):
    time = {"now": 120.0}
    monkeypatch.setattr(clock, "monotonic", lambda: time["now"])
    return time


def test_so_many_go_in_a_minute_and_the_next_waits_for_its_end(now):
    door = pace.Pace(3, 60.0)
    assert [door.wait("ada") for _time in range(3)] == [0.0] * 3
    now["now"] += 20
    assert door.wait("ada") == 40.0
    assert door.wait("bob") == 0.0
    now["now"] += 40
    assert door.wait("ada") == 0.0


def test_strangers_with_ever_new_names_do_not_fill_the_memory(now):
    door = pace.Pace(3, 60.0)
    for place in range(pace.MOST_CALLERS * 2):
        door.wait(f"stranger {place}")
    assert len(door._counts) <= pace.MOST_CALLERS + 1
