"""A customer: somebody who buys in a shop, what they agreed to, and how they were tagged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Row, String, UniqueConstraint, case, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import bulk
from app.columns import Instant
from app.extensions import db
from app.lists import in_shop
from app.models.calls import Call
from app.models.chats import Chat
from app.models.codes import Code
from app.models.consents import Consent
from app.models.events import Event
from app.models.handwritten import Handwritten
from app.models.inbox import InboxRow
from app.models.interests import Interest
from app.models.mail import Mail
from app.models.messages import Message
from app.models.runs import Run
from app.models.suppressions import Suppression
from app.models.tags import CustomerTag
from app.questions import asks, told
from app.unit import changed
from app.upsert import built_once, insert, once

CONSENTS = ("none", "pending", "subscribed", "unsubscribed")
TOLD = ("first_name", "last_name", "locale", "timezone")  # what a shop may tell anew each time


def _where_known(column: str, name: str, *before: str) -> Index:
    """Return an index of those only of whom a column says anything: each change of a customer is written into all."""
    known = db.text(f"{column} IS NOT NULL")
    return Index(name, *before, column, sqlite_where=known, postgresql_where=known)


class Customer(db.Model):
    """One e-mail address known to one shop. `email` is normalised; None once erased."""

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("shop_id", "email"),
        UniqueConstraint("shop_id", "id"),
        Index("ix_customer_last_order", "shop_id", "last_order_at"),
        _where_known("last_order_heard_at", "ix_customer_last_order_heard", "shop_id"),
        Index("ix_customer_changed", "shop_id", "changed_at"),
        Index("ix_customer_created", "shop_id", "created_at"),
        _where_known("read_at", "ix_customer_read", "shop_id"),
        _where_known("birthday", "ix_customer_birthday", "shop_id", "timezone"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    email: Mapped[str | None] = mapped_column(String(254))
    first_name: Mapped[str] = mapped_column(String(120), default="")
    last_name: Mapped[str] = mapped_column(String(120), default="")
    locale: Mapped[str] = mapped_column(String(8), default="")
    locale_chosen: Mapped[bool] = mapped_column(
        default=False
    )  # by themselves: the shop's word no longer counts
    timezone: Mapped[str] = mapped_column(String(64), default="")
    consent: Mapped[str] = mapped_column(String(12), default="none")
    consent_source: Mapped[str] = mapped_column(String(80), default="")
    consent_at: Mapped[datetime | None] = mapped_column(Instant)
    orders_count: Mapped[int] = mapped_column(default=0)
    spent: Mapped[int] = mapped_column(db.BigInteger, default=0)
    last_order_at: Mapped[datetime | None] = mapped_column(Instant)
    last_order_heard_at: Mapped[datetime | None] = mapped_column(
        Instant
    )  # when the shop told of an order last
    birthday: Mapped[str | None] = mapped_column(String(5))  # "02-29": month and day are all that is needed
    read_at: Mapped[datetime | None] = mapped_column(Instant)  # when an e-mail was opened or followed last
    changed_at: Mapped[datetime | None] = mapped_column(
        Instant
    )  # when what rules ask about changed last, by our clock
    created_at: Mapped[datetime] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def save(cls, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write customers by (shop, e-mail): a name, language or zone is taken over unless it is blank."""
        blank = {"consent": "none", "consent_source": "", "orders_count": 0, "spent": 0,
                 "locale_chosen": False, "birthday": None, "changed_at": None}  # fmt: skip
        bulk.upsert(cls, cls._saved(), [{**blank, **row} for row in rows])

    @classmethod
    @built_once
    def _saved(cls) -> Any:
        fresh = insert(cls)
        told: dict[str, Any] = {
            name: func.coalesce(func.nullif(fresh.excluded[name], ""), getattr(cls, name)) for name in TOLD
        }
        told["locale"] = case((cls.locale_chosen, cls.locale), else_=told["locale"])
        told["birthday"] = func.coalesce(fresh.excluded.birthday, cls.birthday)
        # Left alone where nothing changes, so that a telling does not move the row in its index.
        told["changed_at"] = case(
            (told["locale"] != cls.locale, fresh.excluded.changed_at), else_=cls.changed_at
        )
        return fresh.on_conflict_do_update(index_elements=["shop_id", "email"], set_=told)

    @classmethod
    def ids(cls, shop_id: int, emails: Collection[str]) -> dict[str, int]:
        """Return the id of each of these addresses that the shop knows."""
        return {row.email: row.id for row in cls._known(shop_id=shop_id, emails=emails)} if emails else {}

    @classmethod
    @asks
    def _known(cls) -> Any:
        return select(cls.email, cls.id).where(in_shop(told("shop_id"), cls.email, told("emails")))

    @classmethod
    def agree(cls, shop_id: int, id: int, source: str, said: datetime, wording: str = "") -> bool:
        """Record a subscription and the words agreed to; False when the customer has said something since."""
        row = cls._consent(shop_id, id, "subscribed", source, said, wording)
        if row is not None and row.email:
            Suppression.lift(shop_id, row.email, said)
        return row is not None

    @classmethod
    def speak(cls, shop_id: int, id: int, locale: str) -> None:
        """Keep the language that a customer chose for what is written to them."""
        theirs = update(cls).where(cls.shop_id == shop_id, cls.id == id)
        db.session.execute(theirs.values(locale=locale, locale_chosen=True))

    @classmethod
    def born(cls, shop_id: int, id: int, birthday: str | None) -> bool:
        """Keep the day of a birthday, or forget it; False when there is no such customer."""
        theirs = update(cls).where(cls.shop_id == shop_id, cls.id == id, cls.erased_at.is_(None))
        return bool(changed(theirs.values(birthday=birthday)))

    @classmethod
    def touch(cls, shop_id: int, ids: Collection[int], now: datetime, **values: Any) -> int:
        """Note that something about these customers changed, so that segments look at them again; return how many."""
        theirs = update(cls).where(in_shop(shop_id, cls.id, ids))
        return changed(theirs.values(changed_at=now, **values)) if ids else 0

    @classmethod
    def house(cls, shop_id: int, now: datetime) -> int:
        """Return the id of the row that stands for the shop itself, for what concerns no customer.

        It has an empty address and counts as erased: no list shows it, and nothing can be sent to it.
        """
        row = {
            "shop_id": shop_id,
            "email": "",
            "created_at": now,
            "erased_at": now,
            "consent": "unsubscribed",
        }
        db.session.execute(once(cls, "shop_id", "email").values(row))
        mine = select(cls.id).where(cls.shop_id == shop_id, cls.email == "")
        return db.session.scalars(mine).one()

    @classmethod
    def ask(cls, shop_id: int, id: int, source: str, said: datetime, wording: str = "") -> bool:
        """Record a yes that is still to be confirmed by mail. False when they are subscribed, or were asked before."""
        known = select(cls.consent).where(cls.shop_id == shop_id, cls.id == id)
        if db.session.scalar(known) == "subscribed":
            return False
        return cls._consent(shop_id, id, "pending", source, said, wording) is not None

    @classmethod
    def unsubscribe(cls, shop_id: int, id: int, source: str, now: datetime) -> bool:
        """Record a no: from the commit on, no message to this address passes a gate. False when it was said before."""
        row = cls._consent(shop_id, id, "unsubscribed", source, now)
        if row is None:
            return False
        if row.email:
            Suppression.add(shop_id, row.email, "unsubscribed", now)
        Event.record(
            shop_id, "customer.unsubscribed", f"customer.unsubscribed:{id}:{now.isoformat()}", id, now, {}
        )
        return True

    @classmethod
    def _consent(
        cls, shop_id: int, id: int, consent: str, source: str, said: datetime, wording: str = ""
    ) -> Row[Any] | None:
        theirs = update(cls).where(cls.shop_id == shop_id, cls.id == id, cls.consent != consent)
        later = theirs.where(or_(cls.consent_at.is_(None), cls.consent_at <= said))
        looked = case((cls.changed_at > said, cls.changed_at), else_=said)
        told = later.values(consent=consent, consent_source=source, consent_at=said, changed_at=looked)
        row = db.session.execute(told.returning(cls.email)).first()
        if row is not None:
            answer = {"state": consent, "source": source[:80], "wording": wording[:500], "at": said}
            db.session.add(Consent(shop_id=shop_id, customer_id=id, **answer))
        return row

    @classmethod
    def erase(cls, shop_id: int, id: int, now: datetime) -> bool:
        """Forget a person: runs and messages end, the data goes, the address stays suppressed. False when unknown."""
        theirs = select(cls).where(cls.shop_id == shop_id, cls.id == id)
        customer = db.session.scalar(theirs.with_for_update(key_share=True))
        if customer is None or customer.erased_at is not None:
            return False
        if customer.email:
            Suppression.add(shop_id, customer.email, "erased", now)
            InboxRow.forget(shop_id, customer.email)
        Mail.forget(shop_id, customer.email, id)
        Run.cancel(now, "erased", customer_id=id)
        Message.cancel("erased", Message.customer_id == id)
        Message.forget(shop_id, id)
        Code.release(customer_id=id)
        Call.cancel("erased", now, customer_id=id)
        for kept in (Chat, Handwritten, CustomerTag, Interest):
            kept.forget(shop_id, id)
        customer.email, customer.first_name, customer.last_name = None, "", ""
        customer.locale, customer.timezone, customer.birthday = "", "", None
        customer.consent, customer.consent_source, customer.erased_at = "unsubscribed", "erased", now
        db.session.flush()
        return True
