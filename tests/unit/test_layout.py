"""Where things live, as CONTRIBUTING says: what of that can be held by a test."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import bot
from tests.unit.sentences import TRANSLATED

CODE = Path(bot.__file__).parent
# What only puts others together: what they keep to is theirs.
COMPOSERS = ("__main__.py", "build.py", "db/store.py", "jobs/registry.py", "slack/app.py", "slack/chat/__init__.py")
# When a use case runs is in jobs/, and what it says in core/: these only say something about the jobs themselves.
SAYING = {"queue_notice.py", "try_again.py"}
LONGEST_FILE = 350  # lines


def constants(path: Path) -> dict[str, ast.expr]:
    """Return the constants of a module."""
    found: dict[str, ast.expr] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {one.id: node.value for one in targets if isinstance(one, ast.Name) and one.id.isupper()}
    return found


def is_number(value: ast.expr) -> bool:
    """Return whether a constant is a number, or a time."""
    if isinstance(value, ast.Call):
        return ast.unparse(value.func) == "timedelta"
    return isinstance(value, ast.Constant) and type(value.value) in {int, float}


def test_composers_have_no_limits() -> None:
    found = {name: [one for one, value in constants(CODE / name).items() if is_number(value)] for name in COMPOSERS}
    assert {name: limits for name, limits in found.items() if limits} == {}


def test_jobs_leave_the_words_to_the_core() -> None:
    for path in (CODE / "jobs").glob("*.py"):
        calls = (one.func for one in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(one, ast.Call))
        marks = [one for one in calls if isinstance(one, ast.Name) and one.id in TRANSLATED - {"_"}]
        literals = re.findall(r"(?<![\w.])_\(\s*[\"']", path.read_text(encoding="utf-8"))
        assert path.name in SAYING or not (marks or literals), path.name


def test_each_class_has_a_name_of_its_own() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in CODE.rglob("*.py")]
    names = Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert {name for name, times in names.items() if times > 1} == set()


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in CODE.rglob("*.py")}
    assert {path for path, lines in lengths.items() if lines > LONGEST_FILE} == set()
