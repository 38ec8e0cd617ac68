"""Small is a feature: no file over 300 lines, no function over 20."""

from __future__ import annotations

import ast

from tests.house import sources

LONGEST_FILE = 300
LONGEST_FUNCTION = 20


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function's body; what it says about itself does not count."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def long_functions(source: ast.Module) -> dict[str, int]:
    functions = (
        node for node in ast.walk(source) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return {f.name: lines_of(f) for f in functions if lines_of(f) > LONGEST_FUNCTION}


def test_no_file_is_longer_than_a_sitting() -> None:
    written = sources.files("*.py", "*.html", "*.js", "*.css", "*.txt", "*.xml", "*.mjml")
    lengths = {sources.name(path): len(sources.text(path).splitlines()) for path in written}
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FILE}


def test_no_function_does_two_things() -> None:
    assert not sources.found(sources.python(), lambda path: long_functions(sources.tree(path)))


def test_a_planted_long_function_is_seen() -> None:
    body = "\n".join("    x = 1" for _ in range(21))
    assert long_functions(ast.parse(f"def f():\n    'says so'\n{body}")) == {"f": 21}
    assert not long_functions(ast.parse(f"def f():\n    'one\\n two'\n{body[:-10]}"))
