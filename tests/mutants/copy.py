"""A copy of the checkout in which mutants live: the checkout itself is never touched.

Knows how the tree is copied, changed, put back and tested. Must not know which mutants there are.
"""

from __future__ import annotations

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
PATIENCE = 600  # seconds for one run of pytest; each test in it has a minute
GREEN, RED = 0, 1  # what pytest answers when all tests passed, and when some failed


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

    def test(self, tests: Sequence[str]) -> tuple[int, str]:
        """Run these tests up to the first that fails; return pytest's answer and its last words."""
        told = ["-q", "-x", "--timeout=60", "-p", "no:cacheprovider", f"--basetemp={self.place}.tmp"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *told, *tests], cwd=self.place, timeout=PATIENCE,
            env=os.environ | {"PYTHONPATH": str(self.place)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout[-4000:]
