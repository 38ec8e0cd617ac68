"""A scene for each file of faults: the processes are started once, and every fault of the file is played on them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.scene import scene

SEED = os.environ.get("SEED", "7")  # the same each time, unless another is asked for


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.faults)
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def seed():
    """The chance of this run, told so that it can be played again."""
    print(f"SEED={SEED}")
    return SEED


@pytest.fixture(scope="module")
def played(request, tmp_path_factory, seed):
    """The scene of this file, set up as its STAGE says."""
    told = getattr(request.module, "STAGE", {})
    with scene(tmp_path_factory.mktemp("stage"), seed=seed, **told) as scene_:
        yield scene_


@pytest.fixture
def kept(played):
    """The same scene; after the test everything comes to its end, and every promise is read."""
    yield played
    played.hold()
