"""`backup`, `restore` and `move`: the instance's SQLite database as a file, put back, or carried into PostgreSQL."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import flask_migrate
from flask import current_app
from flask.cli import with_appcontext

from app import moving, restored
from app.cli.upgrade import HELD
from app.extensions import db

POSTGRES = ("postgresql://", "postgresql+psycopg://", "postgres://")


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
    settings, database = current_app.extensions["settings"], _database()
    if not restored.is_ours(file):
        raise click.ClickException(f"{file} is no whole database of Relance. Nothing was changed.")
    with _alone(settings.data_dir):
        db.engine.dispose()
        _copy(file, database)
        flask_migrate.upgrade()
        held = restored.hold()
        restored.remember(settings.data_dir)
    click.echo(f"The database is that of {file}. {HELD} ({held})")


@click.command("move")
@click.argument("url")
@with_appcontext
def move(url: str) -> None:
    """Copy this SQLite instance into the empty PostgreSQL database at URL, all of it or nothing.

    Stop Relance first; afterwards start it with DATABASE_URL set to the same address, and the same SECRET_KEY.
    """
    _database()
    if not url.startswith(POSTGRES):
        raise click.ClickException("name the target as postgresql://user:password@server/name.")
    with _alone(current_app.extensions["settings"].data_dir):
        try:
            counts = moving.move(url)
        except moving.NotMoved as error:
            raise click.ClickException(str(error)) from error
    for table, count in counts.items():
        click.echo(f"{count:>10,}  {table}")
    click.echo(
        "Everything is in PostgreSQL. Start with DATABASE_URL set to it, and SECRET_KEY as it was here."
    )


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Hold the instance's place, so that nobody starts it meanwhile; refuse while it runs."""
    with (data_dir / "launcher.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise click.ClickException("Relance is running from this DATA_DIR: stop it first.") from error
        yield


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
