"""Backups: taken while everything runs, put back while nothing does, and then held until somebody decides.

An older copy of the database does not know what has been sent since, and would send it again. Beside the database lies
a note of the last message that was prepared; a database that knows fewer messages than its note was put back, however
that was done. Its automations pause: turned on again they send what is still useful, turned off they skip it all.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import func, or_, select, update

from app import clock
from app.extensions import db
from app.models import Confirmation, Flow, Message, Run, StaffNotice
from app.unit import changed, unit

NOTE = "last_message"
REASON = "restored"
WAITING = ("prepared", "handing")  # a single mail that has not left yet, as far as this database knows


def remember(data_dir: Path) -> None:
    """Write down the last message's number, if it is another than before."""
    note, last = data_dir / NOTE, _last()
    if _noted(note) != last:
        draft = note.with_suffix(".new")
        draft.write_text(f"{last}\n", "ascii")
        draft.replace(note)


def hold_if_older(data_dir: Path) -> int:
    """Pause everything when the database knows fewer messages than the note; return how many automations paused."""
    if _last() >= _noted(data_dir / NOTE):
        return 0
    held = hold()
    remember(data_dir)
    return held


def hold() -> int:
    """Pause every live automation, so that nothing is sent before somebody looks; return how many.

    What no automation's pause holds is not sent again at all: letters by hand, notes to the shop's own people, the
    mails of notices (they stand in the product), and questions whether somebody meant to subscribe, who may do so anew.
    """
    live = update(Flow).where(Flow.status == "live")
    held = live.values(status="paused", paused_reason=REASON, paused_at=clock.at(Flow.shop_id))
    asked = update(Confirmation).where(Confirmation.state.in_(WAITING)).values(state="skipped")
    told = update(StaffNotice).where(StaffNotice.mail.in_(WAITING)).values(mail="skipped")
    _unasked, _untold, _unsent, paused = unit(
        lambda: (changed(asked), changed(told), _call_back(), changed(held))
    )
    return paused


def _call_back() -> int:
    """Call back what passes its gate also while automations are paused; return how many messages that were."""
    by_hand = select(Flow.id, Flow.shop_id).where(Flow.status == "hand")
    for id, shop_id in db.session.execute(by_hand).all():
        Run.cancel(clock.now(shop_id), REASON, flow_id=id)
    theirs = Message.flow_id.in_(select(Flow.id).where(Flow.status == "hand"))
    return Message.cancel(REASON, or_(theirs, Message.audience == "staff"))


def copy(source: Path, target: Path) -> None:
    """Copy a whole SQLite database, also while others write to it. Raises sqlite3.Error."""
    with (
        sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True) as old,
        sqlite3.connect(target) as new,
    ):
        old.backup(new)
    old.close()
    new.close()
    target.chmod(0o600)


def is_ours(file: Path) -> bool:
    """Whether a file is a whole database of an instance: put back, anything else would leave nothing of this one."""
    try:
        with sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True) as there:
            tables = {
                name for (name,) in there.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }
            whole = there.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        there.close()
    except sqlite3.Error:
        return False
    return whole and {"shop", "flow", "message"} <= tables


def _last() -> int:
    last = db.session.scalar(select(func.max(Message.id))) or 0
    db.session.rollback()
    return int(last)


def _noted(note: Path) -> int:
    try:
        return int(note.read_text("ascii"))
    except (OSError, ValueError):
        return 0
