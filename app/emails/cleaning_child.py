"""The process that reads a merchant's HTML: it has little memory, little time, no files, and nothing to steal.

Reads one JSON object ({job, html}) from its input and writes one ({html, rules}). Runs by its path with `-I`, so that
it loads the sanitiser and nothing else of the product.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

MEMORY = 512 * 1024 * 1024  # bytes
SECONDS = 3  # of processor time


def confine() -> None:
    """Take from this process what it does not need, before it reads a byte that a stranger chose."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        resource.setrlimit(limit, (value, value))


def answer(job: str, html: str) -> dict[str, str]:
    """Return what became of some HTML: `kept` inlines its styles and keeps its Liquid, `harmless` does neither."""
    import sanitising

    if job == "harmless":
        return {"html": sanitising.harmless(html), "rules": ""}
    whole, rules = sanitising.inlined(html)
    return {"html": sanitising.saved(whole), "rules": rules}


def main() -> None:
    """Answer one request."""
    sys.path.append(str(Path(__file__).parent))
    confine()
    json.dump(answer(**json.loads(sys.stdin.buffer.read())), sys.stdout)


if __name__ == "__main__":
    main()
