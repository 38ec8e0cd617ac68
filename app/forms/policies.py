"""How a shop treats its customers' mailboxes: how often, with which consent, and what is counted."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, RadioField
from wtforms.validators import InputRequired, NumberRange, Optional

from app.models import Policy

FIELDS = (
    "double_opt_in", "most_days", "soft_bounces", "click_days", "count_opens", "count_clicks", "headline",
    "reset_on_delete",
)  # fmt: skip


class PolicyForm(FlaskForm):
    """One shop's policy; `told()` is what a Policy keeps."""

    most_messages = IntegerField(
        _l("At most so many e-mails"), [Optional(), NumberRange(1, 100, _l("Choose a number from 1 to 100."))],
        description=_l("For one customer, all automations together. Leave empty for no limit."),
    )  # fmt: skip
    most_days = IntegerField(
        _l("within so many days"),
        [InputRequired(_l("Say how many days.")), NumberRange(1, 90, _l("Choose from 1 to 90 days."))],
        description=_l("What is too much waits, and leaves as soon as there is room."),
    )
    double_opt_in = BooleanField(
        _l("Ask new subscribers to confirm by e-mail"),
        description=_l("Nobody can sign up somebody else. Expected in Germany, good manners everywhere."),
    )
    soft_bounces = IntegerField(
        _l("Give an address up after so many passing failures"),
        [InputRequired(_l("Say how many.")), NumberRange(1, 20, _l("Choose a number from 1 to 20."))],
        description=_l(
            "A full mailbox, counted over a month. An address that does not exist is given up at once."
        ),
    )
    click_days = IntegerField(
        _l("Credit an order to a link pressed within so many days"),
        [InputRequired(_l("Say how many days.")), NumberRange(1, 30, _l("Choose from 1 to 30 days."))],
        description=_l("An automation's coupon goes first, then the last link pressed. Most platforms use 5 days."),
    )  # fmt: skip
    count_opens = BooleanField(
        _l("Count openings"),
        description=_l("By a picture of one pixel. Mail programs open by themselves too."),
    )
    count_clicks = BooleanField(
        _l("Count pressed links"), description=_l("Without it, orders are credited by coupon only.")
    )

    headline = RadioField(
        _l("Call a cart recovered"),
        choices=[
            ("strict", _l("when the link in the e-mail was pressed and the order paid")),
            ("credited", _l("whenever the order is credited to the automation")),
        ],
        default="strict",
        description=_l("Both are counted and shown; this one stands first."),
    )  # C5
    reset_on_delete = BooleanField(
        _l("Forget the figures of an automation that is deleted"),
        description=_l("Otherwise what it brought stays in your totals."),
    )  # C13

    def told(self) -> dict[str, Any]:
        """Return the columns of a Policy; an empty limit is none."""
        return {name: self[name].data for name in FIELDS} | {"most_messages": self.most_messages.data or 0}


def filled(policy: Policy) -> dict[str, Any]:
    """Return the values that show a policy in the form."""
    return {name: getattr(policy, name) for name in FIELDS} | {"most_messages": policy.most_messages or None}
