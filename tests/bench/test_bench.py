"""The measures measure: each in small, for what it counts and not for how fast it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench import capacity, mails, page, raw, runs, stage, steps, switching, waiting
from tests.bench.figure import Figure, middle, summary

MORE = Figure("runs", 12.345, "times", 20, "more", floor=10, beside={"peer": {"theirs": 3}})


def test_a_figure_is_one_line_of_json() -> None:
    told = {
        "figure": "runs",
        "value": 12.3,
        "unit": "times",
        "floor": 10,
        "target": 20,
        "ok": False,
        "peer": {"theirs": 3},
    }
    assert json.loads(MORE.line()) == told


def test_what_must_be_less_and_what_must_be_more() -> None:
    less = Figure("wait", 3, "ms", 2, "less", floor=4)
    assert (MORE.ok, MORE.passable, less.ok, less.passable) == (False, True, False, True)
    assert summary([MORE, less, Figure("pages", 1, "", 1)]) == "1 of 3 targets met"


def test_the_middle_of_three_runs_is_told() -> None:
    values = iter([5.0, 1.0, 3.0])
    assert [each.value for each in middle(lambda: [Figure("x", next(values), "", 1)], 3)] == [3.0]


def test_the_page_gets_the_table_and_keeps_its_words(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("Before\n<!-- figures -->\nold\n<!-- end -->\nAfter\n")
    page.written([MORE], "2026-11-21", "a machine", tmp_path / "page.md")
    text = (tmp_path / "page.md").read_text()
    assert text.startswith("Before\n") and text.endswith("After\n") and "old" not in text
    assert "| runs | 12.3 times | ≥ 10 | ≥ 20 | floor met | peer: theirs 3 |" in text


def test_capacity_is_planned_at_half_of_what_was_measured() -> None:
    measured = capacity.Measured(events=1000, runs=1000, steps=5000, mails=100, waiting=260)
    shop = capacity.Shop(events=86_400, runs=0, steps=0, mails=0)
    assert capacity.cores(1000, measured, shop) == (
        8,
        1,
    )  # 1,000 a second, four times as many at the peak, half full


@pytest.mark.slow
@pytest.mark.parametrize(
    "small",
    [
        lambda: [switching.off(stage.SQLITE, 50)],
        lambda: [mails.rate(stage.SQLITE, 10)],
        lambda: [*waiting.measured(stage.SQLITE, 3000, 1500)],
    ],
    ids=["switching", "mails", "waiting"],
)
def test_a_measure_counts_what_it_says(small: Callable[[], list[Figure]]) -> None:
    assert all(json.loads(figure.line())["value"] >= 0 for figure in small())


@pytest.mark.slow
def test_rates_are_of_work_that_was_done() -> None:
    assert runs.rate(stage.SQLITE, 40) > 0
    assert steps.rate(stage.SQLITE, 40) > 0
    assert raw.rate(stage.SQLITE, 40) > 0
