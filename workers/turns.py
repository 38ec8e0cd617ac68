"""Turns: at most one thread of this process at a job; whoever comes meanwhile leaves word.

Knows names only. Another process may be at the same job: claims keep the two apart there.
"""

from __future__ import annotations

import threading

Job = tuple[str, int]  # a kind, and a shop or version


class Turns:
    """Who is at what."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: dict[Job, bool] = {}  # and whether somebody came meanwhile

    def take(self, job: Job) -> bool:
        """Return whether the job is now the caller's; else whoever has it will hear that it was asked for again."""
        with self._lock:
            mine = job not in self._taken
            self._taken[job] = not mine
            return mine

    def done(self, job: Job) -> bool:
        """Leave a job; return whether somebody asked for it meanwhile."""
        with self._lock:
            return self._taken.pop(job)
