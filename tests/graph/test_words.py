"""Sentences are put together before and after they are translated."""

from __future__ import annotations

from graph.words import AND, MN, OR, Complaint, M, Words, counted, length, listed, plain, say

HOURS = MN("%(count)s hour", "%(count)s hours")


def test_words_inside_words_are_said_first() -> None:
    assert say(Words("Wait %(time)s", {"time": counted(HOURS, 2)})) == "Wait 2 hours"
    assert say(counted(HOURS, 1)) == "1 hour"


def test_a_translator_is_asked_for_each_part() -> None:
    french = {"Wait %(time)s": "Attendre %(time)s"}
    said = say(Words("Wait %(time)s", {"time": counted(HOURS, 0)}), lambda msgid: french.get(msgid, msgid),
               lambda one, other, count: "%(count)s heure" if count < 2 else "%(count)s heures")  # fmt: skip
    assert said == "Attendre 0 heure"


def test_what_a_merchant_wrote_is_never_looked_up_nor_filled_in() -> None:
    assert say(plain("100 % %(x)s"), lambda msgid: msgid) == "100 % %(x)s"


def test_a_list_is_read_aloud() -> None:
    parts = [plain("a"), plain("b"), plain("c")]
    assert say(listed(parts, OR)) == "a, b or c"
    assert say(listed(parts[:2], AND)) == "a and b"
    assert say(listed(parts[:1], AND)) == "a"
    assert say(listed([], AND)) == ""


def test_a_capital_is_given_after_translation() -> None:
    assert say(Words("%(it)s?", {"it": plain("été")}, capital=True)) == "Été?"


def test_a_length_not_chosen_yet_is_an_ellipsis() -> None:
    assert say(length(None)) == "…"
    assert say(length({"amount": 1, "unit": "weeks"})) == "1 week"


def test_a_complaint_reads_as_its_sentence() -> None:
    complaint = Complaint(M("At most %(most)s."), {"most": 5})
    assert str(complaint) == say(complaint.words) == "At most 5."
