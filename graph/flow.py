"""Flow settings: who may enter, who gets messages, what ends it early, and when it is quiet.

Knows the fields of a whole flow and their defaults, with the rule (C1–C12 of the rule table) each one settles. Must not
know how the rules are carried out: enrolment and the gate do that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.events import options
from graph.fields import Choice, Duration, Events, Field, FieldError, Number, TimeOfDay, YesNo
from graph.words import M, Words

GOALS = options("order.placed", "order.paid")
EXITS = options(
    "customer.unsubscribed", "cart.updated", "checkout.started", "order.cancelled", "order.refunded"
)
REENTRY = (
    ("per_key", M("Once for each cart or order")),
    ("once", M("Only once, ever")),
    ("period", M("Once in a given time")),
    ("not_while_active", M("Not while they are still in it")),
    ("not_while_offer", M("Not while they hold an unused coupon")),
    ("unlimited", M("Every time")),
)
AUDIENCES = (
    ("subscribers", M("Only those who agreed to receive news")),
    ("everyone", M("Everyone with an e-mail address")),
)

# One field for each value of the flat form; `nested` and `flat` go between it and the stored shape.
FIELDS: tuple[Field, ...] = (
    Choice(name="reentry", label=M("Who may enter again?"), options=REENTRY, default="per_key"),
    Duration(name="period", label=M("Once in"), units=("hours", "days", "weeks"), only_if=("reentry", ("period",)),
             default={"amount": 30, "unit": "days"}),
    YesNo(name="alone", label=M("Not while they are in another automation"),
          help=M("So that nobody is reminded of two things at once.")),
    Choice(name="audience", label=M("Who gets the e-mails?"), options=AUDIENCES, default="subscribers",
           help=M("Reminding somebody of their own checkout is usually allowed without consent; news is not.")),
    Events(name="goal", label=M("Goal: leave as soon as"), options=GOALS, default=[],
           help=M("Nobody gets a reminder for what they have already bought.")),
    Events(name="exit", label=M("Also leave when"), options=EXITS, default=["customer.unsubscribed"]),
    YesNo(name="quiet", label=M("Send nothing at night"), help=M("E-mails due at night leave in the morning.")),
    TimeOfDay(name="quiet_from", label=M("Quiet from"), default="21:00", only_if=("quiet", (True,))),
    TimeOfDay(name="quiet_until", label=M("until"), default="08:00", only_if=("quiet", (True,))),
    Duration(name="latest", label=M("Do not send later than"), required=False, units=("hours", "days", "weeks"),
             help=M("An e-mail that is held up for longer than this is dropped instead of surprising somebody.")),
    Choice(name="on_deactivate", label=M("When this is switched off"), default="cancel", options=(
        ("cancel", M("Everyone in it leaves at once")), ("finish", M("Everyone in it goes on to the end")))),
    Choice(name="on_coupon_invalid", label=M("When its coupon cannot be used any more"), default="suspend", options=(
        ("suspend", M("Pause and tell me")), ("without", M("Send without a code")), ("skip", M("Skip the e-mail")))),
    Number(name="backfill", label=M("On first switching on, also include the last … days"), default=0, most=90,
           help=M("0 begins with what happens from now on. For carts, 14 days is a good start.")),
    YesNo(name="backfill_again", label=M("Do so each time it is switched on again")),
)  # fmt: skip


# Stored as the form has them; the others are gathered into small objects.
FLAT = ("alone", "audience", "goal", "exit", "latest", "on_deactivate", "on_coupon_invalid")


def defaults() -> dict[str, Any]:
    """Return the settings of a new flow, in the shape in which they are stored."""
    return {
        "reentry": {"rule": "per_key", "every": 30, "unit": "days"},
        "alone": False,
        "audience": "subscribers",
        "goal": [],
        "exit": ["customer.unsubscribed"],
        "quiet": None,
        "latest": None,
        "on_deactivate": "cancel",
        "on_coupon_invalid": "suspend",
        "backfill": {"days": 0, "again": False},
    }


def complete(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return `stored` with defaults for what it lacks or cannot be read; names that no flow has are dropped."""
    values = flat({**defaults(), **stored})
    return nested({each.name: each.readable(values[each.name], each.default) for each in FIELDS})


def flat(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored settings as one value a field of FIELDS. Raises nothing: what is malformed is passed on."""
    reentry, quiet, backfill = (_mapping(stored.get(name)) for name in ("reentry", "quiet", "backfill"))
    return {
        **{name: stored.get(name) for name in FLAT},
        "reentry": reentry.get("rule"),
        "period": {"amount": reentry.get("every"), "unit": reentry.get("unit")},
        "quiet": bool(quiet),
        "quiet_from": quiet.get("from"),
        "quiet_until": quiet.get("until"),
        "backfill": backfill.get("days"),
        "backfill_again": backfill.get("again", False),
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return clean field values in the shape in which they are stored."""
    period = values["period"] or {"amount": 30, "unit": "days"}
    return {
        **{name: values[name] for name in FLAT},
        "reentry": {"rule": values["reentry"], "every": period["amount"], "unit": period["unit"]},
        "quiet": {"from": values["quiet_from"], "until": values["quiet_until"]} if values["quiet"] else None,
        "backfill": {"days": values["backfill"], "again": values["backfill_again"]},
    }


def clean(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of every field, cleaned, blanks as defaults; raise FieldError for the first that is wrong."""
    cleaned: dict[str, Any] = {}
    for each in FIELDS:
        raw = values.get(each.name)
        asked = each.applies({**values, **cleaned})
        blank = each.blank(raw) and not isinstance(each, Events)
        cleaned[each.name] = (
            each.default if blank or not asked else each.clean(raw if raw is not None else [])
        )
    return cleaned


def faults(stored: Mapping[str, Any]) -> list[tuple[str, Words]]:
    """Return (field name, sentence) for each stored flow setting that is malformed."""
    values = flat(stored)
    found = []
    for each in FIELDS:
        if each.applies(values) and not each.blank(values[each.name]):
            try:
                each.clean(values[each.name])
            except FieldError as error:
                found.append((each.name, error.words))
    return found
