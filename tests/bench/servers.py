"""From a shop's request to a message prepared, over HTTP: the product as it is started, beside Node-RED and n8n."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import flask_migrate

from app import clock
from app.extensions import db
from app.launcher.prepare import free_port
from tests.bench import intake, latency, loader, stage
from tests.bench.figure import Figure
from tests.bench.peers import npm
from tests.bench.stage import SQLITE
from tests.patience import until

EVENTS, LINES, THEIRS = 6000, 4, {npm.N8N: 400, npm.NODE_RED: 6000}
PATH, FLOWS = "/orders", Path(npm.__file__).parent
CALM = "DIAGNOSTICS", "VERSION_NOTIFICATIONS", "RUNNERS", "PERSONALIZATION", "TEMPLATES"


def measured(events: int = EVENTS) -> list[Figure]:
    """Return our runs over theirs. Node-RED keeps nothing: what it had in hand when it dies is gone."""
    ours = _ours(events)
    eight, red = _theirs(npm.N8N), _theirs(npm.NODE_RED)
    return [
        Figure("request to message prepared, over n8n", ours / eight, "times", 100, "more", 50,
               {"runs_per_second": round(ours), "peer": {npm.N8N: round(eight, 1)}}),
        Figure("request to message prepared, over Node-RED, which keeps nothing", ours / red, "times", 1, "more", 0.5,
               {"runs_per_second": round(ours), "peer": {npm.NODE_RED: round(red)}}),
    ]  # fmt: skip


def _ours(events: int) -> float:
    with stage.a_world(SQLITE) as world:
        stage.asking(world)
        intake.keys(world.shop.id, events)
        flask_migrate.stamp()
        settings = world.app.extensions["settings"]
        db.session.remove()
        # No mail leaves meanwhile, as none does over there: what is compared ends at the prepared message.
        nobody = {"SMTP_URL": f"smtp://127.0.0.1:{free_port()}", "BASE_URL": "http://127.0.0.1"}
        with latency.started(settings.data_dir, **nobody) as port:
            requests = intake.requests(port, events)
            began = time.perf_counter()
            loader.load(port, requests, LINES)
            _all_prepared(settings.data_dir / "relance.sqlite3", events)
            return events / (time.perf_counter() - began)


def _all_prepared(database: Path, count: int) -> None:
    seen = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    until(lambda: seen.execute("SELECT count(*) FROM message").fetchone()[0] == count)
    seen.close()


def _theirs(package: str) -> float:
    count, open_one = THEIRS[package], {npm.N8N: _eight, npm.NODE_RED: _red}[package]
    now = clock.real()
    bodies = [json.dumps(stage.an_order(number, now)).encode() for number in range(count)]
    with tempfile.TemporaryDirectory() as folder, open_one(Path(folder)) as (port, path):
        requests = [loader.post(port, path, "", body) for body in bodies]
        loader.load(port, requests[:20], LINES)  # the first ones compile it
        began = time.perf_counter()
        loader.load(port, requests, LINES)
        return count / (time.perf_counter() - began)


@contextmanager
def _red(folder: Path) -> Iterator[tuple[int, str]]:
    shutil.copy(FLOWS / "node-red.json", folder / "flows.json")  # it writes into what it is given
    home, port = npm.installed(npm.NODE_RED), free_port()
    words = [
        "node",
        "node_modules/node-red/red.js",
        "-u",
        str(folder),
        "-p",
        str(port),
        str(folder / "flows.json"),
    ]
    with _process(words, home, folder, {}, "Started flows"):
        yield port, PATH


@contextmanager
def _eight(folder: Path) -> Iterator[tuple[int, str]]:
    home, port = npm.installed(npm.N8N), free_port()
    # Its faster way with expressions; its newer one costs it half of the rate, and wants another compiled part.
    told = {"N8N_EXPRESSION_ENGINE": "legacy"} | {f"N8N_{name}_ENABLED": "false" for name in CALM}
    told |= {"N8N_USER_FOLDER": str(folder), "N8N_PORT": str(port), "N8N_LISTEN_ADDRESS": "127.0.0.1"}
    eight = ["node", "node_modules/n8n/bin/n8n"]
    for words in (
        ["import:workflow", f"--input={FLOWS}/n8n.json"],
        ["update:workflow", "--all", "--active=true"],
    ):
        subprocess.run([*eight, *words], cwd=home, env=os.environ | told, check=True, capture_output=True)
    with _process([*eight, "start"], home, folder, told, "Activated workflow"):
        yield port, f"/webhook{PATH}"


@contextmanager
def _process(
    words: Sequence[str], home: Path, folder: Path, told: dict[str, str], ready: str
) -> Iterator[None]:
    said = folder / "said.log"
    with said.open("w") as out:
        process = subprocess.Popen(words, cwd=home, env=os.environ | told, stdout=out, stderr=out)
    try:
        until(lambda: ready in said.read_text() or process.poll() is not None, limit=120)
        assert process.poll() is None, said.read_text()
        yield
    finally:
        process.terminate()
        process.wait(30)
