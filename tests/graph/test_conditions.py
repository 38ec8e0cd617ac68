"""Rules over the facts answer yes or no, and say what they saw."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import conditions
from graph.conditions import BadRule, clean, evaluate
from graph.facts import Cart, Customer, Event, Facts, Order
from graph.subjects import OPERATORS, SUBJECTS, Subject
from graph.words import Names, say
from tests.graph.build import CART, NOON, ORDER, facts, opened, rules

FULL = facts(
    order=ORDER,
    messages=(opened(NOON),),
    since=(Event("order.placed", NOON),),
    event=Event("order.placed", NOON, {"products": ["p1", "p9"]}),
    customer=facts().customer._replace(
        subscribed=True,
        locale="fr",
        orders_count=3,
        last_order_at=NOON - timedelta(days=10, hours=5),
        created_at=NOON - timedelta(days=400),
        read_at=NOON - timedelta(days=20),
    ),
)

SEEN: list[tuple[str, str, Any, bool]] = [
    ("cart.total", "over", 6399, True),
    ("cart.total", "over", 6400, False),
    ("cart.total", "at_least", 6400, True),
    ("cart.total", "under", 6401, True),
    ("cart.total", "at_most", 6399, False),
    ("cart.total", "is", 6400, True),
    ("cart.items", "is", 3, True),
    ("cart.items", "over", 3, False),
    ("cart.products", "has", ["p1"], True),
    ("cart.products", "has", ["p9", "p2"], True),
    ("cart.products", "has_not", ["p9"], True),
    ("cart.products", "has_not", ["p9", "p2"], False),
    ("cart.checkout", "yes", None, True),
    ("cart.checkout", "no", None, False),
    ("customer.orders_count", "at_least", 3, True),
    ("customer.spent", "under", 9000, False),
    ("customer.subscribed", "yes", None, True),
    ("customer.subscribed", "no", None, False),
    ("customer.tags", "has", ["loyal"], True),
    ("customer.tags", "has_not", ["LOYAL"], False),
    ("customer.locale", "is", "FR", True),
    ("customer.locale", "is_not", "en", True),
    ("customer.email", "has", "@Example", True),
    ("customer.email", "has_not", "@gmail", True),
    ("customer.last_order_days", "at_most", 10, True),
    ("customer.last_order_days", "over", 10, False),
    ("customer.known_days", "over", 399, True),
    ("customer.unread_days", "at_least", 20, True),
    ("order.total", "is", 4200, True),
    ("order.items", "is", 1, True),
    ("order.products", "has", ["p1"], True),
    ("order.code", "yes", None, True),
    ("order.paid", "no", None, True),
    ("event.products", "has", ["p9"], True),
    ("since.ordered", "yes", None, True),
    ("messages.opened", "yes", None, True),
    ("messages.clicked", "no", None, True),
]


@pytest.mark.parametrize(("subject", "operator", "value", "answer"), SEEN, ids=lambda each: str(each))
def test_each_subject_answers(subject: str, operator: str, value: Any, answer: bool) -> None:
    assert evaluate(rules((subject, operator, value)), FULL, NOON)["answer"] is answer


def test_every_subject_is_in_the_table_above() -> None:
    assert {subject for subject, _operator, _value, _answer in SEEN} == set(SUBJECTS)


EMPTY = Facts(Customer(1))


@pytest.mark.parametrize(
    "name", [name for name, subject in SUBJECTS.items() if subject.type in ("money", "number", "days")]
)
def test_what_is_not_there_answers_no_to_every_comparison(name: str) -> None:
    if SUBJECTS[name].read(EMPTY, NOON) is None:
        for operator in OPERATORS[SUBJECTS[name].type]:
            assert evaluate(rules((name, operator.name, 0)), EMPTY, NOON)["answer"] is False


def test_a_cart_in_another_currency_is_not_compared() -> None:
    yen = facts(cart=CART._replace(currency="JPY"))
    seen = evaluate(rules(("cart.total", "over", 5000)), yen, NOON)
    assert (seen["answer"], seen["rules"][0]["saw"]) == (False, None)


def test_all_and_any() -> None:
    yes, no = ("cart.total", "over", 1), ("cart.total", "over", 9999)
    assert evaluate(rules(yes, no), FULL, NOON)["answer"] is False
    assert evaluate(rules(yes, no, match="any"), FULL, NOON)["answer"] is True


def test_a_group_inside_a_group_is_answered_first() -> None:
    group = {
        "match": "all",
        "rules": [
            rules(("cart.total", "over", 1))["rules"][0],
            rules(("cart.items", "is", 99), ("customer.tags", "has", ["loyal"]), match="any"),
        ],
    }
    seen = evaluate(clean(group), FULL, NOON)
    assert seen["answer"] is True
    assert [each["answer"] for each in seen["rules"][1]["rules"]] == [False, True]


def test_it_says_what_it_saw() -> None:
    (rule,) = evaluate(rules(("cart.total", "over", 5000)), FULL, NOON)["rules"]
    assert rule == {
        "subject": "cart.total",
        "operator": "over",
        "value": 5000,
        "saw": 6400,
        "answer": True,
    }


def test_a_form_may_send_texts() -> None:
    group = {
        "rules": [
            {"subject": "cart.total", "operator": "over", "value": " 5000 "},
            {"subject": "customer.tags", "operator": "has", "value": "loyal, new ,loyal"},
        ]
    }
    assert [rule["value"] for rule in clean(group)["rules"]] == [5000, ["loyal", "new"]]


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "x",
        {},
        {"match": "some", "rules": [{}]},
        {"rules": []},
        {"rules": [{}] * 21},
        {"rules": ["x"]},
        {"rules": [{"subject": "cart.colour"}]},
        {"rules": [{"subject": ["cart.total"], "operator": "over", "value": 1}]},
        {"rules": [{"subject": "cart.total", "operator": "has", "value": 1}]},
        {"rules": [{"subject": "cart.total", "operator": "over", "value": "much"}]},
        {"rules": [{"subject": "cart.total", "operator": "over", "value": -1}]},
        {"rules": [{"subject": "cart.total", "operator": "over", "value": True}]},
        {"rules": [{"subject": "customer.tags", "operator": "has", "value": []}]},
        {"rules": [{"subject": "customer.tags", "operator": "has", "value": [["x"]]}]},
        {"rules": [{"subject": "customer.email", "operator": "has", "value": " "}]},
        {
            "rules": [
                {
                    "match": "all",
                    "rules": [{"match": "all", "rules": [{"subject": "cart.checkout", "operator": "yes"}]}],
                }
            ]
        },
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_asked_is_refused_in_words(raw: Any) -> None:
    with pytest.raises(BadRule) as refusal:
        clean(raw)
    assert str(refusal.value).endswith(".")


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "money": st.integers(0, 10**6),
    "number": st.integers(0, 99),
    "days": st.integers(0, 999),
    "text": st.text("abc", min_size=1, max_size=5),
    "tags": st.lists(st.sampled_from(["Loyal", "new"]), min_size=1),
    "products": st.lists(st.sampled_from(["p1", "p9"]), min_size=1),
    "yes_no": st.none(),
}


@st.composite
def single(draw: st.DrawFn) -> dict[str, Any]:
    subject = draw(st.sampled_from(sorted(SUBJECTS)))
    kind = SUBJECTS[subject].type
    operator = draw(st.sampled_from(OPERATORS[kind]))
    return {"subject": subject, "operator": operator.name, "value": draw(VALUES[kind])}


groups = st.builds(
    lambda match, each: {"match": match, "rules": each},
    st.sampled_from(["all", "any"]),
    st.lists(single(), min_size=1, max_size=4),
)
nested = st.builds(
    lambda match, each: {"match": match, "rules": each},
    st.sampled_from(["all", "any"]),
    st.lists(single() | groups, min_size=1, max_size=4),
)


@given(nested, st.sampled_from([FULL, EMPTY, facts()]))
def test_every_rule_that_can_be_written_can_be_answered_and_told(group: dict[str, Any], known: Facts) -> None:
    tidy = clean(group)
    assert clean(tidy) == tidy
    seen = evaluate(tidy, known, NOON)
    answers = [each["answer"] for each in seen["rules"]]
    assert seen["answer"] is (all(answers) if tidy["match"] == "all" else any(answers))
    assert say(conditions.told(tidy, Names()))


@given(single(), st.sampled_from([FULL, facts()]))
def test_asking_the_contrary_gives_the_contrary(rule: dict[str, Any], known: Facts) -> None:
    contrary = {"is": "is_not", "has": "has_not", "yes": "no"}.get(rule["operator"])
    names = {operator.name for operator in OPERATORS[SUBJECTS[rule["subject"]].type]}
    if contrary in names and SUBJECTS[rule["subject"]].read(known, NOON) is not None:
        asked = evaluate({"match": "all", "rules": [rule]}, known, NOON)["answer"]
        assert (
            evaluate({"match": "all", "rules": [{**rule, "operator": contrary}]}, known, NOON)["answer"]
            is not asked
        )


def test_rules_are_told_with_money_and_titles() -> None:
    names = Names(products={"p1": "Notebook"}, money=lambda minor: f"€{minor / 100:.0f}")
    group = rules(
        ("cart.total", "over", 5000), ("cart.products", "has", ["p1", "p2"]), ("cart.checkout", "no", None)
    )
    assert say(conditions.told(group, names)) == (
        "cart total over €50, the cart contains Notebook or p2 and the checkout was not reached"
    )


def test_every_yes_or_no_has_its_contrary_in_words() -> None:
    assert all(subject.denied for subject in SUBJECTS.values() if subject.type == "yes_no")


BLANK = Facts(Customer(FULL.customer.id, zone=FULL.customer.zone), zone=FULL.zone, currency=FULL.currency)


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_a_subject_looks_at_what_it_says_it_needs_and_nothing_else(subject: Subject) -> None:
    said = {
        name: getattr(FULL, name)
        for name in ("customer", "cart", "order", "messages")
        if name in subject.needs
    }
    known = BLANK._replace(event=FULL.event, since=FULL.since if subject.watches else (), **said)
    if "items" not in subject.needs:
        goods = {
            name: thing._replace(items=()) for name, thing in said.items() if isinstance(thing, Cart | Order)
        }
        known = known._replace(**goods)
    assert subject.read(known, NOON) == subject.read(FULL, NOON)
