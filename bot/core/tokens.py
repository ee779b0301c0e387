"""Estimate a text's tokens without asking the model."""

from __future__ import annotations

# A deliberate over-estimate: English runs at about 4 bytes a token, other scripts at 2 to 3 bytes, and the newer
# tokenizers count some 30 % more tokens than the old ones.
BYTES_PER_TOKEN = 3
TOKENS_PER_TURN = 8


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text, on the high side."""
    return len(text.encode()) // BYTES_PER_TOKEN + TOKENS_PER_TURN


def shorten(text: str, tokens: int) -> tuple[str, int]:
    """Cut a text's end so that it fits into `tokens`; return it with the number of characters cut."""
    if estimate_tokens(text) <= tokens:
        return text, 0
    kept = text.encode()[: max(0, tokens - TOKENS_PER_TURN) * BYTES_PER_TOKEN].decode(errors="ignore")
    return kept, len(text) - len(kept)
