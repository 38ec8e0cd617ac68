"""The blocks of a design: what each kind puts into the HTML part and into the text part.

Knows the kinds and their settings. How a block looks is `templates/mjml/blocks.xml`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from app.emails import filters, markup, wording
from app.emails.frame import Frame

MOST_ROWS = 8  # a longer cart is summed up: mail programs cut a mail at about 102 kB
SIZES = {"small": 8, "medium": 24, "large": 48}  # px

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One block, filled in: `values` for its MJML macro and its lines of plain text."""

    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    text: str = ""


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


def draw(block: Block, page: Page) -> Drawn | None:
    """Return the block filled in, or None when there is nothing to show. Raises BadWording."""
    return KINDS[str(block.get("kind"))](block, page)


def _heading(block: Block, page: Page) -> Drawn:
    return Drawn("heading", {"words": page.html(_words(block))}, page.text(_words(block)))


def _text(block: Block, page: Page) -> Drawn:
    return Drawn("text", {"words": page.html(_words(block))}, page.text(_words(block)))


def _image(block: Block, page: Page) -> Drawn | None:
    source = page.frame.picture(_filled(page, block.get("url")))
    alt = page.text(str(block.get("alt", "")))
    href = page.frame.link(str(block["target"])) if block.get("target") else ""
    return Drawn("image", {"source": source, "alt": alt, "href": href}, alt) if source else None


def _button(block: Block, page: Page) -> Drawn:
    words, href = page.text(_words(block)), page.frame.link(str(block.get("target", "shop")))
    return Drawn("button", {"words": words, "href": href}, f"{words}:\n{href}")


def _items(block: Block, page: Page) -> Drawn | None:
    source = str(block.get("source", "cart"))
    found = page.data.get(source) or {}
    items = [found] if source == "product" else list(found.get("items") or [])
    currency = str(found.get("currency") or page.frame.currency)
    rows = [_row(item, page, currency, source) for item in items[:MOST_ROWS] if item.get("title")]
    if not rows:
        return None
    more = _more(len(items) - MOST_ROWS)
    total = filters.money(found["total"], currency) if source != "product" and found.get("total") else ""
    lines = [_line(row) for row in rows] + [more] * bool(more)
    if total:
        lines.append(_("Total: %(total)s", total=total))
    return Drawn("items", {"rows": rows, "more": more, "total": total}, "\n".join(lines))


def _row(item: Mapping[str, Any], page: Page, currency: str, source: str) -> dict[str, Any]:
    quantity = int(item.get("quantity") or 1)
    key = item.get("product")
    target = "cart" if source == "cart" else f"item:{key}" if key else "shop"
    return {
        "title": str(item["title"]),
        "picture": page.frame.picture(str(item.get("image") or "")),
        "quantity": _("Quantity: %(count)s", count=filters.number(quantity)) if quantity > 1 else "",
        "price": filters.money(int(item.get("price") or 0) * quantity, currency) if item.get("price") else "",
        "href": page.frame.link(target),
    }


def _line(row: Mapping[str, str]) -> str:
    return "- " + " · ".join(part for part in (row["title"], row["quantity"], row["price"]) if part)


def _more(count: int) -> str:
    return ngettext("and %(num)s more item", "and %(num)s more items", count) if count > 0 else ""


def _coupon(block: Block, page: Page) -> Drawn | None:
    coupon = page.data.get("coupon") or {}
    if not coupon.get("code"):
        return None
    words = page.text(_words(block)) or _("Your code")
    ends = filters.date(coupon.get("ends_at"), "full") if coupon.get("ends_at") else ""
    until = _("Valid until %(day)s", day=ends) if ends else ""
    terms = " · ".join(part for part in (str(coupon.get("terms") or ""), until) if part)
    values = {"words": words, "code": str(coupon["code"]), "terms": terms}
    return Drawn("coupon", values, "\n".join(part for part in (f"{words}: {coupon['code']}", terms) if part))


def _divider(_block: Block, _page: Page) -> Drawn:
    return Drawn("divider", {}, "----")


def _spacer(block: Block, _page: Page) -> Drawn:
    return Drawn("spacer", {"height": SIZES.get(str(block.get("size")), SIZES["medium"])})


def _words(block: Block) -> str:
    return str(block.get("text") or "")


def _filled(page: Page, words: object) -> str:
    return wording.fill(str(words or ""), page.data).strip()


KINDS: dict[str, Callable[[Block, Page], Drawn | None]] = {
    "heading": _heading, "text": _text, "image": _image, "items": _items, "coupon": _coupon,
    "button": _button, "divider": _divider, "spacer": _spacer,
}  # fmt: skip
