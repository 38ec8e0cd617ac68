"""`make messages`: gathers the words of the sources and brings every catalogue up to date with them.

Knows where words are marked and how catalogues are written. A message whose English changed loses its
translation on purpose: a sentence that is nearly right is worse than one that is missing.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HOME = Path(__file__).resolve().parent
ROOT = HOME.parent.parent
ROOMS = ("app", "graph", "templates", "workers")
METHODS = [
    ("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.xml", "jinja2"),
    ("recipes/*.json", "graph.recipes.extract:extract"),
]  # fmt: skip
OPTIONS = {"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}, "**.xml": {"silent": "false"}}
LAZY = {"_l": None, "__": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
KEYWORDS = {**DEFAULT_KEYWORDS, **LAZY, "M": None, "MN": (1, 2)}
LANGUAGES = ("fr",)
# A catalogue's date changes with each run and tells nothing that git does not: ours stands still.
_DATE = datetime(2026, 1, 1, tzinfo=UTC)


def template() -> Catalog:
    """Every message of the sources, without translations."""
    catalog = Catalog(project="Relance", charset="utf-8", creation_date=_DATE, revision_date=_DATE)
    for room in ROOMS:
        for file, _line, message, comments, context in _extract(room):
            catalog.add(message, None, [(f"{room}/{file}", 0)], auto_comments=comments, context=context)
    return catalog


def _extract(room: str) -> Iterator[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    return extract_from_dir(
        ROOT / room, METHODS, OPTIONS, KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    )


def path(language: str) -> Path:
    """Where a language's catalogue is kept."""
    return HOME / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """A language's catalogue as it is kept; an empty one if there is none."""
    if not path(language).exists():
        return Catalog(locale=language, project="Relance", charset="utf-8", creation_date=_DATE)
    with path(language).open("rb") as file:
        return read_po(file, locale=language)


def refreshed(language: str, words: Catalog) -> Catalog:
    """The catalogue with today's messages: new ones empty, forgotten ones gone, nothing guessed."""
    catalog = read(language)
    catalog.update(words, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.creation_date = catalog.revision_date = _DATE
    catalog.fuzzy = False
    return catalog


def missing(catalog: Catalog) -> list[Message]:
    """The messages without a whole translation."""
    return [m for m in catalog if m.id and (m.fuzzy or not all(_strings(m)))]


def _strings(message: Message) -> tuple[object, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def compiled(catalog: Catalog) -> bytes:
    """The catalogue in the form that the product loads."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def write(file: Path, catalog: Catalog) -> None:
    """Write a catalogue in a stable order, so that a change of words is a small change of lines."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        write_po(out, catalog, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)


def main() -> int:
    """Gather, refresh, compile; say how many words each language still lacks."""
    words = template()
    write(HOME / "messages.pot", words)
    for language in LANGUAGES:
        catalog = refreshed(language, words)
        write(path(language), catalog)
        path(language).with_suffix(".mo").write_bytes(compiled(catalog))
        lacking = len(missing(catalog))
        sys.stdout.write(f"  {language}: {len(catalog)} messages, {lacking} without a translation\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
