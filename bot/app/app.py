"""The composition root: builds every object, starts and drains. The only file that knows all.

Read it from ``App`` down: what is built, in which order it starts, in which order it stops.
"""

import asyncio
import random
import socket
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import structlog

from bot import __version__
from bot.channels.build import Stage, open_channels
from bot.core.clock import Clock, ShiftableClock, SystemClock
from bot.core.ids import ChannelKey
from bot.core.metrics import Metrics
from bot.core.ports import Listener
from bot.core.randomness import secure
from bot.growth.invites import Invites
from bot.growth.ways import Ways
from bot.handlers.ask import AskHandlers
from bot.handlers.configuration import ConfigurationWatch
from bot.handlers.friends import FriendHandlers
from bot.handlers.help import HelpHandlers
from bot.handlers.invite import InviteHandlers, ReferralJob
from bot.handlers.owner import OwnerHandlers
from bot.handlers.points import PointsHandlers
from bot.handlers.profile import ProfileHandlers
from bot.handlers.redpacket import PacketExpiry, RedPacketHandlers
from bot.handlers.tasks import TaskHandlers, TaskJob
from bot.handlers.welcome import MembershipHandlers, WelcomeJob
from bot.members.roster import Roster
from bot.members.ties import Ties
from bot.outbox.worker import OutboxWorker
from bot.persona.screening import find_blocked
from bot.persona.voice import Voice
from bot.pipeline.contact_sync import ContactSync
from bot.pipeline.dispatch import Dispatcher
from bot.pipeline.hints import Hints
from bot.pipeline.inbox import Inbox
from bot.pipeline.linking import Linking
from bot.pipeline.names import Names
from bot.pipeline.proposals import Proposals
from bot.pipeline.pulling import Pulling
from bot.pipeline.reception import Reception
from bot.pipeline.roster_sync import RosterSync
from bot.pipeline.routing import Route
from bot.pipeline.tag_sync import TagSync
from bot.pipeline.takeover import TakeoverJob
from bot.pipeline.worker import Worker
from bot.rewards.checkin.checkins import CheckIns
from bot.rewards.ledger.statement import Statements
from bot.rewards.packets.packets import Packets
from bot.schedules.publisher import Publisher
from bot.schedules.ticker import Job, Ticker
from bot.settings.pages import Pages
from bot.settings.reload import LiveSettings
from bot.settings.settings import Settings
from bot.simulator.simulator import Simulator
from bot.simulator.world import MovableClock
from bot.store.db import Store
from bot.tables import MODELS
from bot.web.callbacks import Callbacks
from bot.web.pages.member_pages import MemberPages
from bot.web.server import Route as WebRoute
from bot.web.server import Server
from bot.web.status import Health, Status

DEAF_SECONDS = 5.0
"""Pause before listening again after a defect."""


class App:
    """One process of Yutang.

    ``data_directory`` holds the database and, in rehearsals, the simulator's journal. ``port``
    overrides bot.yaml's (0 takes a free one). ``clock`` and ``rng``, which draws shares, codes and
    variants, are given by tests.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        data_directory: Path,
        port: int | None = None,
        clock: MovableClock | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.live = LiveSettings(settings)
        self.metrics = Metrics()
        self._rng = rng or secure()
        self._socket = socket.create_server(
            (settings.bot.web.host, settings.bot.web.port if port is None else port)
        )
        self.simulator: Simulator | None = None
        if settings.bot.simulator.enabled:
            movable = clock or ShiftableClock()
            self.clock: Clock = movable
            self.simulator = Simulator(settings.bot, movable, data_directory, lambda: self.address)
        else:
            self.clock = clock or SystemClock()
        self.store = Store(data_directory, MODELS)
        self._stopping = asyncio.Event()
        self._exits = AsyncExitStack()
        self._log = structlog.get_logger("app")

    @property
    def address(self) -> str:
        """Where this process is reached from this machine."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def callback_channels(self) -> tuple[ChannelKey, ...]:
        """Channels whose platform calls us; known once started."""
        return tuple(self._channels.codecs)

    @property
    def page_addresses(self) -> tuple[str, ...]:
        """The pages of groups whose members act there; known once started."""
        groups = self.live.current.bot.groups
        return tuple(
            url for group in groups if group.hears is None and (url := self._pages.url(group))
        )

    async def start(self) -> None:
        """Open the database, start the workers, then listen. What fails leaves nothing running."""
        try:
            await self._start()
        except BaseException:
            await self._exits.aclose()
            raise

    async def stop(self) -> None:
        """Stop taking in, finish what is under way, close: the way of ``start`` backwards."""
        self._stopping.set()
        await self._exits.aclose()

    async def _start(self) -> None:
        later = self._exits.push_async_callback
        later(self.store.close)
        await self.store.open()
        self._channels = await open_channels(
            self.live.current, self.clock, self._rng, self._stage()
        )
        later(self._channels.close)
        await self._build()
        await self._inbox.adopt(self.clock.now())
        await self._worker.take_over()
        later(self.outbox.stop)
        await self.outbox.start()
        later(self._worker.idle)
        server = Server(self._socket, self._web_routes())
        later(server.stop)
        await server.start()
        if self.simulator is not None:
            self.simulator.settle = self.settle
            later(self.simulator.stop)
            await self.simulator.start()
            await self.settle()  # so that who is in the group is known before anybody joins
        later(self.ticker.stop)
        self.ticker.start()
        for key, listener in self._channels.listeners.items():
            self._in_background(self._listen(listener), f"listen on {key}")
        self._in_background(self._wake_outbox(), "wake outbox")
        self._in_background(self._watch.follow(self._stopping), "configuration")

    async def _listen(self, listener: Listener) -> None:
        """Listen, and listen again after a defect: a deaf robot helps nobody."""
        while True:
            try:
                await listener.listen(self._reception.take)
            except Exception:  # noqa: BLE001 (worker loop: logs, counts and goes on)
                self._log.exception("listening failed")
                self.metrics.jobs_failed.labels("listening").inc()
                await asyncio.sleep(DEAF_SECONDS)

    def _in_background(self, work: Coroutine[None, None, None], name: str) -> None:
        """Run ``work`` until the program stops; if it ends by itself the log says why."""
        task = asyncio.create_task(work, name=name)

        def ended(done: asyncio.Task[None]) -> None:
            if not done.cancelled() and done.exception() is not None:
                self._log.error("background work failed", work=name, exc_info=done.exception())

        async def end() -> None:
            task.cancel()
            await asyncio.wait([task])

        task.add_done_callback(ended)
        self._exits.push_async_callback(end)

    async def settle(self) -> datetime | None:
        """Do everything that is due now; returns when something is due next.

        For whoever moves the clock: no time passes in which member lists would be read, so they
        are read now.
        """
        for job in (self._roster_sync, self._contact_sync, self._tag_sync):
            job.hurry()
        await self.ticker.tick()
        await self._worker.idle()
        await self.outbox.send_due()
        instants = [await self.ticker.next_due(), await self.outbox.next_due()]
        return min((instant for instant in instants if instant is not None), default=None)

    async def _build(self) -> None:
        """Everything that handles events or runs by the clock."""
        store, live = self.store, self.live
        self._voice = Voice(live, self._rng)
        await self._voice.recall(store)
        self._roster = Roster(store)
        await self._roster.appoint(live.current, self.clock.now())
        self._ties = Ties(store)
        self._invites = Invites(store, self._rng)
        self._packets = Packets(store, self._rng)
        self._pages = Pages(live, self.address)
        self._publisher = Publisher(store, self._voice, live, self._pages)
        self._build_pipeline()
        self._build_looks()
        self._watch = ConfigurationWatch(
            live=live,
            store=store,
            roster=self._roster,
            voice=self._voice,
            clock=self.clock,
            metrics=self.metrics,
        )
        self.ticker = Ticker(self._jobs(), self.clock, self.metrics)

    def _build_pipeline(self) -> None:
        """How events travel in and messages out."""
        store, live, tables = self.store, self.live, self._channels.tables
        self._inbox = Inbox(store)
        dispatcher = Dispatcher(
            live=live,
            voice=self._voice,
            clock=self.clock,
            routes=self._routes(),
            hears={key: table.hears_in_groups for key, table in tables.items()},
        )
        self._names = Names(
            directories=self._channels.directories,
            roster=self._roster,
            linking=Linking(store),
            live=live,
            clock=self.clock,
        )
        self._worker = Worker(
            store=store,
            inbox=self._inbox,
            dispatcher=dispatcher,
            live=live,
            names=self._names,
            voice=self._voice,
            clock=self.clock,
            capabilities=tables,
            metrics=self.metrics,
        )
        self.outbox = OutboxWorker(
            store=store,
            senders=self._channels.senders,
            clock=self.clock,
            screen=self._screen,
            metrics=self.metrics,
        )
        self._hints = Hints()
        self._reception = Reception(self._worker, self._hints)

    def _build_looks(self) -> None:
        """What is fetched and compared, because the platform does not bring it, or not surely."""
        store, live = self.store, self.live
        self._pulling = Pulling(
            pulls=self._channels.pulls, store=store, reception=self._reception, hints=self._hints
        )
        self._roster_sync = RosterSync(
            directories=self._channels.directories,
            roster=self._roster,
            names=self._names,
            worker=self._worker,
            hints=self._hints,
            live=live,
        )
        self._tag_sync = TagSync(contacts=self._channels.contacts, store=store, live=live)
        self._contact_sync = ContactSync(
            contacts=self._channels.contacts,
            ties=self._ties,
            names=self._names,
            tags=self._tag_sync,
            worker=self._worker,
            hints=self._hints,
            live=live,
        )

    def _routes(self) -> tuple[Route, ...]:
        """All routes; the first that fits answers, so the one for all other words comes last."""
        store, voice, roster = self.store, self._voice, self._roster
        statements, check_ins = Statements(store), CheckIns(store)
        groups = (
            PointsHandlers(voice, check_ins, statements),
            RedPacketHandlers(voice, self._packets, Proposals(store), roster, self._pages),
            InviteHandlers(voice, self._invites, roster, Ways(store, self._channels.contacts)),
            ProfileHandlers(store, voice, statements, check_ins, self._invites, roster),
            OwnerHandlers(store, voice, self._publisher, roster),
            TaskHandlers(store, voice),
            MembershipHandlers(roster, self._invites),
            FriendHandlers(voice, self._ties),
            AskHandlers(voice),
        )
        routes = tuple(route for group in groups for route in group.routes())
        return (*HelpHandlers(voice, routes).routes(), *routes)

    def _jobs(self) -> tuple[Job, ...]:
        """What runs by the clock, in this order: first who is there, then what hangs on it."""
        roster, voice, live = self._roster, self._voice, self.live
        return (
            TakeoverJob(self._worker),
            self._roster_sync,
            self._contact_sync,
            self._tag_sync,
            self._pulling,
            PacketExpiry(self.store, self._packets, voice, live),
            ReferralJob(self._invites, roster, voice, live),
            WelcomeJob(roster, voice, live),
            self._publisher,
            TaskJob(self.store, self._channels.tasks, roster, voice, live),
        )

    def _web_routes(self) -> list[WebRoute]:
        callbacks = Callbacks(
            codecs=self._channels.codecs,
            reception=self._reception,
            clock=self.clock,
            metrics=self.metrics,
        )
        status = Status(self._health, self.metrics)
        simulated = [] if self.simulator is None else self.simulator.routes()
        pages = MemberPages(
            self.live, self._pages, self._channels.logins, self._reception, self.clock
        )
        return [*callbacks.routes(), *pages.routes(), *status.routes(), *simulated]

    def _stage(self) -> Stage | None:
        if self.simulator is None:
            return None
        simulator, here = self.simulator, self.address
        return Stage(
            wecom=f"{here}{simulator.api_base}",
            account=f"{here}{simulator.account_base}",
            socket=f"{here.replace('http', 'ws', 1)}{simulator.socket_path}",
            mail=simulator.mail_address,
            sms=lambda key: f"{here}{simulator.sms_base(key)}",
        )

    def _screen(self, text: str) -> str:
        word = find_blocked(text, self.live.current.persona)
        return f"it contains {word!r}, which persona.yaml blocks" if word else ""

    async def _wake_outbox(self) -> None:
        """Completed events may have left messages: send them now rather than at the next look."""
        while True:
            await self._worker.posted.wait()
            self._worker.posted.clear()
            self.outbox.wake()

    async def _health(self) -> Health:
        settings = self.live.current
        problems: tuple[str, ...] = ()
        waiting = -1
        try:
            waiting = await self._inbox.count_waiting()
        except Exception as error:  # noqa: BLE001 (whatever it is, it is the answer)
            problems = (f"the database does not answer: {error}",)
        bad = self._watch.problems
        return Health(
            version=__version__,
            brand=settings.bot.brand.name,
            now=self.clock.now().astimezone(settings.zone).isoformat(timespec="seconds"),
            waiting_events=waiting,
            configuration="in force"
            if bad is None
            else f"{len(bad.problems)} to mend; the last good one is in force",
            problems=problems,
            warnings=tuple(
                f"{key}: {listener.trouble}"
                for key, listener in self._channels.listeners.items()
                if listener.trouble
            ),
        )
