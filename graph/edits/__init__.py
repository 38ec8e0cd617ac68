"""Edits: the changes a merchant can make to a draft, one small frozen class each.

`edit.apply(graph)` returns another graph or raises Refused with the reason; `edit.label(graph)` names the change, given
the graph before it, as undo shows it: "delete “Send an e-mail”". Must not know revisions, undo stacks or a browser.
"""

from __future__ import annotations

from graph.edits.clips import clip
from graph.edits.links import Connect, Disconnect
from graph.edits.parsing import EDITS, parse
from graph.edits.refusals import Edit, Refused
from graph.edits.settings import Annotate, Configure, ConfigureFlow, MoveNode, Tidy
from graph.edits.several import CopySome, DeleteSome, MoveSome, Paste, Shift
from graph.edits.steps import AddNode, ChangeTrigger, DeleteNode, Duplicate, MoveAfter

__all__ = [
    "EDITS", "AddNode", "Annotate", "ChangeTrigger", "Configure", "ConfigureFlow", "Connect", "CopySome", "DeleteNode",
    "DeleteSome", "Disconnect", "Duplicate", "Edit", "MoveAfter", "MoveNode", "MoveSome", "Paste", "Refused", "Shift",
    "Tidy", "clip", "parse",
]  # fmt: skip
