"""Who writes: the three things that a lawful e-mail names, asked where they are missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.forms.logins import normalised

PREFIX = "who-"  # begins the names of these fields inside another form


class SenderForm(FlaskForm):
    """The sender's address and the two lines of the foot; `asking` leaves what is known away."""

    sender_email = EmailField(
        _l("Sender's address"), [DataRequired(_l("Write the address that your customers see.")), Length(max=254)],
        description=_l("Use an address of your own domain: mailbox providers distrust others."),
    )  # fmt: skip
    business_name = StringField(
        _l("Business name"), [DataRequired(_l("Write the name of your business.")), Length(max=200)],
        description=_l("The name in your company register. The law wants it at the foot of each e-mail."),
    )  # fmt: skip
    postal_address = TextAreaField(
        _l("Postal address"), [DataRequired(_l("Write your postal address.")), Length(max=500)],
        description=_l("Also at the foot of each e-mail."),
    )  # fmt: skip

    @classmethod
    def asking(cls, names: Collection[str], typed: Mapping[str, str]) -> SenderForm:
        """Return the form with the fields of these names only, as typed so far."""
        form = cls(formdata=typed or None, prefix=PREFIX, meta={"csrf": False})
        for name in ("sender_email", "business_name", "postal_address"):
            if name not in names:
                delattr(form, name)
        return form

    def validate_sender_email(self, field: EmailField) -> None:
        """Normalise the address, or say why it cannot be one."""
        field.data = normalised(field.data or "")

    def told(self) -> dict[str, str]:
        """Return what was filled in, by the name of the shop's column."""
        return {name: (field.data or "").strip() for name, field in self._fields.items()}
