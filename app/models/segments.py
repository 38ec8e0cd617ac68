"""Segments: which customers a rule holds for, as SQL, and who has been found in it before.

Knows how each question about a customer is asked of the table, and when its answer changes by itself. The words and
the way to ask of one customer are `graph.conditions`'; a test holds that both give the same answers. Must not know a
flow's steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    String,
    and_,
    delete,
    exists,
    false,
    func,
    insert,
    not_,
    or_,
    select,
    true,
    union,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db
from app.models.customers import Customer
from app.models.tags import CustomerTag
from app.unit import changed
from app.upsert import once
from graph.conditions import digest

Rule = Mapping[str, Any]
DAY = timedelta(days=1)
LATELY = timedelta(hours=1)  # a segment that nobody asked of for longer is not what it was
READ_AT = func.coalesce(Customer.read_at, Customer.created_at)
NUMBERS: Mapping[str, Any] = {
    "customer.orders_count": Customer.orders_count,
    "customer.spent": Customer.spent,
}
TEXTS: Mapping[str, Any] = {"customer.locale": Customer.locale, "customer.email": Customer.email}
# What counts days, with the columns in which an answer can be found to turn: whole rows are never read for it.
DAYS: Mapping[str, Any] = {
    "customer.last_order_days": Customer.last_order_at,
    "customer.known_days": Customer.created_at,
    "customer.unread_days": READ_AT,
}
TURNS: Mapping[str, tuple[tuple[Any, Any], ...]] = {
    "customer.last_order_days": ((Customer.last_order_at, true()),),
    "customer.known_days": ((Customer.created_at, true()),),
    "customer.unread_days": ((Customer.read_at, true()), (Customer.created_at, Customer.read_at.is_(None))),
}
SUBJECTS = frozenset({*NUMBERS, *TEXTS, *DAYS, "customer.subscribed", "customer.tags"})
COMPARED: Mapping[str, Callable[[Any, Any], Any]] = {
    "over": lambda column, value: column > value,
    "under": lambda column, value: column < value,
    "at_least": lambda column, value: column >= value,
    "at_most": lambda column, value: column <= value,
    "is": lambda column, value: column == value,
}


class Segment(db.Model):
    """That it is known for whom some rules hold: everybody was noted down once, and nobody was written to for it.

    `rules` is what `digest` makes of them. `at` is when they were last asked.
    """

    __tablename__ = "segment"
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), primary_key=True)
    rules: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def fresh(cls, shop_id: int, rules: Rule, now: datetime, began: bool) -> bool:
        """Return whether it is known who is inside; after a pause (`began`) it must have been asked of lately."""
        asked_at = db.session.scalar(select(cls.at).where(cls.shop_id == shop_id, cls.rules == digest(rules)))
        return asked_at is not None and (not began or asked_at > now - LATELY)

    @classmethod
    def take_stock(cls, shop_id: int, rules: Rule, now: datetime) -> None:
        """Note down everybody for whom the rules hold already: nobody enters by a flow's being switched on."""
        name = digest(rules)
        for model in (SegmentMember, cls):
            db.session.execute(delete(model).where(model.shop_id == shop_id, model.rules == name))
        inside = select(Customer.shop_id, db.literal(name), Customer.id)
        whole = inside.where(Customer.shop_id == shop_id, Customer.erased_at.is_(None), holds(rules, now))
        db.session.execute(insert(SegmentMember).from_select(["shop_id", "rules", "customer_id"], whole))
        db.session.execute(insert(cls).values(shop_id=shop_id, rules=name, at=now))

    @classmethod
    def asked(cls, shop_id: int, rules: Rule, now: datetime) -> None:
        """Record that the rules were asked up to now."""
        mine = update(cls).where(cls.shop_id == shop_id, cls.rules == digest(rules))
        db.session.execute(mine.values(at=now))


class SegmentMember(db.Model):
    """A customer for whom rules held when they were last asked."""

    __tablename__ = "segment_member"
    __table_args__ = (same_shop("customer_id", "customer"),)
    shop_id: Mapped[int] = mapped_column(primary_key=True)
    rules: Mapped[str] = mapped_column(String(16), primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True)

    @classmethod
    def enter(cls, shop_id: int, rules: Rule, customers: Sequence[int]) -> list[int]:
        """Note down who has come in; return those of whom nobody knew."""
        rows = [{"shop_id": shop_id, "rules": digest(rules), "customer_id": id} for id in customers]
        if not rows:
            return []
        first = once(cls, "shop_id", "rules", "customer_id").values(rows).returning(cls.customer_id)
        return list(db.session.scalars(first))

    @classmethod
    def leave(cls, shop_id: int, rules: Rule, customers: Sequence[int]) -> int:
        """Strike out who is not in it any more: they may come in again."""
        mine = delete(cls).where(cls.shop_id == shop_id, cls.rules == digest(rules))
        return changed(mine.where(cls.customer_id.in_(customers))) if customers else 0


def crossed(shop_id: int, rules: Rule, since: datetime, until: datetime, most: int) -> list[Row[Any]]:
    """Return (id, inside) of up to `most` customers who came in or left in that time, by a change or as days went by.

    Only those are looked at whose answer can have turned, each kind by its index.
    """
    looked = [Customer.changed_at > since, Customer.changed_at <= until]
    ways = [and_(*looked), *(where for _column, where in turns(rules, since, until))]
    touched = union(*(select(Customer.id).where(Customer.shop_id == shop_id, way) for way in ways))
    member = exists().where(
        SegmentMember.shop_id == shop_id, SegmentMember.rules == digest(rules),
        SegmentMember.customer_id == Customer.id,
    )  # fmt: skip
    inside = and_(holds(rules, until), Customer.erased_at.is_(None))
    looked_at = select(Customer.id, inside.label("inside")).where(
        Customer.id.in_(select(touched.subquery().c.id))
    )
    return list(
        db.session.execute(
            looked_at.where(or_(and_(inside, not_(member)), and_(member, not_(inside)))).limit(most)
        )
    )


def holds(rules: Rule, now: datetime) -> ColumnElement[bool]:
    """SQL: whether the rules of a clean group hold for a customer at `now`."""
    parts = [holds(each, now) if "rules" in each else _rule(each, now) for each in rules["rules"]]
    return and_(true(), *parts) if rules["match"] == "all" else or_(false(), *parts)


def turns(rules: Rule, since: datetime, until: datetime) -> Iterator[tuple[Any, Any]]:
    """Yield (column, SQL of the rows whose answer turned in that time) for each rule that counts days."""
    for rule in _flat(rules):
        for column, where in TURNS.get(rule["subject"], ()):
            days = (int(rule["value"]) + int(rule["operator"] in ("over", "at_most"))) * DAY
            yield column, and_(where, column > since - days, column <= until - days)


def _flat(rules: Rule) -> Iterator[Rule]:
    for each in rules["rules"]:
        yield from _flat(each) if "rules" in each else (each,)


def _rule(rule: Rule, now: datetime) -> ColumnElement[bool]:
    subject, operator, value = rule["subject"], rule["operator"], rule.get("value")
    if subject in NUMBERS:
        return COMPARED[operator](NUMBERS[subject], value)  # type: ignore[no-any-return]
    if subject in DAYS:
        return func.coalesce(_days(DAYS[subject], operator, int(value or 0), now), false())
    if subject in TEXTS:
        return _text(TEXTS[subject], operator, str(value))
    if subject == "customer.tags":
        tagged = _tagged([str(each) for each in value or ()])
        return tagged if operator == "has" else not_(tagged)
    subscribed = Customer.consent == "subscribed"
    return subscribed if operator == "yes" else not_(subscribed)


def _days(column: Any, operator: str, days: int, now: datetime) -> Any:
    """SQL of whole days gone by: more than five are six whole days, which is at least six."""
    match operator:
        case "over":
            return column <= now - (days + 1) * DAY
        case "at_least":
            return column <= now - days * DAY
        case "under":
            return column > now - days * DAY
    return column > now - (days + 1) * DAY


def _text(column: Any, operator: str, value: str) -> ColumnElement[bool]:
    """SQL of a comparison of letters, large or small; what is not known is never so."""
    known, small = and_(column.is_not(None), column != ""), func.lower(column)
    part = small.contains(value.lower(), autoescape=True)
    asked = {
        "is": small == value.lower(), "is_not": small != value.lower(), "has": part, "has_not": not_(part),
    }[operator]  # fmt: skip
    return and_(known, asked)


def _tagged(tags: Sequence[str]) -> ColumnElement[bool]:
    # As people write them, large or small: the database's own idea of letters ends at Z.
    written = {way for tag in tags for way in (tag, tag.lower(), tag.upper(), tag.title(), tag.capitalize())}
    mine = CustomerTag.shop_id == Customer.shop_id, CustomerTag.customer_id == Customer.id
    return exists().where(*mine, CustomerTag.tag.in_(written))
