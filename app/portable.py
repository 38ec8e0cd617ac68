"""A flow as a file: its drawing, the designs of its e-mails and the terms of its coupons. No customer is in it.

Format 1. Reads files strictly: whatever one holds, it becomes a Parcel or a Complaint with a sentence, and whatever it
names that is not here becomes a problem of the new draft.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.emails.checking import check
from app.extensions import db
from app.models import Coupon, Email, Flow
from graph import strict
from graph.model import Graph
from graph.portable import named
from graph.words import Complaint, M

KIND, FORMAT = "relance/automation", 1
TERMS = ("name", "kind", "value", "minimum", "personal", "prefix", "days", "usage_limit", "once_per_customer")
MOST_EMAILS = 100
_ID = re.compile(r"[0-9]{1,15}")
_LOCALE = re.compile(r"[a-z]{2}(_[A-Z]{2})?")


class BadParcel(Complaint):
    """Why a file is not an automation that can be taken."""


@dataclass(frozen=True)
class Parcel:
    """What a file holds. E-mails and coupons stand under the ids that they had where it comes from."""

    name: str
    icon: str
    graph: Graph
    emails: Mapping[int, tuple[str, Mapping[str, Any]]]
    coupons: Mapping[int, Mapping[str, Any]]
    unusable: tuple[str, ...] = ()  # e-mails whose design cannot be used


def packed(flow: Flow) -> dict[str, Any]:
    """Return a flow's draft as plain JSON values, with all that it names."""
    graph = Graph.from_json(flow.draft)
    names = named(graph)
    return {
        "kind": KIND, "format": FORMAT, "name": flow.name, "icon": flow.icon, "graph": graph.to_json(),
        "emails": {str(row.id): {"name": row.name, "content": row.content} for row in _rows(Email, flow, names.emails)},
        "coupons": {str(row.id): _terms(row) for row in _rows(Coupon, flow, names.coupons)},
    }  # fmt: skip


def unpacked(raw: bytes | str) -> Parcel:
    """Return what a file holds; raises Complaint with a sentence, whatever it is."""
    data = strict.parse(raw)
    if not isinstance(data, dict) or data.get("kind") != KIND:
        raise BadParcel(M("This is not an exported automation. Choose the file that “Export” gave you."))
    if data.get("format") != FORMAT:
        raise BadParcel(M("This file comes from another version of the program and cannot be read here."))
    emails = {id: _email(each) for id, each in _by_id(data.get("emails")).items()}
    unusable = tuple(name for name, content in emails.values() if not usable(content))
    whole = {id: email for id, email in emails.items() if usable(email[1])}
    coupons = {id: each for id, each in _by_id(data.get("coupons")).items() if isinstance(each, dict)}
    return Parcel(_name(data.get("name")), _icon(data.get("icon")), Graph.from_json(data.get("graph")), whole, coupons,
                  unusable)  # fmt: skip


def usable(content: Mapping[str, Any]) -> bool:
    """Return whether a design can be kept and sent."""
    return bool(content) and not check(content)


def twin(coupon: Mapping[str, Any], shop_id: int) -> Coupon | None:
    """Return the shop's own coupon with exactly these terms, or None."""
    mine = select(Coupon).where(Coupon.shop_id == shop_id, Coupon.status == "active").order_by(Coupon.id)
    return next((row for row in db.session.scalars(mine) if _terms(row) == dict(coupon)), None)


def _terms(coupon: Coupon) -> dict[str, Any]:
    return {name: getattr(coupon, name) for name in TERMS}


def _rows(model: Any, flow: Flow, ids: frozenset[int]) -> list[Any]:
    mine = select(model).where(model.shop_id == flow.shop_id, model.id.in_(ids))
    return list(db.session.scalars(mine.order_by(model.id)))


def _by_id(value: Any) -> dict[int, Any]:
    if value is None:
        return {}
    if (
        not isinstance(value, dict)
        or len(value) > MOST_EMAILS
        or not all(re.fullmatch(r"\d{1,15}", id) for id in value)
    ):
        raise BadParcel(NOT_WHOLE)
    return {int(id): each for id, each in value.items()}


NOT_WHOLE = M("A part of this file is missing or has the wrong shape. Export it again where it comes from.")


def _email(value: Any) -> tuple[str, Mapping[str, Any]]:
    if not isinstance(value, dict) or not isinstance(value.get("content"), dict):
        raise BadParcel(NOT_WHOLE)
    content = value["content"]
    if not all(_LOCALE.fullmatch(locale) and _is_written(each) for locale, each in content.items()):
        raise BadParcel(NOT_WHOLE)
    return _name(value.get("name")), content


def _is_written(content: Any) -> bool:
    if not isinstance(content, dict) or not isinstance(content.get("blocks", []), list):
        return False
    if not all(isinstance(content.get(name, ""), str) for name in ("subject", "preheader")):
        return False
    return all(
        isinstance(block, dict) and isinstance(block.get("kind"), str) for block in content.get("blocks", [])
    )


def _name(value: Any) -> str:
    name = " ".join(value.split())[:120] if isinstance(value, str) else ""
    if not name:
        raise BadParcel(NOT_WHOLE)
    return name


def _icon(value: Any) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"[a-z0-9-]{1,40}", value) else "workflow"
