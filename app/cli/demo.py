"""`flask --app app demo …`: the demo shop."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext


@click.group("demo")
def demo() -> None:
    """The demo shop."""


@demo.command("seed")
@with_appcontext
def seed() -> None:
    """Make the demo shop and its ninety days of past, unless it is there."""
    from app.demo.seed import seed as make

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    make(app, click.echo)
    click.echo("The demo shop is ready.")
