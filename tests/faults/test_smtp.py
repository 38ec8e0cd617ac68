"""A mail server in every mood, at every stage: refusing, greylisting, hanging, dripping, hanging up around the dot."""

from __future__ import annotations

from app.models import ChannelTrouble, Message
from tests.faults.settling import settle
from tests.faults.sink import ACTS, DOT_ACTS, STAGES
from tests.patience import until

STAGE = {"workers": 2}
MATRIX = [(stage, act) for stage in STAGES[:-2] for act in ACTS]
# A body lies in buffers on its way: that it met nobody shows only when the dot is not answered.
AFTER = [("BODY", "close"), ("BODY", "hang"), *(("DOT", act) for act in DOT_ACTS)]
UNSURE = (
    "close",
    "lost",
    "kept",
    "hang",
    "late",
    "drip",
)  # moods after the dot in which no answer comes in time
NEVER = ("never",)


def play(scene, moods, prefix):
    """Let the mail server have each of these moods once, while orders come in and time goes on."""
    for stage, act in moods:
        scene.stage.sink.play(stage, act)
    wanted, told = len(scene.stage.sink.played) + len(moods), 0
    while len(scene.stage.sink.played) < wanted:
        scene.orders(2, f"{prefix}{told}-")
        told += 2
        assert told < 400, f"the mail server was never asked again: {scene.stage.sink.left}"
        until(lambda: scene.count(state="prepared") == 0 or not _rests(scene), 30)
        for trader in scene.traders:
            trader.skip(hours=1, minutes=1)  # a channel in trouble rests, and a refused mail waits
    return told


def _rests(scene):
    return scene.count(state="handing") > 0


def test_before_the_dot_every_mood_costs_time_and_no_mail(played):
    """Nothing has happened before the dot: whatever is not refused for good arrives once, and nothing is in doubt."""
    told = play(played, MATRIX, "before")
    settle(played.traders, 120)
    assert set(MATRIX) <= set(played.stage.sink.played)
    failed = played.count(state="failed")
    assert played.count(state="unknown") == 0 and failed <= sum(act in NEVER for _stage, act in MATRIX)
    assert len(played.stage.sink.mails) >= told - failed
    played.hold()


def test_after_the_dot_what_nobody_answered_is_in_doubt_and_never_sent_again(played):
    before = played.count(state="unknown")
    played.faults += sum(act in UNSURE for _stage, act in AFTER)
    play(played, AFTER, "after")
    settle(played.traders, 120)
    assert set(AFTER) <= set(played.stage.sink.played)
    unsure = played.count(state="unknown") - before
    assert 1 <= unsure <= sum(act in UNSURE for _stage, act in AFTER)
    accepted = {mail["id"] for mail in played.stage.sink.mails}
    kept = [
        each
        for each in played.traders[0].all(Message, Message.state == "unknown")
        if each.mail_id in accepted
    ]
    assert kept, "of what was kept without an answer, nobody may say that it failed"
    played.hold()


def test_a_channel_that_works_again_is_in_no_trouble(played):
    played.orders(3, "again")
    until(lambda: played.count(ChannelTrouble) == 0)
    played.hold()
