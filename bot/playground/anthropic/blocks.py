"""The content blocks that the Messages API accepts from whom, and what is wrong with one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.playground.anthropic import attachments
from bot.playground.anthropic.seal import SERVER_CALL, unseal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Json = dict[str, Any]

SERVER_RESULTS = frozenset({"web_search_tool_result", "web_fetch_tool_result"})
TYPES = {
    "user": frozenset({"text", "image", "document", "search_result", "tool_result"}),
    "assistant": frozenset({"text", "thinking", "redacted_thinking", "tool_use", "server_tool_use"}) | SERVER_RESULTS,
    "system": frozenset({"text"}),
}
TYPES_OF_RESULT = frozenset({"text", "image", "document", "search_result"})
NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")

_CALLED = frozenset({"id", "name", "input", "caller", "cache_control"})
_ANSWERED = frozenset({"tool_use_id", "content", "caller", "cache_control"})
# What each block may hold besides its type.
_FIELDS = {
    "text": frozenset({"text", "citations", "cache_control"}),
    "image": frozenset({"source", "cache_control"}),
    "document": frozenset({"source", "title", "context", "citations", "cache_control"}),
    "search_result": frozenset({"source", "title", "content", "citations", "cache_control"}),
    "thinking": frozenset({"thinking", "signature"}),
    "redacted_thinking": frozenset({"data"}),
    "tool_use": _CALLED | {"toolset_name"},
    "tool_result": (_ANSWERED | {"is_error", "toolset_name"}) - {"caller"},
    "server_tool_use": _CALLED,
    "web_search_tool_result": _ANSWERED,
    "web_fetch_tool_result": _ANSWERED,
}
_ID = re.compile(r"[a-zA-Z0-9_-]+")


def blocks_of(content: str | list[Json]) -> list[Json]:
    """Return content as blocks; a plain string becomes one text block."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def roles_and_blocks(messages: Iterable[Json]) -> Iterator[tuple[str, Json]]:
    """Yield every block of a conversation with the role of its message."""
    for message in messages:
        for block in blocks_of(message["content"]):
            yield message["role"], block


def all_blocks(messages: Iterable[Json]) -> Iterator[Json]:
    """Yield every block of a conversation, those inside the results of tools behind their result."""
    for _, block in roles_and_blocks(messages):
        yield block
        if block["type"] == "tool_result":
            yield from blocks_of(block.get("content") or [])


def faults(content: object, where: str, types: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with a message's content, whose blocks may be of some types; each fault with its place."""
    if not isinstance(content, str | list):
        yield f"{where}.content: Input should be a string or a list of blocks"
        return
    if not content:
        yield f"{where}: content must be non-empty"
    blocks: Sequence[object] = blocks_of(content)
    for number, block in enumerate(blocks):
        place = f"{where}.content.{number}"
        if not isinstance(block, dict) or str(block.get("type")) not in types:
            yield f"{place}: Input tag should be one of {', '.join(sorted(types))}"
            continue
        kind = block["type"]
        for name in sorted(block.keys() - _FIELDS[kind] - {"type"}):
            yield f"{place}.{kind}.{name}: Extra inputs are not permitted"
        yield from _RULES[kind](block, place)


def _text(block: Json, where: str) -> Iterator[str]:
    if not isinstance(block.get("text"), str):
        yield f"{where}.text: Input should be a valid string"
    elif not block["text"]:
        yield f"{where}: text content blocks must be non-empty"
    elif not block["text"].strip():
        yield f"{where}: text content blocks must contain non-whitespace text"
    citations = block.get("citations")
    if citations is not None and not isinstance(citations, list):
        yield f"{where}.text.citations: Input should be a valid list"
        return
    for number, citation in enumerate(citations or []):
        kind = citation.get("type") if isinstance(citation, dict) else None
        if kind == "web_search_result_location" and not _is_sealed(citation.get("encrypted_index"), citation, ("url",)):
            yield f"{where}.text.citations.{number}: Invalid `encrypted_index` in `web_search_result_location` block"


def _attachment(block: Json, where: str) -> Iterator[str]:
    for fault in attachments.faults(block):
        yield f"{where}.{block['type']}.{fault}"


def _thinking(block: Json, where: str) -> Iterator[str]:
    if not isinstance(block.get("thinking"), str):
        yield f"{where}.thinking.thinking: Field required"
    if not block.get("signature"):
        yield f"{where}.thinking.signature: Field required"


def _redacted(block: Json, where: str) -> Iterator[str]:
    if not block.get("data"):
        yield f"{where}.redacted_thinking.data: Field required"


def _call(block: Json, where: str) -> Iterator[str]:
    kind, id_, name = block["type"], block.get("id"), block.get("name")
    is_server = kind == "server_tool_use"
    if not isinstance(id_, str) or not _ID.fullmatch(id_) or (is_server and not id_.startswith(SERVER_CALL)):
        pattern = f"^{SERVER_CALL}[a-zA-Z0-9_]+$" if is_server else "^[a-zA-Z0-9_-]+$"
        yield f"{where}.{kind}.id: String should match pattern '{pattern}'"
    if is_server and name not in ("web_search", "web_fetch"):
        yield f"{where}.{kind}.name: Input should be 'web_search' or 'web_fetch'"
    elif not isinstance(name, str) or not NAME.fullmatch(name):
        yield f"{where}.{kind}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'"
    if not isinstance(block.get("input"), dict):
        yield f"{where}.{kind}.input: Input should be a valid dictionary"
    caller = block.get("caller")
    if caller is not None and caller != {"type": "direct"}:
        yield f"{where}.{kind}.caller: Input should be {{'type': 'direct'}}"


def _result(block: Json, where: str) -> Iterator[str]:
    place, content = f"{where}.tool_result", block.get("content")
    if not isinstance(block.get("tool_use_id"), str):
        yield f"{place}.tool_use_id: Field required"
    if not isinstance(block.get("is_error", False), bool):
        yield f"{place}.is_error: Input should be a valid boolean"
    if not content:
        if block.get("is_error"):
            yield f"{place}: content cannot be empty if `is_error` is true"
        return
    if isinstance(content, list):
        yield from faults(content, place, TYPES_OF_RESULT)
        kinds = {inner.get("type") for inner in content if isinstance(inner, dict)}
        if "search_result" in kinds and len(kinds) > 1:
            yield f"{place}.content: search_result blocks cannot be mixed with other content blocks"
    elif not isinstance(content, str):
        yield f"{place}.content: Input should be a string or a list of blocks"


def _server_result(block: Json, where: str) -> Iterator[str]:
    kind, content = block["type"], block.get("content")
    if not isinstance(block.get("tool_use_id"), str):
        yield f"{where}.{kind}.tool_use_id: Field required"
    if isinstance(content, dict) and content.get("type") == f"{kind}_error":
        return
    if kind == "web_search_tool_result":
        hits = content if isinstance(content, list) else [None]
        for hit in hits:
            if not isinstance(hit, dict) or hit.get("type") != "web_search_result":
                yield f"{where}.{kind}.content: Input should be search results or an error"
            elif not _is_sealed(hit.get("encrypted_content"), hit, ("url", "title")):
                yield f"{where}: Invalid `encrypted_content` in `search_result` block"
    elif not isinstance(content, dict) or content.get("type") != "web_fetch_result":
        yield f"{where}.{kind}.content: Input should be a fetched page or an error"


def _is_sealed(sealed: object, block: Json, names: Iterable[str]) -> bool:
    """Return whether a sealed text was made here, for a block with these fields."""
    try:
        content = unseal(sealed)
    except ValueError:
        return False
    return all(content.get(name) == block.get(name) for name in names)


_RULES: dict[str, Callable[[Json, str], Iterator[str]]] = {
    "text": _text,
    "image": _attachment,
    "document": _attachment,
    "search_result": _attachment,
    "thinking": _thinking,
    "redacted_thinking": _redacted,
    "tool_use": _call,
    "server_tool_use": _call,
    "tool_result": _result,
    "web_search_tool_result": _server_result,
    "web_fetch_tool_result": _server_result,
}
