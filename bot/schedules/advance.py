"""One look at a group's plan: what is decided now, what is settled ahead, and when to look again.

Slots are walked in time, each as if those before it had come. What is due is decided, or postponed
while members talk; then everything behind it waits too. Of what comes next, posts near their time
are locked, and whoever must approve one is asked in time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.schedules.approval import approvers_of, digest, is_approved
from bot.schedules.decide import Decision, Situation, decide, due_of, postponed
from bot.schedules.edits import Edit
from bot.schedules.mix import Choice
from bot.schedules.records import SlotState
from bot.schedules.slots import Slot

APPROVAL_HOURS = 24
"""People whom an item names are asked so many hours before, unless calendar.yaml says otherwise."""


@dataclass(frozen=True, slots=True)
class Asking:
    """``people`` are asked, in private, whether ``choice`` may be posted at ``slot``.

    ``version`` is that of the slot's edit that notes it.
    """

    slot: Slot
    choice: Choice
    people: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class Advance:
    """What to write of a group. ``settled`` are new versions of edits, each with its slot.

    ``look_again`` is the next instant at which there is something to do; None when nothing of the
    given slots is left.
    """

    decisions: tuple[Decision, ...]
    settled: tuple[tuple[Slot, Edit], ...]
    askings: tuple[Asking, ...]
    look_again: datetime | None


def advance(
    situation: Situation, slots: Sequence[Slot], now: datetime, *, members_talk: bool
) -> Advance:
    """What is to be done at ``now`` about the undecided ``slots``, which are in order of time."""
    decisions: list[Decision] = []
    settled: dict[str, tuple[Slot, Edit]] = {}
    waiting = list(slots)
    situation = replace(situation, coming=tuple(slots))
    while waiting and due_of(waiting[0], situation.edit(waiting[0])) <= now:
        slot = waiting[0]
        decision = decide(situation, slot, now)
        wait = postponed(situation, decision) if members_talk else None
        if wait is not None:
            edit = replace(
                wait.edit,
                key=slot.key,
                version=wait.edit.version + 1,
                delayed_until=wait.until,
                delays=wait.edit.delays + 1,
            )
            settled[slot.key] = slot, edit
            situation = replace(situation, edits={**situation.edits, slot.key: edit})
            break
        decisions.append(decision)
        if decision.state is SlotState.ASKED:  # the owners' yes is to what they were asked about
            version = decision.edit.version + 1
            asked = replace(decision.edit, key=slot.key, version=version)
            settled[slot.key] = slot, replace(asked, locked=decision.chosen, locked_at=now)
        situation = situation.after(decision)
        waiting.pop(0)
    changes, askings = _settle_ahead(situation, waiting, now)
    settled |= {slot.key: (slot, edit) for slot, edit in changes}
    edits = {**situation.edits, **{key: edit for key, (_, edit) in settled.items()}}
    return Advance(
        tuple(decisions),
        tuple(settled.values()),
        tuple(askings),
        _next_look(replace(situation, edits=edits), waiting, now),
    )


def _settle_ahead(
    situation: Situation, waiting: Sequence[Slot], now: datetime
) -> tuple[list[tuple[Slot, Edit]], list[Asking]]:
    """Lock what is near, and ask about what must be approved, once about the same words.

    What is asked about is held for its slot, so that the yes is to what will come.
    """
    settings = situation.settings
    lock = timedelta(minutes=settings.calendar.lock_minutes)
    settled, askings = [], []
    for slot in waiting:
        edit = situation.edit(slot)
        if now < slot.due_at - _lead(situation):
            break
        planned = decide(situation, slot, due_of(slot, edit), assume_approved=True)
        situation = situation.after(planned)
        choice = planned.chosen
        if choice is None or planned.post is None:
            continue
        changed = edit
        people = approvers_of(settings, slot, choice.item)
        if people and not is_approved(choice, edit) and edit.asked != digest(choice):
            if edit.written is None:
                changed = replace(changed, item=edit.item or choice.item.key)
            changed = replace(changed, asked=digest(choice), asked_at=now)
            askings.append(Asking(slot, choice, people, edit.version + 1))
        if edit.locked is None and now >= slot.due_at - lock:
            changed = replace(changed, locked=choice, locked_at=now)
        if changed is not edit:
            settled.append((slot, replace(changed, key=slot.key, version=edit.version + 1)))
    return settled, askings


def _next_look(situation: Situation, waiting: Sequence[Slot], now: datetime) -> datetime | None:
    """The first instant after ``now`` at which a slot is due, is locked or must be asked about."""
    lead, soonest = _lead(situation), None
    for slot in waiting:
        if soonest is not None and slot.due_at - lead > soonest:
            break  # the slots are in order of time: nothing comes sooner any more
        ahead = [instant for instant in _instants(situation, slot, lead) if instant > now]
        soonest = min((*ahead, *(() if soonest is None else (soonest,))), default=None)
    return soonest


def _instants(situation: Situation, slot: Slot, lead: timedelta) -> Iterator[datetime]:
    yield due_of(slot, situation.edit(slot))
    yield slot.due_at - timedelta(minutes=situation.settings.calendar.lock_minutes)
    yield slot.due_at - lead


def _lead(situation: Situation) -> timedelta:
    """How long before its time something may have to be done about a slot."""
    calendar = situation.settings.calendar
    lock = timedelta(minutes=calendar.lock_minutes)
    if calendar.approval is not None:
        return max(lock, timedelta(hours=calendar.approval.ask_hours))
    return max(lock, timedelta(hours=APPROVAL_HOURS)) if situation.shelf.asks_approval else lock
