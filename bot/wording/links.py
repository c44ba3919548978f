"""Where a text leads: only to hosts that were named."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bot.wording.folding import Folded, Span, fold, folded

WHY: Final = "外链只许去登记过的网站，避免把群友带到别处"
INSTEAD: Final = "去掉链接，或者把网站记进 screening.link_hosts"

PLATFORM_HOSTS: Final = ("weixin.qq.com", "qpic.cn", "weixin110.qq.com")
"""Hosts of the platform itself, at which its pictures, join ways and cards are."""

_ENDINGS: Final = (
    "com|cn|net|org|gov|edu|top|xyz|vip|shop|club|info|cc|co|io|me|tv|app|link|ink|site|online|store"
    "|fun|live|ltd|work|wang|icu|pro|biz|mobi|tech|asia|hk|tw|jp|us|ru|dev|page|ly|gd|im"
)
LINK: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://(?P<host>[^/?#\s:，。、)》”\"'<>一-鿿]*)"
    rf"|(?<![@a-z0-9_.-])(?P<bare>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_ENDINGS}))(?![a-z0-9@-])"
)
_PIECE: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Link:
    """A link to ``host``; ``span`` is where it stands in the text as it was written."""

    host: str
    span: Span


def find_links(place: Folded) -> Iterator[Link]:
    """Each link, first those that a reader can tap, then those that are spelled out with spaces.

    Folding drops spaces, and a word behind a host would seem a part of it. So each piece between
    spaces is read by itself before the whole is.
    """
    tappable = list(_between_spaces(place.written))
    yield from tappable
    for match in LINK.finditer(place.text):
        start, end = place.written_span(match.span())
        if not any(link.span[0] < end and start < link.span[1] for link in tappable):
            yield Link(_host(match), (start, end))


def has_link(text: str) -> bool:
    """Whether a reader can tap something in ``text``."""
    return any(LINK.search(fold(piece)) for piece in text.split())


def leads_to(host: str, known: Iterable[str]) -> bool:
    """Whether ``host`` is one of ``known``, or lies below it."""
    return any(host == name or host.endswith(f".{name}") for name in known)


def _between_spaces(written: str) -> Iterator[Link]:
    for piece in _PIECE.finditer(written):
        place = folded(piece[0])
        for match in LINK.finditer(place.text):
            start, end = place.written_span(match.span())
            yield Link(_host(match), (piece.start() + start, piece.start() + end))


def _host(match: re.Match[str]) -> str:
    return match["host"] if match["bare"] is None else match["bare"]
