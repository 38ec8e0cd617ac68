"""What stops a design from being saved: each problem as a sentence with its place.

Reads the wording and tries it on three customers: one of whom we know everything, one of whom we know
nothing, and one with a hostile name. Must not know how a design is stored or edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from liquid import BoundTemplate

from app.emails import blocks, fields, handmade, manner, markup, rendering, samples, wording
from app.emails.filters import FILTERS
from app.emails.frame import NOUNS, Frame, is_address
from app.emails.wording import BadWording

WORDED = {
    "heading": ("text",),
    "text": ("text",),
    "button": ("text",),
    "coupon": ("text",),
    "image": ("alt", "url"),
    "recommended": ("text",),
    "footer": ("text",),
    "html": ("html",),
}
CELL = ("text", "label", "alt", "url")


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a design cannot be used. `field` is subject, preheader or block-3-text ("" for the whole)."""

    locale: str
    field: str
    text: str


def check(design: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with a design, in the reader's language; an empty list when nothing is."""
    if not design:
        return [Problem("", "", _("This e-mail says nothing yet: write it in at least one language."))]
    found = [problem for locale, content in design.items() for problem in _content(locale, content)]
    return found or list(_tried(design))


def worded(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each wording of one language with the name of its field, in the order of the mail."""
    for name in ("subject", "preheader"):
        yield name, str(content.get(name) or "")
    for place, block in enumerate(content.get("blocks") or []):
        for name in WORDED.get(str(block.get("kind")), ()):
            yield f"block-{place}-{name}", str(block.get(name) or "")
        for at, cell in enumerate(block.get("cells") or []):
            yield from ((f"block-{place}-{name}_{at}", str(cell.get(name) or "")) for name in CELL)
    if content.get("html"):
        yield "html", str(content["html"])


def _content(locale: str, content: Mapping[str, Any]) -> Iterator[Problem]:
    if not str(content.get("subject") or "").strip():
        yield Problem(locale, "subject", _("Give the e-mail a subject: it is what people see first."))
    if len(content.get("blocks") or []) > rendering.MOST_BLOCKS:
        yield Problem(locale, "", _("An e-mail holds at most %(most)s blocks.", most=rendering.MOST_BLOCKS))
    for place, block in enumerate(content.get("blocks") or []):
        if block.get("kind") not in blocks.KINDS:
            yield Problem(
                locale, f"block-{place}", _("There is no block “%(kind)s”.", kind=block.get("kind"))
            )
        yield from _targets(locale, place, block)
    if len(str(content.get("html") or "")) > handmade.LARGEST:
        yield Problem(locale, "html", _("This HTML is too long: mail programs would cut the e-mail off."))
    for name, words in worded(content):
        yield from _wording(locale, name, words)


def _targets(locale: str, place: int, block: Mapping[str, Any]) -> Iterator[Problem]:
    told = [("target", block), *((f"target_{at}", cell) for at, cell in enumerate(block.get("cells") or []))]
    for name, part in told:
        target = str(part.get("target") or "shop")
        if target not in NOUNS and not is_address(target):
            text = _(
                "“%(target)s” is no place to lead to: give an address that starts with https://.",
                target=target,
            )
            yield Problem(locale, f"block-{place}-{name}", text)


def _wording(locale: str, name: str, words: str) -> Iterator[Problem]:
    try:
        is_html = name.endswith("html")
        template = wording.parse(words if is_html else markup.to_text(words))
        wording.parse(words if is_html else markup.to_html(words), html=True)
    except BadWording as error:
        yield Problem(locale, name, _placed(str(error), error.line if words.count("\n") else 0))
        return
    for text, index in _misnamed(template):
        line = words.count("\n", 0, index) + 1 if words.count("\n") else 0
        yield Problem(locale, name, _placed(text, line))


def _misnamed(template: BoundTemplate) -> Iterator[tuple[str, int]]:
    # Only what is written is looked at, so a branch that no sample enters is checked, too.
    used = template.analyze(include_partials=False)
    for uses in used.globals.values():
        yield from (
            (_unknown(use.segments), use.span.index) for use in uses if not fields.is_known(use.segments)
        )
    for called, spans in used.filters.items():
        yield from ((wording.no_filter(called), span.index) for span in spans if called not in FILTERS)


def _unknown(path: Any) -> str:
    name, near = ".".join(str(part) for part in path), fields.nearest(path)
    if near:
        return _("there is no field “%(name)s”, did you mean “%(near)s”?", name=name, near=near)
    return _("there is no field “%(name)s”", name=name)


def _placed(text: str, line: int) -> str:
    said = (
        _("Line %(line)s: %(problem)s.", line=line, problem=text)
        if line
        else f"{text[:1].upper()}{text[1:]}."
    )
    return said.replace("?.", "?")


def _tried(design: Mapping[str, Any]) -> Iterator[Problem]:
    frame = Frame(shop_name="–", base_url="https://shop.example", unsubscribe_url="https://shop.example/u")
    for locale, data in ((locale, data) for locale in design for data in samples.customers()):
        try:
            rendering.render(design, locale, data, frame)
        except (BadWording, manner.TooMuch) as error:
            yield Problem(locale, "", _placed(str(error), 0))
            return
