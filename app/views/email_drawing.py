"""What the editor of designs draws: one language of a draft, its blocks with their forms and problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from babel import Locale
from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import languages
from app.emails import editing, fields
from app.emails.checking import Problem, check, worded
from app.emails.fields import in_words
from app.extensions import db
from app.forms.email_blocks import FORMS, BlockForm
from app.forms.emails import HtmlForm, LinesForm
from app.languages import LANGUAGES
from app.models import Coupon, Customer, Email
from app.views import emails
from app.views.coupon_warnings import spells

# In the order of the menu: icon, title and what it is for.
KINDS: Mapping[str, tuple[str, Any]] = {
    "heading": ("type", _l("Heading")), "text": ("align-left", _l("Text")), "image": ("image", _l("Picture")),
    "button": ("mouse-pointer-click", _l("Button")), "items": ("shopping-cart", _l("Products")),
    "recommended": ("sparkles", _l("Recommended")), "coupon": ("ticket-percent", _l("Coupon")),
    "columns": ("columns-2", _l("Columns")), "divider": ("minus", _l("Line")), "spacer": ("maximize", _l("Space")),
    "social": ("users", _l("Social links")), "html": ("code", _l("HTML")), "footer": ("flag", _l("Footer")),
}  # fmt: skip
SHORTEST = 4  # letters of a code that is looked for: shorter ones are words
LISTED = 50  # customers that the chooser offers by name; any other is found by address


@dataclass
class Piece:
    """One block as the editor shows it."""

    id: str
    kind: str
    form: BlockForm
    said: str
    problems: list[Problem]

    @property
    def icon(self) -> str:
        """The icon of its kind."""
        return KINDS[self.kind][0] if self.kind in KINDS else "circle-question-mark"

    @property
    def title(self) -> str:
        """What its kind is called."""
        return str(KINDS[self.kind][1]) if self.kind in KINDS else self.kind


class Desk:
    """One language of a design on the editor's desk; `chosen` is the block that is open."""

    def __init__(self, email: Email, locale: str, chosen: str = "") -> None:
        self.email, self.chosen = email, chosen
        self.design = editing.numbered(email.working)
        self.locale = locale if locale in self.design else next(iter(self.design), "en")

    @property
    def content(self) -> dict[str, Any]:
        """What this language says."""
        return dict(self.design.get(self.locale) or {})

    @cached_property
    def live(self) -> bool:
        """Whether an automation that is on sends it."""
        return emails.sent_now(g.shop.id, self.email.id)

    @property
    def by_hand(self) -> bool:
        """Whether this language was taken over as HTML."""
        return bool(self.content.get("html"))

    @cached_property
    def problems(self) -> list[Problem]:
        """What stops this language from being sent."""
        return check({self.locale: self.content})

    @cached_property
    def pieces(self) -> list[Piece]:
        """The blocks, in order."""
        blocks = self.content.get("blocks") or []
        return [self._piece(at, block) for at, block in enumerate(blocks) if block.get("kind") in FORMS]

    @property
    def lines(self) -> LinesForm:
        """The form of the subject and the preview line."""
        return LinesForm(data=self.content)

    @property
    def html(self) -> HtmlForm:
        """The form of a design taken over as HTML."""
        return HtmlForm(data=self.content)

    @property
    def kinds(self) -> Mapping[str, tuple[str, Any]]:
        """The kinds that can be added; there is one footer at the most."""
        has = any(piece.kind == "footer" for piece in self.pieces)
        return {kind: told for kind, told in KINDS.items() if not (has and kind == "footer")}

    @property
    def fields(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What the menu of fields offers."""
        return fields.menu()

    @property
    def unspoken(self) -> dict[str, str]:
        """The languages that the design could still be written in."""
        return {code: name for code, name in LANGUAGES.items() if code not in self.design}

    @property
    def spelt(self) -> list[str]:
        """The shared codes that the words of this language spell out: they go on promising when the coupon is over."""
        said = " ".join(words for _field, words in worded(self.content))
        mine = select(Coupon.prefix).where(
            Coupon.shop_id == g.shop.id, Coupon.status == "active", ~Coupon.personal
        )
        codes = {code.upper() for code in db.session.scalars(mine) if len(code) >= SHORTEST}
        return sorted(code for code in codes if spells(said, code))

    @property
    def fallback(self) -> str:
        """Say what customers get whose language the design does not have."""
        first = g.shop.locale if g.shop.locale in self.design else next(iter(self.design), "en")
        name = Locale.parse(first).get_language_name(languages.locale())
        return _("Customers of any other language get it in %(language)s.", language=name)

    @cached_property
    def customers(self) -> list[Customer]:
        """The customers seen last, for the chooser."""
        theirs = select(Customer).where(Customer.shop_id == g.shop.id, Customer.email.is_not(None))
        return list(db.session.scalars(theirs.order_by(Customer.id.desc()).limit(LISTED)))

    def wrong(self, field: str) -> list[str]:
        """Return what is wrong with the subject, the preview line, the HTML or the whole ("")."""
        return [problem.text for problem in self.problems if problem.field == field]

    def id_of(self, field: str) -> str:
        """Return the id of the block that a problem is about, or ""."""
        place = field.split("-")[1] if field.startswith("block-") else ""
        blocks = self.content.get("blocks") or []
        return str(blocks[int(place)]["id"]) if place else ""

    def _piece(self, at: int, block: Mapping[str, Any]) -> Piece:
        mine = [problem for problem in self.problems if f"{problem.field}-".startswith(f"block-{at}-")]
        return Piece(block["id"], block["kind"], FORMS[block["kind"]].of(block), self._said(block), mine)

    def _said(self, block: Mapping[str, Any]) -> str:
        words = str(block.get("text") or block.get("alt") or block.get("html") or "")
        return in_words(words)[:80]
