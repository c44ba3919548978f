"""GET /r/{token}: the way from a post to what it tells about.

Counting comes second: a reader is led on even when the database cannot take the count. Nothing in
a request says where he is led; that stands in the link's row.
"""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from ipaddress import ip_address
from string import Template
from typing import Final

import structlog
from aiohttp import web

from bot.core.clock import Clock
from bot.core.errors import StoreError
from bot.core.ids import UserId
from bot.growth.links import LETTERS, LINKS_PATH, TOKEN_LENGTH, Links, visitor_of
from bot.growth.openings import Opening
from bot.members.people import PersonRef
from bot.pipeline.dispatch import realm_of
from bot.rewards.days import community_date
from bot.settings.pages import PAGES_PATH, Pages, find_pages
from bot.settings.settings import HasSettings
from bot.web.pages.robots import is_robot
from bot.web.pages.tickets import TICKET_COOKIE, Stamp, cookie_name
from bot.web.pages.turnstile import Turnstile

_TOKEN: Final = re.compile(f"[{LETTERS}]{{{TOKEN_LENGTH}}}")
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class LinkPages:
    """The short links of all groups."""

    live: HasSettings
    pages: Pages
    links: Links
    clock: Clock
    turnstile: Turnstile = field(default_factory=Turnstile, init=False)

    def routes(self) -> list[web.RouteDef]:
        """The route that the module's docstring names."""
        return [web.get(f"{LINKS_PATH}/{{token}}", self.follow)]

    async def follow(self, request: web.Request) -> web.Response:
        """Lead on, and count. Who only asks for the head of the answer has opened nothing."""
        token = request.match_info["token"]
        url = await self.links.find(token) if _TOKEN.fullmatch(token) else None
        if url is None:
            return web.Response(
                text=_missing(), status=404, content_type="text/html", headers=_HEADERS
            )
        if request.method != "HEAD":
            await self._count(request, token)
        return web.Response(status=302, headers={**_HEADERS, "Location": url})

    async def _count(self, request: web.Request, token: str) -> None:
        """Count, unless one address comes more often than people do."""
        opening = self._opening(request, token)
        if opening is None:
            return
        try:
            await self.links.count(opening)
        except StoreError as failure:
            structlog.get_logger("links").warning("opening not counted", reason=failure.message)

    def _opening(self, request: web.Request, token: str) -> Opening | None:
        settings, now = self.live.current, self.clock.now()
        found, address = find_pages(settings), _address(request)
        if found is None:  # the pages were taken out of bot.yaml: nothing is counted any more
            return None
        if not self.turnstile.lets_in(UserId(_masked(address)), now):
            return None
        channel, section = found
        secret, realm = section.secret.get_secret_value(), realm_of(settings, channel)
        cookie = request.cookies.get(cookie_name(TICKET_COOKIE, self.pages), "")
        ticket = Stamp(secret, realm).read(cookie, now)
        person = None if ticket is None else PersonRef(realm, ticket.user_id)
        today = community_date(now, settings.zone, settings.rewards.day_starts_at)
        agent = request.headers.get("User-Agent", "")
        marks = (address, agent) if person is None else (person.realm, person.user_id)
        return Opening(
            token=token,
            on_date=today,
            visitor=visitor_of(secret, today, *marks),
            person=person,
            robot=is_robot(request.headers),
            at=now,
        )


def _address(request: web.Request) -> str:
    """Where the request comes from; our proxy, on this machine, tells it in the last place.

    From anywhere else the header is only what somebody claims.
    """
    remote = request.remote or ""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return told if told and _is_here(remote) else remote


def _is_here(remote: str) -> bool:
    try:
        return ip_address(remote).is_loopback
    except ValueError:
        return False


def _masked(address: str) -> str:
    """An address as the turnstile keeps it for a minute: short, whatever a proxy was told."""
    return hashlib.sha256(address.encode(errors="surrogatepass")).hexdigest()[:16]


@cache
def _missing() -> str:
    notice = (files("bot.web.pages") / "static" / "notice.html").read_text(encoding="utf-8")
    return Template(notice).substitute(
        title="没有这个链接",
        words="链接可能抄漏了几个字，回群里再点一次试试。",
        link="",
        files=f"{PAGES_PATH}/-",
    )
