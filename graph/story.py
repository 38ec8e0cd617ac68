"""Story: a flow told in plain words, line by line, as deep as its branches.

Knows the order of telling. Must not know what any kind says: each tells its own sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph import events
from graph.model import Graph, Node
from graph.shape import ROOT, Shape, shape
from graph.words import OR, M, Names, Sentence, Words, listed


def sentences(graph: Graph, names: Names) -> list[Sentence]:
    """Return the whole flow: a line a step, a line a branch one deeper, its steps two deeper, and how one leaves."""
    blocks = shape(graph)
    told: list[Sentence] = []
    first = (*blocks.roots, *blocks.joins.get(ROOT, ()))
    ahead: list[Sentence | tuple[str, int]] = [(id, 0) for id in reversed(first)]
    while ahead:
        item = ahead.pop()
        if isinstance(item, Sentence):
            told.append(item)
            continue
        id, depth = item
        node = graph.node(id)
        told.append(_line(node.described.sentence(node.settings, names), depth, id))
        ahead += reversed([*_branches(graph, node, depth, blocks, names), *_joins(blocks, id, depth)])
    return [*told, *_leaving(graph.settings)]


def _line(words: Words, depth: int, node: str | None = None) -> Sentence:
    return Sentence(words.msgid, words.values, words.plural, words.count, words.capital, depth, node)


def _joins(blocks: Shape, id: str, depth: int) -> list[tuple[str, int]]:
    return [(join, depth) for join in blocks.joins.get(id, ())]


def _branches(
    graph: Graph, node: Node, depth: int, blocks: Shape, names: Names
) -> list[Sentence | tuple[str, int]]:
    """Return what follows a step: its one successor at the same depth, or each branch under its own heading."""
    if len(node.ports) == 1:
        below = blocks.children.get((node.id, node.ports[0].name))
        return [(below, depth)] if below else []
    lines: list[Sentence | tuple[str, int]] = []
    for port in node.ports:
        lines.append(_line(Words(M("%(branch)s:"), {"branch": Words(port.title)}), depth + 1, node.id))
        below = blocks.children.get((node.id, port.name))
        lines.append((below, depth + 2) if below else _elsewhere(graph, node, port.name, depth + 2, names))
    return lines


def _elsewhere(graph: Graph, node: Node, port: str, depth: int, names: Names) -> Sentence:
    target = graph.target(node.id, port)
    if target is None:
        return _line(Words(M("Nothing more happens")), depth)
    met = graph.node(target)
    return _line(
        Words(M("Go on at: %(step)s"), {"step": met.described.card(met.settings, names).title}), depth
    )


def _leaving(settings: Mapping[str, Any]) -> list[Sentence]:
    leaves = [events.told(name) for name in (*settings.get("goal", ()), *settings.get("exit", ()))]
    if not leaves:
        return []
    return [_line(Words(M("Everyone leaves as soon as %(events)s"), {"events": listed(leaves, OR)}), 0)]
