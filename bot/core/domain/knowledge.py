"""Knowledge: the sources that a workspace or a channel answers from, their pages, and the passages of these."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b


class SourceKind(StrEnum):
    """What a source is: stored."""

    SITE = "site"  # a website, or its sitemap
    REPOSITORY = "repository"  # a folder of a repository at GitHub
    FOLDER = "folder"  # a folder of the operator's
    FILE = "file"  # a file at the platform
    CHANNEL = "channel"  # a channel's resolved threads
    ARTICLE = "article"  # what the team wrote up, and approved


class SourceState(StrEnum):
    """How far the reading of a source has come: stored."""

    NEW = "new"
    READING = "reading"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source to add. `channel` is "" for one that serves the whole workspace; `address` is of its kind.

    A website's address, `owner/name/folder@ref`, a folder's name, a file's or a channel's id, an article's name.
    """

    workspace: str
    channel: str
    kind: SourceKind
    address: str
    title: str
    added_by: str


@dataclass(frozen=True, slots=True)
class KnowledgeSource:
    """A source. `run` counts how often its reading was begun; `fault` says why the last one failed, "" if it did not.

    `pages` is how many there are, `skipped` how many could not be read the last time.
    """

    id: int
    workspace: str
    channel: str
    kind: SourceKind
    address: str
    title: str
    added_by: str
    added_at: datetime
    state: SourceState = SourceState.NEW
    run: int = 0
    read_at: datetime | None = None
    next_at: datetime | None = None
    fault: str = ""
    pages: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class KnownPage:
    """What is known of a page from its last reading, for a conditional request; "" for nothing."""

    address: str
    etag: str = ""
    last_modified: str = ""
    digest: str = ""  # of its text


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as it was read. `text` is Markdown; `link` is where people can open it.

    `language` is an ISO 639-1 code, "" where unknown. `changed_at`: when its author last changed it, where it says so.
    Of a channel, a page is a thread: its address is the thread's id, `changed_at` is when the last of it was said, and
    `people` are the ids of those who said it, so that it goes by retention and when they are forgotten.
    """

    address: str
    link: str
    title: str
    text: str
    language: str = ""
    changed_at: datetime | None = None
    etag: str = ""
    last_modified: str = ""
    people: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What is the same as long as the page's passages are."""
        said = json.dumps([self.title, self.language, self.text])
        return blake2b(said.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage of a page that fits a question. `headings` lead to it, the outermost first; `text` is Markdown.

    `score` orders the passages of one search, and means nothing beyond that. `digest` is its page's.
    """

    source: int
    link: str
    title: str
    headings: tuple[str, ...]
    text: str
    language: str
    read_at: datetime
    changed_at: datetime | None
    score: float
    digest: str = ""


LONGEST_GAP = 2_000  # characters of its question


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that the knowledge had no answer to, and where it was asked. `link` leads there."""

    id: int
    workspace: str
    channel: str
    thread: str
    message: str
    person: str
    question: str
    link: str
    asked_at: datetime
