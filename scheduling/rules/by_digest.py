"""A policy as a key: equal by content, cheap to hash."""

from __future__ import annotations

from dataclasses import dataclass

from scheduling.model.policy import Policy


@dataclass(frozen=True, slots=True)
class ByDigest:
    """A policy that is equal by content hash, so that what is derived from one is derived once per content."""

    policy: Policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByDigest) and self.policy.digest == other.policy.digest

    def __hash__(self) -> int:
        return hash(self.policy.digest)
