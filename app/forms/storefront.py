"""What a shopper of the demo shop types, and the sentences when something is not right."""

from __future__ import annotations

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as __
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.demo.voice import QUESTION, WAYS
from app.forms.logins import normalised
from app.models.coupons import Declined
from app.templating import money

COUNTRIES = ("FR", "BE", "CH", "LU", "DE", "AT", "NL", "GB", "IE", "ES", "IT", "PT")


class Contact(FlaskForm):
    """The first step of the checkout: who it is."""

    email = EmailField(
        __("E-mail"),
        [InputRequired(__("Write your e-mail address.")), Length(max=254)],
        description=__("For your order confirmation."),
        render_kw={"autocomplete": "email"},
    )
    subscribed = BooleanField(QUESTION)
    way = SelectField(__("How shall we send it?"), choices=[SelectChoice(*each) for each in WAYS.items()],
                      validate_choice=False, default="standard")  # fmt: skip

    def validate_way(self, field: SelectField) -> None:
        """Send it the usual way where none was chosen."""
        field.data = field.data if field.data in WAYS else "standard"

    def validate_email(self, field: EmailField) -> None:
        """Normalise the address, or say why it cannot be one."""
        field.data = normalised(field.data or "")


class Wish(FlaskForm):
    """Who wants to be told when a product is back."""

    email = EmailField(__("E-mail"), [InputRequired(__("Write your e-mail address.")), Length(max=254)],
                       render_kw={"autocomplete": "email"})  # fmt: skip

    def validate_email(self, field: EmailField) -> None:
        """Normalise the address, or say why it cannot be one."""
        field.data = normalised(field.data or "")


class Delivery(FlaskForm):
    """The second step: where to."""

    first_name = StringField(
        __("First name"), [InputRequired(__("Write your first name.")), Length(max=120)],
        render_kw={"autocomplete": "given-name"},
    )  # fmt: skip
    last_name = StringField(
        __("Last name"), [InputRequired(__("Write your last name.")), Length(max=120)],
        render_kw={"autocomplete": "family-name"},
    )  # fmt: skip
    street = StringField(
        __("Street and number"), [InputRequired(__("Write your street and number.")), Length(max=120)],
        render_kw={"autocomplete": "street-address"},
    )  # fmt: skip
    postal_code = StringField(
        __("Postal code"), [InputRequired(__("Write your postal code.")), Length(max=12)],
        render_kw={"autocomplete": "postal-code"},
    )  # fmt: skip
    city = StringField(
        __("City"), [InputRequired(__("Write your city.")), Length(max=120)],
        render_kw={"autocomplete": "address-level2"},
    )  # fmt: skip
    country = SelectField(__("Country"), validate_choice=True, render_kw={"autocomplete": "country"})

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        names = (get_locale() or Locale("en")).territories
        named = sorted(COUNTRIES, key=lambda code: names[code])
        self.country.choices = [SelectChoice(code, names[code]) for code in named]


def refusal(declined: Declined, currency: str) -> str:
    """Say why a code was refused, and what to do."""
    sentences = {
        "unknown": _("We do not know this code. Check it for a slip, or copy it from your e-mail."),
        "used": _("This code has been used already."),
        "exhausted": _("This code has been used as often as it could be."),
        "once": _("You have used this code before: it works once for each customer."),
        "ended": _("This code has expired."),
        "withdrawn": _("This code is no longer valid."),
        "other_customer": _(
            "This code was made for another e-mail address. Use the address that received it."
        ),
        "products": _("This code is for other products than those in your cart."),
        "second": _("This code wants a second piece in your cart: the cheaper one is then for nothing."),
    }
    if declined.reason == "minimum":
        least = money(declined.minimum, currency)
        return _("This code needs items worth at least %(amount)s.", amount=least)
    return sentences[declined.reason]
