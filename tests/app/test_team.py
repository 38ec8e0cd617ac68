"""Roles: one table over every address of the house, invitations that work once, and features that are switched off."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from app import clock, links, passwords
from app.config import BadSetting, Settings
from app.extensions import db
from app.models import Invitation, Login, Membership, User
from app.models.users import AREAS, TEAM
from app.unit import unit
from app.views import permissions
from tests.app.browsing import PASSWORD, a_browser, with_pages, words
from tests.app.rows import NOON, a_shop, kept


def somebody(app, shop, role, areas=()):
    """A browser in which a member with this role is signed in."""
    client = a_browser(app, shop)
    mine = db.session.scalars(db.select(Membership).order_by(Membership.user_id.desc())).first()
    mine.role, mine.areas = role, list(areas)
    db.session.commit()
    return client


def doors(app):
    """Yield (endpoint, address, method) for every page that needs a login, with made-up ids."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or permissions.is_public(rule.endpoint):
            continue
        made_up = {
            name: "abandoned_cart" if kind.regex != r"\d+" else 999 for name, kind in rule._converters.items()
        }
        with app.test_request_context():
            address = app.url_map.bind("localhost").build(rule.endpoint, made_up)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, address, method


def is_refused(answer):
    return answer.status_code == 403 and "This is not your area" in words(answer)


@pytest.mark.rule("REMIND-01")
def test_every_room_has_its_area(app, shop):
    rooms = {endpoint.partition(".")[0] for endpoint, _a, _m in doors(app)
             if permissions.area_of(endpoint) is not None}  # fmt: skip
    assert rooms <= set(permissions.ROOMS), rooms - set(permissions.ROOMS)
    assert set(permissions.ROOMS.values()) == {*AREAS, TEAM}
    assert {e for e in permissions.EVERYBODY if e.partition(".")[0] != "notices"} <= set(app.view_functions)


@pytest.mark.rule("REMIND-01")
@pytest.mark.parametrize(
    ("role", "areas"),
    [("owner", ()), ("manager", ()), ("staff", ()), *(("staff", (area,)) for area in AREAS)],
)
def test_each_role_is_let_into_its_areas_and_no_others(app, shop, role, areas):
    client = somebody(app, shop, role, areas)
    lets = {"owner": {*AREAS, TEAM}, "manager": set(AREAS)}.get(role, set(areas))
    for endpoint, address, method in doors(app):
        area = permissions.area_of(endpoint)
        if area is None or (area in lets and (method != "GET" or role != "staff")):
            continue  # what is allowed acts, and what an owner sees is drawn in many other tests
        refused = is_refused(client.open(address, method=method))
        assert refused == (area not in lets), f"{role} {areas} {method} {address}"


def test_the_refusal_says_what_is_missing_and_whom_to_ask(app, shop):
    a_browser(app, shop)
    boss = db.session.scalars(db.select(User)).one()
    boss.name = "Camille"
    staff = somebody(app, shop, "staff", ["coupons"])
    assert "You work here without “Carts and orders”. Ask Camille to let you in." in words(
        staff.get("/carts")
    )
    menu = words(staff.get("/home"))
    assert "Coupons" in menu and "Customers" not in menu and staff.get("/settings/account").status_code == 200


def test_what_was_taken_away_counts_at_once(app, shop, owner):
    client = somebody(app, shop, "staff", ["carts"])
    id = db.session.scalars(db.select(Membership.user_id).where(Membership.role == "staff")).one()
    assert client.get("/carts").status_code == 200
    owner.post(f"/settings/team/{id}/role", data={"role": "staff", "coupons": "y"})
    assert is_refused(client.get("/carts"))
    owner.post(f"/settings/team/{id}/remove")
    assert "/sign-in" in client.get("/coupons").location


def test_nobody_changes_or_removes_an_owner(app, shop, owner):
    id = db.session.scalars(db.select(Membership.user_id)).one()
    assert owner.post(f"/settings/team/{id}/remove").status_code == 404
    assert owner.post(f"/settings/team/{id}/role", data={"role": "staff", "carts": "y"}).status_code == 404


def invite(owner, **told):
    told = {"email": "new@example.com", "role": "staff", "carts": "y"} | told
    owner.post("/settings/team", data=told)
    return re.search(r'href="[^"]*(/join/[^"]+)"', owner.get("/settings/team").get_data(as_text=True))


def test_somebody_invited_comes_in_once_with_their_areas(app, shop, owner):
    link = invite(owner)[1]
    guest = app.test_client()
    assert "Work with Papier & Co" in words(guest.get(link))
    assert guest.post(link, data={"name": "Nora", "password": "short"}).status_code == 422
    assert guest.post(link, data={"name": "Nora", "password": "a long sentence"}).status_code == 302
    assert guest.get("/carts").status_code == 200 and is_refused(guest.get("/customers"))
    assert app.test_client().get(link).status_code == 410
    assert "Nora" in words(owner.get("/settings/team"))


def test_an_account_that_exists_is_asked_for_its_own_password(app, shop, owner):
    other = a_shop("Other")
    kept(User(email="new@example.com", password_hash=passwords.hashed(PASSWORD), created_at=NOON))
    known = db.session.scalars(db.select(User).where(User.email == "new@example.com")).one()
    kept(Membership(user_id=known.id, shop_id=other.id))
    db.session.commit()
    link = invite(owner)[1]
    guest = app.test_client()
    assert guest.post(link, data={"password": "another long sentence"}).status_code == 422
    assert guest.post(link, data={"password": PASSWORD}).status_code == 302
    login = db.session.scalars(db.select(Login).where(Login.user_id == known.id)).one()
    assert login.shop_id == shop.id
    assert "Your shops" in words(guest.get("/home"))
    guest.post("/settings/shop", data={"shop": str(other.id)})
    db.session.expire_all()
    assert login.shop_id == other.id
    guest.post("/settings/shop", data={"shop": "999"})
    db.session.expire_all()
    assert login.shop_id == other.id


def test_two_invitations_of_one_address_at_once_make_one_account(app, shop, owner, monkeypatch):
    first, second = (invite(owner)[1] for _time in range(2))
    assert first != second
    other = app.test_client()
    assert other.post(first, data={"name": "Nora", "password": PASSWORD}).status_code == 302
    seen = iter((None,))  # the second one looked before the first had made the account
    monkeypatch.setattr(User, "by_email", classmethod(lambda cls, email: next(seen, None)))
    answer = app.test_client().post(second, data={"name": "Nora", "password": PASSWORD})
    assert answer.status_code == 302 and answer.location.endswith(second)
    monkeypatch.undo()
    assert app.test_client().post(second, data={"password": PASSWORD}).status_code == 302


def test_a_link_that_is_old_taken_back_or_of_another_purpose_opens_nothing(app, shop, owner):
    invite(owner)
    invitation = db.session.scalars(db.select(Invitation)).one()
    old = links.sign("invite", shop.id, invitation.id, now=clock.real().replace(year=2025))
    for token in (
        old,
        "x",
        links.sign("confirm", shop.id, invitation.id),
        links.sign("invite", shop.id, 999),
    ):
        assert app.test_client().get(f"/join/{token}").status_code == 410
    good = links.sign("invite", shop.id, invitation.id)
    owner.post(f"/settings/team/invitations/{invitation.id}/withdraw")
    assert app.test_client().get(f"/join/{good}").status_code == 410


def test_staff_without_an_area_and_those_who_are_here_are_not_invited(owner):
    answer = owner.post("/settings/team", data={"email": "a@example.com", "role": "staff"})
    assert answer.status_code == 422 and "Tick at least one area" in words(answer)
    me = db.session.scalars(db.select(User.email)).one()
    assert "They work here already" in words(
        owner.post("/settings/team", data={"email": me, "role": "manager"})
    )


@pytest.mark.rule("CART-01")
@pytest.mark.rule("REMIND-02")
@pytest.mark.parametrize(("feature", "door", "said"), [
    ("recovery", "/carts", "Left carts: switched off here"),
    ("reminders", "/reminders", "Reminders of left carts: switched off here"),
])  # fmt: skip
def test_a_feature_can_be_switched_off_for_the_whole_instance(app, shop, owner, feature, door, said):
    assert owner.get(door).status_code == 200
    app.extensions["settings"] = replace(app.extensions["settings"], features_off=(feature,))
    page = owner.get(door)
    assert page.status_code == 403 and said in words(page) and "Whoever runs this instance" in words(page)
    if feature == "recovery":
        assert 'href="/carts"' not in owner.get("/home").get_data(as_text=True)


def test_the_setting_names_features_and_refuses_what_is_none():
    named = Settings.from_environ({"FEATURES_OFF": "recovery, reminders"})
    assert named.features_off == ("recovery", "reminders")
    with pytest.raises(BadSetting, match="choose among"):
        Settings.from_environ({"FEATURES_OFF": "coffee"})
    assert unit


def test_no_stranger_takes_an_address_by_way_of_the_demo(app):
    demo = a_shop(is_demo=True)
    visitor = a_browser(with_pages(app), demo)
    refused = visitor.post("/settings/team", data={"email": "boss@elsewhere.example", "role": "manager"})
    assert refused.status_code == 422 and "Nobody can be invited into the demo" in words(refused)
    assert db.session.scalars(db.select(Invitation)).all() == []
    older = kept(Invitation(shop_id=demo.id, email="boss@elsewhere.example", role="manager", areas=[],
                            invited_by=1, invited_at=clock.real()))  # fmt: skip
    db.session.commit()
    link = f"/join/{links.sign('invite', demo.id, older.id)}"
    assert app.test_client().post(link, data={"name": "Not me", "password": PASSWORD}).status_code == 410
    assert User.by_email("boss@elsewhere.example") is None
