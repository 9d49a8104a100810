"""`housestaff catalog`: what the server offers, as clients see it."""

from __future__ import annotations

from server.app import CATALOGUE
from server.commands.printing import emit_json
from server.entries import listing


def run() -> None:
    """Tools, resources and prompts as JSON."""
    emit_json(listing(CATALOGUE))
