"""The stage of the dialogues, for cases that need the whole bot."""

from __future__ import annotations

from tests.acceptance.conftest import (
    backend,
    database_url,
    dialogue,
    environ,
    lent,
    model,
    own,
    shared_bot,
    stage,
    workspace,
)

__all__ = [
    "backend",
    "database_url",
    "dialogue",
    "environ",
    "lent",
    "model",
    "own",
    "shared_bot",
    "stage",
    "workspace",
]
