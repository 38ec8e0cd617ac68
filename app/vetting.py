"""Vetting: which addresses of the net a merchant may make this machine speak to.

Pure: an address goes in, yes or no comes out. One that carries another (mapped, NAT64, 6to4, Teredo) is judged by
both. The registries are IANA's special-purpose ones for IPv4 and IPv6; `ipaddress.is_global` alone lets some pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

DENIED: tuple[Network, ...] = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
        "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
_CARRYING = tuple(IPv6Network(each) for each in ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96"))


def allowed(text: str, exceptions: Iterable[Network] = ()) -> bool:
    """Return whether this numeric address may be spoken to: public, or among the operator's `exceptions`."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if any(_within(each, network) for network in exceptions for each in _plain(address)):
        return True
    return address.is_global and not any(_within(each, no) for each in _inside(address) for no in DENIED)


def networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a comma-separated list; raises ValueError, naming the first that is none."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _within(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network


def _plain(address: Address) -> Iterator[Address]:
    """Yield the address, and the IPv4 one that the system would take it for."""
    yield address
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        yield address.ipv4_mapped


def _inside(address: Address) -> Iterator[Address]:
    yield from _plain(address)
    if isinstance(address, IPv6Address):
        if address.sixtofour:
            yield address.sixtofour
        if address.teredo:
            yield from address.teredo
        if any(address in network for network in _CARRYING):
            yield IPv4Address(int(address) & 0xFFFFFFFF)
