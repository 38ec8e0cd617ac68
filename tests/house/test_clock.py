"""Time is read in one place, and no test waits for it."""

from __future__ import annotations

import ast

import pytest

from tests.house import sources

READS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"),
         ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime")}  # fmt: skip
MAY_READ = ("app/clock.py", "app/launcher/")
WAITS = {("time", "sleep"), ("page", "wait_for_timeout")}


def calls(source: ast.Module, wanted: set[tuple[str, str]]) -> list[int]:
    """The lines on which `name.attribute` is taken, or the bare name was imported from its module."""
    named = (
        n for n in ast.walk(source) if isinstance(n, ast.Attribute) and (_owner(n.value), n.attr) in wanted
    )
    taken = (
        n for n in ast.walk(source)
        if isinstance(n, ast.ImportFrom) and any((n.module, alias.name) in wanted for alias in n.names)
    )  # fmt: skip
    return [node.lineno for node in (*named, *taken)]


def _owner(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_only_the_clock_asks_the_machine_for_the_time() -> None:
    others = [path for path in sources.python() if not sources.name(path).startswith(MAY_READ)]
    assert not sources.found(others, lambda path: calls(sources.tree(path), READS))


def test_no_test_sleeps() -> None:
    assert not sources.found(sources.python("tests"), lambda path: calls(sources.tree(path), WAITS))


@pytest.mark.parametrize(
    "planted",
    ["datetime.now(UTC)", "x = datetime.datetime.utcnow()", "dt.date.today()", "time.time()", "from time import time",
     "default = datetime.now"],
)  # fmt: skip
def test_a_planted_look_at_the_clock_is_seen(planted: str) -> None:
    assert calls(ast.parse(planted), READS)


def test_the_houses_own_clock_is_not_taken_for_the_machines() -> None:
    assert not calls(ast.parse("clock.now(shop_id)\nclock.real()\ntime.monotonic()"), READS)
