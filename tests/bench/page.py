"""The page of figures, docs/benchmarks.md: its table is written by `make bench`, the words around it by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.bench.figure import Figure, rounded
from tests.house.sources import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
TABLE = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end -->)", re.DOTALL)


def written(figures: list[Figure], when: str, machine: str, page: Path = PAGE) -> None:
    """Put a table of these figures where the page has its own."""
    put(page, TABLE, _table(figures, when, machine))


def put(page: Path, place: re.Pattern[str], table: str) -> None:
    """Replace what stands at a page's one place for a table."""
    text = page.read_text("utf-8")
    assert place.search(text), f"{page} has no place for a table"
    page.write_text(place.sub(lambda _found: table, text), "utf-8")


def _table(figures: list[Figure], when: str, machine: str) -> str:
    head = "| figure | value | floor | goal | | beside it |\n|---|---|---|---|---|---|\n"
    return f"\nTaken on {when}: {machine}.\n\n{head}{''.join(map(_row, figures))}\n"


def _row(figure: Figure) -> str:
    sign = "met" if figure.ok else "floor met" if figure.passable else "**missed**"
    bound = "≤" if figure.better == "less" else "≥"
    floor = "" if figure.floor is None else f"{bound} {figure.floor:g}"
    value = f"{_number(rounded(figure.value))} {figure.unit}".strip()
    return f"| {figure.figure} | {value} | {floor} | {bound} {figure.target:g} | {sign} | {_told(figure.beside)} |\n"


def _told(beside: Mapping[str, Any]) -> str:
    parts = [f"{name.replace('_', ' ')}: {_value(value)}" for name, value in beside.items()]
    return "; ".join(parts)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(each)}" for name, each in value.items())
    return _number(value)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:g}"
