"""From bot.yaml's channels to codecs, senders and the rest, which share one HTTP session.

This is where a kind of channel is added: its case says what it is made of and what it offers.
"""

import random
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.channels.api import PlatformApi, account_api, wecom_api
from bot.channels.customer_contact import CustomerContact
from bot.channels.customer_service import CustomerService
from bot.channels.email import Email
from bot.channels.group_webhook import GroupWebhook
from bot.channels.media import MediaShelf
from bot.channels.mini_program import MiniProgram
from bot.channels.oauth import AUTHORIZE_ADDRESS, AccountLogin, AppLogin
from bot.channels.official_account import CODE_ADDRESS, OfficialAccount
from bot.channels.sms import Sms
from bot.channels.sms_signatures import AliyunProvider, GenericProvider, Provider
from bot.channels.wecom_app import WecomApp
from bot.channels.wecom_robot import WecomRobot
from bot.channels.wecom_robot_socket import WecomRobotSocket
from bot.core.clock import Clock
from bot.core.ids import ChannelKey
from bot.core.moments import Moments
from bot.core.ports import (
    Capabilities,
    Codec,
    Contacts,
    Directory,
    Listener,
    Login,
    MediaSource,
    Pull,
    Sender,
    Tasks,
)
from bot.platforms.table import CAPABILITIES
from bot.settings.schema import channels as schema
from bot.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the simulator plays each platform: addresses without a slash at their end.

    ``socket`` is a ws:// address, ``mail`` the host and port of the mail server, ``sms`` the base
    of a gateway by its channel's key. Those of accounts and apps also serve their OAuth pages.
    """

    wecom: str
    account: str
    socket: str
    mail: tuple[str, int]
    sms: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Channels:
    """The configured channels by what they can do."""

    session: aiohttp.ClientSession
    tables: dict[ChannelKey, Capabilities] = field(default_factory=dict)
    codecs: dict[ChannelKey, Codec] = field(default_factory=dict)
    senders: dict[ChannelKey, Sender] = field(default_factory=dict)
    directories: dict[ChannelKey, Directory] = field(default_factory=dict)
    contacts: dict[ChannelKey, Contacts] = field(default_factory=dict)
    tasks: dict[ChannelKey, Tasks] = field(default_factory=dict)
    moments: dict[ChannelKey, Moments] = field(default_factory=dict)
    pulls: dict[ChannelKey, Pull] = field(default_factory=dict)
    listeners: dict[ChannelKey, Listener] = field(default_factory=dict)
    media: dict[ChannelKey, MediaSource] = field(default_factory=dict)
    logins: dict[ChannelKey, Login] = field(default_factory=dict)

    async def close(self) -> None:
        """Give all connections back; one that fails keeps no other from closing."""
        async with AsyncExitStack() as exits:
            exits.push_async_callback(self.session.close)
            for sender in self.senders.values():
                exits.push_async_callback(sender.close)


async def open_channels(
    settings: Settings, clock: Clock, rng: random.Random, stage: Stage | None, media: Path
) -> Channels:
    """The channels of ``settings``; with a ``stage`` those of the word simulator play there.

    They show files of the configuration, and those that members sent in, which are in ``media``.
    """
    builder = _Builder(settings, clock, rng, stage, media, Channels(aiohttp.ClientSession()))
    for name, section in settings.bot.channels.items():
        builder.add(ChannelKey(name), section)
    return builder.channels


class _Builder:
    """Adds one channel after the other; those that share an app share its token."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        rng: random.Random,
        stage: Stage | None,
        media: Path,
        channels: Channels,
    ) -> None:
        self.channels = channels
        self._sections: Mapping[str, schema.Channel] = settings.bot.channels
        self._clock = clock
        self._rng = rng
        self._stage = stage
        self._shelf = MediaShelf(settings.directory, clock, kept=(media,))
        self._apis: dict[str, PlatformApi] = {}

    def add(self, key: ChannelKey, section: schema.Channel) -> None:
        """Build ``section`` and enter it under everything that it offers."""
        channels = self.channels
        channels.tables[key] = CAPABILITIES[section.kind]
        match section:
            case schema.WecomApp():
                app = self._app(key, section)
                channels.codecs[key] = channels.senders[key] = app
                channels.directories[key] = channels.media[key] = app
                channels.logins[key] = AppLogin(
                    corp_id=section.corp_id,
                    agent_id=section.agent_id,
                    api=self._wecom(key),
                    authorize_base=self._authorize_base(section.api_base, _wecom),
                )
            case schema.WecomRobot():
                robot = self._robot(key, section)
                channels.codecs[key] = channels.senders[key] = channels.media[key] = robot
            case schema.WecomRobotSocket():
                socket = self._socket(key, section)
                channels.senders[key] = channels.listeners[key] = channels.media[key] = socket
            case schema.GroupWebhook():
                channels.senders[key] = self._webhook(key, section)
            case schema.CustomerContact():
                contact = CustomerContact(
                    key=key, api=self._wecom(section.app), shelf=self._shelf, clock=self._clock
                )
                channels.senders[key] = channels.directories[key] = contact
                channels.contacts[key] = channels.tasks[key] = contact
                channels.moments[key] = contact.moments
            case schema.CustomerService():
                service = CustomerService(
                    key=key,
                    open_kfid=section.open_kfid,
                    servicers=section.servicers,
                    api=self._wecom(section.app),
                    shelf=self._shelf,
                )
                channels.senders[key] = channels.pulls[key] = channels.directories[key] = service
            case schema.OfficialAccount():
                account = self._account(key, section)
                channels.codecs[key] = channels.senders[key] = channels.directories[key] = account
                channels.logins[key] = AccountLogin(
                    app_id=section.app_id,
                    secret=section.secret.get_secret_value(),
                    api_base=self._base(section.api_base, _account),
                    session=channels.session,
                    authorize_base=self._authorize_base(section.api_base, _account),
                )
            case schema.MiniProgram():
                channels.senders[key] = MiniProgram(
                    key=key, templates=section.templates, api=self._account_api(section)
                )
            case schema.Email():
                channels.senders[key] = self._email(key, section)
            case schema.Sms():
                channels.senders[key] = self._sms(key, section)
            case schema.MemberPage():
                pass  # the pages are served by our own server, and answer where they are asked

    def _base(self, address: str, of_stage: Callable[[Stage], str]) -> str:
        """Where a platform is: ``address``, unless that is the word simulator."""
        if address != schema.SIMULATOR:
            return address
        assert self._stage is not None, "checked with the settings"
        return of_stage(self._stage)

    def _authorize_base(self, address: str, of_stage: Callable[[Stage], str]) -> str:
        """OAuth pages are on a host of their own, but on the stage."""
        return AUTHORIZE_ADDRESS if address != schema.SIMULATOR else self._base(address, of_stage)

    def _wecom(self, key: str) -> PlatformApi:
        """The API in the name of the app ``key``, one for all who work through it."""
        if key not in self._apis:
            section = self._sections[key]
            assert isinstance(section, schema.WecomApp), "checked with the settings"
            self._apis[key] = wecom_api(
                self.channels.session,
                self._base(section.api_base, _wecom),
                section.corp_id,
                section.secret.get_secret_value(),
                self._clock,
            )
        return self._apis[key]

    def _account_api(self, section: schema.OfficialAccount | schema.MiniProgram) -> PlatformApi:
        return account_api(
            self.channels.session,
            self._base(section.api_base, _account),
            section.app_id,
            section.secret.get_secret_value(),
            self._clock,
        )

    def _app(self, key: ChannelKey, section: schema.WecomApp) -> WecomApp:
        through = [
            (ChannelKey(name), other)
            for name, other in self._sections.items()
            if isinstance(other, schema.CustomerContact | schema.CustomerService)
            and other.app == key
        ]
        contacts = (name for name, other in through if isinstance(other, schema.CustomerContact))
        return WecomApp(
            key=key,
            corp_id=section.corp_id,
            agent_id=section.agent_id,
            token=section.token.get_secret_value(),
            encoding_aes_key=section.encoding_aes_key.get_secret_value(),
            api=self._wecom(key),
            clock=self._clock,
            shelf=self._shelf,
            contact=next(contacts, None),
            services={
                other.open_kfid: name
                for name, other in through
                if isinstance(other, schema.CustomerService)
            },
        )

    def _robot(self, key: ChannelKey, section: schema.WecomRobot) -> WecomRobot:
        return WecomRobot(
            key=key,
            name=section.name,
            token=section.token.get_secret_value(),
            encoding_aes_key=section.encoding_aes_key.get_secret_value(),
            session=self.channels.session,
            clock=self._clock,
            api_base=self._base(section.api_base, _wecom),
        )

    def _socket(self, key: ChannelKey, section: schema.WecomRobotSocket) -> WecomRobotSocket:
        return WecomRobotSocket(
            key=key,
            name=section.name,
            bot_id=section.bot_id,
            secret=section.secret.get_secret_value(),
            address=self._base(section.api_base, lambda stage: stage.socket),
            session=self.channels.session,
            clock=self._clock,
            rng=self._rng,
            shelf=self._shelf,
        )

    def _webhook(self, key: ChannelKey, section: schema.GroupWebhook) -> GroupWebhook:
        return GroupWebhook(
            key=key,
            webhook_key=section.webhook_key.get_secret_value(),
            api_base=self._base(section.api_base, _wecom),
            session=self.channels.session,
            shelf=self._shelf,
        )

    def _account(self, key: ChannelKey, section: schema.OfficialAccount) -> OfficialAccount:
        aes_key = section.encoding_aes_key
        return OfficialAccount(
            key=key,
            app_id=section.app_id,
            original_id=section.original_id,
            token=section.token.get_secret_value(),
            encoding_aes_key=None if aes_key is None else aes_key.get_secret_value(),
            mode=section.mode,
            templates=section.templates,
            api=self._account_api(section),
            clock=self._clock,
            shelf=self._shelf,
            code_address=CODE_ADDRESS
            if section.api_base != schema.SIMULATOR
            else self._base(section.api_base, _account),
        )

    def _email(self, key: ChannelKey, section: schema.Email) -> Email:
        host, port, security = section.host, section.port, section.security
        if host == schema.SIMULATOR:
            assert self._stage is not None, "checked with the settings"
            (host, port), security = self._stage.mail, "none"
        return Email(
            key=key,
            host=host,
            port=port,
            security=security,
            username=section.username,
            password=section.password.get_secret_value(),
            sender=section.sender,
            per_minute=section.per_minute,
            clock=self._clock,
        )

    def _sms(self, key: ChannelKey, section: schema.Sms) -> Sms:
        return Sms(
            key=key,
            provider=self._provider(key, section),
            per_minute=section.per_minute,
            session=self.channels.session,
            clock=self._clock,
        )

    def _provider(self, key: ChannelKey, section: schema.Sms) -> Provider:
        api_base = self._base(section.api_base, lambda stage: stage.sms(key))
        secret = section.access_key_secret.get_secret_value()
        match section.provider:
            case "generic":
                return GenericProvider(
                    api_base=api_base,
                    access_key_id=section.access_key_id,
                    access_key_secret=secret,
                    signature=section.signature,
                )
            case "aliyun":
                return AliyunProvider(
                    api_base=api_base,
                    access_key_id=section.access_key_id,
                    access_key_secret=secret,
                    signature=section.signature,
                    template=section.template,
                )


def _wecom(stage: Stage) -> str:
    return stage.wecom


def _account(stage: Stage) -> str:
    return stage.account
