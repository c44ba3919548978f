"""bot.yaml: the brand, its channels and groups, who may command, where data is kept."""

import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, SecretStr

from bot.settings.schema.base import Count, KeyName, Section, Words
from bot.settings.schema.channels import ChannelSection, Port
from bot.settings.schema.model import Model
from bot.settings.schema.pay import Pay


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("write an IANA time zone, for example Asia/Shanghai") from error
    return name


class Brand(Section):
    """The company behind the persona."""

    name: Words
    """The brand's name, as members know it."""


_ADDRESS = re.compile(r"postgres(ql)?://.+")


def _address(database: SecretStr) -> SecretStr:
    if not _ADDRESS.fullmatch(database.get_secret_value()):
        raise ValueError(
            "write the address of a PostgreSQL database, for example"
            " postgres://user:password@host/yutang (as ${NAME}, because it holds a password)"
        )
    return database


class Storage(Section):
    """Where data is kept.

    `storage: ${DATABASE_URL}` is short for a `database` alone.
    """

    model_config = ConfigDict(json_schema_extra={"x-short": True})

    directory: str = "data"
    """Folder for the database file and the simulator's journal; relative to where the program
    starts. DATA_DIR overrides it."""

    database: Annotated[SecretStr, AfterValidator(_address)] | None = None
    """Address of a PostgreSQL database, as ${NAME}; without it the data is in a SQLite file in
    `directory`. DATABASE_URL overrides it."""


def _in_full(storage: Any) -> Any:
    return {"database": storage} if isinstance(storage, str) else storage


class Web(Section):
    """Where the program listens."""

    host: str = "127.0.0.1"
    """Address to listen on. The platform must reach it through your HTTPS proxy."""

    port: Port = 8080
    """Port to listen on. PORT overrides it; 0 takes a free one."""


class ChatAddress(Section):
    """A chat on a channel."""

    channel: KeyName
    """Key of a channel of this file."""

    chat_id: str = ""
    """The platform's id of the chat; not needed for a webhook, which has one chat only."""


class Group(Section):
    """A community group 群."""

    key: KeyName
    """Our name for the group, used in keys and commands. Never change it afterwards."""

    name: Words
    """The group's name, as members see it."""

    hears: ChatAddress | None = None
    """The channel on which members' messages arrive; customer groups 客户群 have none."""

    posts: ChatAddress
    """The channel for scheduled posts and announcements."""

    roster: ChatAddress
    """The channel that knows who is in the group."""

    owners: tuple[Words, ...]
    """User ids of the group owners 群主, who may command the bot."""

    persona: str = ""
    """Key of a file personas/KEY.yaml: who speaks here; empty: the persona of persona.yaml."""

    scheduled: bool = True
    """Whether the calendar's posts appear here."""

    time_zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    """The zone (IANA name) of this group's posts, days of the calendar and quiet hours; left out:
    the community's. Points and check-ins count the community's days everywhere."""


class Person(Section):
    """A made-up person of the simulator."""

    user_id: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9_.@-]{1,64}$",
            examples=["chen_xia"],
            json_schema_extra={"x-form": "letters, digits and _ . @ -, at most 64"},
        ),
    ]
    """The platform's id of the person."""

    name: Words
    """Display name."""


class Customer(Section):
    """A made-up customer of the simulator."""

    user_id: Annotated[
        str,
        Field(
            pattern=r"^w[mo][A-Za-z0-9_-]{1,62}$",
            examples=["wmYUEYUE0001"],
            json_schema_extra={"x-form": "wm or wo, then letters, digits, _ and -, at most 64"},
        ),
    ]
    """The platform's external user id."""

    name: Words
    """Display name in WeChat."""

    friend_of: tuple[str, ...] = ()
    """User ids of the employees whom the customer has added from the start."""


Percent = Annotated[int, Field(strict=True, ge=0, le=100)]
"""Of a hundred, a whole number."""


class Faults(Section):
    """A drill: what goes wrong on the simulated platform. Drawn from a seed, so it repeats."""

    seed: Count = 0
    """The same seed and the same order of calls give the same faults."""

    lost_percent: Percent = 0
    """Contact and group events that are never told."""

    doubled_percent: Percent = 0
    """Callbacks that are delivered twice."""

    reordered_percent: Percent = 0
    """Contact and group events that arrive after the one that followed them."""

    delay_seconds: Count = 0
    """Contact and group events arrive up to so many seconds late."""

    busy_percent: Percent = 0
    """API calls that are answered with errcode -1, system busy."""

    http_error_percent: Percent = 0
    """API calls that are answered with HTTP 500, half of them after having taken effect."""

    dropped_percent: Percent = 0
    """API calls whose connection breaks, half of them after having taken effect."""

    token_calls: Count = 0
    """Access tokens stop being good after so many calls; 0 lets them live their time."""


class Simulator(Section):
    """A WeCom on loopback for rehearsals. Never switch it on in production."""

    enabled: bool = False
    """True serves the simulated platform and its chat page under /sim/."""

    people: tuple[Person, ...] = ()
    """The company's people; owners and operators must be among them."""

    in_group: tuple[str, ...] = ()
    """User ids of people in every member group from the start; the others can join later."""

    customers: tuple[Customer, ...] = ()
    """Made-up customers 客户: WeChat users outside the company."""

    in_customer_group: tuple[str, ...] = ()
    """User ids of people and customers in every customer group from the start."""

    faults: Faults = Faults()
    """What goes wrong on the simulated platform, for drills."""


class BotFile(Section):
    """bot.yaml."""

    brand: Brand
    """The company behind the persona."""

    timezone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    """The community's time zone (IANA name); schedules and days follow it."""

    env_file: str = ""
    """A file beside this one with NAME=value lines for ${NAME}; the environment and .env win."""

    storage: Annotated[Storage, BeforeValidator(_in_full)] = Storage()
    """Where data is kept."""

    web: Web = Web()
    """Where the program listens."""

    channels: dict[KeyName, ChannelSection]
    """Channels by key; the key is also the last part of the callback address /callback/KEY."""

    groups: tuple[Group, ...]
    """The groups that the bot serves."""

    model: Model | None = None
    """The language model that is asked when the knowledge base has no answer; without it, and
    whenever it fails, the bot says honestly that it does not know."""

    pay: Pay | None = None
    """The merchant at WeChat Pay from which members are paid 提现; without it nobody is paid so."""

    operators: tuple[Words, ...] = ()
    """User ids of operators 运营; they may do what owners may, in every group."""

    blocked: tuple[Words, ...] = ()
    """User ids of people whom the bot does not answer, in any group."""

    own_user_ids: tuple[Words, ...] = ()
    """User ids under which the company's own robots and scripts write; they are not answered."""

    roster_sync_seconds: Annotated[int, Field(strict=True, ge=5, le=3600)] = 60
    """How often the member list of each group is read, in seconds."""

    contact_sync_seconds: Annotated[int, Field(strict=True, ge=5, le=86400)] = 3600
    """How often it is read whose friends the customers are, in seconds."""

    simulator: Simulator = Simulator()
    """A WeCom on loopback for rehearsals."""
