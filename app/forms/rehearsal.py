"""The form of an invented customer: the few things that automations ask about. Read from an address, saved nowhere."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import Form, IntegerField, RadioField, StringField
from wtforms.validators import Length, NumberRange, Optional

from app.forms.money import MoneyField

CONSENTS = (
    ("subscribed", _l("Agreed to receive news")),
    ("none", _l("Was never asked")),
    ("unsubscribed", _l("Said no")),
)


class GuestForm(Form):
    """Somebody who does not exist."""

    first_name = StringField(_l("First name"), [Length(max=80)], default="Camille")
    consent = RadioField(_l("News"), choices=CONSENTS, default="subscribed")
    cart = MoneyField(_l("Cart total"))
    orders = IntegerField(_l("Orders so far"), [Optional(), NumberRange(0, 100_000)], default=0)
    spent = MoneyField(_l("Spent so far"))
    tags = StringField(_l("Tags"), [Length(max=200)], description=_l("Several with commas between them."))

    @property
    def tagged(self) -> frozenset[str]:
        """The tags, one by one."""
        return frozenset(tag for part in (self.tags.data or "").split(",") if (tag := part.strip()))
