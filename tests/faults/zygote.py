"""The zygote: a process that has imported the engine, and forks workers and heartbeats that run the real mains.

A process that is killed several times a second must be there again at once; importing the engine takes more than a
second, a fork a few milliseconds. Nothing is shared after the fork but code: no connection, no thread and no file of
the product is opened before it. `python -m tests.faults.zygote TOLD` reads what to fork from its standard input, a JSON
object a line, and says on its standard output who was born and who died. When its input ends, it ends all of them.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import struct
import sys
from datetime import timedelta
from pathlib import Path

from tests.faults import fuse

# The patience of the engine, shortened so that a test need not wait for leases of minutes: the same code, smaller
# numbers that stand to each other as the usual ones do. Every module that imported one of them gets the short one.
SHORT = {
    ("workers.advance", "LEASE"): timedelta(seconds=2),
    ("workers.deliver", "LEASE"): timedelta(seconds=5),
    ("workers.handover", "ENOUGH"): 0.5,
    ("workers.handover", "PATIENT"): 0.5,
    ("workers.smtp", "PATIENCE"): 1.5,
    ("workers.smtp", "LAST_PATIENCE"): 2.0,
    ("workers.smtp", "STALE"): 8.0,
    ("workers.calls", "LEASE"): timedelta(seconds=3),
    ("workers.calls", "ENOUGH"): 0.5,
    ("workers.singles", "LEASE"): timedelta(seconds=5),
}
WORKER = ("dramatiq", "workers", "--processes", "1", "--threads", "2", "--skip-logging",
          "--worker-shutdown-timeout", "15000")  # fmt: skip


def shorten():
    """Put the short patience everywhere; a name that is gone is an error, not a silent minute."""
    for (module, name), short in SHORT.items():
        usual = getattr(sys.modules[module], name)
        for each in [each for key, each in sys.modules.items() if key.startswith("workers")]:
            if each.__dict__.get(name) is usual:
                setattr(each, name, short)


def move_clock(path):
    """Let the machine's clock be ahead by the seconds in this file: somebody set it, or a server of time went mad."""
    from app import clock

    real = clock.real

    def moved():
        with Path(path).open("rb") as file:
            return real() + timedelta(seconds=struct.unpack("q", file.read(8))[0])

    clock.real = moved


def warm(app):
    """Draw one e-mail, so that templates are compiled and the database is known; nothing that is open is inherited."""
    from app.emails.preview import preview
    from app.extensions import db
    from app.models import Shop
    from tests.faults.trader import design

    with app.app_context():
        blank = {column.name: "" for column in Shop.__table__.columns if column.type.python_type is str}
        shop = Shop(**blank | {"id": 0, "currency": "EUR", "locale": "en", "timezone": "UTC", "social": {}})
        preview(design("nobody"), "en", shop)
        db.session.remove()
        db.engine.dispose()


def worker():
    """Be `dramatiq workers`."""
    from dramatiq import cli

    sys.argv = list(WORKER)
    return cli.main(cli.make_argument_parser().parse_args(WORKER[1:]))


def heartbeat():
    """Be `python -m workers.heartbeat`."""
    from workers import heartbeat

    return heartbeat.main()


ROLES = {"worker": worker, "heartbeat": heartbeat}


def born(told, fuses):
    """In the child: become what was asked for, in a session of its own."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    random.seed()
    log = os.open(told["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    fuse.light(told.get("fuse"), fuses)
    code = 1
    try:
        code = ROLES[told["role"]]() or 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def say(**told):
    print(json.dumps(told), flush=True)


class Nursery:
    """The children of this process; and the other processes of the stage, which end with it."""

    def __init__(self, fuses):
        self.fuses, self.alive, self.minded = fuses, set(), set()

    def hear(self, told):
        """Fork, or remember whom to end should the test itself be killed."""
        if "mind" in told:
            self.minded.add(told["mind"])
        elif "let_go" in told:
            self.minded.discard(told["let_go"])
        else:
            self.fork(told)

    def fork(self, told):
        pid = os.fork()
        if pid == 0:
            born(told, self.fuses)
        self.alive.add(pid)
        say(born=told["slot"], pid=pid)

    def bury(self):
        while self.alive:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            self.alive.discard(pid)
            say(died=pid, code=os.waitstatus_to_exitcode(status))

    def end(self):
        for pid in self.alive | self.minded:
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def main(fuses):
    import workers.heartbeat
    import workers.work

    shorten()
    move_clock(os.environ["STAGE_CLOCK"])
    warm(workers.application())
    woken, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    nursery, rest = Nursery(fuses), b""
    say(ready=os.getpid())
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            nursery.bury()
        if 0 in ready:
            read = os.read(0, 65536)
            if not read:
                break
            *lines, rest = (rest + read).split(b"\n")
            for line in lines:
                nursery.hear(json.loads(line))
    nursery.end()


if __name__ == "__main__":
    main(sys.argv[1])
