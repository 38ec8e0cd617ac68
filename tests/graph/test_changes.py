"""What publishing would change is told step by step, and where a card stands is no change."""

from __future__ import annotations

from graph import edits
from graph.changes import changes
from graph.model import Graph
from graph.words import Names, say

HOURS = {"amount": 2, "unit": "hours"}
OLD = Graph.from_json({
    "format": 1,
    "nodes": [
        {"id": "n1", "kind": "cart_abandoned", "settings": {"after": HOURS}},
        {"id": "n2", "kind": "wait", "settings": {"duration": HOURS, "ending": "any"}},
        {"id": "n3", "kind": "tag", "settings": {"change": "add", "tag": "left a cart"}},
        {"id": "n4", "kind": "end", "settings": {}},
    ],
    "edges": [
        {"from": "n1", "port": "next", "to": "n2"}, {"from": "n2", "port": "next", "to": "n3"},
        {"from": "n3", "port": "next", "to": "n4"},
    ],
})  # fmt: skip


def told(*made: edits.Edit) -> list[str]:
    new = OLD
    for edit in made:
        new = edit.apply(new)
    return [say(words) for words in changes(OLD, new, Names())]


def test_the_same_graph_changes_nothing() -> None:
    assert told() == []


def test_a_moved_card_changes_nothing() -> None:
    assert told(edits.MoveNode("n2", (8, 8))) == []


def test_a_step_put_in_is_one_change_and_not_a_new_link_besides() -> None:
    assert told(edits.AddNode("tag", ("n2", "next"))) == ["New step: Tag the customer"]


def test_a_step_taken_out_is_one_change() -> None:
    assert told(edits.DeleteNode("n2")) == ["Removed: Wait 2 hours"]


def test_a_setting_is_told_before_and_after() -> None:
    days = {"duration": {"amount": 3, "unit": "days"}}
    assert told(edits.Configure("n2", days)) == ["Changed: Wait 2 hours is now Wait 3 days"]


def test_another_link_is_told() -> None:
    assert told(edits.Connect("n2", "next", "n4")) == ["Leads elsewhere: Wait 2 hours"]


def test_the_rules_of_the_whole_flow_are_one_change() -> None:
    assert told(edits.ConfigureFlow({"audience": "everyone"})) == ["Who may enter, and when it ends"]
