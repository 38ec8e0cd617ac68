"""Publishing says what it changes and for whom, and does with those on their way what was chosen."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.models import Audit, Flow, Message, Run, Version
from app.models.inflight import migrations
from graph.model import Graph
from tests.app.browsing import a_browser, words
from tests.app.rows import a_customer, a_flow, a_message, a_run
from tests.app.test_editor import fresh, send
from tests.app.test_editor_conflicts import TALK


@pytest.fixture
def flow(shop) -> Flow:
    return a_flow(shop, graph=Graph.from_json(TALK).to_json())


@pytest.fixture
def owner(app, shop, flow):
    return a_browser(app, shop)


@pytest.fixture
def runs(flow, shop, owner) -> list[Run]:
    """Two who wait at n2, one at n4, one who is being moved this moment, and one who is through."""
    standing = (("waiting", "n2"), ("waiting", "n2"), ("parked", "n4"), ("leased", "n2"), ("done", "n4"))
    found = [a_run(flow, a_customer(shop), status=status, node=node, visit=1) for status, node in standing]
    a_message(found[0], sent_at=None)
    db.session.commit()
    return found


def publish(owner, flow, **chosen):
    return owner.post(f"/automations/{flow.id}/publish", data={"base": fresh(flow).revision, **chosen})


def versions(flow) -> list[int]:
    db.session.expire_all()
    latest = db.session.get(Flow, flow.id).version_id
    return [int(run.version_id == latest) for run in db.session.scalars(db.select(Run).order_by(Run.id))]


def changed(owner, flow) -> None:
    assert send(owner, flow, 0, edit="delete_node", id="n4").status_code == 200


def test_it_says_how_many_would_go_over_and_how_many_cannot(owner, flow, runs):
    changed(owner, flow)
    text = words(owner.get(f"/automations/{flow.id}/publish"))
    assert "4 customers are on their way" in text
    assert "2 people go on from the step where they stand" in text
    assert "2 people stand at a step that is gone" in text
    assert "Removed: Tell the team" in text


@pytest.mark.rule("C7")
def test_by_default_everybody_stays_on_the_version_they_entered(owner, flow, runs):
    changed(owner, flow)
    assert publish(owner, flow).status_code == 200
    assert versions(flow) == [0, 0, 0, 0, 0]


@pytest.mark.rule("C7")
def test_migrating_takes_over_those_who_stand_where_one_can_still_stand(owner, flow, runs):
    changed(owner, flow)
    answer = publish(owner, flow, waiting="migrate")
    assert "2 people go on in the new drawing" in words(answer)
    assert versions(flow) == [1, 1, 0, 0, 0], (
        "not the one at the step that is gone, nor the one a worker holds"
    )
    (moved,) = migrations(runs[0].id)
    assert (moved.visit, moved.to_id) == (1, fresh(flow).version_id) and moved.from_id != moved.to_id
    assert db.session.get(Run, runs[0].id).status == "waiting" and db.session.get(Run, runs[0].id).wake_at


@pytest.mark.rule("C7")
def test_taking_out_ends_those_of_before_and_calls_their_messages_back(owner, flow, runs):
    changed(owner, flow)
    assert "4 people left it" in words(publish(owner, flow, waiting="exit"))
    ended = db.session.scalars(db.select(Run).order_by(Run.id)).all()
    assert [run.status for run in ended] == ["cancelled"] * 4 + ["done"]
    assert {run.reason for run in ended[:4]} == {"republished"}
    assert db.session.scalars(db.select(Message.state)).all() == ["cancelled"]


def test_what_nobody_offered_is_refused(owner, flow, runs):
    changed(owner, flow)
    assert publish(owner, flow, waiting="explode").status_code == 422
    assert db.session.scalar(db.select(db.func.count()).select_from(Version)) == 1


def test_it_is_noted_who_published_and_what_became_of_the_others(owner, flow, runs):
    changed(owner, flow)
    publish(owner, flow, waiting="migrate")
    act = db.session.scalars(db.select(Audit).where(Audit.act == "published")).one()
    assert act.data == {"version": 2, "waiting": "migrate", "moved": 2, "ended": 0}


def test_a_draft_that_moved_on_is_not_published(owner, flow, runs):
    changed(owner, flow)
    assert publish(owner, flow, base=0).status_code == 409
    assert versions(flow) == [1, 1, 1, 1, 1]
