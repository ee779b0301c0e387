"""What people say to stop an answer, or to have it go on: a message that says nothing else."""

LONGEST_WORD = 100  # characters of a message that says nothing else
CONTINUES = {  # not for people: what they say
    "continue",
    "please continue",
    "continue please",
    "go on",
    "keep going",
    "carry on",
    "weiter",
    "mach weiter",
}
STOPS = {"stop", "please stop", "stop please", "stop it", "stopp", "halt"}  # not for people: what they say


def is_stop(text: str) -> bool:
    """Return whether a message says nothing but that the bot should stop."""
    return _bare(text) in STOPS


def is_continue(text: str) -> bool:
    """Return whether a message says nothing but that the bot should continue its last answer."""
    return _bare(text) in CONTINUES


def _bare(text: str) -> str:
    return "" if len(text) > LONGEST_WORD else " ".join(text.casefold().strip(' .!\u2026\n"“”').split())
