"""Taking a design over as HTML: its blocks drawn once with their Liquid left in, for somebody who knows HTML (CART-25).

What the blocks decided for each mail (which goods, whether there is a code) becomes Liquid that decides the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale
from markupsafe import Markup

from app.emails import blocks, manner, markup, skeleton
from app.emails.addresses import base_url
from app.emails.blocks import Drawn, Page
from app.emails.frame import Frame, is_address
from app.emails.rendering import around, look
from app.emails.wares import MOST_ROWS
from app.models import Shop

_ROW = re.compile(r"<tr>(?:(?!</tr>).)*\{\{ item\.(?:(?!</tr>).)*</tr>", re.DOTALL)
_GOOD = re.compile(r"<td\b(?:(?!</td>).)*\{\{ good\.(?:(?!</td>).)*</td>", re.DOTALL)
_TICKET = re.compile(r'<div class="ticket".*?</div>', re.DOTALL)
_PARTS = {
    "title": "title", "picture": "image", "description": "description", "quantity": "quantity", "href": "link",
    "price": "price | money",
}  # fmt: skip
_SHOWN_AS = {"title": "name", "picture": "photo"}


class _Unfilled(Page):
    """A page on which wording stays as it was written, and links are said by name."""

    __slots__ = ()

    def html(self, words: str) -> Markup:
        return Markup(markup.lead(markup.to_html(words).strip(), self.frame.link))  # noqa: S704 - sanitised when kept

    def text(self, words: str) -> Any:
        return Markup.escape(markup.lead(markup.to_text(words).strip(), self.frame.link).replace('"', "'"))

    def plain(self, words: object) -> str:
        return str(words or "").strip()

    def raw(self, words: str) -> Markup:
        return Markup(words)  # noqa: S704 - sanitised when kept


def as_html(content: Mapping[str, Any], locale: str, shop: Shop) -> str:
    """Return one language of a design as an HTML document without its footer, which every mail gets by itself."""
    frame = Frame.of(shop, base_url(), _named)
    with force_locale(locale), manner.speaking(locale, shop.currency, shop.timezone):
        page = _Unfilled({}, frame)
        drawn = [found for block in content.get("blocks") or [] if (found := _draw(block, page))]
        words = {"subject": "", "preheader": "", "footer": "", **around(frame)}
        words["blocks"] = [_marked(block.values) for block in drawn]
        html = skeleton.fill(_marked(words), {**look(drawn, frame), "bare": True})
    return _decided(html, content)


def _named(target: str) -> str:
    return target if is_address(target) else f"{{{{ links.{target} }}}}"


def _draw(block: Mapping[str, Any], page: Page) -> Drawn | None:
    kind = block.get("kind")
    if kind in ("items", "recommended"):
        shown = {"photo": True, "name": True, "price": True, "quantity": kind == "items", **block}
        row = _row("item" if kind == "items" else "good", shown)
        above = {"words": page.text(str(block.get("text") or ""))} if kind == "recommended" else {}
        return Drawn(str(kind), {**above, "rows": [row], "more": "", "total": ""}, look=(3,))
    if kind == "coupon":
        words = page.text(str(block.get("text") or ""))
        return Drawn("coupon", {"words": words, "code": "{{ coupon.code }}", "terms": "{{ coupon.terms }}"})
    return blocks.draw({**block, "kind": "text"} if kind == "footer" else block, page)


def _row(name: str, shown: Mapping[str, Any]) -> dict[str, str]:
    parts = {part: f"{{{{ {name}.{field} }}}}" for part, field in _PARTS.items()}
    return {
        part: said if part == "href" or shown.get(_SHOWN_AS.get(part, part)) else ""
        for part, said in parts.items()
    }


def _marked(value: Any) -> Any:
    """Return the values with Liquid in them as they are, so that no quote of it is escaped."""
    if isinstance(value, Mapping):
        return {key: _marked(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_marked(inner) for inner in value]
    return Markup(value) if isinstance(value, str) and "{{" in value else value  # noqa: S704 - sanitised when kept


def _decided(html: str, content: Mapping[str, Any]) -> str:
    sources = [
        str(block.get("source", "cart"))
        for block in content.get("blocks") or []
        if block.get("kind") == "items"
    ]
    waiting = iter(sources)

    def rows(found: re.Match[str]) -> str:
        source = next(waiting, "cart")
        if source == "product":
            return found[0].replace("{{ item.", "{{ product.").replace("product.link", "links.product")
        return f"<!--{{% for item in {source}.items limit: {MOST_ROWS} %}}-->{found[0]}<!--{{% endfor %}}-->"

    html = _ROW.sub(rows, html)
    goods = r"<!--{% for good in recommended.items limit: 3 %}-->\g<0><!--{% endfor %}-->"
    return _TICKET.sub(r"{% if coupon.code %}\g<0>{% endif %}", _GOOD.sub(goods, html))
