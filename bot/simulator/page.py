"""Serves the chat page under /sim/, without a build step or anything from outside.

GET /sim/as/{person}?to=PATH makes the browser somebody's phone and goes on to one of our own
pages: the cookies of whoever it was before are dropped, and the platform's login asks nobody.
"""

from pathlib import Path
from typing import Final

from aiohttp import web

from bot.simulator.account.authorize import SIM_USER
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
_TYPES: Final = frozenset({".css", ".js"})
_LOGIN_SECONDS: Final = 60
"""How long the login knows who is holding the phone: as long as the way to it takes."""


def page_routes() -> list[web.RouteDef]:
    """The page and its parts, and whose phone the browser is."""
    names = sorted(path.name for path in _FOLDER.iterdir() if path.suffix in _TYPES)
    return [
        web.get("/sim", local_only(_to_page)),
        web.get("/sim/", _serving("index.html")),
        *(web.get(f"/sim/{name}", _serving(name)) for name in names),
        web.get("/sim/as/{person}", local_only(_become)),
    ]


def _serving(name: str) -> Handler:
    async def serve(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_FOLDER / name, headers=_HEADERS)

    return local_only(serve)


async def _to_page(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/sim/")


async def _become(request: web.Request) -> web.StreamResponse:
    path = request.query.get("to", "")
    if not path.startswith("/m/"):
        raise web.HTTPBadRequest(text="to 要写一个群页面的路径，例如 /m/hejian")
    response = web.Response(status=302, headers={"Location": path, "Cache-Control": "no-store"})
    for name in request.cookies:
        response.del_cookie(name)
    response.set_cookie(
        SIM_USER,
        request.match_info["person"],
        max_age=_LOGIN_SECONDS,
        path="/sim/",
        httponly=True,
        samesite="Lax",
    )
    return response
