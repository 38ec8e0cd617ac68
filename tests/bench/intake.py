"""The door for shops, beside a bare Flask route with one raw insert, both behind the same server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app import clock, passwords
from app.extensions import db
from app.launcher.prepare import free_port, listens
from app.models import ApiKey, InboxRow
from app.unit import unit
from tests.bench import loader, stage
from tests.bench.figure import Figure, middle
from tests.bench.stage import SQLITE
from tests.conftest import SECRET
from tests.house.sources import ROOT
from tests.patience import until

EVENTS, LINES = 4000, 4
EACH = 2000  # events by one key: the door lets three thousand a minute in, and these are several shops' worth


def measured(events: int = EVENTS) -> list[Figure]:
    """Return our door's rate over the bare one's: the middle of three pairs."""
    return middle(lambda: [_pair(events)], 3)


def _pair(events: int) -> Figure:
    ours, bare = _ours(events), _bare(events)
    beside = {"events_per_second": round(ours), "limit": {"bare Flask route and raw insert": round(bare)}}
    return Figure(
        "intake over a bare Flask route with one raw insert", ours / bare, "ratio", 0.85, "more", 0.6, beside
    )


def _ours(events: int) -> float:
    with stage.a_world(SQLITE) as world:
        keys(world.shop.id, events)
        with served("wsgi:app", {"DATA_DIR": str(world.app.extensions["settings"].data_dir)}) as port:
            rate = _rate(port, events)
        assert stage.count(InboxRow) == events
        return rate


def keys(shop_id: int, events: int) -> None:
    """Give a shop as many keys as it takes to say so much at once."""
    now = clock.real()
    for number in range(events // EACH + 1):
        name, digest = key(number * EACH), passwords.digest(key(number * EACH))
        told = ApiKey(shop_id=shop_id, name="Shop", prefix=name[:6], digest=digest, created_at=now)
        unit(lambda told=told: db.session.add(told))


def key(number: int) -> str:
    """Return the key by which an event is told."""
    return f"a key of the measures, {number // EACH}"


def requests(port: int, events: int) -> list[bytes]:
    """Return the requests that tell so many orders."""
    now = clock.real()
    return [
        loader.post(port, "/api/v1/events", key(number), json.dumps(stage.an_order(number, now)).encode())
        for number in range(events)
    ]


def _bare(events: int) -> float:
    with stage.a_place(SQLITE) as (folder, _url):
        place = {"DATA_DIR": str(folder), "BARE_DATABASE": str(folder / "bare.sqlite3")}
        with served("tests.bench.bare:app", place) as port:
            return _rate(port, events)


def _rate(port: int, events: int) -> float:
    told = requests(port, events)
    began = time.perf_counter()
    loader.load(port, told, LINES)
    return events / (time.perf_counter() - began)


@contextmanager
def served(what: str, told: dict[str, str]) -> Iterator[int]:
    """Yield the port on which the product's kind of server answers for an application, in DATA_DIR."""
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    environ |= {"SECRET_KEY": SECRET, "PORT": str(port), "LOG_FORMAT": "json", **told}
    words = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1",
             "--port", str(port), "--blocking-threads", "16", what]  # fmt: skip
    quiet = (Path(told["DATA_DIR"]) / "web.log").open("w")
    process = subprocess.Popen(words, cwd=ROOT, env=environ, stdout=quiet, stderr=quiet)
    try:
        until(lambda: listens(port))
        yield port
    finally:
        process.terminate()
        process.wait(20)
