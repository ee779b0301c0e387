"""What GitHub's webhook says about issues: its JSON, as an event of a tracker.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues. Nothing in it is relied on but the issue's
address and its time: accounts that were deleted are null or missing, older servers send no reasons, new fields come.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.core.domain.tracker import GITHUB, IssueComment, IssueState, TrackerEvent
from bot.core.triage import issue as written

ISSUES, COMMENT, PING = "issues", "issue_comment", "ping"
FORM = "application/x-www-form-urlencoded"
MOST_NAMES = 100  # labels or assignees of an issue that are read
LONGEST_NAME = 100  # characters of a login or a label; GitHub's have 39 and 50
LONGEST_COMMENT = 5_000  # characters that are read

_ABOUT = {
    "closed": "state",
    "reopened": "state",
    "deleted": "state",
    "labeled": "labels",
    "unlabeled": "labels",
    "assigned": "assignees",
    "unassigned": "assignees",
}
_REASONS = {None, "", *map(str, (IssueState.COMPLETED, IssueState.NOT_PLANNED, IssueState.DUPLICATE))}


@dataclass(frozen=True, slots=True)
class GitHubEvent:
    """An event with the id and the address by which its issue is known so far: a transfer gives it others."""

    issue_id: str
    address: str
    event: TrackerEvent


def site_of(api_url: str) -> str:
    """Return the host, with its port, where the issues of an API are: `github.com` for GitHub's own."""
    host = urlsplit(api_url).netloc.casefold()
    return host.removeprefix("api.") if host == "api.github.com" or host.endswith(".ghe.com") else host


def payload_of(body: bytes, content_type: str) -> dict[str, Any]:
    """Read a body, which GitHub sends as JSON or in a form. Raises `ValueError`, `RecursionError`."""
    if content_type == FORM:
        found = parse_qs(body.decode(), strict_parsing=True, max_num_fields=4)
        body = found.get("payload", [""])[0].encode()
    payload = json.loads(body)
    if not isinstance(payload, dict):
        raise ValueError(HTTPStatus.BAD_REQUEST.phrase)  # noqa: TRY004 (as for all that can't be read)
    return payload


def read(name: str, payload: dict[str, Any], site: str) -> GitHubEvent | None:
    """Return what a payload says about an issue of a site, None if it is not about one. Raises `ValueError`."""
    issue, action = _dict(payload.get("issue")), _text(payload.get("action"))
    address = _text(issue.get("html_url"))
    if name not in {ISSUES, COMMENT} or "pull_request" in issue or not _is_of(address, site):
        return None
    by, repository = _login(payload.get("sender")), _dict(payload.get("repository"))
    known = GitHubEvent(
        _id(issue),
        address,
        TrackerEvent(
            GITHUB,
            at=_time(issue.get("updated_at")),
            by=by,
            issue_id=_id(issue),
            address=address,
            repository=_text(repository.get("full_name")),
            is_private=repository.get("private") is not False,
        ),
    )
    if name == COMMENT:
        return _with_comment(known, payload, action) if action in {"created", "edited", "deleted"} else None
    if action == "transferred":
        return _transferred(known, _dict(payload.get("changes")), site)
    return _with_issue(known, payload, issue, action)


def _with_issue(known: GitHubEvent, payload: dict[str, Any], issue: dict[str, Any], action: str) -> GitHubEvent:
    one = _login(payload.get("assignee")) if action in {"assigned", "unassigned"} else ""
    one = _name(_dict(payload.get("label")).get("name")) if action in {"labeled", "unlabeled"} else one
    event = known.event
    labels, people = issue.get("labels"), issue.get("assignees")
    said: dict[str, Any] = {
        "about": _ABOUT.get(action, ""),
        "state": IssueState.DELETED if action == "deleted" else _state(issue),
        "labels": _names(labels, "name") if isinstance(labels, list) else None,
        "assignees": _names(people, "login") if isinstance(people, list) else None,
        "added": one if action in {"labeled", "assigned"} else "",
        "removed": one if action in {"unlabeled", "unassigned"} else "",
    }
    return GitHubEvent(known.issue_id, known.address, replace(event, **said))


def _with_comment(known: GitHubEvent, payload: dict[str, Any], action: str) -> GitHubEvent:
    """Take only the comment: how the issue stood as it was written is often not yet how it stands."""
    said = _dict(payload.get("comment"))
    by = _login(said.get("user")) or (known.event.by if action == "created" else "")
    text = "" if action == "deleted" else _text(said.get("body"))[:LONGEST_COMMENT]
    comment = IssueComment(text, by, _time(said.get("created_at")))
    return GitHubEvent(known.issue_id, known.address, replace(known.event, about="comment", comment=comment))


def _transferred(known: GitHubEvent, changes: dict[str, Any], site: str) -> GitHubEvent | None:
    there, repository = _dict(changes.get("new_issue")), _dict(changes.get("new_repository"))
    address = _text(there.get("html_url"))
    if not _is_of(address, site):
        return None
    said: dict[str, Any] = {
        "issue_id": _id(there),
        "address": address,
        "repository": _text(repository.get("full_name")),
        "is_private": repository.get("private") is not False,
    }
    return GitHubEvent(known.issue_id, known.address, replace(known.event, **said))


def _state(issue: dict[str, Any]) -> IssueState | None:
    """Return how an issue stands. Without a reason it is completed, as GitHub itself takes it."""
    state, reason = issue.get("state"), issue.get("state_reason")
    if state == "open":
        return IssueState.OPEN
    if state != "closed":
        return None
    if not isinstance(reason, str | None) or reason not in _REASONS:
        return IssueState.CLOSED
    return IssueState(reason) if reason else IssueState.COMPLETED


def _is_of(address: str, site: str) -> bool:
    return written.located(address) is not None and urlsplit(address).netloc.casefold() == site


def _time(value: object) -> datetime:
    """Read a time. Raises `ValueError`."""
    found = datetime.fromisoformat(_text(value))
    if found.tzinfo is None:
        raise ValueError(HTTPStatus.BAD_REQUEST.phrase)
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise ValueError(HTTPStatus.BAD_REQUEST.phrase) from None


def _id(issue: dict[str, Any]) -> str:
    found = issue.get("id")
    return str(found) if isinstance(found, int) and 0 < found < 1 << 63 else ""


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _name(value: object) -> str:
    return " ".join(_text(value).split())[:LONGEST_NAME]


def _login(person: object) -> str:
    """Return a person's login, "" for an account that was deleted."""
    return _name(_dict(person).get("login"))


def _names(values: list[Any], key: str) -> tuple[str, ...]:
    names = (_name(_dict(one).get(key) if not isinstance(one, str) else one) for one in values[:MOST_NAMES])
    return tuple(name for name in names if name)
