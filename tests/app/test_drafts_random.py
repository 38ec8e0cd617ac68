"""Whatever is drawn can be undone to the byte; two tabs never overwrite each other; what is saved is there."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.extensions import db
from app.models import Flow, drafts
from app.unit import unit
from graph import edits
from graph.edits import Refused
from graph.model import Graph
from tests.app.browsing import a_browser, with_pages
from tests.app.rows import a_flow, a_shop
from tests.bench.drafts import lost, overwrites, sequences, stamp, written
from tests.graph.drawing import gestures, graphs

on_one_database = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def flow(app) -> Flow:
    with_pages(app)
    flow = a_flow(a_shop())
    db.session.commit()
    return flow


def drawn(flow: Flow, start: Graph, hand: list[dict]) -> list[str]:
    """Draw on a fresh draft; return its text after each gesture that was taken."""
    flow.draft, flow.cursor = start.to_json(), 0
    db.session.flush()
    story = [written(flow)]
    for gesture in hand:
        before = Graph.from_json(flow.draft)
        try:
            edit = edits.parse(gesture)
            after, label = edit.apply(before), edit.label(before)
        except Refused:
            continue
        if after != before:
            assert drafts.save(flow, after.to_json(), label, stamp(flow))
            story.append(written(flow))
    return story


@on_one_database
@given(graphs(), st.lists(gestures, min_size=1, max_size=12))
def test_any_drawing_is_undone_and_done_again_to_the_byte(flow, start, hand):
    def work():
        db.session.expire(flow)
        story = drawn(flow, start, hand)
        for then in story[-2::-1]:
            assert drafts.undo(flow, stamp(flow)) and written(flow) == then
        assert written(flow) == json.dumps(start.to_json(), sort_keys=True)
        for then in story[1:]:
            assert drafts.redo(flow, stamp(flow)) and written(flow) == then

    unit(work)


def test_the_bench_counts_what_it_says(flow):
    assert sequences(flow.id, 20) == 20


def test_a_stack_that_forgets_a_gesture_is_seen(flow, monkeypatch):
    monkeypatch.setattr(drafts, "undo", lambda flow, stamped: False)
    assert sequences(flow.id, 20) < 20


def test_two_tabs_never_overwrite_each_other(app, flow):
    shop = a_shop("Same")
    flow_id = a_flow(shop).id
    tabs = a_browser(app, shop), a_browser(app, shop)
    assert overwrites(tabs, flow_id, 30) == 0


def test_a_check_of_the_revision_that_is_missing_is_seen(app, flow, monkeypatch):
    shop = a_shop("Same")
    flow_id = a_flow(shop).id
    tabs = a_browser(app, shop), a_browser(app, shop)
    monkeypatch.setattr("app.views.editor.stamp", lambda flow: stamp(flow))
    assert overwrites(tabs, flow_id, 30) > 0


def test_what_was_said_to_be_saved_is_there_after_everything_else_is_gone(app, flow):
    shop = a_shop("Same")
    flow_id = a_flow(shop).id
    assert lost(a_browser(app, shop), flow_id, 20) == 0
