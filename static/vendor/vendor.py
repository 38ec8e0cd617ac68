"""Fetches what the browser needs from npm: htmx, the Inter font, the Lucide icons. `make vendor` runs it.

Everything fetched is pinned by version and by SHA-384, and committed: nobody needs npm to run the product.
It knows files and hashes; it must not know what the pages do with them.
"""
from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent
ICONS = STATIC / "vendor" / "icons.txt"

PINS = {
    "htmx.org@4.0.1": {
        "dist/htmx.min.js": "vendor/htmx.min.js",
        "LICENSE": "vendor/htmx.LICENSE",
    },
    "@fontsource-variable/inter@5.3.0": {
        "files/inter-latin-wght-normal.woff2": "fonts/inter-latin.woff2",
        "files/inter-latin-ext-wght-normal.woff2": "fonts/inter-latin-ext.woff2",
        "LICENSE": "fonts/LICENSE",
    },
    "@fontsource/instrument-serif@5.3.0": {
        "files/instrument-serif-latin-400-normal.woff2": "fonts/instrument-serif.woff2",
        "files/instrument-serif-latin-400-italic.woff2": "fonts/instrument-serif-italic.woff2",
        "LICENSE": "fonts/instrument-serif.LICENSE",
    },
    "lucide-static@1.62.0": {"LICENSE": "vendor/lucide.LICENSE"},
}
HASHES = {
    "vendor/htmx.min.js": "Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn",
    "fonts/inter-latin.woff2": "l0ql7Q1zqvX5klAVRwYjcMVCkCxg5dMTdghsIlC3pYkX6wwEHerh2bP/4yAao3Im",
    "fonts/inter-latin-ext.woff2": "r0EoKgCx3XyQjhJdTJ6FDE+8mEZrV95dM7cWvqLDUVdqzM44cq76qdOaYiA3sebS",
    "fonts/instrument-serif.woff2": "295HJHjoAtykbZgL/wmPVNRBmUhGV8Ana+cyB4rQA00ocjYGBWgUdMvy85R80Br9",
    "fonts/instrument-serif-italic.woff2": "2yrqGVdpxnE1tWpuizmJ6jFUMhgoQqIwBDODTHH184bosRfMdi2ceCifKlS1/YJT",
}


class Tampered(Exception):
    """A fetched file is not, byte for byte, the one that was reviewed."""


def fetch(package: str, into: Path) -> Path:
    """Unpack one npm package, exactly as published, and return its folder."""
    done = subprocess.run(
        ["npm", "pack", "--silent", package], cwd=into, check=True, capture_output=True, text=True
    )
    folder = into / re.sub(r"\W+", "-", package)
    with tarfile.open(into / done.stdout.strip()) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def keep(content: bytes, target: str) -> None:
    """Write `content` to `target` under static/; raises Tampered when a pinned hash differs."""
    found = base64.b64encode(hashlib.sha384(content).digest()).decode()
    if HASHES.get(target, found) != found:
        raise Tampered(f"{target}: expected sha384-{HASHES[target]}, got {found}. Nothing was written.")
    (STATIC / target).write_bytes(content)


def symbol(name: str, svg: str) -> str:
    """One Lucide drawing as a sprite symbol. Stroke and fill come from the page's own CSS."""
    inside = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
    if inside is None:
        raise Tampered(f"{name}.svg holds no drawing")
    shapes = re.sub(r">\s+<", "><", re.sub(r"\s+", " ", inside[1])).strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes.replace(" />", "/>")}</symbol>'


def sprite(icons: Path, names: list[str]) -> str:
    """All named icons in one SVG document, in alphabetical order."""
    symbols = [symbol(name, (icons / f"{name}.svg").read_text()) for name in sorted(set(names))]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""])


def main() -> None:
    """Fetch, check and keep every pinned file, then draw the sprite."""
    with tempfile.TemporaryDirectory() as scratch:
        for package, files in PINS.items():
            folder = fetch(package, Path(scratch))
            for source, target in files.items():
                keep((folder / source).read_bytes(), target)
            if package.startswith("lucide"):
                drawn = sprite(folder / "icons", ICONS.read_text().split())
                (STATIC / "icons.svg").write_text(drawn)


if __name__ == "__main__":
    main()
