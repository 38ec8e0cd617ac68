"""Changes: what publishing a draft would change for the people who enter from then on.

Knows how to compare two graphs, step by step. Must not know which of them is live. Where a card stands changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from graph.model import Graph, Node
from graph.words import M, Names, Words


def changes(old: Graph, new: Graph, names: Names) -> list[Words]:
    """Return one sentence a step that was added, removed, set otherwise or linked otherwise, and one for the rules."""
    return [*_added(old, new, names), *_removed(old, new, names), *_kept(old, new, names), *_rules(old, new)]


def _added(old: Graph, new: Graph, names: Names) -> Iterator[Words]:
    for node in new.nodes:
        if node.id not in old.by_id:
            yield Words(M("New step: %(step)s"), {"step": _title(node, names)})


def _removed(old: Graph, new: Graph, names: Names) -> Iterator[Words]:
    for node in old.nodes:
        if node.id not in new.by_id:
            yield Words(M("Removed: %(step)s"), {"step": _title(node, names)})


def _kept(old: Graph, new: Graph, names: Names) -> Iterator[Words]:
    for node in new.nodes:
        before = old.by_id.get(node.id)
        if before is None:
            continue
        if (before.kind, dict(before.settings)) != (node.kind, dict(node.settings)):
            values = {"before": _title(before, names), "after": _title(node, names)}
            same = values["before"] == values["after"]
            yield Words(
                M("Changed: %(after)s") if same else M("Changed: %(before)s is now %(after)s"), values
            )
        elif _continues(old, new, node) != _continues(new, old, node):
            yield Words(M("Leads elsewhere: %(step)s"), {"step": _title(node, names)})


def _continues(here: Graph, there: Graph, node: Node) -> set[tuple[str, str]]:
    """Return (port, step) for the steps that both graphs have and that come next, whatever stands between."""
    found: set[tuple[str, str]] = set()
    for port in node.ports:
        ahead, seen = [here.target(node.id, port.name)], set[str]()
        while ahead:
            id = ahead.pop()
            if id is None or id in seen:
                continue
            seen.add(id)
            if id in there.by_id:
                found.add((port.name, id))
            else:
                ahead += [here.target(id, each.name) for each in here.node(id).ports]
    return found


def _rules(old: Graph, new: Graph) -> Iterator[Words]:
    if dict(old.settings) != dict(new.settings):
        yield Words(M("Who may enter, and when it ends"))


def _title(node: Node, names: Names) -> Words:
    return node.described.card(node.settings, names).title
