from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.code_blocks import blocks as code
from bot.core.code_blocks.file_names import MAX_NAME
from bot.core.domain.code_file import CodeFile


def block(code: str, info: str = "python", fence: str = "```") -> str:
    return f"{fence}{info}\n{code}\n{fence}"


def names(text: str) -> list[str]:
    return [file.name for file in code.files(text)]


@pytest.mark.parametrize(
    ("info", "name"),
    [
        ("json settings.json", "settings.json"),
        ("python:area.py", "area.py"),
        ('python title="area.py"', "area.py"),
        ("python title='src/area.py'", "src/area.py"),
        ("{.python filename=area.py}", "area.py"),
        ("area.py", "area.py"),
        ("text requirements.txt", "requirements.txt"),
        ("ts app.module.ts", "app.module.ts"),
        ("python", "snippet.py"),
        ("PYTHON", "snippet.py"),
        ("c++", "snippet.cpp"),
        ("c#", "snippet.cs"),
        ("vb.net", "snippet.vb"),
        ("", "snippet.txt"),
        ("klingon", "snippet.txt"),
        ("python ../../etc/passwd", "snippet.py"),
        ("python ../../etc/cron.py", "cron.py"),
        (r"python ..\..\cron.py", "cron.py"),
        ("python .bashrc.py", ".bashrc.py"),
        ("python 3.11", "snippet.py"),
        ("python con.py", "con_.py"),
        ("python LPT1.tar.py", "LPT1_.tar.py"),
        ("dockerfile", "Dockerfile"),
        ("docker Dockerfile", "Dockerfile"),
        ("makefile", "Makefile"),
        ("r", "snippet.r"),
        ("python x/../Makefile.py", "Makefile.py"),
    ],
)
def test_the_fence_names_the_file(info: str, name: str) -> None:
    assert names(block("1", info)) == [name]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("# circle_area.py", "circle_area.py"),
        ("#circle_area.py", "circle_area.py"),
        ("# File: circle_area.py", "circle_area.py"),
        ("# filename: circle_area.py", "circle_area.py"),
        ('"""circle_area.py"""', "circle_area.py"),
        ("// debounce.js", "debounce.js"),
        ("/* main.css */", "main.css"),
        ("/** Main.java */", "Main.java"),
        ("<!-- index.html -->", "index.html"),
        ("-- top_customers.sql", "top_customers.sql"),
        (";; init.el", "init.el"),
        ("% fit.m", "fit.m"),
        ("(* area.ml *)", "area.ml"),
        ("' area.vb", "area.vb"),
        ("#!/usr/bin/env python3\n# run.py", "run.py"),
        ("<?php\n// index.php", "index.php"),
        ("# src/circle.area.py", "src/circle.area.py"),
        ("# ../../etc/cron.py", "cron.py"),
        ("# https://example.com/cron.py/", "snippet.py"),
        ("# Based on Node.js", "snippet.py"),
        ("# e.g. circles", "snippet.py"),
        ("# see example.com for more", "snippet.py"),
        ("#include<stdio.h>", "snippet.py"),
        ('@app.route("/")', "snippet.py"),
        ("import os.path", "snippet.py"),
        ("# ..", "snippet.py"),
        ("# Dockerfile", "Dockerfile"),
        ("# ../etc/Makefile", "Makefile"),
        ("# nul.py", "nul_.py"),
    ],
)
def test_the_first_comment_names_the_file(line: str, name: str) -> None:
    assert names(block(f"{line}\nreturn 1")) == [name]


@pytest.mark.parametrize(
    ("language", "line", "name"),
    [
        ("python", "def circle_area(r):", "circle_area.py"),
        ("python", "def calculate_circle_area(r):", "circle_area.py"),
        ("python", "import math\n\n\nasync def fetch_all():", "fetch_all.py"),
        ("python", "class HTTPServerPool:", "httpserver_pool.py"),
        ("python", "def größe():", "größe.py"),
        ("javascript", "export default function debounceInput() {", "debounce_input.js"),
        ("javascript", "const areaOf = (r) => r;", "area_of.js"),
        ("typescript", "export interface UserCard {", "user_card.ts"),
        ("java", "public final class CircleArea {", "CircleArea.java"),
        ("go", "func Area(r float64) float64 {", "area.go"),
        ("rust", "pub fn area(r: f64) -> f64 {", "area.rs"),
        ("sql", "create table if not exists users (id int);", "users.sql"),
        ("sql", "CREATE OR REPLACE VIEW top_customers AS", "top_customers.sql"),
        ("bash", "ls -l", "snippet.sh"),
    ],
)
def test_a_definition_names_the_file(language: str, line: str, name: str) -> None:
    assert names(block(line, language)) == [name]


def test_a_long_name_is_cut() -> None:
    (name,) = names(block(f"def {'a' * 500}(): ..."))
    assert name == "a" * MAX_NAME + ".py"


def test_no_name_comes_twice() -> None:
    same = block("# a.py\n1")
    assert names(f"{same}\n{same}\n{same}") == ["a.py", "a_2.py", "a_3.py"]
    assert names(f"{same}\n{block('# A.py')}") == ["a.py", "A_2.py"]
    docker = block("FROM scratch", "dockerfile")
    assert names(f"{docker}\n{docker}") == ["Dockerfile", "Dockerfile_2"]


def test_what_is_no_text_is_replaced() -> None:
    (file,) = code.files(block("a = '\0 \ud800 😀'"))
    assert file.content == "a = '\ufffd \ufffd 😀'\n"
    assert file.content.encode()


def test_the_content_is_the_code() -> None:
    (file,) = code.files("Here:\n" + block("\n\ndef a():\n\treturn '\f'\n\n") + "\nThere.")
    assert file.content == "def a():\n\treturn '\f'\n"


@pytest.mark.parametrize(
    "text",
    [
        "no fence at all",
        "a `x = 1` inline",
        "```python\nx = 1",
        "```python\nx = 1\n``",
        "~~~~\nx\n~~~",
        "~~~\nx\n```",
        "```",
        "```python",
        "```\n```",
        "```\n\n\n```",
        "- ```python\n  x = 1\n\nand no end",
        "    ```\n    indented code\n    ```",
    ],
)
def test_what_is_no_whole_block_is_no_file(text: str) -> None:
    assert code.files(text) == []


def test_a_cut_answer_keeps_its_whole_blocks() -> None:
    assert names(block("# a.py\n1") + "\n\n```python\n# b.py\n") == ["a.py"]


@pytest.mark.parametrize(
    "text",
    [
        block("x = 1", fence="~~~"),
        block("x = 1", fence="`````"),
        "```python\nx = 1\n`````",
        "```python\r\nx = 1\r\n```\r\n",
        "1. First:\n\n   ```python\n   x = 1\n   ```\n\n2. Then",
        "- ```python\n  x = 1\n  ```",
        "> ```python\n> x = 1\n> ```",
    ],
)
def test_every_kind_of_fence_is_read(text: str) -> None:
    (file,) = code.files(text)
    assert file.content == "x = 1\n"
    assert file.name.startswith("snippet.")


def test_fences_inside_a_block_stay() -> None:
    (file,) = code.files("````markdown readme.md\n```python\nx = 1\n```\n````")
    assert file == CodeFile("readme.md", "```python\nx = 1\n```\n")


def test_an_unclosed_block_is_told_apart() -> None:
    whole, cut = code.blocks(block("# a.py\n1") + "\n\n```python\n# b.py\n2")
    assert (whole.file.name, whole.is_closed) == ("a.py", True)
    assert (cut.file.name, cut.is_closed) == ("b.py", False)


def test_a_guessed_name_is_told_apart() -> None:
    said, guessed = code.blocks(block("# a.py\n1") + "\n" + block("def b(): ..."))
    assert (said.is_named, guessed.is_named) == (True, False)


def test_a_block_can_be_replaced() -> None:
    text = f"Before\n{block('# a.py')}\nBetween\n{block('# b.py')}\nAfter"
    assert code.replaced(text, {"b.py": "one\ntwo"}) == f"Before\n{block('# a.py')}\nBetween\none\ntwo\nAfter"
    assert code.replaced(text, {}) == text


@given(st.text(alphabet="`~ab\n ", max_size=60))
def test_a_fence_holds_what_it_is_given(content: str) -> None:
    found = code.files(code.fenced(content, "text"))
    assert [file.content for file in found] == ([content.strip("\n") + "\n"] if content.strip("\n") else [])


PIECES = st.one_of(
    st.sampled_from(
        ("```", "~~~", "\n", "python", "# ", "../", "a.py", "con", "NUL.py", "Makefile", "def ", "/", "\\", ".", " ")
    ),
    st.text(),
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_no_name_leads_anywhere(text: str) -> None:
    found = names(text)
    parts = [part for name in found for part in name.split("/")]
    assert all(re.fullmatch(r"[\w.+@$()\[\]=,&!~^'%#-]+", part) and not part.endswith(".") for part in parts)
    assert len({name.casefold() for name in found}) == len(found)
    assert not any(re.fullmatch(r"(?i:con|nul)", part.partition(".")[0]) for part in parts)


@given(st.text())
def test_any_answer_can_be_read(text: str) -> None:
    assert all(file.content.strip("\n") for file in code.files(f"```\n{text}\n```"))
