"""From the configuration to the policy by which texts are reviewed."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from bot.core.caching import made_once
from bot.settings.schema.channels import SIMULATOR, Channel, MemberPage
from bot.settings.schema.pay import Pay
from bot.settings.schema.persona import PersonaFile
from bot.settings.schema.screening import Screening
from bot.settings.schema.tone import Tone
from bot.settings.settings import Settings
from bot.wording.policy import Policy

_REHEARSAL: Final = "127.0.0.1"
"""Where our pages are while the platform is played by the simulator."""


def policy_of(settings: Settings, persona: PersonaFile | None = None) -> Policy:
    """What ``persona``, else the main one, may say; the same object as long as nothing changes."""
    return _policies(settings)(persona or settings.persona)


@made_once
def _policies(settings: Settings) -> Callable[[PersonaFile], Policy]:
    ours = own_hosts(settings.bot.channels, settings.bot.pay)
    return made_once(lambda one: policy_for(settings.persona.screening, one.tone, ours))


def policy_for(screening: Screening, tone: Tone, ours: tuple[str, ...]) -> Policy:
    """What a persona of this ``tone`` may say; ``ours`` are hosts of the program's own pages."""
    return _policy(screening, tone.banned, ours)


def own_hosts(channels: Mapping[str, Channel], pay: Pay | None) -> tuple[str, ...]:
    """Hosts of the program's own pages."""
    addresses = [
        channel.address for channel in channels.values() if isinstance(channel, MemberPage)
    ]
    if pay is not None:
        addresses.append(pay.address)
    return tuple(dict.fromkeys(map(_host, addresses)))


def _host(address: str) -> str:
    return _REHEARSAL if address == SIMULATOR else urlsplit(address).hostname or ""


@lru_cache(maxsize=64)
def _policy(screening: Screening, banned: tuple[str, ...], ours: tuple[str, ...]) -> Policy:
    return Policy(
        blocked=screening.blocked,
        banned=banned,
        allowed=screening.allowed,
        proven=tuple(entry.phrase for entry in screening.evidence),
        registered=tuple(entry.phrase for entry in screening.registered),
        link_hosts=(*ours, *screening.link_hosts),
        shop_hosts=screening.shop_hosts,
    )
