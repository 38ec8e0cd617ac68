"""Signing in and signing up."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as __
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from app import passwords
from app.forms.zones import ZoneField

CURRENCIES = ("EUR", "USD", "GBP", "CHF", "CAD", "AUD", "JPY", "SEK", "DKK", "NOK", "PLN", "CZK")


def normalised(email: str) -> str:
    """Return the address as we keep it; raises ValidationError with a sentence when it cannot be one."""
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise ValidationError(_("This does not look like an e-mail address. Check it for a slip.")) from error


class SignIn(FlaskForm):
    """An address and its password."""

    email = EmailField(__("E-mail"), [InputRequired(__("Write your e-mail address."))])
    password = PasswordField(__("Password"), [InputRequired(__("Write your password."))])


class AskForm(FlaskForm):
    """An address for which somebody wants an account."""

    email = EmailField(__("E-mail"), [InputRequired(__("Write your e-mail address.")), Length(max=254)])

    def validate_email(self, field: EmailField) -> None:
        """Normalise the address, or say why it cannot be one."""
        field.data = normalised(field.data or "")


class SignUp(FlaskForm):
    """A new account and the shop it comes with."""

    shop = StringField(
        __("Name of your shop"), [InputRequired(__("Write the name of your shop.")), Length(max=120)]
    )
    email = EmailField(__("E-mail"), [InputRequired(__("Write your e-mail address.")), Length(max=254)])
    password = PasswordField(
        __("Password"),
        [
            InputRequired(__("Choose a password.")),
            Length(
                passwords.LEAST,
                passwords.MOST,
                __("Choose a password of 8 to 128 characters; longer is safer."),
            ),
        ],
        description=__("At least 8 characters. A short sentence is easy to remember and hard to guess."),
    )
    currency = SelectField(__("Currency"), choices=CURRENCIES)
    timezone = ZoneField(__("Time zone"))

    def validate_email(self, field: EmailField) -> None:
        """Normalise the address, or say why it cannot be one."""
        field.data = normalised(field.data or "")

    def validate_password(self, field: PasswordField) -> None:
        """Refuse what everybody tries first."""
        if (field.data or "").lower() in passwords.COMMON:
            raise ValidationError(_("This password is one of the first that thieves try. Choose another."))
