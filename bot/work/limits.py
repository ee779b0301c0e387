"""What an inbox keeps within. The defaults are for tests: `app.py` sets what the operator can set, from settings.py."""

from __future__ import annotations

from dataclasses import dataclass

from bot.work.accept import ACCEPT_WITHIN
from bot.work.job_retention import FAILED_KEPT
from bot.work.retry import FIRST_PAUSE


@dataclass(frozen=True, slots=True)
class InboxLimits:
    """Times are in seconds."""

    running: int = 200  # jobs that run here side by side; when more are ready, their shares take turns
    lease: float = 15  # of a claim, renewed while its job runs; a dead replica's jobs are taken over when it ends
    poll: float = 1  # between two looks for what other replicas accepted or left
    accept: float = ACCEPT_WITHIN
    attempts: int = 5  # of a job whose error is transient; the bot's own number is `turn_attempts` in settings.py
    patience: float = 600  # from its first attempt on; what it waits for its turn does not count
    backoff: float = FIRST_PAUSE  # before its second attempt, doubled for each further one
    failed_kept: float = FAILED_KEPT  # that a job stays which failed for good
    startup_delay: float = 0  # after the start, for which work waits that comes less than once a minute
