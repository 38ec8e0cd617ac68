"""A database that was put back sends nothing again by itself, however it was put back."""

from __future__ import annotations

import shutil
import sqlite3

import pytest

from app import create_app, restored
from app.config import Settings
from app.extensions import db
from app.launcher import prepare
from app.models import Flow, Message, Run, StaffNotice
from app.unit import unit
from tests.app.rows import NOON, a_customer, a_flow, a_message, a_run, a_shop
from tests.conftest import SECRET


def a_reminder(flow, shop):
    return unit(lambda: a_message(a_run(flow, a_customer(shop)), sent_at=None).id)


def status():
    db.session.rollback()
    return db.session.execute(db.select(Flow.status, Flow.paused_reason)).one()


def a_live_shop():
    shop = a_shop()
    flow = a_flow(shop)
    db.session.commit()
    return shop, flow


def test_the_same_database_goes_on(app, tmp_path):
    shop, flow = a_live_shop()
    a_reminder(flow, shop)
    restored.remember(tmp_path)
    a_reminder(flow, shop)
    assert restored.hold_if_older(tmp_path) == 0
    assert status() == ("live", "")


@pytest.mark.parametrize("sort", ["empty", "another", "garbage", "torn"])
def test_only_a_whole_database_of_an_instance_is_put_back(app, tmp_path, sort):
    a_live_shop()
    copy = tmp_path / "copy"
    restored.copy(tmp_path / "relance.sqlite3", copy)
    assert restored.is_ours(copy)
    whole = copy.read_bytes()
    copy.write_bytes({"garbage": b"nothing", "torn": whole[: len(whole) // 2]}.get(sort, b""))
    if sort == "another":
        with sqlite3.connect(copy) as other:
            other.execute("CREATE TABLE shop (id)")
    done = app.test_cli_runner().invoke(args=["restore", str(copy)])
    assert done.exit_code == 1 and "is no whole database of Relance" in done.output
    assert status() == ("live", "")


def test_a_plain_copy_of_yesterday_is_held_once(app, tmp_path):
    shop, flow = a_live_shop()
    a_reminder(flow, shop)
    restored.copy(tmp_path / "relance.sqlite3", tmp_path / "copy")
    a_reminder(flow, shop)
    restored.remember(tmp_path)
    db.session.remove()
    db.engine.dispose()
    for left in tmp_path.glob("relance.sqlite3-*"):
        left.unlink()
    shutil.copy(tmp_path / "copy", tmp_path / "relance.sqlite3")
    assert restored.hold_if_older(tmp_path) == 1
    assert status() == ("paused", "restored")
    unit(lambda: db.session.execute(db.update(Flow).values(status="live", paused_reason="")))
    assert restored.hold_if_older(tmp_path) == 0


def test_what_no_pause_holds_is_called_back(each_database):
    shop, flow = a_live_shop()
    hand = a_flow(shop, "By hand", status="hand")
    customer = a_customer(shop)
    hers, letter = a_run(flow, customer), a_run(hand, customer)
    reminder, written, note = (
        a_message(hers, sent_at=None).id, a_message(letter, sent_at=None).id,
        a_message(hers, sent_at=None, audience="staff").id,
    )  # fmt: skip
    left = a_message(letter).id
    StaffNotice.tell(
        [{"shop_id": shop.id, "key": "k", "text": "Look", "at": NOON, "mail": "prepared", "send_at": NOON}]
    )
    runs = {hers.id: "waiting", letter.id: "cancelled"}
    db.session.commit()
    assert restored.hold() == 1
    states = dict(db.session.execute(db.select(Message.id, Message.state)).all())
    assert states == {reminder: "prepared", written: "cancelled", note: "cancelled", left: "sent"}
    assert db.session.scalars(db.select(Message.closed_at).where(Message.id == written)).one() is not None
    assert dict(db.session.execute(db.select(Run.id, Run.status)).all()) == runs
    assert db.session.scalars(db.select(StaffNotice.mail)).one() == "skipped"


@pytest.fixture
def operated(tmp_path):
    """An application whose tables were made as an operator makes them."""
    app = create_app(Settings(data_dir=tmp_path, secret_key=SECRET))
    with app.app_context():
        assert app.test_cli_runner().invoke(args=["upgrade"]).exit_code == 0
        yield app
        db.session.remove()
        db.engine.dispose()


def test_what_is_put_back_by_command_is_held(operated, tmp_path):
    runner, copy = operated.test_cli_runner(), tmp_path / "copy.sqlite3"
    shop, flow = a_live_shop()
    a_reminder(flow, shop)
    db.session.remove()
    done = runner.invoke(args=["backup", str(copy)])
    assert done.exit_code == 0, done.output
    assert copy.stat().st_mode & 0o777 == 0o600
    assert "name a new file" in runner.invoke(args=["backup", str(copy)]).output
    unit(lambda: db.session.execute(db.update(Flow).values(name="Changed since")))
    db.session.remove()
    done = runner.invoke(args=["restore", str(copy)])
    assert done.exit_code == 0 and "(1)" in done.output, done.output
    assert status() == ("paused", "restored")
    assert db.session.scalar(db.select(Flow.name)) == "Bring back a cart"


def test_nothing_is_put_back_under_a_running_instance(operated, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    operated.test_cli_runner().invoke(args=["backup", str(copy)])
    with prepare.take_place(operated.extensions["settings"]):
        done = operated.test_cli_runner().invoke(args=["restore", str(copy)])
    assert done.exit_code == 1 and "stop it first" in done.output
