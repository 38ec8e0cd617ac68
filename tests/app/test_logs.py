"""The log tells what happened, and never to whom."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app import logs


@pytest.fixture(params=["json", "console"])
def log_format(request: pytest.FixtureRequest) -> Iterator[str]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.configure(request.param)
    yield request.param
    root.handlers, root.level = before, level


def test_an_address_is_cut_out_wherever_it_stands(
    log_format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("workers.deliver").warning("refused <ada.l+x@example.org>, and %s", "bob@example.com")
    structlog.get_logger("x").info("note", said="mail to zoë@exämple.fr bounced", email="eve@example.org")
    written = capsys.readouterr().err
    assert "@" not in written
    assert "refused" in written
    assert "bounced" in written


def test_a_trace_is_kept_without_its_addresses(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("no such customer: ada@example.org")
    except ValueError:
        logging.getLogger("x").exception("failed")
    written = capsys.readouterr().err
    assert "ValueError" in written
    assert "ada@" not in written


def test_a_word_with_line_breaks_stays_one_line(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("x").warning("flow named %s", "a\n2026-01-01 [error] forged")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_json_lines_carry_what_was_bound(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    with structlog.contextvars.bound_contextvars(run=7):
        logging.getLogger("workers.advance").info("advanced")
    entry = json.loads(capsys.readouterr().err)
    assert entry["run"] == 7
    assert entry["event"] == "advanced"
    assert entry["level"] == "info"
    assert entry["timestamp"].endswith("Z")


def test_what_a_line_is_about_stands_in_fields_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    logging.getLogger("workers.gate").info("the gate refuses a message", extra={"message_id": 7, "run_id": 5})
    entry = json.loads(capsys.readouterr().err)
    assert (entry["event"], entry["message_id"], entry["run_id"]) == ("the gate refuses a message", 7, 5)


def test_configuring_twice_writes_each_line_once(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(log_format)
    logging.getLogger("x").info("once")
    assert len(capsys.readouterr().err.splitlines()) == 1
