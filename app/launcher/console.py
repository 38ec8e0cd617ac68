"""What the operator reads while the launcher works: one calm line for each process.

On a terminal the line of the thing under way is rewritten in place; elsewhere only results are printed.
"""

from __future__ import annotations

import sys
from typing import TextIO

_CLEAR = "\r\033[K"
_WIDTH = 78


class Console:
    """Writes lines of the form `name  what is true of it`."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._live = self._out.isatty()

    def working(self, name: str, text: str) -> None:
        """Show what is under way; the next line replaces it."""
        if self._live:
            self._write(_CLEAR + _line(name, f"{text} …")[:_WIDTH])

    def done(self, name: str, text: str) -> None:
        """Print what has become true of `name`, for good."""
        self._write((_CLEAR if self._live else "") + _line(name, text) + "\n")

    def say(self, text: str = "") -> None:
        """Print a sentence of its own."""
        self._write((_CLEAR if self._live else "") + text + "\n")

    def quote(self, lines: list[str]) -> None:
        """Print lines that somebody else wrote, set off from ours."""
        for line in lines:
            self.say(f"    | {line}")

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except (OSError, ValueError):
            pass  # The terminal went away; the processes must still be stopped in order.


def _line(name: str, text: str) -> str:
    return f"  {name:<11} {text}"
