"""What the rules of the house are read on: our own files, without what is made, vendored or generated."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("graph", "app", "workers")
_SKIPPED = {"vendor", "versions", "__pycache__", "fonts"}


def files(*patterns: str, under: tuple[str, ...] = (*ROOMS, "tests", "templates", "static")) -> list[Path]:
    """Our files of these patterns, sorted."""
    found = (path for room in under for pattern in patterns for path in (ROOT / room).rglob(pattern))
    return sorted(
        path for path in found if path.is_file() and not _SKIPPED & set(path.relative_to(ROOT).parts)
    )


def python(*under: str) -> list[Path]:
    """The Python files of these rooms (default: the product's)."""
    return files("*.py", under=under or ROOMS)


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"))


def name(path: Path) -> str:
    """How a failure names a file."""
    return str(path.relative_to(ROOT))


def found(paths: Iterable[Path], look: Callable[[Path], T]) -> dict[str, T]:
    """What a look at each file brought to light, by the file's name; files without a flaw are left out."""
    return {name(path): flaws for path in paths if (flaws := look(path))}


def text(path: Path) -> str:
    """What is written in a file."""
    return path.read_text("utf-8")


def module(path: Path) -> str:
    """The dotted name of a Python file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(source: ast.Module) -> Iterator[str]:
    """Every module that a source imports, wherever in it and also by `import_module("…")`."""
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def loaded_by(modules: list[str]) -> set[str]:
    """What a fresh interpreter has loaded after importing these modules."""
    source = f"import importlib, sys\nfor m in {modules!r}: importlib.import_module(m)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())
