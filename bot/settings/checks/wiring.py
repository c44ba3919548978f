"""bot.yaml: every group hangs on channels that can do the work, all real or all simulated.

Who can do what is asked of the capability table, never of a channel's name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.core.messages import TargetKind
from bot.core.ports import Capabilities, Hears
from bot.platforms.table import CAPABILITIES
from bot.settings.checks.draft import Check, Draft, listed, repeated
from bot.settings.problems import Finding, Path
from bot.settings.schema.bot import ChatAddress, Group
from bot.settings.schema.channels import (
    SIMULATOR,
    Channel,
    CustomerContact,
    CustomerService,
    Email,
    GroupWebhook,
    MemberPage,
    address_of,
)

FILE = "bot.yaml"


@dataclass(frozen=True, slots=True)
class Role:
    """What a group asks of a channel."""

    address: Callable[[Group], ChatAddress | None]
    fits: Callable[[Capabilities], bool]


def _posts_to_groups(table: Capabilities) -> bool:
    return TargetKind.GROUP in table.pushes_to | table.tasks_to


ROLES: dict[str, Role] = {
    "hears": Role(
        lambda group: group.hears,
        lambda table: table.hears_in_groups is not Hears.NOTHING,
    ),
    "posts": Role(lambda group: group.posts, _posts_to_groups),
    "roster": Role(lambda group: group.roster, lambda table: table.sees_members),
}


def check_addresses(draft: Draft) -> Iterator[Finding]:
    """Each address of a group names a channel that exists and can do it, and a chat."""
    for index, group in enumerate(draft.bot.groups):
        yield from _check_addresses_of(draft, index, group)


def _check_addresses_of(draft: Draft, index: int, group: Group) -> Iterator[Finding]:
    for name, role in ROLES.items():
        address = role.address(group)
        if address is not None:
            yield from _check_address(draft, ("groups", index, name), address, role)


def _check_address(draft: Draft, path: Path, address: ChatAddress, role: Role) -> Iterator[Finding]:
    channels = draft.bot.channels
    fitting = [key for key, channel in channels.items() if role.fits(CAPABILITIES[channel.kind])]
    kinds = " or ".join(kind for kind, table in CAPABILITIES.items() if role.fits(table))
    advice = (
        f"write one of {listed(fitting)}"
        if fitting
        else f"add a channel of kind {kinds} under channels and write its key"
    )
    channel = channels.get(address.channel)
    if channel is None:
        if draft.is_whole("bot", "channels", address.channel):
            yield Finding(FILE, (*path, "channel"), "there is no channel with this key", advice)
    elif not role.fits(CAPABILITIES[channel.kind]):
        what = f"a channel of kind {channel.kind} cannot do this"
        yield Finding(FILE, (*path, "channel"), what, advice)
    elif (
        not isinstance(channel, GroupWebhook)
        and not address.chat_id.strip()
        and draft.is_whole("bot", "groups")
    ):
        instead = "write the platform's id of the chat"
        yield Finding(FILE, (*path, "chat_id"), "no chat_id", instead)


def check_group_kinds(draft: Draft) -> Iterator[Finding]:
    """Members of a member group are heard there; those of a customer group act on our pages.

    A group whose addresses are wrong has been told of: nobody knows what kind it is.
    """
    channels = draft.bot.channels
    has_pages = any(isinstance(channel, MemberPage) for channel in channels.values())
    for index, group in enumerate(draft.bot.groups):
        if any(_check_addresses_of(draft, index, group)):
            continue
        for_customers = any(
            TargetKind.GROUP in CAPABILITIES[channels[place.channel].kind].tasks_to
            for place in (group.posts, group.roster)
        )
        if not for_customers and group.hears is None:
            instead = "write the channel on which members are heard, and its chat_id"
            yield Finding(FILE, ("groups", index, "hears"), "nobody is heard here", instead, "key")
        if for_customers:
            yield from _check_customer_group(index, group, has_pages=has_pages)


def _check_customer_group(index: int, group: Group, *, has_pages: bool) -> Iterator[Finding]:
    path: Path = ("groups", index)
    if group.posts != group.roster:
        what = "a customer group is posted to and read in one place"
        instead = "write the same channel and chat_id under posts and roster"
        yield Finding(FILE, (*path, "roster"), what, instead, "key")
    elif group.hears is not None:
        what = "no channel is told what is said in a customer group"
        instead = "remove hears; members act on our pages"
        yield Finding(FILE, (*path, "hears"), what, instead, "key")
    elif not has_pages:
        what = "members of a customer group act on our pages, and there are none"
        yield Finding(FILE, path, what, "add a channel of kind member_page", "key")


def check_chats(draft: Draft) -> Iterator[Finding]:
    """Two groups do not share a chat: nobody could tell which group a message belongs to."""
    groups = draft.bot.groups
    for name, role in ROLES.items():
        addresses = [(index, role.address(group)) for index, group in enumerate(groups)]
        named = [(index, f"{a.channel}/{a.chat_id}") for index, a in addresses if a is not None]
        for place, first in repeated(chat for _, chat in named):
            what = f"the same chat as group {groups[named[first][0]].key}"
            path: Path = ("groups", named[place][0], name)
            yield Finding(FILE, path, what, "write this group's own chat", "key")


def check_groups(draft: Draft) -> Iterator[Finding]:
    """Group keys are unique and every group has owners."""
    groups = draft.bot.groups
    for index, first in repeated(group.key for group in groups):
        what = f"the same key as groups[{first}]"
        yield Finding(FILE, ("groups", index, "key"), what, "give each group its own key")
    for index, group in enumerate(groups):
        if not group.owners:
            instead = "write at least one user id"
            yield Finding(FILE, ("groups", index, "owners"), "the group has no owner", instead)
        yield from check_named_once(("groups", index, "owners"), group.owners)


def check_operators(draft: Draft) -> Iterator[Finding]:
    """Operators are named once."""
    yield from check_named_once(("operators",), draft.bot.operators)


def check_simulated_channels(draft: Draft) -> Iterator[Finding]:
    """Either every channel talks to the simulator or none does."""
    enabled, channels = draft.bot.simulator.enabled, draft.bot.channels
    for key, channel in channels.items():
        name = _address_key(channel)
        if not name or not draft.is_whole("bot", "channels", key, name):
            continue
        path: Path = ("channels", key, name)
        simulated = address_of(channel, channels) == SIMULATOR
        if simulated and not enabled:
            what = "this channel uses the simulator, which is switched off"
            instead = "write the platform's address, or simulator: enabled: true"
            yield Finding(FILE, path, what, instead)
        if enabled and not simulated:
            what = "the simulator is on and this channel is a real one"
            instead = f"write {name}: {SIMULATOR}, or simulator: enabled: false"
            yield Finding(FILE, path, what, instead)


def _address_key(channel: Channel) -> str:
    """The key of the channel's own address; empty for one that is where its app is."""
    match channel:
        case CustomerContact() | CustomerService():
            return ""
        case Email():
            return "host"
        case MemberPage():
            return "address"
        case _:
            return "api_base"


def check_named_once(path: Path, users: tuple[str, ...]) -> Iterator[Finding]:
    """Nobody is named twice in a list."""
    for index, _ in repeated(users):
        yield Finding(FILE, (*path, index), "named twice", "remove one of the two")


_GROUPS = frozenset({"bot.groups"})
_CHANNELS = frozenset({"bot.channels"})
_SIMULATOR = frozenset({"bot.simulator"})

CHECKS = (
    Check(check_addresses, reads=_GROUPS | _CHANNELS),
    Check(check_group_kinds, reads=frozenset(), whole=_GROUPS | _CHANNELS),
    Check(check_chats, reads=frozenset(), whole=_GROUPS),
    Check(check_groups, reads=_GROUPS),
    Check(check_operators, reads=frozenset({"bot.operators"})),
    Check(check_simulated_channels, reads=_CHANNELS, whole=_SIMULATOR),
)
