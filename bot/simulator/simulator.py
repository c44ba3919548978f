"""The simulator as one object: built from bot.yaml, mounted into our server, started, stopped."""

import random
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from bot.core.errors import ConfigurationRefused
from bot.core.randomness import secure
from bot.settings.schema.bot import BotFile
from bot.simulator.account.accounts import ACCOUNT_BASE
from bot.simulator.building import build, make_site
from bot.simulator.callbacks import Patience
from bot.simulator.model.corner import MODEL_BASE, ModelCorner
from bot.simulator.page import page_routes
from bot.simulator.pay.corner import PayCorner
from bot.simulator.platform import API_BASE
from bot.simulator.robot_socket import SOCKET_PATH
from bot.simulator.sms import SMS_BASE
from bot.simulator.time_machine import Settle
from bot.simulator.world import MovableClock


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
        self.building = build(
            make_site(
                settings,
                clock,
                directory,
                callback_base,
                patience or Patience(),
                dice or secure(),
            )
        )

    @property
    def api_base(self) -> str:
        """The path under which the platform's API is served."""
        return API_BASE

    @property
    def account_base(self) -> str:
        """The path under which the API of Official Accounts and mini programs is served."""
        return ACCOUNT_BASE

    @property
    def socket_path(self) -> str:
        """Where robots in WebSocket mode connect."""
        return SOCKET_PATH

    @property
    def mail_address(self) -> tuple[str, int]:
        """Host and port of the mail server, without TLS; it answers from the start on."""
        return self.building.corners.mailroom.address

    def sms_base(self, key: str) -> str:
        """The path of the short message gateway of channel ``key``."""
        return f"{SMS_BASE}/{key}"

    @property
    def pay(self) -> PayCorner:
        """The simulated WeChat Pay; whoever has a clock runs it as a job."""
        return self.building.corners.pay

    @property
    def model_base(self) -> str:
        """The path under which the language model is served."""
        return MODEL_BASE

    @property
    def model(self) -> ModelCorner:
        """The simulated language model."""
        return self.building.corners.model

    @property
    def settle(self) -> Settle:
        """Does everything that is due now; returns when something is due next."""
        return self.building.time_machine.settle

    @settle.setter
    def settle(self, settle: Settle) -> None:
        self.building.time_machine.settle = settle

    def routes(self) -> list[web.RouteDef]:
        """Everything under /sim, for this machine only."""
        return [
            *page_routes(),
            *(route for part in self.building.served for route in part.routes()),
        ]

    async def start(self) -> None:
        """Take mail, and begin to check the callback addresses.

        The checks go on in the background: our server may start later.
        """
        await self.building.corners.mailroom.start()
        await self.building.ground.callbacks.start()

    async def stop(self) -> None:
        """Let the page's streams and the callbacks go.

        Call it before the server is shut down, which would wait for the streams.
        """
        ground = self.building.ground
        self.model.close()
        ground.feed.close()
        await self.building.robots.stop()
        await ground.herald.stop()
        await ground.callbacks.stop()
        await self.building.corners.mailroom.stop()
