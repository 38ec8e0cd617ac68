"""Pictures: taken from a signed-in merchant, shown to everybody who knows their name."""

from __future__ import annotations

import re
import secrets
from math import isfinite

from flask import Blueprint, Flask, Response, abort, g, jsonify, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock
from app.emails.addresses import base_url
from app.extensions import db, limiter
from app.images.drawing import LARGEST, PRESETS, Drawn, Refused, draw
from app.models import Image
from app.unit import unit
from app.views.access import public

pages = Blueprint("images", __name__)
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}
ROOM = LARGEST + 64 * 1024  # bytes of a request: the picture and the form around it


def register(app: Flask) -> None:
    """Put these pages on the application, and the public address at hand of what shows pictures elsewhere."""
    app.jinja_env.globals.update(base_url=base_url)
    app.register_blueprint(pages)


@pages.url_value_preprocessor
def make_room(endpoint: str | None, _values: object) -> None:
    """Let an upload be larger than other requests, before anything reads it."""
    if endpoint == "images.upload" or endpoint == "brand.logo":
        request.max_content_length = ROOM


@pages.errorhandler(413)
def too_large(_error: Exception) -> tuple[Response, int]:
    """Say that a file is too large; it was not read to its end."""
    return jsonify(problem=refusal("bytes")), 413


@pages.post("/images")
@limiter.limit("30/minute;300/hour", key_func=lambda: f"pictures of {g.user.id if g.user else 0}")
def upload() -> Response | tuple[Response, int]:
    """Take a picture and answer with its address and size as JSON, or with a sentence why not."""
    preset = request.form.get("preset", "picture")
    if preset not in PRESETS:
        abort(400)
    try:
        image = taken(preset)
    except Refused as error:
        return jsonify(problem=refusal(error.why)), 422
    return jsonify(url=address(image), width=image.width, height=image.height)


@pages.get("/images/<name>.<ending>")
@public
def show(name: str, ending: str) -> Response:
    """Show a picture. It was written by us, and still its answer may run nothing and is what it says it is."""
    image = db.session.scalar(select(Image).where(Image.name == name)) if _is_name(name) else None
    if image is None or ENDINGS[image.media_type] != ending:
        abort(404)
    response = Response(image.content, mimetype=image.media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # webmail shows it on pages of its own
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Disposition"] = "inline"
    return response


def taken(preset: str) -> Image:
    """Draw the uploaded file anew, keep it and return its row. Raises Refused (why: empty, full, or the drawing's)."""
    file = request.files.get("file")
    raw = file.read(LARGEST + 1) if file else b""
    if not raw:
        raise Refused("empty")
    at, zoom = (_share("x", 0.5), _share("y", 0.5)), _share("zoom", 1.0)
    image = row(draw(raw, PRESETS[preset], at, zoom), g.shop.id)
    if not unit(lambda: Image.add(image)):
        raise Refused("full")
    return image


def row(drawn: Drawn, shop_id: int) -> Image:
    """Return the row of a picture under a name that nobody can guess."""
    return Image(
        shop_id=shop_id, name=secrets.token_urlsafe(16).replace("-", "a").replace("_", "b"),
        media_type=drawn.media_type, width=drawn.width, height=drawn.height, size=len(drawn.content),
        content=drawn.content, created_at=clock.real(),
    )  # fmt: skip


def address(image: Image) -> str:
    """Return where a picture is shown, from the root of this instance."""
    return url_for("images.show", name=image.name, ending=ENDINGS[image.media_type])


def refusal(why: str) -> str:
    """Say why a picture is not taken, and what to do."""
    return {
        "empty": _("No file came through. Choose a picture, then try again."),
        "svg": _("SVG drawings cannot be shown in e-mails. Save it as PNG or JPEG, then try again."),
        "type": _("This is not a picture that e-mails can show. Use a JPEG, PNG, GIF or WebP file."),
        "bytes": _("This file is larger than 6 MB. Make it smaller, then try again."),
        "pixels": _("This picture is too large: at most 4096 pixels a side and 16 million in all. Make it smaller."),
        "frames": _("This moving picture has too many frames. Shorten it, then try again."),
        "broken": _("This picture cannot be read: the file is damaged. Save it again, then try again."),
        "full": _("Your shop’s room for pictures (50 MB) is full."),
    }[why]  # fmt: skip


def _share(name: str, usual: float) -> float:
    try:
        told = float(request.form.get(name, usual))
    except ValueError:
        return usual
    return told if isfinite(told) else usual


def _is_name(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9]{16,40}", name) is not None
