"""Children: the processes of a stage, kept alive whatever kills them, with a file for what each says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.patience import until

ROOT = Path(__file__).resolve().parents[2]


class Family:
    """Workers and heartbeats out of the zygote, each in a slot; who dies is there again at once.

    `fuses` gives the next newborn worker its fuse, or None.
    """

    def __init__(self, directory, environ):
        self.directory, self.environ = directory, environ
        self.told = directory / "fuses.log"
        self.told.touch()
        self.slots, self.roles, self.deaths = {}, {}, []
        self.fuses = lambda _slot: None
        self.changed, self.speaking, self.closing = threading.Condition(), threading.Lock(), False
        self.zygote = None

    def begin(self):
        """Start the zygote and listen to it."""
        log = (self.directory / "logs" / "zygote.log").open("ab")
        command = (sys.executable, "-m", "tests.faults.zygote", str(self.told))
        self.zygote = subprocess.Popen(command, env=self.environ, cwd=ROOT, stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=log, start_new_session=True)  # fmt: skip
        log.close()
        assert self.zygote.stdout.readline(), "the zygote did not start: see logs/zygote.log"
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def mind(self, process):
        """Have this process ended with the stage, even when the test itself is killed."""
        if process is not None and self.zygote is not None:
            self._tell(mind=process.popen.pid)

    def let_go(self, process):
        self._tell(let_go=process.popen.pid)

    def _tell(self, **told):
        with self.speaking:
            if not self.zygote.stdin.closed:
                self.zygote.stdin.write(json.dumps(told).encode() + b"\n")
                self.zygote.stdin.flush()

    def keep(self, role, *slots):
        """Have a process of this role in each of these slots from now on."""
        for slot in slots:
            self.roles[slot] = role
            self._bear(slot)

    def _bear(self, slot):
        told = {"role": self.roles[slot], "slot": slot, "log": str(self.directory / "logs" / f"{slot}.log")}
        fuse = self.fuses(slot)
        self._tell(**told, **({"fuse": fuse.to_json()} if fuse else {}))

    def _listen(self):
        for line in self.zygote.stdout:
            told = json.loads(line)
            with self.changed:
                if "born" in told:
                    self.slots.pop(told["born"], None)
                    self.slots[told["born"]] = told["pid"]  # the last born is the last
                if "died" in told:
                    self._buried(told)
                self.changed.notify_all()

    def _buried(self, told):
        self.deaths.append(told)
        for slot in [slot for slot, pid in self.slots.items() if pid == told["died"]]:
            del self.slots[slot]
            if slot in self.roles and not self.closing:
                self._bear(slot)

    def pid(self, slot):
        """Return the process in a slot, once there is one."""
        with self.changed:
            self.changed.wait_for(lambda: slot in self.slots, 20)
            return self.slots[slot]

    def signal(self, slot, number):
        """Send a signal to the whole family of a slot; False when it had just died."""
        try:
            os.killpg(self.pid(slot), number)
        except ProcessLookupError:
            return False
        return True

    def kill(self, slot):
        return self.signal(slot, signal.SIGKILL)

    def of(self, role):
        return [slot for slot, each in self.roles.items() if each == role]

    def eldest(self, role, but=()):
        """Return the slot of this role whose process has lived longest, or None."""
        with self.changed:
            return next(
                (slot for slot in self.slots if self.roles.get(slot) == role and slot not in but), None
            )

    def redeploy(self, slot, patience=40):
        """Stop one as a supervisor does, and wait for its successor."""
        old = self.pid(slot)
        os.kill(old, signal.SIGTERM)
        until(lambda: self.slots.get(slot) not in (None, old), patience)

    def leave(self, *slots):
        """Let the processes of these slots go for good, at once."""
        for slot in slots:
            self.roles.pop(slot, None)
            if pid := self.slots.get(slot):
                _killed(pid)
                until(lambda pid=pid: pid not in self.slots.values())

    def went_off(self):
        """Return the points at which fuses went off so far, in order."""
        return [json.loads(line)["point"] for line in self.told.read_text().splitlines()]

    def close(self):
        self.closing = True
        if self.zygote is not None:
            with self.speaking:
                self.zygote.stdin.close()
            self.zygote.wait(20)


def _killed(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Process:
    """Any other process of the stage: a broker, the web server, the sink."""

    def __init__(self, name, command, directory: Path, environ, read=False):
        self.log = (directory / "logs" / f"{name}.log").open("ab")
        self.popen = subprocess.Popen(
            command, env=environ, cwd=ROOT, start_new_session=True, stderr=self.log, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if read else self.log,
        )  # fmt: skip

    def line(self):
        """Return the first line that it says, as JSON."""
        return json.loads(self.popen.stdout.readline())

    def signal(self, number):
        os.killpg(self.popen.pid, number)

    def kill(self):
        if self.popen.poll() is None:
            self.signal(signal.SIGKILL)
        self.popen.wait()
        self.log.close()
