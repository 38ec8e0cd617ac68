"""Gestures as they come from a browser: read strictly, and any sequence of them leaves a sound flow."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import edits
from graph.catalogue import KINDS
from graph.edits import Refused
from graph.geometry import layout
from graph.model import Graph
from graph.network import circle
from graph.story import sentences
from graph.validation import References, problems
from graph.words import Names, say
from tests.graph.build import recovery
from tests.graph.drawing import attempt, gestures, graphs


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"edit": "explode"},
        {"edit": ["tidy"]},
        {"edit": "add_node"},
        {"edit": "add_node", "kind": 7},
        {"edit": "add_node", "kind": "tag", "after": "start"},
        {"edit": "move_node", "id": "pause", "pin": [1e300, 0]},
        {"edit": "move_node", "id": "pause", "pin": [float("nan"), 0]},
        {"edit": "configure", "id": "pause", "settings": []},
        {"edit": "connect", "source": "<b>", "port": "next", "target": "mail"},
        {"edit": "annotate", "id": "pause", "note": 5},
        {"edit": "annotate", "id": "pause", "note": "x" * 5000},
        {"edit": "annotate", "id": "pause", "note": "\u202etxt"},
    ],
    ids=str,
)
def test_what_no_editor_sends_is_refused_in_words(data: Any) -> None:
    with pytest.raises(Refused) as refusal:
        edits.parse(data).apply(recovery())
    assert str(refusal.value).endswith(".")


@settings(max_examples=300, deadline=None)
@given(graphs(), st.lists(gestures, max_size=12))
def test_any_sequence_of_gestures_leaves_a_sound_flow(graph: Graph, hand: list[dict[str, Any]]) -> None:
    for gesture in hand:
        graph = attempt(graph, gesture)
        assert Graph.from_json(graph.to_json()) == graph
        assert not circle(graph)
        assert len({(edge.source, edge.port) for edge in graph.edges}) == len(graph.edges)
    assert sum(step.described.group == "trigger" for step in graph.nodes) <= 1
    assert set(layout(graph).boxes) == set(graph.by_id)
    assert {line.node for line in sentences(graph, Names())} >= set(graph.by_id)
    assert all(say(problem.words) for problem in problems(graph, References()))


@given(
    st.recursive(st.none() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3)),
    gestures,
)
def test_a_gesture_with_one_argument_of_nonsense_is_read_or_refused(
    nonsense: Any, gesture: dict[str, Any]
) -> None:
    for name in gesture:
        attempt(recovery(), {**gesture, name: nonsense})


def test_every_kind_but_a_start_can_be_added_in_one_gesture() -> None:
    for kind in KINDS:
        if kind.group != "trigger":
            assert edits.parse({"edit": "add_node", "kind": kind.name, "after": ["mail", "next"]}).apply(
                recovery()
            )
