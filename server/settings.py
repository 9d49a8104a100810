"""The environment, read once into typed settings; an error names the variable."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scheduling.model.errors import UserError
from scheduling.store.database import sqlalchemy_url
from scheduling.store.home import data_home

MCP_PATH = "/mcp"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_ANYWHERE = {"0.0.0.0", "::", "[::]"}  # noqa: S104 - recognised, not bound to
_MOST_PORT = 65_535
_KEY_BYTES = 32
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9a-fA-F:]+\]")
_ORIGIN = re.compile(r"https?://([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9a-fA-F:]+\])(:\d+)?")
LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("auto", "console", "json")


class SettingError(UserError):
    """A setting cannot be used."""

    def __init__(self, variable: str, reason: str, *, hint: str = "") -> None:
        super().__init__(f"{variable}: {reason}", hint=hint, details={"variable": variable})


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """How this process runs. Secrets (`token`, `keys`, and what `database_url` may hold) never appear in its repr."""

    database_url: str | None
    home: Path
    host: str
    port: int
    base_url: str
    """Where clients reach the server, without a path: its issuer, and the root of its resource identifier."""
    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    token: str | None
    today: dt.date | None
    keys: tuple[bytes, ...]
    log_level: str
    log_format: str

    def __repr__(self) -> str:
        """Where it runs; no secrets."""
        return f"Settings({self.base_url}, {'shared' if self.shared else 'embedded'} database)"

    @property
    def shared(self) -> bool:
        """True when the database is one that others reach too."""
        return self.database_url is not None

    @property
    def resource_url(self) -> str:
        """This server as tokens name it (RFC 8707)."""
        return self.base_url + MCP_PATH

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Host names a request may be addressed to: loopback, the public one, and those configured."""
        return tuple(dict.fromkeys([*_LOOPBACK, _bracketed(urlsplit(self.base_url).hostname or ""), *self.hosts]))

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """Origins a browser may call from: loopback, the public one, and those configured."""
        local = [f"http://{host}:*" for host in _LOOPBACK]
        return tuple(dict.fromkeys([*local, *(f"http://{h}" for h in _LOOPBACK), self.base_url, *self.origins]))

    @property
    def is_local(self) -> bool:
        """True when nothing but this machine can connect."""
        return _bracketed(self.host) in _LOOPBACK


def read_settings(environ: Mapping[str, str], *, host: str | None = None, port: int | None = None) -> Settings:
    """The settings of this process; `host` and `port` from the command line win. SettingError names the variable."""
    host = host or _text(environ, "HOUSESTAFF_HOST") or DEFAULT_HOST
    port = port if port is not None else _port(environ)
    database_url = _text(environ, "DATABASE_URL")
    return Settings(
        database_url=sqlalchemy_url(database_url) if database_url else None,
        home=data_home(),
        host=host,
        port=port,
        base_url=_base_url(environ, host, port),
        hosts=_matching(environ, "HOUSESTAFF_HOSTS", _HOST, "names or addresses without port, separated by commas"),
        origins=_matching(environ, "HOUSESTAFF_ORIGINS", _ORIGIN, "origins such as https://app.example"),
        token=_text(environ, "HOUSESTAFF_TOKEN"),
        today=_today(environ),
        keys=tuple(_key(word) for word in _list(environ, "HOUSESTAFF_KEYS")),
        log_level=_choice(environ, "HOUSESTAFF_LOG", LEVELS, "info"),
        log_format=_choice(environ, "HOUSESTAFF_LOG_FORMAT", FORMATS, "auto"),
    )


def _text(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(name, "").strip() or None


def _list(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in environ.get(name, "").split(",") if word.strip())


def _matching(environ: Mapping[str, str], name: str, form: re.Pattern[str], wanted: str) -> tuple[str, ...]:
    words = _list(environ, name)
    if not all(form.fullmatch(word) for word in words):
        raise SettingError(name, f"must hold {wanted}")
    return tuple(word.lower() for word in words)


def _choice(environ: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = (_text(environ, name) or default).lower()
    if value not in choices:
        raise SettingError(name, f"must be one of {', '.join(choices)}")
    return value


def _port(environ: Mapping[str, str]) -> int:
    value = _text(environ, "HOUSESTAFF_PORT") or str(DEFAULT_PORT)
    if not value.isdecimal() or int(value) > _MOST_PORT:
        raise SettingError("HOUSESTAFF_PORT", f"must be a number from 0 to {_MOST_PORT}")
    return int(value)


def _today(environ: Mapping[str, str]) -> dt.date | None:
    value = _text(environ, "HOUSESTAFF_TODAY")
    try:
        return dt.date.fromisoformat(value) if value else None
    except ValueError:
        raise SettingError("HOUSESTAFF_TODAY", "must be a date such as 2026-02-15") from None


def _key(word: str) -> bytes:
    if len(word.encode()) < _KEY_BYTES:
        raise SettingError("HOUSESTAFF_KEYS", f"every key must have at least {_KEY_BYTES} bytes, separated by commas")
    return word.encode()


def _base_url(environ: Mapping[str, str], host: str, port: int) -> str:
    value = _text(environ, "HOUSESTAFF_URL")
    if value is None:
        return f"http://{DEFAULT_HOST if host in _ANYWHERE else _bracketed(host)}:{port}"
    try:
        parts = urlsplit(value)
        named = parts.hostname
    except ValueError:
        parts, named = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not named or parts.query or parts.fragment or parts.username:
        raise SettingError("HOUSESTAFF_URL", "must be an address such as https://house.example")
    if parts.path not in {"", "/", MCP_PATH}:
        raise SettingError("HOUSESTAFF_URL", "must have no path: the server answers at the root of its host")
    if parts.scheme == "http" and _bracketed(named) not in _LOOPBACK:
        raise SettingError(
            "HOUSESTAFF_URL", "must be https unless it names this machine", hint="put TLS in front of it"
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host.lower()
