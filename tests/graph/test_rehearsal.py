"""A rehearsal goes the way a run would go, with the waits left out and the forks chosen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import validation
from graph.effects import IssueCoupon, SendMessage
from graph.facts import Cart
from graph.interpreter import Resting, advance, compile, start
from graph.model import Graph
from graph.problem import References
from graph.rehearsal import SOON, rehearse
from tests.graph.build import NOON, diamond, edges, facts, heads, long, node, recovery, rules
from tests.graph.drawing import graphs

EVERYTHING = References(frozenset({1}), frozenset({5}), frozenset(), frozenset(), None)


def awaiting(event: str = "message.opened", goal: tuple[str, ...] = ()) -> Graph:
    steps = (
        node("start", "cart_abandoned"), node("mail", "send_email", email=1),
        node("listen", "wait_for", event=event, at_most=long(1, "days")), node("thanks", "tag", tag="reads"),
        node("again", "send_email", email=1),
    )  # fmt: skip
    drawn = Graph(
        steps, edges("start mail", "mail listen", "listen.happened thanks", "listen.timed_out again")
    )
    return Graph(drawn.nodes, drawn.edges, {**drawn.settings, "goal": list(goal)})


def way(graph: Graph, known=None, **ways: str) -> list[str]:
    played = rehearse(compile(graph), known or facts(), NOON, ways, heads)
    return [step.node for step in played.steps]


def test_waits_are_skipped_and_told() -> None:
    played = rehearse(compile(recovery()), facts(), NOON, {}, heads)
    assert [step.node for step in played.steps] == ["start", "pause", "rich", "gift", "mail"]
    (rest,) = played.rests
    assert (rest.node, rest.until - rest.since) == ("pause", timedelta(hours=2))
    assert [type(effect) for _visit, effect, _at in played.effects] == [IssueCoupon, SendMessage]
    assert played.effects[-1][2] == NOON + timedelta(hours=2) == played.last
    assert played.end.status == "done"


def test_what_is_known_decides_and_no_choice_overrules_it() -> None:
    poor = facts(cart=Cart("c1", 4000, "EUR"))
    assert way(recovery(), poor) == way(recovery(), poor, rich="yes") == ["start", "pause", "rich"]


@pytest.mark.parametrize(("port", "taken"), [("a", "left"), ("b", "right")])
def test_chance_can_be_chosen(port: str, taken: str) -> None:
    assert way(diamond(), coin=port) == ["start", "coin", taken, "both"]


def test_chance_that_never_leads_there_stays_what_it_is() -> None:
    certain = diamond().with_node(node("coin", "split", share=100))
    assert "left" in way(certain, coin="b")


def test_an_awaited_event_happens_when_it_is_chosen() -> None:
    assert way(awaiting())[-2:] == ["listen", "again"]
    played = rehearse(compile(awaiting()), facts(), NOON, {"listen": "happened"}, heads)
    assert [step.node for step in played.steps][-2:] == ["listen", "thanks"]
    assert played.rests[0].awaited == ("message.opened",) and played.last == NOON + SOON


def test_a_goal_that_was_awaited_ends_the_run_as_it_would_in_truth() -> None:
    flow = awaiting("order.placed", goal=("order.placed",))
    played = rehearse(compile(flow), facts(), NOON, {"listen": "happened"}, heads)
    assert (played.end.status, played.end.reason) == ("exited", "goal:order.placed")


def test_later_steps_see_the_tags_that_earlier_ones_gave() -> None:
    asks = rules(("customer.tags", "has", ["seen"]))
    steps = (node("start", "order_placed"), node("mark", "tag", tag="seen"), node("pause", "wait"),
             node("ask", "condition", rules=asks), node("yes", "tag", tag="x"))  # fmt: skip
    assert way(Graph(steps, edges("start mark", "mark pause", "pause ask", "ask.yes yes")))[-1] == "yes"


@given(
    graphs(),
    st.dictionaries(
        st.sampled_from([f"n{n}" for n in range(1, 10)]), st.sampled_from(["happened", "a", "b"])
    ),
)
def test_every_flow_that_can_be_switched_on_can_be_rehearsed(graph: Graph, ways: dict[str, str]) -> None:
    if validation.problems(graph, EVERYTHING):
        return
    played = rehearse(compile(graph), facts(), NOON, ways, heads)
    assert [step.visit for step in played.steps] == list(range(len(played.steps)))
    for before, after in zip(played.steps, played.steps[1:], strict=False):
        assert graph.target(before.node, before.port) == after.node and before.at <= after.at


@given(graphs())
def test_without_a_rest_it_is_exactly_one_advance(graph: Graph) -> None:
    if validation.problems(graph, EVERYTHING):
        return
    plan = compile(graph)
    once = advance(plan, start(plan), facts(), NOON, heads)
    played = rehearse(plan, facts(), NOON, {}, heads)
    assert played.steps[: len(once.steps)] == once.steps
    assert isinstance(once.rest, Resting) or (played.end == once.rest and not played.rests)
