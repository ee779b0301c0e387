"""The vault: tokens are sealed before they get into the database. The keys are the operator's, and never stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot import PROGRAM
from bot.errors import SealedError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def new_key() -> str:
    """Make a key: 32 random bytes, in URL-safe Base64."""
    return Fernet.generate_key().decode()


class Vault:
    """Seals with the first key and opens with any: AES-128 in CBC mode with an HMAC-SHA256, as Fernet defines it.

    https://github.com/fernet/spec/blob/master/Spec.md. Raises `SettingsError` for keys of no use.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise SettingsError(
                [f"PARLEY_ENCRYPTION_KEY: takes keys made by `{PROGRAM} key`, separated by commas."]
            ) from None

    def seal(self, workspace: str, secrets: Mapping[str, str]) -> str:
        """Seal a workspace's secrets."""
        return self._fernet.encrypt(json.dumps([workspace, dict(secrets)]).encode()).decode()

    def open(self, workspace: str, sealed: str) -> dict[str, str]:
        """Open what was sealed for a workspace. Raises `SealedError`, also for what belongs to another one."""
        try:
            owner, secrets = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise SealedError(workspace) from None
        if owner != workspace:
            raise SealedError(workspace)
        return dict(secrets)

    def reseal(self, workspace: str, sealed: str) -> str:
        """Seal with the first key what any of them opens; its age stays. Raises `SealedError`."""
        try:
            return self._fernet.rotate(sealed).decode()
        except InvalidToken:
            raise SealedError(workspace) from None
