"""Where the database holds people's data, and how it is erased."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, true

from bot.db.tables import ArticleRow, ClassifyRunRow, DraftRow, FeedbackRow, RatingRow, SummaryRunRow, TrackerIssueRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

    from bot.db.tables import Base

# A test fails for a column of text that is neither here nor in NO_WORDS.
WORDS = {
    "settings": {"sheet"},
    "settings_changes": {"before", "after"},
    "threads": {"people", "summary"},
    "messages": {"text", "files", "search_words"},
    "code_files": {"name", "content"},
    "summary_runs": {"source", "wishes"},
    "summary_parts": {"key", "content"},
    "ratings": {"comment"},
    "notes": {"text"},
    "classify_runs": {"sheet", "state"},
    "classify_items": {"text", "source", "categories", "evidence", "cells"},
    "feedback": {"text", "excerpt", "files", "summary", "evidence", "search_words"},
    "knowledge_sources": {"title"},
    "knowledge_pages": {"title"},
    "knowledge_passages": {"headings", "text", "search_words"},
    "knowledge_words": {"word"},
    "knowledge_gaps": {"question"},
    "articles": {"title", "text"},
    "drafts": {"text", "sources", "comment", "sent_text"},
    "tracker_issues": {"changed_by", "labels", "assignees", "comments"},
}
# Names of people, places and things by the platform's ids, and words of ours.
NO_WORDS = {
    "*": {"id", "workspace", "channel", "thread", "person", "run", "run_id", "status", "corrected_by"},
    "settings": {"changed_by"},
    "threads": {"read_until", "unread_until", "known_since"},
    "messages": {"role", "author", "external_id", "revision"},
    "calls": {"turn", "purpose", "model", "stop_reason", "request_id", "outcome"},
    "budget_accounts": {"key"},
    "budget_reservations": {"account"},
    "tool_calls": {"turn", "call", "tool", "arguments_hash", "state"},
    "ratings": {"question"},
    "notes": {"owner", "message", "author", "turn", "call", "changed_by"},
    "rates": {"key", "taken"},
    "feedback": {
        *("message", "revision", "permalink", "category", "severity", "sentiment", "area", "team", "language"),
        *("given", "assignee", "card", "reaction", "routed", "issue", "issue_state"),
    },
    "feedback_questions": {"message", "missing", "added", "asked_by"},
    "drafts": {"digest", "state", "category", "reason", "by", "sent_message", "shown"},
    "alerts": {"key", "message"},
    "knowledge_sources": {"kind", "address", "added_by", "state", "fault"},
    "knowledge_pages": {
        *("people", "address", "link", "language", "etag", "last_modified", "digest", "fault", "state"),
    },
    "knowledge_gaps": {"message", "link"},
    "articles": {"people", "messages", "state", "reason", "by", "shown", "canvas", "file"},
    "tracker_issues": {"tracker", "issue_id", "address", "repository", "state", "told", "told_message"},
    "feedback_clocks": {"kind", "rule"},
    "installations": {"organisation", "name", "url", "bot_user", "bot_id", "scopes", "sealed"},
    "install_states": {"state"},
}
# What stays of a row whose words go: what it was sorted as, and how it was rated. Other rows go whole.
BLANKS: Mapping[type[Base], Mapping[str, Any]] = {
    FeedbackRow: {"text": "", "files": None, "waits": False, "search_words": None}
    | dict.fromkeys(("excerpt", "summary", "evidence"), ""),
    RatingRow: {"comment": ""},
    ArticleRow: {"title": "", "text": ""},
    DraftRow: {"text": "", "sources": None, "comment": "", "sent_text": ""},
    TrackerIssueRow: {"changed_by": "", "labels": "", "assignees": "", "comments": ""},
}


def has_words(table: type[Base]) -> ColumnElement[bool]:
    """Match a table's rows that hold data: all, or those that are not blank."""
    blank = {name: value for name, value in BLANKS.get(table, {}).items() if name in WORDS[table.__tablename__]}
    columns = [(getattr(table, name), value) for name, value in blank.items()]
    held = [column.is_not(None) if value is None else column != value for column, value in columns]
    return or_(*held) if held else true()


def reads(
    run: type[SummaryRunRow | ClassifyRunRow], workspace: str, channel: str, thread: str = ""
) -> ColumnElement[bool]:
    """Match runs that hold what was read in another place than their own.

    The place is in their JSON, where a quotation mark from people is escaped.
    """
    if run is ClassifyRunRow:
        return ClassifyRunRow.sheet.contains(f'"origin":{json.dumps(channel)}', autoescape=True)
    place = f'"place":{{"workspace":{json.dumps(workspace)},"channel":{json.dumps(channel)}'
    place += f',"thread":{json.dumps(thread)}}}' if thread else ""
    return SummaryRunRow.source.contains(place, autoescape=True)
