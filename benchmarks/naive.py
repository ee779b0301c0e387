"""The naive way: Bolt, a dict, and the whole answer at its end. `python -m benchmarks.naive`."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from aiohttp import web
from anthropic import AsyncAnthropic
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.relay import MAX_TOKENS, MODEL, SYSTEM, on_readyz

if TYPE_CHECKING:
    from slack_bolt.context.say.async_say import AsyncSay

client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
app = AsyncApp(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])
claude = AsyncAnthropic()
history: defaultdict[str, list[Any]] = defaultdict(list)


@app.event("app_mention")
async def on_mention(event: dict[str, Any], say: AsyncSay) -> None:
    """Answer a mention."""
    thread = event.get("thread_ts") or event["ts"]
    turns = history[thread]
    turns.append({"role": "user", "content": event["text"]})
    message = await claude.messages.create(model=MODEL, max_tokens=MAX_TOKENS, system=SYSTEM, messages=turns)
    text = "".join(block.text for block in message.content if block.type == "text")
    turns.append({"role": "assistant", "content": text})
    await say(text=text, thread_ts=thread)


async def serve() -> None:
    """Run the bot until it is ended."""
    application = app.web_app(path="/slack/events")
    application.router.add_get("/readyz", on_readyz)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(os.environ["PORT"])).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
