"""Addresses that strangers wrote: read without an error, however they are spelled."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

NONE = SplitResult("", "", "", "", "")


def parted(address: str) -> SplitResult:
    """Return the parts of an address; all of them empty for one that cannot be read, such as "http://[".

    The host and the port are read as they are asked for: `.port` still raises ValueError for one that is no number.
    """
    try:
        return urlsplit(address)
    except ValueError:
        return NONE
