"""Tools on the wire: declared, called, answered; the API's own searches; what goes back unchanged."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.calls import Purpose
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.message import Role
from bot.core.domain.tool import (
    Passage,
    Round,
    SourceLink,
    Step,
    StepState,
    ToolDefinition,
    ToolResult,
    WebAccess,
)
from bot.core.ports import Listeners, Request, Turn
from bot.core.writing.sources import Sources
from bot.errors import ModelRejectedError, ModelUnavailableError
from bot.playground.anthropic.reply import StreamFault, ThinkingDelta, ToolUse
from tests.support.scripted import Cite, Fetch, Search

if TYPE_CHECKING:
    from bot.claude.client import Claude
    from bot.core.ports import Completion
    from tests.integration.claude.conftest import Connect
    from tests.support.scripted import ScriptedModel

FIND = ToolDefinition(
    "find_messages", "Finds messages.", {"type": "object", "properties": {"query": {"type": "string"}}}
)
NOTE = ToolDefinition("remember", "Keeps a note.", {"type": "object", "properties": {"text": {"type": "string"}}})

WEB = WebAccess(searches=3, pages=3, page_tokens=10_000)


def asking(text: str = "What did we decide?", **changes: Any) -> Request:
    fields: dict[str, Any] = {"purpose": Purpose.ANSWER, "max_output": 1_000, "person": "T1/U1", "tools": (NOTE, FIND)}
    return Request(turns=(Turn(Role.USER, text),), **(fields | changes))


def unseen(_piece: str) -> None:
    """Take a piece whose whereabouts the test does not ask for."""


def went_on(request: Request, completion: Completion, *results: ToolResult, added: str = "") -> Request:
    return replace(request, rounds=(*request.rounds, Round(completion.content, results, added)))


class Shown:
    """What people would see beside the text."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.sources = Sources()
        self.listeners = Listeners(step=self.steps.append, cite=lambda one: self.sources.cite(one.source))


async def test_a_call_comes_with_its_arguments(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.answer("Let me look.", ToolUse("find_messages", {"query": "launch"}))

    completion = await claude.write(asking(), unseen)

    assert [(call.name, call.arguments) for call in completion.tool_calls] == [("find_messages", {"query": "launch"})]
    assert completion.text == "Let me look."
    assert list(scripted.requests[0].tools) == ["find_messages", "remember"]


async def test_all_results_go_back_in_one_message(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.answer(ToolUse("find_messages", {"query": "a"}), ToolUse("find_messages", {"query": "b"}))
    scripted.answer("In May.")
    first = await claude.write(asking(), unseen)
    one, two = first.tool_calls
    found = ToolResult(two.id, passages=(Passage("https://acme.slack.com/p1", "Ana, May 2", "We launch in May."),))

    last = await claude.write(
        went_on(asking(), first, ToolResult(one.id, "Nothing found."), found, added="In Q2?"), unseen
    )

    assert last.text == "In May."
    assert [result.text for result in scripted.requests[1].tool_results] == ["Nothing found.", "We launch in May."]
    newest = scripted.requests[1].body["messages"][-1]["content"]
    assert [block["type"] for block in newest] == ["tool_result", "tool_result", "text"]


async def test_thinking_goes_back_unchanged(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.answer(ThinkingDelta("They mean the launch."), ToolUse("find_messages", {"query": "launch"}))
    scripted.answer("In May.")
    request = asking(settings=ChannelSettings(thinking="adaptive"))
    first = await claude.write(request, unseen)

    last = await claude.write(went_on(request, first, ToolResult(first.tool_calls[0].id, "In May.")), unseen)

    assert last.text == "In May."  # the local API refuses a thinking block that is not as it came
    assert json.loads(first.content)[0]["signature"]


async def test_haiku_thinks_where_it_has_tools(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.answer("With tools.")
    scripted.answer("Without.")

    await claude.write(asking(), unseen)
    await claude.write(asking(tools=()), unseen)

    thinking = [asked.body["thinking"] for asked in scripted.requests]
    assert thinking == [{"type": "adaptive", "display": "omitted"}, {"type": "disabled"}]


async def test_arguments_that_are_no_json_are_none(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.answer(ToolUse("find_messages", '{"query": '))
    scripted.answer("Sorry.")
    first = await claude.write(asking(), unseen)

    assert first.tool_calls[0].arguments is None
    failed = ToolResult(first.tool_calls[0].id, "No JSON.", is_error=True)
    assert (await claude.write(went_on(asking(), first, failed), unseen)).text == "Sorry."
    assert scripted.requests[1].tool_results[0].is_error


async def test_a_call_that_the_limit_cut_is_not_run(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.answer("Let me look for that.", ToolUse("find_messages", {"query": "word " * 300}))

    completion = await claude.write(asking(max_output=40), unseen)

    assert completion.truncated
    assert not completion.tool_calls
    assert not completion.content


async def test_a_stream_that_breaks_in_a_call_fails(scripted: ScriptedModel, connecting: Connect) -> None:
    async with connecting() as claude:
        for _attempt in range(5):
            scripted.answer("Let me look.", ToolUse("find_messages", {"query": "launch"}), StreamFault.CUT)

        with pytest.raises(ModelUnavailableError) as failed:
            await claude.write(asking(), unseen)

    assert failed.value.partial == "Let me look."
    scripted.requests.clear()


async def test_no_more_calls_are_allowed_at_last(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.answer("I only know that much.")

    await claude.write(asking(may_call=False), unseen)

    assert scripted.requests[0].body["tool_choice"] == {"type": "none"}


async def test_a_search_is_shown_and_cited(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.answer(Search("Lumenpad export"), "It exports PDF.", Cite("PDF"))
    shown = Shown()

    completion = await claude.write(asking(tools=(), web=WEB), unseen, shown.listeners)

    assert [(step.title, step.state) for step in shown.steps] == [
        ("Searching the web for “Lumenpad export”", StepState.RUNNING),
        ("Searched the web for “Lumenpad export”", StepState.DONE),
    ]
    (cited,) = shown.sources.cited
    assert cited in shown.steps[-1].sources
    assert completion.text == f"It exports PDF. [1]({cited.url})"
    assert (completion.call.web_searches, completion.call.web_fetches) == (1, 0)
    assert "Sources: 1: [" in shown.sources.listed()


async def test_a_search_that_fails_says_why(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.answer(Search("Lumenpad", error="too_many_requests"), "I could not search.")
    shown = Shown()

    await claude.write(asking(tools=(), web=WEB), unseen, shown.listeners)

    assert shown.steps[-1].state is StepState.FAILED
    assert shown.steps[-1].title == "Searching the web for “Lumenpad”: too many searches are running"


async def test_a_pause_goes_on_where_it_was(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.answer("Looking.", Search("Lumenpad", waits=True))
    scripted.answer(" It is a notepad.")
    request, shown = asking(tools=(), web=WEB), Shown()
    first = await claude.write(request, unseen, shown.listeners)

    last = await claude.write(went_on(request, first), unseen, shown.listeners)

    assert [step.state for step in shown.steps] == [StepState.RUNNING, StepState.DONE]
    assert len({step.id for step in shown.steps}) == 1
    assert first.is_paused
    assert last.text == " It is a notepad."
    assert scripted.requests[1].body["messages"][-1]["role"] == "assistant"


async def test_a_search_fails_with_its_attempt(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.answer(Search("Lumenpad", waits=True), StreamFault.CUT)
    scripted.answer(Search("Lumenpad"), "It is a notepad.")
    shown = Shown()

    await claude.write(asking(tools=(), web=WEB), unseen, shown.listeners)

    states = [StepState.RUNNING, StepState.FAILED, StepState.RUNNING, StepState.DONE]
    assert [step.state for step in shown.steps] == states


async def test_a_mixed_round_takes_only_results(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.answer(Search("Lumenpad", waits=True), ToolUse("find_messages", {"query": "Lumenpad"}))
    scripted.answer("Done.")
    request = asking(web=WEB)
    first = await claude.write(request, unseen)

    last = await claude.write(went_on(request, first, ToolResult(first.tool_calls[0].id, "Nothing.")), unseen)

    assert first.takes_only_results
    assert last.text == "Done."


async def test_private_words_leave_in_no_address(scripted: ScriptedModel, claude: Claude) -> None:
    url = "https://lumenpad.example/export"
    scripted.answer(Fetch(url), "I can't open that.")
    shown = Shown()

    await claude.write(asking(f"Read {url}", web=replace(WEB, is_private=True)), unseen, shown.listeners)

    assert shown.steps[-1].state is StepState.FAILED
    fetch = scripted.requests[0].tools["web_fetch"]
    assert fetch["url_sources"]["user_input"] == {"type": "none"}
    assert fetch["url_sources"]["client_tool_results"] == {"type": "none"}


async def test_only_given_domains_are_searched(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.answer("Fine.")

    await claude.write(asking(web=replace(WEB, domains=("example.com",))), unseen)

    tools = scripted.requests[0].tools
    assert tools["web_search"]["allowed_domains"] == tools["web_fetch"]["allowed_domains"] == ["example.com"]


async def test_web_search_that_is_off_is_a_rejection(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.console.web_search = False
    scripted.answer("Fine.")

    with pytest.raises(ModelRejectedError):
        await claude.write(asking(tools=(), web=WEB), unseen)


async def test_older_models_get_older_searches(scripted: ScriptedModel, connecting: Connect) -> None:
    scripted.answer("Fine.")

    async with connecting("claude-haiku-4-5") as claude:
        await claude.write(asking(web=WEB), unseen)

    assert scripted.requests[0].tools["web_search"]["type"] == "web_search_20250305"


async def test_sources_of_messages_are_cited(scripted: ScriptedModel, claude: Claude) -> None:
    scripted.answer(ToolUse("find_messages", {"query": "launch"}))
    first = await claude.write(asking(), unseen)
    found = Passage("https://acme.slack.com/archives/C1/p1", "Ana in #launch, May 2", "We launch in May.")
    scripted.answer("We launch in May.", lambda asked: [asked.citing(0)])
    shown = Shown()

    request = went_on(asking(), first, ToolResult(first.tool_calls[0].id, passages=(found,)))
    completion = await claude.write(request, unseen, shown.listeners)

    assert shown.sources.cited == (SourceLink(found.source, found.title),)
    assert completion.text == f"We launch in May. [1]({found.source})"


async def test_a_model_without_web_gets_none(scripted: ScriptedModel, claude: Claude) -> None:
    settings = ChannelSettings(web=True)
    assert "web" not in claude.faults(settings)
    scripted.console.without_web = frozenset({"claude-haiku-5-5"})
    scripted.answer("I can't look that up.")

    await claude.write(asking(web=WEB, tools=(), settings=settings), unseen)

    assert not scripted.requests[0].tools
    assert "can't use the web" in claude.faults(settings)["web"]
    assert claude.faults(ChannelSettings(web=True, model="claude-opus-5")) == {}


async def test_a_check_names_a_model_without_web(scripted: ScriptedModel, claude: Claude) -> None:
    assert "web" not in (await claude.check()).sentence
    scripted.console.without_web = frozenset({"claude-haiku-5-5"})
    found = await claude.check()
    assert found.ok
    assert found.sentence.endswith("offers claude-haiku-5-5, which can't search the web.")
