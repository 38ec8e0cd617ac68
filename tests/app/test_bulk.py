"""Many rows at once, on both databases: what went in comes out, keys keep their word, and the count says who won."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from app import bulk
from app.extensions import db
from app.lists import among
from app.models import Event, InboxRow
from app.unit import is_trouble, unit
from tests.app.rows import NOON, a_shop

ODD = (
    "tab\tline\nreturn\rback\\slash \\N \\. \"quoted\" 'single' {a,b} %s :name ?",
    "é ü 漢字 🛒\u2028",
    "",
    "NULL",
    "{}",
)


FEW_AND_MANY = (1, bulk.FEW * 2)  # on PostgreSQL two ways


def happenings(shop_id, count, **told):
    usual = {"shop_id": shop_id, "name": "order.placed", "data": {}, "at": NOON, "enrolled_at": None}
    return [{**usual, "key": f"k{place}", **told} for place in range(count)]


def alike(told):
    """Return what is written by id as each of the values with its ids."""
    groups: dict = {}
    for id, values in told.items():
        groups.setdefault(tuple(values.items()), []).append(id)
    return [(dict(values), ids) for values, ids in groups.items()]


def all_of(model):
    db.session.rollback()
    return list(db.session.scalars(db.select(model).order_by(model.id)))


@pytest.fixture
def shop(each_database: Flask):
    return unit(lambda: a_shop().id)


@pytest.mark.parametrize("times", FEW_AND_MANY)
def test_what_goes_in_comes_out(shop, times):
    east = datetime(2026, 7, 1, 3, 0, 0, 5, tzinfo=timezone(timedelta(hours=9)))
    texts = [f"{text}{time}" for time in range(times) for text in ODD]
    rows = [{**row, "key": text, "data": {"text": text, "list": [1, None, True]}, "at": east}
            for row, text in zip(happenings(shop, len(texts)), texts, strict=True)]  # fmt: skip
    assert unit(lambda: bulk.insert(Event, rows)) == len(texts)
    for event, text in zip(all_of(Event), texts, strict=True):
        assert (event.key, event.data) == (text, {"text": text, "list": [1, None, True]})
        assert (event.at, event.enrolled_at, event.customer_id) == (east, None, None)


@pytest.mark.parametrize("times", FEW_AND_MANY)
def test_bytes_stay_as_they_are(shop, times):
    rows = [{"shop_id": shop, "source": "api", "delivery": f"d{n}", "body": bytes(range(256)), "state": "waiting",
             "attempts": 0, "error": "", "received_at": NOON} for n in range(times)]  # fmt: skip
    assert unit(lambda: bulk.insert(InboxRow, rows)) == times
    assert {row.body for row in all_of(InboxRow)} == {bytes(range(256))}


@pytest.mark.parametrize("times", FEW_AND_MANY)
def test_a_key_that_is_taken_keeps_its_row(shop, times):
    unit(lambda: bulk.insert(Event, happenings(shop, 2)))
    told = happenings(shop, 2 + times, name="order.paid")
    assert unit(lambda: bulk.insert(Event, told, once=("shop_id", "key"))) == times
    assert unit(lambda: bulk.insert(Event, told, once=())) == 0
    assert [event.name for event in all_of(Event)] == ["order.placed"] * 2 + ["order.paid"] * times


@pytest.mark.parametrize("times", FEW_AND_MANY)
def test_a_key_that_is_taken_twice_in_one_batch_is_written_once(shop, times):
    twins = happenings(shop, 1) * (times + 1)
    assert unit(lambda: bulk.insert(Event, twins, once=("shop_id", "key"))) == 1


@pytest.mark.parametrize("times", FEW_AND_MANY)
def test_rows_of_which_hardly_one_is_expected_to_be_there_are_written_once_all_the_same(shop, times):
    told = [tuple(row.values()) for row in happenings(shop, 2 + times)]
    names = tuple(happenings(shop, 1)[0])

    def written(rows):
        return unit(lambda: bulk.write(Event, names, rows, once=("shop_id", "key"), new=True))

    assert written(told[1:2]) == 1
    assert written(told) == 1 + times
    assert written(told) == 0
    assert len(all_of(Event)) == 2 + times


@pytest.mark.parametrize("times", FEW_AND_MANY)
def test_without_that_word_a_taken_key_is_an_error_and_nobody_elses_row_is_lost(shop, times):
    unit(lambda: bulk.insert(Event, happenings(shop, 1)))
    with pytest.raises(IntegrityError) as failed:
        unit(lambda: bulk.insert(Event, happenings(shop, 1 + times)))
    assert not is_trouble(failed.value)
    assert len(all_of(Event)) == 1
    assert unit(lambda: bulk.insert(Event, happenings(shop, 1 + times)[1:])) == times


def test_a_name_that_is_no_column_is_refused(shop):
    with pytest.raises(KeyError, match="event has no"):
        unit(lambda: bulk.insert(Event, happenings(shop, 1, nmae="slip")))
    with pytest.raises(KeyError):
        unit(lambda: bulk.insert(Event, [*happenings(shop, 1), *happenings(shop, 1, customer_id=None)]))
    with pytest.raises(ValueError, match="zone"):
        unit(lambda: bulk.insert(Event, happenings(shop, 1, at=datetime(2026, 1, 1))))  # noqa: DTZ001


@pytest.mark.parametrize("different", [1, 3, 40])
def test_values_are_written_by_id_whether_many_get_the_same_or_not(shop, different):
    unit(lambda: bulk.insert(Event, happenings(shop, 60)))
    ids = [event.id for event in all_of(Event)]
    told = {id: {"name": f"n{place % different}", "at": NOON + timedelta(seconds=place % different)}
            for place, id in enumerate(ids[:50])}  # fmt: skip
    told |= {id: {"enrolled_at": NOON} for id in ids[50:59]}
    assert unit(lambda: bulk.update(Event, alike({**told, 10**6: {"name": "nobody"}}))) == 59
    found = {event.id: event for event in all_of(Event)}
    for id, values in told.items():
        assert {name: getattr(found[id], name) for name in values} == values
    assert (found[ids[0]].enrolled_at, found[ids[58]].name, found[ids[59]].name) == (
        None,
        *["order.placed"] * 2,
    )


@pytest.mark.parametrize("different", [1, 40])
def test_rows_that_the_guard_keeps_are_not_counted(shop, different):
    unit(lambda: bulk.insert(Event, happenings(shop, 40)))
    ids = [event.id for event in all_of(Event)]
    unit(lambda: bulk.update(Event, [({"name": "guarded"}, ids[:10])]))
    told = {id: {"name": f"n{place % different}"} for place, id in enumerate(ids)}
    assert unit(lambda: bulk.update(Event, alike(told), "event.name != 'guarded'")) == 30
    assert unit(lambda: bulk.update(Event, alike(told), "event.name != 'guarded'")) == 30
    assert [event.name for event in all_of(Event)][:10] == ["guarded"] * 10


def test_many_are_found_by_number_and_by_text(shop):
    keys = [*ODD, *(f"k{place}" for place in range(600))]
    rows = [{**row, "key": key} for row, key in zip(happenings(shop, len(keys)), keys, strict=True)]
    unit(lambda: bulk.insert(Event, rows))
    every = {event.key: event.id for event in all_of(Event)}
    wanted = {*ODD, "k7", "nobody's"}
    found = db.session.scalars(db.select(Event.key).where(among(Event.key, wanted)))
    assert set(found) == wanted - {"nobody's"}
    numbers = {id for key, id in every.items() if key.startswith("k")}
    assert set(db.session.scalars(db.select(Event.id).where(among(Event.id, numbers | {0})))) == numbers
    assert list(db.session.scalars(db.select(Event.id).where(among(Event.id, [])))) == []


def test_nothing_to_write_is_nothing_to_do(shop):
    assert bulk.insert(Event, []) == 0 and bulk.update(Event, []) == 0
