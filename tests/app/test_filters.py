"""What no honest browser sends is answered with a page, on both databases, before anything reads it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import a_shop

BEYOND = (2**31, 2**63, 10**30)


@pytest.fixture
def browser(each_database: Flask) -> FlaskClient:
    return a_browser(with_pages(each_database), a_shop())


@pytest.mark.parametrize(
    "address",
    ["/customers?search=a%00b", "/customers?a%00=b", "/automations/1/steps/%00", "/mailbox?search=%00",
     "/demo-shop/products/%00", "/templates/%00", "/c/%00", "/?x=%00"],
)  # fmt: skip
def test_nul_in_an_address_is_refused_with_a_page(browser: FlaskClient, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == 400
    assert "We could not read that request" in words(answer)


@pytest.mark.parametrize("form", [{"email": "a\0@b.example"}, {"email": "a", "pass\0word": "x"}])
def test_nul_in_a_form_is_refused_with_a_page(browser: FlaskClient, form: dict[str, str]) -> None:
    assert browser.post("/sign-in", data=form).status_code == 400
    assert browser.post("/sign-in", data=form, content_type="multipart/form-data").status_code == 400


def test_half_a_surrogate_never_reaches_the_database(browser: FlaskClient) -> None:
    answer = browser.post("/sign-in", data=b"email=a%ED%A0%80b%40c.example&password=x",
                          content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert answer.status_code in (400, 422)
    assert browser.get("/customers?search=%ED%A0%80").status_code in (200, 400)


@pytest.mark.parametrize("id", BEYOND)
@pytest.mark.parametrize(
    "address", ["/automations/%s", "/customers/%s", "/coupons/%s", "/mailbox/%s", "/emails/%s"]
)
def test_there_is_no_page_for_a_number_that_the_database_cannot_hold(
    browser: FlaskClient, address: str, id: int
) -> None:
    assert browser.get(address % id).status_code == 404


@pytest.mark.parametrize("headers", [
    {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "http://evil.example:80"},
])  # fmt: skip
def test_a_change_that_another_sites_page_asks_for_is_refused(
    browser: FlaskClient, headers: dict[str, str]
) -> None:
    assert browser.post("/sign-out", headers=headers).status_code == 403
    assert browser.post("/sign-out", headers={"Origin": "http://localhost"}).status_code == 302


def test_our_own_pages_say_no_referrer_and_therefore_no_origin(browser: FlaskClient) -> None:
    assert browser.post("/sign-out", headers={"Origin": "null"}).status_code == 302
