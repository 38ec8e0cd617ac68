"""A merchant's HTML cannot hang a process, fill its memory or end it: whatever it is, the answer is soon there."""

from __future__ import annotations

import threading

import pytest

from app import clock
from app.emails import cleaning, sanitising, takeover
from app.emails.checking import check
from app.emails.frame import Frame
from app.emails.rendering import render
from app.emails.shelf import Shelf
from app.emails.starters import all_starters
from app.emails.wording import LONGEST, BadWording
from tests.app.rows import a_shop

MANY = 60_000
# What misnests makes a parser write each of its open elements again: a kilobyte becomes megabytes.
TANGLED = "<p>" + "".join(f"<font size='{n}'>" for n in range(600)) + "</p>" + "<p>x" * 2000
BOMBS = {
    "open braces": "{{" * (MANY // 2),
    "open tags of Liquid": "<p>x</p> {%" * (MANY // 11),
    "open elements": "<div>" * (MANY // 5),
    "misnested elements": TANGLED,
    "styles without an end": "<style>" * (MANY // 7),
    "rules for everything": "<style>" + "*>" * 9000 + "b{color:red}</style>" + "<b>" * 5000,
    "tags in a word": '<a title="' + "<a " * (MANY // 3) + '" href="https://x.example">x</a>',
    "tables in tables": "<table><tr><td>" * (MANY // 15),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_html_that_hangs_or_crashes_a_parser_is_cleaned_or_refused_in_time(bomb):
    began = clock.monotonic()
    try:
        assert len(cleaning.kept(bomb)["html"]) <= cleaning.LARGEST
    except cleaning.Refused:
        pass
    assert clock.monotonic() - began < cleaning.PATIENCE + 1


def test_others_go_on_while_one_is_cleaned():
    done = threading.Event()
    slow = threading.Thread(target=lambda: (_tried(TANGLED * 3), done.set()))
    slow.start()
    turns = 0
    while not done.wait(0.001):
        turns += 1  # this thread has its turns: nobody holds the interpreter
    slow.join()
    assert turns > 5


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ('<p>One <b>two</b><br>three <img src="https://x.example/a.png" alt=""></p>', True),
        ("<table><!----><tbody><tr><td>x</td></tr></tbody><!----></table>", True),
        ("<p>a < b", False), ("<p><b>x</p></b>", False), ("<p><div>x</div></p>", False), ("</p>", False),
        ("<p title='\"'><b>\"'></p>", False), ("<!-- <p> -->", False), ("<div>" * 70 + "</div>" * 70, False),
    ],
)  # fmt: skip
def test_html_is_plain_when_a_parser_has_nothing_to_mend(html, plain):
    assert sanitising.is_plain(html) is plain


@pytest.mark.parametrize("starter", all_starters(), ids=lambda each: each.name)
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_a_starter_that_was_taken_over_is_plain_and_can_be_saved(app, starter, locale):
    with app.test_request_context():
        kept = cleaning.kept(takeover.as_html(starter.content[locale], locale, a_shop()))
        assert sanitising.is_plain(cleaning.harmless(kept["html"]))
        assert not check({locale: {**starter.content[locale], **kept}})


LOOPED = cleaning.kept("{% for i in (1..99) %}<b><i>{% endfor %}x")["html"]


@pytest.mark.parametrize(
    "content",
    [
        {"html": LOOPED, "rules": ""},
        {"html": TANGLED, "rules": ""},  # as an older release could keep it
        {"blocks": [{"kind": "html", "html": TANGLED[: LONGEST]}] * 3},
        {"blocks": [{"kind": "items", "source": "cart"}] * 60},
        {"blocks": [{"kind": "text", "text": "{{ x | append: '" + "y" * 900 + "' }}" * 10}] * 60},
    ],
    ids=["a loop that opens", "kept long ago", "in a block", "goods without end", "words without end"],
)  # fmt: skip
def test_a_hostile_design_ends_in_a_bounded_mail_or_a_sentence(app, content):
    goods = [{"product": str(n), "title": "T", "price": 5, "image": "/a.jpg"} for n in range(300)]
    began = clock.monotonic()
    with app.test_request_context():
        try:
            mail = render({"en": {"subject": "S", **content}}, "en", {"cart": {"items": goods}}, _frame())
            assert len(mail.html) <= 100_000
        except BadWording as error:
            assert str(error)
    assert clock.monotonic() - began < 15


def test_a_shelf_holds_no_more_words_than_it_has_room_for():
    made = []
    shelf = Shelf(lambda words, rest: made.append(words) or words.upper(), room=10)
    for words in ("abcd", "efgh", "abcd", "ijkl", "abcd", "efgh", "a very long wording"):
        assert shelf(words) == words.upper()
    assert made == ["abcd", "efgh", "ijkl", "efgh", "a very long wording"]


def _frame() -> Frame:
    return Frame(
        shop_name="Papier", base_url="https://shop.example", unsubscribe_url="https://shop.example/u"
    )


def _tried(html: str) -> None:
    try:
        cleaning.kept(html)
    except cleaning.Refused:
        pass
