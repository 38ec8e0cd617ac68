"""Fields that are written: texts, tags and numbers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, ClassVar

from graph.fields.field import Field, FieldError, many, whole
from graph.words import M

# Characters that reverse or hide text: welcome in no title, tag or note.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """One line of text: str, NFC, trimmed."""

    type: ClassVar[str] = "text"
    longest: int = 200

    def clean(self, raw: Any) -> str:
        if not isinstance(raw, str):
            raise FieldError(M("Write a text here."))
        text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n")).strip()
        if len(text) > self.longest:
            raise FieldError(M("Keep this under %(longest)s characters."), {"longest": self.longest})
        if _UNSEEN.search(text) or ("\n" in text and not isinstance(self, LongText)):
            raise FieldError(M("This text holds characters that cannot be shown. Type it again by hand."))
        return text


@dataclass(frozen=True, kw_only=True)
class LongText(Text):
    """A few lines of text."""

    type: ClassVar[str] = "long_text"
    longest: int = 2000


@dataclass(frozen=True, kw_only=True)
class WebAddress(Text):
    """An address on the web: str, with its scheme. Whether anybody may be sent there is not decided here."""

    longest: int = 500
    ask: str = M("Write the address.")

    def clean(self, raw: Any) -> str:
        text = super().clean(raw)
        if not re.fullmatch(r"https?://[^\s/?#@\\]+(?:[/?#][^\s\\]*)?", text, re.IGNORECASE):
            raise FieldError(M("Write the whole address, with https://."))
        return text


@dataclass(frozen=True, kw_only=True)
class Picture(WebAddress):
    """The address of a picture in the shape of the offer banner."""

    type: ClassVar[str] = "picture"


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A whole number between two bounds: int."""

    type: ClassVar[str] = "number"
    least: int = 0
    most: int = 1_000_000

    def clean(self, raw: Any) -> int:
        number = whole(raw)
        if not self.least <= number <= self.most:
            values = {"least": self.least, "most": self.most}
            raise FieldError(M("Choose a number from %(least)s to %(most)s."), values)
        return number


@dataclass(frozen=True, kw_only=True)
class Percent(Number):
    """A share in per cent: int."""

    type: ClassVar[str] = "percent"
    least: int = 1
    most: int = 99


@dataclass(frozen=True, kw_only=True)
class Tags(Field):
    """Tags of a customer: a list of short texts. A form may send them as one line with commas."""

    type: ClassVar[str] = "tags"
    several: ClassVar[bool] = True
    ask: str = M("Write at least one tag.")

    def clean(self, raw: Any) -> list[str]:
        parts = raw.split(",") if isinstance(raw, str) else many(raw)
        one = Text(name=self.name, label=self.label, longest=40)
        return list(dict.fromkeys(one.clean(part) for part in parts if not self.blank(part)))
