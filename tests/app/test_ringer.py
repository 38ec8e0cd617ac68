"""The ringer: nobody at the door waits for the broker, and a shop's workers are told after each delivery."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from flask import Flask

from app import doorbell, ringer, tally
from tests.patience import until


class Bell:
    """Stands for the doorbell: notes each ring, and rings for as long as it is held."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, int]] = []
        self.free = threading.Event()
        self.free.set()

    def ring(self, kind: str, id: int) -> bool:
        self.rung.append((kind, id))
        assert self.free.wait(10)
        if id == 13:
            raise RuntimeError("thirteen")
        return True


@pytest.fixture
def bell(monkeypatch: pytest.MonkeyPatch) -> Bell:
    bell = Bell()
    monkeypatch.setattr(doorbell, "ring", bell.ring)
    monkeypatch.setattr(doorbell, "has_ears", lambda _app: True)
    return bell


def test_who_rings_does_not_wait_and_is_rung_for_once_more(app: Flask, bell: Bell) -> None:
    bell.free.clear()
    ringer.ring("enrol", 1)
    until(lambda: bell.rung)
    for shop_id in (1, 1, 2, 1, 2):
        ringer.ring("enrol", shop_id)
    bell.free.set()
    until(lambda: len(bell.rung) == 3)
    assert bell.rung == [("enrol", 1), ("enrol", 1), ("enrol", 2)]


def test_a_crowd_is_told_of_in_rounds_with_longer_pauses(
    app: Flask, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(ringer, "time", SimpleNamespace(sleep=pauses.append))
    bell.free.clear()
    ringer.ring("enrol", 1)
    until(lambda: bell.rung)
    for shop_id in (1, 2, 3):
        ringer.ring("enrol", shop_id)
    bell.free.set()
    until(lambda: len(pauses) == 2)
    assert pauses == [ringer.BREATH, ringer.CROWDED] and len(bell.rung) == 4


def test_a_ring_that_fails_is_not_the_last(app: Flask, bell: Bell) -> None:
    for shop_id in (13, 2):
        ringer.ring("enrol", shop_id)
    until(lambda: ("enrol", 2) in bell.rung)


def test_without_a_broker_nobody_is_kept_to_ring(app: Flask) -> None:
    ringer.ring("enrol", 1)
    assert "ringer" not in app.extensions


def test_what_was_counted_is_kept_by_who_rings(
    app: Flask, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = threading.Event()
    monkeypatch.setattr(tally, "keep_when_due", kept.set)
    ringer.ring("enrol", 1)
    assert kept.wait(10)
