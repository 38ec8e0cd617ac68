"""E-mails: a design of blocks becomes a subject, an HTML part and a text part for one customer.

A design (`Email.content`) maps a locale to what is said in it:

    {"en": {"subject": "…", "preheader": "…", "blocks": [
        {"kind": "heading", "text": "Still thinking it over, {{ customer.first_name }}?"},
        {"kind": "text",    "text": "Blank lines part paragraphs. **Bold** and [a link](shop) are understood."},
        {"kind": "image",   "url": "/static/…jpg", "alt": "…", "target": "shop"},
        {"kind": "items",   "source": "cart"},               cart, order or product
        {"kind": "coupon",  "text": "Your present"},         drawn only when there is a code
        {"kind": "button",  "text": "Back to my cart", "target": "cart"},
        {"kind": "divider"},
        {"kind": "spacer",  "size": "small"}]}}              small, medium or large

Wording (`subject`, `preheader`, `text`, `alt`) is Liquid over plain data; `fields.py` lists what it may name.
A target is cart, order, product, shop, or an http(s) address.
"""

from __future__ import annotations
