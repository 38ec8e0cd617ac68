"""What the browser keeps: static files by their content's hash, the style sheets and a page's modules as one file.

It knows paths and how long a browser may keep them. It must not know what any page shows.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, current_app, request, url_for

from app.scripts import bundle, modules

BUNDLES = {"page": "js/page.js", "picker": "js/picker_page.js", "editor": "js/editor/editor.js"}
SHEETS = ("tokens", "reset", "layout", "controls", "content", "pages", "desk", "clock", "overlays")
FOR_EVER = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    """Serve the style sheets of every page as one, and let browsers keep what never changes."""
    styles.is_public = True  # type: ignore[attr-defined]
    app.add_url_rule("/static/css/relance.css", "styles", styles)
    scripts.is_public = True  # type: ignore[attr-defined]
    app.add_url_rule("/static/js/<name>.bundle.js", "scripts", scripts)
    app.jinja_env.globals.update(asset=asset, stylesheet=stylesheet, script=script)
    app.after_request(keep)


def asset(path: str) -> str:
    """The address of a static file, with its content's hash, so that browsers may keep it for ever."""
    file = _static(path)
    return _address(path, _fingerprint((file,), _changed(file)), request.script_root)


def stylesheet() -> str:
    """The address of the style sheets that every page shares, with their content's hash."""
    files = _sheets()
    return url_for("styles", v=_fingerprint(files, max(map(_changed, files))))


def styles() -> Response:
    """Answer with the shared sheets in the order of their layers: one request instead of one a file."""
    return Response("\n".join(file.read_text() for file in _sheets()), mimetype="text/css")


def script(name: str) -> str:
    """The address of a page's modules as one file, with their content's hash; `name` is one of BUNDLES."""
    files = tuple(modules(_static(BUNDLES[name])))
    return url_for("scripts", name=name, v=_fingerprint(files, max(map(_changed, files))))


def scripts(name: str) -> Response:
    """Answer with a page's modules in one file."""
    if name not in BUNDLES:
        abort(404)
    return Response(bundle(modules(_static(BUNDLES[name]))), mimetype="text/javascript")


def keep(response: Response) -> Response:
    """Mark an answer whose address names its content (or its version, as fonts do) as kept for ever."""
    fonts = request.endpoint == "static" and request.path.startswith("/static/fonts/")
    named = request.endpoint in ("static", "styles", "scripts") and "v" in request.args
    if response.status_code == 200 and (fonts or named):
        response.headers["Cache-Control"] = FOR_EVER
    return response


@cache
def _address(path: str, fingerprint: str, _root: str) -> str:
    return url_for("static", filename=path, v=fingerprint)


def _sheets() -> tuple[Path, ...]:
    return tuple(_static(f"css/{name}.css") for name in SHEETS)


def _static(path: str) -> Path:
    return _within(str(current_app.static_folder), path)


@cache
def _within(folder: str, path: str) -> Path:
    return Path(folder) / path


def _changed(file: Path) -> int:
    return file.stat().st_mtime_ns


@cache
def _fingerprint(files: tuple[Path, ...], changed: int) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:10]
