"""The blocks of a design: what each kind puts into the HTML part and into the text part.

Knows the kinds and their settings. How a block looks is `templates/mjml/blocks.xml`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from app.emails import cleaning, filters, handmade, markup, plaintext, wording
from app.emails.frame import NETWORKS, Frame
from app.emails.manner import gettext as _
from app.emails.wares import items_drawn, recommended_drawn

SIZES = {"small": 8, "medium": 24, "large": 48}  # px
WIDTHS = {"small": 200, "medium": 360, "full": 520}  # px
ALIGNED = ("left", "center")
CELLS = 3

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One block, filled in: the words and addresses for its MJML macro, its look, and its lines of plain text."""

    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    look: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What a block is filled in with: plain data and the frame that knows where links lead."""

    data: Mapping[str, Any]
    frame: Frame

    def html(self, words: str) -> Markup:
        """Return wording as HTML in which every value is escaped."""
        filled = wording.fill(markup.to_html(words), self.data, html=True)
        return Markup(markup.lead(filled.strip(), lambda target: str(Markup.escape(self.frame.link(target)))))  # noqa: S704

    def text(self, words: str) -> str:
        """Return wording as plain text."""
        return markup.lead(wording.fill(markup.to_text(words), self.data).strip(), self.frame.link)

    def plain(self, words: object) -> str:
        """Return wording without marks, such as an address, filled in."""
        return wording.fill(str(words or ""), self.data).strip()

    def raw(self, words: str) -> Markup:
        """Return a merchant's own HTML, filled in and then made harmless, whatever was filled in."""
        try:
            return Markup(cleaning.harmless(wording.fill(words, self.data, html=True)))  # noqa: S704
        except cleaning.Refused as error:
            raise wording.BadWording(_("its HTML is too tangled to be made safe")) from error


def draw(block: Block, page: Page) -> Drawn | None:
    """Return the block filled in, or None when there is nothing to show. Raises BadWording."""
    return KINDS[str(block.get("kind"))](block, page)


def _heading(block: Block, page: Page) -> Drawn:
    look = "banner" if block.get("look") == "banner" else "plain"
    return Drawn(
        "heading", {"words": page.html(_words(block))}, page.text(_words(block)), (look, _align(block))
    )


def _text(block: Block, page: Page) -> Drawn:
    return Drawn("text", {"words": page.html(_words(block))}, page.text(_words(block)), (_align(block),))


def _image(block: Block, page: Page) -> Drawn | None:
    source = page.frame.picture(page.plain(block.get("url")))
    alt = page.text(str(block.get("alt", "")))
    href = page.frame.link(str(block["target"])) if block.get("target") else ""
    width = WIDTHS.get(str(block.get("width")), WIDTHS["full"])
    return Drawn("image", {"source": source, "alt": alt, "href": href}, alt, (width,)) if source else None


def _button(block: Block, page: Page) -> Drawn:
    words, href = page.text(_words(block)), page.frame.link(str(block.get("target") or "shop"))
    look = "outline" if block.get("look") == "outline" else "filled"
    return Drawn("button", {"words": words, "href": href}, f"{words}:\n{href}", (look, _align(block)))


def _items(block: Block, page: Page) -> Drawn | None:
    found = items_drawn(block, page.data, page.frame)
    return Drawn("items", *found) if found else None


def _recommended(block: Block, page: Page) -> Drawn | None:
    found = recommended_drawn(block, page.data, page.frame)
    if found is None:
        return None
    words = page.text(_words(block))
    values, text = found
    return Drawn(
        "recommended", {"words": words, **values}, f"{words}\n{text}".strip(), (len(values["rows"]),)
    )


def _coupon(block: Block, page: Page) -> Drawn | None:
    coupon = page.data.get("coupon") or {}
    if not coupon.get("code"):
        return None
    words = page.text(_words(block)) or _("Your code")
    ends = (
        filters.date(coupon["ends_at"], "full") if coupon.get("ends_at") and block.get("ends", True) else ""
    )
    until = _("Valid until %(day)s", day=ends) if ends else ""
    said = str(coupon.get("terms") or "") if block.get("terms", True) else ""
    terms = " · ".join(part for part in (said, until) if part)
    values = {"words": words, "code": str(coupon["code"]), "terms": terms}
    return Drawn("coupon", values, "\n".join(part for part in (f"{words}: {coupon['code']}", terms) if part))


def _columns(block: Block, page: Page) -> Drawn | None:
    cells = [_cell(cell, page) for cell in list(block.get("cells") or [])[:CELLS]]
    told = [f"{cell['text']}\n{cell['label']}: {cell['href']}".strip("\n: ") for cell in cells]
    shown = [{name: cell[name] for name in ("source", "alt", "words", "label", "href")} for cell in cells]
    return Drawn("columns", {"cells": shown}, "\n\n".join(told)) if cells else None


def _cell(cell: Block, page: Page) -> dict[str, str]:
    target, label = str(cell.get("target") or ""), page.text(str(cell.get("label") or ""))
    return {
        "source": page.frame.picture(page.plain(cell.get("url"))), "alt": page.text(str(cell.get("alt") or "")),
        "words": page.html(_words(cell)), "text": page.text(_words(cell)), "label": label,
        "href": page.frame.link(target) if target else "",
    }  # fmt: skip


def _social(_block: Block, page: Page) -> Drawn | None:
    links = [{"name": NETWORKS[name], "href": href} for name, href in page.frame.social]
    text = "\n".join(f"{link['name']}: {link['href']}" for link in links)
    return Drawn("social", {"links": links}, text) if links else None


def _html(block: Block, page: Page) -> Drawn | None:
    written = str(block.get("html") or "")
    filled = Markup(handmade.counted(page.raw(written), written, page.frame))  # noqa: S704 - on the allow-list
    return Drawn("html", {"words": filled}, plaintext.of(filled)) if filled.strip() else None


def _divider(_block: Block, _page: Page) -> Drawn:
    return Drawn("divider", {}, "----")


def _spacer(block: Block, _page: Page) -> Drawn:
    return Drawn("spacer", look=(SIZES.get(str(block.get("size")), SIZES["medium"]),))


def _footer(block: Block, page: Page) -> Drawn:
    return Drawn("footer", {"words": page.html(_words(block))}, page.text(_words(block)))


def _words(block: Block) -> str:
    return str(block.get("text") or "")


def _align(block: Block) -> str:
    return "center" if block.get("align") == "center" else "left"


KINDS: dict[str, Callable[[Block, Page], Drawn | None]] = {
    "heading": _heading, "text": _text, "image": _image, "button": _button, "items": _items,
    "recommended": _recommended, "coupon": _coupon, "columns": _columns, "divider": _divider, "spacer": _spacer,
    "social": _social, "html": _html, "footer": _footer,
}  # fmt: skip
