"""bot.yaml: the brand, its channels and groups, who may command, where data is kept."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr

from bot.settings.schema.base import KeyName, Positive, Section, Words

PLATFORM_ADDRESS = "https://qyapi.weixin.qq.com"
"""Tencent's WeCom API host [developer.work.weixin.qq.com/document/path/91039]."""

SIMULATOR = "simulator"
"""The ``api_base`` that means: the simulator in this process."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("write an IANA time zone, for example Asia/Shanghai") from error
    return name


def _full_key(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if len(value) != 43 or not value.isalnum():
        raise ValueError("copy the EncodingAESKey from the console: 43 letters and digits")
    return secret


def _address(value: str) -> str:
    value = value.rstrip("/")
    if value != SIMULATOR and not value.startswith(("https://", "http://")):
        raise ValueError(f"write an address that starts with https://, or the word {SIMULATOR}")
    return value


AesKey = Annotated[SecretStr, AfterValidator(_full_key)]
Address = Annotated[str, AfterValidator(_address)]


class Brand(Section):
    """The company behind the persona."""

    name: Words
    """The brand's name, as members know it."""


class Storage(Section):
    """Where data is kept."""

    directory: str = "data"
    """Folder for the database; relative to where the program starts. DATA_DIR overrides it."""


class Web(Section):
    """Where the program listens."""

    host: str = "127.0.0.1"
    """Address to listen on. The platform must reach it through your HTTPS proxy."""

    port: Annotated[int, Field(strict=True, ge=0, le=65535)] = 8080
    """Port to listen on. PORT overrides it; 0 takes a free one."""


class WecomApp(Section):
    """A self-built app (自建应用): private chats, contact events, messages into its own groups."""

    kind: Literal["wecom_app"]
    """Always wecom_app."""

    corp_id: Words
    """Company id (ww…)."""

    agent_id: Positive
    """AgentId of the app."""

    secret: SecretStr
    """Secret of the app, as ${NAME}."""

    token: SecretStr
    """Token of the callback, as ${NAME}."""

    encoding_aes_key: AesKey
    """EncodingAESKey of the callback, as ${NAME}."""

    api_base: Address = PLATFORM_ADDRESS
    """Address of the API; private deployments and the simulator have their own."""


class WecomRobot(Section):
    """An intelligent robot (智能机器人) in URL mode: hears group messages that @ it."""

    kind: Literal["wecom_robot"]
    """Always wecom_robot."""

    name: Words
    """The robot's display name, as members type it after @."""

    corp_id: Words
    """Company id (ww…) whose people talk to the robot."""

    token: SecretStr
    """Token of the callback, as ${NAME}."""

    encoding_aes_key: AesKey
    """EncodingAESKey of the callback, as ${NAME}."""

    api_base: Address = PLATFORM_ADDRESS
    """Address under which one-use response addresses must lie."""


class GroupWebhook(Section):
    """A group's message push address (消息推送): posts into one group, hears nothing."""

    kind: Literal["group_webhook"]
    """Always group_webhook."""

    webhook_key: SecretStr
    """The key= of the webhook address, as ${NAME}. Whoever has it can post."""

    api_base: Address = PLATFORM_ADDRESS
    """Address of the API."""


ChannelSection = Annotated[WecomApp | WecomRobot | GroupWebhook, Field(discriminator="kind")]


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

    hears: ChatAddress
    """The channel on which members' messages arrive."""

    posts: ChatAddress
    """The channel for scheduled posts and announcements."""

    roster: ChatAddress
    """The channel that knows who is in the group."""

    owners: tuple[Words, ...]
    """User ids of the group owners 群主, who may command the bot."""


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


class Simulator(Section):
    """A WeCom on loopback for rehearsals. Never switch it on in production."""

    enabled: bool = False
    """True serves the simulated platform and its chat page under /sim/."""

    people: tuple[Person, ...] = ()
    """The company's people; owners and operators must be among them."""

    in_group: tuple[str, ...] = ()
    """User ids that are in every group from the start; the others can join later."""


class BotFile(Section):
    """bot.yaml."""

    brand: Brand
    """The company behind the persona."""

    timezone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    """The community's time zone (IANA name); schedules and days follow it."""

    env_file: str = ""
    """A file beside this one with NAME=value lines for ${NAME}; the environment and .env win."""

    storage: Storage = Storage()
    """Where data is kept."""

    web: Web = Web()
    """Where the program listens."""

    channels: dict[KeyName, ChannelSection]
    """Channels by key; the key is also the last part of the callback address /callback/KEY."""

    groups: tuple[Group, ...]
    """The groups that the bot serves."""

    operators: tuple[Words, ...] = ()
    """User ids of operators 运营; they may do what owners may, in every group."""

    blocked: tuple[Words, ...] = ()
    """User ids of people whom the bot does not answer, in any group."""

    own_user_ids: tuple[Words, ...] = ()
    """User ids under which the company's own robots and scripts write; they are not answered."""

    roster_sync_seconds: Annotated[int, Field(strict=True, ge=5, le=3600)] = 60
    """How often the member list of each group is read, in seconds."""

    simulator: Simulator = Simulator()
    """A WeCom on loopback for rehearsals."""
