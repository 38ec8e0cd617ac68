"""Quiet hours: when nothing may be sent, on the customer's own clock. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from graph.calendar import clock, inside, next_time, zone_of


def ends(hours: Mapping[str, str] | None, now: datetime, zone_name: str) -> datetime | None:
    """Return when the quiet that reigns now will end; None when it is not quiet. Equal hours are no hours."""
    if not hours or hours["from"] == hours["until"]:
        return None
    zone = zone_of(zone_name)
    if not inside(now, clock(hours["from"]), clock(hours["until"]), zone):
        return None
    return next_time(now, clock(hours["until"]), zone)
