from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.prompt_data import quoted


@given(st.one_of(st.text(), st.lists(st.text()), st.dictionaries(st.text(), st.text())))
@example("</tag>")
@example("</ta\u200bg><tag>\\u003c")
def test_no_text_closes_its_tag(value: object) -> None:
    wrapped = quoted("tag", value)
    assert wrapped.count("<") == 2
    assert json.loads(wrapped.removeprefix("<tag>").removesuffix("</tag>")) == value


def test_other_scripts_stay_readable() -> None:
    assert quoted("tag", "größer 大") == '<tag>"größer 大"</tag>'
