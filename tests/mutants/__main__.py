"""Take out one guard after the other in a copy of the tree, and see that a test misses each.

`python -m tests.mutants [word …]`: only the mutants whose names hold one of these words. Two at a time (JOBS). Exits
with 1 when a mutant survives, no longer fits the code, or its tests fail without it too.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.book import ROOT, Mutant, mutants, stale
from tests.mutants.copy import GREEN, RED, Copy, warm

JOBS = int(os.environ.get("JOBS", "2"))


def main(words: Sequence[str]) -> int:
    """Show each chosen mutant's end in one line; return the exit code."""
    chosen = [each for each in mutants() if not words or any(word in each.name for word in words)]
    began = time.monotonic()
    warm()
    with tempfile.TemporaryDirectory(prefix="mutants") as place:
        Path(place).chmod(0o755)  # PostgreSQL's own user walks through it
        copies = SimpleQueue[Copy]()
        for job in range(JOBS):
            copies.put(Copy(ROOT, Path(place) / str(job)))
        if not _sound(copies, chosen):
            return 1
        with ThreadPoolExecutor(JOBS) as pool:
            ends = list(pool.map(lambda mutant: _one(copies, mutant), chosen))
    red = ends.count("red")
    print(f"{red} of {len(chosen)} mutants turn a test red, in {time.monotonic() - began:.0f} s")
    return int(red < len(chosen))


def _sound(copies: SimpleQueue[Copy], chosen: Iterable[Mutant]) -> bool:
    """Whether all the tests pass while no guard is missing: else their red would say nothing."""
    tests = list(dict.fromkeys(test for mutant in chosen if not stale(mutant) for test in mutant.tests))
    copy = copies.get()
    answer, said = copy.test(tests)
    copies.put(copy)
    print(f"{len(tests)} tests without a mutant: {'green' if answer == GREEN else said}", flush=True)
    return answer == GREEN


def _one(copies: SimpleQueue[Copy], mutant: Mutant) -> str:
    """Return how one mutant ends: red, SURVIVES, STALE or BROKEN (its tests could not even be run)."""
    began, copy, said = time.monotonic(), copies.get(), stale(mutant)
    try:
        end = "STALE" if said else ""
        if not end:
            with copy.mutated(mutant):
                answer, words = copy.test(mutant.tests)
            end = {RED: "red", GREEN: "SURVIVES"}.get(answer, "BROKEN")
            said = words if end == "BROKEN" else mutant.guards
    finally:
        copies.put(copy)
    print(f"{end:8} {time.monotonic() - began:5.1f} s  {mutant.name}: {said}", flush=True)
    return end


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
