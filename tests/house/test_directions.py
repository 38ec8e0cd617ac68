"""Who may lean on whom: graph on nothing, app on graph, workers on both but never on pages."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.house import sources

ALLOWED_IN_GRAPH = {*sys.stdlib_module_names, "networkx", "graph"}
IMPURE_IN_GRAPH = {"random", "secrets", "time", "socket", "urllib", "http", "sqlite3", "subprocess", "os"}
# Who may not import what. Each rule is read on the source, so that an import inside a function counts too.
FORBIDDEN = (
    ("app", ("workers",)),
    ("workers", ("app.views", "app.forms", "app.launcher", "wsgi")),
    ("app", ("playwright", "tests", "wsgi")),
    ("workers", ("playwright", "tests")),
)


def breaches(source: ast.Module, forbidden: tuple[str, ...]) -> list[str]:
    return [
        got for got in sources.imports(source) if any(f"{got}.".startswith(f"{bad}.") for bad in forbidden)
    ]


@pytest.mark.parametrize(("room", "forbidden"), FORBIDDEN)
def test_no_room_imports_what_lies_above_it(room: str, forbidden: tuple[str, ...]) -> None:
    found = {
        sources.name(p): got for p in sources.python(room) if (got := breaches(sources.tree(p), forbidden))
    }
    assert not found


def test_only_the_pages_and_the_web_server_know_the_pages() -> None:
    outside = [p for p in sources.python("app", "workers", "graph") if "views" not in p.parts]
    assert not {sources.name(p) for p in outside if breaches(sources.tree(p), ("app.views",))}


def test_the_flow_leans_on_the_standard_library_and_networkx_only() -> None:
    roots = {
        (sources.name(p), got.split(".")[0])
        for p in sources.python("graph")
        for got in sources.imports(sources.tree(p))
    }
    assert not {
        (file, root) for file, root in roots if root not in ALLOWED_IN_GRAPH or root in IMPURE_IN_GRAPH
    }


def test_loading_the_flow_loads_no_web_and_no_database() -> None:
    loaded = sources.loaded_by([sources.module(path) for path in sources.python("graph")])
    assert not loaded & {"app", "workers", "flask", "sqlalchemy", "dramatiq", "redis", "wtforms"}


def test_loading_the_engine_loads_no_page_and_no_form() -> None:
    modules = [m for m in map(sources.module, sources.python("workers")) if not m.endswith("__main__")]
    assert not {
        m for m in sources.loaded_by(modules) if m.startswith(("app.views", "app.forms", "playwright"))
    }


@pytest.mark.parametrize(
    "planted",
    ["import workers", "from workers.advance import tick", "def f():\n    from workers import x",
     "import_module('workers.enrol')"],
)  # fmt: skip
def test_a_planted_breach_is_seen(planted: str) -> None:
    assert breaches(ast.parse(planted), ("workers",))
    assert not breaches(ast.parse("import workersmith\nfrom app import clock"), ("workers",))


def test_a_fresh_interpreter_tells_what_it_loaded(tmp_path: Path) -> None:
    assert "flask" in sources.loaded_by(["app.extensions"])
