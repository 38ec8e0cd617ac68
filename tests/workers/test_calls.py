"""Calls to other systems: signed, tried again with growing pauses, never after the switch-off, never inside."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from base64 import b64decode
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy.exc import OperationalError

from app import signing
from app.models import Call, Flow, StaffNotice
from app.unit import unit
from app.vetting import networks
from workers import calls, heartbeat

PLACED = ("order_placed", {"moment": "order.placed", "scope": "all", "products": []})


class Other(ThreadingHTTPServer):
    """Another system on loopback: says `status`, and remembers what it was told."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.told, self.headers = 200, [], {}
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook?shop=1"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((dict(self.headers), body, self.path))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"thanks")

    def log_message(self, *_):
        pass


@pytest.fixture
def other():
    other = Other()
    threading.Thread(target=other.serve_forever, daemon=True).start()
    yield other
    other.shutdown()
    other.server_close()


@pytest.fixture
def calling(world, other):
    settings = world.app.extensions["settings"]
    object.__setattr__(settings, "outgoing_allow", networks("127.0.0.0/8"))
    object.__setattr__(settings, "outgoing_http", True)
    world.flow_id = world.flow(PLACED, ("call_webhook", {"url": other.url, "text": "pack it"}))
    world.order()
    return world


def test_a_call_carries_a_signature_that_the_other_side_can_check(calling, other):
    calling.work()
    (headers, body, path), call = other.told[0], calling.only(Call)
    assert (call.state, call.status, call.reply, path) == ("done", 200, "thanks", "/hook?shop=1")
    key = b64decode(signing.secret(calling.shop.id).removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    version, _comma, signature = headers["webhook-signature"].partition(",")
    assert version == "v1"
    assert hmac.compare_digest(b64decode(signature), hmac.digest(key, signed, hashlib.sha256))
    told = json.loads(body)
    assert told["type"] == "customer.reached_step" and told["data"]["text"] == "pack it"
    assert told["data"]["customer"]["email"] == "ada@example.com" and told["data"]["order"]["number"] == "o1"


def test_a_call_that_fails_is_made_again_later_and_later_with_the_same_id(calling, other):
    other.status = 500
    calling.work()
    call = calling.only(Call)
    assert (call.state, call.reason, call.attempts) == ("waiting", "call_later", 1)
    assert call.send_at == calling.now + timedelta(seconds=5)
    calling.skip(seconds=5)
    calling.work()
    assert calling.only(Call).send_at == calling.now + timedelta(minutes=5)
    other.status = 204
    calling.skip(minutes=5)
    calling.work()
    assert calling.only(Call).state == "done"
    assert len({headers["webhook-id"] for headers, _body, _path in other.told}) == 1
    assert len({headers["webhook-timestamp"] for headers, _body, _path in other.told}) == 3


def test_the_other_side_may_ask_for_a_longer_pause(calling, other):
    other.status, other.headers = 429, {"Retry-After": "900"}
    calling.work()
    assert calling.only(Call).send_at == calling.now + timedelta(minutes=15)


def test_a_call_is_given_up_after_a_day_and_a_half(calling, other):
    other.status = 503
    for _try in range(9):
        calling.work()
        calling.skip(hours=11)
    call = calling.only(Call)
    assert (call.state, call.reason, call.attempts) == ("failed", "call_gave_up", 8)


def test_a_call_that_was_given_up_is_made_once_more_when_somebody_asks(calling, other):
    other.status = 410
    calling.work()
    assert calling.only(Call).state == "failed"
    other.status, shop_id = 200, calling.shop.id
    assert unit(lambda: Call.revive(shop_id + 1, calling.now)) == 0
    assert unit(lambda: Call.revive(shop_id, calling.now)) == 1
    calling.work()
    assert (calling.only(Call).state, calling.only(Call).attempts) == ("done", 1)
    assert len({headers["webhook-id"] for headers, _body, _path in other.told}) == 1


@pytest.mark.parametrize(("status", "state"), [(410, "failed"), (302, "waiting"), (404, "waiting")])
def test_a_redirect_is_followed_by_nobody_and_gone_is_gone(calling, other, status, state):
    other.status, other.headers = status, {"Location": other.url}
    calling.work()
    assert calling.only(Call).state == state and len(other.told) == 1


def test_no_call_is_made_after_the_switch_off(calling, other):
    other.status = 500
    calling.work()
    unit(lambda: Flow.switch_off(calling.shop.id, calling.flow_id, calling.now))
    assert calling.only(Call).state == "cancelled", "it is called back at once, not when its time comes"
    calling.skip(days=1)
    calling.work()
    assert len(other.told) == 1


def test_a_paused_flow_keeps_its_calls(calling, other):
    other.status = 500
    calling.work()
    unit(lambda: Flow.pause(calling.flow_id, "x", calling.now))
    calling.skip(minutes=1)
    calling.work()
    assert len(other.told) == 1 and calling.only(Call).state == "waiting"


def test_a_call_into_a_private_network_is_never_made(calling, other):
    object.__setattr__(calling.app.extensions["settings"], "outgoing_allow", networks("192.0.2.0/24"))
    calling.work()
    call = calling.only(Call)
    assert (call.state, call.reason) == ("failed", "call_inside") and other.told == []
    assert "could not tell another system" in calling.only(StaffNotice).text


def test_a_trouble_of_the_database_burns_no_try_of_any_call(calling, other, monkeypatch):
    calling.order("o2", "bob@example.com")

    def fails(*_):
        raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))

    monkeypatch.setattr(calls, "_may", fails)
    with pytest.raises(OperationalError):
        calling.work()
    monkeypatch.undo()
    assert [(call.state, call.attempts) for call in calling.all(Call)] == [("waiting", 0)] * 2
    calling.work()
    assert [(call.state, call.attempts) for call in calling.all(Call)] == [("done", 1)] * 2


def test_a_call_whose_worker_dies_is_made_again(calling, other, monkeypatch):

    def dies(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(calls, "_settle", dies)
    with pytest.raises(KeyboardInterrupt):
        calling.work()
    monkeypatch.undo()
    assert calling.only(Call).state == "calling"
    calling.skip(seconds=62)
    assert heartbeat.give_back() == 1
    calling.work()
    assert calling.only(Call).state == "done" and len(other.told) == 2
    assert len({headers["webhook-id"] for headers, _body, _path in other.told}) == 1
