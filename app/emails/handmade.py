"""A design that somebody took over as HTML: filled in, made harmless, its links counted, its footer kept (CART-25).

`content["html"]` is what was saved: sanitised, its styles inlined; `content["rules"]` the media rules that cannot be.
Knows nothing of blocks. The footer with the way out is not part of what can be edited.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import unescape
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from app.emails import manner, plaintext, sanitising, wording
from app.emails.frame import NOUNS, Frame, is_address

LARGEST = wording.LONGEST_PAGE  # characters of HTML that may be saved
_ANCHOR = re.compile(r'<a\b(?:[^">]|"[^"]*")*>')  # as the sanitiser writes them
_EMPTY = re.compile(r'<img\b(?:[^">]|"[^"]*")*?\ssrc=""(?:[^">]|"[^"]*")*>')  # of what has no picture
_HREF = re.compile(r'(\shref=")([^"]*)(")')


def addresses(html: str) -> list[str]:
    """Return the addresses that the links of a design's HTML lead to, in order."""
    found = (_HREF.search(tag) for tag in _ANCHOR.findall(html))
    leads = [unescape(href[2]) for href in found if href]
    return [href for href in leads if is_address(href)]


def filled(content: Mapping[str, Any], page: Any) -> tuple[Markup, str]:
    """Return the HTML of a taken-over design filled in for one mail, and the same as text. Raises BadWording."""
    links = {noun: page.frame.link(noun) for noun in NOUNS}
    data = {**page.data, "links": links, "recommended": _linked(page.data.get("recommended"), page.frame)}
    for noun in ("cart", "order"):
        data[noun] = _linked(page.data.get(noun), page.frame)
    data["product"] = _pictured(page.data.get("product") or {}, page.frame)
    html = str(content["html"])
    led = counted(_EMPTY.sub("", type(page)(data, page.frame).raw(html)), html, page.frame)
    return Markup(led), plaintext.of(led)  # noqa: S704 - on the allow-list


def document(
    body: Markup, content: Mapping[str, Any], subject: str, preheader: str, around: Mapping[str, Any], frame: Frame
) -> str:  # fmt: skip
    """Return the whole document around the filled-in HTML: its rules, its footer, the picture that counts openings."""
    rules = Markup(_rules(str(content.get("rules") or "")))  # noqa: S704 - looked through below
    said = {"subject": subject, "preheader": preheader, "words": around, **frame.colours(), "rules": rules}
    template = current_app.jinja_env.get_template("mjml/handmade.xml")
    return template.render(body=body, lang=manner.current().locale, **said)


@lru_cache(maxsize=256)
def _rules(rules: str) -> str:
    # Looked through again at each use: what is in the database may come from an older release.
    return "" if sanitising.reaches(rules) else rules


def _linked(noun: Any, frame: Frame) -> Any:
    """Return a cart or an order whose items know the counted link to each, and where its picture is."""
    if not isinstance(noun, Mapping) or not noun.get("items"):
        return noun
    items = [{**_pictured(item, frame), "link": frame.link(_target(item))} for item in noun["items"]]
    return {**noun, "items": items}


def _pictured(item: Mapping[str, Any], frame: Frame) -> dict[str, Any]:
    """Return a product with the address under which a mail program finds its picture."""
    return {**item, "image": frame.picture(str(item.get("image") or ""))}


def _target(item: Mapping[str, Any]) -> str:
    return f"item:{item['product']}" if item.get("product") else "shop"


def counted(html: str, written: str, frame: Frame) -> str:
    """Return the HTML with each address that the design itself contains led through the counting link."""
    known = set(addresses(written))

    def lead(found: re.Match[str]) -> str:
        href = unescape(found[2])
        return f"{found[1]}{escape(frame.link(href))}{found[3]}" if href in known else found[0]

    return _ANCHOR.sub(lambda tag: _HREF.sub(lead, tag[0], count=1), html)
