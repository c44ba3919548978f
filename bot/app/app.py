"""One process of Yutang, from its start to its end.

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
from bot.app.doors import doors_of
from bot.app.house import Ground, House
from bot.app.topics import jobs_of, payout_job, routes_of
from bot.app.traffic import Traffic
from bot.channels.build import Stage, open_channels
from bot.channels.pay_build import PayStage
from bot.core.clock import Clock, ShiftableClock, SystemClock
from bot.core.ids import ChannelKey
from bot.core.metrics import Metrics
from bot.core.ports import Listener
from bot.core.randomness import secure
from bot.handlers.configuration import ConfigurationWatch
from bot.members.submissions.files import MEDIA_FOLDER
from bot.schedules.ticker import Ticker
from bot.settings.reload import LiveSettings
from bot.settings.settings import Settings
from bot.simulator.pay.corner import BRIDGE_PATH
from bot.simulator.pay.door import PAY_BASE
from bot.simulator.pay.keys import API_V3_KEY
from bot.simulator.simulator import Simulator
from bot.simulator.world import MovableClock
from bot.store.db import Store
from bot.tables import MODELS
from bot.web.server import Server
from bot.web.status import Health, Status

DEAF_SECONDS = 5.0
"""Pause before listening again after a defect."""


class App:
    """One process of Yutang.

    ``data_directory`` holds the database, pictures of members and, in rehearsals, the simulator's
    journal; ``database`` is the address of PostgreSQL, when the data is there. ``port`` overrides
    bot.yaml's (0 takes a free one). ``clock`` and ``rng``, which draws shares, codes and variants,
    are given by tests.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        data_directory: Path,
        database: str = "",
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
        self.store = Store(data_directory, MODELS, database)
        self._media = data_directory / MEDIA_FOLDER
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
            url for group in groups if group.hears is None and (url := self._house.pages.url(group))
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
            self.live.current, self.clock, self._rng, self._stage(), self._media
        )
        later(self._channels.close)
        await self._build()
        later(self._traffic.outbox.stop)
        await self._traffic.start(self.clock.now())
        later(self._traffic.worker.idle)
        later(self._server.stop)
        await self._server.start()
        if self.simulator is not None:
            self.simulator.settle = self.settle
            later(self.simulator.stop)
            await self.simulator.start()
            await self.settle()  # so that who is in the group is known before anybody joins
        later(self.ticker.stop)
        self.ticker.start()
        for key, listener in self._channels.listeners.items():
            self._in_background(self._listen(listener), f"listen on {key}")
        self._in_background(self._traffic.wake_outbox(), "wake outbox")
        self._in_background(self._watch.follow(self._stopping), "configuration")

    async def _build(self) -> None:
        """Everything that handles events, runs by the clock or is served."""
        self._house = House(
            Ground(
                live=self.live,
                store=self.store,
                channels=self._channels,
                clock=self.clock,
                rng=self._rng,
                metrics=self.metrics,
                address=self.address,
                media=self._media,
                pay_stage=self._pay_stage(),
                model_stage=self._model_stage(),
            )
        )
        await self._house.open()
        self._traffic = Traffic(self._house, routes_of(self._house))
        payouts = payout_job(self._house)
        rehearsed = [] if self.simulator is None else [self.simulator.pay]
        self.ticker = Ticker(
            [*rehearsed, *jobs_of(self._house, self._traffic, payouts)], self.clock, self.metrics
        )
        self._watch = ConfigurationWatch(
            live=self.live,
            store=self.store,
            roster=self._house.roster,
            voice=self._house.voice,
            clock=self.clock,
            metrics=self.metrics,
        )
        simulated = [] if self.simulator is None else self.simulator.routes()
        doors = doors_of(self._house, self._traffic, payouts)
        status = Status(self._health, self.metrics).routes()
        self._server = Server(self._socket, [*doors, *status, *simulated])

    async def _listen(self, listener: Listener) -> None:
        """Listen, and listen again after a defect: a deaf robot helps nobody."""
        while True:
            try:
                await listener.listen(self._traffic.reception.take)
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
        self._traffic.looks.hurry()
        await self.ticker.tick()
        await self._traffic.worker.idle()
        await self._traffic.outbox.send_due()
        instants = [await self.ticker.next_due(), await self._traffic.outbox.next_due()]
        return min((instant for instant in instants if instant is not None), default=None)

    def _model_stage(self) -> str:
        return "" if self.simulator is None else f"{self.address}{self.simulator.model_base}"

    def _pay_stage(self) -> PayStage | None:
        if self.simulator is None or self.live.current.bot.pay is None:
            return None
        keys = self.simulator.pay.keys
        return PayStage(
            address=f"{self.address}{PAY_BASE}",
            merchant=keys.merchant,
            platform=keys.platform,
            api_v3_key=API_V3_KEY,
            bridge=BRIDGE_PATH,
        )

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

    async def _health(self) -> Health:
        settings = self.live.current
        problems: tuple[str, ...] = ()
        waiting = -1
        try:
            waiting = await self._traffic.inbox.count_waiting()
        except Exception as error:  # noqa: BLE001 (whatever it is, it is the answer)
            problems = (f"the database does not answer: {error}",)
        bad = self._watch.problems
        model = self._house.thinker.trouble
        return Health(
            version=__version__,
            brand=settings.bot.brand.name,
            now=self.clock.now().astimezone(settings.zone).isoformat(timespec="seconds"),
            waiting_events=waiting,
            configuration="in force"
            if bad is None
            else f"{len(bad.problems)} to mend; the last good one is in force",
            problems=problems,
            warnings=(
                *(
                    f"{key}: {listener.trouble}"
                    for key, listener in self._channels.listeners.items()
                    if listener.trouble
                ),
                *([f"model: {model}"] if model else []),
            ),
        )
