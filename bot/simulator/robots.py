"""All intelligent robots, each told in its own mode: by callbacks or over its connection."""

from collections.abc import Callable
from typing import Any, Protocol

from aiohttp import web

from bot.simulator.acts import Delivery, Rating, Scene, Tap
from bot.simulator.callbacks import Callbacks, Patience
from bot.simulator.cast import Robot, Socket
from bot.simulator.feed import Feed
from bot.simulator.media import MediaStore
from bot.simulator.media_files import MediaFiles
from bot.simulator.platform_log import PlatformLog
from bot.simulator.robot_chats import RobotChats
from bot.simulator.robot_socket import RobotSockets
from bot.simulator.robot_urls import UrlRobots
from bot.simulator.shapes import Card, Draft, Message
from bot.simulator.socket_commands import SocketCommands
from bot.simulator.socket_slots import Slots
from bot.simulator.wire import Wire
from bot.simulator.world import World


class RobotLine(Protocol):
    """How robots of one mode are told, and where their answers are taken."""

    async def tell(self, scene: Scene, message: Message, quoted: Draft | None) -> Delivery:
        """A message for the robot; ``quoted`` is the message that it quotes."""
        ...

    async def tap(self, scene: Scene, message: Message, card: Card, tapped: Tap) -> Delivery:
        """A tap on ``card``, which ``message`` shows to the person."""
        ...

    async def enter(self, scene: Scene) -> Delivery:
        """Somebody opened the chat with the robot."""
        ...

    async def rate(self, scene: Scene, rating: Rating) -> Delivery:
        """A verdict on an answer."""
        ...


class Robots:
    """Made after the journal was replayed: the frequencies go on where it left them."""

    def __init__(
        self,
        world: World,
        *,
        slots: Slots,
        callbacks: Callbacks,
        wires: dict[str, Wire],
        media: MediaStore,
        files: MediaFiles,
        log: PlatformLog,
        feed: Feed,
        patience: Patience,
        response_url: Callable[[str], str],
    ) -> None:
        chats = RobotChats(world, media)
        self._urls = UrlRobots(
            world,
            callbacks=callbacks,
            wires=wires,
            files=files,
            chats=chats,
            log=log,
            response_url=response_url,
            stream_pause_seconds=patience.stream_pause_seconds,
        )
        self._sockets = RobotSockets(
            world,
            slots=slots,
            commands=SocketCommands(world, media, slots=slots, chats=chats),
            files=files,
            log=log,
            feed=feed,
            busy=callbacks.busy,
            answer_seconds=patience.answer_seconds,
        )
        self._world = world

    def line(self, robot: Robot | Socket) -> RobotLine:
        """Who tells ``robot``."""
        return self._urls if isinstance(robot, Robot) else self._sockets

    def routes(self) -> list[web.RouteDef]:
        """Where robots connect."""
        return self._sockets.routes()

    def state_json(self) -> dict[str, Any]:
        """All robots; those in WebSocket mode tell whether they are connected."""
        urls = [
            {"key": robot.key, "name": robot.name, "mode": "url"}
            for robot in self._world.cast.robots.values()
        ]
        return {"robots": [*urls, *self._sockets.states()]}

    async def stop(self) -> None:
        """End streams that are under way and close all connections."""
        await self._urls.stop()
        await self._sockets.stop()
