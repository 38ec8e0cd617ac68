"""A kind says everything about itself in one file: nobody else knows it by name, and each is tested."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from graph.catalogue import KINDS
from tests.house import sources

NAMES = frozenset(kind.name for kind in KINDS)
# One word may mean many things; two words joined by a line mean the kind (but a run has a wait_until too).
TELLING = frozenset(name for name in NAMES if "_" in name) - {"wait_until"}
MAY_NAME = ("graph/nodes/", "graph/recipes/", "graph/catalogue.py", "graph/upgrades.py", "app/demo/")
PYTHON = [path for path in sources.python() if not sources.name(path).startswith(MAY_NAME)]
MARKUP = sources.files("*.html", "*.js", "*.css", under=("templates", "static"))


def named(source: ast.Module) -> list[str]:
    """Kinds that a source calls by name, and one-word kinds that it compares a kind with."""
    told = [n.value for n in ast.walk(source) if isinstance(n, ast.Constant) and n.value in TELLING]
    compared = (n for n in ast.walk(source) if isinstance(n, ast.Compare) and "kind" in ast.unparse(n.left))
    return told + [
        c.value
        for n in compared
        for c in ast.walk(n)
        if isinstance(c, ast.Constant) and c.value in NAMES - TELLING
    ]


def named_in_markup(text: str) -> list[str]:
    quoted = re.findall(r"""["']([a-z_]+)["']""", text)
    compared = re.findall(r"""kind\s*[!=]==?\s*["']([a-z]+)["']|data-kind=["']?([a-z]+)""", text)
    return [name for name in quoted if name in TELLING] + [
        one or two for one, two in compared if (one or two) in NAMES
    ]


def test_no_python_knows_a_kind_by_name() -> None:
    assert not sources.found(PYTHON, lambda path: named(sources.tree(path)))


def test_no_page_knows_a_kind_by_name() -> None:
    assert not sources.found(MARKUP, lambda path: named_in_markup(sources.text(path)))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_kind_has_its_own_file_and_is_tested(name: str) -> None:
    kind = next(kind for kind in KINDS if kind.name == name)
    assert Path(sources.ROOT / (type(kind).__module__.replace(".", "/") + ".py")).parent.name == "nodes"
    tests = "".join(
        path.read_text("utf-8") for path in sources.files("*.py", "*.json", under=("tests/graph",))
    )
    assert f'"{name}"' in tests


def test_a_planted_name_is_seen() -> None:
    assert named(ast.parse('if node.kind == "wait": pass')) == ["wait"]
    assert named(ast.parse('SENDS = {"send_email"}')) == ["send_email"]
    assert not named(ast.parse('action = "wait"'))
    assert named_in_markup("{% if node.kind == 'split' %}") == ["split"]
