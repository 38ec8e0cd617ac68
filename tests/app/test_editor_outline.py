"""The outline tells each step once, joins below the branches that meet there, and loose steps apart."""

from __future__ import annotations

from itertools import pairwise

from app.views.editor_outline import Line, order, outline
from graph.model import Graph


def a_graph(kinds: dict[str, str], *edges: tuple[str, str, str]) -> Graph:
    return Graph.from_json({
        "format": 1,
        "nodes": [{"id": id, "kind": kind, "settings": {}} for id, kind in kinds.items()],
        "edges": [{"from": source, "port": port, "to": target} for source, port, target in edges],
    })  # fmt: skip


BRANCHED = a_graph(
    {"n1": "cart_abandoned", "n2": "condition", "n3": "tag", "n4": "send_email", "n5": "end"},
    ("n1", "next", "n2"), ("n2", "yes", "n3"), ("n3", "next", "n4"), ("n2", "no", "n4"), ("n4", "next", "n5"),
)  # fmt: skip


def test_a_join_stands_below_both_branches() -> None:
    assert order(BRANCHED) == ["n1", "n2", "n3", "n4", "n5"]
    assert next(line for line in outline(BRANCHED) if line.node == "n4" and line.what == "step").depth == 0


def test_each_way_out_has_a_place_for_one_more_step() -> None:
    places = [(line.node, line.port) for line in outline(BRANCHED) if line.what == "add"]
    assert places == [("n1", "next"), ("n2", "yes"), ("n3", "next"), ("n2", "no"), ("n4", "next")]


def test_every_branch_that_opens_closes() -> None:
    told = [line.what for line in outline(BRANCHED)]
    assert told.count("open") == told.count("close") == 2


def test_an_open_way_out_is_the_end() -> None:
    lines = outline(a_graph({"n1": "cart_abandoned", "n2": "tag"}, ("n1", "next", "n2")))
    assert lines[-1] == Line("end", "n2", "next")


def test_steps_that_nothing_leads_to_stand_apart() -> None:
    lines = outline(a_graph({"n1": "cart_abandoned", "n2": "tag"}))
    assert Line("open", depth=1) in lines
    assert order(a_graph({"n1": "cart_abandoned", "n2": "tag"})) == ["n1", "n2"]


def test_a_nest_of_two_hundred_conditions_is_told_without_a_fall() -> None:
    ids = [f"n{place}" for place in range(2, 202)]
    kinds = {"n1": "cart_abandoned"} | dict.fromkeys(ids, "condition")
    edges = [("n1", "next", "n2")] + [(one, "yes", other) for one, other in pairwise(ids)]
    assert order(a_graph(kinds, *edges)) == ["n1", *ids]
