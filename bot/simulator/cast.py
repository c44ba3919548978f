"""Who plays on the simulator's stage: the channels of bot.yaml whose ``api_base`` is the simulator.

Channels that speak to Tencent are left alone: the simulator never calls their callbacks.
"""

from dataclasses import dataclass, field

from bot.channels.crypto import Envelope
from bot.settings.schema.bot import SIMULATOR, BotFile, GroupWebhook, WecomApp, WecomRobot


@dataclass(frozen=True, slots=True)
class Robot:
    """An intelligent robot; its envelope has an empty receive id (101033)."""

    key: str
    name: str
    envelope: Envelope = field(repr=False)

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
class Webhook:
    """A message push address and the group it belongs to."""

    key: str
    webhook_key: str = field(repr=False)
    group_id: str


@dataclass(frozen=True, slots=True)
class Cast:
    """All simulated channels by key."""

    robots: dict[str, Robot]
    apps: dict[str, App]
    webhooks: dict[str, Webhook]


def read_cast(settings: BotFile) -> Cast:
    """The simulated channels of ``settings``."""
    cast = Cast({}, {}, {})
    posts = {group.posts.channel: group.key for group in reversed(settings.groups)}
    for key, channel in settings.channels.items():
        if channel.api_base != SIMULATOR:
            continue
        match channel:
            case WecomRobot():
                cast.robots[key] = Robot(key, channel.name, _envelope(channel, ""))
            case WecomApp():
                cast.apps[key] = App(
                    key=key,
                    name=settings.brand.name,
                    corp_id=channel.corp_id,
                    agent_id=channel.agent_id,
                    secret=channel.secret.get_secret_value(),
                    envelope=_envelope(channel, channel.corp_id),
                )
            case GroupWebhook():
                secret = channel.webhook_key.get_secret_value()
                cast.webhooks[key] = Webhook(key, secret, posts.get(key, ""))
    return cast


def _envelope(channel: WecomRobot | WecomApp, receive_id: str) -> Envelope:
    token, aes_key = channel.token, channel.encoding_aes_key
    return Envelope(token.get_secret_value(), aes_key.get_secret_value(), receive_id)
