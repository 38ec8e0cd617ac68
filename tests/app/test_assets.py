"""What a browser may keep, and for how long."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app import assets, scripts


def test_a_static_file_has_an_address_that_names_its_content(app: Flask) -> None:
    with app.test_request_context():
        address = assets.asset("css/tokens.css")
    assert address.startswith("/static/css/tokens.css?v=")
    assert app.test_client().get(address).headers["Cache-Control"] == assets.FOR_EVER


def test_a_file_asked_for_without_its_hash_is_asked_for_again(app: Flask) -> None:
    assert "no-cache" in app.test_client().get("/static/js/toast.js").headers["Cache-Control"]


def test_every_shared_sheet_is_in_the_one_file_in_order(app: Flask) -> None:
    with app.test_request_context():
        answer = app.test_client().get(assets.stylesheet())
    places = [answer.text.index(f"@layer {layer} {{") for layer in ("tokens", "reset", "layout", "controls")]
    assert places == sorted(places)
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == assets.FOR_EVER


def test_the_address_changes_when_a_sheet_changes(app: Flask, tmp_path) -> None:  # type: ignore[no-untyped-def]
    app.static_folder = str(tmp_path)
    (tmp_path / "css").mkdir()
    for name in assets.SHEETS:
        (tmp_path / "css" / f"{name}.css").write_text(f"/* {name} */")
    with app.test_request_context():
        before = assets.stylesheet()
        (tmp_path / "css" / "pages.css").write_text("a { color: red }")
        assert assets.stylesheet() != before


def test_a_missing_file_is_not_kept(app: Flask) -> None:
    assert app.test_client().get("/static/none.css?v=1").headers.get("Cache-Control") != assets.FOR_EVER


def test_the_modules_of_a_page_come_in_one_file_behind_what_they_import(app: Flask) -> None:
    with app.test_request_context():
        answer = app.test_client().get(assets.script("editor"))
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == assets.FOR_EVER
    assert answer.text.index("class View") < answer.text.index("class Editor")
    assert "import " not in answer.text.replace("important", "")


def test_comments_stay_at_home(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text(
        "/* Why:\n   because. */\nconst a = 1; // one\n  // two\nconst b = '/* c */';\n"
    )
    sent = scripts.bundle(scripts.modules(tmp_path / "a.js"))
    assert "because" not in sent and "two" not in sent
    assert "const a = 1; // one\nconst b = '/* c */';" in sent


def test_only_bundles_that_exist_are_served(app: Flask) -> None:
    assert app.test_client().get("/static/js/none.bundle.js").status_code == 404


def test_a_module_that_cannot_be_bundled_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import thing from "./b.js";')
    with pytest.raises(scripts.Unbundled):
        scripts.bundle(scripts.modules(tmp_path / "a.js"))
    (tmp_path / "a.js").write_text("export default 5;")
    with pytest.raises(scripts.Unbundled):
        scripts.bundle(scripts.modules(tmp_path / "a.js"))


def test_modules_that_import_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nexport const a = 1;')
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\nexport const b = 1;')
    with pytest.raises(scripts.Unbundled):
        scripts.modules(tmp_path / "a.js")
