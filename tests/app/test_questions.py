"""Questions, on both databases: put together once, told anew each time, answered as SQLAlchemy would."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from app import bulk
from app.extensions import db
from app.lists import among, in_shop
from app.models import Event
from app.questions import asks, changes, each, told
from app.unit import unit
from tests.app.rows import NOON, a_shop

ODD = ('quote " \\', "{a,b}", "%s :name ?", "漢字 🛒", "", "NULL")


@pytest.fixture
def shop(each_database: Flask) -> int:
    return unit(lambda: a_shop().id)


def happened(shop: int, *keys: str) -> None:
    usual = {
        "shop_id": shop,
        "name": "order.placed",
        "data": {"list": [1, None]},
        "at": NOON,
        "enrolled_at": None,
    }
    unit(lambda: bulk.insert(Event, [{**usual, "key": key} for key in keys]))


@asks
def events(*names: str) -> Any:
    columns = [getattr(Event, name) for name in names]
    return select(*columns).where(in_shop(told("shop"), Event.key, told("keys"))).order_by(Event.id)


@changes
def move() -> Any:
    return update(Event).where(among(Event.key, told("keys"))).values(at=told("when"))


@each
def rename() -> Any:
    return update(Event).where(Event.key == told("which")).values(name=told("becomes"))


def test_rows_have_names_and_their_values_are_what_was_written(shop):
    happened(shop, "a", "b")
    found = events("key", "data", "at", "enrolled_at", shop=shop, keys=["b", "c", "a"])
    assert found == [(key, {"list": [1, None]}, NOON, None) for key in "ab"]
    assert [(row.key, row.at) for row in found] == [("a", NOON), ("b", NOON)]
    assert events("key", shop=shop, keys=[]) == [] == events("key", shop=shop + 1, keys=["a"])


def test_texts_arrive_as_they_are_among_however_many(shop):
    happened(shop, *ODD, *map(str, range(500)))
    assert {row.key for row in events("key", shop=shop, keys=set(ODD))} == set(ODD)
    assert len(events("key", shop=shop, keys=[*ODD, *map(str, range(500))])) == len(ODD) + 500


def test_what_is_changed_is_counted(shop):
    happened(shop, "a", "b", "c")
    later = NOON + timedelta(microseconds=1)
    assert unit(lambda: move(keys=["a", "b", "z"], when=later)) == 2
    assert unit(lambda: rename(rows=[{"which": key, "becomes": f"was {key}"} for key in "abz"])) == 2
    assert unit(lambda: rename(rows=[])) == 0
    found = events("name", "at", shop=shop, keys=["a", "b", "c"])
    assert found == [("was a", later), ("was b", later), ("order.placed", NOON)]


def test_the_words_are_put_together_once_for_each_choice_and_database(shop):
    built = []

    @asks
    def counted(name: str) -> Any:
        built.append(name)
        return select(getattr(Event, name)).where(Event.id == told("id"))

    for _time in range(3):
        counted("key", id=1)
        counted("name", id=2)
    assert built == ["key", "name"]


def test_a_list_in_the_words_is_refused(shop):
    @asks
    def wrong() -> Any:
        return select(Event.id).where(Event.id.in_([1, 2]))

    with pytest.raises(ValueError, match="others each time"):
        wrong()


def test_every_name_must_be_told_and_no_other(shop):
    with pytest.raises((KeyError, ProgrammingError)):  # found by us, or by PostgreSQL's driver
        events("key", shop=shop)
    with pytest.raises(KeyError):
        events("key", shop=shop, keys=["a"], more=1)


def test_errors_are_those_that_everybody_here_knows(shop):
    happened(shop, "a", "b")

    @changes
    def confuse() -> Any:
        return update(Event).where(Event.shop_id == told("shop")).values(key=told("same"))

    with pytest.raises(IntegrityError):
        unit(lambda: confuse(shop=shop, same="x"))
    db.session.rollback()
    assert len(events("key", shop=shop, keys=["a", "b"])) == 2
