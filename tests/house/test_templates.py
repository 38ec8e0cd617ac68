"""No visible word is written into a template, and nothing in one acts or paints by itself (our CSP)."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from jinja2 import Environment, nodes

from tests.house import sources

JINJA = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)
TEMPLATES = sources.files("*.html", under=("templates",))
SPOKEN = {"title", "placeholder", "aria-label", "aria-description", "aria-roledescription", "alt", "label"}
# Names are the same in every language.
NAMES = re.compile(r"\b(Relance|Papier Lune|Français|English|Ctrl)\b")
# A block that lends its child page a CSS class shows nothing.
CLASSES = re.compile(r"\{%-?\s*block \w*class\w*.*?endblock.*?%\}", re.DOTALL)
HOLE = "\ue000"  # where a template's own code stood
GETTEXT = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
SENTENCE = re.compile(r"[A-ZÀ-Ý][a-zà-ÿ]+([ ,.!?…:’'].*)?")


class Reader(HTMLParser):
    """Collects what a browser would show or run."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.acts: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag if tag in ("script", "style") else ""
        given = {name: value or "" for name, value in attrs}
        self.words += [value for name, value in given.items() if name in SPOKEN and has_words(value)]
        self.acts += [name for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.acts.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if not self._inside and has_words(data):
            self.words.append(data.strip())


def has_words(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]{2,}", re.sub(r"&\w+;", "", NAMES.sub("", text.replace(HOLE, " ")))))


def read(source: str) -> Reader:
    """What the markup of a template shows or runs, with its code cut out."""
    tokens = ((kind, value) for _, kind, value in JINJA.lex(CLASSES.sub("", source)))
    depth, text = 0, []
    for kind, value in tokens:
        depth += kind.endswith("_begin") - kind.endswith("_end")
        text.append(value if kind == "data" else HOLE if kind == "variable_begin" else "")
    reader = Reader()
    reader.feed("".join(text))
    return reader


def unspoken(source: str) -> list[str]:
    """Sentences in a template's code that do not go through gettext."""
    tree = JINJA.parse(source)
    told = {
        id(const)
        for call in tree.find_all(nodes.Call)
        if _name(call) in GETTEXT
        for const in call.find_all(nodes.Const)
    }
    loose = (
        const
        for const in tree.find_all(nodes.Const)
        if id(const) not in told and isinstance(const.value, str)
    )
    return [const.value for const in loose if is_sentence(const.value)]


def is_sentence(text: str) -> bool:
    # A field's kind in WTForms is a class name, not a word for the eye.
    return has_words(text) and bool(SENTENCE.fullmatch(text)) and not text.endswith("Field")


def _name(call: nodes.Call) -> str:
    return str(getattr(call.node, "name", ""))


def test_every_visible_word_can_be_translated() -> None:
    assert not sources.found(
        TEMPLATES, lambda path: read(sources.text(path)).words + unspoken(sources.text(path))
    )


def test_no_template_acts_or_paints_inline() -> None:
    assert not sources.found(TEMPLATES, lambda path: read(sources.text(path)).acts)


@pytest.mark.parametrize(
    "planted",
    ["<p>Hello</p>", '<button title="Close">×</button>', '<img alt="A cart" src="x">', "<p>{{ count }} people</p>",
     '{{ button("Save") }}', '{% set title = "Your shop" %}', "{% if x %}Yes{% endif %}"],
)  # fmt: skip
def test_a_planted_word_is_seen(planted: str) -> None:
    assert read(planted).words + unspoken(planted)


@pytest.mark.parametrize(
    "fine",
    ["<p>{{ _('Hello') }}</p>", '<a class="button Quiet" href="/x">{{ icon("plus") }} · </a>', "<h1>Relance</h1>",
     '{{ button(_("Save"), kind="primary") }}', "{# A remark #}", "{{ ngettext('%(num)s cart', '%(num)s carts', n) }}"],
)  # fmt: skip
def test_what_is_fine_is_let_through(fine: str) -> None:
    assert not read(fine).words + unspoken(fine)


@pytest.mark.parametrize(
    "planted",
    ['<div style="color:red">', "<p onclick=\"go()\">", "<script>go()</script>", "<style>p{}</style>"],
)  # fmt: skip
def test_a_planted_inline_act_is_seen(planted: str) -> None:
    assert read(planted).acts
