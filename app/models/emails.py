"""An e-mail's design: subject and blocks in one or more languages. A message is one rendering of it.

`content` is what leaves from now on; `draft` is what somebody works on, kept at each keystroke, sent to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, UniqueConstraint, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, Json, same_shop
from app.extensions import db
from app.models.flows import MOMENT
from app.models.shops import Shop
from app.unit import changed

Content = Mapping[str, Any]


class Email(db.Model):
    """`content` maps a locale to {"subject", "preheader", "blocks": [...]} or, taken over, {…, "html": "…"}.

    `revision` rises with each save, `edits` with each change of the draft; `edit_key` makes a repeated edit harmless.
    """

    __tablename__ = "email"
    __table_args__ = (UniqueConstraint("shop_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    name: Mapped[str] = mapped_column(String(120))
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    draft: Mapped[dict[str, Any] | None] = mapped_column(Json, default=None)
    revision: Mapped[int] = mapped_column(default=1)
    edits: Mapped[int] = mapped_column(default=0)
    edit_key: Mapped[str] = mapped_column(String(40), default="")
    updated_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def working(self) -> dict[str, Any]:
        """What the editor shows: the draft, or what is live when there is none."""
        return self.content if self.draft is None else self.draft

    @property
    def has_changes(self) -> bool:
        """Whether the draft differs from what is live."""
        return self.draft is not None and self.draft != self.content

    @classmethod
    def just_made(cls, shop_id: int, name: str, content: Content, now: datetime) -> int | None:
        """Return the untouched design that was made like this a moment ago: of two presses, the second waits."""
        Shop.lock(shop_id)
        same = select(cls).where(cls.shop_id == shop_id, cls.name == name, cls.edits == 0, cls.revision == 1)
        fresh = db.session.scalars(same.where(cls.updated_at > now - MOMENT, cls.updated_at <= now))
        return next((email.id for email in fresh if email.content == dict(content)), None)

    @classmethod
    def redraft(cls, shop_id: int, id: int, edits: int, draft: Content | None, key: str) -> bool:
        """Keep a changed draft (None: none); False when somebody changed it since `edits` was read."""
        mine = update(cls).where(cls.shop_id == shop_id, cls.id == id, cls.edits == edits)
        kept = None if draft is None else dict(draft)
        return bool(changed(mine.values(draft=kept, edits=cls.edits + 1, edit_key=key)))

    @classmethod
    def rename(cls, shop_id: int, id: int, edits: int, name: str, key: str) -> bool:
        """Give the design another name; False when somebody changed it since `edits` was read."""
        mine = update(cls).where(cls.shop_id == shop_id, cls.id == id, cls.edits == edits)
        return bool(changed(mine.values(name=name, edits=cls.edits + 1, edit_key=key)))

    @classmethod
    def rewrite(cls, shop_id: int, id: int, revision: int, content: Content, now: datetime) -> bool:
        """Save what an e-mail says, and keep what it said; False when somebody saved it since this revision."""
        EmailRevision.keep(shop_id, id, revision)
        mine = update(cls).where(cls.shop_id == shop_id, cls.id == id, cls.revision == revision)
        written = {"content": dict(content), "draft": None, "revision": cls.revision + 1, "updated_at": now}
        return bool(changed(mine.values(**written, edits=cls.edits + 1)))


class EmailRevision(db.Model):
    """What an e-mail said before it was saved anew. The revision of today stands on the e-mail itself."""

    __tablename__ = "email_revision"
    __table_args__ = (same_shop("email_id", "email"),)
    shop_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    email_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    saved_at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def keep(cls, shop_id: int, email_id: int, number: int) -> None:
        """Write down what an e-mail says now, inside the caller's unit, if this is still its revision."""
        now = select(Email.shop_id, Email.id, Email.revision, Email.content, Email.updated_at).where(
            Email.shop_id == shop_id, Email.id == email_id, Email.revision == number
        )
        names = ["shop_id", "email_id", "number", "content", "saved_at"]
        db.session.execute(insert(cls).from_select(names, now))

    @classmethod
    def content_of(cls, shop_id: int, email_id: int, number: int) -> dict[str, Any] | None:
        """Return what an e-mail said in this revision, today's included, or None when there never was such a one."""
        today = select(Email.content).where(
            Email.shop_id == shop_id, Email.id == email_id, Email.revision == number
        )
        kept = cls._of(shop_id, email_id).where(cls.number == number).with_only_columns(cls.content)
        return db.session.scalar(today) or db.session.scalar(kept)

    @classmethod
    def before(cls, shop_id: int, email_id: int, most: int) -> list[EmailRevision]:
        """Return the last `most` revisions before today's, the newest first."""
        return list(db.session.scalars(cls._of(shop_id, email_id).order_by(cls.number.desc()).limit(most)))

    @classmethod
    def _of(cls, shop_id: int, email_id: int) -> Select[Any]:
        return select(cls).where(cls.shop_id == shop_id, cls.email_id == email_id)
