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

# Why a message was not sent.
MESSAGES = {
    "switched_off": __("The automation was turned off"),
    "flow_off": __("The automation was turned off"),
    "flow": __("The automation was turned off"),
    "paused": __("The automation was paused"),
    "run": __("The customer had left the automation"),
    "run_ended": __("The customer had left the automation"),
    "goal": __("The customer had ordered by then"),
    "audience": __("They have not agreed to receive news"),
    "cap": __("They had enough e-mails that day"),
    "quiet": __("It was night; it waits for the morning"),
    "late": __("It was too late to be welcome"),
    "latest": __("It was too late to be welcome"),
    "coupon": __("Its coupon could not be given"),
    "no_coupon": __("Its coupon could not be given"),
    "email_gone": __("Its e-mail no longer exists"),
    "broken": __("The e-mail could not be written: look at its words"),
    "wording": __("The e-mail could not be written: look at its words"),
    "address": __("The address does not exist or refuses mail"),
    "bounced": __("The address does not exist or refuses mail"),
    "server_failed": __("The mail server refused it"),
    "server_unknown": __("The mail server did not say whether it took it"),
    "cut_off": __("The connection broke at the last moment: it may have arrived or not"),
    "erased": __("The customer was erased"),
}

# Why a run ended, and why an automation paused itself.
ENDINGS = {
    "end": __("They reached the end"),
    "skipped": __("Somebody of the shop took them out"),
    "error": __("A step could not be carried out"),
}
PAUSES = {
    "coupon_ended": __("its coupon has ended"),
    "coupon_used_up": __("its coupon is used up"),
    "coupon_withdrawn": __("its coupon was withdrawn"),
    "coupon_deleted": __("its coupon was withdrawn"),
    "coupon_missing": __("its coupon was withdrawn"),
    "coupon": __("its coupon cannot be given"),
    "channel": __("the mail server refuses our mail"),
    "sender": __("the sender's address is missing"),
}
ALL = {**REFUSALS, **MESSAGES, **ENDINGS}


def why(reason: str) -> str:
    """Return a reason as one sentence without a full stop; an empty one stays empty."""
    kind, _colon, event = reason.partition(":")
    if event and kind == "goal":
        return _("Goal reached: %(event)s", event=tell(events.told(event)))
    if event and kind == "exit":
        return _("Left because %(event)s", event=tell(events.told(event)))
    return str(ALL.get(reason) or ALL.get(kind) or reason)


def why_paused(reason: str) -> str:
    """Return why an automation paused itself, as the end of "Paused: …"."""
    return str(PAUSES.get(reason) or PAUSES.get(reason.partition(":")[0]) or reason)
