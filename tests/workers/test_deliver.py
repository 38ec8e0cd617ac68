"""The mail server's moods: before the dot all trouble is tried again, after it nothing is sent twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.models import Email, Message, Shop, Suppression
from app.unit import unit
from workers import deliver, heartbeat
from workers.channels.email import let_go
from workers.smtp import Connection, Server, TransportError, Unanswered, _stuffed


@pytest.fixture
def waiting(world):
    world.reminder()
    world.cart()
    world.skip(minutes=31)
    world.work(deliver_too=False)
    return world


def test_a_mail_carries_what_a_mail_must_carry(waiting):
    waiting.work()
    to, mail = waiting.sink.mails[0]
    message = waiting.message
    assert to == ["ada@example.com"]
    assert mail["Message-ID"] == f"<{message.mail_id}>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"].startswith("<http://relance.example/u/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Feedback-ID"]
    assert mail["From"] == "Papier & Co <bonjour@papier.example>"
    assert message.subject == mail["Subject"] and message.reply == "250 kept"


def test_a_server_that_refuses_for_now_is_asked_again_later_and_later(waiting):
    waiting.sink.answers["RCPT"] = "451 4.7.1 greylisted"
    waiting.work()
    assert (waiting.message.state, waiting.message.reason) == ("prepared", "later")
    assert waiting.message.send_at == waiting.now + timedelta(minutes=1)
    waiting.skip(minutes=1)
    waiting.work()
    assert waiting.message.send_at == waiting.now + timedelta(minutes=5)
    del waiting.sink.answers["RCPT"]
    waiting.skip(minutes=5)
    waiting.work()
    assert waiting.message.state == "sent" and waiting.message.attempts == 3


def test_a_server_that_never_takes_it_is_given_up(waiting):
    waiting.sink.answers["RCPT"] = "451 4.7.1 not today"
    for _try in range(9):
        waiting.work()
        waiting.skip(days=1)
    assert (waiting.message.state, waiting.message.reply) == ("failed", "451 4.7.1 not today")


def test_an_address_that_does_not_exist_is_not_written_to_again(waiting):
    waiting.sink.answers["RCPT"] = "550 5.1.1 no such user"
    waiting.work()
    assert (waiting.message.state, waiting.message.reason) == ("failed", "address")
    assert Suppression.among(waiting.shop.id, ["ada@example.com"]) == {"ada@example.com"}


@pytest.mark.parametrize("words", ["we do not like you", "Service unavailable, client [195.1.1.20] blocked"])
def test_a_refusal_for_another_reason_suppresses_nobody(waiting, words):
    waiting.sink.answers["RCPT"] = f"554 5.7.1 {words}"
    waiting.work()
    assert waiting.message.state == "failed" and waiting.all(Suppression) == []


def test_a_refusal_after_the_dot_is_the_end(waiting):
    waiting.sink.answers["DATA"] = "554 spam"
    waiting.work()
    assert (waiting.message.state, waiting.message.reply) == ("failed", "554 spam")


def test_a_later_after_the_dot_is_tried_again(waiting):
    waiting.sink.answers["DATA"] = "451 busy"
    waiting.work()
    assert waiting.message.state == "prepared" and waiting.message.gate_at is None
    del waiting.sink.answers["DATA"]
    waiting.skip(minutes=1)
    waiting.work()
    assert waiting.message.state == "sent"


def test_when_the_answer_is_cut_off_nobody_knows_and_nothing_is_sent_again(waiting):
    waiting.sink.at_dot = lambda server: server.transport.abort()
    waiting.work()
    assert waiting.message.state == "unknown" and waiting.message.gate_at
    waiting.sink.at_dot = None
    waiting.skip(days=1)
    waiting.work()
    assert len(waiting.sink.mails) == 1 and waiting.message.state == "unknown"
    unit(lambda: Message.opened(waiting.shop.id, waiting.message.id, waiting.now))
    assert waiting.message.state == "sent"


def test_without_a_mail_server_nothing_is_lost_and_no_try_is_burnt(waiting):
    port, waiting.sink.answers = waiting.sink.port, {}
    settings = waiting.app.extensions["settings"]
    object.__setattr__(settings, "smtp_url", "smtp://127.0.0.1:1")
    waiting.work()
    assert (waiting.message.state, waiting.message.reason, waiting.message.attempts) == (
        "prepared",
        "channel",
        0,
    )
    object.__setattr__(settings, "smtp_url", f"smtp://127.0.0.1:{port}")
    waiting.skip(seconds=30)
    waiting.work()
    assert waiting.message.state == "sent"


def test_a_worker_that_dies_before_the_gate_is_survived(waiting, monkeypatch):
    def dies(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Connection, "begin", dies)
    with pytest.raises(KeyboardInterrupt):
        deliver.deliver(waiting.shop.id)
    monkeypatch.undo()
    assert waiting.message.state == "handing"
    waiting.skip(seconds=62)
    assert heartbeat.give_back() == 1
    waiting.work()
    assert waiting.message.state == "sent"


@pytest.mark.parametrize("point", ["dot", "answer"])
def test_a_worker_that_dies_after_the_gate_leaves_an_unknown(waiting, monkeypatch, point):
    def dies(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(*((Connection, "finish") if point == "dot" else (Message, "answered")), dies)
    with pytest.raises(KeyboardInterrupt):
        deliver.deliver(waiting.shop.id)
    monkeypatch.undo()
    let_go()
    assert waiting.message.state == "handing" and waiting.message.gate_at
    waiting.skip(seconds=140)
    heartbeat.give_back()
    waiting.work()
    assert (waiting.message.state, waiting.message.reason) == ("unknown", "cut_off")


def test_a_late_answer_mends_an_unknown(waiting):
    row = unit(lambda: Message.claim(waiting.shop.id, waiting.now, waiting.now + timedelta(seconds=9), 1))[0]
    unit(lambda: Message.pass_gate([(row, "Hello", None)], waiting.now, waiting.now))
    waiting.skip(minutes=9)
    heartbeat.give_back()
    assert waiting.message.state == "unknown"
    assert unit(lambda: Message.answered([(row, "sent", "250 at last")], waiting.now))
    assert waiting.message.state == "sent"
    assert not unit(lambda: Message.answered([(row, "failed", "550")], waiting.now))
    headers = {"List-Unsubscribe": "x", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    waiting.sink.mails.append((["ada@example.com"], {"Message-ID": row.mail_id, **headers}))


def test_wording_that_cannot_be_filled_in_fails_alone_and_says_why(waiting):
    def broken():
        from app.extensions import db

        db.session.get(Email, waiting.email).content = {
            "en": {"subject": "{{ broken", "preheader": "", "blocks": []}
        }

    unit(broken)
    waiting.work()
    assert (waiting.message.state, waiting.message.reason) == ("failed", "wording")


def test_a_shop_without_a_sender_waits_for_one(waiting):
    def told(address):
        def act():
            from app.extensions import db

            shop = db.session.get(Shop, waiting.shop.id)
            shop.sender_email = shop.contact_email = address

        return act

    unit(told(""))
    waiting.work()
    assert (waiting.message.state, waiting.message.reason) == ("prepared", "sender")
    unit(told("bonjour@papier.example"))
    waiting.skip(minutes=15)
    waiting.work()
    assert waiting.message.state == "sent"


def test_many_mails_go_through_one_connection(world):
    world.reminder()
    for n in range(25):
        world.cart(f"c{n}", f"someone{n}@example.com")
    world.skip(minutes=31)
    world.work()
    assert len(world.sink.mails) == 25
    assert {message.state for message in world.all(Message)} == {"sent"}


def test_lines_that_begin_with_a_dot_arrive_whole(sink):
    channel = Connection(Server.of_url(f"smtp://127.0.0.1:{sink.port}"))
    channel.begin("a@example.com", "b@example.com", b"Subject: dots\n\n.\n..two\n.three")
    assert channel.finish()[0] == 250
    channel.close()
    assert sink.mails[0][1].get_content().splitlines() == [".", "..two", ".three"]


def test_nothing_arrives_without_the_dot(sink):
    channel = Connection(Server.of_url(f"smtp://127.0.0.1:{sink.port}"))
    channel.begin("a@example.com", "b@example.com", b"Subject: never\n\nnever")
    channel.abandon()
    with pytest.raises(Unanswered):
        channel.finish()
    channel.begin("a@example.com", "b@example.com", b"Subject: now\n\nnow")
    channel.finish()
    channel.close()
    assert [mail["Subject"] for _to, mail in sink.mails] == ["now"]


def test_a_server_that_is_not_there_is_the_channels_trouble():
    with pytest.raises(TransportError) as refused:
        Connection(Server("127.0.0.1", 1)).begin("a@example.com", "b@example.com", b"")
    assert refused.value.channel and not refused.value.permanent


def test_a_body_is_stuffed_line_by_line():
    assert _stuffed(b".a\r\n..b\nc\r.d") == b"..a\r\n...b\r\nc\r\n..d\r\n"
