"""The main job: a shopper leaves a cart, a flow brings them back."""

from __future__ import annotations

from app.models import Run, Step


def test_a_cart_left_behind_brings_one_mail(world):
    world.reminder()
    world.cart()
    world.work()
    assert world.all(Run) == []
    world.skip(minutes=31)
    world.work()
    assert world.run.status == "done"
    assert [step.node for step in world.all(Step)] == ["n0", "n1"]
    assert world.message.state == "sent"
    assert world.sink.recipients == ["ada@example.com"]
    mail = world.sink.mails[0][1]
    assert mail["Subject"] == "You left something, Ada"
    assert "€25.00" in mail.get_body(("plain",)).get_content()
