"""One look at a plan: what is locked, what waits while members talk, and when to look again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.ids import GroupKey
from bot.outbox.models import OutboxRow
from bot.schedules.advance import Advance, advance
from bot.schedules.agenda import slots_between
from bot.schedules.decide import Situation
from bot.schedules.edits import Edit, Edited, EditKind, Edits, EditWish
from bot.schedules.plan import lay_out
from bot.schedules.records import History, SlotState
from bot.schedules.slots import Slot
from bot.settings.schema.calendar import Approval, PostLimits, Talk
from bot.settings.settings import ContentItem
from bot.store.db import Store
from tests.support.stores import execute, read_value

from .support import (
    EVENING,
    GROUP,
    MINUTE,
    SECOND,
    START,
    Live,
    at,
    calendar,
    full_library,
    group,
    item,
    post,
    publisher,
    records,
    settings,
    situation,
    slot,
    states,
)

KEY = f"{GROUP}/2026-11-25/20:00"
LOCKS = EVENING - 30 * MINUTE
NIGHT = at("2026-11-25 23:59")

Scene = tuple[Situation, Sequence[Slot]]
"""A group and its undecided slots."""


def scene(**parts: Any) -> Scene:
    """A group with slots at 20:00 and 22:00, and them."""
    given = settings(calendar([slot("20:00"), slot("22:00")], **parts))
    return situation(given), slots_between(given, GROUP, START, NIGHT)


def look(scene: Scene, now: datetime, *, talking: bool = False) -> tuple[Advance, Scene]:
    """What is to be done, and the scene once it is written."""
    was, slots = scene
    found = advance(was, slots, now, members_talk=talking)
    edits = {**was.edits, **{one.key: edit for one, edit in found.settled}}
    left = [one for one in slots if one.key not in {each.slot.key for each in found.decisions}]
    for decision in found.decisions:
        was = was.after(decision)
    return found, (replace(was, edits=edits), left)


# ---- talk


def test_while_members_talk_a_post_waits_its_minutes_so_often_and_then_comes() -> None:
    story = scene(talk=Talk(minutes=20, times=3))
    now = EVENING
    for delays in (1, 2, 3):
        found, story = look(story, now, talking=True)
        assert found.decisions == ()
        (edit,) = [edit for one, edit in found.settled if one.key == KEY]
        assert (edit.delays, edit.delayed_until) == (delays, now + 20 * MINUTE)
        now += 20 * MINUTE
        assert found.look_again == now
    found, _ = look(story, now, talking=True)
    (decision,) = found.decisions
    assert (decision.state, decision.at) == (SlotState.PUBLISHED, EVENING + 60 * MINUTE)
    assert decision.reason.endswith("; postponed 3 x while members talked")


def test_a_post_that_waited_comes_at_the_end_of_its_wait_when_members_are_done() -> None:
    _, story = look(scene(), EVENING, talking=True)
    found, _ = look(story, EVENING + 19 * MINUTE)
    assert found.decisions == ()
    found, _ = look(story, EVENING + 20 * MINUTE)
    assert [decision.state for decision in found.decisions] == [SlotState.PUBLISHED]
    assert "late" not in found.decisions[0].reason


def test_no_post_waits_into_the_quiet_hours() -> None:
    was, slots = scene(talk=Talk(minutes=20))
    ten = [one for one in slots if one.key.endswith("22:00")]
    found, story = look((was, ten), at("2026-11-25 22:00"), talking=True)
    assert found.decisions == ()
    found, _ = look(story, at("2026-11-25 22:20"), talking=True)
    assert [decision.state for decision in found.decisions] == [SlotState.PUBLISHED]
    long = scene(talk=Talk(minutes=30))
    found, _ = look((long[0], ten), at("2026-11-25 22:00"), talking=True)
    assert [decision.state for decision in found.decisions] == [SlotState.PUBLISHED]


def test_what_is_behind_a_waiting_post_waits_as_well() -> None:
    given = settings(calendar([slot("20:00"), slot("20:10")], limits=PostLimits(gap_minutes=0)))
    story: Scene = (situation(given), slots_between(given, GROUP, START, NIGHT))
    _, story = look(story, EVENING, talking=True)
    found, story = look(story, EVENING + 10 * MINUTE)
    assert found.decisions == ()
    found, _ = look(story, EVENING + 20 * MINUTE)
    assert [one.slot.key[-5:] for one in found.decisions] == ["20:00", "20:10"]


def test_what_is_not_posted_does_not_wait() -> None:
    was, slots = scene()
    paused = replace(was, history=replace(was.history, paused_at=START))
    found, _ = look((paused, slots), EVENING, talking=True)
    assert [decision.reason for decision in found.decisions] == ["paused"]


def test_a_post_that_waits_before_it_was_locked_is_settled_in_one_version() -> None:
    found, _ = look(scene(), EVENING, talking=True)
    (edit,) = [edit for one, edit in found.settled if one.key == KEY]
    assert (edit.version, edit.delays) == (2, 1)
    assert edit.locked is not None


# ---- the lock


def test_a_post_is_locked_whole_at_its_lock_and_not_before() -> None:
    found, _ = look(scene(), LOCKS - SECOND)
    assert found.settled == ()
    assert found.look_again == LOCKS
    found, story = look(scene(), LOCKS)
    ((one, edit),) = found.settled
    assert one.key == KEY
    assert edit.locked is not None
    assert (edit.locked_at, edit.version) == (LOCKS, 1)
    found, _ = look(story, LOCKS + MINUTE)
    assert (found.settled, found.look_again) == ((), EVENING)


def changed(was: Situation, *content: ContentItem) -> Situation:
    given = settings(was.settings.calendar, content)
    return situation(given, was.history, edits=was.edits)


@pytest.mark.parametrize("content", [(), (item("other"),), full_library(3)[7:9]])
def test_files_that_change_or_vanish_after_the_lock_change_nothing(
    content: tuple[ContentItem, ...],
) -> None:
    _, (was, slots) = look(scene(), LOCKS)
    locked = was.edits[KEY].locked
    assert locked is not None
    content = (*content, replace(locked.item, text="rewritten"))[len(content) == 0 :]
    found, _ = look((changed(was, *content), slots), EVENING)
    assert found.decisions[0].choice == locked


def test_a_member_s_words_that_he_withdraws_after_the_lock_are_not_posted() -> None:
    given = settings(calendar([slot("20:00")]), [item("own")])
    theirs = item("ugc-7", node="thanksgiving")
    slots = slots_between(given, GROUP, START, NIGHT)
    day = timedelta(days=1)  # 感恩节, for which it comes before all others
    later = [replace(one, due_at=one.due_at + day) for one in slots]
    _, (was, waiting) = look((situation(given, adopted=[theirs]), later), LOCKS + day)
    locked = was.edits[KEY].locked
    assert locked is not None
    assert locked.item == theirs
    found, _ = look((situation(given, was.history, edits=was.edits), waiting), EVENING + day)
    chosen = found.decisions[0].chosen
    assert chosen is not None
    assert chosen.item.key == "own"
    assert "ugc-7 was withdrawn by the member who wrote it" in chosen.reason


def test_a_rule_that_has_come_in_the_way_counts_after_the_lock_too() -> None:
    _, (was, slots) = look(scene(), LOCKS)
    locked = was.edits[KEY].locked
    assert locked is not None
    posts = (post(LOCKS - 200 * MINUTE, locked.item),)
    found, _ = look((replace(was, history=History(posts)), slots), EVENING)
    chosen = found.decisions[0].chosen
    assert chosen is not None
    assert chosen.item != locked.item
    assert "in cool-down until" in chosen.reason
    assert "; instead: " in chosen.reason


def test_a_locked_step_that_was_shown_in_the_meantime_gives_way_to_the_next_one() -> None:
    _, (was, slots) = look(scene(), LOCKS)
    locked = was.edits[KEY].locked
    assert locked is not None
    shown = replace(post(LOCKS - 200 * MINUTE, item("x")), step=locked.step.key)
    found, _ = look((replace(was, history=History((shown,))), slots), EVENING)
    chosen = found.decisions[0].chosen
    assert chosen is not None
    assert chosen.item == locked.item
    assert chosen.step != locked.step


def test_what_a_person_has_taken_out_is_not_locked() -> None:
    was, slots = scene()
    skipped = Edit(KEY, 1, is_skipped=True, edited_by="owner-1", edited_at=START)
    found, _ = look((replace(was, edits={KEY: skipped}), slots), LOCKS)
    assert found.settled == ()
    found, _ = look((replace(was, edits={KEY: skipped}), slots), EVENING)
    assert found.decisions[0].reason == "skipped by owner-1"


# ---- when to look again


@pytest.mark.parametrize(
    ("approval", "expected"),
    [
        (None, [LOCKS, EVENING, EVENING + 90 * MINUTE, EVENING + 120 * MINUTE]),
        (
            Approval(by=("boss",), ask_hours=1),
            [
                EVENING - 60 * MINUTE, LOCKS, EVENING, EVENING + 60 * MINUTE,
                EVENING + 90 * MINUTE, EVENING + 120 * MINUTE,
            ],
        ),
    ],
)  # fmt: skip
def test_it_looks_again_when_a_post_is_asked_about_locked_and_due_and_at_no_other_time(
    approval: Approval | None, expected: list[datetime]
) -> None:
    story = scene(approval=approval)
    looks: list[datetime] = []
    again: datetime | None = START
    while again is not None:
        found, story = look(story, again)
        again = found.look_again
        looks += [again] if again else []
    assert looks == expected


# ---- on a database


async def say(store: Store, *instants: datetime, act: str = "message", key: str = GROUP) -> None:
    """One member says something at each of these instants."""
    for number, instant in enumerate(instants):
        micros = int(instant.timestamp() * 1_000_000)
        await execute(
            store,
            "INSERT INTO interaction (member_id, group_key, act, at, event_key)"
            f" VALUES (1, '{key}', '{act}', {micros}, '{act}-{key}-{number}-{micros}')",
        )


@pytest.fixture
async def lively(store: Store) -> Store:
    await execute(store, "INSERT INTO member (id, name, created_at) VALUES (1, 'x', 0)")
    return store


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ([9, 8, 7, 6, 5], True),
        ([10, 8, 7, 6, 5], False),  # ten minutes ago is over
        ([4, 3, 2, 1], False),
    ],
)
async def test_five_messages_in_ten_minutes_are_a_talk(
    lively: Store, live: Live, said: list[int], waits: bool
) -> None:
    ours = publisher(lively, live)
    await ours.run(START)
    await ours.run(LOCKS)
    await say(lively, *(EVENING - minutes * MINUTE for minutes in said))
    await ours.run(EVENING)
    assert (await states(lively) == []) is waits
    await ours.run(EVENING + 20 * MINUTE)
    (record,) = await records(lively)
    assert record.reason.endswith("; postponed 1 x while members talked") is waits
    assert await read_value(lively, "SELECT delays FROM slot") == int(waits)
    assert record.posted_at == EVENING + (20 * MINUTE if waits else timedelta())


async def test_what_happens_elsewhere_or_is_no_talk_postpones_nothing(
    lively: Store, live: Live
) -> None:
    ours = publisher(lively, live)
    await ours.run(START)
    instants = [EVENING - minutes * MINUTE for minutes in range(1, 8)]
    await say(lively, *instants, act="checkin")
    await say(lively, *instants, key="other")
    await ours.run(EVENING)
    assert len(await states(lively)) == 1


async def test_a_talk_at_the_first_look_of_all_is_written_on_both_engines(
    lively: Store, live: Live
) -> None:
    """The wait and the lock come at once then, as one version."""
    await say(lively, *(EVENING - minutes * MINUTE for minutes in range(1, 6)))
    assert await publisher(lively, live).run(EVENING) == 0
    assert (await Edits(lively).of_group(GROUP))[KEY].version == 2


async def test_a_decision_on_an_older_version_is_refused_and_made_anew(
    store: Store, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An owner's word comes between the publisher's look and its writing."""
    ours, edits = publisher(store, live), Edits(store)
    await ours.run(START)
    planned = lay_out(await ours.situation(group(), START), START).posts[0].item
    assert planned is not None
    other = next(one for one in live.current.content if one != planned)
    write, looks = ours._write, list[bool]()

    async def slow(*given: Any) -> bool:
        if not looks:
            wish = EditWish(
                EditKind.SWAP, KEY, GroupKey(GROUP), EVENING, EVENING, "owner-1", START, other.key
            )
            assert isinstance(await edits.settle(wish), Edited)
        looks.append(await write(*given))
        return looks[-1]

    monkeypatch.setattr(ours, "_write", slow)
    assert await ours.run(EVENING) == 1
    assert looks == [False, True]
    (record,) = await records(store)
    assert (record.item, record.reason) == (other.key, "chosen by owner-1")
    assert await OutboxRow.all().count() == 1
