"""The frame of a mail: what is an address, where its pictures are, how often a link is asked for."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from hypothesis import example, given
from hypothesis import strategies as st

from app.emails.frame import Frame, is_address
from app.models import Shop

PARTS = st.sampled_from([
    "http://", "https://", "HTTPS://", "//", "a", "papier.example", "é", "[", "]", "[::1]", "@", ":", ":80", ":x", ".",
    "/", "?", "#", "%20", " ", "\n", "\u2028", '"', "<", "\\", "\x00", "\ufeff", "\ud800",
])  # fmt: skip
WRITTEN = st.lists(PARTS, max_size=8).map("".join)


def looked_up(text: str) -> bool:
    """Whether it is an address, as the parser of addresses has it."""
    if not text.startswith(("http://", "https://")) or re.search(r"[\s\\\"<>\x00-\x1f]", text):
        return False
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False


@given(text=st.one_of(WRITTEN, WRITTEN.map(lambda text: f"https://{text}"), st.text(max_size=20)))
@example("https://:80/")
@example("https://papier.example:99999/é?[#]")
def test_an_address_is_what_has_a_host(text):
    assert is_address(text) == looked_up(text)


def test_a_picture_is_where_the_instance_is():
    first, second = (Frame("Papier", base) for base in ("https://one.example", "https://two.example"))
    for frame in (first, second, first):
        assert frame.picture("/static/a.jpg") == f"{frame.base_url}/static/a.jpg"
        assert frame.picture("https://img.example/b.png") == "https://img.example/b.png"
        assert [frame.picture(bad) for bad in ("", "/b.SVG?v=1", "javascript:alert(1)", "http://[")] == [
            ""
        ] * 4


def test_a_link_is_asked_for_once_a_target_and_anew_for_each_mail():
    asked: list[str] = []

    def link(target: str) -> str:
        asked.append(target)
        return f"https://relance.example/{len(asked)}"

    shop = Shop(name="Papier")
    for frame in (Frame.of(shop, "https://relance.example", link) for _mail in range(2)):
        assert frame.link("cart") == frame.link("cart") != frame.link("shop")
    assert asked == ["cart", "shop"] * 2
