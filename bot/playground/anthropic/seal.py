"""What the API hands out sealed, to have it back unchanged: signatures, encrypted contents, ids of tool calls."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]

MARK = 16  # bytes of the checksum
STAMP = 6  # hexadecimal figures of an id that say which thinking came before the call
CALL, SERVER_CALL = "toolu_", "srvtoolu_"


def seal(content: Json) -> str:
    """Return content as text that nobody reads or changes."""
    raw = json.dumps(content, sort_keys=True).encode()
    return base64.b64encode(hashlib.sha256(raw).digest()[:MARK] + raw).decode()


def unseal(text: object) -> Json:
    """Return the content of a sealed text. Raises `ValueError` if it isn't one, or was changed."""
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except binascii.Error:
        raise ValueError("not sealed here") from None
    if hashlib.sha256(data[MARK:]).digest()[:MARK] != data[:MARK]:
        raise ValueError("not sealed here, or changed")
    return dict(json.loads(data[MARK:]))


def call_id(signatures: Iterable[str]) -> str:
    """Return an id for a tool call, stamped with the signatures of the message's thinking so far."""
    return f"{CALL}01{secrets.token_hex(8)}{_stamp(signatures)}"


def server_call_id() -> str:
    """Return an id for a call that the server makes by itself."""
    return f"{SERVER_CALL}01{secrets.token_hex(10)}"


def is_stamped(id_: str, signatures: Iterable[str]) -> bool:
    """Return whether an id agrees with the thinking before its call; an id that wasn't made here always does."""
    made_here = len(id_) == len(call_id(())) and id_.startswith(f"{CALL}01")
    return not made_here or id_.endswith(_stamp(signatures))


def _stamp(signatures: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(signatures).encode()).hexdigest()[:STAMP]


class Prefix:
    """What stands before a block of a conversation: a digest that an edit of any earlier block changes."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    @classmethod
    def of(cls, blocks: Iterable[tuple[str, Json]]) -> Prefix:
        """Return what blocks are together, each with the role of its message."""
        prefix = cls()
        for role, block in blocks:
            prefix.add(role, block)
        return prefix

    def add(self, role: str, block: Json) -> None:
        """Add a block, without what may change from request to request. Thinking and blank text may be left out."""
        is_blank = block["type"] == "text" and not block["text"].strip()
        if is_blank or block["type"] in ("thinking", "redacted_thinking"):
            return
        self._hash.update(json.dumps([role, _lasting(block)], sort_keys=True).encode())

    @property
    def digest(self) -> str:
        """The digest of all blocks so far."""
        return self._hash.hexdigest()[:32]


def _lasting(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {name: _lasting(inner) for name, inner in value.items() if name != "cache_control" and inner is not None}
    return [_lasting(inner) for inner in value] if isinstance(value, list) else value
