"""Send e-mail: one message, from a design of the shop. Going on does not wait for the mail server."""

from __future__ import annotations

from graph.effects import SendMessage
from graph.fields import Choice, EmailChoice
from graph.kind import Go, NodeKind, Settings, Visit
from graph.topics import TOPICS
from graph.words import Card, M, Names, Words


class SendEmail(NodeKind):
    """Asks for a message; whether it may leave is decided at the last moment, by the gate."""

    name = "send_email"
    group = "do"
    for_customer = True
    icon = "mail"
    title = M("Send an e-mail")
    short = M("Send an e-mail")
    description = M("Write to the customer, with their items, a button and, if you like, a coupon.")
    fields = (
        EmailChoice(name="email", label=M("Which e-mail?"),
                    help=M("One clear button is pressed more often than three.")),
        Choice(name="topic", label=M("What is it about?"), options=TOPICS, default="news", required=False,
               help=M("Customers can turn down reminders or news. Only what an order needs reaches everybody: "
                      "the law allows no advertising in it.")),
    )  # fmt: skip

    def run(self, visit: Visit) -> Go:
        email = visit.settings["email"]
        topic = visit.settings.get("topic") or "news"
        return Go("next", (SendMessage(visit.node, email, topic),), {"email": email})

    def card(self, settings: Settings, names: Names) -> Card:
        title = names.emails.get(settings.get("email"))
        if title is None:
            return Card(Words(self.title), Words(M("No e-mail chosen yet")))
        return Card(Words(M("Send “%(email)s”"), {"email": title}), Words(M("In the customer's language")))

    def sentence(self, settings: Settings, names: Names) -> Words:
        title = names.emails.get(settings.get("email"))
        return (
            Words(M("Send the e-mail “%(email)s”"), {"email": title}) if title else Words(M("Send an e-mail"))
        )
