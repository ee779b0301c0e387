"""The blocks of an answer that uses tools: kept as they came, because they go back to the API unchanged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.claude import web_steps
from bot.claude.tools import SEARCH_TOKENS
from bot.core.characters import sendable
from bot.core.domain.tool import Citation, SourceLink, ToolCall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.core.ports import Listeners

OF_PASSAGE = "search_result_location"  # the type of a citation of a passage of ours
_RESULT_OF = "tool_use_id"
_PIECES = {"thinking_delta": "thinking", "input_json_delta": "partial_json"}


class Blocks:
    """Follows the events of one streamed answer, but for its text: `texts` are the pieces of that, as they come.

    `on_mark` gets the marks of citations, behind the text that cites.

    `before` are the blocks of each round before it, as JSON: a search that was asked for there may end here, and a page
    that was read there may be cited here. `documents` is how many files stand before those.
    """

    def __init__(
        self,
        listeners: Listeners,
        texts: Sequence[str],
        on_mark: Callable[[str], None],
        before: Iterable[str] = (),
        documents: int = 0,
    ) -> None:
        self._listeners, self._texts, self._on_mark = listeners, texts, on_mark
        self._blocks: dict[int, dict[str, Any]] = {}
        self._pieces: dict[int, list[str]] = {}
        self._text_before = 0  # pieces of the text, when the block began
        self._malformed: dict[str, str] = {}
        earlier = [block for content in before for block in json.loads(content)]
        self._asked = {one["id"]: one for one in earlier if one["type"] == "server_tool_use"}
        self._documents = documents
        self._pages = [page for block in earlier for page in web_steps.pages(block)]

    def follow(self, event: Any) -> None:  # noqa: ANN401 (JSON, as the API sent it)
        """Apply an event about a block, unless it is text."""
        kind = event["type"]
        if kind == "content_block_start":
            self._begin(event["index"], event["content_block"])
        elif kind == "content_block_delta":
            self._add(event["index"], event["delta"])
        elif kind == "content_block_stop":
            self._end(event["index"])

    def _begin(self, index: int, block: dict[str, Any]) -> None:
        self._blocks[index], self._pieces[index] = dict(block), []
        self._text_before = len(self._texts)
        if _RESULT_OF in block:
            self._pages += web_steps.pages(block)
            self._tell(web_steps.found(self._asked.get(block[_RESULT_OF], {}), block))

    def _add(self, index: int, delta: dict[str, Any]) -> None:
        kind, block = delta["type"], self._blocks[index]
        if kind in _PIECES:
            self._pieces[index].append(delta[_PIECES[kind]])
        elif kind == "signature_delta":
            block["signature"] = delta["signature"]
        elif kind == "citations_delta":
            block["citations"] = [*(block.get("citations") or ()), delta["citation"]]

    def _end(self, index: int) -> None:
        block, written = self._blocks[index], "".join(self._pieces.pop(index))
        if block["type"] == "text":
            block["text"] += "".join(self._texts[self._text_before :])
            self._cite(block["text"], block.get("citations") or ())
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

    def _cite(self, statement: str, citations: Any) -> None:  # noqa: ANN401 (as above)
        cite = self._listeners.cite
        if cite is None:
            return
        marks = dict.fromkeys(
            cite(Citation(source, statement, _cited_words(one))) for one in citations if (source := self._source(one))
        )
        if mark := "".join(marks):
            self._on_mark(mark)

    def _source(self, citation: dict[str, Any]) -> SourceLink | None:
        """Return what a citation points to, None where it has no address. A passage of ours may have none."""
        title = str(citation.get("title") or citation.get("document_title") or "")
        url = citation.get("url") or citation.get("source") or self._page(title, citation.get("document_index"))
        if not isinstance(url, str):
            return None
        source = SourceLink(url, title)
        return source if source.is_address or citation["type"] == OF_PASSAGE else None

    def _page(self, title: str, number: int | None) -> str | None:
        """Return the address of a page that was read, None if several could be meant: a citation has only its title.

        The API numbers all documents of a request, but does not say whether those of earlier rounds count, so the
        number only decides between pages of one title.
        """
        titled = {page.url for page in self._pages if page.title == title}
        if len(titled) > 1 and number is not None:
            titled &= {page.url for page in self._pages[max(0, number - self._documents) :][:1]}
        return titled.pop() if len(titled) == 1 else None

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

    @property
    def searches(self) -> int:
        """How many of the API's searches have come back; those that failed cost nothing."""
        return sum(one["type"] == web_steps.SEARCH_RESULT and not web_steps.error_of(one) for one in self._results)

    @property
    def fetches(self) -> int:
        """How many pages the API has read."""
        return sum(one["type"] == web_steps.PAGE and not web_steps.error_of(one) for one in self._results)

    @property
    def found_tokens(self) -> int:
        """How many tokens take what was found and read, about: the API counts them only when the answer is over."""
        return self.searches * SEARCH_TOKENS + sum(web_steps.page_tokens(one) for one in self._results)

    @property
    def _results(self) -> list[dict[str, Any]]:
        return [one for one in self._blocks.values() if _RESULT_OF in one]

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


def _cited_words(citation: dict[str, Any]) -> str | None:
    """Return the words that a citation of a passage of ours cites, None for another one."""
    return str(citation.get("cited_text") or "") if citation["type"] == OF_PASSAGE else None
