"""Who may be called: addresses of the open internet, unless a receiver says otherwise.

Judged is the very address that a socket is about to be connected to, after every look-up, however it was written
(``127.1``, ``[::ffff:10.0.0.1]``): a name that changes its mind between a look and a call gains nothing.
"""

from __future__ import annotations

import socket
from errno import EACCES
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

_NAT64: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""RFC 6052 and 8215: the last 32 bits are the IPv4 address that is really called."""


class ForbiddenAddress(OSError):
    """The address lies in a private network, on this machine, or nowhere one can call."""


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the open internet; an embedded IPv4 address is what is judged."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        inner = _embedded(found)
        if inner is not None:
            found = inner
    return found.is_global and not found.is_multicast and not found.is_unspecified and not found.is_reserved


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if any(address in network for network in _NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo is not None else None)


def public_socket(address: Any) -> socket.socket:
    """Return a socket for one resolved address, as aiohttp's ``socket_factory``.

    :raises ForbiddenAddress: it is not public.
    """
    family, kind, protocol, _, where = address
    if not is_public(str(where[0])):
        raise ForbiddenAddress(EACCES, f"{where[0]} is no public address: set allow_private if it is meant")
    return socket.socket(family, kind, protocol)
