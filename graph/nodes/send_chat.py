"""Send chat: a few words in the shop's own message centre, where the customer reads them at the next visit."""

from __future__ import annotations

from graph.effects import SendChat
from graph.fields import Choice, LongText
from graph.kind import Go, NodeKind, Settings, Visit
from graph.topics import TOPICS
from graph.words import Card, M, Names, Words


class SendChatKind(NodeKind):
    """Asks for a message like an e-mail does: the gate decides at the last moment whether it may arrive."""

    name = "send_chat"
    group = "do"
    for_customer = True
    icon = "message-circle"
    title = M("Send a chat message")
    short = M("Send a chat message")
    description = M("Leave a few words in your shop's message centre. The customer reads them there.")
    fields = (
        LongText(name="text", label=M("What should it say?"), longest=1000, ask=M("Write the message."),
                 help=M("{{ customer.first_name }} becomes their first name, {{ coupon.code }} their code.")),
        Choice(name="topic", label=M("What is it about?"), options=TOPICS, default="news"),
    )  # fmt: skip

    def run(self, visit: Visit) -> Go:
        topic = visit.settings.get("topic") or "news"
        return Go("next", (SendChat(visit.node, visit.settings["text"], topic),))

    def card(self, settings: Settings, names: Names) -> Card:
        text = settings.get("text")
        line = Words(M("“%(text)s”"), {"text": text}) if text else Words(M("Nothing written yet"))
        return Card(Words(self.title), line)

    def sentence(self, settings: Settings, names: Names) -> Words:
        return Words(M("Send the chat message “%(text)s”"), {"text": settings.get("text") or "…"})
