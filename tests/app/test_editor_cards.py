"""How many lines a card takes is known before a browser has drawn it."""

from __future__ import annotations

import pytest

from app.views.editor_cards import LINE, TITLE, StepCard, lines


def a_card(title: str, line: str = "Then go on", note: str = "") -> StepCard:
    return StepCard("n1", "mail", "do", title, line, "", "", (), False, 1, note)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Wait 2 hours", 1),
        ("Cart left behind", 1),
        ("Send “You left something in your cart”", 2),
        ("W" * 60, 2),
    ],
)
def test_a_title_takes_one_line_or_two(text: str, count: int) -> None:
    assert lines(text, TITLE) == count


def test_a_line_of_small_type_holds_more() -> None:
    assert (
        lines("E-mail given, order not finished", LINE) == 2 or lines("E-mail given, not ordered", LINE) == 1
    )


def test_a_card_grows_by_a_row_for_each_further_line_and_for_a_note() -> None:
    assert a_card("Wait 2 hours").height == 64
    assert a_card("Wait 2 hours", note="Ask Ada").height == 84
    assert a_card("Send “You left something in your cart”", note="Ask Ada").height == 104
