from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.actions import ACTIONS, FORMS
from bot.core.domain import control_value as values
from bot.core.domain.message import Place
from bot.core.domain.summary import Length
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.core.domain.control_value import ControlValue

KINDS = list(dict.fromkeys([*(spec.value for spec in ACTIONS.values()), *(spec.value for spec in FORMS.values())]))
SHORT, LONG = Length.SHORT, Length.LONG
# What is under messages and in forms, as it is written now, and as it was in the first format.
WRITTEN: list[tuple[ControlValue, str, str]] = [
    (values.NoValue(), "", ""),
    (values.Person(person="U1"), '{"person":"U1"}', "U1"),
    (values.AnswerRef(message="1.2", version=3), '{"message":"1.2","version":3}', "1.2 3"),
    (values.AnswerRef(message="1.2"), '{"message":"1.2"}', "1.2 0"),
    (values.AnswerRef(message="1.2"), '{"message":"1.2"}', "1.2"),
    (values.Rating(rating="bad", question="1.2"), '{"rating":"bad","question":"1.2"}', "bad 1.2"),
    (
        values.RatingComment(workspace="T1", channel="C1", question="1.2"),
        '{"workspace":"T1","channel":"C1","question":"1.2"}',
        "T1 C1  1.2",
    ),
    (values.SettingsRef(workspace="T1", version=4), '{"workspace":"T1","version":4}', "T1 - - 4"),
    (
        values.SettingsRef(workspace="T1", channel="C1", thread="1.2", version=0),
        '{"workspace":"T1","channel":"C1","thread":"1.2","version":0}',
        "T1 C1 1.2 0",
    ),
    (values.SettingsRefOrHere(), "", ""),
    (
        values.SettingsRefOrHere(workspace="T1", channel="C1", version=2),
        '{"workspace":"T1","channel":"C1","version":2}',
        "T1 C1 - 2",
    ),
    (
        values.SettingsRef(workspace="T1", version=4, seen_in="C1", page="Sorting", draft={"model": "opus"}),
        '{"workspace":"T1","version":4,"seen_in":"C1","page":"Sorting","draft":{"model":"opus"}}',
        '{"workspace":"T1","version":4,"seen_in":"C1","page":"Sorting","draft":{"model":"opus"}}',
    ),
    (
        values.BudgetsRef(workspace="T1", channel="C1", version=2, workspace_version=3, seen_in="C2"),
        '{"workspace":"T1","channel":"C1","version":2,"workspace_version":3,"seen_in":"C2"}',
        "T1 C1 2 3 C2",
    ),
    (
        values.TriageSettingsRef(workspace="T1", channel="C1", version=2),
        '{"workspace":"T1","channel":"C1","version":2}',
        "T1 C1 2",
    ),
    (
        values.TeamRef(workspace="T1", channel="C1", team="On call: EU"),
        '{"workspace":"T1","channel":"C1","team":"On call: EU"}',
        "T1 C1 On call: EU",
    ),
    (values.TeamRef(workspace="T1", channel="C1"), '{"workspace":"T1","channel":"C1"}', "T1 C1 "),
    (values.ChannelRef(channel="C1"), '{"channel":"C1"}', "C1"),
    (values.ChannelRef(), "", ""),
    (values.ForgetRef(channel="C1"), '{"channel":"C1"}', "C1 - -"),
    (values.ForgetRef(person="U1"), '{"person":"U1"}', "- - U1"),
    (
        values.JobRef(reference="1a2b3c4d", claims=2, person="U1"),
        '{"reference":"1a2b3c4d","claims":2,"person":"U1"}',
        "1a2b3c4d 2 U1",
    ),
    (values.SummaryRef(run="r1", length=SHORT), f'{{"run":"r1","length":"{SHORT}"}}', f"r1 {SHORT}"),
    (
        values.SummaryRef(run="r1", length=LONG, reference="ab", only_actions=True),
        f'{{"run":"r1","length":"{LONG}","reference":"ab","only_actions":true}}',
        f"r1 {LONG} ab summary_actions",
    ),
    (values.CodeFiles(names=("a.py", "b.rs")), '{"names":["a.py","b.rs"]}', "a.py b.rs"),
    (values.RunRef(run="r1"), '{"run":"r1"}', "r1"),
    (values.RowsRef(run="r1"), '{"run":"r1"}', "r1"),
    (
        values.RowsRef(run="r1", shown={"1": ("0", "2"), "2": ()}),
        '{"run":"r1","shown":{"1":["0","2"],"2":[]}}',
        'r1 {"1": ["0", "2"], "2": []}',
    ),
    (
        values.ClassifyTarget(place=Place("T1", "C1", "1.2"), message="1.3", link="https://x"),
        '{"place":{"workspace":"T1","channel":"C1","thread":"1.2"},"message":"1.3","link":"https://x"}',
        '{"place": {"workspace": "T1", "channel": "C1", "thread": "1.2"}, "message": "1.3", "link": "https://x"}',
    ),
    (values.FeedbackRef(id=7), '{"id":7}', "7"),
    (values.MemoryRef(workspace="T1", channel="C1"), '{"workspace":"T1","channel":"C1"}', "T1 C1"),
    (values.KnowledgeRef(workspace="T1", channel="C1"), '{"workspace":"T1","channel":"C1"}', "T1 C1"),
    (values.NoteRef(note=7), '{"note":7}', "7"),
    (values.FeedbackRef(), "", ""),
    (values.FeedbackFormRef(workspace="T1", id=7), '{"workspace":"T1","id":7}', "T1 7"),
    (values.DraftRef(id=7), '{"id":7}', "7"),
    (values.WriteUpRef(thread="1.2"), '{"thread":"1.2"}', '{"thread":"1.2"}'),
    (values.ArticleRef(id=7, version=2), '{"id":7,"version":2}', '{"id":7,"version":2}'),
    (
        values.ArticleFormRef(workspace="T1", id=7, version=2),
        ARTICLE_FORM := '{"workspace":"T1","id":7,"version":2}',
        ARTICLE_FORM,
    ),
    (
        values.DraftFormRef(workspace="T1", id=7, version=2, seen_in=Place("T1", "C1", "1.2")),
        DRAFT_FORM
        := '{"workspace":"T1","id":7,"version":2,"seen_in":{"workspace":"T1","channel":"C1","thread":"1.2"}}',
        DRAFT_FORM,
    ),
]


@pytest.mark.parametrize(("value", "now", "before"), WRITTEN)
def test_a_value_is_read_as_written(value: ControlValue, now: str, before: str) -> None:
    assert value.encode() == now
    assert type(value).decode(now) == value
    assert type(value).decode(before) == value


def test_every_type_of_value_is_tried() -> None:
    assert set(KINDS) == {type(value) for value, *_ in WRITTEN}


def read(kind: type[ControlValue], text: str) -> ControlValue | str:
    """Read a value, or return the sentence that refuses it; any other exception would break the listener."""
    try:
        return kind.decode(text)
    except UsageError as error:
        return error.sentence


@pytest.mark.parametrize("forged", ["{", '{"else": 1}', "[" * 2_000, "x " + "[" * 1_900, "x {", '{"version": "no"}'])
@pytest.mark.parametrize("kind", KINDS)
def test_a_forged_value_gets_one_sentence(kind: type[ControlValue], forged: str) -> None:
    found = read(kind, forged)
    assert found == values.FOREIGN if forged.startswith("{") else found == values.FOREIGN or isinstance(found, kind)


@given(st.text(max_size=100))
def test_anything_is_read_or_refused(text: str) -> None:
    for kind in KINDS:
        found = read(kind, text)
        assert found == values.FOREIGN if isinstance(found, str) else kind.decode(found.encode()) == found


def test_a_value_of_another_kind_is_refused() -> None:
    for kind in (values.AnswerRef, values.RunRef, values.FeedbackFormRef, values.SettingsRef):
        with pytest.raises(UsageError):
            kind.decode(values.ForgetRef(channel="C1").encode())


def test_a_value_fits_the_platform() -> None:
    assert len(values.CodeFiles(names=("x" * 1_985,)).encode()) <= values.LONGEST
    with pytest.raises(ValueError, match="2001 characters"):
        values.CodeFiles(names=("x" * 1_987,)).encode()
    form = values.SettingsRef(workspace="T1", version=4, draft={"instructions": "x" * 2_900})
    assert values.LONGEST < len(form.encode()) <= 3_000
    with pytest.raises(ValueError, match="more than 3000"):
        form.model_copy(update={"draft": {"instructions": "x" * 2_990}}).encode()
