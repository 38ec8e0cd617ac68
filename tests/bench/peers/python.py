"""Peers out of Python's package index, in an environment of their own that is made once."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HOME = ROOT / "out" / "peers" / "python"
DBOS, SPIFF = "dbos==3.4.0", "SpiffWorkflow==3.2.0"


def installed() -> Path:
    """Return the Python that has the peers."""
    python, stamp = HOME / "bin" / "python", HOME / "installed"
    if not stamp.exists():
        venv.create(HOME, with_pip=True, clear=True)
        quiet = ("--quiet", "--disable-pip-version-check")
        subprocess.run([python, "-m", "pip", "install", *quiet, DBOS, SPIFF, "psycopg[binary]"], check=True)
        stamp.touch()
    return python


def said(program: str, *told: str) -> float:
    """Run one of the programs beside this file there, and return the number that it printed last."""
    words = [str(installed()), str(Path(__file__).with_name(program)), *told]
    done = subprocess.run(
        words, check=True, stdout=subprocess.PIPE, stderr=sys.stderr, text=True, timeout=300
    )
    return float(done.stdout.split()[-1])
