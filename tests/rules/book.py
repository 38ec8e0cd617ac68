"""The rules as written in book.toml, and the tests that name them, as read from their sources.

Reading sources rather than collecting tests: it takes a second, and imports nothing.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parents[1]
BOOK = Path(__file__).with_name("book.toml")
SETTINGS = "C"


@dataclass(frozen=True, order=True)
class Proof:
    """A test that names a rule: its file below `tests/`, and its name there."""

    file: str
    test: str


@dataclass(frozen=True)
class Chapter:
    """What the rules of one prefix are about, and their sentences by ID, in order."""

    prefix: str
    title: str
    rules: dict[str, str]


def chapters() -> list[Chapter]:
    """Return the chapters of the book in order."""
    written = tomllib.loads(BOOK.read_text(encoding="utf-8"))
    return [_chapter(prefix, dict(lines)) for prefix, lines in written.items()]


def _chapter(prefix: str, lines: dict[str, str]) -> Chapter:
    title = lines.pop("title")
    join = "" if prefix == SETTINGS else "-"
    return Chapter(prefix, title, {f"{prefix}{join}{number}": said for number, said in lines.items()})


def proofs(tests: Path = TESTS) -> dict[str, list[Proof]]:
    """Return the tests that name each rule, by its ID."""
    found: dict[str, set[Proof]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        for rule, test in _named(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(rule, set()).add(Proof(path.relative_to(tests).as_posix(), test))
    return {rule: sorted(named) for rule, named in sorted(found.items())}


def _named(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (rule, test): marks on a test or its parameters are its own, those of a module every test's in it."""
    tests = [node for node in ast.walk(tree) if _is_test(node)]
    for test in tests:
        yield from ((rule, test.name) for rule in _marks(test))  # type: ignore[attr-defined]
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            yield from ((rule, test.name) for rule in _marks(statement) for test in tests)  # type: ignore[attr-defined]


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")


def _marks(node: ast.AST) -> list[str]:
    calls = [each for each in ast.walk(node) if isinstance(each, ast.Call) and _is_mark(each.func)]
    return [word.value for call in calls for word in call.args if isinstance(word, ast.Constant)]


def _is_mark(called: ast.expr) -> bool:
    return ast.unparse(called) == "pytest.mark.rule"
