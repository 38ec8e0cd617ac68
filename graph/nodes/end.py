"""End: the run is over here, said on purpose."""

from __future__ import annotations

from graph.kind import NodeKind, Port, Settings, Stop, Visit
from graph.words import Card, M, Names, Words


class End(NodeKind):
    """Nothing can follow it."""

    name = "end"
    group = "do"
    icon = "flag"
    title = M("End here")
    short = M("End here")
    description = M("Stop for this customer.")

    def ports(self, settings: Settings) -> tuple[Port, ...]:
        return ()

    def run(self, visit: Visit) -> Stop:
        return Stop("end")

    def card(self, settings: Settings, names: Names) -> Card:
        return Card(Words(self.title), Words(M("Nothing more for this customer")))

    def sentence(self, settings: Settings, names: Names) -> Words:
        return Words(M("End here"))
