"""Effects: what a batch of runs asks of the world becomes rows, a kind at a time.

Each row carries the run and the visit that asked for it, so that asking twice changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from app import bulk
from app.extensions import db
from app.lists import in_shop
from app.models import Call, Code, Coupon, Customer, CustomerTag, StaffNotice
from app.unit import changed
from graph.effects import CallWebhook, IssueCoupon, NotifyStaff, TagCustomer
from graph.interpreter import Plan
from workers import marks, wares, writing
from workers.asked import Asked, of

Coded = tuple[Asked, IssueCoupon]
TAGGED = ("shop_id", "customer_id", "tag")


def carry_out(plan: Plan, asked: Sequence[Asked], now: datetime) -> dict[int, int]:
    """Write the rows of these effects; return the last code that was kept for each run, by its id."""
    if not asked:
        return {}
    codes = _reserve(of(IssueCoupon, asked), now)
    _tag(of(TagCustomer, asked), now)
    notes = _notes(of(NotifyStaff, asked))
    writing.write(plan, asked, notes, now)
    StaffNotice.tell(list(_notices(of(NotifyStaff, asked), notes, now)))
    Call.prepare(list(_calls(of(CallWebhook, asked), now)))
    return codes


def _notes(asked: Sequence[tuple[Asked, NotifyStaff]]) -> dict[str, str]:
    """Return what the shop's own people are told, by key: which product it is about, and the merchant's words."""
    if not asked:
        return {}
    abouts = wares.about(asked[0][0].run.shop_id, {each.run.event_id for each, _effect in asked})
    parts = {each.key: (abouts.get(each.run.event_id), effect.text) for each, effect in asked}
    return {key: "\n\n".join(filter(None, said)) for key, said in parts.items()}


def _notices(
    asked: Sequence[tuple[Asked, NotifyStaff]], notes: Mapping[str, str], now: datetime
) -> Iterator[dict[str, Any]]:
    for each, effect in asked:
        if effect.by != "email":
            run = each.run
            yield {"shop_id": run.shop_id, "key": each.key, "sort": "note", "text": notes[each.key],
                   "path": f"/runs/{run.id}", "customer_id": run.customer_id, "at": now, "read_at": None}  # fmt: skip


def _calls(asked: Sequence[tuple[Asked, CallWebhook]], now: datetime) -> Iterator[dict[str, Any]]:
    for each, effect in asked:
        run = each.run
        yield {"shop_id": run.shop_id, "key": each.key, "call_id": marks.call_id(each.key, run.shop_id),
               "flow_id": run.flow_id, "epoch": run.epoch, "run_id": run.id, "node": effect.node,
               "customer_id": run.customer_id, "url": effect.url, "text": effect.text, "state": "waiting",
               "reason": "", "send_at": now, "token": 0, "attempts": 0, "asked_at": now, "reply": ""}  # fmt: skip


def _tag(asked: Sequence[tuple[Asked, TagCustomer]], now: datetime) -> None:
    """Add and remove tags; the last word about each (customer, tag) counts, and segments look again at who has them."""
    if not asked:
        return
    shop_id = asked[0][0].run.shop_id
    last = {(each.run.customer_id, effect.tag): effect.add for each, effect in asked}
    added = [(shop_id, *whose) for whose, add in last.items() if add]
    bulk.write(CustomerTag, TAGGED, added, once=TAGGED)
    gone = defaultdict[str, list[int]](list)
    for (customer_id, tag), add in last.items():
        if not add:
            gone[tag].append(customer_id)
    for tag, people in gone.items():
        theirs = in_shop(shop_id, CustomerTag.customer_id, people)
        changed(delete(CustomerTag).where(theirs, CustomerTag.tag == tag))
    Customer.touch(shop_id, {customer_id for customer_id, _tag in last}, now)


def _reserve(asked: Sequence[Coded], now: datetime) -> dict[int, int]:
    """Keep a code for each visit that gives one. A shared coupon has one string for all, which is kept once."""
    if not asked:
        return {}
    shop_id = asked[0][0].run.shop_id
    coupons = _coupons(shop_id, {effect.coupon for _each, effect in asked})
    texts = _texts(shop_id, asked, coupons)
    Code.reserve(
        [
            _code(each, coupons[effect.coupon], text, now)
            for (each, effect), text in zip(asked, texts, strict=True)
        ]
    )
    known = {code.code.upper(): code.id for code in Code.among(shop_id, texts)}
    return {each.run.id: known[text.upper()] for (each, _effect), text in zip(asked, texts, strict=True)}


def _coupons(shop_id: int, ids: set[int]) -> dict[int, Coupon]:
    """Return the coupons by id; raises LookupError for one that never existed, which parks the run that names it."""
    theirs = select(Coupon).where(Coupon.shop_id == shop_id, Coupon.id.in_(ids))
    found = {coupon.id: coupon for coupon in db.session.scalars(theirs)}
    if missing := ids - found.keys():
        raise LookupError(f"no coupon {sorted(missing)}")
    return found


def _texts(shop_id: int, asked: Sequence[Coded], coupons: Mapping[int, Coupon]) -> list[str]:
    """Return a string for each visit that no other code of the shop has: drawn again where one is taken."""
    drawn = [_drawn(each, coupons[effect.coupon], 0) for each, effect in asked]
    taken = {code.code: (code.run_id, code.visit) for code in Code.among(shop_id, drawn)}
    for place, (each, effect) in enumerate(asked):
        coupon, mine = coupons[effect.coupon], (each.run.id, each.visit)
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
