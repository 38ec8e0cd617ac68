"""A shop's own mail server, as its merchant types it in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Regexp

SECURITY = (
    ("starttls", _l("STARTTLS, usually port 587")),
    ("tls", _l("TLS from the start, usually port 465")),
    ("none", _l("None: only within your own network")),
)


class MailServerForm(FlaskForm):
    """Where to hand e-mails over, and how to sign in there."""

    host = StringField(
        _l("Server"),
        [DataRequired(_l("Write the name of the server, such as smtp.example.com.")), Length(max=253),
         Regexp(r"^[^\s/@:]+$", message=_l("Write the name alone, such as smtp.example.com."))],
    )  # fmt: skip
    port = IntegerField(
        _l("Port"),
        [InputRequired(_l("Write a port, usually 587.")),
         NumberRange(1, 65535, message=_l("Write a port, usually 587."))],
        default=587,
    )  # fmt: skip
    security = SelectField(_l("Encryption"), choices=[SelectChoice(*each) for each in SECURITY])
    username = StringField(_l("User name"), [Length(max=254)])
    password = PasswordField(_l("Password"), [Length(max=500)])
