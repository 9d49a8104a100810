"""Telling a database that is away for a moment from a statement that is wrong."""

from __future__ import annotations

import asyncpg
from sqlalchemy.exc import DBAPIError

from scheduling.store.database import UNREACHABLE
from scheduling.store.errors import StorageError

_PASSING = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""Lost connections, a server that shuts down or starts, too many connections, a full disk."""


def is_passing(error: BaseException) -> bool:
    """True when a statement was lost to an outage and nothing says so yet; bare troubles of the system may be anybody's."""
    return is_outage(error) and not isinstance(error, (OSError, StorageError))


def is_outage(error: BaseException) -> bool:
    """True when the same act may well succeed a little later: the server is away, or out of room."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error.driver_exception, (*UNREACHABLE, *_PASSING))
    return isinstance(error, (*UNREACHABLE, *_PASSING, StorageError))
