"""Editing: one change of one language of a design. Pure: content goes in, the changed content comes out.

Blocks are told apart by their `id`, so that a change means the same block wherever it has been moved to meanwhile.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

Content = dict[str, Any]
Block = dict[str, Any]


class NotThere(LookupError):
    """The block that a change is about is gone."""


def numbered(design: Mapping[str, Any]) -> dict[str, Any]:
    """Return the design with an id on each of its blocks; those that have one keep it."""
    return {locale: _numbered(content) for locale, content in design.items()}


def find(content: Mapping[str, Any], id: str) -> Block:
    """Return a block; raises NotThere."""
    return _blocks(content)[_place(_blocks(content), id)]


def put(content: Mapping[str, Any], id: str, values: Mapping[str, Any]) -> Content:
    """Return the content with these values in a block; raises NotThere."""
    return _changed(content, id, lambda blocks, at: blocks.__setitem__(at, {**blocks[at], **values}))


def add(content: Mapping[str, Any], kind: str, after: str = "") -> tuple[Content, str]:
    """Return the content with a new block after another (at the end for ""), and the new block's id."""
    blocks = _blocks(content)
    id = _fresh(blocks)
    at = _place(blocks, after) + 1 if after and kind != "footer" else len(blocks)
    blocks.insert(min(at, _last(blocks, kind)), {**fresh(kind), "id": id})
    return {**content, "blocks": blocks}, id


def duplicate(content: Mapping[str, Any], id: str) -> tuple[Content, str]:
    """Return the content with a block twice, and the id of the second; raises NotThere."""
    blocks = _blocks(content)
    at, new = _place(blocks, id), _fresh(blocks)
    blocks.insert(at + 1, {**copy.deepcopy(blocks[at]), "id": new})
    return {**content, "blocks": blocks}, new


def delete(content: Mapping[str, Any], id: str) -> Content:
    """Return the content without a block; raises NotThere."""
    return _changed(content, id, lambda blocks, at: blocks.pop(at))


def move(content: Mapping[str, Any], id: str, to: int) -> Content:
    """Return the content with a block at another place, counted from 0; raises NotThere. The footer stays the last."""

    def carry(blocks: list[Block], at: int) -> None:
        block = blocks.pop(at)
        blocks.insert(min(max(to, 0), _last(blocks, block["kind"])), block)

    return _changed(content, id, carry)


def fresh(kind: str) -> Block:
    """Return a new block of this kind, with words to begin with, in the language of the reader."""
    begun: dict[str, Block] = {
        "heading": {"text": _("A heading")},
        "text": {"text": _("Write here.")},
        "image": {"url": "", "alt": "", "width": "full"},
        "button": {"text": _("Go to the shop"), "target": "shop"},
        "items": {"source": "cart", "photo": True, "name": True, "price": True, "quantity": True},
        "recommended": {"text": _("You may also like"), "count": "3"},
        "coupon": {"text": _("Your code"), "terms": True, "ends": True},
        "columns": {"cells": [{"text": _("On the left")}, {"text": _("On the right")}]},
        "spacer": {"size": "medium"},
        "html": {"html": "<p></p>"},
    }
    return {"kind": kind, **begun.get(kind, {})}


def _numbered(content: Mapping[str, Any]) -> Content:
    blocks: list[Block] = []
    for block in _blocks(content):
        taken = {each["id"] for each in blocks}
        known = block.get("id") and block["id"] not in taken
        blocks.append(block if known else {**block, "id": _fresh([*blocks, *_blocks(content)])})
    return {**content, "blocks": blocks}


def _fresh(blocks: list[Block]) -> str:
    numbers = [int(id[1:]) for id in (str(block.get("id") or "") for block in blocks) if id[1:].isdecimal()]
    return f"b{max(numbers, default=0) + 1}"


def _last(blocks: list[Block], kind: str) -> int:
    """Return the last place that a block of this kind may take: before the footer, unless it is one itself."""
    footer = bool(blocks) and blocks[-1].get("kind") == "footer" and kind != "footer"
    return len(blocks) - footer


def _changed(content: Mapping[str, Any], id: str, change: Callable[[list[Block], int], object]) -> Content:
    blocks = _blocks(content)
    change(blocks, _place(blocks, id))
    return {**content, "blocks": blocks}


def _place(blocks: list[Block], id: str) -> int:
    for at, block in enumerate(blocks):
        if block.get("id") == id:
            return at
    raise NotThere(id)


def _blocks(content: Mapping[str, Any]) -> list[Block]:
    return [dict(block) for block in content.get("blocks") or []]
