"""Condition: yes or no, by rules over what is known at this moment."""

from __future__ import annotations

from graph import conditions
from graph.fields import Conditions
from graph.kind import Go, NodeKind, Port, Settings, Visit
from graph.words import MN, Card, M, Names, Words, counted

YES = Port("yes", M("Yes"), "check")
NO = Port("no", M("No"), "x")


class Condition(NodeKind):
    """The step keeps what each rule saw, so that the answer can be explained."""

    name = "condition"
    group = "decide"
    icon = "git-fork"
    title = M("Yes or no")
    short = M("Yes or no")
    description = M("Go one way or the other, by what you know about the customer, the cart or the order.")
    fields = (
        Conditions(name="rules", label=M("What must be true?"),
                   help=M("Looked at when the customer gets here, not when they started.")),
    )  # fmt: skip

    def ports(self, settings: Settings) -> tuple[Port, ...]:
        return YES, NO

    def needs(self, settings: Settings) -> frozenset[str]:
        return frozenset().union(
            *(subject.needs for subject in conditions.subjects_in(settings.get("rules")))
        )

    def watches(self, settings: Settings) -> frozenset[str]:
        return frozenset().union(
            *(subject.watches for subject in conditions.subjects_in(settings.get("rules")))
        )

    def run(self, visit: Visit) -> Go:
        saw = conditions.evaluate(visit.settings["rules"], visit.facts, visit.now)
        return Go("yes" if saw["answer"] else "no", saw=saw)

    def card(self, settings: Settings, names: Names) -> Card:
        rules = settings.get("rules")
        if not rules:
            return Card(Words(self.title), Words(M("No rule yet")))
        count = len(list(conditions.rules_in(rules)))
        line = counted(MN("As things stand by then", "%(count)s rules, as things stand by then"), count)
        title = Words(M("%(rules)s?"), {"rules": conditions.told(rules, names)}, capital=True)
        return Card(title, line)

    def sentence(self, settings: Settings, names: Names) -> Words:
        rules = settings.get("rules")
        return Words(
            M("If this is so: %(rules)s"), {"rules": conditions.told(rules, names) if rules else "…"}
        )
