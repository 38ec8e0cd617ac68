"""The rules of re-entry, one by one, without a database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from graph.reentry import Entry, Record, refusal
from tests.graph.build import NOON

ENTRY = Entry("cart:c1", "order.placed:o1", NOON)
YESTERDAY = NOON - timedelta(days=1)


@pytest.mark.parametrize(
    ("rule", "record", "reason"),
    [
        ("once", Record(), ""),
        ("once", Record(YESTERDAY, keys={"once"}), "once"),
        ("once", Record(YESTERDAY, keys={"cart:c9"}), "once"),  # they came when the rule was another
        ("per_key", Record(YESTERDAY, keys={"cart:c9"}), ""),
        ("per_key", Record(YESTERDAY, keys={"cart:c1"}), "same_key"),
        ("period", Record(YESTERDAY), ""),
        ("period", Record(YESTERDAY + timedelta(seconds=1)), "too_soon"),
        ("not_while_active", Record(YESTERDAY, active=True), "already_in"),
        ("not_while_active", Record(YESTERDAY), ""),
        ("not_while_offer", Record(YESTERDAY, offer=True), "unused_offer"),
        ("not_while_offer", Record(YESTERDAY, active=True), ""),
        ("unlimited", Record(YESTERDAY, active=True, offer=True), ""),
        ("unlimited", Record(YESTERDAY, keys={"order.placed:o1"}), "known"),
    ],
)
@pytest.mark.rule("C12")
def test_each_rule(rule, record, reason):
    assert refusal({"rule": rule, "every": 24, "unit": "hours"}, ENTRY, record) == reason
