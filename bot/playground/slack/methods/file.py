"""Methods that upload files, in Slack's three steps, and describe them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.slack.method import Arguments, Method, tier
from bot.playground.slack.methods.chat import blocks_of
from bot.playground.slack.objects import file_json
from bot.playground.slack.records import File, MessageRecord
from bot.playground.slack.wire import ApiError, Json

if TYPE_CHECKING:
    from bot.playground.slack.workspace import Workspace

LARGEST_SNIPPET = 1_000_000  # bytes
# Slack's file types for programming languages: https://docs.slack.dev/reference/objects/file-object
SNIPPET_TYPES = frozenset(
    (
        *("applescript", "c", "clojure", "coffeescript", "cpp", "csharp", "css", "csv", "d", "dart", "diff", "docker"),
        *("erlang", "fsharp", "fortran", "go", "groovy", "handlebars", "haskell", "haxe", "html", "java", "javascript"),
        *("json", "kotlin", "latex", "lisp", "lua", "markdown", "matlab", "mumps", "objc", "ocaml", "pascal", "perl"),
        *(
            "php",
            "powershell",
            "puppet",
            "python",
            "r",
            "ruby",
            "rust",
            "sass",
            "scala",
            "scheme",
            "shell",
            "smalltalk",
        ),
        *("sql", "swift", "text", "tsv", "typescript", "vb", "vbscript", "velocity", "verilog", "xml", "yaml"),
    )
)


def upload_url(workspace: Workspace, arguments: Arguments) -> Json:
    """Register a file and return its upload URL."""
    if arguments.number("length", 0) < 1:
        raise ApiError("invalid_arguments", "[ERROR] must be greater than 0: length")
    kind = arguments.text("snippet_type")
    if kind and kind not in SNIPPET_TYPES:
        raise ApiError("unknown_snippet_type")
    if kind and arguments.number("length", 0) > LARGEST_SNIPPET:
        raise ApiError("snippet_too_large")
    file = workspace.add_file(arguments.text("filename"), workspace.bot.id)
    file.snippet_type = kind
    return {"upload_url": f"{workspace.base_url}/files/upload/{workspace.team_id}-{file.id}", "file_id": file.id}


def complete_upload(workspace: Workspace, arguments: Arguments) -> Json:
    """Complete uploads, and share the files where requested."""
    named = arguments.structure("files")
    if not isinstance(named, list) or not named:
        raise ApiError("invalid_arguments", "[ERROR] must be a list of files: files")
    files = [_uploaded(workspace, entry) for entry in named]
    targets = [arguments.text("channel_id"), *arguments.text("channels").split(",")]
    channels = [workspace.open_channel(target).id for target in targets if target]
    if arguments.has("thread_ts") and not channels:
        raise ApiError("invalid_arguments", "[ERROR] thread_ts needs channel_id")
    for channel in channels:
        workspace.post(
            MessageRecord(
                channel,
                workspace.bot.id,
                arguments.text("initial_comment"),
                arguments.text("thread_ts"),
                blocks=blocks_of(arguments),
                files=list(files),
                subtype="file_share",
            )
        )
    return {"files": [file_json(workspace, file) for file in files]}


def info(workspace: Workspace, arguments: Arguments) -> Json:
    """Describe a file."""
    file = workspace.file(arguments.text("file"))
    if file.is_deleted:
        raise ApiError("file_deleted")
    return {"file": file_json(workspace, file), "comments": [], "response_metadata": {"next_cursor": ""}}


def delete(workspace: Workspace, arguments: Arguments) -> Json:
    """Delete one of the bot's own files."""
    file = workspace.file(arguments.text("file"))
    if file.is_deleted:
        raise ApiError("file_deleted")
    if file.user != workspace.bot.id:
        raise ApiError("cant_delete_file")
    workspace.delete_file(file)
    return {}


def _uploaded(workspace: Workspace, entry: Json) -> File:
    file = workspace.file(str(entry.get("id")))
    if file.content is None:
        raise ApiError("file_not_found")
    file.title = entry.get("title") or file.name
    return file


METHODS = (
    Method("files.getUploadURLExternal", upload_url, ("filename", "length"), ("files:write",), tier(4)),
    Method("files.completeUploadExternal", complete_upload, ("files",), ("files:write",), tier(4)),
    Method("files.delete", delete, ("file",), ("files:write",), tier(3)),
    Method("files.info", info, ("file",), ("files:read",), tier(4)),
)
