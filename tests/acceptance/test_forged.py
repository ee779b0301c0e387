"""Values of another channel or workspace in presses and forms: nothing is done there, and nothing of it is shown.

Slack signs what it delivers, so people can't make these up. Should they ever, rights must not hang on it.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.core.access import ELSEWHERE
from bot.playground.slack.elements import buttons, placed
from bot.playground.slack.records import MessageRecord
from tests.acceptance.conftest import BOTH_DATABASES, Dialogue
from tests.acceptance.test_classify import INTO
from tests.acceptance.test_many_workspaces import dialogue as dialogue_in
from tests.acceptance.test_many_workspaces import workspaces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.playground.slack.records import User
    from tests.support.scripted import ScriptedModel
    from tests.support.two_workspaces import TwoWorkspaces

__all__ = ["workspaces"]  # a fixture

CANARY = "the crimson canary crashes on every export"
OURS = ("settings", "settings_changes", "feedback", "classify_runs", "summary_runs", "threads", "messages")
ALL = {
    *("feedback_take", "feedback_resolve", "feedback_dismiss", "feedback_change", "classify_correct", "classify_file"),
    *("settings", "triage_settings", "triage_team", "regenerate", "rate", "rating_comment", "forget"),
    *("summary_share", "summary_shorter", "summary_longer", "summary_actions"),
}


@dataclass
class Harvest:
    """The controls and forms that the bot has shown in a private channel."""

    messages: list[MessageRecord] = field(default_factory=list)
    forms: list[dict[str, Any]] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """What can be pressed or submitted, by the names of the use cases."""
        pressed = {place.element["action_id"] for one in self.messages for place in placed(one.blocks)}
        return {name.partition(".")[0] for name in pressed} | {form["callback_id"] for form in self.forms}


async def harvest(dialogue: Dialogue) -> Harvest:
    """Let the bot show all that it has in #leads, where I am and Sam is not."""
    workspace, leads = dialogue.workspace, dialogue.workspace.channel("leads")
    found = Harvest()

    def keep_form() -> None:
        found.forms.append(deepcopy(workspace.modal()))

    def seen(words: str) -> list[MessageRecord]:
        return [
            one
            for one in [*workspace.workspace.messages(leads), *workspace.ephemerals()]
            if one.user == workspace.bot.id and words in one.shown
        ]

    async def answered(words: str, number: int = 1) -> MessageRecord:
        await workspace.until(lambda: len([one for one in seen(words) if not one.streaming]) >= number)
        await dialogue.until_idle()
        return seen(words)[-1]

    await workspace.command(leads, "/parley", "triage on")
    await answered("I sort each post")
    workspace.say(leads, CANARY)
    card = await answered("Bug report")
    for change in (one for one in buttons(card.blocks) if one["action_id"].startswith("feedback_change")):
        await workspace.press(card, change["action_id"])
        keep_form()
    await workspace.command(leads, "/classify", f"{CANARY}\nit costs too much\n{INTO}")
    listed = await answered("2. ")
    for change in (one for one in buttons(listed.blocks) if one["action_id"].startswith("classify_correct")):
        await workspace.press(listed, change["action_id"])
        keep_form()
    ts = workspace.say(leads, f"<@{workspace.bot.id}> {CANARY}")
    answer = await dialogue.answer(leads, ts)
    await dialogue.until_idle()
    told = next(one for one in dialogue.answers(leads, ts) if one.shown == answer)
    await workspace.press(
        told, "rate.2", value=next(one["value"] for one in buttons(told.blocks) if "bad" in one["value"])
    )
    keep_form()
    await workspace.command(leads, "/parley", "settings")
    keep_form()
    for button in ("edit_triage_settings.0", "edit_triage_team"):
        await workspace.press_in_form(button, {})
        keep_form()
    await workspace.close_modal(clear=True)
    await workspace.command(leads, "/parley", "budget")
    keep_form()
    await workspace.close_modal(clear=True)
    await workspace.shortcut("classify_file", workspace.workspace.message(leads, ts))
    keep_form()
    await workspace.close_modal(clear=True)
    await workspace.command(leads, "/parley", "forget channel")
    await answered("This erases")
    await workspace.command(leads, "/summarize", "7d")
    await dialogue.until_idle()
    private = [one for one in workspace.workspace.messages(dialogue.direct) if one.user == workspace.bot.id]
    found.messages = [one for one in [*seen(""), *private] if list(placed(one.blocks))]
    return found


async def ours(dialogue: Dialogue) -> list[list[str]]:
    """Return all that the bot keeps, but for jobs, what they cost, and ratings elsewhere."""
    queries = [f"SELECT * FROM {table}" for table in OURS]  # noqa: S608 (names of our own)
    queries += ["SELECT * FROM classify_items"]
    queries += [f"SELECT * FROM ratings WHERE channel = '{dialogue.workspace.channel('leads')}'"]  # noqa: S608 (as above)
    return [sorted(map(str, await dialogue.rows(query))) for query in queries]


async def forge(dialogue: Dialogue, found: Harvest, user: User) -> int:
    """Press and submit everything from #general, as somebody who is not in #leads; return how much that was."""
    workspace, taken = dialogue.workspace, 0
    for message in found.messages:
        moved = replace(message, channel=dialogue.general, thread_ts="", ephemeral_to="")
        for action in actions_of(message.blocks):
            assert (await workspace.interactions.act(moved, action, user)).ok
            taken += 1
    for form in found.forms:
        for action in actions_of(form["blocks"]):
            assert (await workspace.interactions.act_in_view(opened(dialogue, form, user), action, user, {})).ok
            taken += 1
        submission = await workspace.interactions.submit(opened(dialogue, form, user), answers_to(form), user)
        assert submission.ack is not None
        assert submission.ack.ok
        taken += 1
    await dialogue.until_idle()
    return taken


def opened(dialogue: Dialogue, form: dict[str, Any], user: User) -> dict[str, Any]:
    """Let somebody have a form open, alone; Slack says of each whose workspace it is in."""
    workspace = dialogue.workspace.workspace
    workspace.close_views(user.id)
    where = {"team_id": workspace.team_id, "app_installed_team_id": workspace.team_id}
    return workspace.show_view(user.id, deepcopy(form) | where)


def actions_of(blocks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each way in which something below a message or in a form can be pressed or chosen."""
    chosen = [
        {"type": place.element["type"], **place.ids, "selected_option": place.element["options"][0]}
        for place in placed(blocks)
        if place.element["type"] == "static_select" and place.element.get("options")
    ]
    return [*buttons(blocks), *chosen]


def answers_to(form: dict[str, Any]) -> Any:
    """Fill in what a form's client would not send without."""
    texts = [place for place in placed(form["blocks"]) if place.element["type"] == "plain_text_input"]
    return {(place.ids["block_id"], place.ids["action_id"]): {"value": "1"} for place in texts}


async def test_values_of_a_private_channel_open_nothing(rehearsal: Dialogue) -> None:
    workspace, leads = rehearsal.workspace, rehearsal.workspace.channel("leads")
    found = await harvest(rehearsal)
    assert found.names >= ALL
    before = await ours(rehearsal)
    said = [(one.ts, one.shown, dict(one.reactions)) for one in workspace.workspace.messages(leads)]
    assert await forge(rehearsal, found, workspace.sam) > len(ALL)
    assert await ours(rehearsal) == before
    assert [(one.ts, one.shown, one.reactions) for one in workspace.workspace.messages(leads)] == said
    shown = [*workspace.workspace.messages(rehearsal.general), *workspace.ephemerals(workspace.sam)]
    assert not [one.shown for one in shown if "canary" in one.shown]
    seen = [workspace.workspace.views[id_] for id_ in workspace.workspace.modals.get(workspace.sam.id, [])]
    assert not [view for view in seen if "canary" in str(view)]


@BOTH_DATABASES
async def test_forms_of_another_workspace_are_refused(workspaces: TwoWorkspaces, model: ScriptedModel) -> None:
    async with workspaces.bot():
        for one in workspaces.both:
            assert (await workspaces.install(one)).status == 200
        first, second = (dialogue_in(workspaces, one) for one in workspaces.both)
        model.answer("Yes.")
        ts = first.mention("Are you there?")
        await first.answer(first.general, ts)
        await first.until_idle()
        (answer,) = first.answers(first.general, ts)
        bad = next(one["value"] for one in buttons(answer.blocks) if "bad" in str(one["value"]))
        await first.workspace.press(answer, "rate.2", value=bad)
        forms = [deepcopy(first.workspace.modal())]
        await first.workspace.close_modal(clear=True)
        await first.workspace.command(first.general, "/parley", "settings")
        forms.append(deepcopy(first.workspace.modal()))
        for button in ("edit_triage_settings.0", "edit_triage_team"):
            await first.workspace.press_in_form(button, {})
            forms.append(deepcopy(first.workspace.modal()))
        await first.workspace.close_modal(clear=True)
        await first.workspace.command(first.general, "/parley", "budget")
        forms.append(deepcopy(first.workspace.modal()))
        before, me, team = await ours(first), second.workspace.me, first.workspace.workspace.team_id
        for form in forms:
            for action in actions_of(form["blocks"]):
                moved = opened(second, form, me)
                await second.workspace.interactions.act_in_view(moved, action, me, {})
                shown = second.workspace.modal()  # nothing new, a refusal, or such a form of the workspace that asks
                assert ELSEWHERE in str(shown) or shown == moved or team not in str(shown)
            refused = await second.workspace.interactions.submit(opened(second, form, me), answers_to(form), me)
            assert ELSEWHERE in refused.errors.values()
        await first.until_idle()
        assert await ours(first) == before
        await first.aclose()
