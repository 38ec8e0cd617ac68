"""A segment asks the table what conditions ask of one customer: both give the same answer, whatever is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import facts as seen
from app.extensions import db
from app.models import Customer, CustomerTag, segments
from graph import conditions
from graph.facts import Facts
from graph.subjects import OPERATORS, SUBJECTS
from tests.app.rows import NOON, a_customer, a_shop

WORDS = ["fr", "FR", "en", "vip", "VIP", "Étoile", "étoile", "example"]
VALUES = {
    "number": st.integers(0, 6), "money": st.integers(0, 3000), "days": st.integers(0, 12),
    "text": st.sampled_from(WORDS), "tags": st.lists(st.sampled_from(WORDS), min_size=1, max_size=2),
}  # fmt: skip


@st.composite
def asked(draw: st.DrawFn) -> dict[str, Any]:
    subject = SUBJECTS[draw(st.sampled_from(sorted(segments.SUBJECTS)))]
    operator = draw(st.sampled_from(OPERATORS[subject.type]))
    value = {} if operator.unary else {"value": draw(VALUES[subject.type])}
    return {"subject": subject.name, "operator": operator.name, **value}


@st.composite
def group(draw: st.DrawFn) -> dict[str, Any]:
    inner = st.builds(lambda match, rules: {"match": match, "rules": rules}, st.sampled_from(["all", "any"]),
                      st.lists(asked(), min_size=1, max_size=2))  # fmt: skip
    rules = draw(st.lists(asked() | inner, min_size=1, max_size=3))
    return {"match": draw(st.sampled_from(["all", "any"])), "rules": rules}


PEOPLE = [
    {"orders_count": 0, "spent": 0, "locale": ""},
    {"orders_count": 3, "spent": 1500, "locale": "fr", "consent": "subscribed",
     "last_order_at": NOON - timedelta(days=5)},
    {"orders_count": 6, "spent": 3000, "locale": "FR", "consent": "unsubscribed", "read_at": NOON - timedelta(days=2),
     "last_order_at": NOON - timedelta(days=11, hours=23)},
    {"orders_count": 1, "spent": 20, "locale": "en", "created_at": NOON - timedelta(days=10)},
]  # fmt: skip


@pytest.fixture
def people(each_database):
    shop = a_shop()
    kept = []
    for number, told in enumerate(PEOPLE):
        customer = a_customer(shop, f"c{number}@example.com", **told)
        for tag in ([], ["VIP"], ["Étoile", "en"], ["étoile"])[number]:
            db.session.add(CustomerTag(shop_id=shop.id, customer_id=customer.id, tag=tag))
        kept.append(customer)
    db.session.commit()
    return kept


def test_the_table_and_the_graph_give_the_same_answers(people):
    tags = {}
    for tag in db.session.scalars(db.select(CustomerTag)):
        tags.setdefault(tag.customer_id, set()).add(tag.tag)
    known = {row.id: Facts(seen.customer(row, frozenset(tags.get(row.id, ())))) for row in people}

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(group())
    def agree(rules: dict[str, Any]) -> None:
        found = set(
            db.session.scalars(db.select(Customer.id).where(segments.holds(conditions.clean(rules), NOON)))
        )
        told = {id for id, facts in known.items() if conditions.evaluate(rules, facts, NOON)["answer"]}
        assert found == told, rules

    agree()


def test_every_question_about_a_customer_can_be_asked_of_the_table():
    assert {name for name in SUBJECTS if name.startswith("customer.")} == segments.SUBJECTS
