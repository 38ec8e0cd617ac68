"""PostgreSQL stopped, crashed and started, its sessions ended, the line cut around a COMMIT."""

from __future__ import annotations

import pytest

from app.extensions import db
from tests.patience import until

STAGE = {"workers": 2, "database": "postgresql", "proxied": True}


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_server_that_is_stopped_and_started_is_waited_for(kept, how):
    with kept.load() as load:
        until(lambda: load.told > 10)
        load.moving = False
        with kept.pausing(load):
            kept.stage.postgres.stop(how)
            kept.forget()
            kept.stage.postgres.start()
        told = load.told
        until(lambda: load.told > told + 10)


def test_sessions_that_are_ended_are_opened_again(kept):
    others = "pid <> pg_backend_pid() AND datname = 'postgres'"
    ending = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
    with kept.load() as load:
        for target in (8, 16, 24):
            until(lambda target=target: load.told > target)
            with kept.pausing(load):
                db.session.execute(db.text(ending))
                kept.forget()


@pytest.mark.parametrize("before", [True, False], ids=["and lost", "and done"])
def test_a_commit_of_which_nobody_knows_is_done_once(kept, before):
    """The unit is run again; whatever it had done shows in the rows, and is not done a second time."""
    proxy = kept.stage.proxy
    lost = len(proxy.lost)
    with kept.load() as load:
        for target in range(5, 40, 5):
            until(lambda target=target: load.told > target)
            proxy.cut(2, before=before)
        until(lambda: len(proxy.lost) >= lost + 14)
    kept.faults += len(proxy.lost) - lost
