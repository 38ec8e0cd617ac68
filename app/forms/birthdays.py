"""A birthday as people write it: a day and a month. The year is nobody's business."""

from __future__ import annotations

import calendar
from typing import Any

from babel.dates import get_month_names
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

LEAP = 2000  # a year in which every day of a year exists


class BirthdayForm(FlaskForm):
    """Day and month; both empty means that it is not known."""

    day = SelectField(_l("Day"), coerce=int, default=0)
    month = SelectField(_l("Month"), coerce=int, default=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = get_month_names("wide", locale=get_locale() or "en")
        self.day.choices = [SelectChoice(0, "–"), *(SelectChoice(day, str(day)) for day in range(1, 32))]
        self.month.choices = [SelectChoice(0, "–"), *(SelectChoice(at, months[at]) for at in range(1, 13))]

    @classmethod
    def of(cls, birthday: str | None) -> BirthdayForm:
        """Return the form filled with a kept birthday, "02-29"."""
        month, _dash, day = (birthday or "0-0").partition("-")
        return cls(data={"day": int(day), "month": int(month)})

    def validate_day(self, field: SelectField) -> None:
        """Refuse the 31st of June, and a day without its month."""
        day, month = field.data or 0, self.month.data or 0
        if bool(day) != bool(month) or (month and day not in _days(month)):
            raise ValidationError(_("There is no such day. Choose a day and a month."))

    @property
    def told(self) -> str | None:
        """The day as it is kept, or None."""
        return f"{self.month.data:02}-{self.day.data:02}" if self.day.data else None


def _days(month: int) -> range:
    return range(1, calendar.monthrange(LEAP, month)[1] + 1) if month in range(1, 13) else range(0)
