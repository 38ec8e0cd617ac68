"""No wording takes long, takes much, or reaches anything but its plain data."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import clock
from app.emails import manner, wording
from app.emails.filters import FILTERS
from app.emails.wording import BadWording
from tests.conftest import make_app

GROW = "{% assign s = s | append: s %}"
BOMBS = {
    "a range joined": "{{ (1..5000000) | join: ',' }}",
    "a range counted": "{{ (1..1000000000) | size }}",
    "a range searched": "{% if (1..1000000000) contains 'x' %}y{% endif %}",
    "a range walked backwards": "{% assign n = 1000000000 %}{% for i in (1..n) reversed %}x{% endfor %}",
    "a range by its variable": "{% for i in (a..b) %}{{ i }}{% endfor %}",
    "loops in loops": "{% for i in (1..99) %}{% for j in (1..99) %}{% for k in (1..99) %}x"
    + "{% endfor %}" * 3,
    "a text that doubles": "{% assign s = 'aaaaaaaaaaaaaaaa' %}" + GROW * 60 + "{{ s }}",
    "a number that squares": "{% assign n = 9 %}" + "{% assign n = n | times: n %}" * 200,
    "nine hundred filters": "{{ long "
    + "| upcase | downcase | replace: 'a', 'bbbbbbbbbbbbbbbb' " * 120
    + "}}",
    "texts put together": "{{ long | split: '' | join: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }}",
    "paths in paths": "{{ " + "a[" * 3000 + "}}",
    "a sentence of ands": "{% if " + "a and " * 1500 + "a %}x{% endif %}",
    "ifs in ifs": "{% if true %}" * 600,
    "loops of nothing": "{% for i in (1..100) %}{% for j in (1..5) %}"
    + "{{ '' }}" * 1100
    + "{% endfor %}{% endfor %}",
    "loops of questions": "{% for i in (1..100) %}{% for j in (1..5) %}"
    + "{% if a == b %}{% endif %}" * 300
    + "{% endfor %}{% endfor %}",
    "a very long wording": "x" * 100_000,
    "a date beyond all dates": "{{ '9999-12-31T23:59:59-14:00' | date }}",
    "money beyond all money": "{{ 99999999999999999999999999999999999999 | money }}",
    "a division by nothing": "{{ 5 | divided_by: 0 }}",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    app = make_app(tmp_path_factory.mktemp("limits"))
    with app.test_request_context():
        yield app


def filled(words: str, html: bool = True, **data) -> str:
    with manner.speaking("en", "EUR", "UTC"):
        return wording.fill(words, wording.plain(data), html)


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("html", [True, False], ids=["html", "text"])
def test_a_bomb_ends_at_once_with_a_sentence_or_a_short_text(house, bomb, html):
    began = clock.monotonic()
    try:
        assert len(filled(bomb, html, long="a" * 60_000)) <= 6 * wording.LONGEST
    except BadWording as error:
        assert str(error)
    assert clock.monotonic() - began < 3


@pytest.mark.parametrize(
    "gone",
    [
        "{{ x | safe }}",
        "{% include 'x' %}",
        "{% render 'x' %}",
        "{% capture x %}{% endcapture %}",
        "{{ x | base64_decode }}",
        "{% liquid echo x %}",
        "{% tablerow x in y %}{% endtablerow %}",
    ],
)
def test_what_a_mail_does_not_need_does_not_exist(house, gone):
    with pytest.raises(BadWording):
        filled(gone, x="<b>")


class Secretive:
    password = "hunter2"

    def __str__(self) -> str:
        return "hunter2"


@pytest.mark.parametrize("path", ["x.password", "x.__class__", "x.__class__.__mro__", "x['__init__']", "x"])
def test_objects_are_no_data(house, path):
    assert "hunter2" not in filled("{{ " + path + " }}", x=Secretive())
    assert filled("{{ customer.__class__.__base__.__subclasses__ }}", customer={"a": "b"}) == ""


TOLD = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(max_size=5),
        st.just(" \ue000\x00"),
        st.builds(object),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b", 1]), inner, max_size=3)
    ),
)


@given(told=st.dictionaries(st.sampled_from(["cart", "order", "shop", 1]), TOLD))
def test_nouns_are_as_plain_one_by_one_as_together(told):
    assert {**wording.Nouns(told)} == wording.plain(told)


def test_a_noun_that_no_wording_asks_for_is_not_looked_at(house):
    class Unread(dict):
        def items(self):
            raise AssertionError("was read")

    nouns = wording.Nouns({"customer": {"first_name": "Camille"}, "order": Unread(number=1)})
    with manner.speaking("en", "EUR", "UTC"):
        assert wording.fill("Hello {{ customer.first_name }}{{ cart.total }}", nouns) == "Hello Camille"


def test_what_a_customer_typed_is_never_compiled(house):
    name = "{{ 7 | times: 7 }}{% for i in (1..9) %}x{% endfor %}"
    assert filled("Hello {{ name }}", html=False, name=name) == f"Hello {name}"
    assert filled("{{ name | append: '!' }}", html=False, name=name) == f"{name}!"


@pytest.mark.parametrize(
    "chain",
    ["", "| upcase", "| append: '>'", "| replace: 'a', '<'", "| slice: 0, 20", "| split: 'l' | join: '<'"],
)
def test_what_a_customer_typed_is_only_text_in_html(house, chain):
    said = filled("<p>{{ name " + chain + " }}</p>", name="<script>alert(1)</script>\" onload='x'")
    assert "<" not in said.removeprefix("<p>").removesuffix("</p>") and '"' not in said


def test_liquids_own_clock_is_out_of_reach(house):
    assert filled("[{{ now }}{{ today }}]") == "[]"


def test_money_and_dates_are_said_in_the_language_of_the_mail(house):
    noon = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
    with manner.speaking("fr", "EUR", "Europe/Paris"):
        assert wording.fill("{{ m | money }}", {"m": 123450}) == "1\u202f234,50\xa0€"
        assert wording.fill("{{ d | date }}", {"d": noon}) == "2 décembre 2026"
        assert wording.fill("{{ d | date: 'time' }}", {"d": noon.isoformat()}) == "00:30"
        assert wording.fill("{{ d | date }}", {"d": date(2026, 12, 1)}) == "1 décembre 2026"
    with manner.speaking("en", "JPY", "UTC"):
        assert (
            wording.fill("{{ m | money }} {{ 1005 | money: 'KWD' }}{{ nothing | date }}", {"m": 1250})
            == "¥1,250 KWD1.005"
        )


TAGS = st.sampled_from(
    [
        "if a",
        "elsif b",
        "else",
        "endif",
        "for i in items",
        "for i in (1..99)",
        "endfor",
        "assign s = s | append: s",
        "case a",
        "when 'x'",
        "endcase",
        "unless a",
        "endunless",
        "break",
        "comment",
        "endcomment",
        "# x",
    ]
)
CALLS = st.sampled_from(sorted(FILTERS)).flatmap(
    lambda name: st.sampled_from(
        ["", ": 2", ": 'a'", ": 'a', 'bb'", ": items", ": -1, 9999999999999", ": (1..99)"]
    ).map(lambda args: f"{name}{args}")
)
VALUES = st.sampled_from(
    [
        "a",
        "s",
        "items",
        "items.first",
        "i.title",
        "'x'",
        "9",
        "-1.5e300",
        "(1..99)",
        "items[0]['title']",
        "nil",
        "a.b.c",
    ]
)
OUTPUTS = st.tuples(VALUES, st.lists(CALLS, max_size=6)).map(
    lambda each: "{{ " + " | ".join([each[0], *each[1]]) + " }}"
)
WORDINGS = st.lists(
    st.one_of(OUTPUTS, TAGS.map(lambda tag: "{% " + tag + " %}"), st.text(max_size=12)), max_size=30
).map("".join)


@settings(max_examples=400, deadline=3000)
@given(words=WORDINGS, html=st.booleans())
@pytest.mark.usefixtures("house")
def test_any_wording_ends_in_a_text_or_a_sentence(words, html):
    data = {"a": "<b>", "s": "abc", "items": [{"title": "T", "price": 5}] * 5}
    try:
        assert isinstance(filled(words, html, **data), str)
    except BadWording as error:
        assert str(error)
