"""Reasons: why somebody got nothing, why a run ended, why an automation paused, each as one plain sentence.

The codes are written by the engine; their words are here and nowhere else. A code without words is shown as it is, so
that nothing is hidden.
"""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.telling import tell
from graph import events

# Why a happening did not start the automation for this customer.
REFUSALS = {
    "no_address": _l("No e-mail address was known"),
    "unreadable": _l("What happened could not be read together with this automation"),
    "unsubscribed": _l("They have unsubscribed"),
    "not_subscriber": _l("They have not agreed to receive news"),
    "before_activation": _l("It happened before the automation was turned on"),
    "left_to_checkout": _l("They had reached the checkout: another automation looks after that"),
    "once": _l("They had been in it before, and everyone enters only once"),
    "same_key": _l("They had been in it for this cart or order already"),
    "known": _l("This happening was counted already"),
    "too_soon": _l("They had been in it too short a time before"),
    "already_in": _l("They were still in it"),
    "unused_offer": _l("They still hold an unused coupon"),
    "elsewhere": _l("They were in another automation"),
    "bounced": _l("Their address does not take e-mails"),
    "complained": _l("They have called an e-mail spam"),
}

# Why a message was not sent, or not yet.
MESSAGES = {
    "switched_off": _l("The automation was turned off"),
    "run_ended": _l("The customer had left the automation"),
    "goal": _l("The customer had ordered by then"),
    "latest": _l("It was too late to be welcome"),
    "audience": _l("They have not agreed to receive news"),
    "topic": _l("They want no e-mails of this kind"),
    "cap": _l("They have had as many e-mails lately as you allow"),
    "bounced": _l("Their address does not take e-mails"),
    "complained": _l("They have called an e-mail spam"),
    "paused": _l("The automation is paused"),
    "quiet": _l("It is night; the e-mail waits for the morning"),
    "coupon": _l("Its coupon could not be given"),
    "channel_gone": _l("The shop did not sell at that time"),
    "email_gone": _l("Its e-mail no longer exists"),
    "wording": _l("The e-mail could not be written: look at its words"),
    "address": _l("The address does not exist or refuses mail"),
    "erased": _l("The customer was erased"),
    "no_staff_address": _l("Your team's address is missing in the settings"),
    "sender": _l("The sender's address is missing in the settings"),
    "channel": _l("The mail server does not take our mail; it is tried again"),
    "later": _l("The mail server asked to come back later"),
    "gave_up": _l("The mail server did not take it for a whole day"),
    "by_hand": _l("You wrote about this cart by hand instead"),
    "restored": _l("A backup was put back, and it may have left before"),
    "server_failed": _l("The mail server refused it"),
    "server_unknown": _l("The mail server did not say whether it took it"),
    "cut_off": _l("The connection broke at the last moment: it may have arrived or not"),
}

# Why a call to another system failed, or is not made yet.
CALLS = {
    "call_later": _l("The other system did not take it; it is tried again"),
    "call_gave_up": _l("The other system did not take it for a day and a half"),
    "call_gone": _l("The other system wants no more calls at this address"),
    "call_address": _l("The address to call cannot be read"),
    "call_scheme": _l("The address to call must begin with https://"),
    "call_port": _l("The address to call names a port that is not open to calls"),
    "call_inside": _l("The address to call leads into a private network, which is not allowed"),
    "call_unknown": _l("No server is known under the address to call"),
}

# Why a run ended or stopped, and why an automation paused itself.
ENDINGS = {
    "end": _l("They reached the end"),
    "skipped": _l("Somebody of the shop took them out"),
    "overdue": _l("It was overdue after a pause, and was left out"),
    "republished": _l("The automation was changed, and those in it were taken out"),
    "error": _l("A step could not be carried out"),
}
PAUSES = {
    "by_hand": _l("somebody of the shop did so"),
    "restored": _l("a backup was put back"),
    "coupon_ended": _l("coupon ended"),
    "coupon_used_up": _l("coupon used up"),
    "coupon_withdrawn": _l("coupon withdrawn"),
    "coupon_unsupported": _l("coupon of a kind that is not allowed here"),
    "channel_gone": _l("the shop no longer sells"),
}
# By which way a customer said yes or no to news.
SOURCES = {
    "link": _l("by a link in an e-mail"),
    "confirmation": _l("by the button in the confirmation e-mail"),
    "complaint": _l("by calling an e-mail spam"),
    "erased": _l("when they were erased"),
}
ALL = {**REFUSALS, **MESSAGES, **CALLS, **ENDINGS}


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


def consent_source(source: str) -> str:
    """Return by which way an answer about news came, as a phrase; what a shop's own system said is quoted."""
    kind, _colon, event = source.partition(": ")
    if kind == "shop":
        return _("told by your shop (%(event)s)", event=event)
    return str(SOURCES.get(source, source))
