"""Trying the links of a mail: whether there is a page at the other end, as its reader would find it today.

Asked for by a press only. What leads to our own pages is asked of ourselves without a cookie; all else goes by the one
guarded way out, and is told nothing: the links that count clicks are not pressed, their destination is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app

from app import clock, links, outgoing
from app.emails.addresses import base_url, destination
from app.mailbox.checks import Link
from app.outgoing import Refused, Unreached

MOST = 30  # links of one mail
ENOUGH = 20.0  # seconds for all of them
PATIENCE = 5.0  # seconds for one


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one link: `state` is good, moved, gone, broken, inside, unknown, silent or untried."""

    state: str
    status: int = 0

    @property
    def well(self) -> bool:
        """Whether a reader arrives somewhere."""
        return self.state in ("good", "moved")


def tried(found: Iterable[Link]) -> Mapping[str, Tried]:
    """Return what became of each web link, by its address."""
    until, told = clock.monotonic() + ENOUGH, dict[str, Tried]()
    for link in list(found)[:MOST]:
        if link.sort not in ("mail", "bad"):
            told[link.href] = _one(link) if clock.monotonic() < until else Tried("untried")
    return told


def _one(link: Link) -> Tried:
    address = leads(link)
    try:
        status = (
            _ours(address)
            if address.startswith(f"{base_url()}/")
            else outgoing.look(address, PATIENCE).status
        )
    except Refused as error:
        return Tried("unknown" if error.reason == "unknown" else "inside")
    except Unreached:
        return Tried("silent")
    return Tried(
        "good" if status < 300 else "moved" if status < 400 else "gone" if status < 500 else "broken", status
    )


def leads(link: Link) -> str:
    """Return where a link ends up, without pressing it."""
    claim = links.read("click", urlsplit(link.href).path.rpartition("/")[2]) if link.sort == "click" else None
    return destination(claim) if claim else link.href


def _ours(address: str) -> int:
    parts = urlsplit(address)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    agent = {"User-Agent": "Relance link check bot/1"}
    with current_app.app_context():  # of its own: a request inside another one would share its `g`
        answer = current_app.test_client(use_cookies=False).head(path, base_url=base_url(), headers=agent)
    return answer.status_code
