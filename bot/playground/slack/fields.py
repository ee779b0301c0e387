"""Form fields: values as the state that Slack sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.slack.elements import choice, placed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.playground.slack.interactions import Chosen
    from bot.playground.slack.wire import Json


class FieldsError(ValueError):
    """Invalid values of fields: `errors` has a sentence for each block_id."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


def filled_in(blocks: Sequence[Json], values: Mapping[str, Any]) -> Chosen:
    """Return field values, given by `action_id` or `block_id`, as the fields' state.

    Raises `LookupError` for an unknown field, `FieldsError` for invalid values.
    """
    fields = list(placed(blocks))
    chosen: Chosen = {}
    errors: dict[str, str] = {}
    for name, value in values.items():
        place = next((place for place in fields if name in place.ids.values()), None)
        if place is None:
            raise LookupError(f"There is no field {name}.")
        try:
            chosen[place.ids["block_id"], place.ids["action_id"]] = choice(place.element, value)
        except ValueError as error:
            errors[place.ids["block_id"]] = str(error)
    if errors:
        raise FieldsError(errors)
    return chosen
