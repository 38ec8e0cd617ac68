"""Pictures: drawn anew by a process that can hurt nobody, or refused with a sentence."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image as Picture

from app import views
from app.extensions import db
from app.images.drawing import LARGEST, PRESETS, Refused, draw
from app.models import Image
from app.models import images as kept_images
from tests.app.browsing import a_browser
from tests.app.rows import a_shop

PLAIN = PRESETS["picture"]


def saved(picture: Picture.Image, format: str = "PNG", **told) -> bytes:
    out = io.BytesIO()
    picture.save(out, format, **told)
    return out.getvalue()


def a_picture(width=40, height=20, mode="RGB", format="PNG", **told) -> bytes:
    return saved(Picture.new(mode, (width, height), (200, 90, 40, 255)[: len(mode)]), format, **told)


def a_bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def desk(app):
    views.register(app)
    app.config["WTF_CSRF_ENABLED"] = False
    shop = a_shop()
    return a_browser(app, shop), shop


def sent(browser, raw: bytes, name="x.png", **fields):
    return browser.post("/images", data={"file": (io.BytesIO(raw), name), **fields})


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_what_comes_out_was_written_by_us(format):
    drawn = draw(a_picture(format=format), PLAIN)
    assert (drawn.width, drawn.height) == (40, 20) and drawn.media_type in ("image/jpeg", "image/png")


def test_nothing_that_was_said_beside_the_picture_is_kept():
    told = Picture.Exif()
    told[0x010E], told[0x0112] = "taken at home, 48.85 N", 6
    raw = a_picture(60, 20, format="JPEG", exif=told) + b"<script>alert(1)</script>"
    drawn = draw(raw, PLAIN)
    assert (
        b"taken at home" in raw and b"taken at home" not in drawn.content and b"script" not in drawn.content
    )
    assert (drawn.width, drawn.height) == (20, 60)  # turned upright, as its own note said


def test_a_clear_ground_stays_clear_and_a_large_picture_is_made_to_fit():
    assert draw(a_picture(mode="RGBA"), PLAIN).media_type == "image/png"
    assert draw(a_picture(2400, 600), PLAIN).width == PLAIN.width


def test_a_moving_picture_goes_on_moving():
    frames = [Picture.new("RGB", (10, 10), (shade, 0, 0)) for shade in (0, 120, 240)]
    raw = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=80)
    drawn = draw(raw, PLAIN)
    with Picture.open(io.BytesIO(drawn.content)) as moving:
        assert drawn.media_type == "image/gif" and moving.n_frames == 3


@pytest.mark.rule("OFFER-10")
@pytest.mark.parametrize(
    ("at", "zoom", "shade"),
    [((0, 0.5), 1, 0), ((1, 0.5), 1, 255), ((0.75, 1), 4, 255), ((0.25, 0), 99, 0), ((-7, 3), 0.1, 0)],
)  # fmt: skip
def test_a_banner_is_cut_to_its_shape_where_and_as_close_as_one_wants_it(at, zoom, shade):
    half = Picture.new("L", (1866 * 2, 480 * 2), 0)
    half.paste(255, (1866, 0, 1866 * 2, 480 * 2))
    drawn = draw(saved(half.convert("RGB")), PRESETS["banner"], at, zoom)
    with Picture.open(io.BytesIO(drawn.content)) as banner:
        assert banner.size == (933, 480) and abs(banner.getpixel((466, 240))[0] - shade) < 8


@pytest.mark.parametrize("mode", ["P", "LA", "CMYK", "1", "I;16"])
def test_a_banner_is_cut_from_a_picture_of_any_colours(mode):
    drawn = draw(
        saved(Picture.new(mode, (1000, 900)), "JPEG" if mode == "CMYK" else "PNG"), PRESETS["banner"]
    )
    assert (drawn.width, drawn.height) == (933, 480)


@pytest.mark.rule("OFFER-10")
def test_an_uploaded_banner_is_cut_where_the_merchant_said(desk):
    browser, _shop = desk
    picture = Picture.new("RGB", (933, 960), (0, 0, 0))
    picture.paste((250, 250, 250), (0, 480, 933, 960))
    lower = sent(browser, saved(picture), preset="banner", x="0.5", y="1", zoom="nan").get_json()
    assert (lower["width"], lower["height"]) == (933, 480)
    with Picture.open(io.BytesIO(browser.get(lower["url"]).data)) as banner:
        assert banner.getpixel((466, 5))[0] > 240


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"hello", "type"), (b"%PDF-1.7", "type"), (b"BM" + b"\0" * 60, "type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "svg"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><svg/>", "svg"),
        (a_bomb(12_000, 12_000), "pixels"), (a_bomb(60_000, 60_000), "pixels"), (a_bomb(5000, 10), "pixels"),
        (a_picture(900, 900)[:300], "broken"), (b"\0" * (LARGEST + 1), "bytes"),
    ],
    ids=["words", "pdf", "bmp", "svg", "svg with xml", "bomb", "huge bomb", "too wide", "cut off", "too many bytes"],
)  # fmt: skip
def test_what_is_no_picture_for_a_mail_is_refused(raw, why):
    with pytest.raises(Refused) as refused:
        draw(raw, PLAIN)
    assert refused.value.why == why


def test_an_upload_is_shown_to_everybody_and_runs_nothing(app, desk):
    browser, shop = desk
    told = sent(browser, a_picture(), "../../etc/passwd.svg").get_json()
    seen = app.test_client().get(told["url"])
    assert seen.status_code == 200 and seen.mimetype == "image/jpeg" and "passwd" not in told["url"]
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert seen.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (
        seen.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        and "immutable" in seen.headers["Cache-Control"]
    )
    assert db.session.query(Image).one().shop_id == shop.id
    for other in (told["url"].replace(".jpg", ".png"), "/images/x.jpg", "/images/AAAAAAAAAAAAAAAAAAAAAA.jpg"):
        assert app.test_client().get(other).status_code == 404


def test_a_refusal_is_a_sentence(desk, monkeypatch):
    browser, _shop = desk
    assert "SVG" in sent(browser, b"<svg/>").get_json()["problem"]
    assert (
        sent(browser, b"").status_code == 422
        and sent(browser, a_picture(), preset="poster").status_code == 400
    )
    large = sent(browser, b"\0" * (LARGEST + 200_000))
    assert large.status_code == 413 and "6 MB" in large.get_json()["problem"]
    monkeypatch.setattr(kept_images, "QUOTA", 100)
    full = sent(browser, a_picture())
    assert (
        full.status_code == 422
        and "is full" in full.get_json()["problem"]
        and db.session.query(Image).count() == 0
    )


def test_strangers_upload_nothing(app, desk):
    assert sent(app.test_client(), a_picture()).status_code == 302 and db.session.query(Image).count() == 0
