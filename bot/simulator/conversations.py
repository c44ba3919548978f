"""What people do in groups, and alone with a robot.

A robot hears of a group only what mentions it, in words or in words with pictures; alone it hears
everything (100719). That somebody opened its chat is told once a day (101027).
"""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from bot.simulator.acts import Delivery, Rating, Scene, Tap
from bot.simulator.cast import Robot, Socket
from bot.simulator.groups import Group, private_room
from bot.simulator.limits import PLATFORM_ZONE
from bot.simulator.robots import Robots
from bot.simulator.shapes import Draft, Message, Sender, SenderKind
from bot.simulator.world import World


class Visits:
    """Who opened the chat with which robot last on which day."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._zone = ZoneInfo(PLATFORM_ZONE)
        self._last: dict[tuple[str, str], date] = {}

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of this corner."""
        if data["t"] != "visit":
            return False
        self._last[data["robot"], data["user_id"]] = date.fromisoformat(data["day"])
        return True

    def is_first_today(self, robot: str, user_id: str) -> bool:
        """Note a visit; whether it is the day's first."""
        day = self._world.now().astimezone(self._zone).date()
        if self._last.get((robot, user_id)) == day:
            return False
        self._world.happen("visit", robot=robot, user_id=user_id, day=day.isoformat())
        return True


class Conversations:
    """Everything that a person can do in a group, or alone with a robot."""

    def __init__(self, world: World, robots: Robots, visits: Visits) -> None:
        self._world = world
        self._robots = robots
        self._visits = visits

    async def say(self, group: Group, user_id: str, draft: Draft) -> tuple[Message, Delivery]:
        """Write into a group; the robot hears it when the text has "@" and its name."""
        message = self._world.post(group.room, self._person(user_id), draft)
        robot = self._world.cast.robot(group.robot)
        if robot is None or f"@{robot.name}" not in draft.text:
            return message, Delivery.NOT_HEARD
        return message, await self._tell(self._in_group(robot, group, user_id), message)

    async def tap(self, group: Group, user_id: str, message: Message, tapped: Tap) -> Delivery:
        """Tap the card that ``user_id`` sees in ``message``."""
        robot = self._world.cast.robot(message.sender.id)
        if robot is None:
            return Delivery.NOT_HEARD
        return await self._tap(self._in_group(robot, group, user_id), message, tapped)

    async def rate(self, group: Group, user_id: str, message: Message, rating: Rating) -> Delivery:
        """Rate an answer of the robot in a group."""
        robot = self._world.cast.robot(message.sender.id)
        if robot is None:
            return Delivery.NOT_HEARD
        scene = self._in_group(robot, group, user_id)
        return await self._robots.line(robot).rate(scene, rating)

    async def say_alone(
        self, robot: Robot | Socket, user_id: str, draft: Draft
    ) -> tuple[Message, Delivery]:
        """Write or send something to a robot, in private."""
        scene = self._alone(robot, user_id)
        message = self._world.post(scene.room, self._person(user_id), draft)
        return message, await self._tell(scene, message)

    async def tap_alone(
        self, robot: Robot | Socket, user_id: str, message: Message, tapped: Tap
    ) -> Delivery:
        """Tap a card of a robot, in private."""
        return await self._tap(self._alone(robot, user_id), message, tapped)

    async def rate_alone(self, robot: Robot | Socket, user_id: str, rating: Rating) -> Delivery:
        """Rate an answer of a robot, in private."""
        return await self._robots.line(robot).rate(self._alone(robot, user_id), rating)

    async def enter(self, robot: Robot | Socket, user_id: str) -> Delivery:
        """Open the chat with a robot; only the day's first time is told."""
        if not self._visits.is_first_today(robot.key, user_id):
            return Delivery.NOT_HEARD
        return await self._robots.line(robot).enter(self._alone(robot, user_id))

    async def _tell(self, scene: Scene, message: Message) -> Delivery:
        quoted = self._world.message(scene.room, message.draft.quote)
        line = self._robots.line(scene.robot)
        return await line.tell(scene, message, None if quoted is None else quoted.draft)

    async def _tap(self, scene: Scene, message: Message, tapped: Tap) -> Delivery:
        card = message.card_for(scene.user_id)
        if card is None:
            return Delivery.NOT_HEARD
        return await self._robots.line(scene.robot).tap(scene, message, card, tapped)

    def _in_group(self, robot: Robot | Socket, group: Group, user_id: str) -> Scene:
        return Scene(robot, group.room, group.chat_ids.get(robot.key, group.id), user_id)

    def _alone(self, robot: Robot | Socket, user_id: str) -> Scene:
        return Scene(robot, private_room(robot.key, user_id), "", user_id)

    def _person(self, user_id: str) -> Sender:
        return Sender(SenderKind.USER, user_id, self._world.who(user_id).name)
