"""Kills: at random and at every named point, while mails flow; what the tests of each database play."""

from __future__ import annotations

import os
import time

from app.models import Message
from tests.faults.fuse import Fuse
from tests.faults.points import points
from tests.faults.scene import scene
from tests.faults.schedule import Killing
from tests.patience import until

KILLS = int(os.environ.get("FAULTS") or 200)
LONG = 10.0  # seconds after which somebody else tries to come by a point
LONGEST = KILLS * 3  # seconds: a busy machine kills once a second


def at_random(database, directory, seed):
    """Kill so many at random, and read every promise."""
    with scene(directory, database, seed, workers=4, heartbeats=2) as played:
        with played.load() as load:
            killing = Killing(played.stage, seed, KILLS, load)
            killing.start()
            assert killing.finish(LONGEST) >= KILLS
        verdict = played.hold(limit=120)
        print(f"{database}: kills={killing.kills} {verdict} seed={seed}")
        assert verdict.sent


def at_each_point(database, directory, seed):
    """Kill once at each named point, and read every promise."""
    with scene(directory, database, seed, workers=4) as played:
        dealt = Dealt(played.family, points())
        with played.load():
            until(lambda: not dealt.next_round(), 200)
        assert set(dealt.points) <= set(played.family.went_off())
        played.hold(limit=120)
        assert played.count(Message, state="sent")


class Dealt:
    """Gives each newborn worker a point at which nobody has died yet, until there is none."""

    def __init__(self, family, points):
        self.family, self.points, self.turn, self.has = family, points, 0, {}
        family.fuses = self.fuse
        for slot in family.of("worker"):
            family.kill(slot)

    @property
    def missing(self):
        gone = set(self.family.went_off())
        return [point for point in self.points if point not in gone]

    def fuse(self, slot):
        missing = self.missing
        if not slot.startswith("worker") or not missing:
            return None
        self.turn += 1
        self.has[slot] = missing[self.turn % len(missing)], time.monotonic()
        return Fuse(self.has[slot][0], nth=1 + self.turn % 2)

    def next_round(self):
        """Replace those who have waited long, or whose point another died at; return what is still missing."""
        missing, now = self.missing, time.monotonic()
        for slot, (point, since) in list(self.has.items()):
            if point not in missing or now - since > LONG:
                del self.has[slot]
                self.family.kill(slot)
        return missing
