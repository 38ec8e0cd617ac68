"""An instance moves from its file into PostgreSQL whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, null, select, text

from app import create_app, moving
from app.config import Settings
from app.extensions import db
from app.launcher import prepare
from app.models import Customer, Email, Shop
from tests.app.rows import NOON, a_customer, a_flow, a_message, a_run, a_shop, kept
from tests.conftest import SECRET


@pytest.fixture
def target(postgresql_url: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    server = create_engine(
        postgresql_url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS moved"))
        connection.execute(text("CREATE DATABASE moved"))
    yield postgresql_url.replace("/postgres?", "/moved?")
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE moved"))
    server.dispose()


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Flask]:
    """An instance in its file, with a shop in which something has happened."""
    app = create_app(Settings(data_dir=tmp_path, secret_key=SECRET))
    with app.app_context():
        assert app.test_cli_runner().invoke(args=["upgrade"]).exit_code == 0
        shop = a_shop(name="Élan & fils\t“50 %”")
        a_message(a_run(a_flow(shop), a_customer(shop)))
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


def contents(app: Flask) -> dict[str, list[tuple[object, ...]]]:
    with app.app_context():
        tables = db.metadata.sorted_tables
        return {
            table.name: [
                tuple(row) for row in db.session.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in tables
        }


def moved(app: Flask, url: str) -> Flask:
    settings = app.extensions["settings"]
    return create_app(Settings(data_dir=settings.data_dir, database_url=url, secret_key=SECRET))


def test_every_row_arrives_as_it_was(instance: Flask, target: str) -> None:
    done = instance.test_cli_runner().invoke(args=["move", target])
    assert done.exit_code == 0, done.output
    there = moved(instance, target)
    assert contents(there) == contents(instance)
    assert any(contents(there).values())
    with there.app_context():
        db.engine.dispose()


def test_what_a_row_leaves_out_stays_nothing(instance: Flask, target: str) -> None:
    kept(Email(shop_id=db.session.scalars(select(Shop.id)).one(), name="Still", content={}, updated_at=NOON))
    db.session.commit()
    moving.move(target)
    there = moved(instance, target)
    with there.app_context():
        assert db.session.scalar(select(Email.draft.is_(null()))) is True
        db.session.rollback()
        db.engine.dispose()


def test_the_next_row_gets_the_next_number(instance: Flask, target: str) -> None:
    moving.move(target)
    there = moved(instance, target)
    with there.app_context():
        last = db.session.scalar(select(func.max(Customer.id)))
        shop = db.session.scalars(select(Shop)).one()
        assert a_customer(shop, email="next@example.com").id == last + 1
        db.session.rollback()
        db.engine.dispose()


def test_a_database_that_is_in_use_is_left_alone(instance: Flask, target: str) -> None:
    moving.move(target)
    with pytest.raises(moving.NotMoved, match="name an empty database"):
        moving.move(target)


def test_nothing_is_moved_from_under_a_running_instance(instance: Flask, target: str) -> None:
    with prepare.take_place(instance.extensions["settings"]):
        done = instance.test_cli_runner().invoke(args=["move", target])
    assert done.exit_code == 1 and "stop it first" in done.output


def test_a_target_of_another_kind_gets_a_sentence(instance: Flask) -> None:
    done = instance.test_cli_runner().invoke(args=["move", "mysql://there"])
    assert "name the target as postgresql://" in done.output
    done = instance.test_cli_runner().invoke(args=["move", "postgresql://me:hidden-word@127.0.0.1:9/none"])
    assert "Nothing was copied" in done.output
    assert "hidden-word" not in done.output
