"""The picture of an offer: chosen, moved under the banner by mouse and by keys, cut by the server, and shown."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image as Picture
from playwright.sync_api import Page, expect

from app.extensions import db
from app.models import Flow, Image
from tests.e2e.driver import drag_by
from tests.e2e.editing import Site, editor, server, site  # noqa: F401 - fixtures


def halves() -> bytes:
    """A picture twice as high as the banner: white above, black below."""
    picture = Picture.new("RGB", (933, 960), (255, 255, 255))
    picture.paste((0, 0, 0), (0, 480, 933, 960))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def offering(site: Site, page: Page) -> None:
    """Put an offer on the drawing and open its settings."""
    with site.app.app_context():
        flow = db.session.get_one(Flow, site.flow_id)
        email = next(node for node in flow.draft["nodes"] if node["kind"] == "send_email")
        offer = {**email, "kind": "grant_offer", "settings": {"title": "For your next order"}}
        nodes = [offer if node is email else node for node in flow.draft["nodes"]]
        flow.draft = {**flow.draft, "nodes": nodes}
        db.session.commit()
    site.open(page, email["id"])


def shade(site: Site) -> tuple[int, int, int]:
    """Return the size of the last picture that was kept and how light its upper edge is."""
    with site.app.app_context():
        kept = db.session.scalars(db.select(Image).order_by(Image.id.desc())).first()
        with Picture.open(io.BytesIO(kept.content)) as picture:
            return (*picture.size, picture.convert("L").getpixel((460, 4)))


@pytest.mark.rule("OFFER-10")
def test_a_picture_is_cut_to_the_banner_by_mouse_and_by_keys(editor: Page, site: Site) -> None:
    offering(site, editor)
    field = editor.locator("[data-field=image] input")
    with editor.expect_file_chooser() as asked:
        editor.get_by_role("button", name="Upload and cut a picture").click()
    asked.value.set_files({"name": "bad.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"})
    question = editor.get_by_role("dialog")
    expect(question.get_by_role("alert")).to_contain_text("not a picture")
    large = io.BytesIO()
    Picture.new("1", (5000, 40)).save(large, "PNG")
    choose = question.locator("input[type=file]")
    choose.set_input_files({"name": "wide.png", "mimeType": "image/png", "buffer": large.getvalue()})
    expect(question.get_by_role("alert")).to_contain_text("at most 4096 pixels a side")
    choose.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": halves()})
    expect(question.get_by_role("alert")).to_be_hidden()
    expect(question.get_by_label("Left or right")).to_be_disabled()  # it is as wide as the banner
    drag_by(editor, question.locator(".cutter-window"), 0, -400)
    expect(question.get_by_label("Up or down")).to_have_value("100")
    question.get_by_role("button", name="Use this part").click()
    expect(field).to_have_value(re.compile(r"^http://127\.0\.0\.1:8000/images/\w+\.jpg$"))
    expect(field).to_have_value(re.compile(re.escape(shown(site))))
    expect(editor.locator(".picked")).to_be_visible()
    assert shade(site)[:2] == (933, 480) and shade(site)[2] < 20
    editor.get_by_role("button", name="Upload and cut a picture").click()
    question.get_by_label("Up or down").press("Home")
    question.get_by_label("Closer").press("End")
    question.get_by_role("button", name="Use this part").click()
    expect(question).to_be_hidden()
    assert shade(site) == (933, 480, 255)
    expect(editor.locator("#saved")).to_have_attribute("data-live", "")
    settings = next(node for node in site.draft()["nodes"] if node["kind"] == "grant_offer")["settings"]
    assert settings["image"].endswith(shown(site))


def shown(site: Site) -> str:
    """Return the address of the last picture that was kept, from the root."""
    with site.app.app_context():
        return f"/images/{db.session.scalars(db.select(Image.name).order_by(Image.id.desc())).first()}.jpg"
