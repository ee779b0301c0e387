"""Parley's errors, and the sentence of each that people can read.

    BotError
    ├── SettingsError            the operator's settings; stops the start
    ├── UsageError               what a person typed; the sentence says what to do
    ├── NotAllowedError          who may do it instead
    ├── ConflictError            someone else changed it in the meantime
    ├── ChatError                the chat platform did not take what we had to say
    │   ├── NotInChannelError    the bot has to be invited first
    │   ├── GoneError            the message or the thread was deleted meanwhile
    │   ├── RevokedError         the workspace has taken the bot's token back
    │   ├── NotPermittedError    the bot's own permissions don't go so far
    │   ├── UnfinishedError      the platform does not hand out the rest of what is read
    │   ├── UnshownError         what is kept could not be shown, and may be later
    │   └── ChatBusyError        the platform's rate limit; says when to come back
    ├── SealedError              tokens that no key opens
    ├── IntegrationError         another system did not take what we sent: in integrations/errors.py
    ├── PageError                a page of a source can't be read: in core/knowledge/faults.py
    ├── FileError                a file that can't be read; the sentence says why
    │   └── HeavyFileError       reading it takes more memory or time than it may, each time
    ├── ReaderUnavailableError   there is no room to read a file in at the moment
    ├── SlowError                the turn took longer than it may
    └── ModelError               the model gave no (whole) answer; holds what it cost and what came
        ├── ModelUnavailableError, ModelBusyError (429): away for a while; may say when to come back
        ├── ModelRefusedError        the model declined
        ├── ModelTooLargeError       more than the model's window or the API's body limit
        ├── ModelRejectedError       400: our request is at fault
        ├── ModelMisconfiguredError  401, 402, 403, 404: the key or the model's id is at fault
        ├── ModelBudgetError         a spend limit at Anthropic is used up
        ├── OverBudgetError          a budget that was set here is used up: nothing was asked
        ├── ModelStoppedError        someone wanted it to stop
        ├── ModelEmptyError          an answer without text
        └── ModelFormError           structured output that did not fit its form

`str(error)` is for the log and holds no message text. `error.sentence` is for a person and holds no internals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from bot.calls import Call


class BotError(Exception):
    """The root: something that Parley expects can go wrong. `is_transient`: it may succeed later.

    `counts`: the attempt counts against the turn's limit; otherwise only the turn's time is limited. `text` is the
    class's sentence, in English; `own_sentence` replaces it, in the language of the person whom it is written to.
    """

    text = N_("Something went wrong on my side.")
    own_sentence = ""
    is_transient = False
    counts = True

    @property
    def sentence(self) -> str:
        """Return what a person reads, in their language."""
        return self.own_sentence or _(self.text)


class SettingsError(BotError):
    """Settings that are missing or malformed, one sentence per fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class UsageError(BotError):
    """The input can't be used as it is; the sentence says what to type instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__("usage")
        self.own_sentence = sentence


class NotAllowedError(BotError):
    """The person may not do this; the sentence says who may."""

    def __init__(self, sentence: str) -> None:
        super().__init__("not allowed")  # not for people: logged
        self.own_sentence = sentence


class ConflictError(BotError):
    """Someone else changed it in the meantime."""

    text = N_("Someone else changed this in the meantime. Please check it again.")


class ChatError(BotError):
    """The chat platform refused a message, a file or a question; `code` is its own word for why."""

    text = N_("I could not post to this conversation.")

    def __init__(self, code: str, *, is_transient: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.is_transient = is_transient

    @property
    def may_pass(self) -> bool:
        """Return whether it is worth waiting to show what is ready."""
        return self.is_transient


class NotInChannelError(ChatError):
    """The bot is not a member of the channel it should post to."""

    text = N_("I'm not in this channel yet. Invite me with `/invite` and ask again, or add `--private`.")


class GoneError(ChatError):
    """The message or the thread to answer no longer exists."""

    text = N_("The message no longer exists.")


# Codes by which a platform was seen to refuse a token for some minutes only.
PASSING = {"invalid_auth", "not_authed", "token_expired"}


class RevokedError(ChatError):
    """The platform no longer accepts the bot's token: the app was removed, or its token revoked."""

    text = N_("I'm no longer allowed to act in this workspace. Your administrator has to reinstall me.")

    @property
    def may_pass(self) -> bool:
        """Return whether the token may be accepted again in a minute, such as one just renewed."""
        return self.is_transient or self.code in PASSING


class NotServedError(RevokedError):
    """The operator no longer serves the workspace, which still has the bot."""

    text = N_("Your administrator no longer lets me work in this workspace. Please ask them.")


class NotPermittedError(ChatError):
    """The bot lacks a permission on the platform, which its operator or an admin there can grant."""


class UnfinishedError(ChatError):
    """The platform's pages never end, or go in circles."""


class SealedError(BotError):
    """A workspace's tokens can't be decrypted with the configured keys."""

    def __init__(self, workspace: str) -> None:  # not for people: logged
        super().__init__(f"no key of PARLEY_ENCRYPTION_KEY decrypts the tokens of {workspace}")


class ChatBusyError(ChatError):
    """The platform's rate limit; `retry_after` is in seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("ratelimited", is_transient=True)
        self.retry_after = retry_after


class UnshownError(ChatError):
    """A finished and stored answer could not be shown, for a reason that may pass."""

    counts = False

    def __init__(self, code: str, *, retry_after: float | None = None) -> None:
        super().__init__(code, is_transient=True)
        self.retry_after = retry_after


class FileError(BotError):
    """A file that came with a message can't be read; the sentence says why, with `{name}` for the file's name."""

    text = N_("I can't read {name}.")

    def __init__(self, sentence: str) -> None:
        super().__init__("file")
        self.own_sentence = sentence

    def about(self, name: str) -> str:
        """Return the sentence with the file's name, which can contain anything."""
        return self.sentence.replace("{name}", f"*{name}*")


class HeavyFileError(FileError):
    """Reading the file exceeds the memory or time limit, or crashes the reader, each time."""


class ReaderUnavailableError(BotError):
    """No process was available to read a file."""

    is_transient = True
    text = N_("I can't open files at the moment. Please try again in a minute.")


class SlowError(BotError):
    """The turn exceeded its time limit."""

    text = N_("This took too long, so I gave up. Please try again.")


class ModelError(BotError):
    """The model gave no whole answer.

    `partial` is the text that had arrived, `call` the call as far as known (None when nothing was sent).
    """

    text = N_("Claude could not answer.")

    def __init__(self, cause: str, *, partial: str = "", call: Call | None = None) -> None:
        super().__init__(cause)
        self.partial = partial
        self.call = call


class ModelAwayError(ModelError):
    """The model may answer later; `retry_after` is in seconds, if the API said so."""

    is_transient = True
    text = N_("Claude is unavailable right now.")

    def __init__(
        self, cause: str, *, retry_after: float | None = None, partial: str = "", call: Call | None = None
    ) -> None:
        super().__init__(cause, partial=partial, call=call)
        self.retry_after = retry_after

    @property
    def sentence(self) -> str:
        """Return what a person reads, in their language."""
        if self.retry_after is None:
            again = _("Please try again in a minute.")
        else:
            seconds = max(1, round(self.retry_after))
            again = ngettext("Please try again in {n:,} second.", "Please try again in {n:,} seconds.", seconds)
        return f"{_(self.text)} {again}"


class ModelUnavailableError(ModelAwayError):
    """The model could not be reached, failed, took too long, or its answer was cut."""


class ModelBusyError(ModelAwayError):
    """Too many requests at once."""

    text = N_("Claude is busy.")


class ModelRefusedError(ModelError):
    """The model declined to answer; what it had written so far must not be kept."""

    text = N_("Claude declined to answer this. Rephrasing the request may help.")


class ModelTooLargeError(ModelError):
    """The request is larger than the model or the API accepts."""

    text = N_("This is too large for Claude to read at once. Please send a shorter text.")


class ModelRejectedError(ModelError):
    """The API rejected our request: perhaps the file `at` (turn, file), or all whose type begins with `media_type`."""

    text = N_("Claude couldn't process that request.")

    def __init__(
        self,
        cause: str,
        *,
        at: tuple[int, int] | None = None,
        media_type: str = "",
        partial: str = "",
        call: Call | None = None,
    ) -> None:
        super().__init__(cause, partial=partial, call=call)
        self.at, self.media_type = at, media_type


class ModelMisconfiguredError(ModelError):
    """The key, its permissions or the model's id is at fault: a task for the operator."""

    text = N_("I'm not configured correctly, so I can't reach Claude. Please tell your administrator.")


class ModelBudgetError(ModelError):
    """A spend limit at Anthropic is used up."""

    text = N_("The budget for Claude is used up. Please tell your administrator.")


class OverBudgetError(ModelError):
    """A budget that was set here is used up; the sentence says until when, and who can help."""

    def __init__(self, sentence: str) -> None:
        super().__init__("over budget")  # not for people: logged
        self.own_sentence = sentence


class ModelStoppedError(ModelError):
    """A person stopped the model."""

    text = N_("I stopped.")


class ModelEmptyError(ModelError):
    """The answer has no text."""

    text = N_("Claude gave an empty answer. Rephrasing the question may help.")


class ModelFormError(ModelError):
    """Structured output that did not fit its form."""

    text = N_("Claude's answer was not in the format I asked for. Please try again.")


def known(error: Exception) -> BotError:
    """Return an error as one with a sentence for people."""
    if isinstance(error, BotError):
        return error
    return SlowError() if isinstance(error, TimeoutError) else BotError()
