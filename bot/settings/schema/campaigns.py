"""campaigns/KEY.yaml: one campaign 活动 around a day, everything about it in one file.

Days are counted from T0, the day the campaign is about: -7 is a week before it. What a campaign
gives is given within its days, in its groups, and out of its budget.
"""

from datetime import date, time
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import (
    Count,
    KeyName,
    Kind,
    LocalTime,
    Pillar,
    Positive,
    Section,
    Words,
)
from bot.settings.schema.front_matter import ROTATE, Appeal
from bot.settings.schema.rewards.budgets import CampaignBudget
from bot.settings.schema.rollout import ALL, Rollout

MOST_DAYS = 30
"""A campaign reaches so many days before and after its T0 at most."""

CHECKIN = "checkin"
"""The name under ``points`` by which a campaign pays more for check-ins."""

CampaignDay = Annotated[int, Field(strict=True, ge=-MOST_DAYS, le=MOST_DAYS)]
"""A day of a campaign, counted from T0: -7 … 3."""


class CampaignType(StrEnum):
    """What a campaign is about."""

    DISCOUNT = "discount"
    """折扣: a lower price."""

    PROMOTION = "promotion"
    """促销: gifts, points, perks of the group."""

    FISSION = "fission"
    """裂变: members bring friends, who stay."""

    SIGNUP = "signup"
    """报名: a class or meeting with places."""


class Product(Section):
    """A product of the campaign, with the price that the group is told."""

    name: Words
    """Its name, as members know it."""

    price_fen: Positive
    """What it costs in the campaign, in fen."""

    lowest_fen: Positive
    """The lowest price at which it was sold in the 7 days before, in fen: a discount is counted
    from this one, whatever a label says."""

    link: str = ""
    """Where it can be bought, an https address."""


class Perk(Section):
    """群友专属福利: something that members of the groups get, and nobody else."""

    key: KeyName
    """Name used by machines; a key that was ever used keeps meaning the same thing."""

    name: Words
    """Its name, as members know it and type it."""

    text: Words
    """What it is and how it is used, told to who takes it."""

    code: str = ""
    """A code word told to members only, in private; empty: none is needed."""

    quota: Positive
    """How many there are."""

    each: Positive = 1
    """How many one member may take."""

    cost_fen: Count = 0
    """What one costs the brand at most, in fen; it counts in the dry run."""


class SignUp(Section):
    """报名: places, a waiting list, and a code word that proves who was there."""

    opens: CampaignDay
    """The first day on which members can sign up."""

    closes: CampaignDay
    """The last one."""

    quota: Positive
    """How many places there are."""

    waitlist: Count = 0
    """How many may wait for a place that is given back; 0: nobody."""

    code: Words
    """签到口令: who is there says it in the group."""

    code_day: CampaignDay = 0
    """The day on which it is said …"""

    code_at: LocalTime = Field(default=time(20, 0), json_schema_extra={"default": "20:00"})
    """… from this local time …"""

    code_minutes: Annotated[int, Field(strict=True, ge=5, le=720)] = 60
    """… for so many minutes."""

    points: Count = 0
    """Points for who signed up and was there."""


class CampaignPost(Section):
    """A post of the campaign 活动档期, on a day counted from T0."""

    phase: CampaignDay
    """Its day: -7, -3, -1, 0, 1, 3, or any other within the campaign's days."""

    at: LocalTime
    """Local time."""

    title: Words
    """Title for operators; members do not see it."""

    pillar: Pillar
    """内容维度: brand, product, industry or user."""

    kind: Kind
    """内容类型: story, activity, product, red_packet or lesson."""

    text: Words
    """What is posted; a fission step follows by itself."""

    groups: tuple[Words, ...] = ()
    """Keys of the groups it is for, of the campaign's; empty: all of them. A customer group may
    be sent fewer posts a day than others."""

    promotion: bool = False
    """True when it advertises a price or a sale; at most one in four posts is."""

    appeal: Appeal = Appeal.TRUST
    """诉求: trust, emotion or discount."""

    evidence: str = ""
    """Where its facts can be looked up; asked for where the text claims a figure in percent."""

    link: str = ""
    """An https address for readers; members get a short one, and who opens it is counted."""

    pictures: Annotated[tuple[Words, ...], Field(max_length=9)] = ()
    """PNG or JPEG files of the configuration folder, as pictures/rice.png."""

    fission: str = ROTATE
    """Key of a fission step of calendar.yaml, or rotate."""


class CampaignReminder(Section):
    """A private word to the groups' owners and seeds before T0."""

    phase: CampaignDay = -1
    """Its day."""

    at: LocalTime = Field(default=time(10, 0), json_schema_extra={"default": "10:00"})
    """Local time."""

    text: Words
    """What they are asked to do."""


class CampaignFile(Section):
    """A campaign. Either ``node`` or ``on`` says when its T0 is."""

    name: Words
    """Its name, as members know it."""

    type: CampaignType
    """discount 折扣, promotion 促销, fission 裂变 or signup 报名."""

    node: str = ""
    """Key of the node day that is its T0; it then runs every year."""

    on: date | None = None
    """Its T0, for a campaign that runs once."""

    groups: tuple[Words, ...] = ()
    """Keys of the groups it is for; empty: every group."""

    rollout: Rollout = ALL
    """Where it runs for now: all, a share of the groups as 10%, or the key of one group."""

    first_day: CampaignDay = -7
    """Its first day; perks, points and money hold from here …"""

    last_day: CampaignDay = 3
    """… to here, both included."""

    products: tuple[Product, ...] = ()
    """What it is about."""

    gifts: tuple[KeyName, ...] = ()
    """Keys of gifts of the shop of rewards.yaml that it puts forward."""

    points: dict[KeyName, Annotated[int, Field(strict=True, ge=101, le=1000)]] = Field(default={})
    """Percent by key of an earning rule of rewards.yaml, or checkin; 200 pays twice as much, and
    the campaign's budget pays the difference."""

    budget: CampaignBudget = CampaignBudget()
    """The most that one run of it gives, a hard stop."""

    perks: tuple[Perk, ...] = ()
    """群友专属福利."""

    signup: SignUp | None = None
    """报名."""

    posts: Annotated[tuple[CampaignPost, ...], Field(min_length=1)]
    """What it posts; the weekly slots near them make room."""

    reminder: CampaignReminder | None = None
    """A private word to owners and seeds."""
