"""`make faults`: kill at random for as long as wanted, and read every promise. Exits 1 when one was broken.

SEED=…        the same seed kills at the same points in the same order; none: a new one, which is printed
FAULTS=…      so many kills a database (200)
DATABASE=…    sqlite or postgresql; none: both
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
import warnings
from pathlib import Path

from tests.faults.scene import scene
from tests.faults.schedule import KILLED_BY_NOW, Killing

DATABASES = ("sqlite", "postgresql")


def play(database, seed, kills, say=print):
    """Play one schedule; return (kills, verdict)."""
    directory = Path(tempfile.mkdtemp(prefix="relance-faults-", dir="/tmp"))
    say(f"{database}: seed {seed}, {kills} kills, in {directory}")
    with scene(directory, database, seed, workers=6, heartbeats=2) as played:
        with played.load() as load:
            killing = Killing(played.stage, seed, kills, load)
            killing.start()
            while killing.is_alive():
                killing.join(KILLED_BY_NOW)
                played.note_hints()
                say(f"  {killing.kills} killed, {load.told} told, {len(played.stage.sink.mails)} mails")
            done = killing.finish(60)
        return done, played.verdict(limit=180)


def main():
    """Play what the environment asks for."""
    warnings.simplefilter("ignore")
    seed = os.environ.get("SEED") or str(random.SystemRandom().randrange(10**6))
    kills = int(os.environ.get("FAULTS") or 200)
    wanted = os.environ.get("DATABASE")
    broken = 0
    for database in [wanted] if wanted else DATABASES:
        began = time.monotonic()
        done, verdict = play(database, seed, kills)
        broken += len(verdict.violations)
        print("\n".join(f"  {each}" for each in verdict.violations))
        print(
            f"{database}: kills={done} {verdict} seconds={time.monotonic() - began:.0f} seed={seed}",
            flush=True,
        )
    if broken:
        print(f"Again: make faults SEED={seed} FAULTS={kills}" + (f" DATABASE={wanted}" if wanted else ""))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
