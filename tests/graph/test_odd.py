"""Whatever settings a graph from outside brings, it can be shown, told, checked and edited; nothing falls over."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import flow
from graph.catalogue import KINDS
from graph.edits import Configure, ConfigureFlow
from graph.geometry import layout
from graph.model import Graph
from graph.story import sentences
from graph.validation import References, problems
from graph.words import Names, say

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)
rule = st.fixed_dictionaries(
    {},
    optional={
        "subject": st.sampled_from(["cart.total", "moon"]) | texts,
        "operator": st.just("over") | texts,
        "value": st.integers(-5, 5) | texts,
        "rules": st.just([]),
        "match": st.just("any"),
    },
)
junk = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | texts | st.just({"amount": "x", "unit": "hours"}) | rule,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.fixed_dictionaries({"match": st.just("all"), "rules": st.lists(inner)})
    ),
    max_leaves=4,
)


@st.composite
def brought(draw: st.DrawFn) -> dict[str, Any]:
    nodes = [
        {"id": f"n{number}", "kind": kind.name, "settings": {field.name: draw(junk) for field in kind.fields}}
        for number, kind in enumerate(KINDS)
    ]
    return {
        "format": 1,
        "nodes": nodes,
        "edges": [],
        "settings": {name: draw(junk) for name in flow.defaults()},
    }


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(brought())
def test_a_graph_with_nonsense_in_it_can_be_shown_and_mended(data: dict[str, Any]) -> None:
    graph = Graph.from_json(data)
    for node in graph.nodes:
        card = node.described.card(node.settings, Names())
        assert say(card.title)
        assert say(card.line)
    assert all(say(line) for line in sentences(graph, Names()))
    assert all(say(problem.words) for problem in problems(graph, References()))
    assert layout(graph).boxes
    assert Graph.from_json(graph.to_json()) == graph
    wait = next(node.id for node in graph.nodes if node.kind == "wait")
    assert Configure(wait, {"ending": "any"}).apply(ConfigureFlow({"audience": "everyone"}).apply(graph))
