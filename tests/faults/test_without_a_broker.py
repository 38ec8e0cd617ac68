"""Without any broker everything works, a little slower: the workers look by themselves."""

from __future__ import annotations

STAGE = {"with_broker": False, "workers": 2, "heartbeats": 0}


def test_mails_leave_with_no_broker_and_no_heartbeat(kept):
    kept.orders(10)
    kept.until_sent(10)


def test_and_whole_stories_come_to_their_end(kept):
    before = len(kept.stage.sink.mails)
    with kept.load() as load:
        kept.until_sent(before + 20)
    assert load.told > 10
    assert kept.verdict().unknown == 0
