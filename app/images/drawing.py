"""Drawing a picture anew, in a process of its own: what comes back was written by us, whatever went in."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHILD = Path(__file__).with_name("child.py")
PATIENCE = 15.0  # seconds; the child's own limit is lower
CLOSEST = 4.0  # times
LARGEST = 6 * 1024 * 1024  # bytes that may be uploaded
_SVG = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype svg|svg|!--)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Preset:
    """What a picture is for: the box that it is made to fit, or that it is cut to."""

    width: int
    height: int
    cut: bool = False


# The offer banner is 933 by 480 (OFFER-10); a mail is 600 wide, twice that on a good screen.
PRESETS = {"picture": Preset(1200, 2400), "logo": Preset(480, 240), "banner": Preset(933, 480, cut=True)}


class Refused(Exception):
    """A picture that is not taken; `why` is svg, type, bytes, pixels, frames or broken."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture drawn anew. Sizes are pixels."""

    media_type: str
    width: int
    height: int
    content: bytes


def draw(raw: bytes, preset: Preset, at: tuple[float, float] = (0.5, 0.5), zoom: float = 1.0) -> Drawn:
    """Return the picture drawn anew for its purpose. Raises Refused.

    A cut takes the largest piece of its shape, `zoom` times smaller, from where `at` says: 0 to 1 of the free room.
    """
    if len(raw) > LARGEST:
        raise Refused("bytes")
    if _SVG.match(raw[:200]):
        raise Refused("svg")
    wanted: dict[str, Any] = {"width": preset.width, "height": preset.height}
    if preset.cut:
        wanted["crop"] = [*(min(max(share, 0.0), 1.0) for share in at), min(max(zoom, 1.0), CLOSEST)]
    told, content = _asked(json.dumps(wanted).encode() + b"\n" + raw)
    if "refused" in told:
        raise Refused(str(told["refused"]))
    return Drawn(str(told["media_type"]), int(told["width"]), int(told["height"]), content)


def _asked(request: bytes) -> tuple[dict[str, Any], bytes]:
    command = [sys.executable, "-I", str(CHILD)]
    try:
        done = subprocess.run(command, input=request, capture_output=True, timeout=PATIENCE, env={})
        told, _, content = done.stdout.partition(b"\n")
        return dict(json.loads(told)), content
    except (subprocess.TimeoutExpired, ValueError):  # it was ended by its limits, before it could say so
        raise Refused("pixels") from None
