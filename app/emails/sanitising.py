"""Sanitising: a merchant's own HTML without anything that acts, reaches elsewhere or hides.

An allow-list (nh3), kept twice: when the design is saved, with its Liquid untouched, and again once it is filled in.
"""

from __future__ import annotations

import re
from html import unescape

import css_inline
import nh3

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "center", "code", "col", "colgroup", "div", "em", "figcaption",
    "figure",
    "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p", "pre", "s", "small", "span",
    "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_PLACED = {"align", "valign", "bgcolor", "width", "height"}
ATTRIBUTES = {
    "*": {"style", "class", "title", "lang", "dir", "role", "align"},
    "a": {"href", "name"},
    "img": {"src", "alt", "border", *_PLACED},
    "table": {"border", "cellpadding", "cellspacing", *_PLACED},
    "td": {"colspan", "rowspan", *_PLACED},
    "th": {"colspan", "rowspan", *_PLACED},
    "tr": _PLACED, "col": {"span", "width"}, "font": {"color", "face", "size"}, "ol": {"start", "type"},
}  # fmt: skip
SCHEMES = {"http", "https", "mailto", "tel"}
STYLES = {
    "background", "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left",
    "border-radius", "border-right", "border-spacing", "border-style", "border-top", "border-width", "box-sizing",
    "color", "direction", "display", "font", "font-family", "font-size", "font-style", "font-weight", "height",
    "letter-spacing", "line-height", "list-style", "list-style-type", "margin", "margin-bottom", "margin-left",
    "margin-right", "margin-top", "max-height", "max-width", "min-width", "object-fit", "overflow", "padding",
    "padding-bottom", "padding-left", "padding-right", "padding-top", "table-layout", "text-align",
    "text-decoration", "text-transform", "vertical-align", "white-space", "width", "word-break", "word-spacing",
}  # fmt: skip
# What is never closed is taken to its end at once: looked for again from each opening, it would take hours.
_LIQUID = re.compile(r"\{\{.*?(?:\}\}|\Z)|\{%.*?(?:%\}|\Z)", re.DOTALL)
_KEPT = re.compile("liquid([0-9]+)diuqil")
# A tag as this house's own HTML has it: lower case, few attributes, each in double quotes.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)(?:\s+[a-z][a-z0-9:-]*="[^"<]*"){0,24}\s*/?>')
_EMPTY = {"br", "col", "hr", "img"}
_END_P = {
    "blockquote", "center", "div", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
    "pre", "table", "ul",
}  # fmt: skip
DEEPEST = 60  # elements within each other; a mail of tables in tables has about twenty
_COMMENT = re.compile(r"<!--(.*?)(?:-->|$)", re.DOTALL)
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
_REACHING = re.compile(r"url\s*\(|@import|@font-face|expression|javascript:|[<\\]", re.IGNORECASE)
# A tag of Liquid between the rows of a table: an HTML parser would carry bare words out of it.
_BETWEEN_ROWS = re.compile(
    r"(?<=>)(\s*)(\{%(?:(?!%\}).)*%\})(?=\s*</?t(?:r|body|able|head|d)\b)", re.DOTALL | re.IGNORECASE
)


def saved(html: str) -> str:
    """Return the HTML as it may be kept: on the allow-list, its Liquid where it was."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(unescape(found[0]))
        return f"liquid{len(kept) - 1}diuqil"

    between = _BETWEEN_ROWS.sub(r"\1<!--\2-->", _KEPT.sub("", html.replace("\r\n", "\n")))
    cleaned = _clean(_LIQUID.sub(keep, between), comments=True)
    only_liquid = _COMMENT.sub(lambda found: found[0] if _KEPT.fullmatch(found[1].strip()) else "", cleaned)
    return _KEPT.sub(lambda token: kept[int(token[1])], only_liquid)


def harmless(html: str) -> str:
    """Return filled-in HTML as it may leave: on the allow-list, without a comment."""
    return _clean(html, comments=False)


def inlined(html: str) -> tuple[str, str]:
    """Return a document with its style sheet written into its elements, and the rules for widths that cannot be."""
    inliner = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
    try:
        whole = inliner.inline(html)
    except css_inline.InlineError:
        whole = html
    rules = "\n".join(sheet.strip() for sheet in _STYLE.findall(whole))
    return whole, "" if reaches(rules) else rules


def is_plain(html: str) -> bool:
    """Whether its elements are closed in order and not deep: then reading it is quick, and makes it no larger."""
    said = html.replace("<!---->", "")  # what a tag of Liquid between two rows leaves behind
    open_: list[str] = []
    for closing, tag in _TAG.findall(said):
        if closing:
            if not open_ or open_.pop() != tag:
                return False
        elif (
            tag in _END_P and "p" in open_
        ):  # a parser would end the paragraph, and open again what was in it
            return False
        elif tag not in _EMPTY:
            open_.append(tag)
        if len(open_) > DEEPEST:
            return False
    return not open_ and "<" not in _TAG.sub("", said)


def reaches(style: str) -> bool:
    """Whether some CSS fetches something, or leaves the element that it stands in."""
    return _REACHING.search(style) is not None


def _clean(html: str, comments: bool) -> str:
    return nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, filter_style_properties=STYLES,
        strip_comments=not comments, link_rel=None, clean_content_tags={"script", "style", "title", "noscript"},
        attribute_filter=_attribute,
    )  # fmt: skip


def _attribute(_tag: str, name: str, value: str) -> str | None:
    return None if name == "style" and reaches(value) else value
