"""A list too long for one page, cut into pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from app.extensions import db
from app.templating import number

SIZE = 25
COUNTED = 10_000  # rows of a list: whether there are more is known, how many is not worth a walk through all of them


@dataclass(frozen=True)
class Page:
    """One page of rows, how many there are in all, and the addresses of its neighbours."""

    rows: list[Any]
    total: int
    at: int = 1

    @property
    def said(self) -> str:
        """Where one is in the list, in words."""
        first = (self.at - 1) * SIZE
        values = {
            "first": number(first + 1),
            "last": number(first + len(self.rows)),
            "total": number(self.total),
        }
        if self.total > COUNTED:
            return _("%(first)s to %(last)s of more than %(total)s", **{**values, "total": number(COUNTED)})
        return _("%(first)s to %(last)s of %(total)s", **values)

    @property
    def previous(self) -> str | None:
        """The address of the page before, or None."""
        return _address(self.at - 1) if self.at > 1 else None

    @property
    def next(self) -> str | None:
        """The address of the page after, or None."""
        return _address(self.at + 1) if self.at * SIZE < self.total else None


def page(query: Select[Any]) -> Page:
    """Return the page of `query` that this request asks for (?page=2); one out of range is empty."""
    at = min(max(request.args.get("page", 1, int), 1), 1_000_000)
    some = query.order_by(None).limit(COUNTED + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(some)) or 0
    rows = db.session.execute(query.limit(SIZE).offset((at - 1) * SIZE)).all()
    return Page([row[0] if len(row) == 1 else row for row in rows], total, at)


def _address(at: int) -> str:
    kept = {name: value for name, value in request.args.items() if name != "page"}
    return url_for(request.endpoint or "", **(request.view_args or {}), **kept, page=at)
