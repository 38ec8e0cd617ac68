"""The editor of designs: a draft that nothing is lost of, and one save that makes it what leaves."""

from __future__ import annotations

import pytest

from app import views
from app.extensions import db
from app.models import Coupon, Email, EmailRevision
from tests.app.browsing import a_browser, words
from tests.app.letters import DESIGN, a_letter
from tests.app.rows import GRAPH, NOON, a_flow, kept

COMPANY = {
    "name": "Papier", "locale": "en", "timezone": "Europe/Paris", "currency": "EUR",
    "sender_email": "bonjour@papier.example", "business_name": "Atelier Neuf", "postal_address": "9 quai Neuf, Nantes",
}  # fmt: skip


@pytest.fixture
def desk(app):
    """A hand on the editor of one design: `do(…)` makes a change, `email` is its row."""
    views.register(app)
    app.config["WTF_CSRF_ENABLED"] = False
    shop, _message, _cart = a_letter()
    email = db.session.query(Email).filter_by(shop_id=shop.id).one()
    return Desk(a_browser(app, shop), email, shop)


class Desk:
    def __init__(self, browser, email, shop) -> None:
        self.browser, self.email, self.shop = browser, email, shop
        self.url = f"/emails/{email.id}"

    def do(self, do, base=None, **fields):
        db.session.expire_all()
        sent = {"do": do, "base": self.email.edits if base is None else base, "language": "en", **fields}
        answer = self.browser.post(f"{self.url}/draft", data=sent)
        db.session.expire_all()
        return answer

    def save(self):
        db.session.expire_all()
        answer = self.browser.post(f"{self.url}/save", data={"base": self.email.edits, "language": "en"})
        db.session.expire_all()
        return answer

    def blocks(self, language="en"):
        return self.email.draft[language]["blocks"]

    def kinds(self):
        return [block["kind"] for block in self.blocks()]


@pytest.mark.rule("AUTO-15")
def test_what_is_typed_is_kept_as_a_draft_and_reaches_nobody(desk):
    answer = desk.do("set", block="b2", **{"b2-text": "Hi *you*\r\n- one", "b2-align": "center"})
    assert answer.status_code == 200 and "Changes not live yet" in words(answer)
    assert desk.blocks()[1] == {"kind": "text", "id": "b2", "text": "Hi *you*\n- one", "align": "center"}
    assert desk.email.content == DESIGN and desk.email.revision == 1 and desk.email.draft["fr"]["blocks"]


def test_live_is_said_only_while_an_automation_that_is_on_sends_it(desk):
    for path in (desk.url, f"{desk.url}/revisions"):
        said = words(desk.browser.get(path))
        assert "Live" not in said and "Saved" in said
    sends = {"id": "n3", "kind": "send_email", "settings": {"email": desk.email.id}}
    flow = a_flow(desk.shop, "Left behind", graph={**GRAPH, "nodes": [*GRAPH["nodes"][:2], sends]})
    db.session.commit()
    for path in (desk.url, f"{desk.url}/revisions"):
        assert "Live" in words(desk.browser.get(path))
    assert "Sent by Left behind." in words(desk.browser.get(desk.url))
    flow.status = "off"
    db.session.commit()
    said = words(desk.browser.get(desk.url))
    assert "Live" not in said and "Nothing sends it now. It belongs to: Left behind." in said


@pytest.mark.rule("OFFER-11")
@pytest.mark.parametrize(
    ("text", "told"),
    [("Type MERCI10 at the checkout", True), ("A plain merci10", False), ("{{ coupon.code }}", False),
     ("MERCI100", False), ("MINE-7K2M", False)],
)  # fmt: skip
def test_a_shared_code_that_is_written_out_by_hand_is_told_as_one_types(desk, text, told):
    told_of = {"shop_id": desk.shop.id, "kind": "percent", "value": 10, "created_at": NOON}
    kept(Coupon(name="All", prefix="MERCI10", personal=False, **told_of))
    kept(Coupon(name="Each", prefix="MINE", personal=True, **told_of))
    db.session.commit()
    answer = words(desk.do("set", block="b2", **{"b2-text": text}))
    assert ("Your words spell the code MERCI10." in answer) is told
    assert "Your words spell the code" not in answer or told


@pytest.mark.rule("CART-23")
def test_company_subject_and_words_are_the_merchants_and_the_goods_and_the_way_back_stay(desk):
    desk.do("lines", subject="Still on the counter", preheader="")
    desk.do("set", block="b2", **{"b2-text": "I put them aside for you."})
    desk.save()
    desk.browser.post("/settings", data=COMPANY)
    seen = desk.browser.get(f"{desk.url}/preview?language=en").text
    for said in (
        "I put them aside for you.",
        "Atelier Neuf",
        "9 quai Neuf",
        "A lovely thing",
        "Back to my cart",
    ):
        assert said in seen
    assert desk.email.content["en"]["subject"] == "Still on the counter" and "things in" not in seen


def test_saving_makes_the_draft_live_and_a_revision(desk):
    desk.do("lines", subject="New\r\nsubject", preheader="Line")
    assert "Saved" in words(desk.save())
    assert desk.email.content["en"]["subject"] == "New subject" and desk.email.revision == 2
    assert desk.email.draft is None and EmailRevision.content_of(desk.shop.id, desk.email.id, 1) == DESIGN


@pytest.mark.parametrize(
    ("words_of", "why"),
    [
        ("{{ customer.firstname }}", "did you mean “customer.first_name”?"),
        ("fine\n\n{{ cart.totl }}", "Line 3: there is no field “cart.totl”, did you mean “cart.total”?"),
        ("{{ customer.first_name", "what stands between the braces is not complete"),
        ("{{ cart.total | mony }}", "did you mean “money”?"),
        ("{% include 'x' %}", "“include” is not something"),
        ("{{ (1..100000) | join: ',' }}", "a range"),
    ],
)
def test_a_slip_is_said_while_typing_kept_in_the_draft_and_never_live(desk, words_of, why):
    said = desk.do("set", block="b2", **{"b2-text": words_of})
    assert why.lower() in words(said).lower() and desk.blocks()[1]["text"] == words_of
    refused = desk.save()
    assert "Not saved yet" in words(refused) and why.lower() in words(refused).lower()
    assert desk.email.content == DESIGN and desk.email.revision == 1


def test_blocks_are_added_moved_doubled_and_deleted(desk):
    desk.do("add", kind="spacer", after="b1")
    assert desk.kinds() == ["heading", "spacer", "text", "items", "coupon", "button"]
    desk.do("move", block="b6", to=0)
    assert desk.kinds()[:2] == ["spacer", "heading"]
    desk.do("duplicate", block="b2")
    assert desk.kinds().count("text") == 2 and len({block["id"] for block in desk.blocks()}) == 7
    desk.do("delete", block="b3")
    assert "items" not in desk.kinds()


def test_there_is_one_footer_and_it_stays_last(desk):
    desk.do("add", kind="footer", after="b1")
    assert desk.kinds()[-1] == "footer" and desk.do("add", kind="footer").status_code == 400
    desk.do("move", block="b1", to=99)
    assert desk.kinds()[-2:] == ["heading", "footer"]


@pytest.mark.rule("C14")
def test_each_part_of_a_product_can_be_left_out(desk):
    desk.do("set", block="b3", **{"b3-source": "cart", "b3-name": "y"})
    seen = desk.browser.get(f"{desk.url}/preview?language=en").text
    assert "A lovely thing" in seen and "Quantity:" not in seen and "€48.00" not in seen
    again = desk.do("set", block="b3", **{"b3-source": "cart", "b3-price": "y", "b3-quantity": "y"})
    assert again.status_code == 200
    seen = desk.browser.get(f"{desk.url}/preview?language=en").text
    assert "A lovely thing" not in seen and "Quantity:" in seen and "€48.00" in seen


def test_columns_and_targets_are_kept_as_blocks_say_them(desk):
    desk.do("add", kind="columns")
    said = {"b6-count": "2", "b6-text_0": "**A**", "b6-leads_0": "cart", "b6-label_0": "Go",
            "b6-text_1": "B", "b6-leads_1": "address", "b6-address_1": "https://papier.example/b"}  # fmt: skip
    desk.do("set", block="b6", **said)
    cells = desk.blocks()[-1]["cells"]
    assert [cell["target"] for cell in cells] == ["cart", "https://papier.example/b"]
    assert "<strong>A</strong>" in desk.browser.get(f"{desk.url}/preview?language=en").text


def test_what_others_get_is_said_in_the_readers_language(app, desk):
    french = words(a_browser(app, desk.shop, "fr").get(desk.url))
    assert "autre langue le reçoivent en anglais" in french


def test_a_language_begins_as_a_copy_and_what_others_get_is_said(desk):
    desk.do("hush", language="fr")
    assert set(desk.email.draft) == {"en"}
    assert "any other language get it in English" in words(desk.browser.get(desk.url))
    desk.do("speak", adds="fr")
    assert desk.email.draft["fr"] == desk.email.draft["en"] and desk.do("hush").status_code == 200
    assert desk.do("hush").status_code == 400


def test_the_second_of_two_editors_is_told_and_a_repeated_edit_is_harmless(desk):
    assert desk.do("delete", block="b1", key="once").status_code == 200
    assert desk.do("delete", block="b1", key="once", base=0).status_code == 200
    stale = desk.do("delete", block="b2", base=0)
    assert stale.status_code == 409 and "Somebody changed this" in words(stale) and len(desk.blocks()) == 4
    assert desk.do("delete", block="b1").status_code == 409  # it is gone


def test_a_draft_can_be_left_and_an_old_revision_brought_back(desk):
    desk.do("delete", block="b1")
    desk.do("discard")
    assert desk.email.draft is None
    desk.do("lines", subject="Second")
    desk.save()
    page = words(desk.browser.get(f"{desk.url}/revisions?number=1"))
    assert "Revision 2" in page and "Bring it back" in page
    assert "Camille" in desk.browser.get(f"{desk.url}/preview?revision=1&language=en").text
    desk.browser.post(f"{desk.url}/revisions/1")
    db.session.expire_all()
    assert desk.email.draft == DESIGN and desk.email.content["en"]["subject"] == "Second"
    assert desk.browser.get(f"{desk.url}/revisions?number=9").status_code == 404


@pytest.mark.rule("CART-25")
def test_a_design_taken_over_as_html_keeps_its_footer_and_can_go_back(desk):
    desk.do("take_over")
    html = desk.email.draft["en"]["html"]
    assert "{{ item.title }}" in html and "{% for item in cart.items" in html and "{{ links.cart }}" in html
    evil = html + '<script>alert(1)</script><p onclick="x()" style="color:#123456">Mine</p>'
    desk.do(
        "html", html=f"<style>p{{font-weight:700}} @media (max-width:480px){{p{{color:red}}}}</style>{evil}"
    )
    kept = desk.email.draft["en"]
    assert "script" not in kept["html"] and "onclick" not in kept["html"] and "font-weight" in kept["html"]
    assert "@media" in kept["rules"]
    seen = desk.browser.get(f"{desk.url}/preview?language=en").text
    for said in ("Mine", "A lovely thing", "CAMILLE-7K2M", "Unsubscribe", "1 rue X"):
        assert said in seen
    assert "Saved" in words(desk.save())
    desk.do("back")
    assert "html" not in desk.email.draft["en"] and desk.blocks() == desk.email.content["en"]["blocks"]


def test_a_name_is_kept_and_nonsense_is_refused(desk):
    desk.do("name", name="  A  better name ")
    assert desk.email.name == "A better name" and desk.email.content == DESIGN
    assert desk.do("nothing").status_code == 400 and desk.do("add", kind="video").status_code == 400
