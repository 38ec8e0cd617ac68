"""Halves of a form, sent and left there, never keep a page from its reader."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor

from app.bodies import LARGEST, Bodies


def echo(environ, start_response):
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


class Half:
    """A body of which the rest never comes, until it is let go."""

    def __init__(self):
        self.asked, self.gone = threading.Event(), threading.Event()

    def read(self, _size):
        self.asked.set()
        self.gone.wait(20)
        return b""


def asked(door, body, address="192.0.2.1", **told):
    statuses = []
    environ = {"REMOTE_ADDR": address, "CONTENT_LENGTH": "4", "wsgi.input": body} | told
    answer = b"".join(door(environ, lambda status, headers: statuses.append(status[:3])))
    return statuses[0], answer


def test_a_whole_body_reaches_the_page():
    assert asked(Bodies(echo, 16), io.BytesIO(b"abcdef")) == ("200", b"abcd")
    chunked = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    assert asked(Bodies(echo, 16), io.BytesIO(b"abcdef"), **chunked) == ("200", b"abcdef")


def test_what_is_too_long_is_left_to_the_page_unread():
    body = Half()
    door = Bodies(lambda environ, start: start("413 Too large", []) or [], 16)
    assert asked(door, body, CONTENT_LENGTH=str(LARGEST + 1))[0] == "413" and not body.asked.is_set()


def test_halves_of_bodies_leave_threads_for_everybody_else():
    door, halves = Bodies(echo, 16), [Half() for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(asked, door, half, f"192.0.2.{n // 4}") for n, half in enumerate(halves)]
        assert all(half.asked.wait(10) for half in halves)
        assert asked(door, io.BytesIO(b"abcd"), "192.0.2.9")[0] == "503"
        assert asked(door, io.BytesIO(b""), "192.0.2.9", CONTENT_LENGTH="")[0] == "200"
        for half in halves:
            half.gone.set()
        assert [answer.result()[0] for answer in answers] == ["200"] * 8
    assert asked(door, io.BytesIO(b"abcd"))[0] == "200"


def test_one_address_takes_a_quarter_at_the_most():
    door, halves = Bodies(echo, 16), [Half() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(asked, door, half) for half in halves]
        assert all(half.asked.wait(10) for half in halves)
        assert asked(door, io.BytesIO(b"abcd"))[0] == "503"
        assert asked(door, io.BytesIO(b"abcd"), "198.51.100.7") == ("200", b"abcd")
        for half in halves:
            half.gone.set()
        assert len([each.result() for each in waiting]) == 4
