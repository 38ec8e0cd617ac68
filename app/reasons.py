"""Reasons: why somebody got nothing, why a run ended, why an automation paused, each as one plain sentence.

The codes are written by the engine; their words are here and nowhere else. A code without words is shown as it is, so
that nothing is hidden.
"""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as __

from app.telling import tell
from graph import events

# Why a happening did not start the automation for this customer.
REFUSALS = {
    "no_address": __("No e-mail address was known"),
    "unsubscribed": __("They have unsubscribed"),
    "not_subscriber": __("They have not agreed to receive news"),
    "before_activation": __("It happened before the automation was turned on"),
    "left_to_checkout": __("They had reached the checkout: another automation looks after that"),
    "once": __("They had been in it before, and everyone enters only once"),
    "same_key": __("They had been in it for this cart or order already"),
    "known": __("This happening was counted already"),
    "too_soon": __("They had been in it too short a time before"),
    "already_in": __("They were still in it"),
    "unused_offer": __("They still hold an unused coupon"),
}

# Why a message was not sent, or not yet.
MESSAGES = {
    "switched_off": __("The automation was turned off"),
    "run_ended": __("The customer had left the automation"),
    "goal": __("The customer had ordered by then"),
    "latest": __("It was too late to be welcome"),
    "audience": __("They have not agreed to receive news"),
    "paused": __("The automation is paused"),
    "quiet": __("It is night; the e-mail waits for the morning"),
    "coupon": __("Its coupon could not be given"),
    "email_gone": __("Its e-mail no longer exists"),
    "wording": __("The e-mail could not be written: look at its words"),
    "address": __("The address does not exist or refuses mail"),
    "erased": __("The customer was erased"),
    "no_staff_address": __("Your team's address is missing in the settings"),
    "sender": __("The sender's address is missing in the settings"),
    "channel": __("The mail server does not take our mail; it is tried again"),
    "later": __("The mail server asked to come back later"),
    "gave_up": __("The mail server did not take it for a whole day"),
    "server_failed": __("The mail server refused it"),
    "server_unknown": __("The mail server did not say whether it took it"),
    "cut_off": __("The connection broke at the last moment: it may have arrived or not"),
}

# Why a run ended or stopped, and why an automation paused itself.
ENDINGS = {
    "end": __("They reached the end"),
    "skipped": __("Somebody of the shop took them out"),
    "error": __("A step could not be carried out"),
}
PAUSES = {
    "coupon_ended": __("coupon ended"),
    "coupon_used_up": __("coupon used up"),
    "coupon_withdrawn": __("coupon withdrawn"),
}
ALL = {**REFUSALS, **MESSAGES, **ENDINGS}


def why(reason: str) -> str:
    """Return a reason as one sentence without a full stop; an empty one stays empty."""
    kind, _colon, event = reason.partition(":")
    if event and kind == "goal":
        return _("Goal reached: %(event)s", event=tell(events.told(event)))
    if event and kind == "exit":
        return _("Left because %(event)s", event=tell(events.told(event)))
    return str(ALL.get(reason, reason))


def why_paused(reason: str) -> str:
    """Return why an automation paused itself, as the end of "Paused: …"."""
    return str(PAUSES.get(reason, reason))
