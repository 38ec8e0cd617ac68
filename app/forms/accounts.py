"""What a user may change about the own account."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from app import passwords
from app.languages import LANGUAGES

THEMES = [
    SelectChoice("auto", _l("Like my device")),
    SelectChoice("light", _l("Light")),
    SelectChoice("dark", _l("Dark")),
]


class AccountForm(FlaskForm):
    """How the product speaks to this user, and how it looks."""

    name = StringField(_l("Your name"), [Length(max=120)])
    locale = SelectField(_l("Language"), choices=[SelectChoice(*item) for item in LANGUAGES.items()])
    theme = RadioField(_l("Appearance"), choices=THEMES)


class PasswordForm(FlaskForm):
    """The password of today and the one of tomorrow."""

    current = PasswordField(_l("Your password now"), [InputRequired(_l("Write your password."))])
    chosen = PasswordField(
        _l("New password"),
        [
            InputRequired(_l("Choose a password.")),
            Length(
                passwords.LEAST,
                passwords.MOST,
                _l("Choose a password of 8 to 128 characters; longer is safer."),
            ),
        ],
        description=_l("At least 8 characters. A short sentence is easy to remember and hard to guess."),
    )

    def validate_chosen(self, field: PasswordField) -> None:
        """Refuse what everybody tries first."""
        if (field.data or "").lower() in passwords.COMMON:
            raise ValidationError(_("This password is one of the first that thieves try. Choose another."))
