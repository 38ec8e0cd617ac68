"""Blocks: what stands below what."""

from __future__ import annotations

from hypothesis import given

from graph.model import Graph
from graph.shape import ROOT, shape
from tests.graph.build import diamond, edges, node, recovery
from tests.graph.drawing import graphs


def test_a_chain_is_blocks_in_blocks() -> None:
    found = shape(recovery())
    assert found.roots == ("start",)
    assert found.children["rich", "yes"] == "gift"
    assert not found.joins


def test_a_join_hangs_below_the_step_that_parted_the_ways() -> None:
    assert shape(diamond()).joins == {"coin": ("both",)}


def test_both_ways_of_a_step_may_lead_to_the_same_one() -> None:
    graph = Graph((node("start", "order_placed"), node("if", "condition"), node("mail", "send_email")),
                  edges("start if", "if.yes mail", "if.no mail"))  # fmt: skip
    assert shape(graph).joins == {"if": ("mail",)}


def test_what_two_starts_share_hangs_below_both() -> None:
    graph = Graph((node("a", "order_placed"), node("b", "tag"), node("c", "tag")), edges("a c", "b c"))
    found = shape(graph)
    assert found.roots == ("a", "b")
    assert found.joins == {ROOT: ("c",)}


@given(graphs())
def test_every_step_stands_somewhere_once_and_after_all_that_lead_to_it(graph: Graph) -> None:
    found = shape(graph)
    standing = [
        *found.roots,
        *found.children.values(),
        *(join for joins in found.joins.values() for join in joins),
    ]
    assert sorted(standing) == sorted(graph.by_id)
    place = {id: number for number, id in enumerate(found.order)}
    assert all(place[edge.source] < place[edge.target] for edge in graph.edges)
