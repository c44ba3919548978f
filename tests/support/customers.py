"""A brand with customers: a customer group, employees whom they add, and the platform behind."""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core.errors import PlatformError, TransportError
from bot.core.events import Conversation, Event, EventKind, Hint, Place, event_from_json
from bot.core.ids import ChannelKey, EventKey, GroupKey, UserId
from bot.core.ports import Chat, ChatMember, Profile, Tie, Way
from bot.growth.invites import Invites
from bot.handlers.friends import FriendHandlers
from bot.handlers.welcome import MembershipHandlers
from bot.members.reconciliation import Known
from bot.members.roster import Roster
from bot.members.ties import Ties
from bot.persona.voice import Voice
from bot.pipeline.contact_sync import ContactSync
from bot.pipeline.hints import Hints
from bot.pipeline.roster_sync import RosterSync
from bot.pipeline.routing import Route
from bot.pipeline.tag_sync import TagSync
from bot.platforms.table import CUSTOMER_CONTACT
from bot.settings.schema.bot import ChatAddress, Group
from bot.settings.schema.channels import CustomerContact
from bot.settings.settings import Settings
from bot.store.db import Store

from .brand import Live, brand
from .events import APP, REALM, ROBOT, SECOND
from .pipeline import Pipeline
from .senders import capabilities

CONTACT = ChannelKey("contact")
POND = GroupKey("pond")
POND_CHAT = "wrPOND0001"
EMPLOYEE = UserId("tangyuan")


def with_customers(settings: Settings, *, group: str = POND, **parts: object) -> Settings:
    """The brand with a channel for customer contact and one customer group, called ``group``.

    ``parts`` are other parts of bot.yaml.
    """
    address = ChatAddress(channel=CONTACT, chat_id=POND_CHAT)
    pond = Group(key=group, name="池塘", posts=address, roster=address, owners=(EMPLOYEE,))
    contact = CustomerContact(kind="customer_contact", app=APP)
    others = [group for group in settings.bot.groups if group.roster.channel != CONTACT]
    update = {
        "channels": {**settings.bot.channels, CONTACT: contact},
        "groups": (*others, pond),
        **parts,
    }
    return replace(settings, bot=settings.bot.model_copy(update=update))


@dataclass
class FakeContact:
    """A platform that tells the truth of the moment: Directory and Contacts.

    ``bare`` lists tell nothing but user ids, as those of member groups do. ``trouble`` is raised
    by every call; ``told`` lists the calls.
    """

    members: dict[str, ChatMember] = field(default_factory=dict)
    ties: dict[tuple[str, str], Tie] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    employees: tuple[str, ...] = (EMPLOYEE,)
    name: str = "池塘"
    owner: str = EMPLOYEE
    version: int = 1
    bare: bool = False
    trouble: PlatformError | TransportError | None = None
    told: list[str] = field(default_factory=list)

    async def read_chat(self, chat_id: str) -> Chat:
        self._call(f"chat {chat_id}")
        if self.bare:
            return Chat(tuple(ChatMember(UserId(user)) for user in self.members))
        return Chat(tuple(self.members.values()), self.name, self.owner, f"v{self.version}")

    async def read_profile(self, user_id: UserId) -> Profile:
        self._call(f"profile {user_id}")
        return self.profiles.get(user_id, Profile())

    async def read_employees(self) -> tuple[UserId, ...]:
        self._call("employees")
        return tuple(UserId(employee) for employee in self.employees)

    async def read_ties(self, employees: tuple[UserId, ...]) -> tuple[Tie, ...]:
        self._call("ties")
        return tuple(tie for tie in self.ties.values() if tie.employee in employees)

    async def read_tie(self, user_id: UserId, employee: UserId) -> Tie | None:
        self._call(f"tie {user_id} {employee}")
        return self.ties.get((user_id, employee))

    async def make_group_way(self, chat_ids: tuple[str, ...], source: str, remark: str) -> Way:
        self._call(f"group way {','.join(chat_ids)} {source} {remark}")
        return Way(f"config{len(self.told)}", f"https://p.qpic.cn/{len(self.told)}")

    async def make_friend_way(self, employee: UserId, source: str, remark: str) -> Way:
        self._call(f"friend way {employee} {source} {remark}")
        return Way(f"config{len(self.told)}", f"https://p.qpic.cn/{len(self.told)}")

    def join(
        self, user: str, at: datetime, source: str = "", *, name: str = "", union_id: str = ""
    ) -> None:
        self.members[user] = ChatMember(UserId(user), at, source, name, union_id)
        self.version += 1

    def leave(self, user: str) -> None:
        del self.members[user]
        self.version += 1

    def befriend(
        self,
        user: str,
        at: datetime,
        *,
        employee: str = EMPLOYEE,
        source: str = "",
        tags: str = "",
        name: str = "",
        union_id: str = "",
    ) -> None:
        tie = Tie(UserId(user), UserId(employee), at, source, name, union_id)
        self.ties[user, employee] = tie
        self.mark(user, tags, employee=employee)

    def mark(self, user: str, tags: str, *, employee: str = EMPLOYEE) -> None:
        """The company tags on a tie are these now."""
        self.ties[user, employee] = replace(self.ties[user, employee], tags=frozenset(tags.split()))

    def cut(self, user: str, employee: str = EMPLOYEE) -> None:
        del self.ties[user, employee]

    def _call(self, what: str) -> None:
        self.told.append(what)
        if self.trouble is not None:
            raise self.trouble


class Pond:
    """Everything between the platform and the tables of members, on a real store."""

    def __init__(
        self, store: Store, *routes: Route, live: Live | None = None, group: str = POND
    ) -> None:
        self.store = store
        self.group = GroupKey(group)
        self.live = live or Live(with_customers(brand(), group=group))
        self.platform = FakeContact()
        self.ties = Ties(store)
        self.invites = Invites(store, random.Random(3))
        self.hints = Hints()
        voice = Voice(self.live, random.Random(1))
        membership = MembershipHandlers(Roster(store), self.invites)
        self.pipeline = Pipeline(
            store,
            *routes,
            *membership.routes(),
            *FriendHandlers(voice, self.ties).routes(),
            tables={ROBOT: capabilities(), APP: capabilities(), CONTACT: CUSTOMER_CONTACT},
            live=self.live,
            directories={CONTACT: self.platform},
        )
        self.clock = self.pipeline.clock
        self.roster = self.pipeline.roster
        self.roster_sync = RosterSync(
            directories={CONTACT: self.platform},
            roster=self.roster,
            names=self.pipeline.names,
            worker=self.pipeline.worker,
            hints=self.hints,
            live=self.live,
        )
        self.tags = TagSync(contacts={CONTACT: self.platform}, store=store, live=self.live)
        self.contact_sync = ContactSync(
            contacts={CONTACT: self.platform},
            ties=self.ties,
            names=self.pipeline.names,
            tags=self.tags,
            worker=self.pipeline.worker,
            hints=self.hints,
            live=self.live,
        )

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds * SECOND)

    async def look(self) -> None:
        """One run of the job that reads member lists, at this moment."""
        await self.roster_sync.run(self.now)

    async def look_at_ties(self) -> None:
        """One run of the job that reads ties, at this moment."""
        await self.contact_sync.run(self.now)

    async def compare_tags(self) -> None:
        """One run of the job that compares our own tags, at this moment."""
        await self.tags.run(self.now)

    def hint(self, *, chat: str = "", user: str = "", employee: str = "") -> None:
        """A callback says: look again."""
        self.hints.tell([Hint(CONTACT, chat_id=chat, user_id=user, employee=employee)])

    async def bring(self, *events: Event) -> None:
        await self.pipeline.bring(*events)

    async def stays(self) -> dict[str, Known]:
        """The last stay of everyone in the customer group."""
        stays = await self.roster.read_stays(REALM, self.group)
        return {str(user): stay for user, stay in stays.items()}

    async def friends(self) -> dict[str, Known]:
        """The last tie of everyone with an employee; each customer is given one by the tests."""
        employees = [UserId(employee) for employee in self.platform.employees]
        ties = await self.ties.read_last(REALM, employees)
        return {str(user): tie for (user, _), tie in ties.items()}

    async def told(self) -> list[tuple[str, str]]:
        """Kind and person of every event that came in, in order."""
        rows = await self.store.read("SELECT event FROM inbox ORDER BY id")
        events = [event_from_json(row["event"]) for row in rows]
        return [(str(event.kind), str(event.user_id)) for event in events]

    async def tags_of(self, user: str) -> list[tuple[str, str]]:
        """Our tags of somebody and where they come from."""
        rows = await self.store.read(
            "SELECT tag, source FROM member_tag JOIN identity USING (member_id)"
            " WHERE user_id = ? ORDER BY tag",
            [user],
        )
        return [(row["tag"], row["source"]) for row in rows]


def moved(kind: EventKind, user: str, at: datetime, *, key: str = "", source: str = "") -> Event:
    """What the callback says of somebody who came into the customer group or left it."""
    return Event(
        key=EventKey(key or f"{kind}/{user}/{at.timestamp()}"),
        channel=CONTACT,
        kind=kind,
        conversation=Conversation(Place.GROUP, POND_CHAT),
        user_id=UserId(user),
        at=at,
        source=source,
    )


def tied(
    kind: EventKind,
    user: str,
    at: datetime,
    *,
    employee: str = EMPLOYEE,
    channel: ChannelKey = CONTACT,
    source: str = "",
    text: str = "",
    code: str = "",
    until: datetime | None = None,
    key: str = "",
) -> Event:
    """What the callback says of a customer and an employee; ``code`` is the welcome code."""
    return Event(
        key=EventKey(key or f"{kind}/{user}/{employee}/{at.timestamp()}"),
        channel=channel,
        kind=kind,
        conversation=Conversation(Place.PRIVATE, user),
        user_id=UserId(user),
        at=at,
        text=text,
        source=source,
        employee=employee,
        reply_to=code,
        reply_until=until or (at + 20 * SECOND if code else None),
    )


def present(stays: dict[str, Known]) -> dict[str, Known]:
    """Those whose last stay, or tie, lasts."""
    return {user: stay for user, stay in stays.items() if stay.ended_at is None}
