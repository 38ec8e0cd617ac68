"""The first command works on whatever Python there is, or says what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.launcher import install


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A directory without an environment, and the commands that would have been run in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text("flask==3.1.3\n")
    done: list[list[str]] = []

    def run(command: list[str]) -> bool:
        done.append(command)
        Path(".venv/bin").mkdir(parents=True, exist_ok=True)
        Path(".venv/bin/python").touch()
        return True

    monkeypatch.setattr(install, "_run", run)
    return done


def test_an_old_python_is_refused_in_a_sentence(
    place: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install.sys, "version_info", (3, 9, 2))
    assert install.main(["requirements.txt"]) == 1
    assert "needs Python 3.11 or newer" in capsys.readouterr().out
    assert not place


def test_a_python_that_makes_no_environments_is_told_what_to_install(
    place: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install.importlib.util, "find_spec", lambda name: None)
    assert install.main(["requirements.txt"]) == 1
    assert "apt install python3-venv" in capsys.readouterr().out


def test_a_second_start_installs_nothing(place: list[list[str]]) -> None:
    assert install.main(["requirements.txt"]) == 0
    first = len(place)
    assert install.main(["requirements.txt"]) == 0
    assert len(place) == first == 2


def test_a_changed_pin_is_installed(place: list[list[str]]) -> None:
    install.main(["requirements.txt"])
    Path("requirements.txt").write_text("flask==3.1.4\n")
    install.main(["requirements.txt"])
    assert [command[-1] for command in place[1:]] == ["requirements.txt", "requirements.txt"]


def test_what_did_not_install_is_tried_again(place: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    install.main(["requirements.txt"])
    Path("requirements.txt").write_text("flask==3.1.4\n")
    monkeypatch.setattr(install, "_run", lambda command: False)
    assert install.main(["requirements.txt"]) == 1
    assert install.main(["requirements.txt"]) == 1
