"""A scene: a stage with its shops open, what is seen from outside while it plays, and the verdict at its end."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from app.extensions import db
from app.models import Message, Run
from app.unit import unit
from tests.app.browsing import a_browser, with_pages
from tests.conftest import SECRET
from tests.faults import settling
from tests.faults.door import Door
from tests.faults.load import Load
from tests.faults.stage import Stage
from tests.faults.trader import Trader
from tests.patience import until
from tests.workers.invariants import Accepted, Seen, violations, witness
from tests.workers.invariants.reading import Rows
from tests.workers.invariants.system import s5_failures_are_shown

AT_THE_DOT = (
    6  # mails that one process may have at their dots when it dies: as many as it has threads that speak
)


@dataclass(frozen=True)
class Verdict:
    """What a scene came to."""

    violations: list[str]
    mails: int
    sent: int
    unknown: int
    parked: int

    def __str__(self):
        return (f"mails={self.mails} sent={self.sent} unknown={self.unknown} parked={self.parked} "
                f"violations={len(self.violations)}")  # fmt: skip


class Scene:
    """Two shops on a stage. Everything that a test does to them goes through here."""

    def __init__(self, stage, seed=0, cap=3, rate=20.0):
        self.stage, self.seed, self.rate = stage, seed, rate
        with_pages(stage.app)
        witness.install()
        self.door = Door(stage.port)
        self.traders = [Trader(stage, self.door, number) for number in (1, 2)]
        self.flows = [trader.opening(cap=cap) for trader in self.traders]
        self.faults = 0  # mails that the mail server was told to leave in doubt
        self.hints = {}

    @property
    def family(self):
        return self.stage.family

    @contextmanager
    def load(self):
        """Customers come and go for as long as the block lasts."""
        load = Load(self.stage, self.traders, self.seed, self.rate)
        load.start()
        try:
            yield load
        finally:
            load.stop()

    def orders(self, number, prefix="o", trader=None):
        """Tell of so many orders of as many customers: each brings one mail at once."""
        for place in range(number):
            (trader or self.traders[0]).order(f"{prefix}{place}", f"{prefix}{place}")

    def count(self, model=Message, **told):
        db.session.rollback()
        return db.session.query(model).filter_by(**told).count()

    def until_sent(self, number, limit=60):
        until(lambda: len(self.stage.sink.mails) >= number, limit)

    def note_hints(self):
        """Remember how many hints wait in the broker, where that is more than before."""
        for kind in ("enrol", "advance", "deliver", "call"):
            waiting = self.stage.client.llen(f"dramatiq:{kind}")
            self.hints[kind] = max(waiting, self.hints.get(kind, 0))

    def leased(self):
        return self.count(Run, status="leased")

    @contextmanager
    def pausing(self, load):
        """Tell nothing for as long as the block lasts: what breaks now is ours to break."""
        with load.quiet:
            yield

    def forget(self):
        """Let go of connections that are broken."""
        with suppress(DBAPIError):
            db.session.rollback()
        with suppress(DBAPIError):
            db.session.remove()
        db.engine.dispose()

    def wait(self, seconds):
        """Let a fault last: the only place where time passes because it should."""
        threading.Event().wait(seconds)

    @property
    def kills(self):
        return sum(death["code"] != 0 for death in self.family.deaths)

    def seen(self, **told):
        """Return all that was seen from outside until now."""
        return Seen(
            mails=[Accepted.read(line) for line in self.stage.sink.mails],
            deliveries={trader.shop.id: trader.accepted for trader in self.traders},
            said_no={id: at for trader in self.traders for id, at in trader.said_no.items()},
            switched=[off for trader in self.traders for off in trader.switched],
            most_unknown=self.kills * AT_THE_DOT + self.faults,
            marks={trader.shop.id: trader.mark for trader in self.traders},
            logs=self.stage.directory / "logs",
            secrets=(SECRET, "qzbody", *(trader.key for trader in self.traders)),
            hints=self.hints or None, **told,
        )  # fmt: skip

    def shown(self):
        """Return the status page of each shop, as its people see it now."""
        page = {}
        for trader in self.traders:
            browser = unit(lambda shop=trader.shop: a_browser(self.stage.app, shop))
            page[trader.shop.id] = browser.get("/status").text
        return page

    def verdict(self, limit=90):
        """Let everything come to its end and read every promise."""
        settling.rest(limit)
        found = list(s5_failures_are_shown(Rows(self.seen(shown=self.shown()))))
        parked = settling.take_up(self.traders)
        settling.settle(self.traders, limit)
        db.session.rollback()
        found += violations(self.seen(settled=True))
        db.session.rollback()
        mails = len(self.stage.sink.mails)
        return Verdict(found, mails, self.count(state="sent"), self.count(state="unknown"), parked)

    def hold(self, limit=90):
        """Assert that every promise was kept."""
        verdict = self.verdict(limit)
        assert not verdict.violations, "\n".join(verdict.violations[:20])
        assert self.count(Run, status="parked") == 0
        return verdict


@contextmanager
def scene(directory, database="sqlite", seed=0, cap=3, rate=20.0, **stage):
    """Play on a stage of one's own, inside its application's context."""
    stage = Stage(directory, database, **stage)
    try:
        with stage.app.app_context():
            stage.start()
            yield Scene(stage, seed, cap, rate)
    finally:
        stage.close()
