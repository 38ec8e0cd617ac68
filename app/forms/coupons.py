"""A coupon's terms: what is taken off, who may use it, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp, ValidationError

from app.forms.money import MoneyField
from app.models import Coupon
from app.models.coupons import OFFERED

KINDS = [
    SelectChoice("percent", _l("A percentage")),
    SelectChoice("amount", _l("An amount")),
    SelectChoice("shipping", _l("Free shipping")),
    SelectChoice("cheapest", _l("The cheapest of two")),
]
SHARING = [
    SelectChoice("yes", _l("A code of their own for each customer. Nobody else can use it.")),
    SelectChoice("no", _l("One code for everybody.")),
]


class CouponForm(FlaskForm):
    """The terms of one coupon. Make it with `meta={"currency": …}`; `terms()` is what a Coupon keeps."""

    aimed = True  # whether it asks for which products and customers it is

    name = StringField(
        _l("Name"), [DataRequired(_l("Give it a name that you will recognise.")), Length(max=120)],
        description=_l("Only you see it."),
    )  # fmt: skip
    kind = RadioField(_l("What does it take off?"), choices=KINDS, default="percent", validate_choice=False)
    percent = IntegerField(
        _l("Percentage"), [Optional(), NumberRange(1, 100, _l("Choose a percentage from 1 to 100."))],
        default=10, description=_l("Ten per cent is the usual first step."),
    )  # fmt: skip
    amount = MoneyField(_l("Amount"))
    personal = RadioField(_l("Who may use it?"), choices=SHARING, default="yes")
    prefix = StringField(
        _l("Code"),
        [
            Length(max=20, message=_l("Keep the code under 20 characters.")),
            Regexp(r"^\s*[A-Za-z0-9-]*\s*$", message=_l("Use letters, digits and hyphens only.")),
        ],
        filters=[lambda text: (text or "").strip().upper()],
        description=_l("Personal codes begin with it: MERCI-7K2P. A shared code is exactly this."),
    )
    minimum = MoneyField(_l("Smallest order"), description=_l("Leave empty for any order."))
    days = IntegerField(
        _l("Valid for, in days"), [Optional(), NumberRange(1, 366, _l("Choose from 1 to 366 days."))], default=7,
        description=_l("Counted from when the customer gets it. Most codes are used within three days."),
    )  # fmt: skip
    ends_on = DateField(
        _l("Last day"), [Optional()], description=_l("After this day no code of it is taken.")
    )
    usage_limit = IntegerField(
        _l("Uses in all"), [Optional(), NumberRange(1, 1_000_000, _l("Choose a number from 1 to 1,000,000."))],
        description=_l("Leave empty for no limit. With a limit of 1, only the first customer benefits."),
    )  # fmt: skip
    once_per_customer = BooleanField(_l("Once per customer"), default=True)
    products = SelectMultipleField(
        _l("Only for these products"), validate_choice=False,
        description=_l("Leave it empty for every product."),
    )  # fmt: skip
    tag = StringField(
        _l("Only for customers with this tag"), [Length(max=60)],
        filters=[lambda text: " ".join((text or "").split())],
        description=_l("Leave it empty for every customer."),
    )  # fmt: skip

    def validate_kind(self, field: RadioField) -> None:
        """Refuse a kind that is not on offer here, and ask for the number that the chosen kind needs."""
        if field.data not in [choice.value for choice in field.choices]:
            raise ValidationError(_("Choose one of these kinds: others cannot be given here."))
        if field.data == "percent" and self.percent.data is None:
            raise ValidationError(_("Say how many per cent."))
        if field.data == "amount" and not self.amount.data:
            raise ValidationError(_("Say how much it takes off."))

    def validate_personal(self, field: RadioField) -> None:
        """A shared coupon is its code: there must be one."""
        if field.data == "no" and not self.prefix.data:
            raise ValidationError(_("Write the code that everybody will type."))

    def validate_ends_on(self, field: DateField) -> None:
        """Refuse a slip of the pen: calendars end, and no coupon lives that long."""
        if field.data is not None and not 2000 <= field.data.year < 2100:
            raise ValidationError(_("Choose a day between the years 2000 and 2100."))

    def terms(self, zone: str) -> dict[str, Any]:
        """Return the columns of a Coupon. The last day ends at midnight in `zone`."""
        shared = self.personal.data == "no"
        values = {"percent": self.percent.data, "amount": self.amount.data}
        return {
            "name": (self.name.data or "").strip(), "kind": self.kind.data, "value": values.get(self.kind.data) or 0,
            "minimum": self.minimum.data or 0, "personal": not shared, "prefix": self.prefix.data,
            "days": None if shared else self.days.data, "ends_at": _end_of(self.ends_on.data, zone),
            "usage_limit": self.usage_limit.data if shared else None,
            "once_per_customer": bool(self.once_per_customer.data),
            "products": (self.products.data or None) if self.aimed else None,
            "tag": (self.tag.data or "") if self.aimed else "",
        }  # fmt: skip


class OfferCouponForm(CouponForm):
    """A coupon that an offer in the shop's own pages may promise: three kinds, for everything and everybody (C9)."""

    aimed = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [choice for choice in KINDS if choice.value in OFFERED]
        del self.products, self.tag


def filled(coupon: Coupon, zone: str) -> dict[str, Any]:
    """Return the values that show a kept coupon in the form."""
    last = coupon.ends_at.astimezone(ZoneInfo(zone)) - timedelta(seconds=1) if coupon.ends_at else None
    return {
        "name": coupon.name, "kind": coupon.kind, "percent": coupon.value if coupon.kind == "percent" else None,
        "amount": coupon.value if coupon.kind == "amount" else None, "personal": "yes" if coupon.personal else "no",
        "prefix": coupon.prefix, "minimum": coupon.minimum or None, "days": coupon.days,
        "ends_on": last.date() if last else None, "usage_limit": coupon.usage_limit,
        "once_per_customer": coupon.once_per_customer, "products": coupon.products or [], "tag": coupon.tag,
    }  # fmt: skip


def _end_of(day: Any, zone: str) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
