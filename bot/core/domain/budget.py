"""Budgets: accounts, caps, reservations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BudgetKind(StrEnum):
    """What is counted: the dollars of someone's day or of the workspace's month, or a person's turns in a minute."""

    PERSON = "person"
    CHANNEL = "channel"
    WORKSPACE = "workspace"
    TURNS = "turns"


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a budget: `subject` is the person's or the channel's id, from `begins` until `ends`."""

    kind: BudgetKind
    workspace: str
    subject: str
    begins: datetime
    ends: datetime

    @property
    def key(self) -> str:
        """Return its key."""
        return f"{self.workspace}:{self.kind}:{self.subject}:{self.begins:%Y-%m-%dT%H:%M}"


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit of an account, in millionths of a dollar or in turns; `notice` is the amount at which to warn."""

    account: Account
    limit: int
    notice: int = 0


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reservation. `id` is "" if there was nothing to reserve; `reached` are the caps to warn about, once."""

    id: str
    reached: Sequence[tuple[Cap, int]] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A cap that leaves too little: `taken` is what is spent or reserved."""

    cap: Cap
    taken: int
