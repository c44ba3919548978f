"""Perks: to members alone, within the quota, so many for each, and told again on asking."""

import pytest

from bot.campaigns.perk_desk import apply_perks
from bot.campaigns.perks import Given, HasIt, NotAMember, PerkGone
from bot.store.connection import Connection
from tests.unit.campaigns.support import join, leave, perk
from tests.unit.rewards.support import run


@pytest.fixture
def group(books: Connection) -> Connection:
    """Members 11 to 14 are in the group."""
    join(books, 11, 12, 13, 14)
    return books


def test_a_perk_is_given_while_there_is_one(group: Connection) -> None:
    first, second, third = run(group, apply_perks, perk(11), perk(12), perk(13))

    assert isinstance(first, Given)
    assert (first.taken.code, first.left) == ("HEJIAN12", 1)
    assert isinstance(second, Given)
    assert second.left == 0
    assert third == PerkGone(2)


def test_the_same_event_takes_one_and_gets_the_same_answer(group: Connection) -> None:
    first = run(group, apply_perks, perk(11), perk(11))

    assert run(group, apply_perks, perk(11)) == first[:1]
    assert first[0] == first[1]
    assert isinstance(run(group, apply_perks, perk(12))[0], Given)


def test_one_member_takes_so_many_and_is_told_again_what_he_has(group: Connection) -> None:
    run(group, apply_perks, perk(11))

    (again,) = run(group, apply_perks, perk(11, "more", code="NEWCODE"))

    assert isinstance(again, HasIt)
    assert [taken.code for taken in again.taken] == ["HEJIAN12"], "the code as it was told"


def test_who_may_take_more_gets_more_until_all_are_gone(group: Connection) -> None:
    wishes = [perk(11, f"p{number}", each=3) for number in range(3)]

    answers = run(group, apply_perks, *wishes)

    assert [type(answer) for answer in answers] == [Given, Given, HasIt]


def test_who_has_left_the_group_takes_nothing(group: Connection) -> None:
    leave(group, 11)

    assert run(group, apply_perks, perk(11), perk(99)) == [NotAMember()] * 2
    (count,) = group.execute("SELECT count(*) FROM campaign_perk").fetchone()
    assert count == 0
