"""Serves the chat page under /sim/: three files, no build step, nothing from outside."""

from pathlib import Path
from typing import Final

from aiohttp import web

from bot.simulator.guard import Handler, local_only

_FOLDER: Final = Path(__file__).parent / "static"
_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_FILES: Final = {
    "/sim/": "index.html",
    "/sim/chat.css": "chat.css",
    "/sim/chat.js": "chat.js",
}


def page_routes() -> list[web.RouteDef]:
    """The page and its parts."""
    return [
        web.get("/sim", local_only(_to_page)),
        *(web.get(path, _serving(name)) for path, name in _FILES.items()),
    ]


def _serving(name: str) -> Handler:
    async def serve(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_FOLDER / name, headers=_HEADERS)

    return local_only(serve)


async def _to_page(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/sim/")
