"""The vault: tokens are encrypted before they are stored. The keys are the operator's, and never stored."""

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
    """Encrypts with the first key and decrypts with any: AES-128 in CBC mode with an HMAC-SHA256, as Fernet defines it.

    https://github.com/fernet/spec/blob/master/Spec.md. Raises `SettingsError` for unusable keys.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise SettingsError(
                [f"PARLEY_ENCRYPTION_KEY: takes keys made by `{PROGRAM} key`, separated by commas."]
            ) from None

    def seal(self, workspace: str, secrets: Mapping[str, str]) -> str:
        """Encrypt a workspace's secrets."""
        return self._fernet.encrypt(json.dumps([workspace, dict(secrets)]).encode()).decode()

    def open(self, workspace: str, sealed: str) -> dict[str, str]:
        """Decrypt a workspace's secrets. Raises `SealedError`, also for another workspace's."""
        try:
            owner, secrets = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise SealedError(workspace) from None
        if owner != workspace:
            raise SealedError(workspace)
        return dict(secrets)

    def reseal(self, workspace: str, sealed: str) -> str:
        """Re-encrypt with the first key what any key decrypts; its time stays. Raises `SealedError`."""
        try:
            return self._fernet.rotate(sealed).decode()
        except InvalidToken:
            raise SealedError(workspace) from None
