"""Parley's own admins, whom the operator names, beside the workspaces' admins."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def is_named(admins: Collection[str], workspace: str, person: str) -> bool:
    """Tell whether a person is among them: by their id alone, or by that of their workspace, too, as `T1:U1`."""
    return person in admins or f"{workspace}:{person}" in admins
