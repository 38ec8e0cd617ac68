"""A real browser against a real server: the Chromium of this machine, steady and cut off from the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests import chromium
from tests.e2e.instance import instance  # noqa: F401  one product for all the walks of a run

CALM = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--force-color-profile=srgb",
    "--font-render-hinting=none",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this room as one that needs a browser."""
    for item in items:
        if item.path.parent.name == "e2e":
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The browser of this machine, in its quietest manner."""
    return {"executable_path": chromium.path(), "headless": True, "args": list(CALM)}


@pytest.fixture(scope="package")
def browser(launch_browser: Callable[[], Browser]) -> Iterator[Browser]:
    """One browser for all the files of this room; whoever comes after them is not to pay for it."""
    browser = launch_browser()
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """A laptop in English whose owner wants little motion."""
    return {
        "viewport": {"width": 1280, "height": 800}, "locale": "en-GB", "timezone_id": "Europe/Paris",
        "reduced_motion": "reduce", "service_workers": "block",
    }  # fmt: skip
