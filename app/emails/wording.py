"""Wording: a merchant's Liquid, filled in with plain data, within bounds that no template can leave.

Knows which tags exist, how much a template may ask for and what its data may be made of. What a customer
typed is only ever data here: nothing but the merchant's own wording is compiled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from html import escape
from itertools import islice
from typing import Any, ClassVar, TextIO

from flask_babel import gettext as _
from liquid import BoundTemplate, Environment, RenderContext
from liquid.ast import Node
from liquid.builtin import (
    assign_tag,
    case_tag,
    comment_tag,
    for_tag,
    if_tag,
    illegal,
    inline_comment_tag,
    unless_tag,
)
from liquid.builtin.content import Literal
from liquid.builtin.expressions.primitive import IntegerLiteral, RangeLiteral
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import (
    FilterArgumentError,
    FilterError,
    FilterValueError,
    LiquidError,
    UnknownFilterError,
)
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.stringify import to_liquid_string
from liquid.utils import ReadOnlyChainMap

from app.emails import manner
from app.emails.filters import FILTERS, leashed
from app.emails.markup import LONGEST, printable
from app.emails.shelf import Shelf

LONGEST_PAGE = 60_000  # characters of a whole page of HTML
LONGEST_WORDING = {False: LONGEST, True: LONGEST_PAGE}  # characters of a wording, by whether it is HTML
LONGEST_SAID = {False: 2 * LONGEST, True: 2 * LONGEST_PAGE}  # characters that come of it
ROOM = 1_000_000  # characters of all parsed wordings that are kept; each takes up to 130 bytes
LONGEST_VALUE = 2_000  # characters of one value from outside
LONGEST_RANGE = 100
MOST_ITEMS = 200
DEEPEST = 6


class BadWording(ValueError):
    """Wording that cannot be used; its text says why, and `line` where (from 1; 0 when it is not one place)."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


class _Bounded(RenderContext):
    """A context that looks at the clock at each value and at each filter."""

    def get(self, *args: Any, **named: Any) -> object:
        manner.tick()
        return super().get(*args, **named)

    def get_buffer(self, buf: TextIO | None = None) -> LimitedStringIO:
        return LimitedStringIO(limit=self.env.output_stream_limit)


class _Template(BoundTemplate):
    context_class = _Bounded


class _EscapedNode(OutputNode):
    """`{{ … }}` in HTML: whatever the value, what is written is text."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(escape(to_liquid_string(self.expression.evaluate(context), False)))


class _Escaped(Output):
    node_class = _EscapedNode


class _Liquid(Environment):
    """Liquid with the tags and filters that a mail needs, and no others."""

    block_nesting_limit: ClassVar[int] = 8
    context_depth_limit: ClassVar[int] = 12
    loop_iteration_limit: ClassVar[int] = 500
    local_namespace_limit: ClassVar[int] = 50_000
    template_class = _Template

    def __init__(self, output: type[Output], most: int) -> None:
        self.output, self.output_stream_limit = output, most
        super().__init__()

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        for tag in (
            Literal, self.output, illegal.Illegal, if_tag.IfTag, unless_tag.UnlessTag, case_tag.CaseTag,
            for_tag.ForTag, for_tag.BreakTag, for_tag.ContinueTag, assign_tag.AssignTag,
            comment_tag.CommentTag, inline_comment_tag.InlineCommentTag,
        ):  # fmt: skip
            self.add_tag(tag)
        for name, work in FILTERS.items():
            self.add_filter(name, leashed(name, work))


_QUOTED = re.compile(r"'([^']{1,40})'")
_UNSEEN = {"now": None, "today": None}  # Liquid's own clock; the house has one
_TEXT, _HTML = _Liquid(Output, LONGEST_SAID[False]), _Liquid(_Escaped, LONGEST_SAID[True])


def fill(wording: str, data: Mapping[str, Any], html: bool = False) -> str:
    """Return the wording with its fields filled in: plain text, or HTML in which every value is escaped.

    Must be called while `manner.speaking`. `data` is `Nouns` or comes from `plain`. Raises BadWording.
    """
    if "{" not in wording and len(wording) <= LONGEST_WORDING[html]:
        return wording
    template = parse(wording, html)
    try:
        manner.tick()
        return _filled(template, data)
    except manner.TooMuch as error:
        raise BadWording(_("it asks for more work than any e-mail needs")) from error
    except Exception as error:  # a filter may fail in any way; the merchant gets a sentence all the same
        raise _bad(error) from error


def _filled(template: BoundTemplate, data: Mapping[str, Any]) -> str:
    # As `template.render` does, which would copy all nouns for the few that the wording asks for.
    context = _Bounded(template, globals=ReadOnlyChainMap(data, _UNSEEN))
    said = context.get_buffer()
    template.render_with_context(context, said)
    return said.getvalue()


def parse(wording: str, html: bool = False) -> BoundTemplate:
    """Return the parsed wording, from a shelf by content. Raises BadWording with the line."""
    return _parsed(wording, html)


def _parse(wording: str, html: bool) -> BoundTemplate:
    if len(wording) > LONGEST_WORDING[html]:
        raise BadWording(_("it is longer than %(most)s characters", most=LONGEST_WORDING[html]))
    try:
        template = (_HTML if html else _TEXT).from_string(wording)
        _refuse_long_ranges(template)
    except BadWording:
        raise
    except Exception as error:  # the parser recurses, too: depth is a sentence like the rest
        raise _bad(error) from error
    return template


_parsed = Shelf(_parse, ROOM)


class Nouns(Mapping[str, Any]):
    """What is told of a customer, a cart, the shop's goods, …: each made plain when it is first asked for.

    A mail is told much more than it says: most of it need never be copied.
    """

    def __init__(self, told: Mapping[Any, Any]) -> None:
        self._told = {str(noun): said for noun, said in islice(told.items(), MOST_ITEMS)}
        self._plain: dict[str, Any] = {}

    def __getitem__(self, noun: str) -> Any:
        if noun not in self._plain:
            self._plain[noun] = plain(self._told[noun], DEEPEST - 1)
        return self._plain[noun]

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)


def plain(value: Any, depth: int = DEEPEST) -> Any:
    """Return a copy made of dicts, lists, short strings, numbers and dates only: nothing with behaviour.

    An empty text is None: in Liquid "" is true, and `{% if customer.first_name %}` must be false without a name.
    """
    if isinstance(value, str):
        return _short(value)
    if value is None or isinstance(value, (int, float, date)):
        return value
    if depth and isinstance(value, (dict, Mapping)):
        return {str(key): plain(inner, depth - 1) for key, inner in islice(value.items(), MOST_ITEMS)}
    if depth and isinstance(value, (list, Sequence)):
        return [plain(inner, depth - 1) for inner in value[:MOST_ITEMS]]
    return ""


def _short(text: str) -> str | None:
    text = printable(text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE])
    return text if text and not text.isspace() else None


def _bad(error: Exception) -> BadWording:
    if not isinstance(error, LiquidError):
        return BadWording(_("it cannot be read"))
    try:
        place = error.context()
    except ValueError:  # an error at the very end has no line of its own
        place = None
    return BadWording(_said(error), place[0] if place else 0)


def _said(error: LiquidError) -> str:
    named = _QUOTED.search(str(error.message))
    if isinstance(error, UnknownFilterError) and named:
        return no_filter(named[1])
    if isinstance(error, (FilterError, FilterArgumentError, FilterValueError)):
        return _("a filter cannot work with this value")
    if named and "tag" in str(error.message):
        return _("“%(name)s” is not something that an e-mail understands", name=named[1])
    return _("what stands between the braces is not complete")


def no_filter(name: str) -> str:
    """Say that there is no such filter, and which one was probably meant."""
    if near := get_close_matches(name, FILTERS, 1):
        return _("there is no filter “%(name)s”, did you mean “%(near)s”?", name=name, near=near[0])
    return _("there is no filter “%(name)s”", name=name)


def _refuse_long_ranges(template: BoundTemplate) -> None:
    # Liquid counts neither what a filter nor what `contains` walks: a range is bounded before it exists.
    for expression in _expressions(template.nodes, _Bounded(template)):
        if isinstance(expression, RangeLiteral) and not _is_short(expression):
            raise BadWording(
                _("a range (a..b) must be between two numbers at most %(most)s apart", most=LONGEST_RANGE)
            )


def _is_short(range_: RangeLiteral) -> bool:
    start, stop = range_.start, range_.stop
    if not (isinstance(start, IntegerLiteral) and isinstance(stop, IntegerLiteral)):
        return False
    return abs(start.value) < 10**6 and stop.value - start.value <= LONGEST_RANGE


def _expressions(nodes: Iterable[Node], context: RenderContext) -> Iterable[Expression]:
    waiting: list[Node | Expression] = list(nodes)
    while waiting:
        found = waiting.pop()
        if isinstance(found, Node):
            waiting += [*found.children(context), *found.expressions()]
        else:
            yield found
            waiting += found.children()
