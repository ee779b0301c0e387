"""Why a page or a whole source can't be read: sentences that are kept in English, and translated when shown."""

from __future__ import annotations

from bot.errors import BotError
from bot.language import N_, _

AWAY = N_("The site has a problem: it answers with an error of its own.")
BROKEN_OFF = N_("Reading it broke off.")
BUSY = N_("The site asks me to come back later.")
CERTIFICATE = N_("The site can't prove that it is what its address says: its certificate is not valid.")
CHAT_AWAY = N_("I could not read it where it was posted.")
CIRCLE = N_("The address leads around in circles.")
EMPTY = N_("There is no text on it.")
EMPTY_FOLDER = N_("There is no text in the folder.")
ELSEWHERE = N_("The address leads to another site.")
FORBIDDEN = N_("The site does not let me in. It may need a login, or it may keep programs out.")
GONE = N_("It is no longer there.")
HEAVY = N_("It is more than I can read.")
KIND = N_("It is a kind of file that I don't read.")
LARGE_REPOSITORY = N_("The repository has more files than GitHub lists.")
LOGIN = N_("It asks for a login. I read only what anyone can read.")
NEEDS_SCRIPT = N_("Without JavaScript it shows no text.")
NO_READER = N_("I had no time to read it.")
NO_ANSWER = N_("Nobody answered there.")
NO_FOLDER = N_("There is no such folder where whoever runs me keeps files for me.")
NO_REPOSITORY = N_("I can't find that repository, branch or folder at GitHub. Private repositories are not read.")
NOT_ALLOWED = N_("The site's robots.txt asks me not to read it.")
NOT_IN_CHANNEL = N_("I'm not in that channel, so I can't read it.")
NOT_INDEXED = N_("It asks not to be indexed.")
PRIVATE_CHANNEL = N_("The channel is private, so what is said there can be used only in it.")
PRIVATE_FILE = N_("The file is not shared with everyone whom it would serve.")
PRIVATE_ADDRESS = N_("It is on a private network, where I don't read. Whoever runs me can allow it.")
REFUSED = N_("The site does not answer my request.")
ROBOTS_AWAY = N_("I can't read the site's robots.txt at the moment, so I don't know what I may read.")
TOO_LARGE = N_("It is larger than I read.")
TOO_SLOW = N_("The site took too long to answer.")
UNREACHABLE = N_("I can't reach the site.")
UNREADABLE = N_("I can't read it: it is damaged, or not the kind of file that it says.")

WITHDRAWN = frozenset((LOGIN, NO_REPOSITORY, PRIVATE_CHANNEL, PRIVATE_FILE))
"""Why a whole source may no longer be used, what was read of it before included."""


class PageError(BotError):
    """A page of a source can't be read, for one of the reasons above, which is kept in English.

    `is_gone`: it is not there any more, or not for us. `is_whole`: neither can its whole source. `retry_after`: in
    seconds, as its server asks.
    """

    counts = False

    def __init__(
        self,
        fault: str,
        *,
        is_gone: bool = False,
        is_transient: bool = False,
        is_whole: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__("page")
        self.fault, self.is_gone, self.is_whole = fault, is_gone, is_whole
        self.is_transient, self.retry_after = is_transient, retry_after

    @property
    def sentence(self) -> str:
        """Return what a person reads."""
        return _(self.fault)
