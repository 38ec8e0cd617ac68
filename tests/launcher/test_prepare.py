"""Each thing that cannot be had is refused in one sentence that names the setting to change."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import pytest

from app.config import Settings
from app.launcher import prepare


def test_a_busy_port_names_the_setting_and_a_free_number() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(prepare.Refused, match=f"Port {port} is taken.*PORT={port + 1} make run"):
            prepare.check_port("127.0.0.1", port)


def test_a_free_port_is_accepted_and_left_free() -> None:
    port = prepare.free_port()
    prepare.check_port("127.0.0.1", port)
    assert not prepare.listens(port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(prepare.Refused, match="HOST 203.0.113.9 is not an address of this machine"):
        prepare.check_port("203.0.113.9", prepare.free_port())


def test_two_launchers_never_share_a_data_directory(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var", base_url="http://127.0.0.1:8203")
    with (
        prepare.take_place(settings),
        pytest.raises(prepare.Refused, match="/var at http://127.0.0.1:8203: stop it.*DATA_DIR"),
    ):
        prepare.take_place(settings)
    prepare.take_place(settings).close()


def test_what_an_earlier_release_left_open_is_closed(tmp_path: Path) -> None:
    kept = tmp_path / "relance.sqlite3-wal"
    kept.touch(0o644)
    prepare.take_place(Settings(data_dir=tmp_path)).close()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_data_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(prepare.Refused, match="DATA_DIR .* cannot be written"):
        prepare.take_place(Settings(data_dir=tmp_path / "file" / "var"))


def test_the_secret_key_is_made_once_and_for_our_eyes_only(tmp_path: Path) -> None:
    path = prepare.secret_key_file(tmp_path)
    key = path.read_text()
    assert len(key) > 48
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert prepare.secret_key_file(tmp_path).read_text() == key
