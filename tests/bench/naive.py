"""What everybody builds first: each step of each run is one message in the broker and one transaction.

Honest to that way: Dramatiq over a real broker, and of ours the same graph, interpreter, effects and tables. Waits are
over as soon as they begin.
"""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from flask import Flask
from sqlalchemy import insert, select, update

from app import clock
from app.extensions import db
from app.launcher import broker
from app.models import Run, Step
from app.unit import unit
from graph.interpreter import Plan, Position, advance
from tests.bench import stage
from tests.patience import until
from workers import effects, facts, marks
from workers.asked import Asked
from workers.plans import plans

THREADS = 4


def rate(kind: str, runs: int) -> float:
    """Return the steps a second of four worker threads."""
    with stage.a_world(kind) as world, a_broker() as bell:
        version = stage.waiting(world)
        stage.orders(world, runs)
        stage.enrolled(world)
        plan = plans([version])[version]
        assert isinstance(plan, Plan)
        engine, ids = Engine(world.app, bell, plan, runs), [run.id for run in world.all(Run)]
        began = time.perf_counter()
        engine.run(ids)
        return stage.count(Step) / (time.perf_counter() - began)


@contextmanager
def a_broker() -> Iterator[RedisBroker]:
    """Yield a broker with a server of its own."""
    with tempfile.TemporaryDirectory(prefix="relance-bell-") as folder:
        sock, server = Path(folder) / "broker.sock", broker.find_server()
        assert server, "this measure needs a Valkey or Redis server"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(broker.command(server, sock, Path(folder)), **quiet)
        try:
            until(lambda: broker.answers(sock))
            yield RedisBroker(url=broker.url(sock), middleware=[])
        finally:
            process.terminate()
            process.wait()


class Engine:
    """One actor that takes one step of one run, and asks for the next."""

    def __init__(self, app: Flask, bell: RedisBroker, plan: Plan, runs: int) -> None:
        self._app, self._bell, self._plan = app, bell, plan
        self._alone = replace(plan, targets={})  # of which the interpreter takes one step at a time
        self._left, self._over, self._lock = runs, threading.Event(), threading.Lock()
        self._step = dramatiq.actor(broker=bell, actor_name="step")(self._take)

    def run(self, ids: list[int]) -> None:
        """Take every run to its end."""
        worker = dramatiq.Worker(self._bell, worker_threads=THREADS)
        worker.start()
        for id in ids:
            self._step.send(id)
        assert self._over.wait(600)
        worker.stop()

    def _take(self, id: int) -> None:
        with self._app.app_context():
            if unit(lambda: self._moved(id)):
                self._step.send(id)
                return
        with self._lock:
            self._left -= 1
            if not self._left:
                self._over.set()

    def _moved(self, id: int) -> bool:
        """Let one run take one step, and write that; False at its end."""
        run = db.session.execute(select(*Run.__table__.columns).where(Run.id == id).with_for_update()).one()
        now, known = clock.now(run.shop_id), facts.load(run.shop_id, self._plan, [run])
        moved = advance(self._alone, Position(run.node, run.visit), known[id], now, marks.chance(id))
        port = (moved.steps[0].port if moved.steps else None) or "next"
        effects.carry_out(self._plan, [Asked(run, visit, effect) for visit, effect in moved.effects], now)
        saw = moved.steps[0].saw if moved.steps else {}
        db.session.execute(insert(Step).values(shop_id=run.shop_id, flow_id=run.flow_id, run_id=id, visit=run.visit,
                                               node=run.node, port=port, saw=dict(saw), at=now))  # fmt: skip
        following = self._plan.targets.get((run.node, port))
        stands = (
            {"node": following, "visit": run.visit + 1} if following else {"status": "done", "ended_at": now}
        )
        db.session.execute(update(Run).where(Run.id == id).values(stands))
        return following is not None
