"""Processes that stop for longer than their leases, are replaced, or are many; the web, killed around its commit."""

from __future__ import annotations

import itertools
import signal
import threading

from app.models import InboxRow
from tests.faults.fuse import Fuse
from tests.patience import until

STAGE = {"workers": 2, "database": "postgresql"}


def with_fuse(scene, fuse, told):
    """Have one worker die or stop at a point, `told` brings it there; return its slot."""
    family, gone = scene.family, len(scene.family.went_off())
    fuses = iter([fuse])
    family.fuses = lambda slot: next(fuses, None) if slot == "worker0" else None
    old = family.pid("worker0")
    family.kill("worker0")
    until(lambda: family.slots.get("worker0") not in (None, old))
    numbers = itertools.count()

    def came_by():
        told(next(numbers))
        return len(family.went_off()) > gone

    until(came_by)
    return "worker0"


def test_a_worker_stopped_before_its_gate_writes_nothing_when_it_comes_back(kept):
    slot = with_fuse(kept, Fuse("before the gate", act="stop"), lambda n: kept.orders(1, f"gate{n}-"))
    until(lambda: kept.count(state="handing") == 0)  # the others took its mails over
    kept.family.signal(slot, signal.SIGCONT)
    kept.orders(4, "after")


def test_a_worker_stopped_after_its_gate_for_longer_than_its_lease_sends_nothing(kept):
    slot = with_fuse(kept, Fuse("after the gate", act="stop"), lambda n: kept.orders(1, f"dot{n}-"))
    until(lambda: kept.count(state="unknown") > 0)
    trader, flow = kept.traders[0], kept.flows[0]["receipt"]
    trader.switch_off(flow)  # it was answered that nothing is at its dot: then nothing may leave any more
    kept.family.signal(slot, signal.SIGCONT)
    trader.switch_on(flow)
    kept.orders(4, "alive")


def test_a_worker_stopped_in_the_midst_of_an_advance_is_fenced_off(kept):
    fuse = Fuse("after commit of workers.advance.advance", act="stop")
    slot = with_fuse(kept, fuse, lambda n: kept.orders(1, f"lease{n}-"))
    until(lambda: not kept.leased())
    kept.family.signal(slot, signal.SIGCONT)
    kept.orders(4, "going")


def test_a_rolling_redeploy_leaves_nothing_in_doubt(kept):
    unsure = kept.count(state="unknown")
    with kept.load():
        for slot in (*kept.family.of("worker"), *kept.family.of("heartbeat")):
            kept.family.redeploy(slot)
    assert kept.count(state="unknown") == unsure


def test_five_hearts_do_no_more_than_one(kept):
    kept.family.keep("heartbeat", *(f"heart{n}" for n in range(4)))
    with kept.load() as load:
        until(lambda: load.told > 20)
    kept.family.leave(*(f"heart{n}" for n in range(4)))


def test_a_web_process_killed_around_its_commit_loses_nothing_that_it_took(kept):
    for time in ("before", "after"):
        fuse = Fuse(f"{time} commit of app.intake._stored", nth=3)
        environ = {"FUSE": fuse.to_line(), "FUSE_TOLD": str(kept.family.told)}
        kept.stage.restart_web("tests.faults.web:app", **environ)
        gone = len(kept.family.went_off())
        told = [f"web-{time}-{number}" for number in range(6)]
        revive(kept, told, gone)
        assert kept.count(InboxRow) >= len(told)


def revive(scene, tokens, gone):
    """Tell of these orders; start the web again, without its fuse, once it has died."""

    def watch():
        until(lambda: len(scene.family.went_off()) > gone)
        scene.stage.restart_web()

    thread = threading.Thread(target=watch)
    thread.start()
    for token in tokens:
        scene.traders[0].order(token, token)
    thread.join()
