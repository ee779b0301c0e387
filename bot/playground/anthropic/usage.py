"""Usage of a request: estimated tokens, and how many of them a simulated prompt cache holds."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.playground.anthropic.attachments import document_pages
from bot.playground.anthropic.blocks import Json, blocks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.playground.anthropic.models import ServedModel

BYTES_PER_TOKEN = 4
# For an image or a document that isn't text: about what the API counts for one page.
TOKENS_PER_ATTACHMENT = 1500
LIFETIMES = {"5m": 300.0, "1h": 3600.0}
MAX_PREFIXES = 10_000


@dataclass(frozen=True, slots=True)
class InputUsage:
    """Tokens of a request: in full, read from the cache, and written to it for five minutes or an hour."""

    fresh: int
    read: int = 0
    written_5m: int = 0
    written_1h: int = 0

    def wire(self) -> Json:
        """Return it as a message's `usage`."""
        return {
            "input_tokens": self.fresh,
            "cache_read_input_tokens": self.read,
            "cache_creation_input_tokens": self.written_5m + self.written_1h,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.written_5m,
                "ephemeral_1h_input_tokens": self.written_1h,
            },
        }


@dataclass(frozen=True, slots=True)
class Segment:
    """One block of a request, in the cache's order. `lifetime` is set if the block has `cache_control`."""

    digest: str
    tokens: int
    lifetime: str | None


def count_text(text: str, facts: ServedModel) -> int:
    """Estimate the tokens of a text for a model."""
    return math.ceil(len(text.encode()) / BYTES_PER_TOKEN * facts.token_weight)


def count_input(fields: Json, facts: ServedModel) -> int:
    """Estimate the tokens of a checked request."""
    return _tool_words(fields, facts) + sum(_count_block(block, facts) for _, block in _blocks(fields))


def segments(fields: Json, facts: ServedModel) -> list[Segment]:
    """Split a valid request into segments; each digest covers everything before it.

    The digest starts with what invalidates the cache when it changes: model, thinking, output_config. The choice among
    tools belongs to the messages.
    """
    start = [facts.id, fields.get("thinking"), fields.get("output_config")]
    digest = hashlib.sha256(json.dumps(start, sort_keys=True).encode())
    found = [Segment(digest.hexdigest(), _tool_words(fields, facts), None)] if fields.get("tools") else []
    choice = fields.get("tool_choice")
    for role, block in _blocks(fields):
        if choice and role not in ("tools", "system"):
            digest.update(json.dumps(choice, sort_keys=True).encode())
            choice = None
        content = {name: value for name, value in block.items() if name != "cache_control"}
        digest.update(json.dumps([role, content], sort_keys=True).encode())
        mark = block.get("cache_control")
        lifetime = mark.get("ttl", "5m") if mark else None
        found.append(Segment(digest.hexdigest(), _count_block(block, facts), lifetime))
    automatic = fields.get("cache_control")
    if automatic and not found[-1].lifetime:
        found[-1] = Segment(found[-1].digest, found[-1].tokens, automatic.get("ttl", "5m"))
    return found


def _tool_words(fields: Json, facts: ServedModel) -> int:
    """Return the tokens of what the API tells a model about tools, apart from their definitions."""
    choice = (fields.get("tool_choice") or {}).get("type")
    return facts.tool_tokens[choice in ("any", "tool")] if fields.get("tools") else 0


def _blocks(fields: Json) -> Iterator[tuple[str, Json]]:
    for tool in fields.get("tools") or []:
        definition = {name: value for name, value in tool.items() if name != "cache_control"}
        yield "tools", {"type": "tool", "text": json.dumps(definition), "cache_control": tool.get("cache_control")}
    for block in blocks_of(fields.get("system") or []):
        yield "system", block
    for message in fields["messages"]:
        for block in blocks_of(message["content"]):
            yield message["role"], block


def _count_block(block: Json, facts: ServedModel) -> int:
    if block["type"] == "image":
        return TOKENS_PER_ATTACHMENT
    if block["type"] == "document" and _object(block.get("source")).get("type") != "text":
        return TOKENS_PER_ATTACHMENT * max(1, document_pages(block))
    if block["type"] == "tool_result":
        return sum(_count_block(inner, facts) for inner in blocks_of(block.get("content") or []))
    return sum(count_text(text, facts) for text in _texts(block))


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> Iterator[str]:
    """Yield every text inside a block, whatever its shape; field names don't count."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in ("type", "cache_control", "signature"):
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


class PromptCache:
    """Remembers the cached prefixes of requests for their lifetime. Bounded; the oldest entry goes first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._expiry: OrderedDict[str, float] = OrderedDict()

    def use(self, fields: Json, facts: ServedModel) -> InputUsage:
        """Look up a valid request, store its marked prefixes, and return its usage."""
        total = read = 0
        marked: list[tuple[Segment, int]] = []
        found = segments(fields, facts)
        last_mark = max((number for number, segment in enumerate(found) if segment.lifetime), default=-1)
        for number, segment in enumerate(found):
            total += segment.tokens
            if total < facts.min_cacheable or number > last_mark:
                continue
            if self._expiry.get(segment.digest, -math.inf) > self._clock():
                read = total
            if segment.lifetime:
                marked.append((segment, total))
        written = {"5m": 0, "1h": 0}
        position = read
        for segment, end in marked:
            lifetime = segment.lifetime or "5m"
            written[lifetime] += max(0, end - position)
            position = max(position, end)
            self._keep(segment.digest, lifetime)
        return InputUsage(total - position, read, written["5m"], written["1h"])

    def _keep(self, digest: str, lifetime: str) -> None:
        self._expiry[digest] = self._clock() + LIFETIMES[lifetime]
        self._expiry.move_to_end(digest)
        while len(self._expiry) > MAX_PREFIXES:
            self._expiry.popitem(last=False)
