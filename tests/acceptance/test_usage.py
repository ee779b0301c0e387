"""What was used, and what it cost, as people ask for it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from tests.acceptance.conftest import BOTH_DATABASES

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


async def ask(dialogue: Dialogue, typed: str, **who: object) -> str:
    """Type `/parley …`, and return what the person reads."""
    seen = len(dialogue.workspace.ephemerals(**who))  # type: ignore[arg-type]
    await dialogue.workspace.command(dialogue.general, "/parley", typed, **who)  # type: ignore[arg-type]
    await dialogue.workspace.until(lambda: len(dialogue.workspace.ephemerals(**who)) > seen)  # type: ignore[arg-type]
    return dialogue.workspace.ephemerals(**who)[-1].shown  # type: ignore[arg-type]


@BOTH_DATABASES
async def test_a_person_sees_what_they_used(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Hello.")
    model.answer("Still here.")
    ts = dialogue.mention("hi")
    await dialogue.answer(dialogue.general, ts)
    # Turns of a thread go one at a time: when the second is answered, the first is in the ledger.
    dialogue.workspace.say(dialogue.general, "and now?", thread_ts=ts)
    await dialogue.answer(dialogue.general, ts, 2)
    shown = await ask(dialogue, "usage")
    assert "conversations" in shown
    assert "$0.0" in shown
    assert "I've sent you the chart" in shown
    files = {file.name.rpartition(".")[2]: file for file in dialogue.workspace.files()}
    assert (files["png"].content or b"").startswith(b"\x89PNG")
    (row,) = csv.DictReader(io.StringIO((files["csv"].content or b"").decode("utf-8-sig")))
    assert row["purpose"] == "answer"
    assert row["turns"] == row["requests"] != "0"
    assert float(row["dollars"]) > 0
    assert [channel for channel, _ in files["csv"].shares] == [dialogue.direct]


async def test_an_unlisted_view_is_explained(dialogue: Dialogue) -> None:
    assert "`/parley usage`" in await ask(dialogue, "usage whenever")


async def test_the_workspace_is_for_admins(dialogue: Dialogue) -> None:
    assert "Only workspace admins" in await ask(dialogue, "usage workspace", user=dialogue.workspace.sam)
    assert "No requests to Claude" in await ask(dialogue, "usage workspace 30d")
