"""Addresses that need no token: a group's webhook (99110) and a robot's response_url (101138).

The robot's pages name no errcode for a response code that is gone; 846605 is what the same robot
gets over its other connection when the place for its answer is gone (101463).
"""

from typing import Any, Final

from bot.core.events import MediaKind
from bot.simulator.cards import read_card
from bot.simulator.cast import Webhook
from bot.simulator.content import TO_WEBHOOK, read_content, read_words
from bot.simulator.frame import UPLOAD, Call
from bot.simulator.frequency import Frequency
from bot.simulator.groups import is_private
from bot.simulator.limits import ROBOT_CONTENT_BYTES, WEBHOOK_RATES
from bot.simulator.media import MediaStore, read_kind, read_upload
from bot.simulator.media_calls import uploaded
from bot.simulator.refusal import Refused, bad_parameter, missing, too_often
from bot.simulator.shapes import Draft, Kind, Sender, SenderKind
from bot.simulator.tickets import ResponseCode
from bot.simulator.world import World

_WEBHOOK_MEDIA: Final = frozenset({MediaKind.FILE, MediaKind.VOICE})


class Addresses:
    """Whoever knows the secret of an address may post to it."""

    def __init__(self, world: World, media: MediaStore) -> None:
        self._world = world
        self._media = media
        self._rates = Frequency(WEBHOOK_RATES, bans=True)
        for messages in world.rooms.values():
            for message in messages:
                if message.sender.kind is SenderKind.WEBHOOK:
                    self._rates.take(message.sender.id, message.at)

    def calls(self) -> list[Call[None]]:
        """What can be called with the secret of an address alone."""
        return [
            Call("POST", "webhook/send", self._send_to_webhook, parameter="key"),
            Call("POST", "webhook/upload_media", self._upload, uploads=True),
            Call("POST", "aibot/response", self._respond, parameter="response_code"),
        ]

    def _send_to_webhook(self, _nobody: None, body: dict[str, Any]) -> dict[str, Any]:
        """webhook/send: into the webhook's group, 20 a minute."""
        webhook = self._webhook(body["key"])
        group = self._world.groups[webhook.group_id]
        draft = read_content(body, TO_WEBHOOK, self._media.shelf(webhook.key))
        if not self._rates.take(webhook.key, self._world.now()):
            raise too_often()
        # Who makes a webhook names it; the example's carries the persona's name, as the robot does.
        robot = self._world.cast.robot(group.robot)
        name = "群消息推送" if robot is None else robot.name
        sender = Sender(SenderKind.WEBHOOK, webhook.key, name)
        self._world.post(group.room, sender, draft)
        return {}

    def _upload(self, _nobody: None, parameters: dict[str, Any]) -> dict[str, Any]:
        """webhook/upload_media: for this webhook alone. An empty file is refused before the key."""
        upload = parameters[UPLOAD]
        if upload is None or not upload.body:
            raise Refused(44001, "empty media data")
        webhook = self._webhook(parameters.get("key", ""))
        kind = read_kind(parameters.get("type"), allowed=_WEBHOOK_MEDIA)
        read_upload(upload, kind)
        medium = self._media.keep(
            webhook.key, kind, name=upload.name, body=upload.body, content_type=upload.content_type
        )
        return uploaded(medium, self._world)

    def _webhook(self, key: str) -> Webhook:
        webhooks = self._world.cast.webhooks.values()
        webhook = next((hook for hook in webhooks if key and hook.webhook_key == key), None)
        if webhook is None or webhook.group_id not in self._world.groups:
            raise Refused(93000, "invalid webhook url")
        return webhook

    def _respond(self, _nobody: None, body: dict[str, Any]) -> dict[str, Any]:
        """A robot's later answer: one use, one hour; cards only where the chat is private."""
        code = body["response_code"]
        if not code:
            raise missing("response_code")
        place = self._world.codes.get(code)
        if place is None or place.used or self._world.now() >= place.until:
            raise Refused(846605, "invalid response_code: unknown, used or expired")
        draft = self._read_response(place, body)
        robot = self._world.cast.robot(place.robot)
        name = place.robot if robot is None else robot.name
        self._world.use_code(code)
        self._world.post(place.room, Sender(SenderKind.ROBOT, place.robot, name), draft)
        return {}

    def _read_response(self, place: ResponseCode, body: dict[str, Any]) -> Draft:
        kind = body.get("msgtype")
        if kind == "template_card" and is_private(place.room):
            card = read_card(body.get("template_card"))
            if card.task_id and card.task_id in self._world.used_task_ids(place.robot):
                raise bad_parameter("task_id was used before")
            return Draft(Kind.CARD, card=card)
        if kind != "markdown":
            raise Refused(40008, "invalid message type: only markdown in a group")
        content = body.get("markdown")
        if not isinstance(content, dict):
            raise missing("markdown")
        words = read_words(content, ROBOT_CONTENT_BYTES)
        return Draft(Kind.MARKDOWN, words, quote=place.quote)
