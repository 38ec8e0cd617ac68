"""A draft keeps every gesture, in order, and never overwrites somebody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.extensions import db
from app.models import Flow, Gesture, Shop, drafts
from app.models.drafts import Stamp
from app.unit import unit
from graph.words import Words, say

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def flow(each_database: Flask) -> Flow:
    def plant() -> Flow:
        db.session.add(Shop(id=1, name="Papier Lune", created_at=NOON))
        db.session.flush()
        flow = Flow(shop_id=1, name="Bring back a cart", draft=graph(0), created_at=NOON, updated_at=NOON)
        db.session.add(flow)
        return flow

    return unit(plant)


def graph(number: int) -> dict[str, object]:
    return {"format": 1, "nodes": [], "edges": [], "settings": {"number": number}}


def save(flow: Flow, number: int, base: int, key: str = "k") -> bool:
    label = Words("Add %(step)s", {"step": Words("Wait %(n)s", {"n": number})})
    stamp = Stamp(base, key, NOON + timedelta(minutes=number))
    return unit(lambda: drafts.save(flow, graph(number), label, stamp))


def undo(flow: Flow) -> bool:
    return unit(lambda: drafts.undo(flow, Stamp(flow.revision, "u", NOON)))


def redo(flow: Flow) -> bool:
    return unit(lambda: drafts.redo(flow, Stamp(flow.revision, "r", NOON)))


def test_a_saved_gesture_raises_the_revision(flow: Flow) -> None:
    assert save(flow, 1, base=0, key="first")
    assert (flow.draft, flow.revision, flow.edit_key) == (graph(1), 1, "first")
    assert flow.updated_at == NOON + timedelta(minutes=1)


def test_a_gesture_made_on_an_older_revision_changes_nothing(flow: Flow) -> None:
    assert save(flow, 1, base=0)
    assert not save(flow, 2, base=0)
    assert (flow.draft, flow.revision) == (graph(1), 1)
    assert db.session.scalar(db.select(db.func.count()).select_from(Gesture)) == 1


def test_undo_goes_back_and_redo_forth_again(flow: Flow) -> None:
    for number in (1, 2, 3):
        save(flow, number, base=number - 1)
    assert undo(flow) and undo(flow) and flow.draft == graph(1)
    assert redo(flow) and flow.draft == graph(2)
    assert flow.revision == 6


def test_a_new_gesture_forgets_what_was_undone(flow: Flow) -> None:
    save(flow, 1, base=0)
    save(flow, 2, base=1)
    undo(flow)
    save(flow, 9, base=flow.revision)
    assert not redo(flow)
    assert undo(flow) and flow.draft == graph(1)


def test_there_is_nothing_to_undo_in_a_fresh_draft(flow: Flow) -> None:
    assert not undo(flow) and not redo(flow)
    assert drafts.history(flow) == drafts.History(None, None)


def test_the_history_says_what_would_be_undone(flow: Flow) -> None:
    save(flow, 5, base=0)
    undo(flow)
    history = drafts.history(flow)
    assert history.undo is None and history.redo is not None
    assert say(history.redo) == "Add Wait 5"


def test_a_hundred_gestures_are_kept(flow: Flow) -> None:
    for number in range(1, 104):
        save(flow, number, base=number - 1)
    assert db.session.scalar(db.select(db.func.count()).select_from(Gesture)) == drafts.DEEPEST
    while undo(flow):
        pass
    assert flow.draft == graph(3)


def test_a_name_is_saved_under_the_revision_too(flow: Flow) -> None:
    assert unit(lambda: drafts.rename(flow, "Bring it back", Stamp(0, "k", NOON)))
    assert not unit(lambda: drafts.rename(flow, "Too late", Stamp(0, "k", NOON)))
    assert flow.name == "Bring it back"


def test_another_shops_flow_is_not_found(flow: Flow) -> None:
    assert drafts.find(flow.id, 1) is flow
    assert drafts.find(flow.id, 2) is None
