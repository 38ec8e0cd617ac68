"""What an operator types: `flask --app app …`. Each command says what it did, and may be run again.

Knows the commands' words. Must not decide anything: the work is done where it belongs.
"""

from __future__ import annotations

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError


def init_app(app: Flask) -> None:
    """Put the commands on the application."""
    app.cli.add_command(upgrade)
    app.cli.add_command(demo)


@click.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Bring the database to today's shape. Running it again changes nothing."""
    try:
        flask_migrate.upgrade()
    except OperationalError as error:
        where = current_app.extensions["settings"].database_url.rpartition("@")[2]
        raise click.ClickException(
            f"the database {where or 'in DATA_DIR'} does not answer: check DATABASE_URL. "
            f"It said: {str(error.orig).splitlines()[0]}"
        ) from error
    click.echo("The database is up to date.")


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
