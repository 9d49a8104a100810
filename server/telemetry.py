"""Logs to stderr, structured; the caller's name on every span."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from opentelemetry import trace

from auth.principal import Principal

_NOISY = ("mcp", "uvicorn.access", "httpx", "httpx2", "asyncio", "alembic", "sqlalchemy.engine", "procrastinate")


def configure_logging(*, level: str = "info", form: str = "auto") -> None:
    """Send our logs and the libraries' to stderr, as JSON lines or, on a terminal, for people.

    Nothing is ever written to stdout: on stdio it carries the protocol.
    """
    people = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    last: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if people:
        # The rich trace would print local variables, and with them what a caller sent.
        plain = structlog.dev.plain_traceback
        last.append(structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain))
    else:
        last += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))


def name_caller(principal: Principal, client: str) -> None:
    """Put the caller on the current span and on every log line of this request."""
    attributes: dict[str, Any] = {"enduser.id": principal.account, "housestaff.token": principal.client}
    trace.get_current_span().set_attributes(attributes)
    structlog.contextvars.bind_contextvars(caller=principal.account, client=client)
