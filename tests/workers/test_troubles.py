"""A channel that keeps failing rests ever longer, tells its shop once, and can be tried by hand at any time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.models import ChannelTrouble, StaffNotice
from app.unit import unit
from workers import troubles
from workers.smtp import TransportError


def test_what_time_may_mend_is_tried_soon_and_then_ever_more_seldom():
    rests = [
        troubles.rest("unreachable", failures).total_seconds() for failures in (1, 2, 3, 4, 5, 6, 7, 8, 900)
    ]
    assert rests == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]


@pytest.mark.parametrize("trouble", ["login", "sender"])
def test_what_needs_a_person_is_tried_so_seldom_that_no_account_is_locked(trouble):
    hours = [troubles.rest(trouble, failures) / timedelta(hours=1) for failures in (1, 2, 3, 4, 5, 100)]
    assert hours == [1, 2, 4, 8, 12, 12]


def fails(world, trouble="unreachable"):
    return troubles.begin(
        world.shop.id, "email", TransportError("no", channel=True, trouble=trouble), world.now
    )


def test_each_failure_in_a_row_makes_the_rest_longer_and_a_lasting_one_is_told_once(world):
    began = world.now
    for failures in range(1, 9):
        until = fails(world)
        known = world.only(ChannelTrouble)
        assert (known.failures, known.since) == (failures, began)
        assert until == known.retry_at == world.now + troubles.rest("unreachable", failures)
        assert len(world.all(StaffNotice)) == (failures >= troubles.LASTING)
        world.traveller.shift(until - world.now)


def test_two_processes_that_fail_at_once_count_one_failure(world):
    assert fails(world) == fails(world)
    assert world.only(ChannelTrouble).failures == 1


def test_another_trouble_begins_anew_and_a_refused_password_is_told_at_once(world):
    fails(world)
    world.skip(minutes=5)
    fails(world, "login")
    known = world.only(ChannelTrouble)
    assert (known.failures, known.trouble, known.since) == (1, "login", world.now)
    assert "refuses the name or the password" in world.only(StaffNotice).text


def test_trying_by_hand_forgets_no_failure(world):
    fails(world)
    assert unit(lambda: ChannelTrouble.check(world.shop.id, "email", world.now))
    assert not unit(lambda: ChannelTrouble.check(world.shop.id, "email", world.now))
    assert world.only(ChannelTrouble).retry_at == world.now
    fails(world)
    assert world.only(ChannelTrouble).failures == 2
