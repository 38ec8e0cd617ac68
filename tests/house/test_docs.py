"""The pages of words lead somewhere: each relative link names a file of this house, and a heading of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.sources import ROOT

LINK = re.compile(r"\]\(([^)\s]+)\)")
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


def anchors(page: Path) -> set[str]:
    """The names under which a page's headings can be linked to, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def broken(page: Path, words: str) -> list[str]:
    """The relative links in these words of a page that lead nowhere."""
    return [link for link in LINK.findall(words) if ":" not in link and not leads(page, link)]


def leads(page: Path, link: str) -> bool:
    name, _hash, heading = link.partition("#")
    target = page.parent / name if name else page
    return target.exists() and (not heading or heading in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    assert broken(page, page.read_text()) == []


def test_a_link_to_nothing_is_seen() -> None:
    words = "[a](docs/nothing.md) [b](README.md#nowhere) [c](https://example.com) [d](README.md#try-it)"
    assert broken(ROOT / "README.md", words) == ["docs/nothing.md", "README.md#nowhere"]
