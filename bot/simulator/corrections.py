"""What an app can do to a message after it was sent: take it back, or change its card.

A message is taken back by its msgid, within a day and by the app that sent it (94867). A card is
changed by a code that came with the send or with a tap: one use, 72 hours (94888). No page names
the errcode of a msgid or code that is no longer good; 40058 is what the list of errcodes says of
another app's msgid (90455).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.simulator.cards import is_interactive, read_card, with_worn_button
from bot.simulator.cast import App
from bot.simulator.frame import Call
from bot.simulator.groups import private_room
from bot.simulator.limits import CARD_CODE_SECONDS, RECALL_SECONDS
from bot.simulator.refusal import Refused, bad_parameter, missing
from bot.simulator.shapes import Card, Kind, Message
from bot.simulator.world import World

_STALE: Final = 40058


@dataclass(frozen=True, slots=True)
class _Sent:
    """A send of ``app``, by the places (room and number) of the messages that it became."""

    app: str
    places: tuple[tuple[str, int], ...]
    at: datetime


@dataclass(slots=True)
class _CardCode:
    """Good for one change of the card ``task_id`` of ``app`` before ``until``."""

    app: str
    task_id: str
    until: datetime
    used: bool = False


class Corrections:
    """Sends by their msgid, and codes for changing cards."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sent: dict[str, _Sent] = {}
        self._codes: dict[str, _CardCode] = {}

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of this corner."""
        match data["t"]:
            case "sent":
                places = tuple((room, number) for room, number in data["places"])
                at = datetime.fromisoformat(data["at"])
                self._sent[data["msgid"]] = _Sent(data["app"], places, at)
            case "card_code":
                until = datetime.fromisoformat(data["until"])
                self._codes[data["code"]] = _CardCode(data["app"], data["task_id"], until)
            case "card_code_used":
                self._codes[data["code"]].used = True
            case _:
                return False
        return True

    def calls(self) -> list[Call[App]]:
        """The calls of this corner."""
        return [
            Call("POST", "message/recall", self._recall),
            Call("POST", "message/update_template_card", self._update_card),
        ]

    def note_send(self, app: App, places: list[tuple[str, int]]) -> str:
        """The msgid of a send that became the messages at ``places`` (room and number)."""
        msgid = self._world.new_id()
        self._world.happen("sent", msgid=msgid, app=app.key, places=places)
        return msgid

    def issue_code(self, app: str, card: Card) -> str:
        """A code for changing ``card`` once, wherever the app has shown it."""
        code = self._world.new_id()
        until = self._world.now() + timedelta(seconds=CARD_CODE_SECONDS)
        self._world.happen(
            "card_code", code=code, app=app, task_id=card.task_id, until=until.isoformat()
        )
        return code

    def _recall(self, app: App, body: dict[str, Any]) -> dict[str, Any]:
        """message/recall: the chats say that a message was taken back. A repeat does nothing."""
        msgid = body.get("msgid")
        if not msgid:
            raise missing("msgid")
        sent = self._sent.get(msgid) if isinstance(msgid, str) else None
        if sent is None or sent.app != app.key:
            raise Refused(_STALE, "invalid msgid")
        if self._world.now() >= sent.at + timedelta(seconds=RECALL_SECONDS):
            raise Refused(_STALE, "msgid is older than 24 hours")
        for room, number in sent.places:
            message = self._world.message(room, number)
            if message is not None and message.draft.kind is not Kind.NOTICE:
                self._world.recall(room, message)
        return {}

    def _update_card(self, app: App, body: dict[str, Any]) -> dict[str, Any]:
        """message/update_template_card: another card, or a worn button, for some or for all."""
        if body.get("agentid") != app.agent_id or isinstance(body.get("agentid"), bool):
            raise Refused(301002, "not allow operate another agent with this accesstoken")
        code = body.get("response_code")
        if not code:
            raise missing("response_code")
        known = self._codes.get(code) if isinstance(code, str) else None
        if known is None or known.app != app.key or known.used or self._world.now() >= known.until:
            raise Refused(_STALE, "invalid response_code: unknown, used or expired")
        shown = self._shown(app, known.task_id)
        named = _receivers(body)
        users = list(shown) if named is None else [who for who in named if who in shown]
        changed = {who: _changed(shown[who], who, body) for who in users}
        self._world.happen("card_code_used", code=code)
        for who, card in changed.items():
            self._world.update_card(private_room(app.key, who), shown[who], [who], card)
        unknown = [] if named is None else [who for who in named if who not in shown]
        return {"invaliduser": unknown} if unknown else {}

    def _shown(self, app: App, task_id: str) -> dict[str, Message]:
        """The messages that show a card of ``app``, by who sees them."""
        prefix = private_room(app.key, "")
        return {
            room.removeprefix(prefix): message
            for room, messages in self._world.rooms.items()
            if room.startswith(prefix)
            for message in messages
            if message.draft.card is not None and message.draft.card.task_id == task_id
        }


def _receivers(body: dict[str, Any]) -> list[str] | None:
    """Who is to see the change, None for all. These are lists here, unlike in a send (94888)."""
    if body.get("atall") == 1:
        return None
    userids = body.get("userids", [])
    if not isinstance(userids, list) or not all(isinstance(who, str) for who in userids):
        raise bad_parameter("userids")
    if not userids and not body.get("partyids") and not body.get("tagids"):
        raise missing("userids")
    return list(dict.fromkeys(userids))


def _changed(message: Message, user_id: str, body: dict[str, Any]) -> Card:
    """What ``user_id`` sees from now on. Raises Refused."""
    card, button = message.card_for(user_id), body.get("button")
    assert card is not None, "only messages with cards are changed"
    if button is None:
        return read_card(body.get("template_card"), replaces=card)
    label = button.get("replace_name") if isinstance(button, dict) else None
    if not isinstance(label, str) or not label.strip():
        raise missing("button.replace_name")
    if not is_interactive(card):
        raise bad_parameter("button: the card has none that could be changed")
    return with_worn_button(card, label)
