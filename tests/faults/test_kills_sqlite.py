"""Workers and heartbeats killed over SQLite, at random and at each named point, break no promise."""

from __future__ import annotations

import pytest

from tests.faults.kills import LONGEST, at_each_point, at_random


@pytest.mark.timeout(LONGEST + 300)
def test_random_kills_over_sqlite_break_no_promise(tmp_path, seed):
    at_random("sqlite", tmp_path, seed)


@pytest.mark.timeout(500)
def test_a_kill_at_each_named_point_over_sqlite_breaks_no_promise(tmp_path, seed):
    at_each_point("sqlite", tmp_path, seed)
