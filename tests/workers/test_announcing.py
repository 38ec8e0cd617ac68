"""Sender, recipient and "a body comes" are said at once where the server takes that (RFC 2920)."""

from __future__ import annotations

import socket
import threading

import pytest

from workers.smtp import Connection, Server, TransportError

TAKEN = "250 ok\r\n250 ok\r\n354 go on\r\n"
GREETED = b"220 hello\r\n", b"250-hello\r\n250 PIPELINING\r\n"


@pytest.fixture
def server():
    """A server that answers nothing before it has heard all three, and then what stands in the list; and its ear."""
    listening = socket.create_server(("127.0.0.1", 0))
    answers, heard = [], []
    thread = threading.Thread(target=_serve, args=(listening, answers, heard), daemon=True)
    thread.start()
    yield Server("127.0.0.1", listening.getsockname()[1]), answers, heard
    listening.close()


def _serve(listening, answers, heard):
    line, _address = listening.accept()
    with line, line.makefile("rb") as lines:
        line.sendall(GREETED[0])
        for said in lines:
            verb = said.strip().split(b" ")[0].upper().decode()
            heard.append(verb)
            if verb == "EHLO":
                line.sendall(GREETED[1])
            elif verb == "DATA":
                line.sendall(answers.pop(0).encode())
            elif verb in (".", "RSET"):
                line.sendall(b"250 kept\r\n")


def begun(server):
    line = Connection(server)
    line.begin("us@papier.example", "ada@example.com", b"Subject: hello\r\n\r\nHello\r\n")
    return line


def test_a_mail_takes_one_way_there_and_back_before_its_body(server):
    where, answers, heard = server
    answers.append(TAKEN)
    line = begun(where)
    assert line.finish() == (250, "kept")
    assert heard[:4] == ["EHLO", "MAIL", "RCPT", "DATA"] and heard[-1] == "."
    line.abandon()


def test_a_refused_recipient_is_their_own_trouble_and_the_connection_stays(server):
    where, answers, heard = server
    answers += ["250 ok\r\n550 5.1.1 no such user\r\n554 no recipients\r\n", TAKEN]
    line = Connection(where)
    with pytest.raises(TransportError, match=r"550 5\.1\.1") as refused:
        line.begin("us@papier.example", "gone@example.com", b"Hello\r\n")
    assert refused.value.permanent and not refused.value.channel
    line.begin("us@papier.example", "ada@example.com", b"Hello\r\n")
    assert line.finish() == (250, "kept")
    assert "RSET" in heard and heard.count("EHLO") == 1
    line.abandon()


def test_a_server_that_asks_for_a_body_without_a_recipient_gets_none(server):
    where, answers, heard = server
    answers.append("250 ok\r\n550 5.1.1 no such user\r\n354 go on\r\n")
    line = Connection(where)
    with pytest.raises(TransportError, match=r"550 5\.1\.1"):
        line.begin("us@papier.example", "gone@example.com", b"Hello\r\n")
    assert line._server is None and "." not in heard and "RSET" not in heard
