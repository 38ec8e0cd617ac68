"""The wizard of a reminder: when the first e-mail leaves, and whether there is a second one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from app.forms.flows import NameForm

UNITS = (
    SelectChoice("minutes", _l("minutes")), SelectChoice("hours", _l("hours")), SelectChoice("days", _l("days")),
)  # fmt: skip
MANY = NumberRange(1, 90, _l("Choose a number from 1 to 90."))


class WhenForm(NameForm):
    """The delay before the first e-mail, and after how long without opening the second one follows."""

    delay = IntegerField(_l("How long to wait before writing?"), [InputRequired(_l("Say how long.")), MANY], default=2,
                         description=_l("Two hours is what most shops use."))  # fmt: skip
    delay_unit = SelectField(_l("Unit of time"), choices=UNITS, default="hours")
    second = BooleanField(
        _l("Write once more if the first e-mail is not opened"), default=True,
        description=_l("Some mail programs open e-mails by themselves: those readers get no second one."),
    )  # fmt: skip
    after = IntegerField(
        _l("After how long?"),
        [InputRequired(_l("Say how long.")), MANY],
        default=1,
        description=_l("A day later is usual. One reminder is enough: nobody likes to be chased."),
    )
    after_unit = SelectField(_l("Unit of time"), choices=UNITS[1:], default="days")
