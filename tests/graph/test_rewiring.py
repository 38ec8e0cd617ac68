"""Taking out and putting in keeps what was linked linked."""

from __future__ import annotations

from dataclasses import replace

from graph.model import Graph
from graph.rewiring import fresh_id, insert, link, remove, unlink, without
from tests.graph.build import diamond, node, recovery


def test_a_fresh_id_is_one_more_than_the_highest() -> None:
    assert fresh_id(Graph()) == "n1"
    assert (
        fresh_id(Graph((node("n2", "tag"), node("n10", "tag"), node("name", "tag"), node("n٣", "tag"))))
        == "n11"
    )


def test_inserting_and_removing_again_changes_nothing_but_the_order_of_links() -> None:
    there_and_back = remove(insert(recovery(), node("new", "tag"), "start", "next"), "new", "next")
    assert set(there_and_back.edges) == set(recovery().edges)
    assert there_and_back.nodes == recovery().nodes


def test_a_port_can_be_led_elsewhere_or_nowhere() -> None:
    assert link(recovery(), "rich", "no", "mail").target("rich", "no") == "mail"
    assert link(recovery(), "rich", "yes", None).target("rich", "yes") is None


def test_a_step_standing_alone_touches_no_link() -> None:
    alone = unlink(recovery(), "gift", "next")
    assert alone.target("rich", "yes") == "mail"
    assert not [edge for edge in alone.edges if "gift" in (edge.source, edge.target)]


def test_what_was_alone_before_stays_when_another_step_goes() -> None:
    stray = replace(diamond(), nodes=(*diamond().nodes, node("stray", "tag")))
    assert set(remove(stray, "coin", "a").by_id) == {"start", "left", "both", "stray"}
    assert "left" not in without(diamond(), {"left"}).by_id
