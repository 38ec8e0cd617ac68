"""Links drawn and let go by hand."""

from __future__ import annotations

from dataclasses import dataclass

from graph.edits.refusals import Refused, check_no_circle, check_port, node_of, title_of
from graph.model import Graph
from graph.rewiring import link
from graph.words import M, Words


@dataclass(frozen=True)
class Connect:
    """Let a way out lead to a step that exists; whatever it led to before is let go."""

    source: str
    port: str
    target: str

    def apply(self, graph: Graph) -> Graph:
        """Return the graph with the edge; refuse the start as a target, and circles."""
        check_port(graph, self.source, self.port)
        target = node_of(graph, self.target)
        if target.described.group == "trigger":
            raise Refused(M("Nothing can lead to the start of an automation."))
        check_no_circle(graph, self.source, self.target)
        return link(graph, self.source, self.port, self.target)

    def label(self, graph: Graph) -> Words:
        """Name the step that is linked to."""
        return Words(M("continue at “%(step)s”"), {"step": title_of(graph, self.target)})


@dataclass(frozen=True)
class Disconnect:
    """Let a way out end there."""

    source: str
    port: str

    def apply(self, graph: Graph) -> Graph:
        """Return the graph without the edge at this port."""
        check_port(graph, self.source, self.port)
        return link(graph, self.source, self.port, None)

    def label(self, graph: Graph) -> Words:
        """Name the step whose way out ends."""
        return Words(M("unlink “%(step)s”"), {"step": title_of(graph, self.source)})
