"""A run walks: never early, never twice, the same way for the same facts, and out at once when its goal is reached."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import interpreter
from graph.effects import IssueCoupon, SendMessage
from graph.facts import Event, Facts
from graph.interpreter import Advance, Finished, Plan, Position, Resting, advance, compile, start
from graph.model import BadGraph, Edge, Graph
from tests.graph.build import HOUR, NOON, diamond, edges, facts, heads, long, node, opened, recovery
from tests.graph.drawing import graphs


def arrive(plan: Plan, known: Facts, now: datetime = NOON) -> Advance:
    return advance(plan, start(plan), known, now, heads)


def resting(advanced: Advance) -> Position:
    assert isinstance(advanced.rest, Resting)
    return advanced.rest.position


def waiting_for(event: str) -> Graph:
    return Graph(
        (
            node("start", "cart_abandoned"),
            node("mail", "send_email", email=1),
            node("hope", "wait_for", event=event, at_most=long(1, "days")),
            node("thanks", "tag", tag="warm"),
            node("again", "send_email", email=2),
        ),
        edges("start mail", "mail hope", "hope.happened thanks", "hope.timed_out again"),
    )


def test_a_run_begins_at_its_trigger_and_rests_at_the_first_wait() -> None:
    first = arrive(compile(recovery()), facts())
    assert [(step.node, step.visit, step.port) for step in first.steps] == [("start", 0, "next")]
    assert first.rest == Resting(Position("pause", 1, NOON, NOON + 2 * HOUR))
    assert first.effects == ()


def test_a_wait_that_is_looked_at_too_early_stays_as_it_is() -> None:
    plan = compile(recovery())
    position = resting(arrive(plan, facts()))
    assert advance(plan, position, facts(), position.wake - timedelta(microseconds=1), heads) == Advance(
        (), (), Resting(position)
    )


def test_a_wait_that_is_over_goes_on_to_the_end_and_asks_for_effects_in_order() -> None:
    plan = compile(recovery())
    last = advance(plan, resting(arrive(plan, facts())), facts(), NOON + 2 * HOUR, heads)
    assert [(step.node, step.port) for step in last.steps] == [
        ("pause", "next"),
        ("rich", "yes"),
        ("gift", "next"),
        ("mail", "next"),
    ]
    assert last.effects == ((3, IssueCoupon("gift", 5)), (4, SendMessage("mail", 1)))
    assert last.rest == Finished("done", "end")


def test_an_open_way_out_is_an_end_on_purpose() -> None:
    plan = compile(recovery())
    poor = facts(cart=facts().cart._replace(total=100))
    last = advance(plan, resting(arrive(plan, poor)), poor, NOON + 2 * HOUR, heads)
    assert [step.node for step in last.steps] == ["pause", "rich"]
    assert (last.effects, last.rest) == ((), Finished("done", "end"))


def test_the_step_keeps_what_its_rule_saw() -> None:
    plan = compile(recovery())
    last = advance(plan, resting(arrive(plan, facts())), facts(), NOON + 2 * HOUR, heads)
    (rule,) = last.steps[1].saw["rules"]
    assert rule == {"subject": "cart.total", "operator": "over", "value": 5000, "saw": 6400, "answer": True}


def test_an_order_since_the_run_began_ends_it_before_anything_else() -> None:
    graph = recovery()
    plan = compile(replace(graph, settings={**graph.settings, "goal": ["order.placed"]}))
    position = resting(arrive(plan, facts()))
    bought = facts(since=(Event("order.placed", NOON + HOUR),))
    assert advance(plan, position, bought, NOON + 2 * HOUR, heads) == Advance(
        (), (), Finished("exited", "goal:order.placed")
    )
    assert "order.placed" in plan.watches


def test_who_unsubscribes_leaves() -> None:
    gone = facts(since=(Event("customer.unsubscribed", NOON + HOUR),))
    assert arrive(compile(recovery()), gone).rest == Finished("exited", "exit:customer.unsubscribed")


def test_the_first_of_two_endings_is_the_reason() -> None:
    graph = recovery()
    plan = compile(replace(graph, settings={**graph.settings, "goal": ["order.placed"]}))
    both = facts(since=(Event("order.placed", NOON + 2 * HOUR), Event("customer.unsubscribed", NOON + HOUR)))
    assert arrive(plan, both).rest == Finished("exited", "exit:customer.unsubscribed")


def test_the_event_that_began_the_run_does_not_end_it() -> None:
    graph = diamond()
    plan = compile(replace(graph, settings={**graph.settings, "goal": ["order.placed"]}))
    order = Event("order.placed", NOON, {"order": "o1"})
    assert arrive(plan, facts(event=order, since=(order,))).rest == Finished("done", "end")


class TestWaitingForSomething:
    def rest(self, event: str) -> tuple[Plan, Position]:
        plan = compile(waiting_for(event))
        return plan, resting(arrive(plan, facts()))

    def test_it_says_what_it_waits_for_and_how_long(self) -> None:
        plan, position = self.rest("checkout.started")
        assert position == Position("hope", 2, NOON, NOON + 24 * HOUR, ("checkout.started",))
        assert "checkout.started" in plan.watches

    def test_the_event_beats_a_time_out_due_in_the_same_instant(self) -> None:
        plan, position = self.rest("checkout.started")
        known = facts(since=(Event("checkout.started", position.wake),))
        assert [step.port for step in advance(plan, position, known, position.wake, heads).steps] == [
            "happened",
            "next",
        ]

    def test_an_event_after_the_time_is_too_late_however_late_we_look(self) -> None:
        plan, position = self.rest("checkout.started")
        known = facts(since=(Event("checkout.started", position.wake + HOUR),))
        assert advance(plan, position, known, NOON + 72 * HOUR, heads).steps[0].port == "timed_out"

    def test_an_event_before_it_came_here_does_not_count(self) -> None:
        plan, position = self.rest("checkout.started")
        known = facts(since=(Event("checkout.started", NOON - HOUR),))
        assert advance(plan, position, known, NOON + HOUR, heads).rest == Resting(position)

    def test_another_event_leaves_it_resting(self) -> None:
        plan, position = self.rest("checkout.started")
        known = facts(since=(Event("cart.updated", NOON + HOUR),))
        assert advance(plan, position, known, NOON + HOUR, heads) == Advance((), (), Resting(position))

    @pytest.mark.rule("REMIND-12")
    def test_a_mail_that_was_not_opened_gets_one_more(self) -> None:
        plan, position = self.rest("message.opened")
        late = advance(plan, position, facts(messages=(opened(None),)), position.wake, heads)
        assert late.effects == ((3, SendMessage("again", 2)),)

    @pytest.mark.rule("REMIND-12")
    def test_a_mail_that_was_opened_gets_no_more(self) -> None:
        plan, position = self.rest("message.opened")
        read = facts(messages=(opened(NOON + HOUR),))
        assert [step.node for step in advance(plan, position, read, NOON + 2 * HOUR, heads).steps] == [
            "hope",
            "thanks",
        ]

    def test_a_mail_opened_too_late_counts_as_not_opened(self) -> None:
        plan, position = self.rest("message.opened")
        read = facts(messages=(opened(position.wake + HOUR),))
        assert advance(plan, position, read, position.wake + 2 * HOUR, heads).steps[0].port == "timed_out"

    def test_a_click_proves_an_opening(self) -> None:
        plan, position = self.rest("message.opened")
        read = facts(messages=(opened(None, NOON + HOUR),))
        assert advance(plan, position, read, NOON + HOUR, heads).steps[0].port == "happened"


def test_a_plan_says_what_must_be_read() -> None:
    plan = compile(recovery())
    assert plan.needs == {"cart"}
    assert plan.watches == {"customer.unsubscribed"}
    assert compile(waiting_for("message.clicked")).needs == {"messages"}
    assert plan.enrols.sweep(plan.trigger.settings).after == timedelta(minutes=30)


def test_two_plans_of_one_graph_can_be_kept_in_a_table() -> None:
    assert len({compile(recovery()): 1, compile(recovery()): 2}) == 2


def test_a_graph_without_a_start_or_with_a_circle_is_no_plan() -> None:
    with pytest.raises(BadGraph, match="no start"):
        compile(Graph())
    looped = recovery()
    with pytest.raises(BadGraph, match="circle"):
        compile(replace(looped, edges=(*looped.edges, Edge("mail", "next", "pause"))))


def test_a_step_that_cannot_be_run_raises_and_parks_only_its_own_run() -> None:
    broken = Graph((node("start", "order_placed"), node("mail", "send_email")), edges("start mail"))
    unset = replace(broken, nodes=(broken.nodes[0], replace(broken.nodes[1], settings={})))
    with pytest.raises(KeyError):
        arrive(compile(unset), facts())


late = st.lists(st.integers(0, 3 * 24 * 60), min_size=1, max_size=12).map(sorted)


@given(graphs(), late, st.floats(0, 0.999))
def test_every_walk_is_gap_free_ends_and_never_rests_past_its_due_time(
    graph: Graph, minutes: list[int], drawn: float
) -> None:
    plan, position, visits = compile(graph), start(compile(graph)), []
    for minute in [*minutes, 10**6]:
        now = NOON + timedelta(minutes=minute)
        advanced = advance(plan, position, facts(), now, lambda _key: drawn)
        assert advanced == advance(plan, position, facts(), now, lambda _key: drawn)
        visits += [step.visit for step in advanced.steps]
        assert visits == list(range(len(visits)))
        if isinstance(advanced.rest, Finished):
            return
        rested = advanced.rest.position
        assert rested.wake is not None
        assert rested.wake > now
        assert rested == position or rested.since == now
        position = rested
    assert len(visits) < 500


@given(graphs(), st.floats(0, 0.999))
def test_every_walk_is_a_path_of_its_graph(graph: Graph, drawn: float) -> None:
    steps = walk(compile(graph), facts(), lambda _key: drawn)
    assert steps[0].node == graph.trigger.id
    for step, following in itertools.pairwise(steps):
        assert graph.target(step.node, step.port) == following.node
    assert len({step.node for step in steps}) == len(steps)


def walk(plan: Plan, known: Facts, chance: interpreter.Chance) -> list[interpreter.Step]:
    """Advance at the very moment each wait ends, until the run is over."""
    position, now, steps = start(plan), NOON, []
    while True:
        advanced = advance(plan, position, known, now, chance)
        steps += advanced.steps
        if isinstance(advanced.rest, Finished):
            return steps
        position = advanced.rest.position
        assert position.wake is not None
        now = position.wake


class TestWhatARunDidItselfOnTheWay:
    """Effects are carried out when a walk is over; the walk itself already knows of them."""

    def test_a_tag_that_was_just_given_is_seen_by_the_next_condition(self) -> None:
        rules = {"match": "all", "rules": [{"subject": "customer.tags", "operator": "has", "value": "warm"}]}
        graph = Graph(
            (
                node("start", "cart_abandoned"),
                node("warm", "tag", tag="warm"),
                node("is", "condition", rules=rules),
                node("cold", "tag", tag="warm", change="remove"),
                node("still", "condition", rules=rules),
            ),
            edges("start warm", "warm is", "is.yes cold", "cold still"),
        )
        assert [step.port for step in arrive(compile(graph), facts()).steps] == [
            "next",
            "next",
            "yes",
            "next",
            "no",
        ]

    @pytest.mark.rule("REMIND-12")
    def test_an_opening_of_the_mail_before_says_nothing_about_the_one_just_sent(self) -> None:
        graph = waiting_for("message.opened")
        more = (node("second", "wait_for", event="message.opened", at_most=long(1, "days")),)
        plan = compile(replace(graph, nodes=graph.nodes + more, edges=graph.edges + edges("again second")))
        position = Position("again", 3)
        read = facts(messages=(opened(NOON),))
        assert resting(advance(plan, position, read, NOON + HOUR, heads)).node == "second"
