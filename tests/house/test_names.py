"""A room is named after a noun of the product, and each file says what it knows."""

from __future__ import annotations

import ast
from pathlib import Path

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


def is_silent(path: Path) -> bool:
    """Whether a module has code, or a room of the product, and says nothing about itself."""
    empty = path.name == "__init__.py" and not sources.text(path).strip() and "tests" in path.parts
    return not empty and not ast.get_docstring(sources.tree(path))


def managers(source: ast.Module) -> list[str]:
    classes = (node.name for node in ast.walk(source) if isinstance(node, ast.ClassDef))
    return [name for name in classes if name.lower().endswith(("manager", "helper", "util", "service"))]


def test_no_room_is_called_after_nothing() -> None:
    folders = {path.parent for path in sources.files("*")}
    written = [*folders, *sources.python(*sources.ROOMS, "tests")]
    assert not {sources.name(path) for path in written if rooms(path) & NO_ROOMS}


def test_no_class_is_a_manager() -> None:
    assert not sources.found(sources.python(), lambda path: managers(sources.tree(path)))


def test_every_module_says_what_it_is() -> None:
    written = [*sources.python(*sources.ROOMS, "tests"), sources.ROOT / "wsgi.py"]
    assert not sources.found(written, is_silent)


def test_planted_names_are_seen(tmp_path: Path) -> None:
    (tmp_path / "silent.py").write_text("x = 1")
    assert is_silent(tmp_path / "silent.py")
    assert rooms(sources.ROOT / "app" / "utils.py") & NO_ROOMS
    assert rooms(sources.ROOT / "app" / "core" / "runs.py") & NO_ROOMS
    assert managers(ast.parse("class FlowManager: pass\nclass Flow: pass")) == ["FlowManager"]
