"""Our pages in front of a real pipeline: a server on loopback, browsers, and a login of our own."""

import itertools
import random
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
from multidict import CIMultiDictProxy
from pydantic import SecretStr
from yarl import URL

from bot.core.errors import CodeUsedUp, PlatformError, TransportError
from bot.core.ids import ChannelKey, UserId
from bot.core.ports import Contacts
from bot.growth.invites import Invites
from bot.growth.ways import Ways
from bot.handlers.ask import AskHandlers
from bot.handlers.calling_names import CallingNames
from bot.handlers.checkin import CheckInHandlers
from bot.handlers.invite import InviteHandlers
from bot.handlers.packets.claiming import PacketClaims
from bot.handlers.packets.sending import PacketSending
from bot.handlers.points import PointsHandlers
from bot.handlers.profile import ProfileHandlers
from bot.handlers.thinking import Thinking
from bot.members.choices import Choices
from bot.members.memory.memory import Memory
from bot.members.roster import Roster
from bot.members.tickets.tickets import Tickets
from bot.persona.learning.learned import Learned
from bot.persona.learning.learning import Learning
from bot.persona.voice import Voice
from bot.pipeline.hints import Hints
from bot.pipeline.proposals import Proposals
from bot.pipeline.reception import Reception
from bot.pipeline.routing import Route
from bot.platforms.table import CUSTOMER_CONTACT, MEMBER_PAGE
from bot.rewards.checkin.checkins import CheckIns
from bot.rewards.ledger.statement import Statements
from bot.rewards.levels import Levels
from bot.rewards.packets.packets import Packets
from bot.settings.pages import Pages
from bot.settings.schema.channels import SIMULATOR, Channel, MemberPage
from bot.settings.settings import HasSettings, Settings
from bot.store.db import Store
from bot.web.pages.member_pages import MemberPages
from bot.web.server import Server

from .brand import Live, brand
from .customers import CONTACT, POND, with_customers
from .events import APP, NOW, ROBOT
from .model import silent_thinker
from .pipeline import Pipeline
from .senders import capabilities

PAGES = ChannelKey("pages")
SECRET = "0123456789abcdef0123456789abcdef"
LOGIN_ADDRESS = "https://login.example.com/authorize"
CUSTOMER, OWNER = UserId("wmXIAOLU001"), UserId("tangyuan")

_ids = itertools.count(1)


def new_id() -> str:
    """An id as a page makes one."""
    return f"{next(_ids):032x}"


def with_pages(settings: Settings, address: str = SIMULATOR, secret: str = SECRET) -> Settings:
    """The brand with a customer group and our pages, which know people by the app."""
    settings = with_customers(without_pages(settings))
    pages = MemberPage(kind="member_page", login=APP, address=address, secret=SecretStr(secret))
    return _with_channels(settings, {**settings.bot.channels, PAGES: pages})


def without_pages(settings: Settings) -> Settings:
    """The brand without pages of its own."""
    channels = settings.bot.channels.items()
    others = {key: section for key, section in channels if not isinstance(section, MemberPage)}
    return _with_channels(settings, others)


def _with_channels(settings: Settings, channels: Mapping[str, Channel]) -> Settings:
    return replace(settings, bot=settings.bot.model_copy(update={"channels": channels}))


def member_routes(
    store: Store, live: HasSettings, contacts: Mapping[ChannelKey, Contacts] | None = None
) -> tuple[Route, ...]:
    """What members do, by the program's own handlers."""
    rng = random.Random(1)
    voice, roster = Voice(live, rng), Roster(store)
    packets, pages = Packets(store, rng), Pages(live, "http://127.0.0.1")
    statements, check_ins, invites = Statements(store), CheckIns(store), Invites(store, rng)
    asks = AskHandlers(
        voice,
        Memory(store),
        Learning(store),
        Learned(store),
        Thinking(voice, silent_thinker(store, live), Memory(store)),
        CallingNames(store, Levels(store)),
    )
    return (
        *asks.first_routes(),
        *CheckInHandlers(voice, check_ins, statements).routes(),
        *PointsHandlers(voice, statements).routes(),
        *PacketSending(voice, packets, Proposals(store), roster, pages).routes(),
        *PacketClaims(store, voice, packets, roster).routes(),
        *InviteHandlers(voice, invites, roster, Ways(store, contacts or {})).routes(),
        *ProfileHandlers(
            store=store,
            voice=voice,
            statements=statements,
            check_ins=check_ins,
            invites=invites,
            roster=roster,
            choices=Choices(store),
            tickets=Tickets(store),
            memory=Memory(store),
        ).routes(),
        *asks.routes(),
    )


async def open_pipeline(
    store: Store, routes: Sequence[Route] | None = None, live: Live | None = None
) -> Pipeline:
    """A pipeline that hears our pages as the program does; the customer group was read."""
    live = live or Live(with_pages(brand()))
    pipeline = Pipeline(
        store,
        *(member_routes(store, live) if routes is None else routes),
        tables={
            ROBOT: capabilities(),
            APP: capabilities(),
            CONTACT: CUSTOMER_CONTACT,
            PAGES: MEMBER_PAGE,
        },
        live=live,
    )
    await pipeline.roster.appoint(live.current, NOW)
    await pipeline.roster.mark_synced(POND, NOW)
    return pipeline


@dataclass
class FakeLogin:
    """Implements ``bot.core.ports.Login``: a code tells once whom ``people`` has for it.

    ``at_hand`` is brought back at once, as the platform does with whoever it knows.
    """

    people: dict[str, UserId] = field(default_factory=dict)
    trouble: PlatformError | TransportError | None = None
    asked: list[str] = field(default_factory=list)
    at_hand: UserId | None = None

    def address(self, return_to: str, state: str) -> str:
        if self.at_hand is None:
            return f"{LOGIN_ADDRESS}?{urlencode({'redirect_uri': return_to, 'state': state})}"
        code = f"code-{new_id()}"
        self.people[code] = self.at_hand
        return f"{return_to}?{urlencode({'code': code, 'state': state})}"

    async def visitor(self, code: str) -> UserId:
        self.asked.append(code)
        if self.trouble is not None:
            raise self.trouble
        if code not in self.people:
            raise CodeUsedUp("The code is used or too old.", errcode=40029)
        return self.people.pop(code)


@dataclass(frozen=True)
class Response:
    """What a browser was given; ``data`` is its JSON."""

    status: int
    text: str
    headers: CIMultiDictProxy[str]
    data: Any = None

    @property
    def location(self) -> str:
        """Where it sends the browser; empty when it does not."""
        return self.headers.get("Location", "")

    @property
    def query(self) -> dict[str, str]:
        """The parameters of ``location``."""
        return {name: value for name, (value,) in parse_qs(urlsplit(self.location).query).items()}

    @property
    def cookies(self) -> SimpleCookie:
        """The cookies that it sets, with their flags."""
        found = SimpleCookie()
        for line in self.headers.getall("Set-Cookie", []):
            found.load(line)
        return found


class Browser:
    """Somebody's browser with its cookies. It follows no redirect by itself."""

    def __init__(self, base: str, login: FakeLogin, session: aiohttp.ClientSession) -> None:
        self._base = base
        self._login = login
        self._session = session

    async def get(self, path: str, **query: str) -> Response:
        return await self._ask("GET", path, params=query)

    async def begin(self, group: str = POND) -> str:
        """Open the page as a stranger; the state that goes to the platform."""
        return (await self.get(f"/m/{group}")).query["state"]

    async def come_back(self, state: str, user: str, group: str = POND) -> Response:
        """The platform sends ``user`` back with a fresh code."""
        code = f"code-{new_id()}"
        self._login.people[code] = UserId(user)
        return await self.get(f"/m/{group}/login", code=code, state=state)

    async def log_in(self, user: str = CUSTOMER, group: str = POND) -> "Browser":
        """Become known as ``user``."""
        returned = await self.come_back(await self.begin(group), user, group)
        assert returned.status == 302, returned.text
        return self

    async def post(self, body: bytes, content_type: str = "application/json") -> Response:
        """Send ``body`` as it is."""
        headers = {"Content-Type": content_type}
        return await self._ask("POST", f"/m/{POND}/act", data=body, headers=headers)

    async def act(self, page: str = POND, **body: object) -> Response:
        """Send an act; it gets an id of its own unless one is given."""
        return await self._ask("POST", f"/m/{page}/act", json={"id": new_id(), **body})

    async def say(self, text: str, page: str = POND) -> Any:
        """The answer to ``text``, which comes at once."""
        response = await self.act(page, text=text)
        assert response.status == 200, response.text
        assert response.data["state"] == "done"
        return response.data["answer"]

    def cookie(self, name: str) -> str:
        """What the browser keeps under ``name``."""
        return next((kept.value for kept in self._session.cookie_jar if kept.key == name), "")

    def keep(self, name: str, value: str) -> None:
        """Put a cookie into the browser, as a forger does."""
        self._session.cookie_jar.update_cookies({name: value}, URL(self._base))

    async def _ask(self, method: str, path: str, **parts: Any) -> Response:
        url = f"{self._base}{path}"
        async with self._session.request(method, url, allow_redirects=False, **parts) as got:
            data = await got.json() if got.content_type == "application/json" else None
            return Response(got.status, await got.text(), got.headers, data)


class Town:
    """The pages of a brand, and whoever comes to them."""

    def __init__(self, pipeline: Pipeline, base: str, exits: AsyncExitStack) -> None:
        self.pipeline = pipeline
        self.base = base
        self.login = FakeLogin()
        self._exits = exits

    async def browser(self) -> Browser:
        """A browser that was never here."""
        jar = aiohttp.CookieJar(unsafe=True)  # the address is a number
        session = await self._exits.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
        return Browser(self.base, self.login, session)

    async def member(self, user: str = CUSTOMER) -> Browser:
        """The browser of a member of the customer group, logged in."""
        await self.pipeline.join(user, group=POND)
        return await (await self.browser()).log_in(user)


@asynccontextmanager
async def open_town(
    store: Store, routes: Sequence[Route] | None = None, live: Live | None = None
) -> AsyncIterator[Town]:
    """The pages on a server of their own, as the program serves them."""
    async with AsyncExitStack() as exits:
        pipeline = await open_pipeline(store, routes, live)
        bound = socket.create_server(("127.0.0.1", 0))
        town = Town(pipeline, f"http://127.0.0.1:{bound.getsockname()[1]}", exits)
        pages = MemberPages(
            pipeline.live,
            Pages(pipeline.live, town.base),
            {APP: town.login},
            Reception(pipeline.worker, Hints()),
            pipeline.clock,
        )
        server = Server(bound, pages.routes())
        await server.start()
        exits.push_async_callback(server.stop)
        yield town
