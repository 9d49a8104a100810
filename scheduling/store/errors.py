"""What the storage layer tells an operator when it cannot go on."""

from __future__ import annotations

from scheduling.model.errors import UserError


class StorageError(UserError):
    """The database cannot be used."""

    code = "storage"
