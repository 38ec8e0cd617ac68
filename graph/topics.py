"""Topics: what an e-mail is about, which decides whose wish counts before it leaves.

A reminder and news are marketing: they need no earlier no, and each can be turned down by itself. What an order needs
is not: it reaches those too who want no news.
"""

from __future__ import annotations

from graph.words import M

TOPICS = (
    ("reminder", M("A reminder of what they left")),
    ("news", M("News or an offer")),
    ("order", M("Their order: reaches everybody")),
)
ORDER = "order"
MARKETING = ("reminder", "news")
