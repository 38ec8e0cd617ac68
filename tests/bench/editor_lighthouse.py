"""What Lighthouse says of the editor, on the desk; only where Node is present, for it is a tool of Node's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

from playwright.sync_api import Browser

from tests import chromium
from tests.bench.editor_site import a_graph, draw
from tests.bench.figure import Figure
from tests.e2e.conftest import CALM
from tests.e2e.editing import Site

LIGHTHOUSE = "lighthouse@13.5.0"
TARGETS = {"performance": 98, "accessibility": 100, "best-practices": 100}


def lighthouse(_browser: Browser, site: Site) -> list[Figure]:
    """Return Lighthouse's scores from 0 to 100; nothing where there is no Node."""
    if shutil.which("npx") is None:
        print("Lighthouse was not run: there is no Node here.", file=sys.stderr)
        return []
    draw(site, a_graph(20))
    scores = _scores(site)
    return [
        Figure(f"Lighthouse desktop, {name}", scores[name], "", target, "more")
        for name, target in TARGETS.items()
    ]


def _scores(site: Site) -> dict[str, float]:
    cookie = site.cookie()
    headers = json.dumps({"Cookie": f"{cookie['name']}={cookie['value']}"})
    done = subprocess.run(
        [os.environ.get("LIGHTHOUSE", "npx"), *([] if "LIGHTHOUSE" in os.environ else ["--yes", LIGHTHOUSE]),
         f"{site.url}/automations/{site.flow_id}/edit", "--preset=desktop", "--output=json", "--quiet",
         f"--only-categories={','.join(TARGETS)}", f"--extra-headers={headers}",
         f"--chrome-flags=--headless=new {' '.join(CALM)}"],
        env={**os.environ, "CHROME_PATH": str(chromium.path())}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return dict.fromkeys(TARGETS, 0)
    categories = json.loads(done.stdout)["categories"]
    return {name: round(100 * (categories[name]["score"] or 0)) for name in TARGETS}
