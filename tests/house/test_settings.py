"""The README's table names every setting with its default, and no other."""

from __future__ import annotations

import re

from app.config import Settings
from tests.house import sources

ROW = re.compile(r"^\| `([A-Z_]+)` \| (.*?) \|", re.MULTILINE)


class Listening(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.asked.add(key)
        return super().get(key, default)


def read_by_the_product() -> set[str]:
    environ = Listening()
    Settings.from_environ(environ)
    return {name for name in environ.asked if not name.endswith("_FILE")}


def table(text: str) -> dict[str, str]:
    return dict(ROW.findall(text))


def readme() -> str:
    return (sources.ROOT / "README.md").read_text("utf-8")


def test_the_table_names_every_setting_and_no_other() -> None:
    assert set(table(readme())) == read_by_the_product()


def test_the_table_tells_the_true_defaults() -> None:
    plain = Settings()
    told = {name: default.strip("`/") for name, default in table(readme()).items()}
    true = {name: str(getattr(plain, name.lower())) for name in told if getattr(plain, name.lower(), "")}
    assert {name: told[name] for name in true} == true


def test_a_setting_can_really_be_missed() -> None:
    assert {"PORT", "SMTP_URL", "NO_DEMO", "TRUSTED_PROXIES"} <= read_by_the_product()
    assert table("| `PORT` | `8000` | where |\n| other | x |") == {"PORT": "`8000`"}
