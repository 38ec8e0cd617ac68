"""What stops a flow from being switched on, said where it can be mended."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from graph.model import Edge, Graph
from graph.problem import References
from graph.validation import CHECKS, problems
from graph.words import say
from tests.graph.build import diamond, edges, node, recovery

SHOP = References(emails=frozenset({1}), coupons=frozenset({5}))


def found(graph: Graph) -> list[tuple[str | None, str | None, str]]:
    return [(problem.node, problem.field, say(problem.words)) for problem in problems(graph, SHOP)]


@pytest.mark.parametrize("graph", [recovery(), diamond()], ids=["recovery", "diamond"])
def test_a_whole_flow_has_no_problem(graph: Graph) -> None:
    assert found(graph) == []


def test_an_empty_flow_is_asked_how_it_starts() -> None:
    assert found(Graph()) == [(None, None, "Choose how this automation starts.")]


def test_a_start_alone_does_nothing() -> None:
    assert found(Graph((node("start", "order_placed"),)))[0][2].startswith("Add a step that does something")


def test_two_starts_are_one_too_many() -> None:
    two = replace(recovery(), nodes=(*recovery().nodes, node("other", "order_placed")))
    assert [each[:1] for each in found(two)] == [("other",)]


def test_a_link_to_the_start_is_seen() -> None:
    back = replace(recovery(), edges=(*recovery().edges, Edge("rich", "no", "start")))
    assert ("start", None, "Nothing can lead to the start. Remove the link that leads to it.") in found(back)


def test_a_circle_is_seen() -> None:
    looped = replace(recovery(), edges=(*recovery().edges, Edge("mail", "next", "pause")))
    assert [each[2][:28] for each in found(looped)] == ["The steps from here lead bac"]


def test_a_step_that_nothing_leads_to_is_seen() -> None:
    assert [
        each[0] for each in found(replace(recovery(), edges=edges("start pause", "pause rich", "gift mail")))
    ] == ["gift", "mail"]


def test_a_port_with_two_links_and_one_that_does_not_exist_are_seen() -> None:
    double = replace(recovery(), edges=(*recovery().edges, Edge("start", "next", "mail")))
    assert [each[2] for each in found(double)] == [
        "One way out of this step leads to two steps. Keep one of them."
    ]
    odd = replace(recovery(), edges=(*recovery().edges, Edge("mail", "yes", "pause")))
    assert any("a way out that it does not have" in each[2] for each in found(odd))


def test_a_missing_setting_leads_to_its_field() -> None:
    assert ("mail", "email", "Choose the e-mail to send.") in found(
        recovery().with_node(node("mail", "send_email"))
    )


def test_a_setting_that_was_spoilt_leads_to_its_field() -> None:
    spoilt = recovery().with_node(node("pause", "wait", duration={"amount": "many", "unit": "hours"}))
    assert found(spoilt) == [("pause", "duration", "Write a whole number.")]


def test_a_coupon_that_is_gone_is_seen() -> None:
    assert [each[:2] for each in found(recovery().with_node(node("gift", "give_coupon", coupon=6)))] == [
        ("gift", "coupon")
    ]


def test_a_coupon_that_has_ended_is_seen() -> None:
    ended = replace(SHOP, usable_coupons=frozenset())
    assert [(problem.node, problem.field) for problem in problems(recovery(), ended)] == [("gift", "coupon")]


def test_a_field_that_is_not_asked_is_not_missed() -> None:
    chosen = Graph(
        (node("start", "order_placed", scope="chosen"), node("mail", "send_email", email=1)),
        edges("start mail"),
    )
    assert [each[:2] for each in found(chosen)] == [("start", "products")]
    assert found(chosen.with_node(node("start", "order_placed"))) == []


def test_spoilt_settings_of_the_flow_lead_to_their_field() -> None:
    graph = recovery()
    spoilt = replace(
        graph, settings={**graph.settings, "audience": "all", "quiet": {"from": "25:00", "until": "08:00"}}
    )
    assert [each[1] for each in found(spoilt)] == ["audience", "quiet_from"]


def test_every_check_says_what_it_checks() -> None:
    assert all(check.__doc__ for check in CHECKS)


def test_a_flow_at_its_limits_is_checked_in_two_tenths_of_a_second() -> None:
    names = [f"n{number}" for number in range(500)]
    nodes = (node("n0", "order_placed"), *(node(name, "tag", tag="x") for name in names[1:]))
    long = Graph(nodes, tuple(Edge(*pair) for pair in zip(names, ["next"] * 499, names[1:], strict=False)))
    began = time.thread_time()
    assert found(long) == []
    assert time.thread_time() - began < 0.2
