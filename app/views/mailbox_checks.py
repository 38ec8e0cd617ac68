"""The words of the mailbox's checks: each finding as one plain sentence, good or bad."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app.mailbox.checks import Finding

# code: (said when it is well, said when it is not)
HTML: Mapping[str, tuple[Any, Any]] = {
    "both_parts": (
        _l("It has a part for pictures and one of plain text."),
        _l("One of its two parts is missing: plain text or HTML."),
    ),
    "size": (
        _l("Its HTML is %(size)s kB: no mail program cuts it off."),
        _l("Its HTML is %(size)s kB: Gmail cuts it off at 102. Shorten it."),
    ),
    "lines": (
        _l("No line is too long for a mail server."),
        _l("A line has %(longest)s bytes; servers may break it after 998."),
    ),
    "tags": (
        _l("It uses no element that mail programs throw away."),
        _l("Mail programs throw these away: %(tags)s."),
    ),
    "css": (
        _l("It uses no style that mail programs ignore."),
        _l("Several mail programs ignore these styles: %(css)s."),
    ),
    "alt": (
        _l("Each picture has words for those who do not see it."),
        _l("Pictures without words for those who do not see them: %(count)s."),
    ),
    "lang": (
        _l("It says which language it is in, for screen readers."),
        _l("It does not say which language it is in."),
    ),
}
UNSUBSCRIBE: Mapping[str, tuple[Any, Any]] = {
    "header": (
        _l("Mail programs can offer to unsubscribe."),
        _l("Mail programs cannot offer to unsubscribe: the header is missing."),
    ),
    "web": (
        _l("It names a web address for it."),
        _l("It names no web address for it."),
    ),
    "https": (
        _l("The address is encrypted."),
        _l("The address is not encrypted (https): providers want it in real use."),
    ),
    "one_click": (
        _l("One press is enough (RFC 8058)."),
        _l("One press is not enough: the header for it is missing."),
    ),
    "token": (
        _l("The link is genuine and still works."),
        _l("The link is not one of ours, or has expired."),
    ),
}
LINKS: Mapping[str, Any] = {
    "click": _l("counted, then to: %(target)s"),
    "unsubscribe": _l("to unsubscribe"),
    "preferences": _l("to what they choose to receive"),
    "recovery": _l("back to the cart that was left"),
    "web": _l("straight to this page"),
    "mail": _l("opens a mail program or telephone"),
    "bad": _l("leads nowhere"),
}

TRIED: Mapping[str, Any] = {
    "good": _l("The page is there."),
    "moved": _l("The page is there, behind a redirect."),
    "gone": _l("There is no such page (answer %(status)s)."),
    "broken": _l("The server has a trouble of its own (answer %(status)s)."),
    "inside": _l("It leads into a private network, where no customer gets."),
    "unknown": _l("No server is known under this address."),
    "silent": _l("The server did not answer."),
    "untried": _l("Not tried: it took too long already."),
}


def told(findings: Sequence[Finding], words: Mapping[str, tuple[Any, Any]]) -> list[tuple[bool, str]]:
    """Return each finding as (well, sentence)."""
    return [(each.good, str(words[each.code][not each.good]) % each.values) for each in findings]
