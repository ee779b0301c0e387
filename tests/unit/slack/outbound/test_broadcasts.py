from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from bot.slack.outbound.broadcasts import harmless, safe_end

CHUNKS = st.lists(
    st.one_of(
        st.sampled_from(
            ("<", "<!", "!", "chan", "nel", "<!channel>", "<!here|here>", "EVERYONE", "subteam", "^S1", ">")
        ),
        st.text(max_size=3),
    ),
    max_size=20,
)


@given(CHUNKS)
@example(["<!here", "\n", ">"])
@example(["<!channel", "é>"])
def test_chunks_are_as_harmless_as_the_whole(chunks: list[str]) -> None:
    shown = held = ""
    for chunk in chunks:
        held += chunk
        end = safe_end(held)
        shown, held = shown + harmless(held[:end]), held[end:]
    assert shown + harmless(held) == harmless("".join(chunks))


@given(CHUNKS)
def test_no_broadcast_is_left_whole(chunks: list[str]) -> None:
    assert not re.search(r"<!(channel|here|everyone)[>|]|<!subteam\^", harmless("".join(chunks)), re.IGNORECASE)


@given(CHUNKS)
def test_little_is_ever_held_back(chunks: list[str]) -> None:
    written = "".join(chunks)
    assert len(written) - safe_end(written) <= len("<!everyone\n")
