"""`make rules`: write the table of rules with their tests, and fail on a rule that no test names."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.rules.book import SETTINGS, TESTS, Chapter, Proof, chapters, proofs

TABLE = TESTS.parent / "docs" / "rules.md"
HEAD = """# The rule book

What five shop systems do for their merchants, and the tests that hold it here. Written by `make rules`; each rule's
test names it, and fails when the rule is broken.
"""


def table(found: dict[str, list[Proof]]) -> str:
    """Return the whole page, in Markdown."""
    return "\n".join([HEAD, *(_chapter(each, found) for each in chapters())])


def _chapter(chapter: Chapter, found: dict[str, list[Proof]]) -> str:
    lines = [f"## {chapter.title}", "", "| ID | rule | held by |", "|---|---|---|"]
    lines += [f"| {rule} | {said} | {_links(found.get(rule, []))} |" for rule, said in chapter.rules.items()]
    return "\n".join([*lines, ""])


def _links(named: list[Proof]) -> str:
    return "<br>".join(f"[{_words(each.test)}](../tests/{each.file})" for each in named) or "**nothing yet**"


def _words(test: str) -> str:
    return test.removeprefix("test_").replace("_", " ")


def missing(found: dict[str, list[Proof]]) -> tuple[list[str], list[str]]:
    """Return the rules that no test names, and the names in tests that no rule bears."""
    known = [rule for chapter in chapters() for rule in chapter.rules]
    return [rule for rule in known if rule not in found], [rule for rule in found if rule not in known]


def _count(found: dict[str, list[Proof]], *, settings: bool) -> str:
    of = [rule for each in chapters() if (each.prefix == SETTINGS) == settings for rule in each.rules]
    return f"{sum(rule in found for rule in of)} of {len(of)}"


def main(page: Path = TABLE) -> int:
    """Write the page, say how many are held, and return 1 when one is not."""
    found = proofs()
    page.write_text(table(found), encoding="utf-8")
    print(table(found))
    print(f"{_count(found, settings=False)} rules, {_count(found, settings=True)} settings")
    unheld, unknown = missing(found)
    for rule in unheld:
        print(f"{rule}: no test names it", file=sys.stderr)
    for rule in unknown:
        print(f"{rule}: named by {found[rule][0].file}, but there is no such rule", file=sys.stderr)
    return 1 if unheld or unknown else 0


if __name__ == "__main__":
    raise SystemExit(main())
