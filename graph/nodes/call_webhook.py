"""Call webhook: another system is told that a customer got here, in a signed message that it can check."""

from __future__ import annotations

import re

from graph.effects import CallWebhook
from graph.fields import Text, WebAddress
from graph.kind import Go, NodeKind, Settings, Visit
from graph.words import Card, M, Names, Words

_HOST = re.compile(r"https?://([^/?#]+)", re.IGNORECASE)


class CallWebhookKind(NodeKind):
    """Going on does not wait for the other system; a call that fails is tried again by itself."""

    name = "call_webhook"
    group = "do"
    icon = "plug"
    title = M("Tell another system")
    short = M("Tell another system")
    description = M(
        "Send a signed note to an address of yours: a till, a stock program, a spreadsheet robot."
    )
    fields = (
        WebAddress(name="url", label=M("Which address?"), ask=M("Write the address to call."),
                   help=M("It begins with https:// and comes from the other system. How to check our signature "
                          "stands in Settings, Connection.")),
        Text(name="text", label=M("A word of your own"), longest=200, required=False,
             help=M("Sent along, so that the other system can tell your automations apart.")),
    )  # fmt: skip

    def run(self, visit: Visit) -> Go:
        url, text = visit.settings["url"], visit.settings.get("text") or ""
        return Go("next", (CallWebhook(visit.node, url, text),))

    def card(self, settings: Settings, names: Names) -> Card:
        host = _host(settings)
        line = (
            Words(M("A signed note to %(host)s"), {"host": host})
            if host
            else Words(M("No address written yet"))
        )
        return Card(Words(self.title), line)

    def sentence(self, settings: Settings, names: Names) -> Words:
        return Words(M("Tell the system at %(host)s"), {"host": _host(settings) or "…"})


def _host(settings: Settings) -> str:
    found = _HOST.match(settings.get("url") or "")
    return found[1] if found else ""
