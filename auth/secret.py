"""Secrets we hand out once and keep only as a hash."""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32
TOKEN = "hst_"  # noqa: S105 - the public prefix by which a leaked token is recognised
SETUP = "hss_"


def mint(prefix: str) -> str:
    """A new secret: the prefix and 256 random bits, safe in a URL."""
    return prefix + secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> bytes:
    """What is stored of a secret: its sha256."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
