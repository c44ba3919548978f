"""The HTTP server: one socket, all routes."""

import socket
from collections.abc import Iterable

from aiohttp import web

Route = web.RouteDef
"""A verb, a path and who answers."""

MOST_BODY_BYTES = 256 * 1024
"""Largest request body; the platform's callbacks stay far below."""

SHUTDOWN_SECONDS = 10
"""How long requests under way may take when the server stops."""


class Server:
    """Listens on a socket that is bound already, so that its port is known before the routes."""

    def __init__(self, bound: socket.socket, routes: Iterable[Route]) -> None:
        application = web.Application(client_max_size=MOST_BODY_BYTES)
        application.add_routes(routes)
        self._runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS
        )
        self._bound = bound

    async def start(self) -> None:
        """Begin to answer."""
        await self._runner.setup()
        await web.SockSite(self._runner, self._bound).start()

    async def stop(self) -> None:
        """Finish what is under way and close the socket."""
        await self._runner.cleanup()
