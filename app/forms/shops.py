"""A shop's own settings: who it is, how it writes, and what it counts in. Also the names of its keys."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField, StringField, TextAreaField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, Regexp

from app.forms.logins import CURRENCIES, normalised
from app.forms.zones import ZoneField
from app.languages import LANGUAGES


class ShopForm(FlaskForm):
    """What a message must say about its sender, and the shop's language, zone and currency."""

    name = StringField(
        _l("Name of your shop"), [DataRequired(_l("Write the name of your shop.")), Length(max=120)]
    )
    url = URLField(
        _l("Address of your shop"),
        [
            Optional(),
            Length(max=500),
            Regexp(r"^https?://\S+$", message=_l("Write the whole address, with https://.")),
        ],
    )
    business_name = StringField(
        _l("Business name"), [Length(max=200)],
        description=_l("The name in your company register. The law wants it at the foot of each e-mail."),
    )  # fmt: skip
    postal_address = TextAreaField(
        _l("Postal address"), [Length(max=500)], description=_l("Also at the foot of each e-mail.")
    )
    contact_email = EmailField(_l("E-mail for your customers"), [Optional(), Length(max=254)])
    contact_phone = StringField(_l("Telephone"), [Length(max=40)])
    sender_name = StringField(
        _l("Sender's name"),
        [Length(max=120)],
        description=_l("What your customers see in their list of e-mails."),
    )
    sender_email = EmailField(
        _l("Sender's address"), [Optional(), Length(max=254)],
        description=_l("Use an address of your own domain: mailbox providers distrust others."),
    )  # fmt: skip
    staff_email = EmailField(
        _l("Where to tell your team"), [Optional(), Length(max=254)],
        description=_l("When an automation stops itself, or a step asks for a person."),
    )  # fmt: skip
    locale = SelectField(
        _l("Language of your e-mails"), choices=[SelectChoice(*item) for item in LANGUAGES.items()],
        description=_l("For customers whose language we do not know."),
    )  # fmt: skip
    timezone = ZoneField(_l("Time zone"), description=_l("For customers whose own zone we do not know."))
    currency = SelectField(_l("Currency"), choices=CURRENCIES)

    def validate_contact_email(self, field: EmailField) -> None:
        """Normalise the address, or say why it cannot be one."""
        field.data = normalised(field.data) if field.data else ""

    validate_sender_email = validate_staff_email = validate_contact_email


class KeyForm(FlaskForm):
    """What a new key is called."""

    name = StringField(
        _l("What will use this key?"),
        [DataRequired(_l("Name what will use it, such as “Our web shop”.")), Length(max=80)],
    )
