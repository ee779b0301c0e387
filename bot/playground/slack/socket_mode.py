"""Socket Mode: the bot's WebSockets, and delivery over any of them."""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from bot.playground.slack.delivery import Ack

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.slack.delivery import Kind
    from bot.playground.slack.wire import Json
    from bot.playground.slack.workspace import Workspace

# How long a connection lasts, in seconds; Slack's `hello` says so.
CONNECTION_TIME = 18_060


@dataclass(frozen=True, slots=True)
class Socket:
    """One open WebSocket, with the request that opened it."""

    response: web.WebSocketResponse
    request: web.Request

    def cut(self) -> None:
        """Abort the connection."""
        if self.request.transport is not None:
            self.request.transport.abort()


class SocketTransport:
    """An `EventTransport` over the bot's sockets; waits while none is open.

    `on_change` is called when a socket opens or closes.
    """

    def __init__(self, workspace: Workspace, on_change: Callable[[], None]) -> None:
        self.sockets: list[Socket] = []
        self._workspace = workspace
        self._on_change = on_change
        self._acks: dict[str, asyncio.Future[Json]] = {}
        self._connected = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        """Return the route of the sockets."""
        return [web.get("/socket", self.serve)]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket, whose URL `apps.connections.open` returned."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._workspace.tickets:
            return web.Response(status=401)
        self._workspace.tickets.remove(ticket)
        response = web.WebSocketResponse()
        await response.prepare(request)
        socket = Socket(response, request)
        if len(self.sockets) >= self._workspace.rules.connections:
            await self._dismiss(socket, "too_many_websockets")
            await response.close()
            return response
        await response.send_json(self._hello())
        self._add(socket)
        try:
            async for message in response:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self._remove(socket)
        return response

    async def send(self, kind: Kind, payload: Json, retry: int = 0, reason: str = "") -> Ack:
        """See `EventTransport`."""
        envelope_id = str(uuid.uuid4())
        envelope: Json = {"envelope_id": envelope_id, "type": kind, "accepts_response_payload": kind != "events_api"}
        envelope["payload"] = payload
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if reason else ""}
        ack = self._acks[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._workspace.rules.ack_timeout):
                await self._send(envelope)
                return Ack(body=await ack)
        except (TimeoutError, ConnectionError):
            return Ack("timeout", status=0)
        finally:
            del self._acks[envelope_id]

    async def disconnect(self, *, abruptly: bool = False) -> None:
        """Ask the bot to reconnect, as Slack does every few hours; or, abruptly, abort its sockets."""
        for socket in tuple(self.sockets):
            if abruptly:
                socket.cut()
                self._remove(socket)
            else:
                await self._dismiss(socket, "refresh_requested")

    async def warn(self) -> None:
        """Warn each socket that it will close soon, as Slack does; until then it still gets deliveries."""
        for socket in tuple(self.sockets):
            await socket.response.send_json(_goodbye("warning"))

    async def _send(self, envelope: Json) -> None:
        await self._connected.wait()
        # Each payload goes to one of the connections: here, in turn.
        socket = self.sockets.pop(0)
        self.sockets.append(socket)
        await socket.response.send_json(envelope)

    def _acknowledge(self, text: str) -> None:
        try:
            answer = json.loads(text)
        except ValueError:
            return
        ack = self._acks.get(answer.get("envelope_id", "")) if isinstance(answer, dict) else None
        if ack is not None and not ack.done():
            ack.set_result(answer.get("payload") or {})

    def _hello(self) -> Json:
        debug = {"host": "local-workspace", "build_number": 1, "approximate_connection_time": CONNECTION_TIME}
        info = {"app_id": self._workspace.app_id}
        connections = len(self.sockets) + 1
        return {"type": "hello", "num_connections": connections, "debug_info": debug, "connection_info": info}

    async def _dismiss(self, socket: Socket, reason: str) -> None:
        await socket.response.send_json(_goodbye(reason))
        # A socket that was told to disconnect gets no more deliveries; Slack closes it once the app has reconnected.
        self._remove(socket)

    def _add(self, socket: Socket) -> None:
        self.sockets.append(socket)
        self._connected.set()
        self._on_change()

    def _remove(self, socket: Socket) -> None:
        if socket in self.sockets:
            self.sockets.remove(socket)
        if not self.sockets:
            self._connected.clear()
        self._on_change()


def _goodbye(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "local-workspace"}}
