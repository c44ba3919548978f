"""outlets.yaml: times that can be kept, a mix that adds up, employees who can be reached."""

from collections.abc import Iterator
from typing import Final

from bot.core.messages import TargetKind
from bot.platforms.limits import EXTERNAL_USER_ID
from bot.platforms.table import CAPABILITIES
from bot.settings.checks.draft import Check, Draft, repeated
from bot.settings.checks.plan import is_quiet
from bot.settings.checks.screening import RULES, Spoken, screen
from bot.settings.problems import Finding, Path
from bot.settings.schema.base import Pillar, Weekday
from bot.settings.schema.outlets import Delivery, Moments

FILE: Final = "outlets.yaml"


def check_mix(draft: Draft) -> Iterator[Finding]:
    """The shares name every pillar and add up to 100."""
    moments = draft.outlets.moments
    if moments is None:
        return
    path: Path = ("moments", "pillars")
    for pillar in Pillar:
        if pillar not in moments.pillars:
            what = "missing key"
            yield Finding(FILE, (*path, pillar), what, f"add {pillar}: a share, or 0", "key")
    total = sum(moments.pillars.values())
    if total != 100:
        instead = "change the shares so that they add up to 100"
        yield Finding(FILE, path, f"the shares add up to {total}", instead, "key")


def check_times(draft: Draft) -> Iterator[Finding]:
    """Each time is there once, outside of the quiet hours, and a day has only so many."""
    moments = draft.outlets.moments
    if moments is None:
        return
    quiet = draft.calendar.quiet_hours
    for index, slot in enumerate(moments.slots):
        path: Path = ("moments", "slots", index)
        for day, _ in repeated(slot.days):
            instead = "remove one of the two"
            yield Finding(FILE, (*path, "days", day), "the day is named twice", instead)
        if is_quiet(slot.at, quiet.starts, quiet.ends):
            what = f"inside the quiet hours, {quiet.starts:%H:%M} to {quiet.ends:%H:%M}"
            yield Finding(FILE, (*path, "at"), what, "choose a time outside")
    yield from _check_days(moments)


def _check_days(moments: Moments) -> Iterator[Finding]:
    told: set[int] = set()
    for weekday in Weekday:
        today = [n for n, slot in enumerate(moments.slots) if weekday in slot.days]
        for place, first in repeated(f"{moments.slots[n].at}" for n in today):
            index = today[place]
            if index not in told:
                told.add(index)
                what = f"the same time as slots[{today[first]}] on {weekday}"
                path: Path = ("moments", "slots", index, "at")
                yield Finding(FILE, path, what, "choose another time or day")
        for index in today[moments.most_a_day :]:
            if index not in told:
                told.add(index)
                what = f"more than {moments.most_a_day} drafts on {weekday}"
                instead = "remove the day from a slot, or raise most_a_day"
                yield Finding(FILE, ("moments", "slots", index, "days"), what, instead, "key")


def check_channel(draft: Draft) -> Iterator[Finding]:
    """Tasks of the platform go through customer contact."""
    moments = draft.outlets.moments
    if moments is None:
        return
    channels = {
        key
        for key, channel in draft.bot.channels.items()
        if TargetKind.MOMENTS in CAPABILITIES[channel.kind].tasks_to
    }
    needed = any(slot.deliver is Delivery.COMPANY for slot in moments.slots)
    if moments.channel in channels or not (moments.channel or needed):
        return
    what = "no channel of kind customer_contact" if moments.channel else "slots need a channel"
    known = ", ".join(sorted(channels))
    instead = f"write {known}" if known else "add one to bot.yaml, or write deliver: copy"
    at: Path = ("moments", "channel") if moments.channel else ("moments",)
    yield Finding(FILE, at, what, instead)


def check_employees(draft: Draft) -> Iterator[Finding]:
    """Employees are named once, and are no customers: the platform shows those by other ids."""
    moments = draft.outlets.moments
    if moments is None:
        return
    for index, employee in enumerate(moments.employees):
        if EXTERNAL_USER_ID.fullmatch(employee):
            what, instead = "the id of a customer", "write the user id of an employee"
            yield Finding(FILE, ("moments", "employees", index), what, instead)
    for index, _ in repeated(moments.employees):
        what, instead = "the employee is named twice", "remove one of the two"
        yield Finding(FILE, ("moments", "employees", index), what, instead)


def check_pillars_once(draft: Draft) -> Iterator[Finding]:
    """An article's theme and a script's pictures are told once for a pillar."""
    account, video = draft.outlets.account, draft.outlets.video
    if account is not None:
        for index, first in repeated(theme.pillar for theme in account.themes):
            path: Path = ("account", "themes", index, "pillar")
            yield Finding(FILE, path, f"the same as themes[{first}]", "write another pillar")
    if video is not None:
        for index, first in repeated(shots.pillar for shots in video.shots):
            path = ("video", "shots", index, "pillar")
            yield Finding(FILE, path, f"the same as shots[{first}]", "write another pillar")


def check_words(draft: Draft) -> Iterator[Finding]:
    """What readers of an article or viewers of a film will find says nothing forbidden."""
    account, video = draft.outlets.account, draft.outlets.video
    texts: list[Spoken] = []
    for index, theme in enumerate(() if account is None else account.themes):
        at: Path = ("account", "themes", index)
        texts += [
            (FILE, (*at, "name"), theme.name),
            (FILE, (*at, "opening"), theme.opening),
            (FILE, (*at, "closing"), theme.closing),
        ]
    for index, shots in enumerate(() if video is None else video.shots):
        texts += [
            (FILE, ("video", "shots", index, "hashtags", place), word)
            for place, word in enumerate(shots.hashtags)
        ]
    yield from screen(draft, texts)


_MOMENTS: Final = frozenset({"outlets.moments"})
_DRAFTS: Final = frozenset({"outlets.account", "outlets.video"})

CHECKS: Final = (
    Check(check_mix, reads=_MOMENTS, whole=_MOMENTS),
    Check(
        check_times,
        reads=_MOMENTS | {"calendar.quiet_hours"},
        whole=_MOMENTS | {"calendar.quiet_hours"},
    ),
    Check(check_channel, reads=_MOMENTS | {"bot.channels"}, whole=_MOMENTS | {"bot.channels"}),
    Check(check_employees, reads=_MOMENTS),
    Check(check_pillars_once, reads=_DRAFTS, whole=_DRAFTS),
    Check(check_words, reads=_DRAFTS, whole=_DRAFTS | RULES),
)
