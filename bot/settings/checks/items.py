"""content/: what an item claims is proven, and what its head and its slots name is there."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from bot.settings.checks.draft import Check, Draft, content_file, variant_path
from bot.settings.checks.plan import FILE as CALENDAR
from bot.settings.checks.screening import RULES, Spoken, screen_posts
from bot.settings.live_slots import LIVE_SLOTS, NODE_SLOT, slot_mistakes, slots_in
from bot.settings.nearest import nearest
from bot.settings.problems import Finding
from bot.settings.schema.front_matter import Appeal

_NUMBER: Final = r"(?:\d[\d,.]*|[零〇一二两三四五六七八九十百千几数]+)"
_FIGURE: Final = re.compile(
    rf"{_NUMBER}\s*[%％]|百分之{_NUMBER}|{_NUMBER}\s*(?:多\s*)?倍|{_NUMBER}\s*(?:多\s*)?万\s*[人名位]"
)
"""A share, a multiple or a crowd: what readers take for a measurement."""

_LONGEST_LINK: Final = 2048


def check_evidence(draft: Draft) -> Iterator[Finding]:
    """A text that claims a figure names where it can be looked up."""
    for item in draft.content:
        if item.front.evidence.strip():
            continue
        for key, text in item.variants.items():
            if figure := _FIGURE.search(text):
                what = f"claims a figure, {figure[0]}, without evidence"
                instead = "add evidence: where it can be looked up, or leave the figure out"
                file, path = content_file(item), variant_path(key)
                yield Finding(file, path, what, instead, offset=figure.start())


def check_live_slots(draft: Draft) -> Iterator[Finding]:
    """Braces in a text hold what is known when it is posted."""
    for item in draft.content:
        for key, text in item.variants.items():
            file, path = content_file(item), variant_path(key)
            for mistake in slot_mistakes(text, LIVE_SLOTS):
                yield Finding(file, path, mistake.what, mistake.instead, offset=mistake.offset)
            for offset, name in slots_in(text):
                if name == NODE_SLOT and not item.front.node:
                    what = f"{{{NODE_SLOT}}}, but the item is made for no node day"
                    instead = "add node: its key, or write the words out"
                    yield Finding(file, path, what, instead, offset=offset)


def check_step_slots(draft: Draft) -> Iterator[Finding]:
    """The same for the last lines of posts."""
    for index, step in enumerate(draft.calendar.fission_steps):
        for number, text in enumerate(step.texts):
            path = ("fission_steps", index, "texts", number)
            for mistake in slot_mistakes(text, LIVE_SLOTS):
                yield Finding(CALENDAR, path, mistake.what, mistake.instead)


def check_approval(draft: Draft) -> Iterator[Finding]:
    """Who must say yes to an item is an operator or an owner."""
    people = [*draft.bot.operators, *(one for group in draft.bot.groups for one in group.owners)]
    known = list(dict.fromkeys(people))
    for item in draft.content:
        for index, person in enumerate(item.front.approval):
            if person not in known:
                what = "neither an operator nor an owner of a group in bot.yaml"
                path = ("approval", index)
                yield Finding(content_file(item), path, what, nearest(person, known))


def check_appeal(draft: Draft) -> Iterator[Finding]:
    """What appeals by a discount is a promotion, and counts as one."""
    for item in draft.content:
        if item.front.appeal is Appeal.DISCOUNT and not item.front.promotion:
            instead = "add promotion: true, or write trust or emotion"
            yield Finding(content_file(item), ("appeal",), "a discount, but no promotion", instead)


def check_links(draft: Draft) -> Iterator[Finding]:
    """Links can be opened from a chat."""
    for item in draft.content:
        link = item.front.link.strip()
        if link and (what := _flaw(link)):
            instead = "write an address as https://www.example.com/page"
            yield Finding(content_file(item), ("link",), what, instead)


def check_link_hosts(draft: Draft) -> Iterator[Finding]:
    """Links lead where texts may lead."""
    links: list[Spoken] = [
        (content_file(item), ("link",), item.front.link)
        for item in draft.content
        if item.front.link and not _flaw(item.front.link)
    ]
    yield from screen_posts(draft, links)


def _flaw(link: str) -> str:
    """What is wrong with the form of an address; else empty."""
    try:
        parts = urlsplit(link)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "not an address"
    if parts.scheme != "https":
        return "not an https address"
    if port is not None:
        return "an address with a port"
    if re.search(r"\s", link) or not re.fullmatch(r"[\w-]+(\.[\w-]+)+", host):
        return "not an address"
    if parts.username is not None:
        return "an address with a name in front of the host"
    return f"longer than {_LONGEST_LINK:,} characters" if len(link) > _LONGEST_LINK else ""


_GROUPS: Final = frozenset({"bot.groups"})

CHECKS = (
    Check(check_evidence, reads=frozenset()),
    Check(check_live_slots, reads=frozenset()),
    Check(check_step_slots, reads=frozenset({"calendar.fission_steps"})),
    Check(check_approval, reads=_GROUPS, whole=frozenset({"bot.groups", "bot.operators"})),
    Check(check_appeal, reads=frozenset()),
    Check(check_links, reads=frozenset()),
    Check(check_link_hosts, reads=frozenset(), whole=RULES),
)
