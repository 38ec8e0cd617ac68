"""`flask --app app upgrade`: the database in today's shape."""

from __future__ import annotations

import click
import flask_migrate
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from app import restored

HELD = "A backup was put back: its automations are paused, so that nothing is sent twice. Turn them on one by one."


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
    if held := restored.hold_if_older(current_app.extensions["settings"].data_dir):
        click.echo(f"{HELD} ({held})")
    click.echo("The database is up to date.")
