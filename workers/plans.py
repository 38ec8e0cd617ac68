"""Plans: each published graph compiled once a process, found by what the version is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from app.lists import among
from app.models import Version
from app.questions import asks, told
from graph.interpreter import Plan, compile
from graph.model import BadGraph, Graph

Compiled = Plan | BadGraph
MOST = 1000  # plans that a process keeps; the one that came first goes first
_known: dict[str, Compiled] = {}  # by hash: versions never change, and equal graphs are one plan


def plans(ids: Collection[int]) -> dict[int, Compiled]:
    """Return the plan of each of these versions, or the BadGraph that says why it has none."""
    if not ids:
        return {}
    hashes = {row.id: row.hash for row in _hashes(ids=ids)}
    found = {hash: plan for hash in set(hashes.values()) if (plan := _known.get(hash)) is not None}
    new = [id for id, hash in hashes.items() if hash not in found]
    if new:
        for row in _graphs(ids=new):
            hashes[row.id] = row.hash  # of the same look as the graph
            found[row.hash] = _kept(row.hash, _compiled(row.graph))
    return {id: found[hash] for id, hash in hashes.items() if hash in found}


@asks
def _hashes() -> Any:
    return select(Version.id, Version.hash).where(among(Version.id, told("ids")))


@asks
def _graphs() -> Any:
    return select(Version.id, Version.hash, Version.graph).where(among(Version.id, told("ids")))


def _kept(hash: str, plan: Compiled) -> Compiled:
    while len(_known) >= MOST:
        _known.pop(next(iter(_known)), None)
    _known[hash] = plan
    return plan


def _compiled(graph: Any) -> Compiled:
    """Return the plan, or why there is none: a graph may be broken in any way, and must not break its neighbours."""
    try:
        return compile(Graph.from_json(graph))
    except BadGraph as error:
        return error
    except Exception as error:
        return BadGraph("%(fault)s", {"fault": f"{type(error).__name__}: {error}"})
