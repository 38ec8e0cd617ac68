"""What is asked about left carts: which of them to show, a letter to write, an order to place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.meta import DefaultMeta
from wtforms.validators import InputRequired, Length, Optional

from app.forms.money import MoneyField
from app.models.left_carts import STATUSES, Wanted

PERIODS = {
    "7": _l("The last 7 days"),
    "30": _l("The last 30 days"),
    "90": _l("The last 90 days"),
    "all": _l("All"),
}
USUAL = "30"
METHODS = {
    "transfer": _l("Bank transfer"), "phone": _l("Card, by telephone"), "cash": _l("Cash"), "cheque": _l("Cheque"),
    "link": _l("Payment link"), "other": _l("Other"),
}  # fmt: skip
LONGEST = 4000


class WantedForm(Form):
    """The filters of the list, out of its address; what cannot be read there is as if it were not asked."""

    status = StringField()
    period = SelectField(
        _l("Period"), choices=[SelectChoice(*each) for each in PERIODS.items()], default=USUAL
    )
    least = MoneyField(_l("At least"), [Optional()])
    most = MoneyField(_l("At most"), [Optional()])
    q = StringField(_l("Name, e-mail or product"))

    class Meta(DefaultMeta):
        """A search carries no token: it changes nothing."""

        currency = "EUR"

    def wanted(self, now: datetime) -> Wanted:
        """Return what is asked for, as of now."""
        days = self.period.data if self.period.data in PERIODS else USUAL
        return Wanted(
            status=self.status.data if self.status.data in STATUSES else "",
            since=None if days == "all" else now - timedelta(days=int(days)),
            least=self.least.data if not self.least.errors else None,
            most=self.most.data if not self.most.errors else None,
            words=(self.q.data or "").strip()[:120],
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything but the usual list is asked for."""
        asked = self.status.data, self.least.data, self.most.data, (self.q.data or "").strip()
        return any(asked) or self.period.data != USUAL


class LetterForm(FlaskForm):
    """A letter by hand. `key` makes a second press of the same form harmless, `seen` says what had left before it."""

    key = HiddenField()
    seen = HiddenField()
    subject = StringField(
        _l("Subject"),
        [InputRequired(_l("Write a subject.")), Length(max=200, message=_l("Keep it under 200 characters."))],
    )
    text = TextAreaField(
        _l("Message"), [InputRequired(_l("Write a few words.")), Length(max=LONGEST)],
        description=_l("The goods of this cart and the button back to it follow by themselves, then your logo and your "
                       "business data from the settings."),
    )  # fmt: skip
    coupon = SelectField(_l("Code"), [Optional()], coerce=int, default=0, validate_choice=True,
                         description=_l("Or paste a code into the message."))  # fmt: skip

    def offer(self, coupons: dict[int, str]) -> None:
        """Let one of these coupons be given, or none."""
        self.coupon.choices = [
            SelectChoice(0, _("No code")),
            *(SelectChoice(*each) for each in coupons.items()),
        ]


class PlaceForm(FlaskForm):
    """How a cart becomes an order: paid or not, by which way, and whether its customer is told."""

    paid = RadioField(
        _l("Payment"),
        [InputRequired(_l("Say whether it is paid."))],
        choices=[SelectChoice("no", _l("Not paid yet")), SelectChoice("yes", _l("Paid already"))],
    )
    method = SelectField(
        _l("Paid by"), choices=[SelectChoice(*each) for each in METHODS.items()], default="transfer"
    )
    shipping = MoneyField(
        _l("Delivery"), [Optional()], description=_l("What sending it costs; empty for nothing.")
    )
    confirm = BooleanField(_l("Send the order confirmation"), default=True)

    def told(self) -> dict[str, Any]:
        """Return what was chosen."""
        return {
            "paid": self.paid.data == "yes",
            "payment": self.method.data,
            "shipping": self.shipping.data or 0,
        }
