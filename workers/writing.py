"""Writing: what runs ask to be said becomes messages in the outbox, all of a batch in one write.

Knows which columns each kind of message has of its own. Must not know how a message is rendered or leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from app.lists import in_shop
from app.mail_ids import mail_ids
from app.models import Email, Message
from app.questions import asks, told
from graph.effects import GrantOffer, NotifyStaff, SendChat, SendMessage
from graph.fields import span
from graph.interpreter import Plan
from workers.asked import Asked, of


class Content(NamedTuple):
    """What a message says and to whom, in columns of its table."""

    audience: str = "customer"
    channel: str = "email"
    topic: str = "order"
    email_id: int | None = None
    email_revision: int | None = None
    text: str = ""
    data: Mapping[str, Any] | None = None
    latest_at: datetime | None = None


Said = tuple[Asked, Content]
WHOSE = ("shop_id", "key", "mail_id", "flow_id", "epoch", "run_id", "node", "visit", "customer_id")


def write(plan: Plan, asked: Sequence[Asked], notes: Mapping[str, str], now: datetime) -> None:
    """Prepare the messages that are asked for; `notes` are the texts to the shop's own people, by their keys."""
    latest = now + span(plan.settings["latest"]) if plan.settings.get("latest") else None
    said = [*_emails(asked, latest), *_in_the_shop(asked, latest), *_to_staff(asked, notes)]
    Message.prepare((*WHOSE, *Content._fields), _rows(said), now)


def _emails(asked: Sequence[Asked], latest: datetime | None) -> list[Said]:
    wanted = of(SendMessage, asked)
    if not wanted:
        return []
    emails = {effect.email for _each, effect in wanted}
    known = _revisions(shop_id=wanted[0][0].run.shop_id, emails=emails)
    revisions = {email.id: email.revision for email in known}
    contents = {
        effect: Content(topic=effect.topic, email_id=effect.email, email_revision=revisions.get(effect.email),
                        latest_at=latest)
        for effect in {effect for _each, effect in wanted}
    }  # fmt: skip
    return [(each, contents[effect]) for each, effect in wanted]


@asks
def _revisions() -> Any:
    return select(Email.id, Email.revision).where(in_shop(told("shop_id"), Email.id, told("emails")))


def _in_the_shop(asked: Sequence[Asked], latest: datetime | None) -> list[Said]:
    """Return what is going to stand in the shop's own pages: chat messages and banners."""
    chats = [(each, Content(channel="chat", text=effect.text, topic=effect.topic, latest_at=latest))
             for each, effect in of(SendChat, asked)]  # fmt: skip
    banners = [
        (each, Content(channel="offer", text=effect.text, topic="news", latest_at=latest,
                       data={"title": effect.title, "image": effect.image}))
        for each, effect in of(GrantOffer, asked)
    ]  # fmt: skip
    return chats + banners


def _to_staff(asked: Sequence[Asked], notes: Mapping[str, str]) -> list[Said]:
    return [(each, Content("staff", text=notes[each.key])) for each, effect in of(NotifyStaff, asked)
            if effect.by != "app"]  # fmt: skip


def _rows(said: Sequence[Said]) -> list[tuple[Any, ...]]:
    if not said:
        return []
    keys, shop_id = [each.key for each, _content in said], said[0][0].run.shop_id
    return [
        (
            run.shop_id,
            key,
            mail_id,
            run.flow_id,
            run.epoch,
            run.id,
            effect.node,
            visit,
            run.customer_id,
            *content,
        )
        for ((run, visit, effect), content), key, mail_id in zip(
            said, keys, mail_ids(keys, shop_id), strict=True
        )
    ]
