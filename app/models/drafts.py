"""The draft of a flow: saved under a revision, with a stack of whole graphs to go back and forth in.

Knows how a gesture is kept, undone and redone, each by one conditional UPDATE on the revision. Must not know
what a gesture does to a graph (graph/edits.py) nor who is looking at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from app.extensions import db
from app.models.flows import Flow, Gesture
from app.models.users import User
from graph.words import Words

DEEPEST = 100


@dataclass(frozen=True)
class Stamp:
    """What an edit carries: the revision it was made on, a key that makes it harmless twice, when, and whose it is."""

    base: int
    key: str
    now: datetime
    by: int | None = None


@dataclass(frozen=True)
class History:
    """What can be undone and redone next, in words; None where there is nothing."""

    undo: Words | None
    redo: Words | None


def find(flow_id: int, shop_id: int) -> Flow | None:
    """Return the flow, unless it is another shop's, was deleted or is nobody's drawing: that of letters by hand."""
    mine = select(Flow).where(Flow.id == flow_id, Flow.shop_id == shop_id)
    mine = mine.where(Flow.status.not_in(("deleted", "hand")))
    return db.session.scalar(mine)


def save(flow: Flow, after: Mapping[str, Any], label: Words, stamp: Stamp) -> bool:
    """Make `after` the draft as one gesture called `label`; False, and nothing done, on another revision."""
    before = dict(flow.draft)
    if not _turn(flow, after, flow.cursor + 1, stamp):
        return False
    place = flow.cursor + 1
    _forget(flow, (Gesture.place >= place) | (Gesture.place <= place - DEEPEST))
    kept = Gesture(
        shop_id=flow.shop_id, flow_id=flow.id, place=place, base=stamp.base, before=before, after=dict(after)
    )
    kept.label = _packed(label)
    db.session.add(kept)
    return True


def undo(flow: Flow, stamp: Stamp) -> bool:
    """Go back by one gesture; False, and nothing done, when there is none or on another revision."""
    gesture = _gesture(flow, flow.cursor)
    return gesture is not None and _turn(flow, gesture.before, flow.cursor - 1, stamp)


def redo(flow: Flow, stamp: Stamp) -> bool:
    """Do the last undone gesture again; False, and nothing done, if there is none or on another revision."""
    gesture = _gesture(flow, flow.cursor + 1)
    return gesture is not None and _turn(flow, gesture.after, flow.cursor + 1, stamp)


def author(flow: Flow) -> str:
    """Return who changed the draft last, by name or else by address; nothing where nobody did."""
    user = db.session.get(User, flow.edited_by) if flow.edited_by else None
    return (user.name or user.email) if user else ""


def rename(flow: Flow, name: str, stamp: Stamp) -> bool:
    """Give the flow another name; False, and nothing done, on another revision."""
    return _won(flow, stamp, name=name)


def holds(flow: Flow, base: int) -> bool:
    """Return whether the draft is still at a revision, and keep it there until the unit ends."""
    mine = select(Flow.revision).where(Flow.id == flow.id, Flow.shop_id == flow.shop_id)
    return db.session.scalar(mine.with_for_update(key_share=True)) == base


def at(flow: Flow, revision: int) -> dict[str, Any]:
    """Return the draft as it was at a revision, or as it is now where nobody can tell any more."""
    mine = (Gesture.shop_id == flow.shop_id) & (Gesture.flow_id == flow.id)
    then = db.session.scalar(select(Gesture.before).where(mine, Gesture.base == revision).limit(1))
    return dict(flow.draft if then is None else then)


def history(flow: Flow) -> History:
    """Return what can be undone and redone next."""
    back, forth = _gesture(flow, flow.cursor), _gesture(flow, flow.cursor + 1)
    return History(_unpacked(back.label) if back else None, _unpacked(forth.label) if forth else None)


def _turn(flow: Flow, graph: Mapping[str, Any], cursor: int, stamp: Stamp) -> bool:
    return _won(flow, stamp, draft=dict(graph), cursor=cursor)


def _won(flow: Flow, stamp: Stamp, **changed: Any) -> bool:
    mine = (Flow.id == flow.id) & (Flow.shop_id == flow.shop_id) & (Flow.status != "deleted")
    stamped = {
        "revision": stamp.base + 1,
        "edit_key": stamp.key,
        "updated_at": stamp.now,
        "edited_by": stamp.by,
    }
    turned = update(Flow).where(mine, Flow.revision == stamp.base).values(**stamped, **changed)
    won = db.session.execute(turned.execution_options(synchronize_session=False))
    return bool(won.rowcount)  # type: ignore[attr-defined]


def _forget(flow: Flow, which: Any) -> None:
    mine = (Gesture.shop_id == flow.shop_id) & (Gesture.flow_id == flow.id)
    db.session.execute(delete(Gesture).where(mine, which).execution_options(synchronize_session=False))


def _gesture(flow: Flow, place: int) -> Gesture | None:
    return db.session.get(Gesture, (flow.shop_id, flow.id, place))


def _packed(words: Words) -> dict[str, Any]:
    inner = words.values.items()
    values = {name: _packed(value) if isinstance(value, Words) else value for name, value in inner}
    return {"text": words.msgid, "values": values, "plural": words.plural, "count": words.count}


def _unpacked(label: Mapping[str, Any]) -> Words:
    inner = label.get("values", {})
    values = {name: _unpacked(value) if isinstance(value, dict) else value for name, value in inner.items()}
    return Words(label["text"], values, label.get("plural", ""), label.get("count", 0))
