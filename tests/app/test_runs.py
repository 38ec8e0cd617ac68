"""The path of one run in words, and a hand for those who are stuck."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import g
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.models import Message, Run, User
from app.unit import unit
from app.views import runs
from tests.app.browsing import a_browser, words
from tests.app.rows import NOON, a_credit, a_customer, a_flow, a_message, a_run, a_shop, a_step, an_order

RULES = {"match": "all", "rules": [{"subject": "cart.total", "operator": "over", "value": 5000}]}
GRAPH = {
    "format": 1,
    "nodes": [
        {"id": "start", "kind": "cart_abandoned", "settings": {"after": {"amount": 30, "unit": "minutes"}}},
        {"id": "wait", "kind": "wait", "settings": {"duration": {"amount": 2, "unit": "hours"}, "ending": "any"}},
        {"id": "big", "kind": "condition", "settings": {"rules": RULES}},
        {"id": "tell", "kind": "notify_staff", "settings": {"text": "Call them"}},
    ],
    "edges": [{"from": "start", "port": "next", "to": "wait"}, {"from": "wait", "port": "next", "to": "big"},
              {"from": "big", "port": "yes", "to": "tell"}],
    "settings": {},
}  # fmt: skip
SEEN = {"answer": True, "match": "all", "rules": [{**RULES["rules"][0], "saw": 6400, "answer": True}]}


def a_travelled_run(shop, **told):
    flow = a_flow(shop, graph=GRAPH)
    run = a_run(flow, a_customer(shop, first_name="Ada"), node="tell", visit=3, **told)
    later = NOON + timedelta(hours=2)
    a_step(run, 0, "start", saw={"event": "cart.abandoned", "at": NOON.isoformat()})
    a_step(run, 1, "wait", at=later, saw={"since": NOON.isoformat(), "until": later.isoformat()})
    a_step(run, 2, "big", "yes", at=later, saw=SEEN)
    db.session.commit()
    return run


def test_the_path_says_in_words_what_each_condition_saw(owner, shop):
    said = words(owner.get(f"/runs/{a_travelled_run(shop).id}"))
    assert "Cart total over €50.00 Seen then: €64.00 Yes" in said


def test_times_are_those_of_the_shop(owner, shop):
    assert "Nov 21, 2026, 1:00 PM" in words(owner.get(f"/runs/{a_travelled_run(shop).id}")).replace(
        "\u202f", " "
    )


def test_where_it_waits_and_until_when(owner, shop):
    flow = a_flow(shop, graph=GRAPH)
    run = a_run(flow, a_customer(shop), node="wait", wait_until=NOON + timedelta(hours=3))
    db.session.commit()
    said = words(owner.get(f"/runs/{run.id}")).replace("\u202f", " ")
    assert "Wait 2 hours Waits here until Nov 21, 2026, 4:00 PM" in said


def test_how_it_ended_and_with_which_order(owner, shop):
    run = a_travelled_run(
        shop, status="exited", reason="goal:order.placed", ended_at=NOON + timedelta(hours=3)
    )
    a_credit(run, an_order(shop, a_customer(shop), number="1042"), 6400)
    db.session.commit()
    said = words(owner.get(f"/runs/{run.id}"))
    assert "Goal reached: they place an order" in said
    assert "Order 1042, €64.00, credited to this automation" in said


def test_a_message_says_what_became_of_it(owner, shop):
    run = a_travelled_run(shop)
    a_message(run, node="big", visit=2, subject="Your cart", opened_at=NOON)
    a_message(run, node="wait", visit=1, subject="Too late", sent_at=None, state="skipped", reason="goal")
    db.session.commit()
    said = words(owner.get(f"/runs/{run.id}"))
    assert "Opened “Your cart”" in said
    assert "Not sent “Too late”" in said and "The customer had ordered by then" in said


def test_a_stuck_run_shows_its_error_and_can_try_again(owner, shop):
    run = a_travelled_run(shop, status="parked", error="the coupon has no name")
    assert "the coupon has no name" in words(owner.get(f"/runs/{run.id}"))
    owner.post(f"/runs/{run.id}/retry")
    db.session.expire_all()
    assert db.session.get(Run, run.id).status == "ready"


def test_a_stuck_run_can_be_taken_out_with_all_it_has_not_sent(owner, shop):
    run = a_travelled_run(shop, status="parked")
    message = a_message(run, sent_at=None)
    db.session.commit()
    owner.post(f"/runs/{run.id}/skip")
    db.session.expire_all()
    assert (db.session.get(Run, run.id).status, db.session.get(Message, message.id).state) == (
        "cancelled",
        "cancelled",
    )


def test_nothing_acts_on_looking(owner, shop):
    run = a_travelled_run(shop, status="parked")
    assert owner.get(f"/runs/{run.id}/retry").status_code == 405
    assert owner.get(f"/runs/{run.id}/skip").status_code == 405


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_the_page_is_there_in_both_languages(app, shop, locale):
    assert a_browser(app, shop, locale).get(f"/runs/{a_travelled_run(shop).id}").status_code == 200


def test_taking_out_looks_itself_whose_run_it_is(app, owner, shop):
    """Not only the door in front of it does: nobody takes another shop's customer out."""
    theirs = a_travelled_run(a_shop("Other"), status="parked").id
    with app.test_request_context():
        g.shop, g.user = shop, db.session.scalars(db.select(User)).first()
        assert not unit(lambda: runs.take_out(theirs))
    db.session.expire_all()
    assert db.session.get(Run, theirs).status == "parked"


def test_a_strangers_run_does_not_exist(owner):
    theirs = a_travelled_run(a_shop("Other"), status="parked")
    assert owner.get(f"/runs/{theirs.id}").status_code == 404
    assert owner.post(f"/runs/{theirs.id}/skip").status_code == 404
    db.session.expire_all()
    assert db.session.get(Run, theirs.id).status == "parked"


@pytest.mark.invariant("R5")
def test_the_database_refuses_a_second_run_of_one_entry(shop):
    first = a_travelled_run(shop)
    columns = {column.name: getattr(first, column.name) for column in Run.__table__.columns}
    db.session.add(Run(**columns | {"id": None}))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
