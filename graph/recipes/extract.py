"""Extract: the visible strings of the recipes, for the catalogues (a Babel extraction method).

Knows which keys of a recipe are message ids. The e-mails are not among them: they carry their own languages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any


def extract(
    source: IO[bytes], keywords: object, comment_tags: object, options: object
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield (line, no function, message id, no comments) for each visible string of one recipe file."""
    text = source.read().decode("utf-8")
    lines = text.splitlines()
    for message in strings(json.loads(text)):
        quoted = json.dumps(message, ensure_ascii=False)
        yield next((number for number, line in enumerate(lines, 1) if quoted in line), 1), None, message, []


def strings(data: Mapping[str, Any]) -> list[str]:
    """Return the message ids of a recipe's JSON, in order."""
    asked = [text for question in data["questions"] for text in _asked(question)]
    return [data["title"], data["sentence"], *asked, *data["email_titles"].values(), *_written(data)]


def _written(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the flow itself says, to the shop's people or in its pages."""
    nodes = {node["id"]: node["settings"] for node in data["graph"]["nodes"]}
    for place in data.get("words", ()):
        node, _dot, setting = place.partition(".")
        yield nodes[node][setting]


def _asked(question: Mapping[str, Any]) -> list[str]:
    titles = [title for _value, title in question.get("options", ())]
    return [question["label"], *([question["help"]] if "help" in question else []), *titles]
