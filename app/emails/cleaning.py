"""Cleaning a merchant's HTML where it can hurt nobody: what might take long, take much or crash is done by a child.

HTML whose elements are closed in order, and not deep, is quick for the parser, whatever it says; all that this house
keeps is of that sort. Any other is read by a process of its own that has little time and little memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from app.emails import sanitising

CHILD = Path(__file__).with_name("cleaning_child.py")
PATIENCE = 6.0  # seconds; the child's own limit is lower
LARGEST = 400_000  # characters of a child's answer: misnested elements can make a megabyte out of a kilobyte


class Refused(Exception):
    """HTML that could not be made harmless within the bounds."""


def kept(html: str) -> dict[str, str]:
    """Return what is saved of some HTML: `html` on the allow-list, its styles inlined, and `rules`. Raises Refused."""
    found = _asked("kept", html)
    return {"html": found["html"].strip(), "rules": found["rules"]}


def harmless(html: str) -> str:
    """Return filled-in HTML as it may leave: on the allow-list, without a comment. Raises Refused."""
    return sanitising.harmless(html) if sanitising.is_plain(html) else _asked("harmless", html)["html"]


def _asked(job: str, html: str) -> dict[str, str]:
    command = [sys.executable, "-I", str(CHILD)]
    request = json.dumps({"job": job, "html": html}).encode()
    try:
        done = subprocess.run(command, input=request, capture_output=True, timeout=PATIENCE, env={})
        told = dict(json.loads(done.stdout))
    except (subprocess.TimeoutExpired, ValueError) as error:  # its limits ended it, or a crash of the parser
        raise Refused from error
    if len(told["html"]) + len(told["rules"]) > LARGEST:
        raise Refused
    return told
