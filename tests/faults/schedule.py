"""The random schedule: who is killed when, and at which point, drawn from one seed."""

from __future__ import annotations

import random
import signal
import threading
import time

from tests.faults.fuse import MAIL, Fuse, commits

KILLED_BY_NOW = 5.0  # seconds between two words about how far it is
FROZEN = 7.0  # seconds for which a process is stopped: longer than the leases of the stage


class Killing(threading.Thread):
    """Kills until `most` processes have died by it: some at random instants, some at random points of their work."""

    def __init__(self, stage, seed, most, load, rate=4.0):
        super().__init__(daemon=True, name="killing")
        self.stage, self.family, self.most, self.rate, self.load = stage, stage.family, most, rate, load
        self.chance = random.Random(f"killing:{seed}")
        self.points = [*MAIL * 6, *commits()]
        self.ended, self.frozen, self.failed = threading.Event(), {}, None
        self.family.fuses = self.fuse

    def fuse(self, slot):
        """Return the fuse of a newborn worker: most have one, which may or may not go off in time."""
        if self.ended.is_set() or not slot.startswith("worker") or self.chance.random() < 0.3:
            return None
        return Fuse(self.chance.choice(self.points), nth=self.chance.choice((1, 1, 2, 3, 8)))

    @property
    def kills(self):
        return sum(death["code"] == -signal.SIGKILL for death in list(self.family.deaths))

    def run(self):
        began = time.monotonic()
        try:
            while self.kills < self.most and not self.ended.wait(0.02):
                self.thaw()
                # On a busy machine nothing is told, and who has nothing to do is not worth killing.
                if self.kills < min((time.monotonic() - began) * self.rate, self.load.told):
                    self.strike()
        except Exception as error:
            self.failed = error
        finally:
            self.ended.set()
            self.thaw(all=True)

    def strike(self):
        role = "heartbeat" if self.chance.random() < 0.1 else "worker"
        slot = self.family.eldest(role, but=self.frozen)
        if slot is None:
            return
        if self.chance.random() < 0.01 and len(self.frozen) < 2:
            self.frozen[slot] = (self.family.pid(slot), time.monotonic() + FROZEN)
            self.family.signal(slot, signal.SIGSTOP)
        else:
            self.family.kill(slot)

    def thaw(self, all=False):
        for slot, (pid, until) in list(self.frozen.items()):
            if all or time.monotonic() > until:
                del self.frozen[slot]
                if self.family.slots.get(slot) == pid:
                    self.family.signal(slot, signal.SIGCONT)

    def finish(self, limit):
        """Wait until it has killed enough; raises what went wrong."""
        self.join(limit)
        self.ended.set()
        self.join(10)
        if self.failed:
            raise self.failed
        return self.kills
