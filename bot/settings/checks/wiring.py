"""bot.yaml: every group hangs on channels that can do the work, all real or all simulated."""

from collections.abc import Iterator

from bot.settings.checks.draft import Check, Draft, listed, repeated
from bot.settings.problems import Finding, Path
from bot.settings.schema.bot import SIMULATOR, ChatAddress, Group

FILE = "bot.yaml"

WEBHOOK = "group_webhook"

ROLES: dict[str, tuple[str, ...]] = {
    "hears": ("wecom_robot", "wecom_app"),
    "posts": (WEBHOOK, "wecom_app"),
    "roster": ("wecom_app",),
}
"""Which kinds of channels can do what a group asks of them."""


def check_addresses(draft: Draft) -> Iterator[Finding]:
    """Each address of a group names a channel that exists and can do it, and a chat."""
    for index, group in enumerate(draft.bot.groups):
        for role, kinds in ROLES.items():
            path: Path = ("groups", index, role)
            yield from _check_address(draft, path, _address(group, role), kinds)


def _address(group: Group, role: str) -> ChatAddress:
    addresses = {"hears": group.hears, "posts": group.posts, "roster": group.roster}
    return addresses[role]


def _check_address(
    draft: Draft, path: Path, address: ChatAddress, kinds: tuple[str, ...]
) -> Iterator[Finding]:
    channels = draft.bot.channels
    fitting = [key for key, channel in channels.items() if channel.kind in kinds]
    advice = (
        f"write one of {listed(fitting)}"
        if fitting
        else f"add a channel of kind {' or '.join(kinds)} under channels and write its key"
    )
    channel = channels.get(address.channel)
    if channel is None:
        if draft.is_whole("bot", "channels", address.channel):
            yield Finding(FILE, (*path, "channel"), "there is no channel with this key", advice)
        return
    if channel.kind not in kinds:
        what = f"a channel of kind {channel.kind} cannot do this"
        yield Finding(FILE, (*path, "channel"), what, advice)
    elif channel.kind != WEBHOOK and not address.chat_id.strip():
        instead = "write the platform's id of the chat"
        yield Finding(FILE, (*path, "chat_id"), "no chat_id", instead)


def check_chats(draft: Draft) -> Iterator[Finding]:
    """Two groups do not share a chat: nobody could tell which group a message belongs to."""
    groups = draft.bot.groups
    for role in ROLES:
        addresses = [_address(group, role) for group in groups]
        names = [f"{address.channel}/{address.chat_id}" for address in addresses]
        for index, first in repeated(names):
            what = f"the same chat as group {groups[first].key}"
            yield Finding(FILE, ("groups", index, role), what, "write this group's own chat", "key")


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
        yield from _check_repeated(("groups", index, "owners"), group.owners)


def check_operators(draft: Draft) -> Iterator[Finding]:
    """Operators are named once."""
    yield from _check_repeated(("operators",), draft.bot.operators)


def check_simulated_channels(draft: Draft) -> Iterator[Finding]:
    """Either every channel talks to the simulator or none does."""
    enabled = draft.bot.simulator.enabled
    for key, channel in draft.bot.channels.items():
        simulated = channel.api_base == SIMULATOR
        path: Path = ("channels", key, "api_base")
        if simulated and not enabled:
            what = "this channel uses the simulator, which is switched off"
            instead = "write the platform's address, or simulator: enabled: true"
            yield Finding(FILE, path, what, instead)
        if enabled and not simulated:
            what = "the simulator is on and this channel is a real one"
            instead = f"write api_base: {SIMULATOR}, or simulator: enabled: false"
            yield Finding(FILE, path, what, instead)


def check_people(draft: Draft) -> Iterator[Finding]:
    """The simulator's people are named once and in_group holds only them."""
    simulator = draft.bot.simulator
    people = [person.user_id for person in simulator.people]
    for index, first in repeated(people):
        what = f"the same user_id as simulator.people[{first}]"
        path: Path = ("simulator", "people", index, "user_id")
        yield Finding(FILE, path, what, "give each person an own user_id")
    yield from _check_repeated(("simulator", "in_group"), simulator.in_group)
    yield from _check_among(("simulator", "in_group"), simulator.in_group, people)


def check_staff(draft: Draft) -> Iterator[Finding]:
    """In a rehearsal, whoever commands the bot is one of the simulator's people."""
    simulator = draft.bot.simulator
    if not simulator.enabled:
        return
    people = [person.user_id for person in simulator.people]
    for index, group in enumerate(draft.bot.groups):
        yield from _check_among(("groups", index, "owners"), group.owners, people)
    yield from _check_among(("operators",), draft.bot.operators, people)


def _check_among(path: Path, users: tuple[str, ...], people: list[str]) -> Iterator[Finding]:
    for index, user in enumerate(users):
        if user not in people:
            what = "nobody under simulator.people has this user_id"
            instead = f"write one of {listed(people)}" if people else "add the person there"
            yield Finding(FILE, (*path, index), what, instead)


def _check_repeated(path: Path, users: tuple[str, ...]) -> Iterator[Finding]:
    for index, _ in repeated(users):
        yield Finding(FILE, (*path, index), "named twice", "remove one of the two")


_GROUPS = frozenset({"bot.groups"})
_CHANNELS = frozenset({"bot.channels"})
_SIMULATOR = frozenset({"bot.simulator"})

CHECKS = (
    Check(check_addresses, reads=_GROUPS | _CHANNELS),
    Check(check_chats, reads=_GROUPS),
    Check(check_groups, reads=_GROUPS),
    Check(check_operators, reads=frozenset({"bot.operators"})),
    Check(check_simulated_channels, reads=_CHANNELS, whole=_SIMULATOR),
    Check(check_people, reads=frozenset(), whole=_SIMULATOR),
    Check(check_staff, reads=_GROUPS | {"bot.operators"}, whole=_SIMULATOR),
)
