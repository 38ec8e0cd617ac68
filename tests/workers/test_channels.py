"""Chat and offers arrive with the gate or not at all; a mail server that refuses its password stops mail, not chat."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.extensions import db
from app.models import (
    ChannelTrouble,
    Chat,
    Code,
    Coupon,
    Customer,
    Flow,
    MailServer,
    Message,
    Offer,
    StaffNotice,
)
from app.models.coupons import Bill
from app.unit import unit
from tests.workers.world import SEND, WAIT
from workers.smtp import Connection, TransportError

PLACED = ("order_placed", {"moment": "order.placed", "scope": "all", "products": []})
CHAT = ("send_chat", {"text": "Thank you, {{ customer.first_name }}!", "topic": "news"})


def OFFER(coupon, **told):
    return (
        "grant_offer",
        {"coupon": coupon, "title": "A tenth off", "text": "Until Sunday.", "image": None, **told},
    )


def shown(world, email="ada@example.com"):
    found = Offer.shown(world.shop.id, world.customer(email).id, world.now)
    return found and found[0].title


@pytest.mark.rule("REPLY-06")
def test_a_chat_message_waits_in_the_message_centre_until_it_is_read(world):
    world.flow(PLACED, CHAT)
    world.order()
    world.work()
    chat, ada = world.only(Chat), world.customer()
    assert (chat.text, chat.customer_id, chat.message_id) == ("Thank you, Ada!", ada.id, world.message.id)
    assert Chat.unread(world.shop.id, ada.id) == 1
    assert unit(lambda: Chat.read(world.shop.id, ada.id, chat.id, world.now)) == [chat.message_id]
    assert Chat.unread(world.shop.id, ada.id) == 0
    assert world.message.state == "sent" and world.sink.mails == []


@pytest.mark.parametrize("told", ["fr-FR", "fr_CA", "de", "xx"])
def test_a_chat_message_reaches_customers_of_every_language_that_a_shop_can_tell(world, told):
    world.flow(PLACED, ("send_chat", {"text": "Hi {{ customer.first_name }}, {{ order.total | money }}"}))
    world.order(customer={"email": "ada@example.com", "first_name": "Ada", "locale": told})
    world.work()
    assert world.only(Chat).text.startswith("Hi Ada, ")


def test_no_chat_message_arrives_after_the_switch_off(world):
    flow = world.flow(PLACED, CHAT)
    world.order()
    world.work(deliver_too=False)
    unit(lambda: Flow.switch_off(world.shop.id, flow, world.now))
    world.work()
    assert world.all(Chat) == [] and world.message.state == "cancelled"


def test_a_chat_message_that_cannot_be_written_says_why(world):
    world.flow(PLACED, ("send_chat", {"text": "Hello {{ customer.first_name | nonsense }}"}))
    world.order()
    world.work()
    assert (world.message.state, world.message.reason) == ("failed", "wording") and world.message.reply


@pytest.mark.rule("OFFER-02")
def test_an_offer_is_shown_to_the_customer_who_was_given_it(world):
    world.flow(PLACED, OFFER(world.coupon()))
    world.order()
    world.work()
    offer = world.only(Offer)
    assert shown(world) == "A tenth off" and offer.text == "Until Sunday."
    assert world.only(Code).state == "issued"
    world.tell("customer.subscribed", "bob@example.com")
    world.work()
    assert shown(world, "bob@example.com") is None


@pytest.mark.rule("OFFER-03")
@pytest.mark.parametrize("end", ["used", "ended", "deleted", "off", "flow deleted"])
def test_an_offer_is_shown_until_the_first_of_its_ends(world, end):
    coupon = world.coupon()
    flow = world.flow(PLACED, OFFER(coupon))
    world.order()
    world.work()
    code, ada = world.only(Code), world.customer()
    if end == "used":
        unit(lambda: Code.redeem(world.shop.id, code.code, Bill(5000), ada.id, "o2", world.now))
    elif end == "ended":
        world.skip(days=8)
    elif end == "deleted":
        unit(lambda: setattr(db.session.get(Coupon, coupon), "status", "deleted"))
    else:
        unit(lambda: Flow.switch_off(world.shop.id, flow, world.now, "off" if end == "off" else "deleted"))
    assert shown(world) is None


@pytest.mark.rule("OFFER-18")
@pytest.mark.rule("OFFER-27")
def test_switching_off_ends_the_showing_and_not_the_code(world):
    flow = world.flow(PLACED, OFFER(world.coupon()))
    world.order()
    world.work()
    unit(lambda: Flow.switch_off(world.shop.id, flow, world.now))
    unit(lambda: Flow.switch_on(world.shop.id, flow, world.now))
    code, ada = world.only(Code), world.customer()
    assert shown(world) is None
    quote = unit(lambda: Code.redeem(world.shop.id, code.code, Bill(5000), ada.id, "o2", world.now))
    assert quote.discount == 500


@pytest.mark.rule("OFFER-19")
def test_what_a_customer_holds_does_not_change_with_the_flow(world):
    flow_id = world.flow(PLACED, OFFER(world.coupon()))
    world.order()
    world.work()

    def edited():
        flow = db.session.get(Flow, flow_id)
        nodes = [dict(node) for node in flow.draft["nodes"]]
        nodes[1] = nodes[1] | {"settings": nodes[1]["settings"] | {"title": "Half price"}}
        flow.draft = flow.draft | {"nodes": nodes}

    unit(edited)
    unit(lambda: Flow.publish(world.shop.id, flow_id, world.now))
    assert shown(world) == "A tenth off"


@pytest.mark.rule("OFFER-20")
def test_who_holds_an_unused_offer_gets_no_second_one(world):
    world.flow(PLACED, OFFER(world.coupon()))
    world.order("o1")
    world.work()
    world.order("o2")
    world.work()
    assert len(world.all(Offer)) == 1
    assert [(each.state, each.reason) for each in world.all(Message)][1] == ("skipped", "unused_offer")
    assert [code.state for code in world.all(Code)] == ["issued", "reserved"]
    world.skip(days=8)
    world.order("o3")
    world.work()
    assert len(world.all(Offer)) == 2


def test_a_note_to_the_team_stands_in_the_product_and_is_mailed(world):
    world.flow(
        PLACED,
        ("notify_staff", {"text": "Call them", "by": "both"}),
        ("notify_staff", {"text": "Here", "by": "app"}),
    )
    world.order()
    world.work()
    notices = StaffNotice.latest(world.shop.id)
    assert [each.text for each in notices] == ["Here", "Call them"]
    assert world.sink.recipients == ["staff@papier.example"]
    assert (
        unit(lambda: StaffNotice.read(world.shop.id, world.now)) == 2
        and StaffNotice.unread(world.shop.id) == 0
    )


def test_a_refused_password_stops_the_mail_burns_nobody_and_is_told_once(world, monkeypatch):
    def refuses(*_):
        raise TransportError("535 5.7.8 no", channel=True, trouble="login")

    world.flow(PLACED, SEND(world), CHAT)
    monkeypatch.setattr(Connection, "begin", refuses)
    for number in range(3):
        world.order(f"o{number}", f"ada{number}@example.com")
    world.work()
    mails = world.all(Message, Message.channel == "email")
    assert {(each.state, each.reason, each.attempts) for each in mails} == {("prepared", "channel", 0)}
    assert {each.send_at for each in mails} == {world.now + timedelta(hours=1)}
    assert len(world.all(Chat)) == 3, "the chat goes on"
    assert [each.sort for each in StaffNotice.latest(world.shop.id)] == ["channel"]
    monkeypatch.undo()
    unit(
        lambda: (
            ChannelTrouble.end(world.shop.id, "email"),
            Message.resume(world.shop.id, "email", world.now),
        )
    )
    world.work()
    assert len(world.sink.mails) == 3


def test_a_shops_own_server_takes_its_mail_and_never_one_inside(world):
    unit(lambda: MailServer.keep(world.shop.id, "pw", world.now, host="127.0.0.1", port=world.sink.port,
                                 security="none", username=""))  # fmt: skip
    world.flow(PLACED, SEND(world))
    world.order()
    world.work()
    assert world.sink.mails == [] and world.all(ChannelTrouble)[0].trouble == "unreachable"


def test_a_shops_own_server_on_an_allowed_network_takes_its_mail(world):
    from app.vetting import networks

    object.__setattr__(world.app.extensions["settings"], "outgoing_allow", networks("127.0.0.0/8"))
    object.__setattr__(world.app.extensions["settings"], "smtp_url", "")
    keep = {"host": "127.0.0.1", "port": world.sink.port, "security": "none", "username": ""}
    unit(lambda: MailServer.keep(world.shop.id, "", world.now, **keep))
    world.flow(PLACED, SEND(world))
    world.order()
    world.work()
    assert len(world.sink.mails) == 1


def test_a_password_is_never_readable_in_the_database(world):
    unit(lambda: MailServer.keep(world.shop.id, "marker-9f3", world.now, host="mail.example", port=587,
                                 security="starttls", username="me"))  # fmt: skip
    server = world.only(MailServer)
    assert "marker-9f3" not in server.secret and server.password == "marker-9f3"
    unit(
        lambda: MailServer.keep(
            world.shop.id, "", world.now, host="mail2.example", port=587, security="tls", username=""
        )
    )
    assert world.only(MailServer).password == "marker-9f3"


def test_an_erased_customer_has_no_chat(world):
    world.flow(PLACED, CHAT, WAIT(1, "days"))
    world.order()
    world.work()
    unit(lambda: Customer.erase(world.shop.id, world.customer().id, world.now))
    assert world.all(Chat) == []
