from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.privacy.redaction.piece import LONGEST, pieces
from bot.core.privacy.redaction.placeholder import Redaction

KEY = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA\n" * 600 + "-----END RSA PRIVATE KEY-----"


@given(st.lists(st.sampled_from(["word ", "\n", "\n\n", "\\n", "a" * 9_000, "1 " * 9_000, KEY, ". "]), max_size=30))
def test_pieces_are_the_whole_text(parts: list[str]) -> None:
    text = "".join(parts)
    cut = list(pieces(text))
    assert "".join(cut) == text
    assert all(len(one) <= LONGEST for one in cut)


@pytest.mark.parametrize("secret", [KEY, "ada@example.com", "password: Tr0ub4dor&3-zebra", "4111 1111 1111 1111"])
@pytest.mark.parametrize("filler", ["all is well here. ", "a line of words\n", '{"text": "all is well"}\\n'])
def test_what_stands_at_a_cut_is_hidden(secret: str, filler: str) -> None:
    before = filler * (LONGEST // len(filler) - 2)
    for shift in range(0, 3 * len(filler), 7):
        text = f"{before}{filler[:shift]}\n{secret}\n{filler * 100}"
        redacted = Redaction("US").redact(text)
        assert secret not in redacted
        assert redacted.count("-1]") == 1
