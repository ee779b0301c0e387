"""What the syntax tree says of the bot: functions that only forward, wide ports, names that exist twice."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG = 350  # lines of a file

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class House:
    """A package's files, parsed."""

    root: Path

    @cached_property
    def trees(self) -> dict[Path, ast.Module]:
        """Return each file's tree."""
        return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(self.root.rglob("*.py"))}

    @cached_property
    def forwarders(self) -> set[tuple[str, int]]:
        """Return the file and the first line of each function that only passes its own parameters on."""
        return {
            (str(path.relative_to(self.root.parent)), min([node.lineno, *(one.lineno for one in node.decorator_list)]))
            for path, tree in self.trees.items()
            for node in ast.walk(tree)
            if isinstance(node, Function) and is_forwarder(node)
        }

    def ports(self) -> list[tuple[int, str]]:
        """Return the number of methods of each `Protocol`, inherited ones included; the widest first."""
        ports = [node for node in self._classes() if any(_is_protocol(base) for base in node.bases)]
        by_name = {node.name: node for node in ports}
        return sorted(((len(_methods(node, by_name)), node.name) for node in ports), reverse=True)

    def twice(self) -> list[str]:
        """Return the names of classes that are defined more than once."""
        return sorted(name for name, times in Counter(node.name for node in self._classes()).items() if times > 1)

    def context_variables(self) -> list[str]:
        """Return the file of each `ContextVar`."""
        return [
            str(path.relative_to(self.root))
            for path, tree in self.trees.items()
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and _called(node.func) == "ContextVar"
        ]

    def at_the_top(self) -> list[str]:
        """Return the modules that are in no subpackage."""
        return [path.name for path in self.trees if path.parent == self.root and path.name != "__init__.py"]

    def long_files(self) -> list[str]:
        """Return the files that have more than `LONG` lines."""
        lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in self.trees}
        return [f"{path.relative_to(self.root)} {count}" for path, count in lines.items() if count > LONG]

    def _classes(self) -> Iterator[ast.ClassDef]:
        for tree in self.trees.values():
            yield from (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def is_forwarder(function: Function) -> bool:
    """Return whether a function's body, after the docstring, is one call that passes on all parameters unchanged.

    The object that is called may be looked up by them, too: `return self._of(place).names(place, people)`.
    """
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if len(body) != 1 or not isinstance(body[0], ast.Return | ast.Expr) or not isinstance(body[0].value, ast.expr):
        return False
    value = body[0].value
    call = value.value if isinstance(value, ast.Await | ast.YieldFrom) else value
    if not isinstance(call, ast.Call):
        return False
    spec = function.args
    variadic = [one for one in (spec.vararg, spec.kwarg) if one]
    names = [one.arg for one in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *variadic)]
    own, owner = (names[1:], names[0]) if names[:1] in (["self"], ["cls"]) else (names, "")
    calls = [node for node in ast.walk(call) if isinstance(node, ast.Call)]
    passed = [one for node in calls for one in (*node.args, *(keyword.value for keyword in node.keywords))]
    passed = [one.value if isinstance(one, ast.Starred) else one for one in passed]
    if not all(isinstance(one, ast.Name) and one.id in own for one in passed):
        return False
    used = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    return set(own) <= used if own else bool(owner) and owner in used


def _methods(port: ast.ClassDef, ports: dict[str, ast.ClassDef]) -> set[str]:
    own = {one.name for one in port.body if isinstance(one, Function)}
    bases = [ports[name] for base in port.bases if (name := _called(base)) in ports and name != port.name]
    return own.union(*(_methods(base, ports) for base in bases))


def _is_protocol(base: ast.expr) -> bool:
    """Return whether it is `typing.Protocol`, and not one of asyncio's, which the network calls."""
    return _called(base) == "Protocol" and ast.unparse(base) != "asyncio.Protocol"


def _called(node: ast.expr) -> str:
    """Return the last name of what is called or inherited: `Protocol` of `typing.Protocol[T]`."""
    if isinstance(node, ast.Subscript):
        return _called(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
