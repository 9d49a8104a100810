"""The life of a version: drafted, staged, published, rolled back or discarded (domain.md §10)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from scheduling.model.calendar import Block, BlockRef
from scheduling.model.part import Window


class VersionState(StrEnum):
    """How far a version has come. Its content never changes, only this."""

    DRAFT = "draft"
    STAGED = "staged"
    PUBLISHED = "published"
    ROLLED_BACK = "rolled_back"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Version:
    """What is known of a version beside its content. `hash` (hex sha256 of the content) is its id.

    `origin` says what made it (import, solve, edit, restore); `calls` are the first and last night with a caller.
    """

    hash: str
    block: Block
    state: VersionState
    partial: bool
    origin: str
    created_by: str
    created_at: dt.datetime
    parent: str | None = None
    calls: Window | None = None


class Move(StrEnum):
    """Why a live pointer moved."""

    IMPORT = "import"
    PUBLISH = "publish"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class Publication:
    """One move of a block's live pointer from `previous` to `version` (hashes; None for no live version)."""

    id: int
    block: BlockRef
    move: Move
    version: str | None
    previous: str | None
    by: str
    at: dt.datetime
    rollback_until: dt.datetime | None = None
    reason: str | None = None
