"""The list of mutants fits the code that it changes: a list that rots shows nothing. Nothing is run here."""

from __future__ import annotations

from pathlib import Path

from tests.mutants.book import Mutant, mutants, stale

HERE = "tests/house/test_mutants.py::test_a_planted_misfit_is_seen"
PLANTED = Mutant("planted", "A guard.", "kept.py", "if no:", "if True:", (HERE,))


def test_there_are_at_least_forty_and_each_has_a_name_of_its_own() -> None:
    names = [each.name for each in mutants()]
    assert len(names) >= 40 and len(set(names)) == len(names)


def test_each_fits_the_code_and_its_tests_exist() -> None:
    assert not {each.name: said for each in mutants() if (said := stale(each))}


def test_each_says_what_its_guard_keeps() -> None:
    assert not [each.name for each in mutants() if not each.guards.endswith(".") or each.text == each.becomes]


def test_a_planted_misfit_is_seen(tmp_path: Path) -> None:
    kept = tmp_path / "kept.py"
    assert "0 times" in _said(kept, "if yes:\n    pass\n")
    assert "2 times" in _said(kept, "if no:\n    pass\nif no:\n    pass\n")
    assert "no such test" in _said(kept, "if no:\n    pass\n")
    assert "no Python" in stale(Mutant("p", "G.", "kept.py", "pass", "(", ()), tmp_path)


def _said(kept: Path, source: str) -> str:
    kept.write_text(source)
    return stale(PLANTED, kept.parent)
