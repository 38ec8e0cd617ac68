"""Anniversaries: whose birthday, or a day so long before or after it, came round.

Knows that a day begins at another instant in each zone. It asks the table only when, somewhere, the hour has come: by
zone and day, through an index. Must not know flows.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import String, and_, cast, exists, literal, select

from app.extensions import db
from app.leaps import leaps
from app.models.customers import Customer
from app.models.events import Event
from app.models.shops import Shop
from app.models.silences import Window
from graph.calendar import clock, instant, zone_of

NAME = "date.reached"
DAY = timedelta(days=1)
FURTHEST = 400  # days of a look: a clock that leapt further has missed more than mails


@dataclass(frozen=True, slots=True)
class Round:
    """One day that came round in one zone (as customers' rows have it): the birthday, and the instant to write at."""

    zone: str
    birthday: date
    at: datetime


def found(window: Window, asks: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
    """Return up to `most` events of birthdays whose hour came in a window; `asks`: days (before: under 0) and at."""
    if window.heard_from:
        return []  # a birthday that is told after its hour is kept for the next year
    rows: list[dict[str, Any]] = []
    for each in _rounds(window, asks):
        if len(rows) < most:
            rows += _events(window, asks, each, most - len(rows))
    return rows


def rounds(zones: Mapping[str, str], since: datetime, until: datetime, days: int, at: str) -> Iterator[Round]:
    """Yield each day that came round in a window. `zones` maps a row's zone to the one it means. Pure."""
    for zone, name in zones.items():
        place = zone_of(name)
        day = since.astimezone(place).date()
        for ahead in range(-1, min((until - since).days, FURTHEST) + 3):
            moment = instant(day + ahead * DAY, clock(at), place)
            if since < moment <= until:
                yield Round(zone, day + (ahead - days) * DAY, moment)


def celebrated(day: date) -> list[str]:
    """Return the birthdays that are kept on this day: those of 29 February on the 28th where the year has no 29th."""
    kept = [f"{day:%m-%d}"]
    return [*kept, "02-29"] if kept == ["02-28"] and not calendar.isleap(day.year) else kept


def _rounds(window: Window, asks: Mapping[str, Any]) -> Iterator[Round]:
    own = db.session.scalars(select(Shop.timezone).where(Shop.id == window.shop_id)).one()
    zones = {zone: zone or own for zone in _zones(window.shop_id)}
    return rounds(zones, window.since, window.until, int(asks["days"]), str(asks["at"]))


def _zones(shop_id: int) -> list[str]:
    """Return the zones of a shop's customers with a birthday, by leaps from one to the next."""
    mine = and_(Customer.shop_id == shop_id, Customer.birthday.is_not(None))
    leap = leaps(Customer.timezone, mine)
    return list(db.session.scalars(select(leap.c.id).where(leap.c.id.is_not(None))))


def _events(window: Window, asks: Mapping[str, Any], each: Round, most: int) -> list[dict[str, Any]]:
    about = f"{asks['days']}:{asks['at']}:{each.birthday.year}"
    key = literal(f"{NAME}:") + cast(Customer.id, String) + literal(f":{about}")
    told = exists().where(Event.shop_id == window.shop_id, Event.key == key)
    theirs = select(Customer.id).where(
        Customer.shop_id == window.shop_id, Customer.timezone == each.zone,
        Customer.birthday.in_(celebrated(each.birthday)),
    )  # fmt: skip
    data = {"days": asks["days"], "at": asks["at"], "year": each.birthday.year}
    row = {
        "shop_id": window.shop_id,
        "name": NAME,
        "cart_id": None,
        "order_id": None,
        "at": each.at,
        "data": data,
    }
    return [
        row | {"key": f"{NAME}:{id}:{about}", "customer_id": id}
        for id in db.session.scalars(theirs.where(~told).limit(most))
    ]
