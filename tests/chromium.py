"""`python -m tests.chromium`: makes sure that the browser tests have a browser.

Knows where a Chromium may be found and how Debian installs one. Must not know any test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = (
    "The browser tests need Chromium, which this machine lacks: install it (Debian: sudo apt-get install "
    "chromium) and run make test again, or run make quick for everything that needs no browser."
)


def path() -> str | None:
    """Where the Chromium of this machine is, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def install() -> bool:
    """Install Debian's Chromium; False where that cannot be done."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print("  chromium    installing Debian's (this once)", flush=True)
    return _apt("update") and _apt("install", "-y", "--no-install-recommends", "chromium", "fonts-liberation")


def _apt(*words: str) -> bool:
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(["apt-get", "-qq", *words], env=environ, stdout=subprocess.DEVNULL).returncode == 0


def main() -> int:
    """Return 0 when there is a browser, 1 after the sentence that says how to get one."""
    if path() or (install() and path()):
        return 0
    print(HOW)
    return 1


if __name__ == "__main__":
    sys.exit(main())
