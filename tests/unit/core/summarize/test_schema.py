from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.summarize.schema import MOST_LINKS, ActionItem, Findings, Point, check, cited, is_empty, nothing


def findings(**sections: list[Point] | list[ActionItem]) -> Findings:
    return nothing().model_copy(update=sections)


def test_an_unknown_link_is_dropped_and_counted() -> None:
    checked = check(findings(decided=[Point(text="We ship.", messages=["m1", "m9"])]), {"m1"})
    assert checked.findings.decided == [Point(text="We ship.", messages=["m1"])]
    assert (checked.links_dropped, checked.points_dropped) == (1, 0)


def test_a_statement_without_a_message_goes() -> None:
    checked = check(findings(actions=[ActionItem(who="Ada", what="test", when="", messages=["m9"])]), {"m1"})
    assert is_empty(checked.findings)
    assert (checked.links_dropped, checked.points_dropped) == (1, 1)


def test_an_empty_statement_is_no_statement() -> None:
    checked = check(findings(open=[Point(text=" ", messages=["m1"])]), {"m1"})
    assert is_empty(checked.findings)
    assert checked.points_dropped == 0


def test_ids_are_known_however_written() -> None:
    checked = check(findings(gist=[Point(text="Hi.", messages=["[M1]", "1", " m01 ", "m2"])]), {"m1", "m2"})
    assert checked.findings.gist[0].messages == ["m1", "m2"]


def test_links_behind_a_statement_are_few() -> None:
    known = [f"m{number}" for number in range(20)]
    checked = check(findings(themes=[Point(text="All.", messages=known)]), known)
    assert len(checked.findings.themes[0].messages) == MOST_LINKS


@given(st.lists(st.tuples(st.text(), st.lists(st.text() | st.from_regex(r"\[?[mM]?\d{1,3}\]?", fullmatch=True)))))
def test_what_stays_rests_on_known_messages(points: list[tuple[str, list[str]]]) -> None:
    known = {"m1", "m2", "m3"}
    found = findings(open=[Point(text=text, messages=ids) for text, ids in points])
    checked = check(found, known)
    assert cited(checked.findings) <= known
    assert all(point.messages and point.text.strip() for point in checked.findings.open)
    again = check(checked.findings, known)
    assert again.findings == checked.findings
    assert (again.links_dropped, again.points_dropped) == (0, 0)
