"""How far a merchant moves the demo's clock on."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as __
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1),
         "weeks": timedelta(weeks=1)}  # fmt: skip
WORDS = {"minutes": __("minutes"), "hours": __("hours"), "days": __("days"), "weeks": __("weeks")}
MOST = timedelta(days=90)


class Skip(FlaskForm):
    """An amount of time, never more than ninety days at once."""

    amount = IntegerField(
        __("How long"),
        [InputRequired(__("Write a number.")), NumberRange(1, 999, __("Write a number from 1 to 999."))],
    )
    unit = SelectField(__("Unit"), choices=[SelectChoice(*item) for item in WORDS.items()])

    @property
    def delta(self) -> timedelta:
        """How far to move on, once validated."""
        return UNITS[self.unit.data] * (self.amount.data or 0)

    def validate(self, extra_validators: object = None) -> bool:
        """Whether it is a step forwards of at most ninety days."""
        if not super().validate(extra_validators):
            return False
        if self.delta > MOST:
            self.amount.errors = [_("Skip at most 90 days at once.")]
            return False
        return True
