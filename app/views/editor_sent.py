"""What a rehearsed step would send, as its reader would see it: e-mails, chat messages, offers, notes to other systems.

Nothing leaves and nothing is written. What the gate would refuse for a reason that is known already is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import g, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app import call_body, clock
from app.emails import manner, wording
from app.emails.preview import preview, told_to
from app.emails.wording import BadWording
from app.extensions import db
from app.languages import spoken
from app.models import Email, Offer
from app.reasons import why
from app.views.editor_drawing import Drawing
from app.views.editor_guest import Guest, words
from graph import topics
from graph.effects import CallWebhook, Effect, GrantOffer, NotifyStaff, SendChat, SendMessage, TagCustomer
from graph.interpreter import Plan
from graph.rehearsal import Rehearsal


@dataclass(frozen=True)
class Tried:
    """One rehearsal with all that it was made of."""

    plan: Plan
    guest: Guest
    played: Rehearsal

    @property
    def language(self) -> str:
        """In which language this customer is written to."""
        return spoken(self.guest.facts.customer.locale, str(g.shop.locale))


@dataclass(frozen=True)
class Letter:
    """An e-mail that would leave: what it says first, where it is drawn, and why it would not leave after all."""

    name: str
    subject: str
    href: str
    withheld: str = ""


@dataclass(frozen=True)
class Chat:
    """A chat message with its fields filled in, and why it would not arrive after all."""

    text: str
    withheld: str = ""


@dataclass(frozen=True)
class Banner:
    """An offer as it would stand in the shop: what it promises, by which code, and why it would not be given."""

    promise: GrantOffer
    terms: str
    code: str
    withheld: str = ""


@dataclass(frozen=True)
class Note:
    """What another system would be told: where, and the body of the request."""

    host: str
    body: str


@dataclass(frozen=True)
class Sent:
    """All that one step would send, and in sentences what else it would do."""

    letters: tuple[Letter, ...] = ()
    chats: tuple[Chat, ...] = ()
    banners: tuple[Banner, ...] = ()
    notes: tuple[Note, ...] = ()
    told: tuple[str, ...] = ()


NOTHING = Sent()


def sent(drawing: Drawing, tried: Tried, visit: int, asked: Mapping[str, str]) -> Sent:
    """Return what one visit of a rehearsal would send. `asked` is what the rehearsal's address holds."""
    done = [effect for place, effect, _at in tried.played.effects if place == visit]
    return Sent(
        tuple(_letter(drawing, tried, each, visit, asked) for each in done if isinstance(each, SendMessage)),
        tuple(_chat(tried, each, visit) for each in done if isinstance(each, SendChat)),
        tuple(_banner(tried, each, visit) for each in done if isinstance(each, GrantOffer)),
        tuple(_note(drawing, tried, each, visit) for each in done if isinstance(each, CallWebhook)),
        tuple(said for each in done if (said := _told(each))),
    )


def _letter(
    drawing: Drawing, tried: Tried, effect: SendMessage, visit: int, asked: Mapping[str, str]
) -> Letter:
    email = db.session.scalar(select(Email).where(Email.id == effect.email, Email.shop_id == g.shop.id))
    href = url_for("trying.mail", flow_id=drawing.flow.id, visit=visit, **{**asked, **_drawn(tried)})
    if email is None:
        return Letter("", "", "", why("email_gone"))
    said = words(tried.guest, tried.played, visit, g.shop)
    try:
        subject = preview(email.content, tried.guest.facts.customer.locale, g.shop, known=said).subject
    except BadWording as error:
        return Letter(email.name, "", "", str(error))
    return Letter(email.name, subject, href, withheld(tried, effect.topic))


def _drawn(tried: Tried) -> dict[str, str]:
    """Return the ways that chance took, so that the mail is looked up on this very trail."""
    return {f"way-{step.node}": step.port or "" for step in tried.played.steps if "drawn" in step.saw}


def _chat(tried: Tried, effect: SendChat, visit: int) -> Chat:
    try:
        with force_locale(tried.language), manner.speaking(tried.language, g.shop.currency, g.shop.timezone):
            text = wording.fill(effect.text, wording.plain(_known(tried, visit))).strip()
    except BadWording as error:
        return Chat("", str(error))
    return Chat(text, withheld(tried, effect.topic))


def _banner(tried: Tried, effect: GrantOffer, visit: int) -> Banner:
    coupon = words(tried.guest, tried.played, visit, g.shop)["coupon"]
    refused = withheld(tried, "news") or _second(tried)
    return Banner(effect, coupon.get("terms", ""), coupon.get("code", ""), refused)


def _second(tried: Tried) -> str:
    """Return why no offer can be given to this customer now; usually nothing."""
    if not g.shop.can_offer:
        return why("channel_gone")
    id = tried.guest.facts.customer.id
    return why("unused_offer") if id and Offer.held(g.shop.id, id, clock.now(g.shop.id)) else ""


def _note(drawing: Drawing, tried: Tried, effect: CallWebhook, visit: int) -> Note:
    at = next(when for place, each, when in tried.played.effects if place == visit and each is effect)
    known, who = _known(tried, visit), tried.guest.facts.customer.id
    return Note(
        urlsplit(effect.url).netloc, call_body.body(effect.text, who, drawing.flow, known, at, indent=2)
    )


def _known(tried: Tried, visit: int) -> dict[str, Any]:
    return told_to(g.shop, tried.language) | words(tried.guest, tried.played, visit, g.shop)


def withheld(tried: Tried, topic: str) -> str:
    """Return why this customer would get no message of this topic at all, as one sentence; usually nothing."""
    person, audience = tried.guest.facts.customer, tried.plan.settings["audience"]
    if not person.email:
        return why("no_address")
    if tried.guest.refused or (person.subscribed is False and topic != topics.ORDER):
        return why("unsubscribed")
    strict = audience == "subscribers" and topic != topics.ORDER
    return why("audience") if strict and person.subscribed is not True else ""


def _told(effect: Effect) -> str:
    if isinstance(effect, TagCustomer):
        if effect.add:
            return _("The tag “%(tag)s” is added.", tag=effect.tag)
        return _("The tag “%(tag)s” is removed.", tag=effect.tag)
    if isinstance(effect, NotifyStaff):
        return _("Your team is told: “%(text)s”", text=effect.text)
    return ""
