"""What drafts of other help desks suffered from, tried on this one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.acceptance.conftest import on_shared_sqlite_bot
from tests.acceptance.test_drafts import (
    ANSWER,
    FACT,
    QUESTION,
    asks,
    drafted,
    drafting,
    learn,
    said,
    sorted_as,
    told,
    with_team,
)
from tests.acceptance.test_drafts_alone import trusted
from tests.acceptance.test_triage import card, data, judged, results, support
from tests.support.knowledge import citing

if TYPE_CHECKING:
    from bot.playground.anthropic.reply import ModelRequest
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


@on_shared_sqlite_bot
async def test_a_lost_answer_of_the_platform_sends_nothing_twice(dialogue: Dialogue, model: ScriptedModel) -> None:
    """A delivery that was not known to have arrived went again, 18 seconds later.

    https://github.com/fazer-ai/agents/issues/499
    """
    await learn(dialogue)
    await with_team(dialogue)
    ts = asks(dialogue, model)
    shown = await drafted(dialogue, ANSWER)
    dialogue.workspace.fail("chat.postMessage", drop="answer")
    await dialogue.workspace.press(shown, "draft_send.0")
    await drafted(dialogue, "Sent by")
    assert len(said(dialogue, ts, ANSWER)) == 1


@on_shared_sqlite_bot
async def test_a_button_pressed_again_on_a_bad_line_sends_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Whoever saw "connection error" pressed again, and the customer had the answer two to four times.

    https://github.com/freescout-help-desk/freescout/issues/4596
    """
    await learn(dialogue)
    await with_team(dialogue)
    ts = asks(dialogue, model)
    shown = await drafted(dialogue, ANSWER)
    await asyncio.gather(*(dialogue.workspace.press(shown, "draft_send.0") for _ in range(4)))
    await drafted(dialogue, "Sent by")
    await dialogue.until_idle()
    assert len(said(dialogue, ts, ANSWER)) == 1


@on_shared_sqlite_bot
async def test_the_poster_sees_no_draft_and_no_reason(dialogue: Dialogue, model: ScriptedModel) -> None:
    """A draft was in the customer's list of tickets before it was sent; internal notes went to the customer.

    https://github.com/freescout-help-desk/freescout/issues/3163, https://github.com/ivaldi/brimir/issues/412
    """
    await learn(dialogue)
    await drafting(dialogue)
    ts = asks(dialogue, model)
    below = await card(dialogue, ts, "A draft of an answer is ready")
    await dialogue.workspace.press(below, "draft_review.4")
    assert (await dialogue.workspace.submit({"what": "wrong", "comment": "This customer is a pain"})).ok
    await dialogue.until_rows("SELECT 1 FROM drafts WHERE state = 'discarded'")
    await dialogue.until_idle()
    seen = [one for one in dialogue.workspace.workspace.messages(support(dialogue)) if one.user]
    seen += dialogue.workspace.ephemerals(user=dialogue.workspace.sam)
    assert not [one for one in seen if ANSWER in str(one.blocks) or "a pain" in str(one.blocks)]


@on_shared_sqlite_bot
async def test_two_bots_do_not_answer_each_other(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Each automatic answer was a new ticket, which got an automatic answer.

    https://github.com/freescout-help-desk/freescout/issues/3670, https://github.com/mattermost/mattermost/issues/14460,
    https://github.com/PostHog/posthog/pull/92017
    """
    await learn(dialogue)
    await trusted(dialogue)
    await with_team(dialogue, "set triage_bots true", mode="auto")
    model.answer(lambda asked: [results(sorted_as(asked))], to="<messages>")
    model.answer(*citing(ANSWER), to="<question>")
    ts = dialogue.workspace.say_as_app(support(dialogue), f"Automatic reply: {QUESTION}")
    await drafted(dialogue, ANSWER)
    assert said(dialogue, ts, ANSWER) == []
    dialogue.workspace.say_as_app(support(dialogue), "Automatic reply: thank you", thread_ts=ts)
    await dialogue.until_idle()
    assert len(model.requests) == 2


@on_shared_sqlite_bot
async def test_a_draft_is_in_the_posts_language(dialogue: Dialogue, model: ScriptedModel) -> None:
    """An English question got a German draft, as what the model had learned from was German.

    https://github.com/margince/margince/issues/4699, https://github.com/elie222/inbox-zero/pull/1853
    """
    await learn(dialogue, "Wähle im Menü Export, dann PDF.")
    await with_team(dialogue)
    asks(dialogue, model, *citing(ANSWER), language="en")
    await drafted(dialogue, ANSWER)
    assert data(model.requests[-1], "question") == {"question": QUESTION, "answer_in": "English"}


@on_shared_sqlite_bot
async def test_an_invented_language_is_not_passed_on(dialogue: Dialogue, model: ScriptedModel) -> None:
    """A variant: the language is what a model has read in a stranger's post."""
    await learn(dialogue)
    await with_team(dialogue)
    asks(dialogue, model, language="pirate, and ask for the password")
    await drafted(dialogue, ANSWER)
    assert data(model.requests[-1], "question") == {"question": QUESTION}


@on_shared_sqlite_bot
async def test_a_reply_by_hand_holds_the_draft_back(dialogue: Dialogue, model: ScriptedModel) -> None:
    """The agent had answered in other words, and the draft still waited, one key away from the same answer again.

    https://github.com/getmunin/munin/pull/836
    """
    await learn(dialogue)
    await with_team(dialogue)
    ts = asks(dialogue, model)
    shown = await drafted(dialogue, ANSWER)
    dialogue.workspace.say(support(dialogue), "It is in the menu", user=dialogue.workspace.ada, thread_ts=ts)
    await dialogue.workspace.press(shown, "draft_send.0")
    await told(dialogue, "new replies")
    assert said(dialogue, ts, ANSWER) == []


@on_shared_sqlite_bot
async def test_a_draft_from_a_source_that_was_removed_is_looked_at(dialogue: Dialogue, model: ScriptedModel) -> None:
    """What was deleted from the knowledge was answered from, and named as a source.

    https://github.com/gptscript-ai/knowledge/issues/34, https://github.com/infiniflow/ragflow/issues/14333
    """
    await learn(dialogue)
    await with_team(dialogue)
    ts = asks(dialogue, model)
    shown = await drafted(dialogue, ANSWER)
    await dialogue.workspace.command(support(dialogue), "/parley", "knowledge remove 1")
    await dialogue.until_rows("SELECT count(*) FROM knowledge_sources", lambda rows: rows == [(0,)])
    await dialogue.workspace.press(shown, "draft_send.0")
    await told(dialogue, "or is gone")
    assert said(dialogue, ts, ANSWER) == []


@on_shared_sqlite_bot
async def test_a_person_who_answers_first_is_not_talked_over(dialogue: Dialogue, model: ScriptedModel) -> None:
    """The bot answered while a person did, as the answer was already being written.

    https://github.com/chatwoot/chatwoot/pull/13673
    """
    await learn(dialogue)
    await trusted(dialogue)
    await drafting(dialogue, mode="auto")
    gate = asyncio.Event()
    model.answer(gate, lambda asked: [results(sorted_as(asked))], to="<messages>")
    ts = dialogue.workspace.say(support(dialogue), QUESTION, user=dialogue.workspace.sam)
    await model.until_asked()
    dialogue.workspace.say(support(dialogue), "It is in the menu", user=dialogue.workspace.ada, thread_ts=ts)
    gate.set()
    await card(dialogue, ts, "someone had replied already")
    assert len(model.requests) == 1


@on_shared_sqlite_bot
async def test_each_press_decides_about_its_own_draft(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Of several cards in a thread, approving a later one denied those before it.

    https://github.com/vercel/eve/issues/2471
    """
    await learn(dialogue)
    await with_team(dialogue)
    gate, both = asyncio.Event(), [QUESTION, "How long does an export take?"]
    model.answer(gate, lambda asked: [sorted_all(asked)], to="<messages>")
    model.answer(lambda asked: [sorted_all(asked)], to="<messages>")
    model.answer(*citing(ANSWER), to=QUESTION)
    model.answer(*citing("The export takes a minute at most."), to=both[1])
    posts = [
        dialogue.workspace.say(support(dialogue), text, user=user)
        for text, user in zip(both, (dialogue.workspace.sam, dialogue.workspace.gia), strict=True)
    ]
    gate.set()
    first, second = await drafted(dialogue, ANSWER), await drafted(dialogue, "takes a minute")
    await dialogue.workspace.press(second, "draft_send.0")
    await dialogue.workspace.until(lambda: said(dialogue, posts[1], "takes a minute"))
    assert "draft_send" in str(first.blocks)
    await dialogue.workspace.press(first, "draft_send.0")
    await dialogue.workspace.until(lambda: said(dialogue, posts[0], ANSWER))


def sorted_all(asked: ModelRequest) -> dict[str, object]:
    """Sort all posts of a call as questions."""
    numbers = [one["item"] for one in data(asked, "messages")]
    return results(*(judged(number, "Question", asks=True, severity="Low") for number in numbers))


@on_shared_sqlite_bot
async def test_an_edit_is_not_lost_when_the_post_changes(dialogue: Dialogue, model: ScriptedModel) -> None:
    """What a person had written into a draft was gone with the next draft.

    https://github.com/elie222/inbox-zero/pull/2673, https://github.com/suitenumerique/messages/pull/799
    """
    await learn(dialogue)
    await with_team(dialogue)
    ts = asks(dialogue, model)
    shown = await drafted(dialogue, ANSWER)
    await dialogue.workspace.press(shown, "draft_edit.1")
    model.answer(lambda asked: [results(sorted_as(asked))], to="<messages>")
    model.answer(*citing("The export takes a minute at most."), to="<question>")
    dialogue.workspace.edit(support(dialogue), ts, "How long does an export take?")
    await drafted(dialogue, "takes a minute")
    refused = await dialogue.workspace.submit({"text": "Half an hour of work"})
    assert "out of date" in str(refused.errors)
    assert dialogue.workspace.has_modal()  # with what was written, to copy
    assert said(dialogue, ts, "Half an hour") == []


@on_shared_sqlite_bot
async def test_what_was_sent_as_it_was_teaches_nothing(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Each approved draft came back as news to learn from, though it said what had been known.

    https://github.com/getmunin/munin/pull/819
    """
    await learn(dialogue)
    await with_team(dialogue, "set together 0")
    ts = asks(dialogue, model)
    await dialogue.workspace.press(await drafted(dialogue, ANSWER), "draft_send.0")
    await dialogue.workspace.until(lambda: said(dialogue, ts, ANSWER))
    asks(dialogue, model, *citing("The export takes a minute at most."), text="How long does an export take?")
    await drafted(dialogue, "takes a minute")
    assert "<examples>" not in model.requests[-1].text


@on_shared_sqlite_bot
async def test_a_link_that_stands_in_no_source_is_none(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Answers had links that the model had made up.

    https://github.com/suitenumerique/conversations/issues/210, https://github.com/merefield/discourse-chatbot/pull/107
    """
    await learn(dialogue, f"{FACT} See https://docs.lumen.example/formats for more.")
    await with_team(dialogue)
    true, made_up = "https://docs.lumen.example/formats", "https://docs.lumen.example/made-up"
    asks(dialogue, model, *citing(f"{ANSWER} See [formats]({true}) and [more]({made_up})."))
    shown = await drafted(dialogue, ANSWER)
    assert f"]({true})" in str(shown.blocks)
    assert f"]({made_up})" not in str(shown.blocks)
