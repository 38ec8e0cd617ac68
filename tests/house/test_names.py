"""A room is named after a noun of the product, and each file says what it knows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house import sources

NO_ROOMS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "services",
    "managers",
    "manager",
    "core",
    "base",
    "misc",
}


def rooms(path: Path) -> set[str]:
    parts = path.relative_to(sources.ROOT).parts
    return {part.removesuffix(".py") for part in parts}


def managers(source: ast.Module) -> list[str]:
    classes = (node.name for node in ast.walk(source) if isinstance(node, ast.ClassDef))
    return [name for name in classes if name.lower().endswith(("manager", "helper", "util", "service"))]


def test_no_room_is_called_after_nothing() -> None:
    folders = {path.parent for path in sources.files("*")}
    written = [*folders, *sources.python(*sources.ROOMS, "tests")]
    assert not {sources.name(path) for path in written if rooms(path) & NO_ROOMS}


def test_no_class_is_a_manager() -> None:
    found = {sources.name(path): managers(sources.tree(path)) for path in sources.python()}
    assert not {name: classes for name, classes in found.items() if classes}


@pytest.mark.parametrize(
    "path", [*sources.python(*sources.ROOMS, "tests"), sources.ROOT / "wsgi.py"], ids=sources.name
)
def test_every_module_says_what_it_is(path: Path) -> None:
    empty_package = (
        path.name == "__init__.py" and not path.read_text("utf-8").strip() and "tests" in path.parts
    )
    assert empty_package or ast.get_docstring(sources.tree(path))


def test_planted_names_are_seen() -> None:
    assert rooms(sources.ROOT / "app" / "utils.py") & NO_ROOMS
    assert rooms(sources.ROOT / "app" / "core" / "runs.py") & NO_ROOMS
    assert managers(ast.parse("class FlowManager: pass\nclass Flow: pass")) == ["FlowManager"]
