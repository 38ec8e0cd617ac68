"""The door of the editor: strangers, bombs and bases that are no revision get a sentence and change nothing."""

from __future__ import annotations

import json

import pytest

from app.models import drafts
from tests.app.browsing import a_browser, words
from tests.app.rows import a_shop
from tests.app.test_editor import flow, fresh, owner, say, send  # noqa: F401


def test_another_shops_flow_is_not_there(app, owner, flow):
    stranger = a_browser(app, a_shop("Other"))
    assert stranger.get(f"/automations/{flow.id}/edit").status_code == 404
    assert send(stranger, flow, 0, edit="tidy").status_code == 404
    assert fresh(flow).revision == 0


BOMBS = {
    "not json": "{",
    "a list": "[]",
    "NaN": '{"edit": "move_node", "id": "n2", "pin": [NaN, 0]}',
    "infinite": '{"edit": "move_node", "id": "n2", "pin": [1e999, 0]}',
    "twice": '{"edit": "tidy", "edit": "tidy"}',
    "deep": '{"edit": "configure", "id": "n2", "settings": ' + "[" * 5000 + "]" * 5000 + "}",
    "unknown edit": '{"edit": "explode"}',
    "unknown kind": '{"edit": "add_node", "kind": "wormhole", "after": ["n4", "next"]}',
    "unknown step": '{"edit": "delete_node", "id": "n99"}',
    "unknown setting": '{"edit": "configure", "id": "n2", "settings": {"mass": 3}}',
    "a long text": json.dumps({"edit": "annotate", "node": "n2", "id": "n2", "note": "x" * 30_000}),
    "a huge number": '{"edit": "move_node", "id": "n2", "pin": [' + "9" * 5000 + ", 0]}",
    "a prototype": '{"edit": "configure", "id": "n2", "settings": {"__proto__": 1}}',
    "a surrogate": '{"edit": "annotate", "id": "n2", "note": "\\ud800"}',
    "the wrong shape": '{"edit": "add_node", "kind": ["wait"], "after": "n4"}',
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_gets_a_sentence(owner, flow, bomb):
    for answer in (
        owner.post(f"/automations/{flow.id}/edits", data={"base": 0, "edit": bomb}),
        owner.post(f"/automations/{flow.id}/edits", data='{"base": 0, "edit": ' + bomb + "}",
                   content_type="application/json"),
    ):  # fmt: skip
        assert answer.status_code == 422
        assert len(words(answer)) > 20
    assert fresh(flow).revision == 0


def test_ten_megabytes_are_turned_away(owner, flow):
    answer = owner.post(f"/automations/{flow.id}/edits", data={"base": 0, "edit": "x" * 10_000_000})
    assert answer.status_code == 413 and "too large" in words(answer)


@pytest.mark.parametrize("base", ["", "x", "-1", "9" * 40])
def test_a_base_that_is_no_revision_is_stale(owner, flow, base):
    assert send(owner, flow, base, edit="tidy").status_code == 409


def test_an_edit_that_changes_nothing_is_no_revision(owner, flow):
    assert send(owner, flow, 0, edit="tidy").status_code == 200
    assert fresh(flow).revision == 0 and drafts.history(fresh(flow)).undo is None
