"""The machine's own clock jumps a day ahead and comes back: nobody is written to early, and nothing is lost."""

from __future__ import annotations

from app.models import Heartbeat
from tests.patience import until

STAGE = {"workers": 2}
DAY = 86_400


def test_a_clock_that_jumps_a_day_holds_everything_until_it_is_steady(kept):
    kept.orders(4, "steady")
    kept.until_sent(4)
    until(lambda: kept.count(Heartbeat) >= 3)  # each has read the clock that is going to jump
    kept.stage.jump(DAY)
    kept.wait(2.5)  # every process has looked at its clocks
    before = len(kept.stage.sink.mails)
    kept.orders(6, "jumped")
    kept.wait(3)
    assert len(kept.stage.sink.mails) == before
    kept.stage.jump(0)
    until(lambda: len(kept.stage.sink.mails) >= before + 6)
