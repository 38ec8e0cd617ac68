"""S2: with the broker emptied at any instant, or never there, the same stories come to the same end."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager

from sqlalchemy import select

from app.extensions import db
from app.models import Customer, Message, Run, Step
from tests.faults import settling
from tests.faults.scene import scene

PEOPLE = 6
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+]+")  # of a subscription: the twins live a minute apart


def tell(played):
    """Stories whose end does not hang on who is quicker: everything is settled before time goes on."""
    one, other = played.traders
    for n in range(PEOPLE):
        one.cart(f"cart{n}", f"c{n}", id=f"cart{n}")
        other.subscribed(f"s{n}", id=f"sub{n}")
        one.order(f"order{n}", f"o{n}", id=f"order{n}")
    wind(played, minutes=31)
    for n in range(0, PEOPLE, 2):
        one.order(f"back{n}", f"c{n}", id=f"back{n}")
        other.order(f"first{n}", f"s{n}", id=f"first{n}")
    for step in ({"hours": 3}, {"days": 1}, {"days": 2}, {"days": 9}):
        wind(played, **step)


def wind(played, **step):
    settling.rest()
    for trader in played.traders:
        trader.skip(**step)
    settling.rest()


def ending(played):
    """Where everybody ended, by names that do not hang on which row came first."""
    db.session.rollback()
    names = dict(db.session.execute(select(Customer.id, Customer.email)).all())
    runs = {
        run.id: (run.flow_id, names[run.customer_id], MOMENT.sub("then", run.entry_key))
        for run in db.session.scalars(select(Run))
    }
    ends = [(*runs[run.id], run.status, run.reason, run.node) for run in db.session.scalars(select(Run))]
    steps = [
        (*runs[step.run_id], step.visit, step.node, step.port) for step in db.session.scalars(select(Step))
    ]
    mails = [(*runs[each.run_id], each.node, each.visit, each.state, each.reason)
             for each in db.session.scalars(select(Message))]  # fmt: skip
    db.session.rollback()
    return sorted(ends), sorted(steps), sorted(mails)


@contextmanager
def emptied(played):
    """Empty the broker all the time."""
    ended = threading.Event()

    def empty():
        while not ended.wait(0.05):
            played.stage.client.flushall()

    thread = threading.Thread(target=empty)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_twins_with_and_without_hints_end_alike(tmp_path, seed):
    ends = []
    for name, with_broker in (("undisturbed", True), ("emptied", True), ("absent", False)):
        with scene(tmp_path / name, seed=seed, workers=2, with_broker=with_broker) as played:
            if name == "emptied":
                with emptied(played):
                    tell(played)
            else:
                tell(played)
            ends.append(ending(played))
            played.hold()
    assert ends[0] == ends[1] == ends[2]
    assert all(ends[0])
