"""When a failed call to Claude is tried again, and after how long."""

from __future__ import annotations

import stamina

from bot.errors import (
    ModelAwayError,
)

TRIES = 3
LONGEST_WAIT = 30.0  # seconds that the API may ask for


def retrying() -> stamina.AsyncRetryingCaller:
    """Return what tries a call `TRIES` times, with pauses from half a second to four."""
    return stamina.AsyncRetryingCaller(attempts=TRIES, timeout=None, wait_initial=0.5, wait_max=4.0, wait_jitter=0.5)


def pause(error: BaseException, seconds_left: float) -> bool | float:
    """Decide whether a failure is worth another try: True after the usual pause, or the seconds that the API asks for.

    A pause that the API wants longer than `LONGEST_WAIT`, or than there is time left, is not waited for.
    """
    if not isinstance(error, ModelAwayError):
        return False
    if (wait := error.retry_after) is None:
        return True
    return wait if wait <= LONGEST_WAIT and wait < seconds_left else False
