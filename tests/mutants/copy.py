"""A copy of the checkout in which mutants live: the checkout itself is never touched.

Knows how the tree is copied, changed, put back and tested. Must not know which mutants there are. Each run of pytest
is a fork of a process that has loaded the libraries, and nothing of ours, before.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.mutants.book import Mutant

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "var", "out", "node_modules", "__pycache__", ".*_cache", ".hypothesis"
)
OURS = ("app", "graph", "workers", "tests", "wsgi")
PATIENCE = 600  # seconds for one run of pytest; each test in it has a minute
GREEN, RED = 0, 1  # what pytest answers when all tests passed, and when some failed
forks = multiprocessing.get_context("forkserver")


def warm() -> None:
    """Let the process that is forked for each run load the libraries that the tests are going to need."""
    asked = "import sys, app, workers.heartbeat, tests.conftest, aiosmtpd.smtp; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    forks.set_forkserver_preload([name for name in told.stdout.split() if not _is_ours(name)])


class Copy:
    """One copy of the tree, for one mutant at a time."""

    def __init__(self, source: Path, place: Path) -> None:
        self.place = place
        shutil.copytree(source, place, ignore=LEFT_OUT)
        # By content, not by age: a mutant may be as long as what it replaces, and made within the same second.
        compiled = [
            "-m",
            "compileall",
            "-q",
            "--invalidation-mode",
            "checked-hash",
            "app",
            "graph",
            "workers",
        ]
        subprocess.run([sys.executable, *compiled], cwd=place, check=True)

    @contextmanager
    def mutated(self, mutant: Mutant) -> Iterator[None]:
        """Take one guard out, and put it back."""
        path = self.place / mutant.file
        source = path.read_text("utf-8")
        path.write_text(mutant.applied(source), "utf-8")
        try:
            yield
        finally:
            path.write_text(source, "utf-8")

    def test(self, tests: Sequence[str]) -> tuple[int | None, str]:
        """Run these tests up to the first that fails; return pytest's answer (None: it took too long) and its words."""
        said = self.place.with_suffix(".said")
        run = forks.Process(target=_run, args=(str(self.place), str(said), list(tests)))
        run.start()
        run.join(PATIENCE)
        if run.exitcode is None:
            run.kill()
            run.join()
            return None, "it took too long"
        return run.exitcode, said.read_text("utf-8", "replace")[-4000:]


def _run(place: str, said: str, tests: list[str]) -> None:
    """Be pytest in a copy of the tree: forget what was loaded of the checkout, and speak into a file."""
    for name in [name for name in sys.modules if _is_ours(name)]:
        del sys.modules[name]
    sys.path = [place, *(each for each in sys.path if Path(each) != Path.cwd())]
    os.chdir(place)
    os.environ["PYTHONPATH"] = place
    with Path(said).open("wb") as words:
        os.dup2(words.fileno(), 1)
        os.dup2(words.fileno(), 2)
    import pytest

    told = [
        "-q",
        "-x",
        "-W",
        "ignore",
        "--tb=short",
        "--show-capture=no",
        "--timeout=60",
        "-p",
        "no:cacheprovider",
        f"--basetemp={place}.tmp",
    ]
    os._exit(pytest.main([*told, *tests]))


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in (*OURS, "__main__", "__mp_main__")
