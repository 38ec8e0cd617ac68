"""Peers out of npm's registry, each in a directory of its own that is filled once. That takes minutes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
HOME = ROOT / "out" / "peers"
NODE_RED, N8N = "node-red@4.1.15", "n8n@1.123.81"
# One of n8n's packages is fetched from its maker's own server; npm has an older edition of it, for a kind of file that
# no flow of ours reads. Of all that would be compiled, n8n needs its database's driver.
INSTEAD = {N8N: {"xlsx": "npm:xlsx@0.18.5"}}
COMPILED = {N8N: ("sqlite3",)}


def installed(package: str) -> Path:
    """Return the directory whose node_modules has this package."""
    name, _, version = package.partition("@")
    home = HOME / name
    if not (home / "installed").exists():
        home.mkdir(parents=True, exist_ok=True)
        wanted: dict[str, Any] = {"private": True, "dependencies": {name: version}}
        (home / "package.json").write_text(
            json.dumps(wanted | {"overrides": INSTEAD.get(package, {})}), "utf-8"
        )
        _npm(home, "install", "--ignore-scripts", "--no-audit", "--no-fund")
        for each in COMPILED.get(package, ()):
            _npm(home, "rebuild", each)
        (home / "installed").touch()
    return home


def _npm(home: Path, *words: str) -> None:
    subprocess.run(["npm", *words, "--silent"], cwd=home, check=True, stdout=subprocess.DEVNULL)
