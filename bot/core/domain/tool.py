"""Tools: what the model calls, what a call returns, and what people see of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_TITLE = 250  # characters of a step's title; Slack takes 256 in a task


class StepState(StrEnum):
    """How far a step has come; Slack's own words for a task's status."""

    RUNNING = "in_progress"
    DONE = "complete"
    FAILED = "error"


@dataclass(frozen=True, slots=True)
class SourceLink:
    """An address where something was found, and its title. `age` says how old it is, in the reader's language.

    What has no address has a word of its own in place of one. `digest` is that of the words that were found there, ""
    where they are not kept.
    """

    url: str
    title: str = ""
    age: str = ""
    digest: str = ""

    @property
    def is_address(self) -> bool:
        """Whether people can open it."""
        return self.url.startswith(("https://", "http://"))


@dataclass(frozen=True, slots=True)
class Citation:
    """What some words of the model come from: `statement` are those words, as they came.

    `words` are those that it cites of a passage of ours, None for a page that the API has found by itself.
    """

    source: SourceLink
    statement: str = ""
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an answer's work, as people see it: `Searched the web for “…”`.

    A step with the `id` of an earlier one replaces it. `title` is in the reader's language, at most `MOST_TITLE`
    characters. `sources` are what it found.
    """

    id: str
    title: str
    state: StepState = StepState.DONE
    sources: tuple[SourceLink, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolDefinition:
    """A tool as the model knows it. `schema` is the JSON schema of its arguments, an object."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WebAccess:
    """What an answer may look up on the web; the model's API does the search.

    `domains`: only there, if any are given. `is_private`: addresses may come only from search results, because people's
    private words are in the request. `searches` and `pages` are the most in one request, `page_tokens` the most of one
    page; no PDF is cut to them.
    """

    searches: int
    pages: int
    page_tokens: int
    domains: tuple[str, ...] = ()
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asks for. `arguments` are None where they were no JSON object."""

    id: str
    name: str
    arguments: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that were found, and where: the model can cite them. `source` is their address."""

    source: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a call returned to the model: passages, or else `content`.

    `is_storable`: the platform's terms allow to keep it for another try. `needs_sources`: each statement of an answer
    that uses it has to have a source.
    """

    call: str  # the id of the `ToolCall`
    content: str = ""
    passages: tuple[Passage, ...] = ()
    is_error: bool = False
    is_storable: bool = True
    needs_sources: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """One exchange of an answer that uses tools: what the model wrote, and what it got back.

    `content` is the model's part as the API's JSON, which goes back unchanged. `results` answer each of its calls.
    `added`: what the asker said meanwhile.
    """

    content: str
    results: tuple[ToolResult, ...] = ()
    added: str = ""
