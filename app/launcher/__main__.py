"""`python -m app.launcher`: the whole product on this machine, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import time

from app.config import BadSetting, Settings
from app.launcher import prepare
from app.launcher.child import end_with_parent
from app.launcher.console import Console
from app.launcher.house import House
from app.launcher.supervisor import StartFailed, Supervisor


def main() -> int:
    """Run until asked to stop; return the exit code: 0 calm end, 1 a process failed, 2 refused."""
    console = Console()
    os.umask(0o077)  # whatever we and our children write is for nobody else's eyes
    try:
        settings = Settings.from_environ(os.environ)
        lock = prepare.take_place(settings)
        prepare.check_port(settings.host, settings.port)
    except (BadSetting, prepare.Refused) as refusal:
        console.say(str(refusal))
        return 2
    if "MAKELEVEL" in os.environ:
        end_with_parent()
    with lock:
        return _run(settings, console)


def _run(settings: Settings, console: Console) -> int:
    supervisor = Supervisor(console)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.ask_to_stop)
    house = House(settings, console, supervisor, dict(os.environ))
    try:
        begun = time.monotonic()
        house.open()
        if not supervisor.asked:
            took = time.monotonic() - begun
            console.say(f"\n  Open {settings.base_url}   (up in {took:.0f} s; Ctrl-C stops everything)\n")
        supervisor.run()
    except StartFailed as failure:
        console.say(f"\n  Relance did not start: {failure}")
        return 1
    finally:
        supervisor.stop()
        house.close()
    console.say("  Stopped. Nothing is left running.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
