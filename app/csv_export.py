"""A table as a CSV file that spreadsheets open as it is: UTF-8 with its mark, a line at a time, no cell a formula.

A spreadsheet takes the separators of its own language: where numbers have a decimal comma, cells part at semicolons.

Knows RFC 4180 and what spreadsheets make of a cell. Must not know what is in the table.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

Cell = str | int | float | Decimal | None
MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is written: what stands between cells, and before the decimals of a number."""

    between: str = ","
    decimal: str = "."


ENGLISH, FRENCH = Manner(), Manner(";", ",")


def manner(locale: str) -> Manner:
    """Return how spreadsheets in this language read a file."""
    return FRENCH if locale.startswith("fr") else ENGLISH


def lines(head: Sequence[str], rows: Iterable[Sequence[Cell]], manner: Manner = ENGLISH) -> Iterator[str]:
    """Yield the file line by line, the mark and the head first: however many rows there are, one is in memory."""
    yield MARK + _line(head, manner)
    for row in rows:
        yield _line(row, manner)


def safe(cell: Cell) -> Cell:
    """Return a cell that a spreadsheet shows and does not run: words that would begin a formula get an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA) else cell


def _line(row: Sequence[Cell], manner: Manner) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=manner.between).writerow([_written(cell, manner) for cell in row])
    return written.getvalue()


def _written(cell: Cell, manner: Manner) -> Cell:
    return str(cell).replace(".", manner.decimal) if isinstance(cell, float | Decimal) else safe(cell)
