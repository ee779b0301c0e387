"""Where things live, as CONTRIBUTING says: what of that can be held by a test."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import bot
from docs.catalog import ROOT, sentences
from tests.unit.sentences import TRANSLATED

CODE = Path(bot.__file__).parent
PACKAGES = sorted(path.parent for path in CODE.rglob("__init__.py"))
# What only puts others together: what they keep to is theirs.
COMPOSERS = ("__main__.py", "app.py", "db/store.py", "jobs/registry.py", "slack/app.py", "slack/chat/__init__.py")
# When a use case runs is in jobs/, and what it says in core/: these only say something about the jobs themselves.
SAYING = {"queue_notice.py", "try_again.py"}
FEW_WORDS = 4


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


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(CODE.parent)))
def test_a_package_names_its_modules(package: Path) -> None:
    """In its docstring, which `help()` and an editor show: each module, and each package within."""
    said = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8"))) or ""
    modules = {path.stem for path in package.glob("*.py")} - {"__init__"}
    within = {path.parent.name for path in package.glob("*/__init__.py")}
    if package == CODE / "core":  # the map of the whole has them, and what each use case shares is beside it
        modules = set()
        said += bot.__doc__ or ""
    assert {name for name in modules | within if not re.search(rf"(?<!\w){name}(?!\w)", said)} == set()


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(CODE.parent)))
def test_a_package_names_no_module_that_is_gone(package: Path) -> None:
    said = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8"))) or ""
    listed = re.findall(r"^ *([\w/]+\.(?:py|toml))(?=  )", said, re.MULTILINE)
    assert [name for name in listed if not list(CODE.rglob(name))] == []


def test_composers_have_no_limits() -> None:
    found = {name: [one for one, value in constants(CODE / name).items() if is_number(value)] for name in COMPOSERS}
    assert {name: limits for name, limits in found.items() if limits} == {}


def test_jobs_leave_the_words_to_the_core() -> None:
    for path in (CODE / "jobs").glob("*.py"):
        calls = (one.func for one in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(one, ast.Call))
        marks = [one for one in calls if isinstance(one, ast.Name) and one.id in TRANSLATED - {"_"}]
        literals = re.findall(r"(?<![\w.])_\(\s*[\"']", path.read_text(encoding="utf-8"))
        assert path.name in SAYING or not (marks or literals), path.name


def test_each_sentence_is_written_once() -> None:
    """Another place imports it: who changes one changes all that people read."""
    places = {
        one.id[0] if one.pluralizable else str(one.id): {str(Path(file)) for file, _ in one.locations}
        for one in sentences()
    }
    twice = {text: found for text, found in places.items() if len(found) > 1 and len(text.split()) > FEW_WORDS}
    assert twice == {}
    assert all((ROOT / file).exists() for found in places.values() for file in found)
