from __future__ import annotations

import base64
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.claude.encode_files import PIECE, body, enclosing, length, parts


async def sent(content: bytes) -> bytes:
    found = parts(content)
    whole = b"".join([piece async for piece in body(found)])
    assert len(whole) == length(found)
    return whole


@settings(max_examples=max(100, settings().max_examples))
@given(st.lists(st.binary(max_size=10)), st.sampled_from([0, 1, PIECE - 1, PIECE, PIECE + 1]), st.text())
async def test_files_go_where_they_belong(files: list[bytes], more: int, text: str) -> None:
    files = [*files, b"x" * more]
    with enclosing() as enclose:
        content = json.dumps({"said": text, "files": [enclose(data) for data in files]}).encode()
        found = json.loads(await sent(content))
    assert found == {"said": text, "files": [base64.b64encode(data).decode() for data in files]}


async def test_a_request_without_files_stays_whole() -> None:
    content = b'{"said": "enclosed-0123"}'
    assert parts(content) == [content]
    with enclosing() as enclose:
        enclose(b"left out")
        assert await sent(content) == content
    assert await sent(content) == content
