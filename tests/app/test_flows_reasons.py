"""Every reason that the engine writes has words, in the reader's language and without a jargon word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.reasons import ALL, why, why_paused

ROOT = Path(__file__).resolve().parents[2]
ENGINE = (
    "workers/enrol.py",
    "graph/reentry.py",
    "workers/gate.py",
    "workers/letters.py",
    "workers/deliver.py",
)
WRITTEN = (
    r"Closed\(\"\w+\", \"(\w+)\"", r"Unwritable\(\"(\w+)\"", r"Held\([^\n]*, \"(\w+)\"\)", r"else \"(same_key|known)\"",
    r"return \"(\w+)\"\n", r"put_back\([^\n]*, \"(\w+)\"",
)  # fmt: skip


def written() -> set[str]:
    texts = [(ROOT / name).read_text("utf-8") for name in ENGINE]
    return {code for text in texts for pattern in WRITTEN for code in re.findall(pattern, text)}


def test_each_reason_of_the_engine_is_told_in_words():
    codes = {code for code in written() if not code.startswith("coupon_")}
    assert len(codes) > 15
    assert codes - set(ALL) == set()


def test_goals_and_exits_are_told_by_their_events(app):
    with app.test_request_context():
        assert why("goal:order.placed") == "Goal reached: they place an order"
        assert why("exit:customer.unsubscribed") == "Left because they unsubscribe"


@pytest.mark.parametrize("reason", ["", "something_new"])
def test_a_reason_without_words_is_shown_as_it_is(app, reason):
    with app.test_request_context():
        assert why(reason) == reason
        assert why_paused(reason) == reason
