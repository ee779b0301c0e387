"""The blocks of an answer that uses tools: kept as they came, because they go back to the API unchanged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.claude import web_steps
from bot.core.characters import sendable
from bot.core.domain.tool import SourceLink, ToolCall

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.ports import Listeners

_RESULT_OF = "tool_use_id"
_TEXTS = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}


class Blocks:
    """Follows the events of one streamed answer. `on_mark` gets the marks of citations, behind the text that cites.

    `before` are the blocks of the round before it, as JSON: a search that was asked for there may end here.
    """

    def __init__(self, listeners: Listeners, on_mark: Callable[[str], None], before: str = "") -> None:
        self._listeners, self._on_mark = listeners, on_mark
        self._blocks: dict[int, dict[str, Any]] = {}
        self._pieces: dict[int, list[str]] = {}
        self._malformed: dict[str, str] = {}
        self._asked = {one["id"]: one for one in json.loads(before or "[]") if one["type"] == "server_tool_use"}
        self._pages: dict[str, str] = {}  # the addresses of pages that were read, by their titles

    def follow(self, event: Any) -> None:  # noqa: ANN401 (JSON, as the API sent it)
        """Apply an event about a block."""
        kind = event["type"]
        if kind == "content_block_start":
            self._begin(event["index"], event["content_block"])
        elif kind == "content_block_delta":
            self._add(event["index"], event["delta"])
        elif kind == "content_block_stop":
            self._end(event["index"])

    def _begin(self, index: int, block: dict[str, Any]) -> None:
        self._blocks[index], self._pieces[index] = dict(block), []
        if _RESULT_OF in block:
            step = web_steps.found(self._asked.get(block[_RESULT_OF], {}), block)
            if step is not None:
                self._pages |= {source.title: source.url for source in step.sources if source.title}
            self._tell(step)

    def _add(self, index: int, delta: dict[str, Any]) -> None:
        kind, block = delta["type"], self._blocks[index]
        if kind in _TEXTS:
            self._pieces[index].append(delta[_TEXTS[kind]])
        elif kind == "signature_delta":
            block["signature"] = delta["signature"]
        elif kind == "citations_delta":
            block["citations"] = [*(block.get("citations") or ()), delta["citation"]]

    def _end(self, index: int) -> None:
        block, written = self._blocks[index], "".join(self._pieces.pop(index))
        if block["type"] == "text":
            block["text"] += written
            self._cite(block.get("citations") or ())
        elif block["type"] == "thinking":
            block["thinking"] += written
        elif written and "input" in block:
            block["input"] = self._input(block["id"], written)
        if block["type"] == "server_tool_use":
            self._asked[block["id"]] = block
            self._tell(web_steps.begun(block))

    def _input(self, call: str, written: str) -> dict[str, Any]:
        """Read the arguments of a call; those that are no JSON object go back as an empty one."""
        try:
            found = json.loads(sendable(json.dumps(json.loads(written), ensure_ascii=False)))
        except ValueError:
            found = None
        if isinstance(found, dict):
            return found
        self._malformed[call] = written
        return {}

    def _cite(self, citations: Any) -> None:  # noqa: ANN401 (as above)
        cite = self._listeners.cite
        if cite is None:
            return
        marks = dict.fromkeys(cite(source) for one in citations if (source := self._source(one)))
        if mark := "".join(marks):
            self._on_mark(mark)

    def _source(self, citation: dict[str, Any]) -> SourceLink | None:
        """Return what a citation points to, None where it has no address. A page that was read has only its title."""
        title = citation.get("title") or citation.get("document_title") or ""
        url = citation.get("url") or citation.get("source") or self._pages.get(title, "")
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            return None
        return SourceLink(url, title if isinstance(title, str) else "")

    def _tell(self, step: Any) -> None:  # noqa: ANN401 (a step, or None for what is not shown)
        if step is not None and self._listeners.step is not None:
            self._listeners.step(step)

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The calls of our tools."""
        return tuple(
            ToolCall(one["id"], one["name"], None if one["id"] in self._malformed else one["input"])
            for one in self._blocks.values()
            if one["type"] == "tool_use"
        )

    @property
    def is_searching(self) -> bool:
        """Whether a search of the API's is not over."""
        return bool(self._open_searches)

    @property
    def _open_searches(self) -> list[dict[str, Any]]:
        over = {one.get(_RESULT_OF) for one in self._blocks.values()}
        return [one for one in self._blocks.values() if one["type"] == "server_tool_use" and one["id"] not in over]

    def break_off(self) -> None:
        """Take in that no more comes: a search that is not over has failed."""
        for search in self._open_searches:
            if search["id"] in self._asked:  # else people have not heard of it
                self._tell(web_steps.broken_off(search))

    @property
    def content(self) -> str:
        """All blocks as JSON, in their order. The API takes no empty text."""
        kept = [one for _, one in sorted(self._blocks.items()) if one["type"] != "text" or one["text"].strip()]
        return sendable(json.dumps(kept, ensure_ascii=False))
