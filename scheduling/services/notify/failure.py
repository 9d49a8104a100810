"""What goes wrong on the way to a receiver."""

from __future__ import annotations


class NotDeliveredError(Exception):
    """A delivery failed. `final` when trying again cannot help; the text names the failure, never address or content."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final
