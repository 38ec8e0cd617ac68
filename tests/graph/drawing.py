"""Drawing: hypothesis strategies for flows that could have been drawn, and for what a hand might do to them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from graph import edits
from graph.catalogue import KINDS
from graph.edits import AddNode, Refused
from graph.model import Graph
from tests.graph.build import OVER_50, long

STEPS = [kind.name for kind in KINDS if kind.group != "trigger"]
STARTS = [kind.name for kind in KINDS if kind.group == "trigger"]
FILLED: dict[str, dict[str, Any]] = {
    "send_email": {"email": 1},
    "give_coupon": {"coupon": 5},
    "send_chat": {"text": "Thank you"},
    "grant_offer": {"coupon": 5, "title": "A tenth off"},
    "call_webhook": {"url": "https://till.example.com/hook"},
    "tag": {"tag": "seen"},
    "notify_staff": {"text": "Look"},
    "condition": {"rules": OVER_50},
    "wait": {"duration": long(3, "hours")},
}


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """A flow grown step by step at open ends and on edges, complete enough to run."""
    graph = AddNode(draw(st.sampled_from(STARTS))).apply(Graph())
    for kind in draw(st.lists(st.sampled_from(STEPS), max_size=8)):
        places = [(node.id, port.name) for node in graph.nodes for port in node.ports]
        try:
            graph = AddNode(kind, draw(st.sampled_from(places)), settings=FILLED.get(kind)).apply(graph)
        except Refused:
            continue
    return graph


ids = st.sampled_from([f"n{number}" for number in range(1, 10)])
ports = st.sampled_from(["next", "yes", "no", "a", "b", "happened", "timed_out"])
gestures: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries(
        {
            "edit": st.just("add_node"),
            "kind": st.sampled_from(STEPS + STARTS),
            "after": st.none() | st.tuples(ids, ports).map(list),
        }
    ),
    st.fixed_dictionaries({"edit": st.just("delete_node"), "id": ids, "keep": st.none() | ports}),
    st.fixed_dictionaries(
        {"edit": st.sampled_from(["move_after", "duplicate"]), "id": ids, "node": ids, "port": ports}
    ),
    st.fixed_dictionaries({"edit": st.just("connect"), "source": ids, "port": ports, "target": ids}),
    st.fixed_dictionaries({"edit": st.just("disconnect"), "source": ids, "port": ports}),
    st.fixed_dictionaries(
        {
            "edit": st.just("move_node"),
            "id": ids,
            "pin": st.none() | st.lists(st.integers(-900, 900), min_size=2, max_size=2),
        }
    ),
    st.fixed_dictionaries({"edit": st.just("change_trigger"), "kind": st.sampled_from(STARTS + STEPS)}),
    st.fixed_dictionaries({"edit": st.just("annotate"), "id": ids, "note": st.text(max_size=20)}),
    st.fixed_dictionaries(
        {
            "edit": st.just("configure"),
            "id": ids,
            "settings": st.sampled_from([*FILLED.values(), {"email": ""}, {"nonsense": 1}]),
        }
    ),
    st.just({"edit": "tidy"}),
)


def attempt(graph: Graph, gesture: dict[str, Any]) -> Graph:
    """The graph after a gesture, or the same graph if it was refused."""
    try:
        return edits.parse(gesture).apply(graph)
    except Refused:
        return graph
