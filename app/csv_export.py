"""A table as a CSV file that spreadsheets open as it is: UTF-8 with its mark, a line at a time, no cell a formula.

Knows RFC 4180 and what spreadsheets make of a cell. Must not know what is in the table.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

Cell = str | int | float | None
MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield the file line by line, the mark and the head first: however many rows there are, one is in memory."""
    yield MARK + _line(head)
    for row in rows:
        yield _line(row)


def safe(cell: Cell) -> Cell:
    """Return a cell that a spreadsheet shows and does not run: words that would begin a formula get an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA) else cell


def _line(row: Sequence[Cell]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([safe(cell) for cell in row])
    return written.getvalue()
