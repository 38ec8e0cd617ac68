"""No spelling of an inner address lets a merchant's call reach this machine or its neighbours."""

from __future__ import annotations

import socket
import threading
from ipaddress import IPv4Address, IPv6Address

import pytest

from app import outgoing, vetting
from app.config import Settings
from tests.conftest import SECRET

INNER = ("127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0", "10.0.0.1", "169.254.169.254", "192.168.1.1",
         "172.16.0.1", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "255.255.255.255",
         "192.88.99.1")  # fmt: skip
BARE6 = ("::1", "::", "fe80::1", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "3fff::1", "5f00::1", "100::1",
         "2001:db8::1", "64:ff9b:1::7f00:1", "2001::1", "::1%lo", "fe80::1%eth0", "0:0:0:0:0:0:0:1")  # fmt: skip


def spellings(text):
    """Ways to write an IPv4 address that some part of some system understands."""
    address = IPv4Address(text)
    number, parts = int(address), [int(part) for part in text.split(".")]
    a, b, c, d = parts
    yield text
    yield f"{text}."
    yield str(number)
    yield hex(number)
    yield oct(number).replace("0o", "0")
    yield f"{number + 2**32}"
    yield ".".join(hex(part) for part in parts)
    yield ".".join(oct(part).replace("0o", "0") for part in parts)
    yield ".".join(f"{part:04d}" for part in parts)
    yield f"{a}.{number & 0xFFFFFF}"
    yield f"{a}.{b}.{number & 0xFFFF}"
    yield f"{hex(a)}.{b}.{oct(c).replace('0o', '0')}.{d}"
    yield text.replace(".", "。")
    yield text.replace(".", "．")
    yield "".join(chr(0xFEE0 + ord(each)) if each.isdigit() else each for each in text)
    yield "".join(chr(0x245F + int(each)) if each in "123456789" else each for each in text)
    yield text.replace(".", "%2e")
    yield from sixes(address)


def sixes(address):
    number = int(address)
    high, low = number >> 16, number & 0xFFFF
    for prefix in ("::ffff:", "::", "64:ff9b::", "::ffff:0:", "64:ff9b:1::", "2001:db8::"):
        yield f"[{prefix}{address}]"
        yield f"[{prefix}{high:x}:{low:x}]"
    yield f"[2002:{high:x}:{low:x}::]"
    yield f"[2002:{high:x}:{low:x}::1]"
    yield f"[{IPv6Address((0x20010000 << 96) | (0x08080808 << 64) | (number ^ 0xFFFFFFFF))}]"
    yield f"[{IPv6Address((0xFFFF << 32) | number).exploded}]"


HOSTS = sorted(
    {each for inner in INNER for each in spellings(inner)}
    | {f"[{each}]" for each in BARE6}
    | {"localhost", "LOCALHOST", "localhost.", "ip6-localhost", "localhost.localdomain", "ｌocalhost"}
)


@pytest.fixture
def canary():
    """A listener on loopback that counts who comes, and then hangs up."""
    hits, listener = [], socket.create_server(("127.0.0.1", 0))

    def listen():
        while True:
            try:
                came, whence = listener.accept()
            except OSError:
                return
            hits.append(whence)
            came.close()

    threading.Thread(target=listen, daemon=True).start()
    yield listener.getsockname()[1], hits
    listener.close()


@pytest.fixture
def calls_http(app, tmp_path):
    app.extensions["settings"] = Settings(data_dir=tmp_path, secret_key=SECRET, outgoing_http=True)
    return app


def test_there_are_enough_spellings_to_be_convinced():
    assert len(HOSTS) >= 400


def test_no_spelling_reaches_the_canary(calls_http, canary, monkeypatch):
    port, hits = canary
    monkeypatch.setattr(outgoing, "PORTS", (*outgoing.PORTS, port))
    pauses = dict.fromkeys(("connect", "read", "write", "pool"), 0.2)
    monkeypatch.setattr(outgoing, "_PAUSES", {"timeout": pauses})
    real = socket.getaddrinfo

    def resolve(host, *args, **named):  # numeric spellings are read as always; names are not asked of the net
        numeric = any(letter.isdigit() for letter in host) or "localhost" in host or ":" in host
        if not numeric:
            raise socket.gaierror
        flags = {} if "localhost" in host else {"flags": socket.AI_NUMERICHOST}
        return real(host, *args, **named, **flags)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    reached = []
    for host in HOSTS:
        try:
            outgoing.post(f"http://{host}:{port}/", b"{}", {})
            reached.append(host)
        except outgoing.Refused:
            continue
        except outgoing.Unreached as error:  # it was let through as far as a connection
            reached.append((host, str(error)))
    assert reached == [] and hits == []


def test_nobody_inside_is_even_connected_to(calls_http, canary, monkeypatch):
    """A refusal after the connection would come too late: whoever listens there has heard of us by then."""
    port, hits = canary
    monkeypatch.setattr(outgoing, "PORTS", (port,))
    with pytest.raises(outgoing.Refused, match="inside"):
        outgoing.post(f"http://127.0.0.1:{port}/", b"", {})
    with socket.create_connection(("127.0.0.1", port)) as mine:
        assert mine.recv(1) == b""  # those who come are counted in turn: by now, whoever came before is
        assert hits == [mine.getsockname()]


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["93.184.216.34", "fe80::1"]]
)
def test_a_name_with_one_inner_address_is_not_called(calls_http, canary, monkeypatch, answers):
    port, hits = canary
    monkeypatch.setattr(outgoing, "PORTS", (port,))
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in answers]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(outgoing.Refused, match="inside"):
        outgoing.post(f"http://rebound.example:{port}/", b"", {})
    assert hits == []


def test_a_name_is_resolved_once_so_that_a_second_answer_leads_nowhere(calls_http, canary, monkeypatch):
    port, hits = canary
    monkeypatch.setattr(outgoing, "PORTS", (port,))
    asked = []

    def rebinding(host, *_, **__):
        asked.append(host)
        place = host if host[0].isdigit() else "203.0.114.7" if asked.count(host) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(
        outgoing, "_PAUSES", {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), 0.05)}
    )
    with pytest.raises(outgoing.Unreached):
        outgoing.post(f"http://rebound.example:{port}/", b"", {})
    assert asked.count("rebound.example") == 1 and hits == []


def test_public_addresses_and_the_operators_own_networks_are_allowed():
    assert vetting.allowed("93.184.216.34") and vetting.allowed("2606:4700:4700::1111")
    assert vetting.allowed("192.168.1.7", vetting.networks("192.168.1.0/24, fd00::/8"))
    assert vetting.allowed("::ffff:192.168.1.7", vetting.networks("192.168.1.0/24"))
    assert not vetting.allowed("192.168.2.7", vetting.networks("192.168.1.0/24"))
    assert not vetting.allowed("64:ff9b::c0a8:107") and not vetting.allowed("no address")


@pytest.mark.parametrize(("url", "reason"), [
    ("http://example.com/", "scheme"), ("ftp://example.com/", "scheme"), ("file:///etc/passwd", "scheme"),
    ("gopher://example.com/", "scheme"), ("https://", "address"), ("https://a@example.com/", "address"),
    ("https://example.com:25/", "port"), ("https://example.com\\@127.0.0.1/", "address"),
    ("https://exa mple.com/", "address"), ("https://[::1/", "address"), ("https://a..b/", "address"),
])  # fmt: skip
def test_an_address_that_no_call_should_have_is_refused_at_once(app, url, reason):
    with pytest.raises(outgoing.Refused, match=reason):
        outgoing.checked(url)


def test_a_usual_address_keeps_its_meaning(app):
    assert outgoing.checked("https://bücher.example/ä?q=ü") == "https://xn--bcher-kva.example/%C3%A4?q=%C3%BC"
    assert outgoing.checked("https://example.com:8443/a%20b") == "https://example.com:8443/a%20b"


def serve(answer):
    """A server on loopback that says these bytes, one by one if there are pauses, and returns its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk():
        sock, _address = listener.accept()
        sock.recv(65536)
        try:
            for part in answer:
                sock.sendall(part)
        except OSError:
            pass
        sock.close()

    threading.Thread(target=talk, daemon=True).start()
    return listener.getsockname()[1]


@pytest.fixture
def calls_home(app, tmp_path):
    allow = vetting.networks("127.0.0.0/8")
    app.extensions["settings"] = Settings(
        data_dir=tmp_path, secret_key=SECRET, outgoing_http=True, outgoing_allow=allow
    )
    return app


def test_an_endless_answer_is_cut_at_its_limit(calls_home):
    def endless():
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while True:
            yield b"x" * 65536

    answer = outgoing.post(f"http://127.0.0.1:{serve(endless())}/", b"{}", {})
    assert answer.status == 200 and len(answer.text) == outgoing.KEPT


def test_an_answer_that_drips_is_cut_off_in_time(calls_home, monkeypatch):
    dripping = threading.Event()

    def drips():
        yield b"HTTP/1.1 200 OK\r\n"
        while not dripping.wait(0.02):
            yield b"x"

    monkeypatch.setattr(outgoing, "PATIENCE", 0.3)
    try:
        with pytest.raises(outgoing.Unreached, match="TooSlow"):
            outgoing.post(f"http://127.0.0.1:{serve(drips())}/", b"{}", {})
    finally:
        dripping.set()
