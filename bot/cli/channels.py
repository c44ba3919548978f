"""``python -m bot channels``: what each configured channel can do, and how fast."""

import argparse
import os
from collections.abc import Iterator

from bot.cli.location import add_config
from bot.core.ids import ChannelKey
from bot.platforms.describe import NAMES, facts
from bot.settings.checks.wiring import ROLES
from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.schema.channels import (
    Channel,
    CustomerContact,
    CustomerService,
    MemberPage,
    address_of,
)
from bot.settings.settings import Settings

_HELP = "tell what each channel can do, and how fast"
_WIDTH = 24


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser("channels", help=_HELP, description=f"{_HELP}.")
    add_config(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the channels; 1, after what is wrong, when the configuration has problems."""
    loaded = load_settings(arguments.config, os.environ)
    if isinstance(loaded, Problems):
        print(loaded)
        return 1
    print("\n\n".join("\n".join(paragraph) for paragraph in describe(loaded)))
    return 0


def describe(settings: Settings) -> Iterator[list[str]]:
    """The lines about each channel; what it cannot do is left out."""
    channels = settings.bot.channels
    for key, channel in channels.items():
        through = _through(channel)
        told = {
            "is at": address_of(channel, channels),
            "works through": through,
            "serves": ", ".join(_groups(settings, key, channel)),
            **dict(facts(settings.table(ChannelKey(key)))),
        }
        lines = [f"  {heading:<{_WIDTH}}{phrase}" for heading, phrase in told.items() if phrase]
        yield [f"{key} ({channel.kind})  {NAMES[channel.kind]}", *lines]


def _through(channel: Channel) -> str:
    """The key of the channel without which it cannot work."""
    match channel:
        case CustomerContact() | CustomerService():
            return channel.app
        case MemberPage():
            return channel.login
        case _:
            return ""


def _groups(settings: Settings, key: str, channel: Channel) -> Iterator[str]:
    """Keys of groups, each with what it asks of the channel."""
    for group in settings.bot.groups:
        places = {name: role.address(group) for name, role in ROLES.items()}
        roles = [name for name, place in places.items() if place and place.channel == key]
        if isinstance(channel, MemberPage) and group.hears is None:
            roles.append("acts")
        if roles:
            yield f"{group.key} ({', '.join(roles)})"
