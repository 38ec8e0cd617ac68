"""The broker is a doorbell: absent, killed, emptied, hung, full or fed garbage, it costs a moment and no mail."""

from __future__ import annotations

import signal
import threading

from tests.patience import until

STAGE = {"workers": 2}


def test_a_broker_that_is_killed_and_comes_back_costs_nothing(kept):
    kept.orders(8, "a")
    kept.stage.broker.kill()
    kept.orders(8, "b")
    kept.until_sent(16)
    kept.stage.start_broker()
    kept.orders(4, "c")
    kept.until_sent(20)


def test_a_broker_that_hangs_keeps_nobody_waiting(kept):
    before = len(kept.stage.sink.mails)
    with kept.stage.frozen(kept.stage.broker):
        kept.orders(8, "d")
        kept.until_sent(before + 8)


def test_a_broker_that_is_emptied_all_the_time_loses_no_work(kept):
    before, ended = len(kept.stage.sink.mails), threading.Event()

    def empty():
        while not ended.wait(0.1):
            kept.stage.client.flushall()

    thread = threading.Thread(target=empty)
    thread.start()
    kept.orders(12, "e")
    kept.until_sent(before + 12)
    ended.set()
    thread.join()


def test_a_broker_that_is_full_refuses_hints_and_nothing_else(kept):
    before, client = len(kept.stage.sink.mails), kept.stage.client
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxmemory", "1mb")
    kept.orders(8, "f")
    kept.until_sent(before + 8)
    client.config_set("maxmemory", "0")


def test_garbage_in_the_queues_stops_no_worker(kept):
    before, client = len(kept.stage.sink.mails), kept.stage.client
    for queue in ("enrol", "advance", "deliver"):
        client.rpush(f"dramatiq:{queue}", "no such message", b"\xff\x00", "{}")
        client.hset(f"dramatiq:{queue}.msgs", "odd", b"not json at all")
        client.rpush(f"dramatiq:{queue}", "odd")
        client.set(f"relance:hint:{queue}:1", b"\xff")
    kept.orders(8, "g")
    kept.until_sent(before + 8)


def test_hints_do_not_grow_while_nobody_listens(kept):
    """S3: bounded by kinds and shops, not by work nor by time."""
    slots = kept.family.of("worker")
    for slot in slots:
        kept.family.signal(slot, signal.SIGSTOP)
    with kept.load() as load:
        until(lambda: load.told > 30)
        kept.note_hints()
    for slot in slots:
        kept.family.signal(slot, signal.SIGCONT)
