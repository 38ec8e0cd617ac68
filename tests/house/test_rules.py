"""The marks of the tests and the rule book know the same rules."""

from __future__ import annotations

from pathlib import Path

from tests.rules.__main__ import TABLE, missing, table
from tests.rules.book import chapters, proofs

MARKED = """
import pytest

@pytest.mark.rule("CART-16")
def test_it_counts(): ...

@pytest.mark.parametrize("way", [pytest.param(1, marks=pytest.mark.rule("C5"))])
def test_each(way): ...

def test_of_no_rule(): ...
"""


def test_the_book_has_116_rules_and_15_settings() -> None:
    counted = {chapter.prefix: len(chapter.rules) for chapter in chapters()}
    assert counted == {"OFFER": 27, "AUTO": 26, "REPLY": 15, "CART": 33, "REMIND": 15, "C": 15}


def test_a_test_names_only_rules_of_the_book() -> None:
    known = {rule for chapter in chapters() for rule in chapter.rules}
    assert set(proofs()) <= known


def test_each_rule_has_a_test_and_each_setting_too() -> None:
    assert missing(proofs()) == ([], [])
    assert missing({"CART-16": []})[0][0] == "OFFER-01" and missing({"CART-99": []})[1] == ["CART-99"]


def test_the_page_of_rules_is_as_it_would_be_written_now() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(proofs()), "run make rules"


def test_marks_on_tests_and_on_their_cases_are_seen(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(MARKED)
    found = {rule: [each.test for each in named] for rule, named in proofs(tmp_path).items()}
    assert found == {"C5": ["test_each"], "CART-16": ["test_it_counts"]}
