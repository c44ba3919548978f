"""The page where somebody lets a web page know who he is; on it he first says who he is.

With ``sim_user`` in the query (an id or a name), or as a cookie, nobody is asked.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import web

from bot.simulator.account.limits import STATE

SIM_USER: Final = "sim_user"
_PAGE: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>微信授权</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/sim/login.css"></head>
<body><h1>{title}</h1>{inner}</body></html>
"""


def authorise(
    request: web.Request,
    *,
    scopes: frozenset[str],
    people: Mapping[str, str],
    give_code: Callable[[str, str], str],
) -> web.Response:
    """Ask who it is, or send him back with a code and the state.

    ``people`` are names by id. ``give_code`` makes a code from an id and a scope.
    """
    query = request.query
    trouble = _trouble(query, scopes)
    if trouble:
        return _page("无法授权", f"<p>{escape(trouble)}</p>", status=400)
    wanted = query.get(SIM_USER) or request.cookies.get(SIM_USER, "")
    if not wanted:
        return _ask(request, people)
    found = [user_id for user_id, name in people.items() if wanted in {user_id, name}]
    if len(found) != 1:
        return _page("无法授权", f"<p>没有（或不止一个）叫 {escape(wanted)} 的人</p>", status=400)
    code = give_code(found[0], query["scope"])
    state = {"state": query["state"]} if "state" in query else {}
    location = _with(query["redirect_uri"], {"code": code, **state})
    return web.Response(status=302, headers={"Location": location})


def _trouble(query: Mapping[str, str], scopes: frozenset[str]) -> str:
    """What is wrong with the address that led here; empty when nothing is."""
    target = urlsplit(query.get("redirect_uri", ""))
    if target.scheme not in {"http", "https"} or not target.netloc:
        return "redirect_uri 参数错误"
    if query.get("response_type") != "code":
        return "response_type 参数错误"
    if query.get("scope") not in scopes:
        return "Scope 参数错误或没有 Scope 权限"
    if not STATE.fullmatch(query.get("state", "")):
        return "state 只能是最多 128 位的字母和数字"
    return ""


def _ask(request: web.Request, people: Mapping[str, str]) -> web.Response:
    links = "".join(
        f'<li><a href="{escape(str(request.rel_url.update_query({SIM_USER: user_id})))}">'
        f"{escape(name)}</a></li>"
        for user_id, name in people.items()
    )
    return _page("你是谁？", f"<p>模拟平台没有手机，请选一位：</p><ul>{links}</ul>")


def _page(title: str, inner: str, *, status: int = 200) -> web.Response:
    text = _PAGE.format(title=title, inner=inner)
    return web.Response(text=text, status=status, content_type="text/html")


def _with(url: str, more: dict[str, str]) -> str:
    """``url`` with more in its query."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *more.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))
