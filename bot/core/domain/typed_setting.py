"""A setting's value as it was typed: read, or refused with a sentence that says what the setting accepts."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bot.core.domain import accepted
from bot.core.domain.channel_settings import SHOWN, ChannelSettings
from bot.errors import UsageError
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Mapping

LISTED = "`/parley settings list all`"  # not for people: the command that shows all settings


def check_name(name: str, listed: str = LISTED) -> str:
    """Return a setting's name; `listed` is the command that shows them. Raises `UsageError` for an unknown one."""
    if name not in ChannelSettings.model_fields:
        near = difflib.get_close_matches(typed := name[:40].replace("`", "'"), ChannelSettings.model_fields, n=1)
        meant = [_("Did you mean `{word}`?", word=near[0])] if near else []
        unknown, hint = _("There is no setting `{name}`.", name=typed), _("{command} shows them all.", command=listed)
        raise UsageError(" ".join((unknown, *meant, hint)))
    return name


def read(name: str, typed: str, others: Mapping[str, Any], *, in_form: bool = False) -> Any:  # noqa: ANN401 - each setting has its own type
    """Read a setting's value as it was typed; `others` are the other settings of the same place.

    `in_form`: it was typed in the setting's field, below which a refusal stands.

    Raises `UsageError` for an unknown setting, and for a value that it can't have.
    """
    check_name(name)
    try:
        sheet = ChannelSettings.model_validate({**others, name: typed})
    except ValidationError as error:
        raise UsageError(_refused(name, error, in_form=in_form)) from None
    return sheet.model_dump(mode="json")[name]


def _refused(name: str, error: ValidationError, *, in_form: bool) -> str:
    faults = error.errors(include_url=False, include_input=False)
    mine = [one for one in faults if one["loc"][:1] == (name,)]
    accepts = accepted.in_words(ChannelSettings.model_fields[name], SHOWN[name])
    if in_form:
        return accepted.field_refusal(mine or faults, accepts)
    return accepted.refusal(name, mine or faults, accepts)
