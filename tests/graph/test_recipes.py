"""The gallery: whatever is answered, a recipe makes a flow that can be switched on, with e-mails in both languages."""

from __future__ import annotations

import io
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

import graph.recipes
from graph.fields import CouponChoice, YesNo
from graph.geometry import layout
from graph.model import Graph
from graph.problem import References
from graph.recipes import NAMES, Recipe, all_recipes, recipe
from graph.recipes.extract import extract
from graph.story import sentences
from graph.validation import problems
from graph.words import say
from tests.graph.build import long

FILES = sorted(Path(graph.recipes.__file__).parent.glob("*.json"))
BLOCKS = {"heading", "text", "image", "button", "items", "coupon", "divider", "spacer"}
RECIPES = pytest.mark.parametrize("chosen", all_recipes(), ids=lambda chosen: chosen.name)


def every_answer(chosen: Recipe) -> list[dict[str, Any]]:
    """All ways to answer yes, no, with and without a coupon."""
    ways = []
    for field in chosen.fields:
        yes_no = [True, False] if isinstance(field, YesNo) else None
        coupon = [5] if field.required else [5, None]
        ways.append(yes_no or (coupon if isinstance(field, CouponChoice) else [field.default]))
    return [
        dict(zip([field.name for field in chosen.fields], each, strict=True))
        for each in itertools.product(*ways)
    ]


def ids(chosen: Recipe, answers: dict[str, Any]) -> dict[str, int]:
    return {name: number for number, name in enumerate(chosen.emails_for(answers), 1)}


def test_there_are_six_and_each_file_is_one() -> None:
    assert [file.stem for file in FILES] == sorted(NAMES)
    with pytest.raises(KeyError):
        recipe("../secrets")


@RECIPES
def test_every_answer_makes_a_flow_without_a_problem(chosen: Recipe) -> None:
    for answers in every_answer(chosen):
        emails = ids(chosen, answers)
        built = chosen.build(answers, emails)
        shop = References(emails=frozenset(emails.values()), coupons=frozenset({5}))
        assert [say(problem.words) for problem in problems(built, shop)] == []
        assert Graph.from_json(built.to_json()) == built
        assert len(layout(built).boxes) == len(built.nodes)


@RECIPES
def test_only_the_e_mails_that_are_sent_are_asked_for(chosen: Recipe) -> None:
    assert list(chosen.emails_for({})) == list(chosen.emails)
    for answers in every_answer(chosen):
        assert {
            node.settings["email"] for node in chosen.answered(answers).nodes if "email" in node.settings
        } == set(chosen.emails_for(answers))


@RECIPES
def test_the_answers_reach_the_steps(chosen: Recipe) -> None:
    for question in chosen.questions:
        if question.sets and question.field.type == "duration":
            node, setting = question.sets
            answers = {question.field.name: long(5, "days")}
            assert chosen.build(answers, ids(chosen, answers)).node(node).settings[setting] == long(5, "days")


@RECIPES
def test_each_e_mail_says_the_same_in_both_languages(chosen: Recipe) -> None:
    assert list(chosen.emails) == list(chosen.email_titles)
    for design in chosen.emails.values():
        assert set(design) == {"en", "fr"}
        shapes = [[block["kind"] for block in content["blocks"]] for content in design.values()]
        assert shapes[0] == shapes[1]
        assert set(shapes[0]) <= BLOCKS
        assert "button" in shapes[0]
        assert all(content["subject"] and content["preheader"] for content in design.values())


@RECIPES
def test_it_can_be_told_and_its_questions_have_good_defaults(chosen: Recipe) -> None:
    assert say(sentences(chosen.graph, chosen.names)[0]).startswith("When ")
    for field in chosen.fields:
        assert field.default is None or field.clean(field.default) == field.default


@pytest.mark.rule("CART-04")
def test_carts_are_written_to_after_two_hours_unless_told_otherwise() -> None:
    for name in ("abandoned_cart", "abandoned_checkout"):
        assert recipe(name).graph.node("delay").settings["duration"] == long(2, "hours")


@pytest.mark.rule("REMIND-12")
def test_the_reminder_can_be_left_out() -> None:
    built = recipe("abandoned_cart").build({"reminder": False}, {"first": 1})
    assert list(built.by_id) == ["start", "delay", "first"]


@pytest.mark.rule("CART-07")
@pytest.mark.rule("CART-22")
def test_the_coupon_can_be_left_out_and_mails_go_on_without_it() -> None:
    assert "coupon" not in recipe("abandoned_cart").build({}, {"first": 1, "reminder": 2}).by_id
    assert recipe("abandoned_cart").graph.settings["on_coupon_invalid"] == "without"


def test_recovery_ends_with_an_order_and_enters_once_a_cart() -> None:
    for name in ("abandoned_cart", "abandoned_checkout"):
        rules = recipe(name).graph.settings
        assert rules["goal"] == ["order.placed"]
        assert rules["reentry"]["rule"] == "per_key"
        assert rules["backfill"]["days"] == 14


@pytest.mark.rule("AUTO-08")
def test_only_the_checkout_writes_to_everyone() -> None:
    assert [each.name for each in all_recipes() if each.graph.settings["audience"] == "everyone"] == [
        "abandoned_checkout"
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_its_visible_words_reach_the_catalogues(file: Path) -> None:
    data = json.loads(file.read_text("utf-8"))
    found = {
        message: line
        for line, _function, message, _comments in extract(io.BytesIO(file.read_bytes()), None, None, None)
    }
    assert {data["title"], data["sentence"], *data["email_titles"].values()} <= set(found)
    assert data["sentence"] in file.read_text("utf-8").splitlines()[found[data["sentence"]] - 1]
