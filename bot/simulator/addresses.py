"""Addresses that need no token: a group's webhook (99110) and a robot's response_url (101138).

The robot's pages name no errcode for a response code that is gone; 846605 is what the same robot
gets over its other connection when the place for its answer is gone (101463).
"""

from typing import Any

from bot.simulator.content import TO_WEBHOOK, read_content, read_words
from bot.simulator.frequency import Frequency
from bot.simulator.limits import ROBOT_CONTENT_BYTES, WEBHOOK_RATES
from bot.simulator.refusal import Refused, missing, too_often
from bot.simulator.shapes import Draft, Kind, Sender, SenderKind
from bot.simulator.world import World


class Addresses:
    """Whoever knows the secret of an address may post to it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rates = Frequency(WEBHOOK_RATES, bans=True)
        for messages in world.rooms.values():
            for message in messages:
                if message.sender.kind is SenderKind.WEBHOOK:
                    self._rates.take(message.sender.id, message.at)

    def send_to_webhook(self, key: str, body: dict[str, Any]) -> dict[str, Any]:
        """webhook/send: into the webhook's group, 20 a minute."""
        webhooks = self._world.cast.webhooks.values()
        webhook = next((hook for hook in webhooks if key and hook.webhook_key == key), None)
        group = None if webhook is None else self._world.groups.get(webhook.group_id)
        if webhook is None or group is None:
            raise Refused(93000, "invalid webhook url")
        draft = read_content(body, TO_WEBHOOK)
        if not self._rates.take(webhook.key, self._world.now()):
            raise too_often()
        # Who makes a webhook names it; the example's carries the persona's name, as the robot does.
        robot = self._world.cast.robots.get(group.robot)
        name = "群消息推送" if robot is None else robot.name
        sender = Sender(SenderKind.WEBHOOK, webhook.key, name)
        self._world.post(group.room, sender, draft)
        return {}

    def respond(self, code: str, body: dict[str, Any]) -> dict[str, Any]:
        """A robot's later answer: one use, one hour, markdown only in groups."""
        if not code:
            raise missing("response_code")
        place = self._world.codes.get(code)
        if place is None or place.used or self._world.now() >= place.until:
            raise Refused(846605, "invalid response_code: unknown, used or expired")
        if body.get("msgtype") != "markdown":
            raise Refused(40008, "invalid message type: only markdown in a group")
        content = body.get("markdown")
        if not isinstance(content, dict):
            raise missing("markdown")
        words = read_words(content, ROBOT_CONTENT_BYTES)
        robot = self._world.cast.robots.get(place.robot)
        name = place.robot if robot is None else robot.name
        self._world.use_code(code)
        sender = Sender(SenderKind.ROBOT, place.robot, name)
        self._world.post(place.room, sender, Draft(Kind.MARKDOWN, words, quote=place.quote))
        return {}
