"""The flow told in plain words."""

from __future__ import annotations

from dataclasses import replace

from graph.model import Graph
from graph.story import sentences
from graph.words import Names, say
from tests.graph.build import diamond, edges, node, recovery

NAMES = Names({1: "You left something"}, {5: "10 % off"}, money=lambda minor: f"€{minor // 100}")


def told(graph: Graph) -> list[str]:
    return ["  " * line.depth + say(line) for line in sentences(graph, NAMES)]


def test_a_flow_is_told_from_top_to_bottom_and_says_how_one_leaves() -> None:
    graph = recovery()
    assert told(replace(graph, settings={**graph.settings, "goal": ["order.placed"]})) == [
        "When a cart is left behind for 30 minutes",
        "Wait 2 hours",
        "If this is so: cart total over €50",
        "  Yes:",
        "    Give the coupon “10 % off”",
        "    Send the e-mail “You left something”",
        "  No:",
        "    Nothing more happens",
        "Everyone leaves as soon as they place an order or they unsubscribe",
    ]


def test_branches_that_meet_go_on_at_the_depth_where_they_parted() -> None:
    lines = told(diamond())
    assert lines[2:] == [
        "  A:",
        "    Add the tag “a”",
        "  B:",
        "    Add the tag “b”",
        "Send the e-mail “You left something”",
        "Everyone leaves as soon as they unsubscribe",
    ]


def test_a_branch_that_jumps_ahead_says_where_to() -> None:
    graph = Graph(
        (
            node("start", "order_placed"),
            node("coin", "split"),
            node("tag", "tag", tag="x"),
            node("mail", "send_email", email=1),
        ),
        edges("start coin", "coin.a tag", "tag mail", "coin.b mail"),
    )
    assert "    Go on at: Send “You left something”" in told(graph)


def test_each_line_knows_its_step() -> None:
    assert [line.node for line in sentences(recovery(), NAMES)][:4] == ["start", "pause", "rich", "rich"]


def test_an_empty_flow_says_nothing_but_how_one_leaves() -> None:
    assert told(Graph()) == ["Everyone leaves as soon as they unsubscribe"]
