from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.code import diff as version
from bot.core.code.changed_files import Change, changes
from bot.core.code.diff import count, diff
from bot.core.code_blocks.blocks import blocks, fenced
from bot.core.domain.code_file import CodeFile

OLD = CodeFile("area.py", "# area.py\ndef area(r):\n    return 3 * r * r\n", 2)
NEW = CodeFile("area.py", "# area.py\ndef area(r):\n    return 3.14 * r * r\n", 3)


def test_a_known_name_is_a_new_version() -> None:
    (change,) = changes(blocks(fenced(NEW.content, "python")), [OLD])
    assert change == Change(NEW, OLD, "area.py")
    assert not change.is_idle


def test_the_first_files_are_all_new() -> None:
    found = changes(blocks(fenced("1", "python") + "\n" + fenced("# b.py\n2", "python")), [])
    assert [(change.file.name, change.file.version, change.before) for change in found] == [
        ("snippet.py", 1, None),
        ("b.py", 1, None),
    ]


def test_an_example_is_no_file() -> None:
    text = "Because of this:\n" + fenced("0.1 + 0.2", "python")
    assert changes(blocks(text), [OLD]) == []


def test_a_new_name_is_a_new_file() -> None:
    (change,) = changes(blocks(fenced("# test_area.py\n1", "python")), [OLD])
    assert change == Change(CodeFile("test_area.py", "# test_area.py\n1\n"), None, "test_area.py")


def test_a_definition_finds_its_file() -> None:
    (change,) = changes(blocks(fenced("def area(r):\n    return r", "python")), [OLD])
    assert change.before == OLD


def test_a_name_keeps_its_case() -> None:
    (change,) = changes(blocks(fenced("# Area.py\n1", "python")), [OLD])
    assert change.file == CodeFile("area.py", "# Area.py\n1\n", 3)
    assert change.block == "Area.py"


def test_an_unclosed_block_changes_nothing() -> None:
    assert changes(blocks("```python\n# area.py\n1"), [OLD]) == []


def test_what_came_back_the_same_is_idle() -> None:
    (change,) = changes(blocks(fenced(OLD.content, "python")), [OLD])
    assert change.is_idle


def test_a_diff_shows_what_changed() -> None:
    assert diff(OLD, NEW) == (
        "@@ -2,2 +2,2 @@\n def area(r):\n-    return 3 * r * r\n+    return 3.14 * r * r",
        0,
    )
    assert count(OLD, NEW) == "+1 -1"


def test_a_long_diff_is_cut() -> None:
    many = CodeFile("a.py", "".join(f"{n}\n" for n in range(1_000)))
    shown, left = diff(CodeFile("a.py", ""), many)
    assert len(shown.splitlines()) == version.SHOWN_OF_DIFF
    assert left == 1_001 - version.SHOWN_OF_DIFF
    assert diff(CodeFile("a.py", "\n" * 9_000), many) == ("", 0)


@given(st.text(), st.text())
def test_any_two_versions_can_be_compared(old: str, new: str) -> None:
    shown, _ = diff(CodeFile("a", old), CodeFile("a", new))
    assert bool(shown) == (old.splitlines() != new.splitlines())
