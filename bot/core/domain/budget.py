"""Budgets: accounts, caps, reservations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BudgetKind(StrEnum):
    """What is counted: the dollars of somebody's day or of the workspace's month, or a person's turns in a minute."""

    PERSON = "person"
    CHANNEL = "channel"
    WORKSPACE = "workspace"
    TURNS = "turns"


@dataclass(frozen=True, slots=True)
class Account:
    """What is counted together: `subject` is the person's or the channel's id, from `begins` until `ends`."""

    kind: BudgetKind
    workspace: str
    subject: str
    begins: datetime
    ends: datetime

    @property
    def key(self) -> str:
        """Name it."""
        return f"{self.workspace}:{self.kind}:{self.subject}:{self.begins:%Y-%m-%dT%H:%M}"


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit of an account, in millionths of a dollar or in turns, and `notice`, the part at which to tell so."""

    account: Account
    limit: int
    notice: int = 0


@dataclass(frozen=True, slots=True)
class Reservation:
    """What was reserved. `id` is "" where there was nothing to reserve; `reached` are the caps to tell about, once."""

    id: str
    reached: Sequence[tuple[Cap, int]] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A cap that leaves too little: `taken` is what was spent of it or is reserved."""

    cap: Cap
    taken: int
