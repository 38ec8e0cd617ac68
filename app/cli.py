"""What an operator types: `flask --app app …`. Each command says what it did, and may be run again.

Knows the commands' words. Must not decide anything: the work is done where it belongs.
"""

from __future__ import annotations

import fcntl
import sqlite3
from pathlib import Path

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from app import restored
from app.extensions import db

HELD = "A backup was put back: its automations are paused, so that nothing is sent twice. Turn them on one by one."


def init_app(app: Flask) -> None:
    """Put the commands on the application."""
    app.cli.add_command(upgrade)
    app.cli.add_command(demo)
    app.cli.add_command(backup)
    app.cli.add_command(restore)


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


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Copy the SQLite database to FILE, while everything runs."""
    if file.exists():
        raise click.ClickException(f"{file} is there already: name a new file.")
    _copy(_database(), file)
    click.echo(f"The database is copied to {file}. Keep DATA_DIR/secret_key with it.")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_appcontext
def restore(file: Path) -> None:
    """Put the SQLite database back from FILE, and hold everything that it would send again."""
    settings = current_app.extensions["settings"]
    with (settings.data_dir / "launcher.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise click.ClickException("Relance is running from this DATA_DIR: stop it first.") from error
        db.engine.dispose()
        _copy(file, _database())
        flask_migrate.upgrade()
        held = restored.hold()
        restored.remember(settings.data_dir)
    click.echo(f"The database is that of {file}. {HELD} ({held})")


def _database() -> Path:
    url = db.engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        raise click.ClickException(
            "the database is PostgreSQL: use pg_dump and pg_restore. At the next start its automations pause."
        )
    return Path(url.database)


def _copy(source: Path, target: Path) -> None:
    try:
        restored.copy(source, target)
    except (sqlite3.Error, OSError) as error:
        raise click.ClickException(f"the database could not be copied: {error}") from error


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
