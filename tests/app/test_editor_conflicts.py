"""Two people at one draft: neither overwrites the other, and neither loses what they did."""

from __future__ import annotations

import html
import json
import random
import re

import pytest

from app.extensions import db
from app.models import Flow, User, drafts
from graph.model import Graph
from tests.app.browsing import a_browser, words
from tests.app.rows import a_flow, a_shop
from tests.app.test_editor import edge, fresh, node, send

HOURS = {"amount": 2, "unit": "hours"}
TALK = {
    "format": 1,
    "nodes": [node("n1", "cart_abandoned", after=HOURS), node("n2", "wait", duration=HOURS, ending="any"),
              node("n3", "tag", change="add", tag="seen"), node("n4", "notify_staff", text="Call them")],
    "edges": [edge("n1", "next", "n2"), edge("n2", "next", "n3"), edge("n3", "next", "n4")],
    "settings": {},
}  # fmt: skip


@pytest.fixture
def flow(shop) -> Flow:
    return a_flow(shop, graph=Graph.from_json(TALK).to_json())


@pytest.fixture
def two(app, shop, flow):
    return a_browser(app, shop), a_browser(app, shop)


def kept_fields(answer) -> dict[str, str]:
    found = re.findall(r'name="(base|edit)" value="([^"]*)"', answer.get_data(as_text=True))
    return {name: html.unescape(value) for name, value in found}


def ids(flow: Flow) -> set[str]:
    return {each["id"] for each in flow.draft["nodes"]}


def test_the_second_one_sees_the_first_ones_drawing_and_may_keep_their_own(two, flow):
    ann, bob = two
    assert send(ann, flow, 0, edit="delete_node", id="n3").status_code == 200
    late = send(bob, flow, 0, edit="annotate", id="n3", note="ask Bob")
    assert late.status_code == 409
    assert "Somebody changed this a moment ago" in words(late) and "Keep mine as a copy" in words(late)
    assert 'id="step-n3"' not in late.get_data(as_text=True)
    assert ids(fresh(flow)) == {"n1", "n2", "n4"}
    opened = bob.post(f"/automations/{flow.id}/copies", data=kept_fields(late), follow_redirects=True)
    copy = db.session.scalars(db.select(Flow).order_by(Flow.id.desc())).first()
    assert f"/automations/{copy.id}/edit" in opened.request.path
    assert next(each for each in copy.draft["nodes"] if each["id"] == "n3")["note"] == "ask Bob"
    assert copy.status == "off" and "(my copy)" in copy.name
    assert ids(fresh(flow)) == {"n1", "n2", "n4"}, "the automation itself is as the other one left it"


def test_settings_of_a_step_that_the_other_one_deleted_are_kept_too(two, flow):
    ann, bob = two
    send(ann, flow, 0, edit="delete_node", id="n4")
    late = bob.post(f"/automations/{flow.id}/steps/n4", data={"base": 0, "text": "Call them twice"})
    assert late.status_code == 409
    assert json.loads(kept_fields(late)["edit"])["settings"]["text"] == "Call them twice"
    assert bob.post(f"/automations/{flow.id}/copies", data=kept_fields(late)).status_code == 302


def test_undo_has_nothing_to_keep(two, flow):
    ann, bob = two
    send(ann, flow, 0, edit="annotate", id="n3", note="x")
    late = bob.post(f"/automations/{flow.id}/undo", data={"base": 0})
    assert late.status_code == 409 and "Keep mine" not in words(late)
    assert fresh(flow).revision == 1


@pytest.mark.parametrize(
    "edit", ["", "{", '{"edit": "explode"}', '{"edit": "delete_node", "id": "n99"}', "[" * 9999]
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(two, flow, edit):
    answer = two[0].post(
        f"/automations/{flow.id}/copies", data={"edit": edit, "base": 0}, follow_redirects=True
    )
    assert answer.status_code == 200 and answer.request.path.endswith(f"/{flow.id}/edit")
    assert db.session.scalar(db.select(db.func.count()).select_from(Flow)) == 1


def test_another_shops_flow_cannot_be_copied(app, two, flow):
    stranger = a_browser(app, a_shop("Other"))
    assert (
        stranger.post(f"/automations/{flow.id}/copies", data={"edit": '{"edit": "tidy"}'}).status_code == 404
    )


def test_the_draft_says_who_changed_it_last(two, flow):
    db.session.scalars(db.select(User).order_by(User.id)).first().name = "Ann Martin"
    db.session.commit()
    ann, bob = two
    send(ann, flow, 0, edit="annotate", id="n3", note="x")
    assert drafts.author(fresh(flow)) == "Ann Martin"
    assert "Ann Martin" in words(bob.get(f"/automations/{flow.id}/edit"))


def test_two_tabs_that_edit_at_random_never_overwrite_each_other(two, flow):
    rolls, notes, said = random.Random(4), [0, 0], 0
    for turn in range(40):
        tab = rolls.randrange(2)
        if rolls.random() < 0.4:
            notes[tab] = fresh(flow).revision  # this tab saw the other one's answer
        before = fresh(flow).revision
        answer = send(two[tab], flow, notes[tab], edit="annotate", id="n3", note=f"turn {turn}")
        after = fresh(flow)
        assert answer.status_code == (200 if notes[tab] == before else 409)
        assert after.revision == before + (answer.status_code == 200)
        if answer.status_code == 200:
            notes[tab] = after.revision
            said += 1
    undone = 0
    while drafts.history(fresh(flow)).undo:
        two[0].post(f"/automations/{flow.id}/undo", data={"base": fresh(flow).revision})
        undone += 1
    assert undone == said > 5
