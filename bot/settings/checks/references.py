"""bot.yaml: channels that work through another name one that can, and nothing is there twice.

Here is also what a kind of channel needs in some of its modes only.
"""

from collections.abc import Iterator

from bot.settings.checks.draft import Check, Draft, listed
from bot.settings.checks.wiring import FILE
from bot.settings.problems import Finding
from bot.settings.schema.channels import (
    SIMULATOR,
    Channel,
    CustomerContact,
    CustomerService,
    Email,
    MemberPage,
    MiniProgram,
    OfficialAccount,
    Sms,
    WecomApp,
    WecomRobotSocket,
)

LEAST_SECRET = 32
"""Characters of a secret that signs tickets: 128 bits in hexadecimal digits."""

LOGINS = (WecomApp, OfficialAccount)
"""Channels by whose OAuth a visitor can be known."""

THIS_MACHINE = (SIMULATOR, "localhost", "127.0.0.1", "::1")
"""Hosts towards which nobody can listen."""


def check_apps(draft: Draft) -> Iterator[Finding]:
    """Contact and customer service name an app; pages name whoever knows their visitors."""
    for key, channel in draft.bot.channels.items():
        if isinstance(channel, CustomerContact | CustomerService):
            yield from _check_reference(draft, key, "app", channel.app, (WecomApp,))
        if isinstance(channel, MemberPage):
            yield from _check_reference(draft, key, "login", channel.login, LOGINS)


def _check_reference(
    draft: Draft, key: str, name: str, wanted: str, kinds: tuple[type, ...]
) -> Iterator[Finding]:
    channels = draft.bot.channels
    channel = channels.get(wanted)
    if isinstance(channel, kinds):
        return
    if channel is None and not draft.is_whole("bot", "channels", wanted):
        return
    fitting = [other for other, channel in channels.items() if isinstance(channel, kinds)]
    what = "there is no channel with this key"
    if channel is not None:
        what = f"a channel of kind {channel.kind} cannot do this"
    instead = (
        f"write one of {listed(fitting)}"
        if fitting
        else "add a channel of kind wecom_app under channels and write its key"
    )
    yield Finding(FILE, ("channels", key, name), what, instead)


def check_one_each(draft: Draft) -> Iterator[Finding]:
    """No account has two channels: what happens there would be told to either, or to both."""
    seen: dict[tuple[str, ...], str] = {}
    for key, channel in draft.bot.channels.items():
        account = _account_of(channel)
        if account is None:
            continue
        if (first := seen.setdefault((channel.kind, *account), key)) != key:
            what = f"channel {first} does the same"
            yield Finding(FILE, ("channels", key), what, "remove one of the two", "key")


def _account_of(channel: Channel) -> tuple[str, ...] | None:
    """What of a kind there may be only one of; None where only a secret could tell."""
    match channel:
        case WecomApp():
            return channel.corp_id, str(channel.agent_id)
        case WecomRobotSocket():
            return (channel.bot_id,)
        case CustomerContact():
            return (channel.app,)
        case CustomerService():
            return (channel.open_kfid,)
        case OfficialAccount() | MiniProgram():
            return (channel.app_id,)
        case MemberPage():
            return ()
        case _:
            return None


def check_modes(draft: Draft) -> Iterator[Finding]:
    """What a kind of channel needs in some of its modes is there."""
    for key, channel in draft.bot.channels.items():
        if not draft.is_whole("bot", "channels", key):
            continue
        match channel:
            case OfficialAccount() if channel.mode != "plain" and channel.encoding_aes_key is None:
                what = f"mode {channel.mode} needs the EncodingAESKey"
                instead = "add encoding_aes_key, or write mode: plain as in the console"
                yield Finding(FILE, ("channels", key), what, instead, "key")
            case MemberPage() if channel.address.startswith("http://"):
                what = "visitors' tickets would travel in clear text"
                instead = "write the https:// address of your proxy"
                yield Finding(FILE, ("channels", key, "address"), what, instead)
            case MemberPage() if len(channel.secret.get_secret_value()) < LEAST_SECRET:
                instead = f"write at least {LEAST_SECRET} random characters"
                what = "this secret is too short to sign with"
                yield Finding(FILE, ("channels", key, "secret"), what, instead)
            case Sms() if channel.provider == "aliyun" and not channel.template:
                instead = "add template: the id of the registered template, as SMS_123456789"
                what = "aliyun sends registered templates only"
                yield Finding(FILE, ("channels", key), what, instead, "key")
            case Email() if channel.host == SIMULATOR and channel.security != "none":
                instead = "write security: none"
                what = "the simulator's mail server speaks no TLS"
                yield Finding(FILE, ("channels", key, "security"), what, instead)
            case Email() if channel.host not in THIS_MACHINE and channel.security == "none":
                what = "mails and the password would travel in clear text"
                instead = "write security: tls or starttls"
                yield Finding(FILE, ("channels", key, "security"), what, instead)


_CHANNELS = frozenset({"bot.channels"})

CHECKS = (
    Check(check_apps, reads=_CHANNELS),
    Check(check_one_each, reads=_CHANNELS),
    Check(check_modes, reads=_CHANNELS),
)
