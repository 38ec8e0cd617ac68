"""No visible word is written into Python or JavaScript either: labels, notices and refusals are marked."""

from __future__ import annotations

import ast
import re

from tests.house import sources

SPOKEN_ARGUMENTS = {"label", "description", "message", "placeholder"}
SPEAKERS = re.compile(r"(Field|^flash|^ValidationError|^Refused|^Words|^Problem|^problem)$")
LETTERS = re.compile(r"[A-ZÀ-Ý][a-zà-ÿ]+ ?")
IN_JS = re.compile(r"""(["'`])([A-ZÀ-Ý][a-zà-ÿ]+ [a-zà-ÿ]+[^"'`\n]*)\1""")
SHOWING = [*sources.python("graph"), *sources.files("*.py", under=("app/forms", "app/views"))]
SCRIPTS = sources.files("*.js", under=("static",))


def loose(source: ast.Module) -> list[str]:
    """Sentences given plainly where a reader will see them."""
    found = []
    for call in (node for node in ast.walk(source) if isinstance(node, ast.Call)):
        named = [word.value for word in call.keywords if word.arg in SPOKEN_ARGUMENTS]
        first = call.args[:1] if SPEAKERS.search(_name(call)) else []
        found += [
            arg.value for arg in (*first, *named) if isinstance(arg, ast.Constant) and _spoken(arg.value)
        ]
    return found


def _spoken(value: object) -> bool:
    return isinstance(value, str) and bool(LETTERS.match(value))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def loose_in_script(text: str) -> list[str]:
    code = re.sub(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", "", text, flags=re.DOTALL)
    code = re.sub(r"throw new \w+\([^)]*\)|console\.\w+\([^)]*\)", "", code)
    return [match[2] for match in IN_JS.finditer(code)]


def test_labels_and_notices_can_be_translated() -> None:
    assert not sources.found(SHOWING, lambda path: loose(sources.tree(path)))


def test_scripts_read_their_words_from_the_page() -> None:
    assert not sources.found(SCRIPTS, lambda path: loose_in_script(sources.text(path)))


def test_planted_words_are_seen() -> None:
    assert loose(ast.parse('StringField("Your name")')) == ["Your name"]
    assert loose(ast.parse('flash("Saved.")')) == ["Saved."]
    assert loose(ast.parse('Length(max=5, message="Too long")')) == ["Too long"]
    assert not loose(ast.parse('StringField(_l("Your name"), description=_l("As on a letter"))'))
    assert loose_in_script('show("Saved just now")') == ["Saved just now"]
    assert not loose_in_script('// Say "Saved just now"\nthrow new Error("No such box here")')
