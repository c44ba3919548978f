"""The simulator as one object: built from bot.yaml, mounted into our server, started, stopped."""

import random
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.core.errors import ConfigurationRefused
from bot.core.randomness import secure
from bot.settings.schema.bot import BotFile
from bot.simulator.api import Api
from bot.simulator.callbacks import Callbacks, Patience
from bot.simulator.cast import read_cast
from bot.simulator.conversations import Conversations
from bot.simulator.feed import Feed
from bot.simulator.journal import Journal
from bot.simulator.page import page_routes
from bot.simulator.platform import API_BASE, Platform
from bot.simulator.platform_log import PlatformLog
from bot.simulator.stage import Stage
from bot.simulator.time_machine import Settle, TimeMachine
from bot.simulator.wire import AppWire, RobotWire, Wire
from bot.simulator.world import MovableClock, World


class Simulator:
    """A WeCom for the channels of ``settings`` whose ``api_base`` is the word simulator.

    Making it replays ``directory``/simulator/journal.jsonl and puts ``clock`` forward to where it
    was, so make it before whatever asks the hour. ``callback_base`` is our own address
    (http://127.0.0.1:PORT), asked only once requests are due. Raises ConfigurationRefused unless
    the settings switch the simulator on, and StoreError for a damaged journal.
    """

    def __init__(
        self,
        settings: BotFile,
        clock: MovableClock,
        directory: Path,
        callback_base: Callable[[], str],
        *,
        patience: Patience | None = None,
        dice: random.Random | None = None,
    ) -> None:
        if not settings.simulator.enabled:
            raise ConfigurationRefused(
                "The simulator is off: set simulator.enabled to true in bot.yaml for rehearsals,"
                " and never in production."
            )
        patience, dice = patience or Patience(), dice or secure()
        cast = read_cast(settings)
        wires: dict[str, Wire] = {key: RobotWire(robot) for key, robot in cast.robots.items()}
        wires |= {key: AppWire(app) for key, app in cast.apps.items()}
        self._feed = Feed()
        log = PlatformLog(clock, self._feed)
        journal = Journal(directory / "simulator" / "journal.jsonl")
        self._world = World(
            settings, cast=cast, clock=clock, journal=journal, feed=self._feed, dice=dice
        )
        self._callbacks = Callbacks(
            wires,
            clock=clock,
            log=log,
            feed=self._feed,
            dice=dice,
            callback_base=callback_base,
            patience=patience,
        )
        self._conversations = Conversations(
            self._world,
            callbacks=self._callbacks,
            wires=wires,
            log=log,
            response_url=lambda code: (
                f"{callback_base()}{API_BASE}/cgi-bin/aibot/response?response_code={code}"
            ),
            stream_pause_seconds=patience.stream_pause_seconds,
        )
        self._time_machine = TimeMachine(self._world, self._callbacks, self._feed)
        self._parts = (
            Platform(self._world, log),
            Api(self._world, self._conversations),
            Stage(
                self._world,
                callbacks=self._callbacks,
                time_machine=self._time_machine,
                log=log,
                feed=self._feed,
                zone=ZoneInfo(settings.timezone),
            ),
        )

    @property
    def api_base(self) -> str:
        """The path under which the platform's API is served."""
        return API_BASE

    @property
    def settle(self) -> Settle:
        """Does everything that is due now; returns when something is due next."""
        return self._time_machine.settle

    @settle.setter
    def settle(self, settle: Settle) -> None:
        self._time_machine.settle = settle

    def routes(self) -> list[web.RouteDef]:
        """Everything under /sim, for this machine only."""
        return [*page_routes(), *(route for part in self._parts for route in part.routes())]

    async def start(self) -> None:
        """Begin to check the callback addresses, in the background: our server may start later."""
        await self._callbacks.start()

    async def stop(self) -> None:
        """Let the page's streams and the callbacks go.

        Call it before the server is shut down, which would wait for the streams.
        """
        self._feed.close()
        await self._conversations.stop()
        await self._callbacks.stop()
