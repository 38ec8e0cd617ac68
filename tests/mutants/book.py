"""The mutants as written in the `.toml` files beside this one: a few words in one file replaced by others.

Knows how they are written and when one no longer fits the code. Must not know how tests are run.
"""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
BOOKS = Path(__file__).parent


@dataclass(frozen=True)
class Mutant:
    """One guard taken out: in `file`, `text` becomes `becomes`, and at least one of `tests` (node ids) turns red.

    `name` is the guard, `guards` says in a sentence what it keeps, with the invariant or rule in brackets.
    """

    name: str
    guards: str
    file: str
    text: str
    becomes: str
    tests: tuple[str, ...]

    def applied(self, source: str) -> str:
        """Return the source without the guard."""
        return source.replace(self.text, self.becomes)


def mutants(books: Path = BOOKS) -> list[Mutant]:
    """Return every mutant, in the order of the files and of their lines."""
    pages = [tomllib.loads(path.read_text("utf-8")) for path in sorted(books.glob("*.toml"))]
    return [Mutant(**told | {"tests": tuple(told["tests"])}) for page in pages for told in page["mutant"]]


def stale(mutant: Mutant, root: Path = ROOT) -> str:
    """Return why a mutant no longer fits the code, or an empty string. Reads sources, runs nothing."""
    source = (root / mutant.file).read_text("utf-8")
    if (times := source.count(mutant.text)) != 1:
        return f"its text is {times} times in {mutant.file}"
    try:
        ast.parse(mutant.applied(source))
    except SyntaxError:
        return f"what it makes of {mutant.file} is no Python"
    missing = [test for test in mutant.tests if not _exists(test, root)]
    return f"no such test: {', '.join(missing)}" if missing or not mutant.tests else ""


def _exists(test: str, root: Path) -> bool:
    file, name = test.partition("::")[0], test.partition("[")[0].rpartition("::")[2]
    return (root / file).is_file() and name in _functions(root / file)


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
