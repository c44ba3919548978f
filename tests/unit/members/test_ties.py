"""Ties begin and end, once each; a pair is welcomed once; who turned away stays away."""

from datetime import datetime

import pytest

from bot.core.ids import EventKey, UserId
from bot.members.people import PersonRef
from bot.members.reconciliation import Known
from bot.members.ties import CutBy, TieKind, TieMove, Ties
from bot.store.db import Store
from tests.support.events import DAY, HOUR, MINUTE, NOW, REALM, SECOND
from tests.support.stores import read_value

YUE, QING = UserId("wmYUE"), UserId("wmQING")
TANGYUAN, AYUN = UserId("tangyuan"), UserId("ayun")
BEFRIENDED, UNFRIENDED, FOUND, DATED = TieKind


@pytest.fixture
def ties(store: Store) -> Ties:
    return Ties(store)


def move(
    kind: TieKind,
    at: datetime = NOW,
    *,
    customer: UserId = YUE,
    employee: UserId = TANGYUAN,
    realm: str = REALM,
    source: str = "",
    cut_by: CutBy = CutBy.LIST,
    welcome: str = "",
) -> TieMove:
    person = PersonRef(realm, customer)
    event = EventKey(welcome) if welcome else None
    return TieMove(kind, person, employee, at, source, cut_by, event)


async def last(ties: Ties) -> Known:
    return (await ties.read_last(REALM, [TANGYUAN]))[YUE, TANGYUAN]


async def welcomes(
    ties: Ties, at: datetime, event: str, *, customer: UserId = YUE, employee: UserId = TANGYUAN
) -> bool:
    step = move(BEFRIENDED, at, customer=customer, employee=employee, welcome=event)
    return (await ties.move(step)).welcomes


async def test_a_tie_begins_once_and_ends_once_and_is_kept(ties: Ties, store: Store) -> None:
    changes = [
        (await ties.move(step)).changed
        for step in (
            move(BEFRIENDED, source="AAAAAA"),
            move(BEFRIENDED, NOW + HOUR),
            move(UNFRIENDED, NOW + 2 * HOUR),
            move(UNFRIENDED, NOW + 2 * HOUR),
            move(BEFRIENDED, NOW + 3 * HOUR),
        )
    ]
    assert changes == [True, False, True, False, True]
    assert await read_value(store, "SELECT count(*) FROM tie") == 2
    assert await last(ties) == Known(NOW + 3 * HOUR)


async def test_a_customer_has_a_tie_with_each_employee_and_each_company(ties: Ties) -> None:
    for employee, realm in ((TANGYUAN, REALM), (AYUN, REALM), (UserId(""), "wxaccount")):
        assert (await ties.move(move(BEFRIENDED, employee=employee, realm=realm))).changed
    await ties.move(move(BEFRIENDED, customer=QING))
    await ties.move(move(UNFRIENDED, NOW + HOUR, employee=AYUN))

    both = [TANGYUAN, AYUN]
    assert await ties.read_last(REALM, both, YUE) == {
        (YUE, TANGYUAN): Known(NOW),
        (YUE, AYUN): Known(NOW, NOW + HOUR),
    }
    assert (await ties.read_last(REALM, [TANGYUAN])).keys() == {(YUE, TANGYUAN), (QING, TANGYUAN)}
    assert (await ties.read_last("wxaccount", [UserId("")])).keys() == {(YUE, "")}


async def test_what_the_customer_cut_is_final_and_what_a_list_lacked_is_not(ties: Ties) -> None:
    await ties.move(move(BEFRIENDED))
    await ties.move(move(UNFRIENDED, NOW + HOUR, cut_by=CutBy.LIST))
    assert not (await last(ties)).final

    await ties.move(move(UNFRIENDED, NOW + HOUR, cut_by=CutBy.CUSTOMER))
    await ties.move(move(UNFRIENDED, NOW + HOUR, cut_by=CutBy.LIST))
    assert (await last(ties)).final


@pytest.mark.parametrize("cut_by", [CutBy.EMPLOYEE, CutBy.LIST])
async def test_what_others_cut_is_not_the_customers_word(ties: Ties, cut_by: CutBy) -> None:
    await ties.move(move(BEFRIENDED))
    await ties.move(move(UNFRIENDED, NOW + HOUR, cut_by=cut_by))

    assert not (await last(ties)).final


async def test_an_end_that_is_taken_back_leaves_no_word_of_who_cut(
    ties: Ties, store: Store
) -> None:
    await ties.move(move(FOUND, source="AAAAAA"))
    await ties.move(move(UNFRIENDED, NOW + HOUR, cut_by=CutBy.EMPLOYEE))
    await ties.move(move(DATED, NOW))

    assert await last(ties) == Known(NOW, source="AAAAAA")
    assert await read_value(store, "SELECT cut_by FROM tie") == ""


async def test_the_two_halves_of_an_addition_are_welcomed_once_and_repeats_as_at_first(
    ties: Ties,
) -> None:
    assert await welcomes(ties, NOW, "half")
    assert not await welcomes(ties, NOW + SECOND, "whole")
    assert await welcomes(ties, NOW, "half"), "a repeat after a crash is answered as at first"


async def test_who_adds_an_employee_again_later_is_welcomed_again(ties: Ties) -> None:
    await welcomes(ties, NOW, "first")

    assert not await welcomes(ties, NOW + MINUTE - SECOND, "soon")
    assert await welcomes(ties, NOW + MINUTE, "later")


async def test_each_pair_is_welcomed_for_itself(ties: Ties) -> None:
    assert await welcomes(ties, NOW, "one")
    assert await welcomes(ties, NOW, "two", employee=AYUN)
    assert await welcomes(ties, NOW, "three", customer=QING)


async def test_nobody_is_welcomed_without_a_road_or_after_he_has_gone(ties: Ties) -> None:
    assert not (await ties.move(move(BEFRIENDED))).welcomes
    await ties.move(move(UNFRIENDED, NOW + HOUR))

    assert not await welcomes(ties, NOW + MINUTE, "late")


async def test_who_was_welcomed_in_the_last_minute_is_not_when_he_comes_back_at_once(
    ties: Ties,
) -> None:
    await welcomes(ties, NOW, "first")
    await ties.move(move(UNFRIENDED, NOW + SECOND))

    assert not await welcomes(ties, NOW + 2 * SECOND, "again")


async def test_the_first_reading_of_a_company_is_kept(ties: Ties) -> None:
    assert await ties.read_first_reading(REALM) is None
    await ties.mark_read(REALM, NOW)
    await ties.mark_read(REALM, NOW + DAY)

    assert await ties.read_first_reading(REALM) == NOW
    assert await ties.read_first_reading("another company") is None
