"""Counts: where the people of a flow stand, what became of its messages, and who was refused.

Knows which measures answer which question. Must not know a page, nor what time it is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import func, select

from app.extensions import db
from app.models import dailies
from app.models.dailies import EVER, Asked, Daily
from app.models.periods import Period
from app.models.runs import ACTIVE, Run

FEW = 20_000  # people in a flow who are still counted where they stand; of more, a heart keeps the numbers


@dataclass(frozen=True)
class Standing:
    """People at one node: how many ever came by, and how many are there now."""

    passed: int = 0
    here: int = 0


@dataclass(frozen=True)
class Funnel:
    """What became of the messages of one node that were sent in a period, and the orders credited to it meanwhile.

    `bounced` came back; `fetched` were opened by a program, which proves no reader and is no part of `opened`.
    """

    reach: int = 0
    bounced: int = 0
    opened: int = 0
    fetched: int = 0
    clicked: int = 0
    orders: int = 0

    @property
    def sent(self) -> int:
        """How many the mail server took."""
        return self.reach

    @property
    def delivered(self) -> int:
        """How many were taken and did not come back, as far as anybody has told."""
        return max(self.reach - self.bounced, 0)


FUNNEL = tuple(each.name for each in fields(Funnel))


def in_it_now(shop_id: int, flow_id: int | None = None) -> dict[int, int]:
    """Return how many people are on their way in each flow that has any, or in the one asked for."""
    return dailies.on_their_way(dailies.counted(Asked(shop_id, flow_id), ("entered", "ended")))


def standings(shop_id: int, flow_id: int) -> dict[str, Standing]:
    """Return the people at each node that anybody has reached, over the flow's whole life."""
    asked = Asked(shop_id, flow_id)
    left, stopped = Counter[str](), Counter[str]()
    # A node is written down as a step when it is left: whoever stands there, or was taken out, has no step yet.
    for (_flow, node, measure, detail, _day), number in _of_nodes(asked, "passed", "ended").items():
        if measure == "passed":
            left[node] += number
        elif not detail.startswith("done"):
            stopped[node] += number
    here = _here(shop_id, flow_id)
    nodes = {*left, *here, *stopped}
    return {node: Standing(left[node] + here[node] + stopped[node], here[node]) for node in nodes}


def _here(shop_id: int, flow_id: int) -> Counter[str]:
    if in_it_now(shop_id, flow_id).get(flow_id, 0) <= FEW:
        return standing(shop_id, flow_id)
    kept = select(Daily.node, Daily.number).where(Daily.shop_id == shop_id, Daily.flow_id == flow_id)
    rows = db.session.execute(kept.where(Daily.measure == "here", Daily.day == EVER))
    return Counter({node: number for node, number in rows})


def standing(shop_id: int, flow_id: int) -> Counter[str]:
    """Return how many people stand at each node, by looking at every one of them."""
    active = select(Run.node, func.count()).where(Run.flow_id == flow_id, Run.status.in_(ACTIVE))
    rows = db.session.execute(active.where(Run.shop_id == shop_id).group_by(Run.node))
    return Counter({node: number for node, number in rows})


def passages(shop_id: int, flow_id: int, period: Period) -> dict[str, Counter[str]]:
    """Return how often each node was left in a period, by the way out that was taken."""
    found: dict[str, Counter[str]] = {}
    for (_flow, node, _measure, port, _day), number in _of_nodes(
        Asked(shop_id, flow_id, period), "passed"
    ).items():
        found.setdefault(node, Counter())[port] += number
    return found


def entered(shop_id: int, flow_id: int, period: Period) -> int:
    """Return how many people came in during a period."""
    return sum(dailies.counted(Asked(shop_id, flow_id, period), ("entered",)).values())


def endings(shop_id: int, flow_id: int, period: Period) -> dict[tuple[str, str], int]:
    """Return how many runs ended in a period, by (status, reason), the commonest first."""
    return _by_reason(Asked(shop_id, flow_id, period), "ended")


def refusals(shop_id: int, flow_id: int, period: Period) -> dict[str, int]:
    """Return how often the flow let somebody not in during a period, by reason, the commonest first."""
    counted = dailies.counted(Asked(shop_id, flow_id, period), ("refused",))
    return _commonest(Counter({reason: number for (_f, _n, _m, reason, _d), number in counted.items()}))


def held_back(shop_id: int, flow_id: int, period: Period) -> dict[tuple[str, str], int]:
    """Return how many messages were given up in a period without being sent, by (state, reason)."""
    return _by_reason(Asked(shop_id, flow_id, period), "withheld")


def failed(shop_id: int, flow_id: int, period: Period) -> dict[str, int]:
    """Return how many messages failed in a period, by the node that sent them: with those sent, all that left it."""
    found = Counter[str]()
    for (_flow, node, _measure, detail, _day), number in _of_nodes(
        Asked(shop_id, flow_id, period), "withheld"
    ).items():
        if detail.startswith("failed:"):
            found[node] += number
    return dict(found)


def funnels(shop_id: int, flow_id: int, period: Period | None = None) -> dict[str, Funnel]:
    """Return what became of the messages sent in a period, or ever, by the node that sent them."""
    found: dict[str, Counter[str]] = {}
    counted = _of_nodes(Asked(shop_id, flow_id, period), *FUNNEL)
    for (_flow, node, measure, _detail, _day), number in counted.items():
        found.setdefault(node, Counter())[measure] += number
    return {node: Funnel(**told) for node, told in found.items() if any(told.values())}


def _of_nodes(asked: Asked, *names: str) -> Counter[dailies.Key]:
    return dailies.counted(asked, names, nodes=True)


def _by_reason(asked: Asked, name: str) -> dict[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    for (_flow, _node, _measure, detail, _day), number in dailies.counted(asked, (name,)).items():
        state, _colon, reason = detail.partition(":")
        found[state, reason] += number
    return _commonest(found)


def _commonest(counted: Counter[Any]) -> dict[Any, int]:
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
