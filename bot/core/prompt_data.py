"""Untrusted text for the model: data, never markup."""

from __future__ import annotations

import json


def quoted(tag: str, value: object) -> str:
    """Wrap a value as JSON in a tag. No text can close the tag early: `<` is written as an escape that JSON undoes."""
    data = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
    return f"<{tag}>{data}</{tag}>"
