"""Sort messages into categories."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, create_model

from bot.core.channel_settings import Creativity
from bot.core.command import answering, check_text
from bot.core.ports import Call, Purpose, Request, Role, Turn
from bot.core.quoting import quoted
from bot.core.reply import Written, apology, own_up
from bot.errors import ModelError, ModelFormError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.command import Command
    from bot.core.conversation import Record
    from bot.core.ports import Bookmark, Chat, Model, Store

log = logging.getLogger(__name__)

DEFAULT_CATEGORIES = (
    "Bug report",
    "Account issue",
    "Performance issue",
    "Billing",
    "Feature request",
    "Praise",
    "Question",
    "Other",
)
UNCLASSIFIED = "Unclassified"
ITEMS_PER_CALL = 50
TRIES = 2
MAX_ITEMS = 500
MAX_CATEGORIES = 50
MAX_CATEGORY = 80  # characters
SHOWN_OF_ITEM = 300  # characters
TOKENS_PER_ITEM = 40  # of output: a line of JSON with a number and a category
TOKENS_TO_SPARE = 4_000  # for models that think before each answer

# A message may well say that somebody ran into: something. So `into:` counts where it begins a line, or stands in the
# last one, the last time; and without its colon behind a quoted message.
_INTO = (
    re.compile(r"(?P<messages>.*^[ \t]*)into:(?P<categories>.*)", re.IGNORECASE | re.DOTALL | re.MULTILINE),
    re.compile(r"(?P<messages>.*\s)into:(?P<categories>[^\n]*)", re.IGNORECASE | re.DOTALL),
    re.compile(r"(?P<messages>.*[\"”])\s*into\s+(?P<categories>[^\n]*)", re.IGNORECASE | re.DOTALL),
)
_QUOTED = re.compile(r"\"([^\"\n]+)\"|“([^”\n]+)”")
_BETWEEN = re.compile(r"(?:[\s,;]|and)*")
_NUMBERED = re.compile(r"^(?:\d{1,3}[.)]|[-*•])\s+")


@dataclass(frozen=True, slots=True)
class Task:
    """Messages to sort, and the categories to sort them into."""

    items: tuple[str, ...]
    categories: tuple[str, ...] = DEFAULT_CATEGORIES


class Sorted(BaseModel):
    """The form that the model fills in; `form` makes the one for a set of categories."""

    results: list[Any]


@dataclass(slots=True)
class Sorting:
    """What came out: the items' categories by number, the calls that it took, and what stopped it if anything did."""

    categories: dict[int, str] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    failure: ModelError | None = None


def parse(typed: str) -> Task:
    """Read the messages, one a line or several in quotes, and the categories behind `into:`.

    Raises `UsageError` with the sentence that says what to type instead.
    """
    typed = check_text("classify", typed)
    into = next(filter(None, (pattern.fullmatch(typed) for pattern in _INTO)), None)
    items = _items(into["messages"] if into else typed)
    if not items:
        raise UsageError("There are no messages to classify: put them one a line, before `into:`.")
    if len(items) > MAX_ITEMS:
        raise UsageError(f"That is {len(items)} messages; I classify up to {MAX_ITEMS} at a time.")
    return Task(items, _categories(into["categories"]) if into else DEFAULT_CATEGORIES)


def _items(text: str) -> tuple[str, ...]:
    lines = [line for raw in text.splitlines() if (line := raw.strip())]
    if len(lines) == 1 and (quotes := _QUOTED.findall(lines[0])) and _BETWEEN.fullmatch(_QUOTED.sub("", lines[0])):
        lines = [straight or curly for straight, curly in quotes]
    return tuple(item for line in lines if (item := _bare(line)))


def _bare(line: str) -> str:
    """Take the numbering, the closing comma and the quotes off an item."""
    line = _NUMBERED.sub("", line).strip().rstrip(",").strip()
    return line[1:-1].strip() if len(line) > 1 and line[0] + line[-1] in {'""', "“”"} else line


def _categories(text: str) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for raw in re.split(r"[,;\n]", text):
        if name := _bare(" ".join(raw.split()).rstrip(".")):
            found.setdefault(name.casefold(), name)
    if len(found) < 2:  # noqa: PLR2004 - one category is no choice
        raise UsageError("Name at least two categories behind `into:`, separated by commas.")
    if len(found) > MAX_CATEGORIES:
        raise UsageError(f"That is {len(found)} categories; I take up to {MAX_CATEGORIES}.")
    if too_long := next((name for name in found.values() if len(name) > MAX_CATEGORY), None):
        raise UsageError(f"A category's name has at most {MAX_CATEGORY} characters, unlike “{too_long[:40]}…”.")
    return tuple(found.values())


def form(categories: Sequence[str]) -> type[Sorted]:
    """Make the form that can hold only these categories. The API does not promise an enum's upper and lower case."""
    by_name = {name.casefold(): name for name in categories}

    def known(value: str) -> str:
        if value.casefold() not in by_name:
            raise ValueError("not one of the categories")
        return by_name[value.casefold()]

    category = Annotated[str, AfterValidator(known), Field(json_schema_extra={"enum": list(categories)})]
    result = create_model("Result", item=(int, ...), category=(category, ...))
    return create_model("Sorted", __base__=Sorted, results=(list[result], ...))


def prompt(numbered: Sequence[tuple[int, str]]) -> str:
    """Word the request; the messages go in as data."""
    messages = [{"item": number, "text": text} for number, text in numbered]
    return f"Classify each of these messages.\n\n{quoted('messages', messages)}"


def listing(items: Sequence[str], categories: dict[int, str]) -> str:
    """Write the numbered list: `1. Bug report - My app crashes`."""
    lines = []
    for number, item in enumerate(items, start=1):
        text = " ".join(item.split())
        shown = text if len(text) <= SHOWN_OF_ITEM else text[: SHOWN_OF_ITEM - 1] + "…"
        lines.append(f"{number}. {categories.get(number, UNCLASSIFIED)} - {shown}")
    return "\n".join(lines)


async def sort(task: Task, request: Request, *, model: Model) -> Sorting:
    """Ask the model for each item's category, fifty items a call; what it skipped or spoiled is asked once more."""
    sorting = Sorting()
    wanted = form(task.categories)
    for _ in range(TRIES):
        missing = [(n, text) for n, text in enumerate(task.items, start=1) if n not in sorting.categories]
        for start in range(0, len(missing), ITEMS_PER_CALL):
            await _sort_batch(missing[start : start + ITEMS_PER_CALL], sorting, request, model=model, wanted=wanted)
            if sorting.failure:
                return sorting
    return sorting


async def _sort_batch(
    batch: Sequence[tuple[int, str]], sorting: Sorting, request: Request, *, model: Model, wanted: type[Sorted]
) -> None:
    asking = replace(request, turns=(Turn(Role.USER, prompt(batch)),))
    try:
        filled, call = await model.fill(asking, wanted)
    except ModelError as error:
        sorting.calls += [error.call] if error.call else []
        sorting.failure = None if isinstance(error, ModelFormError) else error
        return
    sorting.calls.append(call)
    numbers = {number for number, _ in batch}
    for result in filled.results:
        if result.item in numbers:
            sorting.categories.setdefault(result.item, result.category)


async def classify(command: Command, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat) -> Record:
    """Sort what was typed, and return what the thread's history should keep. Raises `ChatError`."""
    task = parse(command.text)
    request = Request(
        purpose=Purpose.CLASSIFY,
        turns=(),
        max_output=TOKENS_TO_SPARE + TOKENS_PER_ITEM * ITEMS_PER_CALL,
        person=f"{command.place.workspace}/{command.asker.person}",
        creativity=Creativity.LOW,
        settings=await store.settings(command.place),
    )
    async with answering(command, chat=chat, bookmark=bookmark) as visible:
        sorting = await sort(task, request, model=model)
        if sorting.failure and not sorting.categories:
            return command.record(
                replace(await own_up(sorting.failure, visible, bookmark.reference), calls=tuple(sorting.calls))
            )
        text = listing(task.items, sorting.categories)
        message_id = await visible.replace(text + _shortfall(task, sorting, bookmark.reference))
    return command.record(Written(text, message_id, tuple(sorting.calls)))


def _shortfall(task: Task, sorting: Sorting, reference: str) -> str:
    """Tell how many items got no category, and why, "" when all did."""
    left = len(task.items) - len(sorting.categories)
    if not left:
        return ""
    failure = sorting.failure or ModelFormError("items missing")
    log.warning("%d of %d items got no category: %s: %s", left, len(task.items), type(failure).__name__, failure)
    return f"\n\n_{left} of {len(task.items)} got no category. {apology(failure, reference)}_"
