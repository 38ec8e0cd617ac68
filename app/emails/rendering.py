"""A design becomes a mail: subject, preheader, an HTML part and a text part, in the customer's language.

Pure but for the templates it reads: takes plain data and a frame, returns strings. Sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from mjml import mjml2html

from app.emails import blocks, manner, markup, wording
from app.emails.blocks import Drawn, Page
from app.emails.frame import Frame

LARGEST = 100_000  # bytes of HTML; Gmail cuts a mail at about 102 kB
MOST_BLOCKS = 60
LONGEST_LINE = 300  # characters of a subject or a preheader
_BLANKS = re.compile(
    r"(?<=>)[ \t]+(?=</?mj)"
)  # the MJML parser takes a line end between elements, not a space
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
    content, data = design.get(language) or {}, wording.plain(context)
    currency = str(
        _noun(data, "cart").get("currency") or _noun(data, "order").get("currency") or frame.currency
    )
    with force_locale(language), manner.speaking(language, currency, frame.timezone):
        page = Page(data, frame)
        subject, preheader = (
            _one_line(page, content.get("subject")),
            _one_line(page, content.get("preheader")),
        )
        designed = list(content.get("blocks") or [])[:MOST_BLOCKS]
        drawn = [found for block in designed if (found := blocks.draw(block, page))]
        html = _html(subject, preheader, drawn, frame, language)
        return Rendered(subject, preheader, html, _text(drawn, frame), language)


def language_of(design: Mapping[str, Any], wanted: str, fallback: str) -> str:
    """Return the language to write in: the customer's if the design has it, the shop's, else the first."""
    for locale in (wanted, wanted.replace("-", "_").split("_")[0], fallback):
        if design.get(locale):
            return locale
    return next(iter(design), "en")


def _noun(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return data[name] if isinstance(data.get(name), Mapping) else {}


def _one_line(page: Page, words: object) -> str:
    # A header must not be able to end early: control characters and line ends become spaces.
    return _CONTROL.sub(" ", page.text(str(words or ""))).strip()[:LONGEST_LINE]


def _html(subject: str, preheader: str, drawn: list[Drawn], frame: Frame, locale: str) -> str:
    template = current_app.jinja_env.get_template("mjml/mail.xml")
    source = template.render(
        subject=subject, preheader=preheader, blocks=drawn, frame=frame, lang=locale, reason=reason(frame)
    )
    try:
        html = str(mjml2html(_BLANKS.sub("\n", markup.printable(source))))
    except ValueError as error:
        raise wording.BadWording(_("it cannot be drawn")) from error
    if len(html.encode()) > LARGEST:
        raise wording.BadWording(_("the e-mail is too large: mail programs would cut it off; shorten it"))
    return html


def _text(drawn: list[Drawn], frame: Frame) -> str:
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
    return lines + ([_("Unsubscribe: %(url)s", url=frame.unsubscribe_url)] if frame.unsubscribe_url else [])


def reason(frame: Frame) -> str:
    """Say why somebody gets this mail, in the language being written."""
    usual = _(
        "You are receiving this e-mail because you gave your address to %(shop)s.", shop=frame.shop_name
    )
    return frame.reason or usual
