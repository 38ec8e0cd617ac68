"""Effects: what a batch of runs asks of the world becomes rows, a kind at a time.

Each row carries the run and the visit that asked for it, so that asking twice changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from app import bulk
from app.extensions import db
from app.lists import in_shop
from app.models import Call, Code, Coupon, Customer, CustomerTag, Email, Message, StaffNotice
from app.unit import changed
from graph.effects import (
    CallWebhook,
    Effect,
    GrantOffer,
    IssueCoupon,
    NotifyStaff,
    SendChat,
    SendMessage,
    TagCustomer,
)
from graph.fields import span
from graph.interpreter import Plan
from workers import marks, wares


@dataclass(frozen=True, slots=True)
class Asked:
    """One effect with the run (a row of `run`) and the visit that asked for it."""

    run: Any
    visit: int
    effect: Effect


def carry_out(plan: Plan, asked: Sequence[Asked], now: datetime) -> dict[int, dict[str, Any]]:
    """Write the rows of these effects; return what goes on the runs, by id: the last code that each was given."""
    codes = _reserve([each for each in asked if isinstance(each.effect, IssueCoupon)], now)
    _tag([each for each in asked if isinstance(each.effect, TagCustomer)], now)
    abouts = _abouts(asked)
    Message.prepare(
        [*_messages(plan, asked, now), *_shop_messages(plan, asked, now), *_notes(asked, now, abouts)]
    )
    StaffNotice.tell(list(_notices(asked, now, abouts)))
    Call.prepare(list(_calls(asked, now)))
    return {run_id: {"code_id": code_id} for run_id, code_id in codes.items()}


def _messages(plan: Plan, asked: Sequence[Asked], now: datetime) -> Iterator[dict[str, Any]]:
    wanted = [each for each in asked if isinstance(each.effect, SendMessage)]
    if not wanted:
        return
    emails = {each.effect.email for each in wanted if isinstance(each.effect, SendMessage)}
    known = select(Email.id, Email.revision).where(
        Email.shop_id == wanted[0].run.shop_id, Email.id.in_(emails)
    )
    revisions = {id: revision for id, revision in db.session.execute(known)}
    latest = now + span(plan.settings["latest"]) if plan.settings.get("latest") else None
    for each in wanted:
        assert isinstance(each.effect, SendMessage)
        design = each.effect.email
        yield _message(each, now, "customer") | {
            "email_id": design, "email_revision": revisions.get(design), "latest_at": latest,
            "topic": each.effect.topic,
        }  # fmt: skip


def _shop_messages(plan: Plan, asked: Sequence[Asked], now: datetime) -> Iterator[dict[str, Any]]:
    """Yield what is going to stand in the shop's own pages: chat messages and banners."""
    latest = now + span(plan.settings["latest"]) if plan.settings.get("latest") else None
    for each in asked:
        effect, told = each.effect, dict[str, Any]()
        if isinstance(effect, SendChat):
            told = {"channel": "chat", "text": effect.text, "topic": effect.topic}
        elif isinstance(effect, GrantOffer):
            banner = {"title": effect.title, "image": effect.image}
            told = {"channel": "offer", "text": effect.text, "topic": "news", "data": banner}
        else:
            continue
        yield _message(each, now, "customer") | told | {"latest_at": latest}


def _abouts(asked: Sequence[Asked]) -> Mapping[int, str]:
    """Return, by event, the product that notes are about."""
    notes = [each.run for each in asked if isinstance(each.effect, NotifyStaff)]
    return wares.about(notes[0].shop_id, {run.event_id for run in notes}) if notes else {}


def _told(each: Asked, abouts: Mapping[int, str]) -> str:
    assert isinstance(each.effect, NotifyStaff)
    return "\n\n".join(part for part in (abouts.get(each.run.event_id), each.effect.text) if part)


def _notes(asked: Sequence[Asked], now: datetime, abouts: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    for each in asked:
        if isinstance(each.effect, NotifyStaff) and each.effect.by != "app":
            yield _message(each, now, "staff") | {"text": _told(each, abouts)}


def _notices(asked: Sequence[Asked], now: datetime, abouts: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    for each in asked:
        if isinstance(each.effect, NotifyStaff) and each.effect.by != "email":
            run = each.run
            yield {"shop_id": run.shop_id, "key": _key(each), "sort": "note", "text": _told(each, abouts),
                   "path": f"/runs/{run.id}", "customer_id": run.customer_id, "at": now, "read_at": None}  # fmt: skip


def _calls(asked: Sequence[Asked], now: datetime) -> Iterator[dict[str, Any]]:
    for each in asked:
        run = each.run
        if isinstance(each.effect, CallWebhook):
            yield {"shop_id": run.shop_id, "key": _key(each), "call_id": marks.call_id(_key(each), run.shop_id),
                   "flow_id": run.flow_id, "epoch": run.epoch, "run_id": run.id, "node": each.effect.node,
                   "customer_id": run.customer_id, "url": each.effect.url, "text": each.effect.text, "state": "waiting",
                   "reason": "", "send_at": now, "token": 0, "attempts": 0, "asked_at": now, "reply": ""}  # fmt: skip


def _key(each: Asked) -> str:
    return f"{each.run.id}:{each.effect.node}:{each.visit}"


def _message(each: Asked, now: datetime, audience: str) -> dict[str, Any]:
    run, key = each.run, _key(each)
    return {
        "shop_id": run.shop_id, "key": key, "mail_id": marks.mail_id(key, run.shop_id), "flow_id": run.flow_id,
        "epoch": run.epoch, "run_id": run.id, "node": each.effect.node, "visit": each.visit,
        "customer_id": run.customer_id, "audience": audience, "email_id": None, "email_revision": None,
        "topic": "order", "channel": "email", "data": None, "text": "", "subject": "", "state": "prepared",
        "reason": "", "send_at": now, "latest_at": None, "token": 0,
        "attempts": 0, "prepared_at": now, "reply": "",
    }  # fmt: skip


def _tag(asked: Sequence[Asked], now: datetime) -> None:
    """Add and remove tags; the last word about each (customer, tag) counts, and segments look again at who has them."""
    if not asked:
        return
    shop_id, last = asked[0].run.shop_id, dict[tuple[int, str], bool]()
    for each in asked:
        if isinstance(each.effect, TagCustomer):
            last[each.run.customer_id, each.effect.tag] = each.effect.add
    names, gone = ("shop_id", "customer_id", "tag"), defaultdict[str, list[int]](list)
    added = [dict(zip(names, (shop_id, *whose), strict=True)) for whose, add in last.items() if add]
    bulk.insert(CustomerTag, added, once=names)
    for (customer_id, tag), add in last.items():
        if not add:
            gone[tag].append(customer_id)
    for tag, people in gone.items():
        theirs = in_shop(shop_id, CustomerTag.customer_id, people)
        changed(delete(CustomerTag).where(theirs, CustomerTag.tag == tag))
    Customer.touch(shop_id, {customer_id for customer_id, _tag in last}, now)


def _reserve(asked: Sequence[Asked], now: datetime) -> dict[int, int]:
    """Keep a code for each visit that gives one. A shared coupon has one string for all, which is kept once."""
    if not asked:
        return {}
    shop_id = asked[0].run.shop_id
    coupons = _coupons(
        shop_id, {each.effect.coupon for each in asked if isinstance(each.effect, IssueCoupon)}
    )
    texts = _texts(shop_id, asked, coupons)
    Code.reserve(
        [_code(each, coupons[_coupon(each)], text, now) for each, text in zip(asked, texts, strict=True)]
    )
    known = {code.code.upper(): code.id for code in Code.among(shop_id, texts)}
    return {each.run.id: known[text.upper()] for each, text in zip(asked, texts, strict=True)}


def _coupon(each: Asked) -> int:
    assert isinstance(each.effect, IssueCoupon)
    return each.effect.coupon


def _coupons(shop_id: int, ids: set[int]) -> dict[int, Coupon]:
    """Return the coupons by id; raises LookupError for one that never existed, which parks the run that names it."""
    theirs = select(Coupon).where(Coupon.shop_id == shop_id, Coupon.id.in_(ids))
    found = {coupon.id: coupon for coupon in db.session.scalars(theirs)}
    if missing := ids - found.keys():
        raise LookupError(f"no coupon {sorted(missing)}")
    return found


def _texts(shop_id: int, asked: Sequence[Asked], coupons: Mapping[int, Coupon]) -> list[str]:
    """Return a string for each visit that no other code of the shop has: drawn again where one is taken."""
    drawn = [_drawn(each, coupons[_coupon(each)], 0) for each in asked]
    taken = {code.code: (code.run_id, code.visit) for code in Code.among(shop_id, drawn)}
    for place, each in enumerate(asked):
        coupon, mine = coupons[_coupon(each)], (each.run.id, each.visit)
        if coupon.personal and taken.get(drawn[place], mine) != mine:
            drawn[place] = _drawn(each, coupon, 1)
    return drawn


def _drawn(each: Asked, coupon: Coupon, draw: int) -> str:
    if not coupon.personal:
        return coupon.prefix
    return "-".join(part for part in (coupon.prefix, marks.code(each.run.id, each.visit, draw)) if part)


def _code(each: Asked, coupon: Coupon, text: str, now: datetime) -> dict[str, Any]:
    own = coupon.personal
    ends = [coupon.ends_at, now + timedelta(days=coupon.days) if own and coupon.days else None]
    return {
        "shop_id": coupon.shop_id, "coupon_id": coupon.id, "code": text, "run_id": each.run.id if own else None,
        "node": each.effect.node if own else "", "visit": each.visit if own else None,
        "customer_id": each.run.customer_id if own else None, "state": "reserved" if own else "issued", "uses": 0,
        "ends_at": min((end for end in ends if end), default=None) if own else None, "created_at": now,
    }  # fmt: skip
