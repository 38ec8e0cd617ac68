"""Replay and rehearsal: what somebody went through, or would, over the drawing that they went through."""

from __future__ import annotations

import pytest

from app import clock
from app.extensions import db
from app.models import Code, Coupon, CustomerTag, Email, Flow, Message, Run, Version
from graph.model import Graph
from tests.app.browsing import a_browser, with_pages, words
from tests.app.offering import granted
from tests.app.rows import NOON, a_customer, a_flow, a_run, a_shop, a_step, kept
from tests.app.test_editor import edge, fresh, send
from tests.graph.build import node as built

HOURS = {"amount": 2, "unit": "hours"}
DESIGN = {"en": {"subject": "Come back, {{ customer.first_name }}", "preheader": "", "blocks": [
    {"kind": "text", "text": "Still there: {{ cart.total | money }}"},
    {"kind": "coupon", "text": "For you"},
]}}  # fmt: skip
RICH = {"match": "all", "rules": [{"subject": "cart.total", "operator": "over", "value": 5000}]}


def node(id: str, kind: str, **settings: object) -> dict[str, object]:
    return built(id, kind, **settings).to_json()


def story(email: int, coupon: int) -> dict[str, object]:
    drawn = {
        "format": 1,
        "nodes": [node("n1", "cart_abandoned", after=HOURS), node("n2", "wait", duration=HOURS, ending="any"),
                  node("n3", "condition", rules=RICH), node("n4", "give_coupon", coupon=coupon),
                  node("n5", "send_email", email=email), node("n6", "split", share=50),
                  node("n7", "wait_for", event="message.opened", at_most=HOURS), node("n8", "tag", tag="reads")],
        "edges": [edge("n1", "next", "n2"), edge("n2", "next", "n3"), edge("n3", "yes", "n4"), edge("n4", "next", "n5"),
                  edge("n3", "no", "n6"), edge("n5", "next", "n7"), edge("n7", "happened", "n8")],
        "settings": {"audience": "subscribers"},
    }  # fmt: skip
    return Graph.from_json(drawn).to_json()


@pytest.fixture
def shop(app):
    with_pages(app)
    return a_shop(currency="EUR")


@pytest.fixture
def flow(shop) -> Flow:
    email = kept(Email(shop_id=shop.id, name="Come back", content=DESIGN, updated_at=NOON))
    coupon = kept(
        Coupon(shop_id=shop.id, name="Ten", kind="percent", value=10, prefix="TEN", days=7, created_at=NOON)
    )
    return a_flow(shop, graph=story(email.id, coupon.id))


@pytest.fixture
def owner(app, shop, flow):
    return a_browser(app, shop)


def tried(owner, flow, **asked):
    return owner.get(
        f"/automations/{flow.id}/try", query_string={"who": "invented", "consent": "subscribed", **asked}
    )


def stops(answer) -> list[str]:
    html = answer.get_data(as_text=True)
    return [part.split('"')[0] for part in html.split('data-stop="')[1:]]


def rows() -> list[int]:
    return [
        db.session.scalar(db.select(db.func.count()).select_from(model))
        for model in (Run, Message, Code, CustomerTag)
    ]


def test_an_invented_customer_goes_the_whole_way_at_once(owner, flow):
    answer = tried(owner, flow, first_name="Zoé", cart="80")
    text = words(answer)
    assert stops(answer) == ["n1", "n2", "n3", "n4", "n5", "n7"]
    assert "2 hours later" in text and "Come back, Zoé" in text and "Seen then: €80.00" in text
    assert "nothing left, nothing was written" in text and rows() == [0, 0, 0, 0]


def test_what_is_known_of_them_decides(owner, flow):
    assert stops(tried(owner, flow, cart="20"))[:4] == ["n1", "n2", "n3", "n6"]


def test_the_awaited_event_happens_when_it_is_chosen(owner, flow):
    answer = tried(owner, flow, cart="80", **{"way-n7": "happened"})
    assert stops(answer)[-1] == "n8"
    assert "30 minutes later" in words(answer) and "“reads” is added" in words(answer)


def test_chance_is_shown_and_can_be_chosen(owner, flow):
    for port, other in (("a", "b"), ("b", "a")):
        html = tried(owner, flow, cart="20", **{"way-n6": port}).get_data(as_text=True)
        assert f'data-stop="n6" data-port="{port}"' in html and f"way-n6={other}" in html


def test_the_mail_is_drawn_as_they_would_get_it_with_an_example_code(owner, flow):
    asked = {"who": "invented", "consent": "subscribed", "first_name": "Zoé", "cart": "80"}
    mail = owner.get(f"/automations/{flow.id}/try/4/mail", query_string=asked)
    assert mail.status_code == 200 and "€80.00" in words(mail)
    assert "TEN-7K2M4P" in words(mail) and "sandbox" in mail.headers["Content-Security-Policy"]
    assert owner.get(f"/automations/{flow.id}/try/3/mail", query_string=asked).status_code == 404
    assert rows() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("consent", "said"), [("none", "have not agreed"), ("unsubscribed", "have unsubscribed")]
)
def test_who_would_get_nothing_is_told_so(owner, flow, consent, said):
    text = words(tried(owner, flow, cart="80", consent=consent))
    assert "Would not leave" in text and said in text


def test_a_real_customer_is_found_and_tried(owner, flow, shop):
    ada = a_customer(shop, "ada@example.com", first_name="Ada", consent="subscribed")
    db.session.commit()
    assert f"who={ada.id}" in owner.get(f"/automations/{flow.id}/try?q=ada").get_data(as_text=True)
    assert "Ada" in words(tried(owner, flow, who=ada.id))
    assert rows() == [0, 0, 0, 0]


def test_nobody_of_another_shop_can_be_tried(app, owner, flow):
    other = a_shop("Other")
    theirs = a_customer(other, "eve@example.com", first_name="Eve")
    db.session.commit()
    assert tried(owner, flow, who=theirs.id).status_code == 404
    assert "Eve" not in words(owner.get(f"/automations/{flow.id}/try?q=eve"))
    assert a_browser(app, other).get(f"/automations/{flow.id}/try").status_code == 404


MERCI = "Merci {{ customer.first_name }}: {{ coupon.code }}"


@pytest.fixture
def speaking(shop, flow) -> Flow:
    """A flow that speaks in the shop's own pages and to another system."""
    shop.channel = "selling"
    coupon = db.session.scalar(db.select(Coupon.id))
    steps = [node("n1", "order_placed"), node("n2", "grant_offer", coupon=coupon, title="A tenth off", text="Soon."),
             node("n3", "send_chat", text=MERCI),
             node("n4", "call_webhook", url="https://till.example/in?s3", text="vip"),
             node("n5", "wait_for", event="message.opened", at_most=HOURS), node("n6", "tag", tag="reads")]  # fmt: skip
    links = [edge(f"n{place}", "next", f"n{place + 1}") for place in range(1, 5)] + [
        edge("n5", "happened", "n6")
    ]
    flow.draft = Graph.from_json({**story(1, coupon), "nodes": steps, "edges": links}).to_json()
    db.session.commit()
    return flow


@pytest.mark.parametrize(
    ("locale", "terms"),
    [("en", "10% off your order"), ("fr", "10 % de remise sur votre commande")],
)
def test_what_stands_in_the_shop_and_what_a_system_is_told_are_shown_as_they_would_be(
    owner, shop, speaking, locale, terms
):
    shop.locale = locale
    db.session.commit()
    text = words(tried(owner, speaking, first_name="Zoé", **{"way-n5": "happened"}))
    assert "A tenth off" in text and "Soon." in text and terms in text and "TEN-7K2M4P" in text
    assert "Merci Zoé: TEN-7K2M4P" in text
    assert (
        "till.example" in text
        and "s3" not in text
        and '"text": "vip"' in text
        and '"first_name": "Zoé"' in text
    )
    assert "“reads” is added" in text, "whoever reads a chat message has opened it"
    assert rows() == [0, 0, 0, 0]


def test_a_reader_of_french_sees_the_same_words_in_french(app, shop, speaking):
    text = words(tried(a_browser(app, shop, "fr"), speaking, first_name="Zoé"))
    assert "Une note signée à till.example" in text and "Voir ce qui lui est transmis" in text


def test_an_offer_and_a_message_that_would_not_arrive_say_why(app, owner, shop, speaking):
    assert words(tried(owner, speaking, consent="unsubscribed")).count("Would not leave") == 2
    shop.channel = "absent"
    db.session.commit()
    assert words(tried(owner, speaking)).count("Would not leave") == 1
    shop.channel, ada = "selling", a_customer(shop, "ada@example.com", consent="subscribed")
    assert "Would not leave" not in words(tried(owner, speaking, who=ada.id))
    granted(speaking, db.session.scalar(db.select(Coupon)), ada, clock.now(shop.id), "TEN-OWN")
    db.session.commit()
    assert words(tried(owner, speaking, who=ada.id)).count("Would not leave") == 1


NONSENSE = (
    {"who": "x"}, {"who": "9" * 30}, {"cart": "much"}, {"orders": "-1"}, {"consent": "?"}, {"way-n3": "no"},
    {"way-zz": "a"}, {"way-n6": "nowhere"},
)  # fmt: skip


@pytest.mark.parametrize("asked", NONSENSE)
def test_nonsense_in_the_address_is_no_error_page(owner, flow, asked):
    assert tried(owner, flow, **asked).status_code in (200, 404)


def test_a_draft_with_problems_says_them_first(owner, flow):
    send(owner, flow, 0, edit="add_node", kind="send_email", after=["n8", "next"])
    text = words(tried(owner, flow))
    assert "A few things are missing" in text and "Mend these first" in text


@pytest.fixture
def run(flow, shop, owner) -> Run:
    run = a_run(flow, a_customer(shop, first_name="Ada"), node="n7", visit=5)
    saw = {"answer": True, "match": "all", "rules": [{**RICH["rules"][0], "saw": 8000, "answer": True}]}
    for visit, (id, port, seen) in enumerate((("n1", "next", {}), ("n2", "next", {}), ("n3", "yes", saw),
                                             ("n4", "next", {}), ("n5", "next", {}))):  # fmt: skip
        a_step(run, visit, id, port, saw=seen)
    db.session.commit()
    return run


def test_a_run_is_laid_over_the_drawing_with_what_each_step_saw(owner, flow, run):
    answer = owner.get(f"/automations/{flow.id}/replay/{run.id}")
    assert stops(answer) == ["n1", "n2", "n3", "n4", "n5", "n7"]
    assert "Seen then: €80.00" in words(answer) and 'id="step-n3"' in answer.get_data(as_text=True)
    assert f"/automations/{flow.id}/replay/{run.id}" in owner.get(f"/runs/{run.id}").get_data(as_text=True)


def test_a_run_of_an_older_version_is_drawn_on_that_one(owner, flow, run):
    send(owner, flow, 0, edit="delete_node", id="n4")
    shorter = kept(Version(shop_id=flow.shop_id, flow_id=flow.id, number=2, graph=fresh(flow).draft, hash="1" * 64,
                           created_at=NOON))  # fmt: skip
    fresh(flow).version_id = shorter.id
    db.session.commit()
    answer = owner.get(f"/automations/{flow.id}/replay/{run.id}")
    assert 'id="step-n4"' in answer.get_data(as_text=True) and "version 1" in words(answer)
    assert 'id="step-n4"' not in owner.get(f"/automations/{flow.id}/replay").get_data(as_text=True)


def test_the_people_of_a_step_are_listed(owner, flow, run, shop):
    a_run(flow, a_customer(shop, first_name="Bob"), node="n2")
    db.session.commit()
    at_n4 = words(owner.get(f"/automations/{flow.id}/replay?step=n4"))
    assert "Ada" in at_n4 and "Bob" not in at_n4
    here = words(owner.get(f"/automations/{flow.id}/replay?step=n2&state=here"))
    assert "Bob" in here and "Ada" not in here


def test_another_shop_sees_neither_people_nor_path(app, owner, flow, run):
    stranger = a_browser(app, a_shop("Other"))
    for path in (f"replay/{run.id}", "replay", "counts"):
        assert stranger.get(f"/automations/{flow.id}/{path}").status_code == 404


def test_counts_are_told_once_and_again_only_when_they_change(owner, flow, run, shop):
    first = owner.get(f"/automations/{flow.id}/counts").get_json()
    assert first["marks"]["n7"] == ["1 waiting", "1 passed · 1 waiting"]
    assert first["marks"]["n1"][0] == "1 entered" and first["marks"]["n8"] == ["", ""]
    again = owner.get(f"/automations/{flow.id}/counts?known={first['known']}")
    assert again.status_code == 204 and not again.data
    a_run(flow, a_customer(shop), node="n2")
    db.session.commit()
    assert owner.get(f"/automations/{flow.id}/counts?known={first['known']}").status_code == 200


def test_the_page_knows_the_counts_that_it_shows(owner, flow, run):
    known = owner.get(f"/automations/{flow.id}/counts").get_json()["known"]
    page = owner.get(f"/automations/{flow.id}/edit").get_data(as_text=True)
    assert f'data-known="{known}"' in page and f"/automations/{flow.id}/replay?step=n7" in page
