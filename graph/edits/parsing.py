"""Parsing: an edit as a browser sends it, {"edit": "add_node", …}, read strictly.

Knows the name of each edit and the shape of each argument. Must not know what an edit does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from graph import strict
from graph.edits.links import Connect, Disconnect
from graph.edits.refusals import Edit, Refused
from graph.edits.settings import Annotate, Configure, ConfigureFlow, MoveNode, Tidy
from graph.edits.several import CopySome, DeleteSome, MoveSome, Paste, Shift
from graph.edits.steps import AddNode, ChangeTrigger, DeleteNode, Duplicate, MoveAfter
from graph.model import FARTHEST, MOST_NODES, is_id
from graph.words import M

EDITS: Mapping[str, type[Any]] = {
    "add_node": AddNode,
    "change_trigger": ChangeTrigger,
    "delete_node": DeleteNode,
    "move_after": MoveAfter,
    "duplicate": Duplicate,
    "paste": Paste,
    "copy_some": CopySome,
    "move_some": MoveSome,
    "delete_some": DeleteSome,
    "shift": Shift,
    "connect": Connect,
    "disconnect": Disconnect,
    "configure": Configure,
    "annotate": Annotate,
    "configure_flow": ConfigureFlow,
    "move_node": MoveNode,
    "tidy": Tidy,
}
NOT_UNDERSTOOD = M("This change could not be understood. Load the page again and repeat it.")


def parse(data: Any) -> Edit:
    """Return the edit that plain JSON values describe; keys that it does not take are ignored. Raise Refused."""
    try:
        strict.check(data)
    except strict.Unreadable as error:
        raise Refused(error.msgid, error.values) from error
    kind = EDITS.get(str(data.get("edit"))) if isinstance(data, Mapping) else None
    if kind is None:
        raise Refused(NOT_UNDERSTOOD)
    arguments = {each.name: READERS[each.name](data[each.name]) for each in fields(kind) if each.name in data}
    if any(each.default is MISSING and each.name not in arguments for each in fields(kind)):
        raise Refused(NOT_UNDERSTOOD)
    edit: Edit = kind(**arguments)
    return edit


def _name(value: Any) -> str:
    if not isinstance(value, str) or not is_id(value):
        raise Refused(NOT_UNDERSTOOD)
    return value


def _name_or_none(value: Any) -> str | None:
    return None if value in (None, "") else _name(value)


def _settings(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Refused(NOT_UNDERSTOOD)
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not 0 < len(value) <= MOST_NODES:
        raise Refused(NOT_UNDERSTOOD)
    return tuple(_name(each) for each in value)


def _names_by_name(value: Any) -> Mapping[str, str]:
    return {_name(key): _name(each) for key, each in _settings(value).items()}


def _direction(value: Any) -> int:
    if value not in (-1, 1) or isinstance(value, bool):
        raise Refused(NOT_UNDERSTOOD)
    return int(value)


def _place(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    x, y = _pair(value)
    if not all(
        type(each) in (int, float) and math.isfinite(each) and abs(each) <= FARTHEST for each in (x, y)
    ):
        raise Refused(NOT_UNDERSTOOD)
    return round(x), round(y)


def _after(value: Any) -> tuple[str, str] | None:
    if value is None:
        return None
    node, port = _pair(value)
    return _name(node), _name(port)


def _pair(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Refused(NOT_UNDERSTOOD)
    return value[0], value[1]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Refused(NOT_UNDERSTOOD)
    return value


READERS: Mapping[str, Callable[[Any], Any]] = {
    "kind": _name,
    "id": _name_or_none,
    "node": _name,
    "port": _name,
    "source": _name,
    "target": _name,
    "keep": _name_or_none,
    "keeps": _names_by_name,
    "ids": _names,
    "clip": _settings,
    "by": _direction,
    "after": _after,
    "pin": _place,
    "settings": _settings,
    "note": _text,
}
