"""Parley's own admins, whom the operator names, beside the workspaces' admins."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def is_named(admins: Collection[str], workspace: str, person: str) -> bool:
    """Return whether a person is one of them: by their id alone, or with their workspace's, as `T1:U1`."""
    return person in admins or f"{workspace}:{person}" in admins
