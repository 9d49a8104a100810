"""Notices: an event as one receiver is told of it, and how they want to be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Channel(StrEnum):
    """A way out of the house; the in-app list is always there."""

    EMAIL = "email"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is told and how: a person's id, or `@` and an account's id. `secret` signs the webhook.

    `kinds` narrows the events (empty: all), `follows` widens from one's own to the whole program's, `digest` gathers
    what leaves the house into one message a day.
    """

    id: str
    email: str | None = None
    webhook: str | None = None
    secret: str | None = None
    kinds: tuple[str, ...] = ()
    follows: bool = False
    digest: bool = False

    def wants(self, kind: str) -> bool:
        """True for events of this kind."""
        return not self.kinds or kind in self.kinds

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The ways out of the house that are set."""
        ways = {Channel.EMAIL: self.email, Channel.WEBHOOK: self.webhook}
        return tuple(channel for channel, address in ways.items() if address)


@dataclass(frozen=True, slots=True)
class Notice:
    """One event told to one receiver. `payload` is JSON of ids, codes and dates, never of names or reasons."""

    id: int
    program: str
    receiver: str
    kind: str
    payload: Mapping[str, Any]
    dedupe_key: str
    at: dt.datetime
    read: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice on its way through one channel, claimed by a worker; `attempts` failed before."""

    id: int
    channel: Channel
    notice: Notice
    receiver: Receiver
    attempts: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """What has not arrived yet: waiting, given up for good (dead letters), and due for minutes without anybody sending."""

    waiting: int
    dead: int
    late: int
