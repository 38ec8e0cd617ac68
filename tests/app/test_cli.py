"""The operator's commands: what they say they did is so, and doing it again changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect

from app import create_app
from app.config import Settings
from app.extensions import db
from tests.conftest import SECRET


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application over a database without a single table."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    app = create_app(Settings(data_dir=tmp_path, database_url=url, secret_key=SECRET))
    with app.app_context():
        db.drop_all()
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
        yield app
        db.drop_all()
        db.engine.dispose()


def test_upgrade_makes_the_tables_that_the_models_describe(empty: Flask) -> None:
    done = empty.test_cli_runner().invoke(args=["upgrade"])
    assert done.exit_code == 0, done.output
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_upgrading_again_changes_nothing(empty: Flask) -> None:
    empty.test_cli_runner().invoke(args=["upgrade"])
    before = set(inspect(db.engine).get_table_names())
    done = empty.test_cli_runner().invoke(args=["upgrade"])
    assert done.output.endswith("The database is up to date.\n")
    assert set(inspect(db.engine).get_table_names()) == before


def test_a_database_that_is_away_gets_a_sentence_without_its_password(tmp_path: Path) -> None:
    url = "postgresql://relance:hidden-word@127.0.0.1:9/relance"
    app = create_app(Settings(data_dir=tmp_path, database_url=url, secret_key=SECRET))
    done = app.test_cli_runner().invoke(args=["upgrade"])
    assert done.exit_code == 1
    assert "127.0.0.1:9/relance does not answer: check DATABASE_URL" in done.output
    assert "hidden-word" not in done.output
