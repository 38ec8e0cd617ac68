"""Split: two ways at random, so that two wordings or two moments can be compared."""

from __future__ import annotations

from graph.fields import Percent
from graph.kind import Go, NodeKind, Port, Settings, Visit
from graph.words import Card, M, Names, Words

A = Port("a", M("A"), "shuffle")
B = Port("b", M("B"), "shuffle")


class Split(NodeKind):
    """`chance` is asked by the node's id: the same run always takes the same way."""

    name = "split"
    group = "decide"
    icon = "shuffle"
    title = M("Split at random")
    short = M("Split at random")
    description = M("Send a share of people one way and the others another way, to compare.")
    fields = (
        Percent(name="share", label=M("How many out of 100 go way A?"), default=50,
                help=M("Halves need the fewest people: about 400 on each side tell three openings in ten from four.")),
    )  # fmt: skip

    def ports(self, settings: Settings) -> tuple[Port, ...]:
        return A, B

    def run(self, visit: Visit) -> Go:
        drawn = visit.chance(visit.node)
        saw = {"drawn": round(drawn, 4), "share": visit.settings["share"]}
        return Go("a" if drawn * 100 < visit.settings["share"] else "b", saw=saw)

    def card(self, settings: Settings, names: Names) -> Card:
        share = settings.get("share") or 0
        return Card(
            Words(self.title), Words(M("%(a)s %% go way A, %(b)s %% way B"), {"a": share, "b": 100 - share})
        )

    def sentence(self, settings: Settings, names: Names) -> Words:
        return Words(
            M("Send %(share)s %% of people, at random, way A"), {"share": settings.get("share") or "…"}
        )
