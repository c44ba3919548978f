"""GET /m/{group}: a group's page, where whom the platform has told us may act as in the chat.

What he does becomes an event like any other and is answered by the same handlers. Who he is comes
from the platform's OAuth, kept in a signed ticket; nothing in a request can claim to be somebody.

    GET  /m/{group}             the page; without a ticket, the way to the platform's login
    GET  /m/{group}/login       where the platform sends the visitor back with a code
    POST /m/{group}/act         what he does, and its answer; see ``acts.py``
    GET  /m/-/{name}            the page's own files; no group's key begins with -
"""

import asyncio
import html
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any, Final

import structlog
from aiohttp import web

from bot.core.clock import Clock
from bot.core.errors import PersonUnreachable, PlatformError, StoreError, TransportError
from bot.core.events import Event, Receipt
from bot.core.ids import ChannelKey, GroupKey, UserId
from bot.core.messages import Message
from bot.core.ports import Login
from bot.pipeline.dispatch import realm_of
from bot.pipeline.reception import Reception
from bot.settings.pages import PAGES_PATH, Pages, find_pages
from bot.settings.schema.bot import Group
from bot.settings.schema.commands import CommandName
from bot.settings.settings import HasSettings
from bot.web.pages.acts import BROKEN, BadAct, event_of, read_act, shown
from bot.web.pages.tickets import TICKET_COOKIE, Stamp, Ticket, are_equal, cookie_name
from bot.web.pages.turnstile import Turnstile

TICKET_LIFE: Final = timedelta(days=7)
"""How long a visitor stays known without logging in again; a silent login is quick."""

LOGIN_LIFE: Final = timedelta(minutes=10)
"""How long the way to the platform and back may take."""

BUTTONS: Final = (
    *(CommandName.CHECKIN, CommandName.CALENDAR, CommandName.CLAIM, CommandName.LOTTERY),
    *(CommandName.POINTS, CommandName.SHOP, CommandName.BOARD, CommandName.INVITE),
    *(CommandName.MY_DATA, CommandName.HELP),
)
"""Commands that the page shows as buttons, by the words of commands.yaml."""

FILES_PATH: Final = f"{PAGES_PATH}/-"
"""Where the pages' own files are."""

FILES: Final = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "lottery.css": "text/css",
}
"""The files that anybody may have, by name."""

_STRANGER: Final = "没有认出你来。请用在群里的微信打开；还没有加过群主的话，先加群主为好友。"
_STATE: Final = "pond_login"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class _Spot:
    """The page that a request is for. ``login`` tells who visits it."""

    channel: ChannelKey
    group: Group
    login: Login
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class MemberPages:
    """The pages of all groups. ``logins`` are the channels'; bot.yaml says whose is used."""

    live: HasSettings
    pages: Pages
    logins: Mapping[ChannelKey, Login]
    reception: Reception
    clock: Clock
    turnstile: Turnstile = field(default_factory=Turnstile, init=False)

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        group = f"{PAGES_PATH}/{{group}}"
        return [
            web.get(f"{FILES_PATH}/{{name}}", self.give_file),
            web.get(group, self.show),
            web.get(f"{group}/login", self.log_in),
            web.post(f"{group}/act", self.act),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """The page, or the way to the login."""
        spot = self._spot(request)
        if self._visitor(request, spot) is None:
            return self._send_to_login(spot)
        return _html(self._render(spot.group))

    async def log_in(self, request: web.Request) -> web.Response:
        """The visitor is back from the platform: find out who he is.

        The state in the address must be the one in his cookie, so that nobody can send him here
        with a code of another's. A login that fails ends in words and a link: the way to the
        platform is never taken twice without a tap.
        """
        spot = self._spot(request)
        if self._visitor(request, spot) is not None:  # some browsers ask for the address twice
            return _redirect(self.pages.url(spot.group))
        state, code = (
            request.cookies.get(self._cookie(_STATE), ""),
            request.query.get("code", ""),
        )
        if not state or not code or not are_equal(state, request.query.get("state", "")):
            return self._tell(spot, 403, "登录没有完成，请再打开一次。")
        try:
            user_id = await spot.login.visitor(code)
        except PersonUnreachable:
            return self._tell(spot, 403, _STRANGER)
        except (PlatformError, TransportError) as error:
            structlog.get_logger("pages").warning("visitor not known", reason=error.message)
            return self._tell(spot, 502, "微信那边这会儿没有告诉我你是谁，请再试一次。")
        response = _redirect(self.pages.url(spot.group))
        ticket = Ticket(user_id, self.clock.now() + TICKET_LIFE)
        self._keep(response, TICKET_COOKIE, spot.stamp.write(ticket), TICKET_LIFE)
        self._keep(response, _STATE, "", timedelta())
        return response

    async def act(self, request: web.Request) -> web.Response:
        """What a visitor does, as an event; its answer.

        JSON only: a foreign page cannot send that with our cookie without asking us first.
        """
        spot, now = self._spot(request), self.clock.now()
        user_id = self._visitor(request, spot)
        if user_id is None:
            return _json({"error": "登录过期了，请重新打开页面"}, 401)
        if not self.turnstile.lets_in(user_id, now):
            return _json({"error": "点得太快了，歇一会儿再来"}, 429)
        if request.content_type != "application/json":
            return _json({"error": BROKEN}, 415)
        try:
            act = read_act(await request.read())  # bounded by the server's client_max_size
        except BadAct as bad:
            return _json({"error": str(bad)}, 400)
        event = event_of(act, spot.channel, GroupKey(spot.group.key), user_id, now)
        try:
            return _json(await asyncio.to_thread(shown, await self._answer(event)), 200)
        except (StoreError, TimeoutError):
            structlog.get_logger("pages").exception("act not answered", event_key=event.key)
            return _json({"error": "这会儿太忙了，马上再试"}, 503)

    async def give_file(self, request: web.Request) -> web.Response:
        """One of the page's own files."""
        name = request.match_info["name"]
        if name not in FILES:
            raise web.HTTPNotFound
        return web.Response(
            text=_file(name), content_type=FILES[name], charset="utf-8", headers=_HEADERS
        )

    async def _answer(self, event: Event) -> Message | None:
        """The answer to ``event``, Waiting, or None when there will be none."""
        answer = await self.reception.answer(Receipt((event,), answerable=True))
        if answer is None:  # late, or given to an earlier request: its record knows
            again = Receipt((), answerable=True, refreshes=event.key)
            answer = await self.reception.answer(again)
        return answer

    def _spot(self, request: web.Request) -> _Spot:
        settings = self.live.current
        found, group = find_pages(settings), settings.group(GroupKey(request.match_info["group"]))
        if found is None or group is None:
            words = _notice("没有这个页面", "链接可能抄错了，或者这个群已经不在了。", "")
            raise web.HTTPNotFound(text=words, content_type="text/html", headers=_HEADERS)
        channel, section = found
        stamp = Stamp(section.secret.get_secret_value(), realm_of(settings, channel))
        return _Spot(channel, group, self.logins[ChannelKey(section.login)], stamp)

    def _visitor(self, request: web.Request, spot: _Spot) -> UserId | None:
        ticket = spot.stamp.read(
            request.cookies.get(self._cookie(TICKET_COOKIE), ""), self.clock.now()
        )
        return None if ticket is None else ticket.user_id

    def _send_to_login(self, spot: _Spot) -> web.Response:
        state = secrets.token_hex(16)
        response = _redirect(spot.login.address(f"{self.pages.url(spot.group)}/login", state))
        self._keep(response, _STATE, state, LOGIN_LIFE)
        return response

    def _tell(self, spot: _Spot, status: int, words: str) -> web.Response:
        """A page of one sentence, with a link to try again."""
        link = f'<a href="{_escape(self.pages.url(spot.group))}">再试一次</a>'
        return _html(_notice(spot.group.name, words, link), status)

    def _keep(self, response: web.Response, name: str, value: str, life: timedelta) -> None:
        response.set_cookie(
            self._cookie(name),
            value,
            max_age=int(life.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=self.pages.are_public,
        )

    def _cookie(self, name: str) -> str:
        return cookie_name(name, self.pages)

    def _render(self, group: Group) -> str:
        settings = self.live.current
        words = [settings.commands.commands[name].words[0] for name in BUTTONS]
        return Template(_file("page.html")).substitute(
            group=_escape(group.name),
            persona=_escape(settings.persona.name),
            label=_escape(settings.persona.label),
            buttons="".join(f'<button type="button">{_escape(word)}</button>' for word in words),
            files=FILES_PATH,
            act=f"{PAGES_PATH}/{group.key}/act",
        )


def _notice(title: str, words: str, link: str) -> str:
    return Template(_file("notice.html")).substitute(
        title=_escape(title), words=_escape(words), link=link, files=FILES_PATH
    )


def _redirect(address: str) -> web.Response:
    return web.Response(status=302, headers={**_HEADERS, "Location": address})


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers=_HEADERS)


def _json(data: dict[str, Any], status: int) -> web.Response:
    return web.json_response(data, status=status, headers=_HEADERS)


@cache
def _file(name: str) -> str:
    return (files("bot.web.pages") / "static" / name).read_text(encoding="utf-8")


def _escape(text: str) -> str:
    return html.escape(text, quote=True)
