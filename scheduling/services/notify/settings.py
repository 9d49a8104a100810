"""How notices leave the house."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Mailbox:
    """The SMTP server that takes our mail. `implicit_tls` is TLS from the first byte, `start_tls` an upgrade."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = None
    start_tls: bool = False
    implicit_tls: bool = False

    def __repr__(self) -> str:
        """Where it is; no secrets."""
        return f"Mailbox({self.host}:{self.port})"


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """Delivery as an operator set it up. Without a mailbox, e-mail waits as dead letters that `doctor` names.

    A failed delivery is tried again after `first_wait`, doubled each time up to `longest_wait`, `attempts` times in all. A claimed delivery
    is free for others again after `lease`. `private_webhooks` lets webhooks reach addresses inside the network.
    `digest_at` is the hour of the day (local to the program) at which gathered notices leave.
    """

    mail: Mailbox | None = None
    private_webhooks: bool = False
    attempts: int = 8
    first_wait: dt.timedelta = dt.timedelta(seconds=30)
    longest_wait: dt.timedelta = dt.timedelta(hours=6)
    lease: dt.timedelta = dt.timedelta(minutes=2)
    timeout: float = 10.0
    digest_at: dt.time = dt.time(18)
    batch: int = 50

    def wait(self, attempts: int) -> dt.timedelta | None:
        """How long to wait after so many failed attempts (this one included); None to give up."""
        if attempts >= self.attempts:
            return None
        wait = self.first_wait
        for _ in range(attempts - 1):
            if wait >= self.longest_wait:
                break
            wait *= 2
        return min(wait, self.longest_wait)
