"""What a robot says over its connection: answers, welcomes, changed cards, pushes, uploads.

Answers and pushes into a chat count together: 30 a minute, 1,000 an hour; a stream counts once, a
changed card not at all (101463; how streams and welcomes count is unverified, and so is that
exceeding closes the chat for the length of the window, as 90312 has it for calls). Into a chat
where nobody has written to the robot, nothing can be pushed.
"""

from collections.abc import Callable
from typing import Any, Final

from bot.core.events import MediaKind
from bot.simulator.answers import Frame, NewCard, read_card_change, read_reply, read_welcome
from bot.simulator.cards import read_card
from bot.simulator.cast import Socket
from bot.simulator.content import read_medium, read_words
from bot.simulator.frequency import Frequency
from bot.simulator.groups import private_room
from bot.simulator.limits import ROBOT_CONTENT_BYTES, SOCKET_RATES
from bot.simulator.media import MediaStore
from bot.simulator.refusal import Refused, bad_parameter, missing, too_often
from bot.simulator.robot_chats import RobotChats
from bot.simulator.shapes import Draft, Kind, SenderKind
from bot.simulator.socket_frames import Command, SocketFrame
from bot.simulator.socket_slots import Occasion, Slot, Slots
from bot.simulator.socket_uploads import Uploads
from bot.simulator.wire import AnswerRejected
from bot.simulator.world import World

_MEDIA: Final = frozenset(kind.value for kind in MediaKind)
_GUESS, _SINGLE, _GROUP = 0, 1, 2


class SocketCommands:
    """Carries out what robots send. Frequencies go on where the journal's messages left them."""

    def __init__(self, world: World, media: MediaStore, *, slots: Slots, chats: RobotChats) -> None:
        self._world = world
        self._media = media
        self._slots = slots
        self._chats = chats
        self._rates = Frequency(SOCKET_RATES, bans=True)
        uploads = Uploads(world, media)
        self._runs: dict[Command, Callable[[Socket, SocketFrame], dict[str, Any]]] = {
            Command.PING: lambda _robot, _frame: {},
            Command.RESPOND: self._respond,
            Command.WELCOME: self._welcome,
            Command.UPDATE: self._update_card,
            Command.SEND: self._send,
            Command.UPLOAD_INIT: lambda robot, frame: uploads.begin(robot, frame.body),
            Command.UPLOAD_CHUNK: lambda robot, frame: uploads.add(robot, frame.body),
            Command.UPLOAD_FINISH: lambda robot, frame: uploads.finish(robot, frame.body),
        }
        for room, messages in world.rooms.items():
            for message in messages:
                if (
                    message.sender.kind is SenderKind.ROBOT
                    and message.sender.id in world.cast.sockets
                ):
                    self._rates.take(f"{message.sender.id}/{room}", message.at)

    def run(self, robot: Socket, frame: SocketFrame) -> dict[str, Any]:
        """Carry out a frame; what comes back with its ack. Raises Refused and AnswerRejected."""
        run = None if frame.command is None else self._runs.get(frame.command)
        if run is None:
            raise bad_parameter("cmd")
        slot = self._slots.find(robot.key, frame.req_id)
        try:
            result = run(robot, frame)
        except (Refused, AnswerRejected):
            if slot is not None:
                slot.refused = True
            raise
        if slot is not None:
            slot.answered.set()
        return result

    def _respond(self, robot: Socket, frame: SocketFrame) -> dict[str, Any]:
        """aibot_respond_msg: a frame of a stream, a card, both, or media."""
        slot = self._slots.take(robot.key, frame.req_id, Occasion.MESSAGE)
        kind = frame.body.get("msgtype")
        if isinstance(kind, str) and kind in _MEDIA:
            draft = self._read_medium(robot, kind, frame.body)
            self._count(robot, slot.room)
            self._chats.post(robot, slot.room, draft)
            return {}
        reply = read_reply(frame.body, self._world.used_task_ids(robot.key))
        card = reply if isinstance(reply, NewCard) else reply.card
        if card is not None and slot.has_card:
            raise AnswerRejected("同一条消息只能回复一次 template_card")
        feedback = ""
        if isinstance(reply, NewCard):
            self._count(robot, slot.room)
        else:
            feedback = self._write_on(robot, slot, reply)
        if card is not None:
            self._slots.give_card(slot)
        self._chats.show(slot.scene(robot), reply, feedback=feedback)
        return {}

    def _write_on(self, robot: Socket, slot: Slot, frame: Frame) -> str:
        """Begin a stream or go on with it; the feedback id that its first frame gave it."""
        stream = self._slots.stream(slot, frame.stream_id)
        if stream is None:
            self._count(robot, slot.room)
            stream = self._slots.begin_stream(slot, frame.stream_id, frame.feedback)
        if frame.finish:
            self._slots.end_stream(slot, frame.stream_id)
        return stream.feedback

    def _welcome(self, robot: Socket, frame: SocketFrame) -> dict[str, Any]:
        """aibot_respond_welcome_msg: words or a card for whoever opened the chat."""
        slot = self._slots.take(robot.key, frame.req_id, Occasion.WELCOME)
        welcome = read_welcome(frame.body, self._world.used_task_ids(robot.key))
        self._count(robot, slot.room)
        self._slots.use(slot)
        self._chats.show(slot.scene(robot), welcome)
        return {}

    def _update_card(self, robot: Socket, frame: SocketFrame) -> dict[str, Any]:
        """aibot_respond_update_msg: another card in place of the tapped one."""
        slot = self._slots.take(robot.key, frame.req_id, Occasion.TAP)
        change = read_card_change(frame.body, slot.task_id)
        message = self._world.message(slot.room, slot.message)
        assert message is not None, "the tapped message is in the chat"
        self._slots.use(slot)
        self._chats.change_card(slot.scene(robot), message, change)
        return {}

    def _send(self, robot: Socket, frame: SocketFrame) -> dict[str, Any]:
        """aibot_send_msg: into a chat where somebody has written to the robot."""
        draft = self._read_push(robot, frame.body)
        room = self._room(robot, frame.body)
        if not self._has_heard(robot, room):
            raise Refused(93001, "invalid chat: nobody has sent a message to the robot")
        self._count(robot, room)
        self._chats.post(robot, room, draft)
        return {}

    def _read_push(self, robot: Socket, body: dict[str, Any]) -> Draft:
        kind = body.get("msgtype")
        if isinstance(kind, str) and kind in _MEDIA:
            return self._read_medium(robot, kind, body)
        if kind == "template_card":
            card = read_card(body.get("template_card"))
            if card.task_id and card.task_id in self._world.used_task_ids(robot.key):
                raise bad_parameter("task_id was used before")
            return Draft(Kind.CARD, card=card)
        if kind != "markdown":
            raise Refused(40008, "invalid message type")
        content = body.get("markdown")
        if not isinstance(content, dict):
            raise missing("markdown")
        return Draft(Kind.MARKDOWN, read_words(content, ROBOT_CONTENT_BYTES))

    def _read_medium(self, robot: Socket, kind: str, body: dict[str, Any]) -> Draft:
        content = body.get(kind)
        if not isinstance(content, dict):
            raise missing(kind)
        return read_medium(MediaKind(kind), content, self._media.shelf(robot.key))

    def _room(self, robot: Socket, body: dict[str, Any]) -> str:
        """The chat that a push names; without a type, groups come first. Raises Refused."""
        chat_id, chat_type = body.get("chatid"), body.get("chat_type", _GUESS)
        if not isinstance(chat_id, str) or not chat_id:
            raise missing("chatid")
        if not isinstance(chat_type, int) or chat_type not in {_GUESS, _SINGLE, _GROUP}:
            raise bad_parameter("chat_type: 0, 1 or 2")
        group = self._world.group_of_chat(robot.key, chat_id)
        if group is not None and chat_type != _SINGLE:
            return group.room
        if chat_id in self._world.people and chat_type != _GROUP:
            return private_room(robot.key, chat_id)
        raise Refused(93006, "invalid chatid")

    def _has_heard(self, robot: Socket, room: str) -> bool:
        """Whether anybody has written to the robot in this chat."""
        alone = room.startswith(private_room(robot.key, ""))
        return any(
            message.sender.kind is SenderKind.USER
            and (alone or f"@{robot.name}" in message.draft.text)
            for message in self._world.messages(room)
        )

    def _count(self, robot: Socket, room: str) -> None:
        if not self._rates.take(f"{robot.key}/{room}", self._world.now()):
            raise too_often()
