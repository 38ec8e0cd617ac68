"""The tables and the unit of work, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from app import clock, driver
from app.driver import Wire
from app.extensions import db
from app.models import Run, Shop
from app.unit import bare_unit, is_busy, is_trouble, unit


def test_an_instant_comes_back_aware(each_database: Flask) -> None:
    at = clock.now()
    unit(lambda: db.session.add(Shop(name="Papier Lune", created_at=at)))
    assert db.session.scalar(db.select(Shop.created_at)) == at


def test_a_unit_that_fails_leaves_nothing(each_database: Flask) -> None:
    def half() -> None:
        db.session.add(Shop(name="Papier Lune", created_at=clock.now()))
        db.session.flush()
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        unit(half)
    assert db.session.scalar(db.select(db.func.count()).select_from(Shop)) == 0


A_ROW = "INSERT INTO clock (shop_id, ahead) VALUES (1, 0)"


def clocks() -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(clock.Clock)) or 0


def test_a_bare_unit_is_kept_whole_or_not_at_all(each_database: Flask) -> None:
    def half(wire: Wire) -> None:
        driver.ask(wire, A_ROW)
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        bare_unit(half)
    assert clocks() == 0
    bare_unit(lambda wire: driver.ask(wire, A_ROW))
    db.session.rollback()
    assert clocks() == 1


def test_a_bare_unit_is_tried_again_as_any_unit_is(each_database: Flask) -> None:
    tries = iter([OperationalError("INSERT", {}, Exception("database is locked")), None])

    def at_second(wire: Wire) -> None:
        driver.ask(wire, A_ROW)
        if trouble := next(tries):
            raise trouble

    bare_unit(at_second)
    assert clocks() == 1


def test_a_bare_unit_whose_connection_is_cut_goes_on_with_another(each_database: Flask) -> None:
    cuts = iter([True, False])

    def cut_at_first(wire: Wire) -> None:
        driver.ask(wire, A_ROW)
        if next(cuts):
            wire.connection.driver_connection.close()  # type: ignore[union-attr]
            driver.ask(wire, A_ROW)

    bare_unit(cut_at_first)
    assert clocks() == 1


def test_only_the_demo_shops_clock_moves(each_database: Flask) -> None:
    def two_shops() -> None:
        db.session.add_all([Shop(id=i, name=str(i), created_at=clock.now()) for i in (1, 2)])
        db.session.flush()
        clock.start(1)

    unit(two_shops)
    assert unit(lambda: clock.skip(1, timedelta(hours=2)))
    assert not unit(lambda: clock.skip(2, timedelta(hours=2)))
    assert clock.now(1) - clock.now(2) > timedelta(hours=1, minutes=59)
    assert "wake_at" in str(clock.due(Run.wake_at, Run.shop_id))


class Said(Exception):
    """What a driver raises, with PostgreSQL's word for why."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize("word", ["40001", "40P01", "08006", "57P01", "55P03", "57014"])
def test_a_unit_is_tried_again_for_what_time_mends(word: str) -> None:
    assert is_busy(OperationalError("SELECT 1", {}, Said(word)))


def test_a_cut_connection_is_tried_again_and_a_wrong_row_is_not() -> None:
    cut = InterfaceError("SELECT 1", {}, Exception("closed"), connection_invalidated=True)
    wrong = IntegrityError("INSERT", {}, Said("23505"))
    assert is_busy(cut) and is_trouble(cut)
    assert not is_busy(wrong) and not is_trouble(wrong)
