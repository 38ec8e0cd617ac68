"""Notify staff: tell the shop's own people that this customer got here."""

from __future__ import annotations

from graph.effects import NotifyStaff
from graph.fields import Choice, LongText
from graph.kind import Go, NodeKind, Settings, Visit
from graph.words import Card, M, Names, Words

WAYS = (("both", M("Here and by e-mail")), ("app", M("Here")), ("email", M("By e-mail")))


class NotifyStaffKind(NodeKind):
    """The customer receives nothing from this step."""

    name = "notify_staff"
    group = "do"
    icon = "bell"
    title = M("Tell the team")
    short = M("Tell the team")
    description = M("Send a note to the people who run the shop. Customers do not see it.")
    fields = (
        LongText(name="text", label=M("What should it say?"), longest=500, ask=M("Write what the team should know."),
                 help=M("The customer's name and a link to them are added.")),
        Choice(name="by", label=M("Where?"), options=WAYS, default="both", required=False),
    )  # fmt: skip

    def run(self, visit: Visit) -> Go:
        by = visit.settings.get("by") or "both"
        return Go("next", (NotifyStaff(visit.node, visit.settings["text"], by),))

    def card(self, settings: Settings, names: Names) -> Card:
        text = settings.get("text")
        line = Words(M("“%(text)s”"), {"text": text}) if text else Words(M("Nothing written yet"))
        return Card(Words(self.title), line)

    def sentence(self, settings: Settings, names: Names) -> Words:
        return Words(M("Tell the team “%(text)s”"), {"text": settings.get("text") or "…"})
