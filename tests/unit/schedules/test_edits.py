"""What people settle about slots to come: each kind of wish, too late, and what an approval is."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.errors import StoreError
from bot.schedules.edits import (
    Edit,
    Edited,
    EditKind,
    Edits,
    EditWish,
    TooLate,
    Written,
    after,
    digest_of,
)
from bot.settings.schema.base import Kind, Pillar
from bot.store.db import Store
from tests.support.stores import execute

from .support import EVENING, GROUP, MINUTE, START, Live, publisher

KEY = f"{GROUP}/2026-11-25/20:00"
LOCKS = EVENING - 30 * MINUTE
WRITTEN = Written("今晚看空瓶", "今晚看空瓶\n八点见。", Pillar.USER, Kind.ACTIVITY)


def wish(kind: EditKind, *, by: str = "owner-1", at: datetime = START, **parts: Any) -> EditWish:
    given: dict[str, Any] = {"key": KEY, "group_key": GROUP, "due_at": EVENING, "locks_at": LOCKS}
    return EditWish(kind=kind, by=by, at=at, **{**given, **parts})


async def settled(store: Store, *wishes: EditWish) -> Edit:
    """The edit after ``wishes``, as it is read again."""
    edits = Edits(store)
    for one in wishes:
        assert isinstance(await edits.settle(one), Edited)
    return (await edits.of_group(GROUP))[KEY]


async def test_a_swap_names_the_item_and_who_wants_it(store: Store) -> None:
    edit = await settled(store, wish(EditKind.SWAP, item="a"))
    assert edit == Edit(KEY, 1, "a", edited_by="owner-1", edited_at=START)


async def test_a_pin_is_told_from_a_swap(store: Store) -> None:
    edit = await settled(store, wish(EditKind.PIN, item="a"))
    assert (edit.item, edit.is_pinned) == ("a", True)


async def test_words_are_kept_to_the_last_line_and_take_the_items_place(store: Store) -> None:
    edit = await settled(
        store, wish(EditKind.SWAP, item="a"), wish(EditKind.WRITE, written=WRITTEN)
    )
    assert (edit.item, edit.written, edit.version) == ("", WRITTEN, 2)
    item = WRITTEN.as_item(KEY)
    assert (item.key, item.text, item.front.kind) == (f"hand/{KEY}", WRITTEN.text, Kind.ACTIVITY)


async def test_a_skip_takes_everything_else_away_and_a_restore_takes_the_skip_away(
    store: Store,
) -> None:
    edit = await settled(store, wish(EditKind.SWAP, item="a"), wish(EditKind.SKIP, by="owner-2"))
    assert (edit.is_skipped, edit.item, edit.edited_by) == (True, "", "owner-2")
    edit = await settled(store, wish(EditKind.RESTORE))
    assert edit == Edit(KEY, 3)


async def test_the_last_of_several_words_at_once_counts(store: Store) -> None:
    edits = Edits(store)
    first = await edits.settle(wish(EditKind.SWAP, item="a"))
    second = await edits.settle(wish(EditKind.SWAP, item="b", by="owner-2"))
    assert isinstance(first, Edited)
    assert isinstance(second, Edited)
    assert (first.edit.version, second.edit.version) == (1, 2)
    assert (await edits.of_group(GROUP))[KEY] == second.edit


async def test_an_approval_holds_the_item_that_it_was_given_for(store: Store) -> None:
    edit = await settled(store, wish(EditKind.APPROVE, item="a", approved=digest_of("words")))
    assert (edit.item, edit.approved_by, edit.approved_at) == ("a", "owner-1", START)
    assert (edit.edited_by, edit.is_pinned) == ("", False)


def test_an_approval_is_bound_to_its_words_so_other_wishes_leave_it_and_a_skip_takes_it_back() -> (
    None
):
    yes = after(Edit(KEY), wish(EditKind.APPROVE, item="a", approved="digest"))
    swapped = after(yes, wish(EditKind.SWAP, item="b", by="other"))
    assert (swapped.item, swapped.approved, swapped.approved_by) == ("b", "digest", "owner-1")
    assert after(swapped, wish(EditKind.RESTORE)).approved == "digest"
    skipped = after(yes, wish(EditKind.SKIP, by="other"))
    assert (skipped.approved, skipped.approved_by, skipped.approved_at) == ("", "", None)


def test_whoever_may_approve_approves_what_he_puts_there() -> None:
    edit = after(Edit(KEY), wish(EditKind.SWAP, item="b", approved="digest"))
    assert (edit.item, edit.approved, edit.approved_by) == ("b", "digest", "owner-1")


@pytest.mark.parametrize("kind", EditKind)
@pytest.mark.parametrize("early", [True, False])
async def test_from_the_lock_on_a_slot_can_only_be_skipped_or_approved(
    store: Store, kind: EditKind, early: bool
) -> None:
    at = LOCKS - timedelta(microseconds=1) if early else LOCKS
    answer = await Edits(store).settle(wish(kind, at=at, item="a", approved="digest"))
    if early or kind in (EditKind.SKIP, EditKind.APPROVE):
        assert isinstance(answer, Edited)
    else:
        assert answer is TooLate.LOCKED
        assert await Edits(store).of_group(GROUP) == {}


async def test_what_is_locked_stays_so_when_the_file_shortens_the_lock(
    store: Store, live: Live
) -> None:
    ours = publisher(store, live)
    await ours.run(START)
    await ours.run(LOCKS)
    late = wish(EditKind.SWAP, item="a", at=LOCKS + MINUTE, locks_at=EVENING - 5 * MINUTE)
    assert await Edits(store).settle(late) is TooLate.LOCKED


async def test_a_decided_slot_cannot_be_changed(store: Store, live: Live) -> None:
    ours = publisher(store, live)
    await ours.run(START)
    await ours.run(EVENING)
    for kind in EditKind:
        assert await Edits(store).settle(wish(kind)) is TooLate.DECIDED


async def test_what_is_settled_goes_with_its_slot_and_with_those_that_the_calendar_lost(
    store: Store, live: Live
) -> None:
    ours, edits = publisher(store, live), Edits(store)
    await ours.run(START)
    lost = wish(EditKind.SKIP, key=f"{GROUP}/2026-11-25/19:00", due_at=EVENING - 60 * MINUTE)
    later = wish(EditKind.SKIP, key=f"{GROUP}/2026-11-26/08:30", due_at=EVENING + 750 * MINUTE)
    other = wish(EditKind.SKIP, key="other/2026-11-25/19:00", group_key="other")
    for one in (lost, later, other, wish(EditKind.SKIP)):
        await edits.settle(one)
    await ours.run(EVENING)
    assert list(await edits.of_group(GROUP)) == [later.key]
    assert list(await edits.of_group(other.group_key)) == [other.key]


@pytest.mark.parametrize(
    "half",
    ["edited_by = 'x'", "asked = 'x'", "approved_by = 'x'", "locked = 'x'", "delays = 1"],
)
async def test_the_database_refuses_half_of_a_fact(store: Store, half: str) -> None:
    await settled(store, wish(EditKind.RESTORE))
    with pytest.raises(StoreError, match=r"(?i)check"):
        await execute(store, f"UPDATE slot_plan SET {half}")
