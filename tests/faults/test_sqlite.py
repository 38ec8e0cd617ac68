"""SQLite: its write lock held by another for longer than anybody waits, and its disk full."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess

import pytest

from tests.faults.scene import scene
from tests.patience import until

STAGE = {"workers": 2}
HELD = 15.0  # seconds


def test_the_write_lock_held_by_another_for_fifteen_seconds(kept):
    path = kept.stage.directory / "relance.sqlite3"
    with kept.load() as load:
        until(lambda: load.told > 10)
        with sqlite3.connect(path, isolation_level=None, timeout=30) as other:
            other.execute("BEGIN IMMEDIATE")
            kept.wait(HELD)
            other.execute("ROLLBACK")
        other.close()
        told = load.told
        until(lambda: load.told > told + 10)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 32 MB, where root may make one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(place))
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("only root can make a small disk to fill, and not in every container")
    yield place
    subprocess.run(("umount", "-l", str(place)), check=True)


def test_a_full_disk_refuses_and_goes_on_once_there_is_room(small_disk, seed):
    with scene(small_disk, seed=seed, workers=2) as played:
        filler = small_disk / "filler"
        with played.load() as load:
            until(lambda: load.told > 15)
            with played.pausing(load):
                fill(filler)
                played.wait(3)  # meanwhile every process meets the end of the disk
                filler.unlink()
            told = load.told
            until(lambda: load.told > told + 10)
        played.hold()


def fill(path):
    """Take all the room that there is left."""
    room = shutil.disk_usage(path.parent).free
    with path.open("wb", buffering=0) as file:
        try:
            for _block in range(room // 4096 + 2):
                file.write(bytes(4096))
        except OSError:
            pass
