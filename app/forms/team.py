"""Who works in a shop: an invitation, a role with its areas, and how somebody who was invited comes in."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from app import passwords
from app.forms.logins import normalised
from app.models.users import AREAS

ROLES = {"manager": _l("Manager"), "staff": _l("Staff")}


class RoleForm(FlaskForm):
    """A role: a manager works everywhere but in the team, staff in the areas that are ticked."""

    role = RadioField(_l("Role"), choices=[SelectChoice(*each) for each in ROLES.items()], default="staff")
    automations = BooleanField(_l("Automations"))
    carts = BooleanField(_l("Carts and orders"))
    customers = BooleanField(_l("Customers"))
    coupons = BooleanField(_l("Coupons"))
    settings = BooleanField(_l("Settings"))

    @property
    def areas(self) -> list[str]:
        """The areas that were ticked; none for a manager, who has them all."""
        return [area for area in AREAS if self.role.data == "staff" and self[area].data]

    @classmethod
    def of(cls, role: str, areas: list[str] | None) -> RoleForm:
        """Return the form as a membership is now."""
        return cls(formdata=None, data={"role": role} | {area: area in (areas or ()) for area in AREAS})


class InviteForm(RoleForm):
    """Whom to invite, and as what."""

    email = EmailField(_l("E-mail"), [InputRequired(_l("Write their e-mail address.")), Length(max=254)])

    def validate_email(self, field: EmailField) -> None:
        """Normalise the address, or say why it cannot be one."""
        field.data = normalised(field.data or "")

    def validate_role(self, field: RadioField) -> None:
        """Refuse staff who could do nothing."""
        if field.data == "staff" and not self.areas:
            raise ValidationError(_("Tick at least one area for staff."))


class JoinForm(FlaskForm):
    """Somebody new who was invited: their name, and a password of their choice."""

    name = StringField(_l("Your name"), [InputRequired(_l("Write your name.")), Length(max=120)])
    password = PasswordField(
        _l("Password"),
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

    def validate_password(self, field: PasswordField) -> None:
        """Refuse what everybody tries first."""
        if (field.data or "").lower() in passwords.COMMON:
            raise ValidationError(_("This password is one of the first that thieves try. Choose another."))


class KnownForm(FlaskForm):
    """Somebody who was invited and has an account here: its password."""

    password = PasswordField(_l("Password"), [InputRequired(_l("Write your password."))])
