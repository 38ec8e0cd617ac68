"""A graph is kept exactly as it was drawn, and nothing but a graph is let in."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from graph.model import BadGraph, Graph, loads
from tests.graph.build import diamond, recovery

GOOD = recovery().to_json()


def changed(**parts: Any) -> str:
    return json.dumps({**GOOD, **parts})


def steps(count: int) -> list[dict[str, Any]]:
    return [{"id": f"n{number}", "kind": "wait", "settings": {}} for number in range(count)]


BOMBS = {
    "ten thousand steps": changed(nodes=steps(10_000), edges=[]),
    "five hundred and one steps": changed(nodes=steps(501), edges=[]),
    "too many links": changed(edges=[{"from": "start", "port": "next", "to": "pause"}] * 1_001),
    "two steps of one name": changed(nodes=[*GOOD["nodes"], GOOD["nodes"][0]]),
    "not a number": '{"format":1,"nodes":[],"edges":[],"settings":{"latest":NaN}}',
    "infinity": '{"format":1,"nodes":[],"edges":[],"settings":{"latest":Infinity}}',
    "an overflowing float": '{"format":1,"nodes":[],"edges":[],"settings":{"latest":1e999}}',
    "an endless integer": '{"format":1,"nodes":[],"edges":[],"settings":{"latest":' + "9" * 5000 + "}}",
    "a large integer": changed(settings={"latest": 2**60}),
    "ten megabytes of note": changed(nodes=[{"id": "n", "kind": "wait", "note": "x" * 10_000_000}], edges=[]),
    "a long note": changed(nodes=[{"id": "n", "kind": "wait", "note": "x" * 1_001}], edges=[]),
    "a deep list": '{"format":1,"nodes":' + "[" * 100_000 + "]" * 100_000 + "}",
    "forty levels": '{"format":1,"settings":{"quiet":' + "[" * 40 + "]" * 40 + '},"nodes":[],"edges":[]}',
    "a name twice": '{"format":1,"format":1,"nodes":[],"edges":[]}',
    "a NUL": changed(nodes=[{"id": "n", "kind": "wait", "note": "a\x00b"}], edges=[]),
    "half a character": '{"format":1,"nodes":[{"id":"n","kind":"wait","note":"\\ud800"}],"edges":[]}',
    "a prototype": changed(settings={"__proto__": {}}),
    "an unknown kind": changed(nodes=[{"id": "n", "kind": "send_mail"}], edges=[]),
    "a kind that is no text": changed(nodes=[{"id": "n", "kind": ["wait"]}], edges=[]),
    "a link to nowhere": changed(edges=[{"from": "start", "port": "next", "to": "moon"}]),
    "a link without a port": changed(edges=[{"from": "start", "to": "pause"}]),
    "an id of markup": changed(nodes=[{"id": "<b>", "kind": "wait"}], edges=[]),
    "a pin of words": changed(nodes=[{"id": "n", "kind": "wait", "pin": ["left", "top"]}], edges=[]),
    "a pin far away": changed(nodes=[{"id": "n", "kind": "wait", "pin": [1e9, 0]}], edges=[]),
    "settings in a list": changed(nodes=[{"id": "n", "kind": "wait", "settings": []}], edges=[]),
    "tomorrow's format": changed(format=2),
    "no format": '{"nodes":[],"edges":[]}',
    "a list": "[]",
    "nothing": "",
    "half of it": json.dumps(GOOD)[:50],
    "bytes that are no text": b"\xff\xfe{}",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_gets_a_sentence_and_no_time(bomb: str | bytes) -> None:
    began = time.perf_counter()
    with pytest.raises(BadGraph) as refusal:
        loads(bomb)
    assert str(refusal.value).endswith((".", "?"))
    assert time.perf_counter() - began < 1


def test_an_unknown_kind_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadGraph, match="“send_email”"):
        loads(BOMBS["an unknown kind"])


@pytest.mark.parametrize("graph", [recovery(), diamond(), Graph()], ids=["recovery", "diamond", "empty"])
def test_a_graph_comes_back_equal_from_its_own_json(graph: Graph) -> None:
    assert Graph.from_json(graph.to_json()) == graph
    assert loads(graph.dumps()) == graph
    assert loads(graph.dumps().encode()).dumps() == graph.dumps()


def test_a_graph_at_its_limits_is_let_in_quickly() -> None:
    began = time.perf_counter()
    assert len(loads(changed(nodes=steps(500), edges=[])).nodes) == 500
    assert time.perf_counter() - began < 0.2


def test_what_a_flow_does_not_say_is_at_its_default() -> None:
    settings = loads('{"format":1,"nodes":[]}').settings
    assert settings["audience"] == "subscribers"
    assert settings["exit"] == ["customer.unsubscribed"]


def test_a_graph_knows_its_trigger_and_where_ports_lead() -> None:
    graph = recovery()
    assert graph.trigger == graph.node("start")
    assert graph.target("rich", "yes") == "gift"
    assert graph.target("rich", "no") is None
    assert [edge.source for edge in diamond().into("both")] == ["left", "right"]
