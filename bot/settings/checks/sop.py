"""sop.yaml: plans begin with something that exists, steps have hours, texts suit their readers.

A message that is only for the silent never says so, and nobody's numbers are told before others.
"""

from collections.abc import Iterator
from datetime import time
from itertools import pairwise
from typing import Final

from bot.settings.checks.days import unknown_groups
from bot.settings.checks.draft import Check, Draft, repeated
from bot.settings.checks.plan import is_quiet
from bot.settings.checks.screening import RULES, Spoken, check_emoji, screen
from bot.settings.checks.speech import slot_mistakes
from bot.settings.nearest import nearest
from bot.settings.problems import Finding, Path
from bot.settings.schema.calendar import BUILT_IN_NODE_KEYS
from bot.settings.schema.sop import FIGURES, SLOTS, Beginning, SopPlan, Step
from bot.settings.schema.templates import TemplateShape

FILE: Final = "sop.yaml"

SHAMING: Final = (
    "潜水",
    "沉默",
    "没说过话",
    "没说话",
    "不说话",
    "没冒泡",
    "没发言",
    "不发言",
    "没动静",
)
"""Words for being silent; nobody is named as that, not even to himself."""

_SHAPE: Final = TemplateShape(SLOTS, 1)
_OWN_KEYS: Final = {"act": "act", "nth": "act", "tag": "tag", "node": "node_day"}


def check_keys(draft: Draft) -> Iterator[Finding]:
    """Plans, and the steps of a plan, have keys of their own."""
    plans = draft.sop.plans
    for index, first in repeated(plan.key for plan in plans):
        what = f"the same key as plans[{first}]"
        yield Finding(FILE, ("plans", index, "key"), what, "give each plan its own key")
    for number, plan in enumerate(plans):
        for index, first in repeated(step.key for step in plan.steps):
            what = f"the same key as steps[{first}]"
            path: Path = ("plans", number, "steps", index, "key")
            yield Finding(FILE, path, what, "give each step its own key")


def check_beginnings(draft: Draft) -> Iterator[Finding]:
    """What a plan begins with is named, and nothing else is."""
    for number, plan in enumerate(draft.sop.plans):
        path: Path = ("plans", number, "begins")
        begins = plan.begins
        for key, on in _OWN_KEYS.items():
            if on != begins.on and getattr(begins, key) != Beginning.model_fields[key].default:
                what = f"belongs to on: {on}"
                yield Finding(FILE, (*path, key), what, "remove it", "key")
        wanted = {"act": begins.act, "tag": begins.tag, "node_day": begins.node}
        if begins.on in wanted and not wanted[begins.on]:
            key = "node" if begins.on == "node_day" else begins.on
            yield Finding(FILE, (*path, "on"), f"{key} is missing", f"add {key}: what it is")


def check_tags(draft: Draft) -> Iterator[Finding]:
    """Tags are those of members.yaml."""
    known = [tag.key for tag in draft.members.tags]
    what = "there is no such tag in members.yaml"
    for number, plan in enumerate(draft.sop.plans):
        path: Path = ("plans", number, "begins", "tag")
        if plan.begins.tag and plan.begins.tag not in known:
            yield Finding(FILE, path, what, nearest(plan.begins.tag, known))
    for path, _, step in _steps(draft):
        for key, tags in (("tags", step.tags), ("unless_tags", step.unless_tags)):
            for index, tag in enumerate(tags):
                if tag not in known:
                    yield Finding(FILE, (*path, key, index), what, nearest(tag, known))


def check_node_days(draft: Draft) -> Iterator[Finding]:
    """Node days are those of the calendar."""
    known = sorted(BUILT_IN_NODE_KEYS | {day.key for day in draft.calendar.node_days})
    for number, plan in enumerate(draft.sop.plans):
        if plan.begins.node and plan.begins.node not in known:
            path: Path = ("plans", number, "begins", "node")
            instead = nearest(plan.begins.node, known)
            yield Finding(FILE, path, "there is no such node day", instead)


def check_groups(draft: Draft) -> Iterator[Finding]:
    """Plans are for groups that exist."""
    for number, plan in enumerate(draft.sop.plans):
        yield from unknown_groups(draft, FILE, ("plans", number), plan.groups, plan.rollout)


def check_times(draft: Draft) -> Iterator[Finding]:
    """A step has an hour of the day, outside of the quiet hours, and does not end before it."""
    quiet = draft.calendar.quiet_hours
    shown = f"{quiet.starts:%H:%M} to {quiet.ends:%H:%M}"
    for path, plan, step in _steps(draft):
        if step.days < 0 and plan.begins.on != "node_day":
            what = "only a node day is known before it comes"
            yield Finding(FILE, (*path, "days"), what, "write 0 or more")
        if is_quiet(step.at, quiet.starts, quiet.ends):
            what = f"inside the quiet hours, {shown}"
            yield Finding(FILE, (*path, "at"), what, "choose a time outside")
        elif step.until is not None and step.until <= step.at:
            instead = f"write a time after {step.at:%H:%M}"
            yield Finding(FILE, (*path, "until"), "ends before it begins", instead)
        elif step.until is not None and _wakes(step, quiet.starts):
            what = f"reaches into the quiet hours, {shown}"
            yield Finding(FILE, (*path, "until"), what, f"write at most {quiet.starts:%H:%M}")


def check_order(draft: Draft) -> Iterator[Finding]:
    """Steps stand in the order in which they come: the file reads as a member hears it."""
    for number, plan in enumerate(draft.sop.plans):
        for index, (before, step) in enumerate(pairwise(plan.steps), start=1):
            if step.days < before.days:
                what = f"comes before steps[{index - 1}], which is on day {before.days}"
                path: Path = ("plans", number, "steps", index, "days")
                yield Finding(FILE, path, what, "put the steps in the order of their days")


def check_conditions(draft: Draft) -> Iterator[Finding]:
    """Conditions can be met."""
    for path, _, step in _steps(draft):
        if step.within_days and not step.only_if:
            what = "tells how far only_if looks back"
            yield Finding(FILE, (*path, "within_days"), what, "remove it, or add only_if", "key")
        for tag in sorted(set(step.tags) & set(step.unless_tags)):
            place = step.unless_tags.index(tag)
            what = f"{tag} stands under tags as well"
            yield Finding(FILE, (*path, "unless_tags", place), what, "remove one of the two")


def check_texts(draft: Draft) -> Iterator[Finding]:
    """Texts fill in what is known, tell nobody's numbers to others, and name nobody as silent."""
    for path, _, step in _steps(draft):
        for index, text in enumerate(step.texts):
            where: Path = (*path, "texts", index)
            for what, instead in slot_mistakes(text, _SHAPE):
                yield Finding(FILE, where, what, instead)
            told = sorted(slot for slot in FIGURES if f"{{{slot}}}" in text)
            if told and step.place == "group":
                what = f"{{{told[0]}}} is nobody's business but his own"
                yield Finding(FILE, where, what, "write place: private, or leave the number out")
            if said := next((word for word in SHAMING if word in text), ""):
                what = f"{said} tells a member that he is watched"
                yield Finding(FILE, where, what, "ask or offer something instead")


def check_words(draft: Draft) -> Iterator[Finding]:
    """Nothing that may not be said, and no more emoji than the persona may use."""
    spoken: list[Spoken] = [
        (FILE, (*path, "texts", index), text)
        for path, _, step in _steps(draft)
        for index, text in enumerate(step.texts)
    ]
    yield from screen(draft, spoken)
    for file, path, text in spoken:
        yield from check_emoji(draft.persona.tone, file, path, text)


def _steps(draft: Draft) -> Iterator[tuple[Path, SopPlan, Step]]:
    """Every step with its place in the file and its plan."""
    for number, plan in enumerate(draft.sop.plans):
        for index, step in enumerate(plan.steps):
            yield ("plans", number, "steps", index), plan, step


def _wakes(step: Step, starts: time) -> bool:
    """Whether a step that begins outside of the quiet hours would reach into them."""
    return step.until is not None and step.at < starts < step.until


_PLANS: Final = frozenset({"sop.plans"})
_QUIET: Final = frozenset({"calendar.quiet_hours"})

CHECKS = (
    Check(check_keys, reads=_PLANS),
    Check(check_beginnings, reads=_PLANS),
    Check(check_tags, reads=_PLANS, whole=frozenset({"members.tags"})),
    Check(check_node_days, reads=_PLANS, whole=frozenset({"calendar.node_days"})),
    Check(check_groups, reads=_PLANS | {"bot.groups"}, whole=frozenset({"bot.groups"})),
    Check(check_times, reads=_PLANS | _QUIET, whole=_QUIET),
    Check(check_order, reads=_PLANS),
    Check(check_conditions, reads=_PLANS),
    Check(check_texts, reads=_PLANS),
    Check(check_words, reads=_PLANS, whole=RULES),
)
