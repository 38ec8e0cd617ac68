"""An offer as a merchant promises it: a code, a banner, and whether the shop channel can show it at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from app.forms.flows import NameForm
from graph.recipes.offers import Promise

EXISTING, NEW = "existing", "new"
CHANNELS = [
    SelectChoice("selling", _l("My shop shows offers, and sells")),
    SelectChoice("present", _l("It can show offers, but does not sell at the moment")),
    SelectChoice("absent", _l("It cannot show offers yet")),
]


class ChannelForm(FlaskForm):
    """Whether the shop's own pages show offers and sell (OFFER-01)."""

    channel = RadioField(_l("What can your shop do?"), [InputRequired()], choices=CHANNELS)


class OfferForm(NameForm):
    """The wizard's questions. `coupons` are those that can be given, by id; `unfit` those that no offer may promise."""

    coupon_how = RadioField(_l("Which code?"), validate_choice=False)
    coupon_id = SelectField(_l("Which coupon?"), [Optional()], coerce=int, validate_choice=False)
    title = StringField(
        _l("What does the banner say?"), [Length(max=80)], filters=[lambda text: " ".join((text or "").split())],
        description=_l("Leave the code out: the banner shows it by itself."),
    )  # fmt: skip
    text = TextAreaField(
        _l("One sentence more"), [Length(max=240)], filters=[lambda text: (text or "").strip()]
    )
    image = URLField(
        _l("Picture"),
        [Optional(), Length(max=500), Regexp(r"^https?://\S+$", message=_l("Write the whole address, with https://."))],
        description=_l("933 × 480 pixels are shown without being cut. Without one, the banner is words alone."),
    )  # fmt: skip

    def __init__(self, coupons: Mapping[int, str], unfit: frozenset[int], **told: Any) -> None:
        super().__init__(**told)
        self.unfit, self.asks_all = unfit, True
        self.coupon_id.choices = [SelectChoice(id, name) for id, name in coupons.items()]
        chosen = [SelectChoice(EXISTING, _l("One that I have"))] if coupons else []
        self.coupon_how.choices = [SelectChoice(NEW, _l("A new code")), *chosen]
        if not self.coupon_how.data:
            self.coupon_how.data = EXISTING if self.coupon_id.data else NEW

    @property
    def makes_coupon(self) -> bool:
        """Whether a new coupon is wanted."""
        return bool(self.coupon_how.data == NEW)

    def validate_coupon_id(self, field: SelectField) -> None:
        """Refuse a coupon that is not offered here, or that no offer may promise (OFFER-04, OFFER-05)."""
        if self.makes_coupon:
            return
        if field.data in self.unfit:
            raise ValidationError(_(
                "An offer takes a percentage, an amount or free shipping, for all products and all customers. "
                "Choose another coupon."
            ))  # fmt: skip
        if self.asks_all and field.data not in [choice.value for choice in field.choices]:
            raise ValidationError(_("Choose one of your coupons, or make a new code."))

    def validate_title(self, field: StringField) -> None:
        """A banner that is shown says something."""
        if self.asks_all and not field.data:
            raise ValidationError(_("Write the line of the banner."))

    def promise(self, coupon_id: int | None) -> Promise:
        """Return what the offer promises, with this coupon."""
        return Promise(coupon_id, self.title.data or "", self.text.data or "", self.image.data or "")


def filled(name: str, promise: Promise) -> dict[str, Any]:
    """Return the values that show a kept offer in the form."""
    return {"name": name, "coupon_id": promise.coupon, "title": promise.title, "text": promise.text,
            "image": promise.image}  # fmt: skip
