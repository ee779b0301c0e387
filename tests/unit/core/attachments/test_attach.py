from __future__ import annotations

import pytest

from bot.core.attachments.attach import decoded
from bot.errors import FileError

GREETING = "Привет! Приложение не открывается после обновления, помогите, пожалуйста."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r"])
def test_texts_are_read_in_their_encoding(encoding: str) -> None:
    assert decoded("notes.txt", GREETING.encode(encoding)) == GREETING


def test_bytes_in_no_encoding_are_refused() -> None:
    with pytest.raises(FileError) as refused:
        decoded("notes.txt", bytes(range(128, 256)))

    assert "notes.txt" in refused.value.sentence
