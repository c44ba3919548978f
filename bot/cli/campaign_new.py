"""A campaign's file from a template of campaigns/templates/, which an operator then edits.

A phase that would fall on a solemn day in the coming run is written for the next free day, with the
reason beside it. A file that is there is never touched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from bot.schedules.node_days import node_days_between, node_days_on
from bot.settings.nearest import nearest
from bot.settings.schema.campaigns import CampaignType
from bot.settings.settings import Settings

KINDS: Final = tuple(kind.value for kind in CampaignType)

_KEY: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_FAR: Final = timedelta(days=800)
"""A lunar day comes within so many days, whenever one looks."""

_PHASE: Final = re.compile(r"( *- phase: )(-?\d+)$")


def write_campaign(
    settings: Settings, *, kind: str, name: str, when: date | str, key: str, today: date
) -> Path | str:
    """Write campaigns/KEY.yaml about a date, or the node day with the key ``when``.

    Returns the file, or a sentence that says why there is none. ``key`` may be empty.
    """
    folder = settings.directory / "campaigns"
    template = folder / "templates" / f"{kind}.yaml"
    key = key or (when if isinstance(when, str) else f"{kind}-{when:%Y%m%d}")
    file = folder / f"{key}.yaml"
    if not _KEY.fullmatch(key):
        return f"{key} is no name for a file: write lower case letters, digits, - and _"
    if not name.strip() or set(name) & set("\n:#{}[]\"'"):
        return "the name must be a few words without punctuation"
    day = _day_of(settings, when, today)
    if not isinstance(day, _T0):
        return day
    if file.exists():
        return f"{file} is there already: choose another --key, or edit it"
    if not template.is_file():
        return f"there is no {template}: copy it from the example configuration"
    text = "\n".join(_moved(template.read_text(encoding="utf-8"), settings, day))
    wording = f"node: {when}" if isinstance(when, str) else f"on: {when}"
    if day.name:
        wording += f"  # {day.name}, next on {day.first}"
    for mark, put in (
        ("__NAME__", name.strip()),
        ("__WHEN__", wording),
        ("__KEY__", key),
        ("__ROBOT_GROUPS__", _robot_groups(settings)),
    ):
        text = text.replace(mark, put)
    with file.open("x", encoding="utf-8") as written:
        written.write(text)
    return file


@dataclass(frozen=True, slots=True)
class _T0:
    """The coming T0; ``name`` is its node day's."""

    name: str
    first: date
    last: date


def _day_of(settings: Settings, when: date | str, today: date) -> _T0 | str:
    """The coming T0, or why there is none."""
    if isinstance(when, date):
        return _T0("", when, when) if when >= today else f"{when} is over"
    days = node_days_between(today, today + _FAR, settings.calendar)
    for day in days:
        if day.key == when:
            if day.solemn:
                return f"{day.name} is a solemn day: nothing is posted on it"
            return _T0(day.name, day.on, day.last)
    return f"there is no node day {when}: {nearest(when, sorted({day.key for day in days}))}"


def _moved(text: str, settings: Settings, t0: _T0) -> Iterator[str]:
    """The lines of a template, with phases of solemn days on the next day that is none."""
    for line in text.split("\n"):
        match = _PHASE.fullmatch(line)
        if match is None:
            yield line
            continue
        written = phase = int(match[2])
        while why := _solemn(settings, t0, phase):
            reason, phase = why, phase + 1
        note = "" if phase == written else f"  # T{written:+d} is {reason}: nothing is posted then"
        yield f"{match[1]}{phase}{note}"


def _solemn(settings: Settings, t0: _T0, phase: int) -> str:
    on = (t0.last if phase > 0 else t0.first) + timedelta(days=phase)
    days = node_days_on(on, settings.calendar)
    return next((day.name for day in days if day.solemn), "")


def _robot_groups(settings: Settings) -> str:
    """For posts that customer groups, which are sent one a day, are spared: the other groups."""
    scheduled = [group for group in settings.bot.groups if group.scheduled]
    others = [group.key for group in scheduled if not settings.is_customer_group(group)]
    if not others or len(others) == len(scheduled):
        return ""
    return f"\n    groups: [{', '.join(others)}]"
