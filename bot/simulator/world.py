"""The platform's state. It changes only by happenings: each is written down, then applied.

Replaying the journal over the same bot.yaml gives the same world, so chats, members, tokens,
one-use codes and the clock's offset survive a crash. The clock is moved when the world is made:
whatever is made after it sees the right hour.
"""

import random
from collections.abc import Container
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.core.clock import Clock
from bot.settings.schema.bot import BotFile
from bot.simulator.cast import App, Cast
from bot.simulator.feed import Feed
from bot.simulator.groups import Group, configured_groups, group_to_json
from bot.simulator.journal import Journal
from bot.simulator.limits import RESPONSE_URL_SECONDS, TOKEN_SECONDS
from bot.simulator.shapes import (
    Card,
    Draft,
    Kind,
    Message,
    Person,
    Sender,
    SenderKind,
    card_from_json,
    card_to_json,
    message_from_json,
    message_to_json,
)
from bot.simulator.tickets import ResponseCode, Token


class MovableClock(Clock, Protocol):
    """A clock that can be put forward."""

    def advance(self, by: timedelta) -> None:
        """Move forward by ``by`` (>= 0)."""
        ...


class Part(Protocol):
    """A corner of the platform with happenings of its own."""

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening; False for one of another corner."""
        ...


class World:
    """Everything that the platform knows. Read its attributes freely, change by its methods.

    ``add`` the other corners, then ``replay`` the journal; only then is the world what it was.
    """

    def __init__(
        self,
        settings: BotFile,
        *,
        cast: Cast,
        clock: MovableClock,
        journal: Journal,
        feed: Feed,
        dice: random.Random,
    ) -> None:
        self.cast = cast
        self._clock = clock
        self._journal = journal
        self._feed = feed
        self._dice = dice
        self._operators = frozenset(settings.operators)
        self.people = {
            person.user_id: Person(person.user_id, person.name)
            for person in settings.simulator.people
        }
        for user_id in settings.simulator.in_group:
            self.people.setdefault(user_id, Person(user_id, user_id))
        self.customers = {
            customer.user_id: customer.name for customer in settings.simulator.customers
        }
        self.groups = {group.id: group for group in configured_groups(settings, cast)}
        self.rooms: dict[str, list[Message]] = {}
        self.tokens: dict[str, Token] = {}
        self.codes: dict[str, ResponseCode] = {}
        self.task_ids: dict[str, set[str]] = {}
        self.digests: dict[tuple[str, str], datetime] = {}
        self._parts: list[Part] = []

    def add(self, part: Part) -> None:
        """Let a corner apply the happenings that are its own."""
        self._parts.append(part)

    def replay(self) -> None:
        """Apply what the journal tells. Raises StoreError for a damaged journal."""
        for happening in self._journal.read():
            self._apply(happening)

    # Reading

    def now(self) -> datetime:
        """The hour on the platform."""
        return self._clock.now()

    def new_id(self) -> str:
        """32 hexadecimal digits that nobody can guess."""
        return self._dice.randbytes(16).hex()

    def new_number(self) -> int:
        """A number like the platform's message ids."""
        return self._dice.randrange(10**18, 9 * 10**18)

    def messages(self, room: str, *, after: int = 0) -> list[Message]:
        """The messages of a chat with an id above ``after``; ids are their places."""
        return self.rooms.get(room, [])[max(after, 0) :]

    def message(self, room: str, message_id: int) -> Message | None:
        """One message of a chat."""
        messages = self.rooms.get(room, [])
        return messages[message_id - 1] if 1 <= message_id <= len(messages) else None

    def who(self, user_id: str) -> Person:
        """Someone of the company, or a customer; under his id if nobody knows him any more."""
        stranger = Person(user_id, self.customers.get(user_id, user_id))
        return self.people.get(user_id, stranger)

    def group_of_chat(self, channel: str, chat_id: str) -> Group | None:
        """The group that ``channel`` calls ``chat_id``."""
        groups = self.groups.values()
        return next((group for group in groups if group.chat_ids.get(channel) == chat_id), None)

    def used_task_ids(self, channel: str) -> Container[str]:
        """The task ids of all cards that a channel has shown."""
        return self.task_ids.get(channel, frozenset())

    def group_json(self, group: Group) -> dict[str, Any]:
        """A group as scripts and the page read it."""
        robot = self.cast.robot(group.robot)
        name = "" if robot is None else robot.name
        names = {person.user_id: person.name for person in self.people.values()}
        if group.contact:
            names |= self.customers
        return group_to_json(group, names, self._operators, name)

    # Happenings

    def post(self, room: str, sender: Sender, draft: Draft, *, digest: str = "") -> Message:
        """Put a message into a chat. ``digest`` is remembered, to know a repeat by it."""
        message = Message(len(self.rooms.get(room, [])) + 1, self.now(), sender, draft)
        shown = message_to_json(message)
        self.happen("message", room=room, message=shown, digest=digest)
        self._feed.publish("message", {"room": room, "message": shown})
        return self.rooms[room][message.id - 1]

    def update_card(self, room: str, message: Message, users: list[str], card: Card) -> None:
        """Show ``card`` in place of the message's own to ``users``."""
        shown = card_to_json(card)
        self.happen("card", room=room, id=message.id, users=users, card=shown)
        self._feed.publish("message", {"room": room, "message": message_to_json(message)})

    def recall(self, room: str, message: Message) -> None:
        """Take a message back; the chat says so in its place."""
        self.happen("recalled", room=room, id=message.id)
        self._feed.publish("message", {"room": room, "message": message_to_json(message)})

    def add_person(self, person: Person) -> None:
        """Someone new is in the company."""
        self.happen("person", user_id=person.user_id, name=person.name)
        for group in self.groups.values():
            self._feed.publish("group", self.group_json(group))

    def add_customer(self, user_id: str, name: str) -> None:
        """Someone outside the company is known to the platform."""
        self.happen("customer", user_id=user_id, name=name)
        for group in self.groups.values():
            if group.contact:
                self._feed.publish("group", self.group_json(group))

    def join(self, group: Group, user_id: str) -> None:
        """Someone enters a group; the chat says so."""
        self.happen("joined", group=group.id, user_id=user_id)
        self._notice(group, f"{self.people[user_id].name} 加入了群聊")

    def leave(self, group: Group, user_id: str) -> None:
        """Someone leaves a group; the chat says so."""
        self.happen("left", group=group.id, user_id=user_id)
        self._notice(group, f"{self.people[user_id].name} 离开了群聊")

    def add_group(
        self, app: App, chat_id: str, *, name: str, owner: str, members: list[str]
    ) -> None:
        """An app makes a group."""
        self.happen(
            "group", channel=app.key, chat_id=chat_id, name=name, owner=owner, members=members
        )
        self._feed.publish("group", self.group_json(self.groups[chat_id]))

    def change_group(self, group: Group, *, name: str, owner: str) -> None:
        """An app renames a group or gives it to someone else."""
        self.happen("group_changed", group=group.id, name=name, owner=owner)
        self._feed.publish("group", self.group_json(group))

    def issue_token(self, app: App) -> Token:
        """The token of an app: the same one as long as it lives."""
        for token in self.tokens.values():
            if token.channel == app.key and self.now() < token.until:
                return token
        value = self.new_id()
        until = self.now() + timedelta(seconds=TOKEN_SECONDS)
        self.happen("token", value=value, channel=app.key, until=until.isoformat())
        return self.tokens[value]

    def revoke_token(self, value: str) -> None:
        """Forget a token before its time; the app is then issued another one."""
        self.happen("token_revoked", value=value)

    def issue_code(self, robot: str, room: str, quote: int) -> str:
        """A one-use address for answering into ``room``, quoting message ``quote``."""
        code = self.new_id()
        until = self.now() + timedelta(seconds=RESPONSE_URL_SECONDS)
        self.happen("code", code=code, robot=robot, room=room, quote=quote, until=until.isoformat())
        return code

    def use_code(self, code: str) -> None:
        """A one-use address was used."""
        self.happen("code_used", code=code)

    def move_clock(self, by: timedelta) -> None:
        """Put the clock forward. Written before it is done, so that time never runs backwards."""
        self.happen("clock", seconds=by.total_seconds())

    def _notice(self, group: Group, text: str) -> None:
        self._feed.publish("group", self.group_json(group))
        self.post(group.room, Sender(SenderKind.SYSTEM, "", ""), Draft(Kind.NOTICE, text))

    def happen(self, kind: str, **data: Any) -> None:
        """Write a happening down, then apply it. ``kind`` names it for its corner."""
        happening = {"t": kind, "at": self.now().isoformat(), **data}
        self._journal.write(happening)
        self._apply(happening)

    # Applying, also of what an older bot.yaml knew

    def _apply(self, data: dict[str, Any]) -> None:
        match data["t"]:
            case "clock":
                self._clock.advance(timedelta(seconds=data["seconds"]))
            case "person":
                self.people[data["user_id"]] = Person(data["user_id"], data["name"])
            case "customer":
                self.customers[data["user_id"]] = data["name"]
            case "joined" | "left" | "group" | "group_changed":
                self._apply_to_group(data)
            case "message":
                self._apply_message(data)
            case "card":
                message = self.rooms[data["room"]][data["id"] - 1]
                for user_id in data["users"]:
                    message.card_states[user_id] = card_from_json(data["card"])
            case "recalled":
                message = self.rooms[data["room"]][data["id"] - 1]
                message.draft = Draft(Kind.NOTICE, f"{message.sender.name} 撤回了一条消息")
            case "token":
                until = datetime.fromisoformat(data["until"])
                self.tokens[data["value"]] = Token(data["value"], data["channel"], until)
            case "token_revoked":
                self.tokens.pop(data["value"], None)
            case "code":
                until = datetime.fromisoformat(data["until"])
                self.codes[data["code"]] = ResponseCode(
                    data["robot"], data["room"], data["quote"], until
                )
            case "code_used":
                self.codes[data["code"]].used = True
            case other:
                if not any(part.apply(data) for part in self._parts):
                    raise ValueError(
                        f"the journal knows a happening {other!r} that this program does not"
                    )

    def _apply_to_group(self, data: dict[str, Any]) -> None:
        if data["t"] == "group":
            chat_id, owner = data["chat_id"], data["owner"]
            ids = {data["channel"]: chat_id}
            self.groups[chat_id] = Group(
                chat_id, "", data["name"], ids, "", (owner,), owner, data["members"]
            )
            return
        group = self.groups.get(data["group"])
        if group is None:
            return
        if data["t"] == "group_changed":
            group.name = data["name"] or group.name
            group.chat_owner = data["owner"] or group.chat_owner
        elif data["t"] == "left":
            group.members = [who for who in group.members if who != data["user_id"]]
        elif data["user_id"] not in group.members and data["user_id"] in self.people:
            group.members.append(data["user_id"])

    def _apply_message(self, data: dict[str, Any]) -> None:
        message = message_from_json(data["message"])
        self.rooms.setdefault(data["room"], []).append(message)
        if message.draft.card is not None and message.draft.card.task_id:
            used = self.task_ids.setdefault(message.sender.id, set())
            used.add(message.draft.card.task_id)
        if data["digest"]:
            self.digests[data["room"], data["digest"]] = message.at
