"""What people change about the plan: another item, this very item, no post, their own words, a yes.

A change is tried on the plan before it is written down: what a hard rule forbids is refused with
the rule, and nobody learns at 20:00 that his wish could not be met.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.text import fold
from bot.schedules.approval import approvers_of, digest
from bot.schedules.decide import Situation
from bot.schedules.edits import (
    Edit,
    Edited,
    EditKind,
    Edits,
    EditWish,
    TooLate,
    Written,
    after,
    comes_after_lock,
)
from bot.schedules.plan import Plan, PlannedPost, lay_out
from bot.schedules.publisher import Publisher
from bot.schedules.rules import Hindrance
from bot.schedules.shelf import Shelf
from bot.settings.nearest import meant
from bot.settings.schema.base import Pillar
from bot.settings.schema.bot import Group
from bot.settings.settings import ContentItem, Settings

PLAN_DAYS = 14
"""So far ahead the plan is laid out and can be changed."""

TITLE_LENGTH = 20
"""The title of a post in somebody's own words is its beginning, up to so many characters."""


class Refusal(StrEnum):
    """Why a slot stays as it is."""

    NO_SLOT = "no_slot"
    """The plan has no such slot."""

    NO_ITEM = "no_item"
    """The library has no such item."""

    NEAR_ITEM = "near_item"
    """The library has no such item; ``detail`` is the title that was perhaps meant."""

    NO_OTHER = "no_other"
    """Nothing else could be posted there; ``detail`` says what the library lacks."""

    FORBIDDEN = "forbidden"
    """A rule is in the way; ``detail`` is its sentence."""

    LOCKED = "locked"
    DECIDED = "decided"

    EMPTY = "empty"
    """Nothing is planned there that could be kept or approved; ``detail`` says why."""

    NOT_ASKED = "not_asked"
    """He is none of those who approve it; ``detail`` names them."""

    NO_NEED = "no_need"
    """Nobody must approve it."""

    CHANGED = "changed"
    """It is not what people were asked about; they are asked again."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The slot stays as it is, and why; ``hindrance`` is the rule behind it, if it is one."""

    why: Refusal
    detail: str = ""
    hindrance: Hindrance | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """The slot as it is planned now."""

    post: PlannedPost


@dataclass(frozen=True, slots=True)
class Asked:
    """``by`` (a user id) wants something with the slot ``key`` of ``group`` at ``at``."""

    group: Group
    key: str
    by: str
    at: datetime


_Wish = tuple[EditKind, str, Written | None]
"""What is wanted, the item and the words, where they belong to it."""


class Planner:
    """The plan of the next days, and changes to it."""

    def __init__(self, publisher: Publisher, edits: Edits) -> None:
        self._publisher = publisher
        self._edits = edits

    async def shelf(self, settings: Settings) -> Shelf:
        """What may be put into a plan."""
        return await self._publisher.shelf(settings)

    async def plan(self, group: Group, now: datetime, days: int = PLAN_DAYS) -> Plan:
        """The plan of a group as it stands."""
        return lay_out(await self._publisher.situation(group, now), now, days)

    async def swap(self, asked: Asked, title: str = "") -> Changed | Refused:
        """Put the item with this title in, or without a title the next best one.

        A campaign's post gives way to an item that is named only.
        """

        def wish(situation: Situation, post: PlannedPost) -> _Wish | Refused:
            found = (
                _by_title(situation.shelf, title) if title else _next_best(situation, post, asked)
            )
            return (EditKind.SWAP, found.key, None) if isinstance(found, ContentItem) else found

        return await self._change(asked, wish)

    async def pin(self, asked: Asked) -> Changed | Refused:
        """Keep what is planned, whatever happens before."""

        def wish(_: Situation, post: PlannedPost) -> _Wish | Refused:
            if post.item is None:
                return Refused(Refusal.EMPTY, post.reason)
            if post.edit.written is not None:
                return EditKind.PIN, "", post.edit.written
            return EditKind.PIN, post.item.key, None

        return await self._change(asked, wish)

    async def skip(self, asked: Asked) -> Changed | Refused:
        """Post nothing there."""
        return await self._change(asked, lambda *_: (EditKind.SKIP, "", None))

    async def restore(self, asked: Asked) -> Changed | Refused:
        """Let the mix choose again."""
        return await self._change(asked, lambda *_: (EditKind.RESTORE, "", None))

    async def write(self, asked: Asked, text: str) -> Changed | Refused:
        """Post ``text`` there; it counts as the pillar and kind of what it replaces."""

        def wish(_: Situation, post: PlannedPost) -> _Wish:
            front = post.item.front if post.item else None
            title = text.strip().splitlines()[0][:TITLE_LENGTH]
            kind = front.kind if front else post.slot.kinds[0]
            written = Written(title, text.strip(), front.pillar if front else Pillar.BRAND, kind)
            return EditKind.WRITE, "", written

        return await self._change(asked, wish)

    async def approve(self, asked: Asked) -> Changed | Refused:
        """Say yes to what is planned, as it stands now; it is held from here on.

        Whoever was asked about something else is asked again first.
        """
        situation = await self._publisher.situation(asked.group, asked.at)
        post = lay_out(situation, asked.at, PLAN_DAYS).post(asked.key)
        if post is None:
            return Refused(Refusal.NO_SLOT)
        if post.choice is None:
            return Refused(Refusal.EMPTY, post.reason)
        people = approvers_of(situation.settings, post.slot, post.choice.item)
        if not people:
            return Refused(Refusal.NO_NEED)
        if asked.by not in people:
            return Refused(Refusal.NOT_ASKED, ", ".join(people))
        words = digest(post.choice)
        if post.edit.asked not in ("", words):
            self._publisher.wake(situation.group_key)
            return Refused(Refusal.CHANGED)
        held = "" if post.edit.written else post.choice.item.key
        wish = _wish_for(situation, post, asked, EditKind.APPROVE)
        return await self._settle(situation, replace(wish, item=held, approved=words))

    async def _change(
        self, asked: Asked, wished: Callable[[Situation, PlannedPost], _Wish | Refused]
    ) -> Changed | Refused:
        """Try a change on the plan, and write it down if no rule is in its way."""
        situation = await self._publisher.situation(asked.group, asked.at)
        plan = lay_out(situation, asked.at, PLAN_DAYS)
        post = plan.post(asked.key)
        if post is None:
            return Refused(Refusal.NO_SLOT)
        found = wished(situation, post)
        if isinstance(found, Refused):
            return found
        kind, item, written = found
        wish = replace(_wish_for(situation, post, asked, kind), item=item, written=written)
        if comes_after_lock(wish, post.edit):
            return Refused(Refusal.LOCKED)
        plan_then = _laid_out(situation, after(post.edit, wish), wish)
        tried = _slot_of(plan_then, wish)
        wanted = written.as_item(asked.key).key if written else item
        if wanted and (tried.item is None or tried.item.key != wanted):
            return Refused(Refusal.FORBIDDEN, _rule(tried), tried.hindrance)
        if (displaced := _displaced(plan, plan_then, asked.key)) is not None:
            return Refused(Refusal.FORBIDDEN, _rule(displaced), displaced.hindrance)
        if tried.choice and asked.by in approvers_of(
            situation.settings, tried.slot, tried.choice.item
        ):
            wish = replace(wish, approved=digest(tried.choice))
        return await self._settle(situation, wish)

    async def _settle(self, situation: Situation, wish: EditWish) -> Changed | Refused:
        settled = await self._edits.settle(wish)
        match settled:
            case Edited(edit=edit):
                self._publisher.wake(wish.group_key)
                return Changed(_slot_of(_laid_out(situation, edit, wish), wish))
            case TooLate.LOCKED:
                return Refused(Refusal.LOCKED)
            case TooLate.DECIDED:
                return Refused(Refusal.DECIDED)


def _wish_for(situation: Situation, post: PlannedPost, asked: Asked, kind: EditKind) -> EditWish:
    lock = timedelta(minutes=situation.settings.calendar.lock_minutes)
    return EditWish(
        kind=kind,
        key=asked.key,
        group_key=situation.group_key,
        due_at=post.slot.due_at,
        locks_at=post.slot.due_at - lock,
        by=asked.by,
        at=asked.at,
    )


def _laid_out(situation: Situation, edit: Edit, wish: EditWish) -> Plan:
    """The plan with ``edit`` at the slot of ``wish``."""
    edits = {**situation.edits, wish.key: replace(edit, key=wish.key)}
    return lay_out(replace(situation, edits=edits), wish.at, PLAN_DAYS)


def _slot_of(plan: Plan, wish: EditWish) -> PlannedPost:
    post = plan.post(wish.key)
    assert post is not None, "an edit does not take a slot out of the plan"
    return post


def _displaced(plan: Plan, plan_then: Plan, key: str) -> PlannedPost | None:
    """A slot beside ``key`` that would lose what is settled for it; what it would be then."""
    for post in plan.posts:
        is_settled = post.slot.item or post.edit.item or post.edit.written
        if post.slot.key == key or post.item is None or not is_settled:
            continue
        then = plan_then.post(post.slot.key)
        if then is not None and (then.item is None or then.item.key != post.item.key):
            return then
    return None


def _rule(post: PlannedPost) -> str:
    """The rule that was in the way of a wish, without what came instead."""
    return post.reason.partition("; instead: ")[0]


def _next_best(situation: Situation, post: PlannedPost, asked: Asked) -> ContentItem | Refused:
    """What the plan would have instead of the item that it has."""
    if post.slot.item:
        return Refused(Refusal.NO_OTHER, post.reason)
    shelf = situation.shelf
    others = tuple(item for item in shelf.everyday if post.item is None or item != post.item)
    edits = {key: edit for key, edit in situation.edits.items() if key != asked.key}
    without = replace(situation, shelf=Shelf(others, shelf.of_campaigns), edits=edits)
    other = lay_out(without, asked.at, PLAN_DAYS).post(asked.key)
    if other is None or other.item is None or other.item == post.item:
        return Refused(Refusal.NO_OTHER, other.reason if other else "")
    return other.item


def _by_title(shelf: Shelf, title: str) -> ContentItem | Refused:
    titles = {fold(item.front.title): item for item in shelf.everyday}
    wanted = fold(title)
    found = titles.get(wanted) or shelf.find(title)
    if found is not None:
        return found
    holding = [item for name, item in titles.items() if wanted in name]
    if len(holding) == 1:
        return holding[0]
    close = meant(wanted, titles)
    if close is None:
        return Refused(Refusal.NO_ITEM)
    return Refused(Refusal.NEAR_ITEM, titles[close].front.title)
