"""The gallery: whatever is answered, a recipe makes a flow that can be switched on, with e-mails in both languages."""

from __future__ import annotations

import io
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

import graph.recipes
from graph.fields import Choice, CouponChoice, Products, YesNo
from graph.geometry import layout
from graph.model import Graph
from graph.problem import References
from graph.recipes import NAMES, Recipe, all_recipes, recipe
from graph.recipes.extract import extract
from graph.story import sentences
from graph.validation import problems
from graph.words import say
from tests.graph.build import long

STORIES = sorted((Path(__file__).parent / "flows").glob("*.json"))
ANSWERS = {"duration": long(5, "days"), "number": 33, "percent": 33}
FILES = sorted(Path(graph.recipes.__file__).parent.glob("*.json"))
BLOCKS = {"heading", "text", "image", "button", "items", "coupon", "divider", "spacer", "recommended"}
RECIPES = pytest.mark.parametrize("chosen", all_recipes(), ids=lambda chosen: chosen.name)


def every_answer(chosen: Recipe) -> list[dict[str, Any]]:
    """All ways to answer yes, no, with and without a coupon."""
    ways = []
    for field in chosen.fields:
        coupon = [5] if field.required else [5, None]
        ways.append(
            [True, False]
            if isinstance(field, YesNo)
            else coupon
            if isinstance(field, CouponChoice)
            else [value for value, _title in field.options]
            if isinstance(field, Choice)
            else [[], ["notebook"]]
            if isinstance(field, Products)
            else [field.default]
        )
    return [
        dict(zip([field.name for field in chosen.fields], each, strict=True))
        for each in itertools.product(*ways)
    ]


def ids(chosen: Recipe, answers: dict[str, Any]) -> dict[str, int]:
    return {name: number for number, name in enumerate(chosen.emails_for(answers), 1)}


@pytest.mark.rule("AUTO-05")
def test_there_are_twenty_and_each_file_is_one() -> None:
    assert len(NAMES) == 20
    assert [file.stem for file in FILES] == sorted(NAMES)
    with pytest.raises(KeyError):
        recipe("../secrets")


@RECIPES
def test_every_answer_makes_a_flow_without_a_problem(chosen: Recipe) -> None:
    for answers in every_answer(chosen):
        emails = ids(chosen, answers)
        built = chosen.build(answers, emails)
        shop = References(frozenset(emails.values()), frozenset({5}), frozenset({"notebook"}))
        assert [say(problem.words) for problem in problems(built, shop)] == []
        assert Graph.from_json(built.to_json()) == built
        assert len(layout(built).boxes) == len(built.nodes)


@RECIPES
def test_only_the_e_mails_that_are_sent_are_asked_for(chosen: Recipe) -> None:
    most = [chosen.emails_for(answers) for answers in every_answer(chosen)]
    assert list(max(most, key=len)) == list(chosen.emails)
    for answers in every_answer(chosen):
        assert {
            node.settings["email"] for node in chosen.answered(answers).nodes if "email" in node.settings
        } == set(chosen.emails_for(answers))


@RECIPES
def test_the_answers_reach_the_steps(chosen: Recipe) -> None:
    for question in chosen.questions:
        if question.sets and question.field.type in ANSWERS:
            answers = {question.field.name: ANSWERS[question.field.type]}
            node, *place = question.sets
            found: Any = chosen.build(answers, ids(chosen, answers)).node(node).settings
            for key in place:
                found = found[int(key) if isinstance(found, list) else key]
            assert found == ANSWERS[question.field.type]


def test_chosen_products_narrow_the_start_and_none_leave_it_wide() -> None:
    for name in ("cross_sell", "replenishment"):
        narrow = recipe(name).answered({"products": ["notebook"]}).node("start").settings
        assert (narrow["scope"], narrow["products"]) == ("chosen", ["notebook"])
        assert recipe(name).answered({}).node("start").settings["scope"] == "all"


def test_what_the_flow_itself_says_is_said_in_the_shops_language() -> None:
    built = recipe("low_stock_alert").build({}, {}, lambda msgid: f"«{msgid}»")
    assert built.node("team").settings["text"].startswith("«Nearly sold out")


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
    assert say(sentences(chosen.graph, chosen.names)[0]).startswith(("When ", "On "))
    for field in chosen.fields:
        assert field.default is None or field.clean(field.default) == field.default


@pytest.mark.rule("C3")
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
@pytest.mark.rule("C11")
def test_advertising_goes_to_subscribers_unless_the_merchant_opens_a_checkout_to_all() -> None:
    for each in all_recipes():
        topics = {node.settings["topic"] for node in each.graph.nodes if "topic" in node.settings}
        assert each.graph.settings["audience"] == "subscribers" or "news" not in topics
    open_to_all = [each for each in all_recipes() if each.to_all]
    assert {each.graph.trigger.kind for each in open_to_all if each.graph.trigger} == {"checkout_abandoned"}
    assert {each.graph.settings["audience"] for each in open_to_all} == {"subscribers"}


@pytest.mark.rule("AUTO-06")
def test_three_work_as_they_come() -> None:
    ready = [each for each in all_recipes() if each.one_click]
    assert [each.name for each in ready] == ["abandoned_checkout", "abandoned_cart", "browse_abandonment"]
    assert list(all_recipes()[:3]) == ready
    assert all(not field.required or field.default is not None for each in ready for field in each.fields)


@pytest.mark.rule("REPLY-15")
def test_the_coupon_goes_out_a_week_after_the_order() -> None:
    steps = recipe("thank_you").graph
    assert [node.kind for node in steps.nodes] == ["order_placed", "wait", "give_coupon", "send_email"]
    assert steps.node("delay").settings["duration"] == long(7, "days")


@RECIPES
def test_two_stories_tell_of_it(chosen: Recipe) -> None:
    """Its main way, and how somebody leaves it; where nobody can leave, one is enough."""
    told = [
        story
        for file in STORIES
        if (story := json.loads(file.read_text("utf-8"))).get("recipe") == chosen.name
    ]
    assert len(told) >= (2 if chosen.for_customers else 1)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_its_visible_words_reach_the_catalogues(file: Path) -> None:
    data = json.loads(file.read_text("utf-8"))
    found = {
        message: line
        for line, _function, message, _comments in extract(io.BytesIO(file.read_bytes()), None, None, None)
    }
    assert {data["title"], data["sentence"], *data["email_titles"].values()} <= set(found)
    assert data["sentence"] in file.read_text("utf-8").splitlines()[found[data["sentence"]] - 1]
