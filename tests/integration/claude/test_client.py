from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import pytest
from pydantic import BaseModel

from bot.calls import Purpose
from bot.claude.catalog import catalog
from bot.claude.client import CallDeadlines, Claude, connect
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.message import Role
from bot.core.domain.setting_choices import Creativity
from bot.core.ports import Request, Turn
from bot.errors import (
    ModelAwayError,
    ModelBudgetError,
    ModelEmptyError,
    ModelError,
    ModelFormError,
    ModelMisconfiguredError,
    ModelRefusedError,
    ModelRejectedError,
    ModelTooLargeError,
    ModelUnavailableError,
    SettingsError,
)
from bot.playground.anthropic.reply import BlockStop, MessageStop, StreamFault, ThinkingDelta
from bot.playground.anthropic.rules import MessagesApiError
from tests.support.clock import around_the_loop, turn_clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.claude.conftest import Connect
    from tests.support.scripted import Part, ScriptedModel

PERSON = "T1/U5ECRET5"


def asking(text: str = "How are you?", **changes: Any) -> Request:
    fields: dict[str, Any] = {"purpose": Purpose.ANSWER, "max_output": 1_000, "person": PERSON}
    return Request(turns=(Turn(Role.USER, text),), **(fields | changes))


def unseen(_piece: str) -> None:
    """Take a piece whose whereabouts the test does not ask for."""


def overloaded() -> MessagesApiError:
    return MessagesApiError(529, "Overloaded")


@asynccontextmanager
async def hanging() -> AsyncIterator[str]:
    """Serve connections that are taken and never answered."""
    gone = asyncio.Event()

    async def keep(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    async with await asyncio.start_server(keep, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        gone.set()


class Verdict(BaseModel):
    item: int
    category: Literal["Bug report", "Praise"]


class Verdicts(BaseModel):
    results: list[Verdict]


GOOD = {"results": [{"item": 1, "category": "Praise"}]}


class TestWrite:
    async def test_pieces_arrive_while_it_writes(self, scripted: ScriptedModel, claude: Claude) -> None:
        gate, pieces = asyncio.Event(), asyncio.Queue[str]()
        scripted.answer("Fine, ", gate, "thanks.")

        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            answer = group.create_task(claude.write(asking(), pieces.put_nowait))
            assert await pieces.get() == "Fine, "
            assert not answer.done()
            gate.set()

        assert answer.result().text == "Fine, thanks."
        assert not answer.result().truncated

    async def test_a_call_is_written_down(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer("Fine, thanks.")

        call = (await claude.write(asking(), unseen)).call

        assert (call.purpose, call.model, call.outcome) == (Purpose.ANSWER, "claude-haiku-5-5", "ok")
        assert call.stop_reason == "end_turn"
        assert call.request_id is not None
        assert call.request_id.startswith("req_")
        assert call.input_tokens + call.cache_read_tokens + call.cache_write_tokens > 0
        assert call.output_tokens > 0
        assert call.first_token_ms is not None
        assert 0 <= call.first_token_ms <= call.latency_ms

    async def test_thinking_is_not_the_answer(self, scripted: ScriptedModel, connecting: Connect) -> None:
        scripted.answer(ThinkingDelta("They want to know how I am."), "Fine.")
        pieces: list[str] = []

        async with connecting("claude-opus-5-5") as claude:
            completion = await claude.write(asking(), pieces.append)

        assert completion.text == "Fine."
        assert pieces == ["Fine."]

    async def test_every_text_block_is_kept(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer("Fine. ", BlockStop(), "And you?")
        pieces: list[str] = []

        completion = await claude.write(asking(), pieces.append)

        assert completion.text == "".join(pieces) == "Fine. And you?"

    async def test_the_output_limit_cuts_visibly(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer("A rather long answer that goes on and on for many words.")

        completion = await claude.write(asking(max_output=5), unseen)

        assert completion.truncated
        assert completion.text.startswith("A rather")
        assert completion.call.stop_reason == "max_tokens"

    async def test_more_output_than_possible_is_capped(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer("Fine.")

        await claude.write(asking(max_output=10_000_000), unseen)

        assert scripted.requests[0].body["max_tokens"] == 128_000

    async def test_many_calls_run_side_by_side(self, scripted: ScriptedModel, claude: Claude) -> None:
        gate = asyncio.Event()
        for _ in range(120):
            scripted.answer(gate, "Fine.")

        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            calls = [group.create_task(claude.write(asking(), unseen)) for _ in range(120)]
            await scripted.until_asked(120)
            gate.set()

        assert {call.result().text for call in calls} == {"Fine."}


class TestRequest:
    async def test_haiku_gets_its_temperature(self, scripted: ScriptedModel, connecting: Connect) -> None:
        scripted.answer("Fine.")

        async with connecting("claude-haiku-4-5") as claude:
            await claude.write(asking(creativity=Creativity.LOW), unseen)

        assert scripted.requests[0].body["temperature"] == 0.2
        assert scripted.requests[0].headers["anthropic-version"] == "2023-06-01"

    async def test_a_newer_model_gets_none(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer("Fine.")

        await claude.write(asking(creativity=Creativity.LOW), unseen)

        assert not {"temperature", "top_p", "top_k"} & scripted.requests[0].body.keys()
        assert scripted.requests[0].headers["anthropic-version"] == "2026-10-21"
        assert scripted.requests[0].body["thinking"] == {"type": "disabled"}

    @pytest.mark.parametrize("purpose", Purpose)
    # The SDK warns about a model near its end, and here a warning is an error.
    @pytest.mark.parametrize("model", [card.id for card in catalog().models.values() if card.retires is None])
    async def test_every_model_takes_every_request(
        self, scripted: ScriptedModel, connecting: Connect, model: str, purpose: Purpose
    ) -> None:
        scripted.answer("Fine.")
        scripted.answer(GOOD)

        async with connecting(model) as claude:
            completion = await claude.write(
                asking(purpose=purpose, settings=ChannelSettings(instructions="Be brief.")), unseen
            )
            verdicts, _ = await claude.fill(asking(purpose=purpose), Verdicts)

        assert completion.text == "Fine."
        assert len(verdicts.results) == 1

    async def test_a_conversation_is_marked_for_caching(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer("Fine.")

        await claude.write(asking(settings=ChannelSettings(instructions="Speak French.")), unseen)

        body = scripted.requests[0].body
        assert body["cache_control"] == {"type": "ephemeral"}
        assert [block.get("cache_control") for block in body["system"]] == [None, {"type": "ephemeral"}]
        assert body["system"][1]["text"] == "Speak French."

    async def test_a_single_request_is_not_cached(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer("Fine.")

        await claude.write(asking(purpose=Purpose.SUMMARIZE), unseen)

        assert "cache_control" not in scripted.requests[0].body

    async def test_the_next_turn_reads_the_cache(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer("Fine.")
        scripted.answer("Still fine.")
        first = asking("How are you? " * 500)
        second = replace(first, turns=(*first.turns, Turn(Role.ASSISTANT, "Fine."), Turn(Role.USER, "And now?")))

        before = (await claude.write(first, unseen)).call
        after = (await claude.write(second, unseen)).call

        assert before.cache_write_tokens > 500
        assert after.cache_read_tokens >= before.cache_write_tokens

    async def test_the_person_stays_opaque(self, scripted: ScriptedModel, claude: Claude) -> None:
        for _ in range(3):
            scripted.answer("Fine.")

        for person in (PERSON, PERSON, "T1/U2"):
            await claude.write(asking(person=person), unseen)

        mine, mine_again, other = (asked.body["metadata"]["user_id"] for asked in scripted.requests)
        assert mine == mine_again != other
        assert "U5ECRET5" not in str(scripted.requests[0].body)


class TestFailure:
    @pytest.mark.parametrize("fault", [StreamFault.CUT, StreamFault.END, StreamFault.CORRUPT, overloaded()], ids=str)
    async def test_a_failure_before_text_is_retried(self, scripted: ScriptedModel, claude: Claude, fault: Part) -> None:
        scripted.answer(fault)
        scripted.answer(ThinkingDelta("Hm."), fault)
        scripted.answer("Fine.")
        pieces: list[str] = []

        completion = await claude.write(asking(), pieces.append)

        assert completion.text == "".join(pieces) == "Fine."
        assert completion.call.outcome == "ok"
        assert len(scripted.requests) == 3

    @pytest.mark.parametrize("fault", [StreamFault.CUT, StreamFault.END, StreamFault.CORRUPT, overloaded()], ids=str)
    async def test_a_failure_after_text_stands(self, scripted: ScriptedModel, claude: Claude, fault: Part) -> None:
        scripted.answer("Half an ", "answer ", fault)

        with pytest.raises(ModelUnavailableError) as caught:
            await claude.write(asking(), unseen)

        assert caught.value.partial == "Half an answer "
        assert caught.value.call is not None
        assert caught.value.call.outcome == "ModelUnavailableError"
        assert caught.value.call.input_tokens + caught.value.call.cache_write_tokens > 0
        assert caught.value.call.first_token_ms is not None
        assert len(scripted.requests) == 1

    async def test_the_third_failure_is_the_last(self, scripted: ScriptedModel, claude: Claude) -> None:
        for _ in range(3):
            scripted.answer(overloaded())

        with pytest.raises(ModelUnavailableError) as caught:
            await claude.write(asking(), unseen)

        assert str(caught.value) == "529 overloaded_error Overloaded"
        assert len(scripted.requests) == 3

    async def test_a_short_wait_is_waited_for(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer(MessagesApiError(429, "Slow down", headers={"retry-after": "7"}))
        scripted.answer("Fine.")

        assert (await claude.write(asking(), unseen)).text == "Fine."

    async def test_a_long_wait_is_left_to_people(self, scripted: ScriptedModel, claude: Claude) -> None:
        for number, status in enumerate((429, 529), start=1):
            scripted.answer(MessagesApiError(status, "Slow down", headers={"retry-after": "600"}))

            with pytest.raises(ModelAwayError) as caught:
                await claude.write(asking(), unseen)

            assert "600 seconds" in caught.value.sentence
            assert len(scripted.requests) == number

    @pytest.mark.parametrize(
        ("error", "ours"),
        [
            (MessagesApiError(400, "nonsense"), ModelRejectedError),
            (MessagesApiError(400, "You have reached your specified API usage limits."), ModelBudgetError),
            (MessagesApiError(402, "Payment required"), ModelMisconfiguredError),
            (MessagesApiError(403, "Not for you"), ModelMisconfiguredError),
            (MessagesApiError(404, "model: gone"), ModelMisconfiguredError),
            (MessagesApiError(413, "Request exceeds the maximum size"), ModelTooLargeError),
        ],
        ids=str,
    )
    async def test_a_lasting_failure_is_not_retried(
        self, scripted: ScriptedModel, claude: Claude, error: MessagesApiError, ours: type[ModelError]
    ) -> None:
        scripted.answer(error)

        with pytest.raises(ours) as caught:
            await claude.write(asking(), unseen)

        assert type(caught.value) is ours
        assert len(scripted.requests) == 1

    async def test_a_refusal_leaves_no_text(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer("First you ", MessageStop("refusal", "cyber"))

        with pytest.raises(ModelRefusedError) as caught:
            await claude.write(asking(), unseen)

        assert caught.value.partial == ""
        assert caught.value.call is not None
        assert caught.value.call.stop_reason == "refusal"
        assert len(scripted.requests) == 1

    @pytest.mark.parametrize("parts", [(), (ThinkingDelta("Hm."), MessageStop("max_tokens")), (" \n",)], ids=str)
    async def test_an_answer_without_text_fails(
        self, scripted: ScriptedModel, claude: Claude, parts: tuple[Part, ...]
    ) -> None:
        scripted.answer(*parts)

        with pytest.raises(ModelEmptyError):
            await claude.write(asking(), unseen)

    async def test_a_full_window_is_too_large(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer("So far ", MessageStop("model_context_window_exceeded"))

        with pytest.raises(ModelTooLargeError) as caught:
            await claude.write(asking(), unseen)

        assert caught.value.partial == "So far "

    async def test_too_long_a_prompt_is_too_large(self, connecting: Connect) -> None:
        async with connecting("claude-haiku-4-5") as claude:
            with pytest.raises(ModelTooLargeError):
                await claude.write(asking("word " * 200_000), unseen)

    async def test_a_wrong_key_is_misconfigured(self, connecting: Connect) -> None:
        async with connecting(api_key="stolen") as claude:
            with pytest.raises(ModelMisconfiguredError) as caught:
                await claude.write(asking(), unseen)

        assert "stolen" not in str(caught.value)

    async def test_an_unreachable_api_is_unavailable(self, unused_tcp_port: int) -> None:
        async with connect(
            api_key="any", model="claude-haiku-5-5", base_url=f"http://127.0.0.1:{unused_tcp_port}"
        ) as claude:
            with pytest.raises(ModelUnavailableError) as caught:
                await claude.write(asking(), unseen)

        assert str(caught.value) == "APIConnectionError from ClientConnectorError"

    async def test_a_retired_model_opens_nothing(self) -> None:
        with pytest.raises(SettingsError):
            async with connect(api_key="any", model="claude-3-opus-20240229"):
                pytest.fail("opened")


class TestTime:
    async def test_the_deadline_ends_the_call(self, scripted: ScriptedModel, connecting: Connect) -> None:
        scripted.answer("Half ", asyncio.Event())

        async with connecting() as claude:
            with pytest.raises(ModelUnavailableError) as caught:
                await claude.write(asking(), lambda _: turn_clock(CallDeadlines().total))
            await asyncio.wait_for(scripted.until_abandoned(), 30)

        assert str(caught.value) == "timed out"
        assert caught.value.partial == "Half "

    async def test_the_deadline_covers_all_tries(self, scripted: ScriptedModel, connecting: Connect) -> None:
        scripted.answer(overloaded())
        scripted.answer(asyncio.Event())

        async with connecting(deadlines=CallDeadlines(total=60, silence=90)) as claude:
            call = asyncio.create_task(claude.write(asking(), unseen))
            await scripted.until_asked(2)
            turn_clock(60)
            with pytest.raises(ModelUnavailableError) as caught:
                await call

        assert str(caught.value) == "timed out"
        assert len(scripted.requests) == 2

    async def test_silence_ends_the_call(self, scripted: ScriptedModel, connecting: Connect) -> None:
        scripted.answer("Half ", asyncio.Event())

        async with connecting() as claude:
            with pytest.raises(ModelUnavailableError) as caught:
                await claude.write(asking(), lambda _: turn_clock(CallDeadlines().silence))

        assert "ReadTimeout" in str(caught.value)
        assert caught.value.partial == "Half "

    async def test_silence_before_text_is_retried(self, scripted: ScriptedModel, connecting: Connect) -> None:
        scripted.answer(asyncio.Event())
        scripted.answer("Fine.")

        async with connecting(deadlines=CallDeadlines(silence=20)) as claude:
            call = asyncio.create_task(claude.write(asking(), unseen))
            await scripted.until_asked()
            await around_the_loop()
            turn_clock(20)
            assert (await call).text == "Fine."

    @pytest.mark.parametrize("parts", [(), ("Half ",)], ids=["before text", "in mid-stream"])
    async def test_a_cancellation_aborts_the_call(
        self, scripted: ScriptedModel, claude: Claude, parts: tuple[Part, ...]
    ) -> None:
        scripted.answer(*parts, asyncio.Event())
        call = asyncio.create_task(claude.write(asking(), unseen))

        async with asyncio.timeout(30):
            await scripted.until_asked()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await scripted.until_abandoned()

        assert len(scripted.requests) == 1


class TestFill:
    async def test_a_form_comes_back_filled(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer(GOOD)

        verdicts, call = await claude.fill(asking(purpose=Purpose.CLASSIFY), Verdicts)

        assert verdicts.results == [Verdict(item=1, category="Praise")]
        assert (call.purpose, call.outcome) == (Purpose.CLASSIFY, "ok")
        schema = scripted.requests[0].schema
        assert schema is not None
        assert schema["$defs"]["Verdict"]["properties"]["category"]["enum"] == ["Bug report", "Praise"]

    async def test_a_failing_fill_is_retried(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer('{"results": [{', StreamFault.CUT)
        scripted.answer(GOOD)

        verdicts, _ = await claude.fill(asking(purpose=Purpose.CLASSIFY), Verdicts)

        assert len(verdicts.results) == 1
        assert len(scripted.requests) == 2

    async def test_a_form_outside_the_schema_fails(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer({"results": [{"item": 1, "category": "secret words"}]})

        with pytest.raises(ModelFormError) as caught:
            await claude.fill(asking(purpose=Purpose.CLASSIFY), Verdicts)

        assert str(caught.value) == "1 faults: literal_error"
        assert caught.value.__cause__ is None
        assert caught.value.partial == ""
        assert caught.value.call is not None
        assert caught.value.call.outcome == "ModelFormError"

    async def test_a_form_cut_short_fails(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer(GOOD)

        with pytest.raises(ModelFormError) as caught:
            await claude.fill(asking(purpose=Purpose.CLASSIFY, max_output=3), Verdicts)

        assert str(caught.value) == "cut off by the output limit"

    async def test_a_refused_form_fails(self, scripted: ScriptedModel, claude: Claude) -> None:
        scripted.answer(MessageStop("refusal"))

        with pytest.raises(ModelRefusedError):
            await claude.fill(asking(purpose=Purpose.CLASSIFY), Verdicts)


class TestRoom:
    async def test_a_price_step_bounds_the_room(self, claude: Claude) -> None:
        assert 95_000 < claude.room(8_000) < 100_000

    async def test_output_takes_of_the_window(self, connecting: Connect) -> None:
        async with connecting("claude-haiku-4-5") as claude:
            assert 185_000 < claude.room(8_000) < 192_000
            assert claude.room(1_000_000) == claude.room(64_000)


class TestCheck:
    async def test_a_good_key_is_confirmed(self, claude: Claude) -> None:
        finding = await claude.check()

        assert finding.ok
        assert finding.sentence == "Claude accepts the API key and offers claude-haiku-5-5."
        assert finding.remedy == ""

    async def test_a_wrong_key_names_its_setting(self, connecting: Connect) -> None:
        async with connecting(api_key="stolen") as claude:
            finding = await claude.check()

        assert not finding.ok
        assert "ANTHROPIC_API_KEY" in finding.remedy

    async def test_a_model_near_its_end_warns(self, connecting: Connect) -> None:
        async with connecting("claude-sonnet-4-5", clock=lambda: date(2026, 11, 29)) as claude:
            finding = await claude.check()

        assert finding.ok
        assert finding.sentence.endswith("claude-sonnet-4-5 is deprecated and retires on 2026-11-30.")
        assert finding.remedy == "Set CLAUDE_MODEL to claude-sonnet-5-5."

    async def test_an_api_that_hangs_is_found_out(self) -> None:
        async with (
            hanging() as base_url,
            connect(
                api_key="any", model="claude-haiku-5-5", base_url=base_url, deadlines=CallDeadlines(check=0.2)
            ) as claude,
        ):
            finding = await claude.check()

        assert not finding.ok
        assert finding.sentence == "Claude did not answer in time."

    async def test_an_unreachable_api_is_found_out(self, unused_tcp_port: int) -> None:
        async with connect(
            api_key="any", model="claude-haiku-5-5", base_url=f"http://127.0.0.1:{unused_tcp_port}"
        ) as claude:
            finding = await claude.check()

        assert not finding.ok
        assert str(unused_tcp_port) in finding.sentence
        assert "ANTHROPIC_BASE_URL" in finding.remedy
