"""What a user may change about the own account."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as __
from flask_wtf import FlaskForm
from wtforms import PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from app import passwords
from app.languages import LANGUAGES

THEMES = [
    SelectChoice("auto", __("Like my device")),
    SelectChoice("light", __("Light")),
    SelectChoice("dark", __("Dark")),
]


class AccountForm(FlaskForm):
    """How the product speaks to this user, and how it looks."""

    name = StringField(__("Your name"), [Length(max=120)])
    locale = SelectField(__("Language"), choices=[SelectChoice(*item) for item in LANGUAGES.items()])
    theme = RadioField(__("Appearance"), choices=THEMES)


class PasswordForm(FlaskForm):
    """The password of today and the one of tomorrow."""

    current = PasswordField(__("Your password now"), [InputRequired(__("Write your password."))])
    chosen = PasswordField(
        __("New password"),
        [
            InputRequired(__("Choose a password.")),
            Length(passwords.LEAST, passwords.MOST, __("Choose a password of 8 to 128 characters; longer is safer.")),
        ],
        description=__("At least 8 characters. A short sentence is easy to remember and hard to guess."),
    )

    def validate_chosen(self, field: PasswordField) -> None:
        """Refuse what everybody tries first."""
        if (field.data or "").lower() in passwords.COMMON:
            raise ValidationError(_("This password is one of the first that thieves try. Choose another."))
