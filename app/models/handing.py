"""Handing over: what the worker that holds a message writes about it, from its claim to the mail server's answer.

Each names the claim by its token: whose claim was taken away changes nothing, and the count of rows says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, update

from app import clock
from app.extensions import db
from app.questions import each, told
from app.unit import changed

HANDING = db.text("state = 'handing'")  # word for word what the partial index says
# A claimed row, its subject, and the revision of the design that it is of.
Passing = tuple[Any, str, int | None]


class Handing:
    """The part of Message that only its holder may write."""

    @classmethod
    def pass_gate(cls: Any, passing: Sequence[Passing], now: datetime, until: datetime) -> int:
        """Record the point of no return of messages; return how many were still ours to send."""
        rows = [
            {"_id": row.id, "_token": row.token, "_subject": subject[:500], "_revision": revision,
             "_now": now, "_until": until}
            for row, subject, revision in passing
        ]  # fmt: skip
        passed: int = cls._passed(rows=rows)
        return passed

    @classmethod
    @each
    def _passed(cls: Any) -> Any:
        words = {"subject": told("_subject"), "email_revision": told("_revision")}
        return cls._waiting().values(gate_at=told("_now"), lease_until=told("_until"), **words)

    @classmethod
    def answered(cls: Any, answers: Sequence[tuple[Any, str, str]], now: datetime) -> int:
        """Record what the mail server said after the gate, of each row: sent, failed or unknown, and its words.

        Return how many of them were told something new: a late answer mends `unknown`, and no other end.
        """
        rows = [
            {
                "_id": row.id,
                "_token": row.token,
                "_state": state,
                "_reply": reply[:500],
                "_reason": "" if state == "sent" else f"server_{state}",
                "_sent_at": now if state == "sent" else None,
                "_closed_at": now if state == "failed" else None,
            }
            for row, state, reply in answers
        ]
        heard: int = cls._heard(rows=rows)
        return heard

    @classmethod
    @each
    def _heard(cls: Any) -> Any:
        mine = cls._mine().where(cls.gate_at.is_not(None))
        open = mine.where(db.text("state IN ('handing', 'unknown')"))
        ends = ("state", "reply", "reason", "sent_at", "closed_at")
        return open.values({"lease_until": None, **{name: told(f"_{name}") for name in ends}})

    @classmethod
    def _mine(cls: Any) -> Any:
        return update(cls).where(cls.id == told("_id"), cls.token == told("_token"))

    @classmethod
    def _waiting(cls: Any) -> Any:
        return cls._mine().where(HANDING, cls.gate_at.is_(None))

    @classmethod
    def put_back(
        cls: Any, id: int, token: int, send_at: datetime, reason: str, *, burnt: bool, reply: str = ""
    ) -> bool:
        """Let a message wait, before its gate, until `send_at`; unless `burnt`, the try does not count."""
        mine = update(cls).where(
            cls.id == id, cls.token == token, cls.state == "handing", cls.gate_at.is_(None)
        )
        tries = cls.attempts if burnt else cls.attempts - 1
        back = {
            "state": "prepared",
            "send_at": send_at,
            "reason": reason,
            "reply": reply[:500],
            "attempts": tries,
        }
        return bool(changed(mine.values(back | {"lease_until": None})))

    @classmethod
    def give_back(cls: Any, rows: Sequence[Row[Any]]) -> None:
        """Let go of claimed messages, before their gate, as they were: the try does not count."""
        cls._let_go(rows=[{"_id": row.id, "_token": row.token} for row in rows])

    @classmethod
    @each
    def _let_go(cls: Any) -> Any:
        return cls._waiting().values(state="prepared", attempts=cls.attempts - 1, lease_until=None)

    @classmethod
    def not_now(cls: Any, id: int, token: int, send_at: datetime, reply: str) -> bool:
        """Let a message wait that the server refused for now after the dot: it said so, hence nothing has left."""
        mine = update(cls).where(
            cls.id == id, cls.token == token, cls.state == "handing", cls.gate_at.is_not(None)
        )
        back = {
            "state": "prepared",
            "gate_at": None,
            "send_at": send_at,
            "reason": "later",
            "reply": reply[:500],
        }
        return bool(changed(mine.values(back | {"lease_until": None})))

    @classmethod
    def close(cls: Any, id: int, token: int, state: str, reason: str, reply: str = "") -> bool:
        """End a message before its gate: skipped, cancelled or failed, and why."""
        mine = update(cls).where(
            cls.id == id, cls.token == token, cls.state == "handing", cls.gate_at.is_(None)
        )
        ended = mine.values(
            state=state, reason=reason, reply=reply[:500], lease_until=None, closed_at=clock.at(cls.shop_id)
        )
        return bool(changed(ended))
