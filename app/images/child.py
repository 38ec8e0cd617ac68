"""The process that opens a stranger's picture: it has little memory, little time, no files, and nothing to steal.

Reads one JSON line (what is wanted) and the picture from its input; writes one JSON line and the new picture.
Runs by its path with `-I`, so that it loads Pillow and nothing of the product.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import warnings

MEMORY = 768 * 1024 * 1024  # bytes
SECONDS = 10  # of processor time
MOST_PIXELS = 16_000_000
LONGEST_SIDE = 4096
MOST_FRAMES = 200
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")


class Refused(Exception):
    """A picture that is not taken; the text names why: type, pixels, frames or broken."""


def confine() -> None:
    """Take from this process what it does not need, before it reads a byte that a stranger chose."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        resource.setrlimit(limit, (value, value))


def recode(raw: bytes, wanted: dict) -> tuple[dict, bytes]:
    """Return what the picture became, {media_type, width, height}, and its bytes; raises Refused."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error")
    try:
        picture = Image.open(io.BytesIO(raw), formats=FORMATS)
    except Image.UnidentifiedImageError:
        raise Refused("type") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("pixels") from None
    frames = checked(picture)
    if frames > 1 and picture.format == "GIF" and "crop" not in wanted:
        return animated(picture, wanted["width"], wanted["height"])
    upright = ImageOps.exif_transpose(picture)
    return still(shaped(upright, wanted))


def checked(picture) -> int:
    """Return how many frames a picture has, whose header alone was read; raises Refused when it is too large."""
    if picture.width * picture.height > MOST_PIXELS or max(picture.size) > LONGEST_SIDE:
        raise Refused("pixels")
    frames = getattr(picture, "n_frames", 1)
    if frames > MOST_FRAMES or frames * picture.width * picture.height > 8 * MOST_PIXELS:
        raise Refused("frames")
    return frames


def shaped(picture, wanted: dict):
    """Return the picture cut to the wanted shape, or fitted.

    `crop` is [left, top, zoom]: where in the free room, 0 to 1, and how many times smaller than the largest piece.
    """
    width, height = wanted["width"], wanted["height"]
    if "crop" not in wanted:
        if picture.width > width or picture.height > height:
            picture.thumbnail((width, height))
        return picture
    left, top, zoom = wanted["crop"]
    scale = min(picture.width / width, picture.height / height) / zoom
    wide, high = width * scale, height * scale
    across, down = left * (picture.width - wide), top * (picture.height - high)
    return clear(picture).resize(
        (width, height), box=(across, down, across + wide, down + high), reducing_gap=2.0
    )


def clear(picture):
    """Return the picture in colours that can be mixed: a palette's numbers cannot."""
    return picture if picture.mode in ("RGB", "RGBA", "L") else picture.convert("RGBA")


def still(picture) -> tuple[dict, bytes]:
    """Return one frame without anything that was said beside it: no place, no camera, no profile."""
    clear = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    plain = picture.convert("RGBA" if clear else "RGB")
    plain.info = {}
    out = io.BytesIO()
    if clear:
        plain.save(out, "PNG", optimize=True)
    else:
        plain.save(out, "JPEG", quality=86, progressive=True, optimize=True)
    return told("image/png" if clear else "image/jpeg", plain), out.getvalue()


def animated(picture, width: int, height: int) -> tuple[dict, bytes]:
    """Return a moving picture, each of its frames drawn anew."""
    frames, pauses = [], []
    for place in range(picture.n_frames):
        picture.seek(place)
        frame = picture.convert("RGBA")
        frame.thumbnail((width, height))
        frames.append(frame)
        pauses.append(picture.info.get("duration", 100))
    out = io.BytesIO()
    first = frames[0]
    first.info = {}
    first.save(out, "GIF", save_all=True, append_images=frames[1:], duration=pauses, loop=0, disposal=2)
    return told("image/gif", first), out.getvalue()


def told(media_type: str, picture) -> dict:
    """Return what a picture became."""
    return {"media_type": media_type, "width": picture.width, "height": picture.height}


def answer(told: dict, picture: bytes = b"") -> None:
    """Write the answer."""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + picture)


def main() -> None:
    """Answer one request; whatever goes wrong with the picture is an answer, too."""
    confine()
    wanted = json.loads(sys.stdin.buffer.readline())
    try:
        answer(*recode(sys.stdin.buffer.read(), wanted))
    except Refused as refusal:
        answer({"refused": str(refusal)})
    except MemoryError:
        answer({"refused": "pixels"})
    except Exception:  # a decoder can fail in any way; none of them is this process's last word
        answer({"refused": "broken"})


if __name__ == "__main__":
    main()
