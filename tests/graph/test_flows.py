"""Golden flows: a story is NAME.json (a flow, and what happens to one customer) and NAME.path (where they went).

A path has a line a step, with the time since the start, and the effects below the step that asked for them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from graph.facts import Cart, Customer, Event, Facts, MessageFact, Order
from graph.interpreter import Advance, Plan, Position, Resting, advance, compile, start
from graph.model import Graph
from graph.recipes import recipe
from graph.validation import References, problems

FLOWS = Path(__file__).parent / "flows"
SHOP = References(emails=frozenset(range(1, 9)), coupons=frozenset({5}), products=frozenset({"notebook"}))


def drawn(story: Mapping[str, Any]) -> Graph:
    if "recipe" not in story:
        return Graph.from_json(story["graph"])
    chosen, answers = recipe(story["recipe"]), story.get("answers", {})
    return chosen.build(answers, {name: number for number, name in enumerate(chosen.emails_for(answers), 1)})


def known(story: Mapping[str, Any], began: datetime, now: datetime) -> Facts:
    """All that is known at `now`: what has happened until then, and nothing of what has not."""
    so_far = [(began + timedelta(minutes=each["minute"]), each) for each in story.get("happens", ())]
    so_far = [(at, each) for at, each in so_far if at <= now]
    reading = {each["event"]: at for at, each in so_far if each["event"].startswith("message.")}
    return Facts(
        customer=Customer(1, **{"zone": "Europe/Paris", **story.get("customer", {})}),
        event=Event(story["began_by"], began, story.get("data", {})),
        cart=Cart("c1", currency="EUR", **story["cart"]) if "cart" in story else None,
        order=Order("o1", currency="EUR", **story["order"]) if "order" in story else None,
        messages=(MessageFact("mail", began, reading.get("message.opened"), reading.get("message.clicked")),),
        since=tuple(
            Event(each["event"], at, each.get("data", {}))
            for at, each in so_far
            if not each["event"].startswith("message.")
        ),
        currency="EUR",
    )


def moments(story: Mapping[str, Any], began: datetime, position: Position, now: datetime) -> datetime:
    """When somebody next looks at a resting run: at what happens next, or when its wait is over."""
    coming = [began + timedelta(minutes=each["minute"]) for each in story.get("happens", ())]
    assert position.wake is not None
    return min([position.wake, *(at for at in coming if at > now)])


def told(advanced: Advance, began: datetime) -> list[str]:
    lines = []
    for step in advanced.steps:
        lines.append(f"{clocked(step.at - began)}  {step.node} {step.port or 'stop'}")
        for visit, effect in advanced.effects:
            if visit == step.visit:
                asked = {name: value for name, value in asdict(effect).items() if name != "node"}
                lines.append(f"         {type(effect).__name__} {asked}")
    return lines


def clocked(span: timedelta) -> str:
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    return f"{hours:>4}:{minutes:02}"


def walked(plan: Plan, story: Mapping[str, Any]) -> str:
    now = began = datetime.fromisoformat(story["began"])
    position, lines = start(plan), []
    while True:
        advanced = advance(
            plan, position, known(story, began, now), now, lambda _key: float(story.get("chance", 0.5))
        )
        lines += told(advanced, began)
        if not isinstance(advanced.rest, Resting):
            reason = f"{advanced.rest.status} {advanced.rest.reason}"
            return "\n".join([*lines, f"{clocked(now - began)}  {reason}", ""])
        position = advanced.rest.position
        now = moments(story, began, position, now)


@pytest.mark.parametrize("file", sorted(FLOWS.glob("*.json")), ids=lambda file: file.stem)
def test_the_customer_of_the_story_takes_this_path(file: Path) -> None:
    story = json.loads(file.read_text("utf-8"))
    graph = drawn(story)
    assert problems(graph, SHOP) == []
    assert walked(compile(graph), story) == file.with_suffix(".path").read_text("utf-8")


def test_every_story_has_its_path_and_every_path_its_story() -> None:
    assert {file.stem for file in FLOWS.glob("*.json")} == {file.stem for file in FLOWS.glob("*.path")}
