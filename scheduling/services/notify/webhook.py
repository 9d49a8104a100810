"""Webhooks: a signed, timestamped POST that its receiver can check and tell from a repetition."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

import httpx

from scheduling.model.notice import Notice, Receiver
from scheduling.services.notify.failure import NotDeliveredError
from scheduling.services.notify.public_address import read_webhook, resolve
from scheduling.services.notify.settings import DeliverySettings
from scheduling.services.notify.wording import sentence

SIGNATURE = "Housestaff-Signature"
DEDUPE = "Housestaff-Delivery"
_WORTH_RETRYING = {408, 425, 429}
_SERVER_ERROR = 500


def signature(secret: str, at: int, body: bytes) -> str:
    """`t=SECONDS,v1=HEX`: HMAC-SHA256 over the seconds, a full stop and the body.

    A receiver recomputes it with the shared secret, compares in constant time and refuses a timestamp minutes away.
    """
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def webhook_body(notices: Sequence[Notice]) -> bytes:
    """The notices as JSON; each carries the key by which its receiver recognises a repetition."""
    events: list[dict[str, Any]] = [
        {
            "key": n.dedupe_key,
            "kind": n.kind,
            "at": n.at.isoformat(),
            "program": n.program,
            "text": sentence(n),
            "data": dict(n.payload),
        }
        for n in notices
    ]
    return json.dumps({"events": events}, separators=(",", ":"), sort_keys=True).encode()


async def post_webhook(
    receiver: Receiver, notices: Sequence[Notice], dedupe_key: str, settings: DeliverySettings, now: dt.datetime
) -> None:
    """Send it; NotDeliveredError says whether trying again may help. No redirect is followed, no proxy used."""
    parts = read_webhook(receiver.webhook or "", private=settings.private_webhooks)
    address, port = await resolve(parts, private=settings.private_webhooks)
    body = webhook_body(notices)
    host = parts.hostname or ""
    url = httpx.URL(scheme=parts.scheme, host=address, port=port, path=parts.path or "/", query=parts.query.encode())
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "User-Agent": "housestaff",
        DEDUPE: dedupe_key,
        SIGNATURE: signature(receiver.secret or "", int(now.timestamp()), body),
    }
    try:
        async with httpx.AsyncClient(timeout=settings.timeout, trust_env=False, follow_redirects=False) as client:
            request = client.build_request(
                "POST", url, content=body, headers=headers, extensions={"sni_hostname": host}
            )
            answer = await client.send(request, stream=True)  # the body is never read, whatever its size
            await answer.aclose()
    except httpx.HTTPError as error:
        raise NotDeliveredError(type(error).__name__) from error
    status = answer.status_code
    if status >= _SERVER_ERROR or status in _WORTH_RETRYING:
        raise NotDeliveredError(f"HTTP {status}")
    if not httpx.codes.is_success(status):
        raise NotDeliveredError(f"HTTP {status}", final=True)
