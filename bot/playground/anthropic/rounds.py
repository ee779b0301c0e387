"""Which calls and results belong together: the Messages API's rules for a conversation with tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.playground.anthropic.blocks import SERVER_RESULTS, Json, blocks_of, roles_and_blocks
from bot.playground.anthropic.seal import Prefix, is_stamped, unseal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHANGED_THINKING = (
    "`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks must "
    "remain as they were in the original response."
)


@dataclass(frozen=True, slots=True)
class LoopTurn:
    """Messages of one role in a row, taken together: each block with its place. `message` is the first one's number."""

    role: str
    message: int
    blocks: list[tuple[str, Json]]

    def ids(self, kind: str) -> list[str]:
        """Return the ids of the calls of a kind, in order."""
        return [block["id"] for _, block in self.blocks if block["type"] == kind]

    @property
    def results(self) -> list[tuple[str, Json]]:
        """The results of tools at the turn's beginning, with their places."""
        kinds = [block["type"] for _, block in self.blocks]
        return self.blocks[: next((n for n, kind in enumerate(kinds) if kind != "tool_result"), len(kinds))]

    @property
    def pending(self) -> list[Json]:
        """The calls of the server's that have no result yet."""
        answered = {block["tool_use_id"] for _, block in self.blocks if block["type"] in SERVER_RESULTS}
        calls = [block for _, block in self.blocks if block["type"] == "server_tool_use"]
        return [block for block in calls if block["id"] not in answered]


def faults(messages: Sequence[Json], tools: Sequence[str], *, takes_notices: bool) -> Iterator[str]:
    """Yield what is wrong with a conversation of valid blocks; `tools` are the names of the declared ones.

    `takes_notices`: whether the model takes messages of the role `system`.
    """
    yield from _notice_faults(messages, takes_notices=takes_notices)
    turns = _turns(messages)
    uses = [block for _, block in roles_and_blocks(messages) if block["type"] in ("tool_use", "tool_result")]
    if uses and not tools:
        yield "Requests which include `tool_use` or `tool_result` blocks must define tools."
    seen: set[str] = set()
    for place, block in (one for turn in turns for one in turn.blocks):
        if block.get("id") in seen:
            yield f"{place}: `tool_use` ids must be unique"
        if "id" in block:
            seen.add(block["id"])
    for number, turn in enumerate(turns):
        before = turns[number - 1] if number else LoopTurn("", 0, [])
        behind = turns[number + 1] if number + 1 < len(turns) else None
        if turn.role == "user":
            yield from _result_faults(turn, before)
        if turn.role == "assistant":
            yield from _call_faults(turn, behind)
            yield from _server_faults(turn, behind, turns[number + 2 : number + 3], tools)
            yield from _server_result_faults(turn, turns[max(0, number - 2) : number])
    yield from _thinking_faults(messages, turns)


def is_paused(messages: Sequence[Json]) -> bool:
    """Return whether a conversation ends in the server's own work, which the next message goes on with."""
    last = _turns(messages)[-1]
    return last.role == "assistant" and bool(last.ids("server_tool_use"))


def _turns(messages: Sequence[Json]) -> list[LoopTurn]:
    """Join the assistant's messages in a row: a message that paused, and the one that went on. Notices are left out."""
    turns: list[LoopTurn] = []
    for number, message in enumerate(messages):
        if message["role"] == "system":
            continue
        found = [
            (f"messages.{number}.content.{place}", block) for place, block in enumerate(blocks_of(message["content"]))
        ]
        if turns and turns[-1].role == message["role"] == "assistant":
            turns[-1].blocks.extend(found)
        else:
            turns.append(LoopTurn(message["role"], number, found))
    return turns


def _notice_faults(messages: Sequence[Json], *, takes_notices: bool) -> Iterator[str]:
    """Yield the messages of the role `system` that stand where none may."""
    for number, message in enumerate(messages):
        if message["role"] != "system":
            continue
        before = messages[number - 1] if number else None
        behind = messages[number + 1]["role"] if number + 1 < len(messages) else "assistant"
        if not takes_notices:
            yield "role 'system' is not supported on this model"
        elif before is None:
            yield "messages.0: use the top-level 'system' parameter for the initial system prompt"
        elif before["role"] != "user" and not blocks_of(before["content"])[-1]["type"].startswith(("server", "web")):
            yield f"messages.{number}: a system message must follow a user message, or a server tool use"
        elif behind != "assistant":
            yield f"messages.{number}: a system message must be the last one, or be followed by an assistant message"


def _result_faults(turn: LoopTurn, before: LoopTurn) -> Iterator[str]:
    """Yield what is wrong with results: for a call that isn't there, or twice for the same."""
    called = before.ids("tool_use") if before.role == "assistant" else []
    seen: set[str] = set()
    for place, block in turn.blocks:
        if block["type"] != "tool_result":
            continue
        id_ = block["tool_use_id"]
        if id_ not in called:
            yield (
                f"{place}: unexpected `tool_use_id` found in `tool_result` blocks: {id_}. Each `tool_result` block "
                "must have a corresponding `tool_use` block in the previous message."
            )
        if id_ in seen:
            yield (
                f"{place}: each tool_use must have a single result. Found multiple `tool_result` blocks with id: {id_}"
            )
        seen.add(id_)


def _call_faults(turn: LoopTurn, behind: LoopTurn | None) -> Iterator[str]:
    """Yield the calls whose results don't begin the next message: what stands before a result hides it."""
    answered = {block["tool_use_id"] for _, block in behind.results} if behind and behind.role == "user" else set()
    if missing := [id_ for id_ in turn.ids("tool_use") if id_ not in answered]:
        yield (
            f"messages.{turn.message}: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` block in the next "
            "message."
        )


def _server_faults(
    turn: LoopTurn, behind: LoopTurn | None, later: Sequence[LoopTurn], tools: Sequence[str]
) -> Iterator[str]:
    """Yield the server's calls that stay without a result.

    One may be open at the conversation's end, or beside calls that the next message answers, and nothing else; then
    the assistant goes on with its result.
    """
    goes_on = [block.get("tool_use_id") for one in later for _, block in one.blocks if block["type"] in SERVER_RESULTS]
    is_mixed = behind is not None and bool(turn.ids("tool_use")) and len(behind.results) == len(behind.blocks)
    for block in turn.pending:
        is_last = behind is None or (is_mixed and not later)
        if not is_last and not (is_mixed and block["id"] in goes_on):
            yield (
                f"messages.{turn.message}: `{block['name']}` tool use with id `{block['id']}` was found without a "
                f"corresponding `{block['name']}_tool_result` block"
            )
        elif is_last and block["name"] not in tools:
            yield f"tools: `{block['name']}` is not declared, but a call of it is waiting for its result"


def _server_result_faults(turn: LoopTurn, before: Sequence[LoopTurn]) -> Iterator[str]:
    """Yield the server's results without a call before them, in this turn or left open two turns before."""
    called = [block["id"] for one in before if one.role == "assistant" for block in one.pending]
    for place, block in turn.blocks:
        if block["type"] == "server_tool_use":
            called.append(block["id"])
        kind = block["type"]
        if kind in SERVER_RESULTS and block["tool_use_id"] not in called:
            yield (
                f"{place}: unexpected `tool_use_id` found in `{kind}` blocks: {block['tool_use_id']}. Each `{kind}` "
                "block must have a corresponding `server_tool_use` block before it."
            )


def _thinking_faults(messages: Sequence[Json], turns: Sequence[LoopTurn]) -> Iterator[str]:
    """Yield the thinking that was not written here, or not behind these messages, and what is missing in the loop."""
    if not any(block["type"] == "thinking" for turn in turns for _, block in turn.blocks):
        messages = ()  # the prefix takes long, and is for thinking alone
    prefix = Prefix()
    for number, message in enumerate(messages):
        for index, block in enumerate(blocks_of(message["content"])):
            if block["type"] == "thinking" and not _is_genuine(block, prefix):
                yield f"messages.{number}.content.{index}: Invalid `signature` in `thinking` block"
            prefix.add(message["role"], block)
    asked = [number for number, turn in enumerate(turns) if turn.role == "user" and not turn.results]
    for turn in turns[asked[-1] if asked else 0 :]:
        signatures: list[str] = []
        for place, block in turn.blocks:
            if block["type"] == "thinking":
                signatures.append(block["signature"])
            if block["type"] == "tool_use" and not is_stamped(block["id"], signatures):
                yield f"{place}: {CHANGED_THINKING}"


def _is_genuine(block: Json, prefix: Prefix) -> bool:
    try:
        sealed = unseal(block["signature"])
    except ValueError:
        return False
    shown = sealed.get("thinking") if sealed.get("shown") else ""
    return block["thinking"] == shown and sealed.get("prefix") == prefix.digest
