"""What is shipped for many machines is what runs here: the compose file's own commands, as processes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import create_engine, func, select, text

from app import clock, create_app, passwords
from app.config import Settings
from app.extensions import db
from app.launcher import broker, prepare
from app.models import ApiKey, Customer
from app.unit import unit
from app.views.openapi import EXAMPLE
from tests.app.rows import a_shop
from tests.conftest import SECRET
from tests.house.sources import ROOT
from tests.launcher.conftest import until

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
KEY = "a key of the tests"
OURS = ("upgrade", "web", "worker", "heartbeat")


def command(service: str, **instead: str) -> list[str]:
    """The compose file's command, with our Python and with other values for some of its options."""
    words: list[str] = [sys.executable, *COMPOSE["services"][service]["command"][1:]]
    for option, value in instead.items():
        words[words.index(f"--{option}") + 1] = value
    return words


class Machines:
    """The processes of an instance that is spread over several machines, all of them here."""

    def __init__(self, directory: Path, database: str) -> None:
        self.directory, self.database, self.bell = directory, database, prepare.free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        named = dict.fromkeys(COMPOSE["services"]["web"]["environment"], "")
        self.environ = {
            name: value for name, value in os.environ.items() if not name.endswith("_URL")
        } | named
        self.environ |= {
            "DATABASE_URL": database, "REDIS_URL": f"redis://127.0.0.1:{self.bell}/0", "SECRET_KEY": SECRET,
            "SMTP_URL": "smtp://127.0.0.1:9", "BASE_URL": "http://127.0.0.1:8000", "NO_DEMO": "1",
            "TRUSTED_PROXIES": "1", "DATA_DIR": str(directory), "METRICS_TOKEN": "",
        }  # fmt: skip

    def run(self, name: str, words: list[str]) -> None:
        said = (self.directory / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            words, cwd=ROOT, env=self.environ, stdout=said, stderr=said, start_new_session=True
        )

    def ring_for(self) -> None:
        server = str(broker.find_server())
        self.run("broker", [server, *COMPOSE["services"]["broker"]["command"][1:], "--port", str(self.bell)])

    def ask(self, port: int, path: str, body: Any = None) -> bytes:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}", json.dumps(body).encode() if body else None
        )
        asked.add_header("Authorization", f"Bearer {KEY}")
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return bytes(answer.read())

    def ready(self, port: int) -> bool:
        try:
            return b'"status":"ready"' in self.ask(port, "/readyz").replace(b" ", b"")
        except OSError:
            return False

    def kill(self, name: str) -> None:
        os.killpg(self.processes.pop(name).pid, signal.SIGKILL)

    def stop(self, name: str) -> int:
        process = self.processes.pop(name)
        process.terminate()
        return process.wait(30)


@pytest.fixture
def machines(tmp_path: Path, postgresql_url: str) -> Iterator[Machines]:
    server = create_engine(
        postgresql_url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS deployed WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE deployed"))
    server.dispose()
    machines = Machines(tmp_path, postgresql_url.replace("/postgres?", "/deployed?"))
    yield machines
    for name in list(machines.processes):
        machines.kill(name)


@pytest.fixture
def shop(machines: Machines) -> Iterator[Callable[[], int]]:
    """A shop with a key in the instance's database; gives the number of its customers when called."""
    machines.run("upgrade", command("upgrade"))
    assert machines.processes.pop("upgrade").wait(60) == 0
    app = create_app(Settings(data_dir=machines.directory, database_url=machines.database, secret_key=SECRET))
    with app.app_context():
        now, shop = clock.real(), unit(lambda: a_shop().id)
        key = ApiKey(shop_id=shop, name="Shop", prefix=KEY[:6], digest=passwords.digest(KEY), created_at=now)
        unit(lambda: db.session.add(key))

        def customers() -> int:
            db.session.rollback()
            return db.session.scalar(select(func.count()).select_from(Customer)) or 0

        yield customers
        db.session.remove()
        db.engine.dispose()


def told(number: int) -> dict[str, Any]:
    """An event of a customer of its own."""
    return EXAMPLE | {
        "id": f"event-{number}",
        "customer": EXAMPLE["customer"] | {"email": f"c{number}@example.com"},
    }


@pytest.mark.slow
def test_two_of_each_share_the_work_and_any_may_die(machines: Machines, shop: Callable[[], int]) -> None:
    doors = prepare.free_port(), prepare.free_port()
    machines.ring_for()
    for number, door in enumerate(doors):
        web = command("web", port=str(door), host="127.0.0.1", workers="1")
        machines.run(f"web-{number}", web)
        machines.run(f"worker-{number}", command("worker", processes="1", threads="2"))
        machines.run(f"heartbeat-{number}", command("heartbeat"))
    until(lambda: all(machines.ready(door) for door in doors))
    machines.ask(doors[0], "/api/v1/events", told(1))
    machines.ask(doors[1], "/api/v1/events", told(2))
    until(lambda: shop() == 2)
    for name in ("web-0", "worker-0", "heartbeat-0", "broker"):
        machines.kill(name)
    machines.ask(doors[1], "/api/v1/events", told(3))
    until(lambda: shop() == 3)
    assert [machines.stop(f"{name}-1") for name in ("heartbeat", "worker", "web")] == [0, 0, 0]


def executed(unit_file: Path) -> list[str]:
    (line,) = re.findall(r"^ExecStart=(.+)$", unit_file.read_text("utf-8"), re.MULTILINE)
    return line.split()


@pytest.mark.parametrize("service", OURS)
def test_the_units_start_what_the_compose_file_starts(service: str) -> None:
    (unit_file,) = DEPLOY.glob(f"systemd/relance-{service}*.service")
    wanted = command(service, **({"host": "127.0.0.1"} if service == "web" else {}))
    assert executed(unit_file)[1:] == wanted[1:]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit_file in DEPLOY.glob("systemd/relance*.*"):
        words = unit_file.read_text("utf-8").replace("/srv/relance/.venv/bin/python", sys.executable)
        (tmp_path / unit_file.name).write_text(words, "utf-8")
    units = sorted(map(str, tmp_path.glob("*.service")))
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    assert [line for line in done.stderr.splitlines() if "relance" in line] == []


def test_each_process_has_time_to_finish() -> None:
    graces = {name: COMPOSE["services"][name].get("stop_grace_period") for name in OURS}
    assert set(graces.values()) == {"30s"}
    assert all(
        "TimeoutStopSec=30" in path.read_text() for path in DEPLOY.glob("systemd/relance-[wh]*.service")
    )
