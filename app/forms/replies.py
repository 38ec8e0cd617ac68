"""A reply to a purchase: what sets it off, what is answered and when, who may set it off again, and what follows.

Knows how the parts are typed, kept and checked together. Must not know what is made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.form import Form
from wtforms.validators import Length, Optional, ValidationError

from app.forms.coupons import CouponForm
from app.forms.flows import NameForm
from app.telling import tell
from graph.flow import AUDIENCES
from graph.recipes.replies import Trigger
from graph.words import Words

MOST = 5  # answers that the wizard asks for; the editor takes more
LONGEST = {"minutes": 1440, "hours": 720, "days": 365}
NEW = 0  # the e-mail that is written for them
MOMENTS = [
    SelectChoice("order.placed", _l("An order is placed")),
    SelectChoice("order.paid", _l("An order is paid")),
]
SCOPES = [SelectChoice("all", _l("Any product")), SelectChoice("chosen", _l("Only some products"))]
KINDS = [
    SelectChoice("email", _l("An e-mail")),
    SelectChoice("chat", _l("A chat message")),
    SelectChoice("coupon", _l("A coupon by e-mail")),
]
TIMINGS = [SelectChoice("custom", _l("After a while (recommended)")), SelectChoice("now", _l("Immediately"))]
UNITS = [
    SelectChoice("minutes", _l("minutes")), SelectChoice("hours", _l("hours")), SelectChoice("days", _l("days")),
]  # fmt: skip
AGAIN = [
    SelectChoice("unlimited", _l("Every time")),
    SelectChoice("once", _l("Once per customer")),
    SelectChoice("day", _l("Once per customer in 24 hours")),
]


class ReplyForm(NameForm):
    """The whole reply but its answers."""

    app = RadioField(_l("App"), default="shop")
    moment = RadioField(_l("What sets it off?"), choices=MOMENTS, default="order.placed")
    scope = RadioField(_l("With which products?"), choices=SCOPES, default="all")
    products = SelectMultipleField(_l("Products"), validate_choice=False)
    reentry = RadioField(
        _l("How often may the same customer set it off?"), choices=AGAIN, default="unlimited"
    )
    audience = RadioField(_l("Who gets it?"), default="subscribers")

    def __init__(self, shop: str, **told: Any) -> None:
        super().__init__(**told)
        self.app.choices = [SelectChoice("shop", _("Shop: %(name)s", name=shop))]
        self.audience.choices = [SelectChoice(value, tell(Words(title))) for value, title in AUDIENCES]

    def validate_products(self, field: SelectMultipleField) -> None:
        """Ask for products where only some count."""
        if self.scope.data == "chosen" and not field.data:
            raise ValidationError(_("Choose at least one product."))

    @property
    def trigger(self) -> Trigger:
        """What sets it off."""
        chosen = tuple(self.products.data or ()) if self.scope.data == "chosen" else ()
        return Trigger(self.moment.data or "order.placed", chosen)


class AnswerForm(Form):
    """One answer: when, and what."""

    timing = RadioField(_l("When?"), choices=TIMINGS, default="custom")
    amount = IntegerField(_l("How long after?"), default=7)
    unit = SelectField(_l("Unit of time"), choices=UNITS, default="days")
    kind = RadioField(_l("What do they get?"), choices=KINDS, default="email")
    email_id = SelectField(_l("Which e-mail?"), [Optional()], coerce=int, validate_choice=False, default=NEW)
    chat = TextAreaField(
        _l("What should it say?"), [Length(max=1000)], filters=[lambda text: (text or "").strip()],
        description=_l("{{ customer.first_name }} becomes their first name."),
    )  # fmt: skip
    coupon_id = SelectField(_l("Which coupon?"), [Optional()], coerce=int, validate_choice=False, default=NEW)

    def validate_amount(self, field: IntegerField) -> None:
        """A wait is a whole number of its unit, and no longer than a year."""
        field.errors = []  # of a number that cannot be read: this sentence says it better
        longest = LONGEST.get(self.unit.data, 0)
        if self.timing.data == "custom" and not 1 <= (field.data or 0) <= longest:
            raise ValidationError(_("Choose a whole number from 1 to %(longest)s.", longest=longest))

    def validate_chat(self, field: TextAreaField) -> None:
        """A chat message says something."""
        if self.kind.data == "chat" and not field.data:
            raise ValidationError(_("Write the message."))

    def validate_email_id(self, field: SelectField) -> None:
        """Refuse an e-mail that is not offered here."""
        if field.data not in [choice.value for choice in field.choices]:
            raise ValidationError(_("Choose one of your e-mails."))

    def validate_coupon_id(self, field: SelectField) -> None:
        """Refuse a coupon that is not offered here."""
        if field.data not in [choice.value for choice in field.choices]:
            raise ValidationError(_("Choose one of your coupons."))

    @property
    def wait(self) -> dict[str, Any] | None:
        """How long after what went before, as the wait of a flow; None: at once."""
        return {"amount": self.amount.data, "unit": self.unit.data} if self.timing.data == "custom" else None

    @property
    def makes_coupon(self) -> bool:
        """Whether a new coupon is wanted."""
        return self.kind.data == "coupon" and self.coupon_id.data == NEW


class Answers:
    """The answers that were typed so far, each with the coupon that it may make."""

    def __init__(
        self, typed: MultiDict[str, str], emails: Mapping[int, str], coupons: Mapping[int, str], currency: str
    ) -> None:
        self.typed, self.currency = typed, currency
        self.emails = [
            SelectChoice(NEW, _("A new one, written for you")),
            *map(SelectChoice, emails, emails.values()),
        ]
        self.coupons = [SelectChoice(NEW, _("A new coupon")), *map(SelectChoice, coupons, coupons.values())]
        places = typed.getlist("answer", type=int)[:MOST] or [0]
        self.all = [self._one(place) for place in places]

    @property
    def next(self) -> int:
        """The place of one answer more."""
        return max(place for place, _answer, _coupon in self.all) + 1

    def add(self) -> None:
        """Ask for one answer more, while there is room."""
        if len(self.all) < MOST:
            self.all.append(self._one(self.next))

    def drop(self, place: int) -> None:
        """Ask for one answer less; the first one stays."""
        self.all = [each for at, each in enumerate(self.all) if at == 0 or each[0] != place]

    def valid(self) -> bool:
        """Whether every answer is right; each form says what is not."""
        parts = [form.validate() for _place, form, _coupon in self.all]
        return all([*parts, *(coupon.validate() for _place, form, coupon in self.all if form.makes_coupon)])

    def _one(self, place: int) -> tuple[int, AnswerForm, CouponForm]:
        typed = self.typed if f"a{place}-kind" in self.typed else None
        form = AnswerForm(typed, prefix=f"a{place}-")
        form.email_id.choices, form.coupon_id.choices = self.emails, self.coupons
        named = {"name": _("A thank-you for a purchase")}
        coupon = CouponForm(
            formdata=typed,
            prefix=f"a{place}-new-",
            meta={"currency": self.currency, "csrf": False},
            data=named,
        )
        return place, form, coupon
