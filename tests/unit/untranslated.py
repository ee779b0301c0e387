"""Finds the constants marked `N_("…")` that people are shown as they are, in English, because no `_()` is around them.

Where one is handed on, it may be translated later. So only such places count from which a text goes to people: inside
an f-string, a sum or a join, in what is shown or raised, and as what a function returns as a text.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.unit.sentences import MARK, SAID, TRANSLATED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHOWING = SAID | {"hold", "progress", "replace", "send_ephemeral", "Message", "Section", "Upload"}


def untranslated(sources: Mapping[str, str]) -> Iterator[tuple[str, int, str]]:
    """Yield the module, the line and the code of each, of modules by their names."""
    trees = {module: ast.parse(source) for module, source in sources.items()}
    marked = {module: set(_marked(tree)) for module, tree in trees.items()}
    for module, tree in trees.items():
        lines = sources[module].splitlines()
        names = {name for name in marked[module] if "." not in name} | _imported(tree, marked)
        for node in ast.walk(tree):
            for leaf in (leaf for shown in _shown(node) for leaf in _leaves(shown)):
                if ast.unparse(leaf) in names and MARK not in lines[leaf.lineno - 1]:
                    yield module, leaf.lineno, ast.unparse(leaf)


def _marked(tree: ast.Module) -> Iterator[str]:
    """Yield a module's constants that are marked, or hold what is."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            calls = (one.func for one in ast.walk(node.value) if isinstance(one, ast.Call))
            if any(isinstance(called, ast.Name) and called.id == "N_" for called in calls):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                yield from (one.id for one in targets if isinstance(one, ast.Name))


def _imported(tree: ast.Module, marked: Mapping[str, set[str]]) -> set[str]:
    """Return how a module writes the marked constants of others: by their names, or behind their module's."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for one in node.names:
                name = one.asname or one.name
                found |= {name} if one.name in marked.get(str(node.module), ()) else set()
                found |= {f"{name}.{constant}" for constant in marked.get(f"{node.module}.{one.name}", ())}
    return found


def _shown(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what goes to people at a node of the code."""
    match node:
        case ast.FormattedValue():
            yield node.value
        case ast.BinOp(op=ast.Add()):
            yield from (node.left, node.right)
        case ast.Call(func=ast.Attribute(attr="format", value=text)):
            yield text
        case ast.Call(func=ast.Attribute(attr="join"), args=[ast.List(elts=texts) | ast.Tuple(elts=texts)]):
            yield from texts
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in SHOWING:
            yield from (*node.args, *(one.value for one in node.keywords))
        case ast.FunctionDef(returns=ast.Name(id="str")) | ast.AsyncFunctionDef(returns=ast.Name(id="str")):
            yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value)


def _leaves(shown: ast.expr) -> Iterator[ast.expr]:
    """Yield what an expression can come to: the branches of a condition, what a table has."""
    match shown:
        case ast.Call(func=ast.Name(id=name)) if name in TRANSLATED:
            return
        case ast.IfExp():
            yield from (*_leaves(shown.body), *_leaves(shown.orelse))
        case ast.BoolOp():
            yield from (leaf for one in shown.values for leaf in _leaves(one))
        case ast.Call(func=ast.Attribute(attr="get", value=table)) | ast.Subscript(value=table):
            yield from _leaves(table)
        case ast.NamedExpr(value=inner) | ast.Starred(value=inner):
            yield from _leaves(inner)
        case ast.Name() | ast.Attribute():
            yield shown
