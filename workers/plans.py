"""Plans: each published graph compiled once a process, found by what the version is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.models import Version
from graph.interpreter import Plan, compile
from graph.model import BadGraph, Graph

Compiled = Plan | BadGraph
_known: dict[str, Compiled] = {}  # by hash: versions never change, and equal graphs are one plan


def plans(ids: Collection[int]) -> dict[int, Compiled]:
    """Return the plan of each of these versions, or the BadGraph that says why it has none."""
    known = select(Version.id, Version.hash).where(Version.id.in_(ids))
    hashes = {id: hash for id, hash in db.session.execute(known)}
    new = [id for id, hash in hashes.items() if hash not in _known]
    if new:
        for hash, graph in db.session.execute(select(Version.hash, Version.graph).where(Version.id.in_(new))):
            _known[hash] = _compiled(graph)
    return {id: _known[hash] for id, hash in hashes.items()}


def _compiled(graph: Any) -> Compiled:
    try:
        return compile(Graph.from_json(graph))
    except BadGraph as error:
        return error
