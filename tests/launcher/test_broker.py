"""The embedded broker is a real server that nobody else on the machine can reach."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
import redis

from app.launcher import broker, roster
from app.launcher.child import Child
from tests.launcher.conftest import Stage, until


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("b")


def test_the_wheel_ships_a_server() -> None:
    assert os.access(broker.find_server() or "", os.X_OK)


def test_without_a_wheel_a_server_on_the_path_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = tmp_path / "redis-server"
    server.touch(0o755)
    monkeypatch.setattr(broker, "_from_wheel", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert broker.find_server() == server


def test_without_any_server_there_is_none_and_a_sentence_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "_from_wheel", lambda: None)
    monkeypatch.setenv("PATH", "")
    assert broker.find_server() is None
    assert "REDIS_URL" in broker.NO_SERVER


def test_it_answers_on_its_socket_and_on_nothing_else(short: Path, stage: Stage) -> None:
    sock = broker.socket_path(short)
    child = Child(roster.broker_role(broker.find_server(), sock, short, dict(os.environ)), stage.directory)
    stage.children.append(child)
    stage.supervisor.start([child])
    client = redis.Redis.from_url(broker.url(sock))
    assert client.config_get("port") == {"port": "0"}
    assert client.config_get("appendonly") == {"appendonly": "yes"}
    assert stat.S_IMODE(sock.stat().st_mode) == 0o700
    stage.supervisor.stop()
    assert not broker.answers(sock)


def test_a_broker_elsewhere_is_asked_and_its_silence_is_told(short: Path, stage: Stage) -> None:
    sock = broker.socket_path(short)
    assert broker.told_of(broker.url(sock)) == broker.ELSEWHERE_SILENT
    child = Child(roster.broker_role(broker.find_server(), sock, short, dict(os.environ)), stage.directory)
    stage.children.append(child)
    stage.supervisor.start([child])
    assert broker.told_of(broker.url(sock)) == broker.ELSEWHERE


def test_what_was_queued_survives_a_kill(short: Path, stage: Stage) -> None:
    sock = broker.socket_path(short)
    child = Child(roster.broker_role(broker.find_server(), sock, short, dict(os.environ)), stage.directory)
    stage.children.append(child)
    stage.supervisor.start([child])
    redis.Redis.from_url(broker.url(sock)).rpush("bells", "one")
    child.kill()
    child.start()
    until(lambda: broker.answers(sock))
    assert redis.Redis.from_url(broker.url(sock)).lrange("bells", 0, -1) == [b"one"]


def test_a_long_path_gets_a_short_private_directory(tmp_path: Path) -> None:
    sock = broker.socket_path(tmp_path / ("very-long-name-" * 8))
    try:
        assert len(str(sock)) < 104
        assert stat.S_IMODE(sock.parent.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(sock.parent)
