"""Which machine the figures were taken on: a figure without its machine is a rumour."""

from __future__ import annotations

import os
import platform
import sqlite3
from pathlib import Path


def named() -> str:
    """Return the machine in a line: cores, memory, processor, system, Python and SQLite."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    made = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {_processor()}, {system}, {made}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
