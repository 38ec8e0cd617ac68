"""The drawing: nothing covers anything, nothing above a change moves, and every open place has its "+"."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.edits import AddNode, MoveNode
from graph.geometry import Box, Layout, layout
from graph.model import Edge, Graph
from tests.graph.build import diamond, edges, node, recovery
from tests.graph.drawing import attempt, gestures, graphs


def covering(drawn: Layout) -> Iterator[tuple[str, str]]:
    for (first, a), (second, b) in itertools.combinations(drawn.boxes.items(), 2):
        if a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h:
            yield first, second


def test_the_start_stands_at_the_top_in_the_middle() -> None:
    assert layout(recovery()).boxes["start"] == Box(-132, 0, 264, 64)


def test_steps_follow_below_one_another_with_room_for_a_plus() -> None:
    boxes = layout(recovery()).boxes
    assert (boxes["pause"].x, boxes["pause"].y) == (-132, 124)


def test_a_higher_card_pushes_down_what_follows_and_nothing_else() -> None:
    flat, high = layout(recovery()).boxes, layout(recovery(), {"pause": 104}).boxes
    assert high["pause"].h == 104
    assert (high["start"], high["pause"].y) == (flat["start"], flat["pause"].y)
    assert {id: high[id].y - flat[id].y for id in ("rich", "gift", "mail")} == dict.fromkeys(
        ("rich", "gift", "mail"), 40
    )


def test_branches_stand_side_by_side_from_left_to_right() -> None:
    boxes = layout(diamond()).boxes
    assert boxes["left"].y == boxes["right"].y
    assert boxes["right"].x - boxes["left"].x == 300
    assert boxes["left"].x + boxes["right"].x == 2 * boxes["coin"].x


def test_branches_that_meet_close_below_the_step_that_opened_them() -> None:
    boxes = layout(diamond()).boxes
    assert boxes["both"].x == boxes["coin"].x
    assert boxes["both"].y > boxes["left"].y + 64


def test_a_branch_that_jumps_ahead_has_a_lane_of_its_own() -> None:
    graph = Graph(
        (
            node("start", "order_placed"),
            node("if", "condition"),
            node("tag", "tag"),
            node("mail", "send_email"),
        ),
        edges("start if", "if.yes tag", "tag mail", "if.no mail"),
    )
    drawn = layout(graph)
    (lane,) = [curve for curve in drawn.curves if curve.port == "no"]
    assert lane.mid[0] == 150
    assert drawn.boxes["mail"].x == drawn.boxes["if"].x


def test_joins_below_the_same_step_stand_one_below_the_other() -> None:
    graph = Graph(
        (
            node("start", "order_placed"),
            node("if", "condition"),
            node("coin", "split"),
            *(node(id, "tag") for id in ("x", "y", "z", "first", "second")),
        ),
        edges(
            "start if",
            "if.yes coin",
            "if.no z",
            "coin.a x",
            "coin.b y",
            "x first",
            "z first",
            "first second",
            "y second",
        ),
    )
    drawn = layout(graph)
    assert drawn.boxes["first"].x == drawn.boxes["second"].x == drawn.boxes["if"].x
    assert drawn.boxes["second"].y > drawn.boxes["first"].y + 64
    assert not list(covering(drawn))


def test_every_edge_and_every_open_end_has_one_plus() -> None:
    drawn = layout(recovery())
    assert sorted((slot.source, slot.port) for slot in drawn.slots) == [
        ("gift", "next"),
        ("mail", "next"),
        ("pause", "next"),
        ("rich", "no"),
        ("rich", "yes"),
        ("start", "next"),
    ]
    assert [(end.source, end.port) for end in drawn.ends] == [("rich", "no"), ("mail", "next")]


def test_only_branches_carry_a_pill() -> None:
    drawn = layout(recovery())
    assert {(mark.source, mark.port) for mark in (*drawn.curves, *drawn.ends) if mark.pill} == {
        ("rich", "yes"),
        ("rich", "no"),
    }


def test_an_explicit_end_is_a_card_without_a_plus() -> None:
    drawn = layout(AddNode("end", ("mail", "next"), id="stop").apply(recovery()))
    assert "stop" in drawn.boxes
    assert "stop" not in {slot.source for slot in drawn.slots}


def test_a_pin_moves_one_card_and_no_other() -> None:
    before, after = layout(recovery()).boxes, layout(MoveNode("gift", (-700, 40)).apply(recovery())).boxes
    assert after["gift"] == Box(-700, 40)
    assert {id: box for id, box in after.items() if id != "gift"} == {
        id: box for id, box in before.items() if id != "gift"
    }


@pytest.mark.parametrize("pin", [(-700, 40), (0, -900), (-132, 300), (900, 2000)])
def test_links_follow_a_pinned_card(pin: tuple[int, int]) -> None:
    drawn = layout(MoveNode("gift", pin).apply(recovery()))
    arriving = next(curve for curve in drawn.curves if curve.target == "gift")
    leaving = next(curve for curve in drawn.curves if curve.source == "gift")
    assert arriving.path.endswith(f"L{pin[0] + 132:g},{pin[1]:g}")
    assert leaving.path.startswith(f"M{pin[0] + 132:g},{pin[1] + 64:g}")


def test_the_view_box_holds_everything() -> None:
    drawn = layout(MoveNode("gift", (-1700, -40)).apply(recovery()))
    for box in drawn.boxes.values():
        assert drawn.x < box.x
        assert box.x + box.w < drawn.x + drawn.width
        assert drawn.y < box.y
        assert box.y + box.h < drawn.y + drawn.height


def test_an_empty_flow_can_be_drawn() -> None:
    drawn = layout(Graph())
    assert (drawn.boxes, drawn.curves, drawn.slots) == ({}, (), ())


def test_a_circle_and_two_starts_can_be_drawn() -> None:
    looped = replace(recovery(), edges=(*recovery().edges, Edge("mail", "next", "pause")))
    assert set(layout(looped).boxes) == set(looped.by_id)
    round_ = Graph((node("a", "tag"), node("b", "tag")), edges("a b", "b a"))
    assert set(layout(round_).boxes) == {"a", "b"}


@settings(max_examples=200, deadline=None)
@given(graphs(), st.lists(gestures, max_size=8))
def test_no_card_covers_another(graph: Graph, hand: list[dict[str, object]]) -> None:
    for gesture in hand:
        graph = attempt(graph, gesture) if gesture["edit"] != "move_node" else graph
    drawn = layout(graph)
    assert not list(covering(drawn))
    assert layout(Graph.from_json(graph.to_json())) == drawn
    for curve in drawn.curves:
        assert re.fullmatch(r"M\S+( L\S+ Q\S+ \S+)* L\S+", curve.path)
    places = [(slot.x, slot.y) for slot in drawn.slots]
    assert len(set(places)) == len(places)


@settings(deadline=None)
@given(graphs(), st.data())
def test_nothing_above_a_new_step_moves_up_or_down(graph: Graph, data: st.DataObject) -> None:
    source, port = data.draw(
        st.sampled_from([(each.id, port.name) for each in graph.nodes for port in each.ports])
    )
    if graph.target(source, port) is None:
        before, after = layout(graph).boxes, layout(AddNode("tag", (source, port)).apply(graph)).boxes
        assert after[graph.trigger.id] == before[graph.trigger.id]
        assert all(after[id].y == box.y for id, box in before.items() if box.y <= before[source].y)


def wide(steps: int) -> Graph:
    nodes, drawn, open_ = [node("n0", "order_placed")], [], [("n0", "next")]
    for number in range(1, steps):
        id = f"n{number}"
        nodes.append(node(id, "condition" if number % 4 == 0 else "tag"))
        drawn.append(Edge(*open_.pop((number * 7) % len(open_)), id))
        open_ += [(id, port.name) for port in nodes[-1].ports]
    return Graph(tuple(nodes), tuple(drawn))


def calls(graph: Graph) -> int:
    """How many functions are called to draw this: the same on any machine, however busy."""
    seen = 0

    def count(_frame: object, event: str, _what: object) -> None:
        nonlocal seen
        seen += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        layout(graph)
    finally:
        sys.setprofile(None)
    return seen


def test_twice_as_many_steps_are_hardly_more_than_twice_the_work() -> None:
    assert calls(wide(1000)) < 2.5 * calls(wide(500))
