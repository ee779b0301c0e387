"""Whom a page shows the workspace to, and what Slack would show them."""

from __future__ import annotations

import pytest

from bot.playground.page.viewer import Viewer, role_of
from bot.playground.slack.records import MessageRecord
from bot.playground.slack.wire import ApiError
from bot.playground.slack.workspace import Workspace


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


@pytest.mark.parametrize(
    ("name", "role", "channels", "people"),
    [
        ("you", "Admin", {"general", "engineering", "support-feedback", "leads", "partners", ""}, 5),
        ("ada", "Admin", {"general", "engineering", "support-feedback", "leads", "partners", ""}, 5),
        ("sam", "Member", {"general", "engineering", "support-feedback", "partners", ""}, 5),
        ("gia", "Guest", {"support-feedback", ""}, 4),
        ("rio", "Other organization", {"partners"}, 4),
    ],
)
def test_each_sees_their_own_places(
    workspace: Workspace, name: str, role: str, channels: set[str], people: int
) -> None:
    viewer = Viewer.named(workspace, name)
    assert {channel.name for channel in viewer.channels()} == channels
    assert (role_of(viewer.person), len([user for user in viewer.users() if user in workspace.people])) == (
        role,
        people,
    )


def test_nobody_has_no_page(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="nobody called parley"):
        Viewer.named(workspace, "parley")


def test_a_foreign_channel_is_not_there(workspace: Workspace) -> None:
    said = workspace.say(MessageRecord("C01LEADS000", workspace.ada.id, "not public yet"))
    for look in (Viewer.messages, Viewer.channel):
        with pytest.raises(ApiError, match="channel_not_found"):
            look(Viewer.named(workspace, "sam"), "C01LEADS000")
    with pytest.raises(ApiError, match="channel_not_found"):
        Viewer.named(workspace, "sam").message("C01LEADS000", said.ts)
    assert Viewer.named(workspace, "you").message("C01LEADS000", said.ts) is said


def test_a_private_note_is_for_one(workspace: Workspace) -> None:
    note = workspace.post(MessageRecord("C01GENERAL0", workspace.bot.id, "psst", ephemeral_to=workspace.sam.id))
    assert Viewer.named(workspace, "sam").messages("C01GENERAL0") == [note]
    assert Viewer.named(workspace, "you").messages("C01GENERAL0") == []
    with pytest.raises(ApiError, match="message_not_found"):
        Viewer.named(workspace, "ada").message("C01GENERAL0", note.ts)


def test_badges_depend_on_who_looks(workspace: Workspace) -> None:
    you, rio = Viewer.named(workspace, "you"), Viewer.named(workspace, "rio")
    assert [you.badge(user) for user in (workspace.gia, workspace.rio, workspace.ada)] == ["guest", "external", ""]
    assert [rio.badge(user) for user in (workspace.rio, workspace.ada)] == ["", "external"]


def test_private_names_are_not_told(workspace: Workspace) -> None:
    assert Viewer.named(workspace, "sam").names()["C01LEADS000"] == "private-channel"
    assert Viewer.named(workspace, "gia").names()["C01ENGINEER"] == "private-channel"
    assert Viewer.named(workspace, "you").names()["C01LEADS000"] == "leads"
