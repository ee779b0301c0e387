"""What models write as code: files keep their names, and come whole, whatever fences are in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.code_blocks.blocks import blocks, cut_short, files
from tests.acceptance.test_code import ask, asked
from tests.acceptance.test_code import files as saved

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

FOLDER = "a report in a public tracker"
VARIANT = "a variant of the others"
T = "```"
README = (
    f"{T}markdown README.md\n# Tool\n\n{T}bash\npip install tool\n{T}\n\n"
    f"Use it:\n\n{T}python\nimport tool\n{T}\n\nThat is all.\n{T}"
)
DOCSTRING = f'{T}python\n# doc.py\nHELP = """\nUse it so:\n{T}\nrun me\n{T}\nand be happy\n"""\nprint(HELP)\n{T}'
WHOLE = f'{T}`python\n# doc.py\nHELP = """\nUse it so:\n{T}\nrun me\n{T}\nand be happy\n"""\nprint(HELP)\n{T}`'
PLAIN_README = f"{T}markdown README.md\n# Tool\n\n{T}\npip install tool\n{T}\n\nThat is all.\n{T}"

# an answer, the name of its file, where it went wrong
NAMES = [
    (f"{T}bash\n# .env\nPORT=3000\n{T}", ".env", FOLDER),
    (f"{T}sql\n-- 001_init.sql\nSELECT 1;\n{T}", "001_init.sql", FOLDER),
    (f"{T}python\n# größe.py\nx = 1\n{T}", "größe.py", FOLDER),
    (f"{T}python\n# app/__init__.py\nA = 1\n{T}", "app/__init__.py", FOLDER),
    (f"{T}text LICENSE\nMIT\n{T}", "LICENSE", FOLDER),
    (f"{T}ruby Rakefile\ntask :x\n{T}", "Rakefile", FOLDER),
    (f"{T}svelte\n<!-- +page.svelte -->\n<p/>\n{T}", "+page.svelte", FOLDER),
    (
        f"(controllers.py)\n{T}python\nx = 1\n{T}",
        "controllers.py",
        "https://github.com/AntonOsika/gpt-engineer/issues/1088",
    ),
    (f"{T}main.py{T}\n{T}python\nx = 1\n{T}", "main.py", "https://github.com/AntonOsika/gpt-engineer/issues/35"),
    (f"1. `file1.py`:\n\n{T}python\nx = 1\n{T}", "file1.py", "https://github.com/AntonOsika/gpt-engineer/pull/480"),
    (f"{T}js:vite.config.ts\nx\n{T}", "vite.config.ts", "https://github.com/Aslemammad/deconf/issues/1"),
    (f"{T}js file=vite.config.ts\nx\n{T}", "vite.config.ts", "https://github.com/Aslemammad/deconf/issues/1"),
    (f"{T}js {{file=vite.config.ts}}\nx\n{T}", "vite.config.ts", "https://github.com/Aslemammad/deconf/issues/1"),
    (
        f"{T}tsx\n// app/(shop)/[slug]/page.tsx\nx\n{T}",
        "app/(shop)/[slug]/page.tsx",
        "https://github.com/yegappan/mru/pull/72",
    ),
    (f"{T}python\n# ../../../etc/cron.py\nx\n{T}", "cron.py", "https://github.com/AntonOsika/gpt-engineer/pull/1345"),
    (f"{T}python filename=/etc/profile.d/a.sh\nx\n{T}", "a.sh", "https://github.com/crewAIInc/crewAI/pull/4895"),
    (f"{T}python\n# C:\\Users\\bob\\app.py\nx\n{T}", "app.py", "https://github.com/hasansajedi/aegisrail/issues/87"),
    (f"**`__init__.py`**\n{T}python\nx\n{T}", "__init__.py", "https://github.com/cline/cline/pull/1070"),
    (f"### src/app.py\n{T}python\nx = 1\n{T}", "src/app.py", VARIANT),
    (f"{T}yaml\n# .github/workflows/ci.yml\na: 1\n{T}", ".github/workflows/ci.yml", VARIANT),
    (f"{T}cpp src/vector+map.cpp\nint x;\n{T}", "src/vector+map.cpp", VARIANT),
    (f"Run main.py:\n{T}bash\npython main.py\n{T}", "snippet.sh", VARIANT),
    (f"{T}diff\n--- a/app.py\n+++ b/app.py\n@@ -1 +1 @@\n-x\n+y\n{T}", "snippet.diff", VARIANT),
    (f"{T}\ndiff --git a/app.py b/app.py\n--- a/app.py\n+++ b/app.py\n{T}", "snippet.diff", VARIANT),
    (f"`src/app.py`:\n{T}diff\n-x\n+y\n{T}", "src/app.py.diff", VARIANT),
    (f"{T}patch fix.patch\n--- app.py\n+++ app.py\n{T}", "fix.patch", VARIANT),
    (f"{T}dockerignore\n!README.md\n{T}", ".dockerignore", VARIANT),
    (f'{T}text title="README"\nx\n{T}', "README", VARIANT),
    (f'{T}sh title="gradlew"\nx\n{T}', "gradlew", VARIANT),
    (f"{T}sh file=deploy\nx\n{T}", "deploy", VARIANT),
    (f'{T}sh title="Usage"\nx\n{T}', "snippet.sh", VARIANT),
    (f"`VERSION`\n{T}text\n1.2\n{T}", "VERSION", VARIANT),
    (f"`bin/deploy`\n\n{T}bash\nx\n{T}", "bin/deploy", VARIANT),
    (f"{T}bash\n#!/bin/sh\n# .husky/pre-commit\nx\n{T}", ".husky/pre-commit", VARIANT),
    (f"`application/json`:\n{T}yaml\nx: 1\n{T}", "snippet.yaml", VARIANT),
    (f"`src/parts`:\n{T}\nbutton.tsx\n{T}", "snippet.txt", VARIANT),
    (f"{T}js\n// src/e\u0301te\u0301.js\nx\n{T}", "src/été.js", VARIANT),
    (f"{T}py\n# हिन्दी.py\nx\n{T}", "हिन्दी.py", VARIANT),
    (f"`ที่นี่.py`\n{T}py\nx\n{T}", "ที่นี่.py", VARIANT),
    (f"Create `tsconfig.json`:\n{T}json\n{{}}\n{T}", "tsconfig.json", VARIANT),
    (f"Here is the updated `app.py` file:\n{T}python\nx\n{T}", "app.py", VARIANT),
    (f"Und in **src/area.h** kommt:\n{T}cpp\nint x;\n{T}", "src/area.h", VARIANT),
    (f"Edit `nginx.conf`:\n{T}nginx\nx\n{T}", "nginx.conf", VARIANT),
    (f"Run `deploy.sh`:\n{T}bash\n./deploy.sh\n{T}", "snippet.sh", VARIANT),
    (f"Start it by `main.py`:\n{T}console\n$ python main.py\n{T}", "snippet.txt", VARIANT),
    (f"Change `a.py` and `b.py`:\n{T}python\nx\n{T}", "snippet.py", VARIANT),
    (f"{T}python\n# app.py - main entry\nx\n{T}", "app.py", VARIANT),
    (f"{T}html\n<!-- index.html: the start page -->\n<p/>\n{T}", "index.html", VARIANT),
    (f"{T}python\n# settings.json: where it looks\nx\n{T}", "snippet.py", VARIANT),
    (f"`My File.py`\n{T}python\nx\n{T}", "My_File.py", VARIANT),
]


@pytest.mark.parametrize(("answer", "name", "source"), NAMES)
def test_a_file_keeps_its_name(answer: str, name: str, source: str) -> None:
    assert source
    assert [file.name for file in files(answer)] == [name]


def test_two_folders_may_have_the_same_name() -> None:
    text = "\n\n".join(f"{T}python\n# {folder}/__init__.py\nA = 1\n{T}" for folder in ("app", "tests", "app"))
    assert [file.name for file in files(text)] == ["app/__init__.py", "tests/__init__.py", "app/__init___2.py"]
    assert files(f"{T}python\n# {'x' * 400}.py\n1\n{T}")[0].name == "x" * 117 + ".py"


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        # https://github.com/huggingface/smolagents/pull/2652, https://github.com/open-webui/open-webui/pull/26034
        (README, "That is all.\n"),
        # https://github.com/FoundationAgents/MetaGPT/pull/1984: a fence in a string
        (f"{T}js\n// a.js\nconst a = `\n{T}shell\nnpm i\n{T}\n`;\n{T}\n\nRun it.", "`;\n"),
        # https://github.com/Aider-AI/aider/issues/2424: indented, in a list
        (f"- Here:\n\n  {T}markdown README.md\n  # A\n  {T}bash\n  ls\n  {T}\n  end\n  {T}", "end\n"),
        (f"~~~markdown README.md\n# A\n{T}\nls\n{T}\nend\n~~~", "end\n"),
    ],
)
def test_a_file_with_fences_comes_whole(answer: str, end: str) -> None:
    (file,) = files(answer)
    assert file.content.endswith(end)
    assert all(block.is_closed for block in blocks(answer))


def test_a_file_that_a_fence_cut_is_seen() -> None:
    # https://github.com/huggingface/smolagents/issues/1219, https://github.com/Aider-AI/aider/issues/22
    assert cut_short(DOCSTRING, {"doc.py"}) == {"doc.py": 11}
    assert cut_short(PLAIN_README, ()) == {"README.md": 9}
    assert cut_short(WHOLE, {"doc.py"}) == {}
    # https://github.com/Pythagora-io/gpt-pilot/pull/1026: backticks within a line are no fence
    assert files(f"{T}python\n# a.py\nx = '{T}'\n{T}")[0].content == f"# a.py\nx = '{T}'\n"
    # https://github.com/mem0ai/mem0/pull/4414: never closed, so not whole
    assert files(f'{T}json a.json\n{{"a": [1, 2') == []


def test_what_is_in_a_file_stays_as_it_is() -> None:
    body = "\n".join(f"\tline {number}" for number in range(3_000))
    (file,) = files(f"{T}makefile\r\n# Makefile\r\nall:\r\n" + body.replace("\n", "\r\n") + f"\r\n{T}\r\n")
    assert file.name == "Makefile"
    assert file.content == f"# Makefile\nall:\n{body}\n"


async def test_a_cut_file_is_asked_for_again(dialogue: Dialogue, model: ScriptedModel) -> None:
    # https://github.com/Aider-AI/aider/issues/2879: also where the model forgets the longer fence
    shown = await ask(dialogue, model, "python a help text", DOCSTRING, WHOLE)
    assert "Code saved to doc.py" in shown
    assert "be happy" in shown
    assert "snippet" not in shown
    assert "a line of backticks within it" in asked(model)
    assert list(saved(dialogue)) == ["doc.py"]
    assert saved(dialogue)["doc.py"][0].count(T) == 2


async def test_folders_reach_slack(dialogue: Dialogue, model: ScriptedModel) -> None:
    both = f"{T}python\n# app/__init__.py\nA = 1\n{T}\n\n{T}python\n# tests/__init__.py\nB = 1\n{T}\n\n{README}"
    shown = await ask(dialogue, model, "python a package", both)
    assert "Code saved to app/__init__.py, tests/__init__.py, README.md" in shown
    files_ = dialogue.workspace.files()
    assert {(one.name, one.title) for one in files_} == {
        ("__init__.py", "app/__init__.py"),
        ("__init__.py", "tests/__init__.py"),
        ("README.md", "README.md"),
    }
    assert len(model.requests) == 1
