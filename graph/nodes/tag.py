"""Tag: add a word to the customer, or take it away, so that other automations can ask for it."""

from __future__ import annotations

from graph.effects import TagCustomer
from graph.fields import Choice, Text
from graph.kind import Go, NodeKind, Settings, Visit
from graph.words import Card, M, Names, Words

CHANGES = (("add", M("Add the tag")), ("remove", M("Remove the tag")))


class Tag(NodeKind):
    """One tag a step: two tags are two steps, and each can be seen to have happened."""

    name = "tag"
    group = "do"
    for_customer = True
    icon = "tag"
    title = M("Tag the customer")
    short = M("Tag the customer")
    description = M("Add or remove a word that you can ask for later.")
    fields = (
        Choice(name="change", label=M("What to do"), options=CHANGES, default="add"),
        Text(name="tag", label=M("Tag"), longest=40, ask=M("Write the tag."),
             help=M("Short and plain, such as “loyal” or “likes tea”.")),
    )  # fmt: skip

    def run(self, visit: Visit) -> Go:
        tag, add = visit.settings["tag"], visit.settings.get("change") != "remove"
        return Go("next", (TagCustomer(visit.node, tag, add),), {"tag": tag, "add": add})

    def card(self, settings: Settings, names: Names) -> Card:
        if not settings.get("tag"):
            return Card(Words(self.title), Words(M("No tag written yet")))
        line = (
            Words(M("Removed from the customer")) if _removes(settings) else Words(M("Added to the customer"))
        )
        return Card(Words(M("Tag “%(tag)s”"), {"tag": settings["tag"]}), line)

    def sentence(self, settings: Settings, names: Names) -> Words:
        values = {"tag": settings.get("tag") or "…"}
        msgid = M("Remove the tag “%(tag)s”") if _removes(settings) else M("Add the tag “%(tag)s”")
        return Words(msgid, values)


def _removes(settings: Settings) -> bool:
    return settings.get("change") == "remove"
