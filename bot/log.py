"""The only logging configuration: pretty on a terminal, JSON elsewhere.

No message text is ever logged: our own lines have none, the SDKs, whose DEBUG lines do, stay at WARNING, and a retry is
logged without arguments.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal

from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from bot import turn

log = logging.getLogger(__name__)

TALKATIVE = (
    "slack_bolt",
    "slack_sdk",
    "anthropic",
    "httpx2",
    "httpcore2",
    "asyncio",
    "sqlalchemy",
    "alembic",
    "aiohttp",
)
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "reference", "taskName"}


class _Referenced(logging.Filter):
    """Put the running turn's reference, which the person is given, too, on each line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.reference = turn.reference()
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time (UTC), level, logger, message, reference, `extra` fields, the traceback if any."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if reference := getattr(record, "reference", ""):
            line["reference"] = reference
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class PrettyFormatter(logging.Formatter):
    """A line for a person's eyes."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname:<7} {name}: {message}{suffix}", "%H:%M:%S", style="{")

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line, the turn's reference at its end."""
        reference = getattr(record, "reference", "")
        record.suffix = f" [{reference}]" if reference else ""
        return super().format(record)


def _on_retry(details: RetryDetails) -> None:
    cause = type(details.caused_by).__name__
    log.warning("attempt %d failed, the next is in %.1f s: %s", details.retry_num, details.wait_for, cause)


def configure(level: str, form: Literal["auto", "pretty", "json"]) -> None:
    """Send all logs to stderr in the given form."""
    pretty = form == "pretty" or (form == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler()
    handler.setFormatter(PrettyFormatter() if pretty else JsonFormatter())
    handler.addFilter(_Referenced())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    set_on_retry_hooks([_on_retry])
