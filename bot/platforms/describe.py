"""The capability table in words: for the command line and for docs/channels.md.

What a kind of channel cannot do is left out, so that what is told can be read.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bot.core.errors import (
    ChatUnreachable,
    CodeUsedUp,
    ContentRefused,
    LimitReached,
    PersonUnreachable,
    PlatformBusy,
    PlatformError,
    SettingsWrong,
    TokenStale,
    WindowClosed,
)
from bot.core.events import EventKind
from bot.core.messages import TargetKind
from bot.core.ports import Capabilities, Hears, Rate, Window
from bot.platforms.errcodes import ACCOUNT, WECOM, Refusals
from bot.platforms.table import CAPABILITIES

NAMES: Final[Mapping[str, str]] = {
    "wecom_app": "Self-built app 自建应用",
    "wecom_robot": "Intelligent robot 智能机器人, URL mode",
    "wecom_robot_socket": "Intelligent robot 智能机器人, WebSocket mode",
    "group_webhook": "Message push 消息推送",
    "customer_contact": "Customer contact 客户联系",
    "customer_service": "WeChat customer service 微信客服",
    "official_account": "Official Account 公众号",
    "mini_program": "Mini program 小程序",
    "email": "E-mail 邮件",
    "sms": "Short messages 短信",
    "member_page": "Our own pages",
}
"""What people call each ``kind`` of bot.yaml."""

FOLLOWS: Final[Mapping[type[PlatformError], str]] = {
    PlatformBusy: "It is tried again in a moment.",
    TokenStale: "It is tried again with a new token.",
    LimitReached: "The channel waits until the window of the limit has passed.",
    WindowClosed: "It waits for the person to write, and looks again every hour.",
    SettingsWrong: "The channel waits for somebody to mend it, and tries every five minutes.",
    PersonUnreachable: "It is given up.",
    ChatUnreachable: "It is given up.",
    CodeUsedUp: "It is given up.",
    ContentRefused: "It is given up.",
}
"""What becomes of a message that met the error."""

_GLANCE: Final = (
    "hears in groups",
    "hears in private",
    "sees members",
    "speaks unasked to",
    "an employee sends to",
)

_HEARS: Final = {
    Hears.NOTHING: "",
    Hears.MENTIONS: "messages that @ it",
    Hears.EVERYTHING: "every message",
}

_TARGETS: Final = {
    TargetKind.GROUP: "groups",
    TargetKind.PERSON: "people",
    TargetKind.CALLBACK: "whoever just acted",
    TargetKind.RECORD: "customer tags",
    TargetKind.MOMENTS: "the Moments of employees",
}

_ACTS: Final[Mapping[EventKind, str]] = {
    EventKind.TEXT: "wrote",
    EventKind.MEDIA: "sent a file",
    EventKind.CHOSE: "used the menu",
    EventKind.BEFRIENDED: "followed",
    EventKind.SCANNED: "scanned a code",
}

_SPANS: Final = {60: "a minute", 3600: "an hour", 24 * 3600: "a day"}

_FAR_AWAY: Final = 10_000
"""Limits of the whole API begin here; no brand of ours meets them."""


def facts(table: Capabilities) -> Iterator[tuple[str, str]]:
    """What a kind of channel can do, as pairs of a heading and a short phrase."""
    told = {
        "hears in groups": _HEARS[table.hears_in_groups],
        "hears in private": _yes(told=table.hears_in_private),
        "sees members": _yes(told=table.sees_members),
        "answers": _answers(table),
        "speaks unasked to": _targets(table.pushes_to - {TargetKind.RECORD}),
        "only if": _conditions(table),
        "an employee sends to": _targets(table.tasks_to),
        "changes customer tags": _yes(told=TargetKind.RECORD in table.pushes_to),
        "repeats after silence": _targets(table.repeat_is_safe_to),
        "text": _size(table.text_bytes),
        "markdown": _size(table.markdown_bytes),
        "cards with buttons": _cards(table),
        "changes a tapped card": "also later" if table.changes_cards_later else "",
        "mentions with @": _yes(told=table.mentions),
        "links": _yes(told=table.links),
        "media": ", ".join(sorted(table.media)),
        "media with one text": f"up to {table.attachments}" if table.attachments else "",
        "notices by template": _yes(told=table.notices),
        "hands over to a person": _yes(told=table.hands_over),
        "limits": "; ".join(_rate(rate) for rate in table.rates if rate.limit < _FAR_AWAY),
    }
    return ((heading, phrase) for heading, phrase in told.items() if phrase)


def render_channels() -> str:
    """docs/channels.md: every kind of channel, and what refusals mean."""
    told = {kind: dict(facts(table)) for kind, table in CAPABILITIES.items()}
    lines = [
        "# Channels",
        "",
        "What each kind of channel can do. Generated from the tables in `bot/platforms` by",
        "`python -m bot check --write-schema`; do not edit. `python -m bot channels` shows the",
        "same for the channels of your bot.yaml.",
        "",
        *_table(("kind", "", *_GLANCE), _glance(told)),
        *(line for kind, phrases in told.items() for line in _section(kind, phrases)),
        "## What the words mean",
        "",
        *_WORDS,
        "",
        "## What refusals mean",
        "",
        "Every number leads to one of these errors, and each error to one way of going on.",
        "",
        *_table(
            ("error", "meaning", "what becomes of the message"),
            ((error.__name__, _first_line(error), follows) for error, follows in FOLLOWS.items()),
        ),
        *_refusals("WeCom", WECOM),
        *_refusals("Official Account and mini program", ACCOUNT),
    ]
    return "\n".join(lines).rstrip() + "\n"


_WORDS: Final = (
    "- *answers*: at once is in the platform's open request, a few seconds; later is by a one-use",
    "  address that came with the message; in a stream is bit by bit; whenever it is ready is to a",
    "  page that asks again.",
    "- *speaks unasked to*: posts, announcements and private messages of the bot's own accord.",
    "- *only if*: what must have happened there before it may speak unasked.",
    "- *an employee sends to*: the bot makes a task, and nothing is shown before an employee",
    "  confirms it in WeCom.",
    "- *repeats after silence*: when nobody knows whether a message arrived, it goes again here",
    "  and only here, because the platform drops the second one.",
    "- *text* and *markdown*: longer ones are cut. A Chinese character has three bytes.",
    "- *notices by template*: the platform's own words, filled in. A mini program sends nothing",
    "  else, and needs the person's consent for each.",
    "- *limits*: the outbox keeps them; what is too much waits. Those of e-mail and short messages",
    "  are `per_minute` of bot.yaml. Limits beyond 10,000 calls are left out.",
)


def _glance(told: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, ...]]:
    for kind, phrases in told.items():
        yield f"[{kind}](#{kind})", NAMES[kind], *(phrases.get(name, "") for name in _GLANCE)


def _section(kind: str, phrases: Mapping[str, str]) -> Iterator[str]:
    yield from (f"## {kind}", "", NAMES[kind], "")
    yield from _table(("", ""), phrases.items())


def _refusals(name: str, table: Refusals) -> Iterator[str]:
    yield from (f"### {name}", "")
    rows = ((str(code), it.error.__name__, it.meaning) for code, it in sorted(table.items()))
    yield from _table(("errcode", "error", "meaning"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield _row(head)
    yield f"|{'---|' * len(head)}"
    yield from map(_row, rows)
    yield ""


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _first_line(error: type[PlatformError]) -> str:
    return (error.__doc__ or "").partition("\n")[0]


def _answers(table: Capabilities) -> str:
    ways = {
        "at once": table.answers_in_request,
        "later": table.answers_later,
        "in a stream": table.streams,
        "whenever it is ready": table.answers_wait,
    }
    return ", ".join(way for way, can in ways.items() if can)


def _conditions(table: Capabilities) -> str:
    told = ["somebody has written to it in that chat"] if table.first_word else []
    acts: dict[tuple[int, int], list[str]] = {}
    for kind, window in table.windows.items():
        acts.setdefault((window.limit, window.seconds), []).append(_ACTS.get(kind, kind))
    told += [_window(Window(*key), kinds) for key, kinds in acts.items()]
    return "; ".join(told)


def _window(window: Window, acts: list[str]) -> str:
    within = _SPANS.get(window.seconds) or _long(window.seconds)
    return f"he {' or '.join(acts)}: {window.limit} messages within {within}"


def _cards(table: Capabilities) -> str:
    places = [f"to {_targets(table.cards)}"] if table.cards else []
    places += ["in answers"] if table.cards_in_answers else []
    return ", ".join(places)


def _rate(rate: Rate) -> str:
    every = _SPANS.get(rate.seconds) or f"in {_long(rate.seconds)}"
    place = " to each chat" if rate.per_chat else ""
    kinds = f" ({_targets(rate.kinds)})" if rate.kinds else ""
    return f"{rate.limit:,} {every}{place}{kinds}"


def _long(seconds: int) -> str:
    return f"{seconds} seconds" if seconds % 3600 else f"{seconds // 3600} hours"


def _targets(kinds: Iterable[TargetKind]) -> str:
    return ", ".join(_TARGETS[kind] for kind in sorted(kinds))


def _size(limit: int) -> str:
    return f"{limit:,} bytes, {limit // 3:,} Chinese characters" if limit else ""


def _yes(*, told: bool) -> str:
    return "yes" if told else ""
