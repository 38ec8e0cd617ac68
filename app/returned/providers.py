"""What mail providers report by webhook, in the fields that they share: see `notices` for the plain form.

Knows the shapes of Amazon SES, Brevo, Mailgun, Postmark and SendGrid. Must not know a shop or a table.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from app.models.bounces import Notice

KINDS = ("event", "type", "Type", "RecordType", "severity", "bounceType", "notificationType")
EMAILS = ("email", "recipient", "Email", "emailAddress")
IDS = ("id", "sg_event_id", "ID", "feedbackId", "message_id", "message-id", "MessageID")
WORDS = ("reason", "Description", "diagnosticCode", "description")
COMPLAINTS = {"complaint", "complained", "spam", "spamreport", "spamcomplaint", "spam_complaint"}
SOFT = {"soft", "softbounce", "soft_bounce", "transient", "temporary", "undetermined", "blocked"}
HARD = {"hard", "hardbounce", "hard_bounce", "permanent", "invalid_email", "bounce", "bounced"}


def notices(body: Any) -> list[Notice]:
    """Return the bounces and complaints in a report; other happenings are left out.

    The plain form is {"type": "hard" | "soft" | "complaint", "email": …, "id": …, "reason": …}, one or a list of them.
    """
    return [notice for told in flat(body) if (notice := _notice(told))]


def flat(body: Any) -> Iterator[Mapping[str, Any]]:
    """Yield each happening in a report, taken out of what wraps it."""
    if isinstance(body, list):
        for each in body[:1000]:
            yield from flat(each)
    elif isinstance(body, dict):
        inner = _inner(body)
        if inner is None:
            yield body
        else:
            yield from flat(inner)


def _inner(told: dict[str, Any]) -> Any:
    """Return what a report wraps, or None when it wraps nothing."""
    if told.get("Type") == "Notification" and isinstance(told.get("Message"), str):
        try:
            return json.loads(told["Message"])
        except (ValueError, RecursionError):
            return []
    if isinstance(told.get("event-data"), dict):
        return told["event-data"]
    for part, people in (("bounce", "bouncedRecipients"), ("complaint", "complainedRecipients")):
        about = told.get(part)
        if isinstance(about, dict) and isinstance(about.get(people), list):
            shared = {
                "type": part,
                "bounceType": about.get("bounceType"),
                "feedbackId": about.get("feedbackId"),
            }
            return [{**shared, **each} for each in about[people] if isinstance(each, dict)]
    return None


def said(told: Mapping[str, Any]) -> set[str]:
    """Return the words in which a report says what happened, in small letters."""
    return {told[name].lower() for name in KINDS if isinstance(told.get(name), str)}


def _notice(told: Mapping[str, Any]) -> Notice | None:
    words = said(told)
    sorts = (("complaint", COMPLAINTS), ("soft", SOFT), ("hard", HARD))
    kind = next((kind for kind, names in sorts if words & names), "")
    email = _first(told, EMAILS).strip().lower()
    if not kind or "@" not in email:
        return None
    return Notice(kind, email, _key(told, kind, email), _first(told, WORDS))


def _key(told: Mapping[str, Any], kind: str, email: str) -> str:
    # Without an id of its own, the same report twice is told by its whole content.
    named = _first(told, IDS) or json.dumps(told, sort_keys=True, default=str)
    return "hook:" + hashlib.sha256(f"{named}:{kind}:{email}".encode()).hexdigest()[:40]


def _first(told: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(told[name]) for name in names if isinstance(told.get(name), str | int)), "")
