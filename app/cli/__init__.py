"""What an operator types: `flask --app app …`. Each command says what it did, and may be run again.

Knows the commands' names. Must not decide anything: the work is done where it belongs.
"""

from __future__ import annotations

from flask import Flask

from app.cli import claim, copies, demo, examine, upgrade


def init_app(app: Flask) -> None:
    """Put the commands on the application."""
    for command in (
        upgrade.upgrade,
        copies.backup,
        copies.restore,
        copies.move,
        examine.doctor,
        demo.demo,
        claim.claim,
    ):
        app.cli.add_command(command)
