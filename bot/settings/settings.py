"""The settings of a running program: one frozen value, replaced as a whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.core.ids import ChannelKey, GroupKey, UserId
from bot.core.messages import Target, TargetKind
from bot.core.ports import Capabilities, Rate
from bot.platforms.limits import EXTERNAL_USER_ID
from bot.platforms.table import CAPABILITIES
from bot.settings.schema.bot import BotFile, Group
from bot.settings.schema.calendar import CalendarFile, PostLimits
from bot.settings.schema.campaigns import CampaignFile
from bot.settings.schema.channels import CustomerContact, Email, Sms
from bot.settings.schema.commands import CommandsFile
from bot.settings.schema.front_matter import ContentFront, KnowledgeFront
from bot.settings.schema.members import MembersFile
from bot.settings.schema.outlets import OutletsFile
from bot.settings.schema.persona import PersonaFile
from bot.settings.schema.rewards import RewardsFile
from bot.settings.schema.sop import SopFile

FIRST_VARIANT = "a"
"""The variant that an item begins with."""


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One item of the content library; ``key`` is the file's name without .md.

    ``others`` are further variants by their keys, which begin with b. Texts may hold slots that
    are filled when they are posted, see ``bot.settings.live_slots``.
    """

    key: str
    front: ContentFront
    text: str
    others: Mapping[str, str] = field(default_factory=dict, hash=False)
    template: str = ""
    """The template that made it of a row of a table, if one did."""

    @property
    def variants(self) -> Mapping[str, str]:
        """Every variant by its key; the first is ``a``, which is ``text``."""
        return {FIRST_VARIANT: self.text, **self.others}


@dataclass(frozen=True, slots=True)
class KnowledgeItem:
    """One item of the knowledge base; ``key`` is the file's name without .md."""

    key: str
    front: KnowledgeFront
    answer: str


def posting_place(group: Group) -> tuple[ChannelKey, Target]:
    """Where scheduled posts and announcements of a group go.

    A webhook has one chat and no id for it; the group's key then names the target.
    """
    chat_id = group.posts.chat_id or group.key
    return ChannelKey(group.posts.channel), Target(TargetKind.GROUP, chat_id)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that operators configure.

    ``fingerprint`` changes with the content of any file but the pictures.
    """

    directory: Path
    fingerprint: str
    bot: BotFile
    persona: PersonaFile
    commands: CommandsFile
    calendar: CalendarFile
    rewards: RewardsFile
    members: MembersFile
    content: tuple[ContentItem, ...]
    knowledge: tuple[KnowledgeItem, ...]
    zone: ZoneInfo = field(repr=False)
    personas: Mapping[str, PersonaFile] = field(default_factory=dict)
    outlets: OutletsFile = field(default_factory=OutletsFile)
    sop: SopFile = field(default_factory=SopFile)
    campaigns: Mapping[str, CampaignFile] = field(default_factory=dict)

    scheduled: tuple[GroupKey, ...] = field(init=False, repr=False, compare=False)
    """Keys of the groups in which the calendar's posts appear."""

    _groups: Mapping[str, Group] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        groups = self.bot.groups
        scheduled = tuple(GroupKey(group.key) for group in groups if group.scheduled)
        object.__setattr__(self, "scheduled", scheduled)
        object.__setattr__(self, "_groups", {group.key: group for group in groups})

    def zone_of(self, group: Group) -> ZoneInfo:
        """The clock of a group's posts, node days and quiet hours: its own, else the community's.

        Points, check-ins and everything else of the books count days on the community's ``zone``,
        so that a member of two groups lives one day at a time.
        """
        return ZoneInfo(group.time_zone) if group.time_zone else self.zone

    def persona_of(self, group: Group) -> PersonaFile:
        """Who speaks in a group: its own persona, else the main one."""
        return self.personas.get(group.persona, self.persona)

    def table(self, channel: ChannelKey) -> Capabilities:
        """What a configured channel can do; mail and short messages go as fast as agreed."""
        section = self.bot.channels[channel]
        table = CAPABILITIES[section.kind]
        if isinstance(section, Email | Sms):
            return replace(table, rates=(Rate(section.per_minute, 60, per_chat=False),))
        return table

    def private_place(self, group: Group, user_id: UserId) -> tuple[ChannelKey, Target] | None:
        """Where a private message to someone in the group goes, or None when there is no such road.

        Employees are reached by the app; the platform lets nobody write to customers unasked.
        """
        key = group.roster.channel
        section = self.bot.channels[key]
        if isinstance(section, CustomerContact):
            if EXTERNAL_USER_ID.fullmatch(user_id):
                return None
            key = section.app
        channel = ChannelKey(key)
        if TargetKind.PERSON not in self.table(channel).pushes_to:
            return None
        return channel, Target(TargetKind.PERSON, user_id)

    def post_limits(self, group: Group) -> PostLimits:
        """How much the bot may say by itself in a group: by the calendar, and by its platform."""
        limits, table = self.calendar.limits, self.table(ChannelKey(group.posts.channel))
        a_day = [
            rate.limit
            for rate in table.rates
            if rate.per_chat
            and rate.seconds == 24 * 3600
            and TargetKind.GROUP in (rate.kinds or ())
        ]
        return limits.model_copy(update={"posts_a_day": min([limits.posts_a_day, *a_day])})

    def remark_place(self, group: Group) -> tuple[ChannelKey, Target] | None:
        """Where passing remarks go (a welcome, the end of a packet).

        None in customer groups: each would take an employee's confirmation, and one of the few
        mass messages that the platform lets through.
        """
        return None if self.is_customer_group(group) else posting_place(group)

    def is_customer_group(self, group: Group) -> bool:
        """Whether employees must confirm what is posted there 客户群."""
        return TargetKind.GROUP in self.table(ChannelKey(group.posts.channel)).tasks_to

    def group(self, key: GroupKey) -> Group | None:
        """The group with this key, if it is still configured."""
        return self._groups.get(key)


class HasSettings(Protocol):
    """Where the settings of the moment are found; they are read anew for each piece of work."""

    @property
    def current(self) -> Settings:
        """The settings that are in force now."""
        ...
