"""Scripts: a page's modules as one file, so that a browser asks once and not once a module.

Knows the few forms of import and export that our own modules use, and refuses any other. Each module keeps a scope of
its own, so that the bundle does what the modules would do. Must not know what a script does, nor who asks for it.
"""

from __future__ import annotations

import re
from pathlib import Path

IMPORT = re.compile(
    r'^import (?:\* as (?P<all>\w+)|\{ (?P<names>[\w, ]+) \}) from "(?P<path>[./\w-]+)";$', re.M
)
COMMENT = re.compile(
    r"^[ \t]*(?:/\*.*?\*/|//[^\n]*)[ \t]*\n", re.M | re.S
)  # on lines of its own; others stay
EXPORT = re.compile(r"^export (?=(?:async )?(?:class|function|const|let) (?P<name>\w+)|)", re.M)


class Unbundled(Exception):
    """A module that this file cannot put into a bundle."""


def modules(entry: Path) -> list[Path]:
    """Return the module and all that it imports, each behind what it imports itself."""
    found: list[Path] = []
    _gather(entry.resolve(), found, ())
    return found


def bundle(files: list[Path]) -> str:
    """Return one script that does what the last of these modules does."""
    places = {file: place for place, file in enumerate(files)}
    return "const of = [];\n" + "\n".join(_scope(file, places) for file in files)


def _gather(file: Path, found: list[Path], above: tuple[Path, ...]) -> None:
    if file in above:
        raise Unbundled(f"{file.name} imports itself in the end")
    for match in IMPORT.finditer(file.read_text()):
        _gather((file.parent / match["path"]).resolve(), found, (*above, file))
    if file not in found:
        found.append(file)


def _scope(file: Path, places: dict[Path, int]) -> str:
    source = file.read_text()
    names = [match["name"] for match in EXPORT.finditer(source)]
    body = EXPORT.sub("", IMPORT.sub(lambda match: _taken(match, file, places), source))
    if None in names or re.search(r"^(?:import|export)\b", body, re.M):
        raise Unbundled(f"{file.name} has an import or export in a form that is not known here")
    given = ", ".join(name for name in names if name)
    body = COMMENT.sub("", body)
    return f"of[{places[file]}] = (() => {{\n{body}\nreturn {{ {given} }};\n}})();"


def _taken(match: re.Match[str], file: Path, places: dict[Path, int]) -> str:
    place = places[(file.parent / match["path"]).resolve()]
    return f"const {match['all'] or '{ ' + match['names'] + ' }'} = of[{place}];"
