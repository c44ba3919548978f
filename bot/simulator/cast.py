"""Who plays on the simulator's stage: the channels of bot.yaml whose ``api_base`` is the simulator.

Channels that speak to Tencent are left alone: the simulator never calls their callbacks.
"""

import base64
from dataclasses import dataclass, field

from bot.channels.crypto import Envelope
from bot.settings.schema.bot import BotFile
from bot.settings.schema.channels import (
    SIMULATOR,
    Channel,
    CustomerContact,
    CustomerService,
    Email,
    GroupWebhook,
    MemberPage,
    MiniProgram,
    OfficialAccount,
    Sms,
    WecomApp,
    WecomRobot,
    WecomRobotSocket,
    address_of,
)


@dataclass(frozen=True, slots=True)
class Robot:
    """An intelligent robot; its envelope has an empty receive id (101033).

    ``media_key`` is the AES key of its callbacks, which encrypts media too (100719).
    """

    key: str
    name: str
    envelope: Envelope = field(repr=False)
    media_key: bytes = field(repr=False)

    @property
    def bot_id(self) -> str:
        """What callbacks call it (aibotid)."""
        return f"aib-{self.key}"


@dataclass(frozen=True, slots=True)
class App:
    """A self-built app."""

    key: str
    name: str
    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    envelope: Envelope = field(repr=False)


@dataclass(frozen=True, slots=True)
class Socket:
    """An intelligent robot in WebSocket mode."""

    key: str
    name: str
    bot_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Service:
    """An account of WeChat customer service, managed by ``app`` (a channel's key)."""

    key: str
    name: str
    app: str
    open_kfid: str
    servicers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """An Official Account. ``envelope`` is None in plain mode.

    ``templates`` are the keywords of each template of the console, by its id.
    """

    key: str
    name: str
    app_id: str
    original_id: str
    mode: str
    templates: dict[str, frozenset[str]]
    secret: str = field(repr=False)
    token: str = field(repr=False)
    envelope: Envelope | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Program:
    """A mini program. ``templates`` are the keywords of each template, by its id."""

    key: str
    app_id: str
    templates: dict[str, frozenset[str]]
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway for short messages."""

    key: str
    provider: str
    access_key_id: str
    access_key_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server; an empty ``username`` asks for no login."""

    key: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A message push address and the group it belongs to."""

    key: str
    webhook_key: str = field(repr=False)
    group_id: str


@dataclass(frozen=True, slots=True)
class Cast:
    """All simulated channels by key; ``contacts`` are keys of apps by the contact channel's."""

    robots: dict[str, Robot] = field(default_factory=dict)
    sockets: dict[str, Socket] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)
    gateways: dict[str, Gateway] = field(default_factory=dict)
    mail_servers: dict[str, MailServer] = field(default_factory=dict)

    def robot(self, key: str) -> Robot | Socket | None:
        """An intelligent robot, in whichever mode."""
        return self.robots.get(key) or self.sockets.get(key)


def read_cast(settings: BotFile) -> Cast:
    """The simulated channels of ``settings``."""
    cast = Cast()
    for key, channel in settings.channels.items():
        if address_of(channel, settings.channels) == SIMULATOR:
            _engage(cast, key, channel, settings)
    return cast


def _engage(cast: Cast, key: str, channel: Channel, settings: BotFile) -> None:
    match channel:
        case WecomRobot():
            cast.robots[key] = _robot(key, channel)
        case WecomRobotSocket():
            secret = channel.secret.get_secret_value()
            cast.sockets[key] = Socket(key, channel.name, channel.bot_id, secret)
        case WecomApp():
            cast.apps[key] = _app(key, channel, settings.brand.name)
        case GroupWebhook():
            cast.webhooks[key] = _webhook(key, channel, settings)
        case CustomerContact():
            cast.contacts[key] = channel.app
        case CustomerService():
            name = settings.brand.name
            cast.services[key] = Service(
                key, name, channel.app, channel.open_kfid, channel.servicers
            )
        case OfficialAccount():
            cast.accounts[key] = _account(key, channel)
        case MiniProgram():
            secret = channel.secret.get_secret_value()
            cast.programs[key] = Program(key, channel.app_id, _keywords(channel), secret)
        case Sms():
            secret = channel.access_key_secret.get_secret_value()
            cast.gateways[key] = Gateway(key, channel.provider, channel.access_key_id, secret)
        case Email():
            password = channel.password.get_secret_value()
            cast.mail_servers[key] = MailServer(key, channel.username, password)
        case MemberPage():
            pass  # our own pages: the platform does not know them


def _robot(key: str, channel: WecomRobot) -> Robot:
    media_key = base64.b64decode(channel.encoding_aes_key.get_secret_value() + "=")
    return Robot(key, channel.name, _envelope(channel, ""), media_key)


def _app(key: str, channel: WecomApp, name: str) -> App:
    return App(
        key=key,
        name=name,
        corp_id=channel.corp_id,
        agent_id=channel.agent_id,
        secret=channel.secret.get_secret_value(),
        envelope=_envelope(channel, channel.corp_id),
    )


def _webhook(key: str, channel: GroupWebhook, settings: BotFile) -> Webhook:
    groups = [group.key for group in settings.groups if group.posts.channel == key]
    return Webhook(key, channel.webhook_key.get_secret_value(), next(iter(groups), ""))


def _account(key: str, channel: OfficialAccount) -> Account:
    token, aes_key = channel.token.get_secret_value(), channel.encoding_aes_key
    return Account(
        key=key,
        name=channel.name,
        app_id=channel.app_id,
        original_id=channel.original_id,
        mode=channel.mode,
        templates=_keywords(channel),
        secret=channel.secret.get_secret_value(),
        token=token,
        envelope=None
        if aes_key is None or channel.mode == "plain"
        else Envelope(token, aes_key.get_secret_value(), channel.app_id),
    )


def _keywords(channel: OfficialAccount | MiniProgram) -> dict[str, frozenset[str]]:
    return {template.id: frozenset(template.fields) for template in channel.templates.values()}


def _envelope(channel: WecomRobot | WecomApp, receive_id: str) -> Envelope:
    token, aes_key = channel.token, channel.encoding_aes_key
    return Envelope(token.get_secret_value(), aes_key.get_secret_value(), receive_id)
