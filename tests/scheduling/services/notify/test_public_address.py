from __future__ import annotations

import socket

import pytest

from scheduling.model.errors import InvalidError
from scheduling.services.notify.failure import NotDeliveredError
from scheduling.services.notify.public_address import is_public, read_webhook, resolve


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *("255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::", "2001:db8::1", "64:ff9b:1::1"),
    ],
)
def test_addresses_inside_are_not_public(address: str) -> None:
    """Loopback, private, link-local, shared, documentation, multicast, however they are wrapped."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are(address: str) -> None:
    """The open internet."""
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://example.org/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "https://",
            "https://user:pw@example.org/",
        ),
        *("https://example.org/#x", "javascript:alert(1)", "https://example.org:99999/", "https://[::1"),
    ],
)
def test_only_https_without_credentials_is_an_address(url: str) -> None:
    """Anything else is refused when it is set, and the refusal does not repeat it."""
    with pytest.raises(InvalidError) as caught:
        read_webhook(url)
    assert "example" not in caught.value.message
    assert "pw" not in caught.value.message


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
async def test_a_host_that_leads_inside_is_refused_for_good(host: str) -> None:
    """By number, by name, in odd spellings: what it resolves to counts."""
    with pytest.raises(NotDeliveredError) as caught:
        await resolve(read_webhook(f"https://{host}/hook"))
    assert caught.value.final or "not known" in caught.value.reason


async def test_one_private_answer_among_public_ones_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with two addresses is only as public as the worse one; the checked address is what is connected to."""

    async def answers(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 443)) for a in found]

    monkeypatch.setattr("anyio.getaddrinfo", answers)
    found = ["8.8.8.8", "10.0.0.1"]
    with pytest.raises(NotDeliveredError, match="not public"):
        await resolve(read_webhook("https://two.example/"))
    found = ["8.8.8.8", "8.8.4.4"]
    assert await resolve(read_webhook("https://two.example/")) == ("8.8.8.8", 443)
