"""Fuses: inside a process of the product, its own end at a named point.

The process that is to die is told before it starts what lights its fuse: the n-th time that it comes by a point, it
kills or stops itself and all its threads. Nothing of this is in the product: functions are wrapped from outside, in the
one process that has a fuse.
"""

from __future__ import annotations

import ast
import functools
import json
import os
import signal
import smtplib
import sys
import threading
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}
BODY = 400  # bytes; what is longer and handed to the mail server is a mail's body


@dataclass(frozen=True)
class Fuse:
    """At the `nth` coming by `point` the process does `act`, and writes so to the file `told`."""

    point: str
    nth: int = 1
    act: str = "kill"

    def to_json(self):
        return asdict(self)

    def to_line(self):
        return json.dumps(asdict(self))


# The points of one mail, in the order in which it meets them.
MAIL = ("in rendering", "before the gate", "after RCPT", "after 354", "mid-body", "after the gate", "before the dot",
        "after the dot", "after the reply")  # fmt: skip
TIMES = ("before", "after")


def commits():
    """Every commit of the engine as `before commit of module.function`: the callers of `unit`, read from the source."""
    sites = set()
    for path in sorted((ROOT / "workers").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef) and any(map(_is_unit, ast.walk(function))):
                sites.add(f"{module}.{function.name}")
    return [f"{time} commit of {site}" for site in sorted(sites) for time in TIMES]


def _is_unit(node):
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("unit", "insist")
    )


class Lit:
    """A fuse in this process."""

    def __init__(self, fuse, told):
        self.fuse, self.told, self.seen, self.lock = fuse, told, 0, threading.Lock()

    def passed(self):
        """Count one coming by; at the last one, say so and end."""
        with self.lock:
            self.seen += 1
            if self.seen != self.fuse.nth:
                return
            told = json.dumps({"point": self.fuse.point, "pid": os.getpgrp()}).encode() + b"\n"
            with Path(self.told).open("ab") as file:
                file.write(told)
            os.killpg(0, SIGNALS[self.fuse.act])  # a process of its own session, so its whole family

    def light(self):
        point = self.fuse.point
        if " commit of " in point:
            time, site = point.split(" commit of ")
            self.at_commit(time, site)
        else:
            getattr(self, "at_" + point.replace(" ", "_").replace("-", "_"))()

    def wrap(self, owner, name, before=lambda *_: False, after=lambda *_: False):
        """Put a look before and after a function: whichever is true of its arguments is a coming by."""
        real = getattr(owner, name)

        @functools.wraps(real)
        def wrapped(*args, **told):
            if before(*args):
                self.passed()
            result = real(*args, **told)
            if after(*args):
                self.passed()
            return result

        setattr(owner, name, wrapped)

    def at_commit(self, time, site):
        from app.driver import Wire
        from app.extensions import db

        def here(*_args):
            frame = sys._getframe(2)
            while frame.f_globals["__name__"] in (__name__, "app.unit"):  # up to who asked for the unit
                frame = frame.f_back
            return f"{frame.f_globals['__name__']}.{frame.f_code.co_name}" == site

        for owner in (db.session, Wire):  # a unit ends by the one, a bare unit by the other
            self.wrap(owner, "commit", **{time: here})

    def at_in_rendering(self):
        self.wrap(import_module("workers.letters"), "render", after=lambda *_: True)

    def at_before_the_gate(self):
        self.wrap(import_module("workers.gate"), "decide", before=lambda *_: True)

    def at_after_RCPT(self):
        self.wrap(
            _line(), "_expect", after=lambda _self, _answer, wanted, *sender: wanted == 250 and not sender
        )

    def at_after_354(self):
        self.wrap(_line(), "_expect", after=lambda _self, _answer, wanted, *_: wanted == 354)

    def at_mid_body(self):
        def half(server, body):
            if len(body) > BODY:
                server.sock.sendall(body[: len(body) // 2])
            return len(body) > BODY

        self.wrap(smtplib.SMTP, "send", before=half)

    def at_after_the_gate(self):
        self.wrap(import_module("workers.handover"), "_through", after=lambda *_: True)

    def at_before_the_dot(self):
        self.wrap(smtplib.SMTP, "send", before=_is_dot)

    def at_after_the_dot(self):
        self.wrap(smtplib.SMTP, "send", after=_is_dot)

    def at_after_the_reply(self):
        self.wrap(_line(), "finish", after=lambda *_: True)


def _line():
    return import_module("workers.smtp").Connection


def _is_dot(_server, said, *_):
    return said in (b".\r\n", ".\r\n")


def light(told_fuse, told):
    """Put a fuse (as JSON) into this process; `told` is the file where it says that it went off."""
    if told_fuse:
        Lit(Fuse(**told_fuse), told).light()
