"""From bot.yaml's channels to codecs and senders that share one HTTP session."""

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from bot.channels.group_webhook import GroupWebhook
from bot.channels.wecom_app import WecomApp
from bot.channels.wecom_robot import WecomRobot
from bot.core.clock import Clock
from bot.core.ids import ChannelKey
from bot.core.ports import Capabilities, Codec, Directory, Sender
from bot.settings.schema import bot as schema


@dataclass(frozen=True, slots=True)
class Channels:
    """The configured channels by what they can do."""

    codecs: Mapping[ChannelKey, Codec]
    senders: Mapping[ChannelKey, Sender]
    directories: Mapping[ChannelKey, Directory]
    session: aiohttp.ClientSession

    @property
    def capabilities(self) -> dict[ChannelKey, Capabilities]:
        """The capability table."""
        return {key: sender.capabilities for key, sender in self.senders.items()}

    async def close(self) -> None:
        """Give all connections back."""
        for sender in self.senders.values():
            await sender.close()
        await self.session.close()


async def open_channels(file: schema.BotFile, clock: Clock, simulator_base: str) -> Channels:
    """The channels of ``file``.

    ``simulator_base`` is the API address of those whose ``api_base`` is the word simulator.
    """
    session = aiohttp.ClientSession()
    codecs: dict[ChannelKey, Codec] = {}
    senders: dict[ChannelKey, Sender] = {}
    directories: dict[ChannelKey, Directory] = {}
    for name, section in file.channels.items():
        key = ChannelKey(name)
        base = simulator_base if section.api_base == schema.SIMULATOR else section.api_base
        match section:
            case schema.WecomApp():
                app = _app(key, section, base, session, clock)
                codecs[key], senders[key], directories[key] = app, app, app
            case schema.WecomRobot():
                robot = _robot(key, section, base, session, clock)
                codecs[key], senders[key] = robot, robot
            case schema.GroupWebhook():
                senders[key] = GroupWebhook(
                    key=key,
                    webhook_key=section.webhook_key.get_secret_value(),
                    api_base=base,
                    session=session,
                )
    return Channels(codecs, senders, directories, session)


def _app(
    key: ChannelKey,
    section: schema.WecomApp,
    api_base: str,
    session: aiohttp.ClientSession,
    clock: Clock,
) -> WecomApp:
    return WecomApp(
        key=key,
        corp_id=section.corp_id,
        agent_id=section.agent_id,
        secret=section.secret.get_secret_value(),
        token=section.token.get_secret_value(),
        encoding_aes_key=section.encoding_aes_key.get_secret_value(),
        api_base=api_base,
        session=session,
        clock=clock,
    )


def _robot(
    key: ChannelKey,
    section: schema.WecomRobot,
    api_base: str,
    session: aiohttp.ClientSession,
    clock: Clock,
) -> WecomRobot:
    return WecomRobot(
        key=key,
        name=section.name,
        token=section.token.get_secret_value(),
        encoding_aes_key=section.encoding_aes_key.get_secret_value(),
        api_base=api_base,
        session=session,
        clock=clock,
    )
