"""The platform's calls that reach people: message/send (90236) and user/get (90196)."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from bot.simulator.cards import is_interactive
from bot.simulator.cast import App
from bot.simulator.content import TO_PERSON, read_content
from bot.simulator.corrections import Corrections
from bot.simulator.frame import Call
from bot.simulator.frequency import Frequency
from bot.simulator.groups import private_room
from bot.simulator.limits import (
    DUPLICATE_SECONDS,
    DUPLICATE_SECONDS_MAX,
    PARTY_RECEIVERS,
    PERSON_RATES,
    PERSON_RECEIVERS,
)
from bot.simulator.media import MediaStore
from bot.simulator.refusal import Refused, bad_parameter, missing
from bot.simulator.shapes import Draft, Sender, SenderKind
from bot.simulator.world import World


class Sends:
    """What an app sends to people. Beyond the frequency a message is dropped without a word."""

    def __init__(self, world: World, media: MediaStore, corrections: Corrections) -> None:
        self._world = world
        self._media = media
        self._corrections = corrections
        self._rates = Frequency(PERSON_RATES, bans=False)
        for room, messages in world.rooms.items():
            for message in messages:
                if message.sender.kind is SenderKind.APP and room.startswith("private/"):
                    self._rates.take(room, message.at)

    def calls(self) -> list[Call[App]]:
        """The calls of this corner."""
        return [
            Call("GET", "user/get", self.read_user, quiet=True),
            Call("POST", "message/send", self.send_to_people),
        ]

    def read_user(self, _app: App, parameters: dict[str, Any]) -> dict[str, Any]:
        """user/get: the name of someone of the company."""
        user_id = parameters.get("userid", "")
        if not user_id:
            raise Refused(40003, "invalid userid")
        person = self._world.people.get(user_id)
        if person is None:
            raise Refused(60111, "userid not found")
        return {"userid": person.user_id, "name": person.name}

    def send_to_people(self, app: App, body: dict[str, Any]) -> dict[str, Any]:
        """message/send: into the private chats of the app."""
        draft = read_content(body, TO_PERSON, self._media.shelf(app.corp_id))
        _check_agent(app, body.get("agentid"))
        _check_options(body)
        interval = _duplicate_interval(body)
        receivers, unknown = self._receivers(body)
        digest = _digest(body)
        rooms = [private_room(app.key, user_id) for user_id in receivers]
        now = self._world.now()
        fresh = [
            room for room in rooms if interval is None or not self._repeats(room, digest, interval)
        ]
        self._check_task_id(app, draft, fresh)
        sender, places = Sender(SenderKind.APP, app.key, app.name), []
        for room in fresh:
            if self._rates.take(room, now):
                message = self._world.post(room, sender, draft, digest=digest)
                places.append((room, message.id))
        answer: dict[str, Any] = {"msgid": self._corrections.note_send(app, places)}
        if unknown:
            answer["invaliduser"] = "|".join(unknown).lower()  # whatever case they were given in
        if draft.card is not None and (is_interactive(draft.card) or draft.card.menu):
            answer["response_code"] = self._corrections.issue_code(app.key, draft.card)
        return answer

    def _receivers(self, body: dict[str, Any]) -> tuple[list[str], list[str]]:
        """Those whom the company knows, and those whom it does not. Raises Refused."""
        touser = body.get("touser", "")
        if not isinstance(touser, str):
            raise bad_parameter("touser")
        named = list(dict.fromkeys(who for who in touser.split("|") if who))
        if not named and not body.get("toparty") and not body.get("totag"):
            raise Refused(82001, "touser, toparty and totag are all empty")
        if named == ["@all"] and body["msgtype"] == "miniprogram_notice":
            raise bad_parameter("touser: miniprogram_notice takes no @all")
        if named == ["@all"]:
            return list(self._world.people), []
        if len(named) > PERSON_RECEIVERS:
            raise bad_parameter(f"touser: at most {PERSON_RECEIVERS}")
        known = [who for who in named if who in self._world.people]
        if not known:
            raise Refused(81013, "user, party and tag are all invalid")
        return known, [who for who in named if who not in self._world.people]

    def _repeats(self, room: str, digest: str, interval: timedelta) -> bool:
        """Whether the same message went to the same person within ``interval``."""
        sent_at: datetime | None = self._world.digests.get((room, digest))
        return sent_at is not None and self._world.now() < sent_at + interval

    def _check_task_id(self, app: App, draft: Draft, rooms: list[str]) -> None:
        used = self._world.used_task_ids(app.key)
        if rooms and draft.card is not None and draft.card.task_id in used:
            raise bad_parameter("task_id was used before")


def _check_agent(app: App, agent_id: object) -> None:
    if agent_id is None:
        raise missing("agentid")
    if agent_id != app.agent_id or isinstance(agent_id, bool):
        raise Refused(301002, "not allow operate another agent with this accesstoken")


def _check_options(body: dict[str, Any]) -> None:
    for name in ("toparty", "totag"):
        listed = body.get(name, "")
        if not isinstance(listed, str) or len(listed.split("|")) > PARTY_RECEIVERS:
            raise bad_parameter(f"{name}: at most {PARTY_RECEIVERS}")
    if body.get("safe", 0) not in ((0, 1, 2) if body["msgtype"] == "mpnews" else (0, 1)):
        raise bad_parameter("safe: 0 or 1, and 2 for mpnews")


def _duplicate_interval(body: dict[str, Any]) -> timedelta | None:
    """For how long repeats are swallowed; None when the call does not ask for it."""
    if body.get("enable_duplicate_check", 0) not in (0, 1):
        raise bad_parameter("enable_duplicate_check")
    seconds = body.get("duplicate_check_interval", DUPLICATE_SECONDS)
    if not isinstance(seconds, int) or not 0 < seconds <= DUPLICATE_SECONDS_MAX:
        raise bad_parameter(f"duplicate_check_interval: at most {DUPLICATE_SECONDS_MAX}")
    return timedelta(seconds=seconds) if body.get("enable_duplicate_check") else None


def _digest(body: dict[str, Any]) -> str:
    """What makes two calls the same: type and content."""
    kind = body["msgtype"]
    content = json.dumps([kind, body[kind]], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(content.encode()).hexdigest()
