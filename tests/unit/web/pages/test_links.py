"""GET /r/: readers are led where the post said and nowhere else, and people are counted."""

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from bot.core.clock import ManualClock
from bot.core.errors import StoreError
from bot.core.ids import UserId
from bot.growth.links import Links, PostLink, post_link
from bot.growth.openings import Opening
from bot.members.people import PersonRef
from bot.members.roster import Move, MoveKind, Roster
from bot.settings.pages import Pages
from bot.store.db import Store
from bot.web.pages import turnstile
from bot.web.pages.links import LinkPages
from bot.web.pages.robots import is_robot
from bot.web.pages.tickets import Stamp, Ticket
from bot.web.server import Server
from tests.support.brand import Live, brand
from tests.support.customers import POND
from tests.support.events import DAY, NOW, REALM
from tests.support.links import add_post
from tests.support.pages import SECRET, with_pages, without_pages

URL = "https://shop.example.com/rice?a=1&b=%E7%B1%B3#top"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0.49 NetType/WIFI"


@dataclass
class Answer:
    """What a browser was given."""

    status: int
    location: str
    text: str
    headers: Any


class Door:
    """The links of a group, on a server of their own."""

    def __init__(self, store: Store, base: str, link: PostLink, live: Live) -> None:
        self.store, self.base, self.link, self.live = store, base, link, live
        self.clock = ManualClock(NOW)

    async def open(
        self, path: str = "", method: str = "GET", ticket: str = "", **headers: str
    ) -> Answer:
        """Somebody opens the post's link, or ``path``, with a telephone."""
        url = f"{self.base}{path or f'/r/{self.link.token}'}"
        sent = {"User-Agent": PHONE, **{key.replace("_", "-"): v for key, v in headers.items()}}
        cookies = {"pond": ticket} if ticket else {}
        async with (
            aiohttp.ClientSession(cookies=cookies) as session,
            session.request(method, url, allow_redirects=False, headers=sent) as got,
        ):
            return Answer(
                got.status, got.headers.get("Location", ""), await got.text(), got.headers
            )

    def ticket(self, user: str) -> str:
        return Stamp(SECRET, REALM).write(Ticket(UserId(user), NOW + DAY))

    async def counted(self) -> list[tuple[str, int]]:
        rows = await self.store.read("SELECT how, openings FROM link_opening ORDER BY id")
        return [(row["how"], row["openings"]) for row in rows]


@asynccontextmanager
async def open_door(store: Store, links: Links | None = None) -> AsyncIterator[Door]:
    live = Live(with_pages(brand()))
    bound = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{bound.getsockname()[1]}"
    link = post_link(slot_key="pond/1", url=URL, base=base, secret=SECRET)
    assert link is not None
    await add_post(store, POND, link)
    door = Door(store, base, link, live)
    pages = LinkPages(live, Pages(live, base), links or Links(store), door.clock)
    server = Server(bound, pages.routes())
    await server.start()
    try:
        yield door
    finally:
        await server.stop()


@pytest.fixture
async def door(store: Store) -> AsyncIterator[Door]:
    async with open_door(store) as opened:
        yield opened


async def test_a_reader_is_led_where_the_post_said_and_counted(door: Door) -> None:
    answer = await door.open()

    assert (answer.status, answer.location) == (302, URL)
    assert answer.headers["Cache-Control"] == "no-store", "else nobody counts the next opening"
    assert await door.counted() == [("unknown", 1)]


@pytest.mark.parametrize(
    "path",
    [
        "/r/bbbbbbbbbbbb",
        "/r/https:%2F%2Fevil.example.com",
        "/r/%2F%2Fevil.example.com",
        "/r/x",
        "/r/" + "a" * 500,
        "/r/%E7%B1%B3",
        "/r/'%20OR%201=1%20--",
    ],
)
async def test_what_is_no_link_leads_nowhere(door: Door, path: str) -> None:
    answer = await door.open(path)

    assert (answer.status, answer.location) == (404, "")
    assert "没有这个链接" in answer.text
    assert await door.counted() == []


@pytest.mark.parametrize("query", ["?url=https://evil.example.com", "?next=//evil.example.com"])
async def test_nothing_in_a_request_says_where_it_leads(door: Door, query: str) -> None:
    answer = await door.open(
        f"/r/{door.link.token}{query}", Host="evil.example.com", X_Forwarded_Host="evil.example.com"
    )

    assert answer.location == URL


async def test_who_asks_for_the_head_alone_has_opened_nothing(door: Door) -> None:
    answer = await door.open(method="HEAD")

    assert (answer.status, answer.location) == (302, URL)
    assert await door.counted() == []


async def test_a_program_is_led_on_and_kept_apart(door: Door) -> None:
    answer = await door.open(User_Agent="Mozilla/5.0 (compatible; Baiduspider/2.0)")
    await door.open()

    assert answer.location == URL
    assert await door.counted() == [("robot", 1), ("unknown", 1)]


async def test_the_same_visitor_is_counted_once_and_his_openings_add_up(door: Door) -> None:
    for _ in range(3):
        await door.open()

    assert await door.counted() == [("unknown", 3)]


async def test_visitors_are_told_apart_by_the_address_that_our_proxy_names(door: Door) -> None:
    await door.open(X_Forwarded_For="203.0.113.7")
    await door.open(X_Forwarded_For="203.0.113.8")
    await door.open(X_Forwarded_For="198.51.100.1, 203.0.113.7")  # claimed by the visitor himself

    assert await door.counted() == [("unknown", 2), ("unknown", 1)]


async def test_a_member_who_is_logged_in_is_one_on_all_his_telephones(door: Door) -> None:
    person = PersonRef(REALM, UserId("xiaolu"))
    await Roster(door.store).move(Move(MoveKind.JOINED, person, POND, NOW))

    await door.open(ticket=door.ticket("xiaolu"))
    await door.open(ticket=door.ticket("xiaolu"), User_Agent="Mozilla/5.0 (Android 14)")
    await door.open(ticket=door.ticket("somebody"))
    await door.open(ticket="forged.ticket")

    assert await door.counted() == [("member", 2), ("forwarded", 1), ("unknown", 1)]


async def test_the_next_day_he_is_another(door: Door) -> None:
    await door.open()
    door.clock.advance(DAY)
    await door.open()

    assert await door.counted() == [("unknown", 1), ("unknown", 1)]


async def test_what_comes_too_often_is_led_on_and_not_counted_any_more(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turnstile, "MOST_A_MINUTE", 2)
    for _ in range(4):
        assert (await door.open()).location == URL

    assert await door.counted() == [("unknown", 2)]


async def test_from_elsewhere_the_header_of_a_proxy_is_only_what_somebody_claims(
    store: Store,
) -> None:
    async with open_door(store) as door:
        pages = LinkPages(door.live, Pages(door.live, door.base), Links(store), door.clock)
        for claimed in ("203.0.113.7", "203.0.113.8"):
            headers = {"User-Agent": PHONE, "X-Forwarded-For": claimed}
            match = {"token": door.link.token}
            request = make_mocked_request("GET", "/r/", headers=headers, match_info=match)
            await pages.follow(request.clone(remote="198.51.100.5"))

        assert await door.counted() == [("unknown", 2)]


async def test_links_outlive_the_pages_that_made_them(door: Door) -> None:
    door.live.current = without_pages(door.live.current)

    assert (await door.open()).location == URL
    assert await door.counted() == []


class FullDisk(Links):
    """A database that takes nothing any more."""

    async def count(self, opening: Opening) -> None:
        del opening
        raise StoreError("the disk is full")


async def test_a_reader_is_led_on_when_he_cannot_be_counted(store: Store) -> None:
    async with open_door(store, FullDisk(store)) as door:
        assert (await door.open()).location == URL


# ---- who is a program

PEOPLE = (
    PHONE,
    "Mozilla/5.0 (Linux; Android 13; V2304A; wv) Chrome/116.0 XWEB/1160065 MicroMessenger/8.0.47",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 wxwork/4.1.20 MicroMessenger/7.0.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.0 Safari/605",
    "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 MicroMessenger/8.0.2",
)
PROGRAMS = (
    "",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0)",
    "Mozilla/5.0 (compatible; Bytespider; spider-feedback@example.com)",
    "Sogou web spider/4.0",
    "facebookexternalhit/1.1",
    "WhatsApp/2.23",
    "TelegramBot (like TwitterBot)",
    "Slackbot-LinkExpanding 1.0",
    "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0",
    "curl/8.4.0",
    "Wget/1.21",
    "python-requests/2.31",
    "Go-http-client/2.0",
    "okhttp/4.12",
    "Apache-HttpClient/4.5",
    "Java/17.0",
)


@pytest.mark.parametrize("agent", PEOPLE)
def test_a_telephone_is_a_person(agent: str) -> None:
    assert not is_robot({"User-Agent": agent})


@pytest.mark.parametrize("agent", PROGRAMS)
def test_what_calls_itself_a_program_is_one(agent: str) -> None:
    assert is_robot({"User-Agent": agent})


@pytest.mark.parametrize(
    "header", [("Sec-Purpose", "prefetch;prerender"), ("Purpose", "preview"), ("X-Moz", "prefetch")]
)
def test_a_browser_that_looks_ahead_is_no_reader_yet(header: Sequence[str]) -> None:
    name, value = header
    assert is_robot(CIMultiDict({"user-agent": PHONE, name: value}))
