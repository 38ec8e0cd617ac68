"""A design becomes a mail: subject, preheader, an HTML part and a text part, in the customer's language.

Pure but for the templates it reads: takes plain data and a frame, returns strings. Sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel import Locale
from flask_babel import force_locale

from app.emails import blocks, handmade, manner, skeleton, wording
from app.emails.blocks import Drawn, Page
from app.emails.frame import NETWORKS, Frame, is_address
from app.emails.manner import gettext as _

LARGEST = 100_000  # bytes of HTML; Gmail cuts a mail at about 102 kB
MOST_BLOCKS = 60
LONGEST_LINE = 300  # characters of a subject or a preheader
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail ready to be composed. `locale` is the language it was written in."""

    subject: str
    preheader: str
    html: str
    text: str
    locale: str


def render(design: Mapping[str, Any], locale: str, context: Mapping[str, Any], frame: Frame) -> Rendered:
    """Return the design filled in with `context` (plain data), in `locale` where the design has it.

    Raises BadWording when a merchant's wording cannot be filled in or the mail grows too large.
    """
    language = language_of(design, locale, frame.locale)
    content, data = design.get(language) or {}, wording.Nouns(context)
    currency = str(
        _noun(data, "cart").get("currency") or _noun(data, "order").get("currency") or frame.currency
    )
    with force_locale(_locale(language)), manner.speaking(language, currency, frame.timezone):
        page = Page(data, frame)
        subject = _one_line(page, content.get("subject"))
        preheader = _one_line(page, content.get("preheader"))
        if content.get("html"):
            html, text = _by_hand(content, subject, preheader, page)
        else:
            html, text = _of_blocks(content, subject, preheader, page)
        if _is_large(html):
            raise wording.BadWording(_("the e-mail is too large: mail programs would cut it off; shorten it"))
        return Rendered(subject, preheader, html, text, language)


def language_of(design: Mapping[str, Any], wanted: str, fallback: str) -> str:
    """Return the language to write in: the customer's if the design has it, the shop's, else the first."""
    for locale in (wanted, wanted.replace("-", "_").split("_")[0], fallback):
        if design.get(locale):
            return locale
    return next(iter(design), "en")


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def _is_large(html: str) -> bool:
    # UTF-8 takes one to four bytes for a character: most mails need not be encoded to be known as small.
    return 4 * len(html) > LARGEST and len(html.encode()) > LARGEST


def reason(frame: Frame) -> str:
    """Say why somebody gets this mail, in the language being written."""
    usual = _(
        "You are receiving this e-mail because you gave your address to %(shop)s.", shop=frame.shop_name
    )
    return frame.reason or usual


def _noun(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return data[name] if isinstance(data.get(name), Mapping) else {}


def _one_line(page: Page, words: object) -> str:
    # A header must not be able to end early: control characters and line ends become spaces.
    return _CONTROL.sub(" ", page.text(str(words or ""))).strip()[:LONGEST_LINE]


def _of_blocks(content: Mapping[str, Any], subject: str, preheader: str, page: Page) -> tuple[str, str]:
    designed = list(content.get("blocks") or [])[:MOST_BLOCKS]
    drawn = [found for block in designed if (found := blocks.draw(block, page))]
    body = [block for block in drawn if block.kind != "footer"]
    footer = next((block for block in drawn if block.kind == "footer"), None)
    words = {
        "subject": subject, "preheader": preheader, "blocks": [block.values for block in body],
        **around(page.frame), "footer": footer.values["words"] if footer else "",
    }  # fmt: skip
    html = skeleton.fill(words, look(body, page.frame))
    return html, _text([*body, footer] if footer else body, page.frame)


def _by_hand(content: Mapping[str, Any], subject: str, preheader: str, page: Page) -> tuple[str, str]:
    filled, text = handmade.filled(content, page)
    html = handmade.document(filled, content, subject, preheader, around(page.frame), page.frame)
    return html, _text([Drawn("html", text=text)], page.frame)


def around(frame: Frame) -> dict[str, Any]:
    """Return the words and addresses around the blocks: the shop's name, its footer, the way out."""
    address = ", ".join(line.strip() for line in frame.postal_address.splitlines() if line.strip())
    return {
        "shop_name": frame.shop_name, "logo": frame.picture(frame.logo),
        "home": _home(frame), "reason": reason(frame),
        "business_name": frame.business_name or frame.shop_name, "postal_address": address,
        "contact_email": frame.contact_email, "contact_phone": frame.contact_phone,
        "unsubscribe_url": frame.unsubscribe_url, "preferences_url": frame.preferences_url,
        "open_url": frame.open_url,
        "social": [{"name": NETWORKS[name], "href": href} for name, href in frame.social],
    }  # fmt: skip


def _home(frame: Frame) -> str:
    """Return where the shop's name leads: the counted link, the shop itself where nothing is counted, or nowhere."""
    home = frame.link("shop") if frame.shop_url else ""
    return home if is_address(home) else frame.shop_url if is_address(frame.shop_url) else ""


def look(body: Sequence[Drawn], frame: Frame) -> dict[str, Any]:
    """Return what decides how blocks are drawn beside their words: kinds, colours, fonts, language."""
    return {
        "lang": manner.current().locale, **frame.colours(), "fonts": frame.fonts,
        "blocks": tuple((block.kind, block.look) for block in body), "groups": _groups(body),
        "bleeds": bool(body) and body[0].look[:1] == ("banner",),
    }  # fmt: skip


def _groups(body: Sequence[Drawn]) -> tuple[Any, ...]:
    """Return which blocks stand in one section: columns are a section of their own."""
    found: list[list[Any]] = []
    for place, block in enumerate(body):
        kind = "columns" if block.kind == "columns" else "blocks"
        if found and kind == "blocks" == found[-1][0]:
            found[-1][2] = place
        else:
            found.append([kind, place, place])
    return tuple(Group(*each) for each in found)


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks that stand in one section, from the first to the last."""

    kind: str
    first: int
    last: int


def _text(drawn: Sequence[Drawn], frame: Frame) -> str:
    parts = [block.text for block in drawn if block.text]
    return "\n\n".join([*parts, "-- \n" + "\n".join(_footer(frame))]) + "\n"


def _footer(frame: Frame) -> list[str]:
    sender = [
        frame.business_name or frame.shop_name,
        frame.postal_address,
        frame.contact_email,
        frame.contact_phone,
    ]
    lines = [line for line in sender if line] + ["", reason(frame)]
    if frame.preferences_url:
        lines.append(_("Choose what you receive: %(url)s", url=frame.preferences_url))
    return lines + ([_("Unsubscribe: %(url)s", url=frame.unsubscribe_url)] if frame.unsubscribe_url else [])
