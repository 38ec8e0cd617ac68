"""Skeletons: the HTML of every mail of one shape, with holes where its words and addresses go.

Drawing MJML takes a thousand times longer than putting words into holes, and mails of one design differ in their
words only. So what is drawn is kept by its shape: which blocks, which of their parts are there, which colours.
Every string that a mail shows or links to is a hole; `look` holds what is not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup, escape
from mjml import mjml2html

from app.emails.markup import OPEN, printable
from app.emails.wording import BadWording

KEPT = (
    512  # shapes: a cart of one, of two, … of eight things, with a code and without, for each design at work
)
LARGEST = 150_000  # characters of a drawn shape; its holes are longer than most words
_BETWEEN = OPEN  # no string has it once it is printable
_SALT = os.urandom(4).hex()  # so that nobody's words can be taken for a hole
_HOLE = re.compile(f"hole{_SALT}x([0-9]+)x")
# The MJML parser takes a line end between elements, not a space.
_BLANKS = re.compile(r"(?<=>)[ \t]+(?=</?mj)")

Look = tuple[tuple[str, Any], ...]


def fill(words: Mapping[str, Any], look: Mapping[str, Any]) -> str:
    """Return the HTML of `templates/mjml/mail.xml` for these words (escaped unless Markup) and this look.

    Raises BadWording when it cannot be drawn.
    """
    strings: list[str] = []
    shape = _shape(words, strings)
    parts, holes = _skeleton(shape, tuple(look.items()))
    said = _in_html(strings)
    filled = list(parts)
    filled[1::2] = [said[hole] for hole in holes]
    return "".join(filled)


def _in_html(strings: Sequence[str]) -> list[str]:
    """Return strings as they stand in HTML; Markup stays. Escaped as one text: one by one, it takes twice as long."""
    bare = _BETWEEN.join([printable(string) for string in strings if not isinstance(string, Markup)])
    escaped = iter(str(escape(bare)).split(_BETWEEN))
    return [printable(str(string)) if isinstance(string, Markup) else next(escaped) for string in strings]


def _shape(value: Any, strings: list[str]) -> Any:
    """Return what of a value decides how it is drawn; its strings are gathered in order."""
    if isinstance(value, str):
        if value:
            strings.append(value)
        return "x" if value else ""
    if isinstance(value, (dict, Mapping)):
        return ("map", tuple(value), *[_shape(inner, strings) for inner in value.values()])
    if isinstance(value, (list, tuple)):
        return ("list", *[_shape(inner, strings) for inner in value])
    return value


@lru_cache(maxsize=KEPT)
def _skeleton(shape: Any, look: Look) -> tuple[list[str], list[int]]:
    words = _hollow(shape, iter(range(10**6)))
    template = current_app.jinja_env.get_template("mjml/mail.xml")
    source = template.render(words=words, look=dict(look))
    try:
        html = str(mjml2html(_BLANKS.sub("\n", source)))
    except ValueError as error:
        raise BadWording(_("it cannot be drawn")) from error
    if len(html) > LARGEST:  # an exception is not kept, so that no shape fills the memory
        raise BadWording(_("the e-mail is too large: mail programs would cut it off; shorten it"))
    parts = _HOLE.split(html)
    return parts, [int(hole) for hole in parts[1::2]]


def _hollow(shape: Any, places: Any) -> Any:
    """Return values of this shape whose strings are holes, numbered in the order in which `_shape` gathers them."""
    if isinstance(shape, str):
        return Markup(f"hole{_SALT}x{next(places)}x") if shape else ""  # noqa: S704 - letters and digits
    if isinstance(shape, tuple) and shape[0] == "map":
        return {key: _hollow(inner, places) for key, inner in zip(shape[1], shape[2:], strict=True)}
    if isinstance(shape, tuple):
        return [_hollow(inner, places) for inner in shape[1:]]
    return shape
