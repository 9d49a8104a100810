"""Where a webhook may go: only to public addresses, and only to the one that was checked."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

import anyio

from scheduling.model.errors import InvalidError
from scheduling.services.notify.failure import NotDeliveredError

_PORTS = {"https": 443, "http": 80}


def read_webhook(url: str, *, private: bool = False) -> SplitResult:
    """The parts of a webhook's address; InvalidError unless it is https (or http where private ones are allowed)."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise InvalidError("webhook", "not an address") from None
    if parts.scheme not in (("https", "http") if private else ("https",)) or not parts.hostname:
        raise InvalidError("webhook", "not an address", valid=["https://…"])
    if parts.username or parts.password or parts.fragment:
        raise InvalidError("webhook", "may hold no user, password or fragment")
    return parts


async def resolve(parts: SplitResult, *, private: bool = False) -> tuple[str, int]:
    """One checked address and the port; NotDeliveredError when any address of the host is not public.

    The name is looked up once and the connection made to what was found, so that a second answer cannot lead elsewhere.
    """
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise NotDeliveredError("the host is not known") from None
    addresses = [str(address[0]) for *_, address in found]
    if not private and not all(is_public(a) for a in addresses):
        raise NotDeliveredError("the host is not public", final=True)
    return addresses[0], port


def is_public(address: str) -> bool:
    """True for an address of the open internet, whatever way it is written."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
        if ip in ipaddress.ip_network("64:ff9b::/96") or ip in ipaddress.ip_network("64:ff9b:1::/48"):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified
