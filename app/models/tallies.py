"""Tallies: how often things happened since the instance began, for those who watch it. Not a merchant's figures."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.upsert import insert


class Tally(db.Model):
    """One counter. `label` is a state, a reason or a kind of row; never a shop, a flow or a person."""

    __tablename__ = "tally"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    label: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=0)

    @classmethod
    def add(cls, counted: Mapping[tuple[str, str], int]) -> None:
        """Add what one process has counted, in an order that is the same for all: nobody waits in a circle."""
        for (name, label), times in sorted(counted.items()):
            row = insert(cls).values(name=name, label=label, value=times)
            more = {"value": cls.value + times}
            db.session.execute(row.on_conflict_do_update(index_elements=["name", "label"], set_=more))

    @classmethod
    def of(cls, name: str) -> dict[str, int]:
        """Return the counts of one name, by label."""
        rows = select(cls.label, cls.value).where(cls.name == name).order_by(cls.label)
        return {label: value for label, value in db.session.execute(rows)}
