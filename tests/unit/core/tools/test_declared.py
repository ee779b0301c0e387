"""What each tool declares: who may use it, and what a call costs at most."""

from __future__ import annotations

import inspect
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import pytest

from bot.core import tools
from bot.core.domain.tool import ToolCall
from bot.core.tools.tool import ToolOutput, anyone
from tests.unit.core.tools.test_run import Stage

if TYPE_CHECKING:
    from bot.core.tools.tool import Tool, ToolContext

MOST = 20_000  # characters that eight calls at once may add to the next request, each


def declared() -> list[Tool[Any]]:
    """Return the tools of all modules, without what they look things up in."""
    modules = [import_module(f"{tools.__name__}.{one.name}") for one in iter_modules(tools.__path__)]
    makers = {
        maker
        for module in modules
        for _, maker in inspect.getmembers(module, inspect.isfunction)
        if str(maker.__annotations__.get("return", "")).startswith("Tool[")
    }
    return [maker(*[None] * len(inspect.signature(maker).parameters)) for maker in makers]


TOOLS = {tool.name: tool for tool in declared()}


def test_the_tools_are_found() -> None:
    assert {"find_messages", "remember"} <= {*TOOLS}


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_a_tool_declares_its_cost(name: str) -> None:
    assert 0 < TOOLS[name].longest_result <= MOST


@pytest.mark.parametrize("name", sorted(TOOLS))
async def test_a_refused_asker_reaches_no_tool(name: str) -> None:
    stage, reached = Stage(), list[str]()

    async def run(_arguments: object, context: ToolContext) -> ToolOutput:
        reached.append(context.call)
        return ToolOutput("done")

    needed = dict.fromkeys(TOOLS[name].definition.schema["required"], "launch")
    for check, told in ((anyone, "done"), (stage.refuse, "Only members may do this.")):
        tool = replace(TOOLS[name], check_asker=check, run=run)
        call = ToolCall(f"toolu_{told}", name, needed)
        (result,) = await replace(stage.runner, tools=[tool]).run((call,), stage.context)
        assert result.content == told
    assert reached == ["toolu_done"]
