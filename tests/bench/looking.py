"""A worker's process that looks for work a while and prints the most memory it ever had, in KiB."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from app import create_app
from app.config import Settings
from workers import due
from workers.advance import advance


def main(directory: str, url: str, key: str, version: int) -> None:
    """Look twenty times, advance once."""
    app = create_app(Settings(data_dir=Path(directory), database_url=url, secret_key=key))
    with app.app_context():
        for _look in range(20):
            list(due.work())
        advance(version)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
