"""How notices leave the house, from the environment: HOUSESTAFF_SMTP, HOUSESTAFF_MAIL_FROM, HOUSESTAFF_WEBHOOKS."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from scheduling.services.notify.settings import DeliverySettings, Mailbox
from server.settings import SettingError

SMTP = "HOUSESTAFF_SMTP"
SENDER = "HOUSESTAFF_MAIL_FROM"
WEBHOOKS = "HOUSESTAFF_WEBHOOKS"
_FORM = "smtp://USER:PASSWORD@HOST:PORT, smtps://… for TLS from the first byte, smtp+starttls://… to upgrade"
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_REACH = ("public", "private")


def read_delivery(environ: Mapping[str, str]) -> DeliverySettings:
    """The delivery settings of this process; SettingError names the variable and never repeats its value."""
    reach = environ.get(WEBHOOKS, "").strip().lower() or "public"
    if reach not in _REACH:
        raise SettingError(WEBHOOKS, f"must be one of {', '.join(_REACH)}")
    return DeliverySettings(mail=_mailbox(environ), private_webhooks=reach == "private")


def _mailbox(environ: Mapping[str, str]) -> Mailbox | None:
    value = environ.get(SMTP, "").strip()
    if not value:
        return None
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise SettingError(SMTP, f"must be {_FORM}") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in {"", "/"}:
        raise SettingError(SMTP, f"must be {_FORM}")
    sender = environ.get(SENDER, "").strip()
    if "@" not in sender or any(c.isspace() for c in sender):
        raise SettingError(SENDER, "must be the e-mail address notices come from")
    return Mailbox(
        parts.hostname,
        port or _PORTS[parts.scheme],
        sender,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        start_tls=parts.scheme == "smtp+starttls",
        implicit_tls=parts.scheme == "smtps",
    )
