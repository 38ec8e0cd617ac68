"""Channels: the ways by which a message reaches a person, one file each. This list is their registration."""

from __future__ import annotations

from collections.abc import Mapping

from workers.channels.channel import Channel
from workers.channels.chat import ChatChannel
from workers.channels.email import EmailChannel
from workers.channels.offer import OfferChannel

CHANNELS: Mapping[str, type[Channel]] = {
    kind.name: kind for kind in (EmailChannel, ChatChannel, OfferChannel)
}


def of_shop(shop_id: int) -> dict[str, Channel]:
    """Return the channels of a shop, by name."""
    return {name: kind(shop_id) for name, kind in CHANNELS.items()}
